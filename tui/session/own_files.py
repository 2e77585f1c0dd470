"""The program's own files while a session is open: of another version nothing is loaded into this one.

Screens and much else are loaded when they are first needed. Where the program was upgraded under a session of the day
before, that would be code of the new version, beside modules of the old one.
"""

import re
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from tui.neighbours import ROOMS
from validators import version
from validators.problems import Problem

FILE = Path(version.__file__)
TOLD = "Keywork was upgraded while this session was open: what you typed is kept, leave it (F10) and start it again."


class Upgraded(Problem):
    """Something was wanted of the program that would be of another version."""


def are_of_another_version() -> bool:
    """Whether the program's files are of another version than the program that runs, or there are none any more."""
    try:
        found = re.search(r'^VERSION = "(.*)"$', FILE.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return True
    return found is None or found[1] != version.VERSION


class OwnVersionOnly:
    """Finds nothing; raises Upgraded for a module of the program where that would be of another version."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called for each module that is not loaded yet."""
        if fullname.partition(".")[0] in ROOMS and are_of_another_version():
            raise Upgraded(TOLD)
        return None


def keep_to_own_version() -> None:
    """From now on load nothing of another version. Called when a session is up: until then everything is new."""
    if not any(isinstance(one, OwnVersionOnly) for one in sys.meta_path):
        sys.meta_path.insert(0, OwnVersionOnly())
