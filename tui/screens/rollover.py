"""What the next roll-over drops: episodes closed before the new base date, the faulty ones first."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from exporters.month.rollover import next_roll_over, told_of_undated
from store.month import calendar as stored_calendar
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line
from tui.widgets.text_line import Piece, TextLine
from tui.widgets.theme import MARKS
from validators.calendar.calendar import CalendarEntry, in_words
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.month.facts import Dropped, RollOver

PAGE = 500


class DropList(LineList):
    """The episodes; more are asked for when the last one is reached."""

    head_lines = 1

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Dropped] = []

    @property
    def row_count(self) -> int:
        """How many were read."""
        return len(self.items)

    def head_of(self, line: int) -> Sequence[Piece]:
        """Headings."""
        return [(f"   {'Client':24} {'Initials':9} {'Closed':12} What the last check found", "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """One episode, escaped."""
        one = self.items[row]
        worst = "error" if one.errors else "warning" if one.warnings else ""
        counted = [(one.errors, "error"), (one.warnings, "warning")]
        parts = [f"{many} {word}{'' if many == 1 else 's'}" for many, word in counted if many]
        closed = one.closed or "no dates  "
        text = f"{one_line(one.reference or '(no reference)', 24)} {one_line(one.initials, 9)} {closed}   "
        return [
            (f" {MARKS[worst] if worst else ' '} ", worst or "text"),
            (text, "text"),
            (", ".join(parts) or ("nothing" if one.closed else "without consent"), worst or "dim"),
        ]


class RollOverScreen(StoreScreen[None]):
    """The list, with what it means above it. Enter opens the episode."""

    scope = "rollover"
    heading = "What the next roll-over drops"

    def __init__(self) -> None:
        super().__init__()
        self.told = tuple(TextLine() for _ in range(4))
        self.list = DropList()
        self._found: RollOver | None = None
        self._read_so_far = 0
        self._refresher = Refresher(self, self._question, self._read)

    def body(self) -> Iterable[Widget]:
        """Words, then the list."""
        yield from self.told
        yield self.list

    def on_mount(self) -> None:
        """Read."""
        self.list.focus()
        self.told[3].display = False
        self.read(hold=True)

    def read(self, hold: bool = False) -> None:
        """Read as many as were read before, in a thread."""
        self._refresher.read(hold)

    def _question(self) -> "Question[tuple[CalendarEntry, RollOver] | None]":
        agency, today = self.program.agency, self.program.today()
        limit = max(PAGE, self._read_so_far)
        return lambda snapshot: next_roll_over(snapshot, agency, today, limit)

    def _read(self, found: "tuple[CalendarEntry, RollOver] | None") -> None:
        if found is None:
            self.told[0].show((" This calendar has no base date that rolls on: nothing is dropped.", "text"))
            return
        entry, drops = found
        self._found = drops
        many = counted(drops.episodes, self.program.standard.word("episode"))
        self.told[0].show(
            (f" From {entry.title} on, the period starts on "
             f"{in_words(drops.base)}.", "text")
        )  # fmt: skip
        self.told[1].show((f" {many} closed before that day will then be in no return any more.", "text"))
        self.told[2].show(
            (
                f" {drops.with_errors:,} with errors, {drops.with_warnings:,} with warnings only, by the last check.",
                "heading",
            )
        )
        self.told[3].show((f" {told_of_undated(self.program.standard, len(drops.undated))}", "text"))
        self.told[3].display = bool(drops.undated)
        self._show(list(drops.items))

    def _show(self, items: "list[Dropped]") -> None:
        """What is dropped, and behind the last of it what never is; the same episode chosen while it is there."""
        drops, at = self._found, self.list.cursor
        chosen = self.list.items[at].episode_id if self.list.items else ""
        self._read_so_far = len(items)
        self.list.items = [*items, *(drops.undated if drops is not None and len(items) >= drops.episodes else ())]
        self.list.go(next((row for row, one in enumerate(self.list.items) if one.episode_id == chosen), at), quiet=True)
        self.list.refresh()

    def on_line_list_moved(self) -> None:
        """At the end of what was read: read on."""
        drops = self._found
        if drops is None or self.list.cursor < len(self.list.items) - 1 or self._read_so_far >= drops.episodes:
            return
        agency, offset, base, since = self.program.agency, self._read_so_far, drops.base, drops.since

        def came(more: "RollOver") -> None:
            if self._read_so_far == offset and self._found is drops:
                self._show([*self.list.items, *more.items])

        self.program.read(
            lambda snapshot: stored_calendar.roll_over(snapshot, agency, base, since=since, offset=offset, limit=PAGE),
            on_done=came,
            hold=True,
        )

    def on_line_list_chosen(self) -> None:
        """Enter: the client, at the episode."""
        one = self.list.items[self.list.cursor]
        self.program.open_client(one.client_id, one.episode_id)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody saved something."""
        self.read()

    def action_refresh_data(self) -> None:
        """F5."""
        self.read()
