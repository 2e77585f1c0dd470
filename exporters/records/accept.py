"""Accepting warnings with a reason, for the values they are about, and taking that back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


def places(findings: Sequence[Finding]) -> tuple[tuple[str, ...], ...]:
    """Where warnings stand: of each its record, rule and field, whatever its values are."""
    return tuple((one.client_id, one.episode_id, one.event_id, one.rule, one.field) for one in findings)


@dataclass(frozen=True, slots=True)
class GroupWarnings:
    """The open warnings of a group of listed findings as a person is asked about them.

    `rules` are theirs, each with what it says of the first one; of more than one not all. `seen` tells each warning and
    its values from all others: the number it is listed by may be another one's after the next check.
    """

    rules: Mapping[str, str]
    seen: frozenset[int]


def group(store: "Store", who: Who, order: FindingOrder, index: int, asked: GroupWarnings, reason: str) -> int:
    """Accept the open warnings of a group, which are of one rule, as far as they are those that were `asked` about; a
    batch a transaction. Returns how many."""
    made = 0
    with store.reading() as snapshot:
        for page in open_warnings(snapshot, order, index, AT_ONCE):
            if left := [one for one in page if _told_apart(one) in asked.seen]:
                made += len(store.do(who, acceptances.accept, left, reason))
    return made


def asked_about(snapshot: Snapshot, order: FindingOrder, index: int) -> GroupWarnings:
    """The open warnings of a group, for whoever is asked whether they are accepted."""
    rules: dict[str, str] = {}
    seen: set[int] = set()
    for page in open_warnings(snapshot, order, index, AT_ONCE):
        for one in page:
            rules.setdefault(one.rule, one.message)
            seen.add(_told_apart(one))
        if len(rules) > 1:
            break
    return GroupWarnings(rules, frozenset(seen))


def _told_apart(one: Finding) -> int:
    """A number that a warning has in this process as long as it says the same of the same record."""
    return hash((one.rule, one.episode_id, one.event_id, tuple(sorted(one.values.items()))))


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
