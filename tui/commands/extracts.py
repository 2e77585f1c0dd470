"""`keywork extracts …`: extracts that were written. Declared here, done in `extracts_desk`."""

from pathlib import Path
from typing import Annotated

import typer

from tui.commands.options import AgencyOption, Format, FormatOption, KeyOption, StandardOption, StoreOption, TodayOption
from tui.commands.options import day as _day

extracts_app = typer.Typer(help="Extracts that were written: receipts, the same file again, sent or not, differences.")

ExtractArgument = Annotated[
    str, typer.Argument(metavar="ID", help="An extract's id or the beginning of it, or `last`.", show_default=False)
]
OtherArgument = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="Another extract; without it, what would be written now.", show_default=False),
]
SubmissionOption = Annotated[
    str | None, typer.Option("--submission", metavar="YYYY-MM", help="The month that would be written now.")
]


@extracts_app.command("list")
def list_(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """List the extracts, the oldest first."""
    from tui.commands.extracts_desk import run_list

    return run_list(store, key_file, standard, agency, form.value)


@extracts_app.command("show")
def show(
    extract: ExtractArgument,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Show an extract's receipt."""
    from tui.commands.extracts_desk import run_show

    return run_show(extract, store, key_file, standard, agency, form.value)


@extracts_app.command("write")
def write(
    extract: ExtractArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Write an extract again, byte for byte."""
    from tui.commands.extracts_desk import run_write

    return run_write(extract, out, store, key_file, standard, agency, form.value)


@extracts_app.command("sent")
def sent(
    extract: ExtractArgument,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Note that an extract was sent, which ticks its checklist."""
    from tui.commands.extracts_desk import run_mark

    return run_mark(extract, True, store, key_file, standard, agency, _day(today), form.value)


@extracts_app.command("take-back")
def take_back(
    extract: ExtractArgument,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Note that an extract was not sent after all."""
    from tui.commands.extracts_desk import run_mark

    return run_mark(extract, False, store, key_file, standard, agency, _day(None), form.value)


@extracts_app.command("diff")
def diff(
    extract: ExtractArgument,
    other: OtherArgument = None,
    submission: SubmissionOption = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Tell what is new, gone and changed from one extract to another, or to what would be written now."""
    from tui.commands.extracts_compare import run_diff

    return run_diff(extract, other, submission, store, key_file, standard, agency, _day(today), form.value)


@extracts_app.command("mismatches")
def mismatches(
    submission: SubmissionOption = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Tell what the last extract that was sent says and a new one would deny; exit 1 while any is open."""
    from tui.commands.extracts_compare import run_mismatches

    return run_mismatches(submission, store, key_file, standard, agency, _day(today), form.value)


@extracts_app.command("confirm")
def confirm(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="The subject of an open mismatch, as `mismatches` tells it.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is right.")],
    submission: SubmissionOption = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
) -> int:
    """Confirm with a reason that a mismatch is right."""
    from tui.commands.extracts_compare import run_confirm

    return run_confirm(subject, reason, submission, store, key_file, standard, agency, _day(today))
