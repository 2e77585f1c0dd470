"""What two persons keyed differently, side by side; who decides says which is right."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from textual.widget import Widget

from exporters.records import second_keying
from exporters.records.second_keying import ChangesLink, Discrepancy, Ruling
from exporters.work import Work
from store.records.second_keying import Right
from tui.form.dates import show_date
from tui.form.record_model import RecordModel
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line, printable
from tui.widgets.text_line import Piece, TextLine
from validators.local_time import minute_text
from validators.problems import Problem
from validators.standard.model import Field, Standard
from validators.standard.terminology import counted

SCOPE = SCREENS["second_differences"].scope
REGISTRY.add(
    action("second_differences.first", "f", "First right", "What stood there is right", SCOPE, "first", True),
    action("second_differences.second", "s", "Second right", "What was keyed again is right", SCOPE, "second", True),
    action("second_differences.neither", "b", "Both wrong", "Type what is right", SCOPE, "neither", True),
)
EMPTY = "(empty)"
SHORT: Mapping[Right, str] = {"first": "first", "second": "second", "neither": "both wrong"}
DETAILS = 3


def _meant(standard: Standard, field: Field, text: str) -> str:
    """A value as people read it, with what it means; printable."""
    if not text:
        return EMPTY
    if field.is_date:
        return printable(show_date(text, field.layout.text) or text)
    codes = standard.code_lists.get(field.codes)
    return printable(f"{text} {codes.codes.get(text, '') if codes else ''}".rstrip())


class DifferenceList(LineList):
    """A field a line: whose, which, the two values, what was decided."""

    head_lines = 1

    def __init__(self, standard: Standard) -> None:
        super().__init__(id="differences")
        self._standard = standard
        self.shown: Sequence[Discrepancy] = ()

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.shown)

    def when_empty(self) -> str:
        """Where nothing differs."""
        return "Nothing differs so far."

    def _columns(self) -> tuple[int, int, int, int, int]:
        room = max(36, self.size.width - 29)
        return 12, room - 2 * (room // 3), room // 3, room // 3, 12

    def head_of(self, line: int) -> Sequence[Piece]:
        """Headings."""
        names = ("Client", "Field", "First", "Second", "Right")
        return [(f" {fit(name, width)}", "heading") for name, width in zip(names, self._columns(), strict=True)]

    def show(self, shown: Sequence[Discrepancy], row: int) -> None:
        """Show others, one of them chosen."""
        self.shown = shown
        self.go(row, quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One field, escaped."""
        one, standard = self.shown[row], self._standard
        decided = SHORT[one.decision.right] if one.decision else "to decide"
        texts = (
            one.episode.reference or "(none)",
            one.field.label,
            _meant(standard, one.field, one.first),
            _meant(standard, one.field, one.second),
            decided,
        )
        token = "dim" if one.decision else "text"
        return [(f" {one_line(text, width)}", token) for text, width in zip(texts, self._columns(), strict=True)]


