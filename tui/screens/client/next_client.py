"""F8 and F7 beyond one client: the next of the caseload who has findings, opened at the first of them."""

from collections.abc import Callable
from typing import Any

from textual.app import App

from exporters.records import worklists
from exporters.records.worklists import WaitingPlace, Walk
from exporters.work import Work
from store.facts import Who
from store.findings.queries import count_stale
from store.snapshot import Snapshot
from tui.screens.client import queries
from tui.screens.client.findings_walk import KEY_OF, Step
from tui.screens.client.queries import Loaded
from tui.screens.client.screen import ClientScreen, come_up, opened
from tui.session.program import program_of
from tui.session.wording import client_name
from tui.widgets.actions import REGISTRY

NO_MORE = "No more findings."
NOT_CHECKED = "No more findings so far; {many:,} still to be checked: press it again in a moment."
NONE_THIS_WAY = "No more findings this way: {key} goes back to those of {whose}."
MOST_LOOKED = 20
"""Clients looked at for whether what was kept of them is still true, before it is said that findings lie behind."""


def to_client(
    app: App[Any], client_id: str, step: Step, *, itself: bool = False, leaving: "ClientScreen | None" = None
) -> None:
    """Open the next client of the caseload (or the one before) at the first finding, in place of the one one leaves.

    With `itself` this client, if there is a finding, else the first of the caseload. Who is wrong by what was kept
    but not by what stands in the record now is passed over.
    """
    program = program_of(app)
    limit = program.walked_return

    def came(found: Loaded | None) -> None:
        if found is None:
            none_left()
            return
        screen = (there := opened(app, found.client_id)) or ClientScreen(program, found)
        screen.walking.within = limit
        screen.judge_quietly()
        if screen.walking.target(step) is None:
            look("" if itself and found.client_id == client_id else found.client_id, False)
            return
        name = client_name(program.standard, screen.case.client.values)
        words = f"{'Next client' if step > 0 else 'Client before'}: {name}. "
        if leaving is not None and any(held.is_changed for held in leaving.case.by_id.values()):
            words = f"Draft kept. {words}"
        screen.landing = step, "" if itself and found.client_id == client_id else words
        if there is not None:
            _come_up(app, there, leaving)
            there.walking.land(*screen.landing)
        else:
            _put_up(app, screen, leaving)

    def none_left() -> None:
        """Say whether findings lie the other way: of this client, of others."""
        here = app.screen if isinstance(app.screen, ClientScreen) else None
        own = here is not None and here.walking.target(step) is not None
        _behind(app, client_id, step, lambda others: tell(own, others))

    def tell(own: bool, others: bool) -> None:
        """Say it; to whoever comes from elsewhere than a client, only once all is checked: much may have come in."""
        agency, today = program.agency, program.today()
        if client_id or own or others:
            program.say(*_at_the_end(step, own, others, 0))
            return
        program.read(
            lambda snapshot: count_stale(snapshot, agency, today),
            on_done=lambda stale: program.say(*_at_the_end(step, own, others, stale)),
            hold=True,
        )

    def look(at: str, own: bool) -> None:
        agency, standard, today = program.agency, program.standard, program.today()
        who = Who(program.person, program.clock(), program.session)

        def found(snapshot: Snapshot) -> Loaded | None:
            wanted = at if own else queries.faulty(snapshot, agency, at, limit, today, back=step < 0)
            return queries.load(snapshot, agency, standard, who, wanted) if wanted else None

        program.read(found, on_done=came, hold=True)

    look(client_id, itself)


