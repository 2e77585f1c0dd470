"""The month's figures are those of the extract itself: what waits, and what was sent already, counts in neither."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exporters.checks.caseload import check_caseload, compare_episodes
from exporters.checks.file_check import check_file
from exporters.checks.return_check import check_return
from exporters.extracts.preview import preview_extract
from exporters.extracts.writing import export_submission
from exporters.records import check_client, consent, worklists
from exporters.records.find import by_any_id
from exporters.work import Work
from store.clients import rows, search
from store.facts import AgencyInfo, Who
from store.findings import acceptances, queries, results
from store.findings import caseload as stored_caseload
from store.findings.acceptance_facts import CaseloadFigures
from store.findings.results import CHECKER, Checked
from store.month import calendar, sent, submissions
from store.records import agencies, bulk_load, save
from store.records import read as records_read
from store.store import Store, open_store
from tests.exporters.desks import Desk
from tests.exporters.extracts import STANDARD, row, visit, withheld
from tests.exporters.journeys import Returns
from tests.stores import ask, do
from tests.validators.builders_smds import CLOSED, TODAY, WALES, modality, top
from tui.screens.findings.groups import words_of
from validators.calendar.periods import ReportingPeriod
from validators.quality import Tally
from validators.records import Severity
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

NOW = datetime(2021, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(params=[("ndtms-cjit-p", "T0001"), ("smds-wales", "T00123")], ids=["england", "wales"])
def caseload(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, AgencyInfo, Standard]]:
    """A caseload keyed until 10 January 2021, with faults, of which December is due."""
    standard, code = load(request.param[0]), request.param[1]
    people = synthetic_episodes(standard, 200, seed=5, today=date(2021, 1, 10), faults=True, agency=code)
    with open_store(tmp_path / "k.db", tmp_path / "k.key", load, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, code, standard.id)
            bulk_load.load(work, agency, people)
        yield store, agency, standard


def both(
    store: Store, agency: AgencyInfo, standard: Standard, day: date, *, thorough: bool = True
) -> tuple[CaseloadFigures, list[object]]:
    """The month's figures after a check of what is due; that they are the extract's, and those."""
    check_caseload(store, agency, Checker(standard), day, NOW)
    period = ask(store, calendar.of_agency, agency).due(day).period
    work = Work(agency, standard, day)
    month = ask(store, stored_caseload.figures, agency, period, day=day)
    extract = ask(store, preview_extract, work, period.submission).tally
    told: list[object] = [extract.episodes, extract.rows, extract.errors, extract.warnings, extract.accepted]
    told += [extract.load_percent, extract.data_quality_percent, extract.quality_without_accepted]
    counted = [month.episodes, month.rows, month.errors, month.warnings, month.accepted]
    assert [*counted, month.load_percent, month.data_quality_percent, month.quality_without_accepted] == told
    assert month.stale == 0
    if thorough:
        told_alike(store, work, period, extract)
    return month, told


def told_alike(store: Store, work: Work, period: ReportingPeriod, extract: Tally) -> None:
    """The check of what is sent, the list of findings on the screen and F8 say what the extract's receipt counts."""
    agency = work.agency
    report = ask(store, check_return, work, period.submission)
    assert [report.tally.rows, report.tally.load_percent] == [extract.rows, extract.load_percent]
    listed = [one for one in report.findings if one.episode_id]
    kept = ask(store, queries.counts, agency, period)
    order = ask(store, queries.order, agency, "client", (), period)
    for severity, weight in ((Severity.ERROR, 0), (Severity.WARNING, 1)):
        many = extract.counts[severity]
        assert sum(one.severity is severity for one in listed) == many
        assert sum(one.count for one in kept if one.severity is severity) == many
        assert sum(mark % order.ACCEPTED == weight for mark in order.marks) == many
    # F8, where it stays within the return, leads to all of these clients and to nobody else.
    faulty, client = set[str](), ""
    while client := ask(store, rows.next_with_findings, agency, client, period=period):
        faulty.add(client)
    severe = (one for one in listed if one.severity is not Severity.NOTICE and not one.accepted)
    assert faulty == {one.client_id for one in severe}
    assert sum(one.accepted for one in kept) == extract.accepted == sum(bool(one.accepted) for one in listed)


