"""The calendar: the published year to the day, every other year by rule, August, closed days, what people state."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from validators.calendar.calendar import SubmissionCalendar, refuse_misfit
from validators.calendar.closed_days import bank_holidays
from validators.calendar.kinds import KINDS, Override, regions
from validators.calendar.periods import CALENDARS
from validators.problems import Problem
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")
WELSH = replace(STANDARD, submission=replace(STANDARD.submission, calendar="smds-wales"))
NDTMS, WALES = SubmissionCalendar(STANDARD), SubmissionCalendar(WELSH)

with (Path(__file__).parent.parent / "data" / "ndtms_calendar_2022_23.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = list(csv.DictReader(lines))


def stated(submission: str, region: str = "", **dates: date) -> Override:
    """Dates as a region states them."""
    return Override(submission, region, **dates, source="e-mail", stated_on=date(2026, 1, 5))  # type: ignore[arg-type]


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: str(row["submission"]))
@pytest.mark.parametrize("region", ["", "London"])
def test_the_published_table_comes_out_exactly(row: dict[str, str], region: str) -> None:
    entry = SubmissionCalendar(STANDARD, region).entry(row["submission"])
    assert {name: str(getattr(entry, name)) for name in row} == row
    assert entry.source == "published" and "3.3, stated on 11 January 2024" in entry.told


def test_every_kind_of_calendar_has_periods_and_dates() -> None:
    assert set(CALENDARS) == set(KINDS)


@pytest.mark.parametrize(
    ("submission", "told"),
    [
        ("2025-09", "Sept 25 2024-01-01..2025-09-30 made 2025-10-01..2025-10-12 by 2025-10-12"),
        ("2025-12", "Dec 25 2024-01-01..2025-12-31 made 2026-01-01..2026-01-12 by 2026-01-12"),
        ("2026-06", "June part July 26 2024-01-01..2026-07-14 made 2026-07-14..2026-07-19 by 2026-07-19"),
        ("2026-08", "Part July Aug 26 2025-01-01..2026-08-31 made 2026-09-01..2026-09-12 by 2026-09-12"),
        ("2003-08", "Part July Aug 03 2002-01-01..2003-08-31 made 2003-09-01..2003-09-12 by 2003-09-12"),
    ],
)
def test_other_years_follow_the_rule(submission: str, told: str) -> None:
    entry = NDTMS.entry(submission)
    days = f"{entry.period_start}..{entry.period_end} made {entry.opens}..{entry.closes} by {entry.deadline}"
    assert f"{entry.title} {days}" == told
    assert entry.source == "rule"


def test_a_base_date_later_than_the_published_ones_says_that_it_is_not_confirmed() -> None:
    assert "not confirmed" not in NDTMS.entry("2024-06").told
    assert "base date 1 January 2023: the published rule carried on, not confirmed" in NDTMS.entry("2024-08").told


def test_july_is_no_submission_and_the_answer_names_the_two_that_cover_it() -> None:
    with pytest.raises(Problem, match=r"no submission 2023-07: its first half is in 2023-06.*2023-08"):
        NDTMS.entry("2023-07")


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2023-01-11", "2022-12"),  # the window's last day
        ("2023-01-12", "2022-12"),  # closed, but the deadline is today
        ("2023-01-13", "2023-01"),
        ("2023-07-01", "2023-06"),
        ("2023-07-19", "2023-06"),
        ("2023-07-20", "2023-08"),
        ("2023-08-15", "2023-08"),
        ("2023-09-12", "2023-08"),
        ("2023-09-13", "2023-09"),
    ],
)
def test_what_is_due_on_a_day(today: str, due: str) -> None:
    assert NDTMS.due(date.fromisoformat(today)).submission == due


def test_between_july_and_september_it_says_in_words_why_nothing_is_due() -> None:
    for day in (date(2023, 7, 20), date(2023, 8, 1), date(2023, 8, 31)):
        assert NDTMS.silence(day) == (
            "Nothing is due now: no submission is made in August. September's, Part July Aug 23, covers 15 July 2023 "
            "to 31 August 2023 as well; its window opens on 1 September 2023, its deadline is 12 September 2023. The "
            "period then starts on 1 January 2022."
        )
    for day in (date(2023, 7, 19), date(2023, 9, 1), date(2023, 6, 20)):
        assert NDTMS.silence(day) == ""
    assert WALES.silence(date(2023, 8, 9)) == ""


def test_the_next_roll_is_septembers() -> None:
    assert NDTMS.next_roll(date(2023, 5, 1)).submission == "2023-08"
    assert NDTMS.next_roll(date(2023, 8, 20)).submission == "2023-08", "in August it is the one that waits"
    assert NDTMS.next_roll(date(2023, 8, 31)).submission == "2023-08"
    assert NDTMS.next_roll(date(2023, 9, 1)).submission == "2024-08", "it is open: what it dropped is dropped"
    assert NDTMS.rolls and not WALES.rolls


@given(st.dates(date(1910, 1, 1), date(2200, 12, 31)))
def test_any_day_has_one_submission_due_and_windows_follow_each_other(day: date) -> None:
    due = NDTMS.due(day)
    assert NDTMS.before(due).last_day < day <= due.last_day
    assert NDTMS.before(due).last_day < due.opens <= due.closes <= due.deadline
    assert NDTMS.after(NDTMS.before(due)) == due
    roll = NDTMS.next_roll(day)
    assert day < roll.opens and roll.period_start > NDTMS.base_before(roll) >= NDTMS.before(due).period_start


def test_a_year_holds_eleven_submissions_in_order_from_the_first_deadline_on() -> None:
    year = NDTMS.entries(date(2022, 10, 12), 12)
    assert [entry.submission for entry in year] == [row["submission"] for row in PUBLISHED[:11]]
    assert NDTMS.entries(date(2022, 10, 13), 1)[0].submission == "2022-10"
    assert NDTMS.entries(date(2023, 7, 31), 1) == []
    assert len(WALES.entries(date(2023, 1, 1), 12)) == 12
    assert all(first.deadline < second.deadline for first, second in pairwise(NDTMS.entries(date(2026, 1, 31), 36)))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1903, 5, 5), date(9998, 1, 1), date.max])
def test_a_day_far_outside_is_a_sentence(day: date) -> None:
    with pytest.raises(Problem, match=r"The calendar does not reach to .*: name a day from 1905 to 9997\.$"):
        NDTMS.due(day)


def test_a_deadline_without_work_is_marked_and_not_moved() -> None:
    assert NDTMS.entry("2022-10").closed_day == "a Saturday" and NDTMS.entry("2022-10").deadline == date(2022, 11, 12)
    assert NDTMS.entry("2023-01").closed_day == "a Sunday"
    assert NDTMS.entry("2022-11").closed_day == ""
    good_friday = SubmissionCalendar(STANDARD, overrides=[stated("2026-03", deadline=date(2026, 4, 3))])
    assert good_friday.entry("2026-03").closed_day == "Good Friday"
    own = SubmissionCalendar(STANDARD, closed_days={date(2022, 12, 12): "Audit day"})
    assert own.entry("2022-11").closed_day == "Audit day"


@pytest.mark.parametrize(
    ("submission", "due"),
    [
        ("2023-12", "2024-01-10"),  # New Year's Day left out
        ("2024-02", "2024-03-11"),  # St David's Day is no bank holiday
        ("2024-03", "2024-04-10"),  # Easter Monday
        ("2024-04", "2024-05-10"),  # early May
        ("2024-07", "2024-08-09"),  # Wales sends in August
        ("2024-06", "2024-07-09"),
        ("2023-04", "2023-05-11"),  # two bank holidays: May Day and the coronation
        ("2022-12", "2023-01-11"),  # New Year's Day on a Sunday, observed on Monday
    ],
)
def test_wales_is_due_by_the_seventh_working_day(submission: str, due: str) -> None:
    entry = WALES.entry(submission)
    assert str(entry.deadline) == due and entry.closes == entry.deadline and entry.closed_day == ""
    assert (entry.period_start.day, entry.period_start.month) == (1, int(submission[5:]))
    assert entry.period_end + timedelta(days=1) == entry.opens


def test_a_sites_own_closed_day_moves_the_seventh_working_day_in_wales() -> None:
    closed = SubmissionCalendar(WELSH, closed_days={date(2024, 7, 5): "Office move"})
    assert closed.entry("2024-06").deadline == date(2024, 7, 10)


def test_what_is_stated_goes_before_the_rule_and_the_own_region_before_all() -> None:
    for_all, own = date(2026, 5, 11), date(2026, 5, 8)
    overrides = [stated("2026-04", "London", deadline=own), stated("2026-04", deadline=for_all)]
    assert SubmissionCalendar(STANDARD, "London", overrides).entry("2026-04").deadline == own
    entry = SubmissionCalendar(STANDARD, "South West", overrides).entry("2026-04")
    assert (entry.deadline, entry.closes, entry.source) == (for_all, for_all, "override")
    assert entry.told == "e-mail, stated on 5 January 2026"
    assert SubmissionCalendar(STANDARD).entry("2026-04").deadline == date(2026, 5, 12)


def test_there_are_seven_regions_and_no_others() -> None:
    assert list(regions("ndtms")) == [
        "London", "South East", "South West", "West Midlands", "East & East Midlands", "North West",
        "Northern and Yorkshire",
    ]  # fmt: skip
    with pytest.raises(Problem, match=r"There is no region 'Mercia': there are London, South East, .*\.$"):
        SubmissionCalendar(STANDARD, "Mercia")
    with pytest.raises(Problem, match="The calendar smds-wales has no regions"):
        SubmissionCalendar(WELSH, "London")


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({"opens": date(2026, 5, 13)}, "would close .2026-05-12. before it opens"),
        ({"deadline": date(2026, 4, 20), "opens": date(2026, 5, 1)}, "before it opens"),
        ({"deadline": date(2026, 6, 1)}, r"The windows of 2026-04 .* and 2026-05 .* would overlap"),
        ({"opens": date(2026, 4, 12)}, r"The windows of 2026-03 .* and 2026-04 .* would overlap"),
        ({"period_end": date(2026, 5, 13)}, "would end .2026-05-13. after its last day"),
        ({"period_start": date(2026, 5, 13)}, "would end before it starts"),
    ],
)
def test_dates_that_do_not_fit_are_a_sentence(dates: dict[str, Any], sentence: str) -> None:
    calendar = SubmissionCalendar(STANDARD, overrides=[stated("2026-04", **dates)])
    with pytest.raises(Problem, match=sentence):
        refuse_misfit(calendar, "2026-04")


def test_what_is_past_cannot_be_stated_any_more() -> None:
    calendar = SubmissionCalendar(STANDARD, overrides=[stated("2026-04", deadline=date(2026, 5, 8))])
    refuse_misfit(calendar, "2026-04", date(2026, 5, 8))
    with pytest.raises(Problem, match="is past: state dates for a submission that is still to be made"):
        refuse_misfit(calendar, "2026-04", date(2026, 5, 9))


@pytest.mark.parametrize("nation", ["ENG", "WLS"])
def test_the_shipped_bank_holidays_are_those_of_the_package(nation: str) -> None:
    for year in range(2000, 2061):
        listed = dict(country_holidays("GB", subdiv=nation, years=year, expand=False))
        assert listed and bank_holidays(nation, year) == listed, year
    assert date(2014, 12, 25) in bank_holidays(nation, 2014), "and years long ago are in it"
    assert not bank_holidays(nation, 1999) and not bank_holidays(nation, 2061)
