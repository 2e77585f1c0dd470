"""Lists of clients that a person asks for again: words, filters, key worker and order under a name, for him alone."""

import json
from typing import cast, get_args

from sqlalchemy import ColumnElement, delete, insert, select, update

from store.clients.facts import SavedView
from store.disk.tables import SAVED_VIEWS
from store.facts import AgencyInfo, ClientQuery, Filter, Sort
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem

LONGEST = 40
_FILTERS = frozenset(name for part in get_args(Filter) for name in (get_args(part) or (part,)))


def listed(snapshot: Snapshot, agency: AgencyInfo, person: str) -> list[SavedView]:
    """A person's views of an agency's clients, by name. What another program kept in them and this one does not know
    is left out."""
    mine = (SAVED_VIEWS.c.agency_number == agency.number, SAVED_VIEWS.c.person == person)
    query = select(SAVED_VIEWS).where(*mine).order_by(SAVED_VIEWS.c.name)
    return [SavedView(row.name, _query(row.told, person)) for row in snapshot.connection.execute(query)]


def _query(told: str, person: str) -> ClientQuery:
    held = json.loads(told)
    sort = held["sort"] if held["sort"] in get_args(Sort) else "entered"
    return ClientQuery(
        text=str(held["text"]),
        filters=cast(frozenset[Filter], _FILTERS.intersection(held["filters"])),
        key_worker=str(held["key_worker"]),
        sort=cast(Sort, sort),
        descending=bool(held["descending"]),
        person=person,
    )


def refuse_name(name: str) -> None:
    """Raise Problem for what cannot be a view's name."""
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        raise Problem(f"A view has a name of at most {LONGEST} characters: type another one.")


def keep(unit: UnitOfWork, agency: AgencyInfo, view: SavedView) -> None:
    """Keep a view of the person at work, in place of one of that name. Raises Problem for a name that is none."""
    name = view.name.strip()
    refuse_name(name)
    its = view.query
    told = {"text": its.text, "filters": sorted(its.filters), "key_worker": its.key_worker}
    values = {"told": json.dumps({**told, "sort": its.sort, "descending": its.descending}), "kept_at": unit.at}
    if not unit.connection.execute(update(SAVED_VIEWS).where(*_one(unit, agency, name)).values(values)).rowcount:
        key = {"agency_number": agency.number, "person": unit.person, "name": name}
        unit.connection.execute(insert(SAVED_VIEWS).values({**key, **values}))


def forget(unit: UnitOfWork, agency: AgencyInfo, name: str) -> None:
    """Forget a view of the person at work. Raises Problem when there is none of that name."""
    if not unit.connection.execute(delete(SAVED_VIEWS).where(*_one(unit, agency, name.strip()))).rowcount:
        raise Problem("You keep no view of that name: keywork client views lists them.")


def _one(unit: UnitOfWork, agency: AgencyInfo, name: str) -> tuple[ColumnElement[bool], ...]:
    here = SAVED_VIEWS.c
    return here.agency_number == agency.number, here.person == unit.person, here.name == name
