"""A question with lettered answers. Enter answers only what can do no harm."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.strip import Strip

from tui.widgets.actions import REGISTRY
from tui.widgets.base_screen import BaseModal
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Drawn, Piece
from tui.widgets.text_page import wrapped


@dataclass(frozen=True)
class Answer:
    """One answer: the letter that gives it, what it says, and whether it loses something."""

    letter: str
    text: str
    destructive: bool = False


class Question(Drawn, can_focus=True):
    """The box of a question: its text and its answers. The dialog it stands in is dismissed with a letter."""

    DEFAULT_CSS = "Question { width: 90%; max-width: 70; height: auto; max-height: 100%; }"

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer], preferred: str) -> None:
        super().__init__()
        self._title, self._text = printable(title), [printable(line) for line in lines]
        self.answers, self.preferred = tuple(answers), preferred

    def _drawn(self, width: int) -> list[list[Piece]]:
        inner = max(1, width - 4)
        text = [piece for line in self._text for piece in wrapped(line, inner)]
        lines: list[list[Piece]] = [[(fit(f" {self._title}", width), "title")]]
        lines += [[(fit(f"  {line}", width), "panel")] for line in text]
        lines.append([(" " * width, "panel")])
        for answer in self.answers:
            mark = (
                " (Enter)"
                if answer.letter == self.preferred
                else " - cannot be undone here"
                if answer.destructive
                else ""
            )
            lines.append(
                [("  ", "panel"), (f" {answer.letter.upper()} ", "cursor"), (f" {answer.text}{mark}", "panel")]
            )
        lines.append([("  ", "panel"), (" Esc ", "cursor"), (" back, nothing happens", "panel")])
        return lines

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as the question takes at this width."""
        return len(self._drawn(width))

    def render_line(self, y: int) -> Strip:
        """One line of the box. Where there is little room the answers are kept and the text is cut."""
        width, height = self.size.width, self.size.height
        lines = self._drawn(width)
        if len(lines) > height:
            kept = len(self.answers) + 1
            lines = [*lines[: max(0, height - kept)], *lines[-kept:]]
        return self.strip_of(lines[y], width, "panel") if y < len(lines) else Strip([Segment(" " * width)], width)


class Confirm(BaseModal[str]):
    """Ask, and be dismissed with the letter of the answer; None on Escape.

    `preferred` is what Enter answers; "" (as it has to be when that answer would destroy) makes Enter do nothing. Other
    keys do nothing, so that what was typed ahead for another screen answers at most what a person meant to answer: the
    letters of answers are to be chosen with that in mind.
    """

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer], preferred: str = "") -> None:
        """Raises ValueError when two answers share a letter or Enter would give a destructive one."""
        super().__init__()
        letters = [answer.letter.lower() for answer in answers]
        if len(set(letters)) != len(letters):
            raise ValueError("Two answers have the same letter.")
        if preferred and any(answer.destructive for answer in answers if answer.letter == preferred):
            raise ValueError("Enter must not give a destructive answer.")
        self._letters, self._preferred = letters, preferred.lower()
        self._question = Question(title, lines, answers, preferred)

    def compose(self) -> ComposeResult:
        """The box."""
        yield self._question

    def on_key(self, event: events.Key) -> None:
        """A letter answers; Enter gives the preferred answer if there is one; Escape and F1 are the frame's."""
        if event.key == "escape" or event.key in REGISTRY.keys("app.help"):
            return
        event.stop()
        event.prevent_default()
        letter = (event.character or "").lower()
        if letter and letter in self._letters:
            self.dismiss(letter)
        elif event.key == "enter" and self._preferred:
            self.dismiss(self._preferred)
