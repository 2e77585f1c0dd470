"""Sentences of rules: those of known families in whatever words, and those that must be left."""

import pytest

from exporters.documents.base import alike, fingerprint
from exporters.documents.dates_in_words import last_day
from exporters.documents.fields import ReadField, read_layout, read_numbers, read_sets
from exporters.documents.named_fields import NamedFields
from exporters.documents.rules import ReadRule
from exporters.documents.wording import understand

_FIELDS = {
    "client": "CLIENTID Client ID C(36)|DOB Client date of birth YYYYMMDD|SEX Sex N(1)|AGNCY Agency code C(5)",
    "episode": (
        "EPISODID Episode ID C(36)|CONSENT Consent for NDTMS A(1)|PC Postcode C(8)|REFLD Day of referral YYYYMMDD|"
        "TRIAGED Day of triage YYYYMMDD|DISD Closure date YYYYMMDD|DISRSN Closure reason N(2)|"
        "FIRST First kind of help N(2)|SECOND Second kind of help N(2)|ALCDAYS Drinking days N(2)|"
        "ALCUNITS Units of alcohol N(3)|PARENT Parent A(1)|CHILDREN Children C(2)"
    ),
    "review": "SUBMID Identifier of the review C(36)|SUBMODDT Day of the review YYYYMMDD|HELPED Helped A(1)",
    "referral": "REFERID Identifier of the referral C(36)|REFDATE Day referred on YYYYMMDD",
}


def _field(told: str, section: str) -> ReadField:
    header, *words, layout = told.split()
    description = " ".join(words)
    return ReadField(header, header, "", section, "", description, layout, layout, (), {}, "", "tech", "1", "")


NAMES = NamedFields(
    tuple(_field(told, section) for section, every in _FIELDS.items() for told in every.split("|")),
    {"client": "client", "episode": "episode", "review": "event", "referral": "event"},
    "CONSENT",
    "DOB",
    "CLIENTID",
)


def read(words: str, carriers: str) -> tuple[list[str], list[str], bool]:
    found = understand(ReadRule("1", words.split("\n"), "tech", "1"), carriers.split(), NAMES)
    told = []
    for check in found.checks:
        parameters = "; ".join(f"{name}={value}" for name, value in check.parameters.items())
        severity = "" if check.severity == "error" else check.severity
        told.append(" ".join(filter(None, [check.pattern, *check.fields, parameters, severity, *check.sets])))
    return told, found.unread, found.nothing


