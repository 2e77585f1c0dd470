"""The store as a file, and the program as such: first steps, backup, examination, version."""
