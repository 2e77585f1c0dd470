"""Keeps what is typed as drafts: in a thread, the latest of each record, again and again until the store takes it."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from store.facts import NEVER, DraftInfo, Kind, Who
from store.live import drafts, offline_drafts
from tui.screens.client.model import Held
from tui.session.program import Program
from tui.session.store_access import shortly
from validators.problems import Problem
from validators.records import Values

if TYPE_CHECKING:
    from store.store import Store
    from tui.terminal.terminal_app import PendingCall


# What is typed while the store takes nothing: kept in an encrypted file, so that a killed program loses none of it.

PATIENCE_SECONDS = 1.0
"""A write to the store may take so long before what it writes is kept in a file too, and a person is told that the
store is busy; the store itself gives up only later."""
BEHIND_SECONDS = 0.03
"""Who is looked at so late finds the machine busy, not the store: others' drafts come first, and a file for each that
waits would make it ten times as busy."""
MOST_TURNS = 3
"""How often a write is waited for once more for that."""
BUSY = "Typing goes on: the store is busy, what you type is kept beside it until it is free."


class Aside:
    """The file of one screen. `unsaved()` gives all that is typed there and not saved, as drafts.

    It is written when a write to the store is under way for too long or was refused, and again after each further
    draft; it is taken away as soon as the store has everything.
    """

    def __init__(self, app: Program, unsaved: Callable[[], Sequence[DraftInfo]]) -> None:
        self._app, self._unsaved = app, unsaved
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._under_way: dict[int, PendingCall] = {}
        self._count = 0
        self._busy = self._again = False
        self.is_needed = self.said = False

    # In the app's own thread

    def began(self) -> int:
        """A write to the store begins; the number to tell its end by."""
        self._count += 1
        number = self._count
        self._wait(number, MOST_TURNS)
        return number

    def _wait(self, number: int, turns: int) -> None:
        due = monotonic() + PATIENCE_SECONDS

        def looked() -> None:
            if number not in self._under_way:
                return
            if turns and monotonic() - due > BEHIND_SECONDS:
                self._wait(number, turns - 1)
            else:
                self._late()

        self._under_way[number] = self._app.call_in(PATIENCE_SECONDS, looked)

    def ended(self, number: int, refused: bool = False, waiting: bool = False) -> None:
        """It is done, or was refused; `waiting` when there is more to be written."""
        self._under_way.pop(number).stop()
        if refused:
            self.keep()
        elif not waiting:
            self.settle()

    def settle(self) -> None:
        """Nothing waits: unless a write is under way, the store has everything, and the file goes."""
        if not self._under_way:
            self.is_needed = self.said = False
            if self._file is not None and not self._busy:
                self._app.in_store(lambda store: self._take_away(store), on_problem=lambda _: None)

    def keep(self) -> None:
        """Write the file, in a thread; while that goes on, once more after it."""
        self.is_needed = True
        kept = self._unsaved()
        if self._app.demo:
            return
        self._again = self._busy
        if not self._busy:
            self._busy = True
            self._app.in_store(lambda store: self._put(store, kept), on_done=self._kept, on_problem=self._kept)

    def _late(self) -> None:
        self.keep()
        if not self._app.demo and not self.said:
            self.said = True
            self._app.say(BUSY, "warning")

    def _kept(self, _: object) -> None:
        self._busy = False
        if not self.is_needed:
            self._app.in_store(lambda store: self._take_away(store), on_problem=lambda _: None)
        elif self._again:
            self.keep()

    # In any thread

    def _put(self, store: "Store", kept: Sequence[DraftInfo]) -> None:
        with self._lock:
            before, self._file = self._file, offline_drafts.keep(store, kept) if kept else None
            if before is not None:
                offline_drafts.forget(before)

    def _take_away(self, store: "Store") -> None:
        with self._lock:
            if self._file is not None:
                offline_drafts.forget(self._file)
                self._file = None

    def last(self, store: "Store", kept: Sequence[DraftInfo]) -> str:
        """Before an end: the file as it stands now, none when the store has everything; what is to be said of it."""
        try:
            if not kept or self._app.demo:
                self._take_away(store)
                return ""
            self._put(store, kept)
        except Problem as problem:
            self._app.unkept = problem.told(self._app.terms)
            return self._app.unkept
        return "The store could not be written to; what you typed is kept and offered at the next start."


WAIT_SECONDS = 0.3
"""Between a key and its draft; what is typed on meanwhile goes into the same one."""
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class TypedRecord:
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

    def __init__(self, app: Program, records: Callable[[], Collection[Held]]) -> None:
        self._app, self._records = app, records
        self.aside = Aside(app, self._unsaved)
        self._waiting: dict[str, Held] = {}
        self._number = 0
        self._timed = self._busy = False
        self.failing = self._removed = ""
        # Who writes last must be who typed last, also when a signal makes the screen's own thread write.
        self._lock = threading.Lock()
        self._written: dict[str, int] = {}
        self._standing: set[str] = set()
        """The records of which a draft stands in the store, by what was written here."""

    def touch(self, held: Held) -> None:
        """A value was changed: it is written within the time to wait; nothing is of a client who was removed."""
        if self._removed:
            return
        self._waiting[held.id] = held
        self._app.unwritten.add(self)
        self._later(WAIT_SECONDS)

    def write(self) -> None:
        """Write at once what waits; while a write is under way, right after it."""
        if self._waiting and self.aside.is_needed:
            self.aside.keep()
        if not self._waiting or self._busy:
            if not self._waiting and not self._busy:
                self._app.unwritten.discard(self)
                self.aside.settle()
            return
        self._busy, number = True, self.aside.began()
        every = self._with_new_above(list(self._waiting.values()))
        taken = [held for held in every if held.id in self._waiting or self._is_due(held)]
        self._waiting.clear()
        wanted = [self._snapshot(held) for held in taken]
        # The next key, the next draft, or `aside`, which looks whether the store is busy, hears that it is written.
        self._app.write_unhurried(
            lambda store: self._put(store, wanted),
            on_done=lambda: self._written_down(number),
            on_problem=lambda problem: self._failed(problem, taken, number),
        )

    def keep_again(self) -> None:
        """Write all that is typed and not saved once more: a store that was put back has nothing of it."""
        for held in self._changed():
            self.touch(held)

    def forget(self, ids: Sequence[str]) -> None:
        """These records were saved or given up: nothing of theirs waits any more."""
        for id in ids:
            self._waiting.pop(id, None)

    def refused(self) -> None:
        """The store has refused a save and said why: that it is back is no news, and would stand over that."""
        self.failing, self.aside.said = "", False

    def flush(self) -> None:
        """Write all that is not saved, here and now, the last thing before an end: to the store, else to a file.

        Says nothing when it cannot; `failing` and the app's `last_words` tell.
        """
        store = self._app.opened_store
        changed = self._changed()
        changed += [held for held in self._waiting.values() if held not in changed]
        snapshots = [self._snapshot(held) for held in self._with_new_above(changed)]
        try:
            if snapshots:
                self._put(store, snapshots)
                self._waiting.clear()
            snapshots = []
        except drafts.RemovedForGood as problem:
            self._forget_all(problem)
            snapshots = []
        except Problem as problem:
            self.failing = str(problem)
        kept = [one.draft(self._app.person, self._app.session) for one in snapshots if not one.gone]
        if not kept:
            self._app.unwritten.discard(self)
        self._app.last_words = self.aside.last(store, kept) or self._removed or self._app.last_words

    def _unsaved(self) -> list[DraftInfo]:
        """All that is typed and not saved."""
        unsaved = self._with_new_above(self._changed())
        return [self._snapshot(held).draft(self._app.person, self._app.session) for held in unsaved]

    def _changed(self) -> list[Held]:
        return [] if self._removed else [held for held in self._records() if held.is_changed]

    def _with_new_above(self, wanted: Sequence[Held]) -> list[Held]:
        """Records with the new ones that they stand under, those above first: nobody finds the draft of a record that
        stands under nothing, also where nothing is typed in the one above it."""
        known = {held.id: held for held in self._records()}
        found: dict[str, Held] = {}
        for held in wanted:
            way = [held]
            while (above := known.get(way[-1].parent_id)) is not None and not above.version:
                way.append(above)
            found.update({one.id: one for one in reversed(way)})
        return list(found.values())

    def _is_needed(self, held: Held) -> bool:
        """Whether anything is typed in a record that is not saved, or in what stands under a new one."""
        below = () if held.version else [one for one in self._records() if one.parent_id == held.id]
        return held.is_changed or any(map(self._is_needed, below))

    def _is_due(self, held: Held) -> bool:
        """Whether the draft of a record in which nothing was typed since has to come, or to go: all of them with every
        key would be three writes for one."""
        return self._is_needed(held) != (held.id in self._standing)

    def _forget_all(self, problem: Problem) -> None:
        """The client was removed for good: what is typed of him is kept neither in the store nor beside it."""
        self._removed = problem.told(self._app.terms)
        self._app.unwritten.discard(self)
        self._waiting.clear()

    def _later(self, seconds: float) -> None:
        if not self._timed:
            self._timed = True
            self._app.call_in(seconds, self._now)

    def _now(self) -> None:
        self._timed = False
        self.write()

    def _snapshot(self, held: Held) -> TypedRecord:
        self._number += 1
        # A clock that is put back makes no draft of this window older than the one before it.
        at = self._app.drafted_at = max(self._app.drafted_at, self._app.clock())
        at_field = held.model.current if held.model is not None else held.at_field
        return TypedRecord(
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
            at,
            not self._is_needed(held),
        )

    def _put(self, store: "Store", snapshots: Sequence[TypedRecord]) -> None:
        """In any thread: write what is newer than what was written."""
        with self._lock:
            for one in snapshots:
                if one.number < self._written.get(one.id, 0):
                    continue
                if one.gone:
                    store.do(Who(self._app.person, NEVER), drafts.drop, one.id, self._app.session)
                    self._standing.discard(one.id)
                else:
                    who = Who(self._app.person, one.at, self._app.session)
                    drafts.keep(store, who, one.draft(who.person, who.session).as_draft())
                    self._standing.add(one.id)
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
        else:
            self._app.unwritten.discard(self)

    def _failed(self, problem: Problem, taken: Sequence[Held], number: int) -> None:
        self._busy = False
        if isinstance(problem, drafts.RemovedForGood):
            self._forget_all(problem)
            self.aside.ended(number)
            self._app.say(problem.sentence, "error")
            return
        for held in taken:
            self._waiting.setdefault(held.id, held)
        self.aside.ended(number, refused=True)
        if self.failing != str(problem):
            self.failing = str(problem)
            why = shortly(problem, self._app.opened_store.path, self._app.terms)
            self._app.say(f"Typing goes on. {why}", "warning")
        self._later(RETRY_SECONDS)
