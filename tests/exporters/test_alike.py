"""The same person entered twice: told at the field, listed, and found by the store's check as by that of the file."""

import pytest

from exporters.checks.caseload import check_caseload
from exporters.checks.file_check import check_file
from exporters.records import find, worklists
from store.clients import search
from store.facts import AgencyInfo, ClientQuery, Filter, Who
from store.findings import queries
from store.records import agencies, merge, read
from store.records import save as stored_save
from store.store import Store
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, check, row
from tests.exporters.journeys import Returns
from tests.stores import ask
from tests.validators.builders_smds import TODAY as WELSH_TODAY
from tests.validators.builders_smds import WALES, modality, nhs_number
from validators.records import Finding
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.model import Standard

ANN = Who("ann", NOW)
DOUBLES: frozenset[Filter] = frozenset({"doubles"})


def between(store: Store, agency: AgencyInfo, rules: set[str]) -> list[tuple[str, str, str]]:
    """What the store's own check keeps under some rules: rule, the field, and whom it names."""
    found = ask(store, queries.findings, agency, limit=1000)
    return sorted((one.rule, one.field, one.message.partition("(")[0]) for one in found if one.rule in rules)


def of_file(findings: list[Finding], rules: set[str]) -> list[tuple[str, str, str]]:
    """The same of a written file, which names lines where the store names clients."""
    return sorted((one.rule, one.field, one.message.partition("(")[0]) for one in findings if one.rule in rules)


def test_two_clients_who_are_alike_are_found_in_the_store_as_in_the_file(desk: Desk) -> None:
    same = {"DOB": "19800229"}
    desk.take([row("1"), row("2", **same), row("3", **same, SEX="2"), row("4", **same, DAT="A12B"), row("5")])
    agency = ask(desk.store, agencies.one)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    report = check(desk.send().file)
    kept = between(desk.store, agency, {"twice"})
    assert len(kept) == 1 and kept == of_file(list(report.findings), {"twice"})
    # Mended, it goes by the next check.
    record = next(one for one in ask(desk.store, read.episodes, agency) if one.client["CLIENT"] == "1002")
    with desk.store.writing(ANN) as unit:
        client = read.get(unit, "client", record.client_id)
        stored_save.change(unit, "client", client.id, {**client.values, "SINITIAL": "Z"}, client.version)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    assert between(desk.store, agency, {"twice"}) == []


def test_one_nhs_number_for_two_people_is_found_in_the_store_as_in_the_file(wales: Returns) -> None:
    shared = nhs_number("12345678")
    for number, initial in (("1001", "A"), ("1002", "C"), ("1003", "D")):
        own = shared if number != "1003" else nhs_number("87654321")
        wales.keyed(modality(), CLIENTNO=number, FORENAME1=initial, NHSNO=own)
    check_caseload(wales.store, wales.agency, Checker(WALES), WELSH_TODAY, NOW)
    receipt = wales.export("2026-03", "full")
    report = check_file(receipt.file, WALES, Context(WELSH_TODAY))
    kept = between(wales.store, wales.agency, {"nhs-number"})
    assert len(kept) == 1 and kept == of_file(list(report.findings), {"nhs-number"})


def rows(store: Store, agency: AgencyInfo) -> set[str]:
    """Who is listed as perhaps entered twice, by reference."""
    found = ask(store, search.page, agency, ClientQuery(filters=DOUBLES), 0, 99)
    assert len(found) == ask(store, search.count, agency, ClientQuery(filters=DOUBLES))
    return {one.reference for one in found}


def test_possible_doubles_are_listed_until_they_are_one(desk: Desk) -> None:
    same = {"DOB": "19800229"}
    desk.take([row("1"), row("2", **same), row("3", **same, SEX="2"), row("4", CLIENT="1009"), row("5", CLIENT="1009")])
    agency = ask(desk.store, agencies.one)
    assert rows(desk.store, agency) == {"1001", "1002", "1009"}
    assert {one.name: one.number for one in ask(desk.store, worklists.counts, agency, STANDARD, TODAY)}["doubles"] == 4
    numbered = {one.client["CLIENT"]: one.client_id for one in ask(desk.store, read.episodes, agency)}
    with desk.store.writing(ANN) as unit:
        merge.merge(unit, numbered["1001"], numbered["1002"])
    assert rows(desk.store, agency) == {"1009"}
    gone = ask(desk.store, search.page, agency, ClientQuery(filters=frozenset({"deleted"})), 0, 9)
    assert [(one.reference, one.merged_into) for one in gone] == [("1002", "1001")]


def test_the_list_of_doubles_and_the_look_at_a_number_walk_indexes(desk: Desk) -> None:
    desk.take([row("1"), row("2")])
    agency = ask(desk.store, agencies.one)
    asked: list[str] = []
    with desk.store.reading() as snapshot:
        raw = snapshot.connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(asked.append)
        search.page(snapshot, agency, ClientQuery(filters=DOUBLES), 0, 9)
        find.known_already(snapshot, agency, STANDARD, row("1"))
        raw.set_trace_callback(None)
        plans = [
            line[3]
            for text in asked
            if text.startswith("SELECT") and " client" in text
            for line in raw.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()
        ]
    assert len(plans) > 5
    assert not [one for one in plans if one.startswith("SCAN client") and "INDEX" not in one]
    assert any("ix_client_alike" in one for one in plans) and any("ix_client_reference" in one for one in plans)


@pytest.mark.parametrize("standard", [STANDARD, WALES], ids=["england", "wales"])
def test_a_number_of_somebody_elses_is_told_before_who_is_alike(desk: Desk, wales: Returns, standard: Standard) -> None:
    if standard is STANDARD:
        desk.take([row("1"), row("2")])
        store, agency, header, values = desk.store, ask(desk.store, agencies.one), "CLIENT", row("2", CLIENT="1001")
        label = "same client reference"
    else:
        number = nhs_number("12345678")
        wales.keyed(modality(), CLIENTNO="1001", NHSNO=number)
        store, agency, header = wales.store, wales.agency, "NHSNO"
        values = {"NHSNO": f"{number[:3]} {number[3:6]} {number[6:]}"}
        label = "same NHS number"
    found = ask(store, find.known_already, agency, standard, values)
    assert label in found[0].why
    ids = [one.row.id for one in found]
    assert ask(store, find.known_already, agency, standard, values, leave_out=ids) == []
    assert ask(store, find.known_already, agency, standard, {header: ""}) == []
