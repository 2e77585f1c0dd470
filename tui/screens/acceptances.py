"""The warnings that somebody accepted, with the reasons; those that lapsed or were taken back, on demand."""

from collections.abc import Callable

from exporters.records import accept
from store.findings import acceptances
from store.findings.acceptance_facts import AcceptanceInfo
from store.snapshot import Snapshot
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import StoredTableScreen, TableContents
from tui.session.wording import rule_title, when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.paged_table import Column, Row

SCOPE = SCREENS["acceptances"].scope
COLUMNS = (Column("Accepted", 14), Column("By", 8), Column("Client", 10), Column("Rule", 6), Column("Reason", 0))
REGISTRY.add(
    action("acceptances.filter", "slash", "Filter", "Only lines with these words", SCOPE, "filter", bar=True),
    action(
        "acceptances.back", "t", "Take back", "Take the acceptance back: the warning is open", SCOPE, "take_back", True
    ),
    action("acceptances.ended", "l", "Lapsed", "Show those that lapsed or were taken back, too", SCOPE, "ended", True),
)


class AcceptancesScreen(StoredTableScreen[AcceptanceInfo]):
    """The acceptances, the latest first; Enter goes to the field."""

    scope = "acceptances"
    heading = "Accepted warnings"

    columns = COLUMNS
    detail_lines = 3

    def __init__(self) -> None:
        super().__init__()
        self.with_ended = False

    def question(self) -> Callable[[Snapshot], TableContents[AcceptanceInfo]]:
        """Those in force; with `l` those that ended, too."""
        agency, with_ended = self.program.agency, self.with_ended

        def read(snapshot: Snapshot) -> TableContents[AcceptanceInfo]:
            found = acceptances.listed(snapshot, agency, lapsed=with_ended, withdrawn=with_ended)
            live = sum(one.is_live for one in found)
            ended = f", {len(found) - live:,} ended" if with_ended else "; l shows those that ended, too"
            about = f"{live:,} in force{ended}. An acceptance lapses when a value involved changes."
            return TableContents(
                found, about, "Nobody accepted a warning." if with_ended else "No acceptance is in force."
            )

        return read

    def key_of(self, one: AcceptanceInfo) -> object:
        """An acceptance is kept, whatever becomes of it."""
        return one.id

    def text_of(self, one: AcceptanceInfo) -> str:
        """Client, episode, who, why, the rule, the values involved, how it stands."""
        values = " ".join(one.values.values())
        told = (one.reference, one.episode, one.accepted_by, one.reason, f"rule {one.rule}", values, self._state(one))
        return " ".join(told)

    def row_of(self, one: AcceptanceInfo) -> Row:
        """When, by whom, which client, which rule, why."""
        reason = one.reason if one.is_live else f"({self._state(one)}) {one.reason}"
        return when(one.accepted_at, self.program.today()), one.accepted_by, one.reference, one.rule, reason

    def told_of(self, one: AcceptanceInfo) -> tuple[str, ...]:
        """The rule with the values it was accepted for, the reason, how it stands."""
        values = ", ".join(f"{header}={value or 'empty'}" for header, value in one.values.items())
        title = rule_title(self.program.standard, one.rule)
        return f"{title}: {values}", one.reason, f"{one.reference}, {self._state(one)}. Enter goes to the field."

    def _state(self, one: AcceptanceInfo) -> str:
        today = self.program.today()
        if one.withdrawn_at is not None:
            return f"taken back {when(one.withdrawn_at, today)} by {one.withdrawn_by}"
        return f"lapsed {when(one.lapsed_at, today)}" if one.lapsed_at is not None else "in force"

    def on_line_list_chosen(self) -> None:
        """Enter: the record, at the first field involved."""
        one = self.current
        if one is not None:
            self.program.open_client(one.client_id, one.episode_id, one.event_id, next(iter(one.values), ""))

    def action_ended(self) -> None:
        """`l`: with those that lapsed or were taken back, or without them."""
        self.with_ended = not self.with_ended
        self.action_refresh_data()

    def action_take_back(self) -> None:
        """`t`: ask, then take the current one back."""
        one = self.current
        if one is None or not one.is_live:
            self.say("It is not in force any more: there is nothing to take back." if one else "Choose one first.")
            return

        def answered(letter: str | None) -> None:
            if letter == "t":
                id = one.id
                self.program.write(lambda unit: accept.withdraw(unit, [id]), on_done=self._taken, hold=True)

        lines = [rule_title(self.program.standard, one.rule), one.reason]
        answers = [Answer("t", "Take it back: the warning is open again")]
        self.app.push_screen(Confirm("An accepted warning", lines, answers), answered)

    def _taken(self, ended: list[AcceptanceInfo]) -> None:
        self.say("Taken back: the warning is open again.", "ok")
        self.action_refresh_data()
