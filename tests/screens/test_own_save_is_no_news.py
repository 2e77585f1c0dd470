"""An own save is not news to the one who made it: nothing is read again for it, while others' saves are."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from store.facts import ClientTree, Who
from store.live.own_acts import OwnActs
from store.records import agencies, read, save
from store.store import Store
from tests.screens.conftest import CLIENT
from tests.screens.program import NOW, Program
from tests.stores import ask
from tui.app.open_store import StoreLocation
from tui.screens.calendar.rows import read_year
from tui.screens.client.screen import ClientScreen
from tui.screens.month import MonthScreen
from tui.session.store_access import StoreChanged


class Counts:
    """How often a client was read and a year was reckoned, and what the month's screen below all was told."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.clients = self.years = 0
        self.told: list[StoreChanged] = []
        tree, told = read.tree, MonthScreen.on_store_changed

        def counted_tree(*args: Any, **more: Any) -> ClientTree:
            self.clients += 1
            return tree(*args, **more)

        def counted_year(*args: Any) -> Any:
            self.years += 1
            return read_year(*args)

        def listened(screen: MonthScreen, event: StoreChanged) -> None:
            self.told.append(event)
            told(screen, event)

        patch.setattr(read, "tree", counted_tree)
        patch.setattr("tui.screens.calendar.screen.read_year", counted_year)
        patch.setattr(MonthScreen, "on_store_changed", listened)

    def from_now(self) -> None:
        """Count anew."""
        self.clients = self.years = 0
        self.told.clear()


async def until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    """Wait for something to be so."""
    for _ in range(600):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("that did not come")


async def test_after_f2_the_client_is_read_once_and_the_calendar_is_not_reckoned_anew(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(monkeypatch)
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        app.open_screen("calendar")
        await until(pilot, lambda: counts.years)
        app.open_client(known.client.id, header="CLIENT")
        await until(pilot, lambda: isinstance(app.screen, ClientScreen))
        client = app.screen
        assert isinstance(client, ClientScreen)
        await pilot.press("x")
        counts.from_now()
        await pilot.press("f2")
        await until(pilot, lambda: counts.told)
        await pilot.pause()
        assert ask(store, read.get, "client", known.client.id).version == known.client.version + 1
        assert [(event.saved, event.own) for event in counts.told] == [(True, True)]
        assert (counts.clients, counts.years) == (1, 0)

        counts.from_now()
        with store.writing(Who("bob", NOW)) as work:
            save.create(work, "client", ask(store, agencies.one).id, "", {**CLIENT, "CLIENTID": "c-2"})
        await until(pilot, lambda: counts.told and counts.clients and counts.years)
        assert not counts.told[0].own


def test_only_what_was_done_here_altogether_is_ones_own() -> None:
    own = OwnActs()
    own.note(range(5, 8))
    own.note(range(8, 9))
    assert not own.are_all(3, 8)  # somebody else did the fourth
    own.note(range(9, 12))
    own.note(range(14, 15))
    assert not own.are_all(8, 14)  # and the twelfth and thirteenth
    own.note(range(15, 17))
    own.forget(range(15, 17))  # it was not committed: another's took these numbers
    assert not own.are_all(14, 16)
    own.note(range(17, 20))
    assert own.are_all(16, 19)
