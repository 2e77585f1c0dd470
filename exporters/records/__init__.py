"""What persons do with records, written once for screens and commands: save, find, check, accept, look back."""
