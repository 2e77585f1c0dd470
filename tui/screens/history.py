"""Who changed what, from what to what: of a record and all below it, or what one did oneself today."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.widget import Widget

from exporters.records import history
from exporters.records.history import RecordPlace
from store.facts import AgencyInfo, AuditEntry, RecordChange, StoredRecord
from store.snapshot import Snapshot
from tui.form.dates import show_date
from tui.screens.standards import PageScreen
from tui.session.filtered_screen import FilteredScreen
from tui.session.local_time import LONDON
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from validators.records import Values
from validators.standard.model import Standard

# What the audit knows of some records, in words. Runs in a thread and knows no screen.

ERASED = "(erased)"
EMPTY = "(empty)"
ACTS = {
    "create": "entered",
    "import": "imported",
    "load": "loaded",
    "sample": "made as a sample",
    "copy": "copied from another data set",
    "delete": "deleted",
    "undelete": "brought back",
    "erase": "earlier values erased from the history",
    "many": "keyed for several clients at once",
    "merge": "made one with another client",
    "split": "parted from another client again",
}
"""What was done to a whole record, by the store's word for it."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of history: when, who, which record of which client, what was done; `details` say all of it.

    `number` is the link's own in the audit's chain.
    """

    number: int
    at: str
    person: str
    client: str
    record: str
    what: str
    details: tuple[str, ...]
    client_id: str
    record_id: str
    field: str = ""

    @property
    def text(self) -> str:
        """All that a filter looks through."""
        return f"{self.at} {self.person} {self.client} {self.record} {self.what}".casefold()


def told_of(standard: Standard, change: RecordChange) -> HistoryLine:
    """One change of a record as a line."""
    entry, record, client = change.entry, change.record, change.client
    what, details = describe(standard, entry)
    at = f"{entry.at.astimezone(LONDON):%d %b %Y %H:%M}"
    names = client_name(standard, client.values), record_name(standard, record)
    header = entry.field if entry.field in standard.by_header else ""
    return HistoryLine(entry.number, at, entry.person, *names, what, details, client.id, record.id, header)


def _record_told(snapshot: Snapshot, standard: Standard, record_id: str) -> tuple[str, list[HistoryLine]]:
    """In a thread: a record's name, and its history in lines."""
    found = history.of_record(snapshot, record_id)
    name = client_name(standard, found.client.values)
    title = name if found.record.kind == "client" else f"{name}, {record_name(standard, found.record)}"
    return title, [told_of(standard, one) for one in found.changes]


def _day_told(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str, day: date
) -> tuple[bool, list[HistoryLine]]:
    """In a thread: whether all of it is told, and what somebody did on a day in lines."""
    found = history.of_person(snapshot, agency, person, day, LONDON)
    return found.whole, [told_of(standard, one) for one in found.changes]


def describe(standard: Standard, entry: AuditEntry) -> tuple[str, tuple[str, ...]]:
    """What was done in one line, and all of it in several."""
    if entry.field:
        field = standard.by_header.get(entry.field)
        label = field.label if field else {"note": "Note", "key_worker": "Key worker"}.get(entry.field, entry.field)
        if entry.erased:
            return f"{label}: {ERASED} → {ERASED}", (f"{label}: both values were erased from the history.",)
        old, new = (_value(standard, entry.field, text) for text in (entry.old, entry.new))
        return f"{label}: {old} → {new}", (f"{label} ({entry.field})", f"  from  {old}", f"  to    {new}")
    done = ACTS.get(entry.act, entry.act)
    if entry.erased:
        return f"{done}; values {ERASED}", (f"{done.capitalize()}; its values were erased from the history.",)
    values = _values(entry.new if entry.new is not None else entry.old)
    known = {header: text for header, text in values.items() if header in standard.by_header}
    if not known:
        return done, (done.capitalize(), *(f"  {name}: {text}" for name, text in values.items()))
    lines = [
        f"  {standard.by_header[header].label}: {_value(standard, header, text)}" for header, text in known.items()
    ]
    return f"{done}, {len(known)} values", (f"{done.capitalize()} with", *lines)


