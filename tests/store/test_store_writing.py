"""Saving: versions, deleting, many at once, and what is told of it."""

import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from store.disk import audit
from store.disk.tables import CLIENTS, EPISODES, EVENTS
from store.facts import NEVER, AgencyInfo, Draft, NewerVersion, StoredRecord, Who
from store.live import drafts
from store.records import agencies, bulk_load, read, save
from store.records.values import Deriver, sortable
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, STANDARD, records, standards
from tests.stores import ask, do
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.rules.field_patterns import postcode_part


def one_of_each(store: Store, agency: AgencyInfo) -> tuple[StoredRecord, StoredRecord, StoredRecord]:
    """A client with an episode with an event."""
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENT": "r1", "DOB": "19800229"})
        episode = save.create(work, "episode", client.id, "", {"CONSENT": "Y", "PC": "b152tt"})
        event = save.create(work, "event", episode.id, "sub", {"RECPEER": "Y"})
    return client, episode, event


def test_values_are_kept_as_typed_and_ids_are_made(store: Store, agency: AgencyInfo) -> None:
    client, episode, event = one_of_each(store, agency)
    assert client.values == {"CLIENT": "r1", "DOB": "19800229", "CLIENTID": client.id} and UUID(client.id)
    assert episode.values["EPISODID"] == episode.id and event.values["SUBMID"] == event.id
    assert (client.parent_id, episode.parent_id, event.parent_id) == (agency.id, client.id, episode.id)
    assert (event.section, event.version, event.changed_by, event.changed_at) == ("sub", 1, "ann", NOW)
    assert ask(store, read.get, "event", event.id) == event
    assert list(ask(store, read.episodes, agency)) == [
        EpisodeRecord(
            client.values,
            episode.values,
            (Event("sub", event.values, id=event.id),),
            client_id=client.id,
            episode_id=episode.id,
        )
    ]


