"""A first day at the screen: ten paper forms by keys alone, a day clinic after them, the month ended, the page printed.

Every form says how many keys it may take at most; they are counted as they are typed.
"""

from datetime import UTC, datetime
from pathlib import Path

from tests.exporters.extracts import read
from tests.session.at_the_screen import Screen, begin
from tests.session.conftest import Open
from tests.session.test_a_year import own_places as own_places
from tests.terminal import split_keys

PERSON = "{first}<tab>{last}<tab>{born}<tab>{sex}<tab>A<tab><tab>{reference}<f2>"
"""Initials, birth date, sex, ethnicity; no country of birth; the reference."""
EPISODE = (
    "Y<tab>{postcode}<tab>A11B<tab><tab>"
    "1/8<tab>5<tab>2/8<tab>1<tab><tab>"
    "1<tab>{pregnant}A<tab>NN<tab>"
    "10<tab>8<tab>"
    "{housing}<tab>N<tab>N<tab>0<tab>"
    "7000<tab>1<tab><tab>C<tab>"
    "3/8<tab>1<tab>N<f2>"
)
"""An episode as the form asks for it, from consent to naloxone, where every field is left by Tab."""
NEXT = "<ctrl+n>c"
MOST = {"person": 25, "episode": 75, "refusal": 5, "gaps": 50, "known": 60, "corrected": 25, "clinic": 60, "month": 40}
"""The most keys that each part of the day may take."""


class Day:
    """The screen, and how many keys each part has taken."""

    def __init__(self, screen: Screen) -> None:
        """Nothing was typed yet."""
        self.screen = screen
        self.typed: dict[str, int] = {}

    def keys(self, part: str, text: str, then: str) -> None:
        """Type into a part of the day, in one piece, and wait for what comes of it."""
        self.typed[part] = self.typed.get(part, 0) + len(split_keys(text))
        self.screen.types(text, then)

    def person(self, reference: int, name: str, born: str, sex: str = "1", begin: str = NEXT) -> None:
        """Somebody new."""
        first, last = name
        typed = PERSON.format(first=first, last=last, born=born, sex=sex, reference=reference)
        self.keys(f"person {reference}", begin + typed, f"Done: Saved: Client {reference} {name}.")

    def episode(self, reference: int, postcode: str = "sr1 3ab", housing: str = "1", woman: bool = False) -> None:
        """A first episode of the client who is open."""
        pregnant = "N<tab>" if woman else ""
        typed = EPISODE.format(postcode=postcode, housing=housing, pregnant=pregnant)
        self.keys(f"episode {reference}", f"<ctrl+n>e{typed}", "Done: Saved: Episode 1 Aug 2022.")

    def refused(self, reference: int) -> None:
        """No consent: the record ends there."""
        self.keys(f"refusal {reference}", "<ctrl+n>eN<f2>", "Done: Saved: Episode.")


def test_a_first_day(tmp_path: Path, terminals: Open) -> None:
    screen = begin(terminals, tmp_path, datetime(2022, 9, 5, 9, tzinfo=UTC))
    day = Day(screen)
    day.keys("start", "<f3>", "No client was entered yet: Ctrl+N enters one.")
    ten_forms(day)
    a_day_clinic(day)
    file = the_month_is_ended(day, tmp_path / "out")
    the_page_is_printed(day, tmp_path)
    print(
        "\n".join(f"{part:16} {many:4}" for part, many in day.typed.items()),
        f"in all {sum(day.typed.values())}",
        sep="\n",
    )
    for part, many in day.typed.items():
        assert many <= MOST.get(part.partition(" ")[0], 10), part
    rows = read(file)
    assert len({one["EPISODID"] for one in rows}) == 10
    screen.terminal.send("\x1b[21~")
    assert screen.terminal.wait() == 0


def ten_forms(day: Day) -> None:
    """Two without consent, one of no fixed abode, one under 18, one with many gaps, one known, one corrected later."""
    screen = day.screen
    day.person(101, "AM", "30/7/63", begin="<ctrl+n>")
    day.episode(101)
    day.person(102, "BN", "2/11/71", sex="2")
    day.refused(102)
    day.person(103, "CO", "14 mar 85")
    day.episode(103, postcode="zz99 3vz", housing="2")
    screen.sees("Nothing wrong")
    day.person(104, "DP", "1/6/05")
    day.episode(104)
    screen.sees("The client was under 18 at Contact/assessment date")
    day.keys(
        "gaps", f"{NEXT}E<tab>Q<tab>1985<tab>", "Date of birth: only a year; type it whole, as 14/3/1985, or leave it"
    )
    day.keys("gaps", "<shift+tab><backspace><tab>2<tab><tab><tab>105<f2>", "Done: Saved: Client 105 EQ.")
    day.keys("gaps", "<ctrl+n>eY<tab><tab><tab><tab>1/8<tab><tab>2/8<f2>", "1 error to mend")
    day.person(106, "FR", "9/9/90")
    day.refused(106)
    known_already(day)
    day.person(107, "GS", "2/11/71", sex="2")
    day.episode(107, woman=True)
    day.person(108, "HT", "5/5/55")
    day.episode(108)
    day.person(109, "IU", "6/6/66")
    day.episode(109)
    # The form of 107 said the twelfth: found again by its reference.
    day.keys("corrected", "<f3>107", "1 client")
    day.keys("corrected", "<enter>", "Client 107 GS, born 2 Nov 1971")
    day.keys("corrected", "<ctrl+t><home><enter>", "Date of birth 19711102")
    day.keys("corrected", "<tab><tab>12/11/71<f2>", "Done: Saved: Client 107 GS.")
    screen.sees("born 12 Nov 1971")


