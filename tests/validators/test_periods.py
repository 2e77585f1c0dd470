"""Which days a submission covers: the published table, the summer without August, and every year beside it."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.calendar.periods import ReportingPeriod, reporting_period
from validators.problems import Problem

with (Path(__file__).parent.parent / "data" / "ndtms_calendar_2022_23.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = list(csv.DictReader(lines))

SUBMISSION_MONTHS = (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)


def covered(submission: str) -> str:
    """The days a submission covers, as a person would write them."""
    period = reporting_period("ndtms", submission)
    assert period.submission == submission
    return f"{period.start}..{period.end}"


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: str(row["submission"]))
def test_the_published_table_comes_out_exactly(row: dict[str, str]) -> None:
    assert covered(row["submission"]) == f"{row['period_start']}..{row['period_end']}"


def test_the_table_is_the_whole_of_the_published_one() -> None:
    assert [row["submission"] for row in PUBLISHED] == [
        *(f"2022-{month:02d}" for month in (9, 10, 11, 12)),
        *(f"2023-{month:02d}" for month in (1, 2, 3, 4, 5, 6, 8, 9)),
    ]


@pytest.mark.parametrize(
    ("submission", "days"),
    [
        ("2020-12", "2019-01-01..2020-12-31"),
        ("2020-11", "2019-01-01..2020-11-30"),
        ("2021-01", "2019-01-01..2021-01-31"),
        ("2020-02", "2018-01-01..2020-02-29"),
        ("2021-02", "2019-01-01..2021-02-28"),
        ("2100-02", "2098-01-01..2100-02-28"),
        ("2021-06", "2019-01-01..2021-07-14"),
        ("2021-08", "2020-01-01..2021-08-31"),
        ("2021-09", "2020-01-01..2021-09-30"),
    ],
)
def test_other_years_follow_the_same_rules(submission: str, days: str) -> None:
    assert covered(submission) == days


def test_july_is_no_submission_and_its_days_are_in_two_others() -> None:
    with pytest.raises(Problem, match=r"2021-06, which runs to 14 July.*2021-08"):
        reporting_period("ndtms", "2021-07")


@pytest.mark.parametrize(
    "text",
    [
        "", "2020", "2020-13", "2020-00", "2020-1", "20-12", "202012", "2020/12", "2020-12-31", "12-2020",
        " 2020-12", "2020-12 ", "2020-12\n", "December", "0000-01", "1903-12", "9999-01", "-2020-12", "2020-1x",
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Problem, match="is not a submission: write the month that is reported, such as 2020-12"):
        reporting_period("ndtms", text)


@given(st.text("0123456789-", max_size=9))
def test_any_text_is_a_period_or_a_sentence(text: str) -> None:
    try:
        period = reporting_period("ndtms", text)
    except Problem as problem:
        assert str(problem).endswith(".")
    else:
        assert period.start < period.end


def submissions(first_year: int, years: int) -> list[ReportingPeriod]:
    """The submissions of some years, one after another."""
    return [
        reporting_period("ndtms", f"{year}-{month:02d}")
        for year in range(first_year, first_year + years)
        for month in SUBMISSION_MONTHS
    ]


@given(st.integers(1904, 9990))
def test_submissions_one_after_another_cover_every_day(year: int) -> None:
    periods = submissions(year, 3)
    for earlier, later in pairwise(periods):
        new = earlier.end + timedelta(days=1)
        assert later.start <= new <= later.end, "no day lies between two submissions"
        assert earlier.start <= later.start


@given(st.dates(date(1950, 1, 1), date(2200, 12, 31)))
def test_a_day_is_reported_in_the_month_after_it_and_for_a_year_at_least(day: date) -> None:
    holding = [period for period in submissions(day.year - 1, 6) if period.start <= day <= period.end]
    first = holding[0]
    assert (first.end - day).days <= 48, "told by the end of its month; in late July by the end of August"
    assert holding[-1].end >= date(day.year + 1, 12, 31), "and again until the year after it is over"


@given(st.integers(1904, 9990), st.sampled_from(SUBMISSION_MONTHS))
def test_a_base_date_is_new_years_day_and_moves_once_a_year_after_the_summer(year: int, month: int) -> None:
    period = reporting_period("ndtms", f"{year}-{month:02d}")
    assert (period.start.month, period.start.day) == (1, 1)
    assert period.start.year == (year - 1 if month >= 8 else year - 2)
