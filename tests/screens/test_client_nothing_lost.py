"""Nothing typed is lost: killed programs, dropped lines, two people in a record, a store that is locked or away."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from store.facts import ClientTree, Draft, Kind, StoredRecord, Who
from store.live import drafts, presence
from store.records import agencies, read, save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.stores import ask, do, locked
from tests.terminal import keys


def typed(store: Store, id: str, person: str = "ann") -> dict[str, str]:
    """What stands in a person's draft of a record."""
    draft = ask(store, drafts.one, person, id)
    return dict(draft.values) if draft is not None else {}


def test_a_killed_program_leaves_the_draft_and_offers_it(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab><tab>010170<tab>2")
    terminal.until(lambda _: typed(store, known.client.id).get("SEX") == "2")
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    again = start(known.client.id, ready="keep it?")
    assert again.shows("Draft from 14:02, 2 fields: keep it?")
    assert again.shows("Nobody has saved the record since")
    again.press("k")
    again.until("1 Jan 1970")
    assert ask(store, read.get, "client", known.client.id).values["SEX"] == "1"
    again.press("<f2>")
    again.until("Saved")
    assert ask(store, read.get, "client", known.client.id).values["SEX"] == "2"
    assert ask(store, drafts.listed, "ann") == []


def test_leaving_a_field_writes_it_at_once(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("X<tab>")
    terminal.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_in_mid_word_writes_every_character(
    store: Store, known: ClientTree, start: Start, number: signal.Signals
) -> None:
    terminal = start(known.client.id)
    terminal.send(keys("<tab><tab><tab><tab><tab><tab><tab>halfawo"))
    terminal.until("halfawo")
    terminal.signal(number)
    assert terminal.wait() == 128 + number
    assert typed(store, known.client.id)["CLIENT"] == "halfawo"


def test_a_dropped_line_writes_every_character(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.send("zz")
    terminal.until(lambda seen: in_field(seen, "First initial", "zz"))
    master, terminal.fd = terminal.fd, os.open("/dev/null", os.O_RDWR)
    os.close(master)
    terminal.wait()
    assert typed(store, known.client.id)["FINITIAL"] == "zz"


def test_the_draft_of_a_new_client_with_episode_comes_back(store: Store, start: Start) -> None:
    terminal = start("new")
    terminal.press("q<tab>r<tab><ctrl+n>eY<tab>sr1")
    terminal.until(lambda _: len(ask(store, drafts.listed, "ann")) == 2)
    terminal.until(lambda _: any(draft.values.get("PC") == "sr1" for draft in ask(store, drafts.listed, "ann")))
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    client = next(draft.record_id for draft in ask(store, drafts.listed, "ann") if draft.kind == "client")
    again = start(client, ready="keep it?")
    again.press("k<f2>")
    again.until("Saved: Client QR, Episode")
    assert ask(store, drafts.listed, "ann") == []
    assert ask(store, read.tree, client).episodes[0].episode.values["CONSENT"] == "Y"


def test_escape_keeps_the_draft_and_discarding_asks(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("X<tab><escape>", 0.5)
    assert typed(store, known.client.id)["FINITIAL"] == "X"
    again = start(known.client.id, ready="keep it?")
    # Twice, and not with Enter: a key typed ahead of the question must not throw anything away.
    again.press("d")
    again.until("gone for good")
    again.press("<enter>")
    again.until("keep it?")
    again.press("d")
    again.until("gone for good")
    again.press("x")
    again.until("discarded")
    again.until(lambda _: ask(store, drafts.listed, "ann") == [])
    again.until("Client 26964 DM")


def other_saves(store: Store, record: StoredRecord, **values: str) -> None:
    """Somebody else saves a record."""
    kind: Kind = record.kind
    with store.writing(Who("bob", NOW + timedelta(minutes=3))) as work:
        now = read.get(work, kind, record.id)
        save.change(work, kind, record.id, {**now.values, **values}, now.version)


def test_a_save_over_a_newer_version_shows_both(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("X<tab>")
    other_saves(store, known.client, FINITIAL="B", ETHNIC="K")
    terminal.until("bob saved Client 26964")
    terminal.press("<f2>")
    terminal.until("2 fields differ")
    assert terminal.shows("Saved by bob at 14:05")
    terminal.press("<f2>")
    assert terminal.shows("still to choose")
    assert ask(store, read.get, "client", known.client.id).values["FINITIAL"] == "B"
    terminal.press("<left><f2>")
    terminal.until("Saved: Client")
    values = ask(store, read.get, "client", known.client.id).values
    assert (values["FINITIAL"], values["ETHNIC"]) == ("X", "K")


def test_what_others_save_is_shown_at_once_and_the_field_is_kept(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab><tab><tab>")
    other_saves(store, known.client, CLIENT="renamed")
    terminal.until("Client renamed DM")
    assert terminal.shows("> Sex at birth")
    assert terminal.shows("bob saved this client")


def test_a_draft_that_was_overtaken_is_chosen_from_field_by_field(
    store: Store, known: ClientTree, start: Start
) -> None:
    do(store, Who("ann", NOW), drafts.save, Draft("client", known.client.id, {**known.client.values, "SEX": "2"}, 1))
    other_saves(store, known.client, ETHNIC="K")
    terminal = start(known.client.id, ready="keep it?")
    assert terminal.shows("bob saved this record since")
    terminal.press("k")
    terminal.until("2 fields differ")
    terminal.press("<left><down><right><f2>")
    terminal.until("Taken as chosen")
    terminal.press("<f2>")
    terminal.until("Saved: Client")
    values = ask(store, read.get, "client", known.client.id).values
    assert (values["SEX"], values["ETHNIC"]) == ("2", "K")


def test_a_record_that_somebody_deleted_is_brought_back_to_save(store: Store, known: ClientTree, start: Start) -> None:
    event = known.episodes[0].events[0]
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><down><enter>050420<tab>")
    with store.writing(Who("bob", NOW)) as work:
        save.delete(work, "event", event.id, 1)
    terminal.press("<f2>")
    terminal.until("was deleted by bob")
    terminal.press("b")
    terminal.until("Back again")
    terminal.press("<f2>")
    terminal.until("Saved: Sub-intervention 5 Apr 2020")
    assert ask(store, read.get, "event", event.id).values["SUBMODDT"] == "20200405"


def test_who_else_is_in_the_record_is_told(store: Store, known: ClientTree, start: Start) -> None:
    start(known.client.id, "bob").until_quiet()
    second = start(known.client.id)
    assert second.shows("bob since 14:02 in this record")
    second.until("bob has this record (the client's own record) open since 14:02;")


def test_who_is_in_another_record_of_the_client_is_told_with_that_record(
    store: Store, known: ClientTree, start: Start
) -> None:
    episode, event = known.episodes[0].episode, known.episodes[0].events[0]

    def both_in(*records: str) -> None:
        first.until(
            lambda _: (
                {one.record_id for one in ask(store, presence.others, "client", known.client.id, "", NOW)} == {*records}
            )
        )

    first = start(known.client.id, "bob")
    first.press("<ctrl+t><down>")
    both_in(episode.id)
    second = start(known.client.id)
    both_in(episode.id, known.client.id)
    second.until("bob has Episode 1 Mar 2020 of this client open since 14:02.")
    assert second.shows("bob since 14:02 in Episode 1 Mar 2020")
    first.until("ann has come to this client: the client's own record.")
    first.press("<down>")
    second.until("bob since 14:02 in Sub-intervention 1 Apr")
    second.press("<ctrl+t><down><down>")
    second.until("bob has this record (Sub-intervention 1 Apr 2020) open since 14:02")
    both_in(event.id)
    first.until("ann has come to this record; whoever saves second is shown both.")
    first.press("<up><up>")
    second.until("bob since 14:02 in the client's own record")
    first.press("<escape>")
    second.until(lambda seen: " since 14:02" not in seen.lines()[0])


def test_who_walks_along_the_tree_is_told_in_the_record_he_stays_in(
    store: Store, known: ClientTree, start: Start
) -> None:
    first, second = start(known.client.id, "bob"), start(known.client.id)
    first.until("ann has come to this record")
    first.press("<ctrl+t><down><up><down><up>")
    first.until_quiet(0.8)
    (one,) = ask(store, presence.others, "client", known.client.id, _session_of(store, known, "ann"), NOW)
    assert (one.person, one.record_id) == ("bob", known.client.id)
    before = len(second.raw)
    second.silence(2.0)
    assert len(second.raw) == before, "nothing is sent while nobody moves"


def test_who_was_asleep_is_in_the_record_again_and_told_what_happened(
    store: Store, known: ClientTree, start: Start, tmp_path: Path
) -> None:
    clock = tmp_path / "now"
    clock.write_text("2020-12-15T14:02:00+00:00")
    ann = start(known.client.id, KEYWORK_TEST_CLOCK=str(clock))
    ann.press("X<tab>")
    ann.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")
    ann.signal(signal.SIGSTOP)
    clock.write_text("2020-12-15T14:12:00+00:00")
    bob = start(known.client.id, "bob", KEYWORK_TEST_CLOCK=str(clock))
    assert not bob.shows("ann"), "she has not been heard of for ten minutes"
    bob.press("<tab><tab><tab><tab>K<f2>")
    bob.until("Saved: Client")
    ann.signal(signal.SIGCONT)
    ann.until("bob since 14:12 in this record")
    ann.until("bob saved Client 26964")
    bob.until("ann has come to this record; whoever saves second is shown both.")
    bob.until("ann since 14:12 in this record")
    ann.press("<f2>")
    ann.until("Saved by bob at 14:12")


def test_who_was_asleep_in_a_record_below_comes_back_to_that_one(
    store: Store, known: ClientTree, start: Start, tmp_path: Path
) -> None:
    clock = tmp_path / "now"
    clock.write_text("2020-12-15T14:02:00+00:00")
    ann = start(known.client.id, KEYWORK_TEST_CLOCK=str(clock))
    ann.press("<ctrl+t><down>")
    ann.until(
        lambda _: [one.kind for one in ask(store, presence.others, "client", known.client.id, "", NOW)] == ["episode"]
    )
    ann.signal(signal.SIGSTOP)
    clock.write_text("2020-12-15T14:12:00+00:00")
    bob = start(known.client.id, "bob", KEYWORK_TEST_CLOCK=str(clock))
    ann.signal(signal.SIGCONT)
    ann.until("bob has come to this client: the client's own record.")
    bob.until("ann has come to this client: Episode 1 Mar 2020.")
    bob.press("<escape>")
    ann.until(lambda seen: "bob" not in seen.lines()[0])


def _session_of(store: Store, known: ClientTree, person: str) -> str:
    every = ask(store, presence.others, "client", known.client.id, "", NOW)
    return next(one.session for one in every if one.person == person)


def test_a_locked_store_is_waited_for_and_typing_goes_on(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked(store):
        terminal.press("X<tab>")
        terminal.until("is locked")
        terminal.press("Y<tab>")
        assert in_field(terminal, "Surname initial", "Y")
    terminal.until(lambda _: typed(store, known.client.id).get("SINITIAL") == "Y")
    terminal.until("what you typed is written")


def test_a_save_in_a_locked_store_is_done_when_it_is_free(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked(store):
        terminal.press("X<tab><f2>")
        terminal.until("Not saved yet")
        terminal.press("Y")
        terminal.until(lambda seen: in_field(seen, "Surname initial", "Y"))
    terminal.until("Saved: Client")
    assert ask(store, read.get, "client", known.client.id).values["FINITIAL"] == "X"
    terminal.until(lambda _: typed(store, known.client.id).get("SINITIAL") == "Y")


def test_a_save_lets_the_keys_go_while_the_store_is_busy(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked(store):
        terminal.send(keys("X<tab><f2>Y<tab>"))
        terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Not saved yet"))
        terminal.until(lambda seen: in_field(seen, "Surname initial", "Y"))
        terminal.send(keys("<shift+tab>Z<f2>"))
        terminal.until(lambda seen: in_field(seen, "Surname initial", "Z"))
    terminal.until(lambda _: ask(store, read.get, "client", known.client.id).values["SINITIAL"] == "Z")
    assert ask(store, read.get, "client", known.client.id).values["FINITIAL"] == "X"
    terminal.until("Saved: Client")
    assert not terminal.shows("chosen"), "nobody else has saved it: there is nothing to choose"
    terminal.until(lambda _: ask(store, drafts.listed) == [])


def test_leaving_the_client_while_a_save_waits_for_the_store(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    with locked(store):
        terminal.send(keys("X<tab><f2>"))
        terminal.until(lambda seen: seen.shows("saving goes on") or seen.shows("Not saved yet"))
        terminal.press("<escape>")
        terminal.until("1 client")
    terminal.until(lambda _: ask(store, read.get, "client", known.client.id).values["FINITIAL"] == "X")
    terminal.press("<enter>")
    terminal.until("Client 26964 XM")
    assert in_field(terminal, "Consent for NDTMS", "Y"), "a client opens at the episode at hand"


def test_a_store_that_goes_away_is_said_and_comes_back(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    away = store.path.with_name("away.db")
    store.path.rename(away)
    terminal.until("Typing goes on")
    terminal.press("X<tab>")
    assert in_field(terminal, "First initial", "X")
    away.rename(store.path)
    terminal.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")


def test_the_next_start_says_what_was_typed_and_opens_nothing_by_itself(
    store: Store, known: ClientTree, start: Start
) -> None:
    do(store, Who("ann", NOW), drafts.save, Draft("client", known.client.id, {**known.client.values, "SEX": "2"}, 1))
    # Said, and not opened over what one is on: keys that are meant for that answer no question.
    terminal = start(ready="Typed here, not saved: 1 client (d).", KEYWORK_TEST_START="month")
    terminal.press("<f3>k1006<enter>")
    terminal.until("Nobody")
    assert typed(store, known.client.id) == {**known.client.values, "SEX": "2"}
    terminal.press("<escape><escape>d")
    terminal.until("Typed and not saved")
    terminal.press("<enter>")
    terminal.until("Draft from 14:02, 1 field: keep it?")
    terminal.press("<escape>")
    terminal.until("The draft waits")


def test_several_drafts_are_listed(store: Store, known: ClientTree, start: Start) -> None:
    do(store, Who("ann", NOW), drafts.save, Draft("client", known.client.id, {**known.client.values, "SEX": "2"}, 1))
    do(
        store,
        Who("ann", NOW),
        drafts.save,
        Draft("client", "new-one", {"FINITIAL": "Q"}, 0, parent_id=ask(store, agencies.one).id),
    )
    do(
        store,
        Who("bob", NOW),
        drafts.save,
        Draft("client", "not-mine", {"FINITIAL": "R"}, 0, parent_id=ask(store, agencies.one).id),
    )
    terminal = start(ready="Typed here, not saved: 2 clients ('Unsaved typing' in the palette).")
    terminal.press("<ctrl+p>unsaved typing<enter>")
    terminal.until("26964 DM")
    assert terminal.shows("Q  ")
    assert not terminal.shows("R  ")
    terminal.press("26964<enter>")
    terminal.until("keep it?")
