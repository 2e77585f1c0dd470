"""What an agency in Wales does by command: its settings, its measures, what is due, what a file is judged by."""

import json

import pytest

from tests.commands.running import Outcome, Place, call

DAY = ("--today", "2026-11-21")


@pytest.fixture
def wales(place: Place) -> Place:
    """A store of twenty synthetic Welsh clients."""
    assert call("sample", "--clients", "20", "--standard", "smds-wales", *place.options, *DAY).code == 0
    return place


def test_settings_are_listed_set_and_taken_back(wales: Place) -> None:
    told = call("settings", "list", *wales.options).out
    assert "structured_day_programmes: not said yet" in told and "closure_classes: not said yet" in told
    set_ = call("settings", "set", "closure_classes", "02=neutral,01=complete", *wales.options)
    assert set_.out == "closure_classes of T0001: complete 01; neutral 02\n"
    again = call("settings", "set", "closure_classes", "01=complete 02=neutral", *wales.options)
    assert again.out.endswith("(as before)\n")
    rows = json.loads(call("settings", "list", "--format", "json", *wales.options).out)
    assert [(one["name"], one["value"]) for one in rows] == [
        ("structured_day_programmes", ""),
        ("closure_classes", "01=complete 02=neutral"),
    ]
    assert call("settings", "set", "closure_classes", "", *wales.options).out.endswith("not said yet\n")


def test_a_setting_that_cannot_be_meant(wales: Place) -> None:
    told = call("settings", "set", "structured_day_programmes", "maybe", *wales.options)
    assert told.sentence.startswith("structured_day_programmes is answered yes or no")
    assert call("settings", "set", "nothing", "yes", *wales.options).sentence.startswith(
        "There is no setting 'nothing'"
    )


def test_measures_of_a_quarter_of_given_days_and_of_another_country(wales: Place) -> None:
    text = call("measures", *wales.options, *DAY)
    assert text.code == 0 and text.out.startswith("2026-07-01 to 2026-09-30, from this store's own records")
    days = ("--from", "2020-01-01", "--to", "2026-12-31")
    told = {one["measure"]: one for one in json.loads(call("measures", *days, "--format", "json", *wales.options).out)}
    assert told["waiting"]["of"] == sum(one["count"] for one in told["waiting"]["lines"] if one["line"] != "invalid")
    assert told["complete"]["percent"] is None and "closure_classes" in told["complete"]["why"]
    assert call("measures", "--from", "2026-01-01", *wales.options).sentence.startswith("Give both ends")
    back = ("--from", "2026-02-01", "--to", "2026-01-01")
    assert "end (2026-01-01) before they begin" in call("measures", *back, *wales.options).sentence


def test_the_number_that_is_made_for_a_new_client_is_told_at_once(wales: Place) -> None:
    told = call("client", "add", "-", *wales.options, *DAY, given="SURNAME1=A\nFORENAME1=B\nDOB=2 1 1980\n")
    assert "  CLIENTNO: '' -> '21'\n" in told.out


def test_england_names_no_measures_and_asks_nothing(filled: Place) -> None:
    assert call("measures", *filled.options).sentence.startswith("The data set ndtms-cjit-p names no measures")
    assert call("settings", "list", *filled.options).out == "The data set ndtms-cjit-p asks an agency nothing.\n"


def test_a_check_of_a_store_goes_by_what_the_agency_says(wales: Place) -> None:
    def said() -> dict[str, object]:
        told: dict[str, object] = json.loads(call("check", *wales.options, *DAY, "--format", "json").out)
        return told

    before = said()["warnings"]
    reasons = " ".join(f"{number}=complete" for number in range(100))
    reasons += " " + " ".join(f"0{number}=complete" for number in range(10))
    assert call("settings", "set", "closure_classes", reasons, *wales.options).code == 0
    assert int(str(said()["warnings"])) > int(str(before))
    told = call("check", "--setting", "closure_classes=01=complete", *wales.options, *DAY)
    assert told.sentence.startswith("A store knows its agency's settings")


def test_due_and_the_calendar_file_know_no_august_silence_and_no_region(wales: Place) -> None:
    told = call("due", *wales.options, "--today", "2026-08-05")
    assert "T0001: 2026-07 (July 26) is due by Tue 11 Aug 2026" in told.out
    assert "no submission is made" not in told.out and "roll" not in told.out.lower()
    ics = call("calendar", "--standard", "smds-wales", "--from", "2026-08-01", "--months", "1", "--format", "ics").out
    assert "SUMMARY:Substance Misuse Data Set (Wales): July 26" in ics and "20260811" in ics


