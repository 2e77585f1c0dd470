"""The 64 fields against the published field table, kept in tests/data as it was gathered from the document."""

import csv
from pathlib import Path

import pytest

from tests.validators.builders import STANDARD
from validators.rules.registry import condition_in, headers_in
from validators.standard.model import Rule

DATA = Path(__file__).parent.parent / "data"

with (DATA / "ndtms_cjit_p_fields.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = list(csv.DictReader(lines))

# Published rule numbers that do not judge the field in our reading, with the reason.
NOT_JUDGED = {
    ("DISABLE2", "2"): "rule 95 says 'if populated'",
    ("DISABLE3", "2"): "rule 96 says 'if populated'",
    ("CONSENT", "2"): "rule 20 asks for it on every record, not only where it is Y",
    ("ALCDDAYS", "4"): "its reference data is a range, which is rule 23",
    ("ALCUNITS", "4"): "its reference data is a range, which is rule 24",
}
# Fields that a published rule judges although the table does not say so.
ALSO_JUDGED = {
    ("CPLANDT", "3"): "every date must be real",
    ("SUBMODDT", "3"): "every date must be real",
    ("CPLANDT", "7"): "the date matrix",
    ("SUBMODDT", "7"): "the date matrix",
    ("REFDATE", "7"): "the date matrix",
    ("CPLANDT", "90"): "the table names it at SUBMODDT; what is missing is the caseload start",
    ("REFDATE", "85"): "the table names it at DISD; what is too late is the referral",
}
# C is letters and digits, but for identifiers, references, the software and the postcode.
ANY_CHARACTER = ("CLIENTID", "CLIENT", "EPISODID", "CMSID", "PC", "SUBMID", "REFERID")
BY_ANOTHER_RULE = {"CONSENT": "20", "DISABLE2": "95", "DISABLE3": "96"}


def compared(rule: Rule) -> set[str]:
    """Every header that a rule looks at: those it judges, and those it compares them with."""
    found = set(rule.fields)
    for row in rule.rows:
        for name in ("other", "beside", "opened", "closed", "owner", "birth", "initials"):
            found |= set(headers_in(row, name))
        if "section" in row.parameters:
            section = STANDARD.section_by_id[row.parameters["section"]]
            found |= {section.id_field, section.date_field}
        condition = condition_in(row, STANDARD)
        found |= set(condition.headers if condition and row.pattern == "empty_when" else ())
    return found


def test_there_are_64_fields_in_the_published_order() -> None:
    assert STANDARD.headers == tuple(row["csv_header"] for row in PUBLISHED)
    assert [field.column for field in STANDARD.fields] == [int(row["col"]) for row in PUBLISHED] == list(range(1, 65))


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: str(row["csv_header"]))
def test_a_field_is_as_published(row: dict[str, str]) -> None:
    field = STANDARD.by_header[row["csv_header"]]
    alphanumeric = "any" if field.header in ANY_CHARACTER else "alphanumeric"
    kinds = {"alnum": alphanumeric, "alpha": "alpha", "num": "numeric", "date": "date"}
    assert (field.layout.text, field.layout.length) == (row["layout"], int(row["max_len"]))
    assert field.layout.kind == kinds[row["type"]]
    assert (field.section, field.description) == (row["section"], row["description"])
    assert field.introduced.replace(" ", "") == row["introduced"].replace(" ", "").replace("-", "")
    assert bool(field.codes) == (row["code_list"] == "yes")


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: str(row["csv_header"]))
def test_a_field_is_mandatory_as_published(row: dict[str, str]) -> None:
    field = STANDARD.by_header[row["csv_header"]]
    published = row["mandatory_if_consent"] == "yes"
    if field.header in BY_ANOTHER_RULE:
        assert published and not field.required
        assert field.header in STANDARD.rule_by_id[BY_ANOTHER_RULE[field.header]].fields
    else:
        assert field.required == ("consent" if published else "")
    assert (field.header in STANDARD.no_consent_carries) == (row["required_on_no_consent_row"] == "yes")
    assert (field.header in STANDARD.rule_by_id["5"].fields) == (row["mandatory_if_section_used"] == "yes")


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: str(row["csv_header"]))
def test_a_field_is_judged_by_its_published_rules(row: dict[str, str]) -> None:
    header = row["csv_header"]
    for number in row["rules"].split(";"):
        judged = header in compared(STANDARD.rule_by_id[number])
        assert judged is ((header, number) not in NOT_JUDGED), f"{header}: rule {number}"


