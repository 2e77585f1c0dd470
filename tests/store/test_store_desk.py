"""What else the screens question: trees, findings, who is where, drafts, merges, resemblances, habits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from store.clients import index, lookalikes, search
from store.disk import audit, sqlite
from store.disk.keys import read_or_make_key
from store.facts import NEVER, AgencyInfo, ClientQuery, Draft, FindingCount, Kind, StoredRecord, Who
from store.findings import queries, results
from store.findings.results import CHECKER
from store.live import drafts, presence, recent_entry
from store.records import agencies, save
from store.records import merge as stored_merge
from store.records import read as records_read
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, STANDARD, standards
from tests.stores import ask, do
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
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", values)
        made = [save.create(work, "episode", client.id, "", {"REFLD": f"2020010{n + 1}"}).id for n in range(episodes)]
        for episode in made:
            save.create(work, "event", episode, "sub", {"RECPEER": "Y"})
    return client, made


def check(store: Store, agency: AgencyInfo, *found: Finding, day: date = DAY) -> int:
    """Find the same in every stale episode."""
    ids = ask(store, queries.stale, agency, day)
    items = [(record.episode_id, stamp, list(found)) for stamp, record in ask(store, queries.stamped, agency, ids)]
    return do(store, Who(CHECKER, NOW), results.save, items, day)


# Trees


def test_a_tree_shows_what_is_deleted_only_when_asked(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", first, 1)
        save.delete(work, "event", ask(store, records_read.tree, client.id).episodes[1].events[0].id, 1)
    tree, whole = ask(store, records_read.tree, client.id), ask(store, records_read.tree, client.id, deleted=True)
    assert [(one.episode.id, len(one.events)) for one in tree.episodes] == [(second, 0)]
    assert [(one.episode.deleted, [event.deleted for event in one.events]) for one in whole.episodes] == [
        (True, [False]),
        (False, [True]),
    ]
    assert ask(store, records_read.episode_record, second) == next(ask(store, records_read.episodes, agency))
    for question in (records_read.tree, records_read.episode_record):
        with pytest.raises(Problem, match="There is no"):
            ask(store, question, "none")
    with pytest.raises(Problem, match="is deleted"):
        ask(store, records_read.episode_record, first)


# Findings


def test_findings_come_back_as_they_were_with_the_ids_of_their_records(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    assert check(store, agency, WARNING, ERROR, NOTICE) == 2
    found = ask(store, queries.findings, agency)
    assert [(one.severity, one.episode_id) for one in found] == [
        (severity, episode) for severity in Severity for episode in (first, second)
    ]
    assert found[0] == replace(ERROR, client_id=client.id, episode_id=first)
    assert found[3] == replace(WARNING, client_id=client.id, episode_id=second)
    assert ask(store, queries.findings, agency, offset=1, limit=2) == found[1:3]
    assert (
        ask(store, queries.findings, agency, rule="55")
        == ask(store, queries.findings, agency, severity=Severity.WARNING)
        == found[2:4]
    )
    assert (
        ask(store, queries.findings, agency, client_id=client.id) == found
        and ask(store, queries.findings, agency, client_id="x") == []
    )
    assert ask(store, queries.counts, agency) == [
        FindingCount("13", Severity.ERROR, 2),
        FindingCount("55", Severity.WARNING, 2),
        FindingCount("84", Severity.NOTICE, 2),
    ]
    assert ask(store, audit.verify).rows == 6


@pytest.mark.parametrize("kind", ["client", "episode", "event"])
def test_an_episode_is_stale_again_after_any_change(store: Store, agency: AgencyInfo, kind: str) -> None:
    client, (first, second) = one_client(store, agency)
    assert ask(store, queries.stale, agency, DAY) == [first, second]
    assert ask(store, queries.count_stale, agency, DAY) == 2
    assert ask(store, queries.stale, agency, DAY, offset=1, limit=1) == [second]
    check(store, agency)
    assert ask(store, queries.stale, agency, DAY) == [] and ask(store, queries.stale, agency, DAY + timedelta(1)) != []
    tree = ask(store, records_read.tree, client.id).episodes[0]
    record = {"client": client, "episode": tree.episode, "event": tree.events[0]}[kind]
    with open_store(store.path, store.key_file, standards) as other, other.writing(Who("bob", LATER)) as work:
        save.change(work, record.kind, record.id, {**record.values, "X": "1"}, 1)
    assert first in ask(store, queries.stale, agency, DAY)


def test_another_standard_makes_everything_stale(store: Store, agency: AgencyInfo) -> None:
    one_client(store, agency, 1)
    check(store, agency)
    changed = replace(STANDARD, roles={**STANDARD.roles, "begun": "REFLD"})
    with open_store(store.path, store.key_file, lambda name: changed) as other:
        assert len(ask(other, queries.stale, agency, DAY)) == 1
    with open_store(store.path, store.key_file, standards) as other:
        assert ask(other, queries.stale, agency, DAY) == []


def test_what_was_changed_while_it_was_checked_stays_stale(store: Store, agency: AgencyInfo) -> None:
    client, (first,) = one_client(store, agency, 1)
    read = list(ask(store, queries.stamped, agency))
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", client.id, {"SEX": "1"}, 1)
    assert do(store, Who(CHECKER, NOW), results.save, [(first, read[0][0], [ERROR]), ("gone", "1", [])], DAY) == 0
    assert ask(store, queries.findings, agency) == [] and ask(store, queries.stale, agency, DAY) == [first]


def test_findings_of_what_is_deleted_are_gone_until_it_is_back_and_checked(store: Store, agency: AgencyInfo) -> None:
    client, (first, second) = one_client(store, agency)
    check(store, agency, ERROR)
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", first, 1)
    assert [one.episode_id for one in ask(store, queries.findings, agency)] == [second]
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "client", client.id, 1)
    assert ask(store, queries.findings, agency) == [] and ask(store, queries.stale, agency, DAY) == []
    with store.writing(Who("ann", NOW)) as work:
        save.undelete(work, "client", client.id, 2)
    assert ask(store, queries.stale, agency, DAY) == [second]


# Who is where


def test_others_in_a_record_are_told_until_they_leave_or_fall_silent(store: Store, agency: AgencyInfo) -> None:
    with open_store(store.path, store.key_file, standards) as other:
        do(store, Who("ann", NOW, "s1"), presence.enter, "client", "c")
        do(other, Who("bob", NOW + timedelta(seconds=30), "s2"), presence.enter, "client", "c")
        at = NOW + timedelta(seconds=60)
        assert [(one.person, one.since) for one in ask(other, presence.others, "client", "c", "s2", at)] == [
            ("ann", NOW)
        ]
        assert [one.person for one in ask(store, presence.others, "client", "c", "s1", at)] == ["bob"]
        assert ask(store, presence.others, "episode", "c", "s1", at) == []
        do(store, Who("", at, "s1"), presence.stay)
        at = NOW + timedelta(seconds=140)
        assert [one.person for one in ask(other, presence.others, "client", "c", "s9", at)] == ["ann"]
        do(store, Who("ann", at, "s1"), presence.enter, "client", "d")
        assert ask(other, presence.others, "client", "c", "s9", at) == []
        do(store, Who("", NEVER, "s1"), presence.leave)
        assert ask(other, presence.others, "client", "d", "s9", at) == []


def test_who_was_asleep_is_told_to_come_again(store: Store, agency: AgencyInfo) -> None:
    do(store, Who("ann", NOW, "s1"), presence.enter, "client", "c")
    asleep = NOW + timedelta(seconds=300)
    assert ask(store, presence.others, "client", "c", "s9", asleep) == []
    assert do(store, Who("", asleep, "s1"), presence.stay), "nobody came meanwhile: she is where she was"
    assert [one.since for one in ask(store, presence.others, "client", "c", "s9", asleep)] == [NOW]
    later = asleep + timedelta(seconds=300)
    do(store, Who("bob", later, "s2"), presence.enter, "client", "c")
    assert not do(store, Who("", later, "s1"), presence.stay), "whoever comes forgets who was silent"
    assert ask(store, presence.others, "client", "c", "s2", later) == []
    do(store, Who("ann", later, "s1"), presence.enter, "client", "c")
    assert [one.person for one in ask(store, presence.others, "client", "c", "s2", later)] == ["ann"]


def test_who_is_in_a_record_of_a_client_is_told_with_the_record(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENT": "1"}).id
        episode = save.create(work, "episode", client, "", {}).id
        event = save.create(work, "event", episode, "sub", {}).id
        other = save.create(work, "client", agency.id, "", {"CLIENT": "2"}).id
        elsewhere = save.create(work, "episode", other, "", {}).id
    later = NOW + timedelta(seconds=30)

    def seen(kind: Kind, record_id: str) -> list[tuple[str, str, str]]:
        return [
            (one.person, one.kind, one.record_id) for one in ask(store, presence.others, kind, record_id, "s9", later)
        ]

    do(store, Who("ann", NOW, "s1"), presence.enter, "event", event)
    do(store, Who("bob", NOW, "s2"), presence.enter, "episode", elsewhere)
    assert seen("client", client) == [("ann", "event", event)] == seen("event", event)
    assert seen("client", other) == [("bob", "episode", elsewhere)] and seen("episode", episode) == []
    do(store, Who("bob", later, "s2"), presence.enter, "client", client)
    assert (
        seen("client", client) == [("ann", "event", event), ("bob", "client", client)] and seen("client", other) == []
    )
    do(store, Who("ann", later, "s1"), presence.enter, "episode", episode)
    (first, _) = ask(store, presence.others, "client", client, "s9", later)
    assert (first.record_id, first.since) == (episode, later), "since when one is in that record"


# Drafts


def test_a_draft_tells_how_much_differs_and_who_saved_since(store: Store, agency: AgencyInfo) -> None:
    client, _ = one_client(store, agency, 1, CLIENT="r", SEX="1", DOB="19800101")
    typed = {**client.values, "CLIENT": "other", "SEX": "", "FINITIAL": "J"}
    do(store, Who("ann", NOW), drafts.save, Draft("client", client.id, typed, 1, at_field="FINITIAL"))
    draft = ask(store, drafts.one, "ann", client.id)
    assert (
        draft is not None
        and ask(store, drafts.listed, "ann") == [draft]
        and ask(store, drafts.one, "bob", client.id) is None
    )
    assert (draft.fields, draft.at_field, draft.base_version, draft.version, draft.saved_at) == (
        3,
        "FINITIAL",
        1,
        1,
        NOW,
    )
    assert not draft.is_overtaken
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", client.id, {**client.values, "SEX": ""}, 1)
    draft = ask(store, drafts.one, "ann", client.id)
    assert draft is not None and draft.is_overtaken and (draft.fields, draft.version) == (2, 2)


def test_a_whole_new_client_is_kept_as_drafts_and_saved_under_the_same_ids(store: Store, agency: AgencyInfo) -> None:
    do(store, Who("ann", NOW), drafts.save, Draft("client", "c1", {"CLIENT": "r"}, 0, parent_id=agency.id))
    do(store, Who("ann", NOW), drafts.save, Draft("episode", "e1", {"REFLD": "t"}, 0, parent_id="c1"))
    do(
        store,
        Who("ann", LATER),
        drafts.save,
        Draft("event", "v1", {"RECPEER": "Y", "SUBMODDT": "x"}, 0, parent_id="e1", section="sub"),
    )
    assert [one.record_id for one in ask(store, drafts.listed, "ann", parent_id="e1", section="sub")] == ["v1"]
    assert [one.record_id for one in ask(store, drafts.listed, "ann", parent_id=agency.id)] == ["c1"]
    assert ask(store, drafts.listed, "ann")[0].fields == 2 and ask(store, drafts.listed, "ann", section="ref") == []
    with store.writing(Who("ann", LATER)) as work:
        for draft in reversed(ask(store, drafts.listed, "ann")):
            save.create(work, draft.kind, draft.parent_id, draft.section, draft.values, record_id=draft.record_id)
            drafts.drop(work, draft.record_id)
    assert ask(store, drafts.listed, "ann") == [] and len(ask(store, records_read.tree, "c1").episodes[0].events) == 1


# Merges


def test_two_clients_are_made_one_and_two_again_with_everything_kept(store: Store, agency: AgencyInfo) -> None:
    keep, (own,) = one_client(store, agency, 1, CLIENT="keep")
    other, (first, second) = one_client(store, agency, 2, CLIENT="other")
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", second, 1)
    check(store, agency, ERROR)
    with store.writing(Who("ann", LATER)) as work:
        merge = stored_merge.merge(work, keep.id, other.id)
    assert (merge.keep_id, merge.other_id, merge.moved, merge.merged_by) == (keep.id, other.id, (first, second), "ann")
    assert [one.episode.id for one in ask(store, records_read.tree, keep.id, deleted=True).episodes] == [
        own,
        first,
        second,
    ]
    assert (
        ask(store, records_read.get, "client", other.id).deleted
        and ask(store, records_read.get, "client", other.id).values == other.values
    )
    assert ask(store, stored_merge.listed, keep.id) == ask(store, stored_merge.listed, other.id) == [merge]
    rows = ask(store, search.page, agency, ClientQuery(), 0, 9)
    assert [(row.id, row.episodes, row.errors) for row in rows] == [(keep.id, 2, 2)]
    assert set(ask(store, queries.stale, agency, DAY)) == {own, first}
    with pytest.raises(Problem, match="split the two"), store.writing(Who("ann", LATER)) as work:
        save.undelete(work, "client", other.id, 2)
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "episode", first, {"REFLD": "20200909"}, 1)
        since = save.create(work, "episode", keep.id, "", {}).id
    assert {one.episode_id for one in ask(store, queries.findings, agency)} == {own, first}
    with store.writing(Who("bob", LATER)) as work:
        undone = stored_merge.split(work, merge.id)
    # What was found in it holds values of the client it is no more of.
    assert {one.episode_id for one in ask(store, queries.findings, agency)} == {own}
    assert first in ask(store, queries.stale, agency, DAY)
    assert undone.split_by == "bob" and undone.split_at == LATER
    assert [one.episode.id for one in ask(store, records_read.tree, keep.id).episodes] == [own, since]
    back = ask(store, records_read.tree, other.id, deleted=True)
    assert [one.episode.id for one in back.episodes] == [first, second] and not back.client.deleted
    assert back.episodes[0].episode.values["REFLD"] == "20200909" and back.episodes[1].episode.deleted
    assert ask(store, search.page, agency, ClientQuery(), 0, 9)[1].episodes == 1
    assert [one.act for one in ask(store, audit.history, [other.id])] == ["create", "merge", "split"]
    moves = [(one.act, one.field, one.old, one.new) for one in ask(store, audit.history, [first])]
    assert moves[1] == ("merge", "client", other.id, keep.id) and moves[-1] == ("split", "client", keep.id, other.id)
    assert ask(store, audit.verify).whole
    with pytest.raises(Problem, match="are split already"), store.writing(Who("ann", LATER)) as work:
        stored_merge.split(work, merge.id)


def test_saves_around_a_merge_in_one_transaction_see_where_everything_is(store: Store, agency: AgencyInfo) -> None:
    keep, _ = one_client(store, agency, 1)
    other, (first,) = one_client(store, agency, 1)
    with store.writing(Who("ann", LATER)) as work:
        save.change(work, "episode", first, {"REFLD": "20200505"}, 1)
        merge = stored_merge.merge(work, keep.id, other.id)
        save.change(work, "episode", first, {"REFLD": "20200606"}, 2)
        stored_merge.split(work, merge.id)
        save.change(work, "client", other.id, {"CLIENT": "x"}, records_read.get(work, "client", other.id).version)
        save.change(work, "episode", first, {"REFLD": "20200707"}, 3)
    rows = ask(store, search.page, agency, ClientQuery(), 0, 9)
    assert [(row.opened, row.reference) for row in rows] == [("2020-01-01", ""), ("2020-07-07", "x")]
    assert ask(store, records_read.get, "client", other.id).version == 4


def test_merges_that_cannot_be_are_refused_and_leave_no_trace(store: Store, agency: AgencyInfo) -> None:
    (one, _), (two, _), (three, _) = (one_client(store, agency, 1) for _ in range(3))
    with store.writing(Who("ann", NOW)) as work:
        elsewhere = save.create(work, "client", agencies.ensure(work, "A0002", "small").id, "", {})
    with store.writing(Who("ann", NOW)) as work:
        merge = stored_merge.merge(work, one.id, two.id)
        later = stored_merge.merge(work, three.id, one.id)
    rows = ask(store, audit.verify).rows
    refused: list[tuple[str, str, str]] = [
        (one.id, one.id, "itself"),
        (three.id, elsewhere.id, "different agencies"),
        (three.id, two.id, "is deleted"),
        ("none", one.id, "There is no client"),
    ]
    for keep, other, why in refused:
        with pytest.raises(Problem, match=why), store.writing(Who("ann", NOW)) as work:
            stored_merge.merge(work, keep, other)
    with pytest.raises(Problem, match="split those two first"), store.writing(Who("ann", NOW)) as work:
        stored_merge.split(work, merge.id)
    with pytest.raises(Problem, match="There is no merge"), store.writing(Who("ann", NOW)) as work:
        stored_merge.split(work, "none")
    assert ask(store, audit.verify).rows == rows
    with store.writing(Who("ann", NOW)) as work:
        stored_merge.split(work, later.id)
        stored_merge.split(work, merge.id)
    assert [len(ask(store, records_read.tree, client.id).episodes) for client in (one, two, three)] == [1, 1, 1]


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
    found = ask(store, lookalikes.resembling, agency, given, family, born, sex)
    assert [(one.row.id, one.why) for one in found] == ([(client.id, why)] if why else [])
    assert ask(store, lookalikes.resembling, agency, given, family, born, sex, leave_out=[client.id]) == []


# Habits


def test_codes_and_values_that_people_keyed_last_are_known(store: Store, agency: AgencyInfo) -> None:
    assert (
        ask(store, recent_entry.code_usage, agency, ["SEX"]) == {"SEX": {}}
        and ask(store, recent_entry.previous, agency, "client", "", "ann").get("SEX", "") == ""
    )
    for code in ("2", "1", "2"):
        client, _ = one_client(store, agency, 1, SEX=code)
    with store.writing(Who("bob", LATER)) as work:
        save.create(work, "client", agency.id, "", {"SEX": "9"})
        save.create(work, "client", agencies.ensure(work, "A0002", "small").id, "", {"SEX": "5"})
    assert list(ask(store, recent_entry.code_usage, agency, ["SEX"])["SEX"].items()) == [("2", 2), ("1", 1), ("9", 1)]
    assert ask(store, recent_entry.code_usage, agency, ["RECPEER", "SEX", "NOTHING"])["RECPEER"] == {"Y": 3}
    assert ask(store, recent_entry.code_usage, agency, ["NOTHING"]) == {}
    assert (
        ask(store, recent_entry.previous, agency, "client", "", "ann").get("SEX", ""),
        ask(store, recent_entry.previous, agency, "client", "", "bob").get("SEX", ""),
    ) == ("2", "9")
    assert ask(store, recent_entry.previous, agency, "client", "", "ann") == client.values
    assert ask(store, recent_entry.previous, agency, "event", "ref", "ann") == {}
    with store.writing(Who("ann", LATER)) as work:
        first = ask(store, search.page, agency, ClientQuery(), 1, 1)[0].id
        save.change(work, "client", first, {"SEX": "7"}, 1)
    assert ask(store, recent_entry.previous, agency, "client", "", "ann").get("SEX", "") == "7"


# Trouble


def test_a_store_that_is_locked_or_gone_is_one_sentence_and_works_again(
    store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    client, (first,) = one_client(store, agency, 1)
    reads: list[Callable[[], object]] = [
        lambda: ask(store, search.page, agency, ClientQuery(text="1985"), 0, 9),
        lambda: ask(store, search.count, agency, ClientQuery()),
        lambda: ask(store, records_read.tree, client.id),
        lambda: ask(store, queries.findings, agency),
        lambda: ask(store, queries.stale, agency, DAY),
        lambda: ask(store, presence.others, "client", "c", "s", NOW),
        lambda: ask(store, drafts.one, "ann", "c"),
        lambda: ask(store, lookalikes.resembling, agency, "J", "D", "19850304", ""),
        lambda: ask(store, recent_entry.code_usage, agency, ["SEX"]),
        lambda: ask(store, index.saved_version),
    ]
    writes: list[Callable[[], object]] = [
        lambda: do(store, Who(CHECKER, NOW), results.save, [(first, "1", [ERROR])], DAY),
        lambda: do(store, Who("ann", NOW, "s"), presence.enter, "client", "c"),
        lambda: do(store, Who("", NOW, "s"), presence.stay),
        lambda: do(store, Who("", NEVER, "s"), presence.leave),
        lambda: do(store, Who("ann", NOW), drafts.save, Draft("client", "c", {}, 0)),
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
