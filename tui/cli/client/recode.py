"""`keywork client recode`: one code put in place of another over a list of clients, seen first, undone as one."""

import json
from typing import Annotated

import typer

from exporters.records import recode as recoding
from exporters.records.recode import Recoding
from store.facts import ClientQuery
from tui.cli.client.context import ClientOptions, client_command, filters_of
from tui.cli.given import line_of
from tui.cli.options import OutputFormat
from tui.session.history_lines import record_name
from tui.widgets.text import printable
from validators.standard.terminology import counted

commands = typer.Typer()


@client_command(commands, "recode")
def recode(
    asked: ClientOptions,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The heading of a field with codes.")] = "",
    old: Annotated[str, typer.Option("--from", metavar="CODE", help="What stands there.")] = "",
    new: Annotated[str, typer.Option("--to", metavar="CODE", help="What is to stand there.")] = "",
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="As client list; - reads it.")] = "",
    filters: Annotated[list[str] | None, typer.Option("--filter", metavar="NAME", help="As client list.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Change them; without it only say which.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what I recoded last, all of it.")] = False,
) -> int:
    """Put one code in place of another over a list of clients; --undo takes it back as one."""
    wanted = filters_of(filters or [])
    search = line_of(search, "words to search for")
    with asked.opened() as at:
        if undo:
            many = at.store.do(at.who, recoding.take_back, at.work.agency)
            print(f"{counted(many, 'record')} as before")
            return 0
        standard = at.work.standard
        change = Recoding(field.strip().upper(), old, new)
        query = ClientQuery(search, wanted, person=at.person, today=asked.today)
        seen = at.store.ask(recoding.preview, at.work.agency, standard, query, change)
        if yes:
            at.store.do(at.who, recoding.save, standard, seen)
    if asked.form is OutputFormat.JSON:
        told = [{"client_id": one.client_id, "id": one.record.id, "reference": one.reference} for one in seen.records]
        print(json.dumps({"records": told, "drafted": seen.drafted, "changed": yes}, indent=1))
        return 0
    for one in seen.records:
        print(printable(f"{one.reference or '(none)':<12}  {one.record.id}  {record_name(standard, one.record)}"))
    left = f", {seen.drafted} left out, somebody types in them" if seen.drafted else ""
    done = "changed" if yes else "would be changed: --yes changes them"
    print(f"{counted(len(seen.records), 'record')}{left}, {done}")
    return 0
