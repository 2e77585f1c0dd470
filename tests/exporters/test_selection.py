"""What of a stored episode goes into a submission: by its dates, by consent, in part."""

import json
from dataclasses import replace

import pytest

from exporters.checks.caseload import check_caseload
from exporters.checks.file_check import Examination, check_episodes
from exporters.extracts.receipt import told_as_text
from exporters.month.status import read_standing
from store.facts import Who
from store.month import extracts
from store.records import agencies, save
from store.records import read as records_read
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, TODAY, Row, born, check, read, referral, row, told, visit
from tests.stores import ask
from validators.records import Severity
from validators.rules.checker import Checker
from validators.rules.registry import Context

CARRIED = STANDARD.no_consent_carries


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"REFLD": "20171201", "TRIAGED": "20171201", "CPLANDT": "20171201"}, ""),
        ({"CPLANDT": "20181101", "DISD": "20190101", "CJDISRSN": "1"}, ""),
        ({"CPLANDT": "20181101", "DISD": "20181231", "CJDISRSN": "1"}, "closed before the base date 2019-01-01"),
        ({"CPLANDT": "", "DISD": "20201231", "CJDISRSN": "1"}, ""),
        ({"REFLD": "20201231", "CPLANDT": "20201231"}, ""),
        ({"REFLD": "20210101"}, "begun after the end of the reporting period 2020-12-31"),
        ({"CPLANDT": ""}, "neither a caseload start nor a closure"),
        ({"CPLANDT": "20210101"}, "neither a caseload start nor a closure by the end of the reporting period"),
        ({"CPLANDT": "", "DISD": "20210101"}, "neither a caseload start nor a closure by the end of the rep"),
        ({"REFLD": "unknown", "DISD": "20189999"}, ""),
        ({"REFLD": ""}, ""),
        ({"CONSENT": "N", "CPLANDT": ""}, ""),
        ({"CONSENT": "N", "DISD": "20181231"}, "closed before the base date 2019-01-01"),
        ({"CONSENT": "N", "REFLD": "20210101"}, "begun after the end of the reporting period 2020-12-31"),
    ],
)
def test_which_episodes_belong_to_the_submission(desk: Desk, changes: Row, why: str) -> None:
    desk.take([row(**changes)])
    receipt = desk.send()
    assert [one.episode for one in receipt.left_out] == (["e1"] if why else [])
    assert all(one.why.startswith(why) for one in receipt.left_out)
    assert len(read(receipt.file)) == receipt.tally.rows == (0 if why else 1)


def test_what_is_sent_shorter_than_it_is_kept_is_so_without_consent_as_well(desk: Desk) -> None:
    desk.take([row(CONSENT="N", PC="NE1 4XX")])
    carried = replace(STANDARD, no_consent_carries=(*CARRIED, "PC"))
    assert [one["PC"] for one in read(desk.send(standard=carried).file)] == ["NE1 4"]


def test_what_lies_after_the_period_waits(desk: Desk) -> None:
    late = {"DISD": "20210105", "CJDISRSN": "2"}
    desk.take(
        [
            row(**late) | visit("1"),
            row(**late) | visit("2", SUBMODDT="20210101"),
            row(**late) | referral("3", REFDATE="20210102"),
            row(**late) | visit("", SUBMID="", SUBMODDT="20210103"),
            row(**late) | visit("5", SUBMODDT="20201231"),
        ]
    )
    receipt = desk.send()
    rows = read(receipt.file)
    assert [each["SUBMID"] for each in rows] == ["s1", "s5"] and {each["DISD"] + each["CJDISRSN"] for each in rows} == {
        ""
    }
    held = [held.as_mapping() for held in receipt.held_back]
    record = next(ask(desk.store, records_read.episodes, ask(desk.store, agencies.one)))
    why = "dated after the end of the reporting period 2020-12-31"
    assert held == [
        {"episode": "e1", "field": "DISD", "why": why},
        {"episode": "e1", "field": "CJDISRSN", "why": why},
        {"episode": "e1", "event": "s2", "why": why},
        {"episode": "e1", "event": "r3", "why": why},
        {"episode": "e1", "event": record.events[3].values["SUBMID"], "why": why},
    ]
    assert receipt.tally.errors == 0
    later = read(desk.send("2021-01").file)
    assert len(later) == 5 and {each["DISD"] for each in later} == {"20210105"}


def test_a_caseload_start_after_the_period_waits_where_the_episode_goes(desk: Desk) -> None:
    desk.take([row(CPLANDT="20210103", DISD="20201230", CJDISRSN="1")])
    receipt = desk.send()
    assert [held.field for held in receipt.held_back] == ["CPLANDT"]
    assert [(each["CPLANDT"], each["DISD"]) for each in read(receipt.file)] == [("", "20201230")]


def test_a_standard_may_send_what_lies_after_the_period(desk: Desk) -> None:
    desk.take([row(DISD="20210105", CJDISRSN="2") | visit("2", SUBMODDT="20210101")])
    receipt = desk.send(standard=replace(STANDARD, submission=replace(STANDARD.submission, after_period="send")))
    assert receipt.held_back == []
    assert [(each["DISD"], each["SUBMID"]) for each in read(receipt.file)] == [("20210105", "s2")]


