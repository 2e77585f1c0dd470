"""`keywork handover`: all records of an agency, for whoever takes its contract over."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from exporters.subject import handover
from store.disk.user import service_account
from store.facts import Who
from store.live import offline_drafts
from store.live.offline_drafts import TakenIn
from tui.cli.context import now, opened, person, talk
from tui.cli.named import agency_of
from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOption
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.terminology import counted

commands = typer.Typer()


@commands.command("handover")
def handover_(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write a new folder there: JSON, CSV and a README of every column."),
    ] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Write the JSON to standard output.")] = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
) -> int:
    """Hand over all records of an agency, in the clear; keywork import takes them back."""
    if (out is None) is not stdout:
        raise Problem("Say where to write to: --out DIR, or --stdout.")
    if out is not None and not out.is_dir():
        raise Problem(f"{out} is not a folder: make it first, or name another one.")
    with opened(store, key_file) as found:
        its = found.ask(agency_of, agency, standard)
        data_set, who = load(its.standard), Who(person(found.path), now())
        found.do(who, handover.note, its)
        # What was typed while the store was away goes with the rest, whoever typed it.
        _tell_left(offline_drafts.take(found, who, of_all=True))
        with found.reading() as snapshot:
            head = handover.head_of(snapshot, its, data_set, who.person, who.at)
            if out is not None:
                done = handover.write_folder(snapshot, its, data_set, head, out.resolve())
            else:
                done = _to_stdout(lambda: handover.write_json(snapshot, its, head, sys.stdout))
        account = service_account(found.path)
    numbers = (("client", done.clients), ("episode", done.episodes), ("event", done.events))
    told = ", ".join(data_set.counted(number, kind) for kind, number in numbers)
    written = printable(f"{done.where or 'Written'}: {told}, deleted ones among them")
    (print if out is not None else talk)(written)
    if done.unsaved:
        drafts = counted(done.unsaved, "draft")
        talk(f"Typing that nobody saved is among it: {drafts}; it is no record until it is saved.")
    if account and out is not None:
        talk(f"The folder is {account}'s; you read it by its group, and --stdout gives the JSON out as well.")
    talk("These files are not encrypted: hand them over by a way that is, and delete them once they are taken in.")
    return 0


def _tell_left(taken: TakenIn) -> None:
    """Say, before anything is written, which typing is not handed over."""
    if left := [*taken.closed, *taken.unreadable]:
        talk(
            f"Typing that was kept in {counted(len(left), 'file')} while the store was away cannot be read by this "
            "account and is not handed over: whoever typed it starts Keywork once, which takes it in; then hand over."
        )


def _to_stdout(write: Callable[[], handover.Handed]) -> handover.Handed:
    try:
        return write()
    except OSError:
        raise Problem("The pipe broke before all records were through: hand them over again.") from None
