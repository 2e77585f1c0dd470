"""`keywork removal …`: clients whose time is over, or who withdrew, are removed once two people agree."""

import json
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.subject import removal
from store.facts import RemovalInfo
from store.records import removal as stored
from tui.cli.client.context import ClientOptions, ClientWork, IdArgument, client_command
from tui.cli.context import talk
from tui.cli.options import OutputFormat
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.terminology import term

if TYPE_CHECKING:
    from store.facts import RemovalReason

commands = typer.Typer()
group = typer.Typer(help="Removing clients for good, once two people agree: what is due, asked for, confirmed.")
commands.add_typer(group, name="removal")


class Reason(StrEnum):
    """Why a client is to be removed."""

    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"


@client_command(group, "list")
def list_(asked: ClientOptions) -> int:
    """List who is due by the agency's own time, and what was asked for, the latest first."""
    with asked.opened() as at:
        state = at.store.ask(removal.state, at.work.agency, asked.today)
        names = {one.client_id: at.store.ask(removal.reference_of, one.client_id) for one in state.asked}
    if asked.form is OutputFormat.JSON:
        due = [{"client_id": one.client_id, "closed": _day(one.closed), "due": _day(one.due)} for one in state.due]
        told = {"years": state.years, "due": due, "asked": [_mapping(one) for one in state.asked]}
        print(json.dumps(told, indent=1))
        return 0
    kept = (
        f"for {removal.told_years(state.years)} after closure"
        if state.years
        else "without an end: `keywork removal retention` sets one"
    )
    print(f"Clients are kept {kept}.")
    for one in state.due:
        name = f"{one.reference or '(none)':<12}  {one.initials:<3}"
        print(printable(f"due     {name}  {one.client_id}  closed {one.closed}, due since {one.due}"))
    for info in state.asked:
        word = "waits" if info.is_open else "removed" if info.confirmed_at else "taken back"
        name = f"{names[info.client_id] or '-':<12}"
        print(printable(f"{word:<7} {name}  {info.client_id}  {removal.told_state(info)}"))
    return 0


@client_command(group, "ask")
def ask(
    asked: ClientOptions,
    wanted: IdArgument,
    reason: Annotated[Reason, typer.Option("--reason", help="Consent was withdrawn, or the time is over.")],
    everywhere: Annotated[
        bool | None,
        typer.Option(
            "--everywhere/--here-alone",
            help="Where other agencies of the store have the same person: there, too, or not.",
        ),
    ] = None,
) -> int:
    """Ask that a client be removed; another person confirms it."""
    with asked.opened() as at:
        client, why = _client(at, wanted), _reason(reason)
        its = (at.work.agency, at.work.standard)
        info = at.store.do(at.who, removal.ask, *its, client, why, asked.today, everywhere)
        before = at.store.ask(removal.told_before, *its, info)
    if asked.form is OutputFormat.JSON:
        print(json.dumps(_mapping(info), indent=1))
    else:
        print(f"{info.client_id}: {removal.told_state(info)}")
    for line in before:
        talk(printable(line))
    return 0


@client_command(group, "confirm")
def confirm(
    asked: ClientOptions,
    wanted: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Remove; without it, only say what would go.")] = False,
) -> int:
    """Remove a client, as another person asked for. This cannot be undone."""
    with asked.opened() as at:
        info = _waiting(at, _client(at, wanted))
        if not yes:
            print(f"{info.client_id}: {removal.told_state(info)}")
            for line in at.store.ask(removal.told_before, at.work.agency, at.work.standard, info):
                print(printable(line))
            print("Nothing was removed: look with `keywork client everything`, then --yes removes it for good.")
            return 0
        done = at.store.do(at.who, removal.confirm, at.work.agency, at.work.standard, info.id, asked.today)
    if asked.form is OutputFormat.JSON:
        print(json.dumps(_mapping(done.info) | _beside(done), indent=1))
    else:
        for line in removal.told_removed(done):
            print(printable(line))
    return 0


@client_command(group, "take-back")
def take_back(asked: ClientOptions, wanted: IdArgument) -> int:
    """Take back what was asked for a client."""
    with asked.opened() as at:
        info = at.store.do(
            at.who, removal.take_back, at.work.agency, at.work.standard, _waiting(at, _client(at, wanted)).id
        )
    print(f"{info.client_id}: {removal.told_state(info)}")
    return 0


@client_command(group, "retention")
def retention(
    asked: ClientOptions,
    years: Annotated[int, typer.Argument(metavar="YEARS", help="So many years after closure; 0 for no end.")],
) -> int:
    """Say for how many years after closure the agency keeps clients. Nothing is removed by itself."""
    with asked.opened() as at:
        changed = at.store.do(at.who, stored.set_retention_years, at.work.agency, years)
        many = len(at.store.ask(stored.due, at.work.agency, asked.today))
    told = f"kept for {removal.told_years(years)} after closure; {many} due" if years else "kept without an end"
    print(f"Clients of {printable(at.work.agency.code)} are {told}{'' if changed else ' (as before)'}.")
    return 0


def _client(at: ClientWork, wanted: str) -> str:
    record, _ = at.find(wanted)
    if record.kind != "client":
        told = "{wanted} is {a_record}: name a client."
        raise Problem(at.work.standard.say(told, wanted=printable(wanted), a_record=term(f"an {record.kind}")))
    return record.id


def _waiting(at: ClientWork, client_id: str) -> RemovalInfo:
    info = at.store.ask(stored.waiting, client_id)
    if info is None:
        raise Problem("Nobody asked that this client be removed: `keywork removal ask` does, and another one confirms.")
    return info


def _reason(reason: Reason) -> "RemovalReason":
    return "withdrawal" if reason is Reason.WITHDRAWAL else "retention"


def _day(day: date) -> str:
    return day.isoformat()


def _beside(done: removal.Removed) -> dict[str, object]:
    """What a removal leaves to do, and what went in other agencies."""
    also = [_mapping(one.info) for one in done.also]
    return {"files": list(done.files), "elsewhere": list(done.elsewhere), "also": also}


def _mapping(info: RemovalInfo) -> dict[str, object]:
    """A request as JSON tells it."""
    return {
        "id": info.id,
        "client_id": info.client_id,
        "reason": info.reason,
        "asked_at": info.asked_at.isoformat(),
        "asked_by": info.asked_by,
        "confirmed_at": info.confirmed_at.isoformat() if info.confirmed_at else None,
        "confirmed_by": info.confirmed_by or None,
        "taken_back_at": info.taken_back_at.isoformat() if info.taken_back_at else None,
        "taken_back_by": info.taken_back_by or None,
        "removed": dict(info.told),
    }
