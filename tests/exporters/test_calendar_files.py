"""Dates that come in as CSV are taken all or not at all; the calendar goes out for calendar programs to read."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporters.month.calendar_csv import checked_overrides
from exporters.month.calendar_ics import as_ics
from validators.calendar.calendar import SubmissionCalendar
from validators.calendar.kinds import Override
from validators.problems import Problem
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")
SAMPLE = Path(__file__).parent.parent / "data" / "ndtms_calendar_2022_23.csv"
TODAY = date(2026, 1, 10)
HEAD = "submission,opens,closes,deadline,region,source,stated_on"


def taken(path: Path, today: date = TODAY, source: str = "e-mail") -> list[Override]:
    """What is taken from a file."""
    return checked_overrides(path, STANDARD, source=source, stated_on=today, today=today)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes its dates."""
    return tmp_path / "dates.csv"


def test_the_published_table_is_such_a_file() -> None:
    found = taken(SAMPLE, date(2022, 9, 1), "the owner")
    assert len(found) == 12
    assert found[3] == Override(
        "2022-12", "", "Dec 22", date(2021, 1, 1), date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 11),
        date(2023, 1, 12), "the owner", date(2022, 9, 1),
    )  # fmt: skip


def test_a_line_says_its_own_region_source_and_day(file: Path) -> None:
    file.write_text(f"{HEAD}\n2026-02,,,2026-03-09,South West,letter,2026-01-02\n2026-02,,,2026-03-11,,,\n")
    own, for_all = taken(file)
    assert (own.region, own.source, own.stated_on) == ("South West", "letter", date(2026, 1, 2))
    assert (for_all.region, for_all.source, for_all.dates) == ("", "e-mail", {"deadline": date(2026, 3, 11)})


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("2026-02,,,2026-02-30,,,", "line 2: deadline is not a date: write it as YYYY-MM-DD"),
        ("2026-02,,,09/03/2026,,,", "line 2: deadline is not a date"),
        ("2026-02,,,20260309,,,", "line 2: deadline is not a date"),
        ("2026-02,2026-03-09,2026-03-04,2026-03-10,,,", "line 2: The window of 2026-02 would close .* before it opens"),
        ("2026-02,,,2026-04-03,,,", "line 2: The windows of 2026-02 .* and 2026-03 .* would overlap"),
        ("2026-02,,,2026-03-09,,,\n2026-01,,2026-03-05,,,,", "line 2: The windows of 2026-01 .* would overlap"),
        ("2026-02,,,2026-03-09,Mercia,,", "line 2: There is no region 'Mercia'"),
        ("2026-07,,,2026-08-09,,,", "line 2: There is no submission 2026-07: its first half is in 2026-06"),
        ("February,,,2026-03-09,,,", "line 2: 'February' is not a submission"),
        ("2025-11,,,2025-12-09,,,", "line 2: The submission 2025-11 would have been over since 2025-12-09, .* past"),
        ("2026-02,,,2026-03-09,,,\n2026-02,,,2026-03-10,,,", "line 3: the submission 2026-02 is in line 2 already"),
        ("2026-02,,,,,,", "line 2: no date is stated"),
        ("2026-02,,,2026-03-09,,", "line 2: there are 6 cells, not 7"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_line(file: Path, lines: str, sentence: str) -> None:
    file.write_text(f"{HEAD}\n{lines}\n")
    with pytest.raises(Problem, match=rf"^dates\.csv, {sentence}.*\. Nothing was taken\.$"):
        taken(file)


@pytest.mark.parametrize("head", ["opens,closes", "submission,deadlin", "submission,deadline,deadline"])
def test_a_heading_that_is_none_is_refused(file: Path, head: str) -> None:
    file.write_text(f"{head}\n")
    with pytest.raises(Problem, match=r"^dates\.csv, line 1: the columns are submission, title, .*\. Nothing was"):
        taken(file)


def test_a_source_is_wanted_and_a_line(file: Path) -> None:
    file.write_text(f"{HEAD}\n2026-02,,,2026-03-09,,,\n")
    with pytest.raises(Problem, match="give --source"):
        taken(file, source=" ")
    file.write_text(f"{HEAD}\n\n")
    with pytest.raises(Problem, match="no lines below its heading"):
        taken(file)


# iCalendar

NAME = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^:;,\"]+)*):(.*)")


def parsed(text: str) -> list[dict[str, list[str]]]:
    """The events of a file, read strictly: line ends, lengths, nesting, once-only properties, escapes."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    unfolded = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    stack: list[str] = []
    events: list[dict[str, list[str]]] = []
    for line in unfolded:
        match = NAME.fullmatch(line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
            elif value == "VALARM":
                assert stack[-2] == "VEVENT"
        elif name == "END":
            assert stack.pop() == value
        elif stack[-1] != "VCALENDAR":
            if name in ("SUMMARY", "DESCRIPTION"):
                assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,n])*", value)
            prefix = "ALARM-" if stack[-1] == "VALARM" else ""
            assert prefix or name not in events[-1]
            events[-1].setdefault(prefix + name + parameters, []).append(value)
    assert not stack and unfolded[0] == "BEGIN:VCALENDAR" and unfolded[1] == "VERSION:2.0"
    return events


def test_a_calendar_program_gets_windows_and_deadlines_with_reminders() -> None:
    calendar = SubmissionCalendar(STANDARD, "East & East Midlands")
    entries = calendar.entries(date(2022, 10, 1), 12)
    now = datetime(2022, 9, 1, 8, tzinfo=UTC)
    events = parsed(as_ics(entries, "ndtms", "CJIT; P, \\ é" + "ü" * 60, now))
    assert len(events) == 22 and len({event["UID"][0] for event in events}) == 22
    first, due = events[:2]
    assert first["UID"] == ["ndtms-2022-09-opens@keywork.invalid"]
    assert first["DTSTART;VALUE=DATE"] == ["20221001"] and first["DTSTAMP"] == ["20220901T080000Z"]
    assert due["DTSTART;VALUE=DATE"] == ["20221012"] and due["DTEND;VALUE=DATE"] == ["20221013"]
    assert due["ALARM-TRIGGER"] == ["-P7D", "-P2D", "PT9H"]
    assert due["SUMMARY"] == ["CJIT\\; P\\, \\\\ é" + "ü" * 60 + ": Sept 22 is due"]
    assert "The deadline is a Saturday." in events[3]["DESCRIPTION"][0]


def test_an_events_uid_stays_when_its_date_moves() -> None:
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    moved = Override("2026-02", deadline=date(2026, 3, 9), source="x", stated_on=TODAY)
    before, after = (
        parsed(as_ics([SubmissionCalendar(STANDARD, overrides=stated).entry("2026-02")], "ndtms", "t", when))
        for stated, when in (((), stamp), ((moved,), stamp + timedelta(days=3)))
    )
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert before[1]["DTSTART;VALUE=DATE"] != after[1]["DTSTART;VALUE=DATE"]
    assert before[1]["DTSTAMP"] != after[1]["DTSTAMP"]


def test_an_events_uid_stays_when_the_agency_says_its_region() -> None:
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    london = Override("2026-02", "London", deadline=date(2026, 3, 9), source="x", stated_on=TODAY)
    before, after = (
        parsed(as_ics([SubmissionCalendar(STANDARD, region, (london,)).entry("2026-02")], "ndtms", "t", stamp))
        for region in ("", "London")
    )
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert [event["DTSTART;VALUE=DATE"] for event in (before[1], after[1])] == [["20260312"], ["20260309"]]
