"""A dialog that asks for a few lines of text: a reason, percentages, dates. Nothing happens on Escape."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from store.disk.files import unreached
from tui.widgets.base_screen import BaseModal, return_cursor
from tui.widgets.line_input import LineInput
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.widgets.frame import Frame

Check = Callable[[Mapping[str, str]], object]
"""Raises Problem for texts that will not do."""
NotDone = Callable[[Problem], object]
"""Is told why something was not done."""
MOVES = {"tab": 1, "enter": 1, "down": 1, "shift+tab": -1, "up": -1}
WIDTH, SHARE = 76, 0.9
"""The most columns the dialog takes, and how much of a narrow terminal."""
MOST_TOLD = 8
"""Lines that a sentence about what is wrong may take, where there is room."""
MOST_ABOUT = 12
KEPT = "What you typed stands there when you do it again."
KEYS = ("F2, or Enter in the last line, keeps it; Esc leaves, nothing happens", "F2 keeps it, Esc leaves")


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

    def remark(self, sentence: str) -> None:
        """Within the dialog."""
        self.dialog.tell(sentence)

    def input_offset(self) -> Offset:
        """Where the input stands."""
        return self.input.content_region.offset


class Asking(BaseModal[Mapping[str, str]]):
    """Dismissed with the texts by key, on F2 and on Enter in the last line; with None on Escape.

    `check` may raise Problem for the texts as a whole: its sentence is shown and the dialog stays. What may still be
    refused once the dialog is gone, as somebody came before or the store is locked, is given `of`, what is done to
    what: whoever does it gives the Problem to `refused`, and the same asked again has what was typed standing in it.
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
        check: Check | None = None,
        of: Hashable = None,
    ) -> None:
        super().__init__()
        self.texts: Mapping[str, str] = {}
        self._of, self._program = of, cast("Frame", None)
        self._heading, self._text, self._check, self._sentence = title, tuple(lines), check, ""
        self._about = tuple(TextLine([("", "panel")], "panel") for _ in range(MOST_ABOUT))
        self._keys = TextLine([("", "panel")], "panel")
        self._shown = 0, 0
        self.lines = tuple(_Line(self, one) for one in asked)
        self._told = tuple(TextLine([("", "panel")], "panel") for _ in range(MOST_TOLD))

    def compose(self) -> ComposeResult:
        """The title, what it is about, a label and a line for each, what is wrong, the keys."""
        with Vertical():
            yield TextLine([(f" {self._heading}", "title")], "title")
            yield from self._about
            for its in self.lines:
                yield TextLine([(f" {its.asked.label}", "panel_heading")], "panel")
                yield its.input
            yield from self._told
            yield self._keys

    def on_mount(self) -> None:
        """Begin with the first line."""
        self.tell("")
        self._program = self.base
        before = self.base.refused.get(self._of, {})
        for its in self.lines:
            its.input.load(before.get(its.asked.key, its.asked.initial))
        self.lines[0].input.focus()

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
            self.tell(problem.told(self.base.terms))
            return
        except OSError as error:  # of a file that is out of reach
            self.tell(unreached(error).told(self.base.terms))
            return
        self.base.refused.pop(self._of, None)
        self.texts = texts
        self.dismiss(texts)

    def refused(self, problem: Problem) -> None:
        """What it was typed for was not done: say why, and keep it for when the same is asked for again."""
        self._program.refused[self._of] = self.texts
        self._program.say(f"{self._program.why(problem)} {KEPT}", "error")

    def tell(self, sentence: str) -> None:
        """Say what is wrong, within the dialog, in as many lines as it takes; nothing said is one empty line."""
        self._sentence = sentence
        self._fit()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._fit()

    def _fit(self) -> None:
        """What is wrong comes first where there is little room, then what it is about; what is cut is seen to be."""
        width = max(20, min(WIDTH, int(self.app.size.width * SHARE)) - 2)
        room = max(1, self.app.size.height - 2 - 2 * len(self.lines))
        told = _cut(wrapped(self._sentence, width), min(MOST_TOLD, room)) or [""]
        _say(self._told, told, "error" if self._sentence else "panel")
        about = [piece for line in self._text for piece in wrapped(line, width)]
        about = _cut(about, min(len(self._about), room - len(told)))
        _say(self._about, about, "panel")
        if self._shown != (len(told), len(about)):  # the lines move, and with them the one that is typed in
            self._shown = len(told), len(about)
            self.call_after_refresh(return_cursor, self)
        self._keys.show((f" {next((one for one in KEYS if len(one) <= width), KEYS[-1])}", "panel"))


def _cut(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][:-2].rstrip()} …"] if most > 0 else []


def _say(lines: Sequence[TextLine], pieces: Sequence[str], token: str) -> None:
    for number, line in enumerate(lines):
        line.show((f" {pieces[number] if number < len(pieces) else ''}", token))
        line.display = number < len(pieces)
