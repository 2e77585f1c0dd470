"""No older version of a record brings a consent back that somebody took away since, in whichever way it is saved."""

import signal
from collections.abc import Callable
from dataclasses import replace

import pytest

from exporters.records import consent, left_drafts, second_keying
from exporters.records import save as acts
from exporters.records.save import Save
from exporters.records.second_keying import Ruling, Wanted
from exporters.work import Work
from store.disk.user import current_person
from store.facts import ClientTree, Draft, NewerVersion, StoredRecord, Who
from store.live import drafts, offline_drafts
from store.records import agencies, merge, read, save
from store.records.consent import ConsentAnswer, given_back, history
from store.store import Store
from tests.commands.running import call
from tests.screens.conftest import CLIENT, EPISODE, Start, in_field
from tests.screens.program import NOW
from tests.stores import ask, do
from tests.terminal import Terminal
from validators.standard.catalogue import load

ANN, BOB = Who("ann", NOW), Who("bob", NOW)
STANDARD = load("ndtms-cjit-p")
TYPED = {"DRUG1": "7001"}
Way = Callable[[Store, ClientTree, Start], None]


def episode(store: Store, known: ClientTree) -> StoredRecord:
    return ask(store, read.get, "episode", known.episodes[0].episode.id)


def withdraw(store: Store, known: ClientTree) -> None:
    """At another desk the client says no."""
    work = Work(ask(store, agencies.one), STANDARD, NOW.date())
    answer = ConsentAnswer("withdrawn", f"{NOW.date()}", "Bob")
    do(store, BOB, consent.record, work, known.episodes[0].episode.id, answer)


def delete(store: Store, known: ClientTree) -> None:
    now = episode(store, known)
    do(store, BOB, save.delete, "episode", now.id, now.version)


def at_the_episode(start: Start, known: ClientTree) -> Terminal:
    """Something else is typed in the episode, and the field is left."""
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><enter>")
    terminal.until(lambda seen: in_field(seen, "Consent for NDTMS", "Y"))
    terminal.press("<down><down>A12B<tab>")
    return terminal


def two_versions(terminal: Terminal) -> None:
    """All of what is typed here is chosen, and saved."""
    terminal.until("Two versions")
    terminal.press("<f7>")
    terminal.until("Consent for NDTMS is chosen by itself")


def all_yours(store: Store, known: ClientTree, start: Start) -> None:
    terminal = at_the_episode(start, known)
    withdraw(store, known)
    terminal.until("bob saved")
    terminal.press("<f2>")
    two_versions(terminal)
    terminal.press("<f2>")
    terminal.until("Saved: Episode")


def all_yours_of_a_draft(store: Store, known: ClientTree, start: Start) -> None:
    terminal = at_the_episode(start, known)
    terminal.until_quiet(0.5)
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    withdraw(store, known)
    terminal = start(known.client.id, ready="keep it?")
    terminal.press("k")
    two_versions(terminal)
    terminal.press("<f2>")
    terminal.until("Taken as chosen")
    terminal.press("<f2>")
    terminal.until("Saved: Episode")


def all_yours_of_a_draft_that_began_nobody_knows_with_what(store: Store, known: ClientTree, start: Start) -> None:
    was = episode(store, known)
    do(store, ANN, drafts.save, Draft("episode", was.id, {**was.values, **TYPED}, was.version))
    withdraw(store, known)
    terminal = start(known.client.id, ready="keep it?")
    terminal.press("k")
    two_versions(terminal)
    terminal.press("<f2>")
    terminal.until("1 field marked ? still to choose")
    terminal.press("<right><f2>")
    terminal.until("Taken as chosen: 1 yours, 1 as saved")
    terminal.press("<f2>")
    terminal.until("Saved: Episode")


def brought_back_to_be_saved_over(store: Store, known: ClientTree, start: Start) -> None:
    terminal = at_the_episode(start, known)
    withdraw(store, known)
    delete(store, known)
    terminal.until("bob deleted")
    terminal.press("<f2>")
    terminal.until("was deleted by bob")
    terminal.press("b")
    terminal.until("Back again")
    terminal.press("<f2>")
    two_versions(terminal)
    terminal.press("<f2>")
    terminal.until("Saved: Episode")


def used_draft(store: Store, values: dict[str, str], known: ClientTree, *, began: bool) -> tuple[object, ...]:
    """A draft of before the withdrawal, and what says that it is to be used all the same."""
    was = episode(store, known)
    person = Who(current_person(store.path), NOW)
    before = was.values if began else {}
    draft = Draft("episode", was.id, {**was.values, **values}, was.version, began_with=before)
    do(store, person, drafts.save, draft)
    withdraw(store, known)
    options = ("--store", store.path, "--key-file", store.key_file, "--today", NOW.date())
    return ("client", "edit", was.id, "--use-draft", "--anyway", *options)


def draft_used_by_line(store: Store, known: ClientTree, start: Start) -> None:
    assert call(*used_draft(store, TYPED, known, began=True)).code in (0, 1)
    assert episode(store, known).values["DRUG1"] == "7001"


def old_draft_used_by_line(store: Store, known: ClientTree, start: Start) -> None:
    line = used_draft(store, TYPED, known, began=False)
    assert "was saved since by bob as not agreed to, and your draft agrees" in call(*line).sentence
    assert call(*line, "CONSENT=N").code in (0, 1)
    assert episode(store, known).values["DRUG1"] == "7001"


