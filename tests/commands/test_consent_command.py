"""Consent by line: history shown, answers recorded from standard input, whom to tell, the notice."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import TODAY, Place, call
from tests.exporters.extracts import row, write


@pytest.fixture
def filled(place: Place) -> Place:
    """Three episodes: one agreed to, one without an answer, one agreed to and long closed."""
    long_ago = {"REFLD": "20180101", "TRIAGED": "20180102", "CPLANDT": "20180105", "DISD": "20180901", "CJDISRSN": "1"}
    file = write(place.folder, [row("1"), row("2", CONSENT=""), row("3", **long_ago)])
    made = call("agencies", "add", "T0123", "--standard", "ndtms-cjit-p", *place.options)
    assert made.code == 0 and call("import", file, *place.options).code in (0, 1)
    return place


def told(filled: Place, *arguments: object, given: str = "") -> Any:
    """What a command says as JSON."""
    done = call("client", *arguments, *filled.options, *TODAY, "--format", "json", given=given)
    assert done.code == 0, done
    return json.loads(done.out)


def test_an_answer_is_recorded_from_standard_input_and_the_field_follows(filled: Place) -> None:
    shown = call("client", "consent", "1001", *filled.options, *TODAY)
    assert shown.out == "agreed, from the record: when and by whom is not known\n"
    given = "1001\nstate=withdrawn\nasked_on=2021-01-09\nasked_by=Carol Key\nnote=by telephone\n"
    made = told(filled, "consent", "-", "-", given=given)
    assert "only client ID, agency code, episode ID and consent" in made["follows"]
    assert [(one["state"], one["source"]) for one in made["entries"]] == [("agreed", "record"), ("withdrawn", "asked")]
    assert (made["entries"][1]["asked_by"], made["entries"][1]["note"]) == ("Carol Key", "by telephone")
    episode = told(filled, "show", "1001")["episodes"][0]
    assert episode["values"]["CONSENT"] == "N"
    text = call("client", "consent", "1001", *filled.options, *TODAY).out
    assert "withdrawn, said on 9 January 2021, to Carol Key, entered" in text and "note: by telephone" in text


def test_who_agrees_was_given_the_notice_in_use(filled: Place) -> None:
    assert [one["reference"] for one in told(filled, "unanswered")] == ["1002"]
    values = json.dumps({"state": "agreed", "asked_on": "2021-01-08", "asked_by": "Carol"})
    made = told(filled, "consent", "1002", "-", given=values)
    assert made["entries"][-1]["notice"] == "Keywork 1" and made["follows"] == "The episode is sent in full."
    told_all = "Every episode that is open, or still sent, has an answer.\n"
    assert call("client", "unanswered", *filled.options, *TODAY).out == told_all
    assert call("client", "edit", "1003", "CONSENT=", *filled.options, *TODAY).code in (0, 1)
    assert call("client", "unanswered", *filled.options, *TODAY).out == told_all, "closed before the period"
    (left,) = call("client", "unanswered", "--all", *filled.options, *TODAY).out.splitlines()
    assert left.startswith("1003") and left.endswith("begun 2018-01-01  closed 2018-09-01")
    ips = told(filled, "consent", "1002", "state=refused", "asked_on=2021-01-08", "asked_by=x", "--purpose", "ips")
    assert [one["state"] for one in ips["entries"]] == ["refused"]
    assert told(filled, "show", "1002")["episodes"][0]["values"]["CONSENT"] == "Y"


def test_a_withdrawal_that_cannot_travel_is_listed_until_it_is_ticked(filled: Place) -> None:
    values = ("state=withdrawn", "asked_on=2021-01-09", "asked_by=Carol")
    assert "tell the regional NDTMS team" in told(filled, "consent", "1003", *values)["follows"]
    (place,) = told(filled, "withdrawals")
    assert (place["reference"], place["closed"], place["entry"]["state"]) == ("1003", "2018-09-01", "withdrawn")
    ticked = call("client", "told", "-", "-", *filled.options, *TODAY, given="1003\nthe team,\nby post\n")
    assert ticked.code == 0 and ticked.out.endswith(": ticked\n")
    assert call("client", "withdrawals", *filled.options, *TODAY).out == "Nobody is to be told of a withdrawal.\n"
    assert told(filled, "withdrawals", "--ticked")[0]["entry"]["settled_how"] == "the team, by post"
    history = call("client", "history", "1003", *filled.options, *TODAY).out
    assert "Consent recorded: withdrawn" in history and "the team, by post" in history
    assert call("client", "told", "1003", "--take-back", *filled.options, *TODAY).code == 0
    assert len(told(filled, "withdrawals")) == 1


def test_a_no_that_is_keyed_over_a_yes_says_what_follows(filled: Place) -> None:
    done = call("client", "edit", "1001", "CONSENT=N", *filled.options, *TODAY)
    assert "From the next extract on only client ID" in done.out
    done = call("client", "edit", "1003", "CONSENT=N", *filled.options, *TODAY)
    assert "tell the regional NDTMS team" in done.out and len(told(filled, "withdrawals")) == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["state=perhaps"], "'perhaps' is no state: there are agreed, refused, withdrawn, not_asked."),
        (["asked_by=x"], "The state is missing"),
        (["state=agreed", "colour=red"], "There is no 'colour' in an answer"),
        (["state=agreed", "state=agreed"], "state is given twice"),
        (["state=agreed", "asked_by=x"], "The day on which the client was asked is missing"),
        (["state=refused", "asked_on=2021-01-08", "asked_by=x"], "record it as withdrawn"),
    ],
)
def test_what_is_no_answer_is_one_sentence(filled: Place, values: list[str], why: str) -> None:
    assert why in call("client", "consent", "1001", *values, *filled.options, *TODAY).sentence


def test_the_notice_is_printed_and_replaced(filled: Place, tmp_path: Path) -> None:
    shown = call("notice", "show", *filled.options)
    assert shown.out.startswith("WHAT HAPPENS WITH INFORMATION") and shown.out.endswith("Version: Keywork 1\n")
    assert "contacts are this site's to fill in" in shown.err
    assert call("help", "privacy-notice").out == shown.out
    own = tmp_path / "own.txt"
    own.write_text("# Ours\n\nAsk Jo.\n", encoding="utf-8")
    assert call("notice", "set", "2026-11", own, *filled.options).out == "The privacy notice 2026-11 is in use.\n"
    assert call("notice", "show", *filled.options).out == "OURS\n\nAsk Jo.\n\nVersion: 2026-11\n"
    page = call("notice", "show", "--html", *filled.options)
    assert "<h2>Ours</h2>" in page.out and page.err.startswith("Guidance on consent")
    assert call("notice", "set", "2", "-", *filled.options, given="Again\n").code == 0
    listed = call("notice", "list", *filled.options).out.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["Keywork 1", "2026-11", "2"]
    assert "already" in call("notice", "set", "2", "-", *filled.options, given="x").sentence
    assert "cannot be read" in call("notice", "set", "3", tmp_path / "none.txt", *filled.options).sentence
    wales = call("agencies", "add", "T0002", "--standard", "smds-wales", *filled.options)
    assert wales.code == 0
    assert "does not ask for consent" in call("notice", "show", *filled.options, "--agency", "T0002").sentence


@pytest.mark.parametrize("typed", ["N", "n", "No", " no ", "does not consent", "0", "?", "withdrawn", "Ｎ", ""])
def test_what_is_typed_over_a_yes_and_does_not_agree_leaves_no_yes(filled: Place, typed: str) -> None:
    """Words are taken as in the form; what is none of the list is kept as it was typed, and agrees to nothing."""
    done = call("client", "edit", "1001", "-", *filled.options, *TODAY, given=f"CONSENT={typed}\n")
    shown = call("client", "show", "1001", *filled.options, *TODAY, "--format", "json")
    kept = json.loads(shown.out)["episodes"][0]["values"].get("CONSENT", "")
    if done.code == 2:
        assert "CONSENT" in done.sentence or "Consent" in done.sentence, done
    else:
        assert kept == ("N" if typed.strip().lower() in ("n", "no", "does not consent") else typed)
        assert "From the next extract on only client ID" in done.out
