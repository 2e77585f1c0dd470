"""`keywork client …`: the headless twin of the screens. Declared here, done in the modules beside this one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui.cli.options import AgencyOption, Format, FormatOption, KeyOption, StandardOption, StoreOption, TodayOption, day
from validators.problems import Problem

if TYPE_CHECKING:
    from tui.cli.client_context import Place
    from tui.cli.client_edit import How

client_app = typer.Typer(help="Clients, episodes and events without the screens: the same checks, drafts and audit.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Store id, an identifier of the data set, or a client's reference.")
]
FieldsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FIELD=VALUE", help="Values as one would type them in the form.")
]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", help="Only if the record is still at this version.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Even if somebody is in the record, or saved it meanwhile.")
]
DraftOption = Annotated[bool, typer.Option("--draft", help="Keep it as a draft; save nothing.")]
DropOption = Annotated[bool, typer.Option("--drop-draft", help="Forget my draft of the record.")]


@dataclass(frozen=True)
class Asked:
    """What the options say that every command on clients has: where to work, on which day, how to tell it."""

    place: "Place"
    today: date
    form: str

    def how(self, anyway: bool = False, as_draft: bool = False, **more: Any) -> "How":
        """How to save, as the other options say."""
        from tui.cli.client_edit import How

        return How(anyway, as_draft, form=self.form, **more)


def _shared(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    form: FormatOption = Format.TEXT,
) -> Asked:
    """The options that every command on clients has, declared here alone."""
    from tui.cli.client_context import Place

    if form is Format.CSV:
        raise Problem("Clients are told as text or json: choose one of them with --format.")
    return Asked(Place(store, key_file, standard, agency), day(today), form.value)


def _command(name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Declare a command: its own parameters, then the shared options, which it gets as its first argument."""
    shared = signature(_shared).parameters

    def declare(function: Callable[..., int]) -> Callable[..., int]:
        own = list(signature(function).parameters.values())[1:]
        every = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*own, *shared.values())]

        def whole(**given: Any) -> int:
            asked = _shared(**{each: given.pop(each) for each in shared})
            return function(asked, **given)

        whole.__doc__ = function.__doc__
        whole.__annotations__ = {each.name: each.annotation for each in every}
        vars(whole)["__signature__"] = Signature(every)
        client_app.command(name)(whole)
        return function

    return declare


@_command("list")
def list_(
    asked: Asked,
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
) -> int:
    """List clients, searched and filtered as on the screen."""
    from tui.cli.client_show import run_list

    wanted = (search, filters or [], key_worker, sort, descending, offset, limit)
    return run_list(asked.place, asked.today, *wanted, asked.form)


@_command("show")
def show(asked: Asked, wanted: IdArgument) -> int:
    """Show a client with episodes, events, drafts and findings."""
    from tui.cli.client_show import run_show

    return run_show(asked.place, asked.today, wanted, asked.form)


