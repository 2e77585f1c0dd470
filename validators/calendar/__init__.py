"""Submissions: periods, windows, deadlines, days without work."""
