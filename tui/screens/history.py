"""Who changed what, from what to what: of a record and all below it, or what one did oneself today."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from textual import events
from textual.widget import Widget

from exporters.records import history
from exporters.records.history import RecordPlace
from store.snapshot import Snapshot
from tui.form.dates import show_date, typed_day
from tui.session.filtered_screen import StoredTableScreen, TableContents
from tui.session.history_lines import HistoryLine, record_told, sums_told, whole_day_told
from tui.session.looks import note_looks
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.paged_table import Column, Row
from tui.widgets.text_page import PageScreen

WIDE = 110
NARROW_COLUMNS = (Column("When", 17), Column("Who", 9), Column("Record", 20), Column("What", 0))
WIDE_COLUMNS = (Column("When", 17), Column("Who", 12), Column("Client", 16), Column("Record", 28), Column("What", 0))
REGISTRY.add(
    action("history.filter", "slash", "Filter", "Only lines with these words", {"history"}, "filter", bar=True),
    action("history.open", "ctrl+o", "Record", "Open the record, at the field", {"history"}, "open", bar=True),
    action("history.looks", "w", "Who looked", "Show who looked at the client, too", {"history"}, "looks"),
    action("history.whose", "p", "Person", "What somebody did on a day", {"history"}, "whose"),
)

NOTHING = "Nothing was done yet."


class HistoryScreen(StoredTableScreen[HistoryLine]):
    """The lines, newest first; Enter shows all of one. Without a record: what this person did today."""

    scope = "history"
    heading = "History"

    def __init__(self, record_id: str = "") -> None:
        super().__init__()
        self._record_id = record_id
        self._person = ""
        self._day: date | None = None
        self._looks = self._wide = False
        self._noted: set[str] = set()

    def body(self) -> Iterable[Widget]:
        """The columns that there is room for."""
        self._wide = self.app.size.width >= WIDE
        self.columns = WIDE_COLUMNS if self._wide else NARROW_COLUMNS
        return super().body()

    def on_resize(self, event: events.Resize) -> None:
        """The client's name stands in a column of its own where there is room."""
        wide = event.size.width >= WIDE
        if wide != self._wide:
            self._wide = wide
            self.table.columns = self.columns = WIDE_COLUMNS if wide else NARROW_COLUMNS
            self.table.reload()

    def key_of(self, one: HistoryLine) -> object:
        """A link of the audit's chain."""
        return one.number

    def text_of(self, one: HistoryLine) -> str:
        """All of it."""
        return one.text

    def row_of(self, one: HistoryLine) -> Row:
        """When, who, which record, what; of whom, where there is room or no record is asked for."""
        if self._wide:
            return one.at, one.person, one.client, one.record, one.what
        return one.at, one.person, one.record if self._record_id else one.client or one.record, one.what

    def told_of(self, one: HistoryLine) -> tuple[str, ...]:
        """Of what, when, who; what."""
        return f"{one.subject}, {one.at}, {one.person}:", one.what

    # Reading

    def show_contents(self, contents: TableContents[HistoryLine]) -> None:
        """A record's history tells its client's values, and so does what somebody else did on a day: that is a look."""
        others = bool(self._record_id) or self._person not in ("", self.program.person)
        clients = {one.client_id for one in contents.items if one.client_id} if others else set()
        if clients - self._noted:
            self._noted |= clients
            note_looks(self.program, clients)
        super().show_contents(contents)

    def question(self) -> Callable[[Snapshot], TableContents[HistoryLine]]:
        """Of the record, or of a person's day."""
        return self._of_record() if self._record_id else self._of_day()

    def _of_record(self) -> Callable[[Snapshot], TableContents[HistoryLine]]:
        standard, record_id, looks = self.program.standard, self._record_id, self._looks

        def read(snapshot: Snapshot) -> TableContents[HistoryLine]:
            name, lines = record_told(snapshot, standard, record_id, looks=looks)
            about = "Everything that was done to it, the newest first."
            return TableContents(lines, about, NOTHING, f"History: {name}")

        return read

    def _of_day(self) -> Callable[[Snapshot], TableContents[HistoryLine]]:
        program, looks = self.program, self._looks
        day, person = self._day or program.today(), self._person or program.person
        own = (person, day) == (program.person, program.today())
        agency, standard = program.agency, program.standard
        title = f"History: what {person} did {'today' if own else f'on {day:%d %b %Y}'}"
        which = "What you changed today" if own else f"What {person} did on {day:%d %b %Y}"

        def read(snapshot: Snapshot) -> TableContents[HistoryLine]:
            found = whole_day_told(snapshot, agency, standard, person, day, looks=looks)
            if not found.whole:
                about = f"{which}, very much: the latest of it."
            else:
                about = f"{which}: {sums_told(found.sums)}." if own else f"{which}, the newest first."
            return TableContents(found.lines, about, NOTHING, title)

        return read

    def action_looks(self) -> None:
        """`w`: with who looked, or without again."""
        self._looks = not self._looks
        self.action_refresh_data()
        self.say("Looks at clients are shown, too." if self._looks else "Looks at clients are shown no longer.")

    def action_whose(self) -> None:
        """`p`: what somebody did on a day."""
        today = self.program.today()

        def check(texts: Mapping[str, str]) -> None:
            typed_day("Day", texts["day"], today)

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._record_id, self._person = "", texts["person"]
                self._day = typed_day("Day", texts["day"], today)
                self.action_refresh_data()

        asked = (
            Asked("person", "Account", self._person or self.program.person),
            Asked("day", "Day", show_date(f"{self._day or today}", "YYYY-MM-DD")),
        )
        self.app.push_screen(Asking("What somebody did on a day", [], asked, check), given)

    # Looking closer

    def on_line_list_chosen(self) -> None:
        """Enter: all of one line."""
        one = self.current
        if one is not None:
            note_looks(self.program, [one.client_id])
            head = [f"# {one.subject}", "", f"  {one.at}  {one.person}", ""]
            self.app.push_screen(PageScreen("History", [*head, *(f"  {line}" for line in one.details)]))

    def action_open(self) -> None:
        """The record, at the field."""
        one = self.current
        if one is not None and one.record_id:
            record_id, header = one.record_id, one.field

            def go(at: RecordPlace) -> None:
                self.program.open_client(at.client_id, at.episode_id, at.event_id, header)

            self.program.read(lambda snapshot: history.place_of(snapshot, record_id), on_done=go)
