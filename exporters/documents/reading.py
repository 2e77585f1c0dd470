"""Reading documents, whatever they are: PDF, web pages, plain text with tables between bars, and CSV."""

import csv
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from exporters.documents.document import Block, Document, DocumentTable, Paragraph, Progress, Row, one_line
from exporters.documents.pdf_apart import read_apart
from exporters.imports.encodings import encoding_of, refuse_kind
from store.disk.files import open_input, open_text, refused
from validators.problems import Problem

_LARGEST = 200 * 1024 * 1024
_START = 4096


def read_document(path: Path, progress: Progress) -> Document:
    """Read one document: PDF, web page, plain text or CSV, told by what is in it.

    Raises Problem, in one sentence, for a file that cannot be read.
    """
    if path.is_dir():
        raise Problem(f"{path} is a folder: name the documents in it.")
    try:
        with open_input(path) as file:
            if os.fstat(file.fileno()).st_size > _LARGEST:
                raise Problem(f"{path} is larger than {_LARGEST >> 20} MB: take out the pages with the tables.")
            start = file.read(_START)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refused(error, path, "read") from None
    if b"%PDF-" in start[:1024]:
        pages, title, blocks = read_apart(path, progress)
        return Document(path.name, title, "pdf", digest, pages, blocks)
    progress(path.name)
    if _is_page(start):
        title, blocks = read_html(path)
        return Document(path.name, title, "html", digest, 0, blocks)
    refuse_kind(path, start)
    encoding = encoding_of(path)
    if path.suffix.lower() == ".csv":
        return Document(path.name, path.stem, "csv", digest, 0, read_csv(path, encoding))
    with open_text(path, encoding) as lines:
        text = lines.read()
    return Document(path.name, path.stem, "text", digest, 0, read_text(text))


def _is_page(start: bytes) -> bool:
    lowered = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return lowered.startswith((b"<!doctype html", b"<html")) or (lowered[:1] == b"<" and b"<html" in lowered)


_WIDEST = 200
_LONGEST_SPAN = 7
_SKIPPED = ("script", "style", "nav", "header", "footer", "form", "button")
_MARK_CLASS = re.compile("footnote|superscript")


def read_html(path: Path) -> tuple[str, list[Block]]:
    """The title and the blocks of a web page. Raises Problem for one that cannot be read."""
    try:
        # Nothing is fetched and no entity is followed: what is read may come from anywhere.
        parser = html.HTMLParser(encoding=_declared(path), no_network=True, remove_comments=True)
        with open_input(path) as file:
            root = html.parse(file, parser=parser).getroot()
    except (etree.LxmlError, OSError, LookupError):
        root = None
    if root is None:
        raise Problem(f"{path} cannot be read as a web page: save it again from the browser.")
    title = one_line(root.findtext(".//title") or "")
    for element in list(root.iter(*_SKIPPED)):
        element.drop_tree()
    for mark in list(root.iter("sup")):
        mark.drop_tree()
    for struck in list(root.iter("s", "del", "strike")):
        struck.drop_tree()
    return title, list(_html_blocks(root))


def _declared(path: Path) -> str | None:
    """The encoding of a web page, where it is UTF-8 and need not say so."""
    try:
        with open_input(path) as file:
            file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return "utf-8"


def _html_blocks(root: html.HtmlElement) -> Iterator[Block]:
    number = 0
    inside: set[html.HtmlElement] = set()
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "caption", "table", "pre"):
        if any(parent in inside for parent in element.iterancestors("table")):
            continue
        if element.tag == "table":
            number += 1
            inside.add(element)
            found = _html_table(element, number)
            if found.rows:
                yield found
            elif found.caption:  # of a page that was saved before it was whole
                yield Paragraph(found.caption, number)
        elif element.tag == "li" and element.find(".//p") is not None:
            continue
        else:
            text = one_line(element.text_content())
            if text:
                yield Paragraph(text, number + 1, heading=str(element.tag).startswith("h"))


