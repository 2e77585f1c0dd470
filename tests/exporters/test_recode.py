"""One code in place of another over a list of clients: seen before, each as by hand, undone as one."""

from dataclasses import replace

import pytest

from exporters.records import recode
from exporters.records.recode import Recoding
from store.disk import audit, doctor
from store.facts import AgencyInfo, ClientQuery, Draft, NewerVersion, Who
from store.live import drafts
from store.records import agencies, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD
from tests.stores import ask, do
from validators.problems import Problem
from validators.standard.catalogue import load
from validators.standard.edition import GuardedFields

ANN, BOB = Who("ann", NOW), Who("bob", NOW)
ALL = ClientQuery()
HEADER = "CJACCMNEED"
OLD, NEW = "1", "2"
CHANGE = Recoding(HEADER, OLD, NEW)


@pytest.fixture
def filled(desk: Desk) -> tuple[AgencyInfo, list[str]]:
    """Four clients with an episode each, three of which hold the old code; the episodes."""
    agency = do(desk.store, ANN, agencies.ensure, "T0001", STANDARD.id)
    made = []
    for number, code in enumerate((OLD, OLD, NEW, OLD), 1):
        client = do(desk.store, ANN, save.create, "client", agency.id, "", {"CLIENT": f"C{number}"})
        made.append(do(desk.store, ANN, save.create, "episode", client.id, "", {HEADER: code, "PC": "NE1 4"}).id)
    return agency, made


def wrong(desk: Desk) -> list[str]:
    """What the doctor finds wrong with the records, as the audit has them."""
    return [one.message for one in ask(desk.store, doctor.examine) if one.name == "records" and not one.ok]


def codes(desk: Desk, episodes: list[str]) -> str:
    """What stands in each."""
    return "".join(ask(desk.store, read.get, "episode", id).values[HEADER] for id in episodes)


def test_it_is_seen_done_and_undone_as_one(desk: Desk, filled: tuple[AgencyInfo, list[str]]) -> None:
    agency, episodes = filled
    assert ask(desk.store, recode.values, agency, ALL, HEADER) == {OLD: 3, NEW: 1}
    seen = ask(desk.store, recode.preview, agency, STANDARD, ALL, CHANGE)
    assert [one.reference for one in seen.records] == ["C1", "C2", "C4"] and seen.drafted == 0
    before = ask(desk.store, audit.last_act)
    assert do(desk.store, ANN, recode.save, STANDARD, seen) == 3
    assert codes(desk, episodes) == NEW * 4 and ask(desk.store, audit.verify).whole
    rows = ask(desk.store, audit.between, before + 1, before + 9)
    assert [(one.act, one.field, one.old, one.new) for one in rows[:3]] == [("recode", HEADER, OLD, NEW)] * 3
    assert [one.act for one in rows[3:]] == ["recoded"], "one note"
    assert wrong(desk) == [], "the doctor takes nobody's recoding for another hand's"
    with pytest.raises(Problem, match="You recoded nothing"):
        do(desk.store, BOB, recode.take_back, agency)
    # What was done in one agency is not undone out of another one, which stands on the screen.
    other = do(desk.store, ANN, agencies.ensure, "T0002", STANDARD.id)
    with pytest.raises(Problem, match="What you recoded last is another agency's, not T0002's"):
        do(desk.store, ANN, recode.take_back, other)
    assert do(desk.store, ANN, recode.take_back, agency) == 3
    assert codes(desk, episodes) == OLD + OLD + NEW + OLD and wrong(desk) == []
    with pytest.raises(Problem, match="You recoded nothing"):
        do(desk.store, ANN, recode.take_back, agency)


