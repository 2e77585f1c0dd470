"""One code put in place of another over the clients that a list shows: seen first, undone as one."""

from collections.abc import Callable, Iterable, Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from exporters.records import recode
from exporters.records.recode import RecodePreview, Recoding
from store.facts import ClientQuery, HoldingRecord
from tui.session.history_lines import record_name
from tui.session.program import StoreScreen
from tui.session.wording import view_told
from tui.widgets.actions import REGISTRY, action
from tui.widgets.base_screen import BaseModal
from tui.widgets.filter_list import FilteredList
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line, printable
from tui.widgets.text_line import Piece, TextLine
from validators.standard.model import Standard
from validators.standard.terminology import counted

SCOPE = {"recode"}
REGISTRY.add(
    action("recode.save", "f2", "Recode", "Change the records that are listed", SCOPE, "save", bar=True),
    action("recode.choose", "ctrl+o", "Choose", "Another field, another code", SCOPE, "choose", bar=True),
    action("recode.undo", "ctrl+z", "Undo", "Take back what I recoded last, all of it", SCOPE, "undo", bar=True),
)


class CodeChoice(BaseModal[str]):
    """Dismissed with what was chosen; None on Escape."""

    DEFAULT_CSS = """
    CodeChoice { align: center top; }
    CodeChoice FilteredList { width: 90%; max-width: 76; height: 80%; max-height: 20; min-height: 4; margin-top: 1; }
    """

    def __init__(self, items: Sequence[tuple[str, str, str]], prompt: str) -> None:
        super().__init__()
        self._items, self._prompt = items, prompt

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield FilteredList(self._items, self._prompt)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)


class RecodeList(LineList):
    """The records that would be changed."""

    head_lines = 1

    def __init__(self, standard: Standard) -> None:
        super().__init__(id="recode")
        self._standard = standard
        self.records: Sequence[HoldingRecord] = ()

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.records)

    def head_of(self, line: int) -> Sequence[Piece]:
        """Headings."""
        return [(f" {fit('Reference', 18)} Record", "heading")]

    def show(self, records: Sequence[HoldingRecord]) -> None:
        """Show others."""
        self.records = records
        self.go(0, quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One record, escaped."""
        one = self.records[row]
        room = max(10, self.size.width - 20)
        name = one_line(one.reference or "(no reference)", 18)
        return [(f" {name} ", "text"), (one_line(record_name(self._standard, one.record), room), "dim")]


class RecodeScreen(StoreScreen[None]):
    """What is changed, how many records that is, and which."""

    scope = "recode"
    heading = "Recode"

    def __init__(self, query: ClientQuery | None = None) -> None:
        """Take the list of clients whose records are meant; without one all."""
        super().__init__()
        self._query = query or ClientQuery()
        self._seen: RecodePreview | None = None
        self.told = tuple(TextLine() for _ in range(3))

    def body(self) -> Iterable[Widget]:
        """What, then which."""
        self.list = RecodeList(self.program.standard)
        yield from self.told
        yield self.list

    def on_mount(self) -> None:
        """Ask for the field first."""
        self.list.focus()
        self._show(None)
        self.action_choose()

    def _show(self, seen: RecodePreview | None) -> None:
        self._seen = seen
        self.list.show(seen.records if seen is not None else ())
        among = f" Among: {printable(view_told(self._query)).rpartition(', by')[0]}"
        if seen is None:
            lines = [" Choose the field, what stands there, and the code that is to stand there.", among, ""]
        else:
            its, standard = seen.recoding, self.program.standard
            labels = [self._label(its.header, code) for code in (its.old, its.new)]
            clients = len({one.client_id for one in seen.records})
            left = f"; {seen.drafted} left out, somebody types in them" if seen.drafted else ""
            many = counted(len(seen.records), "record")
            lines = [
                f" {standard.by_header[its.header].label}: {labels[0]} → {labels[1]}",
                among,
                f" {many} of {counted(clients, 'client')}{left}. Nothing is changed yet.",
            ]
        for line, text in zip(self.told, lines, strict=True):
            line.show((text, "text"))

    def _label(self, header: str, code: str) -> str:
        field = self.program.standard.by_header[header]
        return f"{printable(code)} {self.program.standard.code_lists[field.codes].codes.get(code, '')}".rstrip()

    # Choosing

    def action_choose(self) -> None:
        """Ctrl+O: field, value, code, one after the other; Escape anywhere leaves what was."""
        items = [(one.header, one.label, one.header) for one in recode.fields(self.program.standard)]
        self._ask(items, "Field", self._choose_old)

    def _choose_old(self, header: str) -> None:
        agency, query = self.program.agency, self._query

        def came(found: dict[str, int]) -> None:
            if not found:
                self.say("No record of these clients holds anything in this field.", "notice")
                return
            items = [(code, self._label(header, code), counted(many, "record")) for code, many in found.items()]
            self._ask(items, "What stands there", lambda old: self._choose_new(header, old))

        self.program.read(lambda snapshot: recode.values(snapshot, agency, query, header), on_done=came, hold=True)

    def _choose_new(self, header: str, old: str) -> None:
        standard = self.program.standard
        codes = standard.code_lists[standard.by_header[header].codes].codes
        items = [(code, f"{code} {label}", "") for code, label in codes.items() if code != old]
        self._ask(items, "Instead of it", lambda new: self._preview(Recoding(header, old, new)))

    def _preview(self, recoding: Recoding) -> None:
        agency, standard, query = self.program.agency, self.program.standard, self._query
        self.program.read(
            lambda snapshot: recode.preview(snapshot, agency, standard, query, recoding), on_done=self._show, hold=True
        )

    def _ask(self, items: Sequence[tuple[str, str, str]], prompt: str, then: Callable[[str], None]) -> None:
        self.app.push_screen(CodeChoice(items, prompt), lambda chosen: then(chosen) if chosen is not None else None)

    # Doing

    def action_save(self) -> None:
        """F2: all that is listed, in one act."""
        seen, standard = self._seen, self.program.standard
        if seen is None or not seen.records:
            self.say("Nothing is listed: choose a field, what stands there and a code first.", "notice")
            return

        def done(many: int) -> None:
            self._show(None)
            key = REGISTRY.key_text("recode.undo")
            self.say(f"Recoded: {counted(many, 'record')}. {key} takes all of them back.", "ok")

        self.program.write(lambda unit: recode.save(unit, standard, seen), on_done=done, hold=True)

    def action_undo(self) -> None:
        """Ctrl+Z: the last one, also of another day."""

        def done(many: int) -> None:
            self._show(None)
            self.say(f"Taken back: {counted(many, 'record')}.", "ok")

        agency = self.program.agency
        self.program.write(lambda unit: recode.take_back(unit, agency), on_done=done, hold=True)

    def on_line_list_chosen(self) -> None:
        """Enter: the record."""
        if self.list.cursor < len(self.list.records):
            one = self.list.records[self.list.cursor]
            record = one.record
            episode = {"client": "", "episode": record.id, "event": record.parent_id}[record.kind]
            self.program.open_client(one.client_id, episode, record.id if record.kind == "event" else "")
