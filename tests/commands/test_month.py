"""`keywork due` and `keywork checklist`: what they say and how they end, with a fixed day."""

import json

import pytest

from store.facts import Who
from store.records import agencies
from store.store import open_store
from tests.commands.running import Place, call
from tests.exporters.extracts import NOW
from validators.standard.catalogue import load

JANUARY = ("--today", "2021-01-10")
LATE = ("--today", "2021-01-13")


def test_due_says_what_is_due_how_it_stands_and_what_is_in_the_way(filled: Place) -> None:
    found = call("due", *filled.options, *JANUARY)
    assert found.code == 0 and found.err == ""
    assert "T0123: 2020-12 (Dec 20) is due by Tue 12 Jan 2021, 2 days left\n" in found.out
    assert "(our estimate); checklist " in found.out and "  in the way: " in found.out
    assert "not written yet" in found.out and len(found.out.splitlines()) <= 4


def test_due_ends_with_1_when_the_deadline_has_passed_and_nothing_was_sent(filled: Place) -> None:
    found = call("due", *filled.options, *LATE)
    assert found.code == 1
    late = "T0123: LATE: 2020-12 (Dec 20) was due by Tue 12 Jan 2021, 1 day late, and is not marked as sent"
    assert found.out.startswith(late)
    quiet = call("due", *filled.options, *LATE, "--quiet")
    assert quiet.code == 1 and quiet.out == found.out
    found = call("due", *filled.options, *JANUARY, "--quiet")
    assert (found.code, found.out) == (0, "")


def test_what_is_sent_is_not_late(filled: Place) -> None:
    assert call("export", "--submission", "2020-12", "--out", filled.out, *filled.options, *JANUARY).code == 1
    assert call("checklist", "tick", "uploaded", *filled.options, *JANUARY).code == 0
    found = call("due", *filled.options, *LATE)
    assert found.code == 0 and "LATE" not in found.out
    told = json.loads(call("due", *filled.options, "--today", "2021-01-11", "--format", "json").out)
    assert (told[0]["sent"], told[0]["late"], told[0]["days_left"]) == (True, None, 1)


def test_in_august_nothing_is_due_and_july_may_be_late(filled: Place) -> None:
    found = call("due", *filled.options, "--today", "2021-08-10", "--as-kept")
    assert found.code == 1 and "LATE: 2021-06" in found.out
    assert "Nothing is due now: no submission is made in August." in found.out
    # From the next window on there is nothing to send for it any more. Of a time before the agency's first submission
    # from here nothing is said: it was another program's, or nobody's.
    assert call("agencies", "since", "T0123", "2021-08", *filled.options).code == 0
    found = call("due", *filled.options, "--today", "2021-09-01", "--as-kept")
    assert found.code == 0 and "was not marked" not in found.out
    assert call("agencies", "since", "T0123", "2021-06", *filled.options).code == 0
    found = call("due", *filled.options, "--today", "2021-09-01", "--as-kept")
    assert found.code == 0 and "2021-06 (June part July 21) was not marked as sent" in found.out


def test_what_moved_since_yesterday_is_said_and_a_clock_that_jumped_ahead_changes_nothing(filled: Place) -> None:
    call("due", *filled.options, "--today", "2021-01-08")
    call("due", *filled.options, "--today", "2030-01-08")
    with filled.raw() as connection:
        assert connection.execute("SELECT count(*) FROM day_figure").fetchone()[0] == 2
        connection.execute("UPDATE day_figure SET told = replace(told, '\"load\": ', '\"load\": 1')")
    found = call("due", *filled.options, *JANUARY)
    assert "since 8 Jan" in found.out


