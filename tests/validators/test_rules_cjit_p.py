"""Every rule of the CJIT P data set: what is changed, and what is found for it, in a file and in the store."""

import dataclasses

import pytest

from tests.validators import rows_episode, rows_events, rows_files
from tests.validators.builders import STANDARD, TODAY, checked, episode, event, on_lines, told, valid_values, with_value
from tests.validators.rows import Row, rules_in
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.model import ListStatus

RECORD_ROWS = [
    *rows_episode.VALUES,
    *rows_episode.DATES,
    *rows_episode.PERIOD,
    *rows_episode.SEVERAL,
    *rows_episode.CONSENT,
    *rows_events.EVENTS,
    *rows_events.IDENTIFYING,
]
DATES = [field.header for field in STANDARD.fields if field.is_date]
LAID_OUT = [f.header for f in STANDARD.fields if not f.is_date and f.header not in STANDARD.shortened]
MANDATORY = (
    "CLIENTID", "FINITIAL", "SINITIAL", "DOB", "SEX", "AGNCY", "CLIENT", "EPISODID", "CMSID", "DAT", "REFLD",
    "TRIAGED", "DISABLE1", "DRUG1",
)  # fmt: skip


@pytest.mark.parametrize("row", RECORD_ROWS, ids=lambda row: row.name)
def test_what_changes_and_what_is_found(row: Row) -> None:
    assert told(checked(row.record, "file", row.submission)) == row.file
    assert told(checked(row.record, "store", row.submission)) == row.store


def test_every_rule_has_a_passing_row_a_failing_row_and_words_for_people() -> None:
    rows = [(row.rule, row.file) for row in RECORD_ROWS] + [(row.rule, row.told) for row in rows_files.ALL]
    failing = {rule for _, found in rows for rule in rules_in(found)}
    passing = {rule for rule, found in rows if rule not in rules_in(found)}
    rules = {rule.id for rule in STANDARD.rules}
    assert rules - failing == set(), "no row fails for them"
    assert rules - passing == set(), "no row passes them"
    assert {rule for rule, _ in rows} == rules
    for rule in STANDARD.rules:
        assert rule.title and rule.help and rule.reading and rule.source, rule.id


@pytest.mark.parametrize("header", STANDARD.headers)
@pytest.mark.parametrize("text", [" x", "x ", "\tx", " "])
def test_a_space_at_an_end_is_told_once_for_any_field(header: str, text: str) -> None:
    about = [f for f in checked(with_value(header, text)) if f.rule in ("1", "3", "4", "layout") and header in f.fields]
    assert told(about) == (f"error 1 at {header}",)


@pytest.mark.parametrize("header", DATES)
@pytest.mark.parametrize(
    "text",
    [
        "20210229",
        "20200431",
        "20201301",
        "00000000",
        "2020-01-10",
        "10012020",
        "2020011",
        "\u0662020\u0660110",
        "today",
    ],
)
def test_every_date_must_be_a_real_one(header: str, text: str) -> None:
    about = [f for f in checked(with_value(header, text)) if header in f.fields and f.rule != "13"]
    assert told(about) == (f"error 3 at {header}",)


@pytest.mark.parametrize("header", DATES)
def test_every_date_is_today_at_the_latest(header: str) -> None:
    assert "error 7" not in " ".join(told(checked(with_value(header, "20210110"))))
    assert f"error 7 at {header}" in told(checked(with_value(header, "20210111")))


def test_fifteen_fields_are_mandatory_and_consent_is_asked_for_by_rule_20() -> None:
    assert {field.header for field in STANDARD.fields if field.required} == set(MANDATORY)
    assert len(MANDATORY) + len(["CONSENT"]) == 15


@pytest.mark.parametrize("header", MANDATORY)
def test_a_mandatory_field_is_missed_where_consent_is_given(header: str) -> None:
    assert f"error 2 at {header}" in told(checked(episode(**{header: ""})))
    stored = told(checked(episode(**{header: ""}), "store"))
    assert (f"error 2 at {header}" in stored) == (header != "CMSID"), "the exporter writes CMSID itself"


