"""What is said beside an episode, its key worker and its note, is a change of one's own, too."""

from datetime import timedelta
from pathlib import Path

import pytest

from store.clients import search
from store.facts import AgencyInfo, ClientQuery
from store.records import read
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command
from tests.stores import ask


@pytest.mark.parametrize("typed", ["Jo Field<tab><enter>", "<tab>rings back on Mondays<enter>"])
def test_a_key_worker_or_a_note_makes_the_client_one_of_mine(
    start: Start, store: Store, agency: AgencyInfo, tmp_path: Path, typed: str
) -> None:
    clock = tmp_path / "clock"  # later than everybody was entered: whoever changed last is who counts
    clock.write_text((NOW + timedelta(hours=1)).isoformat(), encoding="ascii")
    row = ask(store, search.page, agency, ClientQuery(text="000007"), 0, 1)[0]
    terminal = start(KEYWORK_TEST_CLOCK=str(clock))
    terminal.press("<ctrl+w>")
    terminal.until(" 0 clients")
    terminal.press("<ctrl+k>")
    terminal.until("has a key worker yet")
    terminal.press("<ctrl+w>000007<enter>")
    terminal.until("Client 000007")
    terminal.until("F2 Save")
    terminal.press("<ctrl+t><home><down><enter><ctrl+k>")
    terminal.until("Key worker")
    terminal.press(typed)
    terminal.until("Kept with Episode")
    assert ask(store, read.tree, row.id).episodes[0].key_worker == ("Jo Field" if typed.startswith("Jo") else "")
    terminal.press("<escape>", 0.4)
    terminal.until("Find:")
    terminal.press("<ctrl+u><ctrl+w>")
    terminal.until(" 1 client")
    assert terminal.lines()[4].startswith("000007")
    terminal.until(lambda terminal: not terminal.shows("has a key worker yet"))
    command(terminal, "by me today", "History")
    assert terminal.shows("000007")
