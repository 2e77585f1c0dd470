"""The app in the test's own process: for what other sessions do while somebody is at a client."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from store.store import Store
from tests.screens.program import NOW, Program
from tui.app.open_store import StoreLocation
from tui.form.record_form import RecordForm
from tui.widgets.text_line import StatusLine


async def until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    """Wait for something to be so."""
    for _ in range(600):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("that did not come")


class Said:
    """All that status lines said, in order: the next sentence may come before anybody has looked."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def __call__(self, text: str) -> bool:
        """Whether something was said that holds this."""
        return any(text in one for one in self.all)


@asynccontextmanager
async def at_client(store: Store, client_id: str, *place: str, **header: str) -> AsyncIterator[tuple[Any, Pilot[Any]]]:
    """The app at a client of the store, in the record and at the field of `App.open_client`; `app.said` is a `Said`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KEYWORK_TEST_START", "month")
        app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)
        app.said, say = Said(), StatusLine.say

        def noted(line: StatusLine, text: str, severity: str = "") -> None:
            app.said.all.append(text)
            say(line, text, severity)

        patched.setattr(StatusLine, "say", noted)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.store is not None and app.screen.is_mounted)
            app.open_client(client_id, *place, **header)
            # No key counts before the form is there; a question about what was left may stand over it.
            await until(pilot, lambda: any(one.query(RecordForm) for one in app.screen_stack))
            yield app, pilot
