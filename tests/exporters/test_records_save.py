"""What is keyed is saved with all that belongs to it in one unit of work, or nothing of it is."""

from dataclasses import replace
from datetime import timedelta
from typing import get_type_hints

import pytest

from exporters.records import consent, left_drafts, many, save
from exporters.records.find import records_of
from exporters.records.left_drafts import DraftName
from exporters.records.merging import Pair, merge_as_seen, pair
from exporters.records.save import Save
from exporters.work import Work
from store.facts import AgencyInfo, Draft, NewerVersion, NotedSince, Who
from store.live import drafts, news
from store.records import agencies, field_notes, read, removal
from store.records import save as stored_save
from store.records.consent import ConsentAnswer
from store.store import open_store
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD
from tests.exporters.journeys import Returns
from tests.stores import ask, do, put_back
from tests.validators.builders_smds import WALES, modality, top
from validators.problems import Problem
from validators.records import Values
from validators.standard.catalogue import load

ANN = Who("ann", NOW, "window 1")
BOB = Who("bob", NOW, "window 2")
SECTION = STANDARD.event_sections[0].id
CLIENT: Values = {"FINITIAL": "A", "SINITIAL": "B", "SEX": "1", "CLIENT": "1001"}


@pytest.fixture
def agency(desk: Desk) -> AgencyInfo:
    with desk.store.writing(ANN) as unit:
        return agencies.ensure(unit, "T0123", STANDARD.id)


def new(desk: Desk, agency: AgencyInfo, id: str = "c1") -> save.Saved:
    """Enter a client with an episode."""
    items = [Save("client", id, "", "", CLIENT, 0), Save("episode", f"{id}e", id, "", {"PC": "NE1 4"}, 0)]
    return do(desk.store, ANN, save.records, agency, id, items)


def test_new_records_are_entered_those_above_first_and_told_as_they_stand(desk: Desk, agency: AgencyInfo) -> None:
    saved = new(desk, agency)
    assert [(one.kind, one.id, one.parent_id, one.version) for one in saved.records] == [
        ("client", "c1", agency.id, 1),
        ("episode", "c1e", "c1", 1),
    ]
    assert saved.tree == ask(desk.store, read.tree, "c1", deleted=True)


def test_two_arguments_of_the_save_cannot_be_swapped_unnoticed() -> None:
    hints = get_type_hints(save.records)
    assert len({repr(one) for one in hints.values()}) == len(hints) == 5  # no two of one type, nor the result's


def test_over_a_newer_version_nothing_is_written(desk: Desk, agency: AgencyInfo) -> None:
    saved = new(desk, agency)
    client, episode = saved.records
    do(desk.store, Who("bob", NOW), save.records, agency, "c1", [Save.of(episode)])
    with desk.store.writing(Who("bob", NOW)) as unit:
        save.records(unit, agency, "c1", [Save("episode", "c1e", "c1", "", {"PC": "NE9 9"}, 1)])
    items = [
        Save("client", "c1", "", "", {**client.values, "SEX": "2"}, 1),
        Save("episode", "c1e", "c1", "", {"PC": "X"}, 1),
    ]
    with pytest.raises(NewerVersion) as told:
        do(desk.store, ANN, save.records, agency, "c1", items)
    assert told.value.theirs.values["PC"] == "NE9 9" and told.value.mine.values["PC"] == "X"
    assert ask(desk.store, read.get, "client", "c1").values["SEX"] == "1"


