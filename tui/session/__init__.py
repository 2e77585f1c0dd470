"""What one session at the terminal has: the store, the time, the check in the background, its words."""
