"""Keying clients, episodes and events: a burst gives what slow typing gives, findings are walked, all is kept."""

import pytest

from store.clients import search
from store.facts import ClientQuery, ClientTree, Who
from store.live import drafts
from store.records import agencies, merge, read, save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.stores import ask, do
from tests.terminal import Terminal, keys, split_keys

CLIENT_KEYS = "d<tab>m<tab>300763<tab>1<tab><f4>white<enter>gbr<tab><tab>k77<f2>"
EPISODE_KEYS = "<ctrl+n>eY<tab>sr1 3<tab>A11B<tab><tab>010320<tab><tab>2/3/20<tab>"
EVENT_KEYS = "<ctrl+n>s1 apr 20<tab>y<tab>n<f2>"


def whole(store: Store) -> list[object]:
    """Every client of the store as values, without the ids that were made."""
    agency = ask(store, agencies.one)
    told: list[object] = []
    for row in ask(store, search.page, agency, ClientQuery(), 0, 100):
        tree = ask(store, read.tree, row.id)
        records = [tree.client, *(record for one in tree.episodes for record in (one.episode, *one.events))]
        made = ("CLIENTID", "EPISODID", "SUBMID", "REFERID")
        told.append([{key: text for key, text in each.values.items() if key not in made} for each in records])
    return told


@pytest.mark.slow
def test_a_client_episode_and_event_in_one_burst(store: Store, another_store: Store, start: Start) -> None:
    burst = CLIENT_KEYS + EPISODE_KEYS + "<f2>" + EVENT_KEYS
    fast = start("new")
    fast.send(keys(burst))
    fast.until("Saved: Sub-intervention 1 Apr 2020")
    slow = start("new", path=another_store.path)
    for key in split_keys(burst):
        slow.press(key, 0.08)
    slow.until("Saved: Sub-intervention 1 Apr 2020")
    fast.until_quiet()
    slow.until_quiet()
    form = [[line for line in terminal.lines()[4:20] if "ID" not in line] for terminal in (fast, slow)]
    assert form[0] == form[1]
    assert fast.cursor == slow.cursor
    (first,) = whole(store)
    assert [first] == whole(another_store)
    assert isinstance(first, list)
    assert first[0]["CLIENT"] == "k77"
    assert first[0]["DOB"] == "19630730"
    assert first[1]["TRIAGED"] == "20200302"
    assert first[2] == {"SUBMODDT": "20200401", "RECPEER": "Y", "RECMAID": "N"}


def test_one_save_writes_the_client_the_episode_and_the_event(store: Store, start: Start) -> None:
    terminal = start("new")
    terminal.press(CLIENT_KEYS.removesuffix("<f2>") + EPISODE_KEYS + EVENT_KEYS)
    terminal.until("Saved:")
    (records,) = whole(store)
    assert isinstance(records, list)
    assert len(records) == 3
    assert ask(store, drafts.listed, "ann") == []


def test_findings_are_walked_across_records(store: Store, known: ClientTree, start: Start) -> None:
    episode, client = known.episodes[0].episode, known.client
    with store.writing(Who("somebody", episode.changed_at)) as work:
        save.change(work, "client", client.id, {**client.values, "DOB": "20250101"}, 1)
        save.change(work, "episode", episode.id, {**episode.values, "TRIAGED": "20190101"}, 1)
        event = known.episodes[0].events[0]
        save.change(work, "event", event.id, {**event.values, "SUBMODDT": "20201345"}, 1)
    terminal = start(client.id)
    seen = []
    for _ in range(4):
        terminal.press("<f8>")
        seen.append(current(terminal))
    assert seen[0].startswith("Date of birth")
    assert any(each.startswith("Recovery support date") for each in seen)
    assert any("assessment" in each for each in seen)
    terminal.press("<f7>")
    assert current(terminal) == seen[2]


