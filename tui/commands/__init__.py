"""What the commands do; `tui.main` declares them."""
