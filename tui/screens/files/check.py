"""An extract is checked by the rules, without storing anything: each finding is one key from its row and field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from textual.widget import Widget

from exporters.imports.brought import CheckedFile, check_brought, row_at
from exporters.work import Work
from tui.screens.files.row import RowScreen
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import FilteredScreen
from tui.session.wording import path_text, rule_title, several, values_text, with_short_paths
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.theme import MARKS
from validators.problems import Problem
from validators.records import Finding, Severity, Values

SCOPE = SCREENS["file_check"].scope
REGISTRY.add(
    action("file_check.other", "o", "File", "Check another file", SCOPE, "other", bar=True),
    action("file_check.take", "i", "Import", "Take this file into the store", SCOPE, "take", bar=True),
    action("file_check.day_first", "d", "Day first", "Its dates begin with the day: check it so", SCOPE, "day_first"),
    action("file_check.filter", "slash", "Filter", "Only the findings with these words", SCOPE, "filter"),
)
NAME = 12
COLUMNS = (Column("", 1), Column("Line", 7, right=True), Column("", NAME), Column("Field", 9), Column("What", 0))
ORDER = tuple(Severity)
DAY_FIRST = "day-first"
ASK = (
    "An extract that this or another system wrote, a CSV or XML file on this machine. It is checked by the rules; "
    "nothing is stored."
)


class FileCheckScreen(FilteredScreen):
    """What was checked and how it came out, the findings, the gravest first, all of the chosen one."""

    scope = "file_check"
    heading = "Check a file"

    def __init__(self, path: Path | None = None) -> None:
        """Check `path` at once; without one, ask for it first."""
        super().__init__()
        self._path, self._dates = path, ""
        self.checked: CheckedFile | None = None
        self._worst_first: list[Finding] = []
        self._shown: Sequence[Finding] = ()
        self.about = tuple(TextLine(id=f"about-{number}") for number in (1, 2))
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))

    @property
    def listed(self) -> LineList:
        """The findings."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The file, the filter, its findings, all of one."""
        word = self.program.standard.say("{Episode}")
        columns = [replace(one, heading=word) if one.width == NAME else one for one in COLUMNS]
        self.table = PagedTable(columns, lambda: len(self._shown), self._rows, empty="No file is checked yet.")
        yield from self.about
        yield self.find_line
        yield self.table
        yield from self.details

    def on_mount(self) -> None:
        """Ask for the file, or check the one that is given."""
        self.table.focus()
        if self._path is None:
            self.action_other()
        else:
            self._check(self._path)

    # The file

    def action_other(self) -> None:
        """`o`: which file?"""

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._dates = ""
                self._check(Path(texts["path"]).expanduser())

        asked = Asked("path", "File", path_text(self._path) if self._path else "")
        self.app.push_screen(Asking("Check a file", [ASK], [asked]), named)

    def action_day_first(self) -> None:
        """`d`: the same file, its dates read as beginning with the day."""
        if self._path is not None:
            self._dates = DAY_FIRST
            self._check(self._path)

    def action_refresh_data(self) -> None:
        """F5: the same file again; it may have been mended."""
        if self._path is not None:
            self._check(self._path)

    def _check(self, path: Path) -> None:
        app, dates = self.program, self._dates
        work = Work(app.agency, app.standard, app.today())
        self._path = path
        self.say("Checking ...")
        app.read(
            lambda snapshot: check_brought(snapshot, work, path, dates),
            on_done=self._came,
            on_problem=self._refused,
            hold=True,
        )

    def _refused(self, problem: Problem) -> None:
        if not self.is_attached:
            return
        self.checked, self._worst_first = None, []
        for about in self.about:
            about.show(("", "text"))
        self.table.empty = "It is not checked."
        self.filter_by("")
        self._tell_below(with_short_paths(problem.told(self.program.terms)))
        self.say("It is not checked: see below the list.", "error")

    def _came(self, checked: CheckedFile) -> None:
        if not self.is_attached:
            return
        self.checked = checked
        self._worst_first = sorted(checked.report.findings, key=lambda one: ORDER.index(one.severity))
        report, tally = checked.report, checked.report.tally
        standard = report.standard
        size = standard.say("{tally.rows} {rows}, {tally.episodes} {episodes}", tally=tally)
        counts = [sum(one.severity is each for one in report.findings) for each in Severity]
        told = ", ".join(several(many, each) for many, each in zip(counts, Severity, strict=True) if many)
        figures = f"load {tally.load_percent} %, data quality {tally.quality_text} (our estimate)"
        self.about[0].show((f" {checked.path.name}: {standard.title}, edition {standard.edition}", "heading"))
        self.about[1].show((f" {size}; {figures}", "text"))
        self.table.empty = "Nothing is wrong with it." if not report.findings else "No finding has these words."
        self.filter_by(self.find_line.text)
        take = REGISTRY.key_text("file_check.take")
        self.say(f"{told or 'No findings'}. Nothing is stored; {take} takes the file in.", "notice" if told else "ok")

    def action_take(self) -> None:
        """`i`: on to the import of this very file."""
        if self._path is None:
            self.say("Name a file first.", "notice")
        else:
            self.program.open_screen("import", self._path)

    # The findings

    def _rows(self, offset: int, limit: int) -> list[Row]:
        some = self._shown[offset : offset + limit]
        return [
            (offset + at, MARKS[one.severity.value], one.line or "", one.episode, one.field, one.message)
            for at, one in enumerate(some)
        ]

    def filter_by(self, text: str) -> None:
        """Leave only the findings that have all the words."""
        every = self._worst_first
        words = text.casefold().split()

        def has(one: Finding) -> bool:
            whole = f"{one.line or ''} {one.episode} {one.field} {one.rule} {one.severity.value} {one.message}"
            return all(word in whole.casefold() for word in words)

        self._shown = [one for one in every if has(one)] if words else every
        self.table.reload(keep=False)
        self.find_line.tell((f"{len(self._shown):,} of {len(every):,}".rjust(29), "dim"))

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the list."""
        self.action_filter()

    @property
    def current(self) -> Finding | None:
        """The chosen finding."""
        at = self.table.cursor
        return self._shown[at] if at < len(self._shown) else None

    def on_line_list_moved(self) -> None:
        """Another finding: all of it below."""
        one = self.current
        if self.checked is None:
            return  # below stands why not
        if one is None:
            self._tell_below("")
        else:
            rule = rule_title(self.checked.report.standard, one.rule)
            told = f"{one.message}. {rule}. {values_text(one)}" if one.fields else f"{one.message}. {rule}."
            self._tell_below(told)

    def _tell_below(self, told: str) -> None:
        lines = wrapped(told, max(20, self.size.width - 2))
        for line, text in zip(self.details, [*lines, "", "", ""], strict=False):
            line.show((f" {text}", "panel"))

    def on_line_list_chosen(self) -> None:
        """Enter: the row, at the field."""
        one = self.current
        if one is not None:
            self._open(one)

    def _open(self, one: Finding) -> None:
        checked = self.checked
        assert checked is not None
        line = one.line

        def came(values: Values) -> None:
            if self.is_attached:
                self.app.push_screen(RowScreen(checked.report.standard, one, values or one.values, self._walked))

        if line is None:
            came(one.values)
        else:
            self.program.read(lambda snapshot: row_at(checked, line), on_done=came, hold=True)

    def action_next_finding(self) -> None:
        """F8: the row of the next finding; it begins with the one that is chosen."""
        self.on_line_list_chosen()

    def action_previous_finding(self) -> None:
        """F7: that of the one before."""
        self._walked(-1)

    def _walked(self, step: Literal[1, -1]) -> None:
        at = self.table.cursor + step
        if not 0 <= at < len(self._shown):
            self.program.say("There is no further finding this way.", "notice")
            return
        if isinstance(self.app.screen, RowScreen):
            self.app.pop_screen()
        self.table.go(at)
        self._open(self._shown[at])
