"""Noticing that the agency which is open reports by another edition now, by what somebody else did."""

from typing import TYPE_CHECKING

from store.records import agencies
from tui.form.record_form import RecordForm
from tui.session.program import program_of
from tui.widgets.base_screen import BaseModal
from validators.standard.catalogue import edition_of, installs, load

if TYPE_CHECKING:
    from textual.timer import Timer

    from store.facts import AgencyInfo
    from store.snapshot import Snapshot
    from tui.widgets.base_app import BaseApp
    from validators.standard.catalogue import InstalledFolder
    from validators.standard.model import Standard

AGAIN_SECONDS = 0.5
Found = tuple["AgencyInfo | None", tuple["InstalledFolder", ...]]


class LetterWatch:
    """Asked whenever others did something that the audit tells: a change of letter, its undo, an install, a take-back.

    It is said at once; the agency is opened anew as soon as nobody is typing in a record or a dialog any more, so that
    no key goes astray. What is typed is kept as drafts, as with every change of agency.
    """

    def __init__(self, app: "BaseApp") -> None:
        """Begin with what the session was opened by."""
        self._app = app
        self._timer: Timer | None = None
        self._standard, self._installs = self._now()

    def _now(self) -> tuple["Standard", tuple["InstalledFolder", ...]]:
        standard = program_of(self._app).standard
        return standard, tuple(installs(edition_of(standard.id)[0]))

    def look(self) -> None:
        """Others did something: see whether the agency still reports by what the screens speak."""
        program = program_of(self._app)
        if program.standard is not self._standard:  # opened anew meanwhile
            self._standard, self._installs = self._now()
        agency = program.agency
        program.read(lambda snapshot: _found(snapshot, agency), on_done=lambda found: self._seen(agency, found))

    def _seen(self, asked: "AgencyInfo", found: Found) -> None:
        program = program_of(self._app)
        its, known = found
        if its is None or program.agency.id != asked.id or program.standard is not self._standard:
            return
        if its.standard == self._standard.id and known == self._installs:
            return
        if its.standard != self._standard.id:
            what = f"{its.code} reports by {its.standard} now: somebody else changed its letter."
        else:
            what = f"{edition_of(its.standard)[0]} was installed or taken back by somebody else."
        load.cache_clear()
        program.opened_store.ground.derivers.forget()
        if self._is_free():
            self._open(its, what)
            return
        program.say(f"{what} It is opened so once you leave what you type in; that is kept.", "warning")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_interval(AGAIN_SECONDS, lambda: self._open(its, what) if self._is_free() else None)

    def _is_free(self) -> bool:
        """Whether no record is open and no dialog waits."""
        stack = self._app.screen_stack
        return not isinstance(stack[-1], BaseModal) and not any(screen.query(RecordForm) for screen in stack)

    def _open(self, its: "AgencyInfo", what: str) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        program = program_of(self._app)
        if program.standard is self._standard:
            program.say(what, "warning")
            program.change_agency(its)


def _found(snapshot: "Snapshot", agency: "AgencyInfo") -> Found:
    """In a thread."""
    its = next((one for one in agencies.listed(snapshot) if one.id == agency.id), None)
    return its, tuple(installs(edition_of(agency.standard)[0]))
