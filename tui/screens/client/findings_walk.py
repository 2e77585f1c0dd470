"""F8 and F7: through the findings of one client, and after the last one on to the next client."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tui.form.panel_entries import Entry, Place, RecordKey, found, walk, walked
from tui.screens.client import queries
from validators.records import Severity

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

Step = Literal[1, -1]
KEY_OF: dict[Step, str] = {1: "form.next", -1: "form.previous"}


class Walking:
    """The walk on one client screen. `told` is where one was led last and what is wrong there was said; `seen` is
    wherever one was led: a client opens at the episode at hand, and what lies above it is not to be passed over.

    `within` is the submission in whose return alone it goes on, see `Program.walked_return`; None where one came by no
    walk, and the screen below says.
    """

    def __init__(self, screen: "ClientView") -> None:
        self.screen = screen
        self.told: Place | None = None
        self.seen: set[Place] = set()
        self.within: str | None = None
        self._announced: set[Place] = set()

    def go_on(self, step: Step) -> None:
        """To the next finding; after the client's last one to those that nobody was led to, then to the next client.
        Along a worklist at once to him."""
        screen = self.screen
        if screen.program.walked_list is not None:
            self._to_next_client(step)
            return
        here, stops = screen.place(), walked(self._entries())
        # One comes to a field by other ways, too: what is wrong there is said before one is led away from it.
        if here in stops and here != self.told:
            target: Place | None = here
        else:
            target = walk(stops, here, self._order(), screen.case.standard, step)
        if target is None:
            unseen = [stop for stop in stops if stop not in self.seen]
            target = walk(unseen, None, self._order(), screen.case.standard, step)
        if target is not None:
            self._to(target)
            return
        self._to_next_client(step)

    def _to_next_client(self, step: Step) -> None:
        screen = self.screen
        screen.form.flush()
        screen.leave(screen.held)
        screen.program.to_finding(step, screen.client_id)

    def announce(self) -> None:
        """A save says how many errors stand here, and the key that leads to them: that holds for what no return would
        send, too; the next step is one of them, and not the next client."""
        self._announced = {one.stop for one in self.screen.entries if one.kind == "error"}
        if self._announced:
            self.told = None

    def way(self) -> Step:
        """Which way an error of this client lies, seen from the field one stands in."""
        here, stops = self.screen.place(), [one.stop for one in self.screen.entries if one.kind == "error"]
        if here in stops or walk(stops, here, self._order(), self.screen.case.standard, 1) is not None:
            return 1
        return -1

    def target(self, step: Step) -> Place | None:
        """The client's first (or last) error or warning."""
        severe = (Severity.ERROR, Severity.WARNING)
        stops = [
            one.stop
            for one in self._entries()
            if one.finding and one.finding.severity in severe and not one.finding.accepted
        ]
        return walk(stops, None, self._order(), self.screen.case.standard, step)

    def land(self, step: Step, before: str = "") -> None:
        """On arriving: at the first (or last) error or warning, after some words."""
        if (target := self.target(step)) is not None:
            self._to(target, before)

    def land_here(self) -> None:
        """On arriving at a chosen finding: say what is wrong."""
        here = self.screen.place()
        if here is not None and here in found(self.screen.entries):
            self._to(here)

    def come_back(self, place: Place, before: str, *, later: bool = False) -> None:
        """To where one was led before a draft was laid over the client, which is said after some words; to what else is
        wrong where that is mended by the draft. `later` leaves it to the next step."""
        self.told = None
        self.seen.discard(place)
        if later:
            return
        if place in found(self.screen.entries):
            self._to(place, before)
        elif self.screen.landing is not None:
            self.land(self.screen.landing[0], before)

    def _entries(self) -> Sequence[Entry]:
        """What is walked: all that the panel lists, or only what lies in what a return would send."""
        screen, program = self.screen, self.screen.program
        if not program.walked_return:
            return screen.entries
        sent = program.opened_store.ask(
            queries.sent_of, program.agency, program.walked_return, program.today(), screen.client_id
        )

        def goes(one: Entry) -> bool:
            record = one.place.record
            if not record.episode_id:
                return bool(sent)
            events = sent.get(record.episode_id, frozenset())
            return record.episode_id in sent and (not record.event_id or events is None or record.event_id in events)

        return [one for one in screen.entries if one.stop in self._announced or goes(one)]

    def _order(self) -> Sequence[RecordKey]:
        case = self.screen.case
        return [key for held in case.records() for key in case.keys(held)]

    def _to(self, target: Place, before: str = "") -> None:
        screen = self.screen
        screen.go(target)
        self.told = target
        self.seen.add(target)
        there = [one for one in screen.entries if one.stop == target and one.finding is not None]
        entry = next((one for one in there if one.place == target), there[0] if there else None)
        if entry is not None and entry.finding is not None:
            screen.say(f"{before}{entry.sentence} (rule {entry.rule})", entry.finding.severity.value)
            screen.spoke()  # once somebody types, the panel says what is still true
