"""The manager's page on the screen, and as an HTML file to be sent or printed."""

from collections.abc import Iterable, Mapping
from datetime import date

from textual.widget import Widget

from exporters.report.html import as_html
from exporters.report.page import ManagerPage, count_mismatches, read_page
from exporters.report.text import as_text
from exporters.work import Work
from store.disk.files import write_new
from store.disk.user import home, path_typed
from tui.session.background_check import caseload_check
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.text import printable
from tui.widgets.text_page import TextPage
from validators.problems import Problem

REGISTRY.add(action("report.write", "f2", "As HTML", "Write the page into an HTML file", {"report"}, "write", bar=True))


class ReportScreen(StoreScreen[None]):
    """The page as text, to be scrolled."""

    scope = "report"
    heading = "Report"

    def __init__(self) -> None:
        super().__init__()
        self.text = TextPage([])
        self.page: ManagerPage | None = None
        self._mismatches: tuple[date, int] | None = None
        self._comparing = False
        self._refresher = Refresher(self, self._question, self._came, self._failed, self._settled)

    def body(self) -> Iterable[Widget]:
        """The text."""
        yield self.text

    def on_mount(self) -> None:
        """Read; check what is due."""
        self.text.focus()
        self._refresher.read(hold=True)
        check = caseload_check(self.program)
        check.tell(self.checked)
        check.start()

    def on_unmount(self) -> None:
        """Nobody is told any more."""
        caseload_check(self.program).tell_no_more(self.checked)

    def checked(self, done: int, due: int) -> None:
        """The check has come to its end."""
        if done == due:
            self._mismatches = None
            self._refresher.read()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody did something."""
        self._refresher.read()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read()

    def _question(self) -> Question[ManagerPage]:
        work = Work(self.program.agency, self.program.standard, self.program.today())
        # Counted before midnight, they may be those of the submission that was at hand then.
        known = self._mismatches[1] if self._mismatches and self._mismatches[0] == work.today else None
        return lambda snapshot: read_page(snapshot, work, mismatches=known)

    def _came(self, page: ManagerPage) -> None:
        self.page = page
        self.text.show([printable(line) for line in as_text(page)])

    def _settled(self, page: ManagerPage) -> None:
        """Count the mismatches against what was sent last, apart: it takes as long as to write an extract."""
        if self._comparing or not page.to_compare:
            return
        self._comparing = True
        work = Work(self.program.agency, self.program.standard, self.program.today())

        def came(many: int) -> None:
            self._comparing, self._mismatches = False, (work.today, many)
            self._refresher.read()

        def failed(problem: Problem) -> None:
            self._comparing = False
            self._failed(problem)

        self.program.read(lambda snapshot: count_mismatches(snapshot, work), on_done=came, on_problem=failed)

    def _failed(self, problem: Problem) -> None:
        self.say(problem.sentence, "error")

    def action_write(self) -> None:
        """F2: into which file, on the host that the program runs on."""
        page = self.page
        if page is None:
            return
        name = f"report-{page.agency}-{page.made_on:%Y-%m-%d}.html"
        about = ["One file without scripts, private to you; it prints on one side of A4 and names no client."]

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            target = path_typed(texts["file"]).absolute()
            self.program.in_store(
                lambda store: write_new(target, lambda path: path.write_bytes(as_html(page))),
                on_done=lambda _: self.say(f"Written: {target}", "ok"),
                hold=True,
            )

        asked = [Asked("file", "File on this host", str(home() / name))]
        self.app.push_screen(Asking("The page as HTML", about, asked), answered)