@pytest.mark.parametrize("header", LAID_OUT)
def test_a_value_fits_the_width_and_the_characters_of_its_field(header: str) -> None:
    field = STANDARD.by_header[header]
    good, bad = {
        "alpha": (["A", "Z"], ["a", "1", "\u00c9", "-"]),
        "numeric": (["0", "9"], ["x", "\u0663", "-", "."]),
        "any": (["x", "-", "\u00e9"], ["\x07", "\n", "\u200b"]),
    }[field.layout.kind]
    width = field.layout.length

    def layout_findings(text: str) -> list[str]:
        return [line for line in told(checked(with_value(header, text))) if line.split()[1] == "layout"]

    for character in good:
        assert layout_findings(character * width) == []
        assert layout_findings(character * (width + 1)) == [f"error layout at {header}"]
    for character in bad:
        text = "A" + character + "A" if field.layout.kind == "any" and width > 2 else character
        if text.strip() == text:
            assert layout_findings(text) == [f"error layout at {header}"], repr(character)


@pytest.mark.parametrize(
    ("status", "complete", "expected"),
    [
        ("published", True, ("error 4 at ETHNIC",)),
        ("site", True, ("error 4 at ETHNIC",)),
        ("unverified", True, ("warning 4 at ETHNIC",)),
        ("published", False, ()),
        ("site", False, ()),
        ("unverified", False, ()),
        ("unknown", True, ()),
    ],
)
def test_a_code_list_weighs_as_much_as_its_status(status: ListStatus, complete: bool, expected: tuple[str]) -> None:
    known = dataclasses.replace(STANDARD.code_lists["ethnicity"], status=status, complete=complete)
    standard = dataclasses.replace(STANDARD, code_lists={**STANDARD.code_lists, "ethnicity": known})
    assert told(Checker(standard).check(episode(ETHNIC="Q"), Context(TODAY))) == expected


def test_lists_that_cannot_decide_are_named_once_for_the_file() -> None:
    from validators.rules.file_rules import undecided_lists

    notice = undecided_lists(STANDARD)
    assert notice is not None and (notice.severity, notice.rule, notice.lines) == ("notice", "4", ())
    assert {"SEX", "DRUG1", "DRUG2", "DRUG3", "DAT", "NATION", "ROUTE", "INJSTAT", "CJACCMNEED", "PRNTSTAT"} <= set(
        notice.fields
    )
    assert not {"ETHNIC", "RELIGION", "SEXUALO", "DISABLE1", "CONSENT", "PARENT"} & set(notice.fields)
    assert "Problem substance" in notice.message and "Offence" in notice.message


def test_a_finding_says_where_to_look_and_holds_the_values() -> None:
    record = episode(event("referral", REFDATE="20200109"), DAT="", CLIENT="19850615")
    missing, identifying, early = checked(on_lines(record, 7, 9))
    assert (missing.lines, missing.line, missing.section, missing.values) == ((7, 9), 7, "episode", {"DAT": ""})
    assert (identifying.section, identifying.values) == ("client", {"CLIENT": "19850615", "DOB": "19850615"})
    assert (early.lines, early.section, early.episode) == ((7,), "referral", "episode-one")
    assert early.values == {"REFDATE": "20200109", "REFLD": "20200110", "TRIAGED": "20200113"}
    assert early.message == "Referral date is before Prompting event date and Contact/assessment date"


def test_fields_of_another_edition_are_not_judged() -> None:
    record = episode()
    record = dataclasses.replace(record, episode={"TOPDATE": " nonsense ", **record.episode})
    assert checked(record) == []


def test_nothing_is_found_in_a_valid_record_however_its_columns_stand() -> None:
    assert checked(episode(event("sub_intervention"), event("referral"))) == []
    backwards = dict(reversed(valid_values().items()))
    record = dataclasses.replace(episode(), episode={h: backwards[h] for h in backwards if h in episode().episode})
    assert checked(record) == []
