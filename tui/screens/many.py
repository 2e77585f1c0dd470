"""The same event for a room full of clients: keyed once, then reference after reference, each seen before it counts."""

from collections.abc import Callable, Iterable, Sequence

from textual.widget import Widget

from exporters.records import many
from exporters.records.many import Recipient
from exporters.work import Work
from store.facts import StoredRecord
from store.people import roles
from store.snapshot import Snapshot
from tui.form.dates import show_date
from tui.form.keys import FORM_KEYS
from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel
from tui.session.program import StoreScreen
from tui.session.wording import client_name
from tui.widgets.actions import REGISTRY, action
from tui.widgets.find_line import FindLine, keys_of
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line, printable
from tui.widgets.text_line import Piece, TextLine
from validators.problems import Problem
from validators.records import Finding, Values
from validators.standard.model import Section, Standard
from validators.standard.terminology import counted

SCOPE = {"many"}
REGISTRY.add(
    action("many.save", "f2", "Save all", "Save the record of everybody on the list", SCOPE, "save", bar=True),
    action("many.over", "ctrl+t", "Over", "From the record to the references, and back", SCOPE, "over", bar=True),
    action("many.take_off", "ctrl+d", "Take off", "Take the chosen client off the list", SCOPE, "take_off", bar=True),
    action("many.kind", "ctrl+o", "Kind", "Key another kind of record", SCOPE, "kind"),
    action("many.rest_no", "ctrl+e", "Rest: No", "No in the empty yes-or-no fields", SCOPE, "rest_no"),
    action("many.undo", "ctrl+z", "Undo", "Take back what was saved last, all of it", SCOPE, "undo"),
    action("many.field", "f6", "Field", "This field: wording, codes, rules, source", SCOPE, "field_help"),
    action("many.codes", "f4", "Codes", "The codes of this field; type a code or words", SCOPE, "codes"),
)
ALREADY = "This client is on the list already."
LEFT = "Kept as drafts, not saved: each is offered with its client."
ROWS = 6


class ManyForm(RecordForm):
    """The record that all get. `on_end` is called when a key goes on from the last field."""

    def __init__(self, model: RecordModel, screen: "ManyScreen", moves_on: bool) -> None:
        keys = {**FORM_KEYS, **keys_of("many")}
        super().__init__(
            model,
            on_edit=screen.edited,
            on_move=lambda header: None,
            on_command=screen.commanded,
            keys=keys,
            moves_on=moves_on,
        )
        self._on_end: Callable[[], None] = screen.to_references

    def press(self, key: str) -> bool:
        """As in any form; from the last field it goes on to the references."""
        before, was_open = self.model.current, self.codes.is_open
        if self.keys.get(key) == "undo" and not was_open and not self.model.history.past:
            self.on_command("undo")
            return True
        done = super().press(key)
        forward = self.keys.get(key) in ("forward", "down")
        if forward and not was_open and not self.codes.is_open and self.model.current == before:
            self._on_end()
        return done


