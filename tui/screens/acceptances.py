"""The warnings that somebody accepted, with the reasons; those that lapsed or were taken back, on demand."""

from collections.abc import Iterable

from textual.widget import Widget

from exporters.records import accept
from store.facts import AgencyInfo
from store.findings import acceptances
from store.findings.acceptance_facts import AcceptanceInfo
from store.snapshot import Snapshot
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import FilteredScreen
from tui.session.store_access import StoreChanged
from tui.session.wording import rule_title, when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine

SCOPE = SCREENS["acceptances"].scope
COLUMNS = (Column("Accepted", 14), Column("By", 8), Column("Client", 10), Column("Rule", 6), Column("Reason", 0))
REGISTRY.add(
    action("acceptances.filter", "slash", "Filter", "Only lines with these words", SCOPE, "filter", bar=True),
    action(
        "acceptances.back", "t", "Take back", "Take the acceptance back: the warning is open", SCOPE, "take_back", True
    ),
    action("acceptances.ended", "l", "Lapsed", "Show those that lapsed or were taken back, too", SCOPE, "ended", True),
)


class AcceptancesScreen(FilteredScreen):
    """The acceptances, the latest first; Enter goes to the field."""

    scope = "acceptances"
    heading = "Accepted warnings"

    def __init__(self) -> None:
        super().__init__()
        self.with_ended = False
        self._all: list[AcceptanceInfo] = []
        self._shown: list[AcceptanceInfo] = []
        self.about = TextLine(id="about")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))

    @property
    def listed(self) -> LineList:
        """The list that is filtered."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """What is shown, filter, lines, all of the chosen one."""
        self.table = PagedTable(
            COLUMNS,
            lambda: len(self._shown),
            lambda offset, limit: [self._row(one) for one in self._shown[offset : offset + limit]],
            lambda id: next((at for at, one in enumerate(self._shown) if one.id == id), None),
            "Reading ...",
        )
        yield self.about
        yield self.find_line
        yield self.table
        yield from self.details

    def on_mount(self) -> None:
        """Read."""
        self.table.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        app = self.program
        agency, with_ended = app.agency, self.with_ended
        app.read(lambda snapshot: _read(snapshot, agency, with_ended), on_done=self._came, hold=True)

    def _came(self, found: list[AcceptanceInfo]) -> None:
        self._all = found
        live = sum(one.is_live for one in found)
        ended = f", {len(found) - live:,} ended" if self.with_ended else "; l shows those that ended, too"
        self.about.show((f" {live:,} in force{ended}. An acceptance lapses when a value involved changes.", "dim"))
        self.table.empty = "Nothing has all these words." if found else "Nobody accepted a warning."
        self.filter_by(self.find_line.text)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something; it may have let one lapse."""
        self.action_refresh_data()

    def on_screen_resume(self) -> None:
        """Back from a record."""
        if self.is_attached and self._all:
            self.action_refresh_data()

    def filter_by(self, text: str) -> None:
        """Leave only the lines that have all the words."""
        words = text.casefold().split()
        self._shown = [one for one in self._all if all(word in self._text(one) for word in words)]
        many = len(self._shown)
        self.find_line.tell((f"{many:,} line{'' if many == 1 else 's'}".rjust(29), "dim"))
        self.table.reload()

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the list."""
        self.action_filter()

    def _text(self, one: AcceptanceInfo) -> str:
        values = " ".join(one.values.values())
        told = (one.reference, one.episode, one.accepted_by, one.reason, f"rule {one.rule}", values, self._state(one))
        return " ".join(told).casefold()

    def _row(self, one: AcceptanceInfo) -> Row:
        reason = one.reason if one.is_live else f"({self._state(one)}) {one.reason}"
        at = when(one.accepted_at, self.program.today())
        return one.id, at, one.accepted_by, one.reference, one.rule, reason

    def _state(self, one: AcceptanceInfo) -> str:
        today = self.program.today()
        if one.withdrawn_at is not None:
            return f"taken back {when(one.withdrawn_at, today)} by {one.withdrawn_by}"
        return f"lapsed {when(one.lapsed_at, today)}" if one.lapsed_at is not None else "in force"

    def on_line_list_moved(self) -> None:
        """Another line: say all of it below."""
        one = self._current()
        lines = ["", "", ""]
        if one is not None:
            values = ", ".join(f"{header}={value or 'empty'}" for header, value in one.values.items())
            lines[0] = f" {rule_title(self.program.standard, one.rule)}: {values}"
            lines[1] = f" {one.reason}"
            lines[2] = f" {one.reference}, {self._state(one)}. Enter goes to the field."
        for line, text in zip(self.details, lines, strict=True):
            line.show((text, "panel"))

    def _current(self) -> AcceptanceInfo | None:
        id = self.table.current_id
        return next((one for one in self._shown if one.id == id), None)

    def on_line_list_chosen(self) -> None:
        """Enter: the record, at the first field involved."""
        one = self._current()
        if one is not None:
            self.program.open_client(one.client_id, one.episode_id, one.event_id, next(iter(one.values), ""))

    def action_ended(self) -> None:
        """`l`: with those that lapsed or were taken back, or without them."""
        self.with_ended = not self.with_ended
        self.action_refresh_data()

    def action_take_back(self) -> None:
        """`t`: ask, then take the current one back."""
        one = self._current()
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


def _read(snapshot: Snapshot, agency: AgencyInfo, ended: bool) -> list[AcceptanceInfo]:
    return acceptances.listed(snapshot, agency, lapsed=ended, withdrawn=ended)
