"""The extracts that were written, the latest first: receipts, and what differs between any two."""

from collections.abc import Iterable
from dataclasses import replace

from textual.widget import Widget

from exporters.extracts.compare import Comparison, compare_texts
from exporters.extracts.receipt import state_of
from store.facts import AgencyInfo, ExtractInfo
from store.month import extracts
from store.snapshot import Snapshot
from tui.screens.extract.items import ItemsScreen, changed
from tui.screens.extract.receipt import ReceiptScreen
from tui.session.program import StoreScreen
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from validators.local_time import date_text, minute_text
from validators.standard.model import Standard

COLUMNS = (
    Column("", 1),
    Column("Written", 16),
    Column("By", 10),
    Column("Month", 7),
    Column("Rows", 7, right=True),
    Column("State", 10),
    Column("File", 0),
)
KIND = Column("Kind", 7)


def _known(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractInfo]:
    """In a thread: the latest first."""
    return extracts.listed(snapshot, agency)[::-1]


def _compared(snapshot: Snapshot, standard: Standard, old: ExtractInfo, new: ExtractInfo) -> Comparison:
    """In a thread."""
    return compare_texts(extracts.text(snapshot, old.id), extracts.text(snapshot, new.id), standard)


class HistoryOfExtracts(StoreScreen[None]):
    """The list."""

    scope = "extract_history"
    heading = "Extracts that were written"

    def __init__(self) -> None:
        super().__init__()
        self._all: list[ExtractInfo] = []
        self._marked = ""

    def body(self) -> Iterable[Widget]:
        """A word of help, the list."""
        row = self.program.standard.word("row")
        columns = [replace(one, heading=f"{row.capitalize()}s") if one.heading == "Rows" else one for one in COLUMNS]
        self.table = PagedTable(
            (*columns[:4], *([KIND] if self._has_kinds else []), *columns[4:]),
            lambda: len(self._all),
            lambda offset, limit: [self._row(one) for one in self._all[offset : offset + limit]],
            lambda wanted: next((at for at, one in enumerate(self._all) if one.id == wanted), None),
            "Reading ...",
        )
        yield TextLine([(" Enter shows the receipt; Space marks one, F6 compares another with it.", "dim")])
        yield self.table

    def on_mount(self) -> None:
        """Read."""
        self.table.focus()
        self.action_refresh_data()

    def on_screen_resume(self) -> None:
        """Back from a receipt: it may be marked as sent now."""
        super().on_screen_resume()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        agency = self.program.agency
        self.program.read(lambda snapshot: _known(snapshot, agency), on_done=self._came)

    def _came(self, found: list[ExtractInfo]) -> None:
        self._all = found
        self.table.empty = "No extract was written yet."
        self.table.reload()

    def _row(self, one: ExtractInfo) -> Row:
        mark = "*" if one.id == self._marked else ""
        when = minute_text(one.made_at)
        kind = (one.kind,) if self._has_kinds else ()
        about = (mark, when, one.made_by, one.submission, *kind)
        return one.id, *about, f"{one.rows:,}", state_of(one), one.file_name

    @property
    def _has_kinds(self) -> bool:
        return bool(self.program.standard.submission.kinds)

    @property
    def current(self) -> ExtractInfo | None:
        """The chosen extract."""
        return next((one for one in self._all if one.id == self.table.current_id), None)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if self.current is not None:
            self.app.push_screen(ReceiptScreen(self.current))

    def action_mark(self) -> None:
        """Space: the one to compare with."""
        one = self.current
        if one is not None:
            self._marked = "" if one.id == self._marked else one.id
            self.table.reload()

    def action_compare(self) -> None:
        """F6: from the older to the newer of the two."""
        one = self.current
        if one is None:
            return
        at = self._all.index(one)
        other = next((each for each in self._all if each.id == self._marked), None)
        if other is None and at + 1 < len(self._all):
            other = self._all[at + 1]
        if other is None or other.id == one.id:
            self.say("Mark another one with Space first: there is none before this one.", "notice")
            return
        old, new = (other, one) if self._all.index(other) > at else (one, other)
        app = self.program

        def came(found: Comparison) -> None:
            if not self.is_attached:
                return  # gone elsewhere meanwhile, perhaps to another agency
            about = f"From {old.submission} ({date_text(old.made_at)}) to {new.submission} ({date_text(new.made_at)})."
            self.app.push_screen(
                ItemsScreen("Two extracts compared", about, changed(found, app.standard), "Nothing differs.")
            )

        self.say("Comparing ...")
        standard = app.standard
        app.read(lambda snapshot: _compared(snapshot, standard, old, new), on_done=came)
