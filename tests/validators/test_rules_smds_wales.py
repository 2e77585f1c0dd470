"""Every rule of the Welsh data set: what is changed in a journey, and what is found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.validators.builders import told
from tests.validators.builders_smds import CHECKER, TODAY, WALES, Row, checked, journey, modality, top
from tests.validators.rows_smds_journey import CLIENT, MODALITIES
from validators.records import EpisodeRecord, Event, Finding, Severity
from validators.rules.checker import Checker
from validators.rules.file_rules import FileRules, undecided_lists
from validators.rules.registry import Context
from validators.synthetic import synthetic_episodes

IN_STORE = Context(TODAY, "store", agency="T00123")
ROWS = [*CLIENT, *MODALITIES]
# Rules that no record by itself can break: told below.
ELSEWHERE = {
    "client-number",
    "open-beside",
    "message",
    "referral-sent",
    "rule-failed",
    "agency",
    "twice",
    "not-in-list",
    "client-details",
    "carried",  # what is taken over is known to the store alone
}


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


def beside(*records: EpisodeRecord) -> tuple[str, ...]:
    """What is told of the last of these journeys, beside the others."""
    rules, found = FileRules(WALES), []
    for record in records:
        found = rules.check(record, CHECKER.check(record, Context(TODAY)))
    return told(found)


def test_two_clients_of_one_number_are_an_error_and_other_details_a_warning() -> None:
    assert beside(journey(), journey(REFDATE="2026-05-01")) == ()
    assert beside(journey(), journey(DOB="1985-06-16")) == ("error client-number at DOB",)
    assert beside(journey(GENDER="1"), journey(GENDER="2")) == ("error client-number at GENDER",)
    assert beside(journey(ETHNIC="A"), journey(ETHNIC="B")) == ("warning client-number at ETHNIC",)
    assert beside(journey(ETHNIC="A"), journey(ETHNIC="", GENDER="1")) == ()
    # Client details stand in a message only where they are sent.
    assert beside(journey(), journey(SURNAME1="", FORENAME1="", DOB="", NHSNO="")) == ()


def test_one_nhs_number_is_one_person() -> None:
    other = {"SURNAME1": "X", "CLIENTNO": "43", "NHSNO": "9990000018"}
    assert beside(journey(), journey(**other)) == ("warning nhs-number at NHSNO of NHSNO CLIENTNO",)
    assert beside(journey(), journey(**{**other, "NHSNO": "9990000026"})) == ()
    assert beside(journey(NHSNO=""), journey(**{**other, "NHSNO": ""})) == ()
    rules = FileRules(WALES, repeated=frozenset({"42"}))
    assert rules.check(journey(), []) == []
    assert told(rules.check(journey(**other), [])) == ("warning nhs-number at NHSNO of NHSNO CLIENTNO",)


def test_two_clients_who_are_alike_are_worth_a_look() -> None:
    one, other = {"GENDER": "1", "LA": "001"}, {"GENDER": "1", "LA": "001", "CLIENTNO": "43", "NHSNO": ""}
    alike = "notice twice at SURNAME1 of SURNAME1 FORENAME1 DOB GENDER LA"
    assert beside(journey(**one), journey(**other)) == (alike,)
    assert beside(journey(**one), journey(**{**other, "LA": ""})) == ()


def test_the_agency_of_a_journey_is_the_one_that_files() -> None:
    for context in (Context(TODAY, "file", agency="T00999"), Context(TODAY, "store", agency="T00999")):
        assert told(CHECKER.check(journey(), context)) == ("error agency at AGENCY",)
    assert checked(journey()) == []


def test_a_value_outside_a_list_that_cannot_decide_is_worth_knowing() -> None:
    some = replace(WALES.code_lists["gender"], codes={"1": "Male", "2": "Female"}, status="unverified")
    standard = replace(WALES, code_lists={**WALES.code_lists, "gender": some})
    assert told(Checker(standard).check(journey(GENDER="7"), Context(TODAY))) == ("notice not-in-list at GENDER",)
    assert Checker(standard).check(journey(GENDER="2"), Context(TODAY)) == []


def test_day_counts_typed_without_their_zero_are_told_with_the_code_that_is_meant() -> None:
    (found,) = checked(journey(top(CANDAYS="5")))
    assert found.message.endswith("not in the code list: did you mean 05?")
    (found,) = checked(journey(modality("6"), top()))
    assert found.message == "Treatment modality is not one of 01 to 11: did you mean 06?"


def test_what_is_to_start_has_not_started() -> None:
    """Nothing is due by a day to come, be it a typing error or one that waits for a later return."""
    for start, due in (("2035-01-01", False), (TODAY.isoformat(), True), ((TODAY + timedelta(1)).isoformat(), False)):
        found = {finding.rule for finding in checked(journey(modality(start=start)))}
        assert ("top-due" in found, "future" in found) == (due, start > TODAY.isoformat()), start


def test_rules_about_a_journeys_events_look_at_all_that_is_stored() -> None:
    """What waits for a later return, or was sent before, counts as there; nothing is said of it."""
    whole = journey(replace(modality(), id="m"), replace(top(), id="t"))
    part = replace(whole, events=whole.events[:1])
    assert told(checked(part)) == ("warning top-due at REFDATE of REFDATE DOB",)
    assert checked(replace(part, kept=whole)) == []
    without = replace(whole, events=whole.events[:1])
    assert told(checked(replace(part, kept=without))) == ("warning top-due at REFDATE of REFDATE DOB",)
    doubled = journey(replace(top(), id="t"), replace(top(), id="u"))
    first, second = replace(doubled, events=doubled.events[:1]), replace(doubled, events=doubled.events[1:])
    assert checked(replace(first, kept=doubled)) == [], "the second of them is told"
    assert told(checked(replace(second, kept=doubled))) == ("warning top-number at TOPNO",)


def lacking(record: EpisodeRecord) -> Iterator[EpisodeRecord]:
    """What messages of news may leave out of a journey: an event, or all that is said of client, assessment or end."""
    assert WALES.xml is not None
    for at in range(len(record.events)):
        yield replace(record, events=(*record.events[:at], *record.events[at + 1 :]))
    for block in WALES.xml.blocks:
        if not block.section and block.occurs != "always":
            client, episode = (
                {h: v for h, v in of.items() if h not in block.headers} for of in (record.client, record.episode)
            )
            yield replace(record, client=client, episode=episode)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nothing_is_said_of_a_part_that_is_not_said_of_the_whole(row: Row) -> None:
    """What is absent from a file of news was sent before, or waits: only what stands there can be wrong."""
    of_whole = {(finding.rule, finding.field) for finding in checked(row.record, row.settings)}
    for part in lacking(row.record):
        found = CHECKER.check(part, Context(TODAY, settings=row.settings, in_parts=True))
        assert {(finding.rule, finding.field) for finding in found} <= of_whole, part


def kept(*events: Event, **changes: str) -> tuple[str, ...]:
    """What is told of a journey in the store."""
    return tuple(line.partition(" of ")[0] for line in told(CHECKER.check(journey(*events, **changes), IN_STORE)))


def test_a_client_and_an_assessment_of_whom_nothing_is_kept_are_worth_knowing() -> None:
    client = dict.fromkeys(("NHSNO", "SURNAME1", "FORENAME1", "DOB", "GENDER", "ETHNIC", "POSTCODE", "LA"), "")
    assert kept(**client) == ("notice client-details at SURNAME1",)
    for header, value in (("DOB", "1985-06-15"), ("SURNAME1", "W"), ("ETHNIC", "A")):
        assert kept(**{**client, header: value}) == ()
    assert kept(modality(), top(), ASSDATE="") == ("notice assessment-details at ASSDATE",)
    assert kept(modality(start=""), ASSDATE="") == () == kept(modality(), top())
    # In a file both may have been sent before.
    assert checked(journey(**client)) == [] == checked(journey(modality(), top(), ASSDATE=""))


def test_a_whole_postcode_is_kept_and_its_part_is_sent() -> None:
    assert WALES.shortened == {"POSTCODE": "postcode_part"}
    for kept in ("CF51AA", "M1 1AA", "CF10 1", "cf10 1ab"):
        assert CHECKER.check(journey(POSTCODE=kept), Context(TODAY, "store")) == []
    for kept in ("CF10", "CF51", "nonsense"):
        found = CHECKER.check(journey(POSTCODE=kept), Context(TODAY, "store"))
        assert told(found) == ("error postcode at POSTCODE",)


def test_what_a_new_journey_may_take_from_the_last_one_is_named() -> None:
    carried = {field.header for field in WALES.fields if field.carried}
    assert {"SUBST1", "INJECTING", "ACCNEED"} <= carried
    assert not carried & {"REFSOURCE", "ENDREASON", "PREVTREAT", "MODALITY", "ALCDAYS", "TOPNO", "REFDATE"}
    assert WALES.by_header["AGENCY"].keyed == "store"


def test_a_check_that_breaks_is_an_error_and_never_a_pass() -> None:
    broken = replace(modality(), values={"MODALITY": "08", "MODSTARTD": 5})  # type: ignore[dict-item]
    assert "error rule-failed" in " ".join(told(checked(journey(broken))))


def test_only_layouts_messages_54220_and_published_lists_are_errors() -> None:
    errors = {rule.id for rule in WALES.rules if any(row.severity == "error" for row in rule.rows)}
    assert errors == {
        "layout", "spaces", "date", "54220", "message", "referral", "postcode", "client-number", "rule-failed",
        "agency",
    }  # fmt: skip


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
