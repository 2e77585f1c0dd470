"""`keywork import` and `export`: what comes into a store and goes out of it."""

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from exporters.extracts.mismatches import look_for_mismatches
from exporters.extracts.preview import preview_extract
from exporters.extracts.receipt import Receipt
from exporters.extracts.resend import export_to_stream, show_text
from exporters.extracts.submission_window import said_of_window
from exporters.extracts.writing import export_numbered, export_submission
from exporters.extracts.writing import told_as_text as receipt_told
from exporters.formats.base import Taking, extract_kind
from exporters.imports.detect import import_of
from exporters.imports.report import told_as_text as import_told
from exporters.work import Work
from store.disk.keys import key_path
from store.disk.location import store_path
from store.disk.user import service_account
from store.facts import Who
from store.month import calendar, extracts
from store.records import agencies as stored_agencies
from tui.cli.context import Progress, now, opened, person, result_stream, standard_of_file, talk
from tui.cli.options import (
    AgencyOption,
    DatesOption,
    FromOption,
    KeyOption,
    KindOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    TodayOption,
    ToOption,
    day,
)
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import DEFAULT, load

if TYPE_CHECKING:
    from exporters.formats.base import Importer
    from exporters.imports.convert import Conversion
    from store.facts import AgencyInfo


commands = typer.Typer()

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="The folder to write into.", show_default=False)
]
OthersOption = Annotated[
    bool, typer.Option("--as-others", help="Enter those who seem to be in the store under another identifier, too.")
]


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The extract to take in.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency: AgencyOption = None,
    update: Annotated[bool, typer.Option("--update", help="Take values that differ from those in the store.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Take nothing when a row cannot be stored.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, write nothing.")] = False,
    from_standard: Annotated[
        str | None,
        typer.Option(
            "--from-standard",
            metavar="ID",
            help="The file is of this other data set: take over what is certain, list what must be keyed anew.",
        ),
    ] = None,
    new_agency: Annotated[
        bool, typer.Option("--new-agency", help="Make the file's agency, where the store has others.")
    ] = False,
    any_columns: Annotated[
        bool, typer.Option("--any-columns", help="Take a file in which columns are missing all the same.")
    ] = False,
    take_deleted: Annotated[
        bool, typer.Option("--take-deleted", help="Take also what is deleted, merged or removed for good in the store.")
    ] = False,
    as_others: OthersOption = False,
    dates: DatesOption = "",
) -> int:
    """Take an existing extract into the store, faults and all. Ends with 1 when rows were left out."""
    gc.disable()  # as for `check`: many objects, none in a circle
    progress = Progress("lines read")
    path = store_path(store)

    key_path(key_file)  # known from now on, so that it is not read as an input
    taking = Taking(update, all_or_nothing, new_agency, any_columns, take_deleted, dates, day(None), as_others)

    def job_for(known: "Sequence[AgencyInfo]") -> "Importer | Conversion":
        if not known and standard_id is None and from_standard is None:
            standard = standard_of_file(file, None)
        else:
            standard = load(standard_id or _meant(known, agency, from_standard))
        return import_of(file, standard, from_standard, taking)

    there = path.exists()
    if not there:
        # Read before a store is made, so that a file that cannot be taken leaves none behind.
        job = job_for(())
        code = job.prepare(None, agency, progress)
    if there or (not dry_run and job.report.rows):
        with opened(store, key_file, create=not there) as found:
            if not found.made:  # also where somebody else made it while the file was read
                job = job_for(found.ask(stored_agencies.listed))
                code = job.prepare(found, agency, progress)
            if not dry_run:
                job.write(found, code, person(path), now())
    progress.done()
    sys.stdout.writelines(f"{printable(line)}\n" for line in _import_told(job, dry_run, update))
    return 1 if job.report.left_out else 0


