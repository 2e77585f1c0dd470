"""What was typed and not saved is found where its record stands now, whoever merged, split or deleted meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from exporters.records import left_drafts, save
from exporters.records.left_drafts import DraftGroup, DraftName
from exporters.records.save import Save
from exporters.subject import everything
from exporters.work import Work
from store.clients import rows, search
from store.disk.tables import CLIENTS
from store.facts import AgencyInfo, ClientQuery, Draft, Who
from store.live import drafts, presence
from store.records import agencies, read, removal
from store.snapshot import Snapshot
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD
from tests.stores import ask, do

ANN, BOB = Who("ann", NOW, "window 1"), Who("bob", NOW, "window 9")
AGAIN = Who("ann", NOW + timedelta(days=1), "window 2")
SECTION = STANDARD.event_sections[0].id


@pytest.fixture
def agency(desk: Desk) -> AgencyInfo:
    with desk.store.writing(ANN) as unit:
        agency = agencies.ensure(unit, "T0123", STANDARD.id)
        for id, sex in (("c1", "1"), ("c2", "1")):
            values = {"FINITIAL": "A", "SINITIAL": "B", "SEX": sex, "CLIENT": f"{id}-1001"}
            items = [Save("client", id, "", "", values, 0), Save("episode", f"{id}e", id, "", {"PC": "NE1 4"}, 0)]
            items.append(Save("event", f"{id}v", f"{id}e", SECTION, {"NOTE": id}, 0))
            save.records(unit, agency, id, items)
    return agency


def typing(desk: Desk, who: Who = ANN) -> None:
    """Typed into every kind of record of the second client: those that are stored, and new ones."""
    base = ask(desk.store, read.get, "client", "c2").values
    for draft in (
        Draft("client", "c2", {**base, "SEX": "2", "NATION": "FRA"}, 1, began_with=base),
        Draft("episode", "c2e", {"PC": "SR1 3"}, 1, parent_id="c2", began_with={"PC": "NE1 4"}),
        Draft("event", "c2v", {"NOTE": "more"}, 1, parent_id="c2e", section=SECTION),
        Draft("episode", "new", {"PC": "NE9"}, 0, parent_id="c2"),
        Draft("event", "newer", {"NOTE": "new"}, 0, parent_id="new", section=SECTION),
    ):
        do(desk.store, who, drafts.save, draft)


def groups(desk: Desk, agency: AgencyInfo, who: Who = AGAIN) -> dict[str, DraftGroup]:
    return {one.client_id: one for one in ask(desk.store, left_drafts.groups, agency, who)}


def test_what_was_typed_into_a_merged_client_is_offered_with_the_living_one(desk: Desk, agency: AgencyInfo) -> None:
    typing(desk)
    merged = do(desk.store, BOB, save.merge, keep_id="c1", other_id="c2")
    (found,) = groups(desk, agency).values()
    assert found.client_id == "c1"
    assert [(one.person, one.records) for one in ask(desk.store, left_drafts.in_client, "c1")] == [("ann", 5)]
    assert [one.record_id for one in found.drafts if one.kind == "client"] == ["c1"]
    assert {one.record_id for one in found.drafts} == {"c1", "c2e", "c2v", "new", "newer"}
    assert {one.record_id: one.parent_id for one in found.drafts if one.kind == "episode"} == {"c2e": "c1", "new": "c1"}
    own = found.drafts[0]
    # Only what was typed; what the two clients differ in besides stays as the one who is kept has it.
    assert (own.fields, own.is_overtaken) == (2, False)
    assert (own.values["SEX"], own.values["NATION"], own.values["CLIENT"]) == ("2", "FRA", "c1-1001")
    rows = ask(desk.store, search.page, agency, ClientQuery(filters=frozenset({"drafts"}), person="ann"), 0, 9)
    assert [one.id for one in rows] == ["c1"]
    # A split takes it back to whom it was typed into.
    do(desk.store, BOB, save.split, merged.merge.id)
    (back,) = groups(desk, agency).values()
    assert back.client_id == "c2" and back.drafts[0].record_id == "c2" and not back.drafts[0].kept_under


def test_kept_it_is_a_draft_of_the_living_client_and_writes_over_no_other_one(desk: Desk, agency: AgencyInfo) -> None:
    do(desk.store, Who("ann", NOW - timedelta(days=1), "window 2"), drafts.save, Draft("client", "c1", {"SEX": "9"}, 1))
    typing(desk)
    do(desk.store, BOB, save.merge, keep_id="c1", other_id="c2")
    found = groups(desk, agency)["c1"]
    assert found.drafts[0].values["SEX"] == "2" and found.older == 1  # the latest first
    do(desk.store, AGAIN, left_drafts.keep, found.drafts)
    left = [one for one in ask(desk.store, drafts.listed, "ann") if one.kind == "client"]
    assert {(one.record_id, one.values.get("SEX")) for one in left} == {("c1", "2"), ("c1", "9")}  # nothing is lost
    assert next(one for one in left if one.session == "window 2").values["SEX"] == "2"


def test_what_another_window_typed_on_while_the_question_stood_is_not_kept_or_discarded_as_it_was(
    desk: Desk, agency: AgencyInfo
) -> None:
    typing(desk)
    found = groups(desk, agency)["c2"]
    (one,) = [each for each in found.drafts if each.kind == "client"]
    later = Who("ann", NOW + timedelta(minutes=5), one.session)
    do(desk.store, later, drafts.save, replace(one.as_draft(), values={**one.values, "SEX": "9"}))
    for act in (left_drafts.keep, left_drafts.discard_offered):
        with pytest.raises(left_drafts.TypedOn, match="another window of yours went on"):
            do(desk.store, AGAIN, act, found.drafts)
    (stands,) = [each for each in ask(desk.store, drafts.listed, "ann") if each.record_id == "c2"]
    assert (stands.session, stands.values["SEX"]) == (one.session, "9")
    do(desk.store, AGAIN, left_drafts.discard_offered, groups(desk, agency)["c2"].drafts)
    assert "c2" not in groups(desk, agency)


def test_discarded_it_is_gone_where_it_was_kept(desk: Desk, agency: AgencyInfo) -> None:
    typing(desk)
    do(desk.store, BOB, save.merge, keep_id="c1", other_id="c2")
    found = groups(desk, agency)["c1"]
    do(desk.store, AGAIN, left_drafts.discard, [DraftName(*one.name) for one in found.drafts])
    assert ask(desk.store, drafts.listed, "ann") == []


def test_merged_on_and_on_it_follows(desk: Desk, agency: AgencyInfo) -> None:
    typing(desk)
    items = [Save("client", "c3", "", "", {"SEX": "1", "CLIENT": "c3"}, 0)]
    do(desk.store, BOB, save.records, agency, "c3", items)
    do(desk.store, BOB, save.merge, keep_id="c1", other_id="c2")
    do(desk.store, BOB, save.merge, keep_id="c3", other_id="c1")
    assert list(groups(desk, agency)) == ["c3"]


def test_deleted_and_brought_back_it_is_still_there(desk: Desk, agency: AgencyInfo) -> None:
    typing(desk)
    client = ask(desk.store, read.get, "client", "c2")
    gone = do(desk.store, BOB, save.delete, "c2", Save.of(client), {"c2e": 1, "c2v": 1})
    assert {one.record_id for one in groups(desk, agency)["c2"].drafts} == {"c2", "c2e", "c2v", "new", "newer"}
    do(desk.store, BOB, save.bring_back, "c2", Save.of(gone.client))
    assert groups(desk, agency)["c2"].drafts[0].is_overtaken


def test_everybodys_typing_in_a_client_is_told(desk: Desk, agency: AgencyInfo) -> None:
    typing(desk)
    do(desk.store, BOB, drafts.save, Draft("episode", "c2e", {"PC": "X"}, 1, parent_id="c2"))
    told = ask(desk.store, left_drafts.in_client, "c2")
    assert {one.person: one.records for one in told} == {"ann": 5, "bob": 1}
    assert {one.person: one.records for one in ask(desk.store, left_drafts.in_client, "c2", "c2e")} == {
        "ann": 2,
        "bob": 1,
    }
    assert ask(desk.store, left_drafts.in_client, "c1") == []


def test_what_is_typed_in_what_another_client_had_for_a_while_is_nobody_elses(desk: Desk, agency: AgencyInfo) -> None:
    """Typed in while two were one, parted since: the draft bears the id of the one it stood under then."""
    store = desk.store
    made = do(store, ANN, save.merge, keep_id="c1", other_id="c2").merge
    theirs = ask(store, read.get, "episode", "c2e")
    draft = Draft("episode", "c2e", {**theirs.values, "UTLA": "SECRET"}, theirs.version, theirs.parent_id)
    do(store, ANN, drafts.save, draft)
    do(store, BOB, save.split, made.id)
    work = Work(agency, STANDARD, NOW.date())
    told = {id: repr(ask(store, everything.everything, work, id, "bob", NOW).unsaved) for id in ("c1", "c2")}
    assert "SECRET" not in told["c1"] and "SECRET" in told["c2"]
    numbers = {id: n for n, id in ask(store, _numbers)}
    assert ask(store, _drafted, "ann") == {numbers["c2"]}
    asked = do(store, BOB, removal.ask, agency, "c1", "withdrawal")
    trees = [ask(store, read.tree, "c1", deleted=True)]
    do(store, BOB, removal.erase, asked.id, trees, lambda agency, text: False, (), {})
    assert list(groups(desk, agency)) == ["c2"]
    drafts.keep(store, ANN, draft)
    (kept,) = ask(store, drafts.listed)
    assert kept.values["UTLA"] == "SECRET"


def _numbers(snapshot: Snapshot) -> list[tuple[int, str]]:
    return [(row.number, row.id) for row in snapshot.connection.execute(select(CLIENTS.c.number, CLIENTS.c.id))]


def _drafted(snapshot: Snapshot, person: str) -> set[int]:
    return rows.with_drafts(snapshot.connection, person)


def test_nobody_is_told_that_all_is_saved_while_another_window_has_more(desk: Desk, agency: AgencyInfo) -> None:
    """Month end counts that draft, and a list said of the same moment that everything is saved."""
    typing(desk)
    do(desk.store, ANN, presence.enter, "client", "c2")
    now = Who("ann", NOW, "window 2")
    assert ask(desk.store, left_drafts.groups, agency, now) == []
    assert ask(desk.store, left_drafts.none_told, agency, now).startswith("5 drafts of yours not saved, in another")
    assert ask(desk.store, left_drafts.none_told, agency, BOB) == "Everything you typed is saved."
    # As in a store that was put back to before the client was entered.
    do(desk.store, BOB, drafts.save, Draft("episode", "e9", {"PC": "NE1 4"}, 0, parent_id="nobody"))
    assert not ask(desk.store, left_drafts.groups, agency, BOB)
    assert ask(desk.store, left_drafts.none_told, agency, BOB).startswith("1 draft of yours cannot be opened")
