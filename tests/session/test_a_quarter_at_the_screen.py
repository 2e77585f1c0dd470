"""The same quarter in Wales at the screen, from the very first start: Month, Checklist, Extract, sent, receipt.

One client is keyed there, another finished there; the rest is keyed by commands, beside the open program.
"""

from pathlib import Path

from tests.session.at_the_screen import Screen
from tests.session.conftest import Open
from tests.session.quarter import IMPORTED, Quarter, events, said
from tests.session.test_a_quarter import MADE, deadlines
from tests.session.test_a_year import own_places as own_places

BY_HAND = (4, 7, 8)
"""The lines of the Welsh checklist that a person ticks with Space alone."""
SHOWN = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(SHOWN, 1)}
TITLES = ("Jan 26", "Feb 26", "Mar 26")
CLIENT = "9990000018<tab>L<tab>W<tab>14 mar 85<tab><tab><tab><tab><tab><tab>201<f2>"
JOURNEY = "12/1/26<tab>01<tab>15/1/26<f2>"
MODALITY = "06<tab>19/1/26<tab>19/1/26<tab>19/1/26<f2>"
TOP = "20/1/26<tab><tab>04<f2>"


def test_a_quarter_at_the_screen(tmp_path: Path, terminals: Open) -> None:
    quarter = Quarter(tmp_path, made=False)
    quarter.at("2026-01-20")
    screen = Screen(quarter, terminals, tmp_path)
    screen.begins("<end>", "Month: Jan 26 (2026-01), T0001")
    quarter.over_from_another_program()
    the_first_is_keyed(screen)
    files: list[Path] = []
    for (month, day), title, keyed in zip(
        MADE.items(), TITLES, (quarter.january, quarter.february, quarter.march), strict=True
    ):
        keyed()
        if month == "2026-02":
            the_assessment_is_keyed(screen)
        due = deadlines()[month]
        screen.on(day, f": {title} ({month}).")
        screen.sees(f" {int(due[8:])} ")
        files.append(the_return_goes_out(screen, tmp_path / month, title))
        closed(screen, month)
    assert [len(said([file])) for file in files] == [IMPORTED + 4, 4 + 3, 4 + 4]
    full = a_full_extract(screen, tmp_path / "full")
    for file in (*files, full):
        assert quarter.xmllint(file) == ""
    assert said(files) == said([full])
    assert len(said([full])) == 40 and events([full]) == events(files) - 2, "two treatments were sent again, ended"
    the_calendar_of_four_years(screen)
    screen.terminal.send("\x1b[21~")
    assert screen.terminal.wait() == 0


def the_first_is_keyed(screen: Screen) -> None:
    """A client with journey, modality and TOP, as fast as the keys can be typed."""
    screen.types("<f3>", f"{IMPORTED} clients")
    screen.types(f"<ctrl+n>{CLIENT}", "Done: Saved: Client 201 WL.")
    screen.types(f"<ctrl+n>e{JOURNEY}", "Done: Saved: Journey 12 Jan 2026.")
    screen.types(f"<ctrl+n>t{MODALITY}", "Done: Saved: Treatment modality 19 Jan 2026.")
    screen.types(f"<ctrl+n>o{TOP}", "Done: Saved: TOP 20 Jan 2026.")
    screen.sees("Nothing wrong")
    screen.leaves(f"{IMPORTED + 1} clients")
    screen.leaves("Month: ")


def the_assessment_is_keyed(screen: Screen) -> None:
    """The one who was referred in January is assessed, and has an NHS number now."""
    screen.set_clock()
    screen.types("<f3>", " clients")
    screen.types("204", " 1 client")
    screen.types("<enter>", "Client 204")
    screen.terminal.press("<ctrl+t><home><enter>")
    screen.types("9990000026<f2>", "Done: Saved: Client 204")
    screen.terminal.press("<ctrl+t><home><down><enter>")
    screen.types("<tab><tab>5/2/26<f2>", "Done: Saved: Journey 19 Jan 2026.")
    screen.leaves(" 1 client")
    screen.leaves(f"{IMPORTED + 8} clients")
    screen.leaves("Month: ")


def the_return_goes_out(screen: Screen, folder: Path, title: str) -> Path:
    """Look, write, mark as sent, read the receipt."""
    folder.mkdir()
    screen.look_at_extract()
    screen.sees("valid by Keywork's stand-in schema")
    screen.sees("not ready: not validated against the official schema")
    screen.types("<f2>", "Folder on this host")
    screen.types(f"<ctrl+u>{folder}<enter>", "To fetch it, on your own machine")
    screen.types("<f2>", "Mark as sent?")
    screen.types("s", "Marked as sent by ann")
    screen.leaves("Will be written")
    screen.leaves("Month: ")
    (file,) = folder.iterdir()
    return file


def closed(screen: Screen, month: str) -> None:
    """The checklist says that it was uploaded; a person ticks the rest."""
    screen.types("c", f"Checklist: {month}")
    screen.sees("Uploaded to the data switching service ann")
    screen.ticks(BY_HAND)
    screen.sees("9 of 9 done")
    screen.leaves("9 of 9 done: closed")
    screen.sees("Extract: sent")


def a_full_extract(screen: Screen, folder: Path) -> Path:
    """Everything, as it stands at the end of March; it is only looked at, and not sent."""
    folder.mkdir()
    screen.look_at_extract()
    screen.sees("0 events, 0 journeys")
    screen.goes("Kind", "Which kind of extract")
    screen.types("f", "Full extract")
    screen.sees("events, 40 journeys")
    screen.types("<f2>", "Folder on this host")
    screen.types(f"<ctrl+u>{folder}<enter>", "To fetch it, on your own machine")
    screen.leaves("Will be written")
    screen.leaves("Month: ")
    (file,) = folder.iterdir()
    return file


def the_calendar_of_four_years(screen: Screen) -> None:
    """Every deadline of 2025 to 2028, page by page, as it was counted by hand."""
    screen.types("g", "September 2025 to August 2026")
    screen.types("-", "September 2024 to August 2025")
    seen: list[str] = []
    for year in range(2024, 2029):
        screen.sees(f"September {year} to August {year + 1}")
        rows = [line for line in screen.terminal.lines() if line[18:19] == "1"]
        for row in rows:
            _, day, month = row[49:62].split()
            seen.append(f"{year if MONTHS[month] > 8 else year + 1}-{MONTHS[month]:02}-{int(day):02}")
        screen.terminal.send("+")
    assert set(deadlines().values()) <= set(seen) and len(seen) == 60
    screen.leaves("Month: ")
