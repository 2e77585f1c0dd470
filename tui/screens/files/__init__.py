"""Files that a person brings: an extract is checked, looked at row by row, and taken into the store."""
