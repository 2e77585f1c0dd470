"""From a faulty extract to a sound one: taken in, walked with F8, mended by the keyboard alone, and sent.

What is pressed below is what a person presses, key by key, each when the last has had its effect.
"""

import csv
import json
import re
from pathlib import Path

import pytest

from exporters.csv_format.selection import SOFTWARE
from tests.session.conftest import Open
from tests.session.desk import KEYWORK, PATIENCE, SAMPLE, Desk, to_clients
from tests.terminal import Terminal

# The client's reference → the field where F8 lands, what the rules say there, what is typed.
FAULTS = {
    "40035": ("Disability 2", "Disability 2 repeats Disability 1", "<delete>"),
    "40213": ("Client reference", "Client reference begins or ends with a space", "<end><backspace>"),
    "41930": ("Drinking days in last 28", "Drinking days in last 28 is missing", "14<enter>"),
    "45238": ("Closure date", "Closure date is missing", "15/1/19<tab>"),
    "65063": ("Date of birth", "Date of birth is not a real date", "19790921<tab>"),
    "72990": ("Problem substance 1", "Problem substance 1 does not fit the layout", "1101<tab>"),
    "73250": ("Agency code", "Agency code is missing", "T0123<enter>"),
    "75089": ("Drinking days in last 28", "Drinking days in last 28 is not from 0 to 28", "21<down>"),
    "76579": ("Surname initial", "Surname initial is missing", "Q<tab>"),
    # Three rules, one cause: the closure, and not the caseload start which is named first.
    "76634": ("Closure date", "Closure date is before", "1 apr 2020<tab>"),
}
WARNED = ("Children live with client?", "Children live with client? is missing", "11<tab>")
# No fault, and passed by F8: the filter of the Findings screen, the field, what it says, what is typed.
NOTICED = ("neither a", "Caseload start date", "The episode has neither a caseload start", "15042020<tab>")
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


def nothing_to_mend(seen: Terminal) -> bool:
    """What is left in the panel are notices: values that stand in no list we have."""
    return seen.shows("Nothing wrong") or bool(
        re.search(r"^\W*\d+ notices?\W*$|(?<!, )\b\d+ notices?\s*$", seen.text(), re.M)
    )


def go_on(terminal: Terminal, wanted: str) -> None:
    """F8, past the notices of this client that nobody can mend: values that stand in no list we have."""
    for _ in range(5):
        terminal.slowly("<f8>")
        terminal.until_quiet(0.5)
        if terminal.shows(wanted):
            return
    raise AssertionError(f"never seen: {wanted!r}\n{terminal.text()}")


def mend_faults(terminal: Terminal) -> None:
    """From the list by F8 to every client who has an error or the warning, in order of entry."""
    to_clients(terminal)
    terminal.slowly("<ctrl+e>")
    terminal.until(f" {len(FAULTS)} clients", PATIENCE)
    terminal.until(lambda seen: "Checking" not in seen.text(), PATIENCE)
    terminal.slowly("<escape>nobody")  # nobody is chosen: F8 begins with the first of the caseload
    terminal.until(" 0 clients", PATIENCE)
    left = dict(FAULTS)
    for _ in range(len(FAULTS) + 1):
        go_on(terminal, "Next client: ")
        words = terminal.text().partition("Next client: ")[2].split()
        field, sentence, typed = left.pop(words[0], WARNED)
        mark = "! Warning" if (field, sentence, typed) == WARNED else "✗ Error"
        terminal.until(Landed(field), PATIENCE)
        terminal.until(f"{mark}: Next client: {words[0]}", PATIENCE)
        terminal.until(sentence[:16], PATIENCE)
        terminal.slowly(typed)
        terminal.until(nothing_to_mend, PATIENCE)
        terminal.slowly("<f2>")
        terminal.until("✓ Done: Saved:", PATIENCE)
    assert left == {}
    go_on(terminal, "No more findings.")
    terminal.slowly("<escape>")
    terminal.until(" 0 clients", PATIENCE)
    terminal.slowly("<ctrl+u><ctrl+e>")
    terminal.until(" 0 clients", PATIENCE)


def mend_others(terminal: Terminal) -> None:
    """The notice, from the Findings screen: Enter lands in the very field."""
    terminal.slowly("<ctrl+p>findings<enter>")
    terminal.until("notices", PATIENCE)
    words, field, sentence, typed = NOTICED
    terminal.slowly(f"/{words}")
    terminal.until(sentence[:24], PATIENCE)
    terminal.slowly("<enter><down><enter>")
    terminal.until(Landed(field), PATIENCE)
    go_on(terminal, f": {sentence[:40]}")
    terminal.until(Landed(field), PATIENCE)
    terminal.slowly(typed)
    terminal.until(nothing_to_mend, PATIENCE)
    terminal.slowly("<f2>")
    terminal.until("✓ Done: Saved:", PATIENCE)
    terminal.slowly("<escape>")
    terminal.until("Filter:", PATIENCE)
    terminal.slowly("<escape>")
    terminal.until("105 in all", PATIENCE)  # what stands in no list we have, and one notice of age


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
    mend_faults(terminal)
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
