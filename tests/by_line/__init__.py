"""What the command line says of itself, what it may be given, and how it answers to the screens."""
