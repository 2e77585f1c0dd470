"""What lies between Textual and a terminal over a slow line: keys in, cells out, Textual's private names."""
