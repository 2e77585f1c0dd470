"""Withdrawals that no extract can carry: each stays here until somebody told whoever has the data, and ticks it."""

from collections.abc import Callable, Mapping

from exporters.records import consent
from store.month.withdrawals import to_tell
from store.records.consent import ConsentEntry, ConsentPlace
from store.snapshot import Snapshot
from tui.form.dates import show_date
from tui.screens.registry import SCREENS
from tui.session.filtered_screen import StoredTableScreen, TableContents
from tui.session.wording import when
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.paged_table import Column, Row
from validators.standard.terminology import counted

SCOPE = SCREENS["withdrawals"].scope
COLUMNS = (Column("Withdrawn", 14), Column("By", 8), Column("Client", 10), Column("Closed", 12), Column("Note", 0))
REGISTRY.add(
    action("withdrawals.filter", "slash", "Filter", "Only lines with these words", SCOPE, "filter", bar=True),
    action("withdrawals.tick", "t", "Tick", "Whoever has the data was told; or take that back", SCOPE, "tick", True),
    action("withdrawals.ticked", "l", "Ticked", "Show those that are ticked, too", SCOPE, "ticked", True),
)


class WithdrawalsScreen(StoredTableScreen[ConsentPlace]):
    """The withdrawals, the latest first; Enter goes to the episode."""

    scope = "withdrawals"
    heading = "Withdrawals to tell"

    columns = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.with_ticked = False

    def question(self) -> Callable[[Snapshot], TableContents[ConsentPlace]]:
        """Those that nobody ticked; with `l` the ticked ones, too."""
        app, ticked = self.program, self.with_ticked
        agency, today = app.agency, app.today()

        def read(snapshot: Snapshot) -> TableContents[ConsentPlace]:
            found = to_tell(snapshot, agency, today, settled=ticked)
            waiting = sum(one.entry is not None and one.entry.settled_at is None for one in found)
            about = f"{counted(waiting, 'withdrawal')} that no extract can carry: tell {consent.WHOM}."
            return TableContents(found, about, "Nobody is to be told of a withdrawal.")

        return read

    def key_of(self, one: ConsentPlace) -> object:
        """An episode stands here once for each consent that was taken back."""
        return self._entry(one).id

    def text_of(self, one: ConsentPlace) -> str:
        """The client, and all that is told."""
        return f"{one.reference} {self._told(one)}"

    def _told(self, one: ConsentPlace) -> str:
        entry = self._entry(one)
        at = when(entry.entered_at, self.program.today()) if entry.entered_at is not None else ""
        return consent.withdrawal_told(entry, at)

    @staticmethod
    def _entry(one: ConsentPlace) -> ConsentEntry:
        assert one.entry is not None
        return one.entry

    def row_of(self, one: ConsentPlace) -> Row:
        """When, by whom, which client, since when closed; whom one told, or the note."""
        entry = self._entry(one)
        at = when(entry.entered_at, self.program.today()) if entry.entered_at is not None else ""
        closed = "deleted" if one.deleted else show_date(one.closed, "YYYY-MM-DD") or one.closed
        ticked = "" if entry.settled_at is None else f"(told) {entry.settled_how}"
        which = "IPS. " if entry.purpose == "ips" else ""
        return at, entry.entered_by, one.reference, closed, which + (ticked or entry.note)

    def told_of(self, one: ConsentPlace) -> tuple[str, ...]:
        """The withdrawal in words."""
        return self._told(one), f"Client {one.reference}. Enter goes to the record."

    def on_line_list_chosen(self) -> None:
        """Enter: the episode."""
        one = self.current
        if one is not None:
            header = self.program.standard.role("consent")
            self.program.open_client(one.client_id, one.episode_id, header=header)

    def action_ticked(self) -> None:
        """`l`: with those that are ticked, or without them."""
        self.with_ticked = not self.with_ticked
        self.action_refresh_data()

    def action_tick(self) -> None:
        """`t`: say whom one told; or take a tick back."""
        one = self.current
        if one is None:
            self.say("Choose one first.")
            return
        entry = self._entry(one)

        def told(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                how = texts["how"]
                self.program.write(
                    lambda unit: consent.tick(unit, entry.id, how),
                    on_done=self._done,
                    on_problem=dialog.refused,
                    hold=True,
                )

        def back(letter: str | None) -> None:
            if letter == "t":
                self.program.write(lambda unit: consent.take_back(unit, entry.id), on_done=self._done, hold=True)

        if entry.settled_at is None:
            about = [f"Client {one.reference}: kept with the withdrawal."]
            of = "withdrawal told", entry.id
            dialog = Asking("Whoever has the data was told", about, [Asked("how", "Whom, and how")], of=of)
            self.app.push_screen(dialog, told)
        else:
            answers = [Answer("t", "Take the tick back: it is on the list again")]
            self.app.push_screen(Confirm("A withdrawal that was told", [entry.settled_how], answers), back)

    def _done(self, entry: ConsentEntry) -> None:
        self.say("Ticked." if entry.settled_at is not None else "It is on the list again.", "ok")
        self.action_refresh_data()
