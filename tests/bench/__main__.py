"""All benchmarks in one command: `python -m tests.bench`. Prints ratios; exits with 1 when a limit is missed."""

import sys

from tests.bench import returns

if __name__ == "__main__":
    sys.exit(0 if returns.run() else 1)
