"""September to December: nobody to report, a caseload taken over, the first returns, and one that is missed."""

from tests.exporters.extracts import row, visit, withheld
from tests.session.year import AGENCY, Year

MARCH = {"REFLD": "20220301", "TRIAGED": "20220302", "CPLANDT": "20220305"}
JULY = {"REFLD": "20200701", "TRIAGED": "20200702", "CPLANDT": "20200705"}


def september(year: Year) -> None:
    """The agency opened in August and has nobody yet: a nil return for the part of July and August."""
    year.at("2022-09-05")
    due = year.due()
    assert (due["submission"], due["period_start"], due["period_end"]) == ("2022-08", "2021-01-01", "2022-08-31")
    assert (due["opens"], due["deadline"], due["days_left"], due["missed"]) == ("2022-09-01", "2022-09-12", 7, None)
    assert year.says("checklist", "nil") == "2022-08: attempt 1 is begun, a nil return: nobody to report\n"
    assert "in the way" not in year.says("due")
    year.says("checklist", "tick", "nil_told", "how=by e-mail to the regional team")
    year.says("checklist", "tick", "accepted")
    told = year.says("checklist")
    assert "3 of 3 done; nil return: nobody to report" in told and "how: by e-mail to the regional team" in told
    assert "is made: a nil return" in year.says("due")
    year.at("2022-09-30")
    assert year.due()["submission"] == "2022-09" and year.due()["late"] is None


def october(year: Year) -> None:
    """The caseload of another agency is taken over, faults and all; they are mended, one warning is accepted."""
    year.at("2022-10-03")
    year.take_over(
        [
            row("1", **MARCH),
            row("2", REFLD="20200601", TRIAGED="20200602", CPLANDT="20200605", DISD="20201120", CJDISRSN="1"),
            row("3", **JULY, DISD="20210320", CJDISRSN="1", PARENT="Y"),
            row("4", **MARCH) | visit("4", SUBMODDT="20220401"),
            row("5", **MARCH, FINITIAL="E"),
            row("6", **MARCH, SINITIAL=""),
            row("7", **MARCH, PARENT="Y"),
            withheld("8"),
            row("9", **MARCH | {"CPLANDT": ""}),
        ]
    )
    due = year.due()
    assert (due["submission"], due["episodes"], due["rows"]) == ("2022-09", 7, 7)
    # One of seven rows has an error, two have a warning.
    assert (due["load_percent"], due["data_quality_percent"]) == (85.7, 71.4)
    way = ["1 error in 1 row", "2 warnings neither mended nor accepted", "not written yet"]
    assert due["in_the_way"] == way and year.says("due").count("in the way: ") == 1
    told = year.says("check", "--store", year.place.store, code=1)
    assert "Surname initial is missing [rule 2]" in told
    listed = year.says("findings", "--format", "csv", code=1).splitlines()
    assert [line.split(",")[0] for line in listed if ",74," in line] == ["1003", "1007"]
    nobody = year.says("findings", "--anonymous", code=1)
    assert "1006" not in nobody and "e6" not in nobody and "Surname initial is missing" in nobody
    year.edit("1006", SINITIAL="Q")
    year.edit("1007", PRNTSTAT="11")
    sentence = year.refused("client", "accept", "1006", "--rule", "74", "--reason", "asked twice")
    assert "finds nothing" in sentence
    year.says("client", "accept", "1003", "--rule", "74", "--reason", "closed before we took over; nobody can say")
    year.edit("1004", DISD="1/10/22", CJDISRSN="1")

    receipt = year.write("2022-09")
    assert receipt["file"].endswith(f"{AGENCY}-20210101-20220930-CJIT-P.csv")
    assert (receipt["rows"], receipt["episodes"], receipt["no_consent"]) == (7, 7, 1)
    assert (receipt["load_percent"], receipt["data_quality_percent"], receipt["accepted"]) == (100.0, 85.7, 1)
    assert receipt["ready"]
    left_out = {one["episode"]: one["why"] for one in receipt["left_out"]}
    assert left_out == {
        "e2": "closed before the base date 2021-01-01",
        "e9": "neither a caseload start nor a closure",
    }
    # What was closed on the first of October waits for October's submission: the episode goes as open.
    assert {(one["episode"], one["field"]) for one in receipt["held_back"]} == {("e4", "DISD"), ("e4", "CJDISRSN")}
    assert year.rows(receipt)["e4"]["DISD"] == ""
    assert {header for header, value in year.rows(receipt)["e8"].items() if value} == {
        "CLIENTID",
        "AGNCY",
        "EPISODID",
        "CONSENT",
    }
    assert year.mismatches("2022-09") == {}
    assert "waits for the upload" in year.says("checklist", code=1)
    year.send("2022-09")
    year.close("2022-09", load="100", quality="85.7")
    assert "2022-09 (Sept 22) is sent" in year.says("due")


def november(year: Year) -> None:
    """Two new clients, a caseload start, and the closure that waited."""
    year.at("2022-10-17")
    year.add(
        "1011", FINITIAL="K", SINITIAL="R", DOB="4/5/1991", REFLD="10/10/22", TRIAGED="12/10/22", CPLANDT="14/10/22"
    )
    year.at("2022-11-02")
    year.add("1012", FINITIAL="N", SINITIAL="W", DOB="14/3/85", REFLD="28/10/22", TRIAGED="1/11/22")
    year.edit("1009", CPLANDT="20/10/22")
    due = year.due()
    assert (due["submission"], due["sent"], due["late"]) == ("2022-10", False, None)
    assert (due["load_percent"], due["quality_without_accepted"], due["accepted"]) == (100.0, 100.0, 1)
    receipt = year.write("2022-10")
    assert receipt["episodes"] == 9 and receipt["held_back"] == []
    # Begun in October, but on nobody's caseload yet.
    whys = [one["why"] for one in receipt["left_out"] if one["episode"] != "e2"]
    assert whys == ["neither a caseload start nor a closure"]
    assert year.rows(receipt)["e4"]["DISD"] == "20221001"
    assert year.mismatches("2022-10") == {}
    year.send("2022-10")
    first, last = (one["id"] for one in year.told("extracts", "list"))
    told = year.says("extracts", "diff", first, last)
    assert "episodes: 2 new, 0 gone, 1 changed, 6 alike" in told and "DISD: '' -> '20221001'" in told
    year.close("2022-10", quality="88.8")


def december(year: Year) -> None:
    """Ann is ill and nobody sends: late from the day after the deadline, said to whoever logs in."""
    year.at("2022-12-12")
    assert year.due()["days_left"] == 0
    assert year.says("due", "--quiet") == ""
    year.at("2022-12-13")
    assert year.due(code=1)["late"] == "2022-11"
    told = year.says("due", "--quiet", code=1)
    assert "LATE: 2022-11 (Nov 22) was due by Mon 12 Dec 2022, 1 day late, and is not marked as sent" in told
    # Somebody comes back who is in the store already, and is taken for another person.
    year.at("2022-12-19")
    person = {"FINITIAL": "A", "SINITIAL": "Q", "DOB": "1/3/1974"}
    warned = year.add("2001", **person, REFLD="5/12/22", TRIAGED="6/12/22", CPLANDT="7/12/22")
    assert "may be the same person: same initials, same birth date, same sex" in warned
    assert year.checklist("2022-11")["begun"] is False
    assert year.told("calendar", "--from", "2022-12-01", "--months", "1")[0]["submission"] == "2022-11"
