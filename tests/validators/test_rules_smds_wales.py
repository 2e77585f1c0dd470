"""Every rule of the Welsh data set: what is changed in a journey, and what is found."""

from dataclasses import replace
from datetime import date

import pytest

from tests.validators.builders import told
from tests.validators.builders_smds import CHECKER, TODAY, WALES, Row, checked, journey, modality
from tests.validators.rows_smds_journey import CLIENT, MODALITIES
from validators.records import EpisodeRecord, Finding, Severity
from validators.rules.file_rules import FileRules, undecided_lists
from validators.rules.registry import Context
from validators.synthetic import synthetic_episodes

ROWS = [*CLIENT, *MODALITIES]
# Rules that no record by itself can break: told below.
ELSEWHERE = {"client-number", "message", "referral-sent", "rule-failed"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_changes_and_what_is_found(row: Row) -> None:
    found = tuple(line.partition(" of ")[0] for line in told(checked(row.record, row.settings)))
    assert found == row.told


def test_every_rule_has_a_passing_row_a_failing_row_and_words_for_people() -> None:
    failing = {line.split()[1] for row in ROWS for line in row.told}
    passing = {row.rule for row in ROWS if not any(line.split()[1] == row.rule for line in row.told)}
    rules = {rule.id for rule in WALES.rules} - ELSEWHERE
    assert rules - failing == set(), "no row fails for them"
    assert rules - passing == set(), "no row passes them"
    for rule in WALES.rules:
        assert rule.title and rule.help and rule.reading and rule.source, rule.id


def test_two_clients_of_one_number_are_doubted() -> None:
    rules = FileRules(WALES)
    assert rules.check(journey(), []) == []
    assert rules.check(journey(REFDATE="2026-05-01"), []) == []
    assert told(rules.check(journey(DOB="1985-06-16"), [])) == ("warning client-number at DOB",)


def test_a_check_that_breaks_is_an_error_and_never_a_pass() -> None:
    broken = replace(modality(), values={"MODALITY": "08", "MODSTARTD": 5})  # type: ignore[dict-item]
    assert "error rule-failed" in " ".join(told(checked(journey(broken))))


def test_only_layouts_messages_54220_and_published_lists_are_errors() -> None:
    errors = {rule.id for rule in WALES.rules if any(row.severity == "error" for row in rule.rows)}
    assert errors == {"layout", "spaces", "date", "54220", "message", "referral", "rule-failed"}


def test_lists_that_cannot_decide_are_named() -> None:
    notice = undecided_lists(WALES)
    assert notice is not None and {"GENDER", "LA", "REFSOURCE", "SUBST1", "ENDREASON"} <= set(notice.fields)
    assert not {"MODALITY", "NEEDLE", "CANDAYS", "ALCDAYS", "ETHNIC"} & set(notice.fields)


def _found(records: list[EpisodeRecord], today: date) -> list[Finding]:
    rules, found = FileRules(WALES), []
    for record in records:
        own = CHECKER.check(record, Context(today, "store"))
        found += [*own, *rules.check(record, own)]
    return [finding for finding in found if finding.severity is not Severity.NOTICE]


@pytest.mark.parametrize("today", [TODAY, date(2020, 3, 1), date(2024, 2, 29)])
def test_synthetic_journeys_are_clean_and_have_modalities_and_tops(today: date) -> None:
    records = list(synthetic_episodes(WALES, 150, seed=3, today=today))
    assert _found(records, today) == []
    assert {event.section for record in records for event in record.events} == {"modality", "top"}
    assert any(record.episode["ENDDATE"] for record in records)


def test_with_faults_some_synthetic_journeys_have_something_wrong() -> None:
    found = _found(list(synthetic_episodes(WALES, 500, seed=3, today=TODAY, faults=True)), TODAY)
    assert {"spaces", "date", "referral", "order-end"} <= {finding.rule for finding in found}
