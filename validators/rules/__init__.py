"""Rules: patterns, what they compile to, the checker and its messages."""