class SecondDifferences(StoreScreen[None]):
    """All that differs, the first that is to decide chosen; a letter decides and goes on."""

    scope = "second_differences"
    heading = "Keyed twice, differently"

    def __init__(self, own_id: str = "") -> None:
        """Take the one of the sample to begin with; "" for the first that waits."""
        super().__init__()
        self._wanted = own_id
        self._begun = False
        self.about = TextLine()
        self.details = tuple(TextLine(rest="panel") for _ in range(DETAILS))

    def body(self) -> Iterable[Widget]:
        """How many, the list, all of the chosen one."""
        self._work = Work(self.program.agency, self.program.standard, self.program.today())
        self.list = DifferenceList(self.program.standard)
        yield self.about
        yield self.list
        yield from self.details

    def on_mount(self) -> None:
        """Read."""
        self.list.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        work = self._work
        self.program.read(lambda snapshot: second_keying.differences(snapshot, work), on_done=self._came, hold=True)

    def _came(self, found: Sequence[Discrepancy]) -> None:
        row = self.list.cursor
        if not self._begun:
            wanted = (at for at, one in enumerate(found) if self._wanted in ("", one.episode.id) and not one.decision)
            first = (at for at, one in enumerate(found) if one.episode.id == self._wanted)
            row, self._begun = next(wanted, next(first, 0)), True
        self.list.show(found, row)
        left = sum(one.decision is None for one in found)
        self.about.show((f" {counted(len(found), 'field')} keyed differently, {left} to decide.", "text"))
        self._tell()

    def on_line_list_moved(self) -> None:
        """Another line."""
        self._tell()

    def _tell(self) -> None:
        lines = ["", "", ""]
        if (one := self._current) is not None:
            standard, field = self.program.standard, one.field
            now = f"; stands now: {_meant(standard, field, one.now)}" if one.now != one.first else ""
            said = one.decision
            # Of several events of one kind the field does not tell which is meant.
            below = f"{second_keying.told_episode(standard, one.episode)}: " if one.episode.event else ""
            decided = f"{said.person}, {minute_text(said.at)}: {second_keying.RIGHTS[said.right]}" if said else ""
            lines = [
                f"{field.label} ({field.header}), first: {_meant(standard, field, one.first)}{now}",
                f"second: {_meant(standard, field, one.second)}",
                printable(f"{below}{decided or 'not decided; Enter opens the record'}"),
            ]
        for line, text in zip(self.details, lines, strict=True):
            line.show((f" {text}", "panel"))

    @property
    def _current(self) -> Discrepancy | None:
        return self.list.shown[self.list.cursor] if self.list.cursor < len(self.list.shown) else None

    def on_screen_resume(self) -> None:
        """Back from the record."""
        super().on_screen_resume()
        if self._begun:
            self.action_refresh_data()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.action_refresh_data()

    # Deciding

    def action_first(self) -> None:
        """`f`."""
        self._decide("first")

    def action_second(self) -> None:
        """`s`."""
        self._decide("second")

    def action_neither(self) -> None:
        """`b`: what is right is typed, as in the form."""
        one = self._current
        if one is None:
            self.say("Nothing is to decide.")
            return
        standard = second_keying.form_standard(self.program.standard, one.episode)

        def settled(texts: Mapping[str, str]) -> str:
            model = RecordModel(standard, (one.field.section,), {}, clock=self.program.today)
            model.go_to(one.field.header)
            model.type(texts["value"])
            model.settle()
            return model.value(one.field.header)

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._decide("neither", settled(texts))

        lines = [f"First {_meant(standard, one.field, one.first)}, second {_meant(standard, one.field, one.second)}"]
        self.app.push_screen(
            Asking("Both wrong: what is right?", lines, (Asked("value", one.field.label),)),
            given,
        )

    def _decide(self, right: Right, value: str = "", *, after_sent: bool = False) -> None:
        one, work = self._current, self._work
        if one is None:
            self.say("Nothing is to decide.")
            return
        ruling = Ruling(one.field.header, right, value, one.now, after_sent)
        own_id = one.episode.id

        def done(changed: bool) -> None:
            told = "the record is changed" if changed else "the record says so"
            self.say(f"{one.field.label}: {second_keying.RIGHTS[right]}; {told}.", "ok")
            self._to_next()

        def refused(problem: Problem) -> None:
            if isinstance(problem, ChangesLink):
                self._ask_after_sent(problem, lambda: self._decide(right, value, after_sent=True))
            else:
                self.say(problem.sentence, "error")
                self.action_refresh_data()

        self.program.write(
            lambda unit: second_keying.decide(unit, work, own_id, ruling), on_done=done, on_problem=refused, hold=True
        )

    def _ask_after_sent(self, problem: Problem, go_on: Callable[[], None]) -> None:
        answers = [Answer("y", "Change it all the same")]
        told = problem.told(self.program.terms)
        self.app.push_screen(Confirm("It was sent", [told], answers), lambda letter: go_on() if letter == "y" else None)

    def _to_next(self) -> None:
        """To the next that waits, behind this one or from the top."""
        self._begun = True
        here = self.list.cursor
        rows = [*range(here + 1, len(self.list.shown)), *range(here)]
        self.list.go(next((row for row in rows if self.list.shown[row].decision is None), here), quiet=True)
        self.action_refresh_data()

    def on_line_list_chosen(self) -> None:
        """Enter: the record, at the field."""
        if (one := self._current) is not None:
            episode = one.episode.episode_id if one.record.kind != "client" else ""
            event = one.record.id if one.record.kind == "event" else ""
            self.program.open_client(one.episode.client_id, episode, event, one.field.header)
