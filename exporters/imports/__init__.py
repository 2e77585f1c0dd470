"""What comes in by file, and what is copied between data sets."""
