"""A screen that is left before the store has answered it: what was read for it is told to nobody, and fails nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from store.facts import ClientTree
from store.store import Store
from tests.screens.pilots import until
from tests.screens.program import NOW, Program
from tui.app.open_store import StoreLocation
from tui.screens.month import MonthScreen
from tui.screens.registry import SCREENS
from tui.widgets.line_input import LineInput


async def rested(app: Any, screen: Any, holds: Callable[[Any], bool]) -> None:
    """Wait for something to be so of a screen and every answer to have come; what failed in the app fails here."""
    while not holds(screen) or app.threads._tasks:
        await asyncio.sleep(0.005)
        if app._exception is not None:
            raise app._exception


async def test_no_screen_minds_being_left_before_the_store_has_answered_it(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    answers: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        monkeypatch.setattr(app, "call_in_turn", lambda call, *values: answers.append((call, values)))
        names = [
            name for name, one in SCREENS.items() if one.from_anywhere and not one.home and one.is_for(app.standard)
        ]
        for name in names:
            app.open_screen(name)
            left = app.screen
            await rested(app, left, lambda one: one.is_mounted)
            lines = list(left.query(LineInput))
            app.open_screen("month")
            await rested(app, left, lambda one: not one.is_attached and not one.children)
            for line in lines:  # the cursor is called back after a refresh, which comes when it comes
                line.has_focus = True
                line.place_cursor()
            for call, values in answers:
                call(*values)
            answers.clear()
        assert len(names) > 20
