"""Worklists: who is on each, when he leaves it, and where in the client one is led."""

from dataclasses import replace
from datetime import date

import pytest

from exporters.records import consent, worklists
from exporters.records.worklists import WaitingPlace
from exporters.work import Work
from store.clients import search
from store.disk import audit
from store.facts import AgencyInfo, Kind, NotedSince, Who, Worklist
from store.records import agencies, carried, field_notes, merge, read, save
from store.store import open_store
from tests.exporters.desks import Desk, standards
from tests.exporters.extracts import NOW, STANDARD
from tests.exporters.journeys import Returns
from tests.stores import ask, do
from validators.problems import Problem
from validators.standard.catalogue import load

ANN, BOB = Who("ann", NOW), Who("bob", NOW)
TODAY = date(2021, 1, 10)


def numbers(desk: Desk, agency: AgencyInfo, today: date = TODAY, weeks: int = 12) -> dict[str, int]:
    """The worklists somebody is on, with how many there are."""
    found = ask(desk.store, worklists.counts, agency, STANDARD, today, weeks)
    return {one.name: one.number for one in found if one.number}


def one_client(desk: Desk, **episode: str) -> tuple[AgencyInfo, str, str]:
    """A client with an episode: the agency, the ids of the two."""
    agency = do(desk.store, ANN, agencies.ensure, "T0001", STANDARD.id)
    client = do(desk.store, ANN, save.create, "client", agency.id, "", {"CLIENT": "C1", "FINITIAL": "A"})
    made = do(desk.store, ANN, save.create, "episode", client.id, "", episode)
    return agency, client.id, made.id


def change(desk: Desk, record_id: str, **values: str) -> None:
    """Give an episode other values."""
    theirs = ask(desk.store, read.get, "episode", record_id)
    do(desk.store, ANN, save.change, "episode", record_id, {**theirs.values, **values}, theirs.version)


def test_an_open_episode_waits_until_it_is_begun_answered_and_closed(desk: Desk) -> None:
    agency, _, episode_id = one_client(desk, REFLD="20200105")
    assert numbers(desk, agency) == {"quiet": 1, "not_begun": 1, "over_a_year": 1, "no_answer": 1}
    change(desk, episode_id, CONSENT="Y", CPLANDT="20200110")
    assert numbers(desk, agency) == {"quiet": 1, "over_a_year": 1}
    assert numbers(desk, agency, date(2021, 1, 4)) == {"quiet": 1}, "a year is not yet over"
    change(desk, episode_id, DISD="20210109")
    assert numbers(desk, agency) == {}


@pytest.mark.parametrize(("closed", "waits"), [("20190101", 1), ("20181231", 0), ("soon", 1), ("20201231", 1)])
def test_a_closed_episode_without_an_answer_waits_as_long_as_an_extract_takes_it(
    desk: Desk, closed: str, waits: int
) -> None:
    agency, client_id, episode_id = one_client(desk, REFLD="20170105", CPLANDT="20170110", DISD=closed)
    wanted, work = worklists.query("no_answer", TODAY), Work(agency, STANDARD, TODAY)
    assert numbers(desk, agency).get("no_answer", 0) == waits, "the return of December begins on 1 January 2019"
    assert ask(desk.store, search.ids, agency, wanted, 0, 9) == [client_id] * waits
    its = WaitingPlace(episode_id, "", "CONSENT") if waits else WaitingPlace()
    assert ask(desk.store, worklists.place, work, ask(desk.store, read.tree, client_id), "no_answer") == its
    assert [one.episode_id for one in ask(desk.store, consent.unanswered, agency, TODAY)] == [episode_id] * waits
    assert len(ask(desk.store, consent.unanswered, agency, TODAY, ever=True)) == 1
    change(desk, episode_id, CONSENT="N")
    assert numbers(desk, agency) == {} and ask(desk.store, search.ids, agency, wanted, 0, 9) == []


