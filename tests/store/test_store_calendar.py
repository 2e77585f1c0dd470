"""What is stated of the calendar is kept with who, when and by whom it was said; what a roll-over drops."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from store.disk import audit
from store.facts import AgencyInfo, Who
from store.findings import queries, results
from store.findings.results import CHECKER
from store.month import agency_settings, calendar
from store.records import agencies, bulk_load
from store.store import Store
from tests.store.small_standard import LATER, NOW
from tests.stores import ask, do
from validators.calendar.kinds import Override
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Severity

TODAY = date(2021, 1, 10)
MOVED = Override("2021-02", deadline=date(2021, 3, 15), source="Regional team", stated_on=date(2021, 1, 8))


def test_an_override_counts_at_once_and_is_in_the_audit(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        made = calendar.add_overrides(work, agency, [MOVED], TODAY)[0]
    entry = ask(store, calendar.of_agency, agency).entry("2021-02")
    assert (entry.deadline, entry.closes, entry.source) == (date(2021, 3, 15), date(2021, 3, 15), "override")
    assert made.override == MOVED and made.entered_by == "ann" and made.entered_at == NOW
    assert [(line.act, line.person) for line in ask(store, audit.history, [made.id])] == [("create", "ann")]
    assert ask(store, audit.verify).whole


def test_an_override_that_is_withdrawn_is_kept_and_counts_no_more(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        made = calendar.add_overrides(work, agency, [MOVED], TODAY)[0]
    with store.writing(Who("bob", LATER)) as work:
        calendar.withdraw(work, "override", made.id)
    assert ask(store, calendar.of_agency, agency).entry("2021-02").source == "rule"
    assert ask(store, calendar.overrides, "ndtms") == []
    (kept,) = ask(store, calendar.overrides, "ndtms", withdrawn=True)
    assert (kept.withdrawn_by, kept.withdrawn_at) == ("bob", LATER)
    assert [line.act for line in ask(store, audit.history, [made.id])] == ["create", "withdraw"]
    with pytest.raises(Problem, match="to take back"), store.writing(Who("bob", LATER)) as work:
        calendar.withdraw(work, "override", made.id)


def test_a_second_statement_takes_the_firsts_place(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        first = calendar.add_overrides(work, agency, [MOVED], TODAY)[0]
    with store.writing(Who("bob", LATER)) as work:
        second = calendar.add_overrides(work, agency, [replace(MOVED, deadline=date(2021, 3, 11))], TODAY)[0]
    assert [one.id for one in ask(store, calendar.overrides, "ndtms")] == [second.id]
    assert [one.id for one in ask(store, calendar.overrides, "ndtms", withdrawn=True)] == [first.id, second.id]


def test_what_somebody_stated_meanwhile_is_not_replaced_unseen(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        first = calendar.add_overrides(work, agency, [MOVED], TODAY, seen=())[0]
    mine = replace(MOVED, deadline=date(2021, 3, 11))
    with pytest.raises(Problem, match=r"ann stated dates of 2021-02 meanwhile .deadline 2021-03-15; by Regional team."):
        do(store, Who("bob", LATER), calendar.add_overrides, agency, [mine], TODAY, seen=())
    assert [one.id for one in ask(store, calendar.overrides, "ndtms", withdrawn=True)] == [first.id]
    (second,) = do(store, Who("bob", LATER), calendar.add_overrides, agency, [mine], TODAY, seen=[first.id])
    assert [one.id for one in ask(store, calendar.overrides, "ndtms")] == [second.id]


def test_what_somebody_said_of_an_agency_meanwhile_is_not_written_over_unseen(store: Store, agency: AgencyInfo) -> None:
    empty = do(store, Who("ann", NOW), agencies.enter, "T0999", agency.standard)
    do(store, Who("bob", NOW), agencies.set_reports_since, empty, "2021-02")
    # It is what ann sees, and confirms: no word that it is so while it is not.
    with pytest.raises(Problem, match=r"agency T0999 meanwhile .first submission 2021-02"):
        do(store, Who("ann", LATER), agencies.set_reports_since, empty, empty.reports_since)
    do(store, Who("bob", NOW), calendar.set_region, empty, "London")
    with pytest.raises(Problem, match="region London"):
        do(store, Who("ann", LATER), calendar.set_region, empty, "")
    do(store, Who("bob", NOW), agencies.rename, empty, "T0998")
    with pytest.raises(Problem, match="code T0998"):
        do(store, Who("ann", LATER), agencies.rename, empty, "T0997")
    with pytest.raises(Problem, match="code T0998"):
        do(store, Who("ann", LATER), agencies.remove, empty)
    do(store, Who("bob", NOW), agencies.remove, replace(empty, code="T0998"))
    with pytest.raises(Problem, match="taken out of this store"):
        do(store, Who("ann", LATER), agencies.set_reports_since, empty, "2021-03")
    # Whoever has it open yet is told so by all that reads or writes, never that the program failed.
    with pytest.raises(Problem, match="taken out of this store"):
        ask(store, calendar.due_period, empty, TODAY)
    with pytest.raises(Problem, match="taken out of the store meanwhile"):
        do(store, Who("ann", LATER), agency_settings.set_setting, empty, "quiet_weeks", "4")
    assert [one.code for one in ask(store, agencies.listed)] == [agency.code]


def test_the_agencys_own_region_goes_before_all_regions(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        calendar.add_overrides(work, agency, [replace(MOVED, region="London", deadline=date(2021, 3, 9))], TODAY)[0]
        calendar.add_overrides(work, agency, [MOVED], TODAY)[0]
        londoner = calendar.set_region(work, agency, "London")
    assert ask(store, calendar.of_agency, londoner).entry("2021-02").deadline == date(2021, 3, 9)
    assert ask(store, calendar.of_agency, agency).entry("2021-02").deadline == date(2021, 3, 15)
    assert ask(store, agencies.listed)[0].region == "London"
    assert [(line.field, line.new) for line in ask(store, audit.history, [agency.id])][-1] == ("region", "London")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"submission": "2021-07"}, "There is no submission 2021-07: its first half is in 2021-06"),
        ({"region": "Mercia"}, "There is no region 'Mercia'"),
        ({"deadline": None}, "Nothing is stated for 2021-02"),
        ({"source": " "}, "need their source"),
        ({"stated_on": None}, "need their source"),
        ({"stated_on": date(2021, 1, 11)}, "which is to come"),
        ({"submission": "2020-11", "deadline": date(2020, 12, 9)}, "which is past"),
        ({"deadline": date(2021, 4, 2)}, "would overlap"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    store: Store, agency: AgencyInfo, change: dict[str, object], sentence: str
) -> None:
    right = replace(MOVED, submission="2021-03", deadline=date(2021, 4, 9))
    wrong = replace(MOVED, **change)  # type: ignore[arg-type]
    with pytest.raises(Problem, match=sentence), store.writing(Who("ann", NOW)) as work:
        calendar.add_overrides(work, agency, [right, wrong], TODAY)
    assert ask(store, calendar.overrides, "ndtms", withdrawn=True) == []
    assert ask(store, calendar.of_agency, agency).entry("2021-03").source == "rule"


def test_a_date_for_all_has_to_fit_the_regions_that_have_their_own(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        calendar.add_overrides(
            work, agency, [Override("2021-03", "London", opens=date(2021, 3, 14), source="x", stated_on=TODAY)], TODAY
        )[0]
    with pytest.raises(Problem, match="would overlap"), store.writing(Who("ann", NOW)) as work:
        calendar.add_overrides(work, agency, [MOVED], TODAY)[0]


def test_a_closed_day_marks_a_deadline_until_it_is_withdrawn(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        day = calendar.add_closed_day(work, agency, date(2021, 2, 12), "Stocktaking", "Manager")
    assert ask(store, calendar.of_agency, agency).entry("2021-01").closed_day == "Stocktaking"
    with pytest.raises(Problem, match="closed day already"), store.writing(Who("ann", NOW)) as work:
        calendar.add_closed_day(work, agency, date(2021, 2, 12), "Again", "Manager")
    with store.writing(Who("ann", NOW)) as work:
        calendar.withdraw(work, "closed_day", day.id)
    assert ask(store, calendar.of_agency, agency).entry("2021-01").closed_day == ""
    assert (
        ask(store, calendar.closed_days, "ndtms") == []
        and len(ask(store, calendar.closed_days, "ndtms", withdrawn=True)) == 1
    )


def test_a_region_from_elsewhere_counts_as_none(store: Store) -> None:
    with store.writing(Who("ann", NOW)) as work:
        odd = agencies.ensure(work, "A0002", "small", region="Trent")
    assert ask(store, calendar.of_agency, odd).region == ""


def test_the_roll_over_drops_what_closed_in_the_year_faulty_first(store: Store, agency: AgencyInfo) -> None:
    closures = ("20190301", "20191231", "20200101", "20181231", "", "2019xx01", "20190701")
    with store.writing(Who("ann", NOW)) as work:
        for number, closed in enumerate(closures):
            values = {"EPISODID": f"e{number}", "REFLD": "20180101", "DISD": closed}
            bulk_load.load(work, agency, [EpisodeRecord({"CLIENTID": f"c{number}", "CLIENT": f"R{number}"}, values)])
    checked = []
    for stamp, record in ask(store, queries.stamped, agency):
        severity = {"e6": Severity.ERROR, "e1": Severity.WARNING}.get(record.episode["EPISODID"])
        found = [Finding(severity, "9", "REFLD", ("REFLD",), "Wrong")] if severity else []
        checked.append((record.episode_id, stamp, found))
    do(store, Who(CHECKER, datetime(2021, 1, 10, 12, tzinfo=UTC)), results.save, checked, TODAY)
    told = ask(store, calendar.roll_over, agency, date(2020, 1, 1))
    assert (told.episodes, told.with_errors, told.with_warnings, told.since) == (3, 1, 1, date(2019, 1, 1))
    assert [(one.reference, str(one.closed), one.errors, one.warnings) for one in told.items] == [
        ("R6", "2019-07-01", 1, 0),
        ("R1", "2019-12-31", 0, 1),
        ("R0", "2019-03-01", 0, 0),
    ]
    assert [
        one.reference for one in ask(store, calendar.roll_over, agency, date(2020, 1, 1), offset=1, limit=1).items
    ] == ["R1"]
