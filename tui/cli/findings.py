"""`keywork findings` and `keywork bounces`: all that the rules say of a caseload, and the portal's list led back."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from exporters.checks.bounces import LARGEST, as_mapping, read_bounces, text_of_list, told_as_text
from exporters.checks.caseload import check_caseload
from exporters.checks.findings_list import FORMS, Form, ToldFinding, told_findings, write_findings
from exporters.work import Work
from tui.cli.context import Progress, now, opened, talk
from tui.cli.given import STDIN, document_of
from tui.cli.named import agency_of, refused_from
from tui.cli.options import (
    AgencyOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    SubmissionOption,
    TableFormat,
    TodayOption,
    day,
)
from tui.widgets.text import printable
from validators.records import Severity
from validators.standard.catalogue import load
from validators.standard.terminology import counted

commands = typer.Typer()


@commands.command()
def findings(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    on: TodayOption = None,
    form: Annotated[TableFormat, typer.Option("--format", help="How to tell the findings.")] = TableFormat.TEXT,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="For a helpdesk: no reference, identifier or value of anybody.")
    ] = False,
    submission: SubmissionOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new file to write, private to you.")
    ] = None,
) -> int:
    """Tell every finding of the caseload, accepted ones marked, the case reference first.

    With --submission those in what that submission would send: as many as its receipt counts.

    Only what changed is checked anew. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    today = day(on)
    chosen: Form = form.value
    with opened(store, key_file) as found:
        agency = found.ask(agency_of, agency_code, standard_id)
        standard = load(agency.standard)
        work, month, errors = Work(agency, standard, today), submission or "", 0

        def tallied(told: Iterable[ToldFinding]) -> Iterator[ToldFinding]:
            nonlocal errors
            for one in told:
                errors += one.severity == Severity.ERROR
                yield one

        if not month:
            progress = Progress(standard.say("{episodes} checked"))
            check_caseload(found, agency, work.checker, today, now(), lambda done, due: progress(done))
            progress.done()
        with found.reading() as snapshot:
            told = tallied(told_findings(snapshot, work, submission=month, anonymous=anonymous))
            if out is None:
                sys.stdout.writelines(FORMS[chosen](told, anonymous=anonymous))
            else:
                many = write_findings(told, out, chosen, anonymous=anonymous)
                talk(f"{counted(many, 'finding')} written to {out}.")
    return 1 if errors else 0


@commands.command()
def bounces(
    file: Annotated[Path, typer.Argument(help="The portal's list, one fault a line; - reads standard input.")],
    extract: Annotated[
        str,
        typer.Option("--extract", metavar="ID", help="The extract that was sent: the beginning of its id, or last."),
    ] = "last",
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="The list counts rows of data, not lines with the headings as line 1.")
    ] = False,
    form: Annotated[OutputFormat, typer.Option("--format", help="How to tell it.")] = OutputFormat.TEXT,
) -> int:
    """Say which record each line of the portal's list of refused rows means."""
    given = document_of("list", LARGEST) if str(file) == STDIN else None
    with opened(store, key_file) as found:
        # A file is read only now, so that the store and its key are known, which are no input.
        text = text_of_list(file) if given is None else given
        agency = found.ask(agency_of, agency_code, standard_id)
        standard = load(agency.standard)
        its = found.ask(refused_from, agency, extract)
        bounces = found.ask(read_bounces, agency, standard, its.id, text, headings_are_line_1=not rows)
    state = "marked as sent" if its.is_sent else "not marked as sent"
    talk(f"Extract {its.id[:8]} of {its.submission}, {standard.counted(its.rows, 'row')}, {state}.")
    if form is OutputFormat.JSON:
        print(json.dumps([as_mapping(one) for one in bounces], indent=1))
    else:
        for line in told_as_text(bounces, standard):
            print(printable(line))
    return 0 if all(one.leads for one in bounces) else 1