def test_each_deviation_is_told_and_is_one() -> None:
    """The lists of deviations say all there is, and nothing that the standard has moved on from."""
    published = {(row["csv_header"], number) for row in PUBLISHED for number in row["rules"].split(";")}
    numbers = {number for _, number in published}
    judged = {(header, rule.id) for rule in STANDARD.rules if rule.id in numbers for header in rule.fields}
    assert set(NOT_JUDGED) <= published - judged
    assert set(ALSO_JUDGED) == judged - published


def test_every_published_rule_is_one_of_ours() -> None:
    published = {number for row in PUBLISHED for number in row["rules"].split(";")}
    assert published <= set(STANDARD.rule_by_id)
    assert set(STANDARD.rule_by_id) - published == {
        "header", "row-shape", "layout", "no-consent", "matrix", "period", "adult", "agency", "twice", "not-in-list",
        "not-asked", "zeros-lost", "rule-failed", "carried", "open-beside",
    }  # fmt: skip


def test_dates_are_judged_by_3_and_7_and_codes_by_4() -> None:
    dates = [field.header for field in STANDARD.fields if field.is_date]
    assert dates == ["DOB", "REFLD", "TRIAGED", "CPLANDT", "DISD", "SUBMODDT", "REFDATE"]
    assert list(STANDARD.rule_by_id["3"].fields) == list(STANDARD.rule_by_id["7"].fields) == dates
    assert set(STANDARD.rule_by_id["4"].fields) == {field.header for field in STANDARD.fields if field.codes}


def test_code_lists_are_as_sure_as_they_were_found() -> None:
    lists = STANDARD.code_lists
    assert {name for name, known in lists.items() if known.status == "published"} == {
        "consent", "parental_responsibility",
    }  # fmt: skip
    assert {name for name, known in lists.items() if known.status == "unverified" and known.complete} == {
        "ethnicity", "sexual_orientation", "religion", "disability", "country", "local_authority",
    }  # fmt: skip
    assert {name for name, known in lists.items() if known.codes and not known.complete} == {
        "sex", "dat", "accommodation_need", "parental_status", "substance", "route", "injecting_status", "yes_no",
    }  # fmt: skip
    unknown = [known for known in lists.values() if known.status == "unknown"]
    assert unknown and all(not known.codes and not known.decides for known in unknown)
    assert all(known.source for known in lists.values() if known.status == "published")
    assert STANDARD.values["male"] == {"1"} and lists["sex"].codes["1"] == "Male"


def test_roles_play_the_parts_that_the_form_and_the_extract_know() -> None:
    assert STANDARD.role("closed") == "DISD" and STANDARD.role("opened") == "REFLD" and STANDARD.role("nobody") == ""
    assert STANDARD.shortened == {"PC": "postcode_part"}
    assert STANDARD.no_consent_carries == ("CLIENTID", "AGNCY", "EPISODID", "CONSENT")
    assert [section.id for section in STANDARD.event_sections] == ["sub_intervention", "referral"]
    assert {STANDARD.header_meant(told) for told in ("EHCS2", " ehcsc2 ", "Ehcs2")} == {"EHCSC2"}
    assert STANDARD.header_meant("EHCS4") == STANDARD.header_meant("") == ""
    skipped = STANDARD.by_header["PREGNANT"].skip_when
    assert skipped is not None and skipped.holds({"SEX": "1"}) and not skipped.holds({"SEX": "2"})


