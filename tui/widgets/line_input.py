"""The one live input of a form or a filter: keys in the order they were typed, no reflow, an exact cursor."""

from typing import Protocol

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from tui.terminal import textual_private
from tui.widgets.base_screen import BaseScreen
from tui.widgets.text import LEFT_OUT, first_cell, printable
from tui.widgets.text_line import drawn_lines
from tui.widgets.theme import tokens_of
from validators.problems import Problem

REVERSED = Style(reverse=True)


class InputHost(Protocol):
    """What a LineInput works for. Every call is made at once, within the key being handled."""

    def press(self, key: str) -> bool:
        """A key that may move or command; True when the host has dealt with it."""

    def typed(self, text: str) -> None:
        """The input's text after an edit."""

    def remark(self, sentence: str) -> None:
        """Say something about what was just typed."""

    def input_offset(self) -> Offset:
        """Where on the screen the input's first cell stands now, in cells."""


class LineInput(Input):
    """Textual's Input with every key handled where the characters are.

    Textual runs bindings only after a key has bubbled up to the app, behind all characters typed ahead: a Tab, but also
    a Backspace or Home, would act on what was typed after it. Here the key handler does all of them itself, in order.
    Undo belongs to the record, not to the input.
    """

    virtual_size = Reactive(Size(0, 0), layout=False)  # Input's own reflows the screen at every character
    DEFAULT_CSS = "LineInput, LineInput:focus { border: none; padding: 0; }"

    def __init__(self, host: InputHost, *, id: str | None = None) -> None:
        super().__init__(compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False  # a blinking cursor is traffic
        textual_private.count_cells(self, self.cell_of, self.index_at)
        textual_private.drawn_at_the_end(self)
        self.host = host

    # --- showing ----------------------------------------------------------------------------

    def load(self, text: str, select: bool = True) -> None:
        """Show another text, selected (so that typing replaces it) or with the cursor at its end."""
        with self.prevent(Input.Changed):
            self.value = text
        self.selection = Selection(0 if select else len(text), len(text))

    @property
    def content_width(self) -> int:
        """The text's width in cells as drawn, with room for the cursor behind it."""
        return cell_len(printable(self.value)) + 1

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as they are drawn."""
        return drawn_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """The text, its selection reversed; marks stand for characters that would steer the terminal.

        The cursor is the terminal's own: screen readers follow it, and drawing a second one would be traffic.
        """
        style, text = tokens_of(self.app)["field_focus"], printable(self.value)
        width, start = self.outer_size.width, self.scroll_offset.x
        first, last = sorted(self.selection) if self.has_focus else (0, 0)
        if first == last:
            parts = [Segment(text, style)]
        else:
            chosen = Segment(text[first:last], style + REVERSED)
            parts = [Segment(text[:first], style), chosen, Segment(text[last:], style)]
        strip = Strip([part for part in parts if part.text])
        return strip.crop(start, start + width).adjust_cell_length(width, style)

    def cell_of(self, position: int) -> int:
        """The cell of a character, counted as drawn."""
        return cell_len(printable(self.value[:position]))

    def index_at(self, offset: int) -> int:
        """The character at a cell, counted as drawn."""
        cell = offset + self.scroll_offset.x
        return next((index for index in range(len(self.value)) if self.cell_of(index + 1) > cell), len(self.value))

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's cursor belongs. Input's own reads the last layout, and is one off at the end.

        Input puts the cursor here with every text it is given: also with one that others save, while a person types in
        a list, or on a screen above. There the cursor stays.
        """
        if not (self.is_attached and self.screen.focused is self and self.screen.is_active):
            return self.app.cursor_position
        cell = self.cell_of(self.cursor_position) - self.scroll_offset.x
        return self.host.input_offset() + Offset(cell, 0)

    def place_cursor(self) -> None:
        """Put the terminal's cursor in the field; only while typing goes here, and not once its screen is left."""
        if self.is_attached and self.has_focus and self.screen.is_active:
            self.app.cursor_position = self.cursor_screen_offset

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """A text longer than the field was turned under its cursor, as by Home and End."""
        super().watch_scroll_x(old_value, new_value)
        self.place_cursor()

    # --- editing ----------------------------------------------------------------------------

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the text; every edit of Input ends here.

        Input's own sets off watchers for what is not used here.
        """
        before = self.value
        start, end = sorted((max(0, start), min(len(before), end)))
        after, cursor = f"{before[:start]}{text}{before[end:]}", start + len(text)
        if not textual_private.put_value(self, after, cursor):
            super().replace(text, start, end)
        self.set_reactive(LineInput.virtual_size, Size(self.content_width, 1))  # which is drawn anew all the same
        cell, left = self.cell_of(cursor), self.scroll_offset.x
        if not left <= cell < left + self.outer_size.width:
            self.scroll_to_region(Region(cell, 0, 1, 1), force=True, animate=False)
        self.refresh()
        if after != before:
            self.host.typed(after)
        self.app.cursor_position = self.cursor_screen_offset

    def _insert_pasted(self, text: str) -> None:
        """A field takes one cell of what was copied; several are never joined to one value."""
        first, others = first_cell(text)
        self.replace(first, *sorted(self.selection))
        if others:
            self.host.remark(LEFT_OUT.format(number=others + 1))

    def action_paste(self) -> None:
        """Insert what was copied within the program."""
        self._insert_pasted(self.app.clipboard)

    def action_copy(self) -> None:
        """Copy the selection, or the whole text when nothing is selected."""
        if text := self.selected_text or self.value:
            self.app.copy_to_clipboard(text)

    def on_paste(self, event: events.Paste) -> None:
        self._insert_pasted(event.text)
        event.stop()
        event.prevent_default()  # Input's own handler would run as well, and take the first line only

    async def action_submit(self) -> None:
        """Enter is the host's business."""

    def take(self, event: events.Key) -> None:
        """A character, handled at once: all that `on_key` does with one."""
        if not self._press(event.key):
            self.replace(event.character or "", *self.selection)
        self._draw()

    def _press(self, key: str) -> bool:
        """Whether the host has dealt with a key; what it cannot do is said, and ends nothing."""
        try:
            return self.host.press(key)
        except Problem as problem:
            self.host.remark(str(problem))
            return True

    async def on_key(self, event: events.Key) -> None:
        await self._handle(event)
        self._draw()

    def _draw(self) -> None:
        if isinstance(self.screen, BaseScreen):
            self.screen.draw_now()

    async def _handle(self, event: events.Key) -> None:
        if self._press(event.key):
            event.stop()
            event.prevent_default()
        elif event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self.replace(event.character, *self.selection)
        else:
            for binding in textual_private.bindings_of(self, event.key):
                event.stop()
                event.prevent_default()
                await self.run_action(binding.action)
