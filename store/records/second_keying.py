"""The second keying of a sample: which episodes were drawn, what a second person keyed, what was decided of each
difference. What was keyed is kept while the sample is open; then only figures stay.

Under each episode stands a list for every kind of event that is keyed again, whether it has such events or none: a
second person keys into it as many as the paper has, and nothing tells how many there are. Once the list is done its
events are told one by one, those that both have and those that only one of the two has.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, or_, select, tuple_, update

from store.disk import sqlite
from store.disk.audit import LOOK
from store.disk.tables import (
    AGENCIES,
    AUDIT_VALUES,
    AUDITS,
    CLIENTS,
    EPISODES,
    EVENTS,
    SECOND_KEYED,
    SECOND_KEYINGS,
)
from store.facts import AgencyInfo, Kind
from store.records import merge, read
from store.records.values import Deriver, moment, named, pack, stamp, unpack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import Values

Right = Literal["first", "second", "neither"]
"""Who keyed a field rightly where two did it differently."""
KEYED, DECIDED = "second keying", "decide"
"""The acts of the audit: an episode was keyed a second time; it was decided what is right in a field."""
DRAWN, CLOSED = "draw", "close"
_BY_HAND = ("create", "change")
NOBODY: frozenset[str] = frozenset()
Presence = Literal["", "typed", "both", "first", "second"]
"""Who has an event: both, what stands there alone, the second keying alone; `typed` is one of a list that is not done
yet; "" for what was drawn."""
_ONE_HAS_IT: tuple[Presence, ...] = ("first", "second")


@dataclass(frozen=True, slots=True)
class Drawable:
    """An episode that may be drawn, and its client."""

    number: int
    episode_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a sample is drawn: of what was entered from one day to another, by which seed, for whom ("" for anybody)."""

    since: date
    until: date
    seed: str
    submission: str = ""
    keyer: str = ""


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """A sample as it was drawn, `drawn_from` so many episodes; once it is closed `told` has its figures."""

    number: int
    id: str
    drawing: Drawing
    drawn_from: int
    drawn_at: datetime
    drawn_by: str
    closed_at: datetime | None = None
    closed_by: str = ""
    told: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a difference: who keyed it rightly, who said so, and when."""

    right: Right
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SampledEvent:
    """An event of an episode of a sample; `id` is empty for one that stands in no record. `place` counts those of its
    section by date, from 1; 0 for one that is deleted or stands nowhere."""

    id: str
    section: str
    place: int = 0
    presence: Presence = ""


@dataclass(frozen=True, slots=True)
class SampledEpisode:
    """An episode of a sample with its client, a list of its events of one `section`, or an `event` alone. `place`
    counts the client's episodes by opening, from 1, among `of`.

    `begun_by` has typed into it and not kept it yet; `first` is what stood there when `second` was keyed. `seen` says
    that the second person had looked at the client since the sample was drawn. `events` are those of a list that was
    keyed again, as far as they are there.

    What was keyed of a client is not told, nor what was decided of it, once the episode is another client's: a merge,
    or its undoing, may have taken it to somebody of whom nothing of that is true.
    """

    id: str
    episode_id: str
    client_id: str
    reference: str
    first_by: frozenset[str]
    begun_by: str
    keyed_by: str
    keyed_at: datetime | None
    first: Values
    second: Values
    seen: bool
    decided: Mapping[str, Decision]
    place: int = 1
    of: int = 1
    section: str = ""
    event: SampledEvent | None = None
    events: tuple["SampledEpisode", ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether it is a list of events."""
        return bool(self.section) and self.event is None

    @property
    def record_id(self) -> str:
        """The record that the audit tells of: the event where it stands in one, else the episode."""
        return (self.event.id if self.event else "") or self.episode_id

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return "event" if self.event and self.event.id else "episode"


def candidates(snapshot: Snapshot, agency: AgencyInfo, since: datetime, until: datetime) -> list[Drawable]:
    """The episodes entered from one moment until before another, none of them deleted, in order of entry."""
    query = (
        select(EPISODES.c.number, EPISODES.c.id, CLIENTS.c.id.label("client_id"))
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number, EPISODES.c.deleted_at.is_(None))
        .where(CLIENTS.c.deleted_at.is_(None))
        .where(EPISODES.c.created_at >= stamp(since), EPISODES.c.created_at < stamp(until))
        .order_by(EPISODES.c.number)
    )
    return [Drawable(*row) for row in snapshot.connection.execute(query)]


