"""The month: what is due, how long there is, how the caseload stands, and what stands in the way. The first screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget

from exporters.extracts.submission_window import DUE, due_submission
from exporters.month.checklist import MISMATCHES, OUTSIDE, open_mismatches
from exporters.month.month_text import MonthView, figure_lines, read_month, roll_text, when_lines
from exporters.month.status import Standing, keep_today
from exporters.records import second_keying, worklists
from exporters.records.second_keying import SecondKeyingFigures
from exporters.records.worklists import WorklistCount
from store.month.withdrawals import to_tell
from store.snapshot import Snapshot
from tui.screens.registry import CONSENT, ROLL_OVER, SCREENS
from tui.session.background_check import caseload_check, progress_text
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.session.wording import rule_title
from tui.widgets.actions import REGISTRY, action
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, one_line, width_of
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.theme import MARKS
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from validators.standard.model import Standard

# The lines of the Month screen: the causes by size, and what else leads on from there.

CAUSES = 9
FEWEST_CAUSES = 2
"""Causes shown even where there is no room for them."""


@dataclass(frozen=True)
class MonthLine:
    """One line to go somewhere from: its mark, what it says, a count at the right, where to.

    `key` is the digit that goes there, or the name of the screen's action that does; `listed` which of the lists there.
    """

    key: str
    severity: str
    text: str
    count: str = ""
    goes_to: str = ""
    goes_with: str = ""
    listed: str = ""


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody whatever the rules say: the worklists, the sample that is keyed a second time, and
    how many withdrawals no extract can carry."""

    lists: Sequence[WorklistCount] = ()
    again: SecondKeyingFigures | None = None
    to_tell: int = 0


