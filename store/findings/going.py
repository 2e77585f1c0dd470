"""What of the caseload goes into a period's extract: which episodes, and which of the findings kept of them."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from store.clients import index
from store.disk import sqlite
from store.disk.tables import CLIENTS, EPISODES, FINDINGS, GOING_OUT, LINES
from store.facts import AgencyInfo
from store.findings import due_part
from store.findings.figures import WEIGHTS
from store.month import letter_changes
from store.snapshot import Snapshot
from validators.calendar.periods import ReportingPeriod
from validators.records import Severity


def sent_in(snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod) -> ColumnElement[bool]:
    """Which episodes a period's extract takes, as far as their derived columns tell, by the edition it is written by.

    The same as `exporters.csv_format.selection`, but that fields which no column is derived from are not asked whether
    an episode is extracted at all. What is no date lies before and after nothing.
    """
    deriver = snapshot.derivers[letter_changes.standard_on(snapshot, agency, period.end)[0]]
    start, end = period.start.isoformat(), period.end.isoformat()
    its = EPISODES.c
    within = live(agency) & (its.opened.is_(None) | (its.opened <= end) | _no_date(its.opened))
    if not deriver.sends_news:
        within = within & (its.closed.is_(None) | (its.closed >= start) | _no_date(its.closed))
    columns = deriver.extracted_columns()
    if not columns:
        return within
    # What lies after the period's end waits where the standard says so; then it is not there yet.
    there = [
        ((its[name] <= end) | _no_date(its[name])) if deriver.holds else its[name].is_not(None) for name in columns
    ]
    extracted = there[0]
    for one in there[1:]:
        extracted = extracted | one
    consented = deriver.consented
    if consented is None:
        return within & extracted
    return within & (extracted | its.consent.is_(None) | its.consent.not_in(sorted(consented)))


def _no_date(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether there is something that cannot be read as a date: it is kept as typed."""
    return column.is_not(None) & ~sqlite.is_day(column)


def live(agency: AgencyInfo) -> ColumnElement[bool]:
    """What is not deleted. Most episodes are asked for: no client is looked up for each."""
    gone = select(LINES.c.client_number).where(
        LINES.c.agency_number == agency.number, LINES.c.flags.op("&")(index.DELETED) != 0
    )
    # Every number is above 0: said, it has them read in the order they lie in, by agency and number.
    own = (EPISODES.c.agency_number == agency.number) & (EPISODES.c.number > 0)
    return own & EPISODES.c.deleted_at.is_(None) & EPISODES.c.client_number.not_in(gone)


def concerns(snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod) -> ColumnElement[bool]:
    """Which kept findings say something of what a period's extract holds, by the last check.

    Of an episode that goes as it stands, all; of one that does not (see `due_part`), those found in what goes of it,
    and what shows only beside others, or is only worth knowing, where its event goes. What shows beside others does so
    beside what goes of these, in the return that is due.
    """
    its = FINDINGS.c
    shown = due_part.shown_in(snapshot, agency, period)
    sent = select(EPISODES.c.number).where(sent_in(snapshot, agency, period))
    mine = GOING_OUT.c.period == due_part.key(period)
    apart = select(GOING_OUT.c.episode_number).where(mine)
    event = sqlite.json_text(its.told, "event_id")
    events, listed = sqlite.json_items(GOING_OUT.c.told, "events"), sqlite.json_items(GOING_OUT.c.told, "listed")
    # By itself a question within a question would go through all findings, not ask about the one at hand.
    asked = FINDINGS, GOING_OUT
    there = (event == "") | select(1).select_from(events).where(events.c.value == event).correlate(*asked).exists()
    told: list[ColumnElement[Any]] = [func.json_extract(listed.c.value, f"$[{place}]") for place in range(3)]
    same = (told[0] == its.rule) & (told[1] == event) & (told[2] == sqlite.json_text(its.told, "field"))
    found = (its.beside == 0) & select(1).select_from(listed).where(same).correlate(*asked).exists()
    beside = ((its.beside != 0) | (its.weight == WEIGHTS[Severity.NOTICE])) & there
    part = select(1).select_from(GOING_OUT).where(
        GOING_OUT.c.episode_number == its.episode_number, mine, GOING_OUT.c.rows > 0, or_(found, beside)
    )  # fmt: skip
    return its.beside.in_(shown) & its.episode_number.in_(sent) & (its.episode_number.not_in(apart) | part.exists())


def parts(
    snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod, client_id: str
) -> Mapping[str, frozenset[str] | None]:
    """What a period's extract holds of a client, by the last check.

    The ids of the episodes, each with those of its events that go; None where the episode goes as it stands.
    """
    own = (GOING_OUT.c.episode_number == EPISODES.c.number) & (GOING_OUT.c.period == due_part.key(period))
    query = (
        select(EPISODES.c.id, GOING_OUT.c.told, GOING_OUT.c.rows)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(GOING_OUT, own)
        .where(CLIENTS.c.id == client_id, sent_in(snapshot, agency, period))
    )
    found = snapshot.connection.execute(query).all()
    return {
        row.id: None if row.told is None else frozenset(json.loads(row.told)["events"])
        for row in found
        if row.told is None or row.rows
    }


def faulty_clients(snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod) -> Select[Any]:
    """The numbers of the clients with an error or an open warning in what a period's extract holds."""
    return (
        select(EPISODES.c.client_number)
        .join(FINDINGS, FINDINGS.c.episode_number == EPISODES.c.number)
        .where(
            FINDINGS.c.agency_number == agency.number,
            FINDINGS.c.weight <= WEIGHTS[Severity.WARNING],
            FINDINGS.c.acceptance == 0,
            concerns(snapshot, agency, period),
        )
    )
