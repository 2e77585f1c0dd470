"""A first day at the screen: ten paper forms by keys alone, a day clinic after them, the month ended, the page printed.

Every form says how many keys it may take at most; they are counted as they are typed.
"""

from datetime import UTC, datetime
from pathlib import Path

from tests.exporters.extracts import read
from tests.session.at_the_screen import Screen
from tests.session.conftest import Open
from tests.session.test_a_year import own_places as own_places
from tests.session.year import Year
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
MOST = {
    "start": 1,
    "person": 25,
    "episode": 75,
    "refusal": 5,
    "gaps": 40,
    "known": 82,
    "corrected": 20,
    "clinic": 52,
    "filled": 40,
    "month": 82,
    "page": 11,
}
"""The most keys that each part of the day may take."""


class Day(Screen):
    """The screen, and how many keys each part of the day has taken."""

    def __init__(self, year: Year, terminals: Open, folder: Path) -> None:
        """Nothing was typed yet."""
        super().__init__(year, terminals, folder)
        self.typed: dict[str, int] = {}
        self.part = ""

    def begin_part(self, part: str) -> None:
        """What is typed from here on belongs to this part."""
        self.part = part
        self.typed[part] = 0

    def types(self, text: str, then: str) -> None:
        """Counted."""
        if self.part:
            self.typed[self.part] += len(split_keys(text))
        super().types(text, then)

    def leaves(self, then: str) -> None:
        """Counted."""
        self.typed[self.part] += 1
        super().leaves(then)

    def person(self, reference: int, name: str, born: str, sex: str = "1", begin: str = NEXT) -> None:
        """Somebody new."""
        self.begin_part(f"person {reference}")
        typed = PERSON.format(first=name[0], last=name[1], born=born, sex=sex, reference=reference)
        self.types(begin + typed, f"Done: Saved: Client {reference} {name}.")

    def episode(self, reference: int, postcode: str = "sr1 3ab", housing: str = "1", woman: bool = False) -> None:
        """A first episode of the client who is open."""
        self.begin_part(f"episode {reference}")
        typed = EPISODE.format(postcode=postcode, housing=housing, pregnant="N<tab>" if woman else "")
        self.types(f"<ctrl+n>e{typed}", "Done: Saved: Episode 1 Aug 2022.")

    def refused(self, reference: int) -> None:
        """No consent: the record ends there."""
        self.begin_part(f"refusal {reference}")
        self.types("<ctrl+n>eN<f2>", "Done: Saved: Episode.")


def test_a_first_day(tmp_path: Path, terminals: Open) -> None:
    day = Day(Year(tmp_path, made=False, moment=datetime(2022, 9, 5, 9, tzinfo=UTC)), terminals, tmp_path)
    day.begins("", "Month: Part July Aug 22 (2022-08), T0123")
    day.begin_part("start")
    day.types("<f3>", "No client was entered yet: Ctrl+N enters one.")
    ten_forms(day)
    a_day_clinic(day)
    the_gaps_are_filled(day)
    the_month_is_ended(day)
    the_page_is_printed(day)
    print(*(f"{part:12} {many:4}" for part, many in day.typed.items()), f"in all {sum(day.typed.values())}", sep="\n")
    assert {part: many for part, many in day.typed.items() if many > MOST[part.partition(" ")[0]]} == {}
    (file,) = (tmp_path / "data" / "keywork" / "exports").iterdir()
    rows = read(file)
    assert len({one["EPISODID"] for one in rows}) == 10, "nine who came, one of them twice"
    assert sum(one["SUBMODDT"] == "20220824" for one in rows) == 5
    assert [one["CLIENT"] for one in rows if one["CONSENT"] == "N"] == ["", ""], "nothing is told of them"
    page = (tmp_path / "report-T0123-2022-09-05.html").read_text(encoding="utf-8")
    assert "Load and data quality" in page and "100.0" in page and "<script" not in page
    day.terminal.send("\x1b[21~")
    assert day.terminal.wait() == 0


