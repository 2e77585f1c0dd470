"""Accepting warnings where they are listed: one, or all of a group, with a reason; and taking that back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from store.facts import AgencyInfo
from store.findings.acceptance_facts import AcceptanceInfo
from tui.screens.findings.groups import Group, rule_title, values_text
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import BaseScreen
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.text import one_line
from validators.records import Finding, Severity

if TYPE_CHECKING:
    from store.store import Store
    from tui.app.app import KeyworkApp
    from tui.screens.findings.list import FindingsList

SCOPE = {"findings"}
REGISTRY.add(
    action(
        "findings.accept", "a", "Accept", "Accept a warning, or a group's, or take that back", SCOPE, "accept", True
    ),
    action("findings.accepted", "w", "Accepted", "The warnings that were accepted, and why", SCOPE, "accepted"),
)
AT_ONCE = 500
"""Warnings accepted in one transaction: others wait to save while it lasts."""
PORTAL = "It counts as a warning all the same: the portal knows no acceptance."


class Accepting(BaseScreen[None]):
    """The part of the findings screen that accepts."""

    list: "FindingsList"

    def __init__(self) -> None:
        super().__init__()
        self._reasons: dict[str, AcceptanceInfo] = {}

    @property
    def program(self) -> "KeyworkApp":
        """The app, as what it is."""
        return cast("KeyworkApp", self.app)

    def read(self, hold: bool = False, keep: bool = True) -> None:
        """Read anew what is kept."""
        raise NotImplementedError

    def accepted_by(self, one: Finding) -> str:
        """Who accepted a warning, and why; read when it is first asked for."""
        known = self._reasons.get(one.accepted)
        if known is not None:
            return f"Accepted by {known.accepted_by}: {known.reason}"

        def came(found: Sequence[AcceptanceInfo]) -> None:
            self._reasons.update({its.id: its for its in found})
            row = self.list.current
            if self.is_attached and row is not None and row[1] == one and one.accepted in self._reasons:
                self.list.post_message(self.list.Moved(self.list, self.list.cursor))

        self.program.in_store(_of_client, self.program.agency, one.client_id, on_done=came)
        return "Accepted."

    def action_accepted(self) -> None:
        """The list of all that was accepted."""
        self.program.open_screen("acceptances")

    def action_accept(self) -> None:
        """`a`: accept what the line is about, or take it back where it is accepted."""
        row = self.list.current
        if row is None:
            self.say("There is nothing to accept.")
        elif row[1] is None:
            self._accept_group(row[0])
        elif row[1].accepted:
            self._ask_back(row[1])
        elif row[1].severity is Severity.WARNING:
            self._ask_one(row[1])
        elif row[1].severity is Severity.ERROR:
            self.say("An error cannot be accepted: it would not load. Enter goes there to mend it.", "notice")
        else:
            self.say("A notice counts for nothing: there is nothing to accept.", "notice")

    def _ask_one(self, one: Finding) -> None:
        about = [one.message, values_text(one), f"Kept for these values: it lapses when one of them changes. {PORTAL}"]
        self._ask("Accept this warning", about, [one])

    def _accept_group(self, group: Group) -> None:
        many, app = group.open_warnings, self.program
        if not many:
            self.say("No warning here is left to be accepted.", "notice")
            return

        def told(rules: Mapping[str, str]) -> None:
            if len(rules) > 1:
                self.say(
                    "These are warnings of several rules: group by rule (1) to accept those of one together.", "notice"
                )
            elif rules:
                ((rule, message),) = rules.items()
                title = f"Accept {many:,} warning{'' if many == 1 else 's'}"
                about = [rule_title(app.standard, rule), message]
                about.append(f"One reason for all, each kept for its own values. {PORTAL}")
                self._ask_reason(title, about, many, lambda reason: self._keep_all(group, rule, reason))

        app.in_store(_rules, group, on_done=told, hold=True)

    def _keep_all(self, group: Group, rule: str, reason: str) -> None:
        app = self.program
        args = (group, app.person, rule, reason, app.clock())
        app.in_store(accept_all, *args, on_done=self._kept, writes=True, hold=True)

    def _ask(self, title: str, about: Sequence[str], warnings: Sequence[Finding]) -> None:
        self._ask_reason(title, about, len(warnings), lambda reason: self._keep_some(warnings, reason))

    def _ask_reason(self, title: str, about: Sequence[str], many: int, keep: Callable[[str], None]) -> None:
        def reasoned(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            if many == 1:
                keep(texts["reason"])
                return

            def sure(letter: str | None) -> None:
                if letter == "a":
                    keep(texts["reason"])

            lines = [f"Reason: {one_line(texts['reason'], 60)}", "Each can be taken back by itself."]
            answers = [Answer("a", f"Accept all {many:,}")]
            self.app.push_screen(Confirm(f"{title}?", lines, answers), sure)

        asked = [Asked("reason", "Reason, why it is right as it is")]
        self.app.push_screen(Asking(title, about, asked), reasoned)

    def _keep_some(self, warnings: Sequence[Finding], reason: str) -> None:
        def done(made: Sequence[AcceptanceInfo]) -> None:
            self._reasons.update({its.id: its for its in made})
            self._kept(len(made))

        app = self.program
        app.in_store(_accept, app.person, warnings, reason, app.clock(), on_done=done, writes=True, hold=True)

    def _kept(self, many: int) -> None:
        self.say(f"Accepted {many:,} warning{'' if many == 1 else 's'}.", "ok")
        self.read()

    def _ask_back(self, one: Finding) -> None:
        def answered(letter: str | None) -> None:
            if letter == "t":
                app = self.program
                args = (app.person, one.accepted, app.clock())
                app.in_store(withdraw, *args, on_done=self._taken_back, writes=True, hold=True)

        told = [one.message, values_text(one), self.accepted_by(one)]
        answers = [Answer("t", "Take the acceptance back: the warning is open again")]
        self.app.push_screen(Confirm("An accepted warning", told, answers), answered)

    def _taken_back(self, info: AcceptanceInfo) -> None:
        self.say("Taken back: the warning is open again.", "ok")
        self.read()


def _accept(
    store: "Store", person: str, warnings: Sequence[Finding], reason: str, now: datetime
) -> list[AcceptanceInfo]:
    """In the writing thread: accept what is not accepted yet."""
    with store.write(person, now) as work:
        return work.accept_all(warnings, reason)


def _open_ones(store: "Store", group: Group, many: int) -> Iterator[list[Finding]]:
    """A group's warnings that nobody accepted, so many at a time."""
    start, end = group.span
    for at in range(start, end, many):
        numbers = group.order.numbers[at : min(at + many, end)]
        found = store.findings_numbered(numbers)
        listed = [found[number] for number in numbers if number in found]
        own = [one.finding for one in listed if str(one.key(group.order.by)) == group.key]
        yield [one for one in own if one.severity is Severity.WARNING and not one.accepted]


def _rules(store: "Store", group: Group) -> dict[str, str]:
    """The rules of a group's open warnings, each with what it says of the first."""
    rules: dict[str, str] = {}
    for page in _open_ones(store, group, AT_ONCE):
        for one in page:
            rules.setdefault(one.rule, one.message)
        if len(rules) > 1:
            break
    return rules


def accept_all(store: "Store", group: Group, person: str, rule: str, reason: str, now: datetime) -> int:
    """In the writing thread: accept a group's open warnings of a rule, a batch a transaction; return how many."""
    made = 0
    for page in _open_ones(store, group, AT_ONCE):
        if left := [one for one in page if one.rule == rule]:
            with store.write(person, now) as work:
                made += len(work.accept_all(left, reason))
    return made


def withdraw(store: "Store", person: str, acceptance_id: str, now: datetime) -> AcceptanceInfo:
    """In the writing thread: take an acceptance back."""
    with store.write(person, now) as work:
        return work.withdraw_acceptance(acceptance_id)


def _of_client(store: "Store", agency: AgencyInfo, client_id: str) -> list[AcceptanceInfo]:
    return store.acceptances(agency, client_id=client_id)
