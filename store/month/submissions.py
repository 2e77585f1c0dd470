"""Submissions and their checklists' ticks, and the figures of each day.

A submission is opened once a month; a correction is another attempt, with a reason. What a person ticked stays, and so
does what was reopened, with who took it back and why.
"""

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, union_all, update

from store.disk.tables import AUDITS, CLIENTS, DAY_FIGURES, EPISODES, EVENTS, SUBMISSIONS, TICKS
from store.facts import RECORD_KINDS, AgencyInfo, ExtractInfo
from store.findings.going import sent_in
from store.month import extracts
from store.month.facts import DayFigures, SubmissionInfo, TickInfo
from store.people.record_acts import SENDS_NOTHING_ELSE
from store.records.values import moment, pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.calendar.periods import ReportingPeriod
from validators.local_time import date_text
from validators.problems import Problem

REOPENED = "reopen"
"""The act of taking a tick back: what was told with it, and why it does not hold any more."""


def listed(snapshot: Snapshot, agency: AgencyInfo, month: str | None = None) -> list[SubmissionInfo]:
    """An agency's submissions, or those of one month: by month, then attempt; none that was dropped."""
    query = select(SUBMISSIONS).where(SUBMISSIONS.c.agency_number == agency.number, SUBMISSIONS.c.dropped_at.is_(None))
    if month is not None:
        query = query.where(SUBMISSIONS.c.month == month)
    rows = snapshot.connection.execute(query.order_by(SUBMISSIONS.c.month, SUBMISSIONS.c.attempt))
    of_month: Counter[str] = Counter()
    found = []
    for row in rows:
        of_month[row.month] += 1
        found.append(_info(row, of_month[row.month]))
    return found


def current(snapshot: Snapshot, agency: AgencyInfo, month: str) -> SubmissionInfo | None:
    """The latest attempt of a month, None when none was opened."""
    found = listed(snapshot, agency, month)
    return found[-1] if found else None


def open_one(
    unit: UnitOfWork,
    agency: AgencyInfo,
    month: str,
    *,
    reason: str = "",
    is_nil: bool = False,
) -> SubmissionInfo:
    """Open the next attempt of a month. Raises Problem for a second one without a reason."""
    before = current(unit, agency, month)
    reason = _one_line(reason, "reason")
    if before is not None and not reason:
        raise Problem(
            f"The submission {month} was opened by {before.opened_by} on {date_text(before.opened_at)}: say why there"
            " is to be another one."
        )
    every = select(func.coalesce(func.max(SUBMISSIONS.c.attempt), 0)).where(
        SUBMISSIONS.c.agency_number == agency.number, SUBMISSIONS.c.month == month
    )
    own_id, attempt = str(uuid.uuid4()), int(unit.connection.execute(every).scalar_one()) + 1
    told = {"id": own_id, "month": month, "attempt": attempt, "is_nil": int(is_nil), "reason": reason}
    unit.connection.execute(
        insert(SUBMISSIONS).values(agency_number=agency.number, opened_at=unit.at, opened_by=unit.person, **told)
    )
    new = {"month": month, "attempt": str(attempt), "nil": "yes" if is_nil else "", "reason": reason}
    unit.chain.add("open", "submission", own_id, "", None, pack(new, "submission"))
    return one(unit, own_id)


def drop(unit: UnitOfWork, agency: AgencyInfo, month: str, reason: str) -> SubmissionInfo:
    """Drop the latest attempt of a month, which was begun by mistake; it is kept as such. The attempt that it was.

    Whether it was sent is for whoever asks to know. Raises Problem without a reason, and when there is none.
    """
    reason = _one_line(reason, "reason")
    its = current(unit, agency, month)
    if its is None:
        raise Problem(f"The submission {month} was not begun yet: there is nothing to drop.")
    if not reason:
        raise Problem("An attempt is dropped with a reason: say in a few words why it was begun by mistake.")
    done = update(SUBMISSIONS).where(SUBMISSIONS.c.id == its.id)
    values = {"dropped_at": unit.at, "dropped_by": unit.person, "dropped_because": reason}
    unit.connection.execute(done.values(**values))
    unit.chain.add("drop", "submission", its.id, "", its.reason, reason)
    return its


