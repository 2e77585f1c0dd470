"""The portal's list pasted in: each line leads to its record and field."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import pytest

from exporters.extracts.writing import export_submission
from exporters.work import Work
from store.disk import sqlite
from store.facts import AgencyInfo, Who
from store.month import bounce_lists, extracts, submissions
from store.month import sent as stored_sent
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do
from tests.terminal import Terminal
from tui.screens import bounces
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
    paste(terminal, f"Line 2 REFLD rule 9\nLine 9999\nepisode {name}: PC\n")
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


@pytest.mark.parametrize("month", ["2026-10", "2026-09"])
def test_what_comes_after_another_extract_was_sent_is_of_that_one(
    start: Start, store: Store, agency: AgencyInfo, sent: list[list[str]], tmp_path: Path, month: str
) -> None:
    (before,) = ask(store, extracts.listed, agency)
    do(store, Who("ann", NOW), bounce_lists.add, agency, before, "2 DOB", counts_rows=False)
    if month == "2026-09":
        do(store, Who("ann", NOW), submissions.open_one, agency, month, reason="corrected")
    later = tmp_path / "later"
    later.mkdir()
    export_submission(store, Work(agency, STANDARD, NOW.date()), month, later, Who("ann", NOW))
    now = ask(store, extracts.listed, agency)[-1]
    do(store, Who("ann", NOW), stored_sent.mark, now.id)
    terminal = start()
    command(terminal, "bounce list", "Nothing is pasted yet")
    assert terminal.shows(f"Extract of {month}")
    terminal.until("Lists are kept of other extracts, too (2026-09): x goes there.")
    paste(terminal, "3 PC\n")
    terminal.until("1 line, 1 lead")
    terminal.until(lambda _: len(ask(store, bounce_lists.listed, agency)) == 2)
    terminal.press("x")
    terminal.until(lambda seen: seen.shows("2 DOB") and seen.shows("Extract of 2026-09"))
    # Whoever only looks takes nothing along; what was pasted at the wrong one goes over alone.
    do(store, Who("ann", NOW), bounce_lists.forget, agency, now.id)
    paste(terminal, "4 SEX\n")
    terminal.until("2 lines, 2 lead")
    terminal.press("x")
    terminal.until("What was pasted last is of 2026-09: m brings it over.")
    assert not terminal.shows("lead to a record")
    assert terminal.shows("Nothing is pasted yet") and terminal.shows(f"Extract of {month}")
    terminal.press("m")
    terminal.until(lambda seen: seen.shows("4 SEX") and not seen.shows("2 DOB"))
    terminal.press("m")
    terminal.until("What was pasted last, if anything, is in this list already.")
    # Of several pastes only the last one goes.
    terminal.press("x")
    terminal.until("2 DOB")
    for text in ("5 SEX\n", "6 SEX\n"):
        paste(terminal, text)
        terminal.until(text.strip())
    terminal.press("xm")
    terminal.until(lambda seen: seen.shows("6 SEX") and seen.shows("4 SEX") and not seen.shows("5 SEX"))
    texts = {one.extract_id: one.text.strip() for one in ask(store, bounce_lists.listed, agency)}
    assert {name: text.split() for name, text in texts.items()} == {
        before.id: ["2", "DOB", "5", "SEX"],
        now.id: ["4", "SEX", "6", "SEX"],
    }
    do(store, Who("bob", NOW), bounce_lists.forget, agency, now.id)
    terminal.until("Somebody else took this list away.")


def test_a_list_of_what_was_written_since_is_gone_on_with_and_a_return_sent_meanwhile_is_told(
    start: Start, store: Store, agency: AgencyInfo, sent: list[list[str]], tmp_path: Path
) -> None:
    later = tmp_path / "later"
    later.mkdir()
    export_submission(store, Work(agency, STANDARD, NOW.date()), "2026-10", later, Who("ann", NOW))
    now = ask(store, extracts.listed, agency)[-1]
    do(store, Who("ann", NOW), bounce_lists.add, agency, now, "2 DOB", counts_rows=False)
    terminal = start()
    command(terminal, "bounce list", "1 line, 1 lead")
    assert terminal.shows("Extract of 2026-10")
    terminal.press("x")
    terminal.until(lambda seen: seen.shows("Extract of 2026-09") and seen.shows("Nothing is pasted yet"))
    do(store, Who("bob", NOW), stored_sent.mark, now.id)
    terminal.until("An extract of 2026-10 was sent meanwhile: x goes there.")
    assert terminal.shows("Extract of 2026-09")


def test_how_a_list_counts_is_one_thing_for_all_who_have_it_open(
    start: Start, store: Store, agency: AgencyInfo, sent: list[list[str]]
) -> None:
    (its,) = ask(store, extracts.listed, agency)
    do(store, Who("ann", NOW), bounce_lists.add, agency, its, "Line 2: DOB", counts_rows=False)
    terminal = start()
    command(terminal, "bounce list", "headings are line 1")
    do(store, Who("bob", NOW), bounce_lists.count_from, agency, its, counts_rows=True)
    do(store, Who("bob", NOW), bounce_lists.add, agency, its, "Line 4: DOB", counts_rows=True)
    terminal.until("2 lines, 2 lead")
    assert terminal.shows("first row is 1")
    # What one adds leaves it as somebody else said.
    with store.writing(Who("bob", NOW)) as work:
        bounce_lists.count_from(work, agency, its, counts_rows=False)
    paste(terminal, "Line 5: DOB\n")
    terminal.until("3 lines, 3 lead")
    assert terminal.shows("headings are line 1")
    kept = ask(store, bounce_lists.one, agency, its.id)
    assert kept is not None and not kept.counts_rows


@pytest.mark.parametrize("is_typed", [True, False])
def test_what_the_store_did_not_take_is_not_shown_as_taken(
    start: Start, store: Store, agency: AgencyInfo, sent: list[list[str]], is_typed: bool
) -> None:
    (its,) = ask(store, extracts.listed, agency)
    do(store, Who("ann", NOW), bounce_lists.add, agency, its, "Line 2: DOB", counts_rows=False)
    terminal = start()
    command(terminal, "bounce list", "1 line, 1 lead")
    raw = sqlite.connect(store.path, store.ground.key)
    raw.execute("BEGIN IMMEDIATE")
    if is_typed:
        terminal.press("nLine 5: DOB<enter>")
    else:
        paste(terminal, "Line 3: DOB\nLine 4: DOB\n")
    terminal.until("What you typed stands there" if is_typed else "Nothing of it is taken into the list")
    raw.rollback()
    raw.close()
    assert not any(terminal.shows(f"Line {line}: DOB") for line in (3, 4, 5))
    terminal.press("n")
    terminal.until("A line of the portal's list")
    if is_typed:
        terminal.until("Line 5: DOB")  # what was typed stands there
        terminal.press("<enter>")
    else:
        terminal.press("Line 5: DOB<enter>")
    terminal.until("2 lines, 2 lead")
    kept = ask(store, bounce_lists.one, agency, its.id)
    assert kept is not None and kept.text == "Line 2: DOB\nLine 5: DOB"


def test_without_an_extract_it_says_so(start: Start) -> None:
    terminal = start()
    command(terminal, "bounce list", "No extract was written yet")
    paste(terminal, "2\n")
    terminal.until("nothing a list could speak of")


def test_what_was_read_before_one_did_something_here_does_not_take_its_place() -> None:
    """Somebody else's act had the list read just as one pasted, or went to another extract: the answer came last, and
    the paste was gone from the screen, or the list of one month stood under the extract of another."""
    screen: Any = BouncesScreen()
    screen.extracts = [SimpleNamespace(id="one"), SimpleNamespace(id="other")]
    again = Mock()
    with (
        patch.object(BouncesScreen, "program", SimpleNamespace(agency=None)),
        patch.object(BouncesScreen, "_read"),
        patch.object(BouncesScreen, "_know_extracts"),
        patch.object(BouncesScreen, "_tell"),
        patch.object(bounces, "_extracts"),
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
