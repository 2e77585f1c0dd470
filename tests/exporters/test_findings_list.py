"""All findings handed on: the case reference first, or without anybody's identifiers."""

import csv
import io
import json
from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload
from exporters.checks.findings_list import FORMS, Form, told_findings, write_findings
from exporters.work import Work
from store.facts import AgencyInfo, Who
from store.findings import acceptances, queries
from store.records import agencies
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, row
from tests.stores import ask
from validators.problems import Problem
from validators.rules.checker import Checker

SECRETS = ("=cmd|x", "SECRET-1", "e-777", "19850703", "QZ", "nowhere\x1b[31m")


@pytest.fixture
def agency(desk: Desk) -> AgencyInfo:
    """One client whose every identifier is a secret, with faults and an accepted warning."""
    faulty = row(
        "1", CLIENT="=cmd|x", CLIENTID="SECRET-1", EPISODID="e-777", DOB="19850703", FINITIAL="Q", SINITIAL="Z",
        PC="nowhere\x1b[31m", PARENT="Y", PRNTSTAT="", REFLD="19840101",
    )  # fmt: skip
    desk.take([faulty])
    made = ask(desk.store, agencies.one)
    check_caseload(desk.store, made, Checker(STANDARD), TODAY, NOW)
    with desk.store.writing(Who("ann", NOW)) as work:
        acceptances.accept(work, ask(desk.store, queries.findings, made, rule="74"), "so it is")
    return made


def told(desk: Desk, agency: AgencyInfo, form: Form, anonymous: bool = False) -> str:
    """The whole list."""
    found = ask(desk.store, told_findings, Work(agency, STANDARD, TODAY), anonymous=anonymous)
    return "".join(FORMS[form](found, anonymous=anonymous))


def test_csv_has_the_reference_first_and_no_formula(desk: Desk, agency: AgencyInfo) -> None:
    text = told(desk, agency, "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.startswith("reference,episode,row,") and len(rows) == len(ask(desk.store, queries.findings, agency)) > 2
    assert {each["reference"] for each in rows} == {"'=cmd|x"} and {each["episode"] for each in rows} == {"e-777"}
    assert [each["rule"] for each in rows if each["accepted"]] == ["74"]
    assert "\x1b" not in text and "PC=nowhere\\x1b[31m" in text


@pytest.mark.parametrize("form", list(FORMS))
def test_the_anonymous_form_says_nothing_of_anybody(desk: Desk, agency: AgencyInfo, form: Form) -> None:
    text = told(desk, agency, form, anonymous=True)
    client, episode = next((one.client_id, one.episode_id) for one in ask(desk.store, queries.findings, agency))
    assert not [secret for secret in (*SECRETS, client, episode) if secret in text]
    assert "PC" in text and "74" in text
    whole = told(desk, agency, form)
    assert "e-777" in whole or form == "text"


def test_text_and_json(desk: Desk, agency: AgencyInfo) -> None:
    lines = told(desk, agency, "text").splitlines()
    assert lines[0].startswith("=cmd|x  error, ") and any("rule 74, accepted" in line for line in lines)
    items = json.loads(told(desk, agency, "json"))
    assert items[0]["reference"] == "=cmd|x" and [one["row"] for one in items] == list(range(1, len(items) + 1))
    assert "reference" not in json.loads(told(desk, agency, "json", anonymous=True))[0]


def test_a_file_is_private_and_never_replaced(desk: Desk, agency: AgencyInfo, tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    with desk.store.reading() as snapshot:
        many = write_findings(told_findings(snapshot, Work(agency, STANDARD, TODAY)), target, "csv")
    assert many == len(ask(desk.store, queries.findings, agency)) and target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Problem, match="is there already"):
        write_findings([], target, "csv")
    with pytest.raises(Problem, match="could not be written"):
        write_findings([], tmp_path / "no" / "list.csv", "csv")
    assert [path.name for path in tmp_path.glob("*list*")] == ["list.csv"]
