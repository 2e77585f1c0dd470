"""A line in which one looks for something, over a list: an editor that leaves moving keys to the list, in order."""

from collections.abc import Callable, Iterable, Mapping

from textual.containers import Horizontal
from textual.geometry import Offset
from textual.widget import Widget

from tui.widgets.actions import REGISTRY
from tui.widgets.base_screen import BaseScreen
from tui.widgets.line_input import LineInput
from tui.widgets.text import width_of
from tui.widgets.text_line import Piece, TextLine

Press = Callable[[str], bool]


def keys_of(scope: str) -> Mapping[str, str]:
    """Key → the method of the screen it calls, with the keys as the person has set them."""
    actions = REGISTRY.own(scope)
    return {key: each.method for each in actions for key in REGISTRY.keys(each.id)}


class FindLine(Horizontal):
    """A label, the live input, and at the right what was found.

    `on_press(key)` gets every key before the editor and is True when it has dealt with it; `on_typed(text)` the text
    after every edit. Both are called at once, so that keys typed ahead act on what was typed before them.
    """

    DEFAULT_CSS = """
    FindLine { height: 1; width: 1fr; }
    FindLine LineInput { width: 1fr; height: 1; }
    FindLine .find-side { width: auto; }
    """

    def __init__(self, label: str, on_press: Press, on_typed: Callable[[str], object], id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = f" {label} "
        self._on_press, self._on_typed = on_press, on_typed
        self.editor = LineInput(self)
        self._told = TextLine(id="find-told")

    def compose(self) -> Iterable[Widget]:
        """Label, input, what was found."""
        label = TextLine([(self._label, "heading")])
        label.styles.width = width_of(self._label)
        self._told.styles.width = 30
        yield label
        yield self.editor
        yield self._told

    @property
    def text(self) -> str:
        """What is typed."""
        return self.editor.value

    def tell(self, *pieces: Piece) -> None:
        """Say at the right what was found."""
        self._told.show(*pieces)

    def clear(self) -> None:
        """Empty the line; the owner is not told."""
        self.editor.load("")

    def select(self) -> None:
        """Let typing go here, in place of what stands there."""
        self.editor.load(self.editor.value)
        self.focus_input()

    def focus_input(self) -> None:
        """Let typing go here."""
        self.editor.focus(scroll_visible=False)
        # The first time it has no place on the screen yet.
        self.call_after_refresh(self.editor.place_cursor)

    # What the input works for

    def press(self, key: str) -> bool:
        """A key, before the editor has it."""
        return self._on_press(key)

    def typed(self, text: str) -> None:
        """The text after an edit."""
        self._on_typed(text)

    def remark(self, sentence: str) -> None:
        """In the status line."""
        if isinstance(self.screen, BaseScreen):
            self.screen.say(sentence)

    def input_offset(self) -> Offset:
        """Where the input's first cell stands."""
        return self.editor.content_region.offset
