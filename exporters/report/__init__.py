"""The manager's page: what it holds, as text, as one HTML file, and clients and caseload as tables."""
