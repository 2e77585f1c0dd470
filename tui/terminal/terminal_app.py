"""Textual's App on a slow line: only what changed is sent, keys keep their order, and an end always comes."""

import _thread
import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable
from functools import partial
from inspect import isawaitable
from time import sleep
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen

from tui.terminal import textual_private
from tui.terminal.driver import LeavingDriver, can_be_resumed
from tui.terminal.key_queue import KeyQueue, busy_on, is_waiting, mounted, passed

if TYPE_CHECKING:
    from tui.terminal.display import DiffDisplay


MOST_ROUNDS = 5
"""A widget that always has something to do must not keep its screen from being drawn."""
SIGNALS = (
    *(signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT),
    *(signal.SIGXCPU, signal.SIGUSR1, signal.SIGUSR2, signal.SIGABRT),
)
"""A line that closes, a host that goes down, somebody who wants the program to end, the host's limit of processor time:
each would end it anyhow, and leave a client on the terminal. Of a fault inside a library nothing can be caught so."""
LOOP_SECONDS = 1.0
"""So long the loop has to begin the end; then what is typed is kept without it."""
LAST_SECONDS = 4.0
"""Longer than any flush of a draft; a hung line must not keep the process."""
ALARM_SECONDS = 8
"""What the system waits for a program that does not even get to its threads."""
SHOW_CURSOR = "\x1b[?25h"


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


class Ending:
    """Ends one app on a signal. `keep(name)` keeps what is typed, in whatever thread; `leave(code)` ends the app in its
    own loop."""

    def __init__(self, keep: Callable[[str], None], leave: Callable[[int], None]) -> None:
        self._keep, self._leave = keep, leave
        self._told: signal.Signals | None = None
        self._begun = threading.Lock()

    def listen(self) -> None:
        """From now on. Call it in the app's loop, in the main thread."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._in_the_loop, number)
            # In the place of the loop's own, which does nothing: the loop is told by the system all the same.
            signal.signal(number, self._at_once)

    def _at_once(self, number: int, _: FrameType | None) -> None:
        """Between two steps of the main thread, be it one that waits: nothing here may wait for a lock."""
        if self._told is None:
            self._told = signal.Signals(number)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(ALARM_SECONDS)
            _thread.start_new_thread(self._whatever_happens, (self._told,))

    def _in_the_loop(self, number: signal.Signals) -> None:
        if self._begun.acquire(blocking=False):
            try:
                self._keep(number.name)
            finally:
                self._leave(128 + number)

    def _whatever_happens(self, number: signal.Signals) -> None:
        sleep(LOOP_SECONDS)
        if self._begun.acquire(blocking=False):
            _thread.start_new_thread(self._without_the_loop, (number,))
        sleep(LAST_SECONDS - LOOP_SECONDS)
        os._exit(128 + number)

    def _without_the_loop(self, number: signal.Signals) -> None:
        with contextlib.suppress(Exception):
            self._keep(number.name)
        os._exit(128 + number)


def _display_of_changes() -> "DiffDisplay | None":
    if not textual_private.kept("display"):
        return None
    from tui.terminal.display import DiffDisplay  # it names what another Textual may not have

    return DiffDisplay()


class QueuedCall:
    """What is called in an app's own queue.

    Of a method Textual remembers how many parameters it takes; of a function or a `partial` that is made for one call
    it finds that out by looking through its signature, each time.
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call

    def do(self) -> Any:
        """Call it."""
        return self._call()


class PendingCall:
    """What is to be called in an app's queue in so many `seconds`; a Textual timer costs ten times that."""

    def __init__(self, app: "TerminalApp", seconds: float, callback: Callable[[], object]) -> None:
        """Begin to wait, in the app's own loop."""
        self.seconds, self._app, self._callback = seconds, app, callback
        self._handle = asyncio.get_running_loop().call_later(seconds, self._due)
        app.pending.add(self)

    def stop(self) -> None:
        """Call nothing any more; when it was called already that is no matter."""
        self._handle.cancel()
        self._app.pending.discard(self)

    def _due(self) -> None:
        self._app.call_in_turn(self._callback)
        self._app.pending.discard(self)


