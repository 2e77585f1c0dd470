"""A client who is left a moment before the program: what was typed last is kept all the same."""

from typing import Any

import pytest

from store.facts import ClientTree, Who
from store.live import offline_drafts
from store.store import Store
from tests.screens.program import NOW, Program
from tests.screens.test_own_save_is_no_news import until
from tests.stores import ask
from tui.app import open_store
from tui.app.open_store import StoreLocation
from tui.screens.client.screen import ClientScreen


async def test_what_a_locked_store_has_not_taken_when_its_screen_is_left_is_kept_by_f10(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    monkeypatch.setattr(open_store, "BUSY_SECONDS", 0.2)
    app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and app.screen.is_mounted)
        app.open_client(known.client.id, header="CLIENT")
        await until(pilot, lambda: isinstance(app.screen, ClientScreen))
        with store.writing(Who("loader", NOW)):
            await pilot.press("x", "escape", "f10")
            await until(pilot, lambda: app._exit)
    (typed,), _ = ask(store, offline_drafts.left)
    assert typed.values["CLIENT"] == "x" and "offered at the next start" in app.last_words
