"""Keeps what is typed as drafts: in a thread, the latest of each record, again and again until the store takes it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.shapes import DraftInfo, Kind
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
    """The drafts of one screen's records."""

    def __init__(self, app: "KeyworkApp") -> None:
        self._app = app
        self._waiting: dict[str, Held] = {}
        self._number = 0
        self._timed = self._busy = False
        self.failing = ""
        # Who writes last must be who typed last, also when a signal makes the screen's own thread write.
        self._lock = threading.Lock()
        self._written: dict[str, int] = {}
        self._file: Path | None = None

    def touch(self, held: Held) -> None:
        """A value was changed: it is written within the time to wait."""
        self._waiting[held.id] = held
        self._later(WAIT_SECONDS)

    def write(self) -> None:
        """Write at once what waits; while a write is under way, right after it."""
        if not self._waiting or self._busy:
            return
        self._busy = True
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._app.in_store(
            self._put,
            [self._snapshot(held) for held in taken],
            writes=True,
            on_done=self._written_down,
            on_problem=lambda problem: self._failed(problem, taken),
        )

    def forget(self, ids: Sequence[str]) -> None:
        """These records were saved or given up: nothing of theirs waits any more."""
        for id in ids:
            self._waiting.pop(id, None)

    def flush(self, every: Sequence[Held]) -> None:
        """Write all that is not saved, here and now, the last thing before an end: to the store, else to a file.

        Says nothing when it cannot; `failing` and the app's `last_words` tell.
        """
        store = self._app.store
        changed = [held for held in every if held.is_changed]
        changed += [held for held in self._waiting.values() if held not in changed]
        if store is not None and changed:
            snapshots = [self._snapshot(held) for held in changed]
            try:
                self._put(store, snapshots)
                self._waiting.clear()
            except Problem as problem:
                self.failing = str(problem)
                self._keep(store, snapshots)

    def _keep(self, store: "Store", snapshots: Sequence[Snapshot]) -> None:
        """The store does not take it: write it to a file, which the next start takes in."""
        app = self._app
        kept = [one.draft(app.person, app.session) for one in snapshots if not one.gone]
        if not kept or app.demo:
            return
        try:
            before, self._file = self._file, store.keep_unsaved(kept)
            if before is not None:
                store.forget_unsaved(before)
            app.last_words = "The store could not be written to; what you typed is kept and offered at the next start."
        except Problem as problem:
            app.last_words = str(problem)

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
            if self._file is not None:
                # After a stop in between the store has what the file has, and more.
                store.forget_unsaved(self._file)
                self._file, self._app.last_words = None, ""

    def _written_down(self, _: None) -> None:
        self._busy = False
        if self.failing:
            self.failing = ""
            self._app.say("The store is back; what you typed is written.", "ok")
        if self._waiting:
            self._later(WAIT_SECONDS)

    def _failed(self, problem: Problem, taken: Sequence[Held]) -> None:
        self._busy = False
        for held in taken:
            self._waiting.setdefault(held.id, held)
        if self.failing != str(problem):
            self.failing = str(problem)
            self._app.say(f"Typing goes on. {shortly(problem, self._app.store)}", "warning")
        self._later(RETRY_SECONDS)
