"""The record form: any number of fields in one line-drawn widget, with one live input on the current line.

The input is a child placed in the form's own (scrolled) coordinates by `process_layout`; moving it re-runs only the
visible arrangement, in the frame that repaints the two lines. Everything that can be told without a screen lives in
`record_model`, `columns` and `code_list`; here is what must know Textual.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset, Region, Size
from textual.layout import WidgetPlacement
from textual.scroll_view import ScrollView
from textual.strip import Strip

from store.records.consent import fields_of
from tui.form.code_list import CodeListing
from tui.form.keys import FORM_KEYS
from tui.form.record_model import RecordModel
from tui.form.row_drawing import INK, Columns, DrawnRows, Marks, Piece
from tui.terminal import textual_private
from tui.widgets.base_app import BaseApp
from tui.widgets.line_input import LineInput
from tui.widgets.text_line import drawn_lines
from tui.widgets.theme import tokens_of
from validators.records import Finding
from validators.standard.model import Field

LONGEST_TRAIL = 500
CHANGING = frozenset({"rest_no", "take_previous", "undo", "redo", "save"})
"""The commands that change what stands in the record."""


class RecordForm(ScrollView, can_focus=False):
    """The form of one record.

    `on_edit(header)` is called after every change of a value, before the next key is looked at; there the host checks
    the record and calls `show_findings`. `on_move(header)` is called on coming to a field, `on_command(name)` for keys
    that are not the form's own (`save`, `next_finding`, `back`, …). Alt+Left goes back to where one was before a jump;
    where that was in another record, `on_command("return")` is called, and `came_from` names its model and field.
    With `moves_on` a field that is full of a code of its list is left by itself. `locked` says why nothing can be
    typed here, "" where it can: then one walks and looks, and no value ever changes.
    """

    DEFAULT_CSS = "RecordForm { overflow: hidden hidden; scrollbar-size: 0 0; }"

    def __init__(
        self,
        model: RecordModel,
        *,
        on_edit: Callable[[str], None],
        on_move: Callable[[str], None],
        on_command: Callable[[str], None],
        keys: Mapping[str, str] = FORM_KEYS,
        moves_on: bool = False,
    ) -> None:
        super().__init__(id="form")
        textual_private.drawn_at_the_end(self)
        self.model, self.keys = model, keys
        self.on_edit, self.on_move, self.on_command = on_edit, on_move, on_command
        self.editor, self.codes = LineInput(self), CodeListing()
        self.columns, self.marks = Columns.of(80), Marks()
        self.came_from = (model, model.current)
        self.moves_on, self.locked = moves_on, ""
        self._has_moved_on = False
        self._trail: deque[tuple[RecordModel, str]] = deque(maxlen=LONGEST_TRAIL)
        self._drawn: dict[int, list[Piece]] = {}
        self._rows = DrawnRows()
        self._stale = self._is_typed = False

    # --- what the host calls ----------------------------------------------------------------

    def load(self, model: RecordModel, findings: Sequence[Finding] = ()) -> None:
        """Show another record at its current field. What was typed in the old one is in the old model."""
        self.codes.close()
        if model is not self.model:
            self._trail.append((self.model, self.model.current))
        self.model = model
        model.arrive()
        self.virtual_size = Size(self.size.width, len(model.rows))
        self.marks = Marks.of(self.model, findings)
        self.scroll_to(y=0, animate=False, force=True)
        self._arrive()

    def renew(self, model: RecordModel) -> None:
        """Show the same record with what somebody else saved in it: nobody pressed a key for that.

        Words typed into an open list stay a question to it, and the cursor stays where it is in its field.
        """
        before, text, selection = self.model, self.editor.value, self.editor.selection
        listed = (self.codes.query, self.codes.at, self.codes.top) if self.codes.is_open else None
        here = before.current
        self.load(model)
        self._trail.pop()  # that was no jump, and leads to the record as it is now
        self._trail = deque(((model if old is before else old, at) for old, at in self._trail), LONGEST_TRAIL)
        if model.current != here:
            return
        if listed is not None:
            self._open_codes(listed[0])
            self.codes.at, self.codes.top = listed[1:]
            self.repaint()
        if self.editor.value == text:
            self.editor.selection = selection
            self.editor.place_cursor()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Mark the fields of this record; only lines that change are drawn."""
        before, self.marks = self.marks, Marks.of(self.model, findings)
        if self._is_typed:
            rows = self.model.row_of
            self._repaint({self._row, *(rows[header] for header in self.marks.differing(before) if header in rows)})
        else:
            self.repaint()

    def go_to(self, header: str) -> bool:
        """Go to a field by its header, due or not; False when it is not in this record."""
        self.codes.close()
        return self._jump(lambda: self.model.go_to(header))

    def flush(self) -> None:
        """Put what is typed in the field in its form, as leaving it would; the cursor stays."""
        self.codes.close()
        self._step(self.model.settle)

    def follow(self) -> None:
        """Show in the input what the current field holds by now, as on coming there: nobody typed it, the program gave
        it on saving."""
        if not self.codes.is_open and self.model.value(self.model.current) != self.editor.value:
            self.model.arrive()
            self.editor.load(self.model.value(self.model.current))
            self.editor.place_cursor()

    def focus_input(self) -> None:
        """Let typing go here."""
        self.editor.focus(scroll_visible=False)

    @property
    def position(self) -> tuple[int, int]:
        """Which field is the current one, counted from 1, and how many there are."""
        return self.model.order.index(self.model.current) + 1, len(self.model.order)

    # --- the input's host -------------------------------------------------------------------

    def input_offset(self) -> Offset:
        """Where the input's first cell stands on the screen."""
        return self.content_region.offset + Offset(self.columns.label, self._view_row)

    def typed(self, text: str) -> None:
        """The input's text after an edit: a question to the open code list, or the field's value."""
        self._stale = True
        if self.codes.is_open:
            self.codes.filter(text)
        elif self.locked:
            self.editor.load(self.model.value(self.model.current), select=False)
            self.remark(self.locked)
        else:
            header = self.model.current
            before = self.model.decided(header)
            self.model.type(text)
            # What the host says meanwhile is of the field and of what is found: no other line is another one.
            self._is_typed = self.model.decided(header) == before
            try:
                self.on_edit(self.model.current)
            finally:
                self._is_typed = False
            if self.moves_on and self.model.is_full(self.model.current) and self.editor.cursor_position == len(text):
                self._move_on()
        self._show_row()
        if self._stale:  # else the host has shown its findings, and all lines were compared
            self.repaint()

    def remark(self, sentence: str) -> None:
        """Say something in the status line."""
        if isinstance(self.app, BaseApp):
            self.app.say(sentence)

    def press(self, key: str) -> bool:
        """Do what a key stands for, at once; False for a key that is the input's own."""
        if self.swallows(key):
            return True
        if name := self.keys.get(key, ""):
            (self._command_in_list if self.codes.is_open else self._command)(name)
        return bool(name)

    def swallows(self, key: str) -> bool:
        """Whether a key is the Enter that by habit follows a code whose field has been left by itself; Tab is none."""
        moved_on, self._has_moved_on = self._has_moved_on, False
        return moved_on and key == "enter"

    def _move_on(self) -> None:
        """Leave a field that is full."""
        left = self.model.current
        self._step(self.model.forward)
        self._has_moved_on = self.model.current != left

    def _command_in_list(self, name: str) -> None:
        """A command while the code list is open."""
        page = max(1, self.codes.height - 2)
        lines = {"down": 1, "up": -1, "page_down": page, "page_up": -page}.get(name)
        if lines is not None:
            self.codes.move(lines)
            self.repaint()
        elif name == "forward":
            self._choose()
        else:
            self._close_codes()
            if name not in ("escape", "codes"):
                self._command(name)

    def refuses(self, name: str) -> bool:
        """Whether a command would change what may not be changed here; that is said."""
        if self.locked and name in CHANGING:
            self.remark(self.locked)
            return True
        return False

    def _command(self, name: str) -> None:
        """A command while no list is open."""
        model = self.model
        if self.refuses(name):
            return
        if name in ("forward", "down"):
            if model.offer_codes():
                self._open_codes(model.value(model.current))
            else:
                self._step(model.forward if name == "forward" else model.down)
        elif name in ("back", "up"):
            self._step(model.back if name == "back" else model.up)
        elif name == "way_back":
            self._way_back()
        elif name in ("page_down", "page_up"):
            self._page(1 if name == "page_down" else -1)
        elif name == "codes":
            self._open_codes()
        elif name == "rest_no":
            self._rest_no()
        elif name == "take_previous":
            if model.current in fields_of(model.standard):
                self.remark(f"{self._label} is asked of everybody anew: it is not taken over.")
            elif not self._step(model.take_previous):
                self.remark(f"The record before this one has nothing in {self._label} to take over.")
        elif name in ("undo", "redo"):
            self._undo_or_redo(name)
        else:
            if name == "save":
                self.flush()
            self.on_command("back" if name == "escape" else name)

    def _undo_or_redo(self, name: str) -> None:
        """It is said what was taken back: where several fields change at one stroke how many: not all are in view."""
        model, before = self.model, dict(self.model.values)
        if not self._jump(model.undo if name == "undo" else model.redo):
            self.remark("There is nothing to take back." if name == "undo" else "Nothing was taken back.")
            return
        many = len(model.changed_since(before))
        told = f"{many} fields" if many > 1 else self._label
        self.remark(f"{told} {'taken back' if name == 'undo' else 'done again'}.")

    def _rest_no(self) -> None:
        """Answer No wherever the group asks yes or no and nobody has answered, and go on behind the last of them."""
        answered: list[int] = []

        def step() -> bool:
            answered.append(self.model.rest_of_group_no())
            return answered[0] > 0

        if self._step(step):
            fields = "field" if answered[0] == 1 else "fields"
            self.remark(f"{answered[0]} empty {fields} of this group answered No.")
        else:
            self.remark("This group has no empty field that asks yes or no.")

    # --- moving and choosing ----------------------------------------------------------------

    def _step(self, step: Callable[[], bool]) -> bool:
        """Let the model move or change, tell the host what changed, and show where we are."""
        model, left, before = self.model, self.model.current, dict(self.model.values)
        typed = model.is_typing
        done = step()
        changed = model.changed_since(before)
        # One check does for all that was changed at one stroke.
        for header in [one for one in dict.fromkeys((left, model.current)) if one in changed] or changed[:1]:
            self.on_edit(header)
        if model.current != left:
            self._arrive()
        elif model.value(left) != self.editor.value:
            self.editor.load(model.value(left), select=False)
            self.editor.place_cursor()
        if typed and (told := model.how_to_mend(left)):
            self.remark(told)
        self.repaint()
        return done

    def _jump(self, step: Callable[[], bool]) -> bool:
        """A step that may lead anywhere; Alt+Left leads back from there."""
        model, left = self.model, self.model.current
        done = self._step(step)
        if model.current != left:
            self._trail.append((model, left))
        return done

    def _way_back(self) -> None:
        """To where one was before the latest jump, in this record or in another one."""
        while self._trail:
            before = self.model, self.model.current
            self.came_from = model, header = self._trail.pop()
            length = len(self._trail)
            if model is self.model:
                self._step(partial(model.go_to, header))
            else:
                self.on_command("return")
            while len(self._trail) > length:  # going back is no jump
                self._trail.pop()
            if before != (self.model, self.model.current):
                return
        self.remark("There was no jump to go back from.")

    def forget_jumps(self) -> None:
        """One came here from elsewhere than this form: Alt+Left leads to none of its fields, for one was in none."""
        self._trail.clear()

    @property
    def _label(self) -> str:
        """The current field's name."""
        return self.model.field(self.model.current).label

    def _arrive(self) -> None:
        """Put the input on the current field's line."""
        self._show_row()
        self.editor.load(self.model.value(self.model.current))
        self._rearrange()
        self.editor.place_cursor()
        self.on_move(self.model.current)
        self.repaint()

    def _page(self, way: int) -> None:
        """Go to the stop nearest to a view's height away."""
        target = self._row + way * max(1, self.size.height - 1)
        stops = [header for header in self.model.order if self.model.is_stop(header)] or [self.model.current]
        self.go_to(min(stops, key=lambda header: abs(self.model.row_of[header] - target)))

    def _open_codes(self, query: str = "") -> None:
        """Open the code list under the current line, or over it where there is more room; where it is none, say so."""
        model = self.model
        if self.codes.open(model, self._room_for_codes, query):
            self.editor.load(query or model.value(model.current), select=not query)
            self.editor.place_cursor()
            self.repaint()
        elif model.codes(model.current) is None:
            self.remark(f"{self._label} has no list of codes.")
        else:
            self.remark(f"The codes of {self._label} are not known here: type the code itself.")

    @property
    def _room_for_codes(self) -> int:
        """Lines under the current one, or over it where there are more."""
        return max(self.size.height - 1 - self._view_row, self._view_row)

    def _close_codes(self) -> None:
        self.codes.close()
        self.editor.load(self.model.value(self.model.current))
        self.repaint()

    def _choose(self) -> None:
        """Take the list's answer as the value and go on; where it has none, one stays in it."""
        answer, header = self.codes.answer, self.model.current
        if answer is None:
            if self.codes.choices:
                self.remark("The code of this is not known here: Esc, then type the code itself.")
            return
        if self.locked:
            self._close_codes()
            self.remark(self.locked)
            return
        self.codes.close()
        if answer != self.model.value(header):
            self.model.choose(answer)
            self.on_edit(header)
        self._step(self.model.forward)

    # --- placing and scrolling --------------------------------------------------------------

    @property
    def _row(self) -> int:
        return self.model.row_of[self.model.current]

    @property
    def _view_row(self) -> int:
        """The current line, counted from the top of the view."""
        return self._row - self.scroll_offset.y

    @property
    def is_container(self) -> bool:
        """A ScrollView says False, and then its children are never arranged."""
        return True

    def compose(self) -> ComposeResult:
        """The live input is the only child."""
        yield self.editor

    def process_layout(self, placements: list[WidgetPlacement]) -> list[WidgetPlacement]:
        """Put the input on its line. Between two full layouts only `offset` may change: a region outside the view would
        change the form's virtual size, and the whole form would be sent again."""
        region, offset = Region(0, 0, max(1, self.columns.value), 1), Offset(self.columns.label, self._row)
        return [placement._replace(region=region, offset=offset) for placement in placements]

    def _rearrange(self) -> None:
        """Place the input again in this very frame."""
        textual_private.rearrange(self)

    def _show_row(self) -> None:
        """Bring the current line into view by half views: line by line would repaint them all at every Tab."""
        height, top = self.outer_size.height, self.scroll_offset.y
        if height > 0 and not top + min(self._row, height > 2) <= self._row < top + height:
            self.scroll_to(y=max(0, self._row - height // 2), animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling repaints the lines but does not move children."""
        super().watch_scroll_y(old_value, new_value)
        self._drawn.clear()
        self._rearrange()
        self.editor.place_cursor()

    def on_mount(self) -> None:
        """Start at the model's current field."""
        self._arrive()

    def on_resize(self) -> None:
        """Divide the lines anew and keep the current one in view."""
        self.columns = Columns.of(self.size.width)
        self.virtual_size = Size(self.size.width, len(self.model.rows))
        self._show_row()
        if self.codes.is_open:  # what is typed meanwhile is meant for it
            self.codes.fit(self._room_for_codes)
        self._drawn.clear()
        self._rearrange()  # the old arrangement has the old columns
        self.refresh()
        self.call_after_refresh(self.editor.place_cursor)

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked field, or choose the clicked code."""
        row = event.y + self.scroll_offset.y
        line = self.codes.line_at(event.y, self._view_row, self.size.height)
        if line is not None:
            if self.codes.point(line):
                self._choose()
        elif row < len(self.model.rows) and isinstance(field := self.model.rows[row], Field):
            self.go_to(field.header)
        self.focus_input()

    # --- drawing ----------------------------------------------------------------------------

    def _pieces(self, y: int, width: int, height: int, top: int) -> list[Piece]:
        """What stands on line `y` of a view of that size, scrolled to `top`."""
        index, line = y + top, self.codes.line_at(y, self._row - top, height) if self.codes.is_open else None
        if line is not None:
            left = self.columns.label if width >= 60 else 2
            return [(" " * left, "value"), *self.codes.draw(line, width - left)]
        if index >= len(self.model.rows):
            return [(" " * width, "value")]
        return self._rows.draw(self.model, index, self.columns, self.marks)

    def repaint(self) -> None:
        """Draw again the lines of the view that have changed, and no others."""
        top = self.scroll_offset.y
        self._repaint([y + top for y in self._drawn])

    def _repaint(self, rows: Iterable[int]) -> None:
        """The same of some rows: no others can have changed."""
        self._stale, (width, height), top = False, self.outer_size, self.scroll_offset.y
        for y in [row - top for row in rows]:
            drawn = self._drawn.get(y)
            if drawn is not None and drawn != self._pieces(y, width, height, top):
                del self._drawn[y]
                self.refresh(Region(0, y, width, 1))

    def notify_style_update(self) -> None:
        """Another theme: draw every line anew."""
        self._drawn.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as they are drawn."""
        return drawn_lines(self, crop)

    def render_line(self, y: int) -> Strip:
        """Line `y` of the view."""
        width, height = self.outer_size
        pieces = self._drawn[y] = self._pieces(y, width, height, self.scroll_offset.y)
        styles = tokens_of(self.app)
        strip = Strip([Segment(text, styles[INK[name]]) for text, name in pieces])
        return strip.adjust_cell_length(width, styles["text"])
