"""Dates as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.form.conftest import TODAY
from tui.form.dates import how_to_type, read_date, show_date, stored_date, write_date

LAYOUTS = ("YYYYMMDD", "YYYY-MM-DD", "CCYY-MM-DD")
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "140385", "14031985", "14/3/85", "14 mar 85", "14.3.1985", "1985-03-14", "19850314", "14-03-85", "14mar85",
        "14 March 1985", "14TH MARCH 1985", " 14  3  1985 ", "1985/3/14", "14\u00a0mar\u00a085",
    ],
)  # fmt: skip
def test_every_usual_form_of_a_birth_date_is_read(text: str) -> None:
    assert read_date(text, TODAY, "YYYYMMDD", birth=True) == "19850314"
    assert read_date(text, TODAY, "YYYY-MM-DD", birth=True) == "1985-03-14"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("t", "20201215"), ("T", "20201215"), ("y", "20201214"), ("+3", "20201218"), ("-1", "20201214"),
        ("- 1", "20201214"), ("today", "20201215"), ("+17", "20210101"),
    ],
)  # fmt: skip
def test_words_and_offsets_count_from_today(text: str, read: str) -> None:
    assert read_date(text, TODAY, "YYYYMMDD") == read


@pytest.mark.parametrize(
    ("text", "birth", "read"),
    [
        ("151220", True, "20201215"),  # today is not after today
        ("161220", True, "19201216"),  # tomorrow is no birthday: the century before
        ("161220", False, "20201216"),
        ("161221", False, "20211216"),  # a year ahead is a plan
        ("181221", False, "19211218"),  # more than that is not
        ("290200", True, "20000229"),
        ("290201", True, None),  # no such day in either century
        ("01/02/03", False, "20030201"),  # the day stands before the month
        ("20111985", False, "19851120"),  # 2011-19-85 is no date
        ("20011201", False, "20011201"),  # 20 Jan 1201 is no client's date
    ],
)
def test_doubtful_dates_are_read_as_documented(text: str, birth: bool, read: str | None) -> None:
    assert read_date(text, TODAY, "YYYYMMDD", birth=birth) == read


@pytest.mark.parametrize(
    "text",
    ["", "hello", "1", "31/02/2020", "32/1/20", "14/13/85", "1985", "+", "+999999999", "14 ma 85x", "14/3-85",
     "14 xyz 85", "\u0661\u0664/3/85", "00000000", "99999999", "1 1 850", "ty"],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert read_date(text, TODAY, "YYYYMMDD") is None


def test_offsets_beyond_the_calendar_are_no_dates() -> None:
    assert read_date("+3", date.max, "YYYYMMDD") is None
    assert read_date("-3", date.min, "YYYYMMDD") is None
    assert read_date("010120", date.min, "YYYYMMDD") is None


@given(DAYS, st.sampled_from(LAYOUTS))
def test_what_is_written_is_read_again_and_shown(day: date, layout: str) -> None:
    text = write_date(day, layout)
    assert stored_date(text, layout) == day
    assert read_date(text, TODAY, layout) == text
    assert read_date(show_date(text, layout), TODAY, layout) == text


@given(
    DAYS,
    st.sampled_from(["{d}/{m}/{y}", "{d}.{m}.{y}", "{d:02}{m:02}{y}", "{y}-{m}-{d}", "{y}{m:02}{d:02}", "{d} {m} {y}"]),
)
def test_a_full_year_is_never_guessed(day: date, form: str) -> None:
    assert read_date(form.format(d=day.day, m=day.month, y=day.year), TODAY, "YYYYMMDD") == write_date(day, "YYYYMMDD")


@given(st.dates(TODAY - timedelta(days=36500), TODAY))
def test_a_two_digit_birth_year_lies_in_the_past(day: date) -> None:
    read = read_date(f"{day.day:02}{day.month:02}{day.year % 100:02}", TODAY, "YYYYMMDD", birth=True)
    assert read is not None
    assert read <= "20201215"


@given(st.text(max_size=12), st.booleans())
def test_any_text_gives_a_date_of_the_layout_or_nothing(text: str, birth: bool) -> None:
    read = read_date(text, TODAY, "YYYY-MM-DD", birth=birth)
    assert read is None or stored_date(read, "YYYY-MM-DD") is not None


def test_a_value_that_is_no_date_shows_nothing() -> None:
    assert show_date("19850230", "YYYYMMDD") == ""
    assert show_date("1985-02-03", "YYYYMMDD") == ""
    assert show_date("19850314", "YYYYMMDD") == "14 Mar 1985"


@pytest.mark.parametrize(
    ("text", "today", "read"),
    [
        ("14 mar", date(2020, 12, 15), "20200314"),
        ("14 mar", date(2020, 3, 13), "20190314"),
        ("14/3", date(2020, 3, 14), "20200314"),
        ("29 feb", date(2020, 2, 28), "20160229"),
        ("29 feb", date(2104, 2, 28), "20960229"),
        ("31 feb", date(2020, 12, 15), None),
        ("14 xyz", date(2020, 12, 15), None),
    ],
)
def test_a_day_without_a_year_is_the_latest_there_was(text: str, today: date, read: str | None) -> None:
    assert read_date(text, today, "YYYYMMDD") == read
    assert read_date(text, today, "YYYYMMDD", birth=True) is None


@pytest.mark.parametrize(
    ("text", "birth", "said"),
    [
        ("1985", True, ": only a year; type it whole, as 14/3/1985, or leave it empty"),
        (" 2020 ", False, ": only a year; type it whole, as 14/3/2020"),
        ("14/3", True, ": type the year of birth too, as in 14/3/85"),
        ("14 Mar", True, ": type the year of birth too, as in 14/3/85"),
        ("31/2/85", True, " is no date: type it as 14/3/22, 14 mar 22 or t for today"),
        ("9999", False, " is no date: type it as 14/3/22, 14 mar 22 or t for today"),
    ],
)
def test_what_is_no_date_says_what_to_do(text: str, birth: bool, said: str) -> None:
    assert how_to_type(text, birth) == said
