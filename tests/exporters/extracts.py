"""Small extracts to test with: the sample, rows of a valid episode, and files made of rows."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from exporters.checks.file_check import Report, check_file
from validators.records import EpisodeRecord, Finding
from validators.rules.registry import Context
from validators.standard.catalogue import SHIPPED
from validators.standard.loader import load_standard

DATA = Path(__file__).parents[1] / "data"
SAMPLE = DATA / "cjit_p_2020_12.csv"
EXPECTED: dict[str, Any] = json.loads((DATA / "cjit_p_2020_12.expected.json").read_text(encoding="utf-8"))
STANDARD = load_standard(SHIPPED / "ndtms_cjit_p")
HEADERS = STANDARD.headers
TODAY = date(2021, 1, 10)
NOW = datetime(2021, 1, 10, 9, 30, tzinfo=UTC)

Row = dict[str, str]

_CLIENT = {"FINITIAL": "A", "SINITIAL": "B", "DOB": "19800229", "SEX": "1", "ETHNIC": "A", "AGNCY": "T0123"}
_EPISODE = {"CMSID": "Paper file 2.3", "CONSENT": "Y", "PC": "NE1 4", "DAT": "A11B", "REFLD": "20200601"}
_COURSE = {"TRIAGED": "20200602", "DISABLE1": "NN", "DRUG1": "7000", "CPLANDT": "20200605"}


def born(number: str) -> str:
    """The birth date of the client of a number; the first one's is a leap day."""
    return f"{1980 - int(number) % 50}0301" if number.isdigit() and number != "1" else _CLIENT["DOB"]


def row(number: str = "1", **changes: str) -> Row:
    """The row of a valid, open episode without events; each number is another client, told apart by a birth date."""
    own = {"DOB": born(number), "CLIENTID": f"c{number}", "CLIENT": f"100{number}", "EPISODID": f"e{number}"}
    return {**dict.fromkeys(HEADERS, ""), **_CLIENT, **_EPISODE, **_COURSE, **own, **changes}


def withheld(number: str = "1", **changes: str) -> Row:
    """The row of an episode without consent."""
    own = {"CLIENTID": f"c{number}", "AGNCY": "T0123", "EPISODID": f"e{number}", "CONSENT": "N"}
    return {**dict.fromkeys(HEADERS, ""), **own, **changes}


def visit(number: str = "1", **changes: str) -> Row:
    """The columns of a sub-intervention."""
    return {"SUBMID": f"s{number}", "SUBMODDT": "20200701", "RECPEER": "Y", **changes}


def referral(number: str = "1", **changes: str) -> Row:
    """The columns of a referral."""
    return {"REFERID": f"r{number}", "REFDATE": "20200801", **changes}


def table(rows: Iterable[Row], headers: Sequence[str] = HEADERS, end: str = "\r\n") -> str:
    """Rows as the text of a file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(headers)
    writer.writerows([each.get(header, "") for header in headers] for each in rows)
    return text.getvalue()


def write(folder: Path, rows: Iterable[Row], headers: Sequence[str] = HEADERS, name: str = "extract.csv") -> Path:
    """Rows as a file."""
    path = folder / name
    path.write_bytes(table(rows, headers).encode())
    return path


def read(path: Path) -> list[Row]:
    """The rows of a file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def check(path: Path, today: date = TODAY) -> Report:
    """Check a file as on a day."""
    return check_file(path, STANDARD, Context(today, "file"))


def told(findings: Iterable[Finding]) -> list[tuple[str, str, tuple[str, ...], tuple[int, ...]]]:
    """Severity, rule, fields and lines of each finding, but for the notice about lists, which every file gets."""
    return [(f.severity.value, f.rule, f.fields, f.lines) for f in findings if f.rule != "4" or f.lines]


def filled(values: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """What is filled of some values: empty and absent mean the same."""
    return frozenset((header, value) for header, value in values if value)


def essence(record: EpisodeRecord) -> tuple[frozenset[tuple[str, str]], frozenset[object]]:
    """An episode as sets of what is filled, apart from the program's own mark and the store's own ids."""
    base = filled((header, value) for header, value in {**record.client, **record.episode}.items() if header != "CMSID")
    return base, frozenset((event.section, filled(event.values.items())) for event in record.events)
