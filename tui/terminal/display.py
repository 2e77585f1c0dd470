"""The display that sends only the cells that changed, in place of Textual's `App._display`.

Textual writes every dirty region whole; over a slow line that is ten times what is needed. This keeps a front buffer of
what the terminal shows and sends the difference. `App._display` is private: the display is used only when the method is
the one that `textual_private` pins, else the program runs with the stock one, slower and just as right.
"""

from collections.abc import Iterable, Iterator
from operator import ne
from typing import Any

from rich.console import COLOR_SYSTEMS
from rich.control import Control
from rich.segment import Segment
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Offset

from tui.terminal.cells import RESET, Cell, cells_of, encodable, is_simple, style_change

UNKNOWN: Cell = ("\0", None)
"""A cell of the front buffer of which nobody knows what the terminal shows; equal to no drawn cell."""

# A short gap of unchanged cells costs less when written again than a cursor move does.
SHORT_GAP = 3


def changed_lines(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Iterable[Iterable[Segment]]]]:
    """The pieces of lines in an update: column, row, strips. The same pieces that Textual would write."""
    if isinstance(update, LayoutUpdate):
        for row, line in enumerate(update.strips, update.region.y):
            yield update.region.x, row, line
        return
    for row, first, last in update.spans:
        for end, (column, strip) in zip(update.chop_ends[row], update.chops[row].items(), strict=False):
            if strip is None or column > last or end <= first:
                continue
            if not (last > column >= first and end <= last):
                strip = strip.crop(0, min(end, last) - column)
            yield column, row, [strip]


class DiffDisplay:
    """The front buffer of one terminal and the writing of differences to it."""

    def __init__(self) -> None:
        self._front: list[list[Cell]] = []
        self._size = (0, 0)
        self._cursor: tuple[int, int] | None = None
        self.encoding = "utf-8"

    def forget(self) -> None:
        """Know nothing of the terminal any more, since somebody else may have written to it: all is sent again."""
        self._front = []
        self._cursor = None

    def send(self, app: App[Any], update: object) -> bool:
        """Write to the terminal what `update` changes, and put the cursor where the focused widget wants it.

        False for what is none of the screen's updates, or goes to no screen of its own: Textual's way serves those.
        """
        driver = app._driver
        if not isinstance(update, LayoutUpdate | ChopsUpdate) or driver is None:
            return False
        if driver.is_headless or driver.is_inline:
            return False
        if app._batch_count or not app._running or app._closed:
            return True
        self._fit_front(*app.size)
        sequence = self._difference(app, update)
        target = app.screen.outer_size.clamp_offset(app.cursor_position)
        if sequence or self._cursor != (target.x, target.y):
            if self._cursor != (target.x, target.y):
                sequence += Control.move_to(*target).segment.text
            self._cursor = (target.x, target.y)
            app._previous_cursor_position = Offset(target.x, target.y)
            if app._sync_available:
                sequence = f"{SYNC_START}{sequence}{SYNC_END}"
            getattr(driver, "write_now", driver.write)(sequence)
            driver.flush()
        return True

    def _fit_front(self, width: int, height: int) -> None:
        if self._size != (width, height) or not self._front:
            # Terminals reflow or cut their cells as they like on a change of size.
            self._size = (width, height)
            self._front = [[UNKNOWN] * width for _ in range(height)]
            self._cursor = None

    def _difference(self, app: App[Any], update: LayoutUpdate | ChopsUpdate) -> str:
        width, height = self._size
        out: list[str] = []
        pen = _Pen(out, self._cursor, COLOR_SYSTEMS.get(app.console.color_system or ""), width, self.encoding)
        for column, row, strips in changed_lines(update):
            if 0 <= row < height and 0 <= column < width:
                self._send_line(pen, column, row, cells_of(strips)[: width - column])
        if out:
            pen.finish()
        self._cursor = pen.at
        return "".join(out)

    def _send_line(self, pen: "_Pen", column: int, row: int, new: list[Cell]) -> None:
        front = self._front[row]
        if front[column : column + len(new)] == new:
            return
        column, new = self._with_halves(front, column, new)
        old = front[column : column + len(new)]
        index, count, differs = 0, len(new), list(map(ne, old, new))
        while index < count:
            if not differs[index]:
                if True not in differs[index:]:
                    break
                index = differs.index(True, index)
            if new[index][0] == "" and index:
                index -= 1  # the right half alone changed: the character is drawn from its left half
            pen.move(column + index, row, new, column)
            drawn = index
            while index < count and (index == drawn or differs[index] or new[index][0] == ""):
                if pen.at is None and new[index][0]:
                    # The character before is one that terminals measure differently: do not let it shift the rest.
                    pen.move(column + index, row, new, column)
                pen.write(*new[index])
                index += 1
        front[column : column + len(new)] = new

    @staticmethod
    def _with_halves(front: list[Cell], column: int, new: list[Cell]) -> tuple[int, list[Cell]]:
        """The piece, longer by a blank where it cuts a wide character in two: terminals erase the other half."""
        end = column + len(new)
        if end < len(front) and front[end][0] == "":
            new = [*new, (" ", front[end][1])]
        if column and front[column][0] == "":
            column -= 1
            new = [(" ", front[column][1]), *new]
        return column, new


class _Pen:
    """Where the terminal's cursor stands and what it draws with while one difference is written."""

    def __init__(
        self, out: list[str], at: tuple[int, int] | None, color_system: Any, width: int, encoding: str
    ) -> None:
        self.out, self.at, self.color_system, self.width, self.encoding = out, at, color_system, width, encoding
        self.style: Any = None
        self.utf8 = encoding == "utf-8"

    def move(self, column: int, row: int, new: list[Cell], offset: int) -> None:
        """Bring the cursor to a cell, by the cheapest way that is right on every terminal."""
        if self.at == (column, row):
            return
        if self.at is not None and self.at[1] == row and self.at[0] < column:
            gap = column - self.at[0]
            between = new[max(0, self.at[0] - offset) : column - offset]
            if gap <= SHORT_GAP and len(between) == gap and all(self._cheap(cell) for cell in between):
                self.out.extend(text for text, _ in between)
            else:
                self.out.append(f"\x1b[{gap}C" if gap > 1 else "\x1b[C")
        else:
            self.out.append(f"\x1b[{row + 1};{column + 1}H")
        self.at = (column, row)

    def _cheap(self, cell: Cell) -> bool:
        return cell[0].isascii() and cell[0] != "" and not style_change(self.style, cell[1], self.color_system)

    def write(self, text: str, style: Any) -> None:
        """Draw one cell; the right half of a wide character is drawn with its left one."""
        if text == "":
            return  # drawn by the left half, after which the place is not known
        change = style_change(self.style, style, self.color_system)
        if change:
            self.out.append(change)
        self.style = style
        shown = text if self.utf8 else encodable(text, self.encoding)
        self.out.append(shown)
        if self.at is not None:
            column, row = self.at
            # At the last column, and after characters that terminals measure differently, the place is not known.
            self.at = (column + 1, row) if is_simple(text) and column + 1 < self.width else None

    def finish(self) -> None:
        """Leave the terminal drawing plainly, for whatever else may write to it."""
        if style_change(self.style, None, self.color_system):
            self.out.append(RESET)