@pytest.mark.parametrize(
    ("words", "carriers", "expected"),
    [
        ("There must be no leading or trailing spaces in any field", "SEX PC", "trimmed SEX PC"),
        ("A value neither begins nor ends with a blank.", "SEX", "trimmed SEX"),
        ("Field is mandatory if CONSENT for NDTMS is Yes", "SEX", "required @required when=CONSENT=@consented"),
        (
            "Has to be filled on every record where the client agrees to information going to NDTMS (CONSENT is Y).",
            "SEX",
            "required @required when=CONSENT=@consented",
        ),
        ("Must be a valid date, down to the day (eg in the form YYYYMMDD)", "DISD", "real_date DISD"),
        ("Date must be historic (i.e. on or before the current date)", "DISD", "not_after_today DISD"),
        ("Must be as specified in the appropriate section of the reference data document", "SEX", "in_codes SEX"),
        ("Item is mandatory if any items in this section are not null", "SUBMID SUBMODDT", "required SUBMID SUBMODDT"),
        ("TRIAGED must be on or after REFLD", "TRIAGED", "not_before TRIAGED other=REFLD"),
        ("Must not be before DOB", "REFLD", "not_before REFLD other=DOB"),
        ("DISD cannot be earlier than TRIAGED.", "DISD", "not_before DISD other=TRIAGED"),
        ("The day of triage is after the day of referral.", "TRIAGED", "before REFLD other=TRIAGED"),
        ("REFDATE lies between REFLD and DISD, both included.", "REFDATE",
         "not_before REFDATE other=REFLD / not_after REFDATE other=DISD"),
        ("SUBMODDT: TRIAGED <= SUBMODDT <= DISD", "SUBMODDT",
         "not_before SUBMODDT other=TRIAGED / not_after SUBMODDT other=DISD"),
        ("Closure date is not before any of these:\n• the day of referral\n• the day of triage", "DISD",
         "not_before DISD other=REFLD / not_before DISD other=TRIAGED"),
        ("Date must be on or after Date of Birth (plus 1 year and 1 day)", "REFLD",
         "not_before REFLD other=DOB; plus=1y1d"),
        ("Date of birth must be after 1902, and before the day of referral (REFLD)", "DOB",
         "not_before_day DOB day=1903-01-01 / before DOB other=REFLD"),
        ("Closure Reason must be provided if Closure Date is present (and vice versa)", "DISD DISRSN",
         "both_or_neither DISRSN DISD"),
        ("SUBMID, SUBMODDT and HELPED: all three or none.", "SUBMID", "both_or_neither SUBMID SUBMODDT HELPED"),
        ("If populated, should not contain the same value as FIRST and FIRST must not be null", "SECOND",
         "distinct_from SECOND other=FIRST"),
        ("Where filled: unlike FIRST, and FIRST has to be filled.", "SECOND", "distinct_from SECOND other=FIRST"),
        ("Number of days must be a value between 0 and 28 (inclusive)", "ALCDAYS",
         "number_between ALCDAYS least=0; most=28"),
        ("A number from 0 to 30, or 98 where it is not known.", "ALCDAYS",
         "digits_between ALCDAYS least=0; most=30; also=98"),
        ("From 0 to 10, or NA.", "CHILDREN", "digits_between CHILDREN least=0; most=10; also=NA"),
        ("Must be Y or N or Z (Client declined to answer)", "PARENT", "one_of PARENT values=Y|N|Z"),
        ("If PARENT is 'Yes' this field should be populated", "FIRST",
         "required FIRST when=PARENT=Y; beside=PARENT warning"),
        ("Has to be given where PARENT is Y or N; stays empty otherwise.", "FIRST",
         "required FIRST when=PARENT=Y|N; beside=PARENT / empty_when FIRST when=PARENT!=Y|N"),
        ("Stays empty where SEX is 1.", "FIRST", "empty_when FIRST when=SEX=1"),
        ("Need not be filled where SEX is 1.", "FIRST", "empty_when FIRST when=SEX=1 notice"),
        ("SA and SY: DISD is on or after REFLD.", "DISD", "not_before DISD other=REFLD SA SY"),
        ("Has to differ from every other identifier of its kind.", "CLIENTID EPISODID SUBMID",
         "belongs_to_one EPISODID owner=CLIENTID / appears_once EPISODID / appears_once SUBMID"),
        ("If Consent for NDTMS is not Y then Client ID must be given and an agency code", "CLIENTID AGNCY",
         "required CLIENTID AGNCY when=CONSENT!=@consented"),
    ],
)  # fmt: skip
def test_a_known_family_is_read_in_other_words(words: str, carriers: str, expected: str) -> None:
    assert read(words, carriers) == (expected.split(" / "), [], False)


@pytest.mark.parametrize(
    ("words", "carriers"),
    [
        ("SUBMODDT is not before the earliest TRIAGED of the client.", "SUBMODDT"),
        ("SUBMODDT is on or after REFDATE.", "SUBMODDT"),  # events of two sections
        ("More than 0 where PARENT is Y.", "ALCDAYS"),
        ("Has to be answered where ALCDAYS is more than 0.", "ALCUNITS"),
        ("Has to be given where PARENT is Y, unless the client is under 18.", "FIRST"),
        ("TRIAGED is usually on or after REFLD.", "TRIAGED"),
        ("An age in whole years, not under 5 and not over the client's age at triage.", "ALCDAYS"),
        ("At least one item of the review has to be Y.", "HELPED"),
        ("Ten digits, the last of which agrees with the other nine (modulus 11).", "ALCUNITS"),
        ("A start is filled in no more than 14 days before or after the first meeting.", "SUBMODDT"),
        ("If populated, should not contain the same value as FIRST except where PARENT is N", "SECOND"),
        ("Field is mandatory if CONSENT for NDTMS is Yes and the client is an adult", "SEX"),
        ("Not earlier than REFLD and not later than the day before DISD", "TRIAGED"),
        ("From 0 to 28 where PARENT is Y", "ALCDAYS"),
    ],
)
def test_what_is_not_wholly_understood_is_left(words: str, carriers: str) -> None:
    checks, unread, nothing = read(words, carriers)
    assert (checks, nothing) == ([], False) and unread


