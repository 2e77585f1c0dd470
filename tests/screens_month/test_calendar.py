"""The calendar's screen on 15 December 2020: a year, a region's dates typed, loaded and withdrawn; the roll-over."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from exporters.extracts.receipt import receipt_lines
from exporters.extracts.writing import export_submission
from exporters.month import checklist_page
from exporters.month.checklist import ELSEWHERE
from exporters.month.status import read_standing
from exporters.report.page import read_page
from exporters.work import Work
from store.clients import index
from store.facts import AgencyInfo, Who
from store.month import calendar as stored_calendar
from store.month import extracts, sent, submissions
from store.month.facts import WrittenExtract
from store.records import agencies, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, chosen, command, same_picture
from tests.screens_month.conftest import PICTURES
from tests.stores import ask
from tests.terminal import Terminal
from tui.form.dates import typed_day
from tui.screens.calendar.rows import detail, read_year, year_of
from validators.calendar.kinds import Override
from validators.problems import Problem
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")


@pytest.fixture
def calendar(start: Start) -> Terminal:
    """The screen, at rest."""
    terminal = start()
    command(terminal, "windows and deadlines", "June part July 21")
    return terminal


def row(terminal: Terminal, title: str) -> str:
    """The line of a submission."""
    return next(line for line in terminal.lines() if line.startswith(title))


def test_pictures(start: Start, calendar: Terminal) -> None:
    same_picture(calendar, HELP / "calendar.screen.txt")
    wide = start(120, 40)
    command(wide, "windows and deadlines", "June part July 21")
    same_picture(wide, PICTURES / "calendar-120x40.txt")


def test_the_year_tells_what_is_due_and_why_there_is_no_august(calendar: Terminal) -> None:
    assert "Today is 15 December 2020. Dec 20 is due on 12 January 2021: 28 days left." in calendar.text()
    assert row(calendar, "Dec 20").split()[-3:] == ["28", "rule", "next"]
    assert "Sat 12 Dec!" in row(calendar, "Nov 20"), "a Saturday: marked, not moved"
    assert "August 2021: no submission. Part July Aug 21 covers 15 July to 31 Aug." in calendar.text()
    calendar.press("-")
    calendar.until("Part July Aug 19")
    calendar.press("++")
    calendar.until("Part July Aug 21  1 Jan 20")


def test_what_was_sent_late_says_so_in_the_calendar_and_on_its_receipt(store: Store, tmp_path: Path) -> None:
    agency = ask(store, agencies.one)
    for month, day in (("2020-10", datetime(2020, 11, 9, tzinfo=UTC)), ("2020-11", datetime(2020, 12, 15, tzinfo=UTC))):
        export_submission(store, Work(agency, STANDARD, day.date()), month, tmp_path, Who("ann", day))
        its = ask(store, extracts.listed, agency)[-1]
        with store.writing(Who("ann", day)) as unit:
            sent.mark(unit, its.id)
    year = ask(store, read_year, agency, STANDARD, 2020, NOW.date())
    told = {line.entry.submission: (line.state, detail(line)) for line in year.lines if line.entry}
    assert not year.is_sent and ask(store, read_year, agency, STANDARD, 2020, date(2020, 12, 10)).is_sent
    assert told["2020-10"][0] == "sent" and "late" not in told["2020-10"][1]
    assert told["2020-11"][0] == "sent late" and "Sent late by 3 days." in told["2020-11"][1]
    lines = list(receipt_lines(ask(store, extracts.listed, agency)[-1], STANDARD))
    assert "  Agency  T0001" in lines and "  Due     12 December 2020, sent late by 3 days" in lines
    assert "  Period  1 January 2019 to 30 November 2020" in lines


def test_a_regions_deadline_is_entered_counts_and_is_withdrawn(calendar: Terminal, store: Store) -> None:
    calendar.press("e")
    calendar.until("Where it is stated")
    calendar.press("<tab><tab>11 jan 21<tab><tab>Regional e-mail<tab>14/12/20<f2>")
    calendar.until("Kept.")
    calendar.until("Mon 11 Jan")
    (stated,) = ask(store, stored_calendar.overrides, "ndtms")
    assert (stated.override.deadline, stated.override.stated_on) == (date(2021, 1, 11), date(2020, 12, 14))
    assert stated.entered_by == "ann"
    assert row(calendar, "Dec 20").split()[-3:] == ["27", "own", "next"]
    calendar.press("w")
    calendar.until("Entered by ann on 15 December 2020.")
    calendar.press("<enter>")
    calendar.press("w")
    calendar.until("Withdrawn.")
    assert (
        ask(store, stored_calendar.overrides, "ndtms") == []
        and len(ask(store, stored_calendar.overrides, "ndtms", withdrawn=True)) == 1
    )


def test_a_period_is_stated_and_one_that_nobody_states_follows_the_rule(calendar: Terminal, store: Store) -> None:
    calendar.press("e")
    calendar.until("Period to")
    calendar.press("<tab><tab>11 jan 21<tab><tab>Regional e-mail<tab>14/12/20<tab><tab>30 dec 20<f2>")
    calendar.until("Kept.")
    (one,) = ask(store, stored_calendar.overrides, "ndtms")
    assert (one.override.period_start, one.override.period_end) == (None, date(2020, 12, 30))
    calendar.until("covers 1 January 2019 to 30 December 2020")
    calendar.press("e")
    calendar.until("Period to")
    calendar.press("<tab><tab>10 jan 21<f2>")
    calendar.until("Sun 10 Jan")
    (one,) = ask(store, stored_calendar.overrides, "ndtms")
    assert one.override.period_end == date(2020, 12, 30), "other dates leave it as it was stated"


def test_dates_that_do_not_fit_stay_in_the_dialog_or_are_said(calendar: Terminal, store: Store) -> None:
    calendar.press("e")
    calendar.until("Where it is stated")
    calendar.press("<tab><tab>never<tab><tab>x<tab><f2>")
    calendar.until("Deadline is not a date")
    calendar.press("<escape>")
    calendar.until_quiet(0.3)
    calendar.press("e")
    calendar.until("Where it is stated")
    calendar.press("<tab><tab>8 feb 21<tab><tab>x<tab><f2>")
    calendar.until("The windows of 2020-12 (to 2021-02-08)")
    assert "Stated on" in calendar.text(), "what was typed is not lost"
    assert ask(store, stored_calendar.overrides, "ndtms", withdrawn=True) == []


def test_a_file_is_taken_or_refused_with_its_line(calendar: Terminal, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("submission,deadline\n2021-01,2021-02-11\n2021-07,2021-08-09\n")
    calendar.press("<ctrl+o>")
    calendar.until("CSV file")
    calendar.press(f"{file}<tab>Team<f2>")
    calendar.until("line 3: There is no submission 2021-07")
    assert ask(store, stored_calendar.overrides, "ndtms", withdrawn=True) == []
    file.write_text("submission,deadline\n2021-01,2021-02-11\n")
    calendar.press("<ctrl+o>")
    calendar.until("CSV file")
    calendar.press(f"{file}<tab>Team<f2>")
    calendar.until("1 submission taken.")
    calendar.until("Thu 11 Feb")


def test_the_region_is_chosen_and_kept(calendar: Terminal, store: Store) -> None:
    with store.writing(Who("bob", NOW)) as work:
        dates = Override("2021-01", "South West", deadline=date(2021, 2, 9), source="x", stated_on=NOW.date())
        stored_calendar.add_overrides(work, ask(store, agencies.one), [dates], NOW.date())[0]
    calendar.press("<ctrl+t>")
    calendar.until("NDTMS.SouthWest@dhsc.gov.uk")
    calendar.press("south west<enter>")
    calendar.until("T0001 (South West)")
    calendar.until("Tue 9 Feb")
    assert ask(store, agencies.one).region == "South West"


def test_the_roll_over_lists_faulty_episodes_first_and_opens_one(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "next roll-over drops", "by the last check")
    assert "From Part July Aug 21 on, the period starts on 1 January 2020." in terminal.text()
    drops = ask(store, stored_calendar.roll_over, ask(store, agencies.one), date(2020, 1, 1))
    assert drops.episodes and f"{drops.episodes} episode" in terminal.text()
    same_picture(terminal, HELP / "rollover.screen.txt")
    terminal.press("<enter>")
    terminal.until(drops.items[0].reference)
    terminal.until("Client")
    wide = start(120, 40)
    command(wide, "next roll-over drops", "by the last check")
    same_picture(wide, PICTURES / "rollover-120x40.txt")


def test_whoever_is_chosen_in_the_roll_over_stays_so_when_somebody_above_goes(start: Start, store: Store) -> None:
    """The place was kept: once others had mended the first, Enter opened somebody else than one was on."""
    terminal = start()
    command(terminal, "next roll-over drops", "by the last check")
    first, second = ask(store, stored_calendar.roll_over, ask(store, agencies.one), date(2020, 1, 1)).items[:2]
    terminal.press("<down>")
    assert second.reference in chosen(terminal)
    with store.writing(Who("bob", NOW)) as work:
        save.delete(work, "episode", first.episode_id, ask(store, read.get, "episode", first.episode_id).version)
    terminal.until(lambda seen: second.reference in seen.lines()[6])
    assert second.reference in chosen(terminal)


def test_enter_opens_the_checklist_of_the_chosen_submission(calendar: Terminal) -> None:
    calendar.press("<enter>")
    calendar.until("Checklist: 2020-12")
    calendar.press("<escape>")
    calendar.until("September 2020 to August 2021")
    calendar.press("<home><enter>")
    calendar.until("Checklist: 2020-08")


def test_a_clock_that_goes_on_and_back_changes_what_is_due_and_nothing_else(
    start: Start, store: Store, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2021-01-11T09:00:00+00:00", encoding="ascii")
    terminal = start(KEYWORK_TEST_CLOCK=str(clock), checked=date(2021, 1, 11))
    command(
        terminal, "windows and deadlines", "Today is 11 January 2021. Dec 20 is due on 12 January 2021: 1 day left."
    )
    before = ask(store, index.saved_version)
    for day, told in (("2029-08-10", "Nothing is due now"), ("2020-12-01", "Today is 1 December 2020. Nov 20 is due")):
        clock.write_text(f"{day}T09:00:00+00:00", encoding="ascii")
        terminal.press("<f5>")
        terminal.until(told)
    assert ask(store, index.saved_version) == before


def test_a_page_begins_in_september(store: Store, agency: AgencyInfo) -> None:
    assert year_of(date(2020, 9, 1)) == 2020 and year_of(date(2021, 8, 31)) == 2020
    lines = ask(store, read_year, agency, STANDARD, 2020, NOW.date()).lines
    assert [line.entry.submission if line.entry else "" for line in lines] == [
        "2020-08", "2020-09", "2020-10", "2020-11", "2020-12", "2021-01", "2021-02", "2021-03", "2021-04", "2021-05",
        "2021-06", "",
    ]  # fmt: skip
    for year in (1900, 9995):
        with pytest.raises(Problem, match="does not reach"):
            ask(store, read_year, agency, STANDARD, year, NOW.date())


def test_states_follow_what_was_done(store: Store, agency: AgencyInfo) -> None:
    written = WrittenExtract("2020-10", "x.csv", sha256().hexdigest(), 0, {})
    with store.writing(Who("ann", NOW)) as work:
        nil = submissions.open_one(work, agency, "2020-09", is_nil=True)
        done = submissions.open_one(work, agency, "2020-10")
        submissions.tick(work, done.id, "accepted", {})
        kept = extracts.keep(work, agency, written, ())

    def states() -> dict[str, str]:
        lines = ask(store, read_year, agency, STANDARD, 2020, NOW.date()).lines
        return {line.entry.submission: line.state for line in lines if line.entry}

    # A nil return that was begun is not made, and what is written has not left, whatever was ticked.
    assert nil.is_nil and (states()["2020-09"], states()["2020-10"]) == ("-", "written")
    assert [states()[month] for month in ("2020-08", "2020-11", "2020-12", "2021-01")] == ["-", "late", "next", ""]
    with store.writing(Who("ann", NOW)) as work:
        submissions.open_one(work, agency, "2020-11")
        submissions.open_one(work, agency, "2020-11", reason="nobody to report", is_nil=True)
    assert states()["2020-11"] == "late"
    assert not ask(store, read_year, agency, STANDARD, 2020, date(2020, 12, 10)).begun, "what is due has days left"
    with store.writing(Who("ann", NOW)) as work:
        submissions.drop(work, agency, "2020-11", "a mistake")
        submissions.tick(work, nil.id, "nil_told", {})
        sent.mark(work, kept.id)
        submissions.tick(work, submissions.ensure(work, agency, "2020-11").id, ELSEWHERE, {"how": "the old system"})
        extracts.keep(work, agency, replace(written, submission="2020-11"), ())
    assert [states()[month] for month in ("2020-09", "2020-10", "2020-11")] == ["nil", "accepted", "sent"]
    with store.writing(Who("ann", NOW)) as work:
        begun = [
            submissions.open_one(work, agency, month, reason="somebody was missing")
            for month in ("2020-09", "2020-10", "2020-11")
        ]
    assert [states()[month] for month in ("2020-09", "2020-10", "2020-11")] == ["again"] * 3
    assert "correction 1 was begun" in ask(store, read_year, agency, STANDARD, 2020, date(2020, 12, 10)).begun
    with store.writing(Who("ann", NOW)) as work:
        for one in begun[:2]:
            its = replace(written, submission=one.month, submission_number=one.number)
            sent.mark(work, extracts.keep(work, agency, its, ()).id)
    assert (states()["2020-09"], states()["2020-10"]) == ("sent late", "sent late")
    jumped = ask(store, read_year, agency, STANDARD, 2020, date(2021, 1, 5)).lines
    assert {line.state for line in jumped if line.entry and line.entry.submission == "2020-12"} == {"open"}


@pytest.mark.parametrize("first", ["2020-10", "2020-12"])
def test_what_is_late_is_late_everywhere_and_nothing_before_the_first(
    store: Store, agency: AgencyInfo, first: str
) -> None:
    """November was due on 12 December: calendar, Month, checklist and the manager's page go by the first from here."""
    with store.writing(Who("ann", NOW)) as work:
        agency = agencies.set_reports_since(work, agency, first)
    today, is_late = NOW.date(), first < "2020-11"
    year = ask(store, read_year, agency, STANDARD, 2020, today).lines
    (november,) = [line for line in year if line.entry and line.entry.submission == "2020-11"]
    assert november.state == ("late" if is_late else "-")
    assert ("Not marked as sent, 3 days late." in detail(november)) is is_late
    standing = ask(store, read_standing, agency, STANDARD, today)
    assert [one.entry.submission for one in standing.lates] == (["2020-11"] if is_late else [])
    page = ask(store, checklist_page.read_page, agency, STANDARD, today, "2020-11")
    assert page.when.endswith("3 days late" if is_late else "not due from here")
    lines = ask(store, read_page, Work(agency, STANDARD, today)).submissions
    assert [one.state for one in lines if one.month == "2020-11"] == ["not sent" if is_late else "before Keywork"]


def test_a_day_is_typed_as_anywhere() -> None:
    today = date(2020, 12, 15)
    assert typed_day("Day", "t", today) == today and typed_day("Day", "", today) is None
    assert typed_day("Day", "14/3/21", today) == date(2021, 3, 14)
    with pytest.raises(Problem, match="Day is not a date"):
        typed_day("Day", "soon", today)
