"""The XML return."""
