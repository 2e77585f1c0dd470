"""The command line. Each command is declared here and done in `tui.commands`, which is loaded when it is called.

Results go to stdout, talk and progress to stderr. Exit 0: done, nothing wrong; 1: done, findings of error severity;
2: could not be done, and one line on stderr says what and what to do. No traceback ever reaches the person.
"""

from pathlib import Path
from typing import Annotated, cast

import typer

from tui.cli import findings
from tui.cli.agencies import agencies_app
from tui.cli.calendar import calendar_app
from tui.cli.checklist import checklist_app, due
from tui.cli.client import client_app
from tui.cli.extracts import extracts_app
from tui.cli.leaving import leave_with
from tui.cli.measures import measures
from tui.cli.options import (
    AgencyOption,
    Format,
    FromOption,
    KeyOption,
    KindOption,
    StandardOption,
    StoreOption,
    TodayOption,
    ToOption,
)
from tui.cli.options import day as _day
from tui.cli.settings import settings_app
from validators.problems import Problem

_INTERRUPTED = 130  # what typer makes of Ctrl+C

# What typer raises for a command line it cannot read; it does not export the name.
_UsageError = cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])

app = typer.Typer(
    name="keywork",
    help="Drug and alcohol treatment returns: keyed, checked and written in the terminal.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
standards_app = typer.Typer(help="The national data sets that are installed.")
app.add_typer(standards_app, name="standards")
app.add_typer(agencies_app, name="agencies")
app.add_typer(client_app, name="client")
app.add_typer(calendar_app, name="calendar")
app.add_typer(extracts_app, name="extracts")
app.add_typer(checklist_app, name="checklist")
app.add_typer(settings_app, name="settings")
app.command()(due)
app.command()(measures)


SubmissionOption = Annotated[
    str | None, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported.")
]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    store: StoreOption = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
    standard: StandardOption = None,
) -> int:
    """Keyed, checked and written in the terminal. Without a command the screens open."""
    if context.invoked_subcommand is not None:
        if store or key_file or agency or standard:
            raise typer.BadParameter(f"Options belong behind the command: keywork {context.invoked_subcommand} --...")
        return 0
    from tui.app.run import run_app

    return run_app(store, key_file, agency, standard)


@app.command()
def demo(
    clients: Annotated[int, typer.Option("--clients", metavar="N", min=1, help="How many synthetic clients.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same number gives the same clients.")] = 1,
    standard: StandardOption = None,
) -> int:
    """Open the screens on a throw-away store of synthetic clients."""
    from tui.app.run import run_demo

    return run_demo(clients, seed, standard)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="An extract to check.", show_default=False)] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: SubmissionOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to tell the findings.")] = Format.TEXT,
    setting: Annotated[
        list[str] | None,
        typer.Option("--setting", metavar="NAME=VALUE", help="Of a file: what its agency says of itself."),
    ] = None,
) -> int:
    """Check an extract, or everything in a store, by the rules of its data set."""
    from tui.cli.check import run_check

    day = _day(today)
    return run_check(file, store, key_file, standard, agency, day, submission, form.value, setting or [])


findings.declare(app)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="The extract to take in.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
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
) -> int:
    """Take an existing extract into the store, faults and all."""
    from tui.cli.import_export import run_import

    return run_import(file, store, key_file, standard, agency, update, all_or_nothing, dry_run, from_standard)


@app.command()
def export(
    submission: Annotated[str, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The folder to write into.", show_default=False)
    ] = None,
    stdout: Annotated[
        bool, typer.Option("--stdout", help="Write the file to standard output, the receipt to standard error.")
    ] = False,
    kind: KindOption = None,
    first: FromOption = None,
    last: ToOption = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to tell the receipt: text or json.")] = Format.TEXT,
) -> int:
    """Write the extract of a submission, with its receipt."""
    from tui.cli.import_export import run_export

    if (out is None) is not stdout:
        raise Problem("Say where to write to: --out DIR, or --stdout.")
    days = first.date() if first else None, last.date() if last else None
    return run_export(submission, out, store, key_file, standard, agency, _day(today), form.value, kind or "", *days)


@app.command()
def sample(
    clients: Annotated[int, typer.Option("--clients", metavar="N", min=1, help="How many clients.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same number gives the same clients.")] = 1,
    today: TodayOption = None,
    faults: Annotated[bool, typer.Option("--faults", help="Get something wrong for one client in ten.")] = False,
) -> int:
    """Fill an empty store with synthetic clients."""
    from tui.cli.import_export import run_sample

    return run_sample(clients, store, key_file, standard, agency, seed, _day(today), faults)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Copy the store, still encrypted with its key, into a new file."""
    from tui.cli.store_files import run_backup

    return run_backup(file, store, key_file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The copy to bring back.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Bring a copy back as a store where there is none."""
    from tui.cli.store_files import run_restore

    return run_restore(file, store, key_file)


@app.command()
def doctor(store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Examine the store: the file, its schema, the audit chain, who may read it."""
    from tui.cli.store_files import run_doctor

    return run_doctor(store, key_file)


@app.command(name="help")
def help_(
    screen: Annotated[str | None, typer.Argument(metavar="SCREEN", help="One screen only.", show_default=False)] = None,
) -> int:
    """Show each screen as text, with its keys and what they do."""
    from tui.cli.help import run_help

    return run_help(screen)


@standards_app.command("list")
def standards_list() -> int:
    """List the data sets that are installed."""
    from tui.cli.standards import run_list

    return run_list()


@standards_app.command("show")
def standards_show(
    standard: Annotated[str, typer.Argument(metavar="ID", help="The data set, e.g. ndtms-cjit-p.")],
    form: Annotated[Format, typer.Option("--format", help="How to tell it: text or json.")] = Format.TEXT,
) -> int:
    """Show a data set: fields, code lists with their status, rules with their readings."""
    from tui.cli.standards import run_show

    return run_show(standard, form.value)


@standards_app.command("schema")
def standards_schema(
    standard: Annotated[str, typer.Argument(metavar="ID", help="A data set that is sent as XML.")],
) -> int:
    """Print Keywork's own stand-in schema of a return, to validate a file with another tool."""
    from tui.cli.standards import run_schema

    return run_schema(standard)


@standards_app.command("install")
def standards_install(
    folder: Annotated[Path, typer.Argument(help="The folder of a data set, or of the XML schemas of a return.")],
    standard: Annotated[
        str | None,
        typer.Option("--standard", metavar="ID", help="Whose schemas they are, where several are sent as XML."),
    ] = None,
) -> int:
    """Install a data set, or the official schema of one. It is data only; nothing in it is executed."""
    from tui.cli.standards import run_install

    return run_install(folder, standard)


def run() -> None:
    """Run the command line and leave with its exit code."""
    leave_with(_command_line)


def _command_line() -> object:
    """What the command gave as its exit code; typer's own ways of stopping are put into the program's."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.Exit as left:
        code = left.exit_code
    except _UsageError as error:
        raise Problem(f"{error.format_message().rstrip('.')}: 'keywork --help' lists the commands.") from None
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return code


if __name__ == "__main__":
    run()
