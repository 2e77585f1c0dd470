"""Opening a store: made, found, refused. What cannot be done is one sentence, and nothing is left half-done."""

import contextlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from store.disk import files, schema, sqlite
from store.disk.keys import read_or_make_key
from store.disk.tables import METADATA
from store.facts import AgencyInfo, Who
from store.records import agencies, save
from store.store import Store, open_store
from tests.store.small_standard import NOW, standards
from tests.stores import ask
from validators.problems import Problem

ROOT = Path(__file__).parents[2]


def python(code: str, *arguments: str) -> str:
    """Run a piece of program in a fresh interpreter; return what it printed."""
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_a_new_store_is_private_encrypted_and_says_that_it_made_a_key(store: Store, agency: AgencyInfo) -> None:
    assert store.made_key and stat.S_IMODE(store.path.stat().st_mode) == 0o600
    with store.writing(Who("ann", NOW)) as work:
        save.create(work, "client", agency.id, "", {"CLIENT": "A-very-special-reference"})
    everything = b"".join(path.read_bytes() for path in store.path.parent.glob("keywork.db*"))
    assert b"A-very-special-reference" not in everything and b"SQLite format" not in everything
    assert b"A0001" not in everything and b"CREATE TABLE" not in everything


def test_a_store_in_a_shared_folder_is_shared_with_the_group(tmp_path: Path, key_file: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o2770)
    before = os.umask(0o077)
    try:
        with (
            open_store(folder / "s.db", key_file, standards, create=True) as store,
            store.writing(Who("ann", NOW)) as work,
        ):
            agencies.ensure(work, "A1", "small")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"s.db": 0o660, "s.db-wal": 0o660, "s.db-shm": 0o660}


def test_a_store_that_is_not_there_is_not_made_and_neither_is_a_key(tmp_path: Path, key_file: Path) -> None:
    with pytest.raises(Problem, match="There is no store at"):
        open_store(tmp_path / "none.db", key_file, standards)
    with pytest.raises(Problem, match="There is no store at"):
        open_store(tmp_path / "none.db", key_file, standards, create=True, read_only=True)
    assert not list(tmp_path.rglob("*.*"))


def test_a_store_is_opened_again_with_what_it_held(store: Store, agency: AgencyInfo, key_file: Path) -> None:
    store.close()
    with open_store(store.path, key_file, standards, create=True) as again:
        assert not again.made_key and ask(again, agencies.listed) == [agency] and ask(again, agencies.one) == agency


def test_a_wrong_key_is_told(store: Store, tmp_path: Path) -> None:
    other, _ = read_or_make_key(tmp_path / "other.key", may_make=True)
    with pytest.raises(Problem, match="not a Keywork store, or the key file is another") as caught:
        open_store(store.path, other.path, standards)
    assert caught.value.__cause__ is None and other.hex not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"h", b"hello " * 4000, b"SQLite format 3\0" + bytes(8176)])
def test_a_file_that_is_no_store_is_told_and_left_alone(tmp_path: Path, key_file: Path, content: bytes) -> None:
    read_or_make_key(key_file, may_make=True)
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(Problem, match="not a Keywork store"):
        open_store(path, key_file, standards, create=True)
    assert path.read_bytes() == content


def test_a_directory_and_a_pipe_are_no_stores(tmp_path: Path, key_file: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(Problem, match="not a plain file"):
            open_store(path, key_file, standards, create=True)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="could not be opened as the store"):
        open_store(tmp_path / "file" / "s.db", key_file, standards, create=True)


def test_a_journal_without_its_store_is_not_taken_into_a_new_one(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "s.db-wal").write_bytes(b"old")
    with pytest.raises(Problem, match=r"journal s\.db-wal"):
        open_store(tmp_path / "s.db", key_file, standards, create=True)


def test_an_old_sqlite_is_refused() -> None:
    with pytest.raises(Problem, match=r"SQLite 3\.40\.1.*install 3\.51\.3 or newer"):
        sqlite.refuse_old((3, 40, 1))


def test_a_newer_store_is_refused(store: Store, key_file: Path) -> None:
    raw = sqlite.connect(store.path, read_or_make_key(key_file, may_make=False)[0])
    raw.execute("UPDATE alembic_version SET version_num='9999'")
    raw.close()
    with pytest.raises(Problem, match=r"version \(9999\) this program does not know"):
        open_store(store.path, key_file, standards)
    with pytest.raises(Problem, match="upgraded while it was open"), store.writing(Who("ann", NOW)):
        pass


