"""The manager's page: what it says, that it is one page, and tables for a spreadsheet."""

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from exporters.report.html import as_html
from exporters.report.page import Cause, ManagerPage, SubmissionLine
from exporters.report.text import as_text
from store.clients.movement import Movement
from store.findings.acceptance_facts import CaseloadFigures
from tests.commands.running import Place, call
from validators.standard.catalogue import load

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TODAY = "2021-01-05"


def sent(place: Place) -> None:
    """The December return of the sample, written and marked as sent."""
    place.folder.joinpath("out").mkdir()
    out = place.folder / "out"
    written = call("export", *place.options, "--submission", "2020-12", "--out", out, "--today", TODAY)
    assert written.code in (0, 1)
    listed = call("extracts", "list", *place.options).out.splitlines()
    assert call("extracts", "sent", listed[1].split()[0], *place.options).code == 0


def test_the_page_as_text(filled: Place) -> None:
    told = call("report", *filled.options, "--today", "2020-12-20")
    lines = told.out.splitlines()
    assert told.code == 0 and max(map(len, lines)) <= 80
    assert lines[0] == "Report of T0123, 20 Dec 2020"
    assert any(line.startswith("Now: load ") for line in lines)
    assert any(re.match(r"Caseload: \d+ episodes open, .* than a month before; in 13 months", line) for line in lines)
    assert "Dec 20" in told.out and "before Keywork" in told.out
    assert sum(line.endswith("before Keywork") for line in lines) >= 10
    assert re.search(r"^2020-12 +\d+ +\d+ +\d+", told.out, re.MULTILINE)
    assert "code lists not known" in " ".join(told.out.split())


def test_what_was_sent_is_told_with_its_percentages(filled: Place) -> None:
    sent(filled)
    told = call("report", *filled.options, "--months", "2", "--today", TODAY).out
    (line,) = [line for line in told.splitlines() if line.startswith("Dec 20")]
    receipt = call("extracts", "list", *filled.options, "--format", "json").out
    load_percent = re.search(r'"load_percent": ([0-9.]+)', receipt)
    assert load_percent is None or f" {float(load_percent[1]):.1f} " in line
    # It was marked on the computer's own day, years after the deadline.
    assert re.search(r"sent \d\d \w{3} \d{4}, \d+ days late", line)


