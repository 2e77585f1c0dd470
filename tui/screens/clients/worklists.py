"""Worklists: what waits for somebody in the caseload, each with its number; Enter lists the clients."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from exporters.records import worklists
from exporters.records.worklists import WorklistCount
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line, width_of
from tui.widgets.text_line import Piece
from validators.standard.terminology import counted


class WorklistList(LineList):
    """The worklists, those that somebody is on drawn more plainly."""

    head_lines = 1

    def __init__(self) -> None:
        super().__init__(id="worklists")
        self.shown: Sequence[WorklistCount] = ()

    @property
    def row_count(self) -> int:
        """How many there are."""
        return len(self.shown)

    def head_of(self, line: int) -> Sequence[Piece]:
        """What the lines are."""
        return [(" What waits for somebody; Enter lists the clients", "heading")]

    def show(self, shown: Sequence[WorklistCount]) -> None:
        """Show other numbers, the same worklist chosen; at first the one where somebody waits."""
        waiting = next((row for row, one in enumerate(shown) if one.number), 0)
        at = self.cursor if self.shown else waiting
        self.shown = shown
        self.go(at, quiet=True)
        self.refresh()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Title, then how many clients."""
        one = self.shown[row]
        count = f"{counted(one.number, 'client')} "
        room = max(10, self.size.width - 2 - width_of(count))
        return [
            (f" {one_line(one.title, room)} ", "text" if one.number else "dim"),
            (count, "text" if one.number else "dim"),
        ]


class WorklistsScreen(StoreScreen[None]):
    """The worklists of the data set at hand."""

    scope = "worklists"
    heading = "Worklists"

    def __init__(self) -> None:
        super().__init__()
        self.list = WorklistList()
        self._refresher = Refresher(self, self._question, self.list.show)

    def body(self) -> Iterable[Widget]:
        """The list alone."""
        yield self.list

    def on_mount(self) -> None:
        """Count."""
        self.list.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def _question(self) -> Question[Sequence[WorklistCount]]:
        app = self.program
        about = (app.agency, app.standard, app.today(), app.settings.quiet_weeks)
        return lambda snapshot: worklists.counts(snapshot, *about)

    def on_line_list_chosen(self) -> None:
        """Enter."""
        if self.list.cursor < len(self.list.shown):
            self.program.open_screen("clients", self.list.shown[self.list.cursor].name)

    def on_screen_resume(self) -> None:
        """Back from a list somebody worked along."""
        super().on_screen_resume()
        self.action_refresh_data()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.action_refresh_data()
