"""`keywork findings` and `keywork bounces`. Declared here, done in `findings_desk`."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands.options import AgencyOption, Format, KeyOption, StandardOption, StoreOption, TodayOption, day


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
    from tui.commands.findings_desk import run_findings

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
    from tui.commands.findings_desk import run_bounces

    return run_bounces(file, extract, store, key_file, standard, agency, rows, form.value)


def declare(app: typer.Typer) -> None:
    """Add both commands to the command line."""
    for command in (findings, bounces):
        app.command()(command)
