"""A year of submissions, their windows and deadlines; August in words."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.screens.calendar.dates import CalendarDates
from tui.screens.calendar.rows import Year, YearList, detail, read_year, year_of
from tui.session.store_access import StoreChanged
from tui.widgets.base_screen import Place as JumpPlace
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from validators.calendar.calendar import in_words
from validators.calendar.kinds import regions
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store

LOOK_SECONDS = 20
"""How often the day is looked at: midnight, or a clock that was set, changes what is due."""


class CalendarScreen(CalendarDates):
    """The year, and below it the chosen submission in full."""

    scope = "calendar"
    heading = "Calendar"

    def __init__(self) -> None:
        super().__init__()
        self.silence = tuple(TextLine() for _ in range(3))
        self.details = tuple(TextLine(rest="panel") for _ in range(5))
        self._number = 0
        self._today = date.min

    def body(self) -> Iterable[Widget]:
        """What holds now, the year, the chosen line."""
        yield from self.silence
        yield self.list
        yield from self.details

    def on_mount(self) -> None:
        """Begin with the page that holds what is due."""
        self.list.focus()
        self._today = self.program.today()
        self.read(hold=True)
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self.program.today() != self._today:
            self._today = self.program.today()
            self.say(f"Today is {in_words(self._today)}.", "notice")
            self.read()

    def read(self, hold: bool = False, wanted: str = "") -> None:
        """Read the page in a thread."""
        app, today = self.program, self.program.today()
        self._today = today
        number = self._number

        def reading(store: "Store") -> Year:
            page = number
            if not page:
                due = store.calendar(app.agency).due(today)
                page = year_of(due.deadline)
            return read_year(store, app.agency, app.standard, page, today)

        app.in_store(
            reading, on_done=lambda year: self._read(year, wanted, first=not number), on_problem=self._failed, hold=hold
        )

    def _failed(self, problem: Problem) -> None:
        if self.year is not None:
            self._number = self.year.year
        self.say(str(problem), "error")

    def _read(self, year: Year, wanted: str, first: bool) -> None:
        self.year, self._number = year, year.year
        if not self.is_attached:
            return
        agency, has_regions = self.program.agency, regions(self.program.standard.submission.calendar)
        region = f" ({agency.region or 'no region chosen'})" if has_regions else ""
        self.retitle(f"Calendar: {agency.code}{region}, September {year.year} to August {year.year + 1}")
        due, left = year.due, (year.due.deadline - year.today).days
        told = f"{left} day{'' if left == 1 else 's'} left" if left >= 0 else "the window is open still"
        told = f"Today is {in_words(year.today)}. {due.title} is due on {in_words(due.deadline)}: {told}."
        self._fill(self.silence, year.silence or told, "heading")
        self.list.show(year.lines, year.today, wanted or (due.submission if first else ""))

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.read()

    def on_screen_resume(self) -> None:
        """Back from a checklist, which may have changed a state."""
        super().on_screen_resume()
        if self.year is not None:
            self.read()

    def action_refresh_data(self) -> None:
        """F5."""
        self.read()

    def on_line_list_moved(self) -> None:
        """Another line."""
        self._fill(self.details, detail(self.list.current), "panel")

    def _fill(self, lines: Sequence[TextLine], text: str, token: str) -> None:
        """A text over some lines; those above the list that say nothing take no room."""
        pieces = wrapped(text, max(20, self.size.width - 2))
        for line, piece in zip_longest(lines, pieces[: len(lines)], fillvalue=""):
            assert isinstance(line, TextLine)
            line.show((f" {piece}", token))
            line.display = bool(piece) or lines is self.details

    def on_line_list_chosen(self) -> None:
        """Enter: its checklist."""
        from tui.screens.registry import SCREENS

        if self.entry is None:
            self.say("There is no submission to open here.", "notice")
        elif "checklist" in SCREENS:
            self.program.open_screen("checklist", self.entry.submission)

    def action_year(self, step: int) -> None:
        """Another year."""
        if self.year is not None:
            self._number = self.year.year + step
            self.read(hold=True)

    def on_year_list_wanted(self, event: YearList.Wanted) -> None:
        """A letter on the list."""
        {"e": self.action_state, "w": self.action_withdraw}[event.letter]()

    def jumps(self) -> list[JumpPlace]:
        """To what is due."""
        return [("D", "What is due", self._to_due)]

    def _to_due(self) -> None:
        self._number = 0
        self.read(hold=True)
