"""A dialog that asks for a few lines of text: a reason, percentages, dates. Nothing happens on Escape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from tui.form.line_input import LineInput
from tui.frame.base_screen import BaseModal
from tui.frame.text_line import TextLine
from tui.frame.text_page import wrapped
from validators.problems import Problem

MOVES = {"tab": 1, "enter": 1, "down": 1, "shift+tab": -1, "up": -1}
WIDTH = 70
MOST_TOLD = 4
"""Lines that a sentence about what is wrong may take."""


@dataclass(frozen=True)
class Asked:
    """One line to type: its key in the answer, its label, what stands in it at first, whether it may stay empty."""

    key: str
    label: str
    initial: str = ""
    optional: bool = False


class _Line:
    """One of the lines; the host that its input works for."""

    def __init__(self, dialog: "Asking", asked: Asked) -> None:
        self.dialog, self.asked = dialog, asked
        self.input = LineInput(self)

    def press(self, key: str) -> bool:
        """The keys that move on, accept or leave."""
        if key in MOVES:
            self.dialog.move(self, MOVES[key], accept=key == "enter")
        elif key == "f2":
            self.dialog.accept()
        elif key == "escape":
            self.dialog.dismiss(None)
        else:
            return False
        return True

    def typed(self, text: str) -> None:
        """What was wrong is not said for ever."""
        self.dialog.tell("")

    def input_offset(self) -> Offset:
        """Where the input stands."""
        return self.input.content_region.offset


class Asking(BaseModal[Mapping[str, str]]):
    """Dismissed with the texts by key, on F2 and on Enter in the last line; with None on Escape.

    `check` may raise Problem for the texts as a whole: its sentence is shown and the dialog stays.
    """

    DEFAULT_CSS = """
    Asking Vertical { width: 90%; max-width: 76; height: auto; }
    Asking LineInput { width: 100%; height: 1; }
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        asked: Sequence[Asked],
        check: Callable[[Mapping[str, str]], object] | None = None,
    ) -> None:
        super().__init__()
        self._heading, self._about, self._check = (
            title,
            [piece for line in lines for piece in wrapped(line, WIDTH)],
            check,
        )
        self.lines = tuple(_Line(self, one) for one in asked)
        self._told = tuple(TextLine([("", "panel")], "panel") for _ in range(MOST_TOLD))

    def compose(self) -> ComposeResult:
        """The title, what it is about, a label and a line for each, what is wrong, the keys."""
        with Vertical():
            yield TextLine([(f" {self._heading}", "title")], "title")
            for line in self._about:
                yield TextLine([(f" {line}", "panel")], "panel")
            for its in self.lines:
                yield TextLine([(f" {its.asked.label}", "panel_heading")], "panel")
                yield its.input
            yield from self._told
            yield TextLine(
                [(" F2, or Enter in the last line, keeps it; Esc leaves, nothing happens", "panel")], "panel"
            )

    def on_mount(self) -> None:
        """Begin with the first line."""
        self.tell("")
        for its in self.lines:
            its.input.load(its.asked.initial)
        self.lines[0].input.focus()
        self.call_after_refresh(self.lines[0].input.place_cursor)

    def move(self, line: _Line, step: int, accept: bool) -> None:
        """To another line; Enter in the last one is done."""
        target = self.lines.index(line) + step
        if target >= len(self.lines):
            if accept:
                self.accept()
        elif target >= 0:
            self.lines[target].input.focus()

    def accept(self) -> None:
        """Away with the texts, unless one is missing or they are refused."""
        texts = {its.asked.key: its.input.value.strip() for its in self.lines}
        for its in self.lines:
            if not its.asked.optional and not texts[its.asked.key]:
                self.tell(f"Type the {its.asked.label[:1].lower()}{its.asked.label[1:]} first.")
                its.input.focus()
                return
        try:
            if self._check is not None:
                self._check(texts)
        except Problem as problem:
            self.tell(str(problem))
            return
        self.dismiss(texts)

    def tell(self, sentence: str) -> None:
        """Say what is wrong, within the dialog, in as many lines as it takes; nothing said is one empty line."""
        pieces = wrapped(sentence, max(20, self._told[0].size.width - 2))[:MOST_TOLD] or [""]
        for number, line in enumerate(self._told):
            line.show((f" {pieces[number] if number < len(pieces) else ''}", "error" if sentence else "panel"))
            line.display = number < len(pieces)
