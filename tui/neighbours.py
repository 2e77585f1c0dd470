"""Packages of others that are called like Keywork's: beside one of them neither would work.

It is looked for before any of ours is imported, so that somebody is told what to do instead of where an import failed.
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

ROOMS = ("tui", "exporters", "store", "validators")
"""The packages of the program, by the names they are imported by."""


def told_of_neighbours(home: Path, path: list[str]) -> str:
    """A sentence on a package of another's that stands in the way; empty where there is none.

    `home` is the folder that holds the program's own packages, `path` where Python looks for packages, in order.
    """
    for name in ROOMS:
        found = PathFinder.find_spec(name, path)
        where = Path(found.origin).parent if found is not None and found.origin else None
        if where is not None and where.parent.resolve() != home:
            return _sentence(name, where.parent)
        # One that was installed into the same folder has overwritten files of ours, or ours of its.
        if other := _installed_beside(name, home):
            return _sentence(name, home / other)
    return ""


def _installed_beside(name: str, home: Path) -> str:
    try:
        with os.scandir(home) as found:
            own = (one.name for one in found if one.name.endswith(".dist-info"))
            return next((one for one in own if one.partition("-")[0].lower() == name), "")
    except OSError:
        return ""


def _sentence(name: str, where: Path) -> str:
    return (
        f"Another package called {name} is installed at {where}, and beside it neither works: install Keywork into an"
        " environment of its own (pipx, uv tool or a venv; its README says how)."
    )


def refuse_neighbours() -> None:
    """Leave with 2 and one sentence where another's package stands in the way."""
    if told := told_of_neighbours(Path(__file__).resolve().parents[1], sys.path):
        print(f"keywork: {told}", file=sys.stderr)
        sys.exit(2)
