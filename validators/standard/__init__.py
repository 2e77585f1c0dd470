"""A standard as data: its parts, and the loader that reads them from a folder."""
