"""The app's way to the store: threads that work for it, and a watch over what others save.

Nothing a person types waits for the database: functions run in threads, their results come back as callbacks in the
app's own queue. All that writes goes through one thread, in the order it was asked for, so that a draft can never
overtake the save that cleared it.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message
from textual.screen import Screen

from store.disk.files import unreached
from tui.session.log import LOG
from tui.session.memory import give_back, rest, settle
from tui.session.own_files import Upgraded
from validators.problems import Problem
from validators.standard.terminology import Terms

if TYPE_CHECKING:
    from store.live.news import StoreState
    from store.store import Store
    from tui.widgets.base_app import BaseApp

Result = TypeVar("Result")
READERS = 3
SETTLED_SECONDS = 3.0
"""After the start all that a session needs is loaded."""
GIVE_BACK_SECONDS = 5.0
"""Memory is given back at most so often."""
UNHURRIED_SECONDS = 0.2
"""A draft is written in a hundredth of that, or something is in the way that a person may be told of."""
WATCH_SECONDS = 1.0
GROUPS_SECONDS, SOON_SECONDS = 30.0, 3.0
AWAY_SECONDS = 5.0
"""Who has pressed no key for so long is not typing: what is kept for the next key is given back then. On a machine that
is too busy to write a draft every second it is no time for that."""


class StoreChanged(Message, bubble=False):
    """Somebody did something that the audit tells; `saved` when that changed a record, `own` when nobody but this very
    program did any of it. `put_back` when the store is an earlier one, or another file: what was written may be gone.
    """

    def __init__(self, saved: bool, own: bool, put_back: bool = False) -> None:
        super().__init__()
        self.saved, self.own, self.put_back = saved, own, put_back


class OthersMoved(Message, bubble=False):
    """Somebody came to the client that one is in, left it, or is in another record of it now."""


def shortly(problem: Problem, path: Path | None, terms: Terms) -> str:
    """The sentence without the store's long name, which a person at a screen knows and which hides the rest."""
    told = problem.told(terms)
    return told.replace(f"store {path} ", "store ") if path is not None else told


def failed_inside(error: BaseException) -> Problem:
    """Note a fault of the program; what a person is told of it is its kind alone, for the text of an error may hold
    what somebody typed. That a file is out of reach is none of the program's: the name was typed, or its place went."""
    if isinstance(error, OSError) and error.filename is not None:
        return unreached(error)
    LOG.fault(error)
    return Problem(f"That failed inside the program ({type(error).__name__}): please report it.")


