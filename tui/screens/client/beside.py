"""What shows only between clients or episodes (an identifier used twice): found by the check of the whole caseload."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from store.shapes import AgencyInfo
from validators.patterns import FILE_PATTERNS
from validators.records import Finding
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from tui.screens.client.case import Case

MOST = 200
"""Nobody has as many findings; one read is to be enough."""


def kept(store: "Store", agency: AgencyInfo, standard: Standard, client_id: str) -> tuple[Finding, ...]:
    """In a thread: what the last check kept about a client and no check of the client alone can say."""
    rules = {rule.id for rule in standard.rules if any(row.pattern in FILE_PATTERNS for row in rule.rows)}
    found = store.findings(agency, client_id=client_id, limit=MOST)
    return tuple(one for one in found if one.rule in rules)


def still(case: "Case", found: Iterable[Finding], told: Sequence[Finding]) -> list[Finding]:
    """Those that still hold as far as one can tell here: the value that was found stands in its field.

    What the client's own check says as well is left out.
    """
    known = {(one.rule, one.field, one.episode_id, one.event_id) for one in told}
    left = []
    for one in found:
        field = case.standard.by_header.get(one.field)
        if field is None or (one.rule, one.field, one.episode_id, one.event_id) in known:
            continue
        id = {"client": case.client.id, "episode": one.episode_id, "event": one.event_id}[field.level]
        held = case.by_id.get(id)
        if held is not None and not case.is_gone(held) and held.values.get(one.field, "") == one.values.get(one.field):
            left.append(one)
    return left
