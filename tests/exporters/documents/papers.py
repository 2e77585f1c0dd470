"""Documents made for tests: PDF with tables as word processors set them, broken as narrow columns break them."""

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF

LINE = 4.0  # millimetres
LEFT, TOP, BOTTOM = 15.0, 20.0, 270.0


class Paper:
    """A PDF that is being set: text and tables, with a running head and foot on every page."""

    def __init__(self, title: str) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_title(title)
        self.pdf.core_fonts_encoding = "cp1252"  # which has the bullet
        self.title = title
        self.page()

    def page(self) -> None:
        """Begin a page."""
        self.pdf.add_page()
        self.pdf.set_font("helvetica", size=8)
        self.pdf.text(LEFT, 12, self.title)
        self.pdf.text(LEFT, 285, f"Version 1.0 | Page {self.pdf.page_no()}")
        self.pdf.set_font("helvetica", size=9)
        self.y = TOP

    def say(self, text: str, size: float = 9) -> None:
        """A line of text, over as many lines as it needs."""
        self.pdf.set_font("helvetica", size=size)
        for line in self._wrapped(text, 180):
            if self.y > BOTTOM:
                self.page()
            self.pdf.text(LEFT, self.y + 3, line)
            self.y += LINE
        self.y += 3
        self.pdf.set_font("helvetica", size=9)

    def _wrapped(self, text: str, width: float) -> list[str]:
        """Text in lines of a width; a word that is too long for one is broken, as word processors do."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                wanted = f"{line} {word}".strip()
                if self.pdf.get_string_width(wanted) <= width:
                    line = wanted
                    continue
                if line:
                    lines.append(line)
                while self.pdf.get_string_width(word) > width:
                    cut = next(n for n in range(len(word), 0, -1) if self.pdf.get_string_width(word[:n]) <= width)
                    lines.append(word[:cut])
                    word = word[cut:]
                line = word
            lines.append(line)
        return lines

    def table(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        heads: int = 1,
        strokes: str = "all",
        split: bool = False,
    ) -> None:
        """A table. The first `heads` rows are its headings, repeated on each page; a row of one cell is merged.

        `strokes`: which lines are drawn: all, those between rows, or none. `split`: a row may be parted by the end
        of the page. A cell that begins with ^ has the figure behind it raised: `DAT^2`.
        """
        for number, row in enumerate(rows):
            lines = [
                self._wrapped(cell.replace("^", ""), self._width(row, widths, at) - 2) for at, cell in enumerate(row)
            ]
            deep = max(map(len, lines))
            if self.y + deep * LINE + 2 > BOTTOM:
                room = int((BOTTOM - self.y - 2) // LINE)
                if split and 0 < room < deep:
                    self._row(row, [cell[:room] for cell in lines], widths, strokes)
                    lines = [cell[room:] or [""] for cell in lines]
                self.page()
                if number >= heads:
                    for head in rows[:heads]:
                        wrapped = [
                            self._wrapped(cell, self._width(head, widths, at) - 2) for at, cell in enumerate(head)
                        ]
                        self._row(head, wrapped, widths, strokes)
            self._row(row, lines, widths, strokes)
        self.y += 6

    def _width(self, row: Sequence[str], widths: Sequence[float], at: int) -> float:
        return sum(widths) if len(row) == 1 and len(widths) > 1 else widths[at]

    def _row(self, row: Sequence[str], lines: Sequence[Sequence[str]], widths: Sequence[float], strokes: str) -> None:
        high = max(map(len, lines)) * LINE + 2
        x = LEFT
        for at, cell in enumerate(lines):
            wide = self._width(row, widths, at)
            for down, text in enumerate(cell):
                self.pdf.text(x + 1, self.y + 4 + down * LINE, text if "^" not in row[at] else row[at].split("^")[0])
            if "^" in row[at]:
                before, _, raised = row[at].partition("^")
                behind = x + 1 + self.pdf.get_string_width(before)
                self.pdf.set_font("helvetica", size=5)
                self.pdf.text(behind, self.y + 3, raised)
                self.pdf.set_font("helvetica", size=9)
            if strokes == "all":
                self.pdf.rect(x, self.y, wide, high)
            x += wide
        if strokes == "rows":
            self.pdf.line(LEFT, self.y, x, self.y)
            self.pdf.line(LEFT, self.y + high, x, self.y + high)
        self.y += high

    def save(self, path: Path) -> Path:
        """Write the document."""
        self.pdf.output(str(path))
        return path


FIELD_WIDTHS = (10, 62, 18, 17, 24, 8, 8, 8, 8, 16)
FIELD_HEADS = (
    "Col No", "Field description", "CSV file header", "Layout", "Additional rules", "AD", "YP", "SA", "SY",
    "CDS introduced",
)  # fmt: skip
ALL = ("Y", "Y", "Y", "Y", "CDS - Q/Apr 22")
ADULT = ("Y", "-", "(Y)", "", "CDS Q /Apr 22")


def definitions(folder: Path, strokes: str = "all") -> Path:
    """Technical definitions of a made-up edition Q with the traps of the real ones."""
    paper = Paper("Technical definitions, core data set Q")
    paper.say("Technical definitions", 16)
    paper.say("Core data set Q (CDS-Q). To be used from 1 April 2022.")
    paper.say("Revision history")
    paper.table(
        (20, 30, 130),
        (
            ("Version", "Author", "Purpose/reason"),
            (
                "1.1",
                "A Sample",
                "New items:\n\u2022 ACCMNEED - Housing need\nRules added:\n\u2022 38 - Has to be Y, N or Z",
            ),
        ),
    )
    paper.say("Where the client does not consent, only AGENCY, CONSENT, CLIENTID and EPISODEID are given.")
    paper.say("4. Items")
    client = [
        ("1. Client details",),
        FIELD_HEADS,
        ("1", "Identifier of the client", "CLIENTID", "C(36)", "1; 2; 20; 47", *ALL),
        ("2", "First letter of the client's first name", "FINITIAL", "A(1)", "1; 2", *ALL),
        ("3", "First letter of the surname", "SINITIAL", "A(1)", "1, 2", *ALL),
        ("4", "Birth date of the client", "DOB", "YYYYMMDD", "1;2;3; 7", *ALL),
        ("5", "Sex as recorded at birth", "SEX", "N(1)", "1; 2; 4", *ALL),
        ("6", "Agency code", "AGNCY", "C(5)", "1, 2 and 20", *ALL),
    ]
    paper.table(FIELD_WIDTHS, client, heads=2, strokes=strokes)
    episode = [
        ("2. Episode details",),
        FIELD_HEADS,
        ("7", "Identifier of the episode", "EPISODID", "C(36)", "1; 2; 20; 47;", *ALL),
        ("8", "Does the client consent to NDTMS?", "CONSENT", "A(1)", "1; 4; 20", *ALL),
        ("9", "Partnership area", "DAT^2", "C (4)", "1; 4", *ALL),
        ("10", "Day of referral", "REFLD", "YYYYMMDD", "1; 2; 3; 7; 31", *ALL),
        (
            "11",
            "Day of triage, the first meeting in person; " * 9 + "the last counts",
            "TRIAGED",
            "YYYYMMDD",
            "1; 3; 7; 9",
            *ALL,
        ),
        ("12", "Housing need", "ACCMNED", "N(2", "1; 4; 38", *ADULT),
        ("13", "Withdrawn with CDS-Q", "", "", "", "", "", "", "", ""),
        ("14", "Help for the children (first)", "CHILDRENHELP", "n(2)", "1; 4", *ALL),
        ("15", "Help for the children (second)", "CHILDRENHELP2", "N[2]", "1; 4; 61", *ALL),
        ("16", "Sexual orientation", "SEXUALO", "(1)", "1; 4", *ALL),
    ]
    paper.table(FIELD_WIDTHS, episode, heads=2, strokes=strokes, split=True)
    paper.say("The next ones are asked of clients who drink, and of no others, whatever they said before that.")
    rest = [
        ("17", "Days of drinking", "ALCDDAYS", "N(2)", "1; 23; 40", *ADULT),
        ("18", "Units on a usual day", "ALCUNITS", "N(3)", "1; 24; 40; 88", *ADULT),
        ("19", "Day of discharge", "DISD", "YYYYMMDD (if known)", "1; 3; 7; 10", *ALL),
        ("20", "Reason of discharge", "DISRSN", "N(2)", "1; 4; 13-13", *ALL),
        ("21", "Month in which the youngest child was born", "YNGMY", "MMYYYY", "1", *ALL),
        ("22", "Whole postcode", "IPSPC", "C(8)", "1", *ADULT),
    ]
    paper.table(FIELD_WIDTHS, rest, heads=0, strokes=strokes)  # without headings of its own
    key = (("N", "Digits"), ("A", "Capital letters"), ("C", "Letters, digits and signs"))
    paper.table((20, 80), key, heads=0, strokes=strokes)
    paper.say("5. Verification rules")
    rules = [row.split("|") for row in ("Rule no|Description", *RULES)]
    paper.table((18, 160), rules, strokes=strokes, split=True)
    paper.say("Appendix B - Items that are no longer collected")
    paper.table(
        (70, 30, 20, 40),
        (
            ("Field description", "CSV file header", "Layout", "Last collected with"),
            ("Type of home", "ACCTYPE", "N(2)", "CDS-P"),
        ),
        strokes=strokes,
    )
    return paper.save(folder / ("definitions.pdf" if strokes == "all" else f"definitions_{strokes}.pdf"))


RULES = (
    "1|A value neither begins nor ends with a blank.",
    "2|Has to be filled on every record where the client agrees to information going to NDTMS (CONSENT is Y).",
    "3|Has to be a day that exists, written with the year first.",
    "4|Has to be one of the codes that the reference data give for the item.",
    "7|Cannot lie in the future.",
    "9|TRIAGED: not earlier than REFLD and not later than DISD.",
    "10|The day of discharge is not before any of these:\n\u2022 the day of referral\n\u2022 the day of triage",
    "13|DISD and DISRSN go together. Where one of the two is filled, so is the other.",
    "20|Whatever CONSENT holds other than Y, the agency code, the client's identifier and the episode's "
    "identifier are still given, and nothing besides.",
    "23|A whole number of days between nought and 28, both included.",
    "24|Units are a whole number, at least 0 and at most 200. Above 100 a second person has asked.",
    "31|Not earlier than one year and one day after DOB.",
    "33|Clients under 18 at triage belong into YP or SY, older ones into AD or SA.",
    "40|ALCDDAYS has to come with ALCUNITS, and the other way round.",
    "41|Not used",
    "47|Has to differ from every other identifier of its kind.",
    "61|Where filled, has to be other than CHILDRENHELP, which cannot be empty then.",
    "70|DISD is on or after DOB.",
    "70|DISD is on or after TRIAGED.",
)


def reference(folder: Path, strokes: str = "all") -> Path:
    """Reference data for the same edition: lists in the ways in which the real ones stand."""
    paper = Paper("Reference data, core data set Q")
    paper.say("Reference data", 16)
    paper.say("1. Client")
    paper.say("Sex as recorded at birth (SEX)")
    paper.table((20, 80), (("Code", "Text"), ("1", "Male"), ("2", "Female"), ("0", "Not known")), strokes=strokes)
    paper.say("2. Episode")
    paper.table((110, 60), (("Does the client consent?", "CONSENT"),), heads=0)
    paper.table((20, 60, 90), (("Code", "Text", "Notes"), ("Y", "Yes", ""), ("N", "No", "The row goes without names")))
    paper.say("Partnership area (DAT)")
    paper.say("See the geographic information.")
    paper.say("Housing need (ACCMNEED)")
    paper.table(
        (60, 20, 90),
        (
            ("Text", "Code", "Notes"),
            ("No home; sleeps rough", "01", ""),
            ("Hostel", "02", "Closed to new clients from 1 April 2022"),
            ("Own home", "03", "No longer made; closed to new clients from 01/04/2023"),
        ),
        strokes=strokes,
    )
    paper.say("Help for the children (CHILDRENHELP, CHILDRENHELP2)")
    paper.table(
        (20, 80),
        (("Code", "Text"), ("1", "Early help"), ("2", "Child in need"), ("2", "Child protection")),
        strokes=strokes,
    )
    paper.say("Sexual orientation (SEXUALO)")
    paper.table(
        (20, 80), (("Code", "Text"), ("1", "Straight"), ("2", "Gay or lesbian"), ("9", "Not said")), strokes=strokes
    )
    paper.say("Days of drinking (ALCDDAYS)")
    paper.say("0-28")
    paper.say("Units on a usual day (ALCUNITS)")
    paper.say("Any whole number from 0 to 200")
    paper.say("Reason of discharge (DISRSN)")
    paper.say("Adults (AD and SA)")
    paper.table(
        (20, 90, 60),
        (
            ("Code", "Text", "Notes"),
            ("Finished",),
            *((f"{number}", f"Reason number {number}", "") for number in range(10, 60)),
            ("20\u201329", "Reserved, not to be used", ""),
            ("98", "Left the country", "AD only"),
        ),
        strokes=strokes,
    )
    paper.say("Young people (YP and SY)")
    paper.table((20, 90), (("Code", "Text"), ("81", "Finished young")), strokes=strokes)
    paper.say("Primary care trust (PCT)")
    paper.table((20, 80), (("Code", "Text"), ("5A1", "North")), strokes=strokes)
    return paper.save(folder / "reference.pdf")


def geographic(folder: Path) -> Path:
    """Areas for the same edition: two tables beside each other, with rows of regions, and a code in the text only."""
    paper = Paper("Geographic information")
    paper.say("Geographic information", 16)
    paper.say("1. Partnership areas (DAT)")
    paper.say("Clients who live abroad have Z99B here.")
    paper.table(
        (20, 65, 20, 65),
        (
            ("Code", "Area", "Code", "Area"),
            ("North",),
            ("A01B", "Ashford", "A03B", "Charham (until 31 March 2025; since then part of Ashford)"),
            ("A02B", "Birley and Saint Osyth with a name that goes over two lines of its cell", "", ""),
            ("South",),
            ("B01B", "Downham", "B02B", "Elmley (until 31/03/2023)"),
        ),
    )
    return paper.save(folder / "geographic.pdf")


def large(folder: Path) -> Path:
    """Definitions with 250 fields and 200 rules, as many as the largest known ones."""
    paper = Paper("Technical definitions, core data set Q")
    rows: list[tuple[str, ...]] = [("1. Client details",), FIELD_HEADS]
    for number in range(1, 251):
        described = f"Something that is asked about the client, number {number}, in words that go over two lines"
        rows.append((str(number), described, f"FIELDNUMB{number}", "N(2)", "1; 4; 23", *ALL))
    paper.table(FIELD_WIDTHS, rows, heads=2, split=True)
    rules = [["Rule no", "Description"]]
    rules += [[str(number), f"A number from 0 to {number}."] for number in range(1, 201)]
    paper.table((18, 160), rules, split=True)
    return paper.save(folder / "large.pdf")
