"""The portal's list of what it refused, pasted in: each of its lines leads to the record and field it means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.message import Message
from textual.widget import Widget

from exporters.checks.bounce import Bounce
from exporters.checks.bounces import read_bounces
from exporters.imports.encodings import encoding_of, refuse_unquoted
from store.disk.files import refused
from store.facts import AgencyInfo, ExtractInfo
from store.month import extracts
from store.snapshot import Snapshot
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.wording import several, when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import TextPage
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

SCOPE = SCREENS["bounces"].scope
COLUMNS = (Column("Line", 7, "", True), Column("Client", 12), Column("Field", 10), Column("The list says", 0))
NOWHERE = "-"
LARGEST = 20_000_000
HELP = (
    "",
    " Paste the portal's list here, one fault a line: line numbers or identifiers",
    " of the extract, with whatever stands beside them; or type it, or read a file.",
)
REGISTRY.add(
    action("bounces.type", "n", "Type", "Type line numbers or identifiers", SCOPE, "type_in", bar=True),
    action("bounces.file", "o", "File", "Read the list from a file", SCOPE, "from_file", bar=True),
    action("bounces.extract", "x", "Extract", "Another extract: the one before", SCOPE, "extract", bar=True),
    action(
        "bounces.rows",
        "r",
        "Rows",
        Sentence("The list counts {rows} of data, or lines of the file"),
        SCOPE,
        "rows",
        bar=True,
    ),
    action("bounces.clear", "delete", "Clear", "Forget the list, to begin another", SCOPE, "clear"),
)


class BounceTable(PagedTable):
    """The lines; what is pasted on it is more of the list."""

    class Pasted(Message):
        """Text was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        """Line ends count here: a line is a fault."""
        event.stop()
        self.post_message(self.Pasted(event.text))