def same_changes_to_what_stands_now(store: Store, known: ClientTree, start: Start) -> None:
    was = episode(store, known)
    item = replace(Save.of(was), values={**was.values, **TYPED})
    withdraw(store, known)
    agency = ask(store, agencies.one)
    with pytest.raises(NewerVersion) as newer:
        do(store, ANN, acts.records, agency, known.client.id, [item])
    again = acts.rebased(item, was.values, newer.value.theirs)
    assert again is not None
    do(store, ANN, acts.records, agency, known.client.id, [again])
    assert episode(store, known).values["DRUG1"] == "7001"


def same_number_of_a_store_that_was_put_back(store: Store, known: ClientTree, start: Start) -> None:
    """The version that the older values were made from has the number of the one that stands."""
    was = episode(store, known)
    withdraw(store, known)
    item = replace(
        Save.of(was), values={**was.values, **TYPED}, version=episode(store, known).version, before=was.values
    )
    with pytest.raises(NewerVersion):
        do(store, ANN, acts.records, ask(store, agencies.one), known.client.id, [item])


def deleted_and_brought_back(store: Store, known: ClientTree, start: Start) -> None:
    withdraw(store, known)
    delete(store, known)
    now = Save.of(episode(store, known))
    do(store, ANN, acts.bring_back, known.client.id, now)


def split_again(store: Store, known: ClientTree, start: Start) -> None:
    with store.writing(ANN) as work:
        agency = agencies.one(work)
        kept = save.create(work, "client", agency.id, "", {**CLIENT, "CLIENTID": "c-2", "CLIENT": "2"})
        done = merge.merge(work, kept.id, known.client.id)
    withdraw(store, known)
    do(store, ANN, merge.split, done.id)


def typing_of_a_store_that_was_away(store: Store, known: ClientTree, start: Start) -> None:
    was = episode(store, known)
    do(store, ANN, drafts.save, Draft("episode", was.id, {**was.values, **TYPED}, was.version, began_with=was.values))
    (kept,) = ask(store, drafts.listed, "ann")
    offline_drafts.keep(store, [kept])
    do(store, ANN, drafts.drop, was.id, "")
    withdraw(store, known)
    offline_drafts.take(store, ANN)
    (group,) = ask(store, left_drafts.groups, ask(store, agencies.one), ANN)
    (back,) = group.drafts
    assert back.is_overtaken and back.began_with["CONSENT"] == "Y"


def second_keying_decided(store: Store, known: ClientTree, start: Start) -> None:
    """A site has consent keyed a second time: the paper said yes, and the client says no since."""
    own = replace(STANDARD, second_keying=(*STANDARD.second_keying, "CONSENT"))
    work = Work(ask(store, agencies.one), own, NOW.date())
    do(store, BOB, second_keying.draw, work, Wanted(NOW.date(), NOW.date(), number=1))
    one = do(store, BOB, second_keying.to_key, work, "bob")
    do(store, BOB, second_keying.key, work, one.id, {**CLIENT, **EPISODE, "CONSENT": "N"})
    withdraw(store, known)
    assert not do(store, BOB, second_keying.decide, work, one.id, Ruling("CONSENT", "first"))


@pytest.mark.parametrize(
    "way",
    [
        all_yours,
        all_yours_of_a_draft,
        all_yours_of_a_draft_that_began_nobody_knows_with_what,
        brought_back_to_be_saved_over,
        draft_used_by_line,
        old_draft_used_by_line,
        same_changes_to_what_stands_now,
        same_number_of_a_store_that_was_put_back,
        deleted_and_brought_back,
        split_again,
        typing_of_a_store_that_was_away,
        second_keying_decided,
    ],
)
def test_what_was_typed_before_brings_no_consent_back(store: Store, known: ClientTree, start: Start, way: Way) -> None:
    way(store, known, start)
    assert episode(store, known).values["CONSENT"] == "N"
    assert ask(store, history, known.episodes[0].episode.id)[-1].state == "withdrawn"


def test_who_chooses_consent_by_itself_gives_it(store: Store, known: ClientTree, start: Start) -> None:
    """It was asked for here and refused at another desk: nothing but its own line decides."""
    now = episode(store, known)
    without = {header: text for header, text in now.values.items() if header != "CONSENT"}
    do(store, BOB, save.change, "episode", now.id, without, now.version)
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><enter>")
    terminal.until("Consent for NDTMS is missing")
    terminal.press("Y<tab>")
    do(store, BOB, save.change, "episode", now.id, {**without, "CONSENT": "N"}, now.version + 1)
    terminal.until("bob saved")
    terminal.press("<f2>")
    terminal.until("Changed by both: 1 to choose.")
    terminal.press("<f7>")
    terminal.until("Consent for NDTMS is chosen by itself")
    terminal.press("<f2>")
    terminal.until("1 field marked ? still to choose")
    terminal.press("<left><f2>")
    terminal.until("Saved: Episode")
    assert episode(store, known).values["CONSENT"] == "Y"


def test_a_consent_is_given_back_only_where_it_was_not_agreed_to() -> None:
    found = [
        (stands, put)
        for stands in ("", "N", "Y", "x")
        for put in ("", "N", "Y", "x")
        if given_back(STANDARD, {"CONSENT": stands}, {"CONSENT": put})
    ]
    assert found == [("", "Y"), ("N", "Y"), ("x", "Y")]
