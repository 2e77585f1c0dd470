"""F8 and F7: through the findings of one client, and on to the next client of the caseload who has any."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from store.clients import rows
from store.facts import Who
from store.snapshot import Snapshot
from tui.form.panel_entries import Place, RecordKey, walk, walked
from tui.screens.client import queries
from tui.screens.client.labels import client_name
from tui.screens.client.queries import Loaded
from tui.widgets.actions import REGISTRY
from validators.records import Severity

if TYPE_CHECKING:
    from tui.app.app import KeyworkApp
    from tui.screens.client.screen import ClientScreen

Step = Literal[1, -1]
NO_MORE = "No more findings."
NONE_THIS_WAY = "No more findings this way: {key} goes back to those of {whose}."
MOST_LOOKED = 20
"""Clients looked at for whether what was kept of them is still true, before it is said that findings lie behind."""
KEY_OF: dict[Step, str] = {1: "form.next", -1: "form.previous"}


class Walking:
    """The walk on one client screen. `told` is where one was led and what is wrong there was said."""

    def __init__(self, screen: "ClientScreen") -> None:
        self.screen = screen
        self.told: Place | None = None

    def go_on(self, step: Step) -> None:
        """To the next finding; after the client's last one to the next client."""
        screen = self.screen
        here, stops = screen.place(), walked(screen.entries)
        # One comes to a field by other ways, too: what is wrong there is said before one is led away from it.
        if here in stops and here != self.told:
            target: Place | None = here
        else:
            target = walk(stops, here, self._order(), screen.case.standard, step)
        if target is not None:
            self._to(target)
            return
        screen.form.flush()
        screen.leave(screen.held)
        to_client(screen.program, screen.client_id, step, leaving=screen)

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
            for one in self.screen.entries
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
        if here in walked(self.screen.entries):
            self._to(here)

    def _order(self) -> Sequence[RecordKey]:
        case = self.screen.case
        return [key for held in case.records() for key in case.keys(held)]

    def _to(self, target: Place, before: str = "") -> None:
        screen = self.screen
        screen.go(target)
        self.told = target
        there = [one for one in screen.entries if one.stop == target and one.finding is not None]
        entry = next((one for one in there if one.place == target), there[0] if there else None)
        if entry is not None and entry.finding is not None:
            screen.say(f"{before}{entry.sentence} (rule {entry.rule})", entry.finding.severity.value)
            screen.spoke()  # once somebody types, the panel says what is still true


def to_client(
    app: "KeyworkApp", client_id: str, step: Step, *, itself: bool = False, leaving: "ClientScreen | None" = None
) -> None:
    """Open the next client of the caseload (or the one before) at the first finding, in place of the one one leaves.

    With `itself` this client, if there is a finding, else the first of the caseload. Who is wrong by what was kept
    but not by what stands in the record now is passed over.
    """
    from tui.screens.client.screen import ClientScreen

    def came(found: Loaded | None) -> None:
        if found is None:
            none_left()
            return
        screen = ClientScreen(app, found)
        screen.judge_quietly()
        if screen.walking.target(step) is None:
            look("" if itself and found.client_id == client_id else found.client_id, False)
            return
        name = client_name(app.standard, screen.case.client.values)
        words = f"{'Next client' if step > 0 else 'Client before'}: {name}. "
        if leaving is not None and any(held.is_changed for held in leaving.case.by_id.values()):
            words = f"Draft kept. {words}"
        screen.landing = (step, "" if itself and found.client_id == client_id else words)
        if leaving is not None and app.screen is leaving:
            leaving.around.gone()  # before the next one is entered: a session has one record open
            app.switch_screen(screen)
        else:
            app.push_screen(screen)

    def none_left() -> None:
        """Say whether findings lie the other way: of this client, of others."""
        here = app.screen if isinstance(app.screen, ClientScreen) else None
        own = here is not None and here.walking.target(step) is not None
        _behind(app, client_id, step, lambda others: app.say(*_at_the_end(step, own, others)))

    def look(at: str, own: bool) -> None:
        agency, standard, who = app.agency, app.standard, Who(app.person, app.clock(), app.session)

        def found(snapshot: Snapshot) -> Loaded | None:
            wanted = at if own else rows.next_with_findings(snapshot, agency, at, back=step < 0)
            return queries.load(snapshot, agency, standard, who, wanted) if wanted else None

        app.read(found, on_done=came, hold=True)

    look(client_id, itself)


def _at_the_end(step: Step, own: bool, others: bool) -> tuple[str, str]:
    """What is said where no more findings lie ahead, and in which tone."""
    if not own and not others:
        return NO_MORE, "ok"
    where = "before" if step > 0 else "after"
    whose = ["this client"] * own + [f"clients {where}"] * others
    back: Step = -1 if step > 0 else 1
    return NONE_THIS_WAY.format(key=REGISTRY.key_text(KEY_OF[back]), whose=" and ".join(whose)), "notice"


def _behind(app: "KeyworkApp", client_id: str, step: Step, tell: Callable[[bool], object]) -> None:
    """Tell whether clients the other way have findings, by what stands in their records now."""
    from tui.screens.client.screen import ClientScreen

    left = MOST_LOOKED

    def came(found: Loaded | None) -> None:
        nonlocal left
        left -= 1
        if found is None or not left:
            tell(found is not None)
            return
        screen = ClientScreen(app, found)
        screen.judge_quietly()
        if screen.walking.target(step) is not None:
            tell(True)
        else:
            look(found.client_id)

    def look(at: str) -> None:
        agency, standard, who = app.agency, app.standard, Who(app.person, app.clock(), app.session)

        def found(snapshot: Snapshot) -> Loaded | None:
            wanted = rows.next_with_findings(snapshot, agency, at, back=step > 0)
            return queries.load(snapshot, agency, standard, who, wanted) if wanted else None

        app.read(found, on_done=came, hold=True)

    look(client_id)
