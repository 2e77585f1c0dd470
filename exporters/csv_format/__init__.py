"""The CSV return."""
