"""The list of clients: typed at, filtered, sorted, left and come back to."""

import pytest

from store.clients import search as stored_search
from store.facts import AgencyInfo, ClientQuery, Draft, Filter, Sort, Who
from store.live import drafts
from store.records import agencies, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, chosen, same_picture
from tests.stores import ask, do
from tui.session.wording import SORTS
from validators.records import Values

ORDERS = list(SORTS)


def add(store: Store, values: Values, episode: Values | None = None, person: str = "bob") -> str:
    """Enter a client beside the program."""
    with store.writing(Who(person, NOW)) as work:
        made = save.create(work, "client", ask(store, agencies.one).id, "", values)
        if episode is not None:
            save.create(work, "episode", made.id, "", episode)
    return made.id


def shown(start: Start, text: str) -> list[str]:
    """The references listed after a search."""
    terminal = start()
    terminal.press(text)
    return [line[:6] for line in terminal.lines()[4:22] if line[:6].isdigit()]


def test_pictures(start: Start) -> None:
    same_picture(start(), HELP / "clients.screen.txt")
    same_picture(start(120, 40), PICTURES / "clients-120x40.txt")
    same_picture(start(40, 10), PICTURES / "clients-40x10.txt")


@pytest.mark.parametrize(
    "burst",
    [
        "000012<enter>",
        "zz<backspace><backspace>000007<enter>",
        "op<down><down><up><enter>",
        "<ctrl+e><down><down><enter>",
        "0000<down><down><left><backspace>1<enter>",
        "<ctrl+n>ab<tab>c<tab>",
        "00001<escape>000020<pagedown><enter><tab>q",
    ],
)
def test_a_burst_gives_what_slow_typing_gives(start: Start, burst: str) -> None:
    slow = start()
    slow.slowly(burst)
    slow.until_quiet(0.6)
    wanted = slow.lines()[:22]
    slow.press("<f10>")
    slow.wait()
    fast = start(person="bob")
    fast.press(burst)
    fast.until(lambda terminal: terminal.lines()[:22] == wanted)


def test_search_takes_what_people_have_in_hand(start: Start, store: Store, agency: AgencyInfo) -> None:
    row = next(one for one in ask(store, stored_search.page, agency, ClientQuery(), 0, 60) if one.reference == "000009")
    client = ask(store, read.tree, row.id)
    year, month, day = row.birth_date.split("-")
    searches = [
        row.reference,
        f"{day}/{month}/{year[2:]}",
        f"{day}{month}{year}",
        f"{row.initials} {year}",
        str(client.client.values["CLIENTID"]),
        client.episodes[0].episode.values["EPISODID"],
    ]
    terminal = start()
    for search in searches:
        terminal.press(f"<ctrl+u>{search}")
        assert any(line.startswith("000009") for line in terminal.lines()), search
        assert ask(store, stored_search.count, agency, ClientQuery(search)) < 10


@pytest.mark.parametrize(
    ("key", "name", "label"),
    [
        ("<ctrl+o>", "open", "[^O open]"),
        ("<ctrl+x>", "closed", "[^X closed]"),
        ("<ctrl+e>", "errors", "[^E errors]"),
        ("<ctrl+v>", "no_consent", "[^V no consent]"),
        ("<ctrl+w>", "mine", "[^W mine]"),
        ("<ctrl+d>", "drafts", "[^D drafts]"),
    ],
)
def test_a_filter_is_turned_on_and_off_by_its_key(
    start: Start, store: Store, agency: AgencyInfo, key: str, name: Filter, label: str
) -> None:
    mine = add(store, {"CLIENT": "MINE1", "FINITIAL": "Q"}, person="ann")
    terminal = start()
    do(store, Who("ann", NOW), drafts.save, Draft("client", mine, {"CLIENT": "MINE2"}, 1))
    terminal.press(key)
    many = ask(store, stored_search.count, agency, ClientQuery(filters=frozenset({name}), person="ann"))
    assert 0 < many < 61
    assert f"{many} client" in terminal.lines()[1]
    assert label in terminal.lines()[2]
    terminal.press(key)
    assert "61 clients" in terminal.lines()[1] and "[" not in terminal.lines()[2]