def keyed_by(snapshot: Snapshot, some_of_them: Collection[Drawable]) -> dict[int, frozenset[str]]:
    """Who keyed anything into episodes or their clients, by the episode's number; what was imported, nobody here."""
    found = _keyers(snapshot, {own for one in some_of_them for own in (one.episode_id, one.client_id)})
    return {one.number: found.get(one.episode_id, NOBODY) | found.get(one.client_id, NOBODY) for one in some_of_them}


def _keyers(snapshot: Snapshot, record_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Who keyed anything into records, by their ids."""
    found: dict[str, set[str]] = {}
    for some in read.batches(sorted(record_ids)):
        query = (
            select(AUDITS.c.record_id, AUDITS.c.person)
            .where(sqlite.among(AUDITS.c.record_id, some), AUDITS.c.act.in_(_BY_HAND))
            .distinct()
        )
        for record, person in snapshot.connection.execute(query):
            found.setdefault(record, set()).add(person)
    return {record: frozenset(persons) for record, persons in found.items()}


def draw(
    unit: UnitOfWork,
    agency: AgencyInfo,
    its: Drawing,
    drawn: Sequence[Drawable],
    drawn_from: int,
    sections: Collection[str] = (),
) -> SampleInfo:
    """Keep a sample, in the order its episodes are to be keyed, each followed by a list of its events for each of some
    sections, also where it has none: who keyed the episode keyed that, too.

    Raises Problem while another one is open.
    """
    if sample(unit, agency) is not None:
        raise Problem("A sample is open already: close it before another one is drawn.")
    own_id = str(uuid.uuid4())
    values: dict[str, Any] = {"id": own_id, "agency_number": agency.number, "submission": its.submission}
    values |= {"since": its.since.isoformat(), "until": its.until.isoformat(), "drawn_from": drawn_from}
    values |= {"seed": its.seed, "keyer": its.keyer, "drawn_at": unit.at, "drawn_by": unit.person}
    first = keyed_by(unit, drawn)
    number = unit.connection.execute(insert(SECOND_KEYINGS).values(values)).inserted_primary_key
    assert number is not None
    events = _events(unit, [one.number for one in drawn], sections)
    by = _keyers(unit, [event for each in events.values() for event in each])
    rows: list[dict[str, Any]] = []
    for one in drawn:
        for section in ("", *sections):
            below = [by.get(own, NOBODY) for own, each in events.get(one.number, {}).items() if each.section == section]
            rows.append(
                {
                    "id": str(uuid.uuid4()),
                    "sample_number": number[0],
                    "episode_number": one.number,
                    "section": section,
                    "first_by": json.dumps(sorted(first[one.number].union(*below)), ensure_ascii=False),
                }
            )
    unit.connection.execute(insert(SECOND_KEYED), rows)
    unit.chain.add(DRAWN, "second keying", own_id, "", None, f"{len(drawn)} of {drawn_from}, seed {its.seed}")
    made = sample(unit, agency)
    assert made is not None
    return made


def sample(snapshot: Snapshot, agency: AgencyInfo) -> SampleInfo | None:
    """The agency's sample that is open; None where none is."""
    row = snapshot.connection.execute(_samples(agency).where(SECOND_KEYINGS.c.closed_at.is_(None))).first()
    return _info(row) if row is not None else None


def closed(snapshot: Snapshot, agency: AgencyInfo) -> list[SampleInfo]:
    """The samples that were closed, the latest first, with their figures."""
    rows = snapshot.connection.execute(_samples(agency).where(SECOND_KEYINGS.c.closed_at.is_not(None)))
    return [_info(row) for row in rows]


def _samples(agency: AgencyInfo) -> Select[Any]:
    mine = SECOND_KEYINGS.c.agency_number == agency.number
    return select(SECOND_KEYINGS).where(mine).order_by(SECOND_KEYINGS.c.number.desc())


def _info(row: Row[Any]) -> SampleInfo:
    days = date.fromisoformat(row.since), date.fromisoformat(row.until)
    return SampleInfo(
        row.number,
        row.id,
        Drawing(*days, row.seed, row.submission, row.keyer),
        row.drawn_from,
        moment(row.drawn_at),
        row.drawn_by,
        moment(row.closed_at) if row.closed_at else None,
        row.closed_by or "",
        json.loads(row.told),
    )


# The episodes of a sample


def episodes(snapshot: Snapshot, its: SampleInfo) -> list[SampledEpisode]:
    """The episodes of a sample and their lists of events in the order they are to be keyed; nothing that was deleted
    since, unless it stands in the record alone and may go for that."""
    found = _told(snapshot, SECOND_KEYED.c.sample_number == its.number)
    below: dict[tuple[str, str], list[SampledEpisode]] = {}
    for one in found:
        if one.event and one.event.presence:
            below.setdefault((one.episode_id, one.section), []).append(one)
    drawn = [one for one in found if not (one.event and one.event.presence)]
    return [
        replace(one, events=tuple(below.get((one.episode_id, one.section), ()))) if one.is_list else one
        for one in drawn
    ]


def episode(snapshot: Snapshot, its: SampleInfo, own_id: str) -> SampledEpisode:
    """One of a sample, by its own id. Raises Problem where it has none, or that was deleted."""
    found = _told(snapshot, and_(SECOND_KEYED.c.sample_number == its.number, SECOND_KEYED.c.id == own_id))
    if not found:
        raise Problem("That is no more in the sample: look at the list again.")
    return found[0]


def in_list(snapshot: Snapshot, one: SampledEpisode) -> set[str]:
    """The events of the record that the sample knows as one of the same list."""
    query = select(SECOND_KEYED.c.event_id).where(_of_list(one), SECOND_KEYED.c.event_id != "")
    return set(snapshot.connection.execute(query).scalars())


def typed(snapshot: Snapshot, one: SampledEpisode, person: str) -> list[tuple[str, Values]]:
    """What somebody typed into a list that is not done yet: each event's own id and its values, in order of typing."""
    mine = and_(_typed_into(one), SECOND_KEYED.c.begun_by == person)
    query = select(SECOND_KEYED.c.id, SECOND_KEYED.c.second).where(mine).order_by(SECOND_KEYED.c.number)
    return [(own_id, unpack(text)) for own_id, text in snapshot.connection.execute(query)]


def of_episodes(snapshot: Snapshot, episode_ids: Collection[str]) -> list[SampledEpisode]:
    """What second persons keyed of some episodes and is kept, by the episodes' ids."""
    found = []
    for some in read.batches(sorted(episode_ids)):
        found += _told(snapshot, sqlite.among(EPISODES.c.id, some), all_of_it=True)
    return found


def _typed_into(one: SampledEpisode) -> ColumnElement[bool]:
    """The events of an unfinished list."""
    return and_(SECOND_KEYED.c.presence == "typed", _of_list(one))


def _of_list(one: SampledEpisode) -> ColumnElement[bool]:
    """A list and its events, or those of the list that an event is of."""
    mine = select(SECOND_KEYED.c.sample_number, SECOND_KEYED.c.episode_number).where(SECOND_KEYED.c.id == one.id)
    same = tuple_(SECOND_KEYED.c.sample_number, SECOND_KEYED.c.episode_number).in_(mine)
    return and_(SECOND_KEYED.c.section == one.section, same)


def _told(snapshot: Snapshot, wanted: Any, *, all_of_it: bool = False, as_kept: bool = False) -> list[SampledEpisode]:
    """What is kept, in order; `all_of_it` with what was deleted since, what the agency is not asked any more and what
    lists that are not done hold, `as_kept` with what was keyed of a client whose episode it is no more."""
    query = (
        select(SECOND_KEYED, EPISODES.c.id.label("episode_id"), CLIENTS.c.id.label("client_id"), CLIENTS.c.reference)
        .add_columns(EPISODES.c.client_number, EVENTS.c.section.label("events_section"), AGENCIES.c.standard)
        .join(EPISODES, EPISODES.c.number == SECOND_KEYED.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .join(AGENCIES, AGENCIES.c.number == EPISODES.c.agency_number)
        .outerjoin(EVENTS, EVENTS.c.id == SECOND_KEYED.c.event_id)
        .where(wanted)
        .order_by(SECOND_KEYED.c.number)
    )
    if not all_of_it:
        query = query.where(EPISODES.c.deleted_at.is_(None), CLIENTS.c.deleted_at.is_(None))
        query = query.where(or_(EVENTS.c.deleted_at.is_(None), SECOND_KEYED.c.presence.in_(_ONE_HAS_IT)))
        query = query.where(SECOND_KEYED.c.presence != "typed")
    rows = snapshot.connection.execute(query).all()
    derivers = snapshot.derivers
    if not all_of_it:
        # A letter may have been left since; where that is undone, what was keyed is there again.
        rows = [row for row in rows if _is_asked(derivers[row.standard], row.section or row.events_section or "")]
    places = _places(snapshot, {row.client_number for row in rows})
    sections = {row.events_section for row in rows if row.events_section}
    events = _events(snapshot, sorted({row.episode_number for row in rows if row.event_id}), sections)

    def event(row: Row[Any]) -> SampledEvent | None:
        known = events.get(row.episode_number, {}).get(row.event_id)
        if not row.event_id and not row.presence:
            return None
        section, place = row.section or row.events_section or "", known.place if known else 0
        return SampledEvent(row.event_id, section, place, row.presence)

    found = [_one(row, places.get(row.episode_number, (1, 1)), event(row)) for row in rows]
    if as_kept:
        return found
    gone = _of_others(snapshot, found)
    return [
        _without_client(one, derivers[row.standard]) if one.id in gone else one
        for one, row in zip(found, rows, strict=True)
    ]


def _is_asked(deriver: Deriver, section: str) -> bool:
    return not section or section in deriver.standard.section_by_id


def _of_others(snapshot: Snapshot, found: Sequence[SampledEpisode]) -> set[str]:
    """Which of them were keyed while their episode was another client's than it is now, by their own ids."""
    keyed = [one for one in found if one.keyed_at is not None and not one.section and one.event is None]
    acts: dict[str, list[tuple[str, str, str | None]]] = {}
    for some in read.batches(sorted({one.episode_id for one in keyed})):
        query = (
            select(AUDITS.c.record_id, AUDITS.c.act, AUDITS.c.at, AUDIT_VALUES.c.old)
            .outerjoin(AUDIT_VALUES, AUDIT_VALUES.c.audit_number == AUDITS.c.number)
            .where(sqlite.among(AUDITS.c.record_id, some), AUDITS.c.act.in_((merge.MERGED, merge.SPLIT, KEYED)))
            .order_by(AUDITS.c.number)
        )
        for own_id, *told in snapshot.connection.execute(query):
            acts.setdefault(own_id, []).append((told[0], told[1], told[2]))
    return {one.id for one in keyed if _client_then(one, acts.get(one.episode_id, [])) != one.client_id}


def _client_then(one: SampledEpisode, acts: Sequence[tuple[str, str, str | None]]) -> str:
    """Whose the episode was when it was keyed again, by what the audit has of it: the act, when, whose it was before.
    "" where that was erased."""
    assert one.keyed_at is not None
    keyed = next((at for at, (act, when, _) in enumerate(acts) if (act, when) == (KEYED, stamp(one.keyed_at))), 0)
    return next((before or "" for act, _, before in acts[keyed:] if act != KEYED), one.client_id)


Told = TypeVar("Told")


def _without_client(one: SampledEpisode, deriver: Deriver) -> SampledEpisode:
    def left(told: Mapping[str, Told]) -> dict[str, Told]:
        return {header: each for header, each in told.items() if deriver.level(header) != "client"}

    return replace(one, first=left(one.first), second=left(one.second), decided=left(one.decided))


def _events(
    snapshot: Snapshot, episodes: Sequence[int], sections: Collection[str]
) -> dict[int, dict[str, SampledEvent]]:
    """The events of some sections under each episode, by their ids, in order of section and date."""
    query = (
        select(EVENTS.c.episode_number, EVENTS.c.id, EVENTS.c.section)
        .where(EVENTS.c.section.in_(sorted(sections)), EVENTS.c.deleted_at.is_(None))
        .order_by(EVENTS.c.episode_number, EVENTS.c.section, func.coalesce(EVENTS.c.date, ""), EVENTS.c.number)
    )
    of: dict[tuple[int, str], list[str]] = {}
    for some in read.batches(episodes):
        for episode, own_id, section in snapshot.connection.execute(query.where(EVENTS.c.episode_number.in_(some))):
            of.setdefault((episode, section), []).append(own_id)
    found: dict[int, dict[str, SampledEvent]] = {}
    for (episode, section), ids in of.items():
        for at, own_id in enumerate(ids, 1):
            found.setdefault(episode, {})[own_id] = SampledEvent(own_id, section, at)
    return found


def _places(snapshot: Snapshot, clients: Collection[int]) -> dict[int, tuple[int, int]]:
    """Which of his client's episodes each is, by their opening: it tells a paper file from another without a date."""
    query = (
        select(EPISODES.c.number, EPISODES.c.client_number)
        .where(sqlite.among(EPISODES.c.client_number, sorted(clients)), EPISODES.c.deleted_at.is_(None))
        .order_by(EPISODES.c.client_number, func.coalesce(EPISODES.c.opened, ""), EPISODES.c.number)
    )
    of: dict[int, list[int]] = {}
    for number, client in snapshot.connection.execute(query):
        of.setdefault(client, []).append(number)
    return {number: (at, len(all_)) for all_ in of.values() for at, number in enumerate(all_, 1)}


def _one(row: Row[Any], place: tuple[int, int], event: SampledEvent | None) -> SampledEpisode:
    decided = {
        header: Decision(right, person, moment(at)) for header, (right, person, at) in json.loads(row.decided).items()
    }
    return SampledEpisode(
        row.id,
        row.episode_id,
        row.client_id,
        row.reference or "",
        frozenset(json.loads(row.first_by)),
        row.begun_by,
        row.keyed_by or "",
        moment(row.keyed_at) if row.keyed_at else None,
        unpack(row.first),
        unpack(row.second),
        bool(row.seen),
        decided,
        *place,
        event.section if event else row.section,
        event,
    )


def has_looked(snapshot: Snapshot, person: str, client_id: str, since: datetime) -> bool:
    """Whether somebody looked at a client's record since a moment."""
    query = select(AUDITS.c.number).where(
        AUDITS.c.record_id == client_id, AUDITS.c.act == LOOK, AUDITS.c.person == person, AUDITS.c.at >= stamp(since)
    )
    return snapshot.connection.execute(query.limit(1)).first() is not None


# Keying, deciding, closing


def keep(unit: UnitOfWork, one: SampledEpisode, values: Values, entry: str = "") -> None:
    """Keep what the person at work has typed so far, so that nothing of it is lost; it counts for nothing yet.

    Of a list it is one event, by an id of its own; without any value it is none.
    """
    unit.require(KEYED, one.kind, one.record_id)
    text = pack(values, named(one.kind, one.record_id))
    if not one.is_list:
        _change(unit, one, second=text, begun_by=unit.person)
        return
    _change(unit, one, begun_by=unit.person)
    mine = and_(_typed_into(one), SECOND_KEYED.c.begun_by == unit.person, SECOND_KEYED.c.id == entry)
    if not values:
        unit.connection.execute(delete(SECOND_KEYED).where(mine))
    elif not unit.connection.execute(update(SECOND_KEYED).where(mine).values(second=text)).rowcount:
        _add(unit, one, [{"id": entry, "presence": "typed", "second": text, "begun_by": unit.person}])


def key(unit: UnitOfWork, one: SampledEpisode, first: Values, second: Values, *, seen: bool) -> None:
    """Keep what the second person keyed, beside what stands there at this moment."""
    name = named(one.kind, one.record_id)
    both = {"first": pack(first, name), "second": pack(second, name)}
    _change(unit, one, **both, begun_by="", keyed_by=unit.person, keyed_at=unit.at, seen=int(seen))
    # Without the values: whoever reads the history before it is decided must not learn from it what was keyed.
    unit.chain.add(KEYED, one.kind, one.record_id, "", None, None)


@dataclass(frozen=True, slots=True)
class Pair:
    """An event as each of the two has it, None for who has it not, and its id where it stands in the record."""

    event_id: str
    first: Values | None
    second: Values | None

    @property
    def presence(self) -> Presence:
        """Who has it."""
        if self.first is None:
            return "second"
        return "first" if self.second is None else "both"


def key_list(unit: UnitOfWork, one: SampledEpisode, pairs: Sequence[Pair], *, seen: bool) -> None:
    """Keep the events that a second person found on the paper, each beside the one that stands there."""
    done: dict[str, Any] = {"begun_by": "", "keyed_by": unit.person, "keyed_at": unit.at, "seen": int(seen)}
    _change(unit, one, **done)
    unit.connection.execute(delete(SECOND_KEYED).where(_typed_into(one)))
    name = named(one.kind, one.record_id)
    rows = []
    for pair in pairs:
        both = {"first": pack(pair.first or {}, name), "second": pack(pair.second or {}, name)}
        own = {"id": str(uuid.uuid4()), "event_id": pair.event_id, "presence": pair.presence}
        rows.append({**own, **both, **done})
    _add(unit, one, rows)
    unit.chain.add(KEYED, one.kind, one.record_id, "", None, None)


def _add(unit: UnitOfWork, one: SampledEpisode, rows: Sequence[Mapping[str, Any]]) -> None:
    """More that belongs to a list."""
    query = select(SECOND_KEYED.c.sample_number, SECOND_KEYED.c.episode_number).where(SECOND_KEYED.c.id == one.id)
    sample_number, episode_number = unit.connection.execute(query).one()
    own = {"sample_number": sample_number, "episode_number": episode_number}
    own |= {"section": one.section, "first_by": json.dumps(sorted(one.first_by), ensure_ascii=False)}
    if rows:
        unit.connection.execute(insert(SECOND_KEYED), [{**own, **row} for row in rows])


def put_in(unit: UnitOfWork, one: SampledEpisode, event_id: str) -> None:
    """An event that only the second keying had stands in the record now."""
    _change(unit, one, event_id=event_id)


def decide(unit: UnitOfWork, one: SampledEpisode, kind: Kind, record_id: str, header: str, right: Right) -> None:
    """Note who keyed a field rightly, with an empty `header` whether the event is there; it may be decided anew."""
    before = one.decided.get(header)
    kept = select(SECOND_KEYED.c.decided).where(SECOND_KEYED.c.id == one.id)
    told = json.loads(unit.connection.execute(kept).scalar_one())
    told[header] = (right, unit.person, unit.at)
    _change(unit, one, decided=json.dumps(told))
    unit.chain.add(DECIDED, kind, record_id, header, before.right if before else None, right)


def close(unit: UnitOfWork, its: SampleInfo, figures: Mapping[str, int]) -> None:
    """Close a sample: its figures stay, and who decided what; what was keyed is forgotten."""
    done = {"closed_at": unit.at, "closed_by": unit.person, "told": json.dumps(dict(figures))}
    unit.connection.execute(update(SECOND_KEYINGS).where(SECOND_KEYINGS.c.number == its.number).values(**done))
    unit.begin_erasing()
    mine = SECOND_KEYED.c.sample_number == its.number
    unit.connection.execute(delete(SECOND_KEYED).where(mine, SECOND_KEYED.c.presence == "typed"))
    unit.connection.execute(update(SECOND_KEYED).where(mine).values(first="{}", second="{}", begun_by=""))
    unit.chain.add(CLOSED, "second keying", its.id, "", None, None)


def rename(unit: UnitOfWork, agency: AgencyInfo, headers: Mapping[str, str]) -> None:
    """Have what was keyed stand under the names that fields bear now, header before → header; of what is deleted, too,
    which may come back."""
    its = sample(unit, agency)
    for one in (
        _told(unit, SECOND_KEYED.c.sample_number == its.number, all_of_it=True, as_kept=True) if its is not None else ()
    ):
        name = named(one.kind, one.record_id)
        first, second = (
            {headers.get(header, header): text for header, text in values.items()} for values in (one.first, one.second)
        )
        told = {headers.get(header, header): _packed(each) for header, each in one.decided.items()}
        _change(unit, one, first=pack(first, name), second=pack(second, name), decided=json.dumps(told))


def _packed(one: Decision) -> tuple[str, str, str]:
    return one.right, one.person, stamp(one.at)


def _change(unit: UnitOfWork, one: SampledEpisode, **values: Any) -> None:
    unit.connection.execute(update(SECOND_KEYED).where(SECOND_KEYED.c.id == one.id).values(**values))