def test_in_a_store_put_back_and_worked_with_a_version_s_number_is_not_taken_for_what_it_was(
    desk: Desk, agency: AgencyInfo
) -> None:
    store, copy = desk.store, desk.folder / "copy.db"
    new(desk, agency)
    store.backup(copy)
    mine = do(store, ANN, save.records, agency, "c1", [Save("client", "c1", "", "", {**CLIENT, "SEX": "2"}, 1)])
    before = news.look(store, None, "window 1", "c1", NOW)
    put_back(store, copy)
    with open_store(store.path, store.key_file, load) as other:
        theirs = [Save("client", "c1", "", "", {**CLIENT, "DOB": "19850314"}, 1)]
        do(other, Who("bob", NOW + timedelta(hours=1)), save.records, agency, "c1", theirs)
    now = news.look(store, before, "window 1", "c1", NOW)
    assert (now.saved, now.act) == (before.saved, before.act) and now.file != before.file, "the watch tells of it"
    stands = mine.records[0]
    item = Save("client", "c1", "", "", {**stands.values, "SINITIAL": "C"}, stands.version, before=stands.values)
    with pytest.raises(NewerVersion) as told:
        do(store, ANN, save.records, agency, "c1", [item])
    assert told.value.theirs.version == stands.version and told.value.theirs.changed_by == "bob"
    again = save.rebased(item, stands.values, told.value.theirs)
    assert again is not None and again.values["DOB"] == "19850314" and again.before == told.value.theirs.values
    assert do(store, ANN, save.records, agency, "c1", [again]).records[0].version == stands.version + 1


def test_a_window_s_save_forgets_its_own_drafts_and_a_command_s_all_of_them(desk: Desk, agency: AgencyInfo) -> None:
    saved = new(desk, agency)
    for session in ("window 1", "window 2"):
        do(desk.store, Who("ann", NOW, session), drafts.save, Draft("client", "c1", {"SEX": "2"}, 1))
    client = saved.records[0]
    do(desk.store, ANN, save.records, agency, "c1", [Save.of(client)])
    assert [one.session for one in ask(desk.store, drafts.listed, "ann")] == ["window 2"]
    do(desk.store, Who("ann", NOW), save.records, agency, "c1", [Save.of(client)])
    assert ask(desk.store, drafts.listed, "ann") == []


def test_deleted_and_brought_back(desk: Desk, agency: AgencyInfo) -> None:
    episode = new(desk, agency).records[1]
    gone = do(desk.store, ANN, save.delete, "c1", Save.of(episode), {})
    assert gone.episodes[0].episode.deleted
    back = do(desk.store, ANN, save.bring_back, "c1", Save.of(gone.episodes[0].episode))
    assert not back.episodes[0].episode.deleted and back.episodes[0].episode.values == episode.values


def test_what_came_under_a_record_since_it_was_looked_at_is_not_deleted_with_it(desk: Desk, agency: AgencyInfo) -> None:
    client, episode = new(desk, agency).records
    new(desk, agency, "c2")
    do(desk.store, Who("bob", NOW), save.merge, keep_id="c1", other_id="c2")
    with pytest.raises(Problem, match="stands what was not so when you looked"):
        do(desk.store, ANN, save.delete, "c1", Save.of(client), {"c1": 1, "c1e": 1})
    do(desk.store, ANN, save.records, agency, "c1", [Save("event", "v", "c1e", SECTION, {"NOTE": "x"}, 0)])
    with pytest.raises(Problem, match="from ann: look again"):
        do(desk.store, ANN, save.delete, "c1", Save.of(episode), {"c1": 1, "c1e": 1, "c2e": 1})
    with pytest.raises(Problem, match="stands with another client by now"):
        do(desk.store, ANN, save.delete, "c2", Save("episode", "c2e", "c2", "", {}, 1), {"c2e": 1})
    do(desk.store, BOB, save.records, agency, "c1", [Save("event", "v", "c1e", SECTION, {"NOTE": "y"}, 1)])
    seen = {"c1": 1, "c1e": 1, "c2e": 1, "v": 1}
    with pytest.raises(Problem, match="from bob: look again"):
        do(desk.store, ANN, save.delete, "c1", Save.of(client), seen)
    assert not any(one.episode.deleted for one in ask(desk.store, read.tree, "c1", deleted=True).episodes)
    assert do(desk.store, ANN, save.delete, "c1", Save.of(client), {**seen, "v": 2}).client.deleted


