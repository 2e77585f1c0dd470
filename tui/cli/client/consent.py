"""`keywork client consent`, `withdrawals`, `told`, `unanswered`: what clients answered when asked for consent."""

from typing import Annotated, Any, cast

import typer

from exporters.json_text import json_text
from exporters.records import consent
from exporters.records.privacy_notice import in_use
from store.facts import ClientTree, StoredRecord
from store.month.withdrawals import to_tell
from store.records import read
from store.records.consent import ConsentAnswer, ConsentEntry, ConsentPlace, Purpose, history
from tui.cli.client.changes import only_one, refuse_company
from tui.cli.client.context import AnywayOption, ClientOptions, ClientWork, IdArgument, SaveOptions, client_command
from tui.cli.given import fields_of_input, one_cell, prose_of
from tui.cli.options import OutputFormat
from tui.session.wording import when
from tui.widgets.text import pasted, printable
from validators.problems import Problem
from validators.standard.terminology import term

commands = typer.Typer()

FIELDS = ("state", "asked_on", "asked_by", "notice", "note")
"""What an answer is made of, as it is given."""


@client_command(commands, "consent")
def consent_(
    asked: ClientOptions,
    wanted: IdArgument,
    values: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE",
            help="state (agreed, refused, withdrawn, not_asked), asked_on, asked_by, notice, note; - reads them.",
            show_default=False,
        ),
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", metavar="WHAT", help="return, or ips for IPS.")] = "return",
    anyway: AnywayOption = False,
) -> int:
    """Show the history of an episode's consent; with values, record an answer, which the field that travels follows."""
    if purpose not in consent.PURPOSES:
        raise Problem(f"'{printable(purpose)}' is nothing consent is asked for: {' and '.join(consent.PURPOSES)} are.")
    its = cast(Purpose, purpose)
    with asked.opened() as at:
        if not at.work.standard.role("consent"):
            raise Problem(consent.NOT_ASKED_FOR)
        episode, tree = _episode(at, wanted)
        follows = ""
        if values:
            answer = _answer(at, values, its)
            refuse_company(at, tree, SaveOptions(anyway, form=asked.form))
            done = at.store.do(at.who, consent.record, at.work, episode.id, answer)
            follows = done.follows
            at.keep_findings(done.tree)
        entries = at.store.ask(history, episode.id, its)
        if asked.form is OutputFormat.JSON:
            told = {"episode_id": episode.id, "purpose": its, "entries": [_mapping(one) for one in entries]}
            print(json_text(told | ({"follows": follows} if values else {}), indent=1))
            return 0
        for one in entries:
            print(printable(consent.entry_told(one, _at(at, one))))
        if not entries:
            print("Not asked yet: nothing is recorded.")
        if follows:
            print(follows)
    return 0


@client_command(commands, "withdrawals")
def withdrawals(
    asked: ClientOptions,
    ticked: Annotated[bool, typer.Option("--ticked", help="Also those that are ticked.")] = False,
) -> int:
    """List the withdrawals that no extract can carry: whoever has the data is to be told of them."""
    with asked.opened() as at:
        found = at.store.ask(to_tell, at.work.agency, asked.today, settled=ticked)
        if asked.form is OutputFormat.JSON:
            print(json_text([_place(one) for one in found], indent=1))
            return 0
        for one in found:
            assert one.entry is not None
            told = consent.withdrawal_told(one.entry, _at(at, one.entry))
            print(printable(f"{one.reference or one.client_id}  {one.episode_id}  closed {one.closed or '-'}  {told}"))
        if not any(one.entry is not None and one.entry.settled_at is None for one in found):
            print("Nobody is to be told of a withdrawal.")
        else:
            print(f"Tell {consent.WHOM}, then tick each with 'keywork client told'.")
    return 0


