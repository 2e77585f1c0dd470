"""An extract is checked by the rules, without storing anything: each finding is one key from its row and field."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from textual.widget import Widget

from exporters.imports.brought import CheckedFile, check_brought, row_at
from exporters.work import Work
from store.disk.user import path_typed
from tui.screens.files.row import RowScreen
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import FilteredTableScreen, TableContents
from tui.session.wording import path_text, rule_title, values_text, with_short_paths
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.paged_table import Column, Row
from tui.widgets.text_line import TextLine
from tui.widgets.theme import MARKS
from validators.problems import Problem
from validators.records import Finding, Severity, Values
from validators.standard.terminology import counted

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


class FileCheckScreen(FilteredTableScreen[Finding]):
    """What was checked and how it came out, the findings, the gravest first, all of the chosen one."""

    scope = "file_check"
    heading = "Check a file"
    detail_lines = 3

    def __init__(self, path: Path | None = None) -> None:
        """Check `path` at once; without one, ask for it first."""
        super().__init__()
        self._path, self._dates = path, ""
        self.checked: CheckedFile | None = None
        self._refusal = ""
        self.file_line = TextLine(id="file")

    def body(self) -> Iterable[Widget]:
        """The third column is headed by what the data set calls an episode."""
        word = self.program.standard.say("{Episode}")
        self.columns = [replace(one, heading=word) if one.width == NAME else one for one in COLUMNS]
        return super().body()

    def head(self) -> Iterable[Widget]:
        """Which file, and how it came out."""
        yield self.file_line
        yield self.about

    def begin(self) -> None:
        """Check the file that is given, or ask for one."""
        self.show_contents(TableContents((), "", "No file is checked yet."))
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
                self._check(path_typed(texts["path"]))

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
        self.checked = None
        self._refusal = with_short_paths(problem.told(self.program.terms))
        self.file_line.show()
        self.show_contents(TableContents((), "", "It is not checked."))
        self.say("It is not checked: see below the list.", "error")

    def _came(self, checked: CheckedFile) -> None:
        if not self.is_attached:
            return
        self.checked, self._refusal = checked, ""
        report, tally = checked.report, checked.report.tally
        standard = report.standard
        size = tally.size
        counts = [sum(one.severity is each for one in report.findings) for each in Severity]
        told = ", ".join(counted(many, each) for many, each in zip(counts, Severity, strict=True) if many)
        figures = f"load {tally.load_percent} %, data quality {tally.quality_text} (our estimate)"
        self.file_line.show((f" {checked.path.name}: {standard.title}, edition {standard.edition}", "heading"))
        worst_first = sorted(report.findings, key=lambda one: ORDER.index(one.severity))
        self.show_contents(TableContents(worst_first, "", "Nothing is wrong with it."))
        self.about.show((f" {size}; {figures}", "text"))
        take = REGISTRY.key_text("file_check.take")
        self.say(f"{told or 'No findings'}. Nothing is stored; {take} takes the file in.", "notice" if told else "ok")

    def action_take(self) -> None:
        """`i`: on to the import of this very file."""
        if self._path is None:
            self.say("Name a file first.", "notice")
        else:
            self.program.open_screen("import", self._path)

    # The findings

    def row_of(self, one: Finding) -> Row:
        """How grave, in which line and episode, at which field, what."""
        return MARKS[one.severity.value], one.line or "", one.episode, one.field, one.message

    def text_of(self, one: Finding) -> str:
        """Where it is, the rule, how grave, what."""
        return f"{one.line or ''} {one.episode} {one.field} {one.rule} {one.severity.value} {one.message}"

    def count_told(self) -> str:
        """How many the words leave."""
        return f"{len(self.shown):,} of {len(self.every):,}"

    def told_of(self, one: Finding) -> list[str]:
        """What, by which rule, with which values."""
        assert self.checked is not None
        rule = rule_title(self.checked.report.standard, one.rule)
        told = f"{one.message}. {rule}. {values_text(one)}" if one.fields else f"{one.message}. {rule}."
        return self.broken(told)

    def told_of_none(self) -> list[str]:
        """Why it could not be checked."""
        return self.broken(self._refusal)

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
        if not 0 <= at < len(self.shown):
            self.program.say("There is no further finding this way.", "notice")
            return
        if isinstance(self.app.screen, RowScreen):
            self.app.pop_screen()
        self.table.go(at)
        self._open(self.shown[at])
