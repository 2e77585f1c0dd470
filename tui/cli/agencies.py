"""`keywork agencies list` and `add`: the agencies that a store keeps, each with its data set."""

import json
from typing import Annotated

import typer

from store.facts import Who
from store.records import agencies
from tui.cli.context import now, opened, person
from tui.cli.options import FormatOption, KeyOption, OutputFormat, StoreOption, refuse_csv
from tui.session.agencies import data_set_words, made_words, make_agency
from tui.widgets.text import printable
from validators.agency import agency_code
from validators.standard.catalogue import load

commands = typer.Typer()
group = typer.Typer(help="The agencies of a store: each has a data set of its own.")
commands.add_typer(group, name="agencies")


@group.command("list")
def list_(store: StoreOption = None, key_file: KeyOption = None, form: FormatOption = OutputFormat.TEXT) -> int:
    """List the agencies, in order of entry."""
    refuse_csv(form)
    with opened(store, key_file) as found:
        known = found.ask(agencies.listed)
    if form is OutputFormat.JSON:
        names = ("code", "standard", "name", "region")
        print(json.dumps([{name: getattr(one, name) for name in names} for one in known], indent=1))
        return 0
    for one in known:
        name = f"{one.name}: " if one.name else ""
        print(printable(f"{one.code}  {one.standard}  {name}{data_set_words(one.standard)}"))
    if not known:
        print("The store holds no agency yet: 'keywork agencies add' makes one.")
    return 0


@group.command("add")
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Its code in the national returns.")],
    standard: Annotated[str, typer.Option("--standard", metavar="ID", help="The data set it reports.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What people call it; may stay away.")] = "",
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Make a new agency; where there is no store yet, the store as well."""
    code = agency_code(load(standard), code)  # before a store is made for it
    with opened(store, key_file, create=True) as found:
        made = found.do(Who(person(found.path), now()), make_agency, code, standard, name)
    print(f"{made_words(made)}.")
    return 0