class TerminalApp(App[int], inherit_bindings=False):
    """An app in a terminal. Override `flush_drafts` to save what is typed before any end.

    `key_queue` holds the keys that wait. Each part of this stands aside where `textual_private` finds another Textual.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []

    def __init__(self) -> None:
        self.display_buffer = _display_of_changes()
        super().__init__()
        self.mouse_on = True
        self.pending: set[PendingCall] = set()
        self.key_queue = KeyQueue(self, self.deliver)
        self._first_frames = FirstFrames(self)
        self._is_leaving = False

    # Display

    def get_driver_class(self) -> type[Driver]:
        """The driver that tells Escape from sequences; where Textual uses another platform's, that one."""
        stock, own = super().get_driver_class(), LeavingDriver
        if textual_private.kept("driver"):
            from tui.terminal.driver import EscapeDriver as own  # it names what another Textual may not have
        return own if issubclass(own, stock) else stock

    @property
    def is_hidden(self) -> bool:
        """Whether nothing of the screens may be shown now; the app of the program overrides this."""
        return False

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if self.is_hidden:
            return
        if self.display_buffer is None:
            super()._display(screen, renderable)
            return
        if not self.is_headless and self._first_frames.wait_for(screen):
            return
        sent = False
        try:
            sent = self.display_buffer.send(self, renderable)
        finally:
            if sent:
                self.post_display_hook()
        if not sent:
            super()._display(screen, renderable)

    def redraw(self) -> None:
        """Draw every cell again, trusting nothing of what the terminal shows."""
        if self.display_buffer is not None:
            self.display_buffer.forget()
        if self.screen_stack:
            self.screen.refresh()

    def _show_cursor(self) -> None:
        driver = textual_private.driver_of(self)
        if driver is not None and not self.is_headless:
            driver.write(SHOW_CURSOR)
            driver.flush()

    def _resumed(self, *_: object) -> None:
        self._show_cursor()
        self.redraw()

    def use_mouse(self, on: bool) -> None:
        """Turn the reporting of the mouse on or off."""
        self.mouse_on = on
        set_mouse = getattr(textual_private.driver_of(self), "set_mouse", None)
        if set_mouse is not None:
            set_mouse(on)

    # Calls in the app's own queue

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Have something called when what is in the queue has been handled; may be called in any thread."""
        call = partial(callback, *args, **kwargs) if args or kwargs else callback
        return self.post_message(events.Callback(callback=QueuedCall(call).do))

    def call_in_turn(self, callback: Callable[..., Any], *args: Any) -> None:
        """The same from the app's own loop, at once where nothing is in the queue: what happens with every key."""
        if not (textual_private.kept("at_once") and is_waiting(self) and not self._closing and self.screen_stack):
            self.call_later(callback, *args)
            return
        found: list[Any] = []
        try:
            textual_private.at_once(self, lambda: found.append(callback(*args)))
        except Exception as error:
            self._handle_exception(error)
        if found and isawaitable(found[0]):
            self.call_later(lambda: found[0])

    def call_in(self, seconds: float, callback: Callable[[], object], /) -> PendingCall:
        """The same in so many seconds, for what happens with every key."""
        return PendingCall(self, seconds, callback)

    # Events

    async def on_event(self, event: events.Event) -> None:
        """Keys, pastes and mouse buttons go through the queue that keeps their order; all else at once."""
        if not self._put(event):
            await super().on_event(event)

    async def deliver(self, event: events.Event) -> None:
        """Hand an event of the queue out to what has the focus now."""
        await super().on_event(event)

    def take(self, message: Message) -> None:
        """A message of the driver, in the app's own loop: a key need not wait in the app's queue when that is empty."""
        waits = textual_private.kept("keys") and is_waiting(self)
        if not (waits and isinstance(message, events.Event) and self._put(message, app_waits=not self.is_hidden)):
            self.post_message(message)

    def _put(self, event: events.Event, app_waits: bool = False) -> bool:
        ordered = isinstance(event, events.Key | events.Paste | events.MouseDown | events.MouseUp)
        if not ordered or getattr(event, "is_forwarded", False) or not self.is_running:
            return False
        if not textual_private.kept("keys"):
            return False
        self.key_queue.put(event, app_waits and textual_private.kept("at_once"))
        return True

    async def on_key(self, event: events.Key) -> None:
        """A key that nobody took."""
        if await textual_private.run_spare_binding(self, event.key):
            event.stop()

    async def _press_keys(self, keys: Iterable[str]) -> None:
        await super()._press_keys(keys)
        await self.key_queue.settled()

    def on_mount(self) -> None:
        """Show the real cursor, listen to signals, turn the mouse off when that is wished."""
        self.app_resume_signal.subscribe(self, self._resumed)
        driver = textual_private.driver_of(self)
        if self.display_buffer is not None:
            self.display_buffer.encoding = getattr(driver, "encoding", "utf-8")
        if not self.mouse_on:
            self.use_mouse(False)
        self._show_cursor()
        if not self.is_headless:
            Ending(self._keep_at_the_end, self._leave_at_the_end).listen()

    def on_resize(self) -> None:
        """A terminal reflows its cells on a change of size: forget them."""
        if self.display_buffer is not None:
            self.display_buffer.forget()

    def on_app_focus(self) -> None:
        """Other programs write to a shared host's terminals while nobody looks."""
        self.redraw()

    # Leaving

    def flush_drafts(self, reason: str) -> None:
        """Save what is typed, at once and without asking; `reason` is `leave`, `suspend`, `fault` or a signal's name.

        Here is nothing to save. The app of the program overrides this; it may be called more than once, and in a thread
        of its own when the app's hangs.
        """

    def leave(self, code: int = 0) -> None:
        """End the program: what is typed is kept, keys that wait are not looked at any more."""
        self._is_leaving = True
        self.flush_drafts("leave")
        self.key_queue.stop()
        self.exit(code)

    def _keep_at_the_end(self, reason: str) -> None:
        if not self._is_leaving:
            self._is_leaving = True
            self.flush_drafts(reason)

    def _leave_at_the_end(self, code: int) -> None:
        self.key_queue.stop()
        self.exit(code)

    @property
    def can_suspend(self) -> bool:
        """Whether the program can go to sleep, and somebody is there who would wake it."""
        driver = textual_private.driver_of(self)
        return driver is not None and driver.can_suspend and can_be_resumed()

    @property
    def fault(self) -> Exception | None:
        """What went wrong inside the program, if that ended it."""
        return textual_private.fault_of(self)

    def _fatal_error(self) -> None:
        """Keep what is typed and give the terminal back. Textual would print what every function knows: client data."""
        with contextlib.suppress(Exception):
            self.flush_drafts("fault")
        textual_private.end_at_once(self)
