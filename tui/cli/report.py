"""`keywork report`: one page for the manager; clients and caseload as tables for a spreadsheet."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from exporters.checks.caseload import check_caseload
from exporters.report.html import as_html
from exporters.report.page import MONTHS, count_mismatches, read_page
from exporters.report.tables import What, note, rows, write_csv, write_xlsx
from exporters.report.text import as_text
from exporters.work import Work
from store.disk.files import refuse_taken, write_new
from store.facts import AgencyInfo, Who
from store.snapshot import Snapshot
from tui.cli.context import Progress, count_or_say, now, opened, person, result_stream, talk
from tui.cli.named import agency_of
from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOption, TodayOption, day
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.standard.terminology import counted

commands = typer.Typer()


class PageForm(StrEnum):
    """How the page is told."""

    TEXT = "text"
    HTML = "html"


class TableKind(StrEnum):
    """What can be had as a table."""

    CLIENTS = "clients"
    CASELOAD = "caseload"


@commands.command()
def report(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    months: Annotated[int, typer.Option("--months", min=1, max=60, help="How many submissions to look back.")] = MONTHS,
    form: Annotated[PageForm, typer.Option("--format", help="As text, or as one HTML file.")] = PageForm.TEXT,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Into a new file, private to you.")] = None,
    table: Annotated[
        TableKind | None,
        typer.Option("--table", help="Instead of the page: clients or caseload, as CSV or xlsx by --out's ending."),
    ] = None,
    today: TodayOption = None,
) -> int:
    """Tell on one page how the submissions stood, how the caseload moves, and what stands in the way."""
    with opened(store, key_file) as found:
        its = found.ask(agency_of, agency, standard)
        work = Work(its, load(its.standard), day(today))
        if table is not None:
            target = _named(out)
            found.do(Who(person(found.path), now()), note, its, table.value)
            many = found.ask(_table, its, work.standard, table.value, target)
            talk(f"{out}: {counted(many, 'line')} below the heading, in your keeping: they name clients.")
            return 0
        progress = Progress(work.standard.say("{episodes} checked"))
        check_caseload(found, its, work.checker, work.today, now(), lambda done, due: progress(done))
        progress.done()
        page = found.ask(
            read_page, work, months, count_or_say(work.standard, lambda: found.ask(count_mismatches, work))
        )
    data = (
        as_html(page) if form is PageForm.HTML else "".join(f"{printable(line)}\n" for line in as_text(page)).encode()
    )
    if out is None:
        sys.stdout.flush()
        to = result_stream()
        to.write(data)
        to.flush()
    else:
        write_new(out, lambda path: path.write_bytes(data))
        print(printable(str(out.absolute())))
    return 0


def _named(out: Path | None) -> Path:
    if out is None:
        raise Problem("A table goes into a file: name it with --out, ending in .csv or .xlsx.")
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise Problem(f"{out} ends neither in .csv nor in .xlsx: which of the two it is to be stands in its name.")
    refuse_taken(out)
    return out


def _table(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, what: What, out: Path) -> int:
    write = write_xlsx if out.suffix.lower() == ".xlsx" else write_csv
    return write(out, rows(snapshot, agency, standard, what))