def test_the_checklist_is_told_ticked_and_reopened(filled: Place) -> None:
    found = call("checklist", *filled.options, *JANUARY)
    assert found.code == 1 and "[ ] code_lists      Code lists reviewed\n" in found.out
    assert "not begun" in found.out
    assert call("checklist", "tick", "code_lists", *filled.options, *JANUARY).code == 0
    told = json.loads(call("checklist", *filled.options, *JANUARY, "--format", "json").out)
    ticked = next(item for item in told["items"] if item["item"] == "code_lists")
    assert ticked["state"] == "done" and ticked["who"] and ticked["when"]
    assert (told["submission"], told["of"], told["begun"]) == ("2020-12", 12, True)
    reopen = ("checklist", "reopen", "code_lists", "--reason", "-", *filled.options, *JANUARY)
    assert call(*reopen, given="again\n").code == 0
    told = json.loads(call("checklist", *filled.options, *JANUARY, "--format", "json").out)
    assert next(item for item in told["items"] if item["item"] == "code_lists")["state"] == "open"


def test_portal_figures_are_entered_by_name(filled: Place) -> None:
    assert call("export", "--submission", "2020-12", "--out", filled.out, *filled.options, *JANUARY).code == 1
    assert call("checklist", "tick", "uploaded", *filled.options, *JANUARY).code == 0
    found = call("checklist", "tick", "portal_figures", "load=90", *filled.options, *JANUARY)
    assert found.sentence.startswith("'' is no data quality %")
    assert call("checklist", "tick", "portal_figures", "load", *filled.options, *JANUARY).sentence.startswith(
        "'load' is not NAME=TEXT"
    )
    done = call("checklist", "tick", "portal_figures", "load=90", "quality=91.5", *filled.options, *JANUARY)
    assert (done.code, done.out) == (0, "2020-12: portal_figures is ticked\n")
    assert "load % 90, our estimate" in call("checklist", *filled.options, *JANUARY).out


def test_a_correction_and_a_nil_return(filled: Place) -> None:
    assert "was not begun yet" in call("checklist", "correct", "--reason", "x", *filled.options, *JANUARY).sentence
    refused = call("checklist", "nil", *filled.options, *JANUARY).sentence
    assert refused.startswith("The store holds 117 episodes that would be sent: a nil return says there is nobody.")
    assert "not begun" in call("checklist", *filled.options, *JANUARY).out
    done = call("checklist", "nil", "--anyway", *filled.options, *JANUARY)
    assert done.out == "2020-12: attempt 1 is begun, a nil return: nobody to report\n"
    assert "not needed: nil return" in call("checklist", *filled.options, *JANUARY).out
    done = call("checklist", "correct", "--reason", "there is somebody", *filled.options, *JANUARY)
    assert done.out == "2020-12: attempt 2 is begun, a correction: there is somebody\n"
    assert "correction 1: there is somebody" in call("checklist", *filled.options, *JANUARY).out
    first = call("checklist", "--attempt", "1", *filled.options, *JANUARY)
    assert "nil return: nobody to report" in first.out
    dropped = call("checklist", "drop", "--reason", "a slip", *filled.options, *JANUARY)
    assert dropped.out == "2020-12: attempt 2 is dropped: a slip\n"
    assert call("checklist", "drop", "--reason", "this too", *filled.options, *JANUARY).code == 0
    assert "not begun" in call("checklist", *filled.options, *JANUARY).out
    assert "nothing to drop" in call("checklist", "drop", "--reason", "no", *filled.options, *JANUARY).sentence


