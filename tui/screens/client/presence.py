"""Who else is in an open client, in which of its records and since when; and that we are in it, told to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from store.facts import NEVER, Kind, Presence, Who
from store.live import presence
from store.people import looks
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.screens.client import labels
from tui.session.refresher import Question, Refresher
from tui.session.wording import when
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

STAY_SECONDS = 20.0
LATE = timedelta(seconds=2 * STAY_SECONDS)
"""Without a sign of life for so long the program was stopped, or the computer asleep."""
REST_SECONDS = 0.4
"""How long one has to stay in a record before others are told: who walks along the tree is in none of them."""


class Company:
    """The other people of one client screen. `others` are they, the first to come first."""

    def __init__(self, screen: "ClientView", others: Sequence[Presence]) -> None:
        self.screen = screen
        self.others = tuple(others)
        self.entered = False
        self._at: tuple[Kind, str] | None = None
        self._timer: Timer | None = None
        self._seen: datetime | None = None
        self._refresher = Refresher(screen, self._question, self.take, _not_worth_saying)

    # --- oneself ----------------------------------------------------------------------------

    def arrived(self) -> None:
        """Note that we are here, and say who was here before."""
        self.enter()
        self.screen.set_interval(STAY_SECONDS, self._stay)
        if self.others:
            first = next(iter(self._in_this_record()), self.others[0])
            self.screen.say(self._told(first), "warning")

    def moved(self) -> None:
        """Another record is on the form: say who is in it, and note a moment later that we are."""
        if not self.entered or self._record() == self._at:
            return
        if found := self._in_this_record():
            self.screen.say(self._told(found[0]), "warning")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.screen.set_timer(REST_SECONDS, self._settled)

    def _settled(self) -> None:
        self._timer = None
        if self.entered and self._record() != self._at:
            self.enter()

    def enter(self) -> None:
        """Note that we are in the record: on coming, on going to another one, on coming back from another client."""
        screen, program = self.screen, self.screen.program
        self.entered, program.entered = True, screen.client_id
        self._at = kind, record_id = self._record()
        self._seen = program.clock()
        client_id, known = screen.client_id, self._is_known()
        program.write(
            lambda unit: _enter(unit, kind, record_id, client_id, known),
            on_done=self.take,
            on_problem=_not_worth_saying,
        )

    def _record(self) -> tuple[Kind, str]:
        """Where we are as others know it: in the record on the form, or what it stands under until it is saved."""
        case, held = self.screen.case, self.screen.held
        while not held.version and held.kind != "client":
            held = case.by_id.get(held.parent_id, case.client)
        return held.kind, held.id

    def _is_known(self) -> bool:
        """Whether the client was ever saved: opening the record is a look at somebody then."""
        return self.screen.case.client.version > 0

    def _stay(self) -> None:
        """A sign of life; where we were silent for so long that we are forgotten, we come again."""
        screen, program = self.screen, self.screen.program
        if self.entered and self._at is not None and screen.is_attached and program.entered == screen.client_id:
            self._seen = program.clock()
            at = (*self._at, screen.client_id, self._is_known())
            program.write(
                lambda unit: _stay(unit, *at),
                on_done=self.take,
                on_problem=_not_worth_saying,
            )

    def awake(self) -> bool:
        """Somebody did something in the store: after a sleep, say at once that we are here; whether that was due."""
        late = self._seen is not None and self.screen.program.clock() - self._seen > LATE
        if late:
            self._stay()
        return late

    def gone(self) -> None:
        """The screen is closed; perhaps one of another client has come up, and that is noted already."""
        program = self.screen.program
        if self.entered and program.entered == self.screen.client_id:
            self.entered, program.entered = False, ""
            program.write(presence.leave, on_problem=_not_worth_saying)

    def gone_for_good(self) -> None:
        """The program ends: no thread is left to ask."""
        store = self.screen.program.opened_store
        if self.entered:
            self.entered = False
            try:
                store.do(Who("", NEVER, self.screen.program.session), presence.leave)
            except Problem:
                return  # it counts as gone in a minute and a half by itself

    # --- others -----------------------------------------------------------------------------

    def look(self) -> None:
        """Perhaps somebody came, went or is in another record now."""
        if self.entered and not self.awake():
            self._refresher.read()

    def _question(self) -> Question[Sequence[Presence]]:
        program = self.screen.program
        at = (self.screen.client_id, program.session, program.clock())
        return lambda snapshot: _others(snapshot, *at)

    def take(self, others: Sequence[Presence]) -> None:
        """Who is here now: show it, and say who came to the client or into the very record."""
        screen = self.screen
        if not screen.is_attached or tuple(others) == self.others:
            return
        here = screen.held.id
        before = {one.session: one.record_id for one in self.others}
        self.others = tuple(others)
        screen.show()
        for one in others:
            own = one.person == screen.program.person
            who, where = ("You have", ", in another window") if own else (f"{one.person} has", "")
            if one.record_id == here and before.get(one.session) != here:
                screen.say(f"{who} come to this record{where}; whoever saves second is shown both.", "notice")
            elif one.session not in before:
                at = labels.record_of(screen.case, one)
                screen.say(f"{who} come to this client{where}: {at}.", "notice")

    def title(self) -> str:
        """The title line of the client, with who is where in it."""
        screen, program = self.screen, self.screen.program
        return labels.title(screen.case, self.others, program.person, program.today(), screen.held.id)

    def _in_this_record(self) -> list[Presence]:
        return [one for one in self.others if one.record_id == self.screen.held.id]

    def _told(self, one: Presence) -> str:
        """A sentence: who has what open, and since when."""
        screen, program = self.screen, self.screen.program
        same, since = one.record_id == screen.held.id, when(one.since, program.today())
        what = labels.record_of(screen.case, one)
        what = f"this record ({what})" if same else f"{what} of this client"
        if one.person == program.person:
            return f"You have {what} open in another window since {since}; each keeps a draft of its own."
        return f"{one.person} has {what} open since {since}{'; whoever saves second is shown both' if same else ''}."


def _not_worth_saying(problem: Problem) -> None:
    """What only helps others is no matter to interrupt a person with; the watch says when the store is away."""


def _others(snapshot: Snapshot, client_id: str, session: str, now: datetime) -> list[Presence]:
    return presence.others(snapshot, "client", client_id, session, now)


def _enter(unit: UnitOfWork, kind: Kind, record_id: str, client_id: str, known: bool) -> list[Presence]:
    presence.enter(unit, kind, record_id)
    return _looked(unit, client_id, known)


def _stay(unit: UnitOfWork, kind: Kind, record_id: str, client_id: str, known: bool) -> list[Presence]:
    if not presence.stay(unit):
        presence.enter(unit, kind, record_id)
    return _looked(unit, client_id, known)


def _looked(unit: UnitOfWork, client_id: str, known: bool) -> list[Presence]:
    """Note the look in the same write, which costs next to nothing; one that failed is noted with the next."""
    if known:
        looks.note(unit, client_id)
    return _others(unit, client_id, unit.who.session, unit.who.at)
