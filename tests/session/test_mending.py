"""From a faulty extract to a sound one: taken in, walked with F8, mended by the keyboard alone, and sent.

What is pressed below is what a person presses, key by key, each when the last has had its effect.
"""

import csv
import json
import re
from pathlib import Path

import pytest

from exporters.selection import SOFTWARE
from tests.session.conftest import Open
from tests.session.desk import KEYWORK, PATIENCE, SAMPLE, Desk
from tests.terminal import Terminal

# The client's reference, how often F8 is pressed, the field where it lands, what the rules say, what is typed there.
ERRORS = (
    ("40035", 1, "Disability 2", "Disability 2 repeats Disability 1", "<delete>"),
    ("40213", 1, "Client reference", "Client reference begins or ends with a space", "<end><backspace>"),
    ("41930", 1, "Drinking days in last 28", "Drinking days in last 28 is missing", "14<enter>"),
    ("45238", 1, "Closure date", "Closure date is missing", "15/1/19<tab>"),
    ("65063", 1, "Date of birth", "Date of birth is not a real date", "19790921<tab>"),
    ("72990", 1, "Problem substance 1", "Problem substance 1 does not fit the layout", "1101<tab>"),
    ("73250", 1, "Agency code", "Agency code is missing", "T0123<enter>"),
    ("75089", 1, "Drinking days in last 28", "Drinking days in last 28 is not from 0 to 28", "21<down>"),
    ("76579", 1, "Surname initial", "Surname initial is missing", "Q<tab>"),
    # Three rules, one cause: the second press goes on from the caseload start to the closure that is before everything.
    ("76634", 2, "Closure date", "Closure date is before", "1 apr 2020<tab>"),
)
# Neither of these is an error: the filter of the Findings screen, the field, what is typed.
OTHERS = (
    ("live", "Children live with client?", "Children live with client? is missing", "11<tab>"),
    ("84", "Caseload start date", "The episode has neither a caseload start", "15042020<tab>"),
)
MENDED = {
    19: {"DISD": "20200401"},
    32: {"DOB": "19790921"},
    38: {"SINITIAL": "Q"},
    48: {"ALCDDAYS": "14"},
    57: {"ALCDDAYS": "21"},
    71: {"DISD": "20190115"},
    72: {"DISD": "20190115"},
    82: {"PRNTSTAT": "11"},
    91: {"CPLANDT": "20200415"},
    102: {"CLIENT": "40213"},
    103: {"CLIENT": "40213"},
    134: {"DISABLE2": ""},
    154: {"DRUG1": "1101"},
    167: {"AGNCY": "T0123"},
    168: {"AGNCY": "T0123"},
}
"""Line of the sample → the cells that are other ones afterwards."""
SHOWN = 16
"""So many characters of a field's label are shown at every width."""
LATER = 113
"""Its referral lies after the period: by today it is no fault, and the episode waits for its own submission."""


class Landed:
    """The real cursor stands in the marked line of a field. By its name a failure says which."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __call__(self, terminal: Terminal) -> bool:
        """Whether it does."""
        return re.search(rf">[^ ]{re.escape(self.field[:SHOWN])}", terminal.lines()[terminal.cursor[1]]) is not None

    def __repr__(self) -> str:
        return f"the cursor in {self.field!r}"


def mend_errors(terminal: Terminal) -> None:
    """The list of clients with errors, from the top, until it is empty."""
    terminal.until("120 clients", PATIENCE)
    terminal.slowly("<ctrl+e>")
    for left, (reference, presses, field, sentence, typed) in zip(range(len(ERRORS), 0, -1), ERRORS, strict=True):
        terminal.until(f" {left} client{'s' if left > 1 else ''}", PATIENCE)
        terminal.until(lambda seen, wanted=reference: seen.lines()[4].startswith(wanted), PATIENCE)  # type: ignore[misc]
        terminal.slowly("<enter>")
        terminal.until(f"Client {reference}", PATIENCE)
        terminal.until("error", PATIENCE)
        terminal.slowly("<f8>" * presses)
        terminal.until(Landed(field), PATIENCE)
        terminal.until(f"✗ Error: {sentence[:40]}", PATIENCE)
        terminal.slowly(typed)
        terminal.until("Nothing wrong", PATIENCE)
        terminal.slowly("<f2>")
        terminal.until("✓ Done: Saved:", PATIENCE)
        terminal.slowly("<f8>")
        terminal.until("The rules have nothing to say of this client.", PATIENCE)
        terminal.slowly("<escape>")
    terminal.until(" 0 clients", PATIENCE)


def mend_others(terminal: Terminal) -> None:
    """The warning and the notice, from the Findings screen: Enter lands in the very field."""
    terminal.slowly("<ctrl+p>findings<enter>")
    terminal.until("1 warning, 2 notices", PATIENCE)
    for words, field, sentence, typed in OTHERS:
        terminal.slowly(f"/{words}")
        terminal.until(sentence[:24], PATIENCE)
        terminal.slowly("<enter><down><enter>")
        terminal.until(Landed(field), PATIENCE)
        terminal.slowly("<f8>")
        terminal.until(Landed(field), PATIENCE)
        terminal.until(f": {sentence[:40]}", PATIENCE)
        terminal.slowly(typed)
        terminal.until("Nothing wrong", PATIENCE)
        terminal.slowly("<f2>")
        terminal.until("✓ Done: Saved:", PATIENCE)
        terminal.slowly("<escape>")
        terminal.until("Filter:", PATIENCE)
        terminal.slowly("<escape>")
        terminal.until(" in all", PATIENCE)
    terminal.until("1 in all", PATIENCE)


def cells(path: Path) -> list[dict[str, str]]:
    """The rows of an extract."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def expected() -> list[dict[str, str]]:
    """The sample with the mended cells; the program's own mark, no full postcode, nothing that is not due yet."""
    rows = []
    for line, row in enumerate(cells(SAMPLE), 2):
        changes = {"CMSID": SOFTWARE if row["CONSENT"] == "Y" else "", "PC": row["PC"].removesuffix("AB")}
        if line != LATER:
            rows.append({**row, **changes, **MENDED.get(line, {})})
    return rows


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_the_sample_is_mended_and_sent(desk: Desk, terminals: Open, columns: int, rows: int) -> None:
    before = json.loads(desk.keywork("check", "--store", str(desk.store), "--format", "json", code=1))
    assert (before["errors"], before["warnings"]) == (12, 1)

    terminal = terminals(KEYWORK, columns, rows, desk.places)
    mend_errors(terminal)
    mend_others(terminal)
    terminal.slowly("<f10>")
    assert terminal.wait() == 0

    after = json.loads(desk.keywork("check", "--store", str(desk.store), "--format", "json"))
    assert (after["errors"], after["warnings"]) == (0, 0)
    command = ("export", "--submission", "2020-12", "--out", str(desk.folder / "out"), "--format", "json")
    (desk.folder / "out").mkdir()
    receipt = json.loads(desk.keywork(*command))
    assert receipt["ready"] and (receipt["errors"], receipt["warnings"]) == (0, 0), receipt
    late = cells(SAMPLE)[LATER - 2]["EPISODID"]
    assert [one["episode"] for one in receipt["left_out"]] == [late] and receipt["held_back"] == []

    checked = json.loads(desk.keywork("check", receipt["file"], "--submission", "2020-12", "--format", "json"))
    assert (checked["load_percent"], checked["data_quality_percent"]) == (100.0, 100.0)
    assert "load 100.0 %, data quality 100.0 %" in desk.keywork("check", receipt["file"])
    assert cells(Path(receipt["file"])) == expected()
