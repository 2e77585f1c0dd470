"""The month: what is due, how long there is, how the caseload stands, and what stands in the way. The first screen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from exporters.checklist_situation import open_mismatches
from exporters.month_view import MonthView, figure_lines, read_month, when_lines
from exporters.standing import keep_today
from tui.frame.actions import REGISTRY, action
from tui.frame.base_screen import BaseScreen
from tui.frame.printable import fit, width_of
from tui.frame.text_line import TextLine
from tui.frame.text_page import wrapped
from tui.screens.findings_check import caseload_check, progress_text
from tui.screens.month_list import Line, MonthList, lines_of
from tui.store_link import StoreChanged
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.app import KeyworkApp

SCOPE = {"month"}
REGISTRY.add(
    action(
        "month.checklist", "c", "Checklist", "The checklist of the submission at hand", SCOPE, "go('checklist')", True
    ),
    action(
        "month.extract", "x", "Extract", "What would be written of it, and writing it", SCOPE, "go('extract')", True
    ),
    action("month.roll", "r", "Roll-over", "What the next roll-over drops", SCOPE, "go('rollover')", True),
    action("month.calendar", "g", "Calendar", "A year of submissions", SCOPE, "go('calendar')", True),
    action("month.drafts", "d", "Drafts", "What was typed and not saved", SCOPE, "go('drafts')"),
    action("month.agencies", "a", "Agencies", "Another agency of this store", SCOPE, "go('agencies')"),
    action("month.late", "l", "Late", "The checklist of the submission that is late", SCOPE, "late"),
)
HEAD = 5
LOOK_SECONDS = 20
"""How often the day is looked at: midnight, or a clock that was set, changes what is due."""
FIGURES = 3


class MonthScreen(BaseScreen[None]):
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
        self._mismatches: int | None = None
        self._kept: object = None
        self._first = ""
        self._reading = self._again = self._comparing = self._compare_due = False

    @property
    def program(self) -> "KeyworkApp":
        """The app, as what it is."""
        return cast("KeyworkApp", self.app)

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

    def on_unmount(self) -> None:
        """Nobody is told any more."""
        caseload_check(self.program).tell_no_more(self.checked)

    # Reading

    def read(self, hold: bool = False) -> None:
        """Read what is kept, in a thread; while that goes on, once more after it."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        app = self.program
        about = (app.agency, app.standard, app.today(), self._mismatches)
        app.in_store(read_month, *about, on_done=self._came, on_problem=self._failed, hold=hold)

    def _came(self, view: MonthView) -> None:
        self._reading = False
        self.view = view
        if self.is_attached:
            self.show()
        if self._again:
            self.read()
        else:
            self._settled(view)

    def _settled(self, view: MonthView) -> None:
        """What is shown is the latest there is."""
        if not view.standing.figures.stale:
            self._keep(view)
            self._compare(view)

    def _failed(self, problem: Problem) -> None:
        self._reading = False
        self.say(str(problem), "error")

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
        elif not self._reading and self.view is not None:
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
            self.program.in_store(keep_today, view.standing, writes=True)

    def _compare(self, view: MonthView) -> None:
        """Count the mismatches against what was sent last, apart from all else: it takes as long as an extract."""
        one, app = view.standing, self.program
        if not self._compare_due or self._comparing or one.situation.against is None or one.is_sent:
            return
        if self.app.screen is not self:
            return  # on the way back
        self._comparing, self._compare_due = True, False
        about = (app.agency, app.standard, one.due.period, app.today())
        app.in_store(open_mismatches, *about, on_done=self._compared, on_problem=self._not_compared)

    def _compared(self, many: int) -> None:
        self._comparing = False
        if many != self._mismatches:
            self._mismatches = many
            self.read()

    def _not_compared(self, problem: Problem) -> None:
        self._comparing = False
        self.say(str(problem), "error")

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
        self.list.show(lines_of(view, self.program.standard, self.list.size.height - self.list.head_lines))

    def on_resize(self) -> None:
        """Sentences are broken at another width."""
        self.show()

    # Keys

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if self.list.current is not None:
            self.follow(self.list.current)

    def on_month_list_wanted(self, event: MonthList.Wanted) -> None:
        """A line's own key."""
        self.follow(event.line)

    def action_go(self, where: str) -> None:
        """From the key bar or the palette."""
        self.follow(Line("", "", "", goes_to=where))

    def action_late(self) -> None:
        """To the checklist of the submission that is late."""
        late = self.view.standing.late if self.view is not None else None
        if late is None:
            self.say("No submission is late.")
        else:
            self.follow(Line("", "", "", goes_to="checklist", goes_with=late.submission))

    def follow(self, line: Line) -> None:
        """Go where a line leads."""
        app, view = self.program, self.view
        if view is None or not line.goes_to:
            return
        due = view.standing.due
        if line.goes_to == "findings":
            app.open_screen("findings", rule=line.goes_with)
        elif line.goes_to in ("checklist", "extract"):
            app.open_screen(line.goes_to, line.goes_with or due.submission)
        else:
            app.open_screen(line.goes_to)