class MonthList(LineList):
    """Causes and what else leads on. A digit goes where its line goes."""

    head_lines = 1

    class LineWanted(Message):
        """A line's key was pressed."""

        def __init__(self, line: MonthLine) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__(id="causes")
        self.lines: tuple[MonthLine, ...] = ()

    @property
    def row_count(self) -> int:
        """Its lines."""
        return len(self.lines)

    @property
    def current(self) -> MonthLine | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    def show(self, lines: Sequence[MonthLine]) -> None:
        """Show other lines."""
        if tuple(lines) != self.lines:
            self.lines = tuple(lines)
            self.go(self.cursor, quiet=True)
            self.refresh()

    def head_of(self, line: int) -> Sequence[Piece]:
        """What the lines are."""
        return [(" In the way, the largest first; Enter or the key at the left goes there", "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Key, mark, text, count."""
        line = self.lines[row]
        count = f" {line.count} " if line.count else ""
        room = max(10, self.size.width - 6 - width_of(count))
        mark = MARKS.get(line.severity, " ")
        key = REGISTRY.key_text(line.key).lower() if line.key in REGISTRY else line.key
        return [
            (f" {key or ' '} ", "dim"),
            (f"{mark} ", line.severity or "text"),
            (one_line(line.text, room), "text"),
            (count, "dim"),
        ]

    def on_key(self, event: events.Key) -> None:
        """A line's key; moving is the list's."""
        found = next((line for line in self.lines if line.key and line.key == event.key.lower()), None)
        if found is None and event.key == "0" and self.lines:  # all causes have lines of their own
            found = MonthLine("0", "", "", goes_to="findings")
        if found is None:
            return
        self.post_message(self.LineWanted(found))
        event.stop()
        event.prevent_default()


def lines_of(view: MonthView, standard: "Standard", room: int, waiting: "Waiting | None" = None) -> list[MonthLine]:
    """The causes by size, then the checklist, drafts, the roll-over and the gap; in `room` lines where they fit."""
    one = view.standing
    others = other_lines(view, waiting or Waiting())
    causes = one.figures.causes
    many = len(causes) if len(causes) <= CAUSES else CAUSES
    if many + len(others) + (len(causes) > many) > room:
        many = min(many, max(FEWEST_CAUSES, room - len(others) - 1))
    found: list[MonthLine] = []
    for number, cause in enumerate(causes[:many], 1):
        accepted = f", {cause.accepted:,} accepted" if cause.accepted else ""
        title = rule_title(standard, cause.rule)
        count = f"{cause.count:,}{accepted}"
        found.append(MonthLine(str(number), cause.severity.value, title, count, "findings", cause.rule))
    if len(causes) > many:
        found.append(
            MonthLine("0", "", f"All findings, by {counted(len(causes) - many, 'more rule')} too", goes_to="findings")
        )
    if not causes and not one.figures.stale:
        found.append(MonthLine("0", "ok", "No error and no warning in what would be sent", goes_to="findings"))
    return found + others


def other_lines(view: MonthView, waiting: "Waiting") -> list[MonthLine]:
    """What leads on besides the causes."""
    one = view.standing
    found: list[MonthLine] = []
    left = [item.title for item in one.items if item.state in ("open", "waits")]
    done, needed = one.progress
    ahead = f"; next: {left[0]}" if left else ": closed"
    state = "ok" if done == needed else ""
    if one.late is not None and one.late != one.due:
        late = f"The checklist of {one.late.title} ({one.late.submission}), which is late"
        found.append(MonthLine("month.late", "error", late, goes_to="checklist", goes_with=one.late.submission))
    found.append(_extract_line(one))
    found.append(MonthLine("month.checklist", state, f"Checklist: {done} of {needed} done{ahead}", goes_to="checklist"))
    found += _reason_lines(one)
    drafts = one.situation.drafts
    if drafts:
        each = ", ".join(f"{person} {many}" for person, many in sorted(drafts.items()))
        found.append(MonthLine("month.drafts", "warning", f"Drafts, typed and not saved: {each}", goes_to="drafts"))
    told = ", ".join(
        f"{worklists.SHORT[one.name]} {one.number:,}" for one in waiting.lists if one.number and one.name != "to_tell"
    )
    if told:
        found.append(MonthLine("month.worklists", "notice", f"Worklists: {told}", goes_to="worklists"))
    if waiting.again is not None:
        again = waiting.again
        told = f"Second keying: {again.to_key:,} of {again.parts:,} to key, {again.to_decide:,} to decide"
        found.append(MonthLine("month.second", "notice", told, goes_to="second_keying"))
    if waiting.to_tell:
        told = f"Withdrawals of consent to tell, which no extract carries: {waiting.to_tell:,}"
        found.append(MonthLine("month.withdrawals", "warning", told, goes_to="withdrawals"))
    if text := roll_text(view):
        faulty = view.roll is not None and view.roll.faulty > 0
        found.append(MonthLine("month.roll", "warning" if faulty else "", text, goes_to="rollover"))
    if view.gap:
        found.append(MonthLine("month.calendar", "notice", view.gap, goes_to="calendar"))
    if one.silence:
        calendar = "The calendar: every submission with its window"
        found.append(MonthLine("month.calendar", "", calendar, goes_to="calendar"))
    return found


def _reason_lines(one: Standing) -> list[MonthLine]:
    """What else stands in the way of the return at hand; errors, warnings and drafts have lines of their own."""
    due = one.due.submission
    goes = {"outside": "extract", "mismatches": "extract", "rows": "checklist"}
    listed = {"outside": OUTSIDE, "mismatches": MISMATCHES}
    return [
        MonthLine(
            "",
            "error" if reason.check == "outside" else "warning",
            f"{reason.told[0].upper()}{reason.told[1:]}",
            "",
            goes[reason.check],
            due,
            listed.get(reason.check, ""),
        )
        for reason in one.besides_rules
        if reason.check in goes and not (reason.check == "mismatches" and one.situation.mismatches is None)
    ]


def _extract_line(one: Standing) -> MonthLine:
    """How far the extract is."""
    written = next((item for item in one.items if item.check == "extract"), None)
    upload = next((item for item in one.items if item.check == "uploaded" and item.state != "not needed"), None)
    if one.situation.extract is None or written is None:
        return MonthLine("month.extract", "", "Extract: not written yet; look at what it will be", goes_to="extract")
    file = one.situation.extract.file_name
    if one.situation.extract.is_sent:
        since = written.told.removeprefix(file).lstrip("; ")
        return MonthLine("month.extract", "ok", f"Extract: sent{'; ' + since if since else ''}", goes_to="extract")
    stale = written.state != "done" or upload is None
    told = written.told if stale or upload is None else upload.told
    # Where the name of the file would take the room, it is said to be none other.
    told = told.replace(f"{file} is ", "").replace(file, "it")
    return MonthLine("month.extract", "warning" if stale else "", f"Extract: {told}", goes_to="extract")


SCOPE = SCREENS["month"].scope
REGISTRY.add(
    action(
        "month.checklist", "c", "Checklist", "The checklist of the submission at hand", SCOPE, "go('checklist')", True
    ),
    action(
        "month.extract", "x", "Extract", "What would be written of it, and writing it", SCOPE, "go('extract')", True
    ),
    action(
        "month.roll", "r", "Roll-over", "What the next roll-over drops", SCOPE, "go('rollover')", True, needs=ROLL_OVER
    ),
    action("month.calendar", "g", "Calendar", "A year of submissions", SCOPE, "go('calendar')", True),
    action("month.worklists", "w", "Worklists", "What waits for somebody, with numbers", SCOPE, "go('worklists')"),
    action(
        "month.second",
        "k",
        "Second keying",
        "The sample that is keyed a second time",
        SCOPE,
        "go('second_keying')",
        needs="second_keying",
    ),
    action(
        "month.withdrawals",
        "t",
        "To tell",
        "Withdrawals of consent that no extract can carry: whom to tell",
        SCOPE,
        "go('withdrawals')",
        needs=CONSENT,
    ),
    action("month.drafts", "d", "Drafts", "What was typed and not saved", SCOPE, "go('drafts')"),
    action("month.agencies", "a", "Agencies", "Another agency of this store", SCOPE, "go('agencies')"),
    action("month.late", "l", "Late", "The checklist of the submission that is late", SCOPE, "late"),
)
HEAD = 5
LOOK_SECONDS = 20
"""How often the day is looked at: midnight, or a clock that was set, changes what is due."""
FIGURES = 3


class MonthScreen(StoreScreen[None]):
    """What is due above, the figures, then the lines that lead on."""

    scope = "month"
    heading = "Month"
    DEFAULT_CSS = "MonthScreen .said { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.head = tuple(TextLine(id=f"due-{number}") for number in range(HEAD))
        self.figures = tuple(TextLine(id=f"figure-{number}") for number in range(FIGURES))
        self.list = MonthList()
        self.view: MonthView | None = None
        self._mismatches: tuple[str, int] | None = None
        self._waiting = Waiting()
        self._kept: object = None
        self._first = ""
        self._comparing = self._compare_due = False
        self._refresher = Refresher(self, self._question, self._came, self._failed, self._settled)
        self._counter = Refresher(self, self._count_question, self._counted)

    def body(self) -> Iterable[Widget]:
        """Due, figures, lines."""
        for line in (*self.head, *self.figures):
            line.add_class("said")
            yield line
        yield self.list

    def on_mount(self) -> None:
        """Paint what is kept; only then check what is due for it."""
        self.list.focus()
        self.read(hold=True)
        check = caseload_check(self.program)
        check.tell(self.checked)
        check.start()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self.view is not None and self.program.today() != self.view.standing.today and self.app.screen is self:
            self.action_refresh_data()

    @property
    def walked_return(self) -> str | None:
        """F8 from here walks what is counted here."""
        month = self.view.standing.due.submission if self.view is not None else DUE
        return month if self.app.screen is self else None

    def on_unmount(self) -> None:
        """Nobody is told any more."""
        caseload_check(self.program).tell_no_more(self.checked)

    # Reading

    def read(self, hold: bool = False) -> None:
        """Read what is kept, in a thread; while that goes on, once more after it."""
        self._refresher.read(hold)

    def _question(self) -> Question[MonthView]:
        app = self.program
        agency, standard, today, known = app.agency, app.standard, app.today(), self._mismatches

        def question(snapshot: Snapshot) -> MonthView:
            # Counted for the submission that was at hand before midnight, they say nothing of this one.
            due = due_submission(snapshot, agency, today) if known else ""
            return read_month(snapshot, agency, standard, today, known[1] if known and known[0] == due else None)

        return question

    def _came(self, view: MonthView) -> None:
        self.view = view
        self.show()

    def _settled(self, view: MonthView) -> None:
        """What is shown is the latest there is; the worklists are counted once that is up."""
        self._counter.read()
        if not view.standing.figures.stale:
            self._keep(view)
            self._compare(view)

    def _failed(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")

    def checked(self, done: int, due: int) -> None:
        """The check goes on, or has come to its end: then the day's figures are kept, and mismatches looked for."""
        if due and self.app.screen is self:
            told = progress_text(done, due, self.program.standard.word("episode"))
            if self._first:
                self.say(f"{self._first} {told}", "notice")
            else:
                self.say(told, "ok" if done == due else "")
        if done < due:
            return
        self._compare_due = True
        if due or caseload_check(self.program).compared:
            self._read_if_seen()
        elif not self._refresher.is_reading and self.view is not None:
            self._settled(self.view)

    def begin_with(self, sentence: str) -> None:
        """Say what a person has to read, and keep it before how far the check has come until somebody goes on."""
        self._first = sentence
        self.say(sentence, "notice")

    def _keep(self, view: MonthView) -> None:
        """Keep the day's figures, for tomorrow to say what moved."""
        its = (view.standing.today, view.standing.figures)
        if its != self._kept:
            self._kept = its
            standing = view.standing
            self.program.write(lambda unit: keep_today(unit, standing))

    def _count_question(self) -> Question[Waiting]:
        app = self.program
        about = (app.agency, app.standard, app.today(), app.settings.quiet_weeks)

        def count(snapshot: Snapshot) -> Waiting:
            again = second_keying.waiting(snapshot, about[0], about[1])
            return Waiting(worklists.counts(snapshot, *about), again, len(to_tell(snapshot, about[0], about[2])))

        return count

    def _counted(self, found: Waiting) -> None:
        if found != self._waiting:
            self._waiting = found
            self.show()

    def _compare(self, view: MonthView) -> None:
        """Count the mismatches against what was sent last, apart from all else: it takes as long as an extract."""
        one, app = view.standing, self.program
        if not self._compare_due or self._comparing or one.situation.against is None or one.is_done:
            return
        if self.app.screen is not self:
            return  # on the way back
        self._comparing, self._compare_due = True, False
        about, month = (app.agency, app.standard, one.due.period, app.today()), one.due.submission

        def compared(many: int) -> None:
            self._comparing = False
            if (month, many) != self._mismatches:
                self._mismatches = month, many
                self.read()

        app.read(lambda snapshot: open_mismatches(snapshot, *about), on_done=compared, on_problem=self._not_compared)

    def _not_compared(self, problem: Problem) -> None:
        self._comparing = False
        self.say(problem.sentence, "error")

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        caseload_check(self.program).start()
        self._read_if_seen()

    def _read_if_seen(self) -> None:
        """Sums over a large caseload take seconds: below another screen they wait until somebody is back."""
        if self.app.screen is self:
            self.read()

    def on_screen_resume(self) -> None:
        """Back from where something was mended; midnight may have passed."""
        super().on_screen_resume()
        if self.view is not None:
            self._first = ""
            self.read()

    def action_refresh_data(self) -> None:
        """F5."""
        self.read()
        caseload_check(self.program).start()

    # Showing

    def show(self) -> None:
        """Say all of it anew."""
        view = self.view
        if view is None:
            return
        one, width = view.standing, max(20, self.size.width - 2)
        self.retitle(f"Month: {one.due.title} ({one.due.submission}), {one.agency.code}")
        said = [(piece, token) for text, token in when_lines(one) for piece in wrapped(text, width)]
        for number, line in enumerate(self.head):
            text, token = said[number] if number < len(said) else ("", "text")
            line.show((f" {text}", token))
        for line, text in zip(self.figures, figure_lines(one), strict=True):
            line.show((f" {fit(text, width)}" if width_of(text) > width else f" {text}", "text"))
        room = self.list.size.height - self.list.head_lines
        self.list.show(lines_of(view, self.program.standard, room, self._waiting))

    def on_resize(self) -> None:
        """Sentences are broken at another width."""
        self.show()

    # Keys

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if self.list.current is not None:
            self.follow(self.list.current)

    def on_month_list_line_wanted(self, event: MonthList.LineWanted) -> None:
        """A line's own key."""
        self.follow(event.line)

    def action_go(self, where: str) -> None:
        """From the key bar or the palette."""
        self.follow(MonthLine("", "", "", goes_to=where))

    def action_late(self) -> None:
        """To the checklist of the submission that is late."""
        late = self.view.standing.late if self.view is not None else None
        if late is None:
            self.say("No submission is late.")
        else:
            self.follow(MonthLine("", "", "", goes_to="checklist", goes_with=late.submission))

    def follow(self, line: MonthLine) -> None:
        """Go where a line leads."""
        app, view = self.program, self.view
        if view is None or not line.goes_to:
            return
        due = view.standing.due
        if line.goes_to == "findings":
            app.open_screen("findings", rule=line.goes_with, submission=due.submission)
        elif line.goes_to == "extract":
            app.open_screen("extract", line.goes_with or due.submission, line.listed)
        elif line.goes_to == "checklist":
            app.open_screen("checklist", line.goes_with or due.submission)
        else:
            app.open_screen(line.goes_to)
