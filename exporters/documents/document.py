"""What a document is once its pages are read, whatever it was written with: paragraphs and tables, in their order."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Progress = Callable[[str], None]
"""Told, in a few words, how far reading has come."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `cells` are texts, the lines of each parted by line ends; `merged`: one cell over all."""

    cells: tuple[str, ...]
    page: int
    merged: bool = False

    @property
    def printed(self) -> str:
        """The row as people cite it: cells joined by bars, lines by a blank."""
        return " | ".join(one_line(cell) for cell in self.cells)

    def padded(self, width: int) -> tuple[str, ...]:
        """The cells, as many as the table has columns."""
        return (*self.cells, *[""] * (width - len(self.cells)))[:width]


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table as it stands on one page; tables that go on over pages are joined by those who read them."""

    rows: tuple[Row, ...]
    page: int
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a heading or an item of a list. `lines` are its lines as printed."""

    text: str
    page: int
    heading: bool = False


Block = Paragraph | DocumentTable


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read.

    `kind` is pdf, html, text or csv; `digest` the SHA-256 of its file in hexadecimal; `pages` how many it has, 0 where
    it has none: then a block's `page` is the number of its table, or its line in a CSV file.
    """

    file: str
    title: str
    kind: str
    digest: str
    pages: int
    blocks: Sequence[Block] = field(repr=False)

    @property
    def tables(self) -> Iterator[DocumentTable]:
        """Its tables, in their order."""
        return (block for block in self.blocks if isinstance(block, DocumentTable))

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        """Its paragraphs, in their order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))


def one_line(text: str) -> str:
    """A text with its lines joined by single blanks; by nothing behind a hyphen or a stroke within a word."""
    return " ".join(re.sub(r"(?<=\w[-/])\n(?=\w)", "", text).split())


_MARKS = str.maketrans("", "", "¹²³⁴⁵⁶⁷⁸⁹⁰†‡")


def without_marks(text: str) -> str:
    """A text without the signs that point to footnotes."""
    return text.translate(_MARKS)


def closed_up(text: str) -> str:
    """A text without any blanks or marks: how a word that a narrow column broke is read."""
    return "".join(without_marks(text).split())
