"""The tree beside the form is not made anew with every key, and never shows what is not so any more."""

from collections.abc import Sequence

import pytest
from textual import events

from store.facts import ClientTree, Draft, Who
from store.live import drafts
from store.records import save
from store.store import Store
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW, Program
from tests.stores import do
from tui.app.open_store import StoreLocation
from tui.screens.client import labels
from tui.screens.client.compare import ComparePage
from tui.screens.client.screen import ClientScreen
from tui.screens.month import MonthScreen
from tui.widgets.confirm import Confirm
from tui.widgets.tree_pane import Node, TreePane


async def test_with_every_key_the_tree_says_what_stands_in_the_records(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    shown: list[str] = []
    show = TreePane.show

    def noted(pane: TreePane, roots: Sequence[Node]) -> None:
        shown.append("shown")
        show(pane, roots)

    monkeypatch.setattr(TreePane, "show", noted)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        app.open_client(known.client.id, header="FINITIAL")
        await until(pilot, lambda: isinstance(app.screen, ClientScreen) and app.entered)
        screen = app.screen
        assert isinstance(screen, ClientScreen)
        episode = known.episodes[0].episode.id
        seen = set[str]()
        # A name that stands in the tree, a date that does, a sex without a place in it, codes that are wrong and right.
        for record, header, typed in (
            (known.client.id, "FINITIAL", "XD"),
            (known.client.id, "SEX", "7781"),
            (episode, "REFLD", "2x"),
            (episode, "PC", "SR"),
            (episode, "CONSENT", "Q"),
        ):
            screen.open(screen.case.by_id[record], header)
            for key in ("backspace", *typed):
                event = events.Key(key, key if len(key) == 1 else None)
                app.take(event)
                await app.key_queue.settled()
                await pilot.pause()
                worst = labels.worst_of(screen.case, [one.finding for one in screen.entries if one.finding])
                assert screen.tree_pane._roots == labels.nodes(screen.case, worst), (header, key)
                seen.add(str(screen.tree_pane._roots))
        assert len(seen) > 5
        screen.open(screen.case.client, "NATION")
        app.take(events.Key("Z", "Z"))
        await app.key_queue.settled()
        await pilot.pause()
        shown.clear()
        app.take(events.Key("Z", "Z"))
        await app.key_queue.settled()
        assert shown == []


async def test_the_tree_stands_at_a_deleted_record_whose_draft_is_kept(store: Store, known: ClientTree) -> None:
    event = known.episodes[0].events[0]
    draft = Draft("event", event.id, {**event.values, "RECPEER": "N"}, 1, event.parent_id, event.section)
    do(store, Who("ann", NOW), drafts.save, draft)
    do(store, Who("bob", NOW), save.delete, "event", event.id, 1)
    async with at_client(store, known.client.id) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("k")
        await until(pilot, lambda: isinstance(app.screen, ComparePage))
        await pilot.press("f7", "f2")
        await until(pilot, lambda: isinstance(app.screen, ClientScreen) and app.screen.held.id == event.id)
        assert app.screen.case.is_gone(app.screen.held)
        assert app.screen.tree_pane.current.id == event.id


async def test_the_tree_stands_at_a_deleted_record_that_one_is_led_to(store: Store, known: ClientTree) -> None:
    event = known.episodes[0].events[0]
    do(store, Who("bob", NOW), save.delete, "event", event.id, 1)
    async with at_client(store, known.client.id, known.episodes[0].episode.id, event.id) as (app, pilot):
        await until(pilot, lambda: app.screen.form.editor.has_focus)
        assert app.screen.held.id == event.id
        assert app.screen.tree_pane.current.id == event.id
