"""The portal's list pasted in: each line leads to its record and field."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import pytest

from exporters.extracts.writing import export_submission
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.month import bounce_lists, extracts
from store.month import sent as stored_sent
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask
from tests.terminal import Terminal
from tui.screens.bounces import BouncesScreen
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")


@pytest.fixture
def sent(store: Store, agency: AgencyInfo, tmp_path: Path) -> list[list[str]]:
    """An extract of the store, marked as sent; its rows as cells."""
    folder = tmp_path / "out"
    folder.mkdir()
    written = NOW - timedelta(hours=1)
    made = export_submission(store, Work(agency, STANDARD, NOW.date()), "2026-09", folder, Who("ann", written))
    (its,) = ask(store, extracts.listed, agency)
    with store.writing(Who("ann", NOW)) as work:
        stored_sent.mark(work, its.id)
    return [line.split(",") for line in made.file.read_text(encoding="utf-8").splitlines()]


def paste(terminal: Terminal, text: str) -> None:
    """What a terminal sends for a paste."""
    terminal.send("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")


def test_a_pasted_list_leads_to_the_very_field(
    start: Start, store: Store, agency: AgencyInfo, sent: list[list[str]]
) -> None:
    at = {header: number for number, header in enumerate(sent[0])}
    name = next(row[at["EPISODID"]] for row in sent[2:])
    terminal = start()
    command(terminal, "bounce list", "Nothing is pasted yet")
    paste(terminal, f"Line 2 REFLD rule 9\n9999\nepisode {name}: PC\n")
    terminal.until("2 lead to a record")
    same_picture(terminal, HELP / "bounces.screen.txt")
    terminal.press("<enter>")
    terminal.until("F2 Save")
    label = STANDARD.by_header["REFLD"].label
    assert any(line.startswith(">") and label[:12] in line for line in terminal.lines())
    terminal.press("<escape>", 0.5)
    terminal.press("<down>")
    terminal.until("no line 9999")
    terminal.press("x")
    terminal.until("There is no other extract yet.")
    terminal.press("n2 DOB<enter>")
    terminal.until("4 lines, 3 lead")
    terminal.press("r")
    terminal.until("first row is 1")
    terminal.press("<delete>")
    terminal.until("Forget it")
    (its,) = ask(store, extracts.listed, agency)
    with store.writing(Who("bob", NOW)) as work:
        bounce_lists.add(work, agency, its, "3 from bob", counts_rows=True)
    terminal.press("f")
    terminal.until(lambda seen: seen.shows("3 from bob") and seen.shows("bob changed the list of 2026-09 meanwhile"))
    terminal.press("<delete>")
    terminal.until("Forget it")
    terminal.press("f")
    terminal.until("The list is forgotten")
    paste(terminal, "17, 2 and 5\n")
    terminal.until("3 lines, 3 lead")
    terminal.press("<home><down><down><enter>")
    terminal.until("F2 Save")
    at = {header: number for number, header in enumerate(sent[0])}
    assert sent[5][at["CLIENT"]] in terminal.lines()[0] and sent[5][at["CLIENT"]]


def test_the_list_is_there_again_and_f8_goes_to_the_next_that_nobody_saw_to(
    start: Start, sent: list[list[str]]
) -> None:
    at = {header: number for number, header in enumerate(sent[0])}
    other = next(
        number for number, row in enumerate(sent[1:], 2) if row[at["CLIENT"]] not in ("", sent[1][at["CLIENT"]])
    )
    terminal = start()
    command(terminal, "bounce list", "Nothing is pasted yet")
    paste(terminal, f"Row number;Field;Message\n2;REFLD;too late\n99;REFLD;no such row\n{other};REFLD;too late\n")
    terminal.until("3 lines, 2 lead to a record")
    terminal.press("<f8>")
    terminal.until("F2 Save")
    assert sent[1][at["CLIENT"]] in terminal.lines()[0]
    terminal.press("01012020")
    terminal.until("was 25 Apr 2020")
    terminal.press("<f2>")
    terminal.until("Saved")
    terminal.press("<escape>")
    terminal.until("1 changed since")
    assert [line.count("changed") for line in terminal.lines() if "too late" in line][:2] == [1, 0]
    terminal.press("<f8>")
    terminal.until("F2 Save")
    assert sent[other - 1][at["CLIENT"]] in terminal.lines()[0]
    terminal.press("<escape>")
    terminal.until("1 changed since")
    terminal.press("<f8>")
    terminal.until("No more lines this way")
    # Another start of the program: nothing is pasted again.
    terminal.press("<f10>")
    again = start()
    command(again, "bounce list", "3 lines, 2 lead to a record")
    assert "1 changed since" in again.text()


def test_without_an_extract_it_says_so(start: Start) -> None:
    terminal = start()
    command(terminal, "bounce list", "No extract was written yet")
    paste(terminal, "2\n")
    terminal.until("nothing a list could speak of")


def test_what_was_read_before_one_did_something_here_does_not_take_its_place() -> None:
    """Somebody else's act had the list read just as one pasted, or went to another extract: the answer came last, and
    the paste was gone from the screen, or the list of one month stood under the extract of another."""
    screen: Any = BouncesScreen()
    screen.extracts = [SimpleNamespace(submission="2020-10"), SimpleNamespace(submission="2020-11")]
    again = Mock()
    with (
        patch.object(BouncesScreen, "program", SimpleNamespace(agency=None)),
        patch.object(BouncesScreen, "_read"),
        patch.object(screen._refresher, "read", again),
        patch.object(bounce_lists, "one", return_value=SimpleNamespace(text="3 DOB", counts_rows=False)),
    ):
        answer = screen._question()(Mock())
        screen.text = "3 DOB\n4 PC"
        screen._stands(answer)
        assert screen.text == "3 DOB\n4 PC" and again.call_count == 1
        answer = screen._question()(Mock())
        screen.at = 1
        screen._stands(answer)
        assert screen.text == "3 DOB\n4 PC" and again.call_count == 2
        screen._stands(screen._question()(Mock()))
        assert screen.text == "3 DOB" and again.call_count == 2
