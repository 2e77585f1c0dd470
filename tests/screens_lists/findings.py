"""What the findings screen reads of a store, for its tests."""

from datetime import date

from exporters.work import Work
from store.clients import rows
from store.facts import AgencyInfo
from store.findings import queries
from store.findings.acceptance_facts import By
from store.records import agencies
from store.store import Store
from tests.stores import ask
from tests.terminal import Terminal
from tui.screens.findings.groups import Caseload, Group, Listing, read
from validators.calendar.periods import ReportingPeriod
from validators.records import Finding
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")


def caseload(store: Store, agency: AgencyInfo, by: By = "rule", text: str = "", submission: str = "") -> Caseload:
    """What the screen reads."""
    return ask(store, read, Work(agency, STANDARD, date(2021, 1, 7)), Listing(by, text, submission))


def groups_of(whole: Caseload) -> list[Group]:
    """Its groups, in their order."""
    return [Group(whole.order, index) for index in range(len(whole.order.keys))]


def listed(store: Store, group: Group) -> list[Finding]:
    """A group's findings, in their order."""
    found = ask(store, queries.numbered, group.numbers())
    return [found[number].finding for number in group.numbers()]


def every(store: Store, whole: Caseload) -> list[Finding]:
    """The findings of all groups."""
    return [one for group in groups_of(whole) for one in listed(store, group)]


def in_field(terminal: Terminal) -> str:
    """The marked line of the form, in which the cursor stands."""
    line = terminal.lines()[terminal.cursor[1]]
    return line if line.startswith(">") else ""


def said_in(terminal: Terminal) -> str:
    """What the status line says, in one line or two."""
    return " ".join(terminal.lines()[21:23]).strip()


def faulty(store: Store, period: ReportingPeriod | None = None) -> list[str]:
    """The ids of the clients with an error or a warning, in all or in a period's return, in order of entry."""
    found, id = [], ""
    while id := ask(store, rows.next_with_findings, ask(store, agencies.one), id, period=period):
        found.append(id)
    return found


def walk_until(terminal: Terminal, words: str, most: int) -> None:
    """F8 until the status line has these words, so many times at most."""
    for _ in range(most):
        terminal.press("<f8>", 0.3)
        if words in said_in(terminal):
            return
