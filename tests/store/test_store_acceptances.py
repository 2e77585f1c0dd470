"""Accepted warnings: who may, what lapses them, what the figures of the caseload then say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from store.clients import index, search
from store.disk import audit
from store.facts import AgencyInfo, FindingCount, Who
from store.findings import acceptances, caseload, queries, results
from store.findings.acceptance_facts import AcceptanceInfo, Accepted
from store.findings.results import CHECKER, Beside, Checked
from store.records import read, save
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, STANDARD
from tests.store.test_store_desk import DAY, one_client
from tests.stores import ask, do
from validators.calendar.periods import ReportingPeriod
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding, Severity

PERIOD = ReportingPeriod("2020-12", date(2019, 1, 1), date(2020, 12, 31))
Found = Callable[[EpisodeRecord], list[Finding]]


def warned(record: EpisodeRecord) -> list[Finding]:
    """Two warnings and an error, worded as a checker would, each about the values that stand now."""
    episode, (event, *_) = record.episode, record.events
    place, peer = {"PC": episode.get("PC", "")}, {"RECPEER": event.values.get("RECPEER", "")}
    name = episode["EPISODID"]
    return [
        Finding(Severity.WARNING, "55", "PC", ("PC",), "No postcode", place, "episode", name),
        Finding(Severity.WARNING, "56", "RECPEER", ("RECPEER",), "Odd", peer, "sub", name, event_id=event.id),
        Finding(Severity.ERROR, "13", "DISD", ("DISD",), "Bad", {"DISD": ""}, "sub", name, event_id=event.id),
    ]


def check(store: Store, agency: AgencyInfo, found: Found = warned) -> None:
    """Check what is due, with these rules."""
    items = [
        (record.episode_id, stamp, found(record)) for stamp, record in ask(store, queries.stamped, agency, due=DAY)
    ]
    do(store, Who(CHECKER, LATER), results.save, items, DAY)


def the_one(store: Store, agency: AgencyInfo, rule: str) -> Finding:
    """The first finding of a rule."""
    return ask(store, queries.findings, agency, rule=rule)[0]


def accept(store: Store, finding: Finding, reason: str = "asked the client") -> AcceptanceInfo:
    """Accept as ann."""
    with store.writing(Who("ann", NOW)) as work:
        return acceptances.accept(work, [finding], reason)[0]


def change(store: Store, finding: Finding, header: str, value: str) -> None:
    """Save another value into the record a finding is about."""
    kind = "event" if finding.event_id else "episode"
    record = ask(store, read.get, "event" if kind == "event" else "episode", finding.event_id or finding.episode_id)
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, record.kind, record.id, {**record.values, header: value}, record.version)


def test_a_warning_is_accepted_with_a_reason_and_counts_as_such(store: Store, agency: AgencyInfo) -> None:
    client, (first, _second) = one_client(store, agency, CLIENT="N1")
    check(store, agency)
    finding = the_one(store, agency, "55")
    made = accept(store, finding, "  no fixed\n abode ")
    assert (
        made
        == ask(store, acceptances.listed, agency)[0]
        == ask(store, acceptances.listed, agency, client_id=client.id)[0]
    )
    assert (made.reason, made.accepted_by, made.is_live) == ("no fixed abode", "ann", True)
    assert (made.client_id, made.episode_id, made.reference, made.rule) == (client.id, first, "N1", "55")
    assert [one.accepted for one in ask(store, queries.findings, agency, rule="55")] == [made.id, ""]
    assert ask(store, queries.counts, agency)[1] == FindingCount("55", Severity.WARNING, 2, 1)
    told = ask(store, audit.history, [first])[-1]
    assert (told.person, told.act, told.field, told.new) == ("ann", "accept", "rule 55", "no fixed abode")
    assert ask(store, audit.verify).whole and ask(store, acceptances.listed, agency, client_id="x") == []
    # A second check of the same values leaves it as it is.
    change(store, the_one(store, agency, "13"), "RECPEER", "N")
    check(store, agency)
    assert [one.accepted for one in ask(store, queries.findings, agency, rule="55")] == [made.id, ""]


def test_it_lapses_with_a_value_involved_and_never_revives(store: Store, agency: AgencyInfo) -> None:
    _, (first,) = one_client(store, agency, 1)
    check(store, agency)
    accept(store, the_one(store, agency, "55"))
    of_event = accept(store, the_one(store, agency, "56"), "told so")
    change(store, the_one(store, agency, "55"), "PC", "NE1 4")
    check(store, agency)
    assert [one.rule for one in ask(store, acceptances.listed, agency)] == ["56"]
    ended = ask(store, acceptances.listed, agency, lapsed=True)[1]
    assert (ended.rule, ended.lapsed_at, ended.is_live) == ("55", LATER, False)
    told = ask(store, audit.history, [first])[-1]
    assert (told.act, told.person, told.old, told.new) == ("lapse", "keywork", "asked the client", None)
    change(store, the_one(store, agency, "55"), "PC", "")
    check(store, agency)
    assert [one.accepted for one in ask(store, queries.findings, agency, severity=Severity.WARNING)] == [
        "",
        of_event.id,
    ]
    change(store, the_one(store, agency, "56"), "RECPEER", "N")
    check(store, agency)
    assert ask(store, acceptances.listed, agency) == [] and ask(store, audit.verify).whole
    assert [one.act for one in ask(store, audit.history, [of_event.event_id])][-2:] == ["change", "lapse"]


def test_a_rule_that_has_nothing_to_say_any_more_lapses_it_too(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 1)
    check(store, agency)
    accept(store, the_one(store, agency, "55"))
    items: list[Checked] = [(record.episode_id, stamp, []) for stamp, record in ask(store, queries.stamped, agency)]
    do(store, Who(CHECKER, LATER), results.save, items, DAY)
    assert (
        ask(store, acceptances.listed, agency) == [] and len(ask(store, acceptances.listed, agency, lapsed=True)) == 1
    )


def test_taken_back_it_counts_again_and_can_be_accepted_anew(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 1)
    check(store, agency)
    made = accept(store, the_one(store, agency, "55"))
    with store.writing(Who("bob", LATER)) as work:
        back = acceptances.withdraw(work, made.id)
    assert (back.withdrawn_at, back.withdrawn_by) == (LATER, "bob") and ask(store, acceptances.listed, agency) == []
    assert (
        ask(store, acceptances.listed, agency, withdrawn=True) == [back] and the_one(store, agency, "55").accepted == ""
    )
    assert (
        ask(store, audit.history, [made.episode_id])[-1].act,
        ask(store, audit.history, [made.episode_id])[-1].person,
    ) == ("take back", "bob")
    again = accept(store, the_one(store, agency, "55"), "still so")
    assert the_one(store, agency, "55").accepted == again.id != made.id
    for gone in (made.id, "none"):
        with (
            pytest.raises(Problem, match=r"taken back already|no acceptance"),
            store.writing(Who("bob", LATER)) as work,
        ):
            acceptances.withdraw(work, gone)


def test_what_cannot_be_accepted_is_refused_in_one_sentence(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 1)
    check(store, agency)
    warning, error = the_one(store, agency, "55"), the_one(store, agency, "13")
    made = accept(store, warning)
    refused: list[tuple[Finding, str, str]] = [
        (error, "why", "error cannot be accepted"),
        (replace(error, severity=Severity.NOTICE), "why", "notice counts for nothing"),
        (replace(error, severity=Severity.WARNING), "why", "found no such warning"),
        (replace(warning, values={"PC": "other"}), "why", "found no such warning"),
        (replace(warning, episode_id="gone"), "why", "found no such warning"),
        (warning, " \n ", "needs a reason"),
        (warning, "x" * 2001, "2001 characters"),
        (warning, "\ud800", "cannot be stored"),
    ]
    rows = ask(store, audit.verify).rows
    for finding, reason, sentence in refused:
        with pytest.raises(Problem, match=sentence):
            accept(store, finding, reason)
    with store.writing(Who("bob", LATER)) as work:
        assert acceptances.accept(work, [warning], "again") == []
    assert ask(store, acceptances.listed, agency) == [made] and ask(store, audit.verify).rows == rows


def test_many_are_accepted_for_one_reason_and_those_accepted_keep_theirs(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 3)
    check(store, agency)
    accept(store, the_one(store, agency, "55"), "first")
    with store.writing(Who("bob", LATER)) as work:
        made = acceptances.accept(work, ask(store, queries.findings, agency, severity=Severity.WARNING), "all alike")
    assert len(made) == 5 and {one.reason for one in ask(store, acceptances.listed, agency)} == {"first", "all alike"}
    with pytest.raises(Problem, match="error"), store.writing(Who("bob", LATER)) as work:
        acceptances.accept(work, ask(store, queries.findings, agency), "errors too")


def test_findings_that_were_not_read_from_the_store_are_marked_by_hand(store: Store, agency: AgencyInfo) -> None:
    _, (_first, _second) = one_client(store, agency)
    check(store, agency)
    made = accept(store, the_one(store, agency, "55"))
    known = Accepted(ask(store, acceptances.listed, agency))
    (_, one), (_, other) = ask(store, queries.stamped, agency)
    fresh = [replace(each, episode_id=one.episode_id) for each in warned(one)]
    assert [each.accepted for each in known.mark(fresh)] == [made.id, "", ""]
    assert known.of(replace(fresh[0], episode_id=other.episode_id)) is None and known.of(fresh[0]) == made
    assert Accepted().mark(fresh) is fresh


# Figures


def test_figures_count_rows_as_an_extract_would_have_them(store: Store, agency: AgencyInfo) -> None:
    _, (first, second) = one_client(store, agency)
    with store.writing(Who("ann", NOW)) as work:
        save.create(work, "event", first, "ref", {})
        client = ask(store, read.get, "episode", second).parent_id
        withheld = save.create(work, "episode", client, "", {"CONSENT": "N", "REFLD": "20200101"})
        for _ in range(3):
            save.create(work, "event", withheld.id, "ref", {})
    check(store, agency, lambda record: warned(record) if record.episode_id == first else [])
    its = ask(store, caseload.figures, agency, PERIOD)
    # Two rows and one, and one without consent; the postcode spoils both rows, the event its own.
    assert (its.episodes, its.rows, its.error_rows, its.warning_rows, its.open_warning_rows) == (3, 4, 1, 2, 2)
    assert (its.errors, its.warnings, its.accepted, its.stale) == (1, 2, 0, 0)
    assert (its.load_percent, its.data_quality_percent) == (75.0, 50.0)
    accept(store, the_one(store, agency, "55"))
    its = ask(store, caseload.figures, agency, PERIOD, day=DAY)
    assert (its.warning_rows, its.open_warning_rows, its.accepted) == (2, 1, 1)
    assert (its.data_quality_percent, its.quality_without_accepted) == (50.0, 75.0)
    accept(store, the_one(store, agency, "56"))
    its = ask(store, caseload.figures, agency, PERIOD)
    assert (its.open_warning_rows, its.quality_without_accepted, its.stale) == (0, 100.0, 0)
    assert its.causes == (
        FindingCount("13", Severity.ERROR, 1),
        FindingCount("55", Severity.WARNING, 1, 1),
        FindingCount("56", Severity.WARNING, 1, 1),
    )
    change(store, the_one(store, agency, "55"), "PC", "NE1 4")
    # A client's episodes are one with him: what is saved of one makes all of them due.
    assert ask(store, caseload.figures, agency, PERIOD).stale == 3
    assert ask(store, caseload.figures, agency, PERIOD, day=date(2021, 1, 11)).stale == 3


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        ({"REFLD": "20200101", "TRIAGED": "20200102"}, True),
        ({"REFLD": "20200101"}, False),
        ({"REFLD": "20200101", "DISD": "20190101"}, True),
        ({"REFLD": "20180101", "DISD": "20181231"}, False),
        ({"REFLD": "20210101", "DISD": "20210102"}, False),
        ({"REFLD": "20200101", "DISD": "20210102"}, False),
        ({"REFLD": "20200101", "TRIAGED": "20210102"}, False),
        ({"TRIAGED": "20200101"}, True),
        # What is no date lies before and after nothing.
        ({"REFLD": "20201232", "TRIAGED": "20201232"}, True),
        ({"REFLD": "20200101", "TRIAGED": "20200102", "DISD": "20180532"}, True),
        ({"CONSENT": "N", "REFLD": "20200101"}, True),
        ({"CONSENT": "", "REFLD": "20200101"}, True),
        ({"CONSENT": "N", "REFLD": "20180101", "DISD": "20181231"}, False),
    ],
)
def test_figures_are_of_the_episodes_that_would_be_sent(
    store: Store, agency: AgencyInfo, values: dict[str, str], sent: bool
) -> None:
    asks = replace(STANDARD, roles={**STANDARD.roles, "begun": "TRIAGED"}, extracted_when=("TRIAGED", "DISD"))
    with open_store(store.path, store.key_file, lambda _: asks) as other:
        with other.writing(Who("ann", NOW)) as work:
            client = save.create(work, "client", agency.id, "", {})
            save.create(work, "episode", client.id, "", {"CONSENT": "Y", **values})
        check(other, agency, lambda record: [])
        assert ask(other, caseload.figures, agency, PERIOD).episodes == int(sent)


def test_no_rows_give_a_hundred_percent_and_what_is_deleted_counts_nowhere(store: Store, agency: AgencyInfo) -> None:
    its = ask(store, caseload.figures, agency, PERIOD)
    assert (its.episodes, its.load_percent, its.data_quality_percent, its.quality_without_accepted) == (
        0,
        100,
        100,
        100,
    )
    client, (first, _) = one_client(store, agency)
    check(store, agency)
    accept(store, the_one(store, agency, "55"))
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", first, 1)
    check(store, agency)
    its = ask(store, caseload.figures, agency, PERIOD)
    assert (its.episodes, its.rows, its.warnings) == (1, 1, 2) and ask(store, acceptances.listed, agency) == []
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "client", client.id, client.version)
    its = ask(store, caseload.figures, agency, PERIOD)
    assert (its.episodes, its.rows, its.warnings, its.causes) == (0, 0, 0, ())


# What shows between episodes only


def doubled(record: EpisodeRecord) -> Finding:
    """An episode that repeats another's identifier."""
    values = {"EPISODID": record.episode["EPISODID"]}
    return Finding(
        Severity.WARNING, "47", "EPISODID", ("EPISODID",), "Again", values, client_id=record.client_id,
        episode_id=record.episode_id,
    )  # fmt: skip


