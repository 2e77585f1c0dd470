"""Where a record is that an extract named: there, deleted, or under a client who is."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, Select, select

from store.disk.tables import CLIENTS, EPISODES, EVENTS, EXTRACTS, SENT_RECORDS
from store.facts import AgencyInfo, ExtractInfo
from store.month.facts import Whereabouts
from store.records import merge, read
from store.records.read import batches
from store.records.values import moment, sortable
from store.snapshot import Snapshot


def episodes(snapshot: Snapshot, agency: AgencyInfo, identifiers: Collection[str]) -> dict[str, Whereabouts]:
    """The agency's episodes that bear these identifiers; one that is there comes before one that was deleted."""
    query = _episodes(agency)
    found: dict[str, Whereabouts] = {}
    for batch in batches(dict.fromkeys(identifiers)):
        for row in snapshot.connection.execute(query.where(EPISODES.c.external_id.in_(batch))):
            _keep(found, row.external_id, _whereabouts(row))
    return found


def unnamed(
    snapshot: Snapshot, agency: AgencyInfo, extract: ExtractInfo, client: str, digest: str
) -> list[Whereabouts]:
    """The episodes, in order of entry, that an extract holds without an identifier, under their client's; `digest` is
    the one that is kept with each.

    Of an extract by a program that did not keep them: the client's episodes, but for those deleted by then.
    """
    query = _episodes(agency).order_by(EPISODES.c.number)
    held = query.join(SENT_RECORDS, SENT_RECORDS.c.record_id == EPISODES.c.id)
    held = held.join(EXTRACTS, EXTRACTS.c.number == SENT_RECORDS.c.extract_number)
    held = held.where(EXTRACTS.c.id == extract.id, SENT_RECORDS.c.digest == digest)
    if found := [_whereabouts(row) for row in snapshot.connection.execute(held)]:
        return found
    some = map(_whereabouts, snapshot.connection.execute(query.where(CLIENTS.c.external_id == client)))
    return [one for one in some if one.deleted_at is None or one.deleted_at >= extract.made_at]


def journeys(
    snapshot: Snapshot, agency: AgencyInfo, named: Mapping[str, tuple[str, str]]
) -> dict[str, list[Whereabouts]]:
    """The agency's episodes without an identifier, by their client's reference and the day they were opened on.

    Those that are there come before those that were deleted. Blanks that were typed around a day make it no other.
    """
    query = _episodes(agency)
    names: dict[tuple[str, str], list[str]] = {}
    for name, (reference, opened) in named.items():
        names.setdefault((reference, sortable(opened.strip())), []).append(name)
    found: dict[str, list[Whereabouts]] = {}
    for batch in batches(dict.fromkeys(reference for reference, _ in names)):
        for row in snapshot.connection.execute(query.where(CLIENTS.c.reference.in_(batch))):
            for name in names.get((row.reference, sortable((row.opened or "").strip())), ()):
                found.setdefault(name, []).append(_whereabouts(row))
    return {name: sorted(ones, key=lambda one: one.deleted_at is not None) for name, ones in found.items()}


def journeys_now(
    snapshot: Snapshot, agency: AgencyInfo, named: Mapping[str, tuple[str, str]]
) -> dict[str, list[Whereabouts]]:
    """The same; those of clients who were merged since are looked for under the reference of whoever is kept."""
    found = journeys(snapshot, agency, named)
    left = {name: where for name, where in named.items() if name not in found}
    now: dict[str, str] = {}
    for reference, borne in read.clients_bearing(
        snapshot, agency, {reference for reference, _ in left.values()}, by_reference=True
    ).items():
        kept = next(filter(None, (merge.kept_for(snapshot, one.id) for one in borne if one.deleted)), "")
        now[reference] = read.client_references(snapshot, [kept])[kept] if kept else ""
    moved = {name: (now[reference], opened) for name, (reference, opened) in left.items() if now.get(reference)}
    return found | journeys(snapshot, agency, moved)


def _episodes(agency: AgencyInfo) -> Select[Any]:
    return (
        select(
            EPISODES.c.external_id,
            EPISODES.c.opened,
            CLIENTS.c.reference,
            EPISODES.c.id,
            CLIENTS.c.id.label("client_id"),
            EPISODES.c.deleted_at,
            EPISODES.c.changed_by,
            CLIENTS.c.deleted_at.label("client_deleted_at"),
            CLIENTS.c.changed_by.label("client_changed_by"),
        )
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number)
    )


def _whereabouts(row: Row[Any]) -> Whereabouts:
    at, by = row.deleted_at, row.changed_by
    if at is None and row.client_deleted_at is not None:
        at, by = row.client_deleted_at, row.client_changed_by
    return Whereabouts(row.id, row.client_id, "", moment(at) if at else None, by if at else "")


def _keep(found: dict[str, Whereabouts], name: str, one: Whereabouts) -> None:
    known = found.get(name)
    if known is None or (known.deleted_at is not None and one.deleted_at is None):
        found[name] = one


def events(
    snapshot: Snapshot, agency: AgencyInfo, section: str, identifiers: Collection[str]
) -> dict[str, Whereabouts]:
    """The events of a section that bear these identifiers; one that is there comes before one that was deleted."""
    query = (
        select(
            EVENTS.c.external_id,
            EVENTS.c.id,
            EPISODES.c.id.label("episode_id"),
            CLIENTS.c.id.label("client_id"),
            EVENTS.c.deleted_at,
            EVENTS.c.changed_by,
        )
        .join(EPISODES, EPISODES.c.number == EVENTS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(EPISODES.c.agency_number == agency.number, EVENTS.c.section == section)
    )
    found: dict[str, Whereabouts] = {}
    for batch in batches(dict.fromkeys(identifiers)):
        for row in snapshot.connection.execute(query.where(EVENTS.c.external_id.in_(batch))):
            at = row.deleted_at
            one = Whereabouts(
                row.episode_id, row.client_id, row.id, moment(at) if at else None, row.changed_by if at else ""
            )
            _keep(found, row.external_id, one)
    return found
