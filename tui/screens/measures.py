"""What the agency is measured by, worked out from its own records; Enter shows the cases behind a number."""

from collections.abc import Iterable, Sequence
from datetime import date

from textual.widget import Widget

from exporters.month.measures import MOST_CASES, MeasureCase, bar, cases, headline, measured
from tui.form.dates import show_date
from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.actions import REGISTRY, action
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.text_page import PageScreen, wrapped
from validators.calendar.calendar import in_words
from validators.measures import MeasureLine, Result, Span, quarter
from validators.problems import Problem
from validators.standard.measures import Measure

# The cases behind one number of a measure; Enter opens the client at the episode.

COLUMNS = (
    Column("Client", 17),
    Column("Initials", 8),
    Column("Referred", 12),
    Column("Started", 12),
    Column("Ended", 12),
    Column("Reason", 0),
)


class MeasureCasesScreen(StoreScreen[None]):
    """The cases, in order of entry."""

    scope = "measure_cases"

    def __init__(self, measure: Measure, line: MeasureLine, span: Span, days: str) -> None:
        super().__init__()
        self.title = measure.title
        self.measure, self.line, self.span, self.days = measure, line, span, days
        self.about = TextLine(id="about")
        self.found: list[MeasureCase] = []
        self._refresher = Refresher(self, self._question, self._came)

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
        self._refresher.read(hold=True)

    def _question(self) -> Question[list[MeasureCase]]:
        app = self.program
        which = (app.agency, app.standard, self.span, self.measure.id, self.line.key)
        return lambda snapshot: cases(snapshot, *which)

    def _came(self, found: list[MeasureCase]) -> None:
        self.found = found
        first = "the first " if len(found) == MOST_CASES else ""
        self.about.show((f" {self.line.label}, {self.days}: {first}{len(found):,}", "dim"))
        self.table.empty = "No case any more."
        self.table.reload()

    def _row(self, one: MeasureCase) -> Row:
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


SCOPE = SCREENS["measures"].scope
EVER = Span(date(1900, 1, 1), date(2199, 12, 31))
PAGE_WIDTH = 76
REGISTRY.add(
    action("measures.before", "p", "Before", "The quarter before", SCOPE, "quarter(-1)", bar=True),
    action("measures.after", "n", "After", "The quarter after", SCOPE, "quarter(1)", bar=True),
    action("measures.all", "a", "All days", "All days there are, or the quarter again", SCOPE, "all_days", bar=True),
    action("measures.reckoned", "d", "Definition", "How the measure is reckoned", SCOPE, "definition", bar=True),
)


class MeasureList(LineList):
    """Each measure with its lines; a bar beside each share."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[Result, MeasureLine | None]] = []

    @property
    def row_count(self) -> int:
        """Measures and their lines."""
        return len(self.rows)

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """A measure's name and what it comes to, or one of its lines."""
        found, line = self.rows[row]
        if line is None:
            known = found.percent is not None
            state = "warning" if found.is_met is False else "text"
            told = headline(found) if known else "not computable"
            return [
                (f" {printable(found.measure.title)}: ", "heading"),
                (printable(told), state if known else "warning"),
            ]
        share = f"{line.percent:5.1f} %" if line.percent is not None and not found.why else " " * 7
        drawn = bar(line.count, line.of, max(8, self.size.width - 58)) if not found.why else ""
        return [(f"   {fit(printable(line.label), 41)}{line.count:>7,} {share} ", "text"), (drawn, "heading")]


