"""`keywork client worklists`, `field-note`, `notes`: what waits for somebody, and lines on fields that say what for."""

from typing import Annotated

import typer

from exporters.json_text import json_text
from exporters.records import worklists as lists
from store.facts import QUIET_WEEKS
from store.records import field_notes
from tui.cli.client.changes import named
from tui.cli.client.context import ClientOptions, IdArgument, WeeksOption, client_command
from tui.cli.given import prose_of
from tui.cli.options import OutputFormat
from tui.widgets.text import printable
from validators.local_time import LONDON
from validators.problems import Problem
from validators.standard.terminology import counted

commands = typer.Typer()


@client_command(commands, "worklists")
def worklists(asked: ClientOptions, weeks: WeeksOption = QUIET_WEEKS) -> int:
    """Tell what waits for somebody, with numbers; client list --filter lists who it is."""
    with asked.opened() as at:
        found = at.store.ask(lists.counts, at.work.agency, at.work.standard, asked.today, weeks)
    if asked.form is OutputFormat.JSON:
        told = [{"filter": one.name.replace("_", "-"), "title": one.title, "clients": one.number} for one in found]
        print(json_text(told, indent=1))
        return 0
    print(f"{'Clients':>7}  {'Filter':<12}  Worklist")
    for one in found:
        print(printable(f"{one.number:>7}  {one.name.replace('_', '-'):<12}  {one.title}"))
    return 0


@client_command(commands, "field-note")
def field_note(
    asked: ClientOptions,
    wanted: IdArgument,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The heading of the field, such as POSTCODE.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="One line; - reads it, '' takes it away.")],
) -> int:
    """Keep a line on a field, such as what it waits for; it is never sent."""
    with asked.opened() as at:
        record, _ = at.find(wanted)
        its = at.work.standard.by_header.get(field.strip().upper())
        if its is None or its.level != record.kind or (record.section and its.section != record.section):
            told = "The {record} has no field {field}: keywork standards show lists the fields."
            raise Problem(at.work.standard.say(told, record=named(record), field=printable(field)[:40]))
        note = prose_of(text, "note")
        at.store.do(at.who, field_notes.keep, record.kind, record.id, its.header, note)
    print(printable(f"{its.label}: {'note kept' if note else 'note taken away'}"))
    return 0


@client_command(commands, "notes")
def notes(asked: ClientOptions) -> int:
    """List the notes on fields that are to be answered, the oldest first."""
    with asked.opened() as at:
        found, standard = at.store.ask(field_notes.listed, at.work.agency), at.work.standard
    if asked.form is OutputFormat.JSON:
        told = [
            {
                "client_id": one.client_id,
                "reference": one.reference,
                "record_id": one.record_id,
                "field": one.field,
                "note": one.text,
                "at": one.at.isoformat(),
                "person": one.person,
            }
            for one in found
        ]
        print(json_text(told, indent=1))
        return 0
    if found:
        print(f"{'Noted':<10}  {'By':<10}  {'Client':<12}  {'Field':<10}  Note")
    for one in found:
        header = one.field if one.field in standard.by_header else "?"
        day = f"{one.at.astimezone(LONDON):%Y-%m-%d}"
        print(printable(f"{day}  {one.person:<10}  {one.reference or '(none)':<12}  {header:<10}  {one.text}"))
    print(counted(len(found), "note"))
    return 0
