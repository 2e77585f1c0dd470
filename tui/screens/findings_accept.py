"""Accepting warnings where they are listed: one, or all of a group, with a reason; and taking that back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from store.acceptance_shapes import AcceptanceInfo
from store.shapes import AgencyInfo
from tui.frame.actions import REGISTRY, action
from tui.frame.base_screen import BaseScreen
from tui.frame.confirm import Answer, Confirm
from tui.frame.printable import one_line
from tui.screens.asking import Asked, Asking
from tui.screens.findings_groups import Group, rule_title, values_text
from validators.records import Finding, Severity

if TYPE_CHECKING:
    from store.opening import Store
    from tui.app import KeyworkApp
    from tui.screens.findings_list import FindingsList

SCOPE = {"findings"}
REGISTRY.add(
    action(
        "findings.accept", "a", "Accept", "Accept a warning, or a group's, or take that back", SCOPE, "accept", True
    ),
    action("findings.accepted", "w", "Accepted", "The warnings that were accepted, and why", SCOPE, "accepted"),
)
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

    def read(self, hold: bool = False, saved: bool = True) -> None:
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
            if self.is_attached and row is not None and row[1] is one and one.accepted in self._reasons:
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
        warnings = group.acceptable()
        rules = {one.rule for one in warnings}
        if not warnings:
            self.say("No warning here is left to be accepted.", "notice")
        elif len(rules) > 1:
            self.say(
                "These are warnings of several rules: group by rule (1) to accept those of one together.", "notice"
            )
        else:
            title = rule_title(self.program.standard, warnings[0].rule)
            about = [title, warnings[0].message, f"One reason for all, each kept for its own values. {PORTAL}"]
            if group.count > len(group.findings):
                about.append(f"Only the {len(group.findings):,} that were read of {group.count:,} are meant.")
            many = len(warnings)
            self._ask(f"Accept {many:,} warning{'' if many == 1 else 's'}", about, warnings)

    def _ask(self, title: str, about: Sequence[str], warnings: Sequence[Finding]) -> None:
        def reasoned(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            if len(warnings) == 1:
                self._keep(warnings, texts["reason"])
                return

            def sure(letter: str | None) -> None:
                if letter == "a":
                    self._keep(warnings, texts["reason"])

            lines = [f"Reason: {one_line(texts['reason'], 60)}", "Each can be taken back by itself."]
            answers = [Answer("a", f"Accept all {len(warnings):,}")]
            self.app.push_screen(Confirm(f"{title}?", lines, answers), sure)

        asked = [Asked("reason", "Reason, why it is right as it is")]
        self.app.push_screen(Asking(title, about, asked), reasoned)

    def _keep(self, warnings: Sequence[Finding], reason: str) -> None:
        def done(made: Sequence[AcceptanceInfo]) -> None:
            many = len(made)
            self._reasons.update({its.id: its for its in made})
            self.say(f"Accepted {many:,} warning{'' if many == 1 else 's'}.", "ok")
            self.read(saved=False)

        app = self.program
        app.in_store(_accept, app.person, warnings, reason, app.clock(), on_done=done, writes=True, hold=True)

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
        self.read(saved=False)


def _accept(
    store: "Store", person: str, warnings: Sequence[Finding], reason: str, now: datetime
) -> list[AcceptanceInfo]:
    """In the writing thread: accept what is not accepted yet."""
    with store.write(person, now) as work:
        return work.accept_all(warnings, reason)


def withdraw(store: "Store", person: str, acceptance_id: str, now: datetime) -> AcceptanceInfo:
    """In the writing thread: take an acceptance back."""
    with store.write(person, now) as work:
        return work.withdraw_acceptance(acceptance_id)


def _of_client(store: "Store", agency: AgencyInfo, client_id: str) -> list[AcceptanceInfo]:
    return store.acceptances(agency, client_id=client_id)
