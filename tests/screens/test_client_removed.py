"""Who is removed for good while somebody types of him: nothing of the typing is kept, in the store or beside it."""

from typing import Any

import pytest

from exporters.subject import removal
from store.facts import ClientTree, Who
from store.live import drafts, presence
from store.records import agencies, save
from store.store import Store
from tests.screens.program import NOW, Program
from tests.screens.test_own_save_is_no_news import until
from tests.stores import ask, do
from tui.app.open_store import StoreLocation
from tui.widgets.text_line import StatusLine
from validators.standard.catalogue import load


async def test_a_session_that_slept_while_the_client_was_removed_keeps_nothing_of_him(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    agency = ask(store, agencies.one)
    its = do(store, Who("bob", NOW), save.create, "client", agency.id, "", {**known.client.values, "CLIENT": "1"}).id
    app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and app.screen.is_mounted)
        app.open_client(its, header="CLIENT")
        await until(pilot, lambda: getattr(getattr(app.screen, "held", None), "id", "") == its)
        await pilot.press("x")
        await until(pilot, lambda: ask(store, drafts.listed, "ann"))
        do(store, Who("", NOW, app.session), presence.leave)  # as for one who gave no sign of life for long enough
        asked = do(store, Who("bob", NOW), removal.ask, agency, load(agency.standard), its, "withdrawal", NOW.date())
        do(store, Who("cat", NOW), removal.confirm, agency, load(agency.standard), asked.id, NOW.date())
        await pilot.press("y")
        await until(pilot, lambda: "removed for good" in app.screen.query_one(StatusLine).text)
        await pilot.press("f2")
        await until(pilot, lambda: "Not saved: this is not in the store" in app.screen.query_one(StatusLine).text)
        await pilot.press("z", "f10")
    assert ask(store, drafts.listed, "ann") == []
    assert not [one.name for one in store.path.parent.iterdir() if "unsaved" in one.name]
    assert "is not kept" in app.last_words
