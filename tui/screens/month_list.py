"""The lines of the Month screen: the causes by size, and what else leads on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from exporters.checklist import counted
from exporters.month_view import MonthView, roll_text
from exporters.standing import Standing
from tui.frame.actions import REGISTRY
from tui.frame.line_list import LineList
from tui.frame.printable import one_line, width_of
from tui.frame.text_line import Piece
from tui.frame.tokens import MARKS
from tui.screens.findings_groups import rule_title

if TYPE_CHECKING:
    from validators.standard import Standard

CAUSES = 9
FEWEST_CAUSES = 3
"""Causes shown even where there is no room for them."""


@dataclass(frozen=True)
class Line:
    """One line to go somewhere from: its mark, what it says, a count at the right, where to.

    `key` is the digit that goes there, or the name of the screen's action that does.
    """

    key: str
    severity: str
    text: str
    count: str = ""
    goes_to: str = ""
    goes_with: str = ""


class MonthList(LineList):
    """Causes and what else leads on. A digit goes where its line goes."""

    head_lines = 1

    class Wanted(Message):
        """A line's key was pressed."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__(id="causes")
        self.lines: tuple[Line, ...] = ()

    @property
    def row_count(self) -> int:
        """Its lines."""
        return len(self.lines)

    @property
    def current(self) -> Line | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        if tuple(lines) != self.lines:
            self.lines = tuple(lines)
            self.go(self.cursor, quiet=True)
            self.refresh()

    def head_of(self, line: int) -> Sequence[Piece]:
        """What the lines are."""
        return [(" In the way, the largest first; Enter or the key at the left goes there", "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Key, mark, text, count."""
        line = self.lines[row]
        count = f" {line.count} " if line.count else ""
        room = max(10, self.size.width - 6 - width_of(count))
        mark = MARKS.get(line.severity, " ")
        key = REGISTRY.key_text(line.key).lower() if line.key in REGISTRY else line.key
        return [
            (f" {key or ' '} ", "dim"),
            (f"{mark} ", line.severity or "text"),
            (one_line(line.text, room), "text"),
            (count, "dim"),
        ]

    def on_key(self, event: events.Key) -> None:
        """A line's key; moving is the list's."""
        found = next((line for line in self.lines if line.key and line.key == event.key), None)
        if found is None:
            return
        self.post_message(self.Wanted(found))
        event.stop()
        event.prevent_default()


def lines_of(view: MonthView, standard: "Standard", room: int) -> list[Line]:
    """The causes by size, then the checklist, drafts, the roll-over and the gap; in `room` lines where they fit."""
    one = view.standing
    others = other_lines(view)
    causes = one.figures.causes
    many = len(causes) if len(causes) <= CAUSES else CAUSES
    if many + len(others) + (len(causes) > many) > room:
        many = min(many, max(FEWEST_CAUSES, room - len(others) - 1))
    found: list[Line] = []
    for number, cause in enumerate(causes[:many], 1):
        accepted = f", {cause.accepted:,} accepted" if cause.accepted else ""
        title = rule_title(standard, cause.rule)
        count = f"{cause.count:,}{accepted}"
        found.append(Line(str(number), cause.severity.value, title, count, "findings", cause.rule))
    if len(causes) > many:
        found.append(
            Line("0", "", f"All findings, by {counted(len(causes) - many, 'more rule')} too", goes_to="findings")
        )
    if not causes and not one.figures.stale:
        found.append(Line("0", "ok", "No error and no warning in what would be sent", goes_to="findings"))
    return found + others


def other_lines(view: MonthView) -> list[Line]:
    """What leads on besides the causes."""
    one = view.standing
    found: list[Line] = []
    left = [item.title for item in one.items if item.state in ("open", "waits")]
    done, needed = one.progress
    ahead = f"; next: {left[0]}" if left else ": closed"
    state = "ok" if done == needed else ""
    if one.late is not None and one.late != one.due:
        late = f"The checklist of {one.late.title} ({one.late.submission}), which is late"
        found.append(Line("month.late", "error", late, goes_to="checklist", goes_with=one.late.submission))
    found.append(_extract_line(one))
    found.append(Line("month.checklist", state, f"Checklist: {done} of {needed} done{ahead}", goes_to="checklist"))
    drafts = one.situation.drafts
    if drafts:
        each = ", ".join(f"{person} {many}" for person, many in sorted(drafts.items()))
        found.append(Line("month.drafts", "warning", f"Drafts, typed and not saved: {each}", goes_to="drafts"))
    if text := roll_text(view):
        faulty = view.roll is not None and view.roll.faulty > 0
        found.append(Line("month.roll", "warning" if faulty else "", text, goes_to="rollover"))
    if view.gap:
        found.append(Line("month.calendar", "notice", view.gap, goes_to="calendar"))
    if one.silence:
        calendar = "The calendar: every submission with its window"
        found.append(Line("month.calendar", "", calendar, goes_to="calendar"))
    return found


def _extract_line(one: Standing) -> Line:
    """How far the extract is."""
    written = next((item for item in one.items if item.check == "extract"), None)
    upload = next((item for item in one.items if item.check == "uploaded" and item.state != "not needed"), None)
    if one.situation.extract is None or written is None:
        return Line("month.extract", "", "Extract: not written yet; look at what it will be", goes_to="extract")
    file = one.situation.extract.file_name
    if one.situation.extract.is_sent:
        since = written.told.removeprefix(file).lstrip("; ")
        return Line("month.extract", "ok", f"Extract: sent{'; ' + since if since else ''}", goes_to="extract")
    stale = written.state != "done" or upload is None
    told = written.told if stale or upload is None else upload.told
    # Where the name of the file would take the room, it is said to be none other.
    told = told.replace(f"{file} is ", "").replace(file, "it")
    return Line("month.extract", "warning" if stale else "", f"Extract: {told}", goes_to="extract")
