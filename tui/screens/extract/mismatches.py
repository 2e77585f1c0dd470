"""Mismatches against what was sent: each explained, mended in its record (Enter), or confirmed with a reason."""

from collections.abc import Callable, Mapping

from exporters.extracts.mismatches import TITLES, Mismatch, Mismatches, confirm, find_mismatches
from exporters.extracts.preview import Preview
from store.month import sent as stored_sent
from tui.session.filtered_screen import FilteredTableScreen, TableContents
from tui.session.refresher import Question, Refresher
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.paged_table import Column, Row
from validators.local_time import date_text

COLUMNS = (Column("State", 8), Column("Client", 10), Column("Kind", 17), Column("Why", 0))
MARK = {"open": "! open", "confirmed": "✓ conf.", "explained": "i expl."}


class MismatchesScreen(FilteredTableScreen[Mismatch]):
    """The list; open ones first as they come, each said in full below."""

    scope = "extract_mismatches"
    heading = "Mismatches"
    columns = COLUMNS
    detail_lines = 4

    def __init__(self, preview: Preview, found: Mismatches, judged: Callable[[Mismatches], object]) -> None:
        """`judged` is told of the mismatches when something was confirmed or taken back."""
        super().__init__()
        self._preview, self.found, self._judged = preview, found, judged
        self._refresher = Refresher(self, self._question, self._came)

    def begin(self) -> None:
        """What was found, and against what."""
        sent, about = self.found.sent, ""
        if sent is not None and sent.sent_at is not None:
            about = f"Against the extract of {sent.submission} that {sent.sent_by} sent on {date_text(sent.sent_at)}."
        self.show_contents(TableContents(self.found.found, about, "There is none."))

    def _title(self, one: Mismatch) -> str:
        return TITLES[one.kind].told(self.program.terms)

    def row_of(self, one: Mismatch) -> Row:
        """How it stands, whose it is, of what kind, why."""
        return MARK[one.state], one.reference or one.client, self._title(one), one.told

    def text_of(self, one: Mismatch) -> str:
        """All of the line, and what it is about."""
        return f"{one.state} {self._title(one)} {one.subject} {one.client} {one.reference} {one.told}"

    def count_told(self) -> str:
        """How many are to be done."""
        return f"{len(self.found.open)} open of {len(self.found.found)}"

    def told_of(self, one: Mismatch) -> list[str]:
        """In words, field by field, and what was said of it."""
        by_header = self._preview.standard.by_header
        lines = self.broken(f"{self._title(one)}: {one.subject}. {one.told}")
        fields = (f"{by_header[f.header].label} was {f.was or 'empty'}, is {f.now or 'empty'}" for f in one.fields)
        return lines + [line for line in ["; ".join(fields), self._word(one)] if line]

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
                app.write(
                    lambda unit: confirm(unit, sent, one, reason), on_done=self._find_anew, on_problem=dialog.refused
                )

        asked = Asked("reason", "Reason why this is right")
        about = [f"{self._title(one)}: {one.told}"]
        dialog = Asking("Confirm the mismatch", about, [asked], of=("mismatch", app.agency.id, one.kind, one.subject))
        self.app.push_screen(dialog, came)

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
        self._refresher.read()

    def _question(self) -> Question[Mismatches]:
        preview = self._preview
        return lambda snapshot: find_mismatches(snapshot, preview)

    def _came(self, found: Mismatches) -> None:
        self.found = found
        self._judged(found)
        self.begin()
        self.say("Kept.", "ok")