def _html_table(table: html.HtmlElement, number: int) -> DocumentTable:
    caption = one_line(" ".join(part.text_content() for part in table.iter("caption")))
    rows: list[Row] = []
    down: dict[int, tuple[int, str]] = {}  # column → rows still to come, and what stands in them
    for line in table.iter("tr"):
        cells: list[str] = []
        found = [cell for cell in line if cell.tag in ("td", "th")]
        for cell in found:
            while len(cells) in down:
                _hang(down, cells)
            text = _cell_text(cell)
            across = min(_span(cell, "colspan"), _WIDEST)
            if (deep := _span(cell, "rowspan")) > 1:
                down[len(cells)] = deep - 1, text
            cells += [text, *[""] * (across - 1)]
        while len(cells) in down:
            _hang(down, cells)
        merged = len(found) == 1 and len(cells) > 1
        rows.append(Row(tuple(cells[:1] if merged else cells), number, merged=merged))
    return DocumentTable(tuple(rows), number, caption)


def _span(cell: html.HtmlElement, name: str) -> int:
    """Over how many columns or rows a cell goes; 1 for what is no plain number."""
    told = str(cell.get(name) or 1).strip()
    return int(told) if told.isdecimal() and len(told) < _LONGEST_SPAN else 1


def _hang(down: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Put a cell that hangs down from an earlier row into this one."""
    left, text = down.pop(len(cells))
    if left > 1:
        down[len(cells)] = left - 1, text
    cells.append(text)


def _cell_text(cell: html.HtmlElement) -> str:
    """A cell's text, each paragraph and each item of a list in a line of its own."""
    parts = []
    for part in cell.iter("p", "li"):
        words = one_line(part.text_content())
        if words:
            parts.append(f"• {words}" if part.tag == "li" else words)
    return "\n".join(parts) if parts else one_line(cell.text_content())


def read_text(text: str) -> list[Block]:
    """The blocks of plain text: tables are lines of cells between bars, as in Markdown, or cells parted by tabs."""
    blocks: list[Block] = []
    rows: list[Row] = []
    number = 1
    words: list[str] = []

    def close() -> None:
        nonlocal rows, number, words
        if rows:
            blocks.append(DocumentTable(tuple(rows), number))
            rows, number = [], number + 1
        if words:
            blocks.append(Paragraph(one_line(" ".join(words)), number, heading=words[0].startswith("#")))
            words = []

    for line in text.splitlines():
        cells = _text_cells(line)
        if cells is None:
            bare = line.strip()
            if rows or not bare or re.match(r"[•*#-] |\d+\. ", bare):
                close()
            if bare:
                words.append(bare.strip("# "))
            continue
        if words:
            close()
        if not any(re.fullmatch(":?-{2,}:?", cell.replace(" ", "")) for cell in cells):
            filled = [cell for cell in cells if cell]
            merged = len(cells) > 2 and len(filled) == 1 and bool(cells[0])
            rows.append(Row(tuple(filled if merged else cells), number, merged=merged))
    close()
    return blocks


def _text_cells(line: str) -> list[str] | None:
    """The cells of a line of a table; None for a line that is none."""
    bare = line.strip()
    if bare.startswith("|") and bare.endswith("|") and len(bare) > 1:
        parts = re.split(r"(?<!\\)\|", bare[1:-1])
    elif line.count("\t") >= 1:
        parts = line.split("\t")
    else:
        return None
    return [_without_tags(part.strip().replace("\\|", "|")) for part in parts]


def _without_tags(text: str) -> str:
    """A cell in which a few tags of a web page stand, as converters leave them."""
    broken = re.sub(r"</(?:p|li|ul)>|<p>|<br ?/?>|(?<=\S) (?=• )", "\n", text)
    plain = re.sub(r"</?(?:p|ul|ol|li|b|i|em|strong|sup|div|span)\b[^>]{0,200}>", "", broken)
    return "\n".join(line.strip().replace("**", "") for line in plain.split("\n") if line.strip())


def read_csv(path: Path, encoding: str) -> list[Block]:
    """A CSV file as one table; a row's page is the line it stands in. Raises Problem for one that is no CSV."""
    rows: list[Row] = []
    try:
        with open_text(path, encoding, newline="") as lines:
            start = lines.read(4096)
            lines.seek(0)
            mark = max(",;\t", key=start.partition("\n")[0].count)
            reader = csv.reader(lines, delimiter=mark, strict=True)
            rows = [Row(tuple(cell.strip() for cell in cells), reader.line_num) for cells in reader if any(cells)]
    except (csv.Error, UnicodeError) as error:
        reason = "its encoding is mixed" if isinstance(error, UnicodeError) else str(error)
        raise Problem(f"{path} cannot be read as CSV ({reason}): save it again as CSV in UTF-8.") from None
    return [DocumentTable(tuple(rows), 1, path.stem)] if rows else []
