"""A quarter at an agency in Wales by commands, with a fixed clock: three returns of new events, and a full extract.

What is written is judged by another program, xmllint; what the returns add up to, and the deadlines, by the test alone.
"""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

from tests.commands.running import call
from tests.session.quarter import IMPORTED, Quarter, events, said
from tests.session.test_a_year import own_places as own_places

DEADLINES = Path(__file__).parents[1] / "data" / "smds_wales_deadlines.csv"
MADE = {"2026-01": "2026-02-03", "2026-02": "2026-03-10", "2026-03": "2026-04-13"}
"""The day on which each return is made: early, and twice on the very last one."""


def test_a_quarter_by_commands(tmp_path: Path) -> None:
    quarter = Quarter(tmp_path)
    files: list[Path] = []
    quarter.at("2026-01-20")
    quarter.over_from_another_program()
    quarter.the_first()
    for (month, day), keyed in zip(MADE.items(), (quarter.january, quarter.february, quarter.march), strict=True):
        keyed()
        if month == "2026-02":
            quarter.assessed()
        quarter.at(day, 12)
        due = quarter.due()
        assert (due["submission"], due["deadline"], due["late"]) == (month, deadlines()[month], None)
        receipt = quarter.write(month)
        files.append(Path(receipt["file"]))
        assert quarter.xmllint(files[-1]) == ""
        assert (receipt["kind"], receipt["ready"], receipt["errors"]) == ("new", False, 0)
        assert receipt["schema"]["told"] == "valid by Keywork's stand-in schema"
        quarter.send(month)
        quarter.close(month)
        shown = quarter.says("extracts", "show", "last")
        assert "not validated against the official schema" in shown and "sent" in shown
        assert quarter.write(month)["episodes"] == 0, "what was sent is not new"
    assert [len(said([file])) for file in files] == [IMPORTED + 4, 4 + 3, 4 + 4]
    receipt = quarter.write("2026-03", kind="full")
    assert receipt["episodes"] == 40
    assert [one["why"] for one in receipt["held_back"]] == ["dated after 2026-03-31, where this extract ends"]
    full = Path(receipt["file"])
    assert quarter.xmllint(full) == ""
    assert said(files) == said([full])
    assert len(said([full])) == 40 and events([full]) == events(files) - 2, "two treatments were sent again, ended"


def test_another_program_refuses_what_keywork_refuses(tmp_path: Path) -> None:
    quarter = Quarter(tmp_path)
    quarter.referred(201, "12/1/26", "15/1/26")
    quarter.at("2026-02-03")
    file = Path(quarter.write("2026-01")["file"])
    text = file.read_text(encoding="utf-8")
    for was, now in (
        ("<DateOfReferral>2026-01-12", "<DateOfReferral>20260112"),
        ("<AgencyClientNumber>201</AgencyClientNumber>", ""),
        ("</ReferralDetails>", "</ReferralDetails><ReferralDetails/>"),
        ("<AssessmentDate>", "<AssessmentDate>x"),
    ):
        assert was in text
        file.write_text(text.replace(was, now), encoding="utf-8")
        assert "fails to validate" in quarter.xmllint(file)


def test_the_deadlines_of_four_years(tmp_path: Path) -> None:
    options = ("--standard", "smds-wales", "--from", "2025-01-01", "--months", "49", "--format", "json")
    told = json.loads(call("calendar", *options).out)
    assert {one["submission"]: one["deadline"] for one in told} == deadlines()
    quarter = Quarter(tmp_path)
    for month, deadline in deadlines().items():
        if deadline > "2026-01-05":
            quarter.at(deadline, 12)
            due = quarter.due()
            assert (due["submission"], due["days_left"], due["late"]) == (month, 0, None)
            quarter.at(str(date.fromisoformat(deadline) + timedelta(days=1)))
            late = quarter.due(code=1)["late"]
            assert late == month, late


def deadlines() -> dict[str, str]:
    """The deadline of each month reported: the 7th working day of the month after, counted by hand on a calendar."""
    with DEADLINES.open(encoding="utf-8", newline="") as lines:
        return {row["submission"]: row["deadline"] for row in csv.DictReader(lines)}