def test_open_and_closed_rule_each_other_out_and_escape_takes_all_away(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+o><ctrl+x>0000")
    assert "[^X closed]" in terminal.lines()[2] and "[^O" not in terminal.lines()[2]
    terminal.press("<escape>")
    assert "[^X closed]" in terminal.lines()[2] and terminal.lines()[1].startswith(" Find:    ")
    terminal.press("<escape>")
    assert "60 clients" in terminal.lines()[1] and "[" not in terminal.lines()[2]


def test_key_workers_are_chosen_by_name(start: Start, store: Store, agency: AgencyInfo) -> None:
    row = ask(store, stored_search.page, agency, ClientQuery(sort="reference"), 20, 1)[0]
    with store.writing(Who("bob", NOW)) as work:
        save.annotate(work, ask(store, read.tree, row.id).episodes[0].episode.id, "Jo Field \x1b[31m")
    terminal = start()
    terminal.press("<ctrl+k>jo<enter>")
    terminal.until("1 client")
    assert row.reference in terminal.text() and "[^K Jo Field" in terminal.lines()[2]
    assert b"\x1b[31m" not in terminal.raw
    terminal.press("<ctrl+k>anyb<enter>")
    terminal.until("60 clients")


@pytest.mark.parametrize("sort", ORDERS[1:])
def test_sorting_by_column_and_round(start: Start, store: Store, agency: AgencyInfo, sort: Sort) -> None:
    terminal = start()
    terminal.press("<home>")
    for _ in range(ORDERS.index(sort)):
        terminal.press("\x1b[1;5C", 0.3)
    terminal.press("<home>")
    turned = sort == "findings"  # those with most come first
    for descending in (turned, not turned):
        rows = ask(store, stored_search.page, agency, ClientQuery(sort=sort, descending=descending), 0, 5)
        listed = [line.split()[0] for line in terminal.lines()[4:9]]
        assert listed == [one.reference or "(none)" for one in rows]
        terminal.press("<ctrl+r><home>")


def test_every_row_can_be_reached(start: Start, store: Store, agency: AgencyInfo) -> None:
    terminal = start()
    terminal.press("<end>")
    rows = ask(store, stored_search.page, agency, ClientQuery(sort="reference"), 0, 60)
    assert len({row.id for row in rows}) == 60
    seen = []
    for _ in rows:
        seen.append(chosen(terminal).split()[0])
        terminal.press("<up>", 0.05)
    assert seen == [row.reference or "(none)" for row in reversed(rows)]


def test_coming_back_keeps_the_place(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+o><pagedown><down><down>")
    before = terminal.lines()
    assert chosen(terminal)
    terminal.press("<enter>")
    terminal.until("F2 Save")
    terminal.press("<escape>", 0.5)
    assert terminal.lines()[1:22] == before[1:22]


def test_a_save_by_others_is_seen_and_the_selection_stays(start: Start, store: Store) -> None:
    terminal = start()
    terminal.press("<pagedown><down>")
    before = chosen(terminal)
    add(store, {"CLIENT": "000000A", "FINITIAL": "N", "SINITIAL": "W"}, {"CONSENT": "Y", "PC": " SR1 3"})
    terminal.until("61 clients")
    terminal.until_quiet(0.5)
    assert chosen(terminal) == before
    terminal.press("000000a")
    terminal.until("2E")


def test_whoever_was_left_is_chosen_still_whatever_others_saved_meanwhile(start: Start, store: Store) -> None:
    """After a second save of theirs the place was kept, and not the client: Escape, Enter opened somebody else."""
    terminal = start()
    terminal.press("<pagedown><down>")
    before = chosen(terminal)
    terminal.press("<enter>")
    terminal.until("F2 Save")
    for number in range(3):
        add(store, {"CLIENT": f"000000{number}", "FINITIAL": "N", "SINITIAL": "W"})
        terminal.until_quiet(1.5)
    terminal.press("<escape>", 0.5)
    terminal.until("63 clients")
    assert chosen(terminal) == before


def test_a_new_client(start: Start) -> None:
    terminal = start()
    terminal.press("<ctrl+n>")
    terminal.until("New client")


def test_hostile_values_never_reach_the_terminal(start: Start, store: Store) -> None:
    add(store, {"CLIENT": "\x1b]0;owned\x07\x1b[2J", "FINITIAL": "\u202e", "DOB": "\x9b31m", "SEX": "\r\n"})
    terminal = start(ready="␛]0;own")
    assert b"\x1b]0;" not in terminal.raw and "\u202e".encode() not in terminal.raw and b"\x9b31m" not in terminal.raw
    terminal.press("\x1b[200~00\x1b[31m\u202e0012\x1b[201~")
    assert b"\x1b[31m" not in terminal.raw and "\u202e".encode() not in terminal.raw


def test_nobody_found_says_what_next(start: Start) -> None:
    terminal = start()
    terminal.press("nosuchclient<enter>")
    assert terminal.shows("Nobody is found by this; Ctrl+N enters a new client.")
    terminal.press("<ctrl+x>")
    assert terminal.shows("Nobody is found by this while the list is filtered by Closed cases.")
    terminal.press("<ctrl+x><f3>000001")
    terminal.until(" 1 client")
    assert terminal.lines()[1].startswith(" Find: 000001 "), "what stood there was selected"


def test_what_was_said_of_a_draft_goes_with_it(start: Start) -> None:
    terminal = start()
    terminal.press("000001<enter>")
    terminal.until("F2 Save")
    terminal.press("zz<escape>")
    terminal.until("kept as a draft")
    terminal.press("<enter>")
    terminal.until("Discard it")
    terminal.press("d")
    terminal.until("Discard it for good")
    terminal.press("x")
    terminal.until("The draft is discarded")
    terminal.press("<escape>")
    terminal.until("Find:")
    terminal.until_quiet(0.3)
    assert not terminal.shows("kept as a draft")