def test_an_id_that_came_is_kept_even_an_empty_one(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        assert save.create(work, "client", agency.id, "", {"CLIENTID": "old-1"}).values == {"CLIENTID": "old-1"}
        assert save.create(work, "client", agency.id, "", {"CLIENTID": ""}).values == {}
        kept = save.create(work, "client", agency.id, "", {}, record_id="0b1c")
    assert kept.id == "0b1c" and kept.values == {"CLIENTID": "0b1c"}


def test_any_text_comes_back_as_it_was(store: Store, agency: AgencyInfo) -> None:
    odd = {"CLIENT": "a\0b\n\"\\' é 😀 \x1b[31m", "DOB": "31/02/1980", "Unknown ✓": "x"}
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENTID": "1", **odd})
    assert ask(store, read.get, "client", client.id).values == {"CLIENTID": "1", **odd}
    with pytest.raises(Problem, match="cannot be stored"), store.writing(Who("ann", NOW)) as work:
        save.change(work, "client", client.id, {"CLIENT": "\udcff"}, 1)
    assert ask(store, read.get, "client", client.id) == client and len(ask(store, audit.history, [client.id])) == 1


def test_columns_follow_the_roles(store: Store, agency: AgencyInfo) -> None:
    deriver = Deriver(STANDARD)
    episode = deriver.columns("episode", "", {"REFLD": "20200131", "DISD": "20200231", "PC": "b15 2tt"})
    assert (episode["opened"], episode["closed"], episode["begun"]) == ("2020-01-31", "20200231", None)
    assert episode["postcode_part"] == "B15 2" and episode["consent"] is None
    assert deriver.columns("event", "ref", {"REFERID": "9", "REFDATE": "20200101"}) == {
        "external_id": "9",
        "date": "2020-01-01",
    }
    assert [postcode_part(text) for text in ("EC1A 1BB", "EC1A1BB", "ZZ99", "B15 2")] == [
        "EC1A 1",
        "EC1A 1",
        "ZZ99",
        "B15 2",
    ]
    assert sortable("2020-02-30") == "2020-02-30" and sortable("2020-0229") == "2020-0229"
    with pytest.raises(Problem, match="no section 'nope'"):
        deriver.columns("event", "nope", {})


def test_a_save_raises_the_version_and_derives_anew(store: Store, agency: AgencyInfo) -> None:
    _, episode, _ = one_of_each(store, agency)
    with store.writing(Who("bob", LATER)) as work:
        saved = save.change(work, "episode", episode.id, {**episode.values, "DISD": "20201231", "PC": ""}, 1)
        assert save.change(work, "episode", episode.id, dict(saved.values), 2) == saved
    assert (saved.version, saved.changed_by, saved.changed_at) == (2, "bob", LATER)
    with store.reading() as snapshot:
        connection = snapshot.connection
        row = connection.execute(select(EPISODES)).one()
    assert (row.closed, row.postcode_part, row.created_by, row.changed_by) == ("2020-12-31", None, "ann", "bob")


def test_a_save_over_a_newer_version_is_refused_with_both_shown(store: Store, agency: AgencyInfo) -> None:
    client, _, _ = one_of_each(store, agency)
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", client.id, {**client.values, "SEX": "1"}, 1)
    mine = {**client.values, "SEX": "2"}
    with (
        pytest.raises(NewerVersion, match=r"saved by bob at 2021-01-10 11:00:00") as caught,
        store.writing(Who("ann", LATER)) as work,
    ):
        save.create(work, "client", agency.id, "", {"CLIENT": "not to be kept"})
        save.change(work, "client", client.id, mine, 1)
    assert caught.value.mine.values == mine and caught.value.mine.version == 1
    assert caught.value.theirs == ask(store, read.get, "client", client.id) and caught.value.theirs.values["SEX"] == "1"
    assert "19800229" not in str(caught.value)
    with store.reading() as snapshot:
        connection = snapshot.connection
        assert len(connection.execute(select(CLIENTS)).all()) == 1


def test_deleting_hides_what_is_below_and_undeleting_brings_it_back(store: Store, agency: AgencyInfo) -> None:
    client, episode, event = one_of_each(store, agency)
    with store.writing(Who("ann", LATER)) as work:
        gone = save.delete(work, "client", client.id, 1)
    assert gone.deleted and gone.version == 2 and list(ask(store, read.episodes, agency)) == []
    assert ask(store, read.count_episodes, agency) == 0 and ask(store, read.known_episodes, agency, [episode.id]) == {}
    assert not ask(store, read.get, "episode", episode.id).deleted and ask(store, read.bearing, agency, client.id) == []
    for attempt in ("change", "create", "load"):
        with pytest.raises(Problem, match="is deleted"), store.writing(Who("ann", LATER)) as work:
            if attempt == "change":
                save.change(work, "client", client.id, {}, 2)
            elif attempt == "create":
                save.create(work, "episode", client.id, "", {})
            else:
                bulk_load.load(work, agency, [EpisodeRecord({}, {}, client_id=client.id)])
    with pytest.raises(NewerVersion, match="deleted by ann"), store.writing(Who("ann", LATER)) as work:
        save.change(work, "client", client.id, {}, 1)
    with store.writing(Who("ann", LATER)) as work:
        save.undelete(work, "client", client.id, 2)
        save.delete(work, "event", event.id, 1)
    assert [len(record.events) for record in ask(store, read.episodes, agency)] == [0]
    assert [entry.act for entry in ask(store, audit.history, [client.id])] == ["create", "delete", "undelete"]


def test_what_is_not_there_is_one_sentence(store: Store, agency: AgencyInfo) -> None:
    with pytest.raises(Problem, match="There is no client nobody"):
        ask(store, read.get, "client", "nobody")
    with pytest.raises(Problem, match="There is no agency"), store.writing(Who("ann", NOW)) as work:
        save.create(work, "client", "nobody", "", {})
    with pytest.raises(Problem, match="There is no client"), store.writing(Who("ann", NOW)) as work:
        save.create(work, "episode", "nobody", "", {})


def test_many_at_once_equal_one_by_one(
    store: Store, agency: AgencyInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_load, "BATCH", 17)
    monkeypatch.setattr(audit, "BATCH", 40)
    with store.writing(Who("ann", NOW)) as work:
        counts = bulk_load.load(work, agency, records(39))
    assert (counts.clients, counts.episodes, counts.events) == (26, 39, 39)
    with open_store(tmp_path / "two.db", store.key_file, standards, create=True) as other:
        with other.writing(Who("ann", NOW)) as work:
            its = agencies.ensure(work, "A0001", "small")
            clients: dict[str, str] = {}
            for record in records(39):
                if record.client_id not in clients:
                    clients[record.client_id] = save.create(work, "client", its.id, "", record.client).id
                episode = save.create(work, "episode", clients[record.client_id], "", record.episode)
                for event in record.events:
                    save.create(work, "event", episode.id, event.section, event.values)
        for table in (CLIENTS, EPISODES, EVENTS):
            columns = [column for column in table.c if column.name != "id"]
            with store.reading() as left, other.reading() as right:
                query = select(*columns).order_by(table.c.number)
                assert left.connection.execute(query).all() == right.connection.execute(query).all()
        assert ask(other, audit.verify).whole and ask(other, audit.verify).rows == ask(store, audit.verify).rows == 105
    assert ask(store, audit.verify).whole


def test_a_load_adds_to_a_stored_client_and_singles_without_a_key(store: Store, agency: AgencyInfo) -> None:
    client, _, _ = one_of_each(store, agency)
    with store.writing(Who("ann", NOW)) as work:
        counts = bulk_load.load(
            work, agency, [EpisodeRecord({"CLIENT": "ignored"}, {}, client_id=client.id), EpisodeRecord({}, {})]
        )
        bulk_load.load(work, agency, [EpisodeRecord({}, {})])
    assert (counts.clients, counts.episodes) == (1, 2)
    found = list(ask(store, read.episodes, agency))
    assert [record.client_id == client.id for record in found] == [True, True, False, False]
    assert found[2].client_id != found[3].client_id and found[1].client == client.values
    assert UUID(found[2].episode["EPISODID"])


def test_episodes_come_in_order_of_entry_and_by_id(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(1500))
    found = list(ask(store, read.episodes, agency))
    assert [record.episode["EPISODID"] for record in found] == [f"e{number}" for number in range(1500)]
    assert [event.values.get("SUBMID", event.values.get("REFERID")) for event in found[5].events] == ["v5.0", "v5.1"]
    assert ask(store, read.count_episodes, agency) == 1500
    wanted = [found[index].episode_id for index in range(1400, 3, -2)]
    assert list(ask(store, read.episodes, agency, [*wanted, wanted[0], "nobody"])) == found[4:1401:2]
    known = ask(store, read.known_episodes, agency, [f"e{number}" for number in range(1600)])
    assert len(known) == 1500 and known["e5"].client.values["CLIENTID"] == "c3"
    assert [event.id for event in known["e5"].events] == [event.id for event in found[5].events]
    assert len(ask(store, read.clients_bearing, agency, {f"c{number}" for number in range(2000)})) == 1000


def test_the_order_costs_no_sort(store: Store, agency: AgencyInfo) -> None:
    with store.reading() as snapshot:
        connection = snapshot.connection
        query = str(read.episode_query(agency).compile(store._engine, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query).fetchall()
    assert not any("TEMP B-TREE" in str(step) or "SCAN" in str(step) for step in plan), plan


def test_a_stream_shows_one_moment(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(3))
    before = store.data_version()
    stream = ask(store, read.episodes, agency)
    next(stream)
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(5))
    assert len(list(stream)) == 2 and ask(store, read.count_episodes, agency) == 8
    assert store.data_version() != before and store.data_version() == store.data_version()


def test_an_agency_sees_its_own(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.ensure(work, "A0002", "small")
        bulk_load.load(work, agency, records(3))
        bulk_load.load(work, other, records(6))
    assert (
        len(list(ask(store, read.episodes, agency))) == 3
        and len(ask(store, read.clients_bearing, other, ["c0", "c3"])) == 2
    )


def test_drafts_come_back_and_go_with_the_save(store: Store, agency: AgencyInfo) -> None:
    client, _, _ = one_of_each(store, agency)
    do(store, Who("ann", NOW), drafts.save, Draft("client", client.id, {"CLIENT": "r"}, 1))
    do(store, Who("ann", LATER), drafts.save, Draft("client", client.id, {"CLIENT": "r2"}, 1))
    do(store, Who("ann", NOW), drafts.save, Draft("episode", "new-1", {"PC": "x"}, 0, parent_id=client.id))
    do(store, Who("bob", NOW), drafts.save, Draft("client", client.id, {"CLIENT": "r3"}, 1))
    first, second = ask(store, drafts.listed, "ann")
    assert (first.values, first.saved_at, first.base_version) == ({"CLIENT": "r2"}, LATER, 1)
    assert (second.record_id, second.parent_id) == ("new-1", client.id)
    with pytest.raises(RuntimeError), store.writing(Who("ann", LATER)) as work:
        save.change(work, "client", client.id, first.values, 1)
        drafts.drop(work, client.id)
        raise RuntimeError
    assert len(ask(store, drafts.listed, "ann")) == 2
    with store.writing(Who("ann", LATER)) as work:
        save.change(work, "client", client.id, first.values, 1)
        drafts.drop(work, client.id)
    do(store, Who("ann", NEVER), drafts.drop, "new-1")
    assert ask(store, drafts.listed, "ann") == [] and len(ask(store, drafts.listed)) == 1


def test_time_needs_a_zone(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"), store.writing(Who("ann", NOW.replace(tzinfo=None))):
        pass


def test_plain_sqlite_cannot_read_it(store: Store) -> None:
    store.close()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(store.path).execute("SELECT count(*) FROM client")


def test_an_agency_is_entered_once_and_the_audit_tells_it(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        made = agencies.enter(work, "A0007", "small", "North")
        assert agencies.ensure(work, "A0007", "small") == made
    assert (made.code, made.standard, made.name) == ("A0007", "small", "North")
    assert [(entry.act, entry.person) for entry in ask(store, audit.history, [made.id])] == [("create", "ann")]
    with (
        pytest.raises(Problem, match="This store has the agency A0007 of small already: open it, or give another"),
        store.writing(Who("bob", NOW)) as work,
    ):
        agencies.enter(work, "A0007", "small")
    assert len(ask(store, agencies.listed)) == 2 and ask(store, audit.verify).whole
