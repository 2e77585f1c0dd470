"""What a format of return is, and which one a standard has."""
