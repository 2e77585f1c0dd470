"""Worklists at the screen: a number each, Enter opens the field that waits, F8 and F7 go along the list."""

from pathlib import Path

import pytest

from store.facts import AgencyInfo, Who
from store.records import field_notes, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do
from tui.screens.clients.keys import SHOWN
from tui.screens.clients.rows import FILTERS

ANN = Who("ann", NOW)


@pytest.fixture
def waiting(store: Store, agency: AgencyInfo) -> list[str]:
    """Three clients whose episode is not begun; their references."""
    made = []
    for number in range(1, 4):
        made.append(f"W{number}")
        client = do(store, ANN, save.create, "client", agency.id, "", {"CLIENT": made[-1], "FINITIAL": "A"})
        do(store, ANN, save.create, "episode", client.id, "", {"CONSENT": "Y", "REFLD": "20201201"})
    return made


def test_month_has_the_numbers_and_a_worklist_is_walked_by_f8(
    start: Start, store: Store, agency: AgencyInfo, waiting: list[str]
) -> None:
    terminal = start(KEYWORK_TEST_START="month", ready="not begun 3")
    terminal.press("w")
    terminal.until("Open without: Caseload start date                                    3 clients")
    same_picture(terminal, HELP / "worklists.screen.txt")
    terminal.press("<down><enter>")
    terminal.until("[not begun]")
    terminal.until("3 clients")
    terminal.press("<enter>")
    terminal.until("1 of 3: Open without: Caseload start date.")
    assert terminal.shows("Client W1")
    terminal.press("<f8>")
    terminal.until("2 of 3: Open without")
    terminal.press("t<f2>")
    terminal.until("Done: Saved")
    begun = [one.episode["CPLANDT"] for one in ask(store, read.episodes, agency) if one.client["CLIENT"] == "W2"]
    assert begun == ["20201215"]
    terminal.press("<f8>")
    terminal.until("3 of 3: Open without")
    terminal.press("<f8>")
    terminal.until("That was the last of this worklist")
    terminal.press("<f7>")  # past the one that is done
    terminal.until("1 of 3: Open without")
    terminal.press("<escape>", 0.4)
    terminal.until("2 clients")
    terminal.press("<escape>")
    terminal.until("Open without: Caseload start date                                    2 clients")


def test_a_note_stands_at_its_field_and_goes_when_it_is_answered(
    start: Start, store: Store, agency: AgencyInfo, waiting: list[str]
) -> None:
    terminal = start()
    terminal.press("W2<enter>")
    terminal.until("Client W2")
    terminal.until("F2 Save")
    terminal.press("<ctrl+w>")
    terminal.until("Note on")
    terminal.press("asked, waits for form<enter>")
    terminal.until("it is on the worklist of notes")
    assert terminal.shows("NOTE: asked, waits")
    (note,) = ask(store, field_notes.listed, agency)
    assert (note.text, note.reference, note.person) == ("asked, waits for form", "W2", "ann")
    terminal.press("<escape>", 0.4)
    command(terminal, "notes", "[notes]")
    terminal.press("<ctrl+u>")
    command(terminal, "notes", " 1 client")
    terminal.press("<enter>")
    terminal.until("1 of 1: Notes on fields to answer: asked, waits for form")
    terminal.press("<ctrl+w>")
    terminal.until("Note on")
    terminal.press("<ctrl+u><f2>")
    terminal.until("No note at")
    assert ask(store, field_notes.listed, agency) == []
    assert not ask(store, read.tree, note.client_id).episodes[0].episode.noted


def test_each_filter_of_the_list_is_an_action() -> None:
    assert set(SHOWN) == set(FILTERS)


def test_the_weeks_without_an_event_are_a_setting(start: Start, tmp_path: Path) -> None:
    terminal = start()
    command(terminal, "no event for weeks", "[no event]")
    assert terminal.shows("no event for 12 weeks")
    command(terminal, "how many weeks", "Weeks")
    terminal.press("<ctrl+u>0<enter>")
    terminal.until("Type a number of weeks from 1 to 520.")
    terminal.press("<ctrl+u>520<enter>")
    terminal.until(" 0 clients")
    assert "quiet_weeks = 520" in (tmp_path / "keywork" / "settings.toml").read_text()
