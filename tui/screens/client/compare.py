"""Two versions of one record, field by field, to choose from: what is typed here and what somebody saved."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.widget import Widget

from store.records.consent import given_back
from tui.form.dates import show_date
from tui.widgets.base_screen import BaseScreen
from tui.widgets.line_list import LineList
from tui.widgets.text import one_line
from tui.widgets.text_line import Piece, TextLine
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

MINE, THEIRS = 0, 1


class Sides(LineList):
    """The fields that differ. Left takes what was typed here, Right what is saved, Enter or Space the other one."""

    head_lines = 1

    def __init__(self, standard: Standard, headers: Sequence[str], mine: Values, theirs: Values) -> None:
        super().__init__()
        self.standard, self.headers, self.sides = standard, headers, (mine, theirs)
        self.choice: dict[str, int] = {}

    @property
    def row_count(self) -> int:
        """How many fields differ."""
        return len(self.headers)

    def _widths(self) -> tuple[int, int]:
        label = max(12, min(28, self.size.width // 3))
        return label, max(6, (self.size.width - label - 7) // 2)

    def head_of(self, line: int) -> Sequence[Piece]:
        """What the columns are."""
        label, side = self._widths()
        return [(f"   {one_line('Field', label)}  {one_line('Yours', side)}  Saved", "heading")]

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """The field and both values; an arrow points at the one that is taken, `?` says that none is yet."""
        header = self.headers[row]
        label, side = self._widths()
        taken = self.choice.get(header)
        sign = "?" if taken is None else " "
        parts = [one_line(self.shown(header, which), side) for which in (MINE, THEIRS)]
        marks = [">" if taken == which else " " for which in (MINE, THEIRS)]
        name = one_line(self.standard.by_header[header].label, label)
        return [(f" {sign} {name} {marks[0]}{parts[0]} {marks[1]}{parts[1]}", "text")]

    def shown(self, header: str, which: int) -> str:
        """A value with what it means."""
        field, text = self.standard.by_header[header], self.sides[which].get(header, "")
        if field.is_date:
            return show_date(text, field.layout.text) or text or "(empty)"
        codes = self.standard.code_lists.get(field.codes)
        label = codes.codes.get(text, "") if codes else ""
        return f"{text} {label}".rstrip() or "(empty)"

    def choose(self, header: str, which: int) -> None:
        """Take one side's value of a field."""
        self.choice[header] = which
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Left, Right, Enter and Space choose; the rest is the list's."""
        if not self.headers:
            return
        header = self.headers[self.cursor]
        if event.key in ("left", "right"):
            self.choose(header, MINE if event.key == "left" else THEIRS)
        elif event.key in ("enter", "space"):
            self.choose(header, THEIRS if self.choice.get(header) == MINE else MINE)
        else:
            return
        event.stop()
        event.prevent_default()


class ComparePage(BaseScreen[Values]):
    """Dismissed with the record's values as chosen; None on Escape, and nothing has happened.

    With `base`, what both started from, a field that only one side changed is chosen already; where both did, and
    where nobody knows, the person chooses.
    """

    scope = "compare"
    heading = "Two versions"

    def __init__(self, standard: Standard, mine: Values, theirs: Values, who: str, base: Values | None = None) -> None:
        super().__init__()
        self.mine, self.theirs, self.who, self.began = mine, theirs, who, base
        self.differing = [header for header in standard.headers if mine.get(header, "") != theirs.get(header, "")]
        self.sides = Sides(standard, self.differing, mine, theirs)
        for header in self.differing:
            if standard.by_header[header].keyed != "person":
                self.sides.choice[header] = THEIRS if theirs.get(header) else MINE
            elif base is not None and mine.get(header, "") == base.get(header, ""):
                self.sides.choice[header] = THEIRS
            elif base is not None and theirs.get(header, "") == base.get(header, ""):
                self.sides.choice[header] = MINE
        self.asked = given_back(standard, theirs, mine)
        self.open_ones = [header for header in self.differing if header not in self.sides.choice]

    @property
    def taken(self) -> str:
        """How many fields were taken from whom, in words."""
        mine = sum(which == MINE for which in self.sides.choice.values())
        theirs = len(self.sides.choice) - mine
        return f"{mine} yours, {theirs} as saved"

    def body(self) -> Iterable[Widget]:
        """What this is about, then the fields."""
        saved = f"Saved by {self.who}." if self.who else "Nothing is saved yet."
        many = len(self.differing)
        told = f"{counted(many, 'field')} {'differs' if many == 1 else 'differ'}"
        yield TextLine(
            [
                (
                    f" {told}. {saved} Left takes yours, Right the saved one.",
                    "dim",
                )
            ]
        )
        if self.began is not None:
            # Who changed a field alone has his way unless the person says otherwise; it is said, and listed.
            both = f"{len(self.open_ones)} to choose" if self.open_ones else "none"
            yield TextLine([(f" Changed by both: {both}. By one side only, taken: {self.taken}.", "dim")])
        yield self.sides

    def on_mount(self) -> None:
        """Begin with the first field to choose."""
        if self.open_ones:
            self.sides.go(self.differing.index(self.open_ones[0]))

    def action_all(self, which: int) -> None:
        """One side in every field. What is typed here is no more than what was; and a consent that is not agreed to as
        it is saved is given by whoever chooses that, not by what is chosen with all else."""
        began, asked = self.began, self.asked if which == MINE else []
        for header in self.differing:
            is_typed = began is None or self.mine.get(header, "") != began.get(header, "")
            if which == THEIRS or (is_typed and header not in asked):
                self.sides.choose(header, which)
        if left := [header for header in asked if self.sides.choice.get(header) != MINE]:
            self.sides.go(self.differing.index(left[0]))
            self.say(f"{self.sides.standard.by_header[left[0]].label} is chosen by itself, in its line.", "notice")

    def action_take(self) -> None:
        """F2: away with what is chosen."""
        open_ones = [header for header in self.differing if header not in self.sides.choice]
        if open_ones:
            self.sides.go(self.differing.index(open_ones[0]))
            self.say(
                f"{counted(len(open_ones), 'field')} marked ? still to choose: Left is yours, Right the saved one.",
                "notice",
            )
            return
        values = dict(self.mine)
        for header, which in self.sides.choice.items():
            values[header] = (self.mine, self.theirs)[which].get(header, "")
        self.dismiss({header: text for header, text in values.items() if text})