def test_nobody_is_named_on_the_page(filled: Place) -> None:
    told = call("report", *filled.options, "--today", "2020-12-20", "--format", "html").out
    with Path(__file__).parents[1].joinpath("data/cjit_p_2020_12.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            for header in ("CLIENTID", "EPISODID", "CLIENT", "DOB"):
                assert not row[header] or row[header] not in told


def page() -> ManagerPage:
    """A full page: everything that may stand on one, at its longest."""
    standard = load("ndtms-cjit-p")
    months = [f"2020-{month:02}" for month in range(1, 13)]
    lines = [
        SubmissionLine(
            m, "Part July Aug 20", date(2020, 12, 12), "sent", date(2020, 12, 20), 8, 97.5, 88.1, 12345, 9999
        )
        for m in months
    ]
    causes = tuple(
        Cause(str(n), "A title that is rather long, as titles of rules are " * 2, "error", n) for n in range(8)
    )
    movements = tuple(Movement(month, number * 7, number * 3, 500) for number, month in enumerate(months))
    figures = CaseloadFigures(9999, 12345, 3, 4, 2, 3, 4, 1, 17)
    unverified = (
        "14 code lists unverified: " + "a_long_name_of_a_list, " * 14,
        "10 code lists not known: " + "another, " * 10,
    )
    whole = (standard, date(2020, 12, 31), tuple(lines), movements, figures, causes, unverified)
    return ManagerPage("T0123", *whole, "An Agency With a Long Name of Its Own, Newcastle upon Tyne", 3)


def test_the_html_is_one_file_without_scripts_and_fetches_nothing() -> None:
    data = as_html(page()).decode()
    document: Any = html.document_fromstring(data)
    assert document.xpath("//script | //link | //img | //iframe | //@src | //@href | //@onload") == []
    assert "url(" not in data and "@import" not in data
    assert [one.get("aria-label") for one in document.xpath("//svg")] == [
        "Load and data quality of the last submissions, from 50 to 100 per cent",
        "Opened and closed in each month",
    ]
    assert len(document.xpath("//svg//circle")) == 24
    assert len(document.xpath("//table[1]//tr")) >= 13
    assert document.xpath("string(//title)").startswith("Report of T0123 An Agency With a Long Name")
    told = document.xpath("string(//body)")
    assert "Caseload: 500 episodes open, as before; in 12 months 462 opened and 198 closed." in told
    assert "and 3 more rules" in told and "Solid: load." in told


def test_the_longest_page_fits_eighty_columns() -> None:
    assert max(map(len, as_text(page()))) <= 80


def test_it_prints_on_one_side_of_a4_in_a_real_browser(tmp_path: Path) -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        if os.environ.get("KEYWORK_CI") == "1":
            pytest.fail("no browser (chromium) to look at the page with")
        pytest.skip("no browser (chromium) to look at the page with")
    file, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    file.write_bytes(as_html(page()))
    plain = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*plain, "--no-pdf-header-footer", f"--print-to-pdf={printed}", file.as_uri()],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert printed.is_file(), done.stderr.decode(errors="replace")
    told = printed.read_bytes()
    assert len(re.findall(rb"/Type */Page\b", told)) == 1
    box = re.search(rb"/MediaBox *\[ *0 0 ([0-9.]+) ([0-9.]+) *\]", told)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) in ((595, 842), (594, 842), (596, 842), (595, 841))
    seen = subprocess.run([*plain, "--dump-dom", file.as_uri()], capture_output=True, timeout=60, check=True)
    assert b"Deadlines kept: 0 of 12." in seen.stdout


def test_tables_are_private_new_and_harmless_in_a_spreadsheet(filled: Place) -> None:
    out = filled.folder / "caseload.csv"
    told = call("report", *filled.options, "--table", "caseload", "--out", out)
    assert told.code == 0 and "they name clients" in told.err
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 3 and {"DOB", "CONSENT"} <= set(rows[0])
    assert out.stat().st_mode & 0o777 == 0o600
    # Whoever takes all clients along in a file is in the history, as with an extract and a hand-over.
    (told,) = json.loads(call("history", "--act", "write table", "--format", "json", *filled.options).out)
    assert (told["kind"], told["field"]) == ("agency", "caseload")
    again = call("report", *filled.options, "--table", "clients", "--out", out)
    assert again.code == 2 and again.sentence.endswith("move it away, or choose another name.")
    # Where nothing is written, nothing is said to be.
    assert len(json.loads(call("history", "--act", "write table", "--format", "json", *filled.options).out)) == 1
    assert call("report", *filled.options, "--table", "clients").code == 2
    assert call("report", *filled.options, "--table", "clients", "--out", filled.folder / "x.ods").code == 2


def test_a_workbook_holds_the_values_as_texts(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xlsxwriter")
    out, usual, made = filled.folder / "clients.xlsx", tempfile.mkstemp, list[str]()

    def noted(*given: Any, **named: Any) -> tuple[int, str]:
        found = usual(*given, **named)
        made.append(found[1])
        return found

    monkeypatch.setattr(tempfile, "mkstemp", noted)
    assert call("report", *filled.options, "--table", "clients", "--out", out).code == 0
    # What is put aside meanwhile is beside the file, in a folder that no other account can look into, and gone.
    assert made and all(f"{filled.folder}/.clients.xlsx." in name for name in made), made
    assert not [path for path in filled.folder.iterdir() if path.name.startswith(".")]
    with zipfile.ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "inlineStr" in sheet and "reference" in sheet
