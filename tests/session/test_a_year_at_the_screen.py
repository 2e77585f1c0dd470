"""The same year at the screen: the keys of month end, September to September, with a fixed clock, at 80 by 24.

What is keyed between the month ends is keyed by commands, beside the open program: every save shows there.
"""

from datetime import UTC, datetime
from pathlib import Path

from tests.exporters.extracts import row
from tests.session.at_the_screen import Screen, begin
from tests.session.conftest import Open
from tests.session.test_a_year import own_places as own_places
from tests.session.year_autumn import JULY, MARCH


def test_a_year_of_month_ends(tmp_path: Path, terminals: Open) -> None:
    screen = begin(terminals, tmp_path, datetime(2022, 9, 5, 10, tzinfo=UTC))
    nobody_to_report(screen)
    a_caseload_is_mended(screen)
    one_is_missed(screen)
    one_is_corrected(screen, tmp_path)
    the_caseload_changes(screen)
    spring(screen)
    july_and_august(screen)
    the_period_rolls_on(screen)
    screen.terminal.send("\x1b[21~")
    assert screen.terminal.wait() == 0


def nobody_to_report(screen: Screen) -> None:
    """September: the agency is new, and makes a nil return."""
    screen.sees("Due by Mon 12 Sep 2022: Part July Aug 22 (2022-08). 7 days left.")
    screen.types("c", "Checklist: 2022-08")
    screen.types("<ctrl+n>", "There is nobody to report")
    screen.types("<enter>", "1 of 3 done, nil return: nobody to report")
    screen.types("<home>" + "<down>" * 8 + " ", "F2, or Enter in the last line")
    screen.types("by e-mail<enter>", "2 of 3 done")
    screen.types("<down><down> ", "3 of 3 done")
    screen.leaves("The nil return is made.")


def a_caseload_is_mended(screen: Screen) -> None:
    """October: from each cause by its key to the very field; a warning is accepted; then the return goes out."""
    screen.year.at("2022-10-03")
    screen.year.take_over(
        [
            row("1", **MARCH),
            row("3", **JULY, DISD="20210320", CJDISRSN="1", PARENT="Y"),
            row("4", **MARCH),
            row("5", **MARCH, FINITIAL="E"),
            row("6", **MARCH, SINITIAL=""),
            row("7", **MARCH),
        ]
    )
    screen.on("2022-10-04", "Due by Wed 12 Oct 2022: Sept 22 (2022-09). 8 days left.")
    screen.sees("Load 83.3 %, data quality 83.3 %, by our own estimate.")
    screen.types("1", "- ✗ Rule 2: Needed when consent is given")
    screen.types("<down><enter>", "F2 Save")
    screen.sees("Surname initial is missing (2)")
    screen.types("Q<tab>", "Nothing wrong")
    screen.types("<f2>", "Done: Saved:")
    screen.leaves("1 warning")
    screen.leaves("Load 100.0 %, data quality 83.3 %")
    screen.types("1", "- ! Rule 74:")
    screen.types("<down>a", "Reason")
    screen.types("closed before we took over<enter>", "1 accepted")
    screen.leaves("Load 100.0 %, data quality 83.3 % (100.0 % without 1 accepted)")
    screen.look_at_extract()
    screen.sees("ready with 1 accepted warning")
    screen.writes_and_marks()
    screen.closes("2022-09", quality="83.3")
    screen.sees("Due by Wed 12 Oct 2022: Sept 22 (2022-09). It is sent.")


def one_is_missed(screen: Screen) -> None:
    """November's return goes out; December's is missed, and the screen says so until the next window opens."""
    screen.year.at("2022-11-01")
    its = {"REFLD": "10/10/22", "TRIAGED": "12/10/22", "CPLANDT": "14/10/22"}
    screen.year.add("1011", FINITIAL="K", SINITIAL="R", DOB="4/5/1991", **its)
    screen.on("2022-11-02", "Oct 22 (2022-10). 10 days left.")
    screen.look_at_extract()
    screen.goes("Changed", "new")
    screen.sees("1011")
    screen.leaves("Will be written")
    screen.writes_and_marks()
    screen.closes("2022-10", quality="85.7")
    screen.on("2022-12-13", "Late: Nov 22 (2022-11) was due by Mon 12 Dec 2022, 1 day late. It is not marked as sent.")
    screen.types("l", "Checklist: 2022-11")
    screen.leaves("Month: Dec 22")


