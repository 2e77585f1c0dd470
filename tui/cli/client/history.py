"""`keywork client history`, `today`, `accepted`, `take-back`: who did what, and what was accepted."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer

from exporters.json_text import json_text
from exporters.records import accept
from store.findings import acceptances
from store.findings.acceptance_facts import AcceptanceInfo
from store.people import looks
from tui.cli.client.context import ClientOptions, IdArgument, client_command
from tui.cli.given import line_of
from tui.cli.options import OutputFormat
from tui.session.history_lines import HistoryLine, day_told, record_told, sums_told
from tui.widgets.text import printable
from validators.local_time import minute_text
from validators.problems import Problem
from validators.standard.terminology import counted

commands = typer.Typer()

SHORT = 8
"""Characters of an acceptance's id that tell it apart to the eye."""


@client_command(commands, "history")
def history(asked: ClientOptions, wanted: IdArgument) -> int:
    """Tell who changed what in a record and what is below it, newest first."""
    with asked.opened() as at:
        record, _ = at.find(wanted)
        title, lines = at.store.ask(record_told, at.work.standard, record.id)
    if asked.form is OutputFormat.TEXT:
        print(printable(title))
    _tell(lines, asked.form)
    return 0


@client_command(commands, "today")
def today(
    asked: ClientOptions,
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Somebody else; - reads it.")] = "",
    on: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Another day than today."),
    ] = None,
) -> int:
    """Tell what somebody did on a day: I, today. One line a change, the latest first."""
    with asked.opened() as at:
        who = line_of(person, "person") or at.person
        day: date = on.date() if on else asked.today
        found = at.store.ask(day_told, at.work.agency, at.work.standard, who, day)
        if who != at.person:
            clients = {one.client_id for one in found.lines if one.client_id}
            at.store.do(at.who, looks.note_all, sorted(clients))
    _tell(found.lines, asked.form)
    if asked.form is OutputFormat.TEXT:
        more = "" if found.whole else ", and more before"
        if found.lines and who == at.person:  # one's own: nobody is to be measured by it
            print(f"keyed: {sums_told(found.sums)}")
        print(printable(f"{counted(len(found.lines), 'change')} by {who} on {day}{more}"))
    return 0


def _tell(lines: Sequence[HistoryLine], form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        print(json_text([asdict(one) for one in lines], indent=1))
        return
    if lines:
        print(f"{'When':<17}  {'Who':<10}  {'Client':<16}  {'Record':<28}  What")
    for one in lines:
        told = f"{one.at:<17}  {one.person:<10}  {one.client:<16}  {one.record:<28}  {one.what}"
        print(printable(told))


@client_command(commands, "accepted")
def accepted(
    asked: ClientOptions,
    ended: Annotated[bool, typer.Option("--ended", help="Those that lapsed or were taken back, too.")] = False,
) -> int:
    """List the warnings that were accepted, by whom and why, the latest first."""
    with asked.opened() as at:
        found = at.store.ask(acceptances.listed, at.work.agency, lapsed=ended, withdrawn=ended)
    if asked.form is OutputFormat.JSON:
        print(json_text([_mapping(one) for one in found], indent=1))
        return 0
    if found:
        print(f"{'Id':<{SHORT}}  {'Accepted':<16}  {'By':<10}  {'Client':<12}  {'Rule':<6}  {'State':<10}  Reason")
    for one in found:
        at_time = minute_text(one.accepted_at)
        told = f"{one.id[:SHORT]:<{SHORT}}  {at_time}  {one.accepted_by:<10}  {one.reference:<12}  {one.rule:<6}"
        print(printable(f"{told}  {_state(one):<10}  {one.reason}"))
    print(counted(len(found), "acceptance"))
    return 0


@client_command(commands, "take-back")
def take_back(
    asked: ClientOptions,
    wanted: Annotated[str, typer.Argument(metavar="ID", help="An acceptance as accepted tells it.")],
) -> int:
    """Take an acceptance back: the warning is open again."""
    with asked.opened() as at:
        live = at.store.ask(acceptances.listed, at.work.agency)
        found = [one for one in live if wanted and one.id.startswith(wanted)]
        if len(found) != 1:
            many = "no acceptance" if not found else "more than one acceptance"
            raise Problem(
                f"There is {many} in force with {printable(wanted)[:40]}: keywork client accepted lists them."
            )
        (one,) = at.store.do(at.who, accept.withdraw, [found[0].id])
    if asked.form is OutputFormat.JSON:
        print(json_text(_mapping(one), indent=1))
    else:
        print(printable(f"taken back: rule {one.rule} of client {one.reference}; the warning is open again"))
    return 0


def _state(one: AcceptanceInfo) -> str:
    if one.withdrawn_at is not None:
        return "taken back"
    return "lapsed" if one.lapsed_at is not None else "in force"


def _mapping(one: AcceptanceInfo) -> dict[str, object]:
    return {
        "id": one.id,
        "rule": one.rule,
        "episode_id": one.episode_id,
        "reference": one.reference,
        "accepted_at": one.accepted_at.isoformat(),
        "accepted_by": one.accepted_by,
        "reason": one.reason,
        "state": _state(one),
    }