def test_a_month_is_sent_is_nil_or_was_sent_from_elsewhere_and_never_two_of_these(filled: Place) -> None:
    at = ("--submission", "2020-12", *filled.options)
    assert call("checklist", "nil", "--anyway", *at).code == 0
    assert call("export", "--out", filled.out, *at, *JANUARY).code == 1
    begun = call("extracts", "sent", "last", *filled.options).sentence
    assert begun.startswith("A nil return of 2020-12 is begun, which says that there is nobody to report: drop it")
    assert call("checklist", "drop", "--reason", "there is somebody", *at).code == 0
    assert call("checklist", "elsewhere", "the old system", *at).code == 0
    stated = call("extracts", "sent", "last", *filled.options).sentence
    assert "stated that the return of 2020-12 was sent from elsewhere: take that back" in stated
    assert call("checklist", "reopen", "uploaded", "--reason", "it was not", *at).code == 0
    # What was written while something stood that was dropped since is the month's all the same.
    (written,) = filled.out.iterdir()
    written.write_bytes(written.read_bytes()[:-40])
    done = call("extracts", "sent", "last", *filled.options, *JANUARY)
    assert done.code == 0 and f"{written.name} is another file than was written" in done.err
    assert "[x] uploaded " in call("checklist", *at, *JANUARY).out
    assert call("checklist", "correct", "--reason", "it was cut", *at).code == 0
    assert call("export", "--out", filled.out, "--again", *at, *JANUARY).code == 1
    assert call("checklist", "drop", "--reason", "it was whole", *at).code == 0
    assert call("extracts", "sent", "last", *filled.options, *JANUARY).err == ""
    listed = json.loads(call("checklist", *at, *JANUARY, "--format", "json").out)
    assert {one["item"]: one["state"] for one in listed["items"]}["uploaded"] == "done" and listed["attempt"] == 1


def test_a_correction_is_late_until_it_is_sent_or_dropped(filled: Place) -> None:
    assert call("export", "--submission", "2020-12", "--out", filled.out, *filled.options, *JANUARY).code == 1
    assert call("checklist", "tick", "uploaded", *filled.options, *JANUARY).code == 0
    nil = call("checklist", "nil", "--anyway", *filled.options, *JANUARY).sentence
    assert "was marked as sent for 2020-12 on" in nil and "that there was nobody to report" in nil
    assert call("checklist", "correct", "--reason", "one was missing", *filled.options, *JANUARY).code == 0
    assert call("due", *filled.options, *JANUARY, "--as-kept").code == 0
    for day in ("2021-01-13", "2021-02-20", "2021-08-10"):
        found = call("due", *filled.options, "--today", day, "--as-kept")
        assert found.code == 1 and "LATE: 2020-12 (Dec 20) was due by Tue 12 Jan 2021" in found.out, day
        assert "is not marked as sent: correction 1 was begun; send it, or drop it" in found.out
    told = json.loads(call("due", *filled.options, "--today", "2021-02-20", "--as-kept", "--format", "json").out)
    assert [one["submission"] for one in told[0]["lates"]] == ["2021-01", "2020-12"]
    options = ("--submission", "2020-12", *filled.options, *JANUARY)
    assert call("checklist", "drop", "--reason", "nothing was missing", *options).code == 0
    assert "LATE: 2020-12" not in call("due", *filled.options, *LATE, "--as-kept").out
    assert "was sent: take that back first" in call("checklist", "drop", "--reason", "all of it", *options).sentence


def test_nothing_is_late_before_the_agencys_first_submission_nor_what_was_sent_from_elsewhere(filled: Place) -> None:
    options = (*filled.options, *LATE, "--as-kept")
    assert call("due", *options).code == 1
    assert call("checklist", "elsewhere", "the old system", "--submission", "2020-12", *filled.options).code == 0
    found = call("due", *options)
    assert found.code == 0 and "LATE" not in found.out
    listed = call("checklist", "--submission", "2020-12", *filled.options, *LATE).out
    assert "sent from elsewhere: the old system" in listed and "1 of 1 done" in listed
    again = ("checklist", "reopen", "uploaded", "--reason", "it was not", "--submission", "2020-12", *filled.options)
    assert call(*again).code == 0
    assert call("due", *options).code == 1
    assert call("agencies", "since", "T0123", "2021-01", *filled.options).out == (
        "Agency T0123: its first submission from here is 2021-01.\n"
    )
    found = call("due", *options)
    assert found.code == 0 and "LATE" not in found.out
    assert call("due", *filled.options, "--today", "2021-02-13", "--as-kept").code == 1
    assert "There is no submission 2021-07" in call("agencies", "since", "T0123", "2021-07", *filled.options).sentence


