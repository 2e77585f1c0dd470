"""Submissions, what persons tick of them, the figures of a day, and what an agency says of itself."""

from datetime import date, timedelta

import pytest

from store.facts import AgencyInfo
from store.month.facts import DayFigures
from store.store import Store
from tests.store.small_standard import LATER, NOW, records
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem

JANUARY = ReportingPeriod("2020-12", date(2019, 1, 1), date(2020, 12, 31))


def test_a_month_is_opened_once_and_a_correction_is_kept_apart_with_its_reason(
    store: Store, agency: AgencyInfo
) -> None:
    assert store.current_submission(agency, "2020-12") is None
    with store.write("ann", NOW) as work:
        first = work.open_submission(agency, "2020-12")
        assert work.ensure_submission(agency, "2020-12") == first
    with store.write("bob", LATER) as work:
        second = work.open_submission(agency, "2020-12", reason="  a client\nwas missing ")
        work.open_submission(agency, "2021-01", is_nil=True)
    assert [(one.month, one.attempt, one.is_nil) for one in store.submissions(agency)] == [
        ("2020-12", 1, False),
        ("2020-12", 2, False),
        ("2021-01", 1, True),
    ]
    assert (second.reason, second.opened_by, second.opened_at) == ("a client was missing", "bob", LATER)
    assert store.current_submission(agency, "2020-12") == second
    assert store.submissions(agency, "2020-12") == [first, second]


def test_a_second_attempt_needs_a_reason(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        work.open_submission(agency, "2020-12")
    with pytest.raises(Problem, match="was opened by ann on 2021-01-10: say why"), store.write("bob", LATER) as work:
        work.open_submission(agency, "2020-12", reason="  ")
    assert len(store.submissions(agency)) == 1


def test_a_tick_carries_who_when_and_what_and_a_reopened_one_is_kept(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        its = work.open_submission(agency, "2020-12").id
        work.tick(its, "portal_figures", {"load": "98.4", "quality": "100"})
    with pytest.raises(Problem, match="was ticked by ann on 2021-01-10: reopen it"), store.write("bob", LATER) as work:
        work.tick(its, "portal_figures", {})
    with pytest.raises(Problem, match="A reason is needed to reopen"), store.write("bob", LATER) as work:
        work.reopen_tick(its, "portal_figures", " ")
    with pytest.raises(Problem, match="'accepted' is not ticked"), store.write("bob", LATER) as work:
        work.reopen_tick(its, "accepted", "mistaken")
    with store.write("bob", LATER) as work:
        work.reopen_tick(its, "portal_figures", "read wrongly")
        work.tick(its, "portal_figures", {"load": "98.9", "quality": "100"})
    before, after = store.ticks(its)
    assert (before.told, before.ticked_by, before.reopened_by) == ({"load": "98.4", "quality": "100"}, "ann", "bob")
    assert (before.reason, before.holds, after.holds, after.told["load"]) == ("read wrongly", False, True, "98.9")


def test_all_of_it_is_in_the_audit(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        its = work.open_submission(agency, "2020-12").id
        work.tick(its, "accepted", {"by": "the region"})
        work.reopen_tick(its, "accepted", "they called back")
        work.set_agency_setting(agency, "services", "one")
        assert not work.set_agency_setting(agency, "services", "one")
        work.set_agency_setting(agency, "services", "two")
    told = [(one.act, one.field, one.old, one.new) for one in store.history(its)]
    assert told == [
        ("open", "", None, '{"month":"2020-12","attempt":"1"}'),
        ("tick", "accepted", None, '{"by":"the region"}'),
        ("reopen", "accepted", '{"by":"the region"}', "they called back"),
    ]
    told = [(one.act, one.field, one.old, one.new) for one in store.history(agency.id) if one.act == "set"]
    assert told == [("set", "services", None, "one"), ("set", "services", "one", "two")]
    assert store.agency_settings(agency) == {"services": "two"} and store.agency_setting(agency, "other") == ""
    assert store.verify_audit().whole


def test_a_submission_of_another_store_is_not_ticked(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="There is no submission elsewhere"), store.write("ann", NOW) as work:
        work.tick("elsewhere", "accepted", {})


def test_a_character_that_cannot_be_stored_is_refused_in_one_sentence(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="The reason holds a character"), store.write("ann", NOW) as work:
        work.open_submission(agency, "2020-12", reason="\ud800")
    assert store.submissions(agency) == []


def test_the_figures_of_a_day_are_its_last_and_a_day_ahead_is_never_taken(store: Store, agency: AgencyInfo) -> None:
    day = date(2021, 1, 10)
    assert store.day_figures_before(agency, "2020-12", day) is None
    early = DayFigures(day - timedelta(days=3), 90.0, 80.5, 9, 10, 1, 2, 1, {"13": 3})
    assert store.keep_day_figures(agency, "2020-12", early)
    assert not store.keep_day_figures(agency, "2020-12", early)
    assert store.keep_day_figures(agency, "2020-12", DayFigures(day - timedelta(days=3), 91.0, 80.5))
    store.keep_day_figures(agency, "2020-12", DayFigures(day, 95.0, 81.0))
    store.keep_day_figures(agency, "2020-12", DayFigures(day + timedelta(days=300), 10.0, 10.0))
    found = store.day_figures_before(agency, "2020-12", day)
    assert found is not None and (found.day, found.load_percent) == (early.day, 91.0)
    assert store.day_figures_before(agency, "2021-01", day) is None
    found = store.day_figures_before(agency, "2020-12", day + timedelta(days=1))
    assert found is not None and found.load_percent == 95.0


def test_what_changed_since_an_extract_is_told_by_the_audits_order(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        work.load(agency, records(4))
        sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        extract = work.record_extract(agency, "2020-12", "x.csv", sha, 0, {}, ())
    assert store.changed_since(agency, extract.id) == 0
    episode = next(store.episodes(agency)).episode_id
    with store.write("ann", NOW) as work:
        work.annotate(episode, note="called")
    assert store.changed_since(agency, extract.id) == 0
    with store.write("ann", NOW) as work:  # within the same second
        work.change("episode", episode, {"EPISODID": "e0", "CONSENT": "N"}, 1)
        work.change("episode", episode, {"EPISODID": "e0", "CONSENT": "Y"}, 2)
    assert store.changed_since(agency, extract.id) == 1
    with store.write("ann", NOW) as work:
        other = work.ensure_agency("A0002", "small")
        work.load(other, records(2))
    assert store.changed_since(agency, extract.id) == 1


def test_episodes_without_an_answer_to_consent_are_counted_in_the_period(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        client = work.create("client", agency.id, "", {})
        for values in (
            {"REFLD": "20200101"},
            {"REFLD": "20200101", "CONSENT": "N"},
            {"REFLD": "20170101", "DISD": "20181231"},
            {"REFLD": "20210101"},
            {},
        ):
            work.create("episode", client.id, "", values)
    assert store.count_unanswered_consent(agency, JANUARY) == 2
    with store.write("ann", NOW) as work:
        other = work.ensure_agency("A0002", "small")
        theirs = work.create("client", other.id, "", {})
        work.create("episode", theirs.id, "", {"REFLD": "20200101"})
        work.delete("client", client.id, 1)
    assert (store.count_unanswered_consent(agency, JANUARY), store.count_unanswered_consent(other, JANUARY)) == (0, 1)
    with store.write("ann", NOW) as work:
        work.undelete("client", client.id, store.get("client", client.id).version)
    assert store.count_unanswered_consent(agency, JANUARY) == 2