def _meant(agencies: Sequence["AgencyInfo"], code: str | None, from_standard: str | None) -> str:
    """The data set that is meant where none is named: that of the agency named, or of all, where they have only one.

    Raises Problem where a file of another data set is announced and nothing tells which one it goes to.
    """
    kept = {one.standard for one in agencies if code in (None, one.code)}
    kept = kept - {from_standard} or kept
    meant = kept.pop() if len(kept) == 1 else DEFAULT
    if meant == from_standard:
        raise Problem(f"A file of {meant} goes to an agency of another data set: say which one with --standard.")
    return meant


def _import_told(job: "Importer | Conversion", dry_run: bool, update: bool) -> Iterator[str]:
    from exporters.imports.convert import Conversion, conversion_told

    if isinstance(job, Conversion):
        return conversion_told(job, dry_run=dry_run)
    return import_told(job.report, dry_run=dry_run, update=update, terms=job.standard.terms)


@commands.command()
def export(
    submission: Annotated[str, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported.")],
    out: OutOption = None,
    stdout: Annotated[
        bool,
        typer.Option("--stdout", help="Write the file to standard output, the receipt to standard error; it is kept."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Where a file of its name is there, number this one: 2, 3 ...")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only look: no file, and nothing kept as written; --stdout shows the text."),
    ] = False,
    kind: KindOption = None,
    first: FromOption = None,
    last: ToOption = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    on: TodayOption = None,
    form: Annotated[OutputFormat, typer.Option("--format", help="How to tell the receipt.")] = OutputFormat.TEXT,
) -> int:
    """Write the extract of a submission, with its receipt. Ends with 1 when it has errors."""
    _refuse_unclear(out, stdout, dry_run)
    gc.disable()
    today = day(on)
    with opened(store, key_file) as found:
        agency = found.ask(stored_agencies.one, agency_code, standard_id)
        standard = load(agency.standard)
        wanted = extract_kind(standard, kind or "", first.date() if first else None, last.date() if last else None)
        progress = Progress(standard.say("{episodes} written"))
        who = person(found.path)
        work, at = Work(agency, standard, today), Who(who, now())
        if dry_run:
            preview = found.ask(preview_extract, work, submission, progress=progress, wanted=wanted)
            found.ask(look_for_mismatches, preview)
            receipt = preview.receipt
            if stdout:
                show_text(preview, result_stream())
        elif out is not None:
            write = export_numbered if again else export_submission
            receipt = write(found, work, submission, out, at, progress=progress, wanted=wanted)
        else:
            to = result_stream()
            receipt, _ = export_to_stream(found, work, submission, to, at, progress=progress, wanted=wanted)
        progress.done()
        if dry_run:
            talk("Only looked at: nothing is written, and nothing kept as written.")
        elif out is not None and (account := service_account(found.path)):
            kept = found.ask(extracts.listed, agency)[-1]
            told = f"keywork extracts write {kept.id[:8]} --stdout"
            talk(f"The file is {account}'s; you read it by the group of its folder, and `{told}` gives it out as well.")
        for sentence in said_of_window(found.ask(calendar.of_agency, agency), submission, today):
            talk(sentence)
    _tell(receipt, form, sys.stderr if stdout else sys.stdout)
    return 1 if receipt.tally.errors else 0


def _refuse_unclear(out: Path | None, stdout: bool, dry_run: bool) -> None:
    """Raise Problem where it is not said where to write to, or two things are."""
    if dry_run and out is not None:
        raise Problem("A dry run writes no file: leave --out away, or --dry-run.")
    if (out is None) is not stdout and not dry_run:
        raise Problem("Say where to write to: --out DIR, or --stdout; --dry-run only looks.")


def _tell(receipt: Receipt, form: OutputFormat, stream: TextIO) -> None:
    if form is OutputFormat.JSON:
        stream.write(f"{json.dumps(receipt.as_mapping(), indent=1)}\n")
    else:
        stream.writelines(f"{printable(line)}\n" for line in receipt_told(receipt))