@_command("edit")
def edit(
    asked: Asked,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    version: VersionOption = None,
    use_draft: Annotated[bool, typer.Option("--use-draft", help="Save my draft of the record with it.")] = False,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Change fields of a record; FIELD= empties one. Fields of the records above it may be given, too."""
    from tui.cli.client_edit import run_edit

    how = asked.how(anyway, draft, use_draft=use_draft, drop_draft=drop_draft, version=version)
    return run_edit(asked.place, asked.today, wanted, fields or [], how)


@_command("add")
def add(asked: Asked, fields: FieldsArgument = None, draft: DraftOption = False) -> int:
    """Enter a client, and an episode when fields of one are given."""
    from tui.cli.client_edit import run_add

    return run_add(asked.place, asked.today, fields or [], asked.how(as_draft=draft))


@_command("add-episode")
def add_episode(
    asked: Asked,
    wanted: IdArgument,
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an episode of a client."""
    from tui.cli.client_edit import run_add_episode

    return run_add_episode(asked.place, asked.today, wanted, fields or [], asked.how(anyway, draft))


@_command("add-event")
def add_event(
    asked: Asked,
    wanted: IdArgument,
    section: Annotated[str, typer.Argument(metavar="SECTION", help="The section's id, e.g. sub_intervention.")],
    fields: FieldsArgument = None,
    anyway: AnywayOption = False,
    draft: DraftOption = False,
) -> int:
    """Enter an event of an episode."""
    from tui.cli.client_edit import run_add_event

    return run_add_event(asked.place, asked.today, wanted, section, fields or [], asked.how(anyway, draft))


@_command("delete")
def delete(
    asked: Asked,
    wanted: IdArgument,
    version: VersionOption = None,
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
) -> int:
    """Delete a client, episode or event with what stands under it; undelete brings it back."""
    from tui.cli.client_acts import run_delete

    how = asked.how(anyway, drop_draft=drop_draft, version=version, can_use_draft=False)
    return run_delete(asked.place, asked.today, wanted, how)


@_command("undelete")
def undelete(asked: Asked, wanted: IdArgument, version: VersionOption = None, anyway: AnywayOption = False) -> int:
    """Bring a deleted record back; name it by its store id."""
    from tui.cli.client_acts import run_undelete

    return run_undelete(asked.place, asked.today, wanted, asked.how(anyway, version=version))


@_command("merge")
def merge(
    asked: Asked,
    keep: IdArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The client whose episodes go over to the first.")],
    drop_draft: DropOption = False,
    anyway: AnywayOption = False,
) -> int:
    """Make two clients one; split undoes it."""
    from tui.cli.client_acts import run_merge

    how = asked.how(anyway, drop_draft=drop_draft, can_use_draft=False)
    return run_merge(asked.place, asked.today, keep, other, how)


@_command("split")
def split(
    asked: Asked,
    wanted: IdArgument,
    merge_id: Annotated[str, typer.Option("--merge", metavar="ID", help="Which merge, where there are several.")] = "",
    anyway: AnywayOption = False,
) -> int:
    """Undo a merge: the other client comes back with the episodes it brought."""
    from tui.cli.client_acts import run_split

    return run_split(asked.place, asked.today, wanted, merge_id, asked.how(anyway))


@_command("copy")
def copy(
    asked: Asked,
    wanted: IdArgument,
    to_agency: Annotated[str, typer.Option("--to-agency", metavar="CODE", help="The agency the copy belongs to.")],
    to_standard: Annotated[str, typer.Option("--to-standard", metavar="ID", help="Its data set, another one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write the copy; without it, only say what would happen.")] = False,
) -> int:
    """Copy a client to another data set: only what is certain, the rest is listed to be keyed anew."""
    from tui.cli.client_acts import run_copy

    return run_copy(asked.place, asked.today, wanted, to_agency, to_standard, yes, asked.form)


@_command("worker")
def worker(
    asked: Asked,
    wanted: IdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key worker; '' takes the name away.")],
    anyway: AnywayOption = False,
) -> int:
    """Keep an episode's key worker, who is never sent."""
    from tui.cli.client_acts import run_annotate

    return run_annotate(asked.place, asked.today, wanted, name, None, asked.how(anyway))


@_command("note")
def note(
    asked: Asked,
    wanted: IdArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; '' takes it away.")],
    anyway: AnywayOption = False,
) -> int:
    """Keep a note with an episode, which is never sent."""
    from tui.cli.client_acts import run_annotate

    return run_annotate(asked.place, asked.today, wanted, None, text, asked.how(anyway))


@_command("accept")
def accept(
    asked: Asked,
    wanted: IdArgument,
    rule: Annotated[str, typer.Option("--rule", metavar="RULE", help="The rule whose warning is meant, such as 74.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is right; kept for good.")],
) -> int:
    """Accept the warnings of a rule in a record; it lapses when a value involved changes. Errors cannot be accepted."""
    from tui.cli.client_acts import run_accept

    return run_accept(asked.place, asked.today, wanted, rule, reason, asked.form)
