"""Numbered rules: those of tables, over pages, and those that only the revision history tells."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from exporters.documents.document import Document, DocumentTable, closed_up, one_line, without_marks
from exporters.documents.headings import FieldHeading, heading_of

_NUMBER = re.compile(r"\d{1,4}[a-z]?")


@dataclass(slots=True)
class ReadRule:
    """A rule as a document has it: `lines` are sentences and items of lists, `where` is table or revision history."""

    number: str
    lines: list[str]
    document: str
    page: str
    where: str = "table"
    questions: list[str] = field(default_factory=list)

    @property
    def wording(self) -> str:
        """The words, lines joined by one blank."""
        return one_line(" ".join(self.lines))


def read_rules(document: Document, name: str) -> list[ReadRule]:
    """The rules in a document's tables, in their order; a number that stands twice is there twice."""
    found: list[ReadRule] = []
    heading: FieldHeading | None = None
    for table in document.tables:
        made = next((made for row in table.rows[:3] if (made := heading_of(row.cells)) is not None), None)
        if made is not None:
            heading = made if made.kind == "rules" else None
        elif heading is not None and not _goes_on(table, heading):
            heading = None
        if heading is None:
            continue
        at, words = heading.columns["number"], heading.columns["wording"]
        for row in table.rows:
            cells = row.padded(max(heading.width, words + 1))
            if heading_of(row.cells) is not None or not any(cell.strip() for cell in cells):
                continue
            number = closed_up(cells[at]).rstrip(".:")
            lines = _lines(without_marks(cells[words]))
            if _NUMBER.fullmatch(number) and lines:
                found.append(ReadRule(number, lines, name, str(row.page)))
            elif not number and lines and found:
                found[-1].lines += lines
                if str(row.page) != found[-1].page.partition("-")[2]:
                    found[-1].page = f"{found[-1].page.partition('-')[0]}-{row.page}"
    return found


def _goes_on(table: DocumentTable, heading: FieldHeading) -> bool:
    rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
    at = heading.columns["number"]
    numbers = [closed_up(row.padded(heading.width)[at]).rstrip(".") for row in rows]
    return (
        bool(rows)
        and len(rows[0].cells) <= heading.width
        and all(not number or _NUMBER.fullmatch(number) for number in numbers)
    )


def _lines(text: str) -> list[str]:
    """A cell's sentences and items: lines that only the width of the cell broke are joined."""
    lines: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare:
            continue
        if lines and not bare.startswith("•") and not lines[-1].endswith((".", ":")):
            lines[-1] = one_line(f"{lines[-1]}\n{bare}")
        else:
            lines.append(bare)
    return lines


def told_in_history(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """What the revision history lists: what is done (`dropped`, `rules`, `new`), the name, the words, the page."""
    for table in document.tables:
        first = " ".join(table.rows[0].cells).lower()
        if "version" not in first and not any("•" in cell for row in table.rows for cell in row.cells):
            continue
        for row in table.rows:
            for cell in row.cells:
                if "•" in cell:
                    yield from _told(cell, str(row.page))


def _told(cell: str, page: str) -> Iterator[tuple[str, str, str, str]]:
    """The items of one cell; the line before them, which ends with a colon, says what is done with them."""
    first, *items = cell.split("•")
    doing = _doing(first)
    for item in items:
        *lines, last = item.strip().split("\n")
        titled = bool(lines) and last.rstrip().endswith(":")
        text = one_line("\n".join(lines if titled else [*lines, last]))
        match = re.match(r"([A-Z][A-Z0-9]+|\d{1,4})\s*[–—-]\s+(.+)", text)
        if match:
            yield doing, match[1], match[2], page
        if titled:
            doing = _doing(last)


def _doing(title: str) -> str:
    lowered = title.lower()
    if re.search("drop|remov|withdraw|no longer", lowered):
        return "dropped"
    return "rules" if "rule" in lowered else "new"


def from_history(document: Document, name: str, known: Collection[str], carried: Collection[str]) -> list[ReadRule]:
    """Rules that fields carry and no table defines, as the revision history words them."""
    found = []
    for doing, number, words, page in told_in_history(document):
        if doing == "rules" and number.isdigit() and number in carried and number not in known:
            rule = ReadRule(number, [words], name, page, "revision history")
            rule.questions.append("The rule stands in the revision history only, not in the table of rules.")
            found.append(rule)
    return found
