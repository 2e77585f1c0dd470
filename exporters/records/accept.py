"""Accepting warnings with a reason, for the values they are about, and taking that back."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from exporters.records import check_client
from exporters.records.find import FoundRecord, records_of
from exporters.work import Work
from store.facts import Who
from store.findings import acceptances, queries
from store.findings.acceptance_facts import AcceptanceInfo
from store.findings.facts import FindingOrder
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.records import Finding, Severity
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.store import Store

AT_ONCE = 500
"""Warnings accepted in one transaction: others wait to save while it lasts."""
PORTAL = Sentence("It counts as a warning all the same: the {portal} knows no acceptance.")


def found_now(store: "Store", work: Work, who: Who, findings: Sequence[Finding], reason: str) -> list[AcceptanceInfo]:
    """Accept warnings that were found just now, once the kept findings are those of now; return what was accepted.

    Takes the store, because a check keeps its results in a unit of work of its own. Raises as `acceptances.accept`.
    """
    check_client.keep(store, work, {one.episode_id for one in findings}, who.at)
    return store.do(who, acceptances.accept, findings, reason)


def of_rule(snapshot: Snapshot, work: Work, found: FoundRecord, rule: str) -> list[Finding]:
    """What a rule finds now in a record and what stands under it, in every episode, also what is accepted."""
    record = found.record
    own = {one.id for one in records_of(found.tree) if record.id in (one.id, one.parent_id)}
    return [
        one
        for one in check_client.each_finding(snapshot, work, found.tree)
        if one.rule == rule and (record.kind == "client" or {one.episode_id, one.event_id} & own)
    ]


def group(store: "Store", who: Who, order: FindingOrder, index: int, *, rule: str, reason: str) -> int:
    """Accept the open warnings of a rule in a group of listed findings, a batch a transaction; return how many."""
    made = 0
    with store.reading() as snapshot:
        for page in open_warnings(snapshot, order, index, AT_ONCE):
            if left := [one for one in page if one.rule == rule]:
                made += len(store.do(who, acceptances.accept, left, reason))
    return made


def rules_of(snapshot: Snapshot, order: FindingOrder, index: int) -> dict[str, str]:
    """The rules of a group's open warnings, each with what it says of the first one; of more than one not all."""
    rules: dict[str, str] = {}
    for page in open_warnings(snapshot, order, index, AT_ONCE):
        for one in page:
            rules.setdefault(one.rule, one.message)
        if len(rules) > 1:
            break
    return rules


def open_warnings(snapshot: Snapshot, order: FindingOrder, index: int, many: int) -> Iterator[list[Finding]]:
    """A group's warnings that nobody accepted, so many at a time; the group is named by its place in the order."""
    start, end = order.span(index)
    for at in range(start, end, many):
        numbers = order.numbers[at : min(at + many, end)]
        found = queries.numbered(snapshot, numbers)
        listed = [found[number] for number in numbers if number in found]
        own = [one.finding for one in listed if str(one.key(order.by)) == str(order.keys[index])]
        yield [one for one in own if one.severity is Severity.WARNING and not one.accepted]


def withdraw(unit: UnitOfWork, ids: Sequence[str]) -> list[AcceptanceInfo]:
    """Take acceptances back: the warnings are open again. Raises Problem when one is not in force; then none is."""
    return [acceptances.withdraw(unit, id) for id in ids]
