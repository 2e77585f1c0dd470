"""`keywork due` and `keywork checklist …`: what is due, what stands in the way, a month's list without the screens."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from exporters.checks.caseload import check_caseload
from exporters.month.checklist import counted_apart, open_mismatches, progress
from exporters.month.checklist_acts import Acts
from exporters.month.checklist_page import ChecklistPage, read_page
from exporters.month.status import Standing, day_text, keep_today, left_text, read_standing, since
from store.facts import NEVER, Who
from store.month import calendar as stored_calendar
from store.records import agencies as stored_agencies
from tui.cli.context import count_or_say, now, opened, person, talk
from tui.cli.given import prose_of
from tui.cli.options import (
    AgencyOption,
    FormatOption,
    KeyOption,
    OutputFormat,
    StandardOption,
    StoreOption,
    StoreOptions,
    TodayOption,
    command_with,
    day,
)
from tui.widgets.text import printable
from validators.local_time import minute_text
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store

commands = typer.Typer()
group = typer.Typer(help="The checklist of a submission: show it, tick and reopen its items.")
commands.add_typer(group, name="checklist")

MonthOption = Annotated[
    str, typer.Option("--submission", metavar="YYYY-MM", help="The month that is reported; else the one at hand.")
]
ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="The item's name, as the checklist tells it.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept for good; - reads it.")]

BOXES = {"done": "[x]", "open": "[ ]", "waits": "[.]", "not needed": "[-]"}


@commands.command()
def due(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    on: TodayOption = None,
    form: FormatOption = OutputFormat.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless something is late.")] = False,
    within: Annotated[
        int | None,
        typer.Option(
            "--within", metavar="N", min=0, help="Say nothing unless late, or due within N days and not sent."
        ),
    ] = None,
    as_kept: Annotated[
        bool, typer.Option("--as-kept", help="Check nothing anew: tell the results of the last check.")
    ] = False,
) -> int:
    """Tell what is due and what stands in the way. Ends with 1 when something is late."""
    today = day(on)
    with opened(store, key_file) as found:
        if agency_code is None and standard_id is None and found.ask(stored_agencies.listed):
            agencies = found.ask(stored_agencies.listed)
        else:
            agencies = [found.ask(stored_agencies.one, agency_code, standard_id)]
        told = [_standing(found, one, today, as_kept) for one in agencies]
    late = [one for one in told if one.late is not None]
    if within is not None:
        told = [one for one in told if one in late or _is_due_within(one, within)]
    if form is OutputFormat.JSON:
        print(json.dumps([_as_mapping(one) for one in told], indent=1))
    else:
        codes = [one.code for one in agencies]
        for one in late if quiet else told:
            its = one.agency
            # One code may report several data sets.
            who = its.code if codes.count(its.code) == 1 else f"{its.code} ({its.standard})"
            for line in due_lines(one, who):
                print(printable(line))
    return 1 if late else 0


def _is_due_within(one: Standing, days: int) -> bool:
    """Whether what is at hand is to be sent from here within so many days, and was not."""
    return one.is_ours and not one.is_done and 0 <= one.days_left <= days


def _standing(store: "Store", agency: "AgencyInfo", today: date, as_kept: bool) -> Standing:
    standard = load(agency.standard)
    many: int | None = None
    if not as_kept:
        check_caseload(store, agency, Checker(standard), today, now())
        due = store.ask(stored_calendar.of_agency, agency).due(today)
        # What is late is told all the same, and not in whose record it lies: this is mailed.
        with suppress(Problem):
            many = store.ask(open_mismatches, agency, standard, due.period, today)
    standing = store.ask(read_standing, agency, standard, today, many)
    if not as_kept:
        store.do(Who("", NEVER), keep_today, standing)
    return standing


def due_lines(one: Standing, who: str) -> list[str]:
    """A few lines for a login message: what is late, what is due, how it stands, what is in the way; `who` names the
    agency."""
    due = one.due
    lines = []
    for late in one.lates:
        its = late.entry
        days = left_text((its.deadline - one.today).days)
        was = f"{its.submission} ({its.title}) was due by {day_text(its.deadline)}, {days}"
        lines.append(f"{who}: LATE: {was}, and {late.told}")
    if one.missed is not None:
        lines.append(f"{who}: {one.missed.submission} ({one.missed.title}) was not marked as sent")
    if one.silence:
        lines.append(f"{who}: {one.silence}")
    elif one.is_sent:
        told = "is sent"
        if one.begun_anew:
            told += f"; {one.begun_anew[0].lower()}{one.begun_anew[1:]} is begun and not sent"
            told += f", due by {day_text(due.deadline)}, {left_text(one.days_left)}"
        elif one.situation.elsewhere is not None:
            told = f"is stated as sent from elsewhere: {one.situation.elsewhere.told['how']}"
        elif one.situation.is_nil:
            told = "is made: a nil return"
        lines.append(f"{who}: {due.submission} ({due.title}) {told}")
    elif not one.is_ours:
        lines.append(f"{who}: {due.submission} ({due.title}) is not made here: {one.told_of_first}")
    elif one.late != due:
        opens = "" if one.is_open else f", window opens {day_text(due.opens)}"
        by = f"is due by {day_text(due.deadline)}, {left_text(one.days_left)}{opens}"
        lines.append(f"{who}: {due.submission} ({due.title}) {by}")
    lines.append(f"  {figures_text(one)}")
    if not one.is_done and one.in_the_way:
        lines.append(f"  in the way: {'; '.join(one.in_the_way)}")
    if not one.not_ready_because and not one.is_done:
        lines.append(f"  {one.situation.readiness.told}")
    return lines


def figures_text(one: Standing) -> str:
    """Percentages, what moved them, and the checklist, in one line."""
    now_ = one.figures
    waits = f"{now_.stale:,} of {counted(now_.episodes, one.situation.word)} due for a check"
    parts = [f"load {now_.load_percent} %, data quality {now_.data_quality_percent} %"]
    if now_.accepted:
        parts[0] += f" ({now_.quality_without_accepted} % without {now_.accepted} accepted)"
    parts[0] += " (our estimate)"
    if now_.stale:
        parts = [waits] if now_.none_checked else [parts[0], waits]
    elif one.before is not None:
        moved = now_.load_percent - one.before.load_percent, now_.data_quality_percent - one.before.data_quality_percent
        if any(moved):
            parts.append(f"load {moved[0]:+.1f}, quality {moved[1]:+.1f} since {since(one)}")
    parts.append("checklist {} of {}".format(*one.progress))
    return "; ".join(parts)


def _as_mapping(one: Standing) -> dict[str, object]:
    now_, due = one.figures, one.due
    done, needed = one.progress
    return {
        "agency": one.agency.code,
        "standard": one.agency.standard,
        "submission": due.submission,
        "title": due.title,
        "period_start": due.period_start.isoformat(),
        "period_end": due.period_end.isoformat(),
        "opens": due.opens.isoformat(),
        "closes": due.closes.isoformat(),
        "deadline": due.deadline.isoformat(),
        "days_left": one.days_left,
        "silence": one.silence,
        "sent": one.is_sent,
        "late": one.late.submission if one.late else None,
        "lates": [{"submission": late.entry.submission, "begun": late.begun} for late in one.lates],
        "reports_since": one.agency.reports_since or None,
        "missed": one.missed.submission if one.missed else None,
        "load_percent": now_.load_percent,
        "data_quality_percent": now_.data_quality_percent,
        "quality_without_accepted": now_.quality_without_accepted,
        "accepted": now_.accepted,
        "episodes": now_.episodes,
        "rows": now_.rows,
        "due_for_a_check": now_.stale,
        "checklist": {"done": done, "of": needed},
        "in_the_way": one.in_the_way,
        "errors": now_.errors,
        "warnings": now_.warnings,
        "left_out_with_errors": len(one.situation.kept_out),
        "mismatches": one.situation.mismatches if one.situation.against else 0,
        "drafts": sum(one.situation.drafts.values()),
        "ready": not one.not_ready_because,
        "not_ready_because": one.not_ready_because,
    }


@group.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard_id: StandardOption = None,
    agency_code: AgencyOption = None,
    on: TodayOption = None,
    month: MonthOption = "",
    attempt: Annotated[int | None, typer.Option("--attempt", metavar="N", help="Else the latest.")] = None,
    form: FormatOption = OutputFormat.TEXT,
) -> int:
    """Show the checklist. Ends with 1 while something is open."""
    if context.invoked_subcommand is not None:
        if store or key_file or agency_code or standard_id or on or month or attempt:
            raise typer.BadParameter(f"Options belong behind the command: checklist {context.invoked_subcommand} --...")
        return 0
    today = day(on)
    with opened(store, key_file) as found:
        agency = found.ask(stored_agencies.one, agency_code, standard_id)
        standard = load(agency.standard)
        check_caseload(found, agency, Checker(standard), today, now())
        entry = (
            found.ask(stored_calendar.of_agency, agency).entry(month)
            if month
            else found.ask(stored_calendar.of_agency, agency).due(today)
        )
        counts = count_or_say(standard, lambda: found.ask(counted_apart, agency, standard, entry.period, today))
        page = found.ask(read_page, agency, standard, today, entry.submission, attempt, counts)
    if form is OutputFormat.JSON:
        print(json.dumps(page.as_mapping(), indent=1))
    else:
        for line in checklist_lines(page):
            print(printable(line))
    done, needed = progress(page.items)
    return 0 if done == needed else 1


def checklist_lines(page: ChecklistPage) -> list[str]:
    """The checklist as text."""
    entry = page.entry
    head = f"{entry.submission} ({entry.title}), {day_text(entry.period_start)} to {day_text(entry.period_end)}"
    lines = [head, f"{page.when}; {page.done} done" + (f"; {page.kind}" if page.kind else "")]
    if page.told:
        lines.append(page.told)
    if page.silence and entry.opens > page.today:
        lines.append(page.silence)
    for item in page.items:
        who = f" ({item.who}, {minute_text(item.when)})" if item.who and item.when else ""
        lines.append(f"{BOXES[item.state]} {item.id:15} {item.title}{who}")
        if item.told:
            lines.append(f"{'':20}{item.told}")
    return lines


@dataclass(frozen=True)
class ListOptions:
    """Whose list is meant, on which day, and of which month; "" for the one at hand."""

    where: StoreOptions
    today: date
    month: str


def _shared(
    store: StoreOption = None,
    key_file: KeyOption = None,
    standard: StandardOption = None,
    agency: AgencyOption = None,
    today: TodayOption = None,
    submission: MonthOption = "",
) -> ListOptions:
    """The options of every act on a checklist, declared here alone."""
    return ListOptions(StoreOptions(store, key_file, standard, agency), day(today), submission)


checklist_command = partial(command_with, _shared)


@checklist_command(group, "tick")
def tick(
    at: ListOptions,
    item: ItemArgument,
    told: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=TEXT", help="What is entered with it: load=98.4 quality=100.")
    ] = None,
) -> int:
    """Tick an item; your name and the time are kept with it."""
    return _act(at, "tick", item, told=_told_of(told or []))


@checklist_command(group, "reopen")
def reopen(
    at: ListOptions,
    item: ItemArgument,
    reason: ReasonOption,
) -> int:
    """Reopen an item that was ticked; the tick is kept with your reason."""
    return _act(at, "reopen", item, reason)


@checklist_command(group, "correct")
def correct(
    at: ListOptions,
    reason: ReasonOption,
) -> int:
    """Begin a correction: another attempt of the submission, with a checklist of its own."""
    return _act(at, "correct", reason=reason)


@checklist_command(group, "nil")
def nil(
    at: ListOptions,
    reason: ReasonOption = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Declare it though there is somebody who would be sent.")
    ] = False,
) -> int:
    """Declare a nil return: there is nobody to report. Asks first where there is somebody."""
    return _act(at, "nil", reason=reason, anyway=anyway)


@checklist_command(group, "drop")
def drop(
    at: ListOptions,
    reason: ReasonOption,
) -> int:
    """Drop the latest attempt, a correction or a nil return begun by mistake; not one that was sent."""
    return _act(at, "drop", reason=reason)


@checklist_command(group, "elsewhere")
def elsewhere(
    at: ListOptions,
    how: Annotated[str, typer.Argument(metavar="TEXT", help="From where it was sent: 'the old system'.")],
) -> int:
    """State that the return was sent from elsewhere: it is not late, and has no list here."""
    return _act(at, "elsewhere", reason=how)


def _act(
    at: ListOptions,
    act: str,
    item: str = "",
    reason: str = "",
    told: Mapping[str, str] | None = None,
    anyway: bool = False,
) -> int:
    """Tick, reopen, correct, drop, or say what is not sent from here; say what was done. Raises Problem."""
    reason = prose_of(reason, "reason")
    with opened(at.where.store, at.where.key_file) as found:
        agency = found.ask(stored_agencies.one, at.where.agency, at.where.standard)
        standard = load(agency.standard)
        calendar = found.ask(stored_calendar.of_agency, agency)
        entry = calendar.entry(at.month) if at.month else calendar.due(at.today)
        acts = Acts(found, agency, standard, entry, person(found.path), at.today, now())
        if act == "tick":
            before = acts.said_before(item)
            acts.tick(item, told)
            print(f"{entry.submission}: {item} is ticked")
            for said in filter(None, (before, acts.said_of_today(item))):
                talk(said)
        elif act == "reopen":
            acts.reopen(item, reason)
            print(f"{entry.submission}: {item} is open again")
        elif act == "drop":
            dropped = acts.drop(reason)
            print(f"{entry.submission}: attempt {dropped.attempt} is dropped: {printable(reason)}")
        elif act == "elsewhere":
            acts.sent_elsewhere(reason)
            print(f"{entry.submission}: stated as sent from elsewhere: {printable(reason)}")
        else:
            if act == "correct":
                made = acts.correct(reason)
            else:
                made = acts.declare_nil(reason, anyway=anyway or _agreed(acts.said_of_nil()))
            what = "a nil return" if made.is_nil else "a correction"
            print(f"{made.month}: attempt {made.attempt} is begun, {what}: {printable(made.reason)}")
    return 0


def _agreed(said: str) -> bool:
    """Ask whoever sits at a terminal whether a nil return is to be declared all the same; nobody else can say yes."""
    if not said or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return typer.confirm(f"{said} Declare it all the same?", err=True)


def _told_of(pairs: list[str]) -> dict[str, str]:
    """What is entered with a tick, from NAME=TEXT. Raises Problem."""
    told = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise Problem(f"{printable(pair)!r} is not NAME=TEXT: write what is entered as in load=98.4.")
        told[name.strip()] = text.strip()
    return told
