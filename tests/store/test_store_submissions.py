"""Submissions, what persons tick of them, the figures of a day, and what an agency says of itself."""

from datetime import date, timedelta

import pytest

from store.disk import audit
from store.facts import NEVER, AgencyInfo, Who
from store.month import agency_settings, extracts, submissions
from store.month.facts import DayFigures, WrittenExtract
from store.records import agencies, bulk_load, field_notes, read, save
from store.store import Store
from tests.store.small_standard import LATER, NOW, records
from tests.stores import ask, do
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem

JANUARY = ReportingPeriod("2020-12", date(2019, 1, 1), date(2020, 12, 31))


def test_a_month_is_opened_once_and_a_correction_is_kept_apart_with_its_reason(
    store: Store, agency: AgencyInfo
) -> None:
    assert ask(store, submissions.current, agency, "2020-12") is None
    with store.writing(Who("ann", NOW)) as work:
        first = submissions.open_one(work, agency, "2020-12")
        assert submissions.ensure(work, agency, "2020-12") == first
    with store.writing(Who("bob", LATER)) as work:
        second = submissions.open_one(work, agency, "2020-12", reason="  a client\nwas missing ")
        submissions.open_one(work, agency, "2021-01", is_nil=True)
    assert [(one.month, one.attempt, one.is_nil) for one in ask(store, submissions.listed, agency)] == [
        ("2020-12", 1, False),
        ("2020-12", 2, False),
        ("2021-01", 1, True),
    ]
    assert (second.reason, second.opened_by, second.opened_at) == ("a client was missing", "bob", LATER)
    assert ask(store, submissions.current, agency, "2020-12") == second
    assert ask(store, submissions.listed, agency, "2020-12") == [first, second]