@client_command(commands, "told")
def told(
    asked: ClientOptions,
    wanted: IdArgument,
    how: Annotated[str, typer.Argument(metavar="TEXT", help="Whom you told, and how; - reads it.")] = "",
    back: Annotated[bool, typer.Option("--take-back", help="Put it back onto the list.")] = False,
) -> int:
    """Tick a withdrawal of which whoever has the data was told."""
    with asked.opened() as at:
        episode, _ = _episode(at, wanted, deleted=True)
        places = at.store.ask(to_tell, at.work.agency, asked.today, settled=True)
        its = [one.entry for one in places if one.episode_id == episode.id and one.entry is not None]
        entry = next((one for one in its if (one.settled_at is not None) is back), next(iter(its), None))
        if entry is None:
            raise Problem(at.work.standard.say("No withdrawal of this {episode} is on the list: nothing is to do."))
        if back:
            at.store.do(at.who, consent.take_back, entry.id)
        else:
            at.store.do(at.who, consent.tick, entry.id, pasted(prose_of(how, "text")))
        print(f"{episode.id}: {'back on the list' if back else 'ticked'}")
    return 0


@client_command(commands, "unanswered")
def unanswered(
    asked: ClientOptions,
    ever: Annotated[bool, typer.Option("--all", help="Also those that were closed before the period due.")] = False,
) -> int:
    """List the episodes without an answer about consent that are open, or closed and still sent."""
    with asked.opened() as at:
        found = at.store.ask(consent.unanswered, at.work.agency, asked.today, ever=ever)
        if asked.form is OutputFormat.JSON:
            print(json_text([_place(one) for one in found], indent=1))
            return 0
        for one in found:
            closed = f"  closed {one.closed}" if one.closed else ""
            print(printable(f"{one.reference or one.client_id}  {one.episode_id}  begun {one.opened or '-'}{closed}"))
        if not found and ever:
            print(at.work.standard.say("Every {episode} has an answer."))
        elif not found:
            print(at.work.standard.say("Every {episode} that is open, or still sent, has an answer."))
    return 0


def _episode(at: ClientWork, wanted: str, *, deleted: bool = False) -> tuple[StoredRecord, ClientTree]:
    """The episode that a name means: its own, that of an event, or the only one of a client. Raises Problem."""
    record, tree = at.find(wanted)
    if record.kind == "event":
        record = at.store.ask(read.get, "episode", record.parent_id)
    if record.kind == "client":
        those = [one.episode for one in tree.episodes if deleted or not one.episode.deleted]
        record = only_one(those, term("episode"), "of this client")
    return record, tree


def _answer(at: ClientWork, values: list[str], purpose: Purpose) -> ConsentAnswer:
    """What is given, as an answer; the notice is the one in use where none is named. Raises Problem."""
    given: dict[str, str] = {}
    for name, value in fields_of_input(values):
        key = name.strip().lower()
        if key not in FIELDS:
            raise Problem(f"There is no '{printable(name)}' in an answer: there are {', '.join(FIELDS)}.")
        if key in given:
            raise Problem(f"{key} is given twice: say it once.")
        given[key] = one_cell(value, key).strip()
    if "state" not in given:
        raise Problem(f"The state is missing: give state={', '.join(consent.CHOICES)}.")
    state = given.pop("state").lower().replace(" ", "_")
    if state not in consent.CHOICES:
        raise Problem(f"'{printable(state)}' is no state: there are {', '.join(consent.CHOICES)}.")
    if "notice" not in given and state == "agreed" and purpose == "return":
        given["notice"] = at.store.ask(in_use, at.work.agency).version
    return ConsentAnswer(state, purpose=purpose, **given)


def _at(at: ClientWork, entry: ConsentEntry) -> str:
    return when(entry.entered_at, at.work.today) if entry.entered_at is not None else ""


def _mapping(entry: ConsentEntry) -> dict[str, Any]:
    names = ("state", "asked_on", "asked_by", "notice", "note", "source", "entered_by", "settled_by", "settled_how")
    moments = {"entered_at": entry.entered_at, "settled_at": entry.settled_at}
    told = {name: moment.isoformat() if moment is not None else None for name, moment in moments.items()}
    return {"id": entry.id, **{name: getattr(entry, name) for name in names}, **told}


def _place(one: ConsentPlace) -> dict[str, Any]:
    names = ("client_id", "episode_id", "reference", "opened", "closed", "deleted")
    entry = {"entry": _mapping(one.entry)} if one.entry is not None else {}
    return {**{name: getattr(one, name) for name in names}, **entry}
