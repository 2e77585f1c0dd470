"""Kept findings by what they have in common, counted in the database; and those of one such group, by the page."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from store import kept_findings, sqlite
from store.acceptance_shapes import By, FindingGroup
from store.checking import ACCEPTED
from store.episode_figures import SEVERITIES
from store.shapes import AgencyInfo
from store.tables import ACCEPTANCES, CLIENTS, EPISODES, FINDINGS
from validators.records import Finding


def _key(by: By) -> ColumnElement[Any]:
    """What the findings of a group share."""
    if by == "rule":
        return FINDINGS.c.rule
    if by == "field":
        return sqlite.json_text(FINDINGS.c.told, "field")
    return CLIENTS.c.id if by == "client" else EPISODES.c.id


def counted(connection: Connection, agency: AgencyInfo, by: By) -> list[FindingGroup]:
    """The groups, one for each severity that a group has: errors first, the largest first."""
    key, many = _key(by).label("key"), func.count().label("many")
    query = (
        select(
            key, FINDINGS.c.weight, many, ACCEPTED, func.min(CLIENTS.c.id).label("client"),
            func.min(EPISODES.c.external_id).label("episode"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(FINDINGS.c.agency_number == agency.number)
        .group_by(key, FINDINGS.c.weight)
        .order_by(FINDINGS.c.weight, many.desc(), key)
    )  # fmt: skip
    return [
        FindingGroup(row.key, SEVERITIES[row.weight], row.many, row.accepted, row.client, row.episode or "")
        for row in connection.execute(query)
    ]


def findings(connection: Connection, agency: AgencyInfo, by: By, key: str, offset: int, limit: int) -> list[Finding]:
    """Those of one group from `offset` on, errors first, then by rule, in order of entry."""
    query = (
        select(
            FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.told, EPISODES.c.id, CLIENTS.c.id.label("client_id"),
            ACCEPTANCES.c.id.label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .outerjoin(ACCEPTANCES, ACCEPTANCES.c.number == FINDINGS.c.acceptance)
        .where(FINDINGS.c.agency_number == agency.number, _key(by) == key)
        .order_by(FINDINGS.c.weight, FINDINGS.c.rule, FINDINGS.c.number)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return [kept_findings.finding(row) for row in connection.execute(query)]
