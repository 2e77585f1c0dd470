"""One event for a room full of clients: keyed once, each client seen before it counts, saved and taken back as one."""

import os
import signal

import pytest

from store.facts import ClientTree, Who
from store.live import drafts
from store.records import agencies, read, save
from store.store import Store
from tests.screens.conftest import CLIENT, EPISODE, Start
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, same_picture
from tests.stores import ask
from tests.terminal import Terminal, split_keys

MOST_KEYS = 100
NUMBER = 12
ROUND = "t<enter>" + "<enter>" * 2 + "y<enter>" + "<ctrl+e><ctrl+t>"


@pytest.fixture
def clients(store: Store) -> list[str]:
    """Twelve clients with an open episode, one whose episode is closed, one without any; their ids."""
    ids = []
    agency = ask(store, agencies.one)
    with store.writing(Who("somebody", NOW)) as work:
        for number in range(1, NUMBER + 3):
            known = {**CLIENT, "CLIENTID": f"c-{number}", "CLIENT": f"{number:06}", "FINITIAL": chr(64 + number)}
            client = save.create(work, "client", agency.id, "", known)
            ids.append(client.id)
            if number <= NUMBER:
                save.create(work, "episode", client.id, "", {**EPISODE, "EPISODID": f"e-{number}"})
        closed = {**EPISODE, "EPISODID": "e-13", "DISD": "20201201", "CJDISRSN": "01"}
        save.create(work, "episode", ids[NUMBER], "", closed)
    return ids


def opened(start: Start) -> Terminal:
    """The screen, from the palette."""
    terminal = start(ready="Find:")
    terminal.press("<ctrl+p>")
    terminal.until("Command")
    terminal.press("same for many<enter>")
    terminal.until("Same for many: Sub-intervention")
    return terminal


def events(store: Store, client: str) -> list[dict[str, str]]:
    """What stands in the client's events, without the ids that were made."""
    tree: ClientTree = ask(store, read.tree, client)
    return [
        {header: text for header, text in event.values.items() if header != "SUBMID"}
        for one in tree.episodes
        for event in one.events
    ]


def test_twelve_clients_of_a_day_clinic_take_at_most_a_hundred_keys(
    store: Store, clients: list[str], start: Start
) -> None:
    terminal = opened(start)
    typed = ROUND + "".join(f"{number:06}<enter>" for number in range(1, NUMBER + 1)) + "<f2>"
    assert len(split_keys(typed)) <= MOST_KEYS
    terminal.press(typed)
    terminal.until("Saved: Sub-intervention for 12 clients. Ctrl+Z takes all of them back.")
    for client in clients[:NUMBER]:
        (event,) = events(store, client)
        assert (event["SUBMODDT"], event["RECFMSP"], event["RECPEER"]) == ("20201215", "Y", "N")
        assert len(event) == 15
    assert ask(store, drafts.listed, "ann") == []
    terminal.press("<ctrl+z>")
    terminal.until("Taken back: 12 records deleted.")
    assert all(events(store, client) == [] for client in clients)


def test_who_it_is_is_seen_and_who_cannot_have_it_is_refused(store: Store, clients: list[str], start: Start) -> None:
    terminal = opened(start)
    terminal.press("1/2/20<enter><ctrl+t>1<enter>")
    terminal.until("000001 AM")
    assert terminal.shows("30 Jul 1963")
    assert terminal.shows("episode of 1 Mar 2020")
    terminal.until("1 client on the list; nothing is saved yet.")
    for reference, sentence in [
        ("000001", "This client is on the list already."),
        ("000013", "This client has no open episode"),
        ("000014", "This client has no open episode"),
        ("000099", "Nobody here has this client reference"),
    ]:
        terminal.press(f"<ctrl+u>{reference}<enter>")
        terminal.until(sentence)
    terminal.press("<ctrl+u>000098<enter>000013<enter>000003<enter><f2>")
    terminal.until("Not on the list: 000098, 000013; F2 again saves the others.")
    assert [events(store, client) for client in clients] == [[]] * len(clients), "nobody is missed unseen"
    terminal.press("<f2>")
    terminal.until("Saved: Sub-intervention for 2 clients.")


def test_a_lost_line_loses_nobody_on_the_list(store: Store, clients: list[str], start: Start) -> None:
    terminal = opened(start)
    terminal.press(ROUND + "2<enter>3<enter>")
    terminal.until("2 clients on the list")
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.wait()
    kept = ask(store, drafts.listed, "ann")
    assert sorted(one.kind for one in kept) == ["event", "event"]
    assert {one.values["RECFMSP"] for one in kept} == {"Y"}
    again = start(ready="Typed here, not saved: 2 clients")
    again.press("<ctrl+p>unsaved typing<enter>")
    again.until("Typed and not saved")
    again.until("000002 BM")
    assert again.shows("000002 BM") and again.shows("000003 CM")


def test_one_is_taken_off_and_has_no_draft(store: Store, clients: list[str], start: Start) -> None:
    terminal = opened(start)
    terminal.press(ROUND + "2<enter>3<enter><up><ctrl+d>")
    terminal.until("Taken off: 000002 BM.")
    terminal.until("1 client on the list")
    terminal.press("<f2>")
    terminal.until("Saved: Sub-intervention for 1 client.")
    assert events(store, clients[1]) == []
    assert len(events(store, clients[2])) == 1
    assert ask(store, drafts.listed, "ann") == []


def test_a_picture(store: Store, clients: list[str], start: Start) -> None:
    terminal = opened(start)
    terminal.press(ROUND + "2<enter>3<enter>")
    terminal.until("2 clients on the list")
    terminal.until("On the list: 000003 CM.")
    terminal.until_quiet(0.3)
    same_picture(terminal, HELP / "many.screen.txt")
