"""Keys in their order: the next one is handed out only when all that the last one set off has come to rest.

Textual puts a key in the queue of whatever widget has the focus at the moment it is read. A burst that opens a dialog,
moves the focus or changes the screen would land where the focus was. Here one task hands out one event at a time and
waits, after each, for the queues between the focused widget and the app to run empty, for a pushed or popped screen to
be mounted and laid out, and for holds that a long action asked for.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from tui.terminal import textual_private

# A widget that posts to itself for ever must not stop the keyboard: after so many rounds the next key goes out.
MOST_ROUNDS = 50
WITH_ALT = frozenset({"alt+left", "alt+right", "alt+up", "alt+down"})
"""Terminals send each as one sequence, which cannot be Escape and an arrow typed one after the other."""


_ENTER, _TAB, _BACKSPACE, _ESCAPE = ("enter", "\r"), ("tab", "\t"), ("backspace", "\x7f"), ("escape", "\x1b")
_BARE: Mapping[str, tuple[str, str | None]] = {
    **dict.fromkeys(("ctrl+j", "newline", "ctrl+m"), _ENTER),
    **dict.fromkeys(("ctrl+tab", "ctrl+i"), _TAB),
    "ctrl+shift+tab": ("shift+tab", None),
    "ctrl+h": _BACKSPACE,
    "ctrl+left_square_bracket": _ESCAPE,
    "shift+space": ("space", " "),
    # By their name or by their sign, which of some has lost the Shift.
    **{bare[1]: bare for bare in (_ENTER, _BACKSPACE, _ESCAPE)},
    **{
        f"{held}{name}": bare
        for bare in (_ENTER, _BACKSPACE, _ESCAPE)
        for name in bare
        for held in ("shift+", "ctrl+", "ctrl+shift+")
    },
}
"""What most terminals send for a key with Shift or Ctrl, by the name that one gives it which tells them apart."""

Passes = Callable[[events.Event], bool]
"""Whether an event may go out before a hold is released: it means the same then as afterwards."""


class KeyHold:
    """Keeps the keys waiting while an action works elsewhere (a save in a thread). Release it before asking."""

    def __init__(self, release: Callable[["KeyHold"], None], passes: Passes | None = None) -> None:
        self._release = release
        self.passes = passes

    def release(self) -> None:
        """Let the keys go on; a second call does nothing."""
        self._release(self)


class KeyQueue:
    """One app's waiting keys, pastes and mouse buttons, and the task that hands them out."""

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app, self._deliver = app, deliver
        self._waiting: deque[events.Event] = deque()
        self._holds: set[KeyHold] = set()
        self._task: asyncio.Task[None] | None = None
        self._rested: Screen[Any] | None = None
        self._free = asyncio.Event()
        self._free.set()
        self._released_one = asyncio.Event()
        self.last_at = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: events.Event, app_waits: bool = False) -> None:
        """Add an event at the end. Call it from the app's own loop. `last_at` is when, by the monotonic clock.

        With `app_waits` the app has nothing to do: a character that meets a program at rest has its effect here and
        now, which by way of the app's and the widget's queues takes half as long again.
        """
        self.last_at = monotonic()
        is_free = app_waits and not (self._waiting or self._holds) and (self._task is None or self._task.done())
        if is_free and isinstance(event, events.Key) and event.is_printable and self._handled(event):
            return
        self._waiting.extend(_as_meant(event))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="keys in order")

    def _handled(self, event: events.Key) -> bool:
        """Whether the widget with the focus has dealt with a key, at once."""
        target: Any = self._app.focused
        take = getattr(target, "take", None)
        if take is None or not self._is_at_rest() or not is_waiting(target) or not self._app.app_focus:
            return False
        if not target.check_consume_key(event.key, event.character):
            return False  # it may be bound to something else
        try:
            textual_private.at_once(target, partial(take, event))
        except Exception as error:
            self._app._handle_exception(error)
        return True

    def hold(self, passes: Passes | None = None) -> KeyHold:
        """Make the keys wait until the returned hold is released; but for those that `passes` lets go, in their order.

        A key that waits keeps those behind it waiting too.
        """
        hold = KeyHold(self._released, passes)
        self._holds.add(hold)
        if passes is None:
            self._free.clear()
        return hold

    def _released(self, hold: KeyHold) -> None:
        self._holds.discard(hold)
        self._released_one.set()
        if all(one.passes is not None for one in self._holds):
            self._free.set()

    def _may_go(self, event: events.Event) -> bool:
        return all(one.passes is not None and one.passes(event) for one in self._holds)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the keys for the length of a `with` block."""
        hold = self.hold()
        try:
            yield
        finally:
            hold.release()

    async def settled(self) -> None:
        """Return when every key that came so far has been handed out and has had its effect. Not for key handlers."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def stop(self) -> None:
        """Drop what waits: the app is leaving."""
        self._waiting.clear()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        app = self._app
        if not self._is_at_rest():
            await self._rest([])
        while self._waiting and not app._exit:
            while self._waiting and not self._may_go(self._waiting[0]):
                self._released_one.clear()
                await self._released_one.wait()
                await self._rest([])
            if not self._waiting:
                break
            event = self._waiting.popleft()
            target = self._target()
            try:
                await self._deliver(event)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                app._handle_exception(error)
                return
            await self._rest(self._chain(target))

    def _is_at_rest(self) -> bool:
        """Whether a first key after a pause can go out at once: the screen is the one of the last key, and idle."""
        try:
            top = self._app.screen
        except ScreenStackError:
            return False
        return top is self._rested and not busy_on(top)

    def _target(self) -> MessagePump:
        try:
            return self._app.focused or self._app.screen
        except ScreenStackError:
            return self._app

    def _chain(self, node: MessagePump | None) -> list[MessagePump]:
        """The pumps a bubbling event passes from `node` on, in that order."""
        chain: list[MessagePump] = []
        while node is not None:
            chain.append(node)
            node = node._parent
        if self._app not in chain:
            chain.append(self._app)
        return chain

    async def _rest(self, first: list[MessagePump]) -> None:
        """Wait until nothing that the last event set off is still under way."""
        pumps = first
        screen: Screen[Any] | None = None
        for _ in range(MOST_ROUNDS):
            for pump in pumps:
                await passed(pump)
            await self._free.wait()
            if self._app._exit:
                return
            try:
                top = self._app.screen
            except ScreenStackError:
                return
            await mounted(top)
            if top is not screen:
                # A screen that came up has to be laid out before a key can mean the same as it does to slow hands;
                # one that was there all the time is passed through once, for the results a dialog left it.
                screen, pumps = top, self._chain(self._target())
                continue
            pumps = [*busy_on(top), *filter(_is_busy, [self._app])]
            if top._callbacks and not pumps:
                await top.wait_for_refresh()
                pumps = [top]
            if not pumps:
                self._rested = top
                return


