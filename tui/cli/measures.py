"""`keywork measures`: what an agency is measured by, worked out from its own records."""

from datetime import datetime
from typing import Annotated

import typer

from exporters.month.measures import as_json, measured, measures_told
from tui.cli.context import Progress, opened
from tui.cli.named import agency_of
from tui.cli.options import (
    AgencyOption,
    FormatOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    TodayOption,
    day,
)
from tui.widgets.text import printable
from validators.measures import Span, quarter
from validators.problems import Problem
from validators.standard.catalogue import load

commands = typer.Typer()


@commands.command()
def measures(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day.")
    ] = None,
    today: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Work out what the data set is measured by; without --from and --to for the last quarter that is over."""
    span = quarter(day(today), -1)
    if (first is None) is not (last is None):
        raise Problem("Give both ends of the days to look at: --from and --to.")
    if first is not None and last is not None:
        span = Span(first.date(), last.date())
    if span.last < span.first:
        raise Problem(f"The days end ({span.last}) before they begin ({span.first}): change --from or --to.")
    with opened(store, key_file) as found:
        its = found.ask(agency_of, agency, standard)
        progress = Progress("records looked at")
        results = found.ask(measured, its, load(its.standard), span, progress)
        progress.done()
    if form is OutputFormat.JSON:
        print(as_json(results, span))
        return 0
    for line in measures_told(results, span):
        print(printable(line))
    return 0