class BouncesScreen(StoreScreen[None]):
    """The extract meant, the lines of the list, all of the chosen one."""

    scope = "bounces"
    heading = "Bounce list"
    DEFAULT_CSS = "BouncesScreen TextPage { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        self.text, self.rows = "", False
        self.bounces: list[Bounce] = []
        self.extracts: list[ExtractInfo] = []
        self.at = 0
        self.about = TextLine(id="about")
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2))

    def body(self) -> Iterable[Widget]:
        """What to do, which extract, the lines, all of one."""
        self.table = BounceTable(
            COLUMNS,
            lambda: len(self.bounces),
            lambda offset, limit: [self._row(at) for at in range(len(self.bounces))[offset : offset + limit]],
            lambda at: at if isinstance(at, int) and at < len(self.bounces) else None,
            "Nothing is pasted yet.",
        )
        yield TextPage(list(HELP))
        yield self.about
        yield self.table
        yield from self.details

    def on_mount(self) -> None:
        """Which extracts there are; the last one sent is meant."""
        self.table.focus()
        agency = self.program.agency
        self.program.read(lambda snapshot: _extracts(snapshot, agency), on_done=self._know, hold=True)

    def _know(self, found: Sequence[ExtractInfo]) -> None:
        self.extracts = list(found)
        self._tell()

    def _tell(self) -> None:
        if not self.extracts:
            self.about.show((" No extract was written yet: there is nothing a list could speak of.", "warning"))
            return
        its = self.extracts[self.at]
        state = (
            f"sent {when(its.sent_at, self.program.today())}" if its.is_sent and its.sent_at else "not marked as sent"
        )
        terms = self.program.terms
        counts = terms.say("first {row} is 1") if self.rows else "headings are line 1"
        size = several(its.rows, terms.say("{row}"))
        self.about.show((f" Extract of {its.submission}, {size}, {state}; {counts}.", "text"))

    # The list comes in

    def on_bounce_table_pasted(self, event: BounceTable.Pasted) -> None:
        """More of the list."""
        self.take(event.text)

    def take(self, text: str) -> None:
        """Add lines to the list and find what all of it means."""
        self.text = f"{self.text}\n{text}" if self.text else text
        self._read()

    def _read(self) -> None:
        app = self.program
        if not self.extracts:
            self.say("No extract was written yet: there is nothing a list could speak of.", "warning")
        elif self.text.strip():
            args = (app.agency, app.standard, self.extracts[self.at].id, self.text, self.rows)
            app.read(lambda snapshot: _found(snapshot, *args), on_done=self._came, hold=True)

    def _came(self, found: list[Bounce]) -> None:
        self.bounces = found
        self.table.reload()
        lost = sum(not one.leads for one in found)
        told = f"{len(found):,} line{'' if len(found) == 1 else 's'}, {len(found) - lost:,} lead to a record"
        self.say(f"{told}; {lost:,} do not, marked {NOWHERE}." if lost else f"{told}.", "notice" if lost else "ok")

    def action_type_in(self) -> None:
        """`n`: a line typed."""

        def typed(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self.take(texts["line"])

        about = ["A line number, or an identifier, and what stands beside it: a header, a rule."]
        self.app.push_screen(Asking("A line of the portal's list", about, [Asked("line", "Line")]), typed)

    def action_from_file(self) -> None:
        """`o`: a file on this machine."""

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                path = Path(texts["path"]).expanduser()
                self.program.read(lambda snapshot: _file_text(snapshot, path), on_done=self.take, hold=True)

        about = ["A text or CSV file on this machine, one fault a line."]
        self.app.push_screen(Asking("The portal's list", about, [Asked("path", "File")]), named)

    def action_extract(self) -> None:
        """`x`: the extract before; after the first one the latest again."""
        if self.extracts:
            self.at = (self.at + 1) % len(self.extracts)
            self._tell()
            self._read()

    def action_rows(self) -> None:
        """`r`: count from the first row of data, or from the headings."""
        self.rows = not self.rows
        self._tell()
        self._read()

    def action_clear(self) -> None:
        """Delete: begin anew."""
        self.text, self.bounces = "", []
        self.table.reload()

    # Showing

    def _row(self, at: int) -> Row:
        one = self.bounces[at]
        client = one.reference or ("?" if one.leads else NOWHERE)
        return at, one.line or "", client, one.field, one.text

    def on_line_list_moved(self) -> None:
        """Another line: where it leads, or why nowhere."""
        one = self._current()
        lines = ["", ""]
        if one is not None:
            field = self.program.standard.by_header.get(one.field)
            where = [one.reference, field.label if field else ""]
            which = self.program.terms.say("{Episode} {id}", id=one.episode)
            leads = f"{', '.join(part for part in where if part)}. Enter goes there. {which}"
            lines = [f" {one.text}", f" {leads}" if one.leads else f" Leads nowhere: {one.why_not}."]
        for line, text in zip(self.details, lines, strict=True):
            line.show((text, "panel"))

    def _current(self) -> Bounce | None:
        at = self.table.current_id
        return self.bounces[at] if isinstance(at, int) and at < len(self.bounces) else None

    def on_line_list_chosen(self) -> None:
        """Enter: the record, at the field."""
        one = self._current()
        if one is not None and one.leads:
            self.program.open_client(one.client_id, one.episode_id, one.event_id, one.field)
        elif one is not None:
            self.say(f"That line leads nowhere: {one.why_not}.", "notice")


def _extracts(snapshot: Snapshot, agency: AgencyInfo) -> list[ExtractInfo]:
    """The last one sent first, then all, the latest first."""
    known = extracts.listed(snapshot, agency)[::-1]
    return sorted((replace(one, receipt={}) for one in known), key=lambda one: not one.is_sent)


def _found(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract_id: str, text: str, rows: bool
) -> list[Bounce]:
    return read_bounces(snapshot, agency, standard, extract_id, text, headings_are_line_1=not rows)


def _file_text(snapshot: Snapshot, path: Path) -> str:
    """In a thread: a list's text. Raises Problem."""
    refuse_unquoted(path)
    encoding = encoding_of(path)
    try:
        if path.stat().st_size > LARGEST:
            raise Problem(f"{path} is far too large for a list of faults: name the list, not the extract.")
        return path.read_text(encoding=encoding)
    except OSError as error:
        raise refused(error, path, "read") from None