@pytest.mark.parametrize("consent", ["N", "", "Z", "y", " Y", "YES", "?"])
def test_nothing_leaks_without_readable_consent(desk: Desk, consent: str) -> None:
    secret = row(CONSENT=consent, CLIENT="REF-4711", DISD="20201201", CJDISRSN="7") | visit("SECRET")
    desk.take([secret, secret | referral("HIDDEN") | visit("", SUBMODDT="", RECPEER="") | {"SUBMID": ""}])
    receipt = desk.send()
    rows = read(receipt.file)
    assert len(rows) == 1
    # What is longer than the field may be any text, and stays here.
    filled = {header for header, value in rows[0].items() if value}
    assert filled == {header for header in CARRIED if header != "CONSENT" or len(consent) == 1}
    text = receipt.file.read_bytes() + json.dumps(receipt.as_mapping()).encode()
    for value in (b"REF-4711", b"19800229", b"NE1", b"SECRET", b"HIDDEN", b"A11B", b"Keywork"):
        assert value not in text
    kept = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))[0]
    assert b"".join(ask(desk.store, extracts.text, kept.id)) == receipt.file.read_bytes()


def test_one_row_for_each_event_in_order_of_entry(desk: Desk) -> None:
    desk.take([row("2"), row() | visit("1") | referral("1"), row() | visit("2")])
    desk.take([row("2") | referral("9"), row("0")])
    rows = desk.sent()
    assert [(each["EPISODID"], each.get("SUBMID"), each.get("REFERID")) for each in rows] == [
        ("e2", None, "r9"),
        ("e1", "s1", None),
        ("e1", None, "r1"),
        ("e1", "s2", None),
        ("e0", None, None),
    ]
    assert {each["DOB"] for each in rows} == {born(number) for number in "012"} and desk.sent() == rows


@pytest.mark.parametrize(
    ("kept", "sent"),
    [("SR1 3AB", "SR1 3"), ("SR1 3", "SR1 3"), ("ZZ99 3VZ", "ZZ99 3"), ("NW107AB", "NW10 7"), ("", ""), ("0M12YT", "")],
)
def test_postcodes_go_out_in_part(desk: Desk, kept: str, sent: str) -> None:
    desk.take([row(PC=kept)])
    assert desk.sent()[0].get("PC", "") == sent and desk.kept()[0].get("PC", "") == kept


def test_what_is_used_twice_is_found_in_the_store_as_in_a_file(desk: Desk) -> None:
    rows = [
        row() | visit() | referral(),
        row("2") | visit(),
        row("3", CLIENT="1001"),
        row("4") | referral(),
        row("5") | visit("9"),
    ]
    desk.take(rows)
    receipt = desk.send()
    agency = ask(desk.store, agencies.one)
    context = Context(TODAY, "store")
    its = Examination(STANDARD, context, ask(desk.store, records_read.repeated_identifiers, agency))
    report = check_episodes(ask(desk.store, records_read.episodes, agency), its)
    errors = [(f.rule, f.fields, f.episode) for f in report.findings if f.severity is Severity.ERROR]
    assert errors == [
        ("47", ("SUBMID",), "e2"),
        ("47", ("CLIENT", "CLIENTID"), "e3"),
        ("47", ("REFERID",), "e4"),
    ]
    assert (receipt.tally.errors, receipt.tally.rows, receipt.tally.load_percent) == (3, 6, 50.0)
    # The file carries one event on a row, so that only what is used twice is wrong with it.
    assert told(check(receipt.file).findings) == [
        ("error", "47", ("SUBMID",), (4,)),
        ("error", "47", ("CLIENT", "CLIENTID"), (5,)),
        ("error", "47", ("REFERID",), (6,)),
    ]


@pytest.mark.parametrize("own", ["30071963DM", "DM-30-07-1963", "x19630730"])
def test_an_identifier_that_says_who_it_is_does_not_go_out_as_right_without_consent(desk: Desk, own: str) -> None:
    """Without consent nothing but the carried columns leaves, so these are judged beside what is kept here."""
    who = {"FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730"}
    desk.take([row(CONSENT="N", CLIENTID=own, **who) | {"EPISODID": "e-77"}])
    receipt = desk.send()
    assert (receipt.tally.no_consent, receipt.tally.errors) == (1, 1) and receipt.not_ready_because


def test_the_receipt_counts_what_is_cut_for_lack_of_consent_whatever_it_lacks(desk: Desk) -> None:
    answers = ("Y", "N", "", "Yes", "y", "?", "no", "withdrawn 3/4")
    desk.take([row(str(number), CONSENT=answer) | visit(str(number)) for number, answer in enumerate(answers)])
    desk.take([row(str(len(answers)))])
    receipt = desk.send()
    written = read(receipt.file)
    cut = [one for one in written if not any(text for header, text in one.items() if header not in CARRIED)]
    assert len(cut) == receipt.tally.no_consent == len(answers) - 1
    size = f"{len(written)} rows, {len(written)} episodes, {len(cut)} of them without consent"
    assert any(line.strip() == size for line in told_as_text(receipt))


def test_an_event_of_blanks_is_no_row_of_its_own(desk: Desk) -> None:
    desk.take([row("1", **visit("1")), row("1", **visit("2"))])
    agency = ask(desk.store, agencies.one)
    emptied = next(ask(desk.store, records_read.episodes, agency)).events[1].id
    with desk.store.writing(Who("ann", NOW)) as unit:
        save.change(unit, "event", emptied, {}, 1)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    receipt = desk.send()
    assert [each["SUBMID"] for each in read(receipt.file)] == ["s1"] and receipt.not_ready_because == []
    assert [(one.section, one.waits) for one in receipt.held_back] == [("sub_intervention", False)]
    assert ask(desk.store, read_standing, agency, STANDARD, TODAY).not_ready_because == []
