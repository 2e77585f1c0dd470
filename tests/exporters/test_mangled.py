"""What spreadsheets, editors and mail do to a file, several at once: it is read with the very values, or refused."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

from exporters.csv_format.reading import read_extract
from exporters.csv_format.table import DAY_FIRST
from exporters.formats.base import Taking
from exporters.imports.csv_import import Import
from tests.exporters.extracts import HEADERS, STANDARD, essence, referral, row, table, visit
from validators.records import EpisodeRecord

ROWS = [
    row(CLIENT="Zo\xeb 1") | visit(),
    row() | {"CLIENT": "Zo\xeb 1"} | referral(),
    row("2", SEX="2", DISABLE1="05"),
    row("3", CLIENT="a, b;\t|", CONSENT="Y") | visit("3", SUBMODDT="20201231"),
]
DATES = [header for header in HEADERS if STANDARD.by_header[header].is_date]

Cells = list[list[str]]
Mangle = Callable[[random.Random, Cells], Cells]


def cells_changed(change: Callable[[str, str], str]) -> Mangle:
    """What is done to every cell below the headings, which is told its column."""

    def mangle(chance: random.Random, rows: Cells) -> Cells:
        named = [STANDARD.header_meant(cell) for cell in rows[0]]
        return [rows[0], *([change(h, c) for h, c in zip(named, cells, strict=True)] for cells in rows[1:])]

    return mangle


def dated(how: str) -> Mangle:
    """All dates written in another way."""
    return cells_changed(lambda h, c: f"{date.fromisoformat(c):{how}}" if h in DATES and c[:8].isdigit() else c)


def shuffled(chance: random.Random, rows: Cells) -> Cells:
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    return [[cells[place] for place in order] for cells in rows]


def with_column(chance: random.Random, rows: Cells) -> Cells:
    place = chance.randrange(len(rows[0]) + 1)
    seen = ["Checked by", *(["ann"] * len(rows))]
    return [[*cells[:place], seen[number], *cells[place:]] for number, cells in enumerate(rows)]


MANGLES: dict[str, Mangle] = {
    "order": shuffled,
    "a column": with_column,
    "empty columns": lambda chance, rows: [[*cells, "", ""] for cells in rows],
    "empty rows": lambda chance, rows: [*rows, *([[""] * len(rows[0])] * 3)],
    "a title": lambda chance, rows: [["Extract for December 2020"], *rows],
    "headings again": lambda chance, rows: [*rows[:3], [cell.lower() for cell in rows[0]], *rows[3:]],
    "a row twice": lambda chance, rows: [*rows, rows[-1]],
    "small headings": lambda chance, rows: [[f" {cell.lower()}\xa0" for cell in rows[0]], *rows[1:]],
    "blanks": cells_changed(lambda _, cell: cell or "  "),
    "null": cells_changed(lambda _, cell: cell or "null"),
    "N/A": cells_changed(lambda _, cell: cell or "N/A"),
    "apostrophes": cells_changed(lambda _, cell: f"'{cell}" if cell[:1].isalnum() else cell),
    "formulas": cells_changed(lambda _, cell: f'="{cell}"' if cell[:1].isalnum() else cell),
    "ISO": dated("%Y-%m-%d"),
    "with times": dated("%Y-%m-%dT00:00:00"),
    "with a zone": dated("%Y-%m-%dT00:00:00Z"),
    "months in words": dated("%d %b %Y"),
    "day first": dated("%d/%m/%Y"),
}
EITHER = (
    {"apostrophes", "formulas", "null", "N/A", "blanks"},
    {"ISO", "with times", "with a zone", "months in words", "day first"},
)
LAST = ("a title", "headings again", "a row twice")
"""What is done last: the others look at the headings in the first row."""


def written(chance: random.Random, rows: Cells) -> bytes:
    """The rows as one program or another writes them."""
    sign, end = chance.choice(",;\t|"), chance.choice(["\r\n", "\n", "\r"])
    always = chance.random() < 0.3
    lines = [
        sign.join(
            '"{}"'.format(cell.replace('"', '""')) if always or set(cell) & set(',;\t|"') else cell for cell in cells
        )
        for cells in rows
    ]
    text = end.join([*([f"sep={sign}"] if chance.random() < 0.2 else []), *lines, ""])
    return text.encode(chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))


def read(path: Path) -> list[EpisodeRecord]:
    return [record for record, _ in read_extract(path, STANDARD).episodes()]


def test_whatever_is_done_to_a_file_its_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(table(ROWS), encoding="utf-8", newline="")
    expected = [essence(record) for record in read(path)]
    headers = list(HEADERS)
    for seed in range(150):
        chance = random.Random(seed)
        names = chance.sample(list(MANGLES), chance.randint(1, 4))
        if any(len(alike & set(names)) > 1 for alike in EITHER):
            continue
        cells = [headers, *([each[header] for header in headers] for each in ROWS)]
        for name in sorted(names, key=lambda name: name in LAST):
            cells = MANGLES[name](chance, cells)
        path.write_bytes(written(chance, cells))
        job = Import(path, STANDARD, Taking(dates=DAY_FIRST if "day first" in names else ""))
        job.prepare(None, None)
        assert [essence(record) for record in job._plan.episodes] == expected, (seed, names)
        assert job.report.left_out == [] or "headings again" in names, (seed, names)
