"""All benchmarks in one command: `python -m tests.bench`. Prints ratios; exits with 1 when a limit is missed.

`returns` or `screens` measures that part alone; `--clients N` makes the large store of the screens another size.
"""

import argparse
import sys

from tests.bench import returns, screens


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=("returns", "screens"))
    parser.add_argument("--clients", type=int, default=200_000)
    options = parser.parse_args()
    kept = True
    if options.part != "screens":
        kept = returns.run() and kept
    if options.part != "returns":
        kept = screens.run(options.clients) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
