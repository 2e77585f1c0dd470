"""What the commands do; `tui.cli.main` declares them."""
