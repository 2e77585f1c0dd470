"""The program itself: it opens the store, leads from screen to screen and ends."""
