"""Who changed what, from what to what: of a record and all below it, or what one did oneself today."""

from collections.abc import Iterable, Mapping
from datetime import date

from textual import events
from textual.widget import Widget

from exporters.records import history
from exporters.records.history import RecordPlace
from tui.screens.standards import PageScreen
from tui.session.filtered_screen import FilteredScreen
from tui.session.history_lines import DayTold, HistoryLine, record_told, sums_told, whole_day_told
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from validators.problems import Problem

WIDE = 110
NARROW_COLUMNS = (Column("When", 17), Column("Who", 9), Column("Record", 20), Column("What", 0))
WIDE_COLUMNS = (Column("When", 17), Column("Who", 12), Column("Client", 16), Column("Record", 28), Column("What", 0))
REGISTRY.add(
    action("history.filter", "slash", "Filter", "Only lines with these words", {"history"}, "filter", bar=True),
    action("history.open", "ctrl+o", "Record", "Open the record, at the field", {"history"}, "open", bar=True),
    action("history.looks", "w", "Who looked", "Show who looked at the client, too", {"history"}, "looks"),
    action("history.whose", "p", "Person", "What somebody did on a day", {"history"}, "whose"),
)


def _require_day(texts: Mapping[str, str]) -> None:
    """Raise Problem for what is no day."""
    try:
        date.fromisoformat(texts["day"])
    except ValueError:
        raise Problem("That is no day: type it as in 2026-11-29.") from None


class HistoryScreen(FilteredScreen):
    """The lines, newest first; Enter shows all of one. Without a record: what this person did today."""

    scope = "history"
    heading = "History"

    def __init__(self, record_id: str = "") -> None:
        super().__init__()
        self._record_id = record_id
        self._person = ""
        self._day: date | None = None
        self._looks = False
        self._all: list[HistoryLine] = []
        self._shown: list[HistoryLine] = []
        self.about = TextLine(id="about")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2))

    @property
    def listed(self) -> LineList:
        """The list that is filtered."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """Filter, what it is about, lines."""
        self._wide = self.app.size.width >= WIDE
        self.table = PagedTable(
            WIDE_COLUMNS if self._wide else NARROW_COLUMNS,
            lambda: len(self._shown),
            lambda offset, limit: [self._row(one) for one in self._shown[offset : offset + limit]],
            lambda number: next((at for at, one in enumerate(self._shown) if one.number == number), None),
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

    def on_resize(self, event: events.Resize) -> None:
        """The client's name stands in a column of its own where there is room."""
        wide = event.size.width >= WIDE
        if wide != self._wide:
            self._wide = wide
            self.table.columns = WIDE_COLUMNS if wide else NARROW_COLUMNS
            self.table.reload()

    def _row(self, one: HistoryLine) -> Row:
        if self._wide:
            return one.number, one.at, one.person, one.client, one.record, one.what
        return one.number, one.at, one.person, one.record if self._record_id else one.client, one.what

    # Reading

    def action_refresh_data(self) -> None:
        """F5."""
        app, looks = self.program, self._looks
        if self._record_id:
            standard, record_id = app.standard, self._record_id
            app.read(
                lambda snapshot: record_told(snapshot, standard, record_id, looks=looks),
                on_done=self._read_record,
                hold=True,
            )
        else:
            day, person = self._day or app.today(), self._person or app.person
            agency, its_standard = app.agency, app.standard
            app.read(
                lambda snapshot: whole_day_told(snapshot, agency, its_standard, person, day, looks=looks),
                on_done=self._read_day,
                hold=True,
            )

    def action_looks(self) -> None:
        """`w`: with who looked, or without again."""
        self._looks = not self._looks
        self.action_refresh_data()

    def action_whose(self) -> None:
        """`p`: what somebody did on a day."""

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._record_id, self._person = "", texts["person"]
                self._day = date.fromisoformat(texts["day"])
                self.action_refresh_data()

        asked = (
            Asked("person", "Account", self._person or self.program.person),
            Asked("day", "Day (YYYY-MM-DD)", f"{self._day or self.program.today()}"),
        )
        self.app.push_screen(Asking("What somebody did on a day", [], asked, _require_day), given)

    def _read_record(self, found: tuple[str, list[HistoryLine]]) -> None:
        name, self._all = found
        self.retitle(f"History: {name}")
        self._tell("Everything that was done to it, the newest first.")

    def _read_day(self, found: DayTold) -> None:
        self._all = found.lines
        program = self.program
        own = self._person in ("", program.person) and self._day in (None, program.today())
        person, day = self._person or program.person, self._day or program.today()
        self.retitle(f"History: what {person} did {'today' if own else f'on {day:%d %b %Y}'}")
        which = "What you changed today" if own else f"What {person} did on {day:%d %b %Y}"
        if not found.whole:
            self._tell(f"{which}, very much: the latest of it.")
        else:
            self._tell(f"{which}: {sums_told(found.sums)}." if own else f"{which}, the newest first.")

    def _tell(self, sentence: str) -> None:
        self.about.show((f" {sentence}", "dim"))
        self.table.empty = "Nothing was done yet." if not self._all else "Nothing has all these words."
        self.filter_by(self.find_line.text)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something; perhaps here."""
        self.action_refresh_data()

    # The filter

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the list."""
        self.action_filter()

    def filter_by(self, text: str) -> None:
        """Leave only the lines that have all the words."""
        words = text.casefold().split()
        self._shown = [one for one in self._all if all(word in one.text for word in words)]
        many = len(self._shown)
        self.find_line.tell((f"{many:,} line{'' if many == 1 else 's'}".rjust(29), "dim"))
        self.table.reload()

    # Looking closer

    def on_line_list_moved(self) -> None:
        """Another line: say all of it below."""
        one = self._current()
        told = [f" {one.subject}, {one.at}, {one.person}:", f" {one.what}"] if one else ["", ""]
        for line, text in zip(self.details, told, strict=True):
            line.show((text, "panel"))

    def _current(self) -> HistoryLine | None:
        number = self.table.current_id
        return next((one for one in self._shown if one.number == number), None)

    def on_line_list_chosen(self) -> None:
        """Enter: all of one line."""
        one = self._current()
        if one is not None:
            head = [f"# {one.subject}", "", f"  {one.at}  {one.person}", ""]
            self.app.push_screen(PageScreen("History", [*head, *(f"  {line}" for line in one.details)]))

    def action_open(self) -> None:
        """The record, at the field."""
        one = self._current()
        if one is not None and one.record_id:
            record_id, header = one.record_id, one.field

            def go(at: RecordPlace) -> None:
                self.program.open_client(at.client_id, at.episode_id, at.event_id, header)

            self.program.read(lambda snapshot: history.place_of(snapshot, record_id), on_done=go)
