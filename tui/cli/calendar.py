"""`keywork calendar`: which submissions there are, their windows and deadlines; and dates that a region states."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOption, StoreOptions, TodayOption
from tui.cli.options import day as _day
from tui.widgets.text import printable
from validators.problems import Problem

if TYPE_CHECKING:
    from validators.calendar.calendar import CalendarEntry, SubmissionCalendar
    from validators.standard.model import Standard

commands = typer.Typer()
group = typer.Typer(help="Which submissions there are, and when they are due.", invoke_without_command=True)
commands.add_typer(group, name="calendar")

Date = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first deadline's day."),
]
StatedOn = Annotated[
    datetime | None,
    typer.Option(
        "--stated-on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="When the source said so; else today."
    ),
]


class CalendarFormat(StrEnum):
    """How the calendar is told."""

    TEXT = "text"
    JSON = "json"
    ICS = "ics"


@group.callback()
def calendar(
    context: typer.Context,
    standard: StandardOption = None,
    region: Annotated[str | None, typer.Option("--region", help="A region; `calendar regions` lists them.")] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="PATH",
            help="With the dates that this store knows; else KEYWORK_STORE, else the usual place, if one is there.",
        ),
    ] = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
    first: Date = None,
    months: Annotated[int, typer.Option("--months", metavar="N", min=1, max=1200, help="How many months.")] = 12,
    form: Annotated[CalendarFormat, typer.Option("--format", help="How to tell it.")] = CalendarFormat.TEXT,
    today: TodayOption = None,
) -> int:
    """List submissions with period, window and deadline: as the store's agency has them, else as published."""
    if context.invoked_subcommand is not None:
        return 0
    wanted, found = _known_to(StoreOptions(store, key_file, standard, agency), region)
    now = _day(today)
    entries = found.entries(first.date() if first else now, months)
    if form == CalendarFormat.JSON:
        names = ("submission", "title", "period_start", "period_end", "opens", "closes", "deadline", "source")
        told = [{name: str(getattr(entry, name)) for name in names} for entry in entries]
        print(json.dumps(told, indent=1, ensure_ascii=False))
    elif form == CalendarFormat.ICS:
        from exporters.month.calendar_ics import as_ics

        stamp = datetime(now.year, now.month, now.day, tzinfo=UTC)
        text = as_ics(entries, wanted.submission.calendar, wanted.title, stamp)
        sys.stdout.flush()
        # The line ends are part of the format: none may be translated.
        sys.stdout.buffer.write(text.encode())
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(found, entries, now))
    return 0


def _known_to(where: StoreOptions, region: str | None) -> "tuple[Standard, SubmissionCalendar]":
    """The calendar as the agency of a store has it; as published where no store is there, or none of its agencies fits.

    A store, or an agency, that is named has to be there. Raises Problem.
    """
    from dataclasses import replace

    from store.disk.location import VARIABLE, store_path
    from tui.cli.context import opened, talk
    from validators.calendar.calendar import SubmissionCalendar, refuse_unknown_region
    from validators.standard.catalogue import DEFAULT, load

    path, told = store_path(where.store), ""
    if where.store or where.agency or path.exists():
        # Published dates are told without a store, and so without loading what only one needs.
        from store.month import calendar as stored_calendar
        from store.records import agencies

        with opened(where.store, where.key_file) as kept:
            known = kept.ask(agencies.listed)
            is_wanted = any(where.standard in (None, each.standard) for each in known)
            if where.store or where.agency or is_wanted:
                own = kept.ask(agencies.one, where.agency, where.standard)
                wanted = load(own.standard)
                if region is not None:
                    refuse_unknown_region(wanted.submission.calendar, region)
                    own = replace(own, region=region)
                return wanted, kept.ask(stored_calendar.of_agency, own)
        told = f"The store {path} holds no agency for this: these are the dates as published."
    elif os.environ.get(VARIABLE):
        told = f"There is no store at {path} yet: these are the dates as published."
    if told:
        talk(told)
    wanted = load(where.standard or DEFAULT)
    return wanted, SubmissionCalendar(wanted, region or "")


@group.command("load")
def load_(
    file: Annotated[Path, typer.Argument(help="A CSV with the dates of submissions.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
    standard: StandardOption = None,
    source: Annotated[str, typer.Option("--source", help="Who states them, where the file does not say.")] = "",
    stated_on: StatedOn = None,
    today: TodayOption = None,
) -> int:
    """Take the dates that a region states from a CSV file: all of them, or none."""
    from exporters.month.calendar_csv import checked_overrides
    from store.facts import Who
    from store.month import calendar as stored_calendar
    from store.records import agencies
    from tui.cli.context import now, opened, person
    from validators.standard.catalogue import load

    day = _day(today)
    said = stated_on.date() if stated_on else day
    with opened(store, key_file) as found:
        own = found.ask(agencies.one, agency, standard)
        wanted = load(own.standard)
        name = wanted.submission.calendar
        taken = checked_overrides(
            file,
            wanted,
            source=source,
            stated_on=said,
            today=day,
            stated=[one.override for one in found.ask(stored_calendar.overrides, name)],
            closed_days={one.day: one.name for one in found.ask(stored_calendar.closed_days, name)},
        )
        with found.writing(Who(person(found.path), now())) as work:
            stored_calendar.add_overrides(work, own, taken, day)
    print(f"{len(taken)} submission{'' if len(taken) == 1 else 's'} taken from {file}")
    return 0


@group.command("regions")
def regions_(standard: StandardOption = None) -> int:
    """List the regions whose deadlines may differ, with their teams' addresses."""
    from validators.calendar.kinds import regions
    from validators.standard.catalogue import DEFAULT, load

    wanted = load(standard or DEFAULT)
    known = regions(wanted.submission.calendar)
    if not known:
        raise Problem(f"The calendar of {wanted.id} has no regions: there is one deadline for all.")
    sys.stdout.writelines(f"{region:24}{team}\n" for region, team in known.items())
    return 0


@group.command("region")
def region_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A region as `calendar regions` names it; '' for none.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
    agency: AgencyOption = None,
    standard: StandardOption = None,
) -> int:
    """Say which region an agency belongs to: its dates count from then on."""
    from store.facts import Who
    from store.month import calendar as stored_calendar
    from store.records import agencies
    from tui.cli.context import now, opened, person
    from tui.widgets.text import printable

    with opened(store, key_file) as found:
        own = found.ask(agencies.one, agency, standard)
        with found.writing(Who(person(found.path), now())) as work:
            its = stored_calendar.set_region(work, own, name)
    changed = "" if its.region != own.region else " (as before)"
    print(printable(f"region of {its.code}: {its.region or 'none'}{changed}"))
    return 0


def _lines(calendar: "SubmissionCalendar", entries: "list[CalendarEntry]", today: date) -> Iterator[str]:
    """The calendar as a table; what is not certain, and why a month is passed over, below it."""
    if silence := calendar.silence(today):
        yield silence
        yield ""
    yield f"{'':9}{'Submission':20}{'Covers':26}{'Window':26}{'Deadline':12}Dates"
    for entry in entries:
        covers, window = f"{entry.period_start} {entry.period_end}", f"{entry.opens} {entry.closes}"
        mark = f" ({entry.closed_day})" if entry.closed_day else ""
        line = f"{entry.submission:9}{entry.title:20}{covers:26}{window:26}{entry.deadline!s:12}{entry.source}{mark}"
        yield printable(line)
    yield ""
    for told in dict.fromkeys(f"{entry.source}: {entry.told}" for entry in entries):
        yield printable(told)