def known_already(day: Day) -> None:
    """The seventh form is of one who is here and comes again: his episode is closed, the next one taken from it."""
    day.keys("known", f"{NEXT}A<tab>M<tab>30/7/63<tab>1<tab>", "Known already? 101 AM")
    day.keys("known", "<ctrl+f>", "Side by side: 1 of 1")
    day.keys("known", "<f2>", "> Consent for NDTMS Y")
    day.keys("known", "<ctrl+g>e<tab><tab><tab>15/8<tab>1<f2>", "Done: Saved: Episode 1 Aug 2022.")
    day.keys("known", "<ctrl+n>l", "12 values are carried over, marked ~ until you pass them.")
    day.keys("known", "Y<tab><tab><tab><tab>20/8<tab>5<tab>20/8<tab>1<tab><tab>", "20 Aug 2022")
    day.keys(
        "known", "<tab>" * 3 + "8<tab>6<tab>" + "<tab>" * 8 + "22/8<tab>1<tab>N<f2>", "Saved: Episode 20 Aug 2022."
    )
    day.screen.sees("Nothing wrong")
    day.keys("known", "<escape>", "New client AM, born 30 Jul 1963")
    # What was begun of him in the belief that he is new is thrown away.
    day.keys("known", "<ctrl+t><delete>", "what is typed is gone for good")
    day.keys("known", "d", "What was typed of a new client is thrown away.")


def a_day_clinic(day: Day) -> None:
    """Five came, and two who cannot have it: they are told, and the rest is kept as one."""
    day.keys("clinic", "<ctrl+p>", "Command:")
    day.keys("clinic", "same for many<enter>", "Same for many: Sub-intervention")
    day.keys("clinic", "24/8<tab><tab><tab>y<tab><ctrl+e><ctrl+t>", "13 empty fields of this group answered No.")
    day.keys("clinic", "101<enter>103<enter>104<enter>107<enter>108<enter>", "5 clients on the list")
    day.keys("clinic", "<f2>", "Saved: Sub-intervention for 5 clients. Ctrl+Z takes all of them back.")
    day.keys("clinic", "<f3>", "107 1 client")
    day.screen.leaves("9 clients")
    day.screen.leaves("Month: ")


def the_month_is_ended(day: Day, folder: Path) -> Path:
    """The gaps are filled from the worklist and by F8; then the return is written, sent and ticked."""
    screen = day.screen
    screen.checked()
    day.keys("gaps filled", "w", "Open without: Caseload start date 1 client")
    day.keys("gaps filled", "<enter>", "1 client")
    day.keys("gaps filled", "<enter>", "Caseload start date")
    day.keys("gaps filled", "3/8<f2>", "1 error to mend: F7")
    day.keys("gaps filled", "<f7>", "Error: Date of birth, DAT of residence")
    day.keys("gaps filled", "14/3/85<f2>", "Done: Saved: Client 105 EQ. 1 error to mend: F8")
    day.keys("gaps filled", "<f8>A11B<f8>NN<f8>7000<f2>", "Done: Saved: Episode 1 Aug 2022.")
    screen.sees("Nothing wrong")
    for behind in (" client", "Worklists", "Month: "):
        screen.leaves(behind)
    folder.mkdir()
    screen.checked()
    screen.sees("Load 100.0 %, data quality 100.0 %")
    screen.look_at_extract()
    screen.sees("✓ Standing ready to be sent")
    screen.writes_and_marks(folder)
    screen.closes("2022-08")
    (file,) = folder.iterdir()
    return file


def the_page_is_printed(day: Day, folder: Path) -> None:
    """The manager's one page, looked at and kept as HTML."""
    file = folder / "page.html"
    day.keys("page", "<ctrl+p>", "Command:")
    day.keys("page", "report<enter>", "Part July Aug 22")
    day.screen.types("<f2>", "File on this host")
    day.screen.types(f"<ctrl+u>{file}<enter>", "names no client")
    text = file.read_text(encoding="utf-8")
    assert "100.0" in text and "Part July Aug 22" in text and "<script" not in text
    assert file.stat().st_mode & 0o777 == 0o600
