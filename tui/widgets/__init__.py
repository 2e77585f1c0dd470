"""What every screen is made of: lists, pages, lines, dialogs, palette, help."""
