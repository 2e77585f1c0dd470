"""Keeps what is typed as drafts: in a thread, the latest of each record, again and again until the store takes it."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from store.shapes import DraftInfo, Kind
from tui.screens.client.aside import Aside
from tui.screens.client.held import Held
from tui.store_link import shortly
from validators.problems import Problem
from validators.records import Values

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp

WAIT_SECONDS = 0.3
"""Between a key and its draft; what is typed on meanwhile goes into the same one."""
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Snapshot:
    """What one record held at a moment; `gone` when nothing typed differs any more and the draft has to go."""

    number: int
    kind: Kind
    id: str
    parent_id: str
    section: str
    values: Values
    base_version: int
    began_with: Values
    unconfirmed: frozenset[str]
    at_field: str
    at: datetime
    gone: bool

    def draft(self, person: str, session: str) -> DraftInfo:
        """The same as the store tells of it."""
        return DraftInfo(
            person,
            self.kind,
            self.id,
            self.parent_id,
            self.section,
            self.values,
            self.base_version,
            self.at,
            self.at_field,
            began_with=self.began_with,
            unconfirmed=tuple(sorted(self.unconfirmed)),
            session=session,
        )


class DraftKeeper:
    """The drafts of one screen's records, all of which `records()` gives."""

    def __init__(self, app: "KeyworkApp", records: Callable[[], Collection[Held]]) -> None:
        self._app, self._records = app, records
        self.aside = Aside(app, self._unsaved)
        self._waiting: dict[str, Held] = {}
        self._number = 0
        self._timed = self._busy = False
        self.failing = ""
        # Who writes last must be who typed last, also when a signal makes the screen's own thread write.
        self._lock = threading.Lock()
        self._written: dict[str, int] = {}

    def touch(self, held: Held) -> None:
        """A value was changed: it is written within the time to wait."""
        self._waiting[held.id] = held
        self._later(WAIT_SECONDS)

    def write(self) -> None:
        """Write at once what waits; while a write is under way, right after it."""
        if self._waiting and self.aside.is_needed:
            self.aside.keep()
        if not self._waiting or self._busy:
            if not self._waiting and not self._busy:
                self.aside.settle()
            return
        self._busy, number = True, self.aside.began()
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._app.in_store(
            self._put,
            [self._snapshot(held) for held in taken],
            writes=True,
            on_done=lambda _: self._written_down(number),
            on_problem=lambda problem: self._failed(problem, taken, number),
        )

    def forget(self, ids: Sequence[str]) -> None:
        """These records were saved or given up: nothing of theirs waits any more."""
        for id in ids:
            self._waiting.pop(id, None)

    def flush(self) -> None:
        """Write all that is not saved, here and now, the last thing before an end: to the store, else to a file.

        Says nothing when it cannot; `failing` and the app's `last_words` tell.
        """
        store = self._app.store
        changed = [held for held in self._records() if held.is_changed]
        changed += [held for held in self._waiting.values() if held not in changed]
        if store is None:
            return
        snapshots = [self._snapshot(held) for held in changed]
        try:
            if snapshots:
                self._put(store, snapshots)
                self._waiting.clear()
            snapshots = []
        except Problem as problem:
            self.failing = str(problem)
        kept = [one.draft(self._app.person, self._app.session) for one in snapshots if not one.gone]
        self._app.last_words = self.aside.last(store, kept) or self._app.last_words

    def _unsaved(self) -> list[DraftInfo]:
        """All that is typed and not saved."""
        app = self._app
        return [self._snapshot(held).draft(app.person, app.session) for held in self._records() if held.is_changed]

    def _later(self, seconds: float) -> None:
        if not self._timed:
            self._timed = True
            self._app.set_timer(seconds, self._now)

    def _now(self) -> None:
        self._timed = False
        self.write()

    def _snapshot(self, held: Held) -> Snapshot:
        self._number += 1
        at_field = held.model.current if held.model is not None else held.at_field
        return Snapshot(
            self._number,
            held.kind,
            held.id,
            held.parent_id,
            held.section,
            dict(held.values),
            held.version,
            dict(held.base),
            held.unconfirmed,
            at_field,
            self._app.clock(),
            not held.is_changed,
        )

    def _put(self, store: "Store", snapshots: Sequence[Snapshot]) -> None:
        """In any thread: write what is newer than what was written."""
        with self._lock:
            for one in snapshots:
                if one.number < self._written.get(one.id, 0):
                    continue
                if one.gone:
                    store.drop_draft(self._app.person, one.id, self._app.session)
                else:
                    store.save_draft(
                        self._app.person,
                        one.kind,
                        one.id,
                        one.values,
                        one.base_version,
                        one.at,
                        parent_id=one.parent_id,
                        section=one.section,
                        at_field=one.at_field,
                        began_with=one.began_with,
                        unconfirmed=one.unconfirmed,
                        session=self._app.session,
                    )
                self._written[one.id] = one.number

    def _written_down(self, number: int) -> None:
        self._busy = False
        told = self.aside.said
        self.aside.ended(number, waiting=bool(self._waiting))
        if self.failing or told:
            self.failing = ""
            self._app.say("The store is back; what you typed is written.", "ok")
        if self._waiting:
            self._later(WAIT_SECONDS)

    def _failed(self, problem: Problem, taken: Sequence[Held], number: int) -> None:
        self._busy = False
        for held in taken:
            self._waiting.setdefault(held.id, held)
        self.aside.ended(number, refused=True)
        if self.failing != str(problem):
            self.failing = str(problem)
            self._app.say(f"Typing goes on. {shortly(problem, self._app.store)}", "warning")
        self._later(RETRY_SECONDS)
