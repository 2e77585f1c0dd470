"""Drafts: what was typed and not saved, what it began with, and in which window; and who is still there to type."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from store.disk import schema, sqlite
from store.facts import NEVER, AgencyInfo, Draft, Who
from store.live import drafts, news, presence
from store.live.news import StoreState
from store.live.session_ids import is_dead, new_session
from store.records import agencies, save
from store.snapshot import Snapshot
from store.store import Store, open_store
from store.unit_of_work import UnitOfWork
from tests.store.small_standard import NOW, standards
from tests.stores import ask, do
from validators.problems import Problem

LATER = NOW + timedelta(minutes=5)
NAME_IT = (
    "import sys; from store.live.session_ids import new_session; print(new_session(), flush=True); sys.stdin.read()"
)


def test_a_draft_tells_what_it_began_with_and_what_nobody_confirmed(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENT": "r", "SEX": "1"})
    do(
        store,
        Who("ann", NOW),
        drafts.save,
        Draft("client", client.id, {"CLIENT": "x", "SEX": "1"}, 1, began_with=client.values, unconfirmed={"SEX"}),
    )
    draft = ask(store, drafts.one, "ann", client.id)
    assert draft is not None
    assert draft.began_with == client.values
    assert draft.unconfirmed == ("SEX",)


def test_each_window_keeps_a_draft_of_its_own(store: Store) -> None:
    do(store, Who("ann", NOW, "w1"), drafts.save, Draft("client", "c", {"CLIENT": "one"}, 0))
    do(store, Who("ann", LATER, "w2"), drafts.save, Draft("client", "c", {"CLIENT": "two"}, 0))
    do(store, Who("ann", NOW, "w1"), drafts.save, Draft("client", "c", {"CLIENT": "one, on"}, 0))
    assert [(one.session, one.values["CLIENT"]) for one in ask(store, drafts.listed, "ann")] == [
        ("w2", "two"),
        ("w1", "one, on"),
    ]
    latest = ask(store, drafts.one, "ann", "c")
    assert latest is not None and latest.session == "w2"
    with store.writing(Who("ann", LATER)) as work:
        drafts.drop(work, "c", "w2")
    assert [one.session for one in ask(store, drafts.listed, "ann")] == ["w1"]
    do(store, Who("ann", NEVER), drafts.drop, "c", "w2")
    assert len(ask(store, drafts.listed, "ann")) == 1
    do(store, Who("ann", NEVER), drafts.drop, "c")
    assert ask(store, drafts.listed, "ann") == []


def test_a_draft_that_is_taken_over_writes_nothing_over(store: Store) -> None:
    do(store, Who("ann", NOW, "killed"), drafts.save, Draft("client", "c", {"CLIENT": "left"}, 0))
    do(store, Who("bob", NOW, "killed"), drafts.save, Draft("client", "c", {"CLIENT": "bob's"}, 0))
    do(store, Who("ann", NEVER, "mine"), drafts.take_over, "c", "killed", "mine")
    assert [(one.session, one.values["CLIENT"]) for one in ask(store, drafts.listed, "ann")] == [("mine", "left")]
    do(store, Who("ann", LATER, "w3"), drafts.save, Draft("client", "c", {"CLIENT": "another"}, 0))
    do(store, Who("ann", NEVER, "mine"), drafts.take_over, "c", "w3", "mine")
    found = {one.session: one.values["CLIENT"] for one in ask(store, drafts.listed, "ann")}
    assert found == {"mine": "another", "w3": "left"}
    do(store, Who("ann", NEVER, "mine"), drafts.take_over, "c", "mine", "mine")
    assert {one.session: one.values["CLIENT"] for one in ask(store, drafts.listed, "ann")} == found
    assert [one.session for one in ask(store, drafts.listed, "bob")] == ["killed"]


def test_a_killed_program_is_told_from_one_that_runs(store: Store) -> None:
    assert not is_dead(new_session())
    assert not is_dead("of-another-kind")
    with subprocess.Popen(
        [sys.executable, "-c", NAME_IT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as other:
        assert other.stdout is not None
        session = other.stdout.readline().strip()
        do(store, Who("bob", NOW, session), presence.enter, "client", "c")
        assert [one.person for one in ask(store, presence.others, "client", "c", "mine", NOW)] == ["bob"]
        other.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(session), "also while nobody has asked for its exit code"
    assert is_dead(session)
    assert ask(store, presence.others, "client", "c", "mine", NOW) == []
    name, process, began, room = session.split(".")
    assert not is_dead(f"{name}.{process}.{began}.{room}x"), "nobody can tell of another computer's"
    assert is_dead(f"{name}.{os.getpid()}.{began}.{room}"), "the number went to another process"


def test_drafts_of_an_older_store_are_kept_by_the_upgrade(store: Store, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    old.touch(0o600)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = sqlite.engine(old, store.ground.key)
    with sqlite.writing(engine) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text(
                "INSERT INTO draft (person, kind, record_id, parent_id, section, typed, base_version, saved_at)"
                " VALUES ('ann', 'client', 'c', '', '', '{\"CLIENT\":\"r\"}', 3, '2021-01-09T10:00:00+00:00')"
            )
        )
        command.upgrade(config, "head")
        rows = connection.execute(text("SELECT typed, base_version, began_with, unconfirmed, session FROM draft")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [('{"CLIENT":"r"}', 3, "{}", "[]", "")]


def test_drafts_belong_to_the_agency_that_their_client_stands_under(store: Store, agency: AgencyInfo) -> None:
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.enter(work, "A0002", "small")
        own = save.create(work, "client", agency.id, "", {"CLIENT": "r"})
        episode = save.create(work, "episode", own.id, "", {"EPISODID": "e"})
        event = save.create(work, "event", episode.id, "sub", {"SUBMID": "s"})
        theirs = save.create(work, "client", other.id, "", {"CLIENT": "r"})
    for kind, record in (("client", own), ("episode", episode), ("event", event), ("client", theirs)):
        do(store, Who("ann", NOW), drafts.save, Draft(kind, record.id, {"CLIENT": "typed"}, 1))  # type: ignore[arg-type]
    do(store, Who("bob", NOW), drafts.save, Draft("client", "new", {"CLIENT": "n"}, 0, parent_id=other.id))
    do(store, Who("bob", NOW), drafts.save, Draft("episode", "new-e", {"REFLD": "n"}, 0, parent_id="new"))
    do(
        store,
        Who("bob", NOW),
        drafts.save,
        Draft("event", "new-v", {"SUBMID": "n"}, 0, parent_id="new-e", section="sub"),
    )
    do(store, Who("bob", NOW), drafts.save, Draft("episode", "lost", {"REFLD": "n"}, 0, parent_id="gone for good"))
    assert {one.record_id for one in ask(store, drafts.in_agency, agency)} == {own.id, episode.id, event.id}
    assert {one.record_id for one in ask(store, drafts.in_agency, other)} == {theirs.id, "new", "new-e", "new-v"}
    assert len(ask(store, drafts.listed)) == 8


def test_the_second_draft_of_a_record_is_one_statement_and_no_more(store: Store) -> None:
    ann = Who("ann", NOW, "w1")
    drafts.keep(store, ann, Draft("client", "c", {"CLIENT": "x"}, 0))
    done: list[str] = []
    with closing(store._engine.raw_connection()) as pooled:
        assert pooled.driver_connection is not None
        pooled.driver_connection.set_trace_callback(done.append)
    drafts.keep(store, Who("ann", LATER, "w1"), Draft("client", "c", {"CLIENT": "xy"}, 0, at_field="CLIENT"))
    drafts.keep(store, ann, Draft("client", "c", {"CLIENT": "xyz"}, 0))
    assert [statement.split()[0] for statement in done] == ["UPDATE", "UPDATE"]
    (one,) = ask(store, drafts.listed)
    assert (one.values, one.saved_at, one.session) == ({"CLIENT": "xyz"}, NOW, "w1")
    drafts.keep(store, Who("ann", NOW, "w2"), Draft("client", "c", {"CLIENT": "other window"}, 0))
    assert len(ask(store, drafts.listed)) == 2


def test_a_draft_is_refused_in_a_store_that_was_upgraded_meanwhile(store: Store) -> None:
    ann = Who("ann", NOW, "w1")
    drafts.keep(store, ann, Draft("client", "c", {"CLIENT": "x"}, 0))
    with sqlite.writing(store._engine) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Problem, match="was upgraded while it was open"):
        drafts.keep(store, ann, Draft("client", "c", {"CLIENT": "xy"}, 0))
    assert [one.values for one in ask(store, drafts.listed)] == [{"CLIENT": "x"}]


def test_anothers_draft_is_seen_without_reading_and_who_comes_to_the_client_is_seen(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing(Who("ann", NOW)) as work:
        mine, other = (save.create(work, "client", agency.id, "", {"CLIENT": name}) for name in ("m", "o"))
        episode = save.create(work, "episode", mine.id, mine.id, {})
    read: list[str] = []
    reading = Store.reading

    def counted(opened: Store) -> AbstractContextManager[Snapshot]:
        read.append("")
        return reading(opened)

    monkeypatch.setattr(Store, "reading", counted)

    def now(before: StoreState | None) -> StoreState:
        read.clear()
        return news.look(store, before, "mine", mine.id, NOW)

    def bob(act: Callable[[UnitOfWork], object]) -> None:
        with open_store(store.path, store.key_file, standards) as theirs:
            theirs.do(Who("bob", NOW, "his"), act)

    first = now(None)
    assert now(first) is first and not read
    bob(lambda unit: drafts.save(unit, Draft("client", other.id, {"CLIENT": "o2"}, 1)))
    bob(lambda unit: presence.enter(unit, "client", other.id))
    after = now(first)
    assert after.data != first.data and not read
    assert replace(after, data=first.data) == first, "nothing of that concerns who is in another client"
    bob(lambda unit: presence.enter(unit, "episode", episode.id))
    came = now(after)
    assert [(one.person, one.record_id) for one in came.others] == [("bob", episode.id)] and not read
    bob(presence.leave)
    assert now(came).others == ()
    bob(lambda unit: save.change(unit, "client", other.id, {"CLIENT": "o2"}, 1))
    saved = now(came)
    assert saved.saved == first.saved + 1 and saved.act > first.act and len(read) == 1
