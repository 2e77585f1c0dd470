"""Which Keywork this is, and what changed."""

import re
import sys

from tests.commands.running import Place, call
from tests.exporters.extracts import read, row, write
from validators.version import VERSION


def test_the_program_says_which_version_it_is() -> None:
    assert call("--version").out == f"Keywork {VERSION}\n"
    first, rest = call("--version", "--verbose").out.splitlines()
    assert first == f"Keywork {VERSION}"
    assert rest.startswith(f"Python {sys.version.split()[0]}, textual ")
    assert "--verbose goes with --version" in call("--verbose").sentence
    assert "Options belong behind the command" in call("--version", "doctor").sentence


def test_the_newest_note_of_changes_is_of_this_version() -> None:
    notes = call("help", "changes").out
    assert re.findall(r"^Keywork (\S+)$", notes, re.M)[0] == VERSION
    assert max(map(len, notes.splitlines())) <= 120


def test_an_extract_says_which_version_wrote_it(place: Place) -> None:
    call("import", write(place.folder, [row()]), *place.options)
    call("export", *place.options, "--submission", "2020-12", "--today", "2021-01-10", "--out", place.out)
    (written,) = place.out.iterdir()
    assert [each["CMSID"] for each in read(written)] == [f"Keywork {VERSION}"]
