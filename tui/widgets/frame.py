"""The app as the frame's own screens know it."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from tui.terminal.key_queue import KeyQueue
    from validators.problems import Problem
    from validators.standard.terminology import Sentence, Terms


class Frame(Protocol):
    """What every screen and dialog asks of the app they stand in.

    With `demo` the title line says so. `refused` is what was typed in dialogs and not taken, by what it was typed for.
    """

    demo: bool
    refused: dict[Hashable, Mapping[str, str]]

    @property
    def key_queue(self) -> "KeyQueue":
        """The keys that wait, in the order they were pressed."""

    @property
    def terms(self) -> "Terms":
        """What sentences call an episode, a row."""

    def why(self, problem: "Problem") -> str:
        """The sentence of a problem where another one is to follow it."""

    def hidden_actions(self) -> frozenset[str]:
        """The ids of actions that are nothing here: key bars leave them out."""

    def to_finding(self, step: Literal[1, -1]) -> None:
        """To the first finding there is, or the last."""

    def say(self, text: "str | Sentence", severity: str = "") -> None:
        """Put a sentence in the status line: severity `error`, `warning`, `notice`, `ok` or nothing."""

    def redraw(self) -> None:
        """Draw every cell again."""
