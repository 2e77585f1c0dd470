"""The findings as lines: groups that open and close, under each its findings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from textual import events
from textual.message import Message

from store.acceptance_shapes import By
from tui.form.columns import ACCEPTED
from tui.frame.line_list import LineList
from tui.frame.printable import one_line, width_of
from tui.frame.text_line import Piece
from tui.frame.tokens import MARKS
from tui.screens.findings_groups import Group, field_label, identity
from validators.records import Finding, Severity
from validators.standard import Standard

OTHERWISE: Mapping[By, tuple[Literal["client", "field", "rule"], ...]] = {
    "rule": ("client", "field"),
    "field": ("client", "rule"),
    "client": ("rule", "field"),
    "episode": ("rule", "field"),
}
"""What a line says of a finding besides its sentence, given what its group has said."""


class FindingsList(LineList):
    """Space, Left and Right open and close a group, `+` and `-` all of them; `1` to `4` group otherwise."""

    class Wanted(Message):
        """Another grouping, by its place among the ways; or, with -1, the filter."""

        def __init__(self, way: int) -> None:
            super().__init__()
            self.way = way

    class Opened(Message):
        """A group was opened of which not all was read."""

        def __init__(self, group: Group) -> None:
            super().__init__()
            self.group = group

    def __init__(self, standard: Standard, name_of: Callable[[str], str]) -> None:
        super().__init__(id="findings")
        self.standard, self.name_of = standard, name_of
        self.by: By = "rule"
        self.groups: list[Group] = []
        self.open_keys: set[str] = set()
        self._wholly: set[str] = set()
        self.empty = "Reading ..."
        self._rows: list[tuple[Group, Finding | None]] = []

    @property
    def row_count(self) -> int:
        """Lines outside closed groups."""
        return len(self._rows)

    @property
    def current(self) -> tuple[Group, Finding | None] | None:
        """The line under the cursor: a group and, on a finding, that."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, groups: Sequence[Group], by: By, keep: bool = True) -> None:
        """Show other groups, or the same ones changed: then the current line stays so."""
        before = self.current if keep else None
        if by != self.by:
            self.open_keys, self._wholly = set(), set()
        self.groups, self.by = list(groups), by
        for group in self.groups:
            # What `+` opened is not read in full: that may be thousands of groups.
            if group.key in self.open_keys & self._wholly and group.count > len(group.findings):
                self.post_message(self.Opened(group))
        self._lay_out(before)

    def _lay_out(self, before: tuple[Group, Finding | None] | None) -> None:
        self._rows = []
        for group in self.groups:
            self._rows.append((group, None))
            if group.key in self.open_keys:
                self._rows += [(group, one) for one in group.findings]
        place = self.cursor if before is not None else 0
        if before is not None:
            wanted = _mark(before)
            place = next((at for at, row in enumerate(self._rows) if _mark(row) == wanted), place)
        self.go(place, quiet=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def fold(self, opened: bool | None = None) -> None:
        """Open or close the current line's group; None turns it."""
        row = self.current
        if row is None:
            return
        group = row[0]
        now = group.key not in self.open_keys if opened is None else opened
        if now and group.key not in self.open_keys:
            self.open_keys.add(group.key)
            if group.count > len(group.findings):
                self._wholly.add(group.key)
                self.post_message(self.Opened(group))
        elif not now:
            self.open_keys.discard(group.key)
        self._lay_out(row if now else (group, None))

    def walk(self, step: Literal[1, -1]) -> Finding | None:
        """Go to the next finding (or, -1, the one before), opening its group; None at the end.

        Notices and accepted warnings are passed.
        """
        row = self.current
        if row is None:
            return None
        lines = [(group, one) for group in self.groups for one in (None, *group.findings)]
        at = lines.index(row) if row in lines else 0
        rest = lines[at + 1 :] if step > 0 else lines[:at][::-1]
        target = next((each for each in rest if each[1] is not None and _is_walked(each[1])), None)
        if target is not None:
            self.open_keys.add(target[0].key)
            self._lay_out(target)
        return target[1] if target is not None else None

    def fold_all(self, opened: bool) -> None:
        """Open or close every group."""
        row = self.current
        self.open_keys = {group.key for group in self.groups} if opened else set()
        self._lay_out(row if opened or row is None else (row[0], None))

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
            self.post_message(self.Wanted(int(event.key) - 1))
        elif event.key == "slash":
            self.post_message(self.Wanted(-1))
        else:
            return
        event.stop()
        event.prevent_default()

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """A group with its count, or a finding; every stored value escaped."""
        group, finding = self._rows[row]
        if finding is None:
            mark = MARKS[group.worst.value]
            sign = "-" if group.key in self.open_keys else "+"
            counted = f" {group.counted()} "
            room = max(10, self.size.width - 5 - width_of(counted))
            head = (f" {sign} ", "heading")
            return [head, (f"{mark} ", group.worst.value), (one_line(group.title, room), "heading"), (counted, "dim")]
        name = finding.severity.value
        mark, tone, plain = (ACCEPTED, "dim", "dim") if finding.accepted else (MARKS[name], name, "text")
        pieces: list[Piece] = [("     ", "text"), (f"{mark} ", tone)]
        narrow = self.size.width < 110
        for what in OTHERWISE[self.by]:
            width = {"client": 14, "field": 18 if narrow else 30, "rule": 8}[what]
            text = {
                "client": self.name_of(finding.client_id),
                "field": field_label(self.standard, finding.field),
                "rule": f"rule {finding.rule}" if finding.rule.isdigit() else finding.rule,
            }[what]
            pieces.append((one_line(text, width) + " ", plain))
        taken = sum(width_of(text) for text, _ in pieces)
        pieces.append((one_line(finding.message, max(0, self.size.width - taken)), plain))
        return pieces

    def head_of(self, line: int) -> Sequence[Piece]:
        """Nothing stands above the lines."""
        return ()

    def text_to_copy(self) -> str:
        """The current line, and all of the sentence."""
        row = self.current
        if row is None or row[1] is None:
            return super().text_to_copy()
        return f"{self.name_of(row[1].client_id)}: {row[1].message} (rule {row[1].rule})"


def _is_walked(one: Finding) -> bool:
    return one.severity is not Severity.NOTICE and not one.accepted


def _mark(row: tuple[Group, Finding | None]) -> tuple[str, tuple[str, ...]]:
    return row[0].key, identity(row[1]) if row[1] is not None else ()
