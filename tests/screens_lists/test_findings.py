"""Every finding of the caseload: kept, grouped, filtered, and landed in."""

import pytest

from store.acceptance_shapes import By
from store.opening import Store
from store.shapes import AgencyInfo
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, chosen, command, same_picture
from tests.terminal import Terminal
from tui.screens import findings_accept, findings_groups
from tui.screens.findings_accept import _accept_rule, _open_warnings
from tui.screens.findings_groups import WAYS, Caseload, grouped, identity, matching, read, read_group
from validators.catalogue import load
from validators.engine import Checker
from validators.patterns import Context

STANDARD = load("ndtms-cjit-p")
CHECKER = Checker(STANDARD)
CONTEXT = Context(NOW.date(), "store")


def opened(start: Start, columns: int = 80, rows: int = 24) -> Terminal:
    """The program on this screen."""
    terminal = start(columns, rows)
    command(terminal, "every finding", "in all")
    return terminal


def caseload(store: Store, agency: AgencyInfo) -> Caseload:
    """What the screen reads."""
    return read(store, agency, STANDARD, {})


def test_pictures(start: Start) -> None:
    terminal = opened(start)
    terminal.press("<enter><down>")
    same_picture(terminal, HELP / "findings.screen.txt")
    wide = opened(start, 120, 40)
    wide.press("3<enter><down>")
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
    whole = caseload(store, agency)
    groups = grouped(whole, STANDARD, whole.findings, by)
    assert sum(len(group.findings) for group in groups) == whole.total == len(whole.findings)
    terminal.press(str(WAYS.index(by) + 1))
    assert f"[{WAYS.index(by) + 1} {by}]" in terminal.lines()[1]
    for line, group in zip(terminal.lines()[3:20], groups, strict=False):
        assert group.title[:30] in line and group.counted() in line


def test_enter_lands_in_the_very_field(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    groups = grouped(whole, STANDARD, whole.findings, "rule")
    first = groups[0].findings[0]
    terminal.press("<enter><down><enter>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.4)
    label = STANDARD.by_header[first.field].label
    assert whole.names[first.client_id].split()[0] in terminal.lines()[0]
    assert any(line.startswith(">✗") and label[:12] in line for line in terminal.lines())
    terminal.press("<escape>", 0.5)
    assert "[1 rule]" in terminal.lines()[1]


def test_the_filter_takes_any_words_and_escape_takes_it_away(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    some = matching(whole, STANDARD, "postcode error")
    terminal.press("/postcode error<enter>")
    assert f"{len(some)} of {whole.total}" in terminal.lines()[2]
    assert len(some) > 0 and sum("✗" in line for line in terminal.lines()[3:20]) >= len(some)
    terminal.press("<escape>", 0.4)
    assert f"{whole.total} in all" in terminal.lines()[2]
    terminal.press("<escape>", 0.4)
    assert terminal.lines()[0].strip() == "Clients"


def test_bursts_on_the_list(start: Start) -> None:
    burst = "2/date<enter><down><space>3+<down><down>-<down><enter><down>"
    slow, fast = opened(start), opened(start)
    slow.slowly(burst)
    fast.press(burst)
    assert fast.lines() == slow.lines()


def test_what_is_mended_elsewhere_goes_away(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = opened(start)
    whole = caseload(store, agency)
    one = next(one for one in whole.findings if one.field == "PC")
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
    assert [one for one in caseload(store, agency).findings if "twice" in one.values.values()]
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
        if "No more findings." in said:
            break
        if "Next client: " in said:
            seen.append(said[said.index("Next") :])
    assert len(seen) == len(wanted)
    assert all(f"Next client: {reference}".strip() in said for reference, said in zip(wanted, seen, strict=True))
    for _ in range(12):
        terminal.press("<f7>", 0.4)
        if "Client before: " in terminal.text():
            break
    assert "Client before: " in terminal.text() and in_field(terminal)
    terminal.press("<escape>")
    terminal.until("0 clients")  # back in the list, not in the client before


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
    assert in_field(terminal)
    terminal.press("<escape><f7>")
    terminal.until("F2 Save")
    terminal.until(first.strip())
    terminal.press("<escape><home><f7>")
    terminal.until("No more findings.")


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


@pytest.mark.parametrize("by", WAYS)
def test_of_a_very_large_caseload_every_group_is_counted_and_read_in_full(
    start: Start, store: Store, agency: AgencyInfo, by: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    start()  # checks
    whole = caseload(store, agency)
    wanted = {(one.key, one.count, one.worst, one.counted()) for one in grouped(whole, STANDARD, whole.findings, by)}
    monkeypatch.setattr(findings_groups, "MOST", 3)
    monkeypatch.setattr(findings_groups, "PAGE", 2)
    some = caseload(store, agency)
    assert len(some.findings) < some.total == whole.total
    groups = grouped(some, STANDARD, some.findings, by)
    assert {(one.key, one.count, one.worst, one.counted()) for one in groups} == wanted
    read_in_full = [
        identity(one) for group in groups for one in read_group(store, agency, STANDARD, by, group.key, {})[0]
    ]
    assert sorted(read_in_full) == sorted(identity(one) for one in whole.findings)


def test_accepting_all_of_a_rule_goes_beyond_what_is_listed(start: Start, store: Store, agency: AgencyInfo) -> None:
    consented = [one for one in store.episodes(agency) if STANDARD.has_consent(one.episode)][:7]
    with store.write("bob", NOW) as work:
        for one in consented:
            episode = work.get("episode", one.episode_id)
            values = {**episode.values, "PARENT": "Y", "PRNTSTAT": ""}
            work.change("episode", episode.id, values, episode.version)
    start()
    assert _open_warnings(store, agency, "74") == 7
    with store.write("bob", NOW) as work:
        work.accept(store.findings(agency, rule="74")[2], "known")
    assert _open_warnings(store, agency, "74") == 6
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings_accept, "AT_ONCE", 2)
        assert _accept_rule(store, agency, "ann", "74", "all the same", NOW) == 6
    assert _open_warnings(store, agency, "74") == 0
    assert sorted(one.reason for one in store.acceptances(agency)) == ["all the same"] * 6 + ["known"]
    assert store.verify_audit().whole
