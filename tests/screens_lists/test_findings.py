"""Every finding of the caseload: kept, grouped, filtered, and landed in."""

from collections.abc import Collection, Mapping

import pytest

from store.acceptance_shapes import By
from store.finding_shapes import ListedFinding
from store.opening import Store
from store.shapes import AgencyInfo
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, chosen, command, same_picture
from tests.terminal import Terminal
from tui.screens import findings_accept, findings_list
from tui.screens.findings_accept import accept_all
from tui.screens.findings_groups import WAYS, Caseload, Group, read
from tui.screens.findings_list import FindingsList
from validators.catalogue import load
from validators.engine import Checker
from validators.patterns import Context
from validators.records import Finding, Severity

STANDARD = load("ndtms-cjit-p")
CHECKER = Checker(STANDARD)
CONTEXT = Context(NOW.date(), "store")


def opened(start: Start, columns: int = 80, rows: int = 24) -> Terminal:
    """The program on this screen."""
    terminal = start(columns, rows)
    command(terminal, "every finding", "in all")
    return terminal


def caseload(store: Store, agency: AgencyInfo, by: By = "rule", text: str = "") -> Caseload:
    """What the screen reads."""
    return read(store, agency, STANDARD, by, text)


def groups_of(whole: Caseload) -> list[Group]:
    """Its groups, in their order."""
    return [Group(whole.order, index) for index in range(len(whole.order.keys))]


def listed(store: Store, group: Group) -> list[Finding]:
    """A group's findings, in their order."""
    found = store.findings_numbered(group.numbers())
    return [found[number].finding for number in group.numbers()]


def every(store: Store, whole: Caseload) -> list[Finding]:
    """The findings of all groups."""
    return [one for group in groups_of(whole) for one in listed(store, group)]


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
    assert len(store.stale_episodes(agency, NOW.date())) == store.count_episodes(agency)
    start()
    assert store.stale_episodes(agency, NOW.date()) == []
    found = [one for episode in store.episodes(agency) for one in CHECKER.check(episode, CONTEXT)]
    assert len(store.findings(agency)) == len(found) > 5


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
        first = store.findings_numbered(group.numbers()[:1])[group.numbers()[0]]
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
    assert str(store.get("client", first.client_id).values["CLIENT"]) in terminal.lines()[0]
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
    references = {one.client_id: store.get("client", one.client_id).values for one in whole}

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
    assert fast.lines() == slow.lines()


