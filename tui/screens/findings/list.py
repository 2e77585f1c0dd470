"""The findings as lines: groups that open and close, under each its findings, read for the lines in view only."""

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from textual import events
from textual.message import Message

from store.findings.acceptance_facts import By
from store.findings.facts import FindingOrder, ListedFinding
from tui.form.row_drawing import ACCEPTED
from tui.screens.findings.groups import SEVERITIES, Group, field_label
from tui.session.history_lines import client_name
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line, width_of
from tui.widgets.text_line import Piece
from tui.widgets.theme import MARKS
from validators.records import Finding, Severity
from validators.standard.model import Standard

OTHERWISE: Mapping[By, tuple[Literal["client", "field", "rule"], ...]] = {
    "rule": ("client", "field"),
    "field": ("client", "rule"),
    "client": ("rule", "field"),
    "episode": ("rule", "field"),
}
"""What a line says of a finding besides its sentence, given what its group has said."""
PAGE = 64
"""Lines whose findings are read at a stroke."""
MOST_KEPT = 1024
Fetch = Callable[[Collection[int]], Mapping[int, ListedFinding]]
_OPEN = bytes(mark < FindingOrder.ACCEPTED for mark in range(256))
_WALKED = bytes(
    is_open and SEVERITIES[mark % len(SEVERITIES)] is not Severity.NOTICE for mark, is_open in enumerate(_OPEN)
)