def one_is_corrected(screen: Screen, folder: Path) -> None:
    """January: what was sent turns out to be wrong before the deadline; a second attempt is kept apart."""
    screen.on("2023-01-04", "Nov 22 (2022-11) was not marked as sent.")
    screen.month_end("2022-12")
    screen.year.at("2023-01-08")
    screen.year.edit("1005", DOB="28/2/1981")
    screen.on("2023-01-09", "Due by Thu 12 Jan 2023: Dec 22 (2022-12). It is sent.")
    screen.types("c", "12 of 12 done")
    screen.types("+", "The attempt before is kept as it is.")
    screen.types("birth date of 1005 read wrongly<enter>", "correction 1: birth date of 1005 read wrongly")
    screen.leaves("Correction 1 is begun, and not sent: 3 days left.")
    screen.look_at_extract()
    screen.sees("1 open, 0 confirmed, 0 explained, against 2022-12")
    screen.confirms(("Identity changed", "seen in the birth certificate"))
    second = folder / "second"
    second.mkdir()
    screen.writes_and_marks(second)
    screen.closes("2022-12", quality="85.7")
    screen.types("c", "correction 1")
    screen.types("<left>", "12 of 12 done Left, Right")
    screen.leaves("It is sent.")


def the_caseload_changes(screen: Screen) -> None:
    """February: two clients were one, consent was withdrawn, an episode was opened again: each confirmed."""
    screen.year.at("2023-01-20")
    screen.year.edit("1004", DISD="15/1/23", CJDISRSN="1")
    person = {"FINITIAL": "A", "SINITIAL": "Q", "DOB": "29/2/1980"}
    screen.year.add("2001", **person, REFLD="5/1/23", TRIAGED="6/1/23", CPLANDT="7/1/23")
    screen.on("2023-02-02", "Jan 23 (2023-01). 10 days left.")
    screen.month_end("2023-01")
    screen.year.at("2023-02-20")
    screen.year.says("client", "merge", "1006", "2001", "--yes")
    screen.year.edit("1007", CONSENT="N")
    screen.year.edit("1004", DISD="", CJDISRSN="")
    screen.on("2023-03-02", "Feb 23 (2023-02). 10 days left.")
    screen.look_at_extract()
    screen.confirms(
        ("Consent gone", "withdrawn on 20 February"),
        ("Open again", "closed by mistake"),
        ("Another client", "entered twice"),
    )
    screen.writes_and_marks()
    screen.closes("2023-02", quality="87.5")


def spring(screen: Screen) -> None:
    """April to June: nothing out of the ordinary."""
    for day, month in (("2023-04-03", "2023-03"), ("2023-05-02", "2023-04"), ("2023-06-01", "2023-05")):
        screen.on(day, f"({month}).")
        screen.month_end(month)


def july_and_august(screen: Screen) -> None:
    """July's part month; what is dated after the 14th waits; August in so many words."""
    screen.on("2023-07-12", "its window opens Fri 14 Jul 2023 to Wed 19 Jul 2023.")
    screen.year.at("2023-07-16")
    screen.year.edit("1011", DISD="15/7/23", CJDISRSN="2")
    screen.on("2023-07-17", "Due by Wed 19 Jul 2023: June part July 23 (2023-06). 2 days left.")
    screen.sees("What is dated after 14 July 2023 waits for Part July Aug 23")
    screen.look_at_extract()
    screen.goes("Held back", "Closure date")
    screen.leaves("Will be written")
    screen.writes_and_marks()
    screen.closes("2023-06")
    screen.on("2023-08-10", "Nothing is due now: no submission is made in August.")
    screen.sees("covers 15 July 2023 to 31 August 2023 as well; its window opens on 1 September 2023")
    screen.types("g", "September 2023 to August 2024")
    screen.types("-", "August 2023: no submission. Part July Aug 23 covers 15 July to 31 Aug.")
    states = {line[:18].strip(): line.split()[-1] for line in screen.terminal.lines() if line[18:19] == "1"}
    assert (states["Part July Aug 22"], states["Nov 22"], states["Dec 22"]) == ("accepted", "missed", "accepted")
    screen.types("<end><up><enter>", "Checklist: 2023-06")
    screen.leaves("September 2022 to August 2023")
    screen.leaves("Month: ")


def the_period_rolls_on(screen: Screen) -> None:
    """September: what was closed before the new base date is in no return any more, and that is explained."""
    screen.on("2023-09-04", "It covers 1 January 2022 to 31 August 2023")
    screen.look_at_extract()
    screen.sees("0 open, 0 confirmed, 1 explained, against 2023-06")
    screen.goes("Mismatches", "It was closed before the base date, now 2022-01-01")
    screen.leaves("Will be written")
    screen.goes("Left out", "closed before the base date")
    screen.leaves("Will be written")
    screen.writes_and_marks()
    screen.closes("2023-08")
    assert [one["submission"] for one in screen.year.told("extracts", "list")] == [
        *("2022-09", "2022-10", "2022-12", "2022-12"),
        *(f"2023-{month:02}" for month in range(1, 7)),
        "2023-08",
    ]