def test_letters_and_days_that_cannot_be_meant_are_said_and_nothing_is_emptied(wales: Place) -> None:
    told = call("client", "add", "SURNAME1=Ŵ", "DOB=1850-01-01", "CLIENTNO=900", *wales.options, *DAY)
    assert told.code == 1 and "SURNAME1: Surname initial does not fit the layout" in told.out
    assert "Date of birth is before 1900" in told.out
    for unseen in ("\x01", "\udcff", "\u200b"):
        told = call("client", "edit", "900", f"SURNAME1={unseen}", *wales.options, *DAY)
        assert told.sentence.startswith("SURNAME1 is given nothing but characters that cannot be kept")
    shown = json.loads(call("client", "show", "900", "--format", "json", *wales.options).out)
    assert shown["client"]["values"]["SURNAME1"] == "Ŵ"


def test_a_record_is_named_as_the_data_set_calls_it(wales: Place) -> None:
    def told(*command: str) -> Outcome:
        return call("client", *command, *wales.options, *DAY)

    listed = json.loads(told("list", "--format", "json").out)
    tree = json.loads(told("show", listed[0]["id"], "--format", "json").out)
    id, event = tree["episodes"][0]["id"], tree["episodes"][0]["events"][0]["id"]
    referral = next(iter(tree["episodes"][0]["values"]))
    assert f"Journey {id}, version 1" in told("show", id).out
    assert told("add-episode", id, f"{referral}=1").sentence == f"{id} is a journey: a journey is added to a client."
    assert told("merge", id, id).sentence == f"{id} is a journey: name a client."
    assert told("add-event", event, "modality").sentence == f"{event} is an event: one is added to a journey."
    assert told("edit", id, f"{referral}=1", "--version", "7").sentence.startswith(f"The journey {id} is at version 1,")
    assert f"journey {id}: kept as a draft" in told("edit", id, f"{referral}=1", "--draft").out
    assert f"draft of journey {id} by " in told("show", id).out
    assert told("edit", id, f"{referral}=2").sentence.startswith(f"You have a draft of the journey {id} from ")
    assert f"journey {id}: deleted" in told("delete", id, "--drop-draft").out
    assert told("delete", id).sentence == f"The journey {id} is deleted already: nothing is left to do."
    assert told("edit", id, f"{referral}=1").sentence == f"The journey {id} is deleted: bring it back first."
    assert told("show", "nobody").sentence.startswith("There is no client, journey or event 'nobody':")


def test_a_demo_of_a_data_set_there_is_not() -> None:
    assert "terminal" in call("demo", "--standard", "smds-wales").sentence


@pytest.mark.parametrize("typed", ["Row", "episode 3, row 4", "{episode}"])
def test_what_was_typed_is_told_as_typed(wales: Place, typed: str) -> None:
    def told(*command: str) -> Outcome:
        return call("client", *command, *wales.options, *DAY)

    id = json.loads(told("list", "--format", "json").out)[0]["id"]
    assert told("worker", id, typed).code in (0, 1) and told("note", id, typed).code in (0, 1)
    shown = told("show", id).out
    assert f"Key worker: {typed}\n" in shown and f"Note: {typed}\n" in shown and "Journey" in shown
    assert told("show", typed).sentence == (
        f"There is no client, journey or event '{typed}': keywork client list finds it."
    )
    assert told("accept", id, "--rule", typed, "--reason", "so").sentence == (
        f"Rule {typed} finds nothing in the client {id}: nothing is accepted."
    )
    assert told("merge", id, id).sentence == "A client cannot be merged with itself: choose two."
    assert typed in call("import", f"/nowhere/{typed}.xml", *wales.options).sentence


def test_what_links_a_journey_to_what_was_sent_is_not_changed_unasked(wales: Place) -> None:
    assert call("export", "--submission", "2026-10", "--out", wales.out, *wales.options, *DAY).code in (0, 1)
    assert call("extracts", "sent", "last", *wales.options, *DAY).code == 0
    for number, one in enumerate(json.loads(call("client", "list", "--format", "json", *wales.options).out)):
        given = f"CLIENTNO={9900 + number}\n"
        told = call("client", "edit", one["id"], "-", *wales.options, *DAY, given=given)
        if told.code == 2:
            break
    assert told.sentence.startswith("Nothing was saved. This journey was sent, and one of these is not as it was:")
    assert told.sentence.endswith("Give --after-sent to save it all the same.")
    shown = json.loads(call("client", "show", one["id"], "--format", "json", *wales.options).out)
    assert shown["client"]["values"]["CLIENTNO"] == one["reference"]
    asked = call("client", "edit", one["id"], "-", "--ask", *wales.options, *DAY, given=given)
    assert asked.code in (0, 1), "values were given, nothing was answered: it stays a draft"
    again = call("client", "edit", one["id"], "--use-draft", "--after-sent", *wales.options, *DAY)
    assert again.code in (0, 1) and ": saved" in again.out
    shown = json.loads(call("client", "show", one["id"], "--format", "json", *wales.options).out)
    assert shown["client"]["values"]["CLIENTNO"] == str(9900 + number)