def test_of_two_data_sets_that_one_code_reports_it_is_said_which_is_late(filled: Place) -> None:
    for code, standard in (("T0123", "ndtms-r-ad"), ("W00001", "smds-wales")):
        assert call("agencies", "add", code, "--standard", standard, *filled.options).code == 0
    lines = call("due", *filled.options, *LATE, "--as-kept").out.splitlines()
    assert next(line for line in lines if "LATE" in line).startswith("T0123 (ndtms-cjit-p): LATE: 2020-12 ")
    assert any(line.startswith("T0123 (ndtms-r-ad): ") for line in lines)
    assert any(line.startswith("W00001: ") for line in lines) and not any(line.startswith("T0123:") for line in lines)


@pytest.mark.parametrize("standard", ["ndtms-cjit-p", "smds-wales"])
@pytest.mark.parametrize("today", ["2020-12-13", "2021-01-12", "2021-08-10", "2021-06-29", "2022-08-31"])
def test_a_new_store_is_not_late_on_its_first_day(place: Place, standard: str, today: str) -> None:
    day = ("--today", today)
    assert call("sample", "--clients", "2", "--standard", standard, *place.options, *day).code == 0
    found = call("due", *place.options, *day, "--format", "json")
    assert found.code == 0
    (told,) = json.loads(found.out)
    assert told["lates"] == [] and told["missed"] is None and told["reports_since"] >= "2020-11"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("checklist", "--submission", "2021-07"), "There is no submission 2021-07: its first half is in 2021-06"),
        (("checklist", "--submission", "next"), "'next' is not a submission"),
        (("checklist", "--attempt", "4", "--submission", "2020-12"), "has no attempt 4"),
        (("checklist", "tick", "dance"), "The checklist has no item 'dance'"),
        (("checklist", "--format", "csv"), "'csv' is not one of 'text', 'json'"),
        (("due", "--agency", "T9999"), "has no such agency"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(filled: Place, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in call(*arguments, *filled.options, *JANUARY).sentence


def test_every_agency_of_a_store_is_told(filled: Place) -> None:
    with open_store(filled.store, filled.key, load) as store, store.writing(Who("ann", NOW)) as work:
        agencies.ensure(work, "T0009", "ndtms-cjit-p")
    told = json.loads(call("due", *filled.options, *JANUARY, "--format", "json").out)
    assert [one["agency"] for one in told] == ["T0123", "T0009"]
    assert "load 100.0 %" in call("due", *filled.options, *JANUARY, "--agency", "T0009").out


def test_no_store_is_one_sentence(place: Place) -> None:
    assert "There is no store at" in call("due", *place.options).sentence


def test_in_august_the_roll_over_is_the_one_that_september_brings(filled: Place) -> None:
    july, august, september = (
        call("calendar", "rollover", *filled.options, "--today", day).out
        for day in ("2021-07-01", "2021-08-20", "2021-09-02")
    )
    assert july == august and july.startswith("From 2021-08 (Part July Aug 21) on")
    assert september.startswith("From 2022-08 ")


def test_due_within_so_many_days_says_nothing_before(filled: Place) -> None:
    one = call("due", *filled.options, "--today", "2021-01-10", "--within", "1")
    assert (one.code, one.out) == (0, ""), "the deadline is the 12th"
    two = call("due", *filled.options, "--today", "2021-01-10", "--within", "2")
    assert two.code == 0 and "T0123" in two.out and "2020-12" in two.out
    late = call("due", *filled.options, "--today", "2021-01-14", "--within", "0")
    assert late.code == 1 and "LATE" in late.out
    assert call("due", *filled.options, "--within", "-1").code == 2
