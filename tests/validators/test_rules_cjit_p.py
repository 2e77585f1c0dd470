"""Every rule of the CJIT P data set: what is changed, and what is found for it, in a file and in the store."""

import dataclasses
import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validators import rows_episode, rows_events, rows_files
from tests.validators.builders import (
    CHECKER,
    STANDARD,
    TODAY,
    checked,
    episode,
    event,
    on_lines,
    told,
    valid_values,
    with_value,
    withheld,
)
from tests.validators.rows import Row, rules_in
from validators.quality import Tally
from validators.records import Severity, Source
from validators.rules.checker import Checker
from validators.rules.field_patterns import postcode_part
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
    # What is taken over, and what else is open, is known to the store alone, and judged there.
    rules = {rule.id for rule in STANDARD.rules} - {"carried", "open-beside"}
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
        "alphanumeric": (["x", "Z", "0"], ["\u00e9", "\u0663", "-", ".", "\x00", "\u2160"]),
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
        ("published", False, ("notice not-in-list at ETHNIC",)),
        ("site", False, ("notice not-in-list at ETHNIC",)),
        ("unverified", False, ("notice not-in-list at ETHNIC",)),
        ("unknown", True, ("notice not-in-list at ETHNIC",)),
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
    assert {"SEX", "DRUG1", "DRUG2", "DRUG3", "DAT", "OFFENCE", "ROUTE", "INJSTAT", "CJACCMNEED", "PRNTSTAT"} <= set(
        notice.fields
    )
    assert not {"ETHNIC", "RELIGION", "SEXUALO", "DISABLE1", "CONSENT", "PARENT", "NATION", "UTLA"} & set(notice.fields)
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


def test_a_code_without_its_zeros_or_capitals_is_told_with_the_one_that_is_meant() -> None:
    (found,) = checked(episode(DISABLE1="1"))
    assert found.message == "Disability 1 has a value that is not in the code list: did you mean 01?"
    (found,) = checked(episode(NATION="gbr"))
    assert found.message.endswith("not in the code list: did you mean GBR?")
    (found,) = checked(episode(NATION="xyz"))
    assert found.message.endswith("not in the code list")


def test_what_is_not_in_a_list_that_cannot_decide_counts_in_no_percentage() -> None:
    record = on_lines(episode(DRUG1="9999", ROUTE="7"), 2)
    tally = Tally(STANDARD)
    tally.add(record, checked(record))
    assert (tally.errors, tally.warnings, tally.load_percent, tally.data_quality_percent) == (0, 0, 100.0, 100.0)
    assert tally.counts[Severity.NOTICE] == 2, "one for each field"


AGENCY_ROWS = [
    ("", "T0999", "file", ()),
    ("T0123", "T0123", "file", ()),
    ("T0123", "T0123", "store", ()),
    ("T0123", "T0999", "file", ("error agency at AGNCY",)),
    ("T0123", "T0999", "store", ("error agency at AGNCY",)),
    ("T0123", "T0123 ", "store", ("error 1 at AGNCY",)),
    ("T0123", "", "store", ("error 2 at AGNCY",)),
]


@pytest.mark.parametrize(("filing", "named", "source", "expected"), AGENCY_ROWS)
def test_the_agency_of_a_record_is_the_one_that_files(
    filing: str, named: str, source: Source, expected: tuple[str, ...]
) -> None:
    assert told(CHECKER.check(episode(AGNCY=named), Context(TODAY, source, agency=filing))) == expected


def test_the_agency_of_a_record_without_consent_is_judged_as_well() -> None:
    found = CHECKER.check(withheld(AGNCY="T0999"), Context(TODAY, "store", agency="T0123"))
    assert told(found) == ("error agency at AGNCY",)


@pytest.mark.parametrize("birth", ["19850615", "198506", "1985", "850615", "nonsense", ""])
@pytest.mark.parametrize("identifier", ["19850615", "x15-06-1985", "HG 850615"])
def test_an_identifier_that_goes_without_consent_is_held_against_what_is_stored(birth: str, identifier: str) -> None:
    """Only the columns that may be carried go; the stored client is known beside them."""
    stored = withheld(CLIENTID=identifier, FINITIAL="G", SINITIAL="H", DOB=birth)
    goes = withheld(CLIENTID=identifier)
    expected = ("error 47 at CLIENTID of CLIENTID DOB",) if birth == "19850615" else ()
    assert told(checked(dataclasses.replace(goes, kept=stored))) == expected
    assert told(checked(goes)) == ()
    assert told(checked(stored, "store")) == expected


POSTCODES = [
    ("NW7 3", "NW7 3"), ("nw7 3", "NW7 3"), ("NW7 3AB", "NW7 3"), ("NW73AB", "NW7 3"), ("M1 1AA", "M1 1"),
    ("M11AA", "M1 1"), ("CF51AA", "CF5 1"), ("CF5  1AA", "CF5 1"), ("CF10-1AA", "CF10 1"), ("M 11AA", "M1 1"),
    ("ec1a1bb", "EC1A 1"), ("ZZ99 3VZ", "ZZ99 3"), ("M1 IAA", "M1"), ("M1 1A", "M1"), ("CF101", "CF10 1"),
    ("CF51", "CF51"), ("CF10", "CF10"), ("NW7", "NW7"), ("Not known", ""),
    ("\uff23\uff26\uff15\uff11\uff21\uff21", "CF5 1"),
    ("C.F.5.1.A.A", "CF5 1"), ("NW7 3 ", "NW7 3 "), ("\u20411AA", "\u20411AA"), ("CF5 IAA", "CF5"),
    ("GIR0AA", "GIR 0"), ("gir 0aa", "GIR 0"), ("NEI0AA", ""), ("NEI 1", "NEI 1"),
    ("NE 4AB", ""), ("NE4AB", ""), ("m 2ab", ""), ("CR/8BF", ""), ("SW\u00a01AA", ""), ("\u041c1 8DW", ""),
    ("CF51\u0410\u0410", "CF51"), ("M1 1\u0410\u0410", "M1"),
    ("EC1A", "EC1A"), ("EC 1AB", ""), ("NE144 5AB", "NE14"),
    ("CF10 1A", "CF10"), ("nw10 3a", "NW10"), ("SY23-3B", "SY23"), ("CF101A", "CF10"), ("CF1 01A", "CF1 0"),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "sent"), POSTCODES)
def test_a_postcode_leaves_as_the_part_of_it_that_may(kept: str, sent: str) -> None:
    assert postcode_part(kept) == sent


@given(
    st.from_regex("[A-Z]{1,2}[1-9]([0-9]|[A-Z])?", fullmatch=True),
    st.from_regex("[0-9][ABDEFGHJLNPQRSTUWXYZ]{2}", fullmatch=True),
    st.sampled_from(("", " ", "  ", "-")),
    st.integers(0, 2),
)
def test_a_postcode_that_was_cut_off_leaves_as_no_other_place(out: str, inward: str, between: str, lost: int) -> None:
    sent = postcode_part(out + between + inward[: 3 - lost])
    assert sent == f"{out} {inward[0]}" or not re.fullmatch("[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]", sent)


@given(st.text("ABCFMNWZ01359 -.\u00a0\u0301\uff21\uff11", max_size=12))
def test_no_postcode_leaves_whole(text: str) -> None:
    sent = "".join(ch for ch in normalize("NFKC", postcode_part(text)).upper() if ch.isascii() and ch.isalnum())
    assert not re.fullmatch("[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", sent)
    assert not re.fullmatch("[A-Z]{1,2}[0-9]?[0-9][A-Z]{2}", sent), "nor one without a sign of its outward code"