def test_one_who_has_several_episodes_waits_with_the_one_that_is_still_sent(desk: Desk) -> None:
    agency, client_id, _ = one_client(desk, REFLD="20120105", DISD="20121231")
    assert numbers(desk, agency) == {}
    made = do(desk.store, ANN, save.create, "episode", client_id, "", {"REFLD": "20200105", "DISD": "20200301"})
    assert numbers(desk, agency) == {"no_answer": 1}
    tree, work = ask(desk.store, read.tree, client_id), Work(agency, STANDARD, TODAY)
    assert ask(desk.store, worklists.place, work, tree, "no_answer") == WaitingPlace(made.id, "", "CONSENT")
    do(desk.store, ANN, save.delete, "episode", made.id, made.version)
    assert numbers(desk, agency) == {}


def test_whoever_withholds_consent_waits_for_nothing(desk: Desk) -> None:
    agency, _, episode_id = one_client(desk, REFLD="20180105", CONSENT="N")
    assert numbers(desk, agency) == {}
    change(desk, episode_id, CONSENT="Y")
    assert numbers(desk, agency) == {"quiet": 1, "not_begun": 1, "over_a_year": 1}


@pytest.mark.parametrize(("day", "weeks", "waits"), [("20201018", 12, 1), ("20201019", 12, 0), ("20201019", 11, 1)])
def test_an_episode_is_quiet_so_many_weeks_after_its_last_event(desk: Desk, day: str, weeks: int, waits: int) -> None:
    agency, _, episode_id = one_client(desk, REFLD="20200901", CONSENT="Y", CPLANDT="20200902")
    event = do(desk.store, ANN, save.create, "event", episode_id, "sub_intervention", {"SUBMODDT": day})
    assert numbers(desk, agency, weeks=weeks).get("quiet", 0) == waits
    do(desk.store, ANN, save.delete, "event", event.id, event.version)
    assert numbers(desk, agency, weeks=weeks) == {"quiet": 1}, "a deleted event is none"


def test_a_date_that_is_none_does_not_count_and_a_client_without_any_counts_from_his_entry(desk: Desk) -> None:
    agency, *_ = one_client(desk, REFLD="soon", CONSENT="Y", CPLANDT="z")
    assert numbers(desk, agency) == {}
    assert numbers(desk, agency, date(2021, 4, 5)) == {"quiet": 1}


def test_a_value_taken_over_waits_until_it_is_confirmed(desk: Desk) -> None:
    agency, client_id, episode_id = one_client(desk, REFLD="20210105", CONSENT="Y", CPLANDT="20210105", PC="NE1 4")
    before = ask(desk.store, read.get, "episode", episode_id)
    do(desk.store, ANN, carried.keep, "episode", episode_id, {"PC"})
    assert numbers(desk, agency) == {"unconfirmed": 1}
    tree = ask(desk.store, read.tree, client_id)
    assert ask(desk.store, worklists.place, Work(agency, STANDARD, TODAY), tree, "unconfirmed") == WaitingPlace(
        episode_id, "", "PC"
    )
    do(desk.store, ANN, carried.confirm, "episode", episode_id, {"PC"})
    assert numbers(desk, agency) == {} and ask(desk.store, read.get, "episode", episode_id) == before


def test_a_note_on_a_field_is_a_worklist_until_it_is_answered(desk: Desk) -> None:
    agency, client_id, episode_id = one_client(desk, REFLD="20210105", CONSENT="Y", CPLANDT="20210105")
    do(desk.store, ANN, field_notes.keep, "episode", episode_id, "PC", " asked,\twaits for form ")
    assert numbers(desk, agency) == {"noted": 1}
    (note,) = ask(desk.store, field_notes.listed, agency)
    assert (note.text, note.field, note.person, note.reference) == ("asked, waits for form", "PC", "ann", "C1")
    tree = ask(desk.store, read.tree, client_id)
    told = WaitingPlace(episode_id, "", "PC", "asked, waits for form")
    assert ask(desk.store, worklists.place, Work(agency, STANDARD, TODAY), tree, "noted") == told
    do(desk.store, ANN, field_notes.keep, "client", client_id, "DOB", "on the form?")
    do(desk.store, ANN, field_notes.keep, "episode", episode_id, "PC", "")
    assert numbers(desk, agency) == {"noted": 1}
    do(desk.store, ANN, field_notes.keep, "client", client_id, "DOB", "")
    assert numbers(desk, agency) == {} and ask(desk.store, field_notes.of_client, client_id) == []
    acts = [one for one in ask(desk.store, audit.history, [episode_id]) if one.act == field_notes.ACT]
    assert [(one.field, one.old, one.new) for one in acts] == [
        ("PC", None, "asked, waits for form"),
        ("PC", "asked, waits for form", None),
    ]


