"""`keywork roles` and `keywork history`: who may do what in a store, and who did."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from exporters.csv_text import csv_line
from exporters.json_text import json_text
from exporters.records.find import by_any_id, records_of
from store.disk import audit
from store.facts import AuditEntry, AuditQuery, Who
from store.people import looks, passphrases, roles, standing
from store.people.acts import Role
from store.records import agencies
from tui.cli.context import now, opened, person, talk
from tui.cli.options import (
    AgencyOption,
    FormatOption,
    FromOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    TableFormat,
    ToOption,
)
from tui.session.passphrase import ask_passphrase
from tui.widgets.text import printable
from validators.local_time import LONDON
from validators.problems import Problem
from validators.standard.catalogue import load

commands = typer.Typer()
group = typer.Typer(help="What the groups of this computer's accounts may do in the store.")
commands.add_typer(group, name="roles")

GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="A group of this computer's accounts.")]
COLUMNS = ("number", "at", "person", "act", "kind", "record", "field", "old", "new", "erased")


@group.command("list")
def list_(store: StoreOption = None, key_file: KeyOption = None, form: FormatOption = OutputFormat.TEXT) -> int:
    """List which group may do what, and what you may do."""
    with opened(store, key_file) as found:
        who = person(found.path)
        known, own = found.ask(roles.listed), found.ask(roles.of_person, who)
        told = found.ask(standing.sentences, who)
    if form is OutputFormat.JSON:
        rows = [
            {"group": one.group, "role": one.role.title, "set_at": one.set_at, "set_by": one.set_by} for one in known
        ]
        print(json.dumps({"groups": rows, "person": who, "role": own.title if own else ""}, indent=1))
        return 0
    for one in known:
        print(printable(f"{one.group}: {one.role.title} (set by {one.set_by}, {one.set_at})"))
    if not known:
        print("No group has a role: everybody who can open the store may do everything.")
    print(printable(f"{who} has the role {own.title if own else 'none'}."))
    for sentence in told:
        talk(sentence)
    return 0


@group.command("set")
def set_(
    name: GroupArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="read-only, keying, month-end or administrator.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Give a group a role. From the first one on, whoever is in no group that has one may do nothing."""
    words = role.strip().lower().replace("_", "-").replace(" ", "-")
    chosen = next((one for one in Role if one.title.replace(" ", "-") == words), None)
    if chosen is None:
        names = ", ".join(one.title.replace(" ", "-") for one in Role)
        raise Problem(f"There is no role '{printable(role)}': there are {names}.")
    with opened(store, key_file) as found:
        found.do(Who(person(found.path), now()), roles.give, name, chosen)
    print(printable(f"{name}: {chosen.title}"))
    return 0


@group.command("take")
def take(name: GroupArgument, store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Take a group's role away."""
    with opened(store, key_file) as found:
        found.do(Who(person(found.path), now()), roles.give, name, None)
    print(printable(f"{name}: no role"))
    return 0


@commands.command("passphrase")
def passphrase(
    remove: Annotated[bool, typer.Option("--remove", help="Take it away; a locked screen is then only left.")] = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Set the passphrase that opens your own locked screen (F12, or some minutes without a key)."""
    with opened(store, key_file) as found:
        first = "" if remove else ask_passphrase("A passphrase for your locked screen: ")
        if not remove and (not first or first != ask_passphrase("The same again: ")):
            raise Problem("Those are two passphrases, or none: type the same one twice.")
        found.do(Who(person(found.path), now()), passphrases.keep, first)
    print("It is taken away." if remove else "It is set.")
    return 0


@commands.command("history")
def history(
    client: Annotated[str, typer.Option("--client", metavar="ID", help="Only this client and all below.")] = "",
    by: Annotated[str, typer.Option("--person", metavar="NAME", help="Only what this account did.")] = "",
    first: FromOption = None,
    last: ToOption = None,
    acts: Annotated[
        list[str] | None, typer.Option("--act", metavar="ACT", help="Only such acts: look, change, export, refused …")
    ] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    form: Annotated[TableFormat, typer.Option("--format", help="How to tell it.")] = TableFormat.TEXT,
) -> int:
    """Tell who did what, and who looked at a client, the oldest first. Telling it is noted, too.

    With --agency only what was done to that agency and to what is its own; without, in the whole store.
    """
    with opened(store, key_file) as found:
        records: frozenset[str] | None = None
        client_id = ""
        its = found.ask(agencies.one, agency, standard) if client or agency or standard else None
        if client and its is not None:
            tree = found.ask(by_any_id, its, load(its.standard), client).tree
            records, client_id = frozenset(one.id for one in records_of(tree)), tree.client.id
        since = _midnight(first.date()) if first else None
        until = _midnight(last.date() + timedelta(days=1)) if last else None
        asked = AuditQuery(by, records, since, until, frozenset(acts or ()), None if client else its)
        with found.writing(Who(person(found.path), now())) as unit:
            if client_id:
                looks.note(unit, client_id)
            unit.chain.add("export", "history", client_id, by, None, None)
        with found.reading() as snapshot:
            _print(audit.found(snapshot, asked), form)
    return 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _print(entries: Iterator[AuditEntry], form: TableFormat) -> None:
    if form is TableFormat.JSON:
        print(json_text([_mapping(one) for one in entries], indent=1))
    elif form is TableFormat.CSV:
        sys.stdout.write(csv_line(COLUMNS, "\n"))
        sys.stdout.writelines(csv_line(_mapping(one).values(), "\n") for one in entries)
    else:
        for number, one in enumerate(entries):
            if not number:
                print("When  Who  Act  Of what  Record  Field: before -> after")
            print(printable(_line(one)))


def _mapping(one: AuditEntry) -> dict[str, Any]:
    values = (one.number, one.at.isoformat(), one.person, one.act, one.kind, one.record_id, one.field)
    return dict(zip(COLUMNS, (*values, one.old, one.new, one.erased), strict=True))


def _line(one: AuditEntry) -> str:
    parts = [f"{one.at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}", one.person, one.act, one.kind, one.record_id, one.field]
    told = " (values erased)" if one.erased else ""
    if one.field and (one.old or one.new) and not one.erased:
        told = f": {one.old or '(empty)'} -> {one.new or '(empty)'}"
    return "  ".join(part for part in parts if part) + told