def test_what_is_mended_elsewhere_goes_away(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    one = next(one for one in every(store, whole) if one.field == "PC")
    episode = store.get("episode", one.episode_id)
    with store.write("bob", NOW) as work:
        work.change("episode", episode.id, {**episode.values, "PC": "SR1 3"}, episode.version)
    terminal.until(f"{whole.total - 1} in all")


def test_what_shows_only_between_records_is_told(start: Start, store: Store, agency: AgencyInfo) -> None:
    row = store.findings(agency)
    assert row == []
    episodes = [record for record in store.episodes(agency) if record.events][:2]
    with store.write("bob", NOW) as work:
        for record in episodes:
            event = record.events[0]
            stored = work.get("event", event.id)
            section = STANDARD.section_by_id[event.section]
            work.change("event", event.id, {**event.values, section.id_field: "twice"}, stored.version)
    terminal = opened(start)
    assert [one for one in every(store, caseload(store, agency)) if "twice" in one.values.values()]
    terminal.press("/twice<enter><down>")
    assert terminal.shows("twice")


def test_hostile_values(start: Start, store: Store, agency: AgencyInfo) -> None:
    record = next(iter(store.episodes(agency)))
    episode = store.get("episode", record.episode_id)
    with store.write("bob", NOW) as work:
        work.change("episode", episode.id, {**episode.values, "CONSENT": "Y", "PC": "\x1b[31m\u202eX "}, 1)
    terminal = opened(start)
    terminal.press("/x<enter><down><down>")
    terminal.press("2+")
    terminal.press("<end><up><up>")
    assert b"\x1b[31m" not in terminal.raw and "\u202e".encode() not in terminal.raw


def in_field(terminal: Terminal) -> str:
    """The marked line of the form, in which the cursor stands."""
    line = terminal.lines()[terminal.cursor[1]]
    return line if line.startswith(">") else ""


def said_in(terminal: Terminal) -> str:
    """What the status line says, in one line or two."""
    return " ".join(terminal.lines()[21:23]).strip()


def faulty(store: Store) -> list[str]:
    """The ids of the clients with an error or a warning, in order of entry."""
    found, id = [], ""
    while id := store.next_client_with_findings(store.agency(), id):
        found.append(id)
    return found


def test_f8_leads_from_clients_through_every_client_with_a_fault(start: Start, store: Store) -> None:
    terminal = start()
    wanted = [str(store.get("client", id).values.get("CLIENT", "")) for id in faulty(store)]
    terminal.press("<ctrl+e><end><escape><f8>")  # the chosen client has an error of his own: he is the first
    terminal.until("F2 Save")
    terminal.until(lambda seen: bool(in_field(seen)))
    assert "Next client" not in terminal.text()
    terminal.press("<escape>")
    terminal.until("60 clients")
    terminal.press("nosuchclient<f8>")  # nobody is chosen: the first of the caseload
    terminal.until(f"Next client: {wanted[0]}".strip())
    seen = [f"Next client: {wanted[0]}"]
    for _ in range(200):
        terminal.press("<f8>", 0.4)
        said = said_in(terminal)
        terminal.until(lambda seen: bool(in_field(seen)))
        if "No more findings" in said:
            break
        if "Next client: " in said:
            seen.append(said[said.index("Next") :])
    assert "No more findings this way: F7 goes back to those of this client and clients before." in said
    assert len(seen) == len(wanted)
    assert all(f"Next client: {reference}".strip() in said for reference, said in zip(wanted, seen, strict=True))
    for _ in range(12):
        terminal.press("<f7>", 0.4)
        if "Client before: " in terminal.text():
            break
    assert "Client before: " in terminal.text() and in_field(terminal)
    terminal.press("<escape>")
    terminal.until("0 clients")  # back in the list, not in the client before


def test_at_the_end_of_the_walk_what_lies_behind_is_told_as_it_is_now(start: Start, store: Store) -> None:
    terminal = start()
    last = faulty(store)[-1]
    terminal.press(f"{store.get('client', last).values['CLIENT']}<f8>")
    terminal.until("F2 Save")
    for _ in range(9):
        terminal.press("<f8>", 0.3)
        if "No more findings" in said_in(terminal):
            break
    assert "F7 goes back to those of this client and clients before." in said_in(terminal)
    terminal.press("<escape>")
    terminal.until("1 client")
    with store.write("bob", NOW) as work:
        for id in faulty(store)[:-1]:
            work.delete("client", id, work.get("client", id).version)
    terminal.press("<f8>")
    terminal.until("F2 Save")
    for _ in range(9):
        terminal.press("<f8>", 0.3)
        if "No more findings" in said_in(terminal):
            break
    assert "F7 goes back to those of this client." in said_in(terminal)


def test_f8_on_the_findings_goes_from_row_to_row_and_into_the_field(start: Start, store: Store) -> None:
    terminal = start()
    command(terminal, "every finding", "in all")
    terminal.press("<f8>")
    terminal.until("F2 Save")
    terminal.until("✗ Error: ")
    terminal.until(lambda seen: bool(in_field(seen)))
    first = terminal.lines()[22]
    terminal.press("<escape>")
    terminal.until("Filter:")
    assert chosen(terminal).lstrip().startswith("✗")
    terminal.press("<f8>")
    terminal.until("✗ Error: ")
    terminal.until(lambda seen: bool(in_field(seen)))
    terminal.press("<escape><f7>")
    terminal.until("F2 Save")
    terminal.until(first.strip())
    terminal.press("<escape><home><f7>")
    terminal.until("No more findings this way: F8 goes back to those below.")
    terminal.press("/nothing-has-it<enter><f8>")
    terminal.until("No more findings with these words.")


def test_what_is_typed_before_f8_leads_away_stays_a_draft(start: Start, store: Store) -> None:
    terminal = start()
    first, second = faulty(store)[:2]
    terminal.press("nosuchclient<f8>")
    terminal.until("Next client: ")
    terminal.press("<ctrl+g>")
    terminal.press("<escape>")
    terminal.press("<ctrl+t><home><enter>")
    terminal.press("zz<end>")
    for _ in range(20):
        terminal.press("<f8>", 0.3)
        if "Next client: " in said_in(terminal):
            break
    assert "Draft kept. Next client: " in said_in(terminal)
    assert [one.record_id for one in store.drafts("ann")] == [first]
    assert str(store.get("client", second).values.get("CLIENT", "")) in terminal.lines()[0]


def test_a_list_of_very_many_findings_reads_only_what_is_in_view(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    episodes = [record.episode_id for record in store.episodes(agency)]
    stamps = {one.episode_id: stamp for stamp, one in store.stamped_episodes(agency)}

    def found(episode: str, rule: str, many: int) -> list[Finding]:
        severity = Severity.NOTICE if rule == "9" else Severity.ERROR
        return [Finding(severity, rule, "PC", ("PC",), f"No {at}.", {"PC": str(at)}) for at in range(many)]

    items = [(id, stamps[id], [*found(id, "1", 400), *found(id, "9", 5)]) for id in episodes[:30]]
    store.save_findings(items, NOW.date(), NOW)
    asked: list[int] = []

    def fetch(numbers: Collection[int]) -> Mapping[int, ListedFinding]:
        asked.append(len(numbers))
        return store.findings_numbered(numbers)

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


def test_what_was_checked_anew_by_another_is_not_shown_for_something_else(store: Store, agency: AgencyInfo) -> None:
    id = next(iter(store.episodes(agency))).episode_id

    def save(rule: str) -> None:
        ((stamp, _),) = store.stamped_episodes(agency, [id])
        made = [Finding(Severity.ERROR, rule, "PC", ("PC",), "It is wrong.", {"PC": "x"})]
        store.save_findings([(id, stamp, made)], NOW.date(), NOW)

    save("1")
    whole = caseload(store, agency)
    save("2")
    assert list(caseload(store, agency).order.numbers) == list(whole.order.numbers), "the number is another's now"
    findings = FindingsList(STANDARD, store.findings_numbered)
    findings.order = whole.order
    findings._lay_out()
    assert findings.listed(0) is None


def test_accepting_all_of_a_rule_goes_beyond_what_is_listed(start: Start, store: Store, agency: AgencyInfo) -> None:
    consented = [one for one in store.episodes(agency) if STANDARD.has_consent(one.episode)][:7]
    with store.write("bob", NOW) as work:
        for one in consented:
            episode = work.get("episode", one.episode_id)
            values = {**episode.values, "PARENT": "Y", "PRNTSTAT": ""}
            work.change("episode", episode.id, values, episode.version)
    start()

    def group() -> Group:
        return next(one for one in groups_of(caseload(store, agency)) if one.key == "74")

    assert group().open_warnings == 7
    with store.write("bob", NOW) as work:
        work.accept(store.findings(agency, rule="74")[2], "known")
    assert group().open_warnings == 6 and group().counted().endswith("1 accepted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings_accept, "AT_ONCE", 2)
        assert accept_all(store, group(), "ann", "74", "all the same", NOW) == 6
    assert group().open_warnings == 0
    assert sorted(one.reason for one in store.acceptances(agency)) == ["all the same"] * 6 + ["known"]
    assert store.verify_audit().whole
