"""Withdrawals that no extract can carry: each stays here until somebody told whoever has the data, and ticks it."""

from collections.abc import Iterable, Mapping

from textual.widget import Widget

from exporters.records import consent
from exporters.work import Work
from store.records.consent import ConsentEntry, ConsentPlace
from tui.form.dates import show_date
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import FilteredScreen
from tui.session.store_access import StoreChanged
from tui.session.wording import several, when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine

SCOPE = SCREENS["withdrawals"].scope
COLUMNS = (Column("Withdrawn", 14), Column("By", 8), Column("Client", 10), Column("Closed", 12), Column("Note", 0))
REGISTRY.add(
    action("withdrawals.filter", "slash", "Filter", "Only lines with these words", SCOPE, "filter", bar=True),
    action("withdrawals.tick", "t", "Tick", "Whoever has the data was told; or take that back", SCOPE, "tick", True),
    action("withdrawals.ticked", "l", "Ticked", "Show those that are ticked, too", SCOPE, "ticked", True),
)


class WithdrawalsScreen(FilteredScreen):
    """The withdrawals, the latest first; Enter goes to the episode."""

    scope = "withdrawals"
    heading = "Withdrawals to tell"

    def __init__(self) -> None:
        super().__init__()
        self.with_ticked = False
        self._all: list[ConsentPlace] = []
        self._shown: list[ConsentPlace] = []
        self.about = TextLine(id="about")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2))

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
            lambda id: next((at for at, one in enumerate(self._shown) if one.episode_id == id), None),
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
        app, ticked = self.program, self.with_ticked
        work = Work(app.agency, app.standard, app.today())
        app.read(lambda snapshot: consent.to_tell(snapshot, work, settled=ticked), on_done=self._came, hold=True)

    def _came(self, found: list[ConsentPlace]) -> None:
        self._all = found
        open_ = sum(one.entry is not None and one.entry.settled_at is None for one in found)
        self.about.show((f" {several(open_, 'withdrawal')} that no extract can carry: tell {consent.WHOM}.", "dim"))
        self.table.empty = "Nothing has all these words." if found else "Nobody is to be told of a withdrawal."
        self.filter_by(self.find_line.text)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something; perhaps here."""
        self.action_refresh_data()

    def on_screen_resume(self) -> None:
        """Back from a client."""
        if self.is_attached and self._all:
            self.action_refresh_data()

    def filter_by(self, text: str) -> None:
        """Leave only the lines that have all the words."""
        words = text.casefold().split()
        self._shown = [one for one in self._all if all(word in self._text(one) for word in words)]
        self.find_line.tell((several(len(self._shown), "line").rjust(29), "dim"))
        self.table.reload()

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the list."""
        self.action_filter()

    def _text(self, one: ConsentPlace) -> str:
        return f"{one.reference} {self._told(one)}".casefold()

    def _told(self, one: ConsentPlace) -> str:
        entry = self._entry(one)
        at = when(entry.entered_at, self.program.today()) if entry.entered_at is not None else ""
        return consent.entry_told(entry, at)

    @staticmethod
    def _entry(one: ConsentPlace) -> ConsentEntry:
        assert one.entry is not None
        return one.entry

    def _row(self, one: ConsentPlace) -> Row:
        entry = self._entry(one)
        at = when(entry.entered_at, self.program.today()) if entry.entered_at is not None else ""
        closed = "deleted" if one.deleted else show_date(one.closed, "YYYY-MM-DD") or one.closed
        ticked = "" if entry.settled_at is None else f"(told) {entry.settled_how}"
        return one.episode_id, at, entry.entered_by, one.reference, closed, ticked or entry.note

    def on_line_list_moved(self) -> None:
        """Another line: say all of it below."""
        one = self._current()
        told = [f" {self._told(one)}", f" Client {one.reference}. Enter goes to the record."] if one else ["", ""]
        for line, text in zip(self.details, told, strict=True):
            line.show((text, "panel"))

    def _current(self) -> ConsentPlace | None:
        id = self.table.current_id
        return next((one for one in self._shown if one.episode_id == id), None)

    def on_line_list_chosen(self) -> None:
        """Enter: the episode."""
        one = self._current()
        if one is not None:
            header = self.program.standard.role("consent")
            self.program.open_client(one.client_id, one.episode_id, header=header)

    def action_ticked(self) -> None:
        """`l`: with those that are ticked, or without them."""
        self.with_ticked = not self.with_ticked
        self.action_refresh_data()

    def action_tick(self) -> None:
        """`t`: say whom one told; or take a tick back."""
        one = self._current()
        if one is None:
            self.say("Choose one first.")
            return
        entry = self._entry(one)

        def told(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                how = texts["how"]
                self.program.write(lambda unit: consent.tick(unit, entry.id, how), on_done=self._done, hold=True)

        def back(letter: str | None) -> None:
            if letter == "t":
                self.program.write(lambda unit: consent.take_back(unit, entry.id), on_done=self._done, hold=True)

        if entry.settled_at is None:
            about = [f"Client {one.reference}: kept with the withdrawal."]
            self.app.push_screen(Asking("Whoever has the data was told", about, [Asked("how", "Whom, and how")]), told)
        else:
            answers = [Answer("t", "Take the tick back: it is on the list again")]
            self.app.push_screen(Confirm("A withdrawal that was told", [entry.settled_how], answers), back)

    def _done(self, entry: ConsentEntry) -> None:
        self.say("Ticked." if entry.settled_at is not None else "It is on the list again.", "ok")
        self.action_refresh_data()
