"""The live panel: what is wrong with what is typed, always current, drawn line by line and only where it changes."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.form.panel_entries import SIGN, Entry, Place, counts
from tui.form.row_drawing import PANEL_INK
from tui.terminal import textual_private
from tui.widgets.text import in_lines, one_line, printable
from tui.widgets.text_line import drawn_lines
from tui.widgets.theme import tokens_of

HERE = ">"
Mode = Literal["pane", "strip"]
PanelLine = tuple[str, str, Place | None]
"""A text, the name of its style, and the place it speaks of."""


def strip_lines(entries: Sequence[Entry], at: Place | None, height: int, width: int = 1000) -> list[PanelLine]:
    """The panel folded to `height` lines: the counts, then the entries, those of the current field first.

    What is longer than `width` cells goes on in the next line, as far as there are lines.
    """
    here = [entry for entry in entries if entry.place == at]
    rest = [entry for entry in entries if entry.place != at]
    lines: list[PanelLine] = [(counts(entries), "title", None)]
    for entry in (*here, *rest):
        if (room := height - len(lines)) <= 0:
            break
        where = "" if entry.own else f" [{entry.label}, another record]"
        text = printable(entry.text + where)
        parts = in_lines(text, max(8, width - 1), "  ", room) or [text]
        lines += [
            (_marked(entry, at if not number else None, part), entry.kind, entry.place)
            for number, part in enumerate(parts)
        ]
    return lines[:height]


def pane_lines(entries: Sequence[Entry], at: Place | None, width: int) -> list[PanelLine]:
    """The whole panel in `width` cells: every entry with its sentence wrapped, its rule and its values below."""
    lines: list[PanelLine] = [(counts(entries), "title", None)]
    elsewhere = False
    for entry in entries:
        if not entry.own and not elsewhere:
            elsewhere = True
            lines.append(("Other records of this client", "title", None))
        rule = f" ({entry.rule})" if entry.rule else ""
        accepted = f" [{entry.accepted}]" if entry.accepted else ""
        body = in_lines(printable(entry.sentence + rule + accepted), max(8, width - 3)) or [entry.label]
        body += in_lines(printable(entry.values), max(8, width - 3))
        for number, text in enumerate(body):
            sign = SIGN[entry.kind] if number == 0 else " "
            lines.append((_marked(entry, at, f"{sign} {text}"), entry.kind, entry.place))
    return lines


@cache
def _panel_style(ink: Style, panel: Style, here: bool) -> Style:
    """One ground for the whole panel: a token's own would stripe it."""
    style = ink + Style(bgcolor=panel.bgcolor)
    return style + Style(bold=True, underline=True) if here else style


def _marked(entry: Entry, at: Place | None, text: str) -> str:
    """The text with a pointer when it speaks of the field one stands in. By the pointer a line is drawn, so that one
    that is drawn another way says something else."""
    return (HERE if entry.place == at else " ") + text


class FindingsPanel(ScrollView, can_focus=False):
    """The findings of the client, those of the open record first; `strip` under the form or `pane` beside it."""

    DEFAULT_CSS = """
    FindingsPanel { overflow: hidden hidden; scrollbar-size: 0 0; height: 3; }
    FindingsPanel.-pane { height: 1fr; width: 36; }
    """

    def __init__(self, on_choose: Callable[[Place], None] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        textual_private.drawn_at_the_end(self)
        self.on_choose = on_choose
        self.mode: Mode = "strip"
        self.entries: tuple[Entry, ...] = ()
        self.at: Place | None = None
        self._lines: list[PanelLine] = []

    def show(self, entries: Sequence[Entry], at: Place | None = None) -> None:
        """Show what is wrong now and where one stands; lines that stay as they are cost nothing."""
        if (self.entries, self.at) != (shown := (tuple(entries), at)):
            self.entries, self.at = shown
            self._draw_changes()

    def fold(self, mode: Mode) -> None:
        """Fold to a strip of few lines, or open as a pane."""
        if mode != self.mode:
            self.mode = mode
            self.set_class(mode == "pane", "-pane")
            self.refresh(layout=True)

    @property
    def text(self) -> str:
        """What is drawn, as plain text."""
        return "\n".join(text.rstrip() for text, _, _ in self._lines)

    def _view(self) -> list[PanelLine]:
        """The lines to draw, as many as there is room for; a pane keeps the current finding in view."""
        width, height = self.outer_size
        if self.mode == "strip":
            return strip_lines(self.entries, self.at, height, width)
        lines = pane_lines(self.entries, self.at, width)
        if len(lines) <= height or height < 3:
            return lines[:height]
        here = [number for number, line in enumerate(lines) if line[2] is not None and line[2] == self.at]
        room = height - 2
        first = min(max(1, here[0] - 1), len(lines) - room) if here and here[-1] > room else 1
        left = len(lines) - first - room
        more = f"{left} more lines" if left > 0 else ""
        return [lines[0], *lines[first : first + room], (more, "title", None)]

    def _draw_changes(self) -> None:
        old, self._lines = self._lines, self._view()
        for y in range(max(len(old), len(self._lines))):
            if old[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, self.outer_size.width, 1))

    def on_resize(self) -> None:
        """Wrap the sentences anew."""
        self._lines = self._view()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go to what the clicked line speaks of."""
        place = self._lines[event.y][2] if event.y < len(self._lines) else None
        if place is not None and self.on_choose is not None:
            self.on_choose(place)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as they are drawn."""
        return drawn_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """Line `y` of the view."""
        width = self.outer_size.width
        text, name, _ = self._lines[y] if y < len(self._lines) else ("", "blank", None)
        tokens = tokens_of(self.app)
        style = _panel_style(tokens[PANEL_INK[name]], tokens["panel"], text.startswith(HERE))
        return Strip([Segment(one_line(text, width), style)], width)
