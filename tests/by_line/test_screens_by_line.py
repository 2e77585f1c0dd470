"""What the screens show and do besides keying, by line: history, a day, acceptances, calendar, pages of a data set."""

import json
import re
from typing import Any

import pytest

from tests.commands.running import TODAY, Outcome, Place, call


@pytest.fixture
def sample(place: Place) -> Place:
    """A store with a few synthetic clients, all in order."""
    assert call("sample", "--clients", 4, *place.options, *TODAY).code == 0
    return place


def said(sample: Place, *arguments: object, given: str = "") -> Outcome:
    """How a command ends."""
    return call(*arguments, *sample.options, given=given)


def told(sample: Place, *arguments: object, given: str = "") -> Any:
    """What it says as JSON."""
    return json.loads(said(sample, *arguments, "--format", "json", given=given).out)


def test_the_history_of_a_record_and_a_persons_day(sample: Place) -> None:
    said(sample, "client", "edit", "000003", "-", given="FINITIAL=q\nSEX=2\n")
    lines = said(sample, "client", "history", "000003").out.splitlines()
    assert lines[1].split() == ["When", "Who", "Client", "Record", "What"]
    assert any("Sex at birth registration: " in line and "→ 2 Female" in line for line in lines)
    day = told(sample, "client", "today", "--day", json_day(sample))
    assert {one["field"] for one in day} == {"FINITIAL", "SEX", ""}
    text = said(sample, "client", "today", "--day", json_day(sample)).out
    assert text.splitlines()[-1].startswith(f"{len(day)} changes by ")
    assert text.splitlines()[-2] == "keyed: 0 new, 1 changed, 2 characters, 2 corrections"
    assert said(sample, "client", "today", "--day", "2001-01-01").out.startswith("0 changes by ")
    assert said(sample, "client", "today", "--person", "-", given="nobody\n").out.startswith("0 changes by nobody")


def json_day(sample: Place) -> str:
    """The day on which the last change was made, as it is where returns go to."""
    from datetime import datetime

    at = str(told(sample, "client", "history", "000003")[0]["at"])
    return f"{datetime.strptime(at, '%d %b %Y %H:%M'):%Y-%m-%d}"  # noqa: DTZ007 (a day, as it is told)


def test_acceptances_are_listed_and_taken_back(sample: Place) -> None:
    said(sample, "client", "edit", "000003", "-", *TODAY, given="PARENT=Y\nPRNTSTAT=\n")
    assert said(sample, "client", "accepted").out == "0 acceptances\n"
    said(sample, "client", "accept", "000003", "--rule", "74", "--reason", "-", *TODAY, given="asked twice")
    (one,) = told(sample, "client", "accepted")
    assert (one["rule"], one["reason"], one["reference"], one["state"]) == ("74", "asked twice", "000003", "in force")
    heading, line, _ = said(sample, "client", "accepted").out.splitlines()
    assert heading.split()[0] == "Id" and line.split()[0] == one["id"][:8]
    assert said(sample, "client", "take-back", one["id"][:8]).out.startswith("taken back: rule 74 of client 000003")
    assert told(sample, "client", "accepted") == []
    assert [each["state"] for each in told(sample, "client", "accepted", "--ended")] == ["taken back"]
    assert "There is no acceptance in force" in said(sample, "client", "take-back", one["id"][:8]).sentence


def test_who_may_be_the_same_is_listed(sample: Place) -> None:
    shown = told(sample, "client", "show", "000003")["client"]["values"]
    same = {header: shown[header] for header in ("FINITIAL", "SINITIAL", "DOB", "SEX")}
    assert told(sample, "client", "alike", "000003") == []
    said(sample, "client", "add", "-", "--anyway", given=json.dumps({**same, "CLIENT": "twin"}))
    assert [one["reference"] for one in told(sample, "client", "alike", "000003")] == ["twin"]
    assert said(sample, "client", "alike", "000003").out.splitlines()[-1] == "1 client may be the same"