def test_a_note_goes_with_its_record_when_that_is_deleted_or_merged(desk: Desk) -> None:
    agency, client_id, episode_id = one_client(desk, REFLD="20210105", CONSENT="Y", CPLANDT="20210105")
    event = do(desk.store, ANN, save.create, "event", episode_id, "referral", {"REFDATE": "20210106"})
    do(desk.store, ANN, field_notes.keep, "event", event.id, "REFDATE", "which day?")
    other = do(desk.store, ANN, save.create, "client", agency.id, "", {"CLIENT": "C2"})
    do(desk.store, ANN, merge.merge, other.id, client_id)
    assert [one.client_id for one in ask(desk.store, field_notes.listed, agency)] == [other.id]
    assert ask(desk.store, search.ids, agency, worklists.query("noted", TODAY), 0, 9) == [other.id]
    do(desk.store, ANN, save.delete, "event", event.id, 1)
    assert numbers(desk, agency) == {} and ask(desk.store, field_notes.listed, agency) == []
    with pytest.raises(Problem, match="is deleted"):
        do(desk.store, ANN, field_notes.keep, "event", event.id, "REFDATE", "?")


def test_a_note_is_not_written_over_by_who_saw_another_one(desk: Desk) -> None:
    _, _, episode_id = one_client(desk)
    kind: Kind = "episode"
    place = (kind, episode_id, "PC")
    do(desk.store, ANN, field_notes.keep, *place, "asked", before="")
    with pytest.raises(NotedSince, match="ann changed the note meanwhile") as met:
        do(desk.store, BOB, field_notes.keep, *place, "moves in May", before="")
    assert met.value.theirs == "asked"
    do(desk.store, BOB, field_notes.keep, *place, "", before="asked")
    with pytest.raises(NotedSince, match="bob changed the note meanwhile") as met:
        do(desk.store, ANN, field_notes.keep, *place, "asked twice", before="asked")
    assert met.value.theirs == ""
    do(desk.store, ANN, field_notes.keep, *place, "asked twice", before="")


def test_a_note_is_one_line_that_can_be_kept(desk: Desk) -> None:
    _, _, episode_id = one_client(desk)
    with pytest.raises(Problem, match="at most 200 characters"):
        do(desk.store, ANN, field_notes.keep, "episode", episode_id, "PC", "x" * 201)
    with pytest.raises(Problem, match="cannot be stored"):
        do(desk.store, ANN, field_notes.keep, "episode", episode_id, "PC", "\ud800")


@pytest.mark.parametrize(
    ("name", "header"), [("not_begun", "CPLANDT"), ("no_answer", "CONSENT"), ("over_a_year", "DISD"), ("quiet", "")]
)
@pytest.mark.parametrize("answer", ["", "Refused by phone"])
def test_one_is_led_to_the_field_that_waits(desk: Desk, name: Worklist, header: str, answer: str) -> None:
    """A word where an answer about consent belongs is none: it was on each list, which led to no episode of it."""
    agency, client_id, _ = one_client(desk, REFLD="20180101", DISD="20190101")
    made = do(desk.store, ANN, save.create, "episode", client_id, "", {"REFLD": "20191001", "CONSENT": answer})
    assert numbers(desk, agency)[name] == 1
    tree = ask(desk.store, read.tree, client_id)
    assert ask(desk.store, worklists.place, Work(agency, STANDARD, TODAY), tree, name) == WaitingPlace(
        made.id, "", header
    )