def ensure(unit: UnitOfWork, agency: AgencyInfo, month: str) -> SubmissionInfo:
    """The latest attempt of a month; the first is opened when there is none."""
    return current(unit, agency, month) or open_one(unit, agency, month)


def one(snapshot: Snapshot, submission_id: str) -> SubmissionInfo:
    """One submission. Raises Problem when there is none with that id."""
    row = snapshot.connection.execute(select(SUBMISSIONS).where(SUBMISSIONS.c.id == submission_id)).one_or_none()
    if row is None:
        raise Problem(f"There is no submission {submission_id} in the store: it may be another store's.")
    earlier = select(func.count()).where(
        SUBMISSIONS.c.agency_number == row.agency_number,
        SUBMISSIONS.c.month == row.month,
        SUBMISSIONS.c.dropped_at.is_(None),
        SUBMISSIONS.c.attempt < row.attempt,
    )
    return _info(row, int(snapshot.connection.execute(earlier).scalar_one()) + 1)


def ticks(snapshot: Snapshot, submission_id: str) -> list[TickInfo]:
    """What persons said of a submission's items, those taken back too, in the order it was said."""
    query = (
        select(TICKS)
        .join(SUBMISSIONS, SUBMISSIONS.c.number == TICKS.c.submission_number)
        .where(SUBMISSIONS.c.id == submission_id)
        .order_by(TICKS.c.number)
    )
    return [_tick(row) for row in snapshot.connection.execute(query)]


def tick(unit: UnitOfWork, submission_id: str, item: str, told: Mapping[str, str]) -> TickInfo:
    """Note that a person ticked an item, with what he entered. Raises Problem when it is ticked already."""
    number = one(unit, submission_id).number
    held = _holding(unit.connection, number, item)
    if held is not None:
        by = held.ticked_by
        raise Problem(f"'{item}' was ticked by {by} on {date_text(moment(held.ticked_at))}: reopen it to tick it anew.")
    entered = pack({key: _one_line(text, key) for key, text in told.items()}, "tick")
    values = {
        "submission_number": number,
        "item": item,
        "told": entered,
        "ticked_at": unit.at,
        "ticked_by": unit.person,
    }
    unit.connection.execute(insert(TICKS).values(**values, reason=""))
    unit.chain.add("tick", "submission", submission_id, item, None, entered)
    return TickInfo(item, json.loads(entered), moment(unit.at), unit.person)


def reopen(unit: UnitOfWork, submission_id: str, item: str, reason: str) -> TickInfo:
    """Take a tick back and keep it as such. Raises Problem when it is not ticked, or no reason is given."""
    reason = _one_line(reason, "reason")
    if not reason:
        raise Problem(f"A reason is needed to reopen '{item}': say why it does not hold any more.")
    held = _holding(unit.connection, one(unit, submission_id).number, item)
    if held is None:
        raise Problem(f"'{item}' is not ticked by a person, so there is nothing to reopen.")
    unit.connection.execute(
        update(TICKS)
        .where(TICKS.c.number == held.number)
        .values(reopened_at=unit.at, reopened_by=unit.person, reason=reason)
    )
    unit.chain.add(REOPENED, "submission", submission_id, item, held.told, reason)
    return _tick(unit.connection.execute(select(TICKS).where(TICKS.c.number == held.number)).one())


def changed_since(snapshot: Snapshot, agency: AgencyInfo, extract: ExtractInfo) -> int:
    """How many of an agency's records were entered, changed or deleted since those of an extract were read.

    The order is the audit's, so that it holds within one second too.
    """
    own = union_all(
        select(CLIENTS.c.id).where(CLIENTS.c.agency_number == agency.number),
        select(EPISODES.c.id).where(EPISODES.c.agency_number == agency.number),
        select(EVENTS.c.id)
        .join(EPISODES, EPISODES.c.number == EVENTS.c.episode_number)
        .where(EPISODES.c.agency_number == agency.number),
    )
    changed = select(func.count(AUDITS.c.record_id.distinct())).where(
        AUDITS.c.number > extracts.read_until(snapshot, extract),
        AUDITS.c.kind.in_(RECORD_KINDS),
        AUDITS.c.act.not_in(SENDS_NOTHING_ELSE),
        AUDITS.c.record_id.in_(own),
    )
    return int(snapshot.connection.execute(changed).scalar_one())


