"""Clients and caseload as tables for a spreadsheet: CSV, and xlsx where the extra `sheets` is installed.

They name clients, as the lists of the program do: whoever writes one is told so by the command.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from exporters.csv_text import harmless
from store.clients import search
from store.disk.files import scratch_folder, write_new
from store.facts import AgencyInfo, ClientQuery
from store.records import read
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

What = Literal["clients", "caseload"]
PAGE = 500
Rows = Iterable[Sequence[str]]
WRITE_TABLE = "write table"
"""The act of writing a table of all clients to a file."""


def note(unit: "UnitOfWork", agency: AgencyInfo, what: What) -> None:
    """Note in the agency's history that all its clients, or all episodes, were written to a file."""
    unit.chain.add(WRITE_TABLE, "agency", agency.id, what, None, None)


def rows(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, what: What) -> Iterator[list[str]]:
    """A heading and the rows: `clients` as the list of clients has them, `caseload` every episode with its fields."""
    return _clients(snapshot, agency, standard) if what == "clients" else _caseload(snapshot, agency, standard)


def _clients(snapshot: Snapshot, agency: AgencyInfo, standard: Standard) -> Iterator[list[str]]:
    episodes = f"{standard.word('episode')}s"
    yield ["reference", "initials", "birth date", "opened", "state", episodes, "errors", "warnings", "key worker"]
    offset = 0
    while page := search.page(snapshot, agency, ClientQuery(sort="reference"), offset, PAGE):
        for one in page:
            yield [
                one.reference,
                one.initials,
                one.birth_date,
                one.opened,
                "deleted" if one.deleted else "open" if one.is_open else "closed" if one.episodes else "",
                str(one.episodes),
                str(one.errors),
                str(one.warnings),
                one.key_worker,
            ]
        offset += len(page)


def _caseload(snapshot: Snapshot, agency: AgencyInfo, standard: Standard) -> Iterator[list[str]]:
    headers = [one.header for one in standard.fields if one.level in ("client", "episode") and one.keyed != "written"]
    yield headers
    for record in read.episodes(snapshot, agency):
        values = {**record.client, **record.episode}
        yield [values.get(header, "") for header in headers]


def write_csv(target: Path, found: Rows) -> int:
    """Write rows to a new CSV file, private to the person; how many there were below the heading.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it. Raises Problem where there is a
    file of that name, or it cannot be written.
    """
    many = 0

    def fill(path: Path) -> None:
        nonlocal many
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            for many, row in enumerate(found):  # noqa: B007
                writer.writerow(map(harmless, row))

    write_new(target, fill)
    return many


def write_xlsx(target: Path, found: Rows) -> int:
    """Write rows to a new workbook, every cell a text as it stands; else as `write_csv`.

    Raises Problem, too, without the extra.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise Problem("A workbook needs the extra: pip install 'keywork[sheets]'. CSV needs nothing.") from None
    many = 0

    def fill(path: Path) -> None:
        nonlocal many
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        # It puts the rows aside in the clear until it ends: in a folder that goes with the file, whatever happens.
        with (
            scratch_folder(target) as aside,
            path.open("wb") as file,
            xlsxwriter.Workbook(file, {**options, "tmpdir": str(aside)}) as book,
        ):
            sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
            for many, row in enumerate(found):
                for column, cell in enumerate(row):
                    sheet.write_string(many, column, cell, None if many else bold)
            sheet.freeze_panes(1, 0)

    write_new(target, fill)
    return many
