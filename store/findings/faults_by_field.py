"""Faults in certain fields of all that is kept, sent or not: what a wrong date keeps out of a return is not lost."""

from collections.abc import Collection, Iterator

from sqlalchemy import literal, or_, select

from store.disk.tables import CLIENTS, EPISODES, FINDINGS
from store.facts import AgencyInfo
from store.findings import results
from store.findings.figures import WEIGHTS
from store.snapshot import Snapshot
from validators.records import Finding, Severity


def faults_in(snapshot: Snapshot, agency: AgencyInfo, headers: Collection[str]) -> Iterator[tuple[Finding, bool]]:
    """The errors and unaccepted warnings of the last check that name any of these fields, of what is not deleted.

    By episode; with each whether consent is given to send the episode in full.
    """
    consented = snapshot.derivers[agency.standard].consented
    query = (
        select(
            FINDINGS.c.weight,
            FINDINGS.c.rule,
            FINDINGS.c.told,
            EPISODES.c.id,
            EPISODES.c.consent,
            CLIENTS.c.id.label("client_id"),
            literal("").label("accepted"),
        )
        .join(EPISODES, EPISODES.c.number == FINDINGS.c.episode_number)
        .join(CLIENTS, CLIENTS.c.number == EPISODES.c.client_number)
        .where(
            FINDINGS.c.agency_number == agency.number,
            FINDINGS.c.weight <= WEIGHTS[Severity.WARNING],
            FINDINGS.c.acceptance == 0,
            EPISODES.c.deleted_at.is_(None),
            CLIENTS.c.deleted_at.is_(None),
            # Only those that may matter are taken apart.
            or_(*(FINDINGS.c.told.contains(f'"{header}"', autoescape=True) for header in headers)),
        )
        .order_by(FINDINGS.c.episode_number, FINDINGS.c.weight, FINDINGS.c.number)
    )
    for row in snapshot.connection.execute(query):
        yield results.finding(row), consented is None or row.consent in consented