def client_name(standard: Standard, values: Values) -> str:
    """Reference and initials, as far as there are any; else the identifier."""
    initials = "".join(values.get(standard.role(name), "") for name in ("given_initial", "family_initial"))
    parts = [values.get(standard.role("client_reference"), ""), initials]
    return " ".join(part for part in parts if part) or values.get(standard.role("client_id"), "") or "without a name"


def record_name(standard: Standard, record: StoredRecord) -> str:
    """A record in a few words: `Client`, `Episode 12 Mar 2020`."""
    if record.kind == "client":
        return "Client"
    if record.kind == "episode":
        name, header = standard.say("{Episode}"), standard.role("opened")
    else:
        section = standard.section_by_id.get(record.section)
        name, header = (section.title, section.date_field) if section else (record.section, "")
    field = standard.by_header.get(header)
    text = record.values.get(header, "")
    day = show_date(text, field.layout.text) if field and text else ""
    return f"{name} {day or text}".rstrip() + (" (deleted)" if record.deleted else "")


def _value(standard: Standard, header: str, text: str | None) -> str:
    """A value with its meaning."""
    if not text:
        return EMPTY
    field = standard.by_header.get(header)
    if field is None:
        return text
    if field.is_date:
        return show_date(text, field.layout.text) or text
    codes = standard.code_lists.get(field.codes)
    meaning = codes.codes.get(text, "") if codes else ""
    return f"{text} {meaning}".rstrip()


def _values(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


WIDE = 110
NARROW_COLUMNS = (Column("When", 17), Column("Who", 9), Column("Record", 20), Column("What", 0))
WIDE_COLUMNS = (Column("When", 17), Column("Who", 12), Column("Client", 16), Column("Record", 28), Column("What", 0))
REGISTRY.add(
    action("history.filter", "slash", "Filter", "Only lines with these words", {"history"}, "filter", bar=True),
    action("history.open", "ctrl+o", "Record", "Open the record, at the field", {"history"}, "open", bar=True),
)


class HistoryScreen(FilteredScreen):
    """The lines, newest first; Enter shows all of one. Without a record: what this person did today."""

    scope = "history"
    heading = "History"

    def __init__(self, record_id: str = "") -> None:
        super().__init__()
        self._record_id = record_id
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
        app = self.program
        if self._record_id:
            standard, record_id = app.standard, self._record_id
            app.read(lambda snapshot: _record_told(snapshot, standard, record_id), on_done=self._read_record, hold=True)
        else:
            day = app.today()
            agency, its_standard, person = app.agency, app.standard, app.person
            app.read(
                lambda snapshot: _day_told(snapshot, agency, its_standard, person, day),
                on_done=self._read_day,
                hold=True,
            )

    def _read_record(self, found: tuple[str, list[HistoryLine]]) -> None:
        name, self._all = found
        self.retitle(f"History: {name}")
        self._tell("Everything that was done to it, the newest first.")

    def _read_day(self, found: tuple[bool, list[HistoryLine]]) -> None:
        whole, self._all = found
        self.retitle(f"History: what {self.program.person} did today")
        self._tell(
            "What you changed today, the newest first."
            if whole
            else "Very much was changed today; this is the latest of it."
        )

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
        told = [f" {one.record} of {one.client}, {one.at}, {one.person}:", f" {one.what}"] if one else ["", ""]
        for line, text in zip(self.details, told, strict=True):
            line.show((text, "panel"))

    def _current(self) -> HistoryLine | None:
        number = self.table.current_id
        return next((one for one in self._shown if one.number == number), None)

    def on_line_list_chosen(self) -> None:
        """Enter: all of one line."""
        one = self._current()
        if one is not None:
            head = [f"# {one.record} of {one.client}", "", f"  {one.at}  {one.person}", ""]
            self.app.push_screen(PageScreen("History", [*head, *(f"  {line}" for line in one.details)]))

    def action_open(self) -> None:
        """The record, at the field."""
        one = self._current()
        if one is not None:
            record_id, header = one.record_id, one.field

            def go(at: RecordPlace) -> None:
                self.program.open_client(at.client_id, at.episode_id, at.event_id, header)

            self.program.read(lambda snapshot: history.place_of(snapshot, record_id), on_done=go)