def to_waiting(app: App[Any], walk: Walk, client_id: str, step: int, leaving: "ClientScreen | None" = None) -> None:
    """Open the next client of a worklist (or the one before) where somebody is waited for, in place of the one one
    leaves; the one the worklist is walked from, where no client is named."""
    program = program_of(app)
    agency, standard, weeks = program.agency, program.standard, walk.query.weeks
    who = Who(program.person, program.clock(), program.session)
    name, work = worklists.title(standard, walk.name, weeks), Work(agency, standard, walk.query.today)

    def look(snapshot: Snapshot) -> tuple[Loaded, WaitingPlace] | None:
        wanted = worklists.onward(snapshot, agency, walk, client_id, step) if client_id else walk.chosen
        if not wanted:
            return None
        found = queries.load(snapshot, agency, standard, who, wanted)
        return found, worklists.place(snapshot, work, found.tree, walk.name) if found.tree else WaitingPlace()

    def came(found: tuple[Loaded, WaitingPlace] | None) -> None:
        if found is None:
            way = "last" if step > 0 else "first"
            back = REGISTRY.key_text(KEY_OF[-1 if step > 0 else 1])
            program.say(f"That was the {way} of this worklist ({name}). {back} goes the other way.", "notice")
            return
        loaded, at = found
        there = opened(app, loaded.client_id)
        kept = leaving is not None and any(held.is_changed for held in leaving.case.by_id.values())
        number = f"{walk.ids.index(loaded.client_id) + 1} of {len(walk.ids)}: " if loaded.client_id in walk.ids else ""
        told = f": {at.told}" if at.told else "."
        tick = f"; {REGISTRY.key_text('client.consent')} ticks it." if walk.name == "to_tell" else ""
        arrival = f"{'Draft kept. ' if kept else ''}{number}{name}{told}{tick}"
        if there is not None:
            _come_up(app, there, leaving)
            there.open_place(at.episode_id, at.event_id, at.header)
            there.say(arrival, "notice")
        else:
            screen = ClientScreen(program, loaded, at.episode_id, at.event_id, at.header)
            screen.arrival = arrival
            _put_up(app, screen, leaving)

    program.read(look, on_done=came, hold=True)


def _put_up(app: App[Any], screen: ClientScreen, leaving: ClientScreen | None) -> None:
    """Have a client come up, in place of the one one leaves."""
    if leaving is not None and app.screen is leaving:
        leaving.around.gone()  # before the next one is entered: a session has one record open
        app.switch_screen(screen)
    else:
        app.push_screen(screen)


def _come_up(app: App[Any], screen: ClientScreen, leaving: ClientScreen | None) -> None:
    """The same of one that is open under others."""
    if leaving is not None and leaving is not screen and app.screen is leaving:
        leaving.around.gone()
        app.pop_screen()
    come_up(app, screen)


def _at_the_end(step: Step, own: bool, others: bool, stale: int) -> tuple[str, str]:
    """What is said where no more findings lie ahead, and in which tone; `stale` episodes are still to be checked."""
    if not own and not others:
        return (NOT_CHECKED.format(many=stale), "notice") if stale else (NO_MORE, "ok")
    where = "before" if step > 0 else "after"
    whose = ["this client"] * own + [f"clients {where}"] * others
    back: Step = -1 if step > 0 else 1
    return NONE_THIS_WAY.format(key=REGISTRY.key_text(KEY_OF[back]), whose=" and ".join(whose)), "notice"


def _behind(app: App[Any], client_id: str, step: Step, tell: Callable[[bool], object]) -> None:
    """Tell whether clients the other way have findings, by what stands in their records now."""
    program, left = program_of(app), MOST_LOOKED

    def came(found: Loaded | None) -> None:
        nonlocal left
        left -= 1
        if found is None or not left:
            tell(found is not None)
            return
        screen = ClientScreen(program, found)
        screen.judge_quietly()
        if screen.walking.target(step) is not None:
            tell(True)
        else:
            look(found.client_id)

    def look(at: str) -> None:
        agency, standard, limit, today = program.agency, program.standard, program.walked_return, program.today()
        who = Who(program.person, program.clock(), program.session)

        def found(snapshot: Snapshot) -> Loaded | None:
            wanted = queries.faulty(snapshot, agency, at, limit, today, back=step > 0)
            return queries.load(snapshot, agency, standard, who, wanted) if wanted else None

        program.read(found, on_done=came, hold=True)

    look(client_id)
