"""`keywork findings` and `keywork bounces`. Declared here, done in `findings_desk`."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, cast

import typer

from exporters.checks.bounces import as_mapping, read_bounces, told_as_text
from exporters.checks.caseload import check_caseload
from exporters.checks.findings_list import FORMS, Form, told_findings, write_findings
from exporters.imports.encodings import encoding_of
from store.disk.files import refused
from store.findings import queries
from tui.cli.context import Progress, now, opened, talk
from tui.cli.extracts import agency_of, refuse_csv, resolved
from tui.cli.options import AgencyOption, Format, KeyOption, StandardOption, StoreOption, TodayOption, day
from tui.widgets.text import printable
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.catalogue import load

# `keywork findings` and `keywork bounces`: all that the rules say of a caseload, and the portal's list led back.

LARGEST_LIST = 20_000_000


def run_findings(
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    today: date,
    form: str,
    anonymous: bool,
    out: Path | None,
) -> int:
    """Check what is due, then print the findings or write them to a file; 1 when there are errors, else 0."""
    chosen = cast(Form, form)
    with opened(store, key_file) as found:
        agency = found.ask(agency_of, agency_code, standard_id)
        standard = load(agency.standard)
        progress = Progress(standard.said("episodes checked"))
        check_caseload(found, agency, Checker(standard), today, now(), lambda done, due: progress(done))
        progress.done()
        errors = any(one.severity == "error" and one.count for one in found.ask(queries.counts, agency))
        if out is None:
            with found.reading() as snapshot:
                told = told_findings(snapshot, agency, standard, anonymous=anonymous)
                sys.stdout.writelines(FORMS[chosen](told, anonymous=anonymous))
        else:
            many = found.ask(write_findings, agency, standard, out, chosen, anonymous=anonymous)
            talk(f"{many:,} findings written to {out}.")
    return 1 if errors else 0


def run_bounces(
    file: Path,
    extract: str,
    store: str | None,
    key_file: Path | None,
    standard_id: str | None,
    agency_code: str | None,
    rows: bool,
    form: str,
) -> int:
    """Read the portal's list and print where each line leads; 1 when one leads nowhere, else 0. Raises Problem."""
    refuse_csv(form)
    text = _text(file)
    with opened(store, key_file) as found:
        agency = found.ask(agency_of, agency_code, standard_id)
        standard = load(agency.standard)
        its = found.ask(resolved, agency, extract).id
        bounces = found.ask(read_bounces, agency, standard, its, text, headings_are_line_1=not rows)
    if form == "json":
        print(json.dumps([as_mapping(one) for one in bounces], indent=1))
    else:
        for line in told_as_text(bounces, standard):
            print(printable(line))
    return 0 if all(one.leads for one in bounces) else 1


def _text(file: Path) -> str:
    """The list's text; `-` is standard input."""
    if str(file) == "-":
        return sys.stdin.read(LARGEST_LIST)
    encoding = encoding_of(file)
    try:
        if file.stat().st_size > LARGEST_LIST:
            raise Problem(f"{file} is far too large for a list of faults: name the list, not the extract.")
        return file.read_text(encoding=encoding)
    except OSError as error:
        raise refused(error, file, "read") from None


def findings(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to tell the findings.")] = Format.TEXT,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="For a helpdesk: no reference, identifier or value of anybody.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file to write, private to you.")
    ] = None,
) -> int:
    """Tell every finding of the caseload, accepted ones marked, the case reference first.

    Only what changed is checked anew. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """

    return run_findings(store, key_file, standard, agency, day(today), form.value, anonymous, out)


def bounces(
    file: Annotated[Path, typer.Argument(help="The portal's list, one fault a line; - reads standard input.")],
    extract: Annotated[
        str,
        typer.Option("--extract", metavar="ID", help="The extract that was sent: the beginning of its id, or last."),
    ] = "last",
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="The list counts rows of data, not lines with the headings as line 1.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to tell it: text or json.")] = Format.TEXT,
) -> int:
    """Say which record each line of the portal's list of refused rows means."""

    return run_bounces(file, extract, store, key_file, standard, agency, rows, form.value)


def declare(app: typer.Typer) -> None:
    """Add both commands to the command line."""
    for command in (findings, bounces):
        app.command()(command)