def test_after_a_save_the_key_that_is_named_leads_to_what_is_still_wrong(
    store: Store, known: ClientTree, start: Start
) -> None:
    client = known.client
    with store.writing(Who("somebody", client.changed_at)) as work:
        save.change(work, "client", client.id, {**client.values, "DOB": "20250101"}, 1)
    terminal = start(client.id)
    terminal.press("<f8>")
    terminal.until("Error: Date of birth")
    terminal.press("32121980<f2>")
    terminal.until("Saved: Client 26964 DM. 1 error to mend: F8.")
    terminal.press("<f8>")
    terminal.until("Error: Date of birth is not a real date")
    assert current(terminal).startswith("Date of birth")
    terminal.press("<tab>2<f2>")
    terminal.until("1 error to mend: F7.")
    terminal.press("<f8>")
    terminal.until("No more findings this way: F7 goes back to those of this client.")
    terminal.press("<f7>")
    terminal.until("Error: Date of birth is not a real date")
    terminal.press("30071963<f2>")
    terminal.until("Saved: Client 26964 DM.")
    terminal.press("<f8>")
    terminal.until("No more findings.")
    assert not terminal.shows("this way")


def current(terminal: Terminal) -> str:
    """The label of the field the form is at."""
    lines = [line for line in terminal.lines() if line.startswith(">") and line[1:2] in " ✗!i·-~"]
    return lines[0][2:].strip()


