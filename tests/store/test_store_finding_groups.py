"""Kept findings in groups: in which order they come, of which agency, and how the store is read for them."""

import pytest

from store.facts import AgencyInfo, Who
from store.findings import queries
from store.findings.acceptance_facts import By
from store.records import agencies
from store.store import Store
from tests.store.small_standard import NOW
from tests.store.test_store_acceptances import check
from tests.store.test_store_desk import one_client
from tests.stores import ask
from validators.records import EpisodeRecord, Finding, Severity


def told(rule: str, severity: Severity = Severity.ERROR) -> Finding:
    """A finding of a rule."""
    return Finding(severity, rule, "PC", ("PC",), f"Rule {rule} says so.", {"PC": ""})


def loaded(store: Store, agency: AgencyInfo, references: str) -> None:
    """A client with an episode for each letter, in that order."""
    for letter in references:
        one_client(store, agency, episodes=1, CLIENT=letter)


def named(store: Store, agency: AgencyInfo, by: By) -> list[tuple[str, list[str]]]:
    """The groups of a list, each by its client's reference, with the rules of its findings."""
    order = ask(store, queries.order, agency, by)
    groups = []
    for group in range(len(order.keys)):
        start, end = order.span(group)
        numbers = list(order.numbers[start:end])
        found = ask(store, queries.numbered, numbers)
        assert {found[one].key(by) for one in numbers} == {order.keys[group]}
        assert [int(found[one].finding.severity is not Severity.ERROR) for one in numbers] == list(
            order.marks[start:end]
        )
        groups.append((found[numbers[0]].client["CLIENT"], [found[one].finding.rule for one in numbers]))
    return groups


def by_reference(record: EpisodeRecord) -> list[Finding]:
    """What is found of some: b is weightiest, then a as often as d; c has a warning, e nothing."""
    rules = {"a": ["2"], "b": ["9", "1", "2"], "d": ["1"]}.get(record.client["CLIENT"], [])
    warnings = [told("5", Severity.WARNING)] if record.client["CLIENT"] in "cb" else []
    return [*warnings, *map(told, rules)]


@pytest.mark.parametrize("by", ["client", "episode"])
def test_groups_come_by_weight_size_and_name(store: Store, agency: AgencyInfo, by: By) -> None:
    loaded(store, agency, "dcbae")
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.ensure(work, "X9999", agency.standard)
    loaded(store, other, "ab")
    check(store, agency, by_reference)
    check(store, other, by_reference)
    assert named(store, agency, by) == [("b", ["1", "2", "9", "5"]), ("a", ["2"]), ("d", ["1"]), ("c", ["5"])]
    assert named(store, other, by) == [("b", ["1", "2", "9", "5"]), ("a", ["2"])]


@pytest.mark.parametrize("by", ["rule", "field", "client", "episode"])
def test_no_episode_and_no_client_is_looked_up_by_itself(store: Store, agency: AgencyInfo, by: By) -> None:
    with store.reading() as snapshot:
        connection = snapshot.connection
        query = queries._shared(agency, by, (), ()).compile(store._engine, compile_kwargs={"literal_binds": True})
        plan = [str(step[3]) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert not [step for step in plan if "PRIMARY KEY" in step], plan
    for table in ("episode", "client_line"):
        assert not [step for step in plan if step.startswith(f"SCAN {table}") and "COVERING INDEX" not in step], plan
    # Else it would run through one for every row of another: quadratic.
    assert len([step for step in plan if step.startswith("SEARCH")]) == (2 if by in ("client", "episode") else 0), plan
