"""The tree beside the form is not made anew with every key, and never shows what is not so any more."""

from collections.abc import Sequence

import pytest
from textual import events

from store.facts import ClientTree
from store.store import Store
from tests.screens.pilots import until
from tests.screens.program import NOW, Program
from tui.app.open_store import StoreLocation
from tui.screens.client import labels
from tui.screens.client.screen import ClientScreen
from tui.screens.month import MonthScreen
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