def test_only_the_clients_of_the_list_are_changed_and_no_record_somebody_types_in(
    desk: Desk, filled: tuple[AgencyInfo, list[str]]
) -> None:
    agency, episodes = filled
    seen = ask(desk.store, recode.preview, agency, STANDARD, replace(ALL, text="C2"), CHANGE)
    assert [one.reference for one in seen.records] == ["C2"]
    for header, its in ((HEADER, {OLD: 1}), ("CLIENT", {"C2": 1})):
        assert ask(desk.store, recode.values, agency, replace(ALL, text="C2"), header) == its, "what is told is of them"
    do(desk.store, BOB, drafts.save, Draft("episode", episodes[0], {HEADER: "3"}, 1))
    seen = ask(desk.store, recode.preview, agency, STANDARD, ALL, CHANGE)
    assert [one.reference for one in seen.records] == ["C2", "C4"] and seen.drafted == 1
    gone = ask(desk.store, read.get, "episode", episodes[1])
    do(desk.store, BOB, save.delete, "episode", gone.id, gone.version)
    seen = ask(desk.store, recode.preview, agency, STANDARD, replace(ALL, filters=frozenset({"open"})), CHANGE)
    assert [one.reference for one in seen.records] == ["C4"]


def test_nothing_is_changed_where_somebody_was_quicker(desk: Desk, filled: tuple[AgencyInfo, list[str]]) -> None:
    agency, episodes = filled
    seen = ask(desk.store, recode.preview, agency, STANDARD, ALL, CHANGE)
    theirs = ask(desk.store, read.get, "episode", episodes[3])
    do(desk.store, BOB, save.change, "episode", theirs.id, {**theirs.values, "PC": "SR1 2"}, theirs.version)
    with pytest.raises(NewerVersion):
        do(desk.store, ANN, recode.save, STANDARD, seen)
    assert codes(desk, episodes) == OLD + OLD + NEW + OLD
    again = ask(desk.store, recode.preview, agency, STANDARD, ALL, CHANGE)
    do(desk.store, ANN, recode.save, STANDARD, again)
    now = ask(desk.store, read.get, "episode", episodes[0])
    do(desk.store, BOB, save.change, "episode", now.id, {**now.values, HEADER: "3"}, now.version)
    with pytest.raises(Problem, match="changed or deleted since"):
        do(desk.store, ANN, recode.take_back, agency)
    assert codes(desk, episodes) == "3" + NEW * 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Recoding("CONSENT", "Y", "N"), "Only fields with a list of codes"),
        (Recoding("SEX", "1", "2"), "Only fields with a list of codes"),
        (Recoding("PC", "NE1 4", "NE1"), "Only fields with a list of codes"),
        (Recoding(HEADER, OLD, OLD), "nothing to recode"),
        (Recoding(HEADER, "", NEW), "nothing to recode"),
        (Recoding(HEADER, OLD, "no code"), "is no code of"),
    ],
)
def test_what_is_no_code_or_says_who_somebody_is_is_refused(
    desk: Desk, filled: tuple[AgencyInfo, list[str]], change: Recoding, told: str
) -> None:
    with pytest.raises(Problem, match=told):
        ask(desk.store, recode.preview, filled[0], STANDARD, ALL, change)


def test_too_many_at_once_are_refused(
    desk: Desk, filled: tuple[AgencyInfo, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recode, "MOST", 2)
    with pytest.raises(Problem, match="That is 3 records, and at most 2"):
        ask(desk.store, recode.preview, filled[0], STANDARD, ALL, CHANGE)


def test_what_links_a_journey_to_what_was_sent_is_no_field_of_it() -> None:
    headers = {one.header for one in recode.fields(load("smds-wales"))}
    assert "EMPLOY" in headers and not headers & {"GENDER", "AGENCY"}


def test_an_answer_about_consent_is_no_field_of_it_for_whatever_it_was_asked() -> None:
    assert "CONSENT" not in {one.header for one in recode.fields(STANDARD)}
    guarded = replace(STANDARD, guarded=GuardedFields("ips", HEADER, frozenset({NEW}), ("PC",)))
    assert HEADER not in {one.header for one in recode.fields(guarded)}


def test_events_are_recoded_too(desk: Desk, filled: tuple[AgencyInfo, list[str]]) -> None:
    agency, episodes = filled
    event = do(desk.store, ANN, save.create, "event", episodes[1], "sub_intervention", {"RECPEER": "Y"})
    seen = ask(desk.store, recode.preview, agency, STANDARD, ALL, Recoding("RECPEER", "Y", "N"))
    assert [(one.record.id, one.reference) for one in seen.records] == [(event.id, "C2")]
    do(desk.store, ANN, recode.save, STANDARD, seen)
    assert ask(desk.store, read.get, "event", event.id).values["RECPEER"] == "N"
