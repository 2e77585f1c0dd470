"""Copying a client to an agency of another data set: what goes over and what not; once done, what is left to key."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.imports.copy import CopyPlan, planned, write_copy
from store.facts import AgencyInfo
from store.records import agencies as stored_agencies
from store.records import read
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from tui.session.program import StoreScreen
from tui.session.store_access import StoreChanged
from tui.session.wording import client_name
from tui.widgets.actions import REGISTRY
from tui.widgets.base_screen import JumpPlace
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from tui.screens.client.view import ClientView

MOST_AGENCIES = 4
NOWHERE = (
    "This store has no agency of another data set: Agencies ({palette}) makes one,"
    " or 'keywork client copy' with the first copy."
)


def offer(screen: "ClientView") -> None:
    """Ask where a client is to be copied to, once all of it is saved and there is somewhere to copy to."""
    program, case = screen.program, screen.case
    if any(held.is_changed or held.version == 0 for held in case.by_id.values()):
        screen.say("Save this client first: only what is saved can be copied.", "notice")
    elif case.client.deleted:
        screen.say("This client is deleted: bring it back before copying it.", "notice")
    else:

        def found(agencies: list[AgencyInfo]) -> None:
            if agencies:
                program.open_screen("copy", case.client.id, client_name(case.standard, case.client.values), agencies)
            else:
                screen.say(NOWHERE.format(palette=REGISTRY.key_text("app.palette")), "notice")

        id = program.standard.id
        program.read(lambda snapshot: _elsewhere(snapshot, id), on_done=found, hold=True)


class TargetAgencies(LineList):
    """The agencies there are, as many in view as fit beside the page."""

    def __init__(self, agencies: Sequence[AgencyInfo]) -> None:
        super().__init__()
        self.agencies = agencies
        self.styles.height = min(MOST_AGENCIES, len(agencies))

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.agencies)

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Code, data set and name, escaped."""
        one = self.agencies[row]
        return [(fit(f" {printable(one.code)}", 12) + " ", "text"), (printable(f"{one.standard} {one.name}"), "dim")]


