"""Text as it may be drawn: marks for what would steer a terminal, and lines cut to an exact width."""

from rich.cells import cell_len, set_cell_size

from tui.form.printable import printable

__all__ = ["fit", "one_line", "printable", "width_of"]


def width_of(text: str) -> int:
    """Cells that `text` takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int) -> str:
    """`text` cut or padded to exactly `width` cells; a cut is shown by an ellipsis where there is room for one."""
    if width <= 0:
        return ""
    length = width_of(text)
    if length <= width:
        return text + " " * (width - length)
    if width == 1:
        return set_cell_size(text, 1)
    return set_cell_size(text, width - 1) + "…"


def one_line(value: object, width: int) -> str:
    """Any stored value as one safe piece of a line of exactly `width` cells; None is drawn as nothing."""
    return fit("" if value is None else printable(str(value)), width)
