"""Options that several commands have, declared once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from validators.problems import Problem


class OutputFormat(StrEnum):
    """How a command tells its result."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """How a command tells its result that can tell it as a table, too."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def _named_store(text: str | None) -> str | None:
    """Whichever of the two a command opens first, the store that it works with is none of its inputs."""
    from store.disk.location import store_path

    with suppress(Problem):  # told when the store is opened
        store_path(text)
    return text


def _named_key(path: Path | None) -> Path | None:
    """Nor is the key."""
    from store.disk.keys import key_path

    with suppress(Problem):
        key_path(path)
    return path


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PATH", callback=_named_store, help="The store; else KEYWORK_STORE, else the usual place."
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="PATH",
        callback=_named_key,
        help="The store's key; else KEYWORK_KEY_FILE, else the usual place.",
    ),
]
StandardOption = Annotated[
    str | None, typer.Option("--standard", metavar="ID", help="The data set, e.g. ndtms-cjit-p.")
]
AgencyOption = Annotated[
    str | None, typer.Option("--agency", metavar="CODE", help="The agency, where the store holds several.")
]
TodayOption = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Judge as on this day.")
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Where a data set has kinds of extract: new, between or full; without it the usual one.",
        show_default=False,
    ),
]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day, with --kind between."),
]
ToOption = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day, with --kind between."),
]
DatesOption = Annotated[
    str,
    typer.Option("--dates", metavar="day-first", help="How a file's dates are written: day-first.", show_default=False),
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="How to tell it.")]
SubmissionOption = Annotated[
    str | None, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported.")
]


@dataclass(frozen=True)
class StoreOptions:
    """Where to work: the options that name a store, its key and one of its agencies."""

    store: str | None = None
    key_file: Path | None = None
    standard: str | None = None
    agency: str | None = None


Command = Callable[..., int]


def command_with(shared: Callable[..., object], commands: typer.Typer, name: str) -> Callable[[Command], Command]:
    """Declare a command of a group: its own parameters, then those of `shared`, whose answer is its first argument."""
    theirs = signature(shared).parameters

    def declare(function: Command) -> Command:
        own = list(signature(function).parameters.values())[1:]
        every = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*own, *theirs.values())]

        def whole(**given: Any) -> int:
            asked = shared(**{each: given.pop(each) for each in theirs})
            return function(asked, **given)

        whole.__doc__ = function.__doc__
        whole.__annotations__ = {each.name: each.annotation for each in every}
        vars(whole)["__signature__"] = Signature(every)
        commands.command(name)(whole)
        return function

    return declare


def store_options(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
) -> StoreOptions:
    """The options of every command on one agency of a store, declared here alone."""
    return StoreOptions(store, key_file, standard, agency)


agency_command = partial(command_with, store_options)
"""Declares a command on an agency by its group and name: its own parameters stand behind the `StoreOptions` it gets."""


def day(given: datetime | None) -> date:
    """The day meant; else the day it is where the returns go to."""
    if given is not None:
        return given.date()
    from validators.local_time import LONDON

    return datetime.now(LONDON).date()
