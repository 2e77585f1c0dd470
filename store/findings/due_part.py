"""What the extract that is due would hold of an episode, kept where that is not all of it as it stands.

Some events wait for a later period, some were sent already: so the month's figures and the extract's own are one. A
check of the episode keeps what goes and what the rules say of that; acceptances, and what shows only beside other
episodes, are looked up whenever they change.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.disk import sqlite
from store.disk.tables import BESIDE_CHECKS, FINDINGS, GOING_OUT
from store.facts import AgencyInfo
from store.findings import figures
from store.findings.acceptance_facts import Going, Key, kept_key, values_text
from store.month import calendar, letter_changes
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.records import Finding, Severity

Said = tuple[str, str, str]
"""Which finding of an episode: its rule, event and field."""
_COUNTS = ("rows", "error_rows", "warning_rows", "open_warning_rows", "errors", "warnings")


def key(period: ReportingPeriod) -> str:
    """Which extract figures hold for, as text."""
    return f"{period.submission} {period.start.isoformat()} {period.end.isoformat()}"


def due(snapshot: Snapshot, agency: AgencyInfo, day: date) -> str:
    """The key of the period that is due for an agency on a day."""
    return key(calendar.due_period(snapshot, agency, day))


def shown_in(snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod) -> tuple[int, ...]:
    """Which findings, by where they show beside others, a period's extract has: known of the one that is due alone,
    and of the last ones of letters that were left."""
    query = select(BESIDE_CHECKS.c.checked_for).where(BESIDE_CHECKS.c.agency_number == agency.number)
    compared = snapshot.connection.execute(query).scalar_one_or_none() or ""
    if compared.endswith(f" {key(period)}"):
        return figures.IN_RETURN
    is_left = letter_changes.standard_on(snapshot, agency, period.end)[0] != agency.standard
    return figures.IN_LEFT if is_left else figures.IN_STORE


def keep(
    connection: Connection, checked: Collection[int], going: Mapping[int, tuple[Going, Sequence[Finding]]], period: str
) -> None:
    """Keep, of the episodes that were `checked`, what would be sent of those `going` otherwise than they stand; with
    each of these stands what was found in all of it."""
    connection.execute(delete(GOING_OUT).where(sqlite.among(GOING_OUT.c.episode_number, checked)))
    if not going:
        return
    made = [
        {"episode_number": number, "period": period, "told": _told(its, kept), "rows": its.rows}
        for number, (its, kept) in going.items()
    ]
    connection.execute(insert(GOING_OUT), made)
    _refigure(connection, [number for number, (its, _) in going.items() if its.rows])


def refigure(connection: Connection, episodes: Iterable[int]) -> None:
    """Count some episodes anew, as they stand and as they go: acceptances, or what is found beside others, changed."""
    numbers = list(episodes)
    figures.refigure(connection, numbers)
    _refigure(connection, numbers)


def _refigure(connection: Connection, episodes: Collection[int]) -> None:
    among = sqlite.among(GOING_OUT.c.episode_number, episodes)
    apart = {row.episode_number: row for row in connection.execute(select(GOING_OUT).where(among)) if row.rows}
    if not apart:
        return
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(FINDINGS).where(sqlite.among(FINDINGS.c.episode_number, list(apart)))):
        found[row.episode_number].append(row)
    changed = [{"its": number, **_figures(row, found[number])} for number, row in apart.items()]
    values: dict[str, Any] = {name: bindparam(name) for name in (*_COUNTS[1:], "causes")}
    connection.execute(
        update(GOING_OUT).where(GOING_OUT.c.episode_number == bindparam("its")).values(**values), changed
    )


def _told(its: Going, kept: Sequence[Finding]) -> str:
    twins = _twins(its.findings, kept)
    faults = [
        (figures.WEIGHTS[one.severity], one.rule, one.event_id, one.field, values_text(one.values)) for one, _ in twins
    ]
    listed = [said for _, said in twins if said is not None]
    told = {"events": its.events, "faults": faults, "listed": listed}
    return json.dumps(told, separators=(",", ":"))


def told_apart(its: Going, kept: Sequence[Finding]) -> list[Finding]:
    """What is found in what goes of an episode, and that nothing says which was `kept` of all of it."""
    return [one for one, said in _twins(its.findings, kept) if said is None]


def _twins(found: Iterable[Finding], kept: Sequence[Finding]) -> list[tuple[Finding, Said | None]]:
    """Each fault `found` in what goes of an episode, with what is kept of it that says the same; None for nothing.

    That is the very same one. Where a part of the episode waits a rule may fail by another date than in all of it: then
    what it says of that record, or else what is said of that field. An error is none that is kept as a warning.
    """
    # What is only worth knowing counts for nothing.
    faults = [one for one in found if one.severity is not Severity.NOTICE]
    if not faults:
        return []
    left: dict[tuple[Severity, Said], Finding] = {
        (one.severity, _said(one)): one for one in kept if one.severity is not Severity.NOTICE
    }
    same = {mine for one in faults if left.pop(mine := (one.severity, _said(one)), None)}
    twins: list[tuple[Finding, Said | None]] = []
    for one in faults:
        its: Said | None = _said(one)
        if (one.severity, its) not in same:
            of_event = [said for weight, said in left if weight is one.severity and said[1] == one.event_id]
            like = [
                *(said for said in of_event if said[0] == one.rule),
                *(said for said in of_event if said[2] == one.field),
            ]
            its = like[0] if like else None
            if its is not None:
                left.pop((one.severity, its), None)
        twins.append((one, its))
    return twins


def _said(one: Finding) -> Said:
    return one.rule, one.event_id, one.field


def _figures(row: Any, kept: Iterable[Any]) -> dict[str, object]:
    """The counts of what goes of an episode, by the findings kept of all of it."""
    told = json.loads(row.told)
    there = {"", *told["events"]}
    acceptances: dict[Key, int] = {}
    beside: list[tuple[int, str, str, int]] = []
    for one in kept:
        event = figures.event_of(one.told)
        if one.beside & figures.RETURNED and event in there and one.weight < 2:
            beside.append((one.weight, one.rule, event, one.acceptance))
        elif one.beside in (0, figures.GOES):
            acceptances[kept_key(one.rule, one.told)] = one.acceptance
    own = [
        # What an older version kept has no values: it is due for a check.
        (weight, rule, event, acceptances.get((event, rule, values[-1]), 0) if values else 0)
        for weight, rule, event, *values in told["faults"]
    ]
    faults = own + beside
    counted = figures.figures(row.rows, [(weight, event, accepted) for weight, _, event, accepted in faults])
    named = dict(zip(figures.COUNTS, counted, strict=True))
    many = Counter((weight, rule) for weight, rule, _, _ in faults)
    accepted = Counter((weight, rule) for weight, rule, _, its in faults if its)
    causes = [(*cause, count, accepted[cause]) for cause, count in sorted(many.items())]
    packed = json.dumps(causes, separators=(",", ":")) if causes else ""
    return {**{name: named[name] for name in _COUNTS[1:]}, "causes": packed}