def _migrations(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'm.db'}")
    made = create_engine(f"sqlite:///{tmp_path / 't.db'}")
    METADATA.create_all(made)
    with engine.begin() as connection:
        command.upgrade(_migrations(connection), "head")
        assert schema.version(connection) == schema.HEAD
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    one, two = inspect(engine), inspect(made)
    for table in METADATA.tables:
        for question in (
            "get_columns",
            "get_indexes",
            "get_pk_constraint",
            "get_unique_constraints",
            "get_foreign_keys",
        ):
            left, right = ([_plain(entry) for entry in getattr(it, question)(table)] for it in (one, two))
            assert sorted(left) == sorted(right), f"{table}: {question}"
    query = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name")
    with engine.connect() as left_db, made.connect() as right_db:
        assert left_db.execute(query).fetchall() == right_db.execute(query).fetchall()


def _set_back(raw: Any, version: str, beside: Path) -> None:
    """Take from a store what its tables have since a version, so that it is as one of that version."""
    engine = create_engine(f"sqlite:///{beside}")
    with engine.begin() as connection:
        command.upgrade(_migrations(connection), version)
        older = inspect(connection)
        tables = {name: {column["name"] for column in older.get_columns(name)} for name in older.get_table_names()}
        indexes = {one["name"] for name in tables for one in older.get_indexes(name)}
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql > ''").fetchall():
        if name not in indexes:
            raw.execute(f"DROP INDEX {name}")
    for name in METADATA.tables:
        if name not in tables:
            raw.execute(f"DROP TABLE {name}")
            continue
        for column in [row[1] for row in raw.execute(f"PRAGMA table_info({name})").fetchall()]:
            if column not in tables[name]:
                raw.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    raw.execute("UPDATE alembic_version SET version_num = ?", (version,))


