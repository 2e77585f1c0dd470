"""A year of submissions, their windows and deadlines; August in words."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from exporters.month.calendar_csv import checked_overrides, told_of_replaced
from exporters.work import Work
from store.disk.user import path_typed
from store.facts import Who
from store.month import calendar
from tui.form.dates import show_date, typed_day
from tui.screens.calendar.rows import Year, YearList, detail, read_year, year_of
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking, NotDone
from tui.widgets.base_screen import BaseScreen, JumpPlace
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.filter_list import FilteredList
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from validators.calendar.calendar import CalendarEntry, SubmissionCalendar, in_words, refuse_misfit
from validators.calendar.kinds import Override, regions
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import OverrideInfo
    from store.snapshot import Snapshot
    from store.store import Store
    from store.unit_of_work import UnitOfWork

SCOPE = {"calendar"}
REGISTRY.add(
    action("calendar.state", "insert", "State dates", "Enter dates as they are stated to you", SCOPE, "state", True),
    action("calendar.withdraw", "delete", "Withdraw", "Take stated dates back; asks first", SCOPE, "withdraw", True),
    action("calendar.load", "ctrl+o", "From a file", "Take dates from a CSV file", SCOPE, "load"),
    action(
        "calendar.region",
        "ctrl+t",
        "Region",
        "Which region the agency belongs to",
        SCOPE,
        "region",
        True,
        needs="regions",
    ),
    action("calendar.closed", "ctrl+d", "Closed day", "Enter or withdraw a day without work", SCOPE, "closed_day"),
    action("calendar.later", "plus", "Next year", "The year after this one", SCOPE, "year(1)", True),
    action("calendar.earlier", "minus", "Year before", "The year before", SCOPE, "year(-1)", True),
)
PERIOD = {"period_start": "Period from", "period_end": "Period to"}
DATES = {"opens": "Window opens", "closes": "Window closes", "deadline": "Deadline", **PERIOD}


class RegionScreen(BaseScreen[str]):
    """The regions; dismissed with the one that is chosen."""

    scope = "regions"
    heading = "Which region does the agency report to?"

    def __init__(self, items: list[tuple[str, str, str]]) -> None:
        super().__init__()
        self._items = items

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield FilteredList(self._items, "Region")

    def on_line_list_chosen(self) -> None:
        """Enter."""
        chosen = self.query_one(FilteredList).current_id
        if chosen is not None:
            self.dismiss(chosen)


LOOK_SECONDS = 20
"""How often the day is looked at: midnight, or a clock that was set, changes what is due."""


class CalendarScreen(StoreScreen[None]):
    """The year, and below it the chosen submission in full."""

    scope = "calendar"
    heading = "Calendar"

    def __init__(self) -> None:
        super().__init__()
        self.list = YearList()
        self.year: Year | None = None
        self.silence = tuple(TextLine() for _ in range(3))
        self.details = tuple(TextLine(rest="panel") for _ in range(5))
        self._number = 0
        self._wanted = ""
        self._today = date.min
        self._refresher = Refresher(self, self._question, self._read, self._failed)

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
        """Read the page in a thread; the line of the `wanted` submission is chosen on it."""
        self._wanted = wanted or self._wanted
        self._refresher.read(hold)

    def _question(self) -> Question[tuple[Year, bool]]:
        app, number = self.program, self._number
        self._today = today = app.today()
        agency, standard = app.agency, app.standard

        def question(snapshot: "Snapshot") -> tuple[Year, bool]:
            page = number or year_of(calendar.of_agency(snapshot, agency).due(today).deadline)
            return read_year(snapshot, agency, standard, page, today), not number

        return question

    def _failed(self, problem: Problem) -> None:
        if self.year is not None:
            self._number = self.year.year
        self.say(problem.sentence, "error")

    def _read(self, found: tuple[Year, bool]) -> None:
        """The page, and whether it was to be the one of what is due."""
        year, to_due = found
        self.year = year
        if to_due and not self._number:  # who went on meanwhile is on the way to another one
            self._number = year.year
        agency, has_regions = self.program.agency, regions(self.program.standard.submission.calendar)
        region = f" ({agency.region or 'no region chosen'})" if has_regions else ""
        self.retitle(f"Calendar: {agency.code}{region}, September {year.year} to August {year.year + 1}")
        due, left = year.due, (year.due.deadline - year.today).days
        left_text = f"{left} day{'' if left == 1 else 's'} left" if left >= 0 else "the window is open still"
        stands = year.begun or ("it is sent" if year.is_sent else left_text)
        told = f"Today is {in_words(year.today)}. {due.title} is due on {in_words(due.deadline)}: {stands}."
        self._fill(self.silence, year.silence or told, "heading")
        wanted, self._wanted = self._wanted, ""
        self.list.show(year.lines, year.today, wanted or (due.submission if to_due else ""))

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something. What is one's own is read when it is done, and on coming back to this screen."""
        if not event.own:
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
        if self.entry is None:
            self.say("There is no submission to open here.", "notice")
        else:
            self.program.open_screen("checklist", self.entry.submission)

    def action_year(self, step: int) -> None:
        """Another year."""
        if self.year is not None:
            self._number = self.year.year + step
            self.read(hold=True)

    def on_year_list_letter_wanted(self, event: YearList.LetterWanted) -> None:
        """A letter on the list."""
        {"e": self.action_state, "w": self.action_withdraw}[event.letter]()

    def jumps(self) -> list[JumpPlace]:
        """To what is due."""
        return [("D", "What is due", self._to_due)]

    def _to_due(self) -> None:
        self._number = 0
        self.read(hold=True)

    @property
    def entry(self) -> CalendarEntry | None:
        """The chosen submission."""
        line = self.list.current
        return line.entry if line is not None else None

    def action_state(self) -> None:
        """Ask for the dates of the chosen submission."""
        entry, app = self.entry, self.program
        if entry is None:
            self.say("Choose a submission first.", "notice")
            return
        where = app.agency.region
        known = regions(app.standard.submission.calendar)
        told = next((one.override for one in self._overrides(entry.submission)), None)
        seen = {one.id for one in self.year.overrides} if self.year is not None else set()

        def read(texts: Mapping[str, str]) -> Override:
            today = app.today()
            days = {name: typed_day(label, texts[name], today) for name, label in DATES.items()}
            # A period that nobody states otherwise follows the rule on.
            for name in PERIOD:
                if days[name] == getattr(entry, name) and not (told is not None and getattr(told, name)):
                    days[name] = None
            said = typed_day("Stated on", texts["stated_on"], today)
            region = texts.get("region", "")
            if region and region not in known:
                raise Problem(f"There is no region '{region}': leave it empty for all, or type it as it is listed.")
            title = told.title if told is not None else ""
            new = Override(entry.submission, region, title, **days, source=texts["source"], stated_on=said)
            page = self.year
            if page is not None:
                # Told while the dialog stands, so that nothing has to be typed again; the store judges once more.
                for one in page.overrides:
                    its = one.override.submission, one.override.region
                    if its == (entry.submission, region) and one.id not in seen:
                        seen.add(one.id)
                        raise Problem(f"{calendar.stated_meanwhile(one)} F2 once more puts yours in their place.")
                stated = [one.override for one in page.overrides]
                others = [one for one in stated if (one.region, one.submission) != (region, entry.submission)]
                closed = {one.day: one.name for one in page.closed_days}
                judged = SubmissionCalendar(app.standard, region or where, [*others, new], closed)
                refuse_misfit(judged, entry.submission, today)
            return new

        dates = {
            name: Asked(name, label, show_date(f"{getattr(entry, name):%Y%m%d}", "YYYYMMDD"), True)
            for name, label in DATES.items()
        }
        asked = [one for name, one in dates.items() if name not in PERIOD]
        asked += [Asked("region", "Region (empty: all)", where, True)] if known else []
        asked += [
            Asked("source", "Where it is stated", told.source if told else ""),
            Asked("stated_on", "Stated on", "t"),
            *(dates[name] for name in PERIOD),
        ]
        of = "dates", entry.submission
        self._ask(f"Dates of {entry.title}", asked, read, lambda its, refused: self._state(its, seen, refused), of)

    def _state(self, override: Override, seen: Collection[str], refused: NotDone) -> None:
        agency, today = self.program.agency, self.program.today()
        self._write(
            lambda unit: calendar.add_overrides(unit, agency, [override], today, seen)[0],
            "Kept.",
            override.submission,
            refused,
        )

    def _ask(
        self,
        title: str,
        asked: list[Asked],
        read: Callable[[Mapping[str, str]], Any],
        take: Callable[[Any, NotDone], None],
        of: tuple[str, ...],
    ) -> None:
        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                try:
                    take(read(texts), dialog.refused)
                except Problem as problem:  # somebody came between
                    dialog.refused(problem)

        dialog = Asking(title, [], asked, read, (*of, self.program.agency.id))
        self.app.push_screen(dialog, answered)

    def _write(
        self,
        change: "Callable[[UnitOfWork], object]",
        said: str,
        wanted: str = "",
        refused: NotDone | None = None,
    ) -> None:
        """Change the calendar in a thread that writes; all or nothing."""

        def done(_: object) -> None:
            self.say(said, "ok")
            self.read(wanted=wanted)

        self.program.write(change, on_done=done, on_problem=refused, hold=True)

    def _overrides(self, submission: str) -> "list[OverrideInfo]":
        """What is stated for a submission and counts here: the agency's own region first."""
        stated = self.year.overrides if self.year is not None else ()
        own = [one for one in stated if one.override.submission == submission]
        here = [one for one in own if one.override.region in ("", self.program.agency.region)]
        return sorted(here, key=lambda one: not one.override.region)

    def action_withdraw(self) -> None:
        """Take stated dates back, after a question."""
        entry = self.entry
        stated = self._overrides(entry.submission) if entry is not None else []
        if entry is None or not stated:
            self.say("Nobody has stated dates here that could be withdrawn.", "notice")
            return
        one = stated[0]
        lines = [
            f"Stated for {one.override.region or 'all regions'}: {one.override.source}.",
            f"Entered by {one.entered_by} on {in_words(local_day(one.entered_at))}. It is kept, and counts no more.",
        ]

        def answered(letter: str | None) -> None:
            if letter == "w":
                self._write(lambda unit: calendar.withdraw(unit, "override", one.id), "Withdrawn.", entry.submission)

        self.app.push_screen(
            Confirm(f"Withdraw the dates of {entry.title}?", lines, [Answer("w", "withdraw")]), answered
        )

    def action_load(self) -> None:
        """Ask for a file of dates."""
        app = self.program
        asked = [
            Asked("path", "CSV file"),
            Asked("source", "Where the dates are stated", "", True),
            Asked("stated_on", "Stated on", "t"),
        ]

        def read(texts: Mapping[str, str]) -> tuple[Path, str, date]:
            said = typed_day("Stated on", texts["stated_on"], app.today()) or app.today()
            return path_typed(texts["path"]), texts["source"], said

        def take(found: tuple[Path, str, date], refused: NotDone) -> None:
            path, source, said = found
            work, who = Work(app.agency, app.standard, app.today()), Who(app.person, app.clock())

            def done(taken: tuple[int, list[str]]) -> None:
                many, replaced = taken
                self.say(" ".join([f"{counted(many, 'submission')} taken.", *replaced]), "notice" if replaced else "ok")
                self.read()

            app.in_store(
                lambda store: load_file(store, work, who, path, source, said),
                on_done=done,
                on_problem=refused,
                writes=True,
                hold=True,
            )

        self._ask("Dates from a file", asked, read, take, ("dates loaded",))

    def action_closed_day(self) -> None:
        """A day without work: entered, or withdrawn when it is there."""
        app = self.program
        asked = [
            Asked("day", "Day"),
            Asked("name", "What it is (empty: withdraw the day)", "", True),
            Asked("source", "Who said so", "", True),
        ]
        known = {one.day: one.id for one in self.year.closed_days} if self.year is not None else {}

        def read(texts: Mapping[str, str]) -> tuple[date, str, str]:
            day = typed_day("Day", texts["day"], app.today())
            if day is None or (not texts["name"] and day not in known):
                raise Problem("That day is not among the closed days: say what it is.")
            return day, texts["name"], texts["source"]

        def take(found: tuple[date, str, str], refused: NotDone) -> None:
            day, name, source = found
            agency = app.agency

            def change(unit: "UnitOfWork") -> None:
                if name:
                    calendar.add_closed_day(unit, agency, day, name, source)
                else:
                    calendar.withdraw(unit, "closed_day", known[day])

            self._write(change, "Kept." if name else "Withdrawn.", refused=refused)

        self._ask("Closed day", asked, read, take, ("closed day",))

    def action_region(self) -> None:
        """Choose the agency's region."""
        app = self.program
        known = regions(app.standard.submission.calendar)
        if not known:
            self.say("This calendar has no regions.", "notice")
            return

        def chosen(region: str | None) -> None:
            if region is not None:
                agency, name = app.agency, region.strip()
                app.write(lambda unit: calendar.set_region(unit, agency, name), on_done=changed, hold=True)

        def changed(agency: "AgencyInfo") -> None:
            app.agency = agency
            self.read()

        items = [(name, name, team) for name, team in known.items()]
        self.app.push_screen(RegionScreen([*items, (" ", "None in particular", "")]), chosen)


def load_file(store: "Store", work: Work, who: Who, path: Path, source: str, stated_on: date) -> tuple[int, list[str]]:
    """In a thread: take the dates of a file; how many, and what they replace. Raises Problem and takes none."""
    standard, name = work.standard, work.standard.submission.calendar
    before = [one.override for one in store.ask(calendar.overrides, name)]
    taken = checked_overrides(
        path,
        standard,
        source=source,
        stated_on=stated_on,
        today=work.today,
        stated=before,
        closed_days={one.day: one.name for one in store.ask(calendar.closed_days, name)},
    )
    store.do(who, calendar.add_overrides, work.agency, taken, work.today)
    return len(taken), told_of_replaced(before, taken)
