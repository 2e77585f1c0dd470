"""Worklists and notes on fields by line."""

import json

import pytest

from tests.commands.running import TODAY, Place, call


@pytest.fixture
def sample(place: Place) -> Place:
    """A store with a few synthetic clients, all in order."""
    assert call("sample", "--clients", 12, *place.options, *TODAY).code == 0
    return place


def test_a_number_is_that_of_the_list(sample: Place) -> None:
    outcome = call("client", "worklists", *sample.options, *TODAY, "--weeks", 3, "--format", "json")
    numbers = {one["filter"]: one["clients"] for one in json.loads(outcome.out)}
    assert list(numbers) == [
        "quiet",
        "not-begun",
        "over-a-year",
        "no-answer",
        "unconfirmed",
        "noted",
        "doubles",
        "to-tell",
    ]
    assert numbers["quiet"] > 0
    for name, number in numbers.items():
        listed = call("client", "list", "--filter", name, *sample.options, *TODAY, "--weeks", 3, "--format", "json")
        assert len(json.loads(listed.out)) == number
    text = call("client", "worklists", *sample.options, *TODAY).out
    assert "Open, and no event for 12 weeks" in text


def test_a_note_on_a_field_is_kept_listed_shown_and_taken_away(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    kept = call("client", "field-note", "-", "dob", "-", *where, given="000003\nasked, waits for form\n")
    assert (kept.code, kept.out) == (0, "Date of birth: note kept\n")
    listed = call("client", "notes", *where)
    assert "000003        DOB         asked, waits for form" in listed.out and listed.out.endswith("1 note\n")
    (one,) = json.loads(call("client", "notes", *where, "--format", "json").out)
    assert (one["reference"], one["field"], one["note"]) == ("000003", "DOB", "asked, waits for form")
    assert "NOTE: asked, waits for form" in call("client", "show", "000003", *where).out
    shown = json.loads(call("client", "show", "000003", *where, "--format", "json").out)
    assert shown["client"]["notes"] == {"DOB": "asked, waits for form"}
    assert "note on the field" in call("client", "history", "000003", *where).out
    assert call("client", "field-note", "000003", "DOB", "", *where).out == "Date of birth: note taken away\n"
    assert call("client", "notes", *where).out == "0 notes\n"


def test_a_note_is_refused_where_there_is_no_such_field(sample: Place) -> None:
    told = call("client", "field-note", "000003", "REFLD", "x", *sample.options, *TODAY).sentence
    assert "has no field REFLD" in told


def test_a_list_is_kept_under_a_name_and_forgotten(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    kept = call("client", "list", "--filter", "open", "--sort", "birth-date", "--keep-view", "Mondays", *where)
    assert kept.code == 0 and call("client", "list", "--view", "mondays", *where).out == kept.out
    (one,) = json.loads(call("client", "views", *where, "--format", "json").out)
    assert (one["name"], one["filters"], one["sort"]) == ("Mondays", ["open"], "birth-date")
    call("client", "list", "--search", "-", "--keep-view", "Mondays", *where, given="000003\n")
    assert call("client", "list", "--view", "Mondays", *where).out.endswith("1 of 1 clients\n"), "it is replaced"
    assert call("client", "views", "--forget", "Mondays", *where).out == "0 views\n"
    assert "You keep no view 'Mondays'" in call("client", "list", "--view", "Mondays", *where).sentence
    assert "a name of at most 40" in call("client", "list", "--keep-view", "x" * 41, *where).sentence


def test_a_code_is_recoded_over_a_list_and_taken_back(sample: Place) -> None:
    where = (*sample.options, *TODAY)
    change = ("client", "recode", "recpeer", "--from", "Y", "--to", "N", "--filter", "open")
    seen = json.loads(call(*change, *where, "--format", "json").out)
    assert seen["records"] and not seen["changed"]
    many = len(seen["records"])
    assert call(*change, *where).out.endswith(f"{many} records, would be changed: --yes changes them\n")
    assert call(*change, "--yes", *where).out.endswith(f"{many} records, changed\n")
    assert json.loads(call(*change, *where, "--format", "json").out)["records"] == []
    assert "recoded with others" in call("client", "history", seen["records"][0]["reference"], *where).out
    assert call("client", "recode", "--undo", *where).out == f"{many} records as before\n"
    assert "You recoded nothing" in call("client", "recode", "--undo", *where).sentence
    assert "Only fields with a list" in call("client", "recode", "DOB", "--from", "1", "--to", "2", *where).sentence
