"""Code lists in tables as people have them: the owner's own columns, whatever they are called and in which order.

A table names its columns in its first line: code and text, perhaps notes, days and data sets, twice side by side where
the page was printed so. One with a column for the list, or the field, holds several lists.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporters.csv_format import days
from exporters.documents.dates_in_words import first_day, last_day
from exporters.imports.encodings import decoded, refuse_unquoted
from store.disk.files import open_input, refused
from validators.dates import parse_date
from validators.problems import Problem
from validators.standard.layers import CODE_COLUMNS
from validators.standard.model import CodeList, Standard, without_zeros

LARGEST = 5 << 20
MOST_CODES = 20_000
LONGEST_DAY = len("30th September 2024")
_MONTHS = 12
_DAYS = ("valid_from", "valid_to")
LONGEST_CODE, LONGEST_LABEL = 40, 1000
_MEANS = {
    "code": "code", "value": "code", "national code": "code", "codes": "code",
    "text": "label", "label": "label", "description": "label", "meaning": "label", "country": "label", "name": "label",
    "title": "label",
    "notes": "note", "note": "note", "comment": "note", "comments": "note",
    "valid from": "valid_from", "valid_from": "valid_from", "valid to": "valid_to", "valid_to": "valid_to",
    "data sets": "data_sets", "data_sets": "data_sets", "data set": "data_sets",
    "list": "list", "field": "list", "header": "list", "item": "list",
    "group": "group", "help": "help", "grade": "grade", "source": "source", "successor": "successor",
}  # fmt: skip
COLUMNS = (*CODE_COLUMNS, "help", "data_sets", "valid_from", "valid_to", "source", "group", "note", "successor")


@dataclass(frozen=True, slots=True)
class GivenList:
    """A list as somebody brings it: which one of the standard's it is, and its rows by our columns."""

    list_id: str
    path: Path
    rows: tuple[Mapping[str, str], ...]


def read_lists(path: Path, standard: Standard, named: str = "") -> list[GivenList]:
    """The lists in a table; `named` says which list it is where neither the file's name nor a column does.

    Raises Problem with the line for what cannot be one: codes that are blank, double or too long for their fields,
    cells that are formulas or hold signs that cannot be printed, days that are none. The last day of a code that a note
    says is closed is taken from there.
    """
    rows = _rows(path)
    heading = [_MEANS.get(cell.strip().casefold(), "") for cell in rows[0][1]]
    if heading.count("code") == 0 or heading.count("code") != heading.count("label"):
        raise Problem(
            f"{path} does not name a column for the code and one for its text in its first line: name them code and "
            "text."
        )
    found: dict[str, list[Mapping[str, str]]] = {}
    fixed = "" if "list" in heading else list_meant(named or path.stem, standard)
    if not fixed and "list" not in heading:
        raise Problem(
            f"{path} does not say which list of {standard.id} it is: name it with --list, or give the file the list's"
            " name."
        )
    for line, cells in rows[1:]:
        if any(cell.strip() for cell in cells[len(heading) :]):
            raise Problem(
                f"{path}, line {line}: it has more cells than the first line names: put quotes round a text that holds"
                " the sign between cells."
            )
    is_day_first = any(_shows_day_first(cell) for _, cells in rows[1:] for cell in cells)
    seen: set[tuple[str, str]] = set()
    for half in _halves(heading):
        for line, cells in rows[1:]:
            row = _row(heading, half, cells)
            if not row.get("code") and not row.get("label"):
                continue
            name = fixed or list_meant(row.pop("list", ""), standard)
            if not name:
                raise Problem(f"{path}, line {line}: there is no such list or field in {standard.id}: mend the name.")
            row.pop("list", None)
            _judge(path, line, row, standard, name)
            row |= {one: _day(path, line, row[one], is_day_first) for one in _DAYS if row.get(one)}
            if sets := row.get("data_sets"):
                row["data_sets"] = " ".join(sets.replace(",", " ").replace(";", " ").split())
            if not row.get("valid_to") and (closed := last_day(row.get("note", ""))):
                row["valid_to"] = closed.isoformat()
            if (name, row["code"]) in seen:
                raise Problem(
                    f"{path}, line {line}: the code {row['code']!a} stands in the list {name} twice: take one out."
                )
            seen.add((name, row["code"]))
            found.setdefault(name, []).append(row)
    if not found:
        raise Problem(f"{path} has headings and no codes below them: nothing can be installed from it.")
    for name, its in found.items():
        _refuse_changed(path, standard.code_lists.get(name), [row["code"] for row in its])
    return [GivenList(name, path, tuple(its)) for name, its in found.items()]


def _refuse_changed(path: Path, known: CodeList | None, codes: Sequence[str]) -> None:
    """Raise Problem for codes from which a spreadsheet took the zeros throughout, of a list that we have with them."""
    led = [code for code in (known.codes if known else ()) if without_zeros(code) != code]
    lost = [code for code in led if without_zeros(code) in codes]
    if len(lost) > 1 and not set(led) & set(codes):
        raise Problem(
            f"{path} has {without_zeros(lost[0])!a} where the list we have says {lost[0]!a}, and so throughout: a "
            "spreadsheet took the zeros away; get the table again, or write its codes as text."
        )


