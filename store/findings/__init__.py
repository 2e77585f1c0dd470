"""Findings kept per episode, their figures and acceptances."""
