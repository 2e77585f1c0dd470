"""The extracts that were written, the latest first: receipts, and what differs between any two."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from textual.widget import Widget

from exporters.extracts import kept_files
from exporters.extracts.compare import Comparison
from exporters.extracts.preview import compare_kept
from exporters.extracts.receipt import state_of
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import extracts
from store.snapshot import Snapshot
from tui.screens.extract.items import ItemsScreen, changed
from tui.screens.extract.receipt import ReceiptScreen
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.wording import path_text
from tui.widgets.confirm import Answer, Confirm
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


WORDS = "Enter shows the receipt; Space marks one, F6 compares another with it."


def _known(snapshot: Snapshot, agency: AgencyInfo) -> tuple[list[ExtractInfo], dict[str, Path]]:
    """In a thread: the latest first, and the files of those that were sent, which are there still."""
    there = kept_files.listed(snapshot, agency)
    return extracts.listed(snapshot, agency)[::-1], {one.extract.id: one.path for one in there if one.is_offered}


class HistoryOfExtracts(StoreScreen[None]):
    """The list."""

    scope = "extract_history"
    heading = "Extracts that were written"

    def __init__(self) -> None:
        super().__init__()
        self._all: list[ExtractInfo] = []
        self._marked = ""
        self._there: dict[str, Path] = {}
        self.about = TextLine([(f" {WORDS}", "dim")])
        self._refresher = Refresher(self, self._question, self._came)

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
        yield self.about
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
        self._refresher.read()

    def _question(self) -> Question[tuple[list[ExtractInfo], dict[str, Path]]]:
        agency = self.program.agency
        return lambda snapshot: _known(snapshot, agency)

    def _came(self, found: tuple[list[ExtractInfo], dict[str, Path]]) -> None:
        self._all, self._there = found
        sent = f"Sent, and the file is here still: {len(self._there)}; Del removes one." if self._there else WORDS
        self.about.show((f" {sent}", "dim"))
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

    def action_remove(self) -> None:
        """Del: the file of one that was sent."""
        one = self.current
        path = self._there.get(one.id) if one is not None else None
        if one is None or path is None:
            why = "its file is not here any more." if one is not None and one.is_sent else "it was not sent."
            self.say(f"There is no file to remove: {why}" if one is not None else "Choose one first.", "notice")
            return
        extract = one

        def answered(letter: str | None) -> None:
            if letter == "x":
                program = self.program
                who = Who(program.person, program.clock(), program.session)
                program.in_store(
                    lambda store: kept_files.remove(store, who, extract), on_done=self._removed, writes=True, hold=True
                )

        lines = [str(path), "It was sent: the store keeps its receipt, its digest and its text, and writes it again."]
        answers = [Answer("x", "Remove the file", destructive=True)]
        self.app.push_screen(Confirm("Remove this file?", lines, answers), answered)

    def _removed(self, path: Path) -> None:
        self.say(f"Removed: {path_text(path)}", "ok")
        self.action_refresh_data()

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

        def came(found: tuple[Comparison, Standard]) -> None:
            if not self.is_attached:
                return  # gone elsewhere meanwhile, perhaps to another agency
            about = f"From {old.submission} ({date_text(old.made_at)}) to {new.submission} ({date_text(new.made_at)})."
            self.app.push_screen(ItemsScreen("Two extracts compared", about, changed(*found), "Nothing differs."))

        self.say("Comparing ...")
        agency, standard = app.agency, app.standard
        app.read(lambda snapshot: compare_kept(snapshot, agency, standard, old, new), on_done=came)
