"""Lists of clients: the index, searching, those who look alike."""
