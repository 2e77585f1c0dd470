"""All benchmarks in one command: `python -m tests.bench`. Prints ratios; exits with 1 when a limit is missed.

`returns`, `extracts`, `month`, `wales`, `screens`, `sessions`, `files`, `editions`, `documents` or `custody` measures
that part alone; `--clients N` makes the large store of the screens another size; `--list` names the files that an
act goes through.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import custody, documents, editions, files, month, month_extracts, returns, screens, sessions, wales


def main() -> int:
    """Measure what is asked for; the copy of the day, which a first session makes, is no part of any of it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "keywork" / "settings.toml"
        settings.parent.mkdir()
        settings.write_text("daily_copies = 0\n", encoding="utf-8")
        os.environ["XDG_CONFIG_HOME"] = folder
        return measured()


def measured() -> int:
    """0 where every limit was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = (
        "returns",
        "extracts",
        "month",
        "wales",
        "screens",
        "sessions",
        "files",
        "editions",
        "documents",
        "custody",
    )
    parser.add_argument("part", nargs="?", choices=parts)
    parser.add_argument("--clients", type=int, default=200_000)
    parser.add_argument("--store", type=Path, help="a store to copy for the large one, its key in `key` beside it")
    parser.add_argument("--standard", help="screens: only the form of a new TOP of this data set, smds-wales")
    parser.add_argument("--sessions", type=int, default=100, help="sessions: how many type at once")
    parser.add_argument("--list", action="store_true", help="files: name them")
    options = parser.parse_args()
    kept = True
    if options.part in (None, "returns"):
        kept = returns.run() and kept
    if options.part in (None, "extracts"):
        kept = month_extracts.run() and kept
    if options.part in (None, "month"):
        kept = month.run() and kept
    if options.part in (None, "wales"):
        kept = wales.run() and kept
    if options.part in (None, "files"):
        kept = files.run(listed=options.list) and kept
    if options.part in (None, "editions"):
        kept = editions.run() and kept
    if options.part in (None, "documents"):
        kept = documents.run() and kept
    if options.standard or options.part is None:
        kept = screens.run_form(options.standard or "smds-wales") and kept
    if options.part in (None, "screens") and not options.standard:
        kept = screens.run(options.clients, options.store) and kept
    if options.part in (None, "custody"):
        kept = custody.run(options.clients) and kept
    if options.part in (None, "sessions"):
        kept = sessions.run(options.sessions) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