async def mounted(screen: Screen[Any]) -> None:
    """Wait for a screen and everything on it to be mounted."""
    for node in screen.walk_children(Widget, with_self=True):
        if not node.is_mounted and not node._closing and node._task is not None:
            await _either(asyncio.ensure_future(node._mounted_event.wait()), node)


async def passed(pump: MessagePump) -> None:
    """Wait until `pump` has handled all that stands in its queue now; at once when it is closed or does nothing."""
    if not pump._running or pump._closing or pump._closed or is_waiting(pump):
        return
    passage = _Passage()
    # Not by `call_later`, which wraps what it is given: of a bare method Textual remembers the signature.
    if pump.post_message(events.Callback(callback=passage.pass_on)):
        await _either(passage.future, pump)


def _as_meant(event: events.Event) -> list[events.Event]:
    """What the terminal meant: LF is Enter (tmux sends it for the keypad's), Alt+x was sent as Escape, then x; Enter is
    Enter also where Shift or Ctrl of the key before is still held.

    A key with Alt that the program uses is left as it is. A pasted LF is no key, and stays in its paste.
    """
    if not isinstance(event, events.Key):
        return [event]
    if (bare := _BARE.get(event.key)) is not None:
        return [events.Key(*bare)]
    if not event.key.startswith("alt+") or event.key in WITH_ALT:
        return [event]
    rest = event.key.removeprefix("alt+")
    return [events.Key("escape", "\x1b"), events.Key(rest, event.character)]


def busy_on(screen: Screen[Any]) -> list[MessagePump]:
    """What has something to do of a screen and all that is on it."""
    return [pump for pump in textual_private.on_screen(screen) if _is_busy(pump)]


class _Passage:
    """A marker in a queue."""

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pass_on(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


def _is_busy(pump: MessagePump) -> bool:
    if not pump._running or pump._closing or pump._closed:
        return False
    return bool(pump._next_callbacks) or not pump._message_queue.empty()


def is_waiting(pump: MessagePump) -> bool:
    """Whether a pump has nothing to do and waits for its next message. When that cannot be told: False, to be asked."""
    queue: Any = pump._message_queue
    waits = getattr(queue.ready_event, "_waiters", ())
    return queue.empty() and not pump._next_callbacks and any(not one.done() for one in waits)


async def _either(waiting: asyncio.Future[Any], pump: MessagePump) -> None:
    """Wait for something that `pump` will do, or for the end of `pump`, which then never will."""
    ends: set[asyncio.Future[Any]] = {waiting} if pump._task is None else {waiting, pump._task}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
