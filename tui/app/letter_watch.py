"""Noticing that what the agency which is open reports by is another now, by what somebody else did."""

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from store.disk import audit
from store.records import agencies
from tui.form.record_form import RecordForm
from tui.session.program import program_of
from tui.session.store_access import AWAY_SECONDS
from tui.widgets.base_screen import BaseModal
from validators.standard.catalogue import lineage, load

if TYPE_CHECKING:
    from textual.timer import Timer

    from store.facts import AgencyInfo
    from store.records.values import Derivers
    from store.snapshot import Snapshot
    from tui.widgets.base_app import BaseApp

AGAIN_SECONDS = 0.5
AGENCY, STANDARD = "agency", "standard"
"""The kinds of things whose acts concern what a session was opened by."""


@dataclass(frozen=True, slots=True)
class ActsOfOthers:
    """What others did that may concern a session: anything installed, what its agency reports by among it, the agency
    as it is now (None: it is gone)."""

    installed: bool
    of_ours: bool
    agency: "AgencyInfo | None"


class LetterWatch:
    """Asked whenever others did something that the audit tells: a change of letter, its undo, an install, a take-back,
    lists, another code or region of the agency.

    It is said at once; the agency is opened anew as soon as nobody is typing in a record or a dialog any more and
    the keys rest, so that none goes astray. What is typed is kept as drafts, as with every change of agency. An
    install of what another agency reports by is used once that one is opened; what was done before an opening is known
    by it, however late the watch tells of it.

    `opened_at` is the last act before the agency that is open was read.
    """

    def __init__(self, app: "BaseApp") -> None:
        """Begin with nothing that waits."""
        self._app = app
        self._timer: Timer | None = None
        self.opened_at = 0

    def opened(self, act: int) -> None:
        """An agency is open, read behind that act: see what others did meanwhile."""
        self.opened_at = act
        self.look(act)

    def look(self, after: int) -> None:
        """Others did something behind that act, or may have: see whether it concerns what the screens speak. Behind
        none, the store was put back."""
        program = program_of(self._app)
        agency = program.agency
        self.opened_at = self.opened_at if after else 0
        after = max(after, self.opened_at)
        program.read(
            lambda snapshot: _found(snapshot, agency, after),
            on_done=lambda found: self._seen(agency, found) if found is not None else None,
            on_problem=lambda problem: self._look_again(after),
        )

    def _look_again(self, after: int) -> None:
        """Nobody tells of these acts a second time; that the store is away is said by the watch."""
        self._app.set_timer(AGAIN_SECONDS, lambda: self.look(after))

    def _seen(self, asked: "AgencyInfo", found: ActsOfOthers) -> None:
        program = program_of(self._app)
        its = found.agency
        if found.installed or (its is not None and its.standard != asked.standard):
            read_standards_anew(program.opened_store.ground.derivers)
        if program.agency is not asked:  # opened anew meanwhile
            return
        if its is None:
            program.say(agencies.taken_out(asked).sentence, "warning")
        elif its.standard != asked.standard:
            self._open(its, f"{its.code} reports by {its.standard} now: somebody else changed its letter.")
        elif found.of_ours:
            self._open(its, f"What {its.code} reports by was installed or taken back by somebody else.")
        elif its != asked:
            self._open(its, f"What is said of {its.code} was changed by somebody else.")

    def _open(self, its: "AgencyInfo", what: str) -> None:
        """Open it now, or as soon as nobody types."""
        program = program_of(self._app)
        before = program.agency
        if self._is_free():
            self._open_now(before, its, what)
            return
        if self._is_typing():
            program.say(f"{what} It is opened so once you leave what you type in; that is kept.", "warning")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_interval(
            AGAIN_SECONDS, lambda: self._open_now(before, its, what) if self._is_free() else None
        )

    def _is_free(self) -> bool:
        """Whether nothing is typed in, and the keys rest."""
        return not self._is_typing() and monotonic() - self._app.key_queue.last_at > AWAY_SECONDS

    def _is_typing(self) -> bool:
        """Whether a record is open or a dialog waits."""
        stack = self._app.screen_stack
        return isinstance(stack[-1], BaseModal) or any(screen.query(RecordForm) for screen in stack)

    def _open_now(self, before: "AgencyInfo", its: "AgencyInfo", what: str) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        program = program_of(self._app)
        if program.agency is before:
            program.say(what, "warning")
            program.change_agency(its)


def read_standards_anew(derivers: "Derivers") -> None:
    """Forget every standard that was read, and what derives by them: the next to ask reads them from their files."""
    load.cache_clear()
    derivers.forget()


def _found(snapshot: "Snapshot", agency: "AgencyInfo", after: int) -> ActsOfOthers | None:
    """In a thread: what acts behind that one tell of; None where none of them concerns the session. Behind none, the
    store was put back to another state, in which the agency may not be."""
    told = audit.told_of(snapshot, after, (AGENCY, STANDARD))
    installed = {record for kind, record in told if kind == STANDARD}
    if after and not installed and (AGENCY, agency.id) not in told:
        return None
    its = next((one for one in agencies.listed(snapshot) if one.id == agency.id), None)
    of_ours = bool(installed & lineage(agency.standard)) if installed else False
    return ActsOfOthers(bool(installed), of_ours, its)