class RecipientList(LineList):
    """Who gets the record: reference, initials, birth date, the open episode, what the rules say."""

    def __init__(self, standard: Standard) -> None:
        super().__init__(id="recipients")
        self._standard = standard
        self.shown: list[tuple[Recipient, list[Finding]]] = []

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.shown)

    def show(self, shown: list[tuple[Recipient, list[Finding]]], row: int) -> None:
        """Show others, one of them chosen."""
        self.shown = shown
        self.go(row, quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One client, everything stored escaped."""
        one, found = self.shown[row]
        standard = self._standard
        severity = many.worst(found)
        said = found[0].message if severity else "nothing wrong"
        born, opened = (_day(standard, role, values) for role, values in _dated(one))
        who = one_line(f" {client_name(standard, one.client.values)}", 16)
        room = max(0, self.size.width - 57)
        return [
            (fit(who, 16), "text"),
            (fit(f" {born}", 13), "text"),
            (fit(f" {standard.say('{episode}')} of {opened}", 27), "dim"),
            (one_line(f" {said}", room), severity.value if severity else "dim"),
        ]


def _dated(one: Recipient) -> tuple[tuple[str, Values], tuple[str, Values]]:
    return ("birth_date", one.client.values), ("opened", one.episode.episode.values)


def _day(standard: Standard, role: str, values: Values) -> str:
    """A date of a role as people read it, or what stands there."""
    header = standard.role(role)
    text = values.get(header, "") if header else ""
    return (show_date(text, standard.by_header[header].layout.text) or text) if text else "no date"


class ManyScreen(StoreScreen[None]):
    """The record above, the references below it, and who they are."""

    scope = "many"
    heading = "Same for many"
    DEFAULT_CSS = f"""
    ManyScreen ManyForm {{ height: 1fr; }}
    ManyScreen #recipients {{ height: {ROWS}; }}
    ManyScreen #count {{ height: 1; }}
    """

    def __init__(self) -> None:
        super().__init__()
        self._values: Values = {}
        self._listed: list[Recipient] = []
        self._saved: tuple[StoredRecord, ...] = ()
        # References that led to nobody while others were typed ahead: typed over, nobody would miss them.
        self._missed: list[str] = []

    def body(self) -> Iterable[Widget]:
        """Record, references, who they are."""
        program = self.program
        self._work = Work(program.agency, program.standard, program.today())
        self._sections = [one for one in program.standard.sections if one.level == "event"]
        self._section: Section = self._sections[0]
        self.form = ManyForm(self._model(), self, program.settings.moves_on)
        self.line = FindLine("Reference:", self._pressed, lambda text: None, id="reference")
        self.count = TextLine(id="count")
        self.listed = RecipientList(program.standard)
        yield self.form
        yield self.line
        yield self.count
        yield self.listed

    def on_mount(self) -> None:
        """Begin with the record."""
        self.retitle(f"Same for many: {self._section.title}")
        self.form.focus_input()
        self._tell()
        person = self.program.person
        self.program.read(lambda snapshot: roles.locked(snapshot, person), on_done=self._lock, hold=True)

    def _lock(self, why: str) -> None:
        """Whoever may only read is told so before anything is typed."""
        self.form.locked = why
        if why:
            self.say(why, "notice")

    def _model(self) -> RecordModel:
        return RecordModel(self.program.standard, (self._section.id,), {}, clock=self.program.today, judged=True)

    # The record

    def edited(self, header: str) -> None:
        """The record is another one: what is said of it is judged on leaving it."""
        self.say("")

    def commanded(self, name: str) -> None:
        """A key that is not the form's own."""
        if name == "help":
            self.run_worker(self.app.run_action("app.help"))
        else:
            getattr(self, f"action_{name}")()

    def to_references(self) -> None:
        """The record is keyed: on to whom it is for."""
        self.form.flush()
        self.line.focus_input()
        self._judge()

    # The references

    def _pressed(self, key: str) -> bool:
        """What the line of references does not keep."""
        if key == "enter":
            self._look()
        elif key in ("up", "down"):
            self.listed.go(self.listed.cursor + (1 if key == "down" else -1), quiet=True)
        elif key in ("shift+tab", "tab"):
            self.action_over()
        elif (method := keys_of(self.scope).get(key)) is not None:
            getattr(self, f"action_{method}")()
        elif key in REGISTRY.keys("app.back"):
            self.action_back()
        else:
            return False
        return True

    def _look(self) -> None:
        """Enter: who that is; he comes onto the list, where he is seen before anything is saved."""
        wanted = self.line.text.strip()
        if not wanted:
            self.say("Type a client reference, or F2 to save.", "notice")
            return
        if self.form.refuses("save"):
            return
        self.line.clear()
        work, section, values = self._work, self._section.id, dict(self.form.model.values)
        listed = {one.client.id for one in self._listed}

        def look(snapshot: Snapshot) -> tuple[Recipient, list[Finding]]:
            one = many.recipient(snapshot, work.agency, work.standard, wanted)
            if one.client.id in listed:
                raise Problem(ALREADY)
            return one, many.findings(snapshot, work, one, section, values)

        self.program.read(
            look, on_done=self._found, on_problem=lambda problem: self._refused(wanted, problem), hold=True
        )

    def _found(self, found: tuple[Recipient, list[Finding]]) -> None:
        one = found[0]
        self._listed.append(one)
        self.listed.show([*self.listed.shown, found], len(self._listed) - 1)
        self._keep([one])
        self._tell()
        self.say(f"On the list: {client_name(self.program.standard, one.client.values)}.", "")

    def _refused(self, wanted: str, problem: Problem) -> None:
        """The reference stays to be mended; where more is typed already it is told until that was seen."""
        if len(self.program.key_queue) and str(problem) != ALREADY:
            self._missed.append(wanted)
            self._tell()
        self.line.editor.load(wanted)
        self.say(problem.sentence, "error")

    def _keep(self, some: Sequence[Recipient]) -> None:
        """As drafts, at once."""
        section, values, kept = self._section.id, dict(self.form.model.values), list(some)
        if kept:
            self.program.write(lambda unit: many.keep(unit, kept, section, values))

    def _judge(self) -> None:
        """What the rules say of the record in each client's, after the record was changed."""
        values = dict(self.form.model.values)
        if values == self._values or not self._listed:
            self._values = values
            return
        self._values = values
        work, section, listed = self._work, self._section.id, list(self._listed)

        def judge(snapshot: Snapshot) -> list[tuple[Recipient, list[Finding]]]:
            return [(one, many.findings(snapshot, work, one, section, values)) for one in listed]

        self.program.read(judge, on_done=lambda shown: self.listed.show(shown, self.listed.cursor), hold=True)
        self._keep(listed)

    def _tell(self) -> None:
        number = len(self._listed)
        told = (
            f" {counted(number, 'client')} on the list; nothing is saved yet."
            if number
            else " Nobody is on the list yet."
        )
        missed = f" Not on it: {printable(', '.join(self._missed))}." if self._missed else ""
        self.count.show((told, "dim"), (missed, "error"))

    # Actions

    def action_over(self) -> None:
        """Ctrl+T: from the record to the references, and back."""
        if self.line.editor.has_focus:
            self.form.focus_input()
        else:
            self.to_references()

    def action_take_off(self) -> None:
        """Ctrl+D: the chosen client is not to get it."""
        row = self.listed.cursor
        if not self._listed:
            self.say("Nobody is on the list.")
            return
        one = self._listed.pop(row)
        self.listed.show([each for each in self.listed.shown if each[0] is not one], row)
        self.program.write(lambda unit: many.forget(unit, [one]))
        self._tell()
        self.say(f"Taken off: {client_name(self.program.standard, one.client.values)}.")

    def action_save(self) -> None:
        """F2: everybody's record, in one act."""
        if self.form.refuses("save"):
            return
        self.form.flush()
        values, section, listed = dict(self.form.model.values), self._section, list(self._listed)
        if not listed or not values:
            self.say("Key the record and name at least one client first.", "notice")
            return
        if self._missed:
            missed, self._missed = printable(", ".join(self._missed)), []
            key = REGISTRY.key_text("many.save")
            self.say(f"Not on the list: {missed}; {key} again saves the others.", "error")
            self._tell()
            return

        def saved(made: tuple[StoredRecord, ...]) -> None:
            self._saved, self._listed = made, []
            self.listed.show([], 0)
            self.count.show((" Nobody is on the list yet.", "dim"))
            undo = REGISTRY.key_text("many.undo")
            self.say(f"Saved: {section.title} for {counted(len(made), 'client')}. {undo} takes all of them back.", "ok")
            self.line.focus_input()

        standard = self.program.standard
        self.program.write(lambda unit: many.save(unit, standard, listed, section.id, values), on_done=saved, hold=True)

    def action_undo(self) -> None:
        """Ctrl+Z, from the references or where the form has nothing to take back: all that was saved last."""
        if not self._saved:
            self.say("There is nothing to take back.")
            return
        made = self._saved

        def done(number: int) -> None:
            self._saved = ()
            self.say(f"Taken back: {counted(number, 'record')} deleted.", "ok")

        self.program.write(lambda unit: many.take_back(unit, made), on_done=done, hold=True)

    def action_kind(self) -> None:
        """Ctrl+O: the next kind of record, while nobody is on the list."""
        if self._listed:
            self.say("Save those on the list first, or take them off.", "notice")
            return
        place = self._sections.index(self._section) + 1
        self._section = self._sections[place % len(self._sections)]
        self.retitle(f"Same for many: {self._section.title}")
        self.form.load(self._model())
        self.form.focus_input()

    def action_rest_no(self) -> None:
        """Ctrl+E, from the references."""
        self.form.press(REGISTRY.keys("many.rest_no")[0])

    def action_codes(self) -> None:
        """F4, from the references."""
        self.form.focus_input()

    def action_field_help(self) -> None:
        """F6."""
        from tui.screens.field_page import FieldPage

        self.app.push_screen(FieldPage(self.program.standard, self.form.model.current))

    def action_back(self) -> None:
        """Escape: who is on the list has a draft."""
        left = bool(self._listed)
        self.form.flush()
        self._judge()
        super().action_back()
        if left:
            self.program.call_later(self.program.say, LEFT, "notice")