def list_meant(name: str, standard: Standard) -> str:
    """The list that is meant: by its own name, by the header of a field that takes it, or by its title; "" for none."""
    plain = name.strip()
    if plain in standard.code_lists:
        return plain
    if (field := standard.by_header.get(plain.upper())) is not None and field.codes:
        return field.codes
    titled = [one.id for one in standard.code_lists.values() if one.title.casefold() == plain.casefold()]
    return titled[0] if len(titled) == 1 else ""


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Every row that has anything in it, with its line."""
    try:
        refuse_unquoted(path)
        if path.is_symlink() or not path.is_file():
            raise Problem(f"{path} is no plain file: name a table of codes (CSV).")
        with open_input(path) as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Problem(f"{path} is larger than {LARGEST >> 20} MB: no list of codes is, name another file.")
    except OSError as error:
        raise refused(error, path, "read") from None
    if b"\0" in data or data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"):
        raise Problem(f"{path} is no table of text: save it as CSV in UTF-8 first.")
    text = decoded(data, path)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, cells))
            if len(found) > MOST_CODES:
                raise Problem(f"{path} has more than {MOST_CODES:,} rows: no list of codes has, name another file.")
    except csv.Error as error:
        raise Problem(f"{path}, line {reader.line_num}, cannot be read as a table ({error}): mend it.") from None
    if not found:
        raise Problem(f"{path} is empty: nothing can be installed from it.")
    return found


def _row(heading: Sequence[str], half: Sequence[int], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row by what they are; of two columns of notes a blank one says nothing."""
    row: dict[str, str] = {}
    for at in half:
        if heading[at] and at < len(cells):
            before, told = row.get(heading[at], ""), cells[at].strip()
            row[heading[at]] = " ".join(filter(None, dict.fromkeys((before, told))))
    return row


def _halves(heading: Sequence[str]) -> list[list[int]]:
    """The columns of each half of a table that stands twice side by side; all of them where it does not."""
    codes = [at for at, name in enumerate(heading) if name == "code"]
    if len(codes) == 1:
        return [list(range(len(heading)))]
    width = len(heading) // len(codes)
    return [list(range(number * width, (number + 1) * width)) for number in range(len(codes))]


def _judge(path: Path, line: int, row: Mapping[str, str], standard: Standard, name: str) -> None:
    where = f"{path}, line {line}"
    code = row.get("code", "")
    if not code:
        raise Problem(f"{where}: a text has no code beside it: fill it, or take the row out.")
    for cell in row.values():
        if cell[:1] in ("=", "@") or (cell[:1] in ("+", "-") and len(cell) > 1 and not cell[1:].strip().isdigit()):
            raise Problem(f"{where}: a cell is a formula of a spreadsheet: write what it stands for.")
        if not cell.isprintable():
            raise Problem(f"{where}: a cell holds signs that cannot be printed: take them out.")
    if days.SHORTENED.fullmatch(code):
        raise Problem(
            f"{where}: the code {code} is a number of which a spreadsheet has lost digits: get the table again."
        )
    if len(code) > LONGEST_CODE or len(row.get("label", "")) > LONGEST_LABEL:
        raise Problem(f"{where}: a code or its text is too long to be one: mend it.")
    widths = [one.layout.length for one in standard.fields if one.codes == name]
    if widths and len(code) > max(widths):
        raise Problem(f"{where}: the code {code!a} does not fit its field, which takes {max(widths)} characters.")


def _shows_day_first(cell: str) -> bool:
    """Whether it is a day such as 31/12/2026, by which all of the table begin with the day."""
    parts = days.parts_in_digits(cell.strip())
    return parts is not None and int(parts[0]) > _MONTHS >= int(parts[1])


def _day(path: Path, line: int, told: str, is_day_first: bool) -> str:
    """A day of the table as the tables of an edition have it."""
    parts = days.parts_in_digits(told)
    if parts and not is_day_first and int(parts[0]) != int(parts[1]) <= _MONTHS:
        raise Problem(f"{path}, line {line}: {told!a} may begin with the day or the month: write it like 2024-03-31.")
    day = parse_date(told) or (first_day(told) if len(told) <= LONGEST_DAY else None)
    if day is None:
        raise Problem(f"{path}, line {line}: {told!a} is no day: write it like 2024-03-31.")
    return day.isoformat()


def as_table(rows: Sequence[Mapping[str, str]]) -> str:
    """The rows as a pack's table of codes."""
    text = io.StringIO(newline="")
    used = [name for name in COLUMNS if name in CODE_COLUMNS or any(row.get(name) for row in rows)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([row.get(name, "") for name in used] for row in rows)
    return text.getvalue()


def index_row(codes: CodeList, source: str) -> str:
    """A row of the index that makes a list the site's own."""
    text = io.StringIO(newline="")
    note = "" if codes.note.startswith("Not R's own") else codes.note
    csv.writer(text, lineterminator="\n").writerow(
        [codes.id, codes.title, "site", "yes", source, note or "-", "changed"]
    )
    return text.getvalue()
