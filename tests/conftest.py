"""What all tests need: nothing of the terminal they are started from."""

import os

# Test runners set these for their workers; the terminals of the tests have sizes of their own.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)
