"""Very many findings: read a page at a time, accepted all at once, never taken for others."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from exporters.records import accept
from store.disk import audit
from store.facts import AgencyInfo, Who
from store.findings import acceptances, queries, results
from store.findings.facts import ListedFinding
from store.findings.results import CHECKER
from store.records import read
from store.records import save as records_save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start
from tests.screens_lists.findings import STANDARD, caseload, every, groups_of
from tests.stores import ask, do
from tui.screens.findings import list as findings_list
from tui.screens.findings.groups import Group
from tui.screens.findings.list import FindingsList
from validators.records import Finding, Severity


@pytest.mark.slow
def test_a_list_of_very_many_findings_reads_only_what_is_in_view(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    episodes = [record.episode_id for record in ask(store, read.episodes, agency)]
    stamps = {one.episode_id: stamp for stamp, one in ask(store, queries.stamped, agency)}

    def found(episode: str, rule: str, many: int) -> list[Finding]:
        severity = Severity.NOTICE if rule == "9" else Severity.ERROR
        return [Finding(severity, rule, "PC", ("PC",), f"No {at}.", {"PC": str(at)}) for at in range(many)]

    items = [(id, stamps[id], [*found(id, "1", 400), *found(id, "9", 5)]) for id in episodes[:30]]
    do(store, Who(CHECKER, NOW), results.save, items, NOW.date())
    asked: list[int] = []

    def fetch(numbers: Collection[int]) -> Mapping[int, ListedFinding]:
        asked.append(len(numbers))
        return ask(store, queries.numbered, numbers)

    findings = FindingsList(STANDARD, fetch)
    monkeypatch.setattr(FindingsList, "post_message", lambda *_: True)
    monkeypatch.setattr(FindingsList, "refresh", lambda *_: None)
    monkeypatch.setattr(FindingsList, "go", lambda self, row, quiet=False: setattr(self, "cursor", row))
    whole = caseload(store, agency)
    findings.show(whole.order)
    assert findings.row_count == 2 and whole.total == 30 * 405 and asked == []
    findings.fold_all(True)
    assert findings.row_count == 2 + whole.total
    wanted = every(store, whole)
    for row in (1, 12000, 6000, 6001, 6030, 12001, 12002, 12151):
        findings.cursor = row
        current = findings.current
        assert current is not None
        assert current[1] == (wanted[row - 1] if row < 12001 else None if row == 12001 else wanted[row - 2]), row
    assert len(asked) <= 6 and max(asked) <= 100, "a page at a time"
    findings.cursor = 0
    seen = 0
    while (one := findings.walk(1)) is not None:
        assert one == wanted[seen]
        seen += 1
    assert seen == 12000, "F8 reaches every error, and passes notices"
    assert len(findings._kept) <= findings_list.MOST_KEPT
    assert findings.walk(-1) == wanted[seen - 2]
    findings.cursor = 12001  # the group of notices: from there F8 leads to them, which nothing else does
    assert [findings.walk(1) for _ in range(2)] == wanted[12000:12002] and findings.has_more(1)


def test_what_was_checked_anew_by_another_is_not_shown_for_something_else(store: Store, agency: AgencyInfo) -> None:
    id = next(iter(ask(store, read.episodes, agency))).episode_id

    def save(rule: str) -> None:
        ((stamp, _),) = ask(store, queries.stamped, agency, [id])
        made = [Finding(Severity.ERROR, rule, "PC", ("PC",), "It is wrong.", {"PC": "x"})]
        do(store, Who(CHECKER, NOW), results.save, [(id, stamp, made)], NOW.date())

    save("1")
    whole = caseload(store, agency)
    save("2")
    assert list(caseload(store, agency).order.numbers) == list(whole.order.numbers), "the number is another's now"
    findings = FindingsList(STANDARD, lambda numbers: ask(store, queries.numbered, numbers))
    findings.order = whole.order
    findings._lay_out()
    assert findings.listed(0) is None


def test_accepting_all_of_a_rule_goes_beyond_what_is_listed(start: Start, store: Store, agency: AgencyInfo) -> None:
    consented = [one for one in ask(store, read.episodes, agency) if STANDARD.has_consent(one.episode)][:7]
    with store.writing(Who("bob", NOW)) as work:
        for one in consented:
            episode = read.get(work, "episode", one.episode_id)
            values = {**episode.values, "PARENT": "Y", "PRNTSTAT": ""}
            records_save.change(work, "episode", episode.id, values, episode.version)
    start()

    def group() -> Group:
        return next(one for one in groups_of(caseload(store, agency)) if one.key == "74")

    assert group().open_warnings == 7
    with store.writing(Who("bob", NOW)) as work:
        acceptances.accept(work, ask(store, queries.findings, agency, rule="74")[2:3], "known")
    assert group().open_warnings == 6 and group().counted().endswith("1 accepted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accept, "AT_ONCE", 2)

        def checked(one: Finding) -> None:
            ((stamp, _),) = ask(store, queries.stamped, agency, [one.episode_id])
            do(store, Who(CHECKER, NOW), results.save, [(one.episode_id, stamp, [one])], NOW.date())

        last = ask(store, queries.findings, agency, rule="74")[-1]
        checked(last)
        its = group()
        asked = ask(store, accept.asked_about, its.order, its.index)
        assert list(asked.rules) == ["74"] and len(asked.seen) == 6
        # What is found of it while the reason is typed, for what another one saved, is listed by the very number.
        checked(replace(last, values={**last.values, "PRNTSTAT": "9"}))
        number = max(its.order.numbers)
        assert ask(store, queries.numbered, [number])[number].finding.values["PRNTSTAT"] == "9"
        assert accept.group(store, Who("ann", NOW), its.order, its.index, asked, "all the same") == 5
        assert group().open_warnings == 1
        its = group()
        asked = ask(store, accept.asked_about, its.order, its.index)
        assert accept.group(store, Who("ann", NOW), its.order, its.index, asked, "all the same") == 1
    assert group().open_warnings == 0
    assert sorted(one.reason for one in ask(store, acceptances.listed, agency)) == ["all the same"] * 6 + ["known"]
    assert ask(store, audit.verify).whole