def stand_back() -> None:
    """Have the thread that calls this take a processor from nobody: it has one in its turn, as often as others.

    On a host of many sessions a thread that wakes to write a draft would break in on those that answer a key. Does
    nothing where the system knows no such turns.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


class StoreThreads:
    """Runs functions in threads for one app."""

    def __init__(self, app: "BaseApp") -> None:
        self._app = app
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader", initializer=stand_back)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer", initializer=stand_back)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unhurried: set[Future[object]] = set()
        self._next_time = monotonic() + SETTLED_SECONDS
        self.is_settled = self._stopped = False

    def run(
        self,
        job: Callable[[], Result],
        *,
        on_done: Callable[[Result], object] | None = None,
        on_problem: Callable[[Problem], object] | None = None,
        writes: bool = False,
        hold: bool = False,
    ) -> "asyncio.Task[Result | None]":
        """Do a job in a thread.

        `on_done(result)` is called in the app's queue; on a Problem `on_problem`, else the sentence stands in the
        status line. With `hold` the keys wait until that is done. The task gives the result, None after a Problem.
        """
        keys = self._app.key_queue.hold() if hold else None
        lane = self._writer if writes else self._readers

        def call() -> Result:
            try:
                return job()
            finally:
                self.tidy()

        def came(callback: Callable[[Any], Any] | None, value: Any) -> Any:
            try:
                return callback(value) if callback is not None else None
            except Upgraded as problem:  # what it would open cannot be loaded any more
                self._told(problem)
            finally:
                if keys is not None:
                    keys.release()

        async def work() -> Result | None:
            if self._stopped:  # what is asked for while the app ends is no fault of the program
                return None
            try:
                result = await asyncio.get_running_loop().run_in_executor(lane, call)
            except Problem as problem:
                self._app.call_in_turn(came, on_problem or self._told, problem)
                return None
            except Exception as error:
                self._app.log.error(error)
                self._app.call_in_turn(came, on_problem or self._told, failed_inside(error))
                return None
            self._app.call_in_turn(came, on_done, result)
            return result

        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def write_unhurried(
        self, job: Callable[[], object], on_done: Callable[[], object], on_problem: Callable[[Problem], object]
    ) -> None:
        """Do a job in the writing thread, in its turn; the loop hears that it is done when it wakes next. Of a problem,
        and of one that was long under way, it hears at once.

        For what is written with nearly every key: to wake the loop for each costs as much again as to wake the thread,
        and the next key wakes it anyway. Whoever asks has something call the loop before long. Nothing is given back of
        what the thread took: it will take it again.
        """
        loop, context, late = asyncio.get_running_loop(), copy_context(), monotonic() + UNHURRIED_SECONDS
        try:
            future = self._writer.submit(job)
        except RuntimeError:  # the program ends, and no thread begins anything: what was typed is kept by then
            return
        self._unhurried.add(future)

        def heard() -> None:
            self._unhurried.discard(future)
            error = future.exception()
            if error is None:
                self._app.call_in_turn(on_done)
            else:
                self._app.call_in_turn(on_problem, error if isinstance(error, Problem) else failed_inside(error))

        def ended(future: "Future[object]") -> None:
            if future.cancelled():
                return
            # A loop that is being debugged takes a call from another thread in no way but the one that wakes it.
            can_wait = future.exception() is None and monotonic() < late and not loop.get_debug()
            tell = loop.call_soon if can_wait else loop.call_soon_threadsafe
            with suppress(RuntimeError):  # the app has ended
                tell(heard, context=context)

        future.add_done_callback(ended)

    def tidy(self) -> None:
        """Give memory back now and then; called in a thread that has done its work."""
        if monotonic() > self._next_time:
            self._next_time = monotonic() + GIVE_BACK_SECONDS
            if self.is_settled:
                give_back()
            else:
                self.is_settled = True
                settle()

    def come_to_rest(self, seconds: float) -> bool:
        """Whether all that writes has come to its end within so many seconds, which the app's loop waits for.

        For whoever stops the process: one that is stopped within a transaction keeps everybody else from writing for
        as long as it sleeps.
        """
        try:
            self._writer.submit(lambda: None).result(seconds)
        except FutureTimeout:
            return False
        except RuntimeError:  # the program ends
            pass
        return True

    def stop(self) -> None:
        """Take no more work and forget what has not begun."""
        self._stopped = True
        for lane in (self._readers, self._writer):
            lane.shutdown(wait=False, cancel_futures=True)

    def _told(self, problem: Problem) -> None:
        self._app.say(problem.sentence, "error")


def _only_drafts_between(before: "StoreState | None", now: "StoreState") -> bool:
    """Whether something was written between two looks, and nothing but drafts and signs of life."""
    if before is None or now is before:
        return False
    return (before.saved, before.act, before.others) == (now.saved, now.act, now.others)


class StoreWatch:
    """Looks every second what others did, every other one where they type all the time, in a thread of its own; tells
    the screens only of what concerns them, so that an idle line carries nothing and the app of an idle session sleeps.

    Most of what is written are drafts, which concern nobody else: a hundred people who type change the store at every
    moment, and whoever read anything again for each of them would have no time left for keys.
    """

    def __init__(
        self,
        app: "BaseApp",
        threads: StoreThreads,
        store: "Store",
        look: Callable[["StoreState | None"], "StoreState"],
        others: Callable[[int], object],
        shut_out: Callable[[Problem], object],
    ) -> None:
        """`look` says how things stand now, given how they stood before; it is called in another thread. `others` is
        called when somebody else did something that the audit tells, with the last act before that; `shut_out` once the
        person may not read the store any more."""
        self._app, self._threads, self._store = app, threads, store
        self._look, self._others, self._shut_out = look, others, shut_out
        self._ask_at = monotonic() + GROUPS_SECONDS
        self._state: StoreState | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self.lost = ""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    # In the thread

    def _watch(self) -> None:
        stand_back()
        while not self._ended.is_set():
            before, in_vain = self._state, False
            try:
                now = self._look(before)
                self._ask_to_read(before, now)
                if not self._threads.is_settled:
                    self._threads.tidy()
                if monotonic() - self._app.key_queue.last_at > AWAY_SECONDS and self._store.rest():
                    rest()
            except Exception as error:
                self._missed(error if isinstance(error, Problem) else failed_inside(error))
            else:
                self._state = now
                self._compare(before, now)
                in_vain = _only_drafts_between(before, now)
            # Where others write all the time, and nothing that concerns this person, each look reads, and costs.
            self._ended.wait(WATCH_SECONDS * (2 if in_vain else 1))

    def _ask_to_read(self, before: "StoreState | None", now: "StoreState") -> None:
        """Now and then see whether the person may still read: who is in which group no act tells."""
        if before is not None and now.act != before.act:  # perhaps a role, which holds for a moment yet
            self._ask_at = min(self._ask_at, monotonic() + SOON_SECONDS)
        elif monotonic() > self._ask_at:
            self._ask_at = monotonic() + GROUPS_SECONDS
            with self._store.reading():
                pass

    def _compare(self, before: "StoreState | None", now: "StoreState") -> None:
        if self.lost:
            self.lost = ""
            self._hand_over(self._app.say, "The store is back.", "ok")
        if before is None or now is before:
            return
        moved = now.file != before.file
        if moved or (now.saved, now.act) != (before.saved, before.act):
            own = not moved and before.act < now.act and self._store.own_acts.are_all(before.act, now.act)
            # Of a store that was put back to an earlier state no act tells what is another now.
            put_back = moved or now.act < before.act
            after = before.act if before.act < now.act and not moved else 0
            self._hand_over(self._tell, StoreChanged(moved or now.saved != before.saved, own, put_back), after)
        elif now.others != before.others:
            self._hand_over(self._tell_of_others)

    def _missed(self, problem: Problem) -> None:
        from store.people.acts import Refused

        if isinstance(problem, Refused):
            self._hand_over(self._shut_out, problem)
        elif self.lost != str(problem) and not self._ended.is_set():
            self.lost = str(problem)
            told = shortly(problem, self._store.path, self._app.terms)
            self._hand_over(self._app.say, f"Typing goes on. {told}", "warning")

    def _hand_over(self, callback: Callable[..., object], *args: Any) -> None:
        with suppress(RuntimeError):  # the app has ended
            self._app.call_later(callback, *args)

    # In the app's own thread

    def _tell(self, told: StoreChanged, after: int) -> None:
        """Tell every open screen that what it shows may be old, whether a record is among it, and whose doing it is."""
        for screen in self._app.screen_stack:
            if isinstance(screen, Screen) and screen.is_attached:
                screen.post_message(StoreChanged(told.saved, told.own, told.put_back))
        if not told.own:
            self._others(after)

    def _tell_of_others(self) -> None:
        if isinstance(self._app.screen, Screen):
            self._app.screen.post_message(OthersMoved())