def test_an_upgrade_fills_in_who_has_no_answer_and_keeps_the_lines(
    store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    """Made anew they would take minutes in a large store; what is filled in is what a save writes."""
    with store.writing(Who("ann", NOW)) as unit:
        for closures in (("",), ("20200301", "20191231"), ("soon",), ()):
            client = save.create(unit, "client", agency.id, "", {})
            save.create(unit, "episode", client.id, "", {"REFLD": "20190101", "CONSENT": "Y", "DISD": "20201231"})
            for closed in closures:
                save.create(unit, "episode", client.id, "", {"REFLD": "20190101", "DISD": closed})
    key = read_or_make_key(store.key_file, may_make=False)[0]
    store.close()
    raw = sqlite.connect(store.path, key)
    lines = raw.execute("SELECT * FROM client_line ORDER BY client_number").fetchall()
    _set_back(raw, "0015", tmp_path / "older.db")
    raw.execute("UPDATE client_line SET flags = flags + 128 WHERE client_number = 1")
    raw.close()
    with open_store(store.path, store.key_file, standards):
        raw = sqlite.connect(store.path, key)
    assert raw.execute("SELECT * FROM client_line ORDER BY client_number").fetchall() == lines
    told = [row[0] for row in raw.execute("SELECT unanswered FROM client_line ORDER BY client_number")]
    raw.close()
    assert told == ["9999-12-31", "2020-03-01", "9999-12-31", ""]


def test_an_upgrade_takes_what_is_no_answer_about_consent_for_none(
    store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    """A word that an older version kept as an answer: the checklist ticked that each episode has one."""
    with store.writing(Who("ann", NOW)) as unit:
        for answer in ("Y", "N", "Yes", ""):
            client = save.create(unit, "client", agency.id, "", {})
            save.create(unit, "episode", client.id, "", {"REFLD": "20190101", "CONSENT": answer})
    key = read_or_make_key(store.key_file, may_make=False)[0]
    store.close()
    raw = sqlite.connect(store.path, key)
    now = raw.execute("SELECT consent, typed FROM episode ORDER BY number").fetchall()
    _set_back(raw, "0017", tmp_path / "older.db")
    raw.execute("UPDATE agency SET standard = 'ndtms-r-ad'")
    raw.execute("UPDATE episode SET consent = 'Yes' WHERE number = 3")
    raw.execute("UPDATE client_line SET unanswered = '' WHERE client_number = 3")
    raw.close()
    with open_store(store.path, store.key_file, standards):
        raw = sqlite.connect(store.path, key)
    assert raw.execute("SELECT consent, typed FROM episode ORDER BY number").fetchall() == now
    told = [row[0] for row in raw.execute("SELECT unanswered FROM client_line ORDER BY client_number")]
    raw.close()
    assert told == ["", "", "9999-12-31", "9999-12-31"]


def test_an_upgrade_keeps_a_list_of_what_the_portal_refused_with_the_extract_it_was_read_by(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'm.db'}")
    with engine.begin() as connection:
        command.upgrade(_migrations(connection), "0018")
        row = "(1, '2020-11', 'an extract', '2 DOB', 1, '2020-12-02T09:00:00+00:00', 'ann')"
        connection.execute(text(f"INSERT INTO bounce_list VALUES {row}"))
        command.upgrade(_migrations(connection), "head")
        (kept,) = connection.execute(text("SELECT * FROM bounce_list")).mappings()
    assert (kept["extract_id"], kept["submission"], kept["told"], kept["counts_rows"], kept["kept_by"]) == (
        "an extract", "2020-11", "2 DOB", 1, "ann",
    )  # fmt: skip


def _plain(entry: object) -> str:
    """What an inspector tells of a column or an index; the condition of an index is an object, meant by its text."""
    if isinstance(entry, dict) and "sqlite_where" in (options := entry.get("dialect_options", {})):
        return repr({**entry, "dialect_options": {name: str(option) for name, option in options.items()}})
    return repr(entry)


def test_an_older_store_is_upgraded_after_a_copy_was_kept(
    store: Store, agency: AgencyInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps"
    (steps / "versions").mkdir(parents=True)
    for made in (schema.MIGRATIONS / "env.py", *(schema.MIGRATIONS / "versions").glob("0*.py")):
        (steps / made.relative_to(schema.MIGRATIONS)).write_text(made.read_text())
    (steps / "versions" / "next.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\nrevision = 'next'\ndown_revision = '{schema.HEAD}'\n"
        "def upgrade():\n    op.add_column('agency', sa.Column('town', sa.String()))\n"
    )
    key = read_or_make_key(store.key_file, may_make=False)[0]
    engine = sqlite.engine(store.path, key)
    with pytest.raises(Problem, match="older version"):
        schema.bring_up_to_date(engine, store.path, key, read_only=True, head="next", scripts=steps)
    assert schema.bring_up_to_date(engine, store.path, key, read_only=False, head="next", scripts=steps)
    with engine.connect() as connection:
        assert schema.version(connection) == "next"
        assert connection.execute(text("SELECT town FROM agency")).fetchall() == [(None,)]
    engine.dispose()
    copy = store.path.with_name(f"keywork.db.version-{schema.HEAD}")
    with open_store(copy, store.key_file, standards) as kept:
        assert ask(kept, agencies.listed) == [agency]
    # The older one is put back and worked with, then upgraded again: that work is in a copy, too.
    store.close()
    store.path.write_bytes(copy.read_bytes())
    with open_store(store.path, store.key_file, standards) as again, again.writing(Who("ann", NOW)) as work:
        agencies.ensure(work, "A0002", "small")
    for _ in range(2):
        engine = sqlite.engine(store.path, key)
        schema.bring_up_to_date(engine, store.path, key, read_only=False, head="next", scripts=steps)
        engine.dispose()
        copies = sorted(path.name for path in store.path.parent.glob("keywork.db.version-*[0-9]"))
        assert copies == [copy.name, f"{copy.name}-2"], "a copy of an earlier attempt is as good"
        stamp = sqlite.connect(store.path, key)
        stamp.execute("UPDATE alembic_version SET version_num = ?", (schema.HEAD,))
        stamp.execute("ALTER TABLE agency DROP COLUMN town")
        stamp.close()
    with open_store(copy.with_name(copies[1]), store.key_file, standards) as kept:
        assert [one.code for one in ask(kept, agencies.listed)] == [agency.code, "A0002"]

    # A newer program is quicker: the store is not worked with as if it were of this one's version.
    def upgraded_meanwhile(*_: object) -> None:
        with contextlib.closing(sqlite.connect(store.path, key)) as newer:
            newer.execute("UPDATE alembic_version SET version_num = 'later'")

    monkeypatch.setattr(schema, "_keep_copy", upgraded_meanwhile)
    engine = sqlite.engine(store.path, key)
    with pytest.raises(Problem, match=r"of a version \(later\) this program does not know"):
        schema.bring_up_to_date(engine, store.path, key, read_only=False, head="next", scripts=steps)
    engine.dispose()


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(store: Store, agency: AgencyInfo, tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    (steps / "versions").mkdir(parents=True)
    for made in (schema.MIGRATIONS / "env.py", *(schema.MIGRATIONS / "versions").glob("0*.py")):
        (steps / made.relative_to(schema.MIGRATIONS)).write_text(made.read_text())
    (steps / "versions" / "next.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\nrevision = 'next'\ndown_revision = '{schema.HEAD}'\n"
        "def upgrade():\n    op.add_column('agency', sa.Column('town', sa.String()))\n    op.drop_table('nothing')\n"
    )
    key = read_or_make_key(store.key_file, may_make=False)[0]
    engine = sqlite.engine(store.path, key)
    with pytest.raises(Problem), sqlite.told(store.path):
        schema.bring_up_to_date(engine, store.path, key, read_only=False, head="next", scripts=steps)
    engine.dispose()
    with open_store(store.path, store.key_file, standards) as again:
        assert ask(again, agencies.listed) == [agency]


def test_light_modules_load_no_database() -> None:
    code = (
        "import sys, store, store.disk.location, store.disk.keys, store.disk.user, store.facts, store.records.values\n"
        "print(sorted(name for name in ('sqlmodel', 'sqlalchemy', 'alembic', 'sqlcipher3') if name in sys.modules))"
    )
    assert python(code) == "[]"


def test_opening_a_current_store_loads_no_alembic(store: Store) -> None:
    code = (
        "import sys, pathlib\nfrom store.store import open_store\nfrom small_standard import standards\n"
        "from store.records import agencies\n"
        "open_store(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), standards).ask(agencies.listed)\n"
        "print('sqlmodel' in sys.modules, 'alembic' in sys.modules)"
    )
    assert python(code, str(store.path), str(store.key_file)) == "True False"


def test_the_choices_are_named_when_an_agency_is_not_clear(store: Store) -> None:
    with pytest.raises(Problem, match="holds no agency yet"):
        ask(store, agencies.one)
    with store.writing(Who("ann", NOW)) as work:
        first = agencies.ensure(work, "A1", "small")
        agencies.ensure(work, "A2", "small")
        assert agencies.ensure(work, "A1", "small") == first
    assert ask(store, agencies.one, "A1") == first
    with pytest.raises(Problem, match=r"A1 \(small\), A2 \(small\): choose one with --agency"):
        ask(store, agencies.one)
    with pytest.raises(Problem, match="no such agency, it holds A1"):
        ask(store, agencies.one, "A3")
    with store.writing(Who("ann", NOW)) as work:
        agencies.ensure(work, "A1", "other", since="2020-12")
    with pytest.raises(Problem, match="choose one with --standard"):
        ask(store, agencies.one, "A1")
    assert ask(store, agencies.one, "A1", "small") == first


# Who else can read or put something there


@pytest.mark.parametrize(("mode", "exposed"), [(0o600, False), (0o660, False), (0o604, True), (0o602, True)])
def test_a_store_that_everybody_may_open_is_not_opened(store: Store, key_file: Path, mode: int, exposed: bool) -> None:
    store.path.chmod(mode)
    if exposed:
        with pytest.raises(Problem, match=rf"The store .* is open to everybody .*: run chmod o-rwx {store.path}\."):
            open_store(store.path, key_file, standards)
    else:
        open_store(store.path, key_file, standards).close()


@pytest.mark.parametrize(("mode", "exposed"), [(0o755, False), (0o1777, False), (0o777, True), (0o703, True)])
@pytest.mark.parametrize("what", ["store", "key file"])
def test_a_folder_that_everybody_may_write_in_holds_neither_store_nor_key(
    tmp_path: Path, mode: int, exposed: bool, what: str
) -> None:
    folder = tmp_path / "all"
    (folder / "below").mkdir(parents=True)
    path = folder / "below" / "s.db" if what == "store" else tmp_path / "s.db"
    key = folder / "below" / "s.key" if what == "key file" else tmp_path / "s.key"
    open_store(path, key, standards, create=True).close()
    folder.chmod(mode)
    if exposed:
        told = rf"The {what} .* everybody may write in: run chmod o-w {folder}\."
        with pytest.raises(Problem, match=told):
            open_store(path, key, standards)
        with pytest.raises(Problem, match=told):
            open_store(path.with_name("new.db"), key, standards, create=True)
    else:
        open_store(path, key, standards).close()


def test_a_store_with_two_names_is_opened_by_neither(
    store: Store, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's journals go by the name: two sessions did not see each other's clients, and the file was damaged."""
    monkeypatch.setattr(files, "_PLACED_SECONDS", 0.02)
    other = store.path.with_name("copy of it.db")
    os.link(store.path, other)
    for path in (store.path, other):
        with pytest.raises(Problem, match=r"has another name \(a hard link\).* run find / -xdev -samefile "):
            open_store(path, key_file, standards)
    other.unlink()
    # What a program leaves that was killed while it gave a new file its name is no such other: it is cleared away.
    os.link(store.path, store.path.with_name(f".{store.path.name}.{'a' * 12}.new"))
    open_store(store.path, key_file, standards).close()
    assert store.path.stat().st_nlink == 1
