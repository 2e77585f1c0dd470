"""The oldest versions that pyproject.toml allows, as constraints for pip; with `tests`, the tests to run with them."""

import re
import sys
import tomllib
from pathlib import Path

# Commands from start to end, an older store opened, a return in XML, the calendar, and the screens in a terminal.
TESTS = (
    "tests/commands/test_commands.py",
    "tests/commands/test_no_home.py",
    "tests/store/test_store_opening.py",
    "tests/exporters/test_xml_writing.py",
    "tests/validators/test_calendar.py",
    "tests/frame/test_textual_private.py",
)


def main() -> None:
    """Print one line each."""
    if sys.argv[1:] == ["tests"]:
        print("\n".join(TESTS))
        return
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        found = re.fullmatch(r"([A-Za-z0-9-]+)[>=]=([0-9.]+)", requirement)
        if found is None:
            raise SystemExit(f"{requirement} names no oldest version")
        print(f"{found[1]}=={found[2]}")


if __name__ == "__main__":
    main()