def test_half_a_rule_is_read_and_the_other_half_named() -> None:
    checks, unread, _ = read(
        "Milligrams a day, from 1 to 300. Above 120 a second doctor has to have agreed.", "ALCUNITS"
    )
    assert checks == ["number_between ALCUNITS least=1; most=300"]
    assert unread == ["Above 120 a second doctor has to have agreed."]


@pytest.mark.parametrize("words", ["Not used", "FIRST and SECOND must not be added up, and no check is made."])
def test_a_rule_that_asks_for_nothing_is_none(words: str) -> None:
    assert read(words, "FIRST") == ([], [], True)


def test_the_same_sentence_is_known_by_its_words_and_never_with_another_number() -> None:
    known = fingerprint("Units of Alcohol must be a value between 0 and 200 (inclusive)")
    assert alike(known, fingerprint("Units of alcohol must be a value between 0 and 200 inclusive"))
    assert not alike(known, fingerprint("Units of Alcohol must be a value between 0 and 400 (inclusive)"))
    before = fingerprint("The date must be on or before the closure date of the episode in the file of the agency")
    assert not alike(
        before, fingerprint("The date must be on or after the closure date of the episode in the file of the agency")
    )


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("C(max36)", "C(36)"),
        ("C (max 50)", "C(50)"),
        ("N(2", "N(2)"),
        ("n[2]", "N(2)"),
        ("A(1).", "A(1)"),
        ("C (2 )", "C(2)"),
        ("YYYYMM\nDD (if\nknown)", "YYYYMMDD"),
        ("MMYYYY", "MMYYYY"),
        ("(1)", "(1)"),
        ("text", ""),
    ],
)
def test_layouts_are_read_as_they_are_meant(printed: str, expected: str) -> None:
    layout, doubt = read_layout(printed)
    assert layout == expected and bool(doubt) == (expected in ("", "(1)"))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("1; 2; 3; 6, 7", "1 2 3 6 7"),
        ("1;4;92;", "1 4 92"),
        ("1, 4 and 36", "1 4 36"),
        ("1; 4; 61 & 63", "1 4 61 63"),
        ("1; 3; 89–91", "1 3 89 90 91"),
        ("1; ; 4", "1 4"),
        ("1; 4. 92", "1 4 92"),
        ("1; 4; 4", "1 4"),
        ("–", ""),
    ],
)
def test_numbers_of_rules_are_read_whatever_parts_them(printed: str, expected: str) -> None:
    assert " ".join(read_numbers(printed)) == expected


def test_data_sets_in_brackets_are_only_accepted() -> None:
    assert read_sets("AD, YP, (SA)") == {"AD": True, "YP": True, "SA": False}


@pytest.mark.parametrize(
    ("note", "day"),
    [
        ("Closed to new clients from 1 April 2024", "2024-03-31"),
        ("No longer made; closed to new clients from 01/04/2022", "2022-03-31"),
        ("until 31 March 2025; since then part of another", "2025-03-31"),
        ("Not used after 31 March 2025", "2025-03-31"),
        ("New from 1 April 2024", None),
        ("Closed from 31 February 2024", None),
    ],
)
def test_the_last_day_of_a_code(note: str, day: str | None) -> None:
    found = last_day(note)
    assert (found.isoformat() if found else None) == day