def test_nothing_is_saved_where_nobody_would_see_it(desk: Desk, agency: AgencyInfo) -> None:
    """Under a client or an episode that somebody deleted meanwhile."""
    client, episode = new(desk, agency).records
    event = Save("event", "v", "c1e", SECTION, {"NOTE": "x"}, 0)
    do(desk.store, Who("bob", NOW), save.delete, "c1", Save.of(client), {"c1e": 1})
    for item in (replace(Save.of(episode), values={"PC": "NE2 1"}), event, Save("episode", "e2", "c1", "", {}, 0)):
        with pytest.raises(NewerVersion, match="The client c1 was deleted by bob"):
            do(desk.store, ANN, save.records, agency, "c1", [item])
    with pytest.raises(Problem, match="The client c1 is deleted: bring it back before changing"):
        do(desk.store, ANN, stored_save.change, "episode", "c1e", {"PC": "NE2 1"}, 1)
    gone = ask(desk.store, read.get, "client", "c1")
    do(desk.store, ANN, save.bring_back, "c1", Save.of(gone))
    do(desk.store, ANN, save.delete, "c1", Save.of(episode), {})
    with pytest.raises(NewerVersion, match="The episode c1e was deleted by ann"):
        do(desk.store, ANN, save.records, agency, "c1", [event])


def test_two_are_made_one_as_they_were_looked_at(desk: Desk, agency: AgencyInfo) -> None:
    """Not where one of them is somebody else by now, has others' episodes, or is to be removed for good."""
    new(desk, agency, "c1")
    two = new(desk, agency, "c2").records[0]
    new(desk, agency, "c3")
    its = (agency, STANDARD)

    def looked() -> Pair:
        return ask(desk.store, pair, *its, keep_id="c1", other_id="c2")

    before = looked()
    do(desk.store, ANN, stored_save.change, "client", "c2", {**two.values, "FINITIAL": "Q", "DOB": "19700101"}, 1)
    with pytest.raises(Problem, match="The client c2 was changed since you looked"):
        do(desk.store, ANN, merge_as_seen, before)
    before = looked()
    do(desk.store, Who("bob", NOW), save.merge, keep_id="c2", other_id="c3")
    with pytest.raises(Problem, match="The client c2 was changed since you looked"):
        do(desk.store, ANN, merge_as_seen, before.turned)
    before = looked()
    asked = do(desk.store, Who("bob", NOW), removal.ask, agency, "c2", "retention")
    for both in (before, before.turned):
        with pytest.raises(Problem, match="bob asked that the client c2 be removed for good"):
            do(desk.store, ANN, merge_as_seen, both)
    do(desk.store, ANN, removal.take_back, asked.id)
    assert len(do(desk.store, ANN, merge_as_seen, looked()).tree.episodes) == 3


def test_the_same_for_many_goes_to_none_where_one_is_not_what_was_seen(desk: Desk, agency: AgencyInfo) -> None:
    new(desk, agency, "c1")
    listed = [ask(desk.store, many.recipient, agency, STANDARD, "1001")]
    given = ([*listed], SECTION, {"NOTE": "x"})
    other = Save("client", "c2", "", "", {**CLIENT, "CLIENT": "1002"}, 0)
    do(desk.store, ANN, save.records, agency, "c2", [other])
    made = do(desk.store, ANN, save.merge, keep_id="c2", other_id="c1")
    with pytest.raises(Problem, match="number 1 on the list is another client's by now"):
        do(desk.store, ANN, many.save, STANDARD, *given)
    do(desk.store, ANN, save.split, made.merge.id)
    do(desk.store, ANN, stored_save.change, "episode", "c1e", {"PC": "NE1 4", "DISD": "20201201"}, 1)
    with pytest.raises(Problem, match="number 1 on the list is closed by now"):
        do(desk.store, ANN, many.save, STANDARD, *given)
    do(desk.store, ANN, stored_save.change, "episode", "c1e", {"PC": "NE1 4"}, 2)
    assert len(do(desk.store, ANN, many.save, STANDARD, *given)) == 1


