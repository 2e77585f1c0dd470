"""January to April: a correction, a client who was two, consent withdrawn, an episode opened again, a region's date."""

import json

from tests.session.year import Year

CALENDAR = "submission,deadline,source,stated_on\n2023-03,{},E-mail of the regional team,2023-03-10\n"


def january(year: Year) -> None:
    """November was missed and December takes it along; what was sent is corrected before the deadline."""
    year.at("2023-01-04")
    due = year.due()
    assert (due["submission"], due["late"], due["missed"], due["days_left"]) == ("2022-12", None, "2022-11", 8)
    assert due["closes"] == "2023-01-11" and due["deadline"] == "2023-01-12"
    receipt = year.write("2022-12")
    assert receipt["episodes"] == 10 and year.mismatches("2022-12") == {}
    year.send("2022-12")
    year.close("2022-12", quality="90")
    # The portal's own list names a line of the file and an identifier; both lead to the record.
    bounced = year.place.folder / "bounced.txt"
    bounced.write_text("line 5: DOB differs from what another agency sent\nepisode e4 rule 14\n", encoding="utf-8")
    led = year.told("bounces", bounced)
    assert [(one["reference"], one["field"], one["rule"]) for one in led] == [("1005", "DOB", ""), ("1004", "", "14")]

    year.at("2023-01-09")
    year.says("checklist", "correct", "--reason", "1005's birth date was read wrongly")
    assert "correction 1 is begun and not sent, due by Thu 12 Jan 2023, 3 days left" in year.says("due")
    year.edit("1005", DOB="28/2/1981")
    assert year.mismatches("2022-12") == {"c5": "identity"}
    told = year.says("extracts", "mismatches", code=1)
    assert "Not as sent: date of birth." in told and "DOB: '19750301' -> '19810228'" in told
    assert year.states()["mismatches"] == "open" and year.states()["extract"] == "open"
    year.says("extracts", "confirm", "c5", "--reason", "seen in the birth certificate")
    assert year.mismatches("2022-12", "confirmed") == {"c5": "identity"}
    assert "confirmed by" in year.says("extracts", "mismatches")
    second = year.write("2022-12")
    assert second["file"] != receipt["file"] and second["sha256"] != receipt["sha256"]
    year.send("2022-12")
    year.close("2022-12", quality="90")
    # Both attempts are kept, each with its own file and its own words.
    first = year.checklist("2022-12", 1)
    assert first["done"] == first["of"] == 12 and year.checklist("2022-12")["attempt"] == 2
    states = [(one["submission"], one["state"]) for one in year.told("extracts", "list")]
    assert states[-2:] == [("2022-12", "sent"), ("2022-12", "sent")]


def february(year: Year) -> None:
    """Two clients were one person; the episode of the second goes over to the first."""
    year.at("2023-02-03")
    assert year.due()["missed"] is None
    year.says("client", "merge", "1006", "2001", "--yes")
    year.write("2023-01")
    ((subject, kind),) = year.mismatches("2023-01").items()
    assert kind == "moved"
    told = year.says("extracts", "mismatches", code=1)
    assert "It was sent as another client's. The two clients were merged by" in told and "on 2023-02-03" in told
    assert "A mismatch is confirmed with a reason" in year.refused("extracts", "confirm", subject, "--reason", " ")
    year.says("extracts", "confirm", subject, "--reason", "one person, entered twice in December")
    year.send("2023-01")
    year.close("2023-01", quality="90")


def march(year: Year) -> None:
    """One client withdraws consent; one episode was closed too early and is opened again; a session is keyed."""
    year.at("2023-02-20")
    year.edit("1007", CONSENT="N")
    year.edit("1004", DISD="", CJDISRSN="")
    year.says("client", "add-event", "1011", "sub_intervention", "SUBMODDT=15/2/23", "RECPEER=Y")
    year.at("2023-03-02")
    receipt = year.write("2023-02")
    assert receipt["no_consent"] == 2 and year.rows(receipt)["e7"]["DOB"] == ""
    assert year.mismatches("2023-02") == {"e4": "reopened", "e7": "consent"}
    told = json.dumps(year.told("extracts", "mismatches", code=1))
    assert "It was sent as closed and is open again." in told and "consent is no longer recorded" in told
    year.says("extracts", "confirm", "e4", "--reason", "closed by mistake, he never left")
    year.says("extracts", "confirm", "e7", "--reason", "withdrawn on 20 February, form kept")
    year.send("2023-02")
    year.close("2023-02", quality="90")


def april(year: Year) -> None:
    """The region wants the return by Good Friday; the warning that was accepted changes and lapses."""
    year.at("2023-03-20")
    file = year.place.folder / "region.csv"
    file.write_text(CALENDAR.format("2023-04-31"), encoding="utf-8")
    assert "line 2" in year.refused("calendar", "load", file)
    file.write_text(CALENDAR.format("2023-04-07"), encoding="utf-8")
    assert year.says("calendar", "load", file) == f"1 submission taken from {file}\n"
    listed = year.says("calendar", "--months", "1")
    assert "2023-04-07  override (Good Friday)" in listed
    assert "override: E-mail of the regional team, stated on 10 March 2023" in listed

    year.at("2023-04-03")
    assert (year.due()["deadline"], year.due()["days_left"]) == ("2023-04-07", 4)
    assert year.due()["checklist"] == {"done": 5, "of": 12} and year.due()["accepted"] == 1
    # Somebody fills the field by mistake, and empties it again: the word that was given for it holds no more.
    year.edit("1003", PRNTSTAT="11")
    year.edit("1003", PRNTSTAT="")
    assert year.due()["accepted"] == 0 and year.states()["warnings"] == "open"
    assert year.write("2023-03")["not_ready_because"] == ["1 warning, neither mended nor accepted"]
    year.says("client", "accept", "1003", "--rule", "74", "--reason", "nobody can say any more")
    assert "is accepted already" in year.refused("client", "accept", "1003", "--rule", "74", "--reason", "again")
    assert year.states()["extract"] == "done"  # nothing that is sent was changed by that
    year.send("2023-03")
    year.close("2023-03", quality="90")
