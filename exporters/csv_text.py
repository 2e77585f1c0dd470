"""Lines of CSV that tell what somebody typed, and of which neither a terminal nor a spreadsheet obeys anything."""

import csv
import io
from collections.abc import Iterable

_FORMULA = "=+-@\t\r"


def shown(value: str) -> str:
    """A value on one line: what cannot be printed is spelt out, letters of any language stay."""
    if value.isprintable():
        return value
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


def harmless(cell: str) -> str:
    """A cell as text also where a spreadsheet would take it for a formula: that begins with an apostrophe then."""
    return f"'{cell}" if cell[:1] and cell[0] in _FORMULA else cell


def csv_line(cells: Iterable[object], end: str = "\r\n") -> str:
    """A line; None is an empty cell. What a spreadsheet would take for a formula begins with an apostrophe."""
    buffer = io.StringIO(newline="")
    told = [shown("" if cell is None else str(cell)) for cell in cells]
    csv.writer(buffer, lineterminator=end).writerow(map(harmless, told))
    return buffer.getvalue()
