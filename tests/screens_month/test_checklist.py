"""The Checklist screen: what the data tick, ticking, reopening, corrections, a nil return, other submissions."""

from types import SimpleNamespace
from typing import Any
from unittest import mock

from exporters.extracts.preview import preview_extract
from exporters.month.checklist_acts import Seen
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.month import extracts, sent, submissions
from store.month.facts import WrittenExtract
from store.records import save
from store.store import Store
from tests.exporters.extracts import STANDARD
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask
from tests.terminal import Terminal
from tui.screens.checklist import ChecklistScreen
from validators.standard.terminology import counted


def at_checklist(start: Start, **options: object) -> Terminal:
    terminal = start(**options)
    command(terminal, "list of one submission", " of 12 done")
    return terminal


def held(store: Store, agency: AgencyInfo, month: str = "2020-12") -> dict[str, str]:
    """The ticks that hold, with who ticked."""
    its = ask(store, submissions.current, agency, month)
    return {one.item: one.ticked_by for one in ask(store, submissions.ticks, its.id) if one.holds} if its else {}


def test_it_lists_the_items_and_says_of_each_why_it_stands_so(start: Start) -> None:
    terminal = at_checklist(start)
    terminal.until(lambda seen: seen.text().count("8 errors in 11 rows") == 2)
    same_picture(terminal, HELP / "checklist.screen.txt")
    terminal.press("<down>" * 7)
    terminal.until(" Waits for the extract to be written")


def test_enter_goes_to_where_it_is_mended(start: Start) -> None:
    terminal = at_checklist(start)
    terminal.press("<enter>")
    terminal.until("Filter: error")
    terminal.until("8 of 8 in 2020-12")
    terminal.press("<escape>")
    terminal.press("<escape>")
    terminal.until("Checklist: 2020-12")
    terminal.press("<down>" * 4 + "<enter>")
    terminal.until("Everything you typed is saved.")


