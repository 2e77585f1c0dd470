"""`keywork agencies`: the agencies that a store keeps, each with its data set, and from when on it reports which."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from store.facts import Who
from store.records import agencies
from tui.cli.context import now, opened, person
from tui.cli.options import (
    FormatOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    StoreOptions,
    TodayOption,
    command_with,
    day,
)
from tui.session.agencies import data_set_words, made_words, make_agency, since_words
from tui.widgets.text import printable
from validators.agency import agency_code
from validators.standard.catalogue import load
from validators.standard.caveats import caveats

commands = typer.Typer()
group = typer.Typer(help="The agencies of a store: each has a data set of its own.")
commands.add_typer(group, name="agencies")


def _shared(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
) -> StoreOptions:
    """The options of every command on an agency that its first argument names."""
    return StoreOptions(store, key_file, standard)


named_command = partial(command_with, _shared)


@group.command("list")
def list_(store: StoreOption = None, key_file: KeyOption = None, form: FormatOption = OutputFormat.TEXT) -> int:
    """List the agencies, in order of entry."""
    with opened(store, key_file) as found:
        known = found.ask(agencies.listed)
    if form is OutputFormat.JSON:
        names = ("code", "standard", "name", "region", "reports_since")
        print(json.dumps([{name: getattr(one, name) for name in names} for one in known], indent=1))
        return 0
    if known:
        print("Code  Data set  Name: what it reports, first submission from here")
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


@named_command(group, "rename")
def rename(
    at: StoreOptions,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The code it is to have.")],
) -> int:
    """Give an agency without clients another code."""
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agencies.one, code, at.standard)
        told = agency_code(load(agency.standard), new)
        found.do(Who(person(found.path), now()), agencies.rename, agency, told)
    print(f"Agency {code} is {told} now.")
    return 0


@named_command(group, "since")
def since(
    at: StoreOptions,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agency's code.")],
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month that it reports first from here.")],
) -> int:
    """Say which is an agency's first submission from this store: none before it is ever late."""
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agencies.one, code, at.standard)
        found.do(Who(person(found.path), now()), agencies.set_reports_since, agency, month.strip())
    print(f"Agency {agency.code}: {since_words(month.strip())}.")
    return 0


@named_command(group, "remove")
def remove(
    at: StoreOptions,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code it has.")],
) -> int:
    """Take away an agency that was made by mistake and has nothing in it."""
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agencies.one, code, at.standard)
        found.do(Who(person(found.path), now()), agencies.remove, agency)
    print(f"Agency {agency.code} is removed.")
    return 0


@named_command(group, "change-letter")
def change_letter(
    at: StoreOptions,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agency.")],
    to: Annotated[str, typer.Option("--to", metavar="ID", help="The edition it reports from now on.")],
    first_day: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day of the new edition."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    on: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Go over to a later edition, in one step: what is gone is kept, what is new is told, what to recode is listed."""
    from exporters.editions.letter import change_letter as changed
    from exporters.editions.letter import plan_letter, told_of_letter
    from exporters.work import Work

    after = load(to)
    with opened(at.store, at.key_file) as found:
        agency = found.ask(agencies.one, code, at.standard)
        work = Work(agency, load(agency.standard), day(on))
        plan = found.ask(plan_letter, work, after, first_day.date())
        if not dry_run:
            found.do(Who(person(found.path), now()), changed, plan, work.today)
    if form is OutputFormat.JSON:
        print(json.dumps(plan.as_mapping(), indent=1))
        return 0
    for line in (*told_of_letter(plan), *caveats(after)):
        print(printable(line))
    done = "nothing is changed yet" if dry_run else "done; 'keywork agencies undo-letter' takes it back"
    print(printable(f"{agency.code}: {done}"))
    return 0


@named_command(group, "undo-letter")
def undo_letter(
    at: StoreOptions,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The agency.")],
) -> int:
    """Take an agency's last change of letter back; what was keyed since is kept."""
    from store.month import letters

    with opened(at.store, at.key_file) as found:
        agency = found.ask(agencies.one, code, at.standard)
        before = found.do(Who(person(found.path), now()), letters.undo, agency)
    print(printable(f"{agency.code} reports by {before.standard} again."))
    return 0
