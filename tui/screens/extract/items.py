"""A list of things that each stand for a record: what is left out, held back, or changed. Enter goes there."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.extracts.compare import Comparison, Difference
from exporters.extracts.receipt import Receipt
from tui.form.dates import show_date
from tui.screens.extract.queries import RecordPlace, place_of
from tui.session.filtered_screen import FilteredTableScreen, TableContents
from tui.widgets.paged_table import Column, Row
from validators.standard.model import Standard
from validators.standard.terminology import counted

COLUMNS = (Column("Client", 10), Column("Record", 20), Column("What", 0))


@dataclass(frozen=True)
class ExtractItem:
    """One line, `more` in full below the list; `place` is where its record is, or the difference that tells."""

    client: str
    record: str
    what: str
    more: str = ""
    place: RecordPlace | Difference | None = None


def left_out(receipt: Receipt, standard: Standard) -> list[ExtractItem]:
    """The episodes that would not be written."""
    return [
        ExtractItem(
            receipt.reference_of(one.its), f"{_word(standard)} {one.episode}", one.why, place=_place(receipt, one.its)
        )
        for one in receipt.left_out
    ]


def kept_out(receipt: Receipt, standard: Standard) -> list[ExtractItem]:
    """The episodes that a wrong date keeps out, or a part of them; each leads to the field that is wrong."""
    return [
        ExtractItem(
            receipt.reference_of(its),
            f"{_word(standard)} {receipt.places[its].episode}",
            one.message,
            place=(one.client_id, one.episode_id, one.event_id, one.field),
        )
        for its, one in receipt.kept_out.items()
    ]


def _word(standard: Standard) -> str:
    return standard.say("{Episode}")


def held_back(receipt: Receipt, standard: Standard) -> list[ExtractItem]:
    """What waits for the next submission."""
    found = []
    for one in receipt.held_back:
        what = standard.by_header[one.field].label if one.field in standard.by_header else one.field
        if one.event:
            section = standard.section_by_id.get(one.section)
            what = section.title if section else f"event {one.event}"
            what += f" of {show_date(f'{one.day:%Y%m%d}', 'YYYYMMDD')}" if one.day else ""
        place = _place(receipt, one.its)
        if place is not None:
            place = (*place[:3], one.field)
        found.append(
            ExtractItem(receipt.reference_of(one.its), f"{_word(standard)} {one.episode}", what, one.why, place)
        )
    return found


def changed(comparison: Comparison, standard: Standard) -> list[ExtractItem]:
    """What differs between two extracts, field by field below the list."""
    found = []
    for one in comparison.differences:
        title = standard.section_by_id[one.section].title if one.section else _word(standard)
        record = f"{title} {one.event or one.episode}"
        labels = [
            standard.by_header[f.header].label if f.header in standard.by_header else f.header for f in one.fields
        ]
        what = one.change + (f": {', '.join(labels)}" if labels else "")
        what += f", with {counted(one.events, 'event')}" if one.events else ""
        fields = zip(labels, one.fields, strict=True)
        more = "; ".join(f"{label} was {f.was or 'empty'}, is {f.now or 'empty'}" for label, f in fields)
        found.append(ExtractItem(one.reference or one.client, record, what, more, one))
    return found


def _place(receipt: Receipt, its: str) -> RecordPlace | None:
    whose = receipt.places.get(its)
    return (whose.client_id, its, "", "") if whose else None


class ItemsScreen(FilteredTableScreen[ExtractItem]):
    """The list, read already."""

    scope = "extract_items"
    heading = "Extract"
    columns = COLUMNS
    detail_lines = 3

    def __init__(self, title: str, about: str, items: Sequence[ExtractItem], empty: str) -> None:
        super().__init__()
        self.title = title
        self._contents = TableContents(items, about, empty)
        self._opened: ExtractItem | None = None

    def begin(self) -> None:
        """It is there."""
        self.show_contents(self._contents)

    def row_of(self, one: ExtractItem) -> Row:
        """Whose, which record, what."""
        return one.client, one.record, one.what

    def text_of(self, one: ExtractItem) -> str:
        """The line, and what stands below it."""
        return f"{one.client} {one.record} {one.what} {one.more}"

    def told_of(self, one: ExtractItem) -> list[str]:
        """All of it as a sentence."""
        return self.broken(f"{one.record} of {one.client}: {one.what}{'; ' + one.more if one.more else ''}.")

    def count_told(self) -> str:
        """How many the words leave."""
        return f"{len(self.shown):,} of {len(self.every):,}"

    def on_line_list_chosen(self) -> None:
        """Enter: to the record."""
        one = self.current
        app = self.program
        if one is None or one.place is None:
            return
        self._opened = one
        if isinstance(one.place, Difference):
            agency, standard, its_place = app.agency, app.standard, one.place
            app.read(
                lambda snapshot: place_of(snapshot, agency, standard, its_place),
                on_done=lambda place: app.open_client(*place),
            )
        else:
            app.open_client(*one.place)

    def action_next_finding(self) -> None:
        """F8: to the record of the next line; of the chosen one, where that is not the one opened last."""
        self._walk(1)

    def action_previous_finding(self) -> None:
        """F7: to that of the line before."""
        self._walk(-1)

    def _walk(self, step: int) -> None:
        at = self.table.cursor + step if self.current is self._opened else self.table.cursor
        if not 0 <= at < len(self.shown):
            self.say("There is no further one in this list.", "notice")
            return
        self.table.go(at)
        self.on_line_list_chosen()
