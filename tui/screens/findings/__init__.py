"""Findings: all that the rules say of the caseload, grouped."""
