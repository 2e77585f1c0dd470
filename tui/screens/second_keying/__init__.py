"""The second keying of a sample: the list of what was drawn, the blind form, what differs side by side."""