class CopyScreen(StoreScreen[None]):
    """The agencies, and below them what a copy to the chosen one does; once it is done, what is left to key there."""

    scope = "copy"
    heading = "Copy to another agency"

    def __init__(self, client_id: str, name: str, agencies: Sequence[AgencyInfo]) -> None:
        super().__init__()
        self.client_id, self.client_name = client_id, name
        self.title = f"Copy {name} to another agency"
        self.about = TextLine([(" Only what is certain to mean the same goes over.", "dim")], id="about")
        self.listed, self.page = TargetAgencies(agencies), TextPage()
        self.plan: CopyPlan | None = None
        self.copied: set[str] = set()

    @property
    def chosen(self) -> AgencyInfo:
        """The agency that the page is about."""
        return self.listed.agencies[self.listed.cursor]

    def body(self) -> Iterable[Widget]:
        """Where to, then what that does."""
        yield self.about
        yield self.listed
        yield self.page

    def on_mount(self) -> None:
        """Begin where there is something to choose."""
        (self.listed if self.listed.row_count > 1 else self.page).focus()
        self.action_refresh_data()

    def jumps(self) -> list[JumpPlace]:
        """The list and the page."""
        return [("A", "Agencies", self.listed.focus), ("P", "Page", self.page.focus)]

    def action_refresh_data(self) -> None:
        """F5: look again, unless it is done."""
        if self.chosen.id not in self.copied:
            given = (self.client_id, self.program.standard, self.program.agency.code, self.chosen)
            self.program.read(
                lambda snapshot: _planned(snapshot, *given), on_done=self._came, on_problem=self._not_planned, hold=True
            )

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something: perhaps this client, perhaps its copy."""
        if event.saved and not self.copied:
            self.action_refresh_data()

    def on_line_list_moved(self) -> None:
        """Another agency."""
        self.copied.clear()
        self.plan = None
        self.action_refresh_data()

    def on_line_list_chosen(self) -> None:
        """Enter: on to the page. It copies nothing."""
        self.page.focus()

    def _came(self, plan: CopyPlan) -> None:
        if self.is_attached and plan != self.plan:
            self.plan = plan
            self.page.show(list(plan_lines(plan)))
            self._count(plan)

    def _count(self, plan: CopyPlan) -> None:
        if plan.refused:
            self.say(f"Nothing can be copied: {plan.refused}.", "error")
        elif plan.is_done:
            self.say(f"{self.chosen.code} has all of this client already: nothing is left to copy.", "notice")
        else:
            beware = f", {counted(len(plan.warnings), 'thing')} to beware of" if plan.warnings else ""
            rest = counted(len(plan.anew), "line")
            key = REGISTRY.key_text("copy.write")
            self.say(f"{counted(len(plan.copied), 'value')} to go over, {rest} to be keyed anew{beware}. {key} copies.")

    def _not_planned(self, problem: Problem) -> None:
        self.plan = None
        self.page.show([])
        self.say(problem.sentence, "error")

    def action_write(self) -> None:
        """F2."""
        if self.copied:
            self.say(f"It is copied to {self.chosen.code}; what the page lists is still to be keyed there.", "notice")
        elif self.plan is not None and (self.plan.is_done or self.plan.refused):
            self._count(self.plan)
        elif self.plan is not None:
            program = self.program
            given = (self.client_id, program.standard, program.agency.code, self.chosen, self.plan)
            program.write(lambda unit: _written(unit, *given), on_done=self._entered, hold=True)

    def _entered(self, done: tuple[CopyPlan, str]) -> None:
        plan, name = done
        if not self.is_attached:
            return
        if not name:
            self._came(plan)
            self.say("Something was saved meanwhile, so nothing was copied: look at the page again.", "warning")
            return
        self.copied.add(self.chosen.id)
        self.page.show(list(done_lines(plan, name, self.chosen)))
        self.say(f"The copy is {name} of {self.chosen.code}; the page lists what is still to be keyed there.", "ok")


def plan_lines(plan: CopyPlan) -> Iterator[str]:
    """What a copy would do, as a page."""
    for title, lines in (
        ("Beware", plan.warnings),
        ("There already, not copied again", plan.known),
        ("Goes over", plan.copied),
        ("To be keyed anew", plan.anew),
        ("Had to be keyed anew there", plan.known_anew),
    ):
        if lines:
            yield f"# {title}"
            yield from (f"  {line}" for line in lines)
            yield ""


def done_lines(plan: CopyPlan, name: str, agency: AgencyInfo) -> Iterator[str]:
    """Where the copy is, and what is left to do with it."""
    yield f"# The copy is {name} of agency {agency.code} ({agency.standard})"
    yield f"  Open it there: Agencies ({REGISTRY.key_text('app.palette')}), then {agency.code}; another time"
    yield f"  keywork --agency {agency.code} --standard {agency.standard}"
    yield ""
    for title, lines in (("Beware", plan.warnings), ("Still to be keyed there", plan.anew)):
        if lines:
            yield f"# {title}"
            yield from (f"  {line}" for line in lines)
            yield ""


def _elsewhere(snapshot: Snapshot, standard_id: str) -> list[AgencyInfo]:
    return [one for one in stored_agencies.listed(snapshot) if one.standard != standard_id]


def _planned(snapshot: Snapshot, client_id: str, source: Standard, code: str, agency: AgencyInfo) -> CopyPlan:
    return planned(snapshot, client_id, (source, code), (load(agency.standard), agency.code))


def _written(
    unit: UnitOfWork, client_id: str, source: Standard, code: str, agency: AgencyInfo, seen: CopyPlan
) -> tuple[CopyPlan, str]:
    """Enter what was seen on the page, and what the copy is called; without a name where it would be another by now.

    Raises Problem where the agency chosen is called otherwise by now: none is made of the code that it had.
    """
    stored_agencies.require_as_seen(unit, agency, "code", "standard")
    plan, target = _planned(unit, client_id, source, code, agency), load(agency.standard)
    if plan != seen:
        return plan, ""
    _, copy_id = write_copy(unit, plan, agency.code, target)
    values = read.get(unit, "client", copy_id).values
    return plan, f"{target.word('client')} {client_name(target, values)}"