def mend(store: Store, agency: AgencyInfo, many: int) -> None:
    """Take a value out of some clients, one save each."""
    for record in list(ask(store, records_read.episodes, agency))[:many]:
        with store.writing(Who("ann", NOW)) as work:
            client = records_read.get(work, "client", record.client_id)
            header = sorted(client.values)[-1]
            save.change(work, "client", client.id, {**client.values, header: ""}, client.version)


def test_month_and_extract_count_the_same(caseload: tuple[Store, AgencyInfo, Standard]) -> None:
    store, agency, standard = caseload
    day = date(2021, 1, 7)
    month, _ = both(store, agency, standard, day)
    period = ask(store, calendar.of_agency, agency).due(day).period
    whole = ask(store, stored_caseload.figures, agency, day=day)
    assert period.submission == "2020-12" and month.rows < whole.rows and month.errors + month.warnings
    mend(store, agency, 10)
    both(store, agency, standard, day, thorough=False)
    # On the next day, and in the next month, other things wait.
    both(store, agency, standard, date(2021, 1, 8), thorough=False)
    both(store, agency, standard, date(2021, 2, 3))


def test_an_accepted_warning_counts_as_accepted_in_both(caseload: tuple[Store, AgencyInfo, Standard]) -> None:
    store, agency, standard = caseload
    day = date(2021, 1, 7)
    if "PARENT" in standard.by_header:  # a parent of whose children nothing is said, which is doubtful in England
        for record in list(ask(store, records_read.episodes, agency))[:40]:
            with store.writing(Who("ann", NOW)) as work:
                now = records_read.get(work, "episode", record.episode_id)
                save.change(work, "episode", now.id, {**now.values, "PARENT": "Y", "PRNTSTAT": ""}, now.version)
    both(store, agency, standard, day, thorough=False)
    found = ask(store, queries.findings, agency, severity=Severity.WARNING, limit=10_000)
    with store.writing(Who("ann", NOW)) as work:
        made = acceptances.accept(work, found, "It is so.")
    month, _ = both(store, agency, standard, day)
    assert month.accepted and month.quality_without_accepted >= month.data_quality_percent
    with store.writing(Who("ann", NOW)) as work:
        for one in made[: len(made) // 2]:
            acceptances.withdraw(work, one.id)
    assert both(store, agency, standard, day, thorough=False)[0].accepted < month.accepted


@pytest.fixture
def month(wales: Returns) -> Callable[[date], tuple[int, int, int]]:
    """Journeys, events and warnings of the month that is due on a day; those of its extract are the same."""

    def ask(day: date) -> tuple[int, int, int]:
        its, _ = both(wales.store, wales.agency, WALES, day)
        return its.episodes, its.rows, its.warnings

    return ask


def test_what_was_sent_counts_no_more_until_it_is_taken_back(
    wales: Returns, month: Callable[[date], tuple[int, int, int]]
) -> None:
    day, later = date(2026, 4, 5), date(2026, 5, 5)
    one = wales.keyed(modality(), top())
    wales.keyed(modality(), modality("04"), top(TOPDATE=""), CLIENTNO="43")
    assert month(day)[:2] == (2, 5)
    wales.send("2026-03")
    assert month(day) == (0, 0, 0) and month(later) == (0, 0, 0)
    wales.add(one, top(TOPNO="2", TOPDATE="2026-04-20"))
    assert month(later)[:2] == (1, 1)
    wales.change(one, **CLOSED)
    assert month(later)[:2] == (1, 1)
    wales.take_back(wales.latest())
    assert month(later)[:2] == (2, 6)


def test_what_waits_for_the_next_return_makes_no_fault_in_this_one(
    wales: Returns, month: Callable[[date], tuple[int, int, int]]
) -> None:
    """The interview is held back, but it was had: the treatment does not lack it."""
    wales.keyed(modality(), top(TOPDATE="2026-04-02"))
    assert month(date(2026, 5, 5)) == (1, 2, 0)
    assert month(date(2026, 4, 5)) == (1, 1, 0)


def test_marking_an_extract_makes_its_journeys_due_for_a_check(wales: Returns) -> None:
    store, agency = wales.store, wales.agency
    wales.keyed(modality(), top())
    check_caseload(store, agency, Checker(WALES), TODAY, NOW)
    wales.export("2026-03")
    other = wales.keyed(CLIENTNO="43")
    check_caseload(store, agency, Checker(WALES), TODAY, NOW)
    # A check that read them before they were marked does not count.
    read: list[Checked] = [(record.episode_id, stamp, []) for stamp, record in ask(store, queries.stamped, agency)]
    with store.writing(Who("ann", NOW)) as work:
        sent.mark(work, wales.latest().id)
    assert ask(store, queries.count_stale, agency, TODAY) == 1 and other not in ask(store, queries.stale, agency, TODAY)
    assert (
        do(store, Who(CHECKER, NOW), results.save, read, TODAY) == 1 == ask(store, queries.count_stale, agency, TODAY)
    )
    check_caseload(store, agency, Checker(WALES), TODAY, NOW)
    wales.take_back(wales.latest())
    assert ask(store, queries.count_stale, agency, TODAY) == 1


def test_what_stands_beside_other_episodes_counts_only_where_its_event_goes(wales: Returns) -> None:
    """Two numbers for one client: told at the journeys, sent or not."""
    store, agency, day = wales.store, wales.agency, date(2026, 4, 5)
    wales.keyed(modality(), top(TOPDATE="2026-04-02"))
    wales.keyed(modality(), SURNAME1="X")
    both(store, agency, WALES, day)
    assert not compare_episodes(store, agency, Checker(WALES), day, NOW)
    assert [one.rule for one in ask(store, queries.findings, agency) if one.rule == "client-number"]


def accepted_one_of_two(store: Store, agency: AgencyInfo, standard: Standard, day: date, rule: str) -> None:
    """Two warnings of one rule in what goes of an episode: the one that is accepted hides nothing of the other."""
    month, _ = both(store, agency, standard, day)
    whole = ask(store, stored_caseload.figures, agency, day=day)
    assert month.rows < whole.rows, "something of it waits"
    one, other = [each for each in ask(store, queries.findings, agency) if each.rule == rule]
    assert one.field != other.field and (one.event_id, one.severity) == (other.event_id, Severity.WARNING)
    with store.writing(Who("ann", NOW)) as work:
        (made,) = acceptances.accept(work, [other], "It is so.")
    its, _ = both(store, agency, standard, day)
    assert (its.warnings, its.accepted) == (2, 1) and its.quality_without_accepted == its.data_quality_percent < 100
    with store.writing(Who("ann", NOW)) as work:
        acceptances.accept(work, [one], "This too.")
    assert both(store, agency, standard, day)[0].quality_without_accepted == 100
    with store.writing(Who("ann", NOW)) as work:
        acceptances.withdraw(work, made.id)
    assert both(store, agency, standard, day)[0].accepted == 1


def test_an_acceptance_in_wales_is_of_one_field_s_warning(wales: Returns) -> None:
    wales.keyed(modality(), top(PSYCH="21", PHYSICAL="22"), top(TOPNO="2", TOPDATE="2026-04-02"))
    accepted_one_of_two(wales.store, wales.agency, WALES, date(2026, 4, 5), "scale")


def test_an_acceptance_in_england_is_of_one_field_s_warning(desk: Desk) -> None:
    odd = row(NATION="XQX", ETHNIC="Q")
    desk.take([odd | visit(), odd | visit("2", SUBMODDT="20210105")])
    accepted_one_of_two(desk.store, ask(desk.store, agencies.one), STANDARD, date(2021, 1, 7), "4")


# Words for an answer about consent


def test_a_word_for_an_answer_about_consent_is_one_fault_in_month_findings_and_extract_and_no_answer(
    desk: Desk,
) -> None:
    """Of Yes, which leaves as nothing, Month said that it is missing and Findings, to which it led, that it does not
    fit; and the checklist ticked that each episode has an answer."""
    day = date(2021, 1, 7)
    desk.take([row(str(number), CONSENT=text) for number, text in enumerate(("Yes", "Refused by phone", "", "Y", "N"))])
    agency = ask(desk.store, agencies.one)
    month, _ = both(desk.store, agency, STANDARD, day)
    period = ask(desk.store, calendar.of_agency, agency).due(day).period
    report = ask(desk.store, check_return, Work(agency, STANDARD, day), period.submission)
    sent = sorted((one.rule, one.values["CONSENT"]) for one in report.findings if "CONSENT" in one.values)
    assert sent == [("20", "")] * 3
    kept = [one for one in ask(desk.store, queries.findings, agency) if "CONSENT" in one.values]
    told = {("20", text) for text in ("", "Refused by phone", "Yes")}
    assert {(one.rule, one.values["CONSENT"]) for one in kept if one.rule == "20"} == told
    assert {one.rule: one.count for one in month.causes} == {"20": 3}
    listed = ask(desk.store, queries.order, agency, "rule", words_of(STANDARD, "20"), period)
    assert (listed.keys[0], listed.ends[0]) == ("20", 3)
    without = ask(desk.store, consent.unanswered, agency, day)
    assert len(without) == ask(desk.store, submissions.count_unanswered_consent, agency, period) == 3
    listed = ask(desk.store, queries.order, agency, "episode", words_of(STANDARD, "consent="), period)
    assert len(listed.keys) == 3
    waiting = ask(desk.store, search.ids, agency, worklists.query("no_answer", day), 0, 9)
    assert sorted(waiting) == sorted(one.client_id for one in without)


# The agency of a row


def test_a_record_of_another_agency_is_an_error_wherever_it_is_told(desk: Desk) -> None:
    """Of a client with consent, of one without, and of one of which a part waits; mended, it is gone everywhere."""
    desk.take([row("1"), row("2") | visit("2"), withheld("3")], agency="T0123")
    waits = row("4") | visit("4", SUBMODDT="20210105")
    desk.take([waits], agency="T0123")
    store, agency, day = desk.store, ask(desk.store, agencies.one), date(2021, 1, 7)
    assert both(store, agency, STANDARD, day)[0].errors == 0
    records = list(ask(store, records_read.episodes, agency))
    for code, many in (("T0999", 4), ("T0123", 0)):
        for record in records:
            with store.writing(Who("ann", NOW)) as work:
                now = records_read.get(work, "client", record.client_id)
                save.change(work, "client", now.id, {**now.values, "AGNCY": code}, now.version)
        month, _ = both(store, agency, STANDARD, day)
        kept = [one for one in ask(store, queries.findings, agency) if one.rule == "agency"]
        assert month.errors == len(kept) == many
        assert all((one.field, one.severity) == ("AGNCY", Severity.ERROR) for one in kept)
        # Beside the form, too.
        work_ = Work(agency, STANDARD, day)
        tree = ask(store, by_any_id, agency, STANDARD, "c1").tree
        panel = [one.field for one in ask(store, check_client.findings, work_, tree) if one.rule == "agency"]
        assert panel == ["AGNCY"] * (many > 0)


def test_a_journey_of_another_agency_is_an_error_wherever_it_is_told(wales: Returns) -> None:
    store, day = wales.store, date(2026, 4, 5)
    wales.keyed(modality(), top(), AGENCY="T00999")
    month, _ = both(store, wales.agency, WALES, day)
    assert month.errors == 1 and month.load_percent == 0
    assert [one.field for one in ask(store, queries.findings, wales.agency) if one.rule == "agency"] == ["AGENCY"]


def test_a_check_of_the_written_file_counts_as_its_receipt(
    caseload: tuple[Store, AgencyInfo, Standard], tmp_path: Path
) -> None:
    """In rows, which in Wales are events, or a message without any."""
    store, agency, standard = caseload
    day = date(2021, 1, 7)
    receipt = export_submission(store, Work(agency, standard, day), "2020-12", tmp_path, Who("ann", NOW))
    period = ask(store, calendar.of_agency, agency).entry("2020-12").period
    its, read = receipt.tally, check_file(receipt.file, standard, Context(day, "file", period)).tally
    assert its.errors + its.warnings > 0
    assert (read.rows, read.episodes, read.errors, read.warnings) == (its.rows, its.episodes, its.errors, its.warnings)
    assert (read.load_percent, read.data_quality_percent) == (its.load_percent, its.data_quality_percent)


def test_what_is_wrong_with_a_message_is_wrong_with_each_of_its_events(wales: Returns) -> None:
    wales.keyed(modality(), top())
    wales.keyed(modality(), modality("04"), CLIENTNO="43")
    file = wales.export("2026-03").file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("<ReferralDetails>", "<Unheard/><ReferralDetails>", 1), encoding="utf-8")
    tally = check_file(file, WALES, Context(TODAY, "file")).tally
    assert (tally.rows, tally.errors, tally.load_percent) == (4, 1, 50.0)
    text = text.replace("<DateOfBirth>1985-06-15<", "<DateOfBirth>1985-06-<", 1)
    file.write_text(text.replace("<TOPInterviewDate>2026-03-12<", "<TOPInterviewDate>x<"), encoding="utf-8")
    tally = check_file(file, WALES, Context(TODAY, "file")).tally
    assert (tally.rows, tally.errors, tally.load_percent) == (4, 2, 50.0)
