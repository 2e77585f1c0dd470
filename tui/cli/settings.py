"""`keywork settings list` and `set`: what an agency says of itself, as its data set asks it."""

import json
from typing import Annotated

import typer

from store.facts import Who
from store.month import agency_settings
from tui.cli.context import now, opened, person
from tui.cli.named import agency_of
from tui.cli.options import FormatOption, OutputFormat, StoreOptions, agency_command
from tui.widgets.text import printable
from validators.agency import setting_named, setting_text, setting_words
from validators.standard.catalogue import load

commands = typer.Typer()
group = typer.Typer(help="What an agency says of itself: rules and measures ask it.")
commands.add_typer(group, name="settings")


@agency_command(group, "list")
def list_(
    at: StoreOptions,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """List what the data set asks an agency, and what is said."""
    with opened(at.store, at.key_file) as found:
        its = found.ask(agency_of, at.agency, at.standard)
        data_set, told = load(its.standard), found.ask(agency_settings.settings, its)
    asked = data_set.settings
    if form is OutputFormat.JSON:
        rows = [{"name": one.id, "title": one.title, "kind": one.kind, "value": told.get(one.id, "")} for one in asked]
        print(json.dumps(rows, indent=1))
        return 0
    for one in asked:
        print(printable(f"{one.id}: {setting_words(one, told.get(one.id, ''))}"))
        print(printable(f"  {one.title}" + (f" ({', '.join(one.classes)})" if one.classes else "")))
    if not asked:
        print(f"The data set {data_set.id} asks an agency nothing.")
    return 0


@agency_command(group, "set")
def set_(
    at: StoreOptions,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The setting, as `settings list` names it.")],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="yes, no, or pairs: '01=complete 02=neutral'; '' clears.")
    ],
) -> int:
    """Say something of an agency. Findings kept so far are then checked anew."""
    with opened(at.store, at.key_file) as found:
        its = found.ask(agency_of, at.agency, at.standard)
        data_set = load(its.standard)
        setting = setting_named(data_set, name)
        text = setting_text(data_set, setting, value)
        with found.writing(Who(person(found.path), now())) as work:
            changed = agency_settings.set_setting(work, its, name, text)
    print(printable(f"{name} of {its.code}: {setting_words(setting, text)}" + ("" if changed else " (as before)")))
    return 0
