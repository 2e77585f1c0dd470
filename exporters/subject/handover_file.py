"""What tells a hand-over from other files, light enough for a check of a file, which loads no store."""

import re
from pathlib import Path

from store.disk.files import open_input

MARK = "keywork_handover"
"""The first name in the JSON; its value is the version of the layout."""
AGENCY, CLIENTS = "agency.csv", "clients.csv"
_BEGINS = re.compile(rb'\s*\{\s*"' + MARK.encode() + rb'"')
_LOOKED_AT = 256


def is_handover(path: Path) -> bool:
    """Whether a path is a hand-over's JSON, or a folder with its tables. Raises Problem for the store or its key."""
    try:
        if path.is_dir():
            return (path / AGENCY).is_file() and (path / CLIENTS).is_file()
        if not path.is_file():
            return False
        with open_input(path) as file:
            return _BEGINS.match(file.read(_LOOKED_AT)) is not None
    except OSError:
        return False
