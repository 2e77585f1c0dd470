"""What persons typed is told as they typed it, though it looks like a word of ours; ours are the standard's own."""

import pytest

from store.facts import AgencyInfo, Who
from store.records import read, save
from store.store import Store
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command
from tests.screens_wales.test_noticed import JOURNEY
from tests.stores import ask

NOTE = "episode 3, row 4"


@pytest.fixture
def client(store: Store, agency: AgencyInfo) -> str:
    """A client whose number is `Row`; the id."""
    with store.writing(Who("bob", NOW)) as work:
        who = {"CLIENTNO": "Row", "SURNAME1": "P", "FORENAME1": "R", "DOB": "1980-02-03", "GENDER": "1"}
        made = save.create(work, "client", agency.id, "", who)
        save.create(work, "episode", made.id, "", JOURNEY)
    return made.id


def test_a_key_worker_called_row_stays_row(start: Start, store: Store, client: str) -> None:
    terminal = start(120, 40, ready="F2 Save", person="Row", KEYWORK_TEST_OPEN=client)
    terminal.press("<ctrl+t><home><down><enter><ctrl+k>")
    terminal.until("Kept here, never sent")
    terminal.press(f"Row<tab>{NOTE}<enter>")
    terminal.until("Kept with Journey 1 Oct 2020: key worker Row.")
    assert terminal.shows("Client Row RP") and not terminal.shows("Event")
    kept = ask(store, read.tree, client).episodes[0]
    assert (kept.key_worker, kept.note) == ("Row", NOTE)
    terminal.press("<ctrl+k>")
    terminal.until("Key workers here: Row")
    assert terminal.shows(NOTE)
    terminal.press("<escape><f1>")
    terminal.until("Help: Client")
    assert terminal.shows("A new journey, event or client") and terminal.shows("Key worker and note of the journey")
    terminal.press("<escape><ctrl+p>key worker")
    terminal.until("Key worker and note of the journ")


def test_a_client_whose_number_is_row_stays_row_in_the_status_line(start: Start, client: str) -> None:
    terminal = start(ready="F2 Save", KEYWORK_TEST_OPEN=client)
    terminal.press("<ctrl+t><delete>")
    terminal.until("Delete this record?")
    terminal.press("d")
    terminal.until("Deleted: The client.")
    terminal.press("<ctrl+z>")
    terminal.until("Back again: Client Row RP.")


def test_an_order_by_state_is_named_in_the_standards_terms(start: Start) -> None:
    terminal = start(ready="Find:")
    for order in ("initials", "birth date", "opened", "state: open, closed, no journey"):
        command(terminal, "Sort by the next", f"Sorted by {order}.")


async def test_a_number_that_is_emptied_stays_empty_when_somebody_else_saves(store: Store, client: str) -> None:
    async with at_client(store, client, header="CLIENTNO") as (app, pilot):
        await until(pilot, lambda: app.screen.form.editor.has_focus)
        case = app.screen.case
        await pilot.press("backspace", "tab")
        (episode,) = case.episodes()
        with store.writing(Who("bob", NOW)) as work:
            save.change(work, "episode", episode.id, {**episode.values, "SUBST1": "0001"}, 1)
        await until(pilot, lambda: case.by_id[episode.id].version == 2)
        assert "CLIENTNO" not in case.client.values and case.client.is_changed
