"""Every finding of the caseload: kept, grouped, filtered, and landed in."""

import pytest

from store.facts import AgencyInfo, Who
from store.findings import queries
from store.findings.acceptance_facts import By
from store.records import read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, command, same_picture
from tests.screens_lists.findings import STANDARD, caseload, every, groups_of, listed
from tests.stores import ask
from tests.terminal import Terminal
from tui.screens.findings.groups import WAYS
from validators.records import Finding, Severity
from validators.rules.checker import Checker
from validators.rules.registry import Context

CHECKER = Checker(STANDARD)
CONTEXT = Context(NOW.date(), "store")


def opened(start: Start, columns: int = 80, rows: int = 24) -> Terminal:
    """The program on this screen."""
    terminal = start(columns, rows)
    command(terminal, "every finding", "in all")
    return terminal


def test_pictures(start: Start) -> None:
    terminal = opened(start)
    terminal.press("<enter><down>")
    terminal.until("Enter goes there")
    terminal.until_quiet()
    same_picture(terminal, HELP / "findings.screen.txt")
    wide = opened(start, 120, 40)
    wide.press("3<enter><down>")
    wide.until("[3 client]")
    wide.until("Enter goes there")
    wide.until_quiet()
    same_picture(wide, PICTURES / "findings-120x40.txt")


def test_the_check_in_the_background_is_kept(start: Start, store: Store, agency: AgencyInfo) -> None:
    assert len(ask(store, queries.stale, agency, NOW.date())) == ask(store, read.count_episodes, agency)
    start()
    assert ask(store, queries.stale, agency, NOW.date()) == []
    found = [one for episode in ask(store, read.episodes, agency) for one in CHECKER.check(episode, CONTEXT)]
    assert len(ask(store, queries.findings, agency)) == len(found) > 5


@pytest.mark.parametrize("by", WAYS)
def test_every_way_to_group_has_every_finding(start: Start, store: Store, agency: AgencyInfo, by: By) -> None:
    terminal = opened(start)
    whole = caseload(store, agency, by)
    groups = groups_of(whole)
    assert sum(group.count for group in groups) == whole.total == len(whole.order.numbers)
    terminal.press(str(WAYS.index(by) + 1))
    terminal.until(f"[{WAYS.index(by) + 1} {by}]")
    terminal.until_quiet()
    for line, group in zip(terminal.lines()[3:20], groups, strict=False):
        first = ask(store, queries.numbered, group.numbers()[:1])[group.numbers()[0]]
        assert group.title(STANDARD, first)[:30] in line and group.counted() in line
        own = listed(store, group)
        assert group.counted().startswith(f"{sum(one.severity is group.worst for one in own)} {group.worst}")
        keys = {(one.rule, one.field, one.client_id, one.episode_id)[WAYS.index(by)] for one in own}
        assert len(keys) == 1, "they share what they are grouped by"


def test_groups_come_by_weight_and_size_and_findings_by_weight_and_rule(
    start: Start, store: Store, agency: AgencyInfo
) -> None:
    start()
    for by in WAYS:
        groups = groups_of(caseload(store, agency, by))
        order = [(list(Severity).index(group.worst), -group.count) for group in groups]
        assert order == sorted(order) and len(order) > 3
        for group in groups:
            marks = [(list(Severity).index(one.severity), one.rule) for one in listed(store, group)]
            assert marks == sorted(marks)


