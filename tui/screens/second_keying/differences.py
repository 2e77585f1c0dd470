"""What two persons keyed differently, side by side, and events that one of them has alone; who decides says who is
right."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget

from exporters.records import second_keying
from exporters.records.second_keying import WHO_HAS_IT, ChangesLink, Discrepancy, Ruling, Saw
from exporters.work import Work
from store.records.second_keying import Right, SampledEpisode
from tui.form.dates import show_date
from tui.form.record_model import RecordModel
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking, NotDone
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


def _named(standard: Standard, one: Discrepancy) -> str:
    """What differs: the field, or the event by its day."""
    if one.field is not None:
        return one.field.label
    section = standard.section_by_id[one.episode.section]
    day, field = one.values.get(section.date_field, ""), standard.by_header.get(section.date_field)
    shown = show_date(day, field.layout.text) if field and day else ""
    return printable(f"{section.title} {shown or day}".rstrip())


def _kept(standard: Standard, one: Discrepancy) -> str:
    """What was keyed of an event that only one of the two has."""
    fields = second_keying.fields_of(standard, one.episode)
    told = (
        f"{field.label} {_meant(standard, field, text)}" for field in fields if (text := one.values.get(field.header))
    )
    return ", ".join(told)


class DifferenceList(LineList):
    """A field or an event a line: whose, which, the two values or who has it, what was decided."""

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
        room = max(36, self.size.width - 27)
        return 12, room - 2 * (room // 3), room // 3, room // 3, 10

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
        client, name, first, second, right = self._columns()
        texts = [(one.episode.reference or "(none)", client)]
        if one.field is not None:
            texts.append((_named(standard, one), name))
            texts += [
                (_meant(standard, one.field, one.first), first),
                (_meant(standard, one.field, one.second), second),
            ]
        else:
            texts.append((f"{_named(standard, one)} {WHO_HAS_IT[one.presence]}", name + first + second + 2))
        token = "dim" if one.decision else "text"
        return [(f" {one_line(text, width)}", token) for text, width in (*texts, (decided, right))]


class SecondDifferences(StoreScreen[None]):
    """All that differs, the first that is to decide chosen; a letter decides and goes on."""

    scope = "second_differences"
    heading = "Keyed twice, differently"

    def __init__(self, wanted: SampledEpisode | None = None) -> None:
        """Take the one of the sample to begin with; None for the first that waits."""
        super().__init__()
        self._wanted = wanted
        self._begun = False
        self._refresher = Refresher(self, self._question, self._came)
        self.about = TextLine()
        self.details = tuple(TextLine(rest="panel") for _ in range(DETAILS))

    def body(self) -> Iterable[Widget]:
        """How many, the list, all of the chosen one."""
        self.list = DifferenceList(self.program.standard)
        yield self.about
        yield self.list
        yield from self.details

    @property
    def _work(self) -> Work:
        return Work(self.program.agency, self.program.standard, self.program.today())

    def on_mount(self) -> None:
        """Read."""
        self.list.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def _question(self) -> Question[Sequence[Discrepancy]]:
        work = self._work
        return lambda snapshot: second_keying.differences(snapshot, work)

    def _came(self, found: Sequence[Discrepancy]) -> None:
        row = self._row_of(found)
        if not self._begun:
            wanted = (at for at, one in enumerate(found) if self._is_wanted(one) and not one.decision)
            first = (at for at, one in enumerate(found) if self._is_wanted(one))
            row, self._begun = next(wanted, next(first, 0)), True
        self.list.show(found, row)
        left = sum(one.decision is None for one in found)
        self.about.show((f" {counted(len(found), 'difference')}, {left} to decide.", "text"))
        self._tell()

    def _row_of(self, found: Sequence[Discrepancy]) -> int:
        """Where the chosen one stands among those that were just read: others may have come before it."""
        row, one = self.list.cursor, self._current
        same = (at for at, each in enumerate(found) if one is not None and each.is_same(one))
        return next(same, row)

    def _is_wanted(self, one: Discrepancy) -> bool:
        """Whether it is of the one to begin with, which may be a list of events."""
        wanted = self._wanted
        if wanted is None:
            return True
        return one.episode.id == wanted.id or any(one.episode.id == each.id for each in wanted.events)

    def on_line_list_moved(self) -> None:
        """Another line."""
        self._tell()

    def _tell(self) -> None:
        lines = ["", "", ""]
        if (one := self._current) is not None:
            standard, field, said = self.program.standard, one.field, one.decision
            decided = f"{said.person}, {minute_text(said.at)}: {one.right}" if said else ""
            if field is None:
                stands = "stands in the record" if one.stands else "not in the record"
                acts = "f leaves it, s takes it out" if one.presence == "first" else "s puts it in, f leaves it out"
                lines = [
                    f"{_named(standard, one)}: {WHO_HAS_IT[one.presence]}; {stands}",
                    _kept(standard, one),
                    decided or f"not decided; {acts}; Enter opens the record",
                ]
            else:
                now = f"; stands now: {_meant(standard, field, one.now)}" if one.now != one.first else ""
                # Of several events of one kind the field does not tell which is meant.
                below = f"{second_keying.told_episode(standard, one.episode)}: " if one.episode.event else ""
                lines = [
                    f"{field.label} ({field.header}), first: {_meant(standard, field, one.first)}{now}",
                    f"second: {_meant(standard, field, one.second)}",
                    printable(f"{below}{decided or 'not decided; Enter opens the record'}"),
                ]
        for line, text in zip(self.details, lines, strict=True):
            line.show((f" {one_line(text, max(20, self.size.width - 2))}", "panel"))

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
        self._decide(self._current, "first")

    def action_second(self) -> None:
        """`s`; what goes out of the record for it is asked about first."""
        one = self._current
        if one is None or one.presence != "first" or not one.stands:
            self._decide(one, "second")
            return
        line = f"{_named(self.program.standard, one)} goes out of the record; f brings it back."

        def answered(letter: str | None) -> None:
            if letter == "d":
                self._decide(one, "second")

        self.app.push_screen(Confirm("It is not on the paper", [line], [Answer("d", "Take it out")]), answered)

    def action_neither(self) -> None:
        """`b`: what is right is typed, as in the form."""
        one = self._current
        if one is None:
            self.say("Nothing is to decide.")
            return
        field = one.field
        if field is None:
            self.say(self.program.standard.say("The {event} is on the paper or it is not: f or s."))
            return
        standard = second_keying.form_standard(self.program.standard, one.episode)

        def settled(texts: Mapping[str, str]) -> str:
            model = RecordModel(standard, (field.section,), {}, clock=self.program.today)
            model.go_to(field.header)
            model.type(texts["value"])
            model.settle()
            return model.value(field.header)

        def given(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._decide(one, "neither", settled(texts), refused=dialog.refused)

        lines = [f"First {_meant(standard, field, one.first)}, second {_meant(standard, field, one.second)}"]
        of = "both wrong", one.episode.id, one.header
        dialog = Asking("Both wrong: what is right?", lines, (Asked("value", field.label),), of=of)
        self.app.push_screen(dialog, given)

    def _decide(
        self,
        one: Discrepancy | None,
        right: Right,
        value: str = "",
        *,
        after_sent: bool = False,
        refused: NotDone | None = None,
    ) -> None:
        """Decide the one that was asked about: another may be chosen by the time that is answered. `refused` is told
        of a Problem for the value that was typed."""
        work = self._work
        if one is None:
            self.say("Nothing is to decide.")
            return
        ruling = Ruling(one.header, right, value, Saw(one.now, one.decision), after_sent)
        own_id = one.episode.id

        def done(changed: bool) -> None:
            told = "the record is changed" if changed else "nothing is changed"
            if one.field is None and changed:
                told = "it is in the record now" if right == one.presence else "it is out of the record"
            decided = second_keying.told_right(one.episode, one.header, right)
            self.say(f"{_named(self.program.standard, one)}: {decided}; {told}.", "ok")
            self._to_next()

        def answered(letter: str | None) -> None:
            if letter == "y":
                self._decide(one, right, value, after_sent=True, refused=refused)

        def not_done(problem: Problem) -> None:
            if isinstance(problem, ChangesLink):
                told = problem.told(self.program.terms)
                answers = [Answer("y", "Change it all the same")]
                self.app.push_screen(Confirm("It was sent", [told], answers), answered)
            else:
                (refused or self._not_decided)(problem)
                self.action_refresh_data()

        self.program.write(
            lambda unit: second_keying.decide(unit, work, own_id, ruling), on_done=done, on_problem=not_done, hold=True
        )

    def _not_decided(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")

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
            event = one.record.id if one.record.kind == "event" and not one.record.deleted else ""
            self.program.open_client(one.episode.client_id, episode, event, one.header)
