"""The command line: which commands there are and where each stands. A command is declared and done in one file of this
folder, which is loaded when it is called.

Results go to stdout, talk and progress to stderr. Exit 0: done, nothing wrong; 1: done, findings of error severity;
2: could not be done, and one line on stderr says what and what to do. No traceback ever reaches the person.
"""

from typing import Annotated, cast

import typer

from tui.cli.groups import LazyGroup
from tui.cli.leaving import leave_with
from tui.cli.manual.examples import examples_text
from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOption
from validators.problems import Problem
from validators.version import VERSION

_INTERRUPTED = 130  # what typer makes of Ctrl+C

# What typer raises for a command line it cannot read; it does not export the name.
_UsageError = cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])


class CommandLine(LazyGroup):
    """`keywork …`."""

    TABLE = {
        "demo": ("tui.cli.samples", "Open the screens on a throw-away store of synthetic clients."),
        "sample": ("tui.cli.samples", "Fill an empty store with synthetic clients."),
        "check": ("tui.cli.check", "Check an extract, or everything in a store, by the rules of its data set."),
        "import": ("tui.cli.import_export", "Take an existing extract into the store, faults and all."),
        "export": ("tui.cli.import_export", "Write the extract of a submission, with its receipt."),
        "client": (
            "tui.cli.client.commands",
            "Clients, episodes and events without the screens: the same checks, drafts and audit.",
        ),
        "findings": (
            "tui.cli.findings",
            "Tell every finding of the caseload, accepted ones marked, the case reference first.",
        ),
        "bounces": ("tui.cli.findings", "Say which record each line of the portal's list of refused rows means."),
        "extracts": (
            "tui.cli.extracts",
            "Extracts that were written: receipts, the same file again, sent or not, differences.",
        ),
        "due": ("tui.cli.checklist", "Tell what is due and what stands in the way."),
        "checklist": ("tui.cli.checklist", "The checklist of a submission: show it, tick and reopen its items."),
        "calendar": ("tui.cli.calendar", "Which submissions there are, and when they are due."),
        "second-keying": (
            "tui.cli.second_keying",
            "A sample keyed again from paper by a second person, blind; what differs decided, and the error rate.",
        ),
        "measures": (
            "tui.cli.measures",
            "Work out what the data set is measured by; without --from and --to for the last quarter that is over.",
        ),
        "report": (
            "tui.cli.report",
            "Tell on one page how the submissions stood, how the caseload moves, and what stands in the way.",
        ),
        "settings": ("tui.cli.settings", "What an agency says of itself: rules and measures ask it."),
        "notice": (
            "tui.cli.notice",
            "The privacy notice for clients: show or print it, put the site's own in its place.",
        ),
        "agencies": ("tui.cli.agencies", "The agencies of a store: each has a data set of its own."),
        "removal": (
            "tui.cli.subject.removal",
            "Removing clients for good, once two people agree: what is due, asked for, confirmed.",
        ),
        "handover": (
            "tui.cli.subject.handover",
            "Hand over all records of an agency, in the clear; keywork import takes them back.",
        ),
        "standards": ("tui.cli.standards.commands", "The national data sets that are installed."),
        "roles": ("tui.cli.access.people", "What the groups of this computer's accounts may do in the store."),
        "passphrase": (
            "tui.cli.access.people",
            "Set the passphrase that opens your own locked screen (F12, or some minutes without a key).",
        ),
        "history": (
            "tui.cli.access.people",
            "Tell who did what, and who looked at a client, the oldest first.",
        ),
        "backup": ("tui.cli.store_files", "Copy the store, still encrypted with its key, into a new file."),
        "restore": ("tui.cli.store_files", "Bring a copy back as a store where there is none."),
        "key": (
            "tui.cli.access.key",
            "The store's key: a second copy of it, a passphrase for it, another one in its place.",
        ),
        "doctor": (
            "tui.cli.store_files",
            "Examine the store: the file, its schema, the audit chain, the records beside it, who may read it.",
        ),
        "help": ("tui.cli.manual.help", "Show each screen as text, with its keys and what they do."),
    }


app = typer.Typer(
    name="keywork",
    cls=CommandLine,
    help="Drug and alcohol treatment returns: keyed, checked and written in the terminal.",
    epilog=examples_text(""),
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    store: StoreOption = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
    standard: StandardOption = None,
    version: Annotated[bool, typer.Option("--version", help="Say which Keywork this is.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With --version: also what it runs on, for whoever reports a fault.")
    ] = False,
) -> int:
    """Keyed, checked and written in the terminal. Without a command the screens open."""
    if context.invoked_subcommand is not None:
        if store or key_file or agency or standard or version or verbose:
            raise typer.BadParameter(f"Options belong behind the command: keywork {context.invoked_subcommand} --...")
        return 0
    if version:
        print(f"Keywork {VERSION}")
        if verbose:
            from tui.session.runs_on import what_it_runs_on

            print(", ".join(what_it_runs_on()))
        return 0
    if verbose:
        raise typer.BadParameter("--verbose goes with --version")
    from tui.app.run import run_app

    return run_app(store, key_file, agency, standard)


def _its_help(error: typer.BadParameter) -> str:
    """Where the command that was meant tells what it takes."""
    names: list[str] = []
    context = error.ctx
    lists = context is None or hasattr(context.command, "commands")
    while (
        context is not None and context.parent is not None
    ):  # the first is the program, by whatever name it was called
        names.insert(0, context.info_name or "")
        context = context.parent
    return f"'{' '.join(['keywork', *names])} --help' " + ("lists the commands" if lists else "tells what it takes")


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
        raise Problem(f"{error.format_message().rstrip('.')}: {_its_help(error)}.") from None
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return code


if __name__ == "__main__":
    run()
