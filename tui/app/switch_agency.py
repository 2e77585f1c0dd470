"""Going over to another agency of the same store, in the same session: every screen then speaks its standard."""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from exporters.records import left_drafts
from exporters.records.left_drafts import DraftGroup
from store.facts import AgencyInfo, Who
from store.records import agencies
from store.snapshot import Snapshot
from tui.screens.client.labels import several
from tui.screens.client.queries import Left
from tui.screens.client.screen import ClientScreen
from tui.screens.registry import HOME
from tui.session.background_check import another_check
from tui.terminal import textual_private
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.model import Standard

if TYPE_CHECKING:
    from tui.app.app import KeyworkApp


@dataclass(frozen=True)
class AgencyToOpen:
    """An agency with all that a session on it needs.

    `kept` is what is typed and not saved at the agency that is left, `waiting` what is so at this one.
    """

    agency: AgencyInfo
    standard: Standard
    checker: Checker
    kept: list[DraftGroup]
    waiting: list[DraftGroup]


def change_agency(app: "KeyworkApp", agency: AgencyInfo) -> None:
    """Open another agency; the keys wait until its first screen stands there.

    What is typed is written first, and the screens that hold it are left only then. While the agency's standard cannot
    be read, or the store is away, that is said and all stays as it is.
    """
    for screen in app.screen_stack:
        if isinstance(screen, ClientScreen):
            screen.form.flush()
            screen.leave(screen.held)
    asked = (agency, app.agency, Who(app.person, app.clock(), app.session))
    # In the lane of those that write, though it only reads: the drafts are written before it.
    app.read(lambda snapshot: _found(snapshot, *asked), on_done=partial(_go, app), hold=True)


def _found(snapshot: Snapshot, agency: AgencyInfo, before: AgencyInfo, who: Who) -> AgencyToOpen:
    standard = load(agency.standard)
    known = agencies.one(snapshot, agency.code, agency.standard)
    kept, waiting = left_drafts.groups(snapshot, before, who), left_drafts.groups(snapshot, known, who)
    return AgencyToOpen(known, standard, Checker(standard), kept, waiting)


def _go(app: "KeyworkApp", found: AgencyToOpen) -> None:
    """In the app's own queue: the first screen of the agency in the place of all, then what is to be said."""
    before = app.agency.code
    told = [f"{found.agency.code} is open: {found.standard.title}."]
    if found.kept:
        told.append(f"Not saved at {before}, kept as drafts: {several(len(found.kept), 'client')}.")
    if any(screen.keeper.failing for screen in app.screen_stack if isinstance(screen, ClientScreen)):
        told.append(f"What you typed at {before} is written when the store takes it.")
    another_check(app)
    app.agency, app.standard, app.checker = found.agency, found.standard, found.checker
    app.place = replace(app.place, agency=found.agency.code, standard=found.agency.standard)
    textual_private.replace_all_screens(app, HOME.make())
    app.call_later(_tell, app, " ".join(told), found.waiting)


def _tell(app: "KeyworkApp", sentence: str, waiting: list[DraftGroup]) -> None:
    """Say what was done; what was typed at this agency and not saved is offered, as at a start."""
    if waiting:
        app.offer_drafts(Left(waiting, sentence))
    else:
        getattr(app.screen, "begin_with", app.say)(sentence)
