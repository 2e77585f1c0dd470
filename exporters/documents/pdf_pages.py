"""Reading the pages of a PDF: tables by their lines, tables without upright lines by where their headings stand, text.

pdfplumber (MIT) reads the letters, the lines and the cells that lines make; it is imported when a PDF is read, being an
extra of the installation. What is ours: marks of footnotes and words struck through are left out, running heads and
feet too, and columns are told from the blank between them where no line parts them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import Any

from exporters.documents.document import Block, DocumentTable, Paragraph, Row, one_line
from exporters.documents.headings import FieldHeading, heading_of
from validators.problems import Problem

MOST_PAGES = 500
_SMALL = 0.8  # of the size of the letters beside it: the mark of a footnote
_EDGE = 0.12  # of a page's height, above and below: where running heads and feet stand
_GAP = 0.55  # of the letters' size: wider than any blank between words
_NEAR = 1.45  # of a line's height: the distance at which lines still belong together

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class PageWord:
    """A word and its place: points from the left and from the top."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """How far down it stands."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class PageLine:
    """Words that stand in one line, from left to right.

    `edge` is how far right the page's lines may go; `band` how many strokes across the page stand above it.
    """

    words: list[PageWord]
    page: int
    edge: float = 0
    band: int = 0

    @property
    def text(self) -> str:
        """The line's text."""
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        """Where it begins."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return max(word.bottom for word in self.words)

    @property
    def x0(self) -> float:
        """How far left it begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """How far right it goes."""
        return max(word.x1 for word in self.words)

    def chunks(self) -> list[list[PageWord]]:
        """Its words in groups: a gap wider than any blank between words parts them."""
        found: list[list[PageWord]] = []
        for word in self.words:
            if found and word.x0 - found[-1][-1].x1 < _GAP * word.size:
                found[-1].append(word)
            else:
                found.append([word])
        return found


@dataclass(slots=True)
class Loose:
    """A table without upright lines that is being read: where its columns part, and what it holds so far."""

    bounds: list[float]
    key: int
    rows: list[list[list[str]]] = field(default_factory=list)