def test_lists_have_headings_and_episodes_their_dates(sample: Place) -> None:
    listed = said(sample, "client", "list").out.splitlines()
    assert listed[0].split()[:2] == ["Reference", "Born"]
    at = listed[0].index("Born")
    assert all(line[at : at + 4].isdigit() for line in listed[1:-1]), "columns stand under their headings"
    shown = said(sample, "client", "show", "000003").out
    episode = next(line for line in shown.splitlines() if "Episode " in line)
    assert re.search(r", of \d{1,2} [A-Z][a-z]{2} 20\d\d$", episode)


def test_dates_of_one_submission_are_stated_listed_and_withdrawn(sample: Place) -> None:
    state = ("calendar", "state", "2021-03", "--deadline", "2021-04-20", "--source", "the region's letter", *TODAY)
    assert "deadline 2021-04-20" in said(sample, *state).out
    stated = said(sample, "calendar", "stated").out.splitlines()
    assert stated[0].split()[0] == "Month" and stated[1].split()[0] == "2021-03" and "the region's letter" in stated[1]
    (entry,) = [
        one
        for one in told(sample, "calendar", "--from", "2021-04-01", "--months", "2")
        if one["submission"] == "2021-03"
    ]
    assert (entry["deadline"], entry["source"]) == ("2021-04-20", "override")
    assert "count no more" in said(sample, "calendar", "withdraw", "2021-03").out
    assert "Nobody stated dates of 2021-03" in said(sample, "calendar", "withdraw", "2021-03").sentence
    assert said(sample, "calendar", "stated").out == "Nobody stated dates or entered days without work.\n"
    nothing = said(sample, "calendar", "state", "2021-03", "--source", "x", *TODAY)
    assert nothing.sentence == "Nothing is stated for 2021-03: give at least one date."


def test_a_day_without_work_is_entered_and_withdrawn(sample: Place) -> None:
    close = ("calendar", "close", "2021-04-14", "--name", "Day of rest", "--source", "the council")
    assert said(sample, *close).out == "2021-04-14: no work, Day of rest\n"
    assert "2021-04-14  no work: Day of rest; the council" in said(sample, "calendar", "stated").out
    assert said(sample, "calendar", "reopen", "2021-04-14").out == "2021-04-14: a day with work again\n"
    assert "Nobody entered 2021-04-14" in said(sample, "calendar", "reopen", "2021-04-14").sentence


def test_what_the_next_roll_over_drops(sample: Place) -> None:
    lines = said(sample, "calendar", "rollover", *TODAY).out.splitlines()
    assert "the period starts on" in lines[0] and "in no return any more" in lines[-1]
    many = int(lines[-1].split()[0])
    assert len(lines) == (many + 3 if many else 2)


def test_the_roll_over_lists_what_no_base_date_takes_out(sample: Place) -> None:
    said(sample, "client", "add", "-", *TODAY, given="CLIENT=Q1\nCONSENT=N\n")
    said(sample, "client", "add", "-", *TODAY, given="CLIENT=Q2\nCONSENT=N\nREFLD=20200101\n")
    lines = said(sample, "calendar", "rollover", *TODAY).out.splitlines()
    assert lines[-2] == "1 episode without consent or dates: sent each time until closed or deleted."
    assert lines[-1].startswith("Q1 ") and "  no dates  " in lines[-1]


def test_one_field_one_list_and_one_rule_of_a_data_set(place: Place) -> None:
    def page(*arguments: str) -> Outcome:
        return call("standards", "show", "ndtms-cjit-p", *arguments)

    assert page("--field", "sex").out.splitlines()[0] == "Sex at birth registration  (SEX)"
    assert page("--codes", "SEX").out == page("--codes", "sex").out and "  2  Female" in page("--codes", "sex").out
    assert page("--rule", "74").out.startswith("Rule 74: Where the children live (warning)")
    assert page("--field", "SEXX").sentence == "There is no field SEXX: perhaps SEX."
    assert page("--rule", "9999").sentence.startswith("There is no rule 9999: ")
    assert "give one of --field, --codes and --rule" in page("--rule", "74", "--field", "SEX").sentence
