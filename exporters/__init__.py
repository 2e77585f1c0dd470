"""What leaves the building, and what comes in by file: extracts, receipts, reports."""
