"""`keywork client everything`: all that is held about a client, to be handed to the client."""

from pathlib import Path
from typing import Annotated

import typer

from exporters.subject import everything as subject
from store.disk.files import refuse_taken
from store.disk.user import service_account
from tui.cli.client.context import ClientOptions, IdArgument, client_command
from tui.cli.context import talk
from tui.cli.options import OutputFormat
from tui.session import handed_out
from tui.widgets.text import printable
from validators.problems import Problem

commands = typer.Typer()


@client_command(commands, "everything")
def everything(
    asked: ClientOptions,
    wanted: IdArgument,
    html: Annotated[bool, typer.Option("--html", help="As one page for a browser, without scripts.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Into a new file that only you can read.", show_default=False),
    ] = None,
) -> int:
    """Tell everything that is held about a client: text, --html or --format json. That it was told is noted."""
    if html and asked.form is OutputFormat.JSON:
        raise Problem("A page for a browser is no JSON: give --html or --format json, not both.")
    with asked.opened() as at:
        record, tree = at.find(wanted)
        who = at.who
        if out is not None:
            refuse_taken(out)
        found = at.store.ask(subject.everything, at.work, record.id, who.person, who.at)
        at.store.do(who, subject.give_out, tree.client.id)
        account = service_account(at.store.path)
    text = handed_out.told(found, "html" if html else "json" if asked.form is OutputFormat.JSON else "txt")
    if out is None:
        print(text, end="")
        talk(handed_out.OF_OTHERS)
        return 0
    subject.write_file(text, out)
    print(printable(str(out.resolve())))
    talk(handed_out.OF_OTHERS)
    if account:
        talk(f"The file is {account}'s; you read it by the group of its folder.")
    return 0
