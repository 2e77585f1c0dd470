"""`keywork calendar`: which submissions there are, their windows and deadlines; and dates that a region states."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exporters.json_text import json_text
from tui.cli.options import AgencyOption, KeyOption, StandardOption, StoreOptions, TodayOption, agency_command
from tui.cli.options import day as _day
from tui.widgets.text import printable
from validators.problems import Problem
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo, Who
    from store.store import Store
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
    known = _known_to(StoreOptions(store, key_file, standard, agency), region)
    found = known.calendar
    now = _day(today)
    entries = found.entries(first.date() if first else now, months)
    if form == CalendarFormat.JSON:
        names = ("submission", "title", "period_start", "period_end", "opens", "closes", "deadline", "source")
        told = [{name: str(getattr(entry, name)) for name in names} for entry in entries]
        print(json_text(told, indent=1))
    elif form == CalendarFormat.ICS:
        from exporters.month.calendar_ics import as_ics
        from tui.cli.context import result_stream

        stamp = datetime(now.year, now.month, now.day, tzinfo=UTC)
        text = as_ics(entries, known.standard.submission.calendar, known.title, stamp, known.whose, known.left)
        sys.stdout.flush()
        # The line ends are part of the format: none may be translated.
        result_stream().write(text.encode())
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(found, entries, now))
    return 0


@dataclass(frozen=True)
class KnownCalendar:
    """A calendar with its standard, and what is written over its events; `whose` tells the agency from those of the
    store that were there before and go by the same calendar, "" for the first of them. `left` are the titles of the
    data sets that it left, each with the first day of the next."""

    standard: "Standard"
    calendar: "SubmissionCalendar"
    title: str
    whose: str = ""
    left: "tuple[tuple[date, str], ...]" = ()


def _of_agency(kept: "Store", own: "AgencyInfo", wanted: "Standard", known: "Sequence[AgencyInfo]") -> KnownCalendar:
    """The calendar of an agency; where others of the store go by the same, told apart from theirs."""
    from store.month import calendar as stored_calendar
    from store.month import letter_changes
    from validators.standard.catalogue import load

    def goes_by(one: "AgencyInfo") -> bool:
        with suppress(Problem):  # whose edition cannot be read here
            return load(one.standard).submission.calendar == wanted.submission.calendar
        return False

    same = [one.id for one in known if goes_by(one)]
    whose = own.id if own.id in same[1:] else ""

    def title(standard: str) -> str:
        its = wanted.title
        with suppress(Problem):  # which was taken back since
            its = load(standard).title
        return f"{its}, {own.code}" if len(same) > 1 else its

    left = tuple((one.first_day, title(one.before)) for one in kept.ask(letter_changes.changes, own))
    return KnownCalendar(wanted, kept.ask(stored_calendar.of_agency, own), title(wanted.id), whose, left)


def _known_to(where: StoreOptions, region: str | None) -> KnownCalendar:
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
                return _of_agency(kept, own, wanted, known)
        told = f"The store {path} holds no agency for this: these are the dates as published."
    elif os.environ.get(VARIABLE):
        told = f"There is no store at {path} yet: these are the dates as published."
    if told:
        talk(told)
    wanted = load(where.standard or DEFAULT)
    return KnownCalendar(wanted, SubmissionCalendar(wanted, region or ""), wanted.title)


@agency_command(group, "load")
def load_(
    at: StoreOptions,
    file: Annotated[Path, typer.Argument(help="A CSV with the dates of submissions.")],
    source: Annotated[str, typer.Option("--source", help="Who states them, where the file does not say.")] = "",
    stated_on: StatedOn = None,
    today: TodayOption = None,
) -> int:
    """Take the dates that a region states from a CSV file: all of them, or none."""
    from exporters.month.calendar_csv import checked_overrides, told_of_replaced
    from store.facts import Who
    from store.month import calendar as stored_calendar
    from store.records import agencies
    from tui.cli.context import now, opened, person
    from validators.standard.catalogue import load

    day = _day(today)
    said = stated_on.date() if stated_on else day
    with opened(at.store, at.key_file) as found:
        own = found.ask(agencies.one, at.agency, at.standard)
        wanted = load(own.standard)
        name = wanted.submission.calendar
        before = [one.override for one in found.ask(stored_calendar.overrides, name)]
        taken = checked_overrides(
            file,
            wanted,
            source=source,
            stated_on=said,
            today=day,
            stated=before,
            closed_days={one.day: one.name for one in found.ask(stored_calendar.closed_days, name)},
        )
        with found.writing(Who(person(found.path), now())) as work:
            stored_calendar.add_overrides(work, own, taken, day)
    print(printable(f"{counted(len(taken), 'submission')} taken from {file}"))
    for line in told_of_replaced(before, taken):
        print(printable(f"  {line}"))
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
    print(f"{'Region':24}Its team")
    sys.stdout.writelines(f"{region:24}{team}\n" for region, team in known.items())
    return 0


@agency_command(group, "region")
def region_(
    at: StoreOptions,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A region as `calendar regions` names it; '' for none.")],
) -> int:
    """Say which region an agency belongs to: its dates count from then on."""
    from store.facts import Who
    from store.month import calendar as stored_calendar
    from store.records import agencies
    from tui.cli.context import now, opened, person
    from tui.widgets.text import printable

    with opened(at.store, at.key_file) as found:
        own = found.ask(agencies.one, at.agency, at.standard)
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


# Dates that somebody states, one submission at a time; days without work; what the next roll-over drops.


def _date(name: str, told: str) -> Any:
    return typer.Option(name, formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=told)


@agency_command(group, "state")
def state_(
    at: StoreOptions,
    submission: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The submission whose dates are stated.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Who states them, and where.")],
    deadline: Annotated[datetime | None, _date("--deadline", "The deadline.")] = None,
    opens: Annotated[datetime | None, _date("--opens", "The window's first day.")] = None,
    closes: Annotated[datetime | None, _date("--closes", "The window's last day.")] = None,
    period_start: Annotated[datetime | None, _date("--period-start", "The period's first day.")] = None,
    period_end: Annotated[datetime | None, _date("--period-end", "The period's last day.")] = None,
    region: Annotated[str, typer.Option("--region", help="Of one region; without it of all.")] = "",
    stated_on: StatedOn = None,
    today: TodayOption = None,
) -> int:
    """State dates of a submission; those stated before for it are withdrawn by them."""
    from exporters.month.calendar_csv import told_of_replaced
    from store.month import calendar as stored_calendar
    from validators.calendar.kinds import Override
    from validators.standard.catalogue import load

    given = {
        "deadline": deadline,
        "opens": opens,
        "closes": closes,
        "period_start": period_start,
        "period_end": period_end,
    }
    days = {name: at.date() for name, at in given.items() if at is not None}
    on = _day(today)
    said = stated_on.date() if stated_on else on
    stated = Override(submission, region, "", **days, source=source, stated_on=said)
    with _calendar_of(at) as (found, own, who):
        found.ask(stored_calendar.of_agency, own).entry(submission)  # refuses one that is never made
        before = [one.override for one in found.ask(stored_calendar.overrides, load(own.standard).submission.calendar)]
        found.do(who, stored_calendar.add_overrides, own, [stated], on)
        entry = found.ask(stored_calendar.of_agency, own).entry(submission)
    print(
        printable(f"{submission}: {', '.join(f'{name} {at}' for name, at in days.items())}; deadline {entry.deadline}")
    )
    for line in told_of_replaced(before, [stated]):
        print(printable(f"  {line}"))
    return 0


@agency_command(group, "withdraw")
def withdraw_(
    at: StoreOptions,
    submission: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The submission whose dates were stated.")],
    region: Annotated[str, typer.Option("--region", help="Those of one region; without it those of all.")] = "",
) -> int:
    """Take stated dates of a submission back; they are kept, and count no more."""
    from store.month import calendar as stored_calendar
    from validators.standard.catalogue import load

    with _calendar_of(at) as (found, own, who):
        stated = found.ask(stored_calendar.overrides, load(own.standard).submission.calendar)
        meant = [one for one in stated if (one.override.submission, one.override.region) == (submission, region)]
        if not meant:
            where = f" in {region}" if region else " for all regions"
            raise Problem(printable(f"Nobody stated dates of {submission}{where}: keywork calendar stated lists them."))
        found.do(who, stored_calendar.withdraw, "override", meant[0].id)
    print(printable(f"{submission}: the dates stated by {meant[0].override.source} count no more"))
    return 0


@agency_command(group, "stated")
def stated_(
    at: StoreOptions,
) -> int:
    """List the dates that somebody stated, and the days without work that somebody entered."""
    from store.month import calendar as stored_calendar
    from validators.standard.catalogue import load

    with _calendar_of(at) as (found, own, _):
        name = load(own.standard).submission.calendar
        stated, closed = found.ask(stored_calendar.overrides, name), found.ask(stored_calendar.closed_days, name)
    if stated:
        print(f"{'Month':8}  {'Region':20}  {'Entered by':12}  Dates, source")
    for one in stated:
        told = one.override
        days = ", ".join(f"{name.replace('_', ' ')} {at}" for name, at in told.dates.items())
        where = told.region or "all"
        print(
            printable(f"{told.submission:8}  {where:20}  {one.entered_by:12}  {days}; {told.source}, {told.stated_on}")
        )
    for day in closed:
        print(printable(f"{day.day}  no work: {day.name}; {day.source}, entered by {day.entered_by}"))
    if not stated and not closed:
        print("Nobody stated dates or entered days without work.")
    return 0


@agency_command(group, "close")
def close_(
    at: StoreOptions,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day without work.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What day it is.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Who said so.")],
) -> int:
    """Enter a day without work: deadlines are reckoned past it."""
    from store.month import calendar as stored_calendar

    with _calendar_of(at) as (found, own, who):
        made = found.do(who, stored_calendar.add_closed_day, own, day.date(), name, source)
    print(printable(f"{made.day}: no work, {made.name}"))
    return 0


@agency_command(group, "reopen")
def reopen_(
    at: StoreOptions,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day entered.")],
) -> int:
    """Withdraw a day without work that somebody entered."""
    from store.month import calendar as stored_calendar
    from validators.standard.catalogue import load

    with _calendar_of(at) as (found, own, who):
        known = found.ask(stored_calendar.closed_days, load(own.standard).submission.calendar)
        meant = [one for one in known if one.day == day.date()]
        if not meant:
            raise Problem(f"Nobody entered {day.date()} as a day without work: keywork calendar stated lists them.")
        found.do(who, stored_calendar.withdraw, "closed_day", meant[0].id)
    print(f"{day.date()}: a day with work again")
    return 0


@agency_command(group, "rollover")
def rollover_(
    at: StoreOptions,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="At most so many.")] = 500,
    today: TodayOption = None,
) -> int:
    """List what the next roll-over of the base date drops, the faulty first, by the last check."""
    from exporters.month.rollover import next_roll_over, told_of_undated
    from validators.standard.catalogue import load

    with _calendar_of(at) as (found, own, _):
        rolls = found.ask(next_roll_over, own, _day(today), limit)
    if rolls is None:
        print("This calendar has no base date that rolls on: nothing is dropped.")
        return 0
    entry, drops = rolls
    standard_of = load(own.standard)
    word = standard_of.word("episode")
    print(f"From {entry.submission} ({entry.title}) on, the period starts on {drops.base}.")
    if drops.items:
        print(f"{'Client':24}  {'Initials':8}  {'Closed':10}  {'Errors':6}  {'Warnings':8}  Id")
    for one in drops.items:
        name = one.reference or "(no reference)"
        told = f"{name:24}  {one.initials:8}  {one.closed}  {one.errors:6}  {one.warnings:8}  {one.episode_id}"
        print(printable(told))
    told = f"{drops.with_errors} with errors, {drops.with_warnings} with warnings only"
    print(f"{counted(drops.episodes, word)} closed before that day will then be in no return any more; {told}.")
    if drops.undated:
        print(told_of_undated(standard_of, len(drops.undated)))
    for one in drops.undated:
        print(printable(f"{one.reference or '(no reference)':24}  {one.initials:8}  no dates  {one.episode_id}"))
    return 0


@contextmanager
def _calendar_of(at: StoreOptions) -> "Iterator[tuple[Store, AgencyInfo, Who]]":
    """An open store, the agency meant in it, and who works."""
    from store.facts import Who
    from store.records import agencies
    from tui.cli.context import now, opened, person

    with opened(at.store, at.key_file) as found:
        yield found, found.ask(agencies.one, at.agency, at.standard), Who(person(found.path), now())