def test_a_second_attempt_needs_a_reason(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        submissions.open_one(work, agency, "2020-12")
    with (
        pytest.raises(Problem, match="was opened by ann on 2021-01-10: say why"),
        store.writing(Who("bob", LATER)) as work,
    ):
        submissions.open_one(work, agency, "2020-12", reason="  ")
    assert len(ask(store, submissions.listed, agency)) == 1


def test_a_tick_carries_who_when_and_what_and_a_reopened_one_is_kept(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        its = submissions.open_one(work, agency, "2020-12").id
        submissions.tick(work, its, "portal_figures", {"load": "98.4", "quality": "100"})
    with (
        pytest.raises(Problem, match="was ticked by ann on 2021-01-10: reopen it"),
        store.writing(Who("bob", LATER)) as work,
    ):
        submissions.tick(work, its, "portal_figures", {})
    with pytest.raises(Problem, match="A reason is needed to reopen"), store.writing(Who("bob", LATER)) as work:
        submissions.reopen(work, its, "portal_figures", " ")
    with pytest.raises(Problem, match="'accepted' is not ticked"), store.writing(Who("bob", LATER)) as work:
        submissions.reopen(work, its, "accepted", "mistaken")
    with store.writing(Who("bob", LATER)) as work:
        submissions.reopen(work, its, "portal_figures", "read wrongly")
        submissions.tick(work, its, "portal_figures", {"load": "98.9", "quality": "100"})
    before, after = ask(store, submissions.ticks, its)
    assert (before.told, before.ticked_by, before.reopened_by) == ({"load": "98.4", "quality": "100"}, "ann", "bob")
    assert (before.reason, before.holds, after.holds, after.told["load"]) == ("read wrongly", False, True, "98.9")


def test_all_of_it_is_in_the_audit(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        its = submissions.open_one(work, agency, "2020-12").id
        submissions.tick(work, its, "accepted", {"by": "the region"})
        submissions.reopen(work, its, "accepted", "they called back")
        agency_settings.set_setting(work, agency, "services", "one")
        assert not agency_settings.set_setting(work, agency, "services", "one")
        agency_settings.set_setting(work, agency, "services", "two")
    told = [(one.act, one.field, one.old, one.new) for one in ask(store, audit.history, [its])]
    assert told == [
        ("open", "", None, '{"month":"2020-12","attempt":"1"}'),
        ("tick", "accepted", None, '{"by":"the region"}'),
        ("reopen", "accepted", '{"by":"the region"}', "they called back"),
    ]
    told = [
        (one.act, one.field, one.old, one.new) for one in ask(store, audit.history, [agency.id]) if one.act == "set"
    ]
    assert told == [("set", "services", None, "one"), ("set", "services", "one", "two")]
    assert ask(store, agency_settings.settings, agency) == {"services": "two"}
    assert ask(store, audit.verify).whole


def test_a_submission_of_another_store_is_not_ticked(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="There is no submission elsewhere"), store.writing(Who("ann", NOW)) as work:
        submissions.tick(work, "elsewhere", "accepted", {})


def test_a_character_that_cannot_be_stored_is_refused_in_one_sentence(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="The reason holds a character"), store.writing(Who("ann", NOW)) as work:
        submissions.open_one(work, agency, "2020-12", reason="\ud800")
    assert ask(store, submissions.listed, agency) == []


def test_the_figures_of_a_day_are_its_last_and_a_day_ahead_is_never_taken(store: Store, agency: AgencyInfo) -> None:
    day = date(2021, 1, 10)
    assert ask(store, submissions.day_figures_before, agency, "2020-12", day) is None
    early = DayFigures(day - timedelta(days=3), 90.0, 80.5, 9, 10, 1, 2, 1, {"13": 3})
    assert do(store, Who("", NEVER), submissions.keep_figures, agency, "2020-12", early)
    assert not do(store, Who("", NEVER), submissions.keep_figures, agency, "2020-12", early)
    assert do(
        store,
        Who("", NEVER),
        submissions.keep_figures,
        agency,
        "2020-12",
        DayFigures(day - timedelta(days=3), 91.0, 80.5),
    )
    do(store, Who("", NEVER), submissions.keep_figures, agency, "2020-12", DayFigures(day, 95.0, 81.0))
    do(
        store,
        Who("", NEVER),
        submissions.keep_figures,
        agency,
        "2020-12",
        DayFigures(day + timedelta(days=300), 10.0, 10.0),
    )
    found = ask(store, submissions.day_figures_before, agency, "2020-12", day)
    assert found is not None and (found.day, found.load_percent) == (early.day, 91.0)
    assert ask(store, submissions.day_figures_before, agency, "2021-01", day) is None
    found = ask(store, submissions.day_figures_before, agency, "2020-12", day + timedelta(days=1))
    assert found is not None and found.load_percent == 95.0


def test_what_changed_since_an_extract_is_told_by_the_audits_order(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(4))
        sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        extract = extracts.keep(work, agency, WrittenExtract("2020-12", "x.csv", sha, 0, {}), ())
    assert ask(store, submissions.changed_since, agency, extract) == 0
    episode = next(ask(store, read.episodes, agency)).episode_id
    with store.writing(Who("ann", NOW)) as work:
        save.annotate(work, episode, note="called")
        field_notes.keep(work, "episode", episode, "CONSENT", "asks her mother first")
    assert ask(store, submissions.changed_since, agency, extract) == 0
    with store.writing(Who("ann", NOW)) as work:  # within the same second
        save.change(work, "episode", episode, {"EPISODID": "e0", "CONSENT": "N"}, 1)
        save.change(work, "episode", episode, {"EPISODID": "e0", "CONSENT": "Y"}, 2)
    assert ask(store, submissions.changed_since, agency, extract) == 1
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.ensure(work, "A0002", "small")
        bulk_load.load(work, other, records(2))
    assert ask(store, submissions.changed_since, agency, extract) == 1


def test_episodes_without_an_answer_to_consent_are_counted_in_the_period(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {})
        for values in (
            {"REFLD": "20200101"},
            {"REFLD": "20200101", "CONSENT": "N"},
            {"REFLD": "20170101", "DISD": "20181231"},
            {"REFLD": "20210101"},
            {},
        ):
            save.create(work, "episode", client.id, "", values)
    assert ask(store, submissions.count_unanswered_consent, agency, JANUARY) == 2
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.ensure(work, "A0002", "small")
        theirs = save.create(work, "client", other.id, "", {})
        save.create(work, "episode", theirs.id, "", {"REFLD": "20200101"})
        save.delete(work, "client", client.id, 1)
    assert (
        ask(store, submissions.count_unanswered_consent, agency, JANUARY),
        ask(store, submissions.count_unanswered_consent, other, JANUARY),
    ) == (0, 1)
    with store.writing(Who("ann", NOW)) as work:
        save.undelete(work, "client", client.id, ask(store, read.get, "client", client.id).version)
    assert ask(store, submissions.count_unanswered_consent, agency, JANUARY) == 2
