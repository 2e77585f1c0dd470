"""The formats there are, by the name that a standard gives its own in `submission.format`.

A format is loaded when it is first asked for: a table is checked without loading what only XML needs.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from store.disk.files import open_input
from validators.problems import Problem
from validators.standard.model import Standard

if TYPE_CHECKING:
    from exporters.formats.base import Format


@dataclass(frozen=True, slots=True)
class Registered:
    """A format that is known: how it is loaded, and how its files begin, byte-order mark and blanks left out.

    The one whose files may begin in any way has no beginnings: a file is taken for its where it is no other's.
    """

    load: "Callable[[], type[Format]]"
    begins: tuple[bytes, ...] = ()


def _csv() -> "type[Format]":
    from exporters.csv_format.format import CsvFormat

    return CsvFormat


def _xml() -> "type[Format]":
    from exporters.xml_format.format import XmlFormat

    return XmlFormat


FORMATS: dict[str, Registered] = {
    "xml": Registered(_xml, (b"<", BOM_UTF16_LE, BOM_UTF16_BE)),
    "csv": Registered(_csv),
}
"""Every format by its name. Another one is put in beside them."""


def of(standard: Standard) -> "Format":
    """The format of a standard's returns. Raises Problem where nothing is known of it."""
    known = FORMATS.get(standard.submission.format)
    if known is None:
        raise Problem(
            f"Returns of {standard.id} are written as {standard.submission.format!a}, which this Keywork does not know:"
            f" it knows {', '.join(sorted(FORMATS))}; mend format in its standard.toml."
        )
    return known.load()(standard)


def names_in(path: Path) -> frozenset[str]:
    """What a file calls its parts: the headings of a table, or the outermost element; nothing where it has neither."""
    try:
        if not S_ISREG(path.stat().st_mode):  # a pipe can be read only once
            return frozenset()
        with open_input(path) as file:
            start = file.read(256).removeprefix(BOM_UTF8).lstrip()
    except (OSError, Problem):
        return frozenset()
    known = next((one for one in FORMATS.values() if start.startswith(one.begins)), None)
    known = known or next((one for one in FORMATS.values() if not one.begins), None)
    return known.load().names_in(path) if known is not None else frozenset()