def count_unanswered_consent(snapshot: Snapshot, agency: AgencyInfo, period: ReportingPeriod) -> int:
    """How many episodes that a period's extract takes have no answer to the question of consent."""
    sent = sent_in(snapshot, agency, period)
    query = select(func.count()).select_from(EPISODES).where(EPISODES.c.consent.is_(None), sent)
    return int(snapshot.connection.execute(query).scalar_one())


# The figures of each day


def keep_figures(unit: UnitOfWork, agency: AgencyInfo, month: str, figures: DayFigures) -> bool:
    """Keep how a month stands on a day, in place of an earlier look on that day; False when it says the same."""
    told = json.dumps(
        {
            "load": figures.load_percent,
            "quality": figures.data_quality_percent,
            "episodes": figures.episodes,
            "rows": figures.rows,
            "errors": figures.errors,
            "warnings": figures.warnings,
            "accepted": figures.accepted,
            "causes": dict(sorted(figures.causes.items())),
        }
    )
    its = {"agency_number": agency.number, "month": month, "day": figures.day.isoformat()}
    where = [DAY_FIGURES.c[name] == value for name, value in its.items()]
    before = unit.connection.execute(select(DAY_FIGURES.c.told).where(*where)).scalar_one_or_none()
    if before == told:
        return False
    if before is None:
        unit.connection.execute(insert(DAY_FIGURES).values(**its, told=told))
    else:
        unit.connection.execute(update(DAY_FIGURES).where(*where).values(told=told))
    return True


def day_figures_before(snapshot: Snapshot, agency: AgencyInfo, month: str, before: date) -> DayFigures | None:
    """How a month stood on the last day before a day that it was looked at; None when nobody looked.

    A day that lies ahead, kept while a clock was wrong, is never taken.
    """
    query = (
        select(DAY_FIGURES.c.day, DAY_FIGURES.c.told)
        .where(
            DAY_FIGURES.c.agency_number == agency.number,
            DAY_FIGURES.c.month == month,
            DAY_FIGURES.c.day < before.isoformat(),
        )
        .order_by(DAY_FIGURES.c.day.desc())
        .limit(1)
    )
    row = snapshot.connection.execute(query).one_or_none()
    if row is None:
        return None
    told = json.loads(row.told)
    return DayFigures(
        date.fromisoformat(row.day),
        told["load"],
        told["quality"],
        told["episodes"],
        told["rows"],
        told["errors"],
        told["warnings"],
        told["accepted"],
        told["causes"],
    )


def _holding(connection: Connection, number: int, item: str) -> Row[Any] | None:
    query = select(TICKS).where(
        TICKS.c.submission_number == number, TICKS.c.item == item, TICKS.c.reopened_at.is_(None)
    )
    return connection.execute(query).one_or_none()


def _one_line(text: str, what: str) -> str:
    """A text that somebody typed, as one line. Raises Problem for what cannot be stored."""
    text = " ".join(text.split())
    pack({what: text}, what)
    return text


def _info(row: Row[Any], attempt: int) -> SubmissionInfo:
    return SubmissionInfo(
        row.id, row.number, row.month, attempt, bool(row.is_nil), row.reason, moment(row.opened_at), row.opened_by
    )


def _tick(row: Row[Any]) -> TickInfo:
    reopened = moment(row.reopened_at) if row.reopened_at else None
    return TickInfo(
        row.item,
        json.loads(row.told),
        moment(row.ticked_at),
        row.ticked_by,
        reopened,
        row.reopened_by or "",
        row.reason,
    )