def beside(store: Store, agency: AgencyInfo, *found: Finding) -> None:
    """Keep these as all that shows between records."""
    do(
        store,
        Who(CHECKER, LATER),
        results.save_beside,
        agency,
        Beside(found, found),
        ask(store, index.saved_version),
        DAY,
    )


def test_what_shows_between_records_is_kept_beside_what_an_episode_has_itself(store: Store, agency: AgencyInfo) -> None:
    _, (_first, second) = one_client(store, agency)
    assert ask(store, results.beside_is_due, agency, DAY)
    check(store, agency)
    records = {record.episode_id: record for record in ask(store, read.episodes, agency)}
    beside(store, agency, doubled(records[second]))
    assert not ask(store, results.beside_is_due, agency, DAY) and ask(
        store, results.beside_is_due, agency, date(2021, 1, 11)
    )
    assert [one.rule for one in ask(store, queries.findings, agency)] == ["13", "13", "47", "55", "55", "56", "56"]
    made = accept(store, the_one(store, agency, "47"))
    # A check of the episode alone leaves it, and its acceptance.
    items: list[Checked] = [(record.episode_id, stamp, []) for stamp, record in ask(store, queries.stamped, agency)]
    do(store, Who(CHECKER, LATER), results.save, items, DAY)
    assert [(one.rule, one.accepted) for one in ask(store, queries.findings, agency)] == [("47", made.id)]
    its = ask(store, caseload.figures, agency, PERIOD)
    assert (its.rows, its.warning_rows, its.open_warning_rows, its.accepted) == (2, 1, 0, 1)
    change(store, the_one(store, agency, "47"), "EPISODID", "another")
    assert ask(store, results.beside_is_due, agency, DAY)
    check(store, agency, lambda record: [])
    beside(store, agency)
    assert ask(store, queries.findings, agency) == [] and [
        one.lapsed_at for one in ask(store, acceptances.listed, agency, lapsed=True)
    ] == [LATER]
    assert ask(store, caseload.figures, agency, PERIOD).warning_rows == 0


def test_it_makes_and_takes_the_mark_of_a_client(store: Store, agency: AgencyInfo) -> None:
    from store.facts import ClientQuery

    _, (_first,) = one_client(store, agency, 1)
    check(store, agency, lambda record: [])
    flagged = ClientQuery(filters=frozenset({"warnings"}))
    assert ask(store, search.count, agency, flagged) == 0
    beside(store, agency, doubled(next(ask(store, read.episodes, agency))))
    assert ask(store, search.count, agency, flagged) == 1
    beside(store, agency)
    assert ask(store, search.count, agency, flagged) == 0
