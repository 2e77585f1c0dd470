"""The audit: one row for what is created, one per field that changes, and a chain that shows any hand laid on it."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from store.disk import audit, doctor
from store.disk.keys import Key
from store.facts import AgencyInfo, Who
from store.records import bulk_load, read, save
from store.snapshot import Snapshot
from store.store import Store
from tests.store.small_standard import LATER, NOW, records
from tests.stores import ask


def changed_client(store: Store, agency: AgencyInfo) -> str:
    """A client whose sex and initial were entered later; return its id."""
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENTID": "c", "DOB": "19800229"})
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", client.id, {"CLIENTID": "c", "SEX": "1", "FINITIAL": "A"}, 1)
    return client.id


def test_history_tells_who_did_what_to_which_field(store: Store, agency: AgencyInfo) -> None:
    history = ask(store, audit.history, [changed_client(store, agency)])
    assert [(entry.person, entry.act, entry.field, entry.old, entry.new) for entry in history] == [
        ("ann", "create", "", None, '{"CLIENTID":"c","DOB":"19800229"}'),
        ("bob", "change", "DOB", "19800229", ""),
        ("bob", "change", "SEX", "", "1"),
        ("bob", "change", "FINITIAL", "", "A"),
    ]
    assert history[0].at == NOW and history[1].at == LATER and history[0].kind == "client"


def test_acts_can_be_named(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(1), act="import")
        client = save.create(work, "client", agency.id, "", {}, act="import")
        save.change(work, "client", client.id, {"SEX": "1"}, 1, act="merge")
    assert [entry.act for entry in ask(store, audit.history, [client.id])] == ["import", "merge", "merge"]


def test_an_act_of_which_nobody_said_what_it_does_to_a_record_is_refused(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENTID": "a"})
    with pytest.raises(ValueError, match="record_acts"), store.writing(Who("ann", NOW)) as work:
        save.change(work, "client", client.id, {"CLIENTID": "b"}, 1, act="improve")
    assert ask(store, read.get, "client", client.id).values == {"CLIENTID": "a"}


def test_what_is_undone_leaves_no_row(store: Store, agency: AgencyInfo) -> None:
    before = ask(store, audit.verify)
    with pytest.raises(RuntimeError), store.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, agency, records(5000))
        raise RuntimeError
    assert ask(store, audit.verify) == before and ask(store, read.count_episodes, agency) == 0


@pytest.mark.parametrize(
    ("tampering", "row", "why"),
    [
        ("UPDATE audit SET person='eve' WHERE number=3", 3, "altered"),
        ("UPDATE audit SET at='2020-01-01T00:00:00+00:00' WHERE number=2", 2, "altered"),
        ("UPDATE audit SET seal=x'00' WHERE number=4", 4, "altered"),
        ("UPDATE audit_value SET new='2' WHERE audit_number=4", 4, "values were altered"),
        ("UPDATE audit_value SET old='' WHERE audit_number=3", 3, "values were altered"),
        ("UPDATE audit_value SET old=NULL WHERE audit_number=4", 4, "values were altered"),
        ("DELETE FROM audit WHERE number=3", 3, "missing here"),
        ("DELETE FROM audit WHERE number=5", 5, "missing at the end"),
        ("DELETE FROM audit", 1, "missing at the end"),
        ("UPDATE audit SET number=6 WHERE number=5", 5, "missing here"),
        ("DELETE FROM audit_head", 6, "missing at the end"),
    ],
)
def test_tampering_is_found_at_its_row(store: Store, agency: AgencyInfo, tampering: str, row: int, why: str) -> None:
    changed_client(store, agency)
    assert ask(store, audit.verify).whole and ask(store, audit.verify).rows == 5
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        connection.execute(text(tampering))
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    report = ask(store, audit.verify)
    assert report.broken_at == row and why in report.why and not report.whole
    assert [check.name for check in ask(store, doctor.examine) if not check.ok and check.name == "audit"] == ["audit"]


def test_values_can_be_erased_and_the_chain_stays_whole(store: Store, agency: AgencyInfo) -> None:
    client = changed_client(store, agency)
    with store.writing(Who("ann", LATER)) as work:
        assert work.chain.erase("client", client) == 4
    report = ask(store, audit.verify)
    assert report.whole and report.rows == 6 and report.erased == 4
    history = ask(store, audit.history, [client])
    assert [(entry.act, entry.old, entry.new, entry.erased) for entry in history] == [
        ("create", None, None, True),
        *[("change", None, None, True)] * 3,
        ("erase", None, None, False),
    ]
    with store.writing(Who("ann", LATER)) as work:
        save.change(work, "client", client, {"SEX": "2"}, 2)
    assert ask(store, audit.verify).whole


def test_the_digests_depend_on_the_key(store: Store, agency: AgencyInfo) -> None:
    from store.disk import audit

    changed_client(store, agency)
    with store.reading() as snapshot:
        connection = snapshot.connection
        ground = replace(store.ground, key=Key(bytes(32), store.ground.key.path))
        assert audit.verify(Snapshot(connection, ground)).broken_at == 1
    assert audit.seal(b"k", bytes(16), "a", None) != audit.seal(b"k", bytes(16), "a", "")
    assert audit.seal(b"k", bytes(16), "ab", "c") != audit.seal(b"k", bytes(16), "a", "bc")


@pytest.mark.parametrize(
    "text", ["", "plain", 'a "quote" and \\ more', "\x00\x1f\x7f", "Llŷr \U0001f600 \u2028", "\ud800", "\n\r\t\b\f/"]
)
def test_a_link_is_digested_as_the_json_it_always_was(text: str) -> None:
    link = audit.Link(4711, text, text, "act", text, "id", text)
    assert audit.plain(link) == json.dumps(link, ensure_ascii=True, separators=(",", ":"))
