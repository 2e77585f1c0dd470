"""The ground of a 16-colour terminal is its own: nobody here knows whether that is black or white."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class TerminalGround(LineFilter):
    """On 16 colours, plain black and white become the terminal's own ground and ink, whichever those are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with pure black grounds and pure white inks taken out."""
        return [Segment(text, _grounded(style), control) for text, style, control in segments]


_grounded_styles: dict[Style, Style] = {}


def _grounded(style: Style | None) -> Style | None:
    if style is None:
        return None
    found = _grounded_styles.get(style)
    if found is None:
        ink, ground = style.color, style.bgcolor
        found = style.without_color + Style.from_color(
            None if ink is None or ink.name == "#ffffff" else ink,
            None if ground is None or ground.name == "#000000" else ground,
        )
        _grounded_styles[style] = found
    return found
