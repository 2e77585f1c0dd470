"""One figure everywhere: over made-up stores, receipt, Month, checklist, `due` and the written file say the same.

What is wrong is made up at random, in both formats: faults and doubts, wrong dates, consent withheld, identifiers given
twice on purpose, drafts, returns that were sent before, a letter that was left, nothing at all, and periods that are
not over.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from exporters.checks.caseload import check_caseload
from exporters.checks.file_check import check_file
from exporters.extracts.mismatches import find_mismatches
from exporters.extracts.preview import preview_extract
from exporters.extracts.readiness import told_of_kept_out
from exporters.extracts.writing import Receipt, told_as_text
from exporters.month.checklist import OUTSIDE, Counted, Item, counted_apart, open_mismatches
from exporters.month.checklist_page import read_page
from exporters.month.status import BESIDES_RULES, read_standing
from exporters.records import accept, check_client
from exporters.records.find import FoundRecord
from exporters.report import page as manager_page
from exporters.report.text import as_text
from exporters.work import Work, work_on
from store.facts import AgencyInfo, Draft, Who
from store.findings import acceptances, queries
from store.findings.acceptance_facts import By
from store.live import drafts
from store.month import agency_settings, calendar, extracts, letters, sent
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.commands.running import call
from tests.exporters import desks, journeys
from tests.exporters.extracts import NOW, STANDARD, referral, row, visit, withheld
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, journey, modality, top
from tui.screens.findings.groups import Listing, sums, words_of
from tui.screens.findings.groups import read as read_listed
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Severity
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.caveats import caveats
from validators.standard.edition import CodeFacts
from validators.standard.model import Rule, RuleRow, Standard
from validators.standard.terminology import counted

MENDED = {"checked": "errors", "warnings": "warnings", "mismatches": "mismatches", "drafts": "drafts"}

ENGLAND = {
    "right": {},
    "an error": {"SEX": ""},
    "a warning": {"PARENT": "Y", "PRNTSTAT": ""},
    "no parent": {"PARENT": "Q"},
    "a code without its zero": {"DISABLE1": "1"},
    "withheld": {"CONSENT": "N"},
    "no answer": {"CONSENT": ""},
    "no start": {"CPLANDT": ""},
    "no such day": {"CPLANDT": "2035-13-01"},
    "closed on no day": {"DISD": "2018-02-30", "CJDISRSN": "2"},
    "consent cut off": {"CONSENT": "NN"},
    "a postcode of nothing": {"PC": "9990000018"},
    "closed wrongly": {"DISD": "20180601", "CJDISRSN": "2"},
    "closed to come": {"DISD": "20350601", "CJDISRSN": "2"},
    "referred to come": {"REFLD": "20350601"},
    "an event": visit(),
    "an event wrongly": visit(SUBMODDT="20200101"),
    "an event to come": visit(SUBMODDT="20350101"),
    "an event that waits": visit(SUBMODDT="20210102"),
    "a referral": referral(),
    "closed rightly": {"DISD": "20201201", "CJDISRSN": "2"},
    "left out": {
        "DISD": "20180630",
        "CJDISRSN": "2",
        "TRIAGED": "20180602",
        "CPLANDT": "20180605",
        "REFLD": "20180601",
    },
}
NAME = "0f8fad5b-d9cb-469f-a165-70867728950e"
TWICE = {
    "": {},
    "an episode": {"EPISODID": "same"},
    "a client": {"CLIENTID": "same"},
    "both": {"EPISODID": "same", "CLIENTID": "same"},
    "a reference": {"CLIENT": "same"},
    "an event's": {"SUBMID": "same"},
    "an episode's day": {"EPISODID": "same", **visit(SUBMID="same", SUBMODDT="20210102")},
    "a UUID": {"EPISODID": NAME, "CLIENTID": NAME, "SUBMID": NAME},
    "a UUID in capitals": {"EPISODID": NAME.upper(), "CLIENTID": NAME.upper(), "SUBMID": NAME.upper()},
    "an episode's UUID in capitals": {"EPISODID": NAME.upper()},
}
"""Identifiers that two records bear."""
DAYS = (date(2021, 1, 10), date(2021, 1, 31), date(2020, 12, 20))

LATER = ("MODREFD", "MODOFFERD")
CYMRU = {
    "right": {},
    "an error": {"GENDER": ""},
    "referred to come": {"REFDATE": "2035-01-01"},
    "a modality": {"": "2026-03-12"},
    "all of a treatment": {"": "2026-03-12", "emptied": "", "TOPDATE": "2026-03-12", "TOPNO": "1"},
    "one to come": {"": "2035-01-01"},
    "one wrongly": {"": "2026-01-01"},
    "no such day": {"REFDATE": "2026-13-01"},
    "a postcode of nothing": {"POSTCODE": "9990000018"},
    "part of it to come": {"ASSDATE": "2026-12-02", "": "1899-01-01"},
    "emptied": {"": "2026-03-12", "emptied": "modality top"},
}
SINCE = {
    "nothing": (),
    "who moved": ({"POSTCODE": "CF11 2"},),
    "a treatment, who moved": (
        {"POSTCODE": "CF11 2"},
        modality("03", "2026-10-05", **dict.fromkeys(LATER, "2026-10-05")),
    ),
    "recovery support": (modality("08", "2026-10-06", **dict.fromkeys(LATER, "2026-10-06")),),
    "complete": ({"ENDDATE": "2026-10-20", "ENDREASON": "01"},),
    "a TOP": (top(TOPDATE="2026-10-07", TOPNO="2"),),
}
"""What is keyed of a journey once it was sent, none of which says what was sent of it before."""
CYMRU_TWICE = {
    "": {},
    "a number": {"CLIENTNO": "1000", "NHSNO": ""},
    "a number and a birth date": {"CLIENTNO": "1000", "NHSNO": "", "DOB": "1970-01-01"},
    "an NHS number": {"NHSNO": "9990000018"},
}
MONTH_AFTER = date(2021, 2, 5)
OTHER = "ndtms-r-ad"
WELSH_DAYS = (date(2026, 12, 3), date(2026, 11, 20))


def agree(
    store: Store, agency: AgencyInfo, standard: Standard, today: date, receipt: Receipt, is_twice: bool = False
) -> None:
    """All that tells of the return at hand says what its receipt says."""
    check_caseload(store, agency, Checker(standard), today, NOW)
    period = period_at_hand(store, agency, standard, today)
    written_by = ask(store, work_on, Work(agency, standard, today), period.end).standard
    many = ask(store, open_mismatches, agency, standard, period, today)
    month = ask(store, read_standing, agency, standard, today, many)
    figures, tally = month.figures, receipt.tally
    assert (figures.rows, figures.errors, figures.warnings) == (tally.rows, tally.errors, tally.warnings)
    assert figures.episodes == tally.episodes
    assert (figures.load_percent, figures.data_quality_percent) == (tally.load_percent, tally.data_quality_percent)
    assert len(month.situation.kept_out) == len(receipt.kept_out)
    assert month.not_ready_because == receipt.not_ready_because
    items = {item.id: item for item in ask(store, read_page, agency, standard, today, "", None, Counted(many)).items}
    checks = {one.check for one in receipt.readiness.reasons}
    page = ask(store, manager_page.read_page, Work(agency, standard, today), 2, many)
    text = " ".join(" ".join(as_text(page)).lower().split())
    apart = [one.told for one in receipt.readiness.reasons if one.check in BESIDES_RULES]
    assert page.besides == tuple(apart) and all(f"{told.lower()}." in text for told in apart)
    assert ("nothing: no rule" in text) is not bool(checks & {"errors", "warnings", *BESIDES_RULES})
    assert page.standard.id == written_by.id and page.unverified == tuple(manager_page.unverified(written_by))
    assert all(one.title == written_by.rule_by_id[one.rule].title for one in page.causes)
    for item, check in MENDED.items():
        wrong = {check, "outside"} if check == "errors" else {check}
        assert (items[item].state == "done") is not bool(wrong & checks), (item, items[item])
    if receipt.kept_out and not figures.errors:
        assert (items["checked"].goes_to, items["checked"].goes_with) == ("extract", OUTSIDE)
        items["checked"] = replace(items["checked"], goes_to="findings", goes_with="error")
    counts = {"checked": figures.errors, "warnings": figures.warnings, "consent": month.situation.unanswered}
    for name, many in counts.items():
        if name in items:
            assert listed_by(store, agency, standard, items[name], month.due.period) == many, name
    told = json.loads(
        call("due", "--store", store.path, "--key-file", store.key_file, "--today", today, "--format", "json").out
    )[0]
    assert told["ready"] is (not receipt.not_ready_because) and told["not_ready_because"] == receipt.not_ready_because
    kept = receipt.as_mapping()
    of_edition = [f"  of the edition: {one}" for one in caveats(written_by)]
    assert [line for line in told_as_text(receipt) if line.startswith("  of the edition")] == of_edition
    same = ("rows", "episodes", "errors", "warnings", "load_percent", "data_quality_percent", "mismatches", "drafts")
    assert {name: told[name] for name in same} == {name: kept[name] for name in same}
    assert told["left_out_with_errors"] == len(receipt.kept_out)
    try:
        known_of_agency = ask(store, agency_settings.settings, agency)
        checked = check_file(receipt.file, written_by, Context(today, "file", period, known_of_agency)).tally
    except Problem as problem:
        assert not tally.rows and "nothing to send" in str(problem)
    else:
        # A part of what is known is judged on all of it: such a file alone knows less, and never more.
        if receipt.kind in ("new", "between"):
            assert checked.rows == tally.rows and checked.episodes == tally.episodes
            assert checked.errors <= tally.errors and checked.warnings <= tally.warnings
            assert checked.load_percent >= tally.load_percent
            assert checked.data_quality_percent >= tally.data_quality_percent
        else:
            # Where two episodes bear both identifiers a file has one, with rows that disagree, and the store two.
            # What has no part that may leave is not in it, to be seen there.
            lost = sum(bool(held.field) and not held.waits for held in receipt.held_back)
            is_same = (checked.errors + lost, checked.warnings) == (tally.errors, tally.warnings)
            assert is_same or (is_twice and checked.errors and tally.errors)
            if standard.id == STANDARD.id and not lost:
                assert (checked.rows, checked.load_percent) == (tally.rows, tally.load_percent)


def agree_on_one_before(store: Store, work: Work) -> None:
    """So does all that tells of the return before the one at hand: a correction of it may be begun."""
    check_caseload(store, work.agency, work.checker, work.today, NOW)
    known = ask(store, calendar.of_agency, work.agency)
    entry = known.before(known.due(work.today))
    receipt = ask(store, preview_extract, work, entry.submission).receipt
    tally = receipt.tally
    about = work.agency, work.standard, entry.period, work.today
    counts = ask(store, counted_apart, *about)
    page = ask(store, read_page, work.agency, work.standard, work.today, entry.submission, None, counts)
    items = {item.id: item for item in page.items}
    assert not page.waits_for_count and counts.figures is not None
    assert (counts.figures.rows, counts.figures.episodes) == (tally.rows, tally.episodes)
    for item, many, what in (("checked", tally.errors, "error"), ("warnings", tally.open_warnings, "warning")):
        told = items[item].told
        assert told.startswith(counted(many, what)) if many else f"{counted(2, what)} in" not in told, items[item]
    left = told_of_kept_out(len(receipt.kept_out))
    assert items["checked"].told.endswith(left) if receipt.kept_out else "left out" not in items["checked"].told
    figures = ask(store, sums, work, entry.period)
    assert figures == counts.figures
    listed = ask(store, read_listed, work, Listing(submission=entry.submission)).severities
    counted_now = listed.get(Severity.ERROR, 0), listed.get(Severity.WARNING, 0)
    if ask(store, work_on, work, entry.period.end).standard.id != work.standard.id:
        assert counted_now == (tally.errors, tally.warnings)
    else:
        # What fails only because a part is held back is found in the return alone: nothing kept says it.
        assert counted_now[0] <= tally.errors and counted_now[1] <= tally.warnings


def listed_by(store: Store, agency: AgencyInfo, standard: Standard, item: Item, period: ReportingPeriod) -> int:
    """How many findings of a return, or episodes with some, Enter on an item of the checklist lists."""
    assert item.goes_to == "findings" and item.goes_with
    words = words_of(standard, item.goes_with)
    by: By = "episode" if item.id == "consent" else "rule"
    order = ask(store, queries.order, agency, by, words, period)
    return len(order.keys) if by == "episode" else order.total


def period_at_hand(store: Store, agency: AgencyInfo, standard: Standard, today: date) -> ReportingPeriod:
    """The period of the return at hand."""
    return ask(store, read_standing, agency, standard, today).due.period


def typed(store: Store, agency: AgencyInfo) -> None:
    """Somebody leaves a draft."""
    for record in ask(store, read.episodes, agency):
        do(store, Who("bob", NOW), drafts.save, Draft("episode", record.episode_id, {"NOTE": "x"}, 1))
        return


@settings(max_examples=5, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@example(wrong=[("right", "both"), ("right", ""), ("right", "both")], today=DAYS[0], before=False, draft=False)
@example(
    wrong=[("right", "a UUID"), ("right", ""), ("right", "a UUID in capitals")],
    today=DAYS[0],
    before=False,
    draft=False,
)
@example(
    wrong=[("an event", "a UUID"), ("an event", "an episode's UUID in capitals")],
    today=DAYS[0],
    before=False,
    draft=False,
)
@example(wrong=[("a code without its zero", ""), ("right", "")], today=DAYS[0], before=False, draft=False)
@example(wrong=[("closed to come", "an event's"), ("an event wrongly", "")], today=DAYS[0], before=False, draft=False)
@example(
    wrong=[(one, "") for one in ("no such day", "closed on no day", "consent cut off", "a postcode of nothing")],
    today=DAYS[0],
    before=False,
    draft=False,
)
@given(
    wrong=st.lists(st.tuples(st.sampled_from(sorted(ENGLAND)), st.sampled_from(sorted(TWICE))), max_size=6),
    today=st.sampled_from(DAYS),
    before=st.booleans(),
    draft=st.booleans(),
)
def test_in_england_one_figure(wrong: list[tuple[str, str]], today: date, before: bool, draft: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = desks.opened(Path(folder) / "desk")
        with desk.store:
            with desk.store.writing(Who("ann", NOW)) as work:
                agency = agencies.ensure(work, "T0123", STANDARD.id, since="2019-12")
                bulk_load.load(work, agency, [english(str(at), *name) for at, name in enumerate(wrong, 1)])
            if before and wrong:
                desk.send("2020-11", today=date(2020, 12, 5))
                first = ask(desk.store, extracts.listed, agency)[-1]
                do(desk.store, Who("ann", NOW), sent.mark, first.id)
                with desk.store.writing(Who("ann", NOW)) as work:
                    one = next(iter(read.episodes(work, agency)))
                    save.delete(work, "client", one.client_id, 1)
            if draft:
                typed(desk.store, agency)
            month = ask(desk.store, read_standing, agency, STANDARD, today).due.submission
            both = any(
                sum(twice in bearing for _, twice in wrong) > 1
                for bearing in ({"both"}, {"a UUID", "a UUID in capitals"})
            )
            agree_on_one_before(desk.store, Work(agency, STANDARD, today))
            agree(desk.store, agency, STANDARD, today, desk.send(month, today=today), both)


@settings(max_examples=8, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@example(wrong=["right", "left out"], today=DAYS[0], sends=(), is_back=False)
@example(wrong=["right", "an event to come"], today=DAYS[0], sends=(), is_back=False)
@example(wrong=["right", "withheld", "an event", "a referral"], today=MONTH_AFTER, sends=("2020-12",), is_back=False)
@example(wrong=["no start", "withheld"], today=DAYS[0], sends=(), is_back=True)
@example(wrong=["consent cut off"], today=DAYS[0], sends=(), is_back=False)
@given(
    wrong=st.lists(st.sampled_from(sorted(ENGLAND)), min_size=1, max_size=7),
    today=st.sampled_from((DAYS[0], MONTH_AFTER)),
    sends=st.sampled_from(((), ("2020-11",), ("2020-11", "2020-12"))),
    is_back=st.booleans(),
)
def test_one_figure_over_a_change_of_letter(wrong: list[str], today: date, sends: Sequence[str], is_back: bool) -> None:
    """The month before the change goes out in the letter that was left, the one after it in the new one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder / "keywork.db", folder / "store.key", load, create=True) as store:
            desk = desks.Desk(folder, store)
            with store.writing(Who("ann", NOW)) as work:
                agency = agencies.ensure(work, "T0123", STANDARD.id, since="2019-12")
                bulk_load.load(work, agency, [english(str(at), name, "") for at, name in enumerate(wrong, 1)])
            steps = {date(2020, 12, 1): OTHER} if is_back else {}
            steps[date(2021, 1, 1)] = STANDARD.id if is_back else OTHER
            for month in ("2020-11", "2020-12"):
                for day, letter in steps.items():
                    if month >= f"{day:%Y-%m}" and agency.standard != letter:
                        agency = do(store, Who("ann", NOW), letters.change, agency, letter, day, {})
                # What is at hand is not sent yet.
                if month in sends and (month, today) != ("2020-12", DAYS[0]):
                    desk.send(month, standard=load(agency.standard), today=date(2021, 1, 8)).file.unlink()
                    do(store, Who("ann", NOW), sent.mark, ask(store, extracts.listed, agency)[-1].id)
            for day, letter in steps.items():
                if agency.standard != letter:
                    agency = do(store, Who("ann", NOW), letters.change, agency, letter, day, {})
            standard = load(agency.standard)
            agree_on_one_before(store, Work(agency, standard, today))
            known = ask(store, calendar.of_agency, agency)
            for entry in (known.before(known.due(today)), known.due(today)):
                preview = ask(store, preview_extract, Work(agency, standard, today), entry.submission)
                found = ask(store, find_mismatches, preview).found
                assert all(one.kind == "gone" and "left out" in one.told for one in found), "nobody changed anything"
            month = ask(store, read_standing, agency, standard, today).due.submission
            agree(store, agency, standard, today, desk.send(month, standard=standard, today=today))


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_is_accepted_in_the_last_return_of_a_letter_is_so_when_it_is_late_or_corrected(
    tmp_path: Path, is_sent: bool
) -> None:
    """It is accepted by line as soon as the letter is changed, lasts beyond the deadline, and may be given again."""
    with open_store(tmp_path / "keywork.db", tmp_path / "store.key", load, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T0123", STANDARD.id, since="2019-12")
            bulk_load.load(work, agency, [english("1", "a warning", "")])
        agency = do(store, Who("ann", NOW), letters.change, agency, OTHER, date(2021, 1, 1), {})
        (episode,) = (one.episode_id for one in ask(store, read.episodes, agency))
        call_line = ("--store", store.path, "--key-file", store.key_file, "--today")
        accepting = ("client", "accept", episode, "--rule", "74", "--reason", "asked twice", *call_line)

        def stands(today: date) -> tuple[int, int, int]:
            its = Work(agency, load(OTHER), today)
            check_caseload(store, agency, its.checker, today, NOW)
            receipt = ask(store, preview_extract, its, "2020-12").receipt
            listed = ask(store, read_listed, its, Listing(submission="2020-12"))
            return receipt.tally.warnings, receipt.tally.accepted, listed.accepted

        assert call(*accepting, DAYS[0]).code == 0
        assert stands(DAYS[0]) == (1, 1, 1)
        if is_sent:
            desks.Desk(tmp_path, store).send("2020-12", standard=load(OTHER), today=DAYS[0]).file.unlink()
            do(store, Who("ann", NOW), sent.mark, ask(store, extracts.listed, agency)[-1].id)
        assert stands(MONTH_AFTER) == (1, 1, 1)
        (known,) = ask(store, acceptances.listed, agency)
        do(store, Who("ann", NOW), acceptances.withdraw, known.id)
        assert stands(MONTH_AFTER) == (1, 0, 0)
        tree = ask(store, read.tree, known.client_id)
        told = ask(store, check_client.findings, Work(agency, load(OTHER), MONTH_AFTER), tree)
        assert any(one.rule == "74" for one in told) is not is_sent, "the form tells what is still to be sent"
        assert call(*accepting, MONTH_AFTER).code == 0
        assert stands(MONTH_AFTER) == (1, 1, 1)


@pytest.mark.parametrize("renamed", [{}, {"PARENT": "EMPSTAT"}])
@pytest.mark.parametrize("begun", ["20200601", "20201202"])
def test_a_change_of_letter_takes_no_acceptance_with_it_nor_does_undoing_it(
    tmp_path: Path, begun: str, renamed: dict[str, str]
) -> None:
    """It is changed from a wrong day, everything is checked by the other letter, and it is undone."""
    today = DAYS[0]
    with open_store(tmp_path / "keywork.db", tmp_path / "store.key", load, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T0123", STANDARD.id, since="2019-12")
            one = english("1", "a warning", "")
            days = dict.fromkeys(("REFLD", "TRIAGED", "CPLANDT"), begun)
            bulk_load.load(work, agency, [replace(one, episode={**one.episode, **days})])
        check_caseload(store, agency, Checker(STANDARD), today, NOW)
        with store.writing(Who("ann", NOW)) as work:
            (made,) = acceptances.accept(work, queries.findings(work, agency, rule="74"), "asked twice")
        now = do(store, Who("ann", NOW), letters.change, agency, OTHER, date(2020, 12, 1), renamed)
        check_caseload(store, now, Checker(load(OTHER)), today, NOW)
        (kept,) = ask(store, acceptances.listed, now)
        assert kept.values == {renamed.get(header, header): value for header, value in made.values.items()}
        agency = do(store, Who("ann", NOW), letters.undo, now)
        check_caseload(store, agency, Checker(STANDARD), today, NOW)
        assert ask(store, acceptances.listed, agency) == [made]
        receipt = ask(store, preview_extract, Work(agency, STANDARD, today), "2020-12").receipt
        assert (receipt.tally.warnings, receipt.tally.accepted) == (1, 1)
        episode = ask(store, read.get, "episode", made.episode_id)
        values = {**episode.values, "PRNTSTAT": "1"}
        do(store, Who("ann", NOW), save.change, "episode", episode.id, values, episode.version)
        check_caseload(store, agency, Checker(STANDARD), today, NOW)
        assert ask(store, acceptances.listed, agency) == [], "a value of it is another one"


@pytest.mark.parametrize("is_doubted_still", [True, False])
def test_what_keeps_a_part_out_of_the_last_return_of_a_letter_is_accepted_there_too(
    tmp_path: Path, is_doubted_still: bool
) -> None:
    """In Wales a date to come is a doubt that somebody may accept, whether or not the letter of today has it as well;
    whoever has the client in hand is told of it once."""
    today = WELSH_DAYS[0]
    rules = tuple(rule for rule in WALES.rules if is_doubted_still or rule.id != "future")
    now = replace(WALES, id="smds-two", rules=rules)
    editions = {WALES.id: WALES, now.id: now}
    with open_store(tmp_path / "keywork.db", tmp_path / "store.key", editions.__getitem__, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T00123", WALES.id, since="2026-01")
            bulk_load.load(work, agency, [journey(modality(start="2035-01-01")), journey(CLIENTNO="1002", NHSNO="")])
        agency = do(store, Who("ann", NOW), letters.change, agency, now.id, date(2026, 12, 1), {})
        its = Work(agency, now, today)

        def left_out() -> int:
            check_caseload(store, agency, Checker(now), today, NOW)
            month = ask(store, read_standing, agency, now, today, 0)
            receipt = ask(store, preview_extract, its, month.due.submission).receipt
            assert month.not_ready_because == receipt.not_ready_because
            assert len(month.situation.kept_out) == len(receipt.kept_out)
            return len(receipt.kept_out)

        assert left_out() == 1
        client = next(iter(ask(store, read.episodes, agency))).client_id
        tree = ask(store, read.tree, client)
        (doubt,) = [one for one in ask(store, check_client.findings, its, tree) if one.rule == "future"]
        assert len(ask(store, accept.of_rule, its, FoundRecord(tree.client, tree), "future")) == 1
        with store.writing(Who("ann", NOW)) as work:
            (said,) = acceptances.accept(work, [doubt], "so it is planned")
        assert left_out() == 0
        (doubt,) = [one for one in ask(store, check_client.findings, its, tree) if one.rule == "future"]
        assert doubt.accepted == said.id
        do(store, Who("ann", NOW), acceptances.withdraw, said.id)
        assert left_out() == 1


@pytest.mark.parametrize(("sent_as", "kept_as"), [("error", "notice"), ("notice", "error"), ("warning", "error")])
def test_a_rule_of_a_site_that_weighs_otherwise_when_it_is_sent_is_counted_as_sent(
    tmp_path: Path, sent_as: str, kept_as: str
) -> None:
    def weighed(rule: Rule) -> Rule:
        rows = tuple(replace(row, severity=sent_as, store_severity=kept_as) for row in rule.rows)
        return replace(rule, rows=rows) if rule.id == "38" else rule

    own = replace(STANDARD, rules=tuple(map(weighed, STANDARD.rules)))
    with open_store(tmp_path / "keywork.db", tmp_path / "store.key", lambda _: own, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T0123", own.id, since="2019-12")
            bulk_load.load(work, agency, [english("1", "right", ""), english("2", "no parent", "")])
        check_caseload(store, agency, Checker(own), DAYS[0], NOW)
        month = ask(store, read_standing, agency, own, DAYS[0], 0)
        receipt = ask(store, preview_extract, Work(agency, own, DAYS[0]), month.due.submission).receipt
    figures, tally = month.figures, receipt.tally
    assert (tally.errors, tally.warnings) == (int(sent_as == "error"), int(sent_as == "warning"))
    assert (figures.rows, figures.errors, figures.warnings) == (tally.rows, tally.errors, tally.warnings)
    assert (figures.load_percent, figures.data_quality_percent) == (tally.load_percent, tally.data_quality_percent)
    assert month.not_ready_because == receipt.not_ready_because


@pytest.mark.parametrize(("start", "assessed"), [("2026-03-12", ""), ("2026-12-02", ""), ("2026-03-12", "2026-12-02")])
def test_who_accepts_a_value_accepts_what_leaves_of_it(tmp_path: Path, start: str, assessed: str) -> None:
    """A site may call a postcode that reads as none a doubt; the one that leaves is shorter than the one that is kept.
    What is accepted is so in Month, in Findings and in the receipt, whether all of the journey goes or a part of it:
    a modality may have been referred before the journey was, and before an assessment that waits."""
    rules = tuple(
        replace(rule, rows=tuple(replace(its, severity="warning") for its in rule.rows))
        if rule.id == "postcode"
        else rule
        for rule in WALES.rules
    )
    own, today = replace(WALES, rules=rules), WELSH_DAYS[0]
    with open_store(tmp_path / "keywork.db", tmp_path / "store.key", lambda _: own, create=True) as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T00123", own.id, since="2026-01")
            known = modality(start=start)
            known = replace(known, values={**known.values, "MODREFD": "2026-01-01"}) if assessed else known
            bulk_load.load(work, agency, [journey(known, POSTCODE="CF51AAA", ASSDATE=assessed)])
        check_caseload(store, agency, Checker(own), today, NOW)
        with store.writing(Who("ann", NOW)) as work:
            acceptances.accept(work, queries.findings(work, agency, severity=Severity.WARNING), "so it is")
        check_caseload(store, agency, Checker(own), today, NOW)
        month = ask(store, read_standing, agency, own, today, 0)
        tally = ask(store, preview_extract, Work(agency, own, today), month.due.submission).tally
        shown = ask(store, queries.counts, agency, period_at_hand(store, agency, own, today))
    assert (month.figures.warnings, month.figures.accepted) == (tally.warnings, tally.accepted)
    assert tally.warnings == tally.accepted == sum(one.accepted for one in shown) > 0


def closed_code(standard: Standard) -> Standard:
    """A list of the site's says that a code was closed: nothing else of it is otherwise."""
    codes = standard.code_lists["yes_no"]
    facts = {**codes.facts, "Y": CodeFacts(valid_to="2019-12-31")}
    return replace(standard, code_lists={**standard.code_lists, "yes_no": replace(codes, facts=facts)})


def sent_later(standard: Standard) -> Standard:
    """An edition of the site's that sends what is dated after the period's end."""
    return replace(standard, submission=replace(standard.submission, after_period="send"))


@pytest.mark.parametrize("change", [closed_code, sent_later])
def test_what_a_site_installs_is_checked_by_though_no_rule_or_code_is_another(
    tmp_path: Path, change: Callable[[Standard], Standard]
) -> None:
    retired = RuleRow("4", "code_not_retired", ("RECPEER",), {"on": "REFLD"}, "error", "", "{first}", (), 1)
    with_days = [replace(rule, rows=(*rule.rows, retired)) if rule.id == "4" else rule for rule in STANDARD.rules]
    before = replace(STANDARD, rules=tuple(with_days))
    known = [before]

    def opened() -> Store:
        return open_store(tmp_path / "keywork.db", tmp_path / "store.key", lambda _: known[-1], create=True)

    with opened() as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.ensure(work, "T0123", before.id, since="2019-12")
            waits = visit(SUBMODDT="20210102", RECPEER="QQQ")
            late = replace(english("2", "right", ""), events=(Event(STANDARD.by_header["SUBMID"].section, waits),))
            bulk_load.load(work, agency, [english("1", "an event", ""), late])
        check_caseload(store, agency, Checker(before), DAYS[0], NOW)
        assert not ask(store, read_standing, agency, before, DAYS[0], 0).figures.errors
    known.append(change(before))
    with opened() as store:
        assert ask(store, read_standing, agency, known[-1], DAYS[0], 0).figures.stale
        check_caseload(store, agency, Checker(known[-1]), DAYS[0], NOW)
        month = ask(store, read_standing, agency, known[-1], DAYS[0], 0)
        tally = ask(store, preview_extract, Work(agency, known[-1], DAYS[0]), month.due.submission).tally
    figures = month.figures
    assert (figures.rows, figures.errors, figures.warnings) == (tally.rows, tally.errors, tally.warnings)
    assert figures.errors


def english(number: str, name: str, twice: str) -> EpisodeRecord:
    """An episode with what is wrong with it, and what another one bears as well."""
    values = (withheld(number) if name == "withheld" else row(number)) | ENGLAND[name] | TWICE[twice]
    values = {header: value for header, value in values.items() if value and header != "CMSID"}
    level = {header: STANDARD.by_header[header].level for header in values}
    event = {header: value for header, value in values.items() if level[header] == "event"}
    return EpisodeRecord(
        {header: value for header, value in values.items() if level[header] == "client"},
        {header: value for header, value in values.items() if level[header] == "episode"},
        (Event(STANDARD.by_header[next(iter(event))].section, event),) if event else (),
    )


@settings(max_examples=6, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@example(wrong=[("no such day", "")], today=WELSH_DAYS[0], before=False, kind="full", draft=False, since="nothing")
@example(
    wrong=[(one, "") for one in ("right", "a postcode of nothing", "emptied", "part of it to come")],
    today=WELSH_DAYS[1],
    before=True,
    kind="new",
    draft=False,
    since="nothing",
)
@example(
    wrong=[("all of a treatment", "")],
    today=WELSH_DAYS[0],
    before=True,
    kind="new",
    draft=False,
    since="a treatment, who moved",
)
@example(
    wrong=[("all of a treatment", "")],
    today=WELSH_DAYS[0],
    before=True,
    kind="new",
    draft=False,
    since="recovery support",
)
@example(
    wrong=[("all of a treatment", "")], today=WELSH_DAYS[0], before=True, kind="new", draft=False, since="complete"
)
@given(
    wrong=st.lists(st.tuples(st.sampled_from(sorted(CYMRU)), st.sampled_from(sorted(CYMRU_TWICE))), max_size=5),
    today=st.sampled_from(WELSH_DAYS),
    before=st.booleans(),
    kind=st.sampled_from(("new", "full")),
    draft=st.booleans(),
    since=st.sampled_from(sorted(SINCE)),
)
def test_in_wales_one_figure(
    wrong: list[tuple[str, str]], today: date, before: bool, kind: str, draft: bool, since: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        returns = journeys.opened(Path(folder) / "desk")
        with returns.store:
            do(
                returns.store,
                Who("ann", NOW),
                agency_settings.set_setting,
                returns.agency,
                "closure_classes",
                "01=complete",
            )
            for at, (name, twice) in enumerate(wrong, 1):
                values = {"CLIENTNO": str(1000 + at), "DOB": f"198{at}-06-15", **CYMRU[name], **CYMRU_TWICE[twice]}
                emptied = [Event(section, {}) for section in values.pop("emptied", "").split()]
                events = [*emptied, *([modality(start=values.pop(""))] if "" in values else [])]
                if "TOPNO" in values:
                    events.append(top(**{header: values.pop(header) for header in ("TOPNO", "TOPDATE")}))
                returns.take(journey(*events, **values))
            if before and wrong:
                returns.send("2026-09", today=date(2026, 10, 5))
                for record in [*ask(returns.store, read.episodes, returns.agency)]:
                    for one in SINCE[since]:
                        if isinstance(one, Event):
                            returns.add(record.episode_id, one)
                        else:
                            returns.change(record.episode_id, **one)
            if draft:
                typed(returns.store, returns.agency)
            month = ask(returns.store, read_standing, returns.agency, WALES, today).due.submission
            # Where nothing was sent, a new return is a full one.
            receipt = returns.export(month, kind if not before else "new", today=today)
            agree_on_one_before(returns.store, Work(returns.agency, WALES, today))
            agree(returns.store, returns.agency, WALES, today, receipt)


def test_what_is_dated_after_an_earlier_month_counts_in_its_checklist_no_more_than_in_its_receipt(
    tmp_path: Path,
) -> None:
    """October is corrected in December, when an outcome of November holds an error that October does not send."""
    today = date(2026, 12, 4)
    with journeys.opened(tmp_path / "desk").store as store:
        with store.writing(Who("ann", NOW)) as work:
            agency = agencies.one(work)
            late = top(TOPDATE="2026-11-12", INJDAYS="30", OTHDAYS="05")
            bulk_load.load(work, agency, [journey(late, REFDATE="2026-10-05")])
        its = Work(agency, WALES, today)
        agree_on_one_before(store, its)
        before = ask(store, read_page, agency, WALES, today, "2026-10")
        assert before.waits_for_count and before.items[0].told == "what it would send is still to be counted"
        call_line = ("--store", store.path, "--key-file", store.key_file, "--today", today, "--submission", "2026-10")
        by_line = {
            item["item"]: item for item in json.loads(call("checklist", *call_line, "--format", "json").out)["items"]
        }
        assert (by_line["checked"]["state"], by_line["checked"]["told"]) == ("done", "no error in 1 journey")
        assert call("findings", *call_line).code == 0
        assert not ask(store, read_listed, its, Listing(submission="2026-10")).severities.get(Severity.ERROR)
        november = ask(store, read_page, agency, WALES, today, "", None, Counted(0))
        assert november.items[0].told.startswith("1 error in")
