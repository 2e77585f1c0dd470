"""`keywork client …`: the headless twin of the screens. Declared here, done in the modules beside this one."""

from typing import Annotated

import typer

from tui.commands.options import (
    AgencyOption,
    Format,
    FormatOption,
    KeyOption,
    StandardOption,
    StoreOption,
    TodayOption,
    day,
)
from validators.problems import Problem

client_app = typer.Typer(help="Clients, episodes and events without the screens: the same checks, drafts and audit.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Store id, an identifier of the data set, or a client's reference.")
]
FieldsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="Values as one would type them in the form.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Even if somebody is in the record, or saved it meanwhile.")
]
DraftOption = Annotated[bool, typer.Option("--draft", help="Keep it as a draft; save nothing.")]


@client_app.command("list")
def list_(
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="Reference, initials, birth date, postcode part or id.")
    ] = "",
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", metavar="NAME", help="open, closed, errors, warnings, no-consent, mine, drafts, deleted."
        ),
    ] = None,
    key_worker: Annotated[str, typer.Option("--key-worker", metavar="NAME", help="Only this key worker's.")] = "",
    sort: Annotated[
        str, typer.Option("--sort", metavar="ORDER", help="reference, initials, birth-date, opened, changed, entered.")
    ] = "reference",
    descending: Annotated[bool, typer.Option("--descending", help="The last first.")] = False,
    offset: Annotated[int, typer.Option("--offset", metavar="N", min=0, help="Leave out the first so many.")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help="At most so many.")] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """List clients, searched and filtered as on the screen."""
    from tui.commands.client_desk import Place
    from tui.commands.client_show import run_list

    at = Place(store, key_file, standard, agency)
    told = _told(form)
    return run_list(at, day(today), search, filters or [], key_worker, sort, descending, offset, limit, told)


@client_app.command()
def show(
    wanted: IdArgument,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Show a client with episodes, events, drafts and findings."""
    from tui.commands.client_desk import Place
    from tui.commands.client_show import run_show

    return run_show(Place(store, key_file, standard, agency), day(today), wanted, _told(form))


@client_app.command()
def edit(
    wanted: IdArgument,
    fields: FieldsArgument = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="Only if the record is still at this version.")
    ] = None,
    use_draft: Annotated[bool, typer.Option("--use-draft", help="Save my draft of the record with it.")] = False,
    drop_draft: Annotated[bool, typer.Option("--drop-draft", help="Forget my draft of the record.")] = False,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Change fields of a record; FIELD= empties one. Fields of the records above it may be given, too."""
    from tui.commands.client_desk import Place
    from tui.commands.client_write import How, run_edit

    how = How(anyway, draft, use_draft, drop_draft, version, _told(form))
    return run_edit(Place(store, key_file, standard, agency), day(today), wanted, fields or [], how)


@client_app.command()
def add(
    fields: FieldsArgument = None,
    draft: DraftOption = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Enter a client, and an episode when fields of one are given."""
    from tui.commands.client_desk import Place
    from tui.commands.client_write import How, run_add

    how = How(as_draft=draft, form=_told(form))
    return run_add(Place(store, key_file, standard, agency), day(today), fields or [], how)


@client_app.command("add-episode")
def add_episode(
    wanted: IdArgument,
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Enter an episode of a client."""
    from tui.commands.client_desk import Place
    from tui.commands.client_write import How, run_add_episode

    how = How(anyway, draft, form=_told(form))
    return run_add_episode(Place(store, key_file, standard, agency), day(today), wanted, fields or [], how)


@client_app.command("add-event")
def add_event(
    wanted: IdArgument,
    section: Annotated[str, typer.Argument(metavar="SECTION", help="The section's id, e.g. sub_intervention.")],
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> int:
    """Enter an event of an episode."""
    from tui.commands.client_desk import Place
    from tui.commands.client_write import How, run_add_event

    how = How(anyway, draft, form=_told(form))
    return run_add_event(Place(store, key_file, standard, agency), day(today), wanted, section, fields or [], how)


def _told(form: Format) -> str:
    if form is Format.CSV:
        raise Problem("Clients are told as text or json: choose one of them with --format.")
    return form.value
