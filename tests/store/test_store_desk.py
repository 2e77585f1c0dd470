"""What else the screens question: trees, findings, who is where, drafts, merges, resemblances, habits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from store.disk import sqlite
from store.disk.keys import read_or_make_key
from store.facts import AgencyInfo, ClientQuery, FindingCount, Kind, StoredRecord
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, STANDARD, standards
from validators.problems import Problem
from validators.records import Finding, Severity

DAY = date(2021, 1, 10)
ERROR = Finding(
    Severity.ERROR, "13", "DISD", ("DISD", "REFLD"), "Closed before it was opened", {"DISD": "1"}, "episode"
)
WARNING = Finding(Severity.WARNING, "55", "PC", ("PC",), "No postcode", section="sub", event_id="v", episode="E")
NOTICE = Finding(Severity.NOTICE, "84", "", (), "Nothing to send")


def one_client(store: Store, agency: AgencyInfo, episodes: int = 2, **values: str) -> tuple[StoredRecord, list[str]]:
    """A client with some episodes of one event each; the client and the episodes' ids."""
    with store.write("ann", NOW) as work:
        client = work.create("client", agency.id, "", values)
        made = [work.create("episode", client.id, "", {"REFLD": f"2020010{n + 1}"}).id for n in range(episodes)]
        for episode in made:
            work.create("event", episode, "sub", {"RECPEER": "Y"})
    return client, made


def check(store: Store, agency: AgencyInfo, *found: Finding, day: date = DAY) -> int:
    """Find the same in every stale episode."""
    ids = store.stale_episodes(agency, day)
    items = [(record.episode_id, stamp, list(found)) for stamp, record in store.stamped_episodes(agency, ids)]
    return store.save_findings(items, day, NOW)


# Trees