def ten_forms(day: Day) -> None:
    """Two without consent, one of no fixed abode, one under 18, one with many gaps, one known, one corrected later."""
    day.person(101, "AM", "30/7/63", begin="<ctrl+n>")
    day.episode(101)
    day.person(102, "BN", "2/11/71", sex="2")
    day.refused(102)
    day.person(103, "CO", "14 mar 85")
    day.episode(103, postcode="zz99 3vz", housing="2")
    day.sees("Nothing wrong")
    day.person(104, "DP", "1/6/05")
    day.episode(104)
    day.sees("The client was under 18 at Contact/assessment date")
    day.begin_part("gaps")
    day.types(f"{NEXT}E<tab>Q<tab>1985<tab>", "Date of birth: only a year; type it whole, as 14/3/1985, or leave it")
    day.types("<shift+tab><backspace><tab>2<tab><tab><tab>105<f2>", "Done: Saved: Client 105 EQ.")
    day.types("<ctrl+n>eY<tab><tab><tab><tab>1/8<tab><tab>2/8<f2>", "1 error to mend")
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
    day.begin_part("corrected")
    day.types("<f3>107", "1 client")
    day.types("<enter>", "Client 107 GS, born 2 Nov 1971")
    day.types("<ctrl+t><home><enter>", "Date of birth 19711102")
    day.types("<tab><tab>12/11/71<f2>", "Done: Saved: Client 107 GS.")
    day.sees("born 12 Nov 1971")


def known_already(day: Day) -> None:
    """The seventh form is of one who is here and comes again: his episode is closed, the next one taken from it."""
    day.begin_part("known")
    day.types(f"{NEXT}A<tab>M<tab>30/7/63<tab>1<tab>", "Known already? 101 AM")
    day.types("<ctrl+f>", "Side by side: 1 of 1")
    day.types("<f2>", "> Consent for NDTMS Y")
    day.types("<ctrl+g>e<tab><tab><tab>15/8<tab>1<f2>", "Done: Saved: Episode 1 Aug 2022.")
    day.types("<ctrl+n>l", "12 values are carried over, marked ~ until you pass them.")
    day.types("Y<tab><tab><tab><tab>20/8<tab>5<tab>20/8<tab>1<tab><tab>", "20 Aug 2022")
    day.types("<tab>" * 3 + "8<tab>6<tab>" + "<tab>" * 8 + "22/8<tab>1<tab>N<f2>", "Saved: Episode 20 Aug 2022.")
    day.sees("Nothing wrong")
    day.types("<escape>", "New client AM, born 30 Jul 1963")
    # What was begun of him in the belief that he is new is thrown away.
    day.types("<ctrl+t><delete>", "what is typed is gone for good")
    day.types("d", "What was typed of a new client is thrown away.")


def a_day_clinic(day: Day) -> None:
    """Five came, and two who cannot have it: they are told, and the rest is kept as one."""
    day.begin_part("clinic")
    day.types("<ctrl+p>", "Command:")
    day.types("same for many<enter>", "Same for many: Sub-intervention")
    day.types("24/8<tab><tab><tab>y<tab><ctrl+e><ctrl+t>", "13 empty fields of this group answered No.")
    day.types("101<enter>103<enter>104<enter>107<enter>108<enter>", "5 clients on the list")
    day.types("<f2>", "Saved: Sub-intervention for 5 clients. Ctrl+Z takes all of them back.")
    day.types("<f3>", "107 1 client")
    day.leaves("9 clients")
    day.leaves("Month: ")


def the_gaps_are_filled(day: Day) -> None:
    """What the one form left open is on a worklist; what is wrong beside it is reached by Ctrl+G, F."""
    day.checked()
    day.begin_part("filled")
    day.types("w", "Open without: Caseload start date 1 client")
    day.types("<enter>", "1 client")
    day.types("<enter>", "Caseload start date")
    day.types("3/8<f2>", "1 error to mend: Ctrl+G, then F")
    day.types("<ctrl+g>f", "Error: Date of birth, DAT of residence")
    day.types("14/3/85<f2>", "Done: Saved: Client 105 EQ. 1 error to mend: Ctrl+G, then F")
    day.types("<ctrl+g>fA11B<tab><ctrl+g>fNN<tab><ctrl+g>f7000<f2>", "Done: Saved: Episode 1 Aug 2022.")
    day.sees("Nothing wrong")
    for behind in (" client", "Worklists", "Month: "):
        day.leaves(behind)


def the_month_is_ended(day: Day) -> None:
    """The return is looked at, written, sent, ticked."""
    day.begin_part("month")
    day.checked()
    day.sees("Load 100.0 %, data quality 100.0 %")
    day.look_at_extract()
    day.sees("✓ Standing ready to be sent")
    day.writes_and_marks()
    day.closes("2022-08")


def the_page_is_printed(day: Day) -> None:
    """The manager's one page, looked at and kept as HTML where it is proposed."""
    day.begin_part("page")
    day.types("<ctrl+p>", "Command:")
    day.types("report<enter>", "Part July Aug 22")
    day.types("<f2>", "File on this host")
    day.types("<enter>", "Done: Written:")