def read_pages(
    file: BufferedReader, path: Path, begin: Callable[[int, int], None], most: int
) -> tuple[int, str, list[Block]]:
    """The pages of a PDF: how many, the title it bears, and what stands on them.

    `path` names it in sentences, `begin` is told the page that is begun and of how many, `most` is how many there may
    be. What a page takes of memory and time has no bound here: see `pdf_apart`, which looks whether pdfplumber is
    installed as well. Raises MemoryError, and Problem, in one sentence, for a file that is encrypted, broken, without
    text or too long.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    try:
        with pdfplumber.open(file) as pdf:
            count = len(pdf.pages)
            if count > most:
                raise Problem(f"{path} has {count} pages: take out those with the tables, {most} at most.")
            pages = []
            for page in pdf.pages:
                begin(page.page_number, count)
                pages.append(_Page(page).read())
                page.close()
            title = str((pdf.metadata or {}).get("Title") or "")
    except (Problem, MemoryError):
        raise
    except Exception as error:
        # pdfminer raises whatever a broken file makes it stumble over; it also wraps its own errors in another.
        if isinstance(error.__context__, (PDFPasswordIncorrect, PDFEncryptionError)) or isinstance(
            error, (PDFPasswordIncorrect, PDFEncryptionError)
        ):
            raise Problem(f"{path} is encrypted: save it without a password and try again.") from None
        raise Problem(f"{path} is broken and cannot be read as a PDF: fetch it again from its owner.") from None
    if not any(isinstance(item, DocumentTable) or item.words for page in pages for item in page):
        raise Problem(
            f"{path} holds no text, as a scan does: ask its owner for the document itself, or have the text recognised."
        )
    return count, title, _blocks(pages)


class _Page:
    """One page of a PDF, to be read once."""

    def __init__(self, page: Any) -> None:
        self.page, self.number = page, int(page.page_number)

    def read(self) -> list[PageLine | DocumentTable]:
        """Its lines and tables from top to bottom."""
        words = self._words()
        found: list[tuple[float, PageLine | DocumentTable]] = []
        for grid in self.page.find_tables():
            rows = self._rows(grid, words)
            if rows is None:
                continue
            x0, top, x1, bottom = grid.bbox
            words = [word for word in words if not (x0 <= word.x0 <= x1 and top <= word.middle <= bottom)]
            found.append((top, DocumentTable(rows, self.number)))
        edge = float(self.page.width) - min((word.x0 for word in words), default=0)
        strokes = self._strokes()
        for line in in_lines(words, self.number, edge):
            line.band = sum(stroke < line.words[0].middle for stroke in strokes)
            found.append((line.top, line))
        return [item for _, item in sorted(found, key=lambda pair: pair[0])]

    def _words(self) -> list[PageWord]:
        """The words that stand upright, without the marks of footnotes and what is struck through."""
        taken = self.page.extract_words(extra_attrs=["size"], use_text_flow=False)
        words = [
            PageWord(one_line(item["text"]), item["x0"], item["x1"], item["top"], item["bottom"], item["size"])
            for item in taken
            if item.get("upright", True) and item["text"].strip()
        ]
        strokes = [
            (item["x0"], item["x1"], (item["top"] + item["bottom"]) / 2)
            for item in (*self.page.lines, *self.page.rects)
            if item["bottom"] - item["top"] < 1.5 and item["x1"] - item["x0"] < 80
        ]
        return _without_marks([word for word in words if not _struck(word, strokes)])

    def _strokes(self) -> list[float]:
        """How far down lines run across a good part of the page, those of stripes and frames among them."""
        wide = 0.3 * float(self.page.width)
        ends = {
            round(item[end])
            for item in (*self.page.lines, *self.page.rects)
            for end in ("top", "bottom")
            if item["x1"] - item["x0"] > wide
        }
        return sorted(ends)

    def _rows(self, grid: Any, words: Iterable[PageWord]) -> tuple[Row, ...] | None:
        """The rows of a table that lines draw; None for a frame, or for stripes, which part no columns."""
        x0, top, x1, bottom = grid.bbox
        inside = [word for word in words if x0 - 1 <= word.x0 <= x1 + 1 and top - 1 <= word.middle <= bottom + 1]
        rows = grid.rows
        if max(sum(cell is not None for cell in row.cells) for row in rows) < 2:
            return None
        found = []
        for row in rows:
            boxes = [cell for cell in row.cells if cell is not None]
            texts = [_text_in(inside, box) for box in boxes]
            width = (boxes[-1][2] - boxes[0][0]) if boxes else 0
            merged = len(boxes) == 1 and width > 0.9 * (x1 - x0) and len(row.cells) > 1
            found.append(Row(tuple(texts), self.number, merged=merged))
        return tuple(found)


def _text_in(words: Sequence[PageWord], box: Box) -> str:
    x0, top, x1, bottom = box
    within = [word for word in words if x0 <= (word.x0 + word.x1) / 2 <= x1 and top <= word.middle <= bottom]
    return "\n".join(line.text for line in in_lines(within, 0))


def in_lines(words: Iterable[PageWord], page: int, edge: float = 0) -> list[PageLine]:
    """Words put into lines by how far down they stand."""
    lines: list[PageLine] = []
    for word in sorted(words, key=lambda item: (item.middle, item.x0)):
        if lines and abs(word.middle - lines[-1].words[-1].middle) < 0.4 * word.size:
            lines[-1].words.append(word)
        else:
            lines.append(PageLine([word], page, edge))
    for line in lines:
        line.words.sort(key=lambda item: item.x0)
    return lines


def _struck(word: PageWord, strokes: Iterable[tuple[float, float, float]]) -> bool:
    height = word.bottom - word.top
    for x0, x1, middle in strokes:
        shared = min(x1, word.x1) - max(x0, word.x0)
        if abs(middle - word.middle) < 0.3 * height and shared > 0.6 * (word.x1 - word.x0):
            return True
    return False


def _without_marks(words: list[PageWord]) -> list[PageWord]:
    """Words without small raised figures, which point to footnotes and belong to no header and no number."""
    sizes = sorted(word.size for word in words)
    usual = sizes[len(sizes) // 2] if sizes else 0
    small = [word for word in words if len(word.text) <= 2 and word.size < _SMALL * usual]
    marks = set()
    for mark in small:
        for word in words:
            beside = -1 <= mark.x0 - word.x1 < 2 and mark.size < _SMALL * word.size
            if beside and word.top - word.size < mark.top < word.middle:
                marks.add(id(mark))
    return [word for word in words if id(word) not in marks]


def _blocks(pages: Sequence[Sequence[PageLine | DocumentTable]]) -> list[Block]:
    """What stands on the pages, without running heads and feet; lines made paragraphs and loose tables."""
    repeated = _running(pages)
    flow = _Flow()
    for page in pages:
        lines: list[PageLine] = []
        for item in page:
            if isinstance(item, DocumentTable):
                flow.take(lines)
                lines, flow.open, flow.last = [], None, None
                flow.blocks.append(item)
            elif _masked(item.text) not in repeated:
                lines.append(item)
        flow.take(lines)
    return flow.blocks


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _running(pages: Sequence[Sequence[PageLine | DocumentTable]]) -> set[str]:
    """The lines that stand first or last on many pages, whatever number they bear, and are no headings of a table."""
    seen: Counter[str] = Counter()
    for page in pages:
        lines = [item for item in page if isinstance(item, PageLine)]
        of_tables: set[int] = set()
        for at in range(min(3, len(lines))):
            if (begun := _begun(lines, at)) is not None:
                of_tables |= set(range(at - 1, at + begun.count))  # and the title above them
        first = [line for at, line in enumerate(lines[:2]) if at not in of_tables]
        seen.update({_masked(line.text) for line in (*first, *lines[2:][-2:])})
    least = max(3, len(pages) // 3)
    return {text for text, times in seen.items() if times >= least}


@dataclass(slots=True)
class _Flow:
    """What was made of the lines so far.

    `open` is a loose table that reaches the end of its page and may go on, `last` the one that was read last.
    """

    blocks: list[Block] = field(default_factory=list)
    open: Loose | None = None
    last: Loose | None = None

    def take(self, lines: list[PageLine]) -> None:
        """Make blocks of lines that stand together on one page."""
        at = 0
        if self.open is not None and lines:
            at = _continue(lines, 0, self.open, self.blocks)
            self.open = self.open if at == len(lines) else None
        waiting: list[PageLine] = []
        while at < len(lines):
            begun = _begin(lines, at)
            if begun is not None:
                table, heading, behind = begun
            elif self.last is not None and _resumes(lines[at], self.last):
                table, heading, behind = self.last, None, at
            else:
                waiting.append(lines[at])
                at += 1
                continue
            _paragraphs(waiting, self.blocks)
            waiting = []
            at = _continue(lines, behind, table, self.blocks, heading)
            self.last, self.open = table, table if at == len(lines) else None
        _paragraphs(waiting, self.blocks)


def _resumes(line: PageLine, table: Loose) -> bool:
    """Whether a line is a row of the last loose table, which goes on without headings behind some text."""
    parts = _parted(line, table.bounds)
    filled = sum(bool(part) for part in parts or ())
    return len(table.bounds) >= 4 and filled >= 4 and _is_key(parts, table.key)


@dataclass(frozen=True, slots=True)
class Begun:
    """The headings of a table without upright lines: over how many lines, in which columns, what they say."""

    count: int
    columns: list[list[list[PageWord]]]
    cells: list[str]
    heading: FieldHeading


def _begun(lines: Sequence[PageLine], at: int) -> Begun | None:
    """The headings that begin with this line, over up to four lines; None for another line."""
    best = None
    for count in (1, 2, 3, 4):
        window = lines[at : at + count]
        if len(window) < count or window[-1].top - window[0].top > 60:
            break
        columns = _columns([chunk for line in window for chunk in line.chunks()])
        cells = ["\n".join(" ".join(word.text for word in chunk) for chunk in column) for column in columns]
        heading = heading_of(cells) if len(cells) > 1 else None
        if heading is not None and heading.whole:
            best = Begun(count, columns, cells, heading)
    return best


def _begin(lines: list[PageLine], at: int) -> tuple[Loose, Row, int] | None:
    """A table without upright lines whose headings begin with this line: the table, its headings, the line behind."""
    begun = _begun(lines, at)
    if begun is None:
        return None
    behind = at + begun.count
    end = behind
    while end < len(lines) and _begun(lines, end) is None and not re.match(r"\d+\. [A-Z]|Appendix ", lines[end].text):
        end += 1
    body = [word for line in lines[behind:end] for word in line.words]
    bounds = _bounds(begun.columns, body)
    return Loose(bounds, begun.heading.key), Row(tuple(begun.cells), lines[at].page), behind


def _columns(chunks: list[list[PageWord]]) -> list[list[list[PageWord]]]:
    """Groups of words put into columns by where they stand; those of one column lie above each other."""
    columns: list[list[list[PageWord]]] = []
    for chunk in sorted(chunks, key=lambda item: item[0].x0):
        x0, x1 = chunk[0].x0, chunk[-1].x1
        for column in columns:
            if x0 < max(part[-1].x1 for part in column) and x1 > min(part[0].x0 for part in column):
                column.append(chunk)
                break
        else:
            columns.append([chunk])
    for column in columns:
        column.sort(key=lambda part: part[0].top)
    return columns


def _bounds(columns: list[list[list[PageWord]]], body: list[PageWord]) -> list[float]:
    """Where columns part: as few words as can be are cut, as near as can be to the left of the next heading."""
    bounds = []
    for left, right in pairwise(columns):
        begins = min(part[0].x0 for part in left)
        after = min(part[0].x0 for part in right)
        best, least = after - 1, float("inf")
        x = begins + 2
        while x < after:
            cut = sum(word.x0 < x < word.x1 for word in body) + 0.02 * abs(x - (after - 2))
            if cut < least:
                best, least = x, cut
            x += 1
        bounds.append(best)
    return bounds


def _continue(lines: list[PageLine], at: int, table: Loose, blocks: list[Block], heading: Row | None = None) -> int:
    """Make a table of the rows of a loose one, behind its headings; returns the line at which it ends."""
    rows: list[list[str] | Row] = [] if heading is None else [heading]
    page = lines[at].page if at < len(lines) else 0
    ruled = _ruled(lines[at : at + 30], table)
    before: PageLine | None = None
    while at < len(lines) and _begun(lines, at) is None:
        line = lines[at]
        parts = _parted(line, table.bounds)
        last = rows[-1] if rows else None
        if _is_title(lines, at, parts, table.key):
            break
        if parts is None:
            follows = at + 1 < len(lines) and _is_key(_parted(lines[at + 1], table.bounds), table.key)
            if not follows:
                break
            rows.append(Row((line.text,), page, merged=True))
        elif _is_group(parts, table.key):
            rows.append(Row((line.text,), page, merged=True))
        elif before is None or isinstance(last, Row) or _begins_row(line, before, parts, ruled, table.key):
            rows.append(parts)
        elif line.top - before.bottom > (3 if ruled else 1.2) * line.words[0].size or last is None:
            break
        else:
            last[:] = ["\n".join(filter(None, pair)) for pair in zip(last, parts, strict=True)]
        before = line
        at += 1
    if rows:
        made = tuple(row if isinstance(row, Row) else Row(tuple(row), page) for row in rows)
        blocks.append(DocumentTable(made, made[0].page))
    return at


def _is_title(lines: list[PageLine], at: int, parts: list[str] | None, key: int) -> bool:
    """Whether a line behind a table is the title of what comes next: it names fields, or headings follow it."""
    if parts is not None and _is_key(parts, key):
        return False
    named = re.search(r"\([A-Z][A-Z0-9_]{1,14}(?:[,;] ?[A-Z][A-Z0-9_]{1,14})*\)$", lines[at].text)
    return named is not None or _begun(lines, at + 1) is not None


def _is_group(parts: list[str], key: int) -> bool:
    """Whether a row holds words where its number or code should be, and nothing else: the title of a group."""
    return not any(parts[:key] + parts[key + 1 :]) and bool(re.search("[a-z]{3}", parts[key]))


def _ruled(lines: list[PageLine], table: Loose) -> bool:
    """Whether strokes part the rows of a loose table: then a row may begin with any of its cells."""
    keys = [line.band for line in lines if _is_key(_parted(line, table.bounds), table.key)]
    return len(keys) > 1 and len(set(keys)) == len(keys)


def _begins_row(line: PageLine, before: PageLine, parts: list[str], ruled: bool, key: int) -> bool:
    return line.band != before.band if ruled else _is_key(parts, key)


def _parted(line: PageLine, bounds: list[float]) -> list[str] | None:
    """A line cut into the columns of a table; None for one that runs across where they part."""
    parts: list[list[str]] = [[] for _ in range(len(bounds) + 1)]
    for chunk in line.chunks():
        for word in chunk:
            middle = (word.x0 + word.x1) / 2
            parts[sum(bound < middle for bound in bounds)].append(word.text)
        for left, right in pairwise(chunk):
            if any(left.x0 < bound < right.x1 and right.x0 - left.x1 < 0.45 * left.size for bound in bounds):
                return None
        if any(word.x0 + 2 < bound < word.x1 - 2 for word in chunk for bound in bounds):
            return None
    return [" ".join(part) for part in parts]


def _is_key(parts: list[str] | None, key: int) -> bool:
    return parts is not None and bool(re.fullmatch(r"\W?[A-Z]{0,4}\d[\dA-Z–-]*\.?|[A-Z]{1,3}\d?", parts[key]))


def _paragraphs(lines: list[PageLine], blocks: list[Block]) -> None:
    """Lines made paragraphs: a line that goes to the right edge goes on in the next, an open bracket too."""
    text = ""
    last: PageLine | None = None
    for line in lines:
        goes_on = last is not None and (
            (
                last.x1 > 0.85 * last.edge
                and line.top - last.bottom < _NEAR * line.words[0].size - line.words[0].size + 4
            )
            or text.count("(") > text.count(")")
        )
        if goes_on and not re.match(r"[•–-] |\d+\.? ", line.text):
            text += " " + line.text
        else:
            if last is not None:
                blocks.append(Paragraph(text, last.page))
            text = line.text
        last = line
    if last is not None:
        blocks.append(Paragraph(text, last.page))
