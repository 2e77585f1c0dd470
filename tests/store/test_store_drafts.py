"""Drafts: what was typed and not saved, what it began with, and in which window; and who is still there to type."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from store.disk import schema, sqlite
from store.facts import AgencyInfo
from store.live.session_ids import is_dead, new_session
from store.store import Store
from tests.store.small_standard import NOW

LATER = NOW + timedelta(minutes=5)
NAME_IT = (
    "import sys; from store.live.session_ids import new_session; print(new_session(), flush=True); sys.stdin.read()"
)


def test_a_draft_tells_what_it_began_with_and_what_nobody_confirmed(store: Store, agency: AgencyInfo) -> None:
    with store.write("ann", NOW) as work:
        client = work.create("client", agency.id, "", {"CLIENT": "r", "SEX": "1"})
    store.save_draft(
        "ann", "client", client.id, {"CLIENT": "x", "SEX": "1"}, 1, NOW, began_with=client.values, unconfirmed={"SEX"}
    )
    draft = store.draft_of("ann", client.id)
    assert draft is not None
    assert draft.began_with == client.values
    assert draft.unconfirmed == ("SEX",)


def test_each_window_keeps_a_draft_of_its_own(store: Store) -> None:
    store.save_draft("ann", "client", "c", {"CLIENT": "one"}, 0, NOW, session="w1")
    store.save_draft("ann", "client", "c", {"CLIENT": "two"}, 0, LATER, session="w2")
    store.save_draft("ann", "client", "c", {"CLIENT": "one, on"}, 0, NOW, session="w1")
    assert [(one.session, one.values["CLIENT"]) for one in store.drafts("ann")] == [("w2", "two"), ("w1", "one, on")]
    latest = store.draft_of("ann", "c")
    assert latest is not None and latest.session == "w2"
    with store.write("ann", LATER) as work:
        work.drop_draft("c", "w2")
    assert [one.session for one in store.drafts("ann")] == ["w1"]
    store.drop_draft("ann", "c", "w2")
    assert len(store.drafts("ann")) == 1
    store.drop_draft("ann", "c")
    assert store.drafts("ann") == []


def test_a_draft_that_is_taken_over_writes_nothing_over(store: Store) -> None:
    store.save_draft("ann", "client", "c", {"CLIENT": "left"}, 0, NOW, session="killed")
    store.save_draft("bob", "client", "c", {"CLIENT": "bob's"}, 0, NOW, session="killed")
    store.take_over_draft("ann", "c", "killed", "mine")
    assert [(one.session, one.values["CLIENT"]) for one in store.drafts("ann")] == [("mine", "left")]
    store.save_draft("ann", "client", "c", {"CLIENT": "another"}, 0, LATER, session="w3")
    store.take_over_draft("ann", "c", "w3", "mine")
    found = {one.session: one.values["CLIENT"] for one in store.drafts("ann")}
    assert found == {"mine": "another", "w3": "left"}
    store.take_over_draft("ann", "c", "mine", "mine")
    assert {one.session: one.values["CLIENT"] for one in store.drafts("ann")} == found
    assert [one.session for one in store.drafts("bob")] == ["killed"]


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
        store.enter("bob", session, "client", "c", NOW)
        assert [one.person for one in store.others_in("client", "c", "mine", NOW)] == ["bob"]
        other.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(session), "also while nobody has asked for its exit code"
    assert is_dead(session)
    assert store.others_in("client", "c", "mine", NOW) == []
    name, process, began, room = session.split(".")
    assert not is_dead(f"{name}.{process}.{began}.{room}x"), "nobody can tell of another computer's"
    assert is_dead(f"{name}.{os.getpid()}.{began}.{room}"), "the number went to another process"


def test_drafts_of_an_older_store_are_kept_by_the_upgrade(store: Store, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    old.touch(0o600)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = sqlite.engine(old, store._key)
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
    with store.write("ann", NOW) as work:
        other = work.enter_agency("A0002", "small")
        own = work.create("client", agency.id, "", {"CLIENT": "r"})
        episode = work.create("episode", own.id, "", {"EPISODID": "e"})
        event = work.create("event", episode.id, "sub", {"SUBMID": "s"})
        theirs = work.create("client", other.id, "", {"CLIENT": "r"})
    for kind, record in (("client", own), ("episode", episode), ("event", event), ("client", theirs)):
        store.save_draft("ann", kind, record.id, {"CLIENT": "typed"}, 1, NOW)  # type: ignore[arg-type]
    store.save_draft("bob", "client", "new", {"CLIENT": "n"}, 0, NOW, parent_id=other.id)
    store.save_draft("bob", "episode", "new-e", {"REFLD": "n"}, 0, NOW, parent_id="new")
    store.save_draft("bob", "event", "new-v", {"SUBMID": "n"}, 0, NOW, parent_id="new-e", section="sub")
    store.save_draft("bob", "episode", "lost", {"REFLD": "n"}, 0, NOW, parent_id="gone for good")
    assert {one.record_id for one in store.drafts_in(agency)} == {own.id, episode.id, event.id}
    assert {one.record_id for one in store.drafts_in(other)} == {theirs.id, "new", "new-e", "new-v"}
    assert len(store.drafts()) == 8
