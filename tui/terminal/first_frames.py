"""The first picture of each screen, drawn when its widgets know how much room they have.

Textual draws a screen as soon as it is laid out, and only then tells the widgets their sizes. Those that divide their
lines by their width are then drawn again: over a slow line a person sees the screen jump, and waits for it twice.
"""

import asyncio
from typing import Any
from weakref import WeakSet

from textual.app import App
from textual.screen import Screen

from tui.terminal import textual_private
from tui.terminal.key_queue import busy_on, mounted, passed

MOST_ROUNDS = 5
"""A widget that always has something to do must not keep its screen from being drawn."""


class FirstFrames:
    """Which screens of one app have been drawn, and the waiting of the one that comes up."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._drawn: WeakSet[Screen[Any]] = WeakSet()
        self._waiting: dict[Screen[Any], asyncio.Task[None]] = {}

    def wait_for(self, screen: Screen[Any]) -> bool:
        """Whether a screen that was never drawn has to settle; it is drawn by itself then."""
        if screen in self._drawn or not (textual_private.kept("keys") and textual_private.kept("draw_now")):
            return False
        if screen not in self._waiting:
            if not busy_on(screen):
                self._drawn.add(screen)
                return False
            self._waiting[screen] = asyncio.create_task(self._settle(screen), name="first frame")
        return True

    async def _settle(self, screen: Screen[Any]) -> None:
        try:
            await mounted(screen)
            for _ in range(MOST_ROUNDS):
                for pump in busy_on(screen):
                    await passed(pump)
                if not textual_private.lay_out_now(screen) and not busy_on(screen):
                    break
        finally:
            self._drawn.add(screen)
            self._waiting.pop(screen, None)
        if screen.is_current:
            screen.refresh()
            textual_private.draw_now(screen)
