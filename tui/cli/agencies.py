"""`keywork agencies list`, `add`, `since`, `rename`, `remove`: the agencies of a store, each with its data set."""

import json
from typing import Annotated

import typer

from store.facts import Who
from store.records import agencies
from tui.cli.context import now, opened, person
from tui.cli.options import FormatOption, KeyOption, OutputFormat, StandardOption, StoreOption, refuse_csv
from tui.session.agencies import data_set_words, made_words, make_agency, since_words
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
        names = ("code", "standard", "name", "region", "reports_since")
        print(json.dumps([{name: getattr(one, name) for name in names} for one in known], indent=1))
        return 0
    for one in known:
        name = f"{one.name}: " if one.name else ""
        since = f", since {one.reports_since}" if one.reports_since else ""
        print(printable(f"{one.code}  {one.standard}  {name}{data_set_words(one.standard)}{since}"))
    if not known:
        print("The store holds no agency yet: 'keywork agencies add' makes one.")
    return 0


@group.command("add")
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Its code in the national returns.")],
    standard: Annotated[str, typer.Option("--standard", metavar="ID", help="The data set it reports.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What people call it; may stay away.")] = "",
    since: Annotated[
        str,
        typer.Option("--since", metavar="YYYY-MM", help="Its first submission from here; else the next that is due."),
    ] = "",
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Make a new agency; where there is no store yet, the store as well."""
    code = agency_code(load(standard), code)  # before a store is made for it
    with opened(store, key_file, create=True) as found:
        made = found.do(Who(person(found.path), now()), make_agency, code, standard, name, since=since)
    print(f"{made_words(made)}.")
    return 0


@group.command("rename")
def rename(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The code it is to have.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
) -> int:
    """Give an agency without clients another code."""
    with opened(store, key_file) as found:
        agency = found.ask(agencies.one, code, standard_id)
        told = agency_code(load(agency.standard), new)
        found.do(Who(person(found.path), now()), agencies.rename, agency, told)
    print(f"Agency {code} is {told} now.")
    return 0


@group.command("since")
def since(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agency's code.")],
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month that it reports first from here.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
) -> int:
    """Say which is an agency's first submission from this store: none before it is ever late."""
    with opened(store, key_file) as found:
        agency = found.ask(agencies.one, code, standard_id)
        found.do(Who(person(found.path), now()), agencies.set_reports_since, agency, month.strip())
    print(f"Agency {agency.code}: {since_words(month.strip())}.")
    return 0


@group.command("remove")
def remove(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code it has.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
) -> int:
    """Take away an agency that was made by mistake and has nothing in it."""
    with opened(store, key_file) as found:
        agency = found.ask(agencies.one, code, standard_id)
        found.do(Who(person(found.path), now()), agencies.remove, agency)
    print(f"Agency {agency.code} is removed.")
    return 0
