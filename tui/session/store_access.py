"""The app's way to the store: threads that work for it, and a watch over what others save.

Nothing a person types waits for the database: functions run in threads, their results come back as callbacks in the
app's own queue. All that writes goes through one thread, in the order it was asked for, so that a draft can never
overtake the save that cleared it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message
from textual.screen import Screen

from tui.session.log import LOG
from tui.session.memory import give_back, rest, settle
from validators.problems import Problem
from validators.standard.terminology import Terms

if TYPE_CHECKING:
    from store.store import Store
    from tui.widgets.base_app import BaseApp

Result = TypeVar("Result")
READERS = 3
SETTLED_SECONDS = 3.0
"""After the start all that a session needs is loaded."""
GIVE_BACK_SECONDS = 5.0
"""Memory is given back at most so often."""
WATCH_SECONDS = 1.0
GROUPS_SECONDS, SOON_SECONDS = 30.0, 3.0


class StoreChanged(Message, bubble=False):
    """Somebody did something that the audit tells; `saved` when that changed a record, `own` when nobody but this very
    program did any of it."""

    def __init__(self, saved: bool, own: bool) -> None:
        super().__init__()
        self.saved, self.own = saved, own


class StoreWritten(Message, bubble=False):
    """Something was written that the audit does not tell: a draft, or who is in which record."""


def shortly(problem: Problem, path: Path | None, terms: Terms) -> str:
    """The sentence without the store's long name, which a person at a screen knows and which hides the rest."""
    told = problem.told(terms)
    return told.replace(f"store {path} ", "store ") if path is not None else told


class StoreThreads:
    """Runs functions in threads for one app."""

    def __init__(self, app: "BaseApp") -> None:
        self._app = app
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._next_time = monotonic() + SETTLED_SECONDS
        self._settled = False

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
                self._give_back()

        def came(callback: Callable[[Any], Any] | None, value: Any) -> Any:
            try:
                return callback(value) if callback is not None else None
            finally:
                if keys is not None:
                    keys.release()

        async def work() -> Result | None:
            try:
                result = await asyncio.get_running_loop().run_in_executor(lane, call)
            except Problem as problem:
                self._app.call_later(came, on_problem or self._told, problem)
                return None
            except Exception as error:
                # Only the kind: the text of an error may hold what somebody typed.
                fault = Problem(f"That failed inside the program ({type(error).__name__}): please report it.")
                self._app.log.error(error)
                LOG.fault(error)
                self._app.call_later(came, on_problem or self._told, fault)
                return None
            self._app.call_later(came, on_done, result)
            return result

        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _give_back(self) -> None:
        """In a thread that has done its work."""
        if monotonic() > self._next_time:
            self._next_time = monotonic() + GIVE_BACK_SECONDS
            if self._settled:
                give_back()
            else:
                self._settled = True
                settle()

    def stop(self) -> None:
        """Take no more work and forget what has not begun."""
        for lane in (self._readers, self._writer):
            lane.shutdown(wait=False, cancel_futures=True)

    def _told(self, problem: Problem) -> None:
        self._app.say(problem.sentence, "error")


class StoreWatch:
    """Looks once a second whether others saved; tells the screens only then, so that an idle line carries nothing."""

    def __init__(
        self,
        app: "BaseApp",
        threads: StoreThreads,
        store: "Store",
        others: Callable[[int], object] | None = None,
        shut_out: Callable[[Problem], object] | None = None,
    ) -> None:
        """`others` is called when somebody else did something that the audit tells, with the last act before that;
        `shut_out` once the person may not read the store any more."""
        self._app, self._threads, self._store = app, threads, store
        self._others, self._shut_out = others, shut_out
        self._asked_at = monotonic()
        self._data = self._saved = self._act = -1
        self._busy = False
        self.lost = ""

    def start(self) -> None:
        """Begin to look."""
        self._look()
        self._app.set_interval(WATCH_SECONDS, self._look)

    def _look(self) -> None:
        if not self._busy:
            self._busy = True
            self._threads.run(self._read, on_done=self._seen, on_problem=self._failed)

    def _read(self) -> tuple[int, int, int]:
        """In a thread: what the store says; what was done last is asked for only when anything was committed."""
        # Loaded with the store, after the first paint.
        from store.clients import index
        from store.disk import audit

        data = self._store.data_version()
        if self._store.rest():
            rest()
        # Now and then it is read all the same: who is in which group no commit tells.
        if data == self._data and monotonic() - self._asked_at < GROUPS_SECONDS:
            return data, self._saved, self._act
        # What changed may be a role, which holds for a moment yet.
        self._asked_at = monotonic() - (GROUPS_SECONDS - SOON_SECONDS if data != self._data else 0)
        # In one snapshot: a save between two would be told twice, the second time as somebody else's.
        with self._store.reading() as snapshot:
            return data, index.saved_version(snapshot), audit.last_act(snapshot)

    def _seen(self, found: tuple[int, int, int]) -> None:
        self._busy = False
        if self.lost:
            self.lost = ""
            self._app.say("The store is back.", "ok")
        first, data, saved, act = self._act < 0, self._data, self._saved, self._act
        self._data, self._saved, self._act = found
        if not first and (self._saved, self._act) != (saved, act):
            own = act < self._act and self._store.own_acts.are_all(act, self._act)
            self._tell(self._saved != saved, own)
            if not own and self._others is not None:
                self._others(act)
        elif not first and self._data != data and isinstance(self._app.screen, Screen):
            self._app.screen.post_message(StoreWritten())

    def _failed(self, problem: Problem) -> None:
        from store.people.acts import Refused

        self._busy = False
        if isinstance(problem, Refused) and self._shut_out is not None:
            self._shut_out(problem)
        elif self.lost != str(problem):
            self.lost = str(problem)
            self._app.say(f"Typing goes on. {shortly(problem, self._store.path, self._app.terms)}", "warning")

    def _tell(self, saved: bool, own: bool) -> None:
        """Tell every open screen that what it shows may be old, whether a record is among it, and whose doing it is."""
        for screen in self._app.screen_stack:
            if isinstance(screen, Screen) and screen.is_attached:
                screen.post_message(StoreChanged(saved, own))
