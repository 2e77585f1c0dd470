"""May to September: a record deleted by mistake, July's part month, August's silence, and the roll-over."""

import hashlib
from datetime import date
from itertools import pairwise
from pathlib import Path

from exporters.month.month_text import read_month
from store.month import calendar, submissions
from store.records import agencies
from tests.session.year import Year
from tests.stores import ask
from validators.standard.catalogue import load


def may(year: Year) -> None:
    """A client was deleted by mistake: what is gone is mended, not confirmed."""
    year.at("2023-04-25")
    year.says("client", "delete", "1009")
    year.at("2023-05-02")
    assert year.mismatches("2023-04") == {"e9": "gone"}
    assert "It was deleted by" in year.says("extracts", "mismatches", code=1)
    gone = year.told("extracts", "mismatches", code=1)["mismatches"][0]
    assert gone["client_id"] and gone["episode_id"]
    year.says("client", "undelete", gone["client_id"])
    assert year.mismatches("2023-04") == {}
    year.write("2023-04")
    # Before the upload one more thing is keyed, which the file does not know of: the data take their tick back.
    year.says("client", "add-event", "1011", "sub_intervention", "SUBMODDT=20/4/23", "RECPEER=Y")
    assert year.states()["extract"] == "open"
    year.write("2023-04")
    year.send("2023-04")
    year.close("2023-04", quality="90.9")


def june(year: Year) -> None:
    """Nothing out of the ordinary; what was ticked too soon is reopened, with a reason."""
    year.at("2023-06-01")
    year.write("2023-05")
    year.send("2023-05")
    year.close("2023-05", quality="90.9")
    assert "A reason is needed" in year.refused("checklist", "reopen", "accepted", "--reason", "")
    year.says("checklist", "reopen", "accepted", "--reason", "they meant another agency")
    assert year.states()["accepted"] == "open"
    assert "they meant another agency" in year.says("checklist", code=1)
    year.at("2023-06-05")
    year.says("checklist", "tick", "accepted")
    assert set(year.states().values()) == {"done"}


def july(year: Year) -> None:
    """June and the first half of July make one submission, whose window opens on the 14th."""
    year.at("2023-07-12")
    told = year.says("due")
    assert "2023-06 (June part July 23) is due by Wed 19 Jul 2023, 7 days left, window opens Fri 14 Jul 2023" in told
    assert "No extract is written for 2023-06" in year.refused("checklist", "tick", "uploaded")
    assert year.due()["period_end"] == "2023-07-14"
    year.at("2023-07-17")
    year.add("1013", FINITIAL="P", SINITIAL="L", DOB="9/9/1979", REFLD="15/7/23", TRIAGED="16/7/23", CPLANDT="17/7/23")
    year.edit("1011", DISD="14/7/23", CJDISRSN="2")
    year.edit("1012", CPLANDT="16/7/23")
    receipt = year.write("2023-06")
    left_out = {one["why"] for one in receipt["left_out"]}
    assert "begun after the end of the reporting period 2023-07-14" in left_out
    assert "neither a caseload start nor a closure by the end of the reporting period" in left_out
    assert [one["field"] for one in receipt["held_back"]] == ["CPLANDT"]
    year.send("2023-06")
    year.close("2023-06", quality="90.9")
    with year.store() as store:
        agency = ask(store, agencies.one)
        view = ask(store, read_month, agency, load(agency.standard), date(2023, 7, 17))
    assert view.gap.startswith("What is dated after 14 July 2023 waits for Part July Aug 23")


def august(year: Year) -> None:
    """Nothing is due, and it is said in so many words; keying goes on."""
    year.at("2023-08-10")
    silence = (
        "Nothing is due now: no submission is made in August. September's, Part July Aug 23, covers 15 July 2023 to "
        "31 August 2023 as well; its window opens on 1 September 2023, its deadline is 12 September 2023. The period "
        "then starts on 1 January 2022."
    )
    assert f"T0123: {silence}\n" in year.says("due") and year.due()["silence"] == silence
    assert year.says("calendar").startswith(silence)
    told = year.refused("checklist", "--submission", "2023-07")
    assert "no submission 2023-07" in told and "2023-06" in told and "2023-08" in told
    year.edit("1001", DISD="3/8/23", CJDISRSN="1")
    done = year.run("export", "--submission", "2023-08", "--out", year.place.out)
    assert done.code == 0 and "The reporting period is not over: it ends on 31 August 2023" in done.err
    # What the roll-over in September will drop: the faulty one first, it can never be mended in a return again.
    with year.store() as store:
        agency = ask(store, agencies.one)
        view = ask(store, read_month, agency, load(agency.standard), date(2023, 8, 10))
        due = ask(store, calendar.of_agency, agency).due(date(2023, 7, 17))
        roll = ask(store, calendar.roll_over, agency, date(2022, 1, 1), since=due.period_start)
    assert [(one.reference, one.warnings) for one in roll.items] == [("1003", 1)]
    assert view.roll_entry is not None and view.roll_entry.submission == "2023-08"


def september(year: Year) -> None:
    """The period rolls on: what was closed before 2022 is in no return any more, and that is no fault."""
    year.at("2023-09-04")
    due = year.due()
    assert (due["submission"], due["period_start"], due["missed"]) == ("2023-08", "2022-01-01", None)
    assert year.mismatches("2023-08") == {}
    assert year.mismatches("2023-08", "explained") == {"e3": "gone"}
    assert "It was closed before the base date, now 2022-01-01: nothing is wrong." in year.says(
        "extracts", "mismatches"
    )
    receipt = year.write("2023-08")
    assert {one["why"] for one in receipt["left_out"]} == {"closed before the base date 2022-01-01"}
    assert receipt["held_back"] == [] and receipt["data_quality_percent"] == 100.0
    assert year.rows(receipt)["e1"]["DISD"] == "20230803"
    year.send("2023-08")
    year.close("2023-08")


def looking_back(year: Year) -> None:
    """Every checklist closed, every extract the same bytes as then, the chain of the audit whole."""
    with year.store() as store:
        begun = [(one.month, one.attempt) for one in ask(store, submissions.listed, ask(store, agencies.one))]
    months = ["2022-08", "2022-09", "2022-10", "2022-12", "2022-12", *(f"2023-{n:02}" for n in range(1, 7)), "2023-08"]
    assert [month for month, _ in begun] == months
    for month, attempt in begun:
        page = year.checklist(month, attempt)
        assert page["done"] == page["of"], page
    extracts = [one for one in year.told("extracts", "list") if one["state"] == "sent"]
    assert [one["submission"] for one in extracts] == months[1:]
    for before, after in pairwise(extracts):
        assert year.says("extracts", "diff", before["id"], after["id"]).splitlines()[-1].startswith("episodes: ")
    for one in extracts:
        again = year.told("extracts", "write", one["id"], "--out", year.place.folder / "again")
        file = Path(again["file"])
        assert hashlib.sha256(file.read_bytes()).hexdigest() == one["sha256"]
        file.unlink()
    # A year of work in no copy is told, and then no more.
    assert "days of work: run keywork backup" in year.says("doctor", code=1)
    copies = year.place.folder / "copies"
    copies.mkdir()
    year.says("backup", copies / "keywork.db", "--keep", 3)
    year.says("doctor")