def test_what_nobody_has_come_to_is_to_do_until_it_is_saved(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>e")
    terminal.until("to do")
    assert not terminal.shows("error")
    terminal.press("<f2>")
    terminal.until("Saved: Episode")
    assert terminal.shows("error")


def test_deleting_asks_and_is_undone(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><ctrl+t><tab>SR1 4<f2>")
    terminal.until("Saved: Episode")
    terminal.press("<ctrl+t><up><delete>")
    terminal.until("What stands under it (2) goes")  # an episode, and the event under that
    terminal.press("<escape><down><down><delete><enter><escape>")
    assert ask(store, read.tree, known.client.id).episodes[0].events
    terminal.press("<delete>d")
    terminal.until("Deleted: Sub-intervention")
    assert not ask(store, read.tree, known.client.id).episodes[0].events
    terminal.press("<ctrl+z>")
    terminal.until("Back again")
    assert ask(store, read.tree, known.client.id).episodes[0].events
    # What was typed and saved before is taken back after it, and that is said, too.
    terminal.press("<ctrl+t><up><ctrl+t><ctrl+z>")
    terminal.until("Postcode taken back.")
    terminal.press("<ctrl+y>")
    terminal.until("Postcode done again.")
    # What comes under a record while the question stands is not deleted with it.
    terminal.press("<ctrl+t><delete>")
    terminal.until("Delete this record?")
    with store.writing(Who("somebody", known.client.changed_at)) as work:
        episode = known.episodes[0].episode.id
        save.create(work, "event", episode, "sub_intervention", {"SUBMODDT": "20200601"})
    terminal.press("d")
    terminal.until("Not deleted")
    assert terminal.shows("from somebody")
    assert len(ask(store, read.tree, known.client.id).episodes[0].events) == 2


def test_a_new_episode_like_the_last_one_marks_what_is_carried(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>l")
    terminal.until("carried over")
    assert not terminal.shows("~Y"), "consent is asked anew"
    assert terminal.shows("~SR1 3")
    terminal.press("<tab><tab>")
    assert not terminal.shows("~SR1 3")
    assert terminal.shows("~A11B")


def test_key_worker_and_note_are_kept_beside_the_episode(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+k>jane<tab>rings on Mondays<enter>")
    terminal.until("key worker jane")
    one = ask(store, read.tree, known.client.id).episodes[0]
    assert (one.key_worker, one.note) == ("jane", "rings on Mondays")
    assert "jane" not in str(dict(one.episode.values))
    # What somebody else changes while the two lines are looked at stays, where nothing is typed over it.
    terminal.press("<ctrl+k>")
    terminal.until("Kept here, never sent")
    do(store, Who("bob", NOW), save.annotate, one.episode.id, key_worker="kim")
    terminal.press("<tab>at noon<enter>")
    terminal.until("key worker kim")
    one = ask(store, read.tree, known.client.id).episodes[0]
    assert (one.key_worker, one.note) == ("kim", "at noon")


def test_a_note_that_somebody_else_wrote_meanwhile_is_not_written_over(
    store: Store, known: ClientTree, start: Start
) -> None:
    one = ask(store, read.tree, known.client.id).episodes[0]
    terminal = start(known.client.id)
    terminal.press("<ctrl+k>")
    terminal.until("Kept here, never sent")
    do(store, Who("bob", NOW), save.annotate, one.episode.id, note="moves in May")
    terminal.press("<tab>rings back<enter>")
    terminal.until("Note by now: moves in May")
    assert terminal.shows("Not kept yet: F2 keeps yours all the same, Esc leaves what stands.")
    assert terminal.shows("rings back"), "what was typed is there still"
    assert ask(store, read.tree, known.client.id).episodes[0].note == "moves in May"
    terminal.press("<f2>")
    terminal.until("Kept with")
    assert ask(store, read.tree, known.client.id).episodes[0].note == "rings back"


def test_a_note_on_what_went_to_another_client_meanwhile_brings_nobody_else_up(
    store: Store, known: ClientTree, start: Start
) -> None:
    agency = ask(store, agencies.one)
    with store.writing(Who("bob", NOW)) as unit:
        other = save.create(unit, "client", agency.id, "", {**known.client.values, "CLIENT": "40001", "FINITIAL": "Q"})
        made = merge.merge(unit, other.id, known.client.id)
    terminal = start(other.id)
    terminal.press("<ctrl+k>")
    terminal.until("Kept here, never sent")
    do(store, Who("bob", NOW), merge.split, made.id)
    terminal.press("<tab>rings back<enter>")
    terminal.until("stands with another client by now")
    assert terminal.shows("rings back"), "what was typed is there still"
    terminal.press("<escape>")
    terminal.until("Client 40001 QM")
    assert ask(store, read.tree, known.client.id).episodes[0].note == ""


def test_ctrl_r_takes_the_value_of_the_record_saved_last(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start("new")
    terminal.send(keys(CLIENT_KEYS))
    terminal.until("Saved: Client")
    terminal.press("<ctrl+n>c")
    terminal.until("New client without")
    terminal.press("<ctrl+r>")
    assert terminal.shows("New client D")


def test_somebody_alike_is_pointed_out_and_shown_beside(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start("new")
    terminal.press("d<tab>m<tab>300763<tab>")
    terminal.until("Known already? 26964 DM")
    terminal.press("<ctrl+f>")
    terminal.until("Side by side: 1 of 1")
    assert terminal.shows("26964")
    terminal.press("<f2>")
    terminal.until("Client 26964 DM, born 30 Jul 1963")
    assert ask(store, drafts.listed, "ann")


def test_two_clients_are_merged_and_split(store: Store, known: ClientTree, start: Start) -> None:
    with store.writing(Who("somebody", known.client.changed_at)) as work:
        other = save.create(
            work, "client", ask(store, agencies.one).id, "", {"FINITIAL": "D", "SINITIAL": "M", "CLIENT": "twin"}
        )
        save.create(work, "episode", other.id, "", {"REFLD": "20200505"})
    terminal = start(known.client.id)
    terminal.press("<ctrl+p>merge<enter>twin<enter>")
    terminal.until("Side by side")
    terminal.press("<f4>m")
    terminal.until("Merged with twin DM")
    assert len(ask(store, read.tree, known.client.id).episodes) == 2
    terminal.press("<ctrl+p>split<enter>s")
    terminal.until("Split: the other client is back")
    assert len(ask(store, read.tree, known.client.id).episodes) == 1
    assert len(ask(store, read.tree, other.id).episodes) == 1


def test_anything_may_be_typed_and_is_kept(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.send("\x1b[200~a\nb\x1b]0;title\x07\u202ec\x1b[201~" + keys("<tab>" + "x" * 300 + "<f2>"))
    terminal.until("Saved: Client")
    values = ask(store, read.tree, known.client.id).client.values
    assert values["FINITIAL"] == "A", "of pasted lines the first is taken"
    assert len(values["SINITIAL"]) == 300


def test_a_terminal_of_forty_by_ten_and_a_resize_in_mid_word(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id, columns=40, rows=10, ready="First init")
    terminal.press("<tab><tab><tab><tab>b")
    terminal.resize(120, 40)
    terminal.until(lambda seen: in_field(seen, "> Ethnicity", "b") and seen.shows("Nothing wrong"))
    terminal.press("<backspace>g<f2>")
    terminal.until("Saved")
    assert ask(store, read.tree, known.client.id).client.values["ETHNIC"] == "G"


def test_what_is_carried_over_stays_marked_after_saving_until_it_is_passed(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+n>l")
    terminal.until("carried over")
    terminal.press("<f2>")
    terminal.until("carried values are not confirmed")
    tree = ask(store, read.tree, known.client.id)
    episode = tree.episodes[1].episode
    assert {"PC", "DAT"} <= episode.unconfirmed
    again = start(known.client.id)
    again.press("<ctrl+t><end>")
    again.until("~SR1 3")
    many = len(episode.unconfirmed)
    # F8 leads to what is carried, and passing it there confirms it at once, with nothing to save.
    again.press("<f8>")
    again.until("is missing (rule 20)")
    again.press("<f8>")
    again.until("is taken over and not confirmed (rule carried)")
    again.press("<tab>")
    again.until(lambda _: len(ask(store, read.tree, known.client.id).episodes[1].episode.unconfirmed) == many - 1)
    assert ask(store, read.tree, known.client.id).episodes[1].episode.version == 1


def test_the_resembling_are_looked_for_also_in_a_saved_client(store: Store, known: ClientTree, start: Start) -> None:
    with store.writing(Who("somebody", known.client.changed_at)) as work:
        twin = {**known.client.values, "CLIENT": "twin", "CLIENTID": "c-2"}
        save.create(work, "client", ask(store, agencies.one).id, "", twin)
    terminal = start(known.client.id)
    terminal.press("<ctrl+f>")
    terminal.until("Side by side: 1 of 1")
    assert terminal.shows("twin")
    # What was looked at is what is decided: somebody puts the other one right meanwhile, to another person.
    with store.writing(Who("somebody", known.client.changed_at)) as work:
        their = read.get(work, "client", search.by_reference(work, ask(store, agencies.one), ["twin"])[0])
        save.change(work, "client", their.id, {**their.values, "DOB": "19720203"}, their.version)
    terminal.press("<f4>")
    terminal.until("One of the two was changed meanwhile")
    assert terminal.shows("3 Feb 1972")
    terminal.press("<f4>o")
    terminal.until("Client twin DM")
    terminal.until_quiet(0.2)
    assert ask(store, read.get, "client", known.client.id).deleted
    # A number of somebody else's is told at its field.
    other = start("new")
    other.press("<tab>" * 7 + "twin")
    other.until("Known already? twin DM: same client reference")


def test_who_is_deleted_or_merged_is_found_and_brought_back(store: Store, known: ClientTree, start: Start) -> None:
    with store.writing(Who("somebody", known.client.changed_at)) as work:
        agency = ask(store, agencies.one).id
        gone = save.create(work, "client", agency, "", {"CLIENT": "gone"})
        save.delete(work, "client", gone.id, 1)
        twin = save.create(work, "client", agency, "", {"CLIENT": "twin"})
        merge.merge(work, known.client.id, twin.id)
    terminal = start("", ready="Find:")
    terminal.press("twin")
    terminal.until("twin is merged into 26964")
    terminal.press("<escape><ctrl+p>deleted and merged<enter>")
    terminal.until("[deleted and merged]")
    assert terminal.shows("merged: 26964") and terminal.shows("DELETED") and terminal.shows("2 clients")
    terminal.press("gone<enter>")
    terminal.until("This client is deleted")
    terminal.press("<ctrl+p>bring back<enter>")
    terminal.until("Back again")
    assert not ask(store, read.get, "client", gone.id).deleted
    merged = start(twin.id)
    merged.until("Merged into client 26964")
    merged.press("<ctrl+p>split<enter>s")
    merged.until("Client twin")
    merged.until(lambda _: not ask(store, read.get, "client", twin.id).deleted)