def test_enter_lands_in_the_very_field(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    first = every(store, caseload(store, agency))[0]
    terminal.press("<enter><down><enter>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.4)
    label = STANDARD.by_header[first.field].label
    assert str(ask(store, read.get, "client", first.client_id).values["CLIENT"]) in terminal.lines()[0]
    assert any(line.startswith(">✗") and label[:12] in line for line in terminal.lines())
    terminal.press("<escape>", 0.5)
    assert "[1 rule]" in terminal.lines()[1]


def test_the_filter_takes_any_words_and_escape_takes_it_away(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    some = caseload(store, agency, "rule", "postcode error").order.total
    terminal.press("/postcode error<enter>")
    terminal.until(lambda seen: f"{some} of {whole.total}" in seen.lines()[2])
    terminal.until_quiet()
    assert some > 0 and sum("✗" in line for line in terminal.lines()[3:20]) >= some
    terminal.press("<escape>", 0.4)
    terminal.until(lambda seen: f"{whole.total} in all" in seen.lines()[2])
    terminal.press("<escape>", 0.4)
    terminal.until(lambda seen: seen.lines()[0].strip() == "Clients")


def test_the_filter_looks_everywhere_that_a_line_says_something(start: Start, store: Store, agency: AgencyInfo) -> None:
    start()
    whole = every(store, caseload(store, agency))
    references = {one.client_id: ask(store, read.get, "client", one.client_id).values for one in whole}

    def has(one: Finding, word: str) -> bool:
        its = references[one.client_id]
        parts = [one.severity, one.message, f"rule {one.rule}", one.episode, its["CLIENT"]]
        parts.append(its.get("FINITIAL", "") + its.get("SINITIAL", ""))
        for header in one.fields:
            parts += [header, STANDARD.by_header[header].label, one.values.get(header, "")]
        return any(word in part.casefold() for part in parts)

    initials = next(its["FINITIAL"] + its["SINITIAL"] for its in references.values()).casefold()
    texts = [
        "error",
        "postcode",
        "cplandt",
        "rule 1",
        "2020 date",
        "000003",
        initials,
        "%",
        "_",
        "a\\",
        "è",
        "nothing-has-it",
    ]
    for text in texts:
        wanted = [one for one in whole if all(has(one, word) for word in text.split())]
        found = every(store, caseload(store, agency, "rule", text))
        assert sorted(map(identity, found)) == sorted(map(identity, wanted)), text
    assert caseload(store, agency, "rule", "error").order.total > 3


def identity(one: Finding) -> tuple[str, ...]:
    """What makes a finding the same one."""
    return one.rule, one.field, one.client_id, one.episode_id, one.event_id


def test_bursts_on_the_list(start: Start) -> None:
    burst = "2/date<enter><down> 3+<down><down>-<down><enter><down>"
    slow, fast = opened(start), opened(start)
    slow.slowly(burst)
    fast.press(burst)
    for terminal in (slow, fast):
        terminal.until("[3 client]")
        terminal.until_quiet(0.5)
    # The line of what was said may still tell of the check that went on behind.
    assert [fast.lines()[at] for at in range(24) if at != 22] == [slow.lines()[at] for at in range(24) if at != 22]


def test_what_is_mended_elsewhere_goes_away(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    one = next(one for one in every(store, whole) if one.field == "PC")
    episode = ask(store, read.get, "episode", one.episode_id)
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "PC": "SR1 3"}, episode.version)
    terminal.until(f"{whole.total - 1} in all")


def test_what_shows_only_between_records_is_told(start: Start, store: Store, agency: AgencyInfo) -> None:
    row = ask(store, queries.findings, agency)
    assert row == []
    episodes = [record for record in ask(store, read.episodes, agency) if record.events][:2]
    with store.writing(Who("bob", NOW)) as work:
        for record in episodes:
            event = record.events[0]
            stored = read.get(work, "event", event.id)
            section = STANDARD.section_by_id[event.section]
            save.change(work, "event", event.id, {**event.values, section.id_field: "twice"}, stored.version)
    terminal = opened(start)
    terminal.until(lambda _: any("twice" in one.values.values() for one in every(store, caseload(store, agency))))
    terminal.press("/twice<enter><down>")
    assert terminal.shows("twice")


def test_hostile_values(start: Start, store: Store, agency: AgencyInfo) -> None:
    record = next(iter(ask(store, read.episodes, agency)))
    episode = ask(store, read.get, "episode", record.episode_id)
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "CONSENT": "Y", "PC": "\x1b[31m\u202eX "}, 1)
    terminal = opened(start)
    terminal.press("/x<enter><down><down>")
    terminal.press("2+")
    terminal.press("<end><up><up>")
    assert b"\x1b[31m" not in terminal.raw and "\u202e".encode() not in terminal.raw
