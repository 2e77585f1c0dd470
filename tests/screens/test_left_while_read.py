"""A screen that is left before the store has answered it: what was read for it is told to nobody, and fails nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from store.facts import ClientTree
from store.store import Store
from tests.screens.program import NOW, Program
from tests.screens.test_own_save_is_no_news import until
from tui.app.open_store import StoreLocation
from tui.screens.month import MonthScreen
from tui.screens.registry import SCREENS


async def test_no_screen_minds_being_left_before_the_store_has_answered_it(
    store: Store, known: ClientTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
    answers: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        monkeypatch.setattr(app, "call_in_turn", lambda call, *values: answers.append((call, values)))
        names = [name for name, one in SCREENS.items() if one.from_anywhere and not one.home and one.is_for(app.standard)]
        for name in names:
            app.open_screen(name)
            await until(pilot, lambda: app.screen.is_mounted and not app.threads._tasks)
            left = app.screen
            app.open_screen("month")
            await until(pilot, lambda: not left.is_attached and not left.children and not app.threads._tasks)
            for call, values in answers:
                call(*values)
            answers.clear()
        assert len(names) > 20