def test_the_same_for_many_is_numbered_as_the_episode_stands_when_it_is_saved(wales: Returns) -> None:
    """Two who key a TOP for the same client in one list each gave both of them one number."""
    episode = wales.keyed(modality(), top(), CLIENTNO="5")
    listed = [ask(wales.store, many.recipient, wales.agency, WALES, "5")]
    wales.add(episode, top(TOPNO="2"))
    (made,) = do(wales.store, ANN, many.save, WALES, listed, "top", {"TOPDATE": "2026-03-20"})
    assert made.values["TOPNO"] == "3"


def test_key_worker_and_note_each_stay_when_the_other_is_kept(desk: Desk, agency: AgencyInfo) -> None:
    new(desk, agency)
    do(desk.store, ANN, save.annotate, "c1", "c1e", key_worker="Jo")
    tree = do(desk.store, ANN, save.annotate, "c1", "c1e", note="rings back")
    assert (tree.episodes[0].key_worker, tree.episodes[0].note) == ("Jo", "rings back")


def test_neither_is_written_over_by_who_saw_another_one(desk: Desk, agency: AgencyInfo) -> None:
    new(desk, agency)
    do(desk.store, ANN, save.annotate, "c1", "c1e", key_worker="Jo", note="rings back", before=("", ""))
    for given in ({"key_worker": "Kim"}, {"note": "moves"}):
        with pytest.raises(NotedSince, match=r"ann changed the .* meanwhile"):
            do(desk.store, BOB, save.annotate, "c1", "c1e", **given, before=("", ""))
    tree = do(desk.store, BOB, save.annotate, "c1", "c1e", note="moves", before=("", "rings back"))
    assert (tree.episodes[0].key_worker, tree.episodes[0].note) == ("Jo", "moves")
    # Whoever wrote the note is told, not who named another key worker after that.
    do(desk.store, ANN, save.annotate, "c1", "c1e", key_worker="Lee", before=("Jo", "moves"))
    with pytest.raises(NotedSince, match="bob changed the note meanwhile"):
        do(desk.store, ANN, save.annotate, "c1", "c1e", note="stays", before=("Lee", "rings back"))


def test_nothing_is_done_to_an_episode_that_went_to_another_client_since_one_looked(
    desk: Desk, agency: AgencyInfo
) -> None:
    """Who still looks at the one would have the other's record come up under the first one's name."""
    new(desk, agency, "c1")
    new(desk, agency, "c2")
    merged = do(desk.store, ANN, save.merge, keep_id="c1", other_id="c2")
    (theirs,) = [one.episode for one in merged.tree.episodes if one.episode.id == "c2e"]
    gone = do(
        desk.store, ANN, save.delete, "c1", Save.of(theirs), {one.id: one.version for one in records_of(merged.tree)}
    )
    (theirs,) = [one.episode for one in gone.episodes if one.episode.id == "c2e"]
    do(desk.store, BOB, save.split, merged.merge.id)
    before = ask(desk.store, read.tree, "c2", deleted=True)
    work = Work(agency, STANDARD, NOW.date())
    with pytest.raises(Problem, match="stands with another client by now"):
        do(desk.store, ANN, save.bring_back, "c1", Save.of(theirs))
    with pytest.raises(Problem, match="stands with another"):
        do(desk.store, ANN, save.annotate, "c1", "c2e", note="rings back")
    with pytest.raises(Problem, match="stands with another"):
        do(desk.store, ANN, consent.record, work, "c2e", ConsentAnswer("agreed", "2021-01-05", "Kim"), None, "c1")
    with pytest.raises(Problem, match="stands with another"):
        do(desk.store, ANN, field_notes.keep, "client", "c2", "SEX", "asked", before="", client_id="c1")
    assert ask(desk.store, read.tree, "c2", deleted=True) == before
    assert do(desk.store, ANN, save.bring_back, "c2", Save.of(theirs)).client.id == "c2"


