"""The change of a store's key: a copy under the new one takes the store's place, and the old key is kept beside."""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from store.disk import files, sqlite
from store.disk.keys import LENGTH, Key, next_key_path
from validators.problems import Problem


def change(path: Path, key: Key) -> Path:
    """Give a store a new random key, in its key file; return where the old one is kept, for copies made before.

    Nobody else may have the store open. The audit's chain goes on under the key it began with, which the store then
    holds itself. When it fails, store and key are as they were; after a crash between the two last steps, opening
    the store says what to do. Raises Problem.
    """
    where, raw = key.path, secrets.token_bytes(LENGTH)
    coming = next_key_path(where)
    try:
        coming.unlink(missing_ok=True)
        files.clear(path)
        files.clear(where)
        with sqlite.told(path), _alone(path, key) as old:
            with files.scratch(path, stat.S_IMODE(path.stat().st_mode)) as made:
                sqlite.copy_into(old, made)
                _rekeyed(made, key, Key(raw, where))
                with contextlib.suppress(OSError):
                    os.chown(made, -1, path.stat().st_gid)
                files.sync(made)
                descriptor = files.make(coming, files.PRIVATE)
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(raw.hex() + "\n")
                files.sync(coming)
                kept = _kept(where)
                made.replace(path)
            files.sync(path.parent)
            coming.replace(where)
            files.sync(where.parent)
    except OSError as error:
        raise files.refused(error, path, "given a new key") from None
    return kept


@contextlib.contextmanager
def _alone(path: Path, key: Key) -> Iterator[Any]:
    """A driver connection to a store that nobody else has open or can open meanwhile; its log is folded in."""
    connection = sqlite.connect(path, key, busy_seconds=0.5)
    try:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except driver.OperationalError:
            mode = "busy"
        if mode != "delete":
            raise Problem(f"Somebody has the store {path} open: change its key when everybody has left.")
        yield connection
    finally:
        connection.close()


def _rekeyed(made: Path, key: Key, new: Key) -> None:
    """Put a copy under another key, have it keep that of its audit, and make sure that it can be read whole."""
    connection = sqlite.connect(made, key)
    try:
        held = connection.execute("SELECT secret FROM audit_key").fetchone()
        if held is None:
            connection.execute("INSERT INTO audit_key (number, secret) VALUES (1, ?)", (key.audit,))
        connection.execute(f"PRAGMA rekey=\"x'{new.hex}'\"")
    finally:
        connection.close()
    connection = sqlite.connect(made, new)
    try:
        found = [f"{name}: {first[0]}" for name, first in sqlite.faults(connection) if first]
        if found:
            raise Problem(f"The copy under the new key is not whole ({found[0]}): the store is as it was.")
        sqlite.use_log(connection)
    finally:
        connection.close()
    for suffix in ("-wal", "-shm"):
        made.with_name(made.name + suffix).unlink(missing_ok=True)


def _kept(where: Path) -> Path:
    """Keep the key as it is beside its file, under the first name that is free; return where."""
    number = 1
    while (kept := where.with_name(f"{where.name}.old-{number}")).exists():
        number += 1
    with files.scratch(kept, files.PRIVATE) as made:
        shutil.copyfile(where, made)
        files.place(made, kept)
    return kept
