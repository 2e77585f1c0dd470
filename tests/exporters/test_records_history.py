"""What was done to a record, and what somebody did on a day: told from the audit, by few questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from exporters.records import history
from store.disk import audit
from store.facts import AgencyInfo, Who
from store.people import looks
from store.people.record_acts import EFFECTS
from store.records import agencies, bulk_load, read, save
from store.snapshot import Snapshot
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, row, visit
from tests.stores import ask
from validators.problems import Problem
from validators.synthetic import synthetic_episodes

LONDON = ZoneInfo("Europe/London")
DAY = date(2021, 1, 10)


@contextmanager
def asked(snapshot: Snapshot) -> Iterator[list[tuple[str, Any]]]:
    """Every statement the store is asked within, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    event.listen(snapshot.connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(snapshot.connection, "before_cursor_execute", note)


def entered(desk: Desk) -> AgencyInfo:
    """An agency with one client who has an episode with an event, imported by ann."""
    desk.take([row() | visit()])
    return ask(desk.store, agencies.one)


def changed(desk: Desk, person: str, at: datetime, **values: str) -> str:
    """Change the episode's values; return its id."""
    agency = ask(desk.store, agencies.one)
    episode = next(ask(desk.store, read.episodes, agency)).episode_id
    with desk.store.writing(Who(person, at)) as unit:
        its = read.get(unit, "episode", episode)
        save.change(unit, "episode", episode, {**its.values, **values}, its.version)
    return episode


def test_a_record_s_history_is_its_own_and_that_of_all_below_newest_first(desk: Desk) -> None:
    agency = entered(desk)
    episode = changed(desk, "bob", NOW, PC="NE1 5")
    record = next(ask(desk.store, read.episodes, agency))
    found = ask(desk.store, history.of_record, episode)
    assert (found.record.id, found.client.id) == (episode, record.client_id)
    assert [(one.entry.person, one.entry.field, one.record.kind) for one in found.changes] == [
        ("bob", "PC", "episode"),
        ("ann", "", "event"),
        ("ann", "", "episode"),
    ]
    whole = ask(desk.store, history.of_record, record.client_id)
    assert {one.record.kind for one in whole.changes} == {"client", "episode", "event"}
    assert whole.changes[0].entry.number == max(one.entry.number for one in whole.changes)


def test_who_looked_is_told_of_any_record_of_the_client(desk: Desk) -> None:
    """A look is at the whole client: of one of their episodes nothing was told."""
    record = next(ask(desk.store, read.episodes, entered(desk)))
    with desk.store.writing(Who("eve", NOW, "s")) as unit:
        looks.note(unit, record.client_id)
    for id in (record.client_id, record.episode_id, record.events[0].id):
        found = ask(desk.store, history.of_record, id, looks=True)
        assert (found.changes[0].entry.person, found.changes[0].record.kind) == ("eve", "client")
        assert [one.entry.number for one in found.changes[1:]] == [
            one.entry.number for one in ask(desk.store, history.of_record, id).changes
        ]


def test_a_record_that_is_nowhere_has_no_history(desk: Desk) -> None:
    with pytest.raises(Problem, match="That record is not in the store"):
        ask(desk.store, history.of_record, "nothing")


def test_where_a_record_stands(desk: Desk) -> None:
    agency = entered(desk)
    record = next(ask(desk.store, read.episodes, agency))
    client, episode, event_id = record.client_id, record.episode_id, record.events[0].id
    assert ask(desk.store, history.place_of, client) == history.RecordPlace(client)
    assert ask(desk.store, history.place_of, episode) == history.RecordPlace(client, episode)
    assert ask(desk.store, history.place_of, event_id) == history.RecordPlace(client, episode, event_id)


def test_a_day_is_one_person_s_and_ends_at_midnight_in_the_zone(desk: Desk) -> None:
    agency = entered(desk)
    changed(desk, "bob", datetime(2020, 7, 1, 22, 59, tzinfo=UTC), PC="A1 1")
    changed(desk, "bob", datetime(2020, 7, 1, 23, 0, tzinfo=UTC), PC="A1 2")  # the second of July, in London
    changed(desk, "eve", datetime(2020, 7, 1, 12, 0, tzinfo=UTC), PC="A1 3")

    def told(person: str, day: date) -> list[str | None]:
        found = ask(desk.store, history.of_person, agency, person, day, LONDON)
        assert found.whole
        return [one.entry.new for one in found.changes]

    assert told("bob", date(2020, 7, 1)) == ["A1 1"] and told("bob", date(2020, 7, 2)) == ["A1 2"]
    assert told("eve", date(2020, 7, 1)) == ["A1 3"] and told("eve", date(2020, 7, 2)) == []
    assert told("nobody", date(2020, 7, 1)) == []


def test_what_is_deleted_is_told_and_another_agency_s_is_not(desk: Desk) -> None:
    agency = entered(desk)
    record = next(ask(desk.store, read.episodes, agency))
    with desk.store.writing(Who("bob", NOW)) as unit:
        other = agencies.ensure(unit, "T0999", STANDARD.id)
        save.create(unit, "client", other.id, "", {"CLIENT": "another"})
        save.delete(unit, "client", record.client_id, 1)
    found = ask(desk.store, history.of_person, agency, "bob", DAY, LONDON).changes
    assert [(one.entry.act, one.record.deleted, one.client.values["CLIENT"]) for one in found] == [
        ("delete", True, "1001")
    ]
    mine = ask(desk.store, history.of_person, other, "bob", DAY, LONDON).changes
    assert [one.client.values["CLIENT"] for one in mine] == ["another"]


def test_more_than_can_be_told_is_said_to_be_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    agency = entered(desk)
    monkeypatch.setattr(history, "MOST", 2)
    found = ask(desk.store, history.of_person, agency, "ann", DAY, LONDON)
    assert len(found.changes) == 2 and not found.whole


def test_what_a_person_did_today_is_two_questions_however_many_records_there_are(desk: Desk) -> None:
    agency = entered(desk)
    people = synthetic_episodes(STANDARD, 300, seed=3, today=DAY, faults=False, agency=agency.code)
    with desk.store.writing(Who("loader", NOW)) as unit:
        bulk_load.load(unit, agency, people, act="sample")
    with desk.store.reading() as snapshot:
        ids = [record.episode_id for record in read.episodes(snapshot, agency)]
    with desk.store.writing(Who("bob", NOW)) as unit:
        for id in ids:
            its = read.get(unit, "episode", id)
            save.change(unit, "episode", id, {**its.values, "PC": "ZZ9 9"}, its.version)
    with desk.store.reading() as snapshot, asked(snapshot) as statements:
        found = history.of_person(snapshot, agency, "bob", DAY, LONDON)
        assert len(found.changes) == len(ids) > 250 and found.whole
        assert {one.record.id for one in found.changes} == set(ids)
        assert len(statements) == 2
        (first, parameters), _ = statements
        plan = [str(line[3]) for line in snapshot.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {first}", parameters)]
    assert any("audit USING INDEX ix_audit_person_at (person=? AND at>? AND at<?)" in line for line in plan), plan
    assert not any(line.startswith("SCAN") or "TEMP B-TREE" in line for line in plan), plan


def test_the_index_is_in_a_store_that_was_made_now(desk: Desk) -> None:
    with desk.store.reading() as snapshot:
        query = text("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit'")
        assert "ix_audit_person_at" in snapshot.connection.execute(query).scalars().all()
    assert ask(desk.store, audit.verify).whole


def test_every_act_on_a_record_has_words() -> None:
    assert set(history.ACT_WORDS) == set(EFFECTS)
