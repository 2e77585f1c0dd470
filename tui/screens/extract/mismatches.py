"""Mismatches against what was sent: each explained, mended in its record (Enter), or confirmed with a reason."""

from collections.abc import Callable, Iterable, Mapping

from textual.widget import Widget

from exporters.extracts.mismatches import TITLES, Mismatch, Mismatches, confirm, find_mismatches
from exporters.extracts.preview import Preview
from store.month import sent as stored_sent
from tui.session.filtered_screen import FilteredScreen
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.line_list import LineList
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from validators.local_time import date_text

COLUMNS = (Column("State", 8), Column("Client", 10), Column("Kind", 17), Column("Why", 0))
MARK = {"open": "! open", "confirmed": "✓ conf.", "explained": "i expl."}


class MismatchesScreen(FilteredScreen):
    """The list; open ones first as they come, each said in full below."""

    scope = "extract_mismatches"
    heading = "Mismatches"

    def __init__(self, preview: Preview, found: Mismatches, judged: Callable[[Mismatches], object]) -> None:
        """`judged` is told of the mismatches when something was confirmed or taken back."""
        super().__init__()
        self._preview, self.found, self._judged = preview, found, judged
        self._shown: list[Mismatch] = []
        self.details = tuple(TextLine(rest="panel", id=f"detail-{number}") for number in (1, 2, 3, 4))

    @property
    def listed(self) -> LineList:
        """The list that is filtered."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """Against what, filter, lines, all of the chosen one."""
        self.table = PagedTable(COLUMNS, lambda: len(self._shown), self._rows, empty="There is none.")
        self.about = TextLine(id="about")
        yield self.about
        yield self.find_line
        yield self.table
        yield from self.details

    def on_mount(self) -> None:
        """The list has the keys."""
        sent = self.found.sent
        if sent is not None and sent.sent_at is not None:
            told = f"Against the extract of {sent.submission} that {sent.sent_by} sent on {date_text(sent.sent_at)}."
            self.about.show((f" {told}", "dim"))
        self.table.focus()
        self.filter_by("")

    def _title(self, one: Mismatch) -> str:
        return TITLES[one.kind].told(self.program.terms)

    def _rows(self, offset: int, limit: int) -> list[Row]:
        some = self._shown[offset : offset + limit]
        return [
            (offset + at, MARK[one.state], one.reference or one.client, self._title(one), one.told)
            for at, one in enumerate(some)
        ]

    @property
    def current(self) -> Mismatch | None:
        """The chosen mismatch."""
        at = self.table.current_id
        return self._shown[at] if isinstance(at, int) and at < len(self._shown) else None

    def filter_by(self, text: str) -> None:
        """Leave only the lines that have all the words."""
        words = text.casefold().split()

        def told(one: Mismatch) -> str:
            return f"{one.state} {self._title(one)} {one.subject} {one.client} {one.reference} {one.told}".casefold()

        self._shown = [one for one in self.found.found if all(word in told(one) for word in words)]
        self.table.reload()
        counts = f"{len(self.found.open)} open of {len(self.found.found)}"
        self.find_line.tell((counts.rjust(29), "dim"))

    def on_paged_table_filter_wanted(self) -> None:
        """`/` on the list."""
        self.action_filter()

    def on_line_list_moved(self) -> None:
        """Another line: all of it below."""
        one = self.current
        lines: list[str] = []
        if one is not None:
            by_header = self._preview.standard.by_header
            lines = wrapped(f"{self._title(one)}: {one.subject}. {one.told}", max(20, self.size.width - 2))
            fields = (f"{by_header[f.header].label} was {f.was or 'empty'}, is {f.now or 'empty'}" for f in one.fields)
            lines += [line for line in ["; ".join(fields), self._word(one)] if line]
        for line, text in zip(self.details, [*lines, "", "", "", ""], strict=False):
            line.show((f" {text}", "panel"))

    def _word(self, one: Mismatch) -> str:
        if one.confirmed is not None:
            return f"Confirmed by {one.confirmed.confirmed_by}: {one.confirmed.reason}"
        if one.lapsed is not None:
            return (
                f"What {one.lapsed.confirmed_by} confirmed ({one.lapsed.reason}) has lapsed: it is another thing now."
            )
        return "" if one.is_explained else "Enter goes to the record to mend it; F2 confirms that it is right."

    # Keys

    def on_line_list_chosen(self) -> None:
        """Enter: to the record, at the field."""
        one = self.current
        if one is None:
            return
        if one.client_id:
            self.program.open_client(one.client_id, one.episode_id, one.event_id, one.header)
        else:
            self.say("The store has no record of that identifier any more.", "notice")

    def action_confirm(self) -> None:
        """F2: with a reason."""
        one = self.current
        if one is None or one.state != "open":
            self.say("Choose one that is open: only those are confirmed.", "notice")
            return
        app = self.program

        def came(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                sent, reason = self.found.sent, texts["reason"]
                assert sent is not None
                app.write(lambda unit: confirm(unit, sent, one, reason), on_done=self._find_anew)

        asked = Asked("reason", "Reason why this is right")
        self.app.push_screen(Asking("Confirm the mismatch", [f"{self._title(one)}: {one.told}"], [asked]), came)

    def action_withdraw(self) -> None:
        """Del: a confirmation is taken back."""
        one = self.current
        if one is None or one.confirmed is None:
            self.say("Choose one that is confirmed.", "notice")
            return
        id = one.confirmed.id
        self.program.write(lambda unit: stored_sent.withdraw(unit, id), on_done=self._find_anew)

    def _find_anew(self, _: object) -> None:
        """It is written; comparing takes too long to be done within it."""
        preview = self._preview
        self.program.read(lambda snapshot: find_mismatches(snapshot, preview), on_done=self._came)

    def _came(self, found: Mismatches) -> None:
        self.found = found
        self._judged(found)
        self.filter_by(self.find_line.text)
        self.say("Kept.", "ok")
