"""Going over to another agency of the same store, in the same session: every screen then speaks its standard."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from store.shapes import AgencyInfo
from tui.screens.client.keeper import DraftKeeper
from tui.screens.client.naming import several
from tui.screens.client.screen import ClientScreen
from tui.screens.client.work import DraftGroup, Left, draft_groups
from tui.screens.findings_check import another_check
from tui.screens.registry import HOME, SCREENS
from validators.catalogue import load
from validators.engine import Checker
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp


@dataclass(frozen=True)
class Found:
    """An agency with all that a session on it needs."""

    agency: AgencyInfo
    standard: Standard
    checker: Checker


@dataclass(frozen=True)
class Drafts:
    """What is typed and not saved: of the agency that was left, and of the one that is open now."""

    kept: list[DraftGroup]
    waiting: list[DraftGroup]


def change_agency(app: "KeyworkApp", agency: AgencyInfo) -> None:
    """Open another agency; the keys wait until its first screen stands there.

    While its standard cannot be read, or the store is away, that is said and all stays as it is.
    """
    app.in_store(_found, agency, on_done=partial(_go, app), hold=True)


def _found(store: "Store", agency: AgencyInfo) -> Found:
    standard = load(agency.standard)
    return Found(store.agency(agency.code, agency.standard), standard, Checker(standard))


def _go(app: "KeyworkApp", found: Found) -> None:
    """In the app's own queue: leave all screens, then say what was kept and offer what waits."""
    before, its = app.agency, app.standard
    records = [screen for screen in app.screen_stack if isinstance(screen, ClientScreen)]
    for screen in records:
        screen.form.flush()
        screen.leave(screen.held)  # its drafts are written before they are read below, in the same lane
    another_check(app)
    app.agency, app.standard, app.checker = found.agency, found.standard, found.checker
    app.place = replace(app.place, agency=found.agency.code, standard=found.agency.standard)
    _leave_screens(app)
    who = (app.person, app.session, app.clock())
    came = partial(_came, app, before, [screen.keeper for screen in records])
    app.in_store(_drafts, before, its, found.agency, found.standard, *who, on_done=came, writes=True, hold=True)


def _leave_screens(app: "KeyworkApp") -> None:
    """The first screen in the place of all; none of those below comes up, reads or says anything in between."""
    below = app._screen_stack[1:-1]
    del app._screen_stack[1:-1]
    app.switch_screen(SCREENS[HOME].make())
    for screen in reversed(below):
        screen._pop_result_callback()
        app.call_next(app._replace_screen, screen)


def _drafts(
    store: "Store",
    before: AgencyInfo,
    its: Standard,
    agency: AgencyInfo,
    standard: Standard,
    person: str,
    session: str,
    now: datetime,
) -> Drafts:
    who = (person, session, now)
    return Drafts(draft_groups(store, before, its, *who), draft_groups(store, agency, standard, *who))


def _came(app: "KeyworkApp", before: AgencyInfo, keepers: list[DraftKeeper], drafts: Drafts) -> None:
    told = [f"{app.agency.code} is open: {app.standard.title}."]
    if drafts.kept:
        told.append(f"Not saved at {before.code}, kept as drafts: {several(len(drafts.kept), 'client')}.")
    if any(keeper.failing for keeper in keepers):
        told.append(f"What you typed at {before.code} is written when the store takes it.")
    sentence = " ".join(told)
    if drafts.waiting:
        app.offer_drafts(Left(drafts.waiting, sentence))
    else:
        begin_with = getattr(app.screen, "begin_with", app.say)
        begin_with(sentence)
