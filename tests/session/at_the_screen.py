"""Month end as it is keyed at the screen: what is pressed, and what has to be seen before the next key."""

import shutil
import sys
from datetime import datetime
from pathlib import Path

from tests.session.conftest import Open
from tests.session.desk import PATIENCE
from tests.session.year import Year
from tests.terminal import Terminal, keys

PORTAL = 8
"""The line of the checklist where the portal's percentages are entered."""
TICKED = (5, 9, 10, 11)
"""The lines that a person ticks with Space alone."""


class Screen:
    """The program under a terminal of 80 by 24, on a year's store, with the year's clock."""

    def __init__(self, year: Year, terminals: Open, folder: Path) -> None:
        """Start it."""
        self.year = year
        self._clock = folder / "clock"
        self.set_clock()
        places = {"HOME": folder, "XDG_DATA_HOME": folder / "data", "XDG_CONFIG_HOME": folder / "config"}
        self.terminal: Terminal = terminals(
            [sys.executable, "-m", "tests.screens.program", str(year.place.store)],
            env={
                **{name: str(place) for name, place in places.items()},
                "KEYWORK_TEST_CLOCK": str(self._clock),
                "KEYWORK_TEST_START": "month",
            },
        )

    def set_clock(self) -> None:
        """The program's clock is the year's; the file is never half-written."""
        scratch = self._clock.with_suffix(".new")
        scratch.write_text(self.year.moment.isoformat(), encoding="ascii")
        scratch.replace(self._clock)

    def sees(self, text: str) -> None:
        """Wait until the screen says so, however its lines are broken."""

        def said(terminal: Terminal) -> bool:
            return text in " ".join(" ".join(terminal.lines()).split())

        said.__qualname__ = text
        self.terminal.until(said, PATIENCE)

    def types(self, text: str, then: str) -> None:
        """Type keys, and wait for what comes of them."""
        self.terminal.send(keys(text))
        self.sees(then)

    def leaves(self, then: str) -> None:
        """Escape, and wait for the screen behind. A key in the same piece would be another key with it."""
        self.terminal.press("<escape>", 0.25)
        self.sees(then)

    # The month

    def on(self, day: str, then: str) -> None:
        """Another day; the Month screen says what holds then."""
        self.year.at(day)
        self.set_clock()
        self.terminal.send(keys("<f5>"))
        self.sees(then)
        self.checked()

    def checked(self) -> None:
        """All is checked, and said."""
        self.terminal.until(lambda seen: "due for a check" not in seen.text(), PATIENCE)

    def look_at_extract(self) -> None:
        """From the month to the extract, which looks at every episode."""
        self.types("x", "Will be written")
        self.terminal.until(lambda seen: "Looking" not in seen.text(), PATIENCE)

    def goes(self, label: str, then: str) -> None:
        """Enter on the line of the Extract screen that has a label."""
        self.terminal.press("<home>", 0.1)
        row = next(number for number, line in enumerate(self.terminal.lines()) if line[3:].startswith(label))
        self.types("<down>" * (row - 1) + "<enter>", then)

    def confirms(self, *mismatches: tuple[str, str]) -> None:
        """Confirm each open mismatch: the kind that is seen, the reason that is typed."""
        self.goes("Mismatches", f"{len(mismatches)} open of")
        for number, (kind, reason) in enumerate(mismatches, 1):
            self.sees(kind)
            self.types("<home>" + "<down>" * (number - 1) + "<f2>", "Reason why this is right")
            self.types(f"{reason}<enter>", f"{len(mismatches) - number} open of")
        self.leaves("Will be written")

    def writes_and_marks(self, folder: Path | None = None) -> None:
        """Write the extract where the program proposes, or into another folder; mark it as sent."""
        self.types("<f2>", "Folder on this host")
        # All that stands there is taken away.
        self.types(f"<ctrl+u>{folder}<enter>" if folder else "<enter>", "To fetch it, on your own machine")
        self.types("<f2>", "Mark as sent?")
        self.types("s", "Marked as sent by ann")
        self.leaves("Will be written")
        self.leaves("Month: ")

    def ticks(self, lines: tuple[int, ...]) -> None:
        """Tick these lines of the checklist."""
        for line in lines:
            self.types("<home>" + "<down>" * line + " ", "Ticked.")
            self._ticked(3 + line)

    def closes(self, month: str, load: str = "100", quality: str = "100") -> None:
        """From the month to its checklist: tick what a person ticks, until nothing is left, and back."""
        self.types("c", f"Checklist: {month}")
        self.sees("Uploaded to the portal ann")
        self.ticks(TICKED)
        self.types("<home>" + "<down>" * PORTAL + " ", "As the portal shows them")
        self.types(f"{load}<enter>{quality}<enter>", "12 of 12 done")
        self.leaves("12 of 12 done: closed")
        self.sees("Extract: sent")

    def _ticked(self, row: int) -> None:
        self.terminal.until(lambda seen: seen.lines()[row].startswith(" [x]"), PATIENCE)

    def month_end(self, month: str) -> None:
        """A month without anything to mend: look, write, mark, tick."""
        self.look_at_extract()
        self.sees("✓ Standing")
        self.writes_and_marks()
        self.closes(month)

    def begins(self, chosen: str, then: str) -> None:
        """The very first start: no store is there; the program asks which agency keeps it."""
        self.sees("Type the agency code of your national returns")
        self.types(f"{self.year.agency}{chosen}<enter>", "will be made")
        self.types("<enter><enter>", "Bring your last extract")
        self.types("<escape>", then)
        # The commands of the story are given with the key that the program has made.
        shutil.copy(self.year.place.store.with_suffix(".key"), self.year.place.key)


def begin(terminals: Open, folder: Path, moment: datetime) -> Screen:
    """The year's first start."""
    screen = Screen(Year(folder, made=False, moment=moment), terminals, folder)
    screen.begins("", "Month: Part July Aug 22 (2022-08), T0123")
    return screen
