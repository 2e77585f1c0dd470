"""The command line. Each command is declared here and done in `tui.commands`, which is loaded when it is called.

Results go to stdout, talk and progress to stderr. Exit 0: done, nothing wrong; 1: done, findings of error severity;
2: could not be done, and one line on stderr says what and what to do. No traceback ever reaches the person.
"""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, cast

import typer

from tui.commands.client import client_app
from tui.commands.options import AgencyOption, Format, KeyOption, StandardOption, StoreOption, TodayOption
from tui.commands.options import day as _day
from validators.problems import Problem

_STOPPED = "Stopped; what was not finished was not written."
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
app.add_typer(client_app, name="client")


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
    from tui.run import run_app

    return run_app(store, key_file, agency, standard)


@app.command()
def demo(
    clients: Annotated[int, typer.Option("--clients", metavar="N", min=1, help="How many synthetic clients.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same number gives the same clients.")] = 1,
) -> int:
    """Open the screens on a throw-away store of synthetic clients."""
    from tui.run import run_demo

    return run_demo(clients, seed)


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
) -> int:
    """Check an extract, or everything in a store, by the rules of its data set."""
    from tui.commands.checking import run_check

    day = _day(today)
    return run_check(file, store, key_file, standard, agency, day, submission, form.value)


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
) -> int:
    """Take an existing extract into the store, faults and all."""
    from tui.commands.moving import run_import

    return run_import(file, store, key_file, standard, agency, update, all_or_nothing, dry_run)


@app.command()
def export(
    submission: Annotated[str, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to tell the receipt: text or json.")] = Format.TEXT,
) -> int:
    """Write the extract of a submission, with its receipt."""
    from tui.commands.moving import run_export

    return run_export(submission, out, store, key_file, standard, agency, _day(today), form.value)


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
    from tui.commands.moving import run_sample

    return run_sample(clients, store, key_file, standard, agency, seed, _day(today), faults)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Copy the store, still encrypted with its key, into a new file."""
    from tui.commands.stores import run_backup

    return run_backup(file, store, key_file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The copy to bring back.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Bring a copy back as a store where there is none."""
    from tui.commands.stores import run_restore

    return run_restore(file, store, key_file)


@app.command()
def doctor(store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Examine the store: the file, its schema, the audit chain, who may read it."""
    from tui.commands.stores import run_doctor

    return run_doctor(store, key_file)


@app.command(name="help")
def help_(
    screen: Annotated[str | None, typer.Argument(metavar="SCREEN", help="One screen only.", show_default=False)] = None,
) -> int:
    """Show each screen as text, with its keys and what they do."""
    from tui.commands.help import run_help

    return run_help(screen)


@standards_app.command("list")
def standards_list() -> int:
    """List the data sets that are installed."""
    from tui.commands.standards import run_list

    return run_list()


@standards_app.command("show")
def standards_show(
    standard: Annotated[str, typer.Argument(metavar="ID", help="The data set, e.g. ndtms-cjit-p.")],
    form: Annotated[Format, typer.Option("--format", help="How to tell it: text or json.")] = Format.TEXT,
) -> int:
    """Show a data set: fields, code lists with their status, rules with their readings."""
    from tui.commands.standards import run_show

    return run_show(standard, form.value)


@standards_app.command("install")
def standards_install(folder: Annotated[Path, typer.Argument(help="The folder of a data set.")]) -> int:
    """Install a data set from a folder, in place of any with its id. It is data only; nothing in it is executed."""
    from tui.commands.standards import run_install

    return run_install(folder)


def run() -> None:
    """Run the command line and leave with its exit code."""
    _prepare_output()
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
        if code == _INTERRUPTED:
            code = _say(_STOPPED)
    except Problem as problem:
        code = _say(str(problem))
    except (typer.Abort, KeyboardInterrupt):
        code = _say(_STOPPED)
    except typer.Exit as left:
        code = left.exit_code
    except BrokenPipeError:
        # Whoever read the output has gone (`| head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = _say(
            f"The result could not be written out ({(error.strerror or 'no reason given').lower()}): try again."
        )
    except MemoryError:
        code = _say("There is not enough memory for this; try a smaller file or a larger host.")
    except _UsageError as error:
        code = _say(f"{error.format_message().rstrip('.')}: 'keywork --help' lists the commands.")
    except Exception as error:
        code = _say(_fault(error))
    sys.exit(code if isinstance(code, int) else 0)


def _prepare_output() -> None:
    """Make sure that whatever is printed can be: anything may stand in a value, and the output may be closed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (until the program ends)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _say(sentence: str) -> int:
    print("keywork: " + " ".join(sentence.split()), file=sys.stderr)
    return 2


def _fault(error: Exception) -> str:
    """What can be told of a fault in the program without telling client data: its kind and its place."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}" if place else ""
    kind = type(error).__name__
    return f"The program failed ({kind}{where}); what was not finished was not written; please report this."


if __name__ == "__main__":
    run()
