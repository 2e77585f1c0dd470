"""`keywork checklist …` and `keywork due`: declared here, done in `tui.commands.month`."""

from typing import Annotated

import typer

from tui.commands.options import (
    AgencyOption,
    Format,
    FormatOption,
    KeyOption,
    StandardOption,
    StoreOption,
    TodayOption,
    day,
)
from validators.problems import Problem

checklist_app = typer.Typer(help="The checklist of a submission: show it, tick and reopen its items.")

MonthOption = Annotated[
    str, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported; else the one at hand.")
]
ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="The item's name, as the checklist tells it.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept for good.")]


def due(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is late.")] = False,
    as_kept: Annotated[
        bool, typer.Option("--as-kept", help="Check nothing anew: tell the results of the last check.")
    ] = False,
) -> int:
    """Tell what is due and what stands in the way. Ends with 1 when something is late."""
    from tui.commands.month import At, run_due

    return run_due(At(store, key_file, standard, agency), day(today), _told(form), quiet, as_kept)


@checklist_app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
    attempt: Annotated[int | None, typer.Option("--attempt", metavar="N", help="Else the latest.")] = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Show the checklist. Ends with 1 while something is open."""
    if context.invoked_subcommand is not None:
        if store or key_file or agency or standard or today or submission or attempt:
            raise typer.BadParameter(f"Options belong behind the command: checklist {context.invoked_subcommand} --...")
        return 0
    from tui.commands.month import At, run_checklist

    return run_checklist(At(store, key_file, standard, agency), day(today), submission, attempt, _told(form))


@checklist_app.command()
def tick(
    item: ItemArgument,
    told: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=TEXT", help="What is entered with it: load=98.4 quality=100.")
    ] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
) -> int:
    """Tick an item; your name and the time are kept with it."""
    from tui.commands.month import At, run_act, told_of

    at = At(store, key_file, standard, agency)
    return run_act(at, day(today), submission, "tick", item, told=told_of(told or []))


@checklist_app.command()
def reopen(
    item: ItemArgument,
    reason: ReasonOption,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
) -> int:
    """Reopen an item that was ticked; the tick is kept with your reason."""
    from tui.commands.month import At, run_act

    return run_act(At(store, key_file, standard, agency), day(today), submission, "reopen", item, reason)


@checklist_app.command()
def correct(
    reason: ReasonOption,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
) -> int:
    """Begin a correction: another attempt of the submission, with a checklist of its own."""
    from tui.commands.month import At, run_act

    return run_act(At(store, key_file, standard, agency), day(today), submission, "correct", reason=reason)


@checklist_app.command()
def nil(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
    reason: ReasonOption = "",
) -> int:
    """Declare a nil return: there is nobody to report."""
    from tui.commands.month import At, run_act

    return run_act(At(store, key_file, standard, agency), day(today), submission, "nil", reason=reason)


def _told(form: Format) -> str:
    if form is Format.CSV:
        raise Problem("That is told as text or json: choose one of them with --format.")
    return form.value