class FindingsList(LineList):
    """Space, Left and Right open and close a group, `+` and `-` all of them; `1` to `4` group otherwise.

    `fetch` reads findings by their numbers and leaves out those that are gone. Memory is a few bytes a finding.
    """

    class WayWanted(Message):
        """Another grouping, by its place among the ways; or, with -1, the filter."""

        def __init__(self, way: int) -> None:
            super().__init__()
            self.way = way

    class Outdated(Message):
        """A finding in view is not there any more: the order is that of before a check."""

    def __init__(self, standard: Standard, fetch: Fetch) -> None:
        super().__init__(id="findings")
        self.standard, self._fetch = standard, fetch
        self.order = FindingOrder()
        self.empty = "Reading ..."
        # Which groups are open: all or none of them, but for those that were turned.
        self._all_open = False
        self._turned: set[str | int] = set()
        self._starts = array("q", [0])
        self._kept: OrderedDict[int, ListedFinding | None] = OrderedDict()
        self._outdated = False

    # What there is

    @property
    def row_count(self) -> int:
        """Lines outside closed groups."""
        return self._starts[-1]

    def place_of(self, row: int) -> tuple[Group, int | None]:
        """The group of a line and, of a finding, its place in the order."""
        index = bisect_right(self._starts, row) - 1
        group, below = Group(self.order, index), row - self._starts[index]
        return group, group.span[0] + below - 1 if below else None

    @property
    def current(self) -> tuple[Group, Finding | None] | None:
        """The line under the cursor: a group and, on a finding, that; None where there is neither."""
        if self.cursor >= self.row_count:
            return None
        group, place = self.place_of(self.cursor)
        if place is None:
            return group, None
        listed = self.listed(place)
        return (group, listed.finding) if listed is not None else None

    def listed(self, place: int) -> ListedFinding | None:
        """The finding at a place of the order; None when it is gone."""
        number = self.order.numbers[place]
        if number not in self._kept:
            self._read_around(place)
        self._kept.move_to_end(number)
        return self._kept[number]

    def _read_around(self, place: int) -> None:
        """Read what stands on the lines around a place, closed groups by their first findings."""
        index = bisect_right(self.order.ends, place)
        row = self._starts[index] + (place - self.order.span(index)[0] + 1 if self.is_open(index) else 0)
        wanted = {place: index}
        for line in range(max(0, row - PAGE // 2), min(self.row_count, row + PAGE)):
            group, at = self.place_of(line)
            wanted[group.span[0] if at is None else at] = group.index
        numbers = {self.order.numbers[at]: index for at, index in wanted.items()}
        numbers = {number: index for number, index in numbers.items() if number not in self._kept}
        found = self._fetch(numbers)
        for number, index in numbers.items():
            one = found.get(number)
            # After a check a number may be another finding's.
            there = one is not None and one.key(self.order.by) == self.order.keys[index]
            self._kept[number] = one if there else None
            if not there and not self._outdated:
                self._outdated = True
                self.post_message(self.Outdated())
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def title_of(self, group: Group) -> str:
        """What a group is called."""
        first = self.listed(group.span[0]) if self.order.by in ("client", "episode") else None
        return group.title(self.standard, first)

    def client_of(self, row: int) -> str:
        """How the client of a line's finding is called."""
        place = self.place_of(row)[1]
        listed = self.listed(place) if place is not None else None
        return client_name(self.standard, listed.client) if listed is not None else ""

    def is_open(self, index: int) -> bool:
        """Whether the findings of a group are shown."""
        return (self.order.keys[index] in self._turned) != self._all_open

    # Changing it

    def show(self, order: FindingOrder, keep: bool = True, current: int = 0) -> None:
        """Show other findings, or the same ones changed: then the current line stays so.

        `current` is the number that the current line's finding has now.
        """
        before = self.place_of(self.cursor) if keep and self.cursor < self.row_count else None
        key = before[0].order.keys[before[0].index] if before is not None else None
        if order.by != self.order.by:
            self._all_open, self._turned = False, set()
            before = None
        self.order, self._outdated = order, False
        self._kept.clear()
        self._lay_out()
        row = self.cursor if keep and before is not None else 0
        if before is not None and before[1] is None:
            row = next((self._starts[at] for at, one in enumerate(order.keys) if one == key), row)
        elif before is not None and current in order.numbers:
            row = self._row_of(order.numbers.index(current), row)
        self._go(row)

    def _lay_out(self) -> None:
        ends, start = self.order.ends, 0
        sizes = array("q")
        for index, end in enumerate(ends):
            sizes.append(1 + (end - start if self.is_open(index) else 0))
            start = end
        self._starts = array("q", accumulate(sizes, initial=0))

    def _row_of(self, place: int, otherwise: int) -> int:
        index = bisect_right(self.order.ends, place)
        return self._starts[index] + 1 + place - self.order.span(index)[0] if self.is_open(index) else otherwise

    def _go(self, row: int) -> None:
        self.go(row, quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def fold(self, opened: bool | None = None) -> None:
        """Open or close the current line's group; None turns it."""
        if self.cursor >= self.row_count:
            return
        index = self.place_of(self.cursor)[0].index
        now = not self.is_open(index) if opened is None else opened
        row = self.cursor if now else self._starts[index]
        if now != self.is_open(index):
            self._turned ^= {self.order.keys[index]}
            self._lay_out()
        self._go(row)

    def fold_all(self, opened: bool) -> None:
        """Open or close every group."""
        if not self.row_count:
            self._all_open, self._turned = opened, set()
            return
        group, place = self.place_of(self.cursor)
        self._all_open, self._turned = opened, set()
        self._lay_out()
        head = self._starts[group.index]
        self._go(self._row_of(place, head) if place is not None else head)

    def go_to_group(self, index: int, opened: bool | None = None) -> None:
        """Make a group's line current; open it where wanted."""
        self.go(self._starts[index])
        if opened:
            self.fold(True)

    def walk(self, step: Literal[1, -1]) -> Finding | None:
        """Go to the next finding (or, -1, the one before), opening its group; None at the end.

        Accepted warnings are passed, and notices but from a group in which there is nothing else.
        """
        if self.cursor >= self.row_count:
            return None
        before = self._here(step)
        while True:
            place = self._next(before, step)
            if place < 0:
                return None
            index = bisect_right(self.order.ends, place)
            if not self.is_open(index):
                self._turned ^= {self.order.keys[index]}
                self._lay_out()
            self._go(self._row_of(place, self.cursor))
            if (listed := self.listed(place)) is not None:
                return listed.finding
            before = place  # mended a moment ago: on to the one after it

    def _next(self, place: int, step: Literal[1, -1]) -> int:
        """The place of the next finding that is walked to; -1 when there is none."""
        among_notices = self.place_of(self.cursor)[0].worst is Severity.NOTICE
        walked = self.order.marks.translate(_OPEN if among_notices else _WALKED)
        return walked.find(1, place + 1) if step > 0 else walked.rfind(1, 0, place)

    def _here(self, step: Literal[1, -1]) -> int:
        """The place a walk begins behind: the current finding, or where the current group begins."""
        group, here = self.place_of(self.cursor)
        return here if here is not None else group.span[0] - (step > 0)

    def has_more(self, step: Literal[1, -1]) -> bool:
        """Whether a walk that way would find anything."""
        return self.cursor < self.row_count and self._next(self._here(step), step) >= 0

    # Keys and drawing

    def on_key(self, event: events.Key) -> None:
        """Folding and grouping; moving is the list's."""
        if event.key in ("plus", "minus"):
            self.fold_all(event.key == "plus")
        elif event.key == "space":
            self.fold()
        elif event.key == "right":
            self.fold(True)
        elif event.key == "left":
            self.fold(False)
        elif event.key in ("1", "2", "3", "4"):
            self.post_message(self.WayWanted(int(event.key) - 1))
        elif event.key == "slash":
            self.post_message(self.WayWanted(-1))
        else:
            return
        event.stop()
        event.prevent_default()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """A group with its count, or a finding; every stored value escaped."""
        group, place = self.place_of(row)
        if place is None:
            mark = MARKS[group.worst.value]
            sign = "-" if self.is_open(group.index) else "+"
            counted = f" {group.counted()} "
            room = max(10, self.size.width - 5 - width_of(counted))
            title = one_line(self.title_of(group), room)
            return [(f" {sign} ", "heading"), (f"{mark} ", group.worst.value), (title, "heading"), (counted, "dim")]
        listed = self.listed(place)
        if listed is None:
            return [("     changed just now", "dim")]
        finding, name = listed.finding, listed.finding.severity.value
        mark, tone, plain = (ACCEPTED, "dim", "dim") if finding.accepted else (MARKS[name], name, "text")
        pieces: list[Piece] = [("     ", "text"), (f"{mark} ", tone)]
        narrow = self.size.width < 110
        for what in OTHERWISE[self.order.by]:
            width = {"client": 14, "field": 18 if narrow else 30, "rule": 8}[what]
            text = {
                "client": client_name(self.standard, listed.client),
                "field": field_label(self.standard, finding.field),
                "rule": f"rule {finding.rule}" if finding.rule.isdigit() else finding.rule,
            }[what]
            pieces.append((one_line(text, width) + " ", plain))
        taken = sum(width_of(text) for text, _ in pieces)
        pieces.append((one_line(finding.message, max(0, self.size.width - taken)), plain))
        return pieces

    def text_to_copy(self) -> str:
        """The current line, and all of the sentence."""
        row = self.current
        if row is None or row[1] is None:
            return super().text_to_copy()
        return f"{self.client_of(self.cursor)}: {row[1].message} (rule {row[1].rule})"