def test_two_clients_made_one_and_parted_again(desk: Desk, agency: AgencyInfo) -> None:
    new(desk, agency, "c1")
    new(desk, agency, "c2")
    merged = do(desk.store, ANN, save.merge, keep_id="c1", other_id="c2")
    assert merged.tree.client.id == "c1" and len(merged.tree.episodes) == 2
    assert ask(desk.store, read.get, "client", "c2").deleted
    parted = do(desk.store, ANN, save.split, merged.merge.id)
    assert parted.tree.client.id == "c1" and [one.episode.id for one in parted.tree.episodes] == ["c1e"]
    assert not ask(desk.store, read.get, "client", "c2").deleted


def test_left_drafts_stand_by_client_with_those_of_new_records(desk: Desk, agency: AgencyInfo) -> None:
    new(desk, agency)
    for draft in (
        Draft("client", "c1", {**CLIENT, "SEX": "2"}, 1),
        Draft("episode", "n1", {"PC": "NE1 1"}, 0, parent_id="c1"),
        Draft("client", "n2", {"CLIENT": "2002"}, 0, parent_id=agency.id),
        Draft("episode", "lost", {"PC": "NE1 1"}, 0, parent_id="nowhere"),
    ):
        do(desk.store, ANN, drafts.save, draft)
    later = Who("ann", NOW + timedelta(hours=1), "window 2")
    found = {one.client_id: one for one in ask(desk.store, left_drafts.groups, agency, later)}
    assert {id: [draft.record_id for draft in one.drafts] for id, one in found.items()} == {
        "c1": ["c1", "n1"],
        "n2": ["n2"],
    }
    assert found["c1"].client["SEX"] == "2" and found["n2"].client["CLIENT"] == "2002"
    assert ask(desk.store, left_drafts.groups, agency, Who("bob", NOW)) == []
    do(desk.store, later, left_drafts.take_over, [DraftName("c1", "window 1")])
    own = next(one for one in ask(desk.store, drafts.listed, "ann") if one.record_id == "c1")
    assert own.session == "window 2"
    do(desk.store, later, left_drafts.discard, [DraftName("c1", "window 2"), DraftName("n2", "window 1")])
    assert {one.record_id for one in ask(desk.store, drafts.listed, "ann")} == {"n1", "lost"}


def test_a_draft_that_says_what_is_saved_is_forgotten_at_the_start(desk: Desk, agency: AgencyInfo) -> None:
    client, episode = new(desk, agency).records
    do(desk.store, ANN, drafts.save, Draft("client", "c1", client.values, 1))
    do(desk.store, ANN, drafts.save, Draft("episode", "c1e", {**episode.values, "PC": "Z"}, 1))
    taken = left_drafts.take_in(desk.store, ANN)
    assert taken is not None and taken.drafts == 0
    assert [one.record_id for one in ask(desk.store, drafts.listed, "ann")] == ["c1e"]


def test_events_that_persons_number_are_numbered_on() -> None:
    wales = load("smds-wales")
    assert save.next_number(wales, "top", []) == {"TOPNO": "1"}
    assert save.next_number(wales, "top", [{"TOPNO": "2"}, {"TOPNO": "010"}, {}]) == {"TOPNO": "11"}
    assert save.next_number(wales, "top", [{"TOPNO": "2a"}]) == {}, "nobody knows how these are numbered"
    assert save.next_number(wales, "top", [{"TOPNO": "999999"}]) == {}, "no longer number fits"
    assert save.next_number(wales, "modality", []) == {}
    assert save.next_number(load("ndtms-cjit-p"), "sub_intervention", []) == {}, "the program makes its identifier"