def test_codes_are_the_ones_that_were_found() -> None:
    lists = STANDARD.code_lists
    assert lists["substance"].codes["1101"] == "Heroin" and "1011" not in lists["substance"].codes
    assert (len(lists["country"].codes), lists["country"].codes["FRA"]) == (250, "France")
    places = lists["local_authority"].codes
    assert (len(places), places["E08000037"]) == (160, "Gateshead")
    assert places["E08000038"] == "Barnsley" and places["E08000016"] == "Barnsley (until 31 March 2025)"
    for known in lists.values():
        assert len({label.casefold() for label in known.codes.values()}) == len(known.codes), known.id
        assert all(code.isascii() and code.replace(" ", "").isalnum() for code in known.codes), known.id


@pytest.mark.parametrize(
    ("codes", "typed", "meant"),
    [
        ("disability", "5", "05"), ("disability", "05", ""), ("disability", "10", ""), ("disability", "nn", "NN"),
        ("disability", "0", ""), ("disability", "005", ""), ("country", "gbr", "GBR"), ("country", "xx", ""),
        ("country", "", ""), ("sex", "01", ""), ("offence", "1", ""), ("disability", "\u0665", ""),
    ],
)  # fmt: skip
def test_a_code_short_of_its_zeros_or_capitals_is_recognised(codes: str, typed: str, meant: str) -> None:
    assert STANDARD.code_lists[codes].meant(typed) == meant


@pytest.mark.parametrize(
    ("header", "asked", "passed_over"),
    [
        ("PREGNANT", {"SEX": "2"}, {"SEX": "1"}),
        ("PRNTSTAT", {"PARENT": "Y"}, {"PARENT": "N"}),
        ("EHCSC", {"PARENT": "N", "CHILDWTH": "2"}, {"PARENT": "N", "CHILDWTH": "0"}),
        ("EHCSC", {"PARENT": "Y", "CHILDWTH": "0"}, {"PARENT": "N", "CHILDWTH": "00"}),
        ("EHCSC", {"PARENT": "N", "CHILDWTH": ""}, {"PARENT": "N", "CHILDWTH": "0"}),
    ],
)
def test_the_form_passes_over_what_is_not_asked(
    header: str, asked: dict[str, str], passed_over: dict[str, str]
) -> None:
    skipped = STANDARD.by_header[header].skip_when
    assert skipped is not None and not skipped.holds(asked) and skipped.holds(passed_over)
    assert STANDARD.by_header["CHILDWTH"].skip_when is None, "asked of everybody"


def test_what_a_new_episode_may_take_from_the_last_one_is_named() -> None:
    carried = {field.header for field in STANDARD.fields if field.carried}
    assert {"PC", "DAT", "PARENT", "DRUG1", "ROUTE", "INJSTAT", "DISABLE1", "VETERAN"} <= carried
    never = {"CONSENT", "CJRFLS", "OFFENCE", "ALCDDAYS", "ALCUNITS", "NALOXISS", "NALOXAD", "CJDISRSN", "CMSID"}
    assert not carried & (never | {field.header for field in STANDARD.fields if field.is_date})
    assert {STANDARD.by_header[header].level for header in carried} == {"episode", "event"}
    services = {field.header for field in STANDARD.fields if field.codes == "yes_no"}
    assert {header for header in carried if STANDARD.by_header[header].level == "event"} == services


def test_the_agencys_code_is_nobodys_to_key_and_codes_are_in_capitals() -> None:
    assert STANDARD.by_header["AGNCY"].keyed == "store"
    assert all(STANDARD.by_header[header].is_upper for header in ("NATION", "FINITIAL", "SEXUALO", "PRISON"))
    assert not any(STANDARD.by_header[header].is_upper for header in ("CLIENT", "PC", "SEX", "DOB", "EPISODID"))
