"""Copies: a backup of an open store, and a store made from one. Neither ever replaces a file."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from store.disk import files, schema, sqlite
from store.disk.keys import Key, read_or_make_key
from store.disk.location import refuse_maker
from validators.problems import Problem


def backup(path: Path, key: Key, to: Path, access: tuple[sqlite.Access, float], *, own: bool = False) -> None:
    """Write a compact, encrypted copy of a store to a new file while others work on. Raises Problem.

    `access` is how the store is opened, and how long another's lock is waited for. What a person asks for goes where
    that person could write; with `own` it is the program's doing.
    """
    try:
        if to.is_dir():
            raise Problem(f"The backup {to} is a directory: name a file in it.")
        _refuse_existing(to)
        if not own and not files.may(to.parent, os.W_OK | os.X_OK):
            raise Problem(f"{to.parent} is not yours to write in: choose a folder that is.")
        files.require_room(to.parent, files.size_of(path), "a copy of the store")
        files.clear(to)
        with files.scratch(to, files.PRIVATE) as made:
            with sqlite.told(path):
                raw = sqlite.connect(path, key, *access)
            try:
                with sqlite.told(path, to):
                    sqlite.copy_into(raw, made)
            finally:
                raw.close()
            files.place(made, to)
    except FileExistsError:
        _refuse_existing(to)
        raise
    except OSError as error:
        raise files.refused(error, to, "written as a backup") from None


def restore(source: Path, to: Path, key_file: Path | None) -> None:
    """Make a store from a backup where there is none. Raises Problem when it is not whole, or a store is there.

    The copy is examined before it gets its name. An older version is upgraded when it is first opened.
    """
    sqlite.refuse_old()
    refuse_maker(to)
    key, _ = read_or_make_key(key_file, may_make=False)
    try:
        if not source.is_file():
            raise Problem(f"There is no backup at {source}: name the file that keywork backup wrote.")
        files.refuse_own(source)
        _refuse_in_use(source)
        if to.exists():
            raise Problem(f"There is a store at {to} already: move it away first, or restore to another place.")
        refuse_leftovers(to)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Whoever may not read the source himself gets no copy of it that others may read.
        mode = files.mode_for(to.parent) if files.is_persons(source) else files.PRIVATE
        files.clear(to)
        with files.scratch(to, mode) as made:
            with files.open_input(source) as old:
                fill(old, source, made, key)
            files.place(made, to)
    except FileExistsError:
        raise Problem(f"There is a store at {to} already: move it away first, or restore to another place.") from None
    except OSError as error:
        raise files.refused(error, to, "restored") from None


def fill(old: BinaryIO, source: Path, made: Path, key: Key) -> None:
    """Write what an open backup holds into an empty private file and examine it there; `source` names it in sentences.

    Whoever opens it says whether it was named by a person or made by the program just now. Raises Problem, OSError.
    """
    with made.open("wb") as new:
        shutil.copyfileobj(old, new, 1 << 20)
    with sqlite.told(source):
        raw = sqlite.connect(made, key)
        try:
            if "alembic_version" not in sqlite.tables(raw):
                raise Problem(f"The file {source} is no backup of a Keywork store: name the right one.")
            found = [f"{name}: {first[0]}" for name, first in sqlite.faults(raw) if first]
            if found:
                raise Problem(f"The backup {source} is damaged ({found[0]}): take another one.")
            sqlite.use_log(raw)
        finally:
            raw.close()
        engine = sqlite.engine(made, key)
        try:
            with engine.connect() as connection:
                schema.refuse_newer(connection, source)
        finally:
            engine.dispose()


def _refuse_in_use(source: Path) -> None:
    """Raise Problem for a store that somebody works with: what is in its journal would be missing in a copy."""
    for suffix in ("-wal", "-journal"):
        journal = source.with_name(source.name + suffix)
        if journal.exists() and journal.stat().st_size:
            raise Problem(
                f"{source} is a store with work in its journal, no backup: copy it with keywork backup first."
            )


def refuse_leftovers(path: Path) -> None:
    """Raise Problem when a former store's journal would be taken for part of a new one."""
    for suffix in ("-wal", "-journal"):
        left = path.with_name(path.name + suffix)
        if left.exists():
            raise Problem(
                f"There is no store at {path} but its journal {left.name} is: put the store back, or move it away."
            )


def _refuse_existing(to: Path) -> None:
    if to.exists() or to.is_symlink():
        raise Problem(f"There is a file at {to} already and it is kept: name another one for the backup.")
