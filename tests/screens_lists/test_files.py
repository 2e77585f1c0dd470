"""Files and the store at the screen: an extract checked and taken in, a backup, the store examined, the version."""

import os
import re
from pathlib import Path

import pytest

from store.disk import audit, copy_notes, key_copy
from store.facts import AuditQuery
from store.records import read
from store.records.agencies import one
from store.store import Store, open_store
from tests.exporters.extracts import row, visit, write
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask
from tests.terminal import Terminal
from tui.widgets.settings import load_settings
from validators.standard.catalogue import load
from validators.version import VERSION


def same_but_numbers(terminal: Terminal, path: Path) -> None:
    """Compare the screen with a picture but for numbers: versions and counts are others at another time."""
    lines = terminal.text().split("\n")
    end = next((at for at, line in enumerate(lines) if "What changed" in line), len(lines))
    text = re.sub(r"\b[0-9a-f]{16}\b", "(a digest)", "\n".join(lines[:end]))
    shown = re.sub(r"(?<![A-Za-z])\d[\d.]*", "0", text) + "\n"
    if os.environ.get("KEYWORK_PICTURES"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_a_file_is_checked_row_by_row_and_taken_in(start: Start, store: Store, tmp_path: Path) -> None:
    rows = [
        row("1", AGNCY="T0001", DOB="20301301", **visit("1")),
        row("2", AGNCY="T0001", **visit("2", SUBMODDT="2020070")),
        row("3", AGNCY="T0001", PC="NE1 4AB"),
    ]
    write(tmp_path, rows).rename(tmp_path / "last.csv")
    terminal = start()
    command(terminal, "check a file", "nothing is stored")
    terminal.press("~/last.csv<enter>")
    terminal.until("3 rows, 3 episodes")
    terminal.until("Nothing is stored; I takes the file in")
    same_picture(terminal, HELP / "file_check.screen.txt")
    terminal.press("/submoddt<enter>")
    terminal.until("2020070")
    terminal.press("<enter>")
    terminal.until("Line 3 of the file")
    same_picture(terminal, HELP / "file_row.screen.txt")
    terminal.press("<enter>")
    terminal.until("Field SUBMODDT")
    terminal.press("<escape>")
    terminal.until("Line 3 of the file")
    terminal.press("<escape>")
    terminal.until("3 rows, 3 episodes")
    terminal.press("<escape>")
    terminal.press("<home><f8>")
    terminal.until("Line 2 of the file")
    terminal.press("<f8>")
    terminal.until("Line 3 of the file")
    terminal.press("<f7>")
    terminal.until("Line 2 of the file")
    terminal.press("<escape>i")
    terminal.until("What would be taken")
    same_picture(terminal, HELP / "import.screen.txt")
    kept = ask(store, read.count_episodes, ask(store, one))
    terminal.press("a")
    terminal.until("[x] Enter those who are like somebody here as others")
    terminal.press("u")
    terminal.until("[x] Also take values that differ")
    terminal.press("<f2>")
    terminal.until("Taken in: 3 clients, 3 episodes new")
    assert ask(store, read.count_episodes, ask(store, one)) == kept + 3
    terminal.press("<f2>")
    terminal.until("There is nothing to take in")


def test_what_cannot_be_taken_is_one_sentence(start: Start, tmp_path: Path) -> None:
    write(tmp_path, [row(AGNCY="T0999")]).rename(tmp_path / "other.csv")
    (tmp_path / "packed.csv").write_bytes(b"PK\x03\x04....")
    terminal = start()
    command(terminal, "import", "before you say so")
    terminal.press("~/other.csv<enter>")
    terminal.until(lambda seen: "is a file of agency T0999, not of T0001" in " ".join(seen.text().split()))
    terminal.press("o<end>" + "<backspace>" * 80 + "~/packed.csv<enter>")
    terminal.until(lambda seen: "is a zip archive: unpack it first" in " ".join(seen.text().split()))
    terminal.press("<f2>")
    terminal.until("There is nothing to take in")


@pytest.mark.parametrize(
    ("screen", "ready", "keys"),
    [
        ("check a file", "nothing is stored", ""),
        ("import", "before you say so", ""),
        ("bounce list", "Nothing is pasted yet", "o"),
        ("standards", "Find:", "<ctrl+o>"),
        ("standards", "Find:", "<ctrl+n><tab>draft<shift+tab>"),
        ("standards", "Find:", "<ctrl+d><ctrl+u>ndtms-cjit-p<tab>"),
    ],
)
def test_what_is_no_name_of_a_file_is_told_and_the_session_stays(
    start: Start, screen: str, ready: str, keys: str
) -> None:
    """What was to go elsewhere is pasted where a file is asked for."""
    terminal = start()
    command(terminal, screen, ready)
    terminal.press(f"{keys}<ctrl+u>{'one of a list, ' * 20}<f2>")
    terminal.until(lambda seen: "No file can be reached by that name (file name too long)" in told_in(seen))
    terminal.press("<escape><f3>")
    terminal.until("000001")


def told_in(seen: Terminal) -> str:
    """What stands on the screen, in one line."""
    return " ".join(seen.text().split())


def test_a_backup_the_doctor_the_version_and_the_first_steps(start: Start, store: Store, tmp_path: Path) -> None:
    terminal = start()
    command(terminal, "backup", "A new file")
    terminal.press("<escape>")
    terminal.until("What a backup is")
    same_picture(terminal, HELP / "backup.screen.txt")
    terminal.press("<f2><enter>")
    terminal.until("Written: ~/store-2020-12-15.backup")
    with open_store(tmp_path / "store-2020-12-15.backup", store.key_file, load) as copy:
        assert ask(copy, one).code == "T0001"
    terminal.press("<f2><enter>")
    terminal.until("There is a file at")
    terminal.press("<escape>")
    command(terminal, "doctor", "The store is well")
    same_but_numbers(terminal, HELP / "doctor.screen.txt")
    terminal.press("<escape>")
    command(terminal, "version", f"Keywork {VERSION}")
    assert terminal.shows("What changed") and terminal.shows("textual ")
    same_but_numbers(terminal, HELP / "version.screen.txt")
    terminal.press("<escape>")
    command(terminal, "first steps", "Bring your last extract")
    same_picture(terminal, HELP / "first_steps.screen.txt")
    store.key_file.chmod(0o604)
    command(terminal, "doctor", "is open to everybody on this computer")
    terminal.until(lambda seen: re.search(r"1 thing of \d+ wrong: see above", seen.text()) is not None)


def test_the_key_is_copied_at_the_screen(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "first steps", "Copy the key")
    terminal.press("<up><enter>")
    terminal.until("Without the key nothing in the store can be read")
    same_picture(terminal, HELP / "key.screen.txt")
    terminal.press("<f2>")
    terminal.until("Write these down")
    pieces = dict(re.findall(r"(\d+): ([0-9a-f]{4})\b", terminal.text()))
    assert "".join(pieces[str(number)] for number in range(1, 17)) == store.key_file.read_text().strip()
    # Whatever comes over it wipes it.
    terminal.press("<ctrl+p><escape>")
    terminal.until("F2 shows the key")
    assert not any(piece in terminal.text() for piece in pieces.values())
    terminal.press("<f2>")
    terminal.until("Write these down")
    terminal.press("<f2>")
    terminal.until("Is the copy right?")
    assert not any(piece in terminal.text() for piece in pieces.values())
    asked = re.findall(r"Group (\d+)", terminal.text())
    assert len(asked) == 3
    terminal.press("0000<enter>0000<enter>0000<enter>")
    terminal.until("the copy is not right")
    terminal.press("<up><up>" + "".join(f"<ctrl+u>{pieces[number]}<enter>" for number in asked))
    terminal.until("The copy is right as far as it was asked for")
    found = ask(store, lambda snapshot: list(audit.found(snapshot, AuditQuery("ann"))))
    assert [each.act for each in found if each.kind == "store"] == [key_copy.SHOW, key_copy.SHOW, key_copy.TYPED_BACK]


def test_the_first_session_of_a_day_makes_its_copy(start: Start, store: Store, tmp_path: Path) -> None:
    terminal = start(KEYWORK_TEST_COPY_AFTER="0.2")
    terminal.until(lambda _: ask(store, copy_notes.last_tried) is not None)
    command(terminal, "backup", "A new file")
    terminal.press("<escape>")
    terminal.until("The last good copy is of 15 Dec 2020 14:02.")
    assert terminal.shows("The first session of a day writes one into ~/copies")
    [copy] = [path for path in (tmp_path / "copies").iterdir() if not path.name.startswith(".")]
    assert terminal.shows(copy.name)
    # Another person's session that day makes none.
    other = start(person="bob", KEYWORK_TEST_COPY_AFTER="0.1")
    other.until_quiet(1.0)
    assert len([path for path in (tmp_path / "copies").iterdir() if not path.name.startswith(".")]) == 1


def test_a_setting_says_how_many_and_none_is_none(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert load_settings(path).daily_copies == 14
    for text, many in (("3", 3), ("0", 0), ("-1", 14), ("true", 14), ('"x"', 14), ("1001", 14)):
        path.write_text(f"daily_copies = {text}\n")
        assert load_settings(path).daily_copies == many


def test_a_copy_that_cannot_be_made_is_told(start: Start, store: Store, tmp_path: Path) -> None:
    (tmp_path / "copies").write_text("no folder")
    terminal = start(KEYWORK_TEST_COPY_AFTER="0.2")
    terminal.until("Today's copy of the store was not made.")
