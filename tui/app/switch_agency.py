"""Going over to another agency of the same store, in the same session: every screen then speaks its standard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporters.records import left_drafts
from exporters.records.left_drafts import DraftGroup
from store.disk import audit
from store.facts import AgencyInfo, Who
from store.records import agencies
from store.snapshot import Snapshot
from tui.app.letter_watch import STANDARD, LetterWatch, read_standards_anew
from tui.screens.client.queries import Left
from tui.screens.client.screen import ClientScreen
from tui.screens.registry import HOME
from tui.session.background_check import another_check
from tui.session.program import program_of
from tui.terminal import textual_private
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from tui.widgets.base_app import BaseApp

Offer = Callable[[Left], None]


@dataclass(frozen=True)
class AgencyToOpen:
    """An agency with all that a session on it needs.

    `kept` is what is typed and not saved at the agency that is left, `waiting` what is so at this one; `act` is the
    last act before it was read.
    """

    agency: AgencyInfo
    standard: Standard
    checker: Checker
    kept: list[DraftGroup]
    waiting: list[DraftGroup]
    act: int


def change_agency(app: "BaseApp", agency: AgencyInfo, offer: Offer, watch: LetterWatch) -> None:
    """Open another agency; the keys wait until its first screen stands there.

    What is typed is written first, and the screens that hold it are left only then. Where the agency is gone, or while
    its standard cannot be read or the store is away, that is said and all stays as it is. `offer` gets what was typed
    at this one and not saved; `watch` sees what others did meanwhile.
    """
    program = program_of(app)
    for screen in app.screen_stack:
        if isinstance(screen, ClientScreen):
            screen.form.flush()
            screen.leave(screen.held)
    asked = (agency, program.agency, Who(program.person, program.clock(), program.session), watch.opened_at)

    def came(found: AgencyToOpen) -> None:
        _go(app, found, offer)
        watch.opened(found.act)

    # In the lane of those that write, though it only reads: the drafts are written before it.
    program.in_store(lambda store: store.ask(_found, *asked), on_done=came, writes=True, hold=True)


def _found(snapshot: Snapshot, agency: AgencyInfo, before: AgencyInfo, who: Who, since: int) -> AgencyToOpen:
    """In a thread: the agency as it is by now, spoken of as what is installed by now says; `since`: an act."""
    if audit.told_of(snapshot, since, (STANDARD,)):
        read_standards_anew(snapshot.derivers)
    known = next((its for its in agencies.listed(snapshot) if its.id == agency.id), None)
    if known is None:
        raise agencies.taken_out(agency)
    standard = load(known.standard)
    kept, waiting = left_drafts.groups(snapshot, before, who), left_drafts.groups(snapshot, known, who)
    return AgencyToOpen(known, standard, Checker(standard), kept, waiting, audit.last_act(snapshot))


def _go(app: "BaseApp", found: AgencyToOpen, offer: Offer) -> None:
    """In the app's own queue: the first screen of the agency in the place of all, then what is to be said."""
    program = program_of(app)
    before = program.agency.code
    told = [f"{found.agency.code} is open: {found.standard.title}."]
    if found.kept:
        told.append(f"Not saved at {before}, kept as drafts: {counted(len(found.kept), 'client')}.")
    if any(screen.keeper.failing for screen in app.screen_stack if isinstance(screen, ClientScreen)):
        told.append(f"What you typed at {before} is written when the store takes it.")
    another_check(program)
    program.agency, program.standard, program.checker = found.agency, found.standard, found.checker
    textual_private.replace_all_screens(app, HOME.make())
    app.call_later(offer, Left(found.waiting, " ".join(told)))
