"""What the program says of itself: the help of its screens, the examples of its commands, the manual page."""
