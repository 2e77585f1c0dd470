"""Calendar: the submissions of a year, and the dates stated for them."""
