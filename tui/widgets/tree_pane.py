"""A small tree drawn as lines: client, episodes, events."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual import events

from tui.widgets.line_list import LineList
from tui.widgets.text import printable
from tui.widgets.text_line import Piece
from tui.widgets.theme import MARKS


@dataclass
class Node:
    """A line of the tree: its id, its text, the severity of the worst finding in it, what stands under it."""

    id: str
    text: str
    severity: str = ""
    children: list["Node"] = field(default_factory=list)


class TreePane(LineList):
    """The tree. Left closes a branch or goes to the one above, Right opens; `Moved` and `Chosen` as in any list.

    `show` may be called after every change: what was current and what was closed stay so, by id.
    """

    def __init__(self, roots: Sequence[Node] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._roots: list[Node] = []
        self._folded: set[str] = set()
        self._lines: list[tuple[int, Node]] = []
        self._lay_out(list(roots))

    @property
    def row_count(self) -> int:
        """Lines that are not inside a closed branch."""
        return len(self._lines)

    @property
    def current(self) -> Node | None:
        """The node under the cursor."""
        return self._lines[self.cursor][1] if self.cursor < len(self._lines) else None

    def node(self, row: int) -> Node:
        """The node of a line."""
        return self._lines[row][1]

    def show(self, roots: Sequence[Node]) -> None:
        """Show another tree, or the same one changed."""
        if roots == self._roots:
            return
        before = self.current
        drawn = [self.pieces_of(row) for row in range(len(self._lines))]
        self._lay_out(list(roots))
        if before is not None:
            self.go_to(before.id, quiet=True)
        self.go(self.cursor, quiet=True)
        if drawn != [self.pieces_of(row) for row in range(len(self._lines))]:
            self.refresh()

    def go_to(self, node_id: str, quiet: bool = False) -> bool:
        """Make a node current, opening what it is in; whether it is there."""
        path = self._path(self._roots, node_id)
        if path is None:
            return False
        hidden = self._folded & {node.id for node in path[:-1]}
        if hidden:
            self._folded -= hidden
            self._lay_out(self._roots)
            self.refresh()
        self.go(next(row for row, (_, node) in enumerate(self._lines) if node.id == node_id), quiet)
        return True

    def _path(self, nodes: Sequence[Node], node_id: str) -> list[Node] | None:
        for node in nodes:
            if node.id == node_id:
                return [node]
            below = self._path(node.children, node_id)
            if below is not None:
                return [node, *below]
        return None

    def _lay_out(self, roots: list[Node]) -> None:
        self._roots = roots
        self._lines = []

        def add(nodes: Sequence[Node], depth: int) -> None:
            for node in nodes:
                self._lines.append((depth, node))
                if node.id not in self._folded:
                    add(node.children, depth + 1)

        add(roots, 0)

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Mark of the finding, depth, whether it is open, text."""
        depth, node = self._lines[row]
        sign = " " if not node.children else "▸" if node.id in self._folded else "▾"
        mark = MARKS.get(node.severity, " ")
        return [(mark, node.severity or "text"), (f"{'  ' * depth}{sign} {printable(node.text)}", "text")]

    def on_key(self, event: events.Key) -> None:
        """Left and Right; up and down are the list's."""
        node = self.current
        if node is None or event.key not in ("left", "right"):
            return
        is_open = bool(node.children) and node.id not in self._folded
        if event.key == "left" and is_open:
            self._folded.add(node.id)
        elif event.key == "left":
            path = self._path(self._roots, node.id) or [node]
            if len(path) > 1:
                self.go_to(path[-2].id)
        elif not is_open and node.children:
            self._folded.discard(node.id)
        elif node.children:
            self.go(self.cursor + 1)
        self._lay_out(self._roots)
        self.go(self.cursor, quiet=True)
        self.refresh()
        event.stop()
        event.prevent_default()
