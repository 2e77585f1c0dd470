"""Who is removed for good while somebody types of him: nothing of the typing is kept, in the store or beside it."""

import pytest

from exporters.subject import removal
from store.facts import ClientTree, Who
from store.live import drafts, presence
from store.records import agencies, save
from store.store import Store
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW
from tests.stores import ask, do
from validators.standard.catalogue import load


async def test_a_session_that_slept_while_the_client_was_removed_keeps_nothing_of_him(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = ask(store, agencies.one)
    its = do(store, Who("bob", NOW), save.create, "client", agency.id, "", {**known.client.values, "CLIENT": "1"}).id
    async with at_client(store, its, header="CLIENT") as (app, pilot):
        await pilot.press("x")
        await until(pilot, lambda: ask(store, drafts.listed, "ann"))
        do(store, Who("", NOW, app.session), presence.leave)  # as for one who gave no sign of life for long enough
        asked = do(store, Who("bob", NOW), removal.ask, agency, load(agency.standard), its, "withdrawal", NOW.date())
        do(store, Who("cat", NOW), removal.confirm, agency, load(agency.standard), asked.id, NOW.date())
        await pilot.press("y")
        await until(pilot, lambda: app.said("removed for good"))
        await pilot.press("f2")
        await until(pilot, lambda: app.said("Not saved: this is not in the store"))
        await pilot.press("z", "f10")
    assert ask(store, drafts.listed, "ann") == []
    assert not [one.name for one in store.path.parent.iterdir() if "unsaved" in one.name]
    assert "is not kept" in app.last_words
