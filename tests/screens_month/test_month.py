"""The Month screen: what is due, how it stands, and one key to each thing in the way."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from textual import events

from exporters.month.checklist import Counted
from exporters.month.checklist_page import ChecklistPage
from exporters.month.month_text import MonthView, read_month
from store.facts import AgencyInfo, Who
from store.findings import queries
from store.month import calendar, extracts, sent, submissions
from store.month.facts import WrittenExtract
from store.records import agencies, bulk_load, read, save
from store.store import Store
from tests.exporters import desks
from tests.exporters.extracts import STANDARD, row
from tests.exporters.test_one_figure import english
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.screens_lists.findings import faulty
from tests.stores import ask, do
from tests.terminal import Terminal
from tui.screens.checklist import ChecklistScreen
from tui.screens.month import MonthLine, MonthList, MonthScreen
from validators.records import EpisodeRecord

DAY = NOW.date()


def at_month(start: Start, **options: object) -> Terminal:
    terminal = start(**options)
    command(terminal, "what is due", "Load ")
    return terminal


def test_it_shows_what_is_due_the_figures_and_the_causes_by_size(start: Start) -> None:
    terminal = at_month(start)
    terminal.until("Load 90.2 %, data quality 100.0 %, by our own estimate.")
    assert terminal.shows("Late: Nov 20 (2020-11) was due by Sat 12 Dec 2020, 3 days late.")
    assert terminal.shows("Due by Tue 12 Jan 2021: Dec 20 (2020-12). 28 days left.")
    assert terminal.shows("1 ✗ Rule 89: No sub-intervention after closure")
    assert terminal.shows("c   Checklist: 4 of 12 done; next: All episodes checked, no errors")
    terminal.press("<f3>")  # whoever was here when the check ended is told so, until another screen comes
    terminal.until("60 clients")
    command(terminal, "what is due", "Load 90.2 %")
    same_picture(terminal, HELP / "month.screen.txt")


def sent_once(desk: desks.Desk) -> AgencyInfo:
    """The agency, once it has sent its return of November."""
    desk.take([row("1")])
    agency = ask(desk.store, agencies.one)
    desk.send("2020-11")
    do(desk.store, Who("ann", NOW), sent.mark, ask(desk.store, extracts.listed, agency)[-1].id)
    return agency


@pytest.mark.parametrize("screen", [MonthScreen, ChecklistScreen])
def test_after_midnight_what_was_compared_for_the_submission_before_says_nothing(
    tmp_path: Path, screen: type[MonthScreen] | type[ChecklistScreen]
) -> None:
    desk = desks.opened(tmp_path / "desk")
    with desk.store as store:
        agency = sent_once(desk)
        for day, state in ((date(2021, 1, 12), "done"), (date(2021, 1, 13), "waits")):
            at = SimpleNamespace(agency=agency, standard=STANDARD, today=lambda day=day: day)
            with mock.patch.object(screen, "program", at):
                shown = screen()
                if isinstance(shown, MonthScreen):
                    shown._mismatches = ("2020-12", 0)
                else:
                    shown._counts = ("2020-12", Counted(0))
                found: MonthView | ChecklistPage = ask(store, shown._question())  # type: ignore[assignment]
                items = found.standing.items if isinstance(found, MonthView) else found.items
            assert [one.state for one in items if one.check == "mismatches"] == [state]


def test_what_a_correction_would_deny_is_compared_on_the_month_too(tmp_path: Path) -> None:
    """One that was begun and not sent goes out yet: what it denies of the one sent stands in its way."""
    desk = desks.opened(tmp_path / "desk")
    with desk.store as store:
        agency = sent_once(desk)
        asked: list[object] = []
        for is_done in (True, False):
            at = SimpleNamespace(
                agency=agency, standard=STANDARD, today=lambda: DAY, read=lambda job, **_: asked.append(job)
            )
            view = ask(store, read_month, agency, STANDARD, date(2020, 12, 11))
            with mock.patch.object(MonthScreen, "program", at), mock.patch.object(MonthScreen, "app", at):
                at.screen = shown = MonthScreen()
                shown._compare_due = True
                shown._compare(view)
            assert (view.standing.is_done, len(asked)) == (is_done, 0 if is_done else 1)
            do(store, Who("ann", NOW), submissions.open_one, agency, "2020-11", reason="wrong")
            do(store, Who("ann", NOW), submissions.open_one, agency, "2020-11", reason="wrong")


def test_a_digit_leads_to_the_findings_of_its_cause(start: Start) -> None:
    terminal = at_month(start)
    terminal.press("2")
    terminal.until("- ✗ Rule 1: Spaces at the ends")
    terminal.press("<escape>")
    terminal.until("Due by Tue 12 Jan 2021")
    terminal.press("<down><down><enter>")
    terminal.until("- ✗ Rule 10: Closure after contact")


def test_0_leads_to_all_findings_also_where_each_cause_has_a_line() -> None:
    listed = MonthList()
    listed.lines = (MonthLine("1", "error", "Rule 10", "3", "findings", "10"),)
    with mock.patch.object(listed, "post_message") as posted:
        listed.on_key(events.Key("0", "0"))
    (wanted,) = posted.call_args.args
    assert (wanted.line.goes_to, wanted.line.goes_with) == ("findings", "")


def test_keys_lead_to_the_checklist_the_late_one_and_the_roll_over(start: Start) -> None:
    terminal = at_month(start)
    for key, wanted in (("c", "Checklist: 2020-12"), ("l", "Checklist: 2020-11"), ("g", "Part July Aug")):
        terminal.press(key)
        terminal.until(wanted)
        terminal.press("<escape>")
        terminal.until("Month: Dec 20")
    terminal.press("r")
    terminal.until("14 episodes closed before that day will then be in no return any more.")


def test_the_letters_mean_the_same_with_caps_lock(start: Start) -> None:
    terminal = at_month(start)
    terminal.press("C")
    terminal.until("Checklist: 2020-12")
    terminal.press("<escape>")
    terminal.until("Month: Dec 20")
    terminal.press("R")
    terminal.until("14 episodes closed before that day will then be in no return any more.")


def test_it_leads_to_the_extract_and_says_how_far_that_is(start: Start, store: Store, agency: AgencyInfo) -> None:
    sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    terminal = at_month(start)
    assert terminal.shows("x   Extract: not written yet; look at what it will be")
    with store.writing(Who("bob", NOW)) as work:
        written = extracts.keep(work, agency, WrittenExtract("2020-12", "x.csv", sha, 0, {}), ())
    terminal.press("<f5>")  # what is not keyed is looked at when somebody asks
    terminal.until("x ! Extract: the reporting period is not over: it ends on 31 December 2020")
    with store.writing(Who("bob", NOW)) as work:
        known = read.get(work, "client", next(iter(ask(store, read.episodes, agency))).client_id)
        save.change(work, "client", known.id, {**known.values, "DOB": "19700101"}, known.version)
    terminal.until("x ! Extract: 1 record changed since it was written: write it anew")
    with store.writing(Who("bob", NOW)) as work:
        sent.mark(work, written.id)
    terminal.press("<f5>")
    terminal.until("x ✓ Extract: sent; a record was changed since")
    terminal.press("x")
    terminal.until("Will be written")


def test_the_days_figures_are_kept_once_all_is_checked(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = at_month(start)
    terminal.until(
        lambda _: ask(store, submissions.day_figures_before, agency, "2020-12", DAY + timedelta(days=1)) is not None
    )
    kept = ask(store, submissions.day_figures_before, agency, "2020-12", DAY + timedelta(days=1))
    assert kept is not None and (kept.day, kept.load_percent, kept.errors) == (DAY, 90.2, 8)


def test_the_next_day_says_what_moved_since(start: Start, store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat(), encoding="ascii")
    terminal = at_month(start, KEYWORK_TEST_CLOCK=str(clock))
    terminal.until(
        lambda _: ask(store, submissions.day_figures_before, agency, "2020-12", date(2021, 1, 1)) is not None
    )
    clock.write_text((NOW + timedelta(days=1)).isoformat(), encoding="ascii")
    with store.writing(Who("bob", NOW)) as work:
        for one in ask(store, queries.findings, agency, rule="1"):
            known = read.get(work, "episode", one.episode_id)
            values = {header: text.strip() for header, text in known.values.items()}
            save.change(work, "episode", known.id, values, known.version)
    terminal.until("Since yesterday: rule 1 -1.")
    # The clock goes back: what was kept of the day ahead is not taken.
    clock.write_text((NOW - timedelta(days=1)).isoformat(), encoding="ascii")
    terminal.press("<f5>")
    terminal.until("This is the first look at this submission")


def test_in_august_it_says_that_nothing_is_due_and_what_september_covers(start: Start, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2021-08-10T09:00:00+01:00", encoding="ascii")
    terminal = start_at(start, clock)
    assert terminal.shows("Nothing is due now: no submission is made in August.")
    whole = " ".join(line.strip() for line in terminal.lines())
    assert "covers 15 July 2021 to 31 August 2021 as well" in whole
    clock.write_text("2021-07-16T09:00:00+01:00", encoding="ascii")
    terminal.press("<f5>")
    terminal.until("What is dated after 14 July 2021 waits for")


def start_at(start: Start, clock: Path) -> Terminal:
    """The program on another day: what is due for a check is asked of that day."""
    terminal = start(KEYWORK_TEST_CLOCK=str(clock), checked=date.fromisoformat(clock.read_text(encoding="ascii")[:10]))
    command(terminal, "what is due", "Load ")
    return terminal


def test_a_wide_terminal_shows_the_same(start: Start) -> None:
    terminal = at_month(start, columns=120, rows=40)
    assert terminal.shows("its window opens Fri 1 Jan 2021 to Tue 12 Jan 2021.")
    assert terminal.shows("Roll-over 1 Sep 2021, base 1 Jan 2020: drops 14 episodes, 2 still faulty")


def test_a_low_terminal_shows_fewer_causes_and_all_that_leads_on(start: Start) -> None:
    terminal = at_month(start, rows=20)
    assert terminal.shows("0   All findings, by 5 more rules too")
    assert terminal.shows("c   Checklist: 4 of 12 done") and terminal.shows("r ! Roll-over 1 Sep 2021")


def test_f8_and_f7_walk_those_who_are_counted_here_and_nobody_else(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    left_out = english("9", "left out", "")
    wrong = EpisodeRecord({**left_out.client, "SEX": "", "AGNCY": agency.code}, left_out.episode)
    with store.writing(Who("bob", NOW)) as work:
        bulk_load.load(work, agency, [wrong])
    terminal = at_month(start)
    last = faulty(store)[-1]
    assert ask(store, read.get, "client", last).values["CLIENT"] == wrong.client["CLIENT"], "he comes last of all"
    counted = faulty(store, ask(store, calendar.of_agency, agency).due(DAY).period)
    terminal.press("<f7>")
    terminal.until(f"Client before: {ask(store, read.get, 'client', counted[-1]).values['CLIENT']}")
    # From the list of all clients he is walked to.
    terminal.press("<escape>")
    terminal.until("Month: Dec 20")
    terminal.press("<f3>")
    terminal.until("000001")
    terminal.press("nosuchclient<f7>")
    terminal.until(f"Client before: {wrong.client['CLIENT']}")
