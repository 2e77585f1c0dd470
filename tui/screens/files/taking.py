"""An extract is taken into the store: first what would be taken is told, then it is taken on a key, with the report."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.formats.base import Importer, Taking
from exporters.imports.brought import prepare_brought
from exporters.imports.report import ImportReport, told_as_text
from exporters.work import Work
from store.disk.user import path_typed
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.wording import path_text, with_short_paths
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.text_page import TextPage
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store

SCOPE = SCREENS["import"].scope
REGISTRY.add(
    action("import.take", "f2", "Take it in", "Store what the page tells", SCOPE, "take_in", bar=True),
    action("import.other", "o", "File", "Another file", SCOPE, "other", bar=True),
    action("import.update", "u", "Update", "Also take values that differ from those in the store", SCOPE, "update"),
    action("import.columns", "c", "Columns", "Take a file in which columns are missing", SCOPE, "columns"),
    action("import.deleted", "e", "Deleted", "Take what is deleted, removed or merged here again", SCOPE, "deleted"),
    action("import.others", "a", "Others", "Enter those who are like somebody here as others", SCOPE, "others"),
    action("import.dates", "d", "Day first", "Its dates begin with the day", SCOPE, "day_first"),
)
ASK = (
    "An extract that this or another system wrote, a CSV or XML file on this machine. First it is told what would be "
    "taken; nothing is stored before you say so."
)
DAY_FIRST = "day-first"


class ImportScreen(StoreScreen[None]):
    """The report: of what would be taken, and after that of what was."""

    scope = "import"
    heading = "Import"

    def __init__(self, path: Path | None = None) -> None:
        """Read `path` at once; without one, ask for it first."""
        super().__init__()
        self._path = path
        self._taking = Taking()
        self._job: Importer | None = None
        self.page = TextPage()

    def body(self) -> Iterable[Widget]:
        """The report."""
        yield self.page

    def on_mount(self) -> None:
        """Ask for the file, or read the one that is given."""
        self.page.focus()
        self._show(["# No file is named yet"])
        if self._path is None:
            self.action_other()
        else:
            self._prepare()

    # Before

    def action_other(self) -> None:
        """`o`: which file?"""

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                self._path, self._taking = path_typed(texts["path"]), Taking()
                self._prepare()

        asked = Asked("path", "File", path_text(self._path) if self._path else "")
        self.app.push_screen(Asking("Import an extract", [ASK], [asked]), named)

    def action_refresh_data(self) -> None:
        """F5: read it again."""
        self._prepare()

    def action_update(self) -> None:
        """`u`."""
        self._take(replace(self._taking, update=not self._taking.update))

    def action_columns(self) -> None:
        """`c`."""
        self._take(replace(self._taking, any_columns=not self._taking.any_columns))

    def action_deleted(self) -> None:
        """`e`."""
        self._take(replace(self._taking, deleted=not self._taking.deleted))

    def action_others(self) -> None:
        """`a`."""
        self._take(replace(self._taking, others=not self._taking.others))

    def action_day_first(self) -> None:
        """`d`."""
        self._take(replace(self._taking, dates="" if self._taking.dates else DAY_FIRST))

    def _take(self, otherwise: Taking) -> None:
        """The same file, taken otherwise."""
        self._taking = otherwise
        self._prepare()

    def _prepare(self) -> None:
        if self._path is None:
            return
        app, path = self.program, self._path
        work = Work(app.agency, app.standard, app.today())
        taking = replace(self._taking, today=work.today)
        self._job = None
        self.say("Reading ...")
        app.in_store(
            lambda store: prepare_brought(store, work, path, taking),
            on_done=self._prepared,
            on_problem=self._refused,
            hold=True,
        )

    def _refused(self, problem: Problem) -> None:
        if self.is_attached:
            self._show(["# It is not taken", "", f"  {with_short_paths(problem.told(self.program.terms))}"])
            self.say("Nothing is stored.", "error")

    def _prepared(self, job: Importer) -> None:
        if not self.is_attached:
            return
        self._job = job
        self._tell("# What would be taken", job.report, dry_run=True)
        self.say(f"Nothing is stored yet; {REGISTRY.key_text('import.take')} takes it in.", "notice")

    # Taking

    def action_take_in(self) -> None:
        """F2: store it, in one transaction."""
        job, app = self._job, self.program
        if job is None:
            self.say("There is nothing to take in: name a file first.", "notice")
            return
        self._job = None
        self.say("Taking it in ...")
        task = partial(_written, job=job, code=app.agency.code, person=app.person, clock=app.clock)
        app.in_store(task, on_done=self._taken, on_problem=self._refused, writes=True, hold=True)

    def _taken(self, report: ImportReport) -> None:
        if self.is_attached:
            self._tell("# What was taken", report, dry_run=False)
            left = f"; {report.rows_left_out:,} left out, listed here" if report.left_out else ""
            terms, new = self.program.terms, report.new
            told = f"{terms.counted(new.clients, 'client')}, {terms.counted(new.episodes, 'episode')} new"
            self.say(f"Taken in: {told}{left}. F3 lists the clients.", "notice" if left else "ok")

    # Showing

    def _tell(self, title: str, report: ImportReport, *, dry_run: bool) -> None:
        short = replace(report, path=Path(path_text(report.path)))
        told = told_as_text(short, dry_run=dry_run, update=self._taking.update, terms=self.program.terms)
        self._show([title, "", *(f"  {line}" for line in told)], ways_on=dry_run)

    def _show(self, lines: list[str], *, ways_on: bool = True) -> None:
        one = self._taking
        ways = (
            ("import.update", "--update", one.update),
            ("import.columns", "--any-columns", one.any_columns),
            ("import.deleted", "--take-deleted", one.deleted),
            ("import.others", "--as-others", one.others),
            ("import.dates", "--dates day-first", bool(one.dates)),
        )
        told = [
            f"  {REGISTRY.key_text(id):3} [{'x' if on else ' '}] {REGISTRY[id].tooltip} ({option})"
            for id, option, on in ways
        ]
        self.page.show([*lines, "", "# How it is taken", "", *told] if ways_on else lines)


def _written(store: "Store", *, job: Importer, code: str, person: str, clock: Callable[[], datetime]) -> ImportReport:
    """In a thread: write what was prepared."""
    return job.write(store, code, person, clock())