def test_a_worklist_is_walked_in_the_order_of_its_list_past_those_that_are_done(desk: Desk) -> None:
    agency, *_ = one_client(desk, REFLD="20210105", CONSENT="Y")
    episodes = {"C1": ""}
    for name in ("C3", "C2", "C4"):
        client = do(desk.store, ANN, save.create, "client", agency.id, "", {"CLIENT": name})
        episodes[name] = do(desk.store, ANN, save.create, "episode", client.id, "", {"CONSENT": "Y"}).id
    wanted = worklists.query("not_begun", TODAY)
    its = ask(desk.store, worklists.walk, agency, "not_begun", wanted, "", 0)
    names = {id: ask(desk.store, read.get, "client", id).values["CLIENT"] for id in its.ids}
    assert list(names.values()) == ["C1", "C2", "C3", "C4"]
    change(desk, episodes["C2"], CPLANDT="20210106")
    ids = {name: id for id, name in names.items()}
    on = [ask(desk.store, worklists.onward, agency, its, ids[name], 1) for name in ("C1", "C2", "C3", "C4")]
    assert [names.get(id, "") for id in on] == ["C3", "C3", "C4", ""]
    back = [ask(desk.store, worklists.onward, agency, its, ids[name], -1) for name in ("C4", "C3", "C1")]
    assert [names.get(id, "") for id in back] == ["C3", "C1", ""]
    few = replace(wanted, filters=frozenset({"not_begun", "open"}), text="C4")
    assert ask(desk.store, search.ids, agency, few, 0, 9) == [ids["C4"]]


def test_what_is_on_a_worklist_of_many_is_known_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    agency, client_id, _ = one_client(desk, REFLD="20180105")
    other = do(desk.store, ANN, save.create, "client", agency.id, "", {"CLIENT": "C2"})
    do(desk.store, ANN, save.create, "episode", other.id, "", {"REFLD": "20170101"})
    monkeypatch.setattr(search, "FEW", 1)
    monkeypatch.setattr(search, "MANY", 1)
    for name in ("quiet", "not_begun"):
        wanted = worklists.query(name, TODAY)
        assert ask(desk.store, search.at_least, agency, wanted) == (2, False)
        assert ask(desk.store, search.count, agency, wanted) == 2
        assert ask(desk.store, search.ids, agency, wanted, 0, 9) == [client_id, other.id]
        assert ask(desk.store, search.holds, agency, wanted, other.id)
        assert not ask(desk.store, search.holds, agency, wanted, "nobody")


def test_a_store_from_before_counts_the_same_once_it_is_opened(desk: Desk) -> None:
    agency, *_ = one_client(desk, REFLD="20180105")
    before = numbers(desk, agency)
    with desk.store.writing(ANN) as unit:
        unit.connection.exec_driver_sql("DELETE FROM client_line")
    with open_store(desk.folder / "keywork.db", desk.folder / "store.key", standards) as again:
        found = ask(again, worklists.counts, agency, STANDARD, TODAY)
    assert before and {one.name: one.number for one in found if one.number} == before


def test_wales_has_reviews_and_asks_for_no_consent(wales: Returns) -> None:
    standard, store = load("smds-wales"), wales.store
    agency = ask(store, agencies.one)
    assert worklists.of_standard(standard) == (
        "quiet", "over_a_year", "review_due", "unconfirmed", "noted", "doubles",
    )  # fmt: skip
    client = do(store, ANN, save.create, "client", agency.id, "", {"FORENAME1": "A"})
    journey = do(store, ANN, save.create, "episode", client.id, "", {"REFDATE": "2020-12-01"})

    def due(today: date) -> int:
        return ask(store, search.count, agency, worklists.query("review_due", today))

    assert due(date(2021, 6, 1)) == 0, "whether a first one is due is for the rules to say"
    for day in ("2020-12-05", "2020-12-20"):
        do(store, ANN, save.create, "event", journey.id, "top", {"TOPDATE": day})
    assert (due(date(2021, 3, 13)), due(date(2021, 3, 14))) == (0, 1)
    assert worklists.title(standard, "review_due") == "TOP due: 12 weeks since the last"
    assert worklists.title(standard, "over_a_year") == "Journeys open for over a year"


def test_a_note_stays_at_its_field_where_that_is_called_otherwise(desk: Desk) -> None:
    agency, client_id, episode_id = one_client(desk, REFLD="20210105")
    do(desk.store, ANN, field_notes.keep, "episode", episode_id, "PC", "whose?")
    do(desk.store, ANN, field_notes.keep, "client", client_id, "DOB", "on the form?")
    do(desk.store, ANN, field_notes.rename, agency, {"PC": "POSTCODE"})
    assert {one.field for one in ask(desk.store, field_notes.of_client, client_id)} == {"POSTCODE", "DOB"}