class MeasuresScreen(StoreScreen[None]):
    """The measures over a quarter; `p` and `n` go to another one."""

    scope = "measures"
    heading = "Measures"

    def __init__(self) -> None:
        super().__init__()
        self.about = TextLine(id="about")
        self.list = MeasureList()
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3))
        self.step, self.all_days = -1, False
        self._refresher = Refresher(self, self._question, self._came, self._none)

    @property
    def span(self) -> Span:
        """The days looked at; at first the last quarter that is over."""
        return EVER if self.all_days else quarter(self.program.today(), self.step)

    def body(self) -> Iterable[Widget]:
        """Which days, the measures, a few words on the chosen line."""
        yield self.about
        yield self.list
        yield from self.details

    def on_mount(self) -> None:
        """Work them out."""
        self.list.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self.about.show((f" {self._days()}: reading ...", "dim"))
        self._refresher.read()

    def _question(self) -> Question[tuple[Span, list[Result]]]:
        app, span = self.program, self.span
        agency, standard = app.agency, app.standard
        return lambda snapshot: (span, measured(snapshot, agency, standard, span))

    def _came(self, found: tuple[Span, list[Result]]) -> None:
        span, results = found
        if span != self.span:
            return
        self.about.show((f" {self._days()}. From this store's own records: our estimate.", "dim"))
        self.list.rows = [(found, line) for found in results for line in (None, *found.lines)]
        self.list.go(self.list.cursor, quiet=True)
        self.list.refresh()
        self._tell()

    def _none(self, problem: Problem) -> None:
        self.about.show((f" {problem.told(self.program.terms)}", "warning"))

    def _days(self) -> str:
        if self.all_days:
            return "All days"
        return f"{_shown(self.span.first)} to {_shown(self.span.last)}"

    def on_line_list_moved(self) -> None:
        """Another line: what it is."""
        self._tell()

    def _tell(self) -> None:
        lines = ["", "", ""]
        if self.list.rows:
            found, line = self.list.rows[self.list.cursor]
            text = f"Not computable: {found.why}." if found.why else " ".join(found.measure.definition.split())
            told = wrapped(text, self.size.width - 2)
            lines = [*told[:2], "", ""][:2]
            if len(told) > len(lines):
                lines[1] = f"{lines[1][: self.size.width - 7].rstrip()} ..."
            if line is None and found.asks:
                lines.append("Enter: say in the settings what each reason means; then it is worked out. d: how.")
            else:
                shows = line is not None and line.count
                lines.append("Enter shows these cases." if shows else "d: how it is reckoned.")
        for piece, text in zip(self.details, lines, strict=True):
            piece.show((f" {printable(text)}", "panel"))

    def on_line_list_chosen(self) -> None:
        """Enter: the cases of a line; of a measure its definition, or the setting without which there is none."""
        found, line = self.list.rows[self.list.cursor]
        if line is None and found.asks:
            self.program.open_screen("settings", setting=found.asks)
        elif line is None:
            self.action_definition()
        elif not line.count:
            self.say("There is no case in this line.")
        else:
            self.app.push_screen(MeasureCasesScreen(found.measure, line, self.span, self._days()))

    def action_definition(self) -> None:
        """`d`: how the measure is reckoned, what is assumed, where it comes from."""
        if self.list.rows:
            found, _ = self.list.rows[self.list.cursor]
            lines = ["", f"  {headline(found)}", "", "# How it is reckoned", ""]
            lines += [
                f"  {line}" for line in wrapped(" ".join(found.measure.definition.split()) or "Not here.", PAGE_WIDTH)
            ]
            lines += ["", "# Source", "", *(f"  {line}" for line in wrapped(found.measure.source, PAGE_WIDTH))]
            if found.measure.setting:
                lines += ["", f"  The agency's setting: {found.measure.setting} (Settings in the palette changes it)."]
            self.app.push_screen(PageScreen(found.measure.title, lines))

    def action_quarter(self, way: int) -> None:
        """`p`, `n`: another quarter."""
        self.all_days, self.step = False, self.step + way
        self.action_refresh_data()

    def action_all_days(self) -> None:
        """`a`: all days, or the quarter again."""
        self.all_days = not self.all_days
        self.action_refresh_data()

    def on_screen_resume(self) -> None:
        """Back from a record or the settings."""
        super().on_screen_resume()
        if self.is_attached and self.list.rows:
            self.action_refresh_data()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something: said, not reckoned anew, for that reads every record."""
        self.say("Somebody saved something: F5 works the measures out anew.")


def _shown(day: date) -> str:
    return in_words(day)