def test_space_ticks_and_reopens_with_a_reason_typed_ahead(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = at_checklist(start)
    terminal.press("<down>" * 5 + " ")
    terminal.until("[x] Code lists reviewed                           ann, 14:02")
    assert held(store, agency) == {"code_lists": "ann"}
    terminal.press(" a new edition<enter>")
    terminal.until("Reopened; the tick before is kept with your reason.")
    assert held(store, agency) == {}
    its = ask(store, submissions.current, agency, "2020-12")
    assert its is not None and [one.reason for one in ask(store, submissions.ticks, its.id)] == ["a new edition"]


def test_what_a_colleague_ticks_is_seen_within_moments(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = at_checklist(start)
    with store.writing(Who("bob", NOW)) as work:
        submissions.tick(work, submissions.ensure(work, agency, "2020-12").id, "code_lists", {})
    terminal.until("[x] Code lists reviewed                           bob, 14:02")


def test_escape_leaves_the_question_and_nothing_happens(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = at_checklist(start)
    terminal.press("+")
    terminal.until("A correction of 2020-12")
    terminal.press("<enter>")
    terminal.until("Type the reason first.")
    terminal.slowly("<escape>")
    terminal.until_quiet()
    assert not terminal.shows("A correction of") and ask(store, submissions.listed, agency) == []


def test_what_cannot_be_ticked_says_why(start: Start) -> None:
    terminal = at_checklist(start)
    terminal.press(" ")
    terminal.until("The data tick this: mend what it says.")
    terminal.press("<down>" * 7 + " ")
    terminal.until("No extract is written for 2020-12: write it first")
    terminal.press("<down> ")
    terminal.until("This is told of a return that has left: tick the upload before it.")


def test_the_upload_of_what_would_be_written_otherwise_by_now_is_asked_for(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        extracts.keep(work, agency, WrittenExtract("2020-12", "x.csv", sha, 0, {}), ())
    terminal = at_checklist(start)
    terminal.press("<down>" * 7 + " ")
    terminal.until("x.csv was written before the reporting period was over")  # today is the 15th
    terminal.press("<enter><escape>")
    terminal.until(lambda seen: not seen.shows("Mark as sent?"))
    assert held(store, agency) == {}
    terminal.press(" ")
    terminal.until("That very file was sent")
    terminal.press("s")
    terminal.until("Ticked.")
    assert held(store, agency)["uploaded"] == "ann"


def test_portal_percentages_are_asked_for_and_refused_when_they_are_none(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        receipt = {"load_percent": 90.2, "data_quality_percent": 100.0}
        sent.mark(work, extracts.keep(work, agency, WrittenExtract("2020-12", "x.csv", sha, 0, receipt), ()).id)
    terminal = at_checklist(start)
    terminal.press("<down>" * 8 + " ")
    terminal.until("As the portal shows them")
    terminal.press("91<tab>all<f2>")
    terminal.until("'all' is no data quality %")
    terminal.press("<backspace><backspace><backspace>100<enter>")
    terminal.until("Load % 91, our estimate 90.2: 0.8 more; data quality % 100, our estimate 100:")
    assert held(store, agency) == {"portal_figures": "ann"}


def test_a_nil_return_needs_less_and_a_correction_is_kept_apart(start: Start) -> None:
    terminal = at_checklist(start)
    terminal.press("<ctrl+n>")
    terminal.until("There is nobody to report all the same")
    terminal.press("n")
    terminal.until("A nil return for 2020-12")
    terminal.until("Reason")
    terminal.press("<f2>")
    terminal.until("1 of 3 done, nil return: nobody to report")
    assert terminal.shows("[-] Extract written                               not needed: nil return")
    terminal.press("+somebody came<enter>")
    terminal.until("4 of 12 done, correction 1: somebody came")
    terminal.press("<left>")
    terminal.until("1 of 3 done, nil return")
    terminal.press("<left>")
    terminal.until("Checklist: 2020-11")
    terminal.until("Its window closed on Sat 12 Dec 2020: the region decides.")
    terminal.press("<right><right><right>")
    terminal.until("Checklist: 2021-01")
    terminal.press("<right>")
    terminal.until("There is no further one to look at.")
    terminal.press("<left>")
    terminal.until("correction 1: somebody came")
    terminal.press("-a slip<enter>")
    terminal.until("Attempt 2 of 2020-12 is dropped; it is kept with your reason.")
    terminal.until("1 of 3 done, nil return: nobody to report")


def test_a_nil_return_is_of_what_was_in_sight_before_the_first_question() -> None:
    """Between the two questions the page may be read anew, unseen behind them."""

    def page(seen: Seen) -> Any:
        return SimpleNamespace(seen=seen, entry=SimpleNamespace(submission="2020-12"))

    screen, asked = ChecklistScreen(), list[Any]()
    program = SimpleNamespace(
        agency=SimpleNamespace(id="its"),
        push_screen=lambda shown, answered: asked.append(answered),
        in_store=lambda act, on_done, hold: on_done("The store holds 8 episodes that would be sent."),
    )
    screen.page = before = page(Seen())
    with (
        mock.patch.object(ChecklistScreen, "program", program),
        mock.patch.object(ChecklistScreen, "app", program),
        mock.patch.object(screen, "_act") as acted,
        mock.patch.object(screen, "_about"),
    ):
        screen.action_nil()
        screen.page = page(Seen(latest="bob's"))
        asked[0]("n")
        asked[1]({"reason": "nobody"})
    acted.assert_called_once_with("declare_nil", "", {"reason": "nobody"}, before, mock.ANY)


def test_what_was_sent_from_elsewhere_is_stated_and_taken_back(start: Start) -> None:
    terminal = at_checklist(start)
    terminal.press("ethe old system<enter>")
    terminal.until("1 of 1 done")
    terminal.press("<home>" + "<down>" * 7)
    terminal.until("ent from elsewhere: the old system")
    terminal.press(" it was not<enter>")
    terminal.until("4 of 12 done")


def test_what_somebody_else_ticks_appears_by_itself(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = at_checklist(start)
    with store.writing(Who("bob", NOW)) as work:
        submissions.tick(work, submissions.ensure(work, agency, "2020-12").id, "wording", {})
        client = save.create(work, "client", agency.id, "", {})
        assert client.version == 1
    terminal.until("[x] Latest national consent wording in use        bob, 14:02")


def test_another_month_is_counted_as_its_receipt_counts_it(start: Start, store: Store, agency: AgencyInfo) -> None:
    """By keys to the months before and after the one that is due: neither has all that is known of an episode."""
    terminal = at_checklist(start)
    for key, month in (("<left>", "2020-11"), ("<right><right>", "2021-01")):
        tally = ask(store, preview_extract, Work(agency, STANDARD, NOW.date()), month).tally
        terminal.press(key)
        terminal.until(f"Checklist: {month}")
        told = f"no error in {counted(tally.episodes, 'episode')}"
        terminal.until(f"{counted(tally.errors, 'error')} in" if tally.errors else told)
