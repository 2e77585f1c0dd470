"""Kept findings as they are listed: put into groups and chosen by words in the database, and read by their numbers.

What a list has to know of all of them are numbers, a few bytes each, however many there are; the findings themselves
are read for the lines in view.
"""

import json
from array import array
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from store import kept_findings, sqlite
from store.acceptance_shapes import By
from store.episode_figures import SEVERITIES
from store.finding_shapes import FindingOrder, FindingWord, ListedFinding
from store.shapes import AgencyInfo
from store.tables import ACCEPTANCES, CLIENTS, EPISODES, FINDINGS, LINES
from validators.records import Finding

PACKED = 8
"""A finding's number and its mark stand in one: the mark below this."""


def order(connection: Connection, agency: AgencyInfo, by: By, words: Sequence[FindingWord]) -> FindingOrder:
    """All findings that have all the words, by what they share: the weightiest group first, of those the largest.

    Groups alike follow each other by name. Within a group errors come first, then by rule, in order of entry.
    """
    keys: list[Any] = []
    ends, numbers, marks = array("q"), array("q"), bytearray()
    for key, _, told in connection.execute(_shared(agency, by, words)):
        packed: list[int] = json.loads(told)
        keys.append(key)
        numbers.extend(one // PACKED for one in packed)
        marks.extend(one % PACKED for one in packed)
        ends.append(len(numbers))
    return FindingOrder(by, keys if by in ("rule", "field") else array("q", keys), ends, numbers, bytes(marks))


def _shared(agency: AgencyInfo, by: By, words: Sequence[FindingWord]) -> Select[Any]:
    """One row a group: its key, its name among others, and its findings as one text, in their order.

    Each table is read once from end to end, where an index holds all that is asked by that index alone: to look up
    every finding's episode and client, one by one in wide tables, takes five times as long.
    """
    packed = FINDINGS.c.number * PACKED + FINDINGS.c.weight
    packed = packed + func.iif(FINDINGS.c.acceptance != 0, FindingOrder.ACCEPTED, 0)
    sort = (FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
    chosen = and_(sqlite.scanned(FINDINGS.c.agency_number) == agency.number, *(_has(one, agency) for one in words))
    if by in ("rule", "field"):
        key = FINDINGS.c.rule if by == "rule" else sqlite.json_text(FINDINGS.c.told, "field")
        its = sqlite.listed(packed, *sort).label("its")
        return (
            select(key.label("key"), key.label("name"), its)
            .where(chosen)
            .group_by(key)
            .order_by(func.min(FINDINGS.c.weight), func.count().desc(), "name", "key")
        )
    found = sqlite.made_once(select(*sort, FINDINGS.c.episode_number, packed.label("packed")).where(chosen), "found")
    owners = sqlite.made_once(
        select(EPISODES.c.number, EPISODES.c.client_number).where(
            sqlite.scanned(EPISODES.c.number).in_(select(found.c.episode_number))
        ),
        "owners",
    )
    names = sqlite.made_once(
        select(LINES.c.client_number, LINES.c.reference).where(
            sqlite.scanned(LINES.c.agency_number) == agency.number,
            sqlite.scanned(LINES.c.client_number).in_(select(owners.c.client_number)),
        ),
        "names",
    )
    number = owners.c.client_number if by == "client" else found.c.episode_number
    its = sqlite.listed(found.c.packed, found.c.weight, found.c.rule, found.c.number).label("its")
    return (
        select(number.label("key"), func.min(names.c.reference).label("name"), its)
        .select_from(found)
        .join(owners, owners.c.number == found.c.episode_number)
        .outerjoin(names, names.c.client_number == owners.c.client_number)
        .group_by(number)
        .order_by(func.min(found.c.weight), func.count().desc(), "name", "key")
    )


def _has(word: FindingWord, agency: AgencyInfo) -> ColumnElement[bool]:
    """Whether a finding has a word: in severity, rule, sentence, fields, their values, episode or client."""
    told, text = FINDINGS.c.told, word.text
    weights = [weight for weight, severity in SEVERITIES.items() if severity in word.severities]
    fields = sqlite.json_items(told, "fields")
    value = func.json_extract(told, literal('$.values."').op("||")(fields.c.value).op("||")('"'))
    deep = or_(
        sqlite.json_text(told, "message").contains(text, autoescape=True),
        sqlite.json_text(told, "episode").contains(text, autoescape=True),
        select(1).select_from(fields).where(value.contains(text, autoescape=True)).exists(),
    )
    # What stands plainly in the text is looked for there first: to take every one apart would cost a key its answer.
    plain = text.isascii() and text.isprintable() and not {'"', "\\"} & set(text)
    parts = [
        FINDINGS.c.weight.in_(weights),
        FINDINGS.c.rule.contains(text, autoescape=True),
        and_(told.contains(text, autoescape=True), deep) if plain else deep,
        FINDINGS.c.episode_number.in_(_episodes_of(text, agency)),
    ]
    if word.headers:
        within = select(1).select_from(fields).where(fields.c.value.in_(sorted(word.headers)))
        parts.append(within.exists())
    return or_(*parts)


def _episodes_of(text: str, agency: AgencyInfo) -> Select[Any]:
    """The episodes of clients whose reference or initials have a text."""
    here = LINES.c.agency_number == agency.number
    clients = [
        select(LINES.c.client_number).where(here, column.contains(text, autoescape=True))
        for column in (LINES.c.reference, LINES.c.initials)
    ]
    return select(EPISODES.c.number).where(EPISODES.c.client_number.in_(clients[0].union(clients[1])))


def numbered(connection: Connection, numbers: Collection[int]) -> dict[int, ListedFinding]:
    """Findings by their numbers, each with what its client's record holds; those that are gone are left out."""
    query = (
        select(
            FINDINGS.c.number, FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id,
            CLIENTS.c.id.label("client_id"), CLIENTS.c.typed, EPISODES.c.client_number, FINDINGS.c.episode_number,
            ACCEPTANCES.c.id.label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(ACCEPTANCES, ACCEPTANCES.c.number == FINDINGS.c.acceptance)
        .where(sqlite.among(FINDINGS.c.number, numbers))
    )  # fmt: skip
    return {
        row.number: ListedFinding(
            kept_findings.finding(row), json.loads(row.typed), row.client_number, row.episode_number
        )
        for row in connection.execute(query)
    }


def number_of(connection: Connection, one: Finding) -> int:
    """The number a finding has now that its episode may have been checked anew; 0 when it is not there any more."""
    its = select(EPISODES.c.number).where(EPISODES.c.id == one.episode_id).scalar_subquery()
    query = (
        select(FINDINGS.c.number)
        .where(
            FINDINGS.c.episode_number == its,
            FINDINGS.c.rule == one.rule,
            sqlite.json_text(FINDINGS.c.told, "field") == one.field,
            sqlite.json_text(FINDINGS.c.told, "event_id") == one.event_id,
        )
        .order_by(FINDINGS.c.number)
        .limit(1)
    )
    return int(connection.execute(query).scalar_one_or_none() or 0)
