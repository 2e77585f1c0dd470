"""`keywork check`: a file, or all that a store keeps of an agency."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from exporters.checks.file_check import Report, as_json, check_file
from exporters.csv_text import csv_line
from tui.cli.context import Progress, opened, standard_of_file
from tui.cli.options import (
    AgencyOption,
    DatesOption,
    KeyOption,
    StandardOption,
    StoreOption,
    SubmissionOption,
    TableFormat,
    TodayOption,
    day,
)
from validators.agency import settings_typed
from validators.calendar.periods import reporting_period
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.terminology import counted

LONGEST_SHOWN = 200
"""Characters of a value that text shows; JSON and CSV have all of it."""

PARTS = "a file may hold only parts of its {episodes}: the receipt, which judges them whole, may tell of more"
"""Said below the figures of a file that may be of news alone: what rules say of whole episodes does not show in it."""

commands = typer.Typer()


@commands.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="An extract to check.", show_default=False)] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    on: TodayOption = None,
    submission: SubmissionOption = None,
    form: Annotated[TableFormat, typer.Option("--format", help="How to tell the findings.")] = TableFormat.TEXT,
    settings: Annotated[
        list[str] | None,
        typer.Option("--setting", metavar="NAME=VALUE", help="Of a file: what its agency says of itself."),
    ] = None,
    dates: DatesOption = "",
) -> int:
    """Check an extract, or everything in a store, by the rules of its data set. Ends with 1 when there are errors.

    With --submission a store is checked for what that submission would send, as its receipt counts it.
    """
    today = day(on)
    # Hundreds of thousands of small objects are made here and none of them in a circle.
    gc.disable()
    if (file is None) == (store is None and agency_code is None):
        if file is None:
            raise Problem("Say what to check: a file, or --store PATH.")
        raise Problem("Give either a file or --store, not both.")
    if file is not None:
        standard = standard_of_file(file, standard_id)
        progress = Progress("lines read")
        told = settings_typed(standard, settings or [])
        period = reporting_period(standard.submission.calendar, submission) if submission is not None else None
        report = check_file(file, standard, Context(today, "file", period, told), progress, dates)
        progress.done()
    else:
        if settings:
            raise Problem("A store knows its agency's settings: `keywork settings set` changes one.")
        if standard_id is not None:
            load(standard_id)  # an unknown one is refused by its own sentence
        from exporters.checks.return_check import check_kept, check_return
        from exporters.work import Work
        from store.records import agencies

        with opened(store, key_file) as found:
            agency = found.ask(agencies.one, agency_code, standard_id)
            work = Work(agency, load(agency.standard), today)
            report = found.ask(check_kept, work) if submission is None else found.ask(check_return, work, submission)
    {TableFormat.JSON: _json, TableFormat.CSV: _csv, TableFormat.TEXT: _text}[form](report)
    return 1 if report.tally.errors else 0


def _json(report: Report) -> None:
    sys.stdout.writelines(as_json(report))


def _csv(report: Report) -> None:
    sys.stdout.write(csv_line(("severity", "rule", "line", "episode", "field", "fields", "message", "values"), "\n"))
    for finding in report.findings:
        values = "; ".join(f"{header}={value!a}" for header, value in finding.values.items())
        fields = " ".join(finding.fields)
        told = (finding.severity, finding.rule, finding.line, finding.episode, finding.field, fields, finding.message)
        sys.stdout.write(csv_line((*told, values), "\n"))


def _text(report: Report) -> None:
    tally = report.tally
    sys.stdout.writelines(
        f"{line}\n" for finding in report.findings for line in _told(finding, tally.standard.word("episode"))
    )
    told = ", ".join(f"{counted(tally.counts[s], s)}" for s in Severity)
    told += f", {tally.accepted} of them accepted" if tally.accepted else ""
    print(f"{tally.size}: {told}")
    print(f"load {tally.load_percent} %, data quality {tally.quality_text} (our estimate)")
    if tally.standard.submission.kinds and not report.stored:
        print(tally.standard.say(PARTS))


def _cut(value: str) -> str:
    """As much of a value as tells which one it is."""
    return value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}..."


def _told(finding: Finding, word: str) -> Iterator[str]:
    place = f"line {finding.line}" if finding.line else (f"{word} {finding.episode!a}" if finding.episode else "all")
    rule = finding.rule if not finding.rule.isdigit() else f"rule {finding.rule}"
    shown = {header: value for header, value in finding.values.items() if header in finding.fields}
    values = ", ".join(f"{header} {_cut(value)!a}" for header, value in list(shown.items())[:8])
    rule += ", accepted" if finding.accepted else ""
    yield f"{finding.severity.value:7} {place}: {finding.message} [{rule}]" + (f" ({values})" if values else "")
