"""The cases behind one number of a measure; Enter opens the client at the episode."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from exporters.measures import MOST_CASES, Case, cases
from tui.form.dates import show_date
from tui.frame.base_screen import BaseScreen
from tui.frame.paged_table import Column, PagedTable, Row
from tui.frame.text_line import TextLine
from validators.measure_data import Measure
from validators.measures import Line, Span

if TYPE_CHECKING:
    from tui.app import KeyworkApp

COLUMNS = (
    Column("Client", 17),
    Column("Initials", 8),
    Column("Referred", 12),
    Column("Started", 12),
    Column("Ended", 12),
    Column("Reason", 0),
)


class MeasureCasesScreen(BaseScreen[None]):
    """The cases, in order of entry."""

    scope = "measure_cases"

    def __init__(self, measure: Measure, line: Line, span: Span, days: str) -> None:
        super().__init__()
        self.title = measure.title
        self.measure, self.line, self.span, self.days = measure, line, span, days
        self.about = TextLine(id="about")
        self.found: list[Case] = []

    @property
    def program(self) -> "KeyworkApp":
        """The app, as what it is."""
        return cast("KeyworkApp", self.app)

    def body(self) -> Iterable[Widget]:
        """Which number, then its cases."""
        self.table = PagedTable(
            COLUMNS,
            lambda: len(self.found),
            lambda offset, limit: [self._row(one) for one in self.found[offset : offset + limit]],
            lambda id: next((at for at, one in enumerate(self.found) if one.episode_id == id), None),
            "Reading ...",
        )
        yield self.about
        yield self.table

    def on_mount(self) -> None:
        """Read."""
        self.table.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        app = self.program
        which = (app.agency, app.standard, self.span, self.measure.id, self.line.key)
        app.in_store(cases, *which, on_done=self._came, hold=True)

    def _came(self, found: list[Case]) -> None:
        if not self.is_attached:
            return
        self.found = found
        first = "the first " if len(found) == MOST_CASES else ""
        self.about.show((f" {self.line.label}, {self.days}: {first}{len(found):,}", "dim"))
        self.table.empty = "No case any more."
        self.table.reload()

    def _row(self, one: Case) -> Row:
        layout = self.program.standard.date_layout.text
        typed = (show_date(text, layout) or text for text in (one.opened, one.closed))
        opened, closed = typed
        days = opened, show_date(one.started, "YYYY-MM-DD"), closed
        return one.episode_id, one.reference, one.initials, *days, one.reason

    def on_screen_resume(self) -> None:
        """Back from a client, who may have gone from here."""
        super().on_screen_resume()
        if self.is_attached and self.found:
            self.action_refresh_data()

    def on_line_list_chosen(self) -> None:
        """Enter: the client, at the episode."""
        one = self.found[self.table.cursor]
        self.program.open_client(one.client_id, one.episode_id)
