"""The check of one client says the same to commands and to the panel beside the form; accepting goes by it."""

from datetime import timedelta

import pytest

from exporters.checks.caseload import check_caseload
from exporters.records import accept, check_client
from exporters.records.check_client import ClientCheck, StoredClient, kept_beside
from exporters.records.find import by_any_id
from exporters.work import Work
from store.facts import AgencyInfo, ClientTree, Who
from store.findings import acceptances
from store.records import agencies, read
from store.records import save as stored_save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, row, visit
from tests.stores import ask, do
from validators.problems import Problem
from validators.records import Finding, Severity

ANN = Who("ann", NOW)
WARNED = {"PARENT": "Y", "PRNTSTAT": ""}  # rule 74: a warning of the episode


def work_of(desk: Desk) -> Work:
    return Work(ask(desk.store, agencies.one), STANDARD, TODAY)


def tree_of(desk: Desk, wanted: str = "c1") -> ClientTree:
    return ask(desk.store, by_any_id, ask(desk.store, agencies.one), STANDARD, wanted).tree


def found(desk: Desk, wanted: str = "c1") -> list[Finding]:
    return ask(desk.store, check_client.findings, work_of(desk), tree_of(desk, wanted))


def test_a_fault_in_a_client_s_field_is_told_once_and_kept_for_each_episode(desk: Desk) -> None:
    desk.take([row("1", SEX=""), row("2", CLIENTID="c1", DOB=row("1")["DOB"], CLIENT="1001", SEX="")])
    tree = tree_of(desk)
    assert len(tree.episodes) == 2
    told = [one for one in found(desk) if one.field == "SEX"]
    each = [one for one in ask(desk.store, check_client.each_finding, work_of(desk), tree) if one.field == "SEX"]
    assert len(told) == 1 and len(each) == 2
    assert {one.episode_id for one in each} == {one.episode.id for one in tree.episodes}


def test_an_episode_beside_an_open_one_is_a_notice_until_one_is_closed(desk: Desk) -> None:
    same = {"CLIENTID": "c1", "DOB": row("1")["DOB"], "CLIENT": "1001"}
    desk.take([row("1", REFLD="20200901"), row("2", **same, REFLD="20200801")])
    tree = tree_of(desk)
    newer, older = (one.episode for one in tree.episodes)
    (told,) = [one for one in found(desk) if one.rule == "open-beside"]
    assert (told.rule, told.field, told.severity) == ("open-beside", "REFLD", Severity.NOTICE)
    assert told.message == "Another episode of this client is open" and told.episode_id == newer.id, "the later one"
    typed = {older.id: {**older.values, "DISD": "20201001", "CJDISRSN": "01"}}
    said = ask(desk.store, check_client.findings, work_of(desk), tree, typed)
    assert [one.rule for one in said if one.rule == "open-beside"] == []
    typed = {newer.id: {**newer.values, "REFLD": ""}}
    said = ask(desk.store, check_client.findings, work_of(desk), tree, typed)
    assert [one.episode_id for one in said if one.rule == "open-beside"] == [newer.id], "without a day it is the newest"


def test_what_is_typed_is_judged_in_place_of_what_is_saved(desk: Desk) -> None:
    desk.take([row("1")])
    tree = tree_of(desk)
    typed = {tree.client.id: {**tree.client.values, "SEX": ""}}
    assert found(desk) == []
    told = ask(desk.store, check_client.findings, work_of(desk), tree, typed)
    assert [one.field for one in told] == ["SEX"]


def test_what_shows_only_between_records_is_told_until_its_value_is_another(desk: Desk) -> None:
    desk.take([row("1") | visit("1"), row("2") | visit("2")])
    work, tree = work_of(desk), tree_of(desk, "c2")
    event = tree.episodes[0].events[0]
    do(desk.store, ANN, stored_save.change, "event", event.id, {**event.values, "SUBMID": "s1"}, event.version)
    assert found(desk, "c2") == []  # nobody has compared the records yet
    check_caseload(desk.store, work.agency, work.checker, TODAY, NOW)
    (told,) = found(desk, "c2")
    assert told.field == "SUBMID" and told.event_id == event.id
    tree = tree_of(desk, "c2")
    check = ClientCheck(work.checker, ask(desk.store, kept_beside, work.agency, STANDARD, tree.client.id))
    typed = {event.id: {**event.values, "SUBMID": "s3"}}
    assert check.findings(StoredClient(tree), TODAY) == [told]
    check.forget()
    assert check.findings(StoredClient(tree, typed), TODAY) == []


def test_nothing_found_is_remembered_past_a_change_or_a_day(desk: Desk) -> None:
    desk.take([row("1")])
    work, tree = work_of(desk), tree_of(desk)
    check, typed = ClientCheck(work.checker), {tree.client.id: {**tree.client.values, "SEX": ""}}
    assert check.findings(StoredClient(tree), TODAY) == []
    assert check.findings(StoredClient(tree, typed), TODAY) == []  # until it is told that a value is another
    check.forget(tree.episodes[0].episode.id)
    assert len(check.findings(StoredClient(tree, typed), TODAY)) == 1
    assert check.findings(StoredClient(tree), TODAY + timedelta(days=1)) == []


def test_an_accepted_warning_is_marked_until_it_is_taken_back(desk: Desk) -> None:
    desk.take([row("1", **WARNED)])
    work = work_of(desk)
    record = ask(desk.store, by_any_id, work.agency, STANDARD, "e1")
    (warning,) = ask(desk.store, accept.of_rule, work, record, "74")
    assert warning.severity is Severity.WARNING and not warning.accepted
    (made,) = accept.found_now(desk.store, work, ANN, [warning], "known")
    assert [one.accepted for one in found(desk)] == [made.id]
    (ended,) = do(desk.store, ANN, accept.withdraw, [made.id])
    assert ended.withdrawn_by == "ann" and [one.accepted for one in found(desk)] == [""]
    with pytest.raises(Problem, match="nothing to take back"):
        do(desk.store, ANN, accept.withdraw, [made.id])


def test_of_several_acceptances_all_are_taken_back_or_none(desk: Desk) -> None:
    desk.take([row("1", **WARNED)])
    work = work_of(desk)
    record = ask(desk.store, by_any_id, work.agency, STANDARD, "c1")
    made = accept.found_now(desk.store, work, ANN, ask(desk.store, accept.of_rule, work, record, "74"), "known")
    with pytest.raises(Problem, match="There is no acceptance"):
        do(desk.store, ANN, accept.withdraw, [made[0].id, "nothing"])
    assert ask(desk.store, acceptances.listed, work.agency) == made


def test_a_client_without_an_episode_is_judged_by_the_client_s_fields_alone(desk: Desk) -> None:
    with desk.store.writing(ANN) as unit:
        agency: AgencyInfo = agencies.ensure(unit, "T0123", STANDARD.id)
        client = stored_save.create(unit, "client", agency.id, "", {"SEX": "7"})
    tree = ask(desk.store, read.tree, client.id)
    told = ask(desk.store, check_client.findings, work_of(desk), tree)
    assert "SEX" in {one.field for one in told}
    assert all(STANDARD.by_header[header].level == "client" for one in told for header in one.fields)
