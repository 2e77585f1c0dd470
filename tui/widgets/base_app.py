"""The app that every screen runs in: quiet on a slow line, keys in order, the real cursor shown, colours that exist."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import BindingsMap
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tui.terminal.display import DiffDisplay, stock_is_known
from tui.terminal.driver import EscapeDriver
from tui.terminal.key_queue import KeyQueue, is_waiting
from tui.terminal.sixteen_colours import TerminalGround
from tui.widgets.actions import ALL, REGISTRY
from tui.widgets.base_screen import BaseScreen, JumpPlace
from tui.widgets.settings import Settings
from tui.widgets.theme import THEMES, Tokens, textual_theme, tokens_for

SHOW_CURSOR = "\x1b[?25h"
# Longer than any flush of a draft; a hung line must not keep the process.
LAST_SECONDS = 3.0


def local_now() -> datetime:
    """The time on the clock of the host, with its zone."""
    return datetime.now().astimezone()


class BaseApp(App[int], inherit_bindings=False):
    """What the program's app inherits. Override `flush_drafts` to save what is typed before any end.

    `clock` gives now: nothing in the frame asks the computer's own clock. `settings` are what the person set; their
    problems are said in the status line of the first screen. In `demo` mode every screen says so.
    """

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = []
    BINDINGS = []

    def __init__(
        self, clock: Callable[[], datetime] = local_now, settings: Settings | None = None, demo: bool = False
    ) -> None:
        self.display_buffer: DiffDisplay | None = DiffDisplay() if stock_is_known() else None
        super().__init__()
        # Made here and not in the class, so that the settings read before the app is made apply.
        self._bindings = BindingsMap(each for each in REGISTRY.bindings(ALL) if each.action.startswith("app."))
        self.clock = clock
        self.settings = settings or Settings()
        self.demo = demo
        self.animation_level = "none"
        self.mouse_on = self.settings.mouse
        self.key_queue = KeyQueue(self, super().on_event)
        for name in THEMES:
            self.register_theme(textual_theme(name, self.colours))
        self._tokens = tokens_for(self.settings.theme, self.colours)
        self.theme = f"keywork-{self.settings.theme}"
        self._leaving = False

    # Colours

    @property
    def colours(self) -> str:
        """What the terminal can show: `256`, `16` or `none`."""
        if self.no_color or self.console.color_system is None:
            return "none"
        return "16" if self.console.color_system == "standard" else "256"

    @property
    def tokens(self) -> Tokens:
        """The styles that widgets draw with now."""
        return self._tokens

    def use_theme(self, name: str) -> None:
        """Change the colours of everything to one of `THEMES`."""
        self._tokens = tokens_for(name, self.colours)
        self.theme = f"keywork-{name}"
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget):
                widget.refresh()
        self.redraw()

    def get_line_filters(self) -> list[LineFilter]:
        """Textual turns NO_COLOR into shades of grey, which are colours; here it means none."""
        if self.colours == "none":
            return [NoColor()]
        return [TerminalGround()] if self.colours == "16" else list(super().get_line_filters())

    # Display

    def get_driver_class(self) -> type[Driver]:
        """The driver that tells Escape from sequences; where Textual uses another platform's, that one."""
        stock = super().get_driver_class()
        return EscapeDriver if issubclass(EscapeDriver, stock) else stock

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        driver = self._driver
        stock = (
            self.display_buffer is None
            or not isinstance(renderable, LayoutUpdate | ChopsUpdate)
            or self.is_headless
            or driver is None
            or driver.is_inline
        )
        if stock or self.display_buffer is None:
            super()._display(screen, renderable)
        else:
            try:
                self.display_buffer.send(self, renderable)
            finally:
                self.post_display_hook()

    def redraw(self) -> None:
        """Draw every cell again, trusting nothing of what the terminal shows."""
        if self.display_buffer is not None:
            self.display_buffer.forget()
        if self._screen_stack:
            self.screen.refresh()

    def _show_cursor(self) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(SHOW_CURSOR)
            self._driver.flush()

    def _resumed(self, *_: object) -> None:
        self._show_cursor()
        self.redraw()

    # Events

    async def on_event(self, event: events.Event) -> None:
        """Keys, pastes and mouse buttons go through the queue that keeps their order; all else at once."""
        if not self._put(event):
            await super().on_event(event)

    def take(self, message: Message) -> None:
        """A message of the driver, in the app's own loop: a key need not wait in the app's queue when that is empty."""
        if not (is_waiting(self) and isinstance(message, events.Event) and self._put(message)):
            self.post_message(message)

    def _put(self, event: events.Event) -> bool:
        ordered = isinstance(event, events.Key | events.Paste | events.MouseDown | events.MouseUp)
        if not ordered or getattr(event, "is_forwarded", False) or not self._running:
            return False
        self.key_queue.put(event)
        return True

    async def _press_keys(self, keys: Iterable[str]) -> None:
        await super()._press_keys(keys)
        await self.key_queue.settled()

    def on_mount(self) -> None:
        """Show the real cursor, listen to signals, turn the mouse off when the settings say so."""
        self.app_resume_signal.subscribe(self, self._resumed)
        if isinstance(self._driver, EscapeDriver):
            if self.display_buffer is not None:
                self.display_buffer.encoding = self._driver.encoding
            if not self.mouse_on:
                self._driver.set_mouse(False)
        self._show_cursor()
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGHUP, signal.SIGTERM):
                loop.add_signal_handler(number, self._signalled, number)

    def on_resize(self) -> None:
        """A terminal reflows its cells on a change of size: forget them."""
        if self.display_buffer is not None:
            self.display_buffer.forget()

    def on_app_focus(self) -> None:
        """Other programs write to a shared host's terminals while nobody looks."""
        self.redraw()

    # Leaving

    def flush_drafts(self, reason: str) -> None:
        """Save what is typed, at once and without asking; `reason` is `leave`, `suspend`, `SIGHUP` or `SIGTERM`.

        The frame has nothing to save. The app of the program overrides this; it may be called more than once.
        """

    def _signalled(self, number: signal.Signals) -> None:
        if self._leaving:
            return
        self._leaving = True
        try:
            self.flush_drafts(number.name)
        finally:
            # The line may be dead: a write to it can wait for ever, and the driver would spin on its end of file.
            asyncio.get_running_loop().call_later(LAST_SECONDS, os._exit, 128 + number)
            self.key_queue.stop()
            self.exit(128 + number)

    def action_leave(self) -> None:
        """F10: drafts are kept, the program ends."""
        self._leaving = True
        self.flush_drafts("leave")
        self.key_queue.stop()
        self.exit(0)

    def action_shell(self) -> None:
        """Suspend to the shell; `fg` comes back to the same place."""
        self.flush_drafts("suspend")
        self.action_suspend_process()

    # Other actions of the frame

    def action_redraw(self) -> None:
        """Ctrl+L."""
        self.redraw()

    def action_copy(self) -> None:
        """Copy what the focused widget, else the screen, gives by `text_to_copy` to the terminal's clipboard."""
        for holder in (self.focused, self.screen):
            give = getattr(holder, "text_to_copy", None)
            text = give() if callable(give) else ""
            if text:
                self.copy_to_clipboard(text)
                self.say(f"Copied: {text.splitlines()[0]}")
                return
        self.say("There is nothing here to copy.")

    def action_mouse(self) -> None:
        """Turn the mouse off, so that the terminal's own selection works, or on again."""
        self.mouse_on = not self.mouse_on
        if isinstance(self._driver, EscapeDriver):
            self._driver.set_mouse(self.mouse_on)
        self.say("The mouse is on." if self.mouse_on else "The mouse is off: the terminal's own copy works.")

    def action_next_theme(self) -> None:
        """The next of the themes."""
        name = THEMES[(THEMES.index(self._tokens.theme) + 1) % len(THEMES)]
        self.use_theme(name)
        self.say(f"Colours: {name}.")

    def action_help(self) -> None:
        """F1: the keys of this screen."""
        from tui.help import about
        from tui.widgets.help_screen import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            scope = getattr(self.screen, "scope", "")
            title = getattr(self.screen, "heading", "") or self.screen.title or ""
            self.push_screen(HelpScreen(scope, title, about(scope), getattr(self, "said", str), self.hidden_actions()))

    def action_palette(self) -> None:
        """Ctrl+P: every action by name."""
        from tui.widgets.palette import Palette

        scope = getattr(self.screen, "scope", "")
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(scope, self.hidden_actions(), getattr(self, "said", str)), self.run_by_id)

    def hidden_actions(self) -> frozenset[str]:
        """The ids of actions that are nothing here: palette and key bar leave them out."""
        return frozenset()

    async def run_by_id(self, id: str | None) -> None:
        """Run an action of the registry on the screen that is up; None does nothing."""
        if id is not None:
            await self.run_action(REGISTRY[id].method, self.screen)

    def action_jump(self) -> None:
        """Ctrl+G: one letter for each place the screen offers."""
        from tui.widgets.jump import Jump

        places: list[JumpPlace] = getattr(self.screen, "jumps", list)()
        if places:
            self.push_screen(Jump(places), lambda place: place() if place is not None else None)
        else:
            self.say("There is nowhere to jump to here.")

    def to_finding(self, step: Literal[1, -1]) -> None:
        """Open the first finding there is, or the last. The frame knows none; the app of the program overrides this."""

    def say(self, text: str, severity: str = "") -> None:
        """Put a message in the status line of the screen that is up, or of the first below it that has one."""
        for screen in reversed(self.screen_stack):
            show = getattr(screen, "say", None)
            if callable(show):
                show(text, severity)
                return

    def unsay(self, text: str) -> None:
        """Take a message back wherever it still stands: it is not true any more."""
        for screen in self.screen_stack:
            if isinstance(screen, BaseScreen):
                screen.unsay(text)