def test_a_tree_shows_what_is_deleted_only_when_asked(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    with store.write("ann", NOW) as work:
        work.delete("episode", first, 1)
        work.delete("event", store.client_tree(client.id).episodes[1].events[0].id, 1)
    tree, whole = store.client_tree(client.id), store.client_tree(client.id, deleted=True)
    assert [(one.episode.id, len(one.events)) for one in tree.episodes] == [(second, 0)]
    assert [(one.episode.deleted, [event.deleted for event in one.events]) for one in whole.episodes] == [
        (True, [False]),
        (False, [True]),
    ]
    assert [record.episode_id for record in store.client_records(client.id)] == [second]
    assert store.episode_record(second) == next(store.episodes(agency))
    for question in (store.client_tree, store.client_records, store.episode_record):
        with pytest.raises(Problem, match="There is no"):
            question("none")
    with pytest.raises(Problem, match="is deleted"):
        store.episode_record(first)


# Findings


def test_findings_come_back_as_they_were_with_the_ids_of_their_records(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    assert check(store, agency, WARNING, ERROR, NOTICE) == 2
    found = store.findings(agency)
    assert [(one.severity, one.episode_id) for one in found] == [
        (severity, episode) for severity in Severity for episode in (first, second)
    ]
    assert found[0] == replace(ERROR, client_id=client.id, episode_id=first)
    assert found[3] == replace(WARNING, client_id=client.id, episode_id=second)
    assert store.findings(agency, offset=1, limit=2) == found[1:3]
    assert store.findings(agency, rule="55") == store.findings(agency, severity=Severity.WARNING) == found[2:4]
    assert store.findings(agency, client_id=client.id) == found and store.findings(agency, client_id="x") == []
    assert store.finding_counts(agency) == [
        FindingCount("13", Severity.ERROR, 2),
        FindingCount("55", Severity.WARNING, 2),
        FindingCount("84", Severity.NOTICE, 2),
    ]
    assert store.verify_audit().rows == 6


@pytest.mark.parametrize("kind", ["client", "episode", "event"])
def test_an_episode_is_stale_again_after_any_change(store: Store, agency: AgencyInfo, kind: str) -> None:
    client, (first, second) = one_client(store, agency)
    assert store.stale_episodes(agency, DAY) == [first, second]
    assert store.count_stale(agency, DAY) == 2
    assert store.stale_episodes(agency, DAY, offset=1, limit=1) == [second]
    check(store, agency)
    assert store.stale_episodes(agency, DAY) == [] and store.stale_episodes(agency, DAY + timedelta(1)) != []
    tree = store.client_tree(client.id).episodes[0]
    record = {"client": client, "episode": tree.episode, "event": tree.events[0]}[kind]
    with open_store(store.path, store.key_file, standards) as other, other.write("bob", LATER) as work:
        work.change(record.kind, record.id, {**record.values, "X": "1"}, 1)
    assert first in store.stale_episodes(agency, DAY)


def test_another_standard_makes_everything_stale(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 1)
    check(store, agency)
    changed = replace(STANDARD, roles={**STANDARD.roles, "begun": "REFLD"})
    with open_store(store.path, store.key_file, lambda name: changed) as other:
        assert len(other.stale_episodes(agency, DAY)) == 1
    with open_store(store.path, store.key_file, standards) as other:
        assert other.stale_episodes(agency, DAY) == []


def test_what_was_changed_while_it_was_checked_stays_stale(store: Store, agency: AgencyInfo) -> None:
    client, (first,) = one_client(store, agency, 1)
    read = list(store.stamped_episodes(agency))
    with store.write("bob", LATER) as work:
        work.change("client", client.id, {"SEX": "1"}, 1)
    assert store.save_findings([(first, read[0][0], [ERROR]), ("gone", "1", [])], DAY, NOW) == 0
    assert store.findings(agency) == [] and store.stale_episodes(agency, DAY) == [first]


def test_findings_of_what_is_deleted_are_gone_until_it_is_back_and_checked(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    check(store, agency, ERROR)
    with store.write("ann", NOW) as work:
        work.delete("episode", first, 1)
    assert [one.episode_id for one in store.findings(agency)] == [second]
    with store.write("ann", NOW) as work:
        work.delete("client", client.id, 1)
    assert store.findings(agency) == [] and store.stale_episodes(agency, DAY) == []
    with store.write("ann", NOW) as work:
        work.undelete("client", client.id, 2)
    assert store.stale_episodes(agency, DAY) == [second]


# Who is where


def test_others_in_a_record_are_told_until_they_leave_or_fall_silent(store: Store, agency: AgencyInfo) -> None:
    with open_store(store.path, store.key_file, standards) as other:
        store.enter("ann", "s1", "client", "c", NOW)
        other.enter("bob", "s2", "client", "c", NOW + timedelta(seconds=30))
        at = NOW + timedelta(seconds=60)
        assert [(one.person, one.since) for one in other.others_in("client", "c", "s2", at)] == [("ann", NOW)]
        assert [one.person for one in store.others_in("client", "c", "s1", at)] == ["bob"]
        assert store.others_in("episode", "c", "s1", at) == []
        store.stay("s1", at)
        at = NOW + timedelta(seconds=140)
        assert [one.person for one in other.others_in("client", "c", "s9", at)] == ["ann"]
        store.enter("ann", "s1", "client", "d", at)
        assert other.others_in("client", "c", "s9", at) == []
        store.leave("s1")
        assert other.others_in("client", "d", "s9", at) == []


def test_who_was_asleep_is_told_to_come_again(store: Store, agency: AgencyInfo) -> None:
    store.enter("ann", "s1", "client", "c", NOW)
    asleep = NOW + timedelta(seconds=300)
    assert store.others_in("client", "c", "s9", asleep) == []
    assert store.stay("s1", asleep), "nobody came meanwhile: she is where she was"
    assert [one.since for one in store.others_in("client", "c", "s9", asleep)] == [NOW]
    later = asleep + timedelta(seconds=300)
    store.enter("bob", "s2", "client", "c", later)
    assert not store.stay("s1", later), "whoever comes forgets who was silent"
    assert store.others_in("client", "c", "s2", later) == []
    store.enter("ann", "s1", "client", "c", later)
    assert [one.person for one in store.others_in("client", "c", "s2", later)] == ["ann"]


def test_who_is_in_a_record_of_a_client_is_told_with_the_record(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        client = work.create("client", agency.id, "", {"CLIENT": "1"}).id
        episode = work.create("episode", client, "", {}).id
        event = work.create("event", episode, "sub", {}).id
        other = work.create("client", agency.id, "", {"CLIENT": "2"}).id
        elsewhere = work.create("episode", other, "", {}).id
    later = NOW + timedelta(seconds=30)

    def seen(kind: Kind, record_id: str) -> list[tuple[str, str, str]]:
        return [(one.person, one.kind, one.record_id) for one in store.others_in(kind, record_id, "s9", later)]

    store.enter("ann", "s1", "event", event, NOW)
    store.enter("bob", "s2", "episode", elsewhere, NOW)
    assert seen("client", client) == [("ann", "event", event)] == seen("event", event)
    assert seen("client", other) == [("bob", "episode", elsewhere)] and seen("episode", episode) == []
    store.enter("bob", "s2", "client", client, later)
    assert (
        seen("client", client) == [("ann", "event", event), ("bob", "client", client)] and seen("client", other) == []
    )
    store.enter("ann", "s1", "episode", episode, later)
    (first, _) = store.others_in("client", client, "s9", later)
    assert (first.record_id, first.since) == (episode, later), "since when one is in that record"


# Drafts


def test_a_draft_tells_how_much_differs_and_who_saved_since(store: Store, agency: AgencyInfo) -> None:
    client, _ = one_client(store, agency, 1, CLIENT="r", SEX="1", DOB="19800101")
    typed = {**client.values, "CLIENT": "other", "SEX": "", "FINITIAL": "J"}
    store.save_draft("ann", "client", client.id, typed, 1, NOW, at_field="FINITIAL")
    draft = store.draft_of("ann", client.id)
    assert draft is not None and store.drafts("ann") == [draft] and store.draft_of("bob", client.id) is None
    assert (draft.fields, draft.at_field, draft.base_version, draft.version, draft.saved_at) == (
        3,
        "FINITIAL",
        1,
        1,
        NOW,
    )
    assert not draft.is_overtaken
    with store.write("bob", LATER) as work:
        work.change("client", client.id, {**client.values, "SEX": ""}, 1)
    draft = store.draft_of("ann", client.id)
    assert draft is not None and draft.is_overtaken and (draft.fields, draft.version) == (2, 2)


def test_a_whole_new_client_is_kept_as_drafts_and_saved_under_the_same_ids(store: Store, agency: AgencyInfo) -> None:
    store.save_draft("ann", "client", "c1", {"CLIENT": "r"}, 0, NOW, parent_id=agency.id)
    store.save_draft("ann", "episode", "e1", {"REFLD": "t"}, 0, NOW, parent_id="c1")
    store.save_draft("ann", "event", "v1", {"RECPEER": "Y", "SUBMODDT": "x"}, 0, LATER, parent_id="e1", section="sub")
    assert [one.record_id for one in store.drafts("ann", parent_id="e1", section="sub")] == ["v1"]
    assert [one.record_id for one in store.drafts("ann", parent_id=agency.id)] == ["c1"]
    assert store.drafts("ann")[0].fields == 2 and store.drafts("ann", section="ref") == []
    with store.write("ann", LATER) as work:
        for draft in reversed(store.drafts("ann")):
            work.create(draft.kind, draft.parent_id, draft.section, draft.values, record_id=draft.record_id)
            work.drop_draft(draft.record_id)
    assert store.drafts("ann") == [] and len(store.client_tree("c1").episodes[0].events) == 1


# Merges


def test_two_clients_are_made_one_and_two_again_with_everything_kept(store: Store, agency: AgencyInfo) -> None:
    keep, (own,) = one_client(store, agency, 1, CLIENT="keep")
    other, (first, second) = one_client(store, agency, 2, CLIENT="other")
    with store.write("ann", NOW) as work:
        work.delete("episode", second, 1)
    check(store, agency, ERROR)
    with store.write("ann", LATER) as work:
        merge = work.merge_clients(keep.id, other.id)
    assert (merge.keep_id, merge.other_id, merge.moved, merge.merged_by) == (keep.id, other.id, (first, second), "ann")
    assert [one.episode.id for one in store.client_tree(keep.id, deleted=True).episodes] == [own, first, second]
    assert store.get("client", other.id).deleted and store.get("client", other.id).values == other.values
    assert store.merges(keep.id) == store.merges(other.id) == [merge]
    rows = store.client_rows(agency, ClientQuery(), 0, 9)
    assert [(row.id, row.episodes, row.errors) for row in rows] == [(keep.id, 2, 2)]
    assert set(store.stale_episodes(agency, DAY)) == {own, first}
    with pytest.raises(Problem, match="split the two"), store.write("ann", LATER) as work:
        work.undelete("client", other.id, 2)
    with store.write("bob", LATER) as work:
        work.change("episode", first, {"REFLD": "20200909"}, 1)
        since = work.create("episode", keep.id, "", {}).id
    with store.write("bob", LATER) as work:
        undone = work.split_clients(merge.id)
    assert undone.split_by == "bob" and undone.split_at == LATER
    assert [one.episode.id for one in store.client_tree(keep.id).episodes] == [own, since]
    back = store.client_tree(other.id, deleted=True)
    assert [one.episode.id for one in back.episodes] == [first, second] and not back.client.deleted
    assert back.episodes[0].episode.values["REFLD"] == "20200909" and back.episodes[1].episode.deleted
    assert store.client_rows(agency, ClientQuery(), 0, 9)[1].episodes == 1
    assert [one.act for one in store.history(other.id)] == ["create", "merge", "split"]
    moves = [(one.act, one.field, one.old, one.new) for one in store.history(first)]
    assert moves[1] == ("merge", "client", other.id, keep.id) and moves[-1] == ("split", "client", keep.id, other.id)
    assert store.verify_audit().whole
    with pytest.raises(Problem, match="are split already"), store.write("ann", LATER) as work:
        work.split_clients(merge.id)


def test_saves_around_a_merge_in_one_transaction_see_where_everything_is(store: Store, agency: AgencyInfo) -> None:
    keep, _ = one_client(store, agency, 1)
    other, (first,) = one_client(store, agency, 1)
    with store.write("ann", LATER) as work:
        work.change("episode", first, {"REFLD": "20200505"}, 1)
        merge = work.merge_clients(keep.id, other.id)
        work.change("episode", first, {"REFLD": "20200606"}, 2)
        work.split_clients(merge.id)
        work.change("client", other.id, {"CLIENT": "x"}, work.get("client", other.id).version)
        work.change("episode", first, {"REFLD": "20200707"}, 3)
    rows = store.client_rows(agency, ClientQuery(), 0, 9)
    assert [(row.opened, row.reference) for row in rows] == [("2020-01-01", ""), ("2020-07-07", "x")]
    assert store.get("client", other.id).version == 4


def test_merges_that_cannot_be_are_refused_and_leave_no_trace(store: Store, agency: AgencyInfo) -> None:
    (one, _), (two, _), (three, _) = (one_client(store, agency, 1) for _ in range(3))
    with store.write("ann", NOW) as work:
        elsewhere = work.create("client", work.ensure_agency("A0002", "small").id, "", {})
    with store.write("ann", NOW) as work:
        merge = work.merge_clients(one.id, two.id)
        later = work.merge_clients(three.id, one.id)
    rows = store.verify_audit().rows
    refused: list[tuple[str, str, str]] = [
        (one.id, one.id, "itself"),
        (three.id, elsewhere.id, "different agencies"),
        (three.id, two.id, "is deleted"),
        ("none", one.id, "There is no client"),
    ]
    for keep, other, why in refused:
        with pytest.raises(Problem, match=why), store.write("ann", NOW) as work:
            work.merge_clients(keep, other)
    with pytest.raises(Problem, match="split those two first"), store.write("ann", NOW) as work:
        work.split_clients(merge.id)
    with pytest.raises(Problem, match="There is no merge"), store.write("ann", NOW) as work:
        work.split_clients("none")
    assert store.verify_audit().rows == rows
    with store.write("ann", NOW) as work:
        work.split_clients(later.id)
        work.split_clients(merge.id)
    assert [len(store.client_tree(client.id).episodes) for client in (one, two, three)] == [1, 1, 1]


# Resemblances


@pytest.mark.parametrize(
    ("given", "family", "born", "sex", "why"),
    [
        ("J", "D", "19850304", "1", "same initials, same birth date, same sex"),
        ("j", "d", "1985-03-04", "", "same initials, same birth date"),
        ("J", "D", "19850304", "2", "same initials, same birth date, another sex"),
        ("D", "J", "19850304", "1", "initials swapped, same birth date, same sex"),
        ("J", "D", "19850403", "1", "same initials, day and month of birth swapped, same sex"),
        ("J", "D", "19850314", "1", "same initials, birth date differs by one digit, same sex"),
        ("J", "D", "19580304", "1", "same initials, birth date differs by one digit, same sex"),
        ("J", "D", "19850384", "1", "same initials, birth date differs by one digit, same sex"),
        ("J", "S", "19850304", "1", ""),
        ("J", "D", "19860314", "1", ""),
        ("D", "J", "19850314", "1", ""),
        ("J", "", "19850304", "1", ""),
        ("J", "D", "", "1", ""),
        ("J", "D", "soon", "1", ""),
    ],
)
def test_a_client_who_resembles_another_is_pointed_out(
    store: Store, agency: AgencyInfo, given: str, family: str, born: str, sex: str, why: str
) -> None:
    client, _ = one_client(store, agency, 1, FINITIAL="J", SINITIAL="D", DOB="19850304", SEX="1")
    one_client(store, agency, 1, FINITIAL="Q", SINITIAL="D", DOB="19850304", SEX="1")
    found = store.resembling(agency, given, family, born, sex)
    assert [(one.row.id, one.why) for one in found] == ([(client.id, why)] if why else [])
    assert store.resembling(agency, given, family, born, sex, leave_out=[client.id]) == []


# Habits


def test_codes_and_values_that_people_keyed_last_are_known(store: Store, agency: AgencyInfo) -> None:
    assert store.code_usage(agency, ["SEX"]) == {"SEX": {}} and store.last_value(agency, "SEX", "ann") == ""
    for code in ("2", "1", "2"):
        client, _ = one_client(store, agency, 1, SEX=code)
    with store.write("bob", LATER) as work:
        work.create("client", agency.id, "", {"SEX": "9"})
        work.create("client", work.ensure_agency("A0002", "small").id, "", {"SEX": "5"})
    assert list(store.code_usage(agency, ["SEX"])["SEX"].items()) == [("2", 2), ("1", 1), ("9", 1)]
    assert store.code_usage(agency, ["RECPEER", "SEX", "NOTHING"])["RECPEER"] == {"Y": 3}
    assert store.code_usage(agency, ["NOTHING"]) == {}
    assert (store.last_value(agency, "SEX", "ann"), store.last_value(agency, "SEX", "bob")) == ("2", "9")
    assert store.previous_record(agency, "client", "", "ann") == client.values
    assert store.previous_record(agency, "event", "ref", "ann") == {}
    with store.write("ann", LATER) as work:
        first = store.client_rows(agency, ClientQuery(), 1, 1)[0].id
        work.change("client", first, {"SEX": "7"}, 1)
    assert store.last_value(agency, "SEX", "ann") == "7" and store.last_value(agency, "NOTHING", "ann") == ""


# Trouble


def test_a_store_that_is_locked_or_gone_is_one_sentence_and_works_again(
    store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    client, (first,) = one_client(store, agency, 1)
    reads: list[Callable[[], object]] = [
        lambda: store.client_rows(agency, ClientQuery(text="1985"), 0, 9),
        lambda: store.count_clients(agency, ClientQuery()),
        lambda: store.client_tree(client.id),
        lambda: store.findings(agency),
        lambda: store.stale_episodes(agency, DAY),
        lambda: store.others_in("client", "c", "s", NOW),
        lambda: store.draft_of("ann", "c"),
        lambda: store.resembling(agency, "J", "D", "19850304", ""),
        lambda: store.code_usage(agency, ["SEX"]),
        store.saved_version,
    ]
    writes: list[Callable[[], object]] = [
        lambda: store.save_findings([(first, "1", [ERROR])], DAY, NOW),
        lambda: store.enter("ann", "s", "client", "c", NOW),
        lambda: store.stay("s", NOW),
        lambda: store.leave("s"),
        lambda: store.save_draft("ann", "client", "c", {}, 0, NOW),
    ]
    raw = sqlite.connect(store.path, read_or_make_key(store.key_file, may_make=False)[0])
    raw.execute("BEGIN IMMEDIATE")
    for read in reads:
        read()
    for write in writes:
        with pytest.raises(Problem, match="is locked"):
            write()
    raw.execute("ROLLBACK")
    raw.close()
    away = tmp_path / "away"
    away.mkdir()
    moved = [path.rename(away / path.name) for path in list(store.path.parent.glob("keywork.db*"))]
    for question in (*reads, *writes):
        with pytest.raises(Problem, match=r"keywork\.db"):
            question()
    for path in moved:
        path.rename(store.path.parent / path.name)
    for question in (*reads, *writes):
        question()
