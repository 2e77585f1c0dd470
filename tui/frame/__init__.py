"""The frame every screen hangs in: display, keys, base screen, lines, lists, dialogs, settings. Knows no record."""
