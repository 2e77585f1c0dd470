"""What is typed stands in one place: a client is open once, and a draft that waits is not written over."""

from store.facts import ClientTree, Who
from store.live import drafts
from store.records import read, save
from store.store import Store
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW
from tests.stores import ask, do
from tui.screens.client.compare import ComparePage
from tui.widgets.confirm import Confirm, Question


async def test_what_waits_is_not_written_over_by_what_is_typed_next(store: Store, known: ClientTree) -> None:
    async with at_client(store, known.client.id, header="FINITIAL") as (app, pilot):
        await pilot.press("q", "tab", "r", "escape")
        await until(pilot, lambda: typed(store, known.client.id, "SINITIAL") == ["R"])
        app.open_client(known.client.id, header="CLIENT")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape", "x", "tab", "escape")
        await until(pilot, lambda: "x" in typed(store, known.client.id, "CLIENT"))
        assert sorted(typed(store, known.client.id, "SINITIAL")) == ["M", "R"]
        # The later one is offered first, and then the one that waited: as it was left.
        app.open_client(known.client.id)
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("k")
        await until(pilot, lambda: app.said("1 older draft"))
        await pilot.press("f2")
        await until(pilot, lambda: app.said("Saved: Client x"))
        await pilot.press("escape")
        app.open_client(known.client.id)
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("k")
        await until(pilot, lambda: isinstance(app.screen, ComparePage))


def typed(store: Store, record_id: str, header: str) -> list[str]:
    """What stands in a field of all drafts of a record."""
    return [one.values.get(header, "") for one in ask(store, drafts.listed, "ann") if one.record_id == record_id]


async def test_a_client_that_is_open_under_a_list_comes_up_as_it_was_left(store: Store, known: ClientTree) -> None:
    async with at_client(store, known.client.id, header="FINITIAL") as (app, pilot):
        first = app.screen
        await pilot.press("q", "tab", "r", "f3")
        await until(pilot, lambda: app.screen is not first and app.screen.is_mounted)
        app.open_client(known.client.id)
        await until(pilot, lambda: app.screen is first)
        assert [type(one).__name__ for one in app.screen_stack[1:]] == ["MonthScreen", "ClientsScreen", "ClientScreen"]
        await pilot.press("s", "ctrl+z")
        assert first.case.client.values["FINITIAL"] == "Q" and first.case.client.values["SINITIAL"] == "M"
        await pilot.press("ctrl+y", "escape")
        assert type(app.screen).__name__ == "ClientsScreen"
        await until(pilot, lambda: typed(store, known.client.id, "SINITIAL") == ["RS"])


async def test_a_client_that_is_opened_again_begins_where_one_begins(store: Store, known: ClientTree) -> None:
    async with at_client(store, known.client.id) as (app, pilot):
        first = app.screen
        began = first.held.id, first.form.model.current
        await pilot.press("tab", "tab", "tab", "f3")
        await until(pilot, lambda: app.screen is not first and app.screen.is_mounted)
        app.open_client(known.client.id)
        await until(pilot, lambda: app.screen is first)
        assert (first.held.id, first.form.model.current) == began, "keys that were learnt by heart land where they did"


async def test_f8_over_an_open_client_leads_into_that_very_screen(store: Store, known: ClientTree) -> None:
    async with at_client(store, known.client.id, header="FINITIAL") as (app, pilot):
        first = app.screen
        await pilot.press("7", "tab", "f3")
        await until(pilot, lambda: app.screen is not first and app.screen.is_mounted)
        do(store, Who("bob", NOW), save.change, "event", known.episodes[0].events[0].id, {"SUBMODDT": "x"}, 1)
        await until(pilot, lambda: first.case.by_id[known.episodes[0].events[0].id].version == 2)
        app.to_finding(1, known.client.id, itself=True)
        await until(pilot, lambda: app.screen is first)
        assert sum(isinstance(one, type(first)) for one in app.screen_stack) == 1
        assert first.case.client.values["FINITIAL"] == "7"


async def test_what_is_typed_in_a_record_that_one_deletes_comes_back_with_it(store: Store, known: ClientTree) -> None:
    episode = known.episodes[0].episode
    async with at_client(store, known.client.id, episode.id, header="CMSID") as (app, pilot):
        screen = app.screen
        await pilot.press("9", "tab", "ctrl+t", "delete")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "comes back with it" in " ".join(app.screen.query_one(Question)._text)
        await pilot.press("d")
        await until(pilot, lambda: app.said("Deleted: Episode"))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: app.said("Back again"))
        assert screen.held.id == episode.id and screen.held.values["CMSID"] == "9" and screen.held.is_changed
        await pilot.press("f2")
        await until(pilot, lambda: app.said("Saved: Episode"))
    assert ask(store, read.get, "episode", episode.id).values["CMSID"] == "9"
