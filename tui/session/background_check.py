"""Checks what is due for a check, in small batches in threads, so that "with errors" is right and typing goes on.

What is found is kept in the store; an episode is checked again only when it, the rules or the day are others. The work
itself is `exporters.checks.caseload`'s; here it is cut so small that a key typed meanwhile is answered at once.
"""

import random
from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from exporters.checks.caseload import check_some, compare_episodes
from store.facts import AgencyInfo
from store.findings import queries
from store.records import agencies
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from tui.session.program import Program

BATCH = 50
"""Episodes checked at a stroke: some hundredths of a second."""
PAUSE = 0.02
REST_SECONDS = 0.5
"""How long no key may have come before a batch begins."""
ROUND = 4000
"""Episodes after which it is asked anew what is due: another session may have done the rest."""
DAY_SECONDS = 60.0


class CaseloadCheck:
    """The one check of an app. Who listens is told after each batch: how many are done, and how many are due in all.

    They are told once more, with two equal numbers, at the end; with two zeros when nothing was due. `compared` then
    says whether what shows between episodes was looked for anew.
    """

    def __init__(self, app: "Program") -> None:
        self._app = app
        self._listeners: list[Callable[[int, int], object]] = []
        self._waiting: list[str] = []
        self._done = self._due = 0
        self._asked: date | None = None
        self.running = self._again = self.compared = self._stopped = False
        self._timer = app.set_interval(DAY_SECONDS, self._new_day)

    def tell(self, listener: Callable[[int, int], object]) -> None:
        """Tell `listener` from now on."""
        self._listeners.append(listener)

    def tell_no_more(self, listener: Callable[[int, int], object]) -> None:
        """Forget a listener; one that is not known is no matter."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def stop(self) -> None:
        """Begin nothing more and tell nobody: another agency is open. What a thread is at comes to its end."""
        self._stopped = True
        self._timer.stop()
        self._listeners.clear()

    def start(self) -> None:
        """See what is due, and do it; while that goes on, look once more after it."""
        if self._stopped:
            return
        if self.running:
            self._again = True
            return
        self.running, self._again = True, False
        self._done = self._due = 0
        self._ask()

    def _new_day(self) -> None:
        if self._asked is not None and self._asked != self._app.today():
            self.start()

    def _ask(self) -> None:
        self._asked = self._app.today()
        agency, asked = self._app.agency, self._asked
        self._app.read(
            lambda snapshot: due_episodes(snapshot, agency, asked), on_done=self._found_due, on_problem=self._failed
        )

    def _found_due(self, found: tuple[int, list[str]]) -> None:
        many, self._waiting = found
        self._due = self._done + many
        self._next()

    def _next(self) -> None:
        if self._stopped:
            return
        # A person types, on whatever screen: no batch begins within the next moment.
        if (rest := self._app.key_queue.last_at + REST_SECONDS - monotonic()) > 0:
            self._app.call_in(rest, self._next)  # again after each key, so no timer of Textual's
            return
        if not self._waiting:
            if self._done < self._due:
                self._ask()
            else:
                self._compare()
            return
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        app = self._app
        agency, checker, asked, now = app.agency, app.checker, self._asked, app.clock()
        assert asked is not None
        app.in_store(
            lambda store: check_some(store, agency, checker, batch, asked, now),
            on_done=lambda _: self._checked(len(batch)),
            on_problem=self._failed,
            writes=True,
        )

    def _checked(self, many: int) -> None:
        self._done += many
        if self._done < self._due:
            self._tell()
        self._app.set_timer(PAUSE, self._next)

    def _compare(self) -> None:
        """Last: what shows only between episodes, found and kept where anything was saved."""
        app = self._app
        agency, checker, asked, now = app.agency, app.checker, self._asked, app.clock()
        assert asked is not None
        app.in_store(
            lambda store: compare_episodes(store, agency, checker, asked, now),
            on_done=self._finish,
            on_problem=self._failed,
            writes=True,
        )

    def _finish(self, compared: bool) -> None:
        self.running = False
        self.compared = compared
        self._tell()
        if self._again:
            self.start()

    def _failed(self, problem: Problem) -> None:
        # The store is locked or away; whoever watches it says so. The next change or the next look starts anew.
        self.running = False

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener(self._done, self._due)


_CHECKS: "WeakKeyDictionary[Program, CaseloadCheck]" = WeakKeyDictionary()


def caseload_check(app: "Program") -> CaseloadCheck:
    """The check of this app, made when it is first asked for."""
    if app not in _CHECKS:
        _CHECKS[app] = CaseloadCheck(app)
    return _CHECKS[app]


def another_check(app: "Program") -> None:
    """Another agency is open: the check of the one that was left ends, and a new one is made when it is asked for."""
    if (before := _CHECKS.pop(app, None)) is not None:
        before.stop()


def progress_text(done: int, due: int, word: str) -> str:
    """How far a check has come, and that it is done; `word` is what the standard calls an episode."""
    return f"Checking: {done:,} of {due:,} {word}s." if done < due else f"Checked: {counted(due, word)}."


def due_episodes(snapshot: Snapshot, agency: AgencyInfo, day: date) -> tuple[int, list[str]]:
    """How many episodes are due for a check, and some of them.

    Sessions that begin together would all check the same ones; each takes its own from somewhere else.
    """
    agency = agencies.as_now(snapshot, agency)
    many = queries.count_stale(snapshot, agency, day)
    offset = random.randrange(max(1, many - ROUND))  # noqa: S311 (nothing secret hangs on it)
    return many, queries.stale(snapshot, agency, day, offset=offset, limit=ROUND)
