"""What was typed while the store could not be written to: an encrypted file, which the next start takes into the store.

The file is a small database under the store's own key with nothing but the drafts' table. It lies beside the store or,
when that folder is away or full, where the platform keeps a program's state. Its name tells of the store alone.
"""

import errno
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from glob import escape
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from store.disk import files, sqlite
from store.disk.keys import Key
from store.disk.tables import DRAFTS
from store.facts import NEVER, RECORD_KINDS, AgencyInfo, Draft, DraftInfo, Kind, Who
from store.live import drafts
from store.records.values import moment, stamp, unpack
from store.snapshot import Snapshot
from store.store import Store
from validators.own_folders import own_folder
from validators.problems import Problem
from validators.records import Values

WORD = "unsaved"
_LEFT_OUT = {one.name: one.default.arg for one in DRAFTS.c if isinstance(one.default, ScalarElementColumnDefault)}
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many drafts came back from files, the latest of them from when; how many have a newer draft before them.

    `unreadable` are files that do not open with the store's key and were left where they are, `closed` those of other
    accounts.
    """

    drafts: int = 0
    behind: int = 0
    saved_at: datetime = NEVER
    unreadable: tuple[Path, ...] = ()
    closed: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """What somebody typed that stands in such a file and not in the store."""

    person: str
    kind: Kind
    record_id: str
    parent_id: str
    values: Values
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """The files: each with the rows it holds, those that do not open with the key, those of other accounts."""

    rows: dict[Path, Rows]
    unreadable: tuple[Path, ...]
    closed: tuple[Path, ...]


def keep(store: Store, kept: Sequence[DraftInfo]) -> Path:
    """Write drafts to a new file beside a store that is away or locked, encrypted with its key; which file.

    It is on the disk when this returns. Raises Problem when there is no place for it either.
    """
    path, key = store.path, store.ground.key
    token, away = uuid.uuid4().hex[:12], ""
    for place, prefix in _places(path):
        target = place / f"{prefix}{token}"
        try:
            if place != path.parent:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            with files.scratch(target, files.PRIVATE) as made:
                _fill(made, key, kept)
                files.place(made, target)
            return target
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                away = away or (error.strerror or "").lower()
        except Problem:
            continue
    what = f"What was typed could be written neither to {path} nor to a file beside it"
    if away:
        raise Problem(f"{what} ({away}): check the disk, and that its folder can be written to.")
    raise Problem(f"{what}: free some space.")


def take(store: Store, who: Who, *, of_all: bool = False) -> TakenIn:
    """Put a person's drafts from such files among the others, with `of_all` everybody's, each under the name it has;
    and take the files away. Raises Problem."""
    found = _read(store.path, store.ground.key, None if of_all else who.person)
    taken = TakenIn()
    if found.rows:
        with store.writing(who) as unit:
            taken = take_in(unit.connection, found.rows)
        for file in found.rows:
            forget(file)
    return replace(taken, unreadable=found.unreadable, closed=found.closed)


def left(snapshot: Snapshot) -> tuple[list[FiledDraft], int]:
    """Everybody's drafts in such files, which stay there; and how many files this account cannot read."""
    found = _read(snapshot.ground.path, snapshot.key, None)
    typed = [
        FiledDraft(
            row["person"],
            row["kind"],
            row["record_id"],
            row["parent_id"],
            unpack(row["typed"]),
            moment(row["saved_at"]),
        )
        for rows in found.rows.values()
        for row in rows
    ]
    return typed, len(found.unreadable) + len(found.closed)


def unsaved(snapshot: Snapshot, agency: AgencyInfo) -> tuple[Counter[str], Counter[str]]:
    """How many drafts of an agency's records hold what is not saved, by person: all of them, and those in such files
    that the store has not taken in. What this account cannot read is none of them."""
    known = {(one.person, one.record_id, one.session): one for one in drafts.listed(snapshot)}
    filed = {}
    for row in [row for rows in _read(snapshot.ground.path, snapshot.key, None).rows.values() for row in rows]:
        key = row["person"], row["record_id"], row["session"]
        its = drafts.info(snapshot.connection, SimpleNamespace(**row))
        if not drafts.was_removed(snapshot.connection, its.record_id, its.parent_id) and (
            key not in known or known[key].saved_at <= its.saved_at
        ):
            known[key] = filed[key] = its
    there = [one for one in drafts.in_agency(snapshot, agency, list(known.values())) if one.differs]
    away = (one for one in there if filed.get((one.person, one.record_id, one.session)) is one)
    return Counter(one.person for one in there), Counter(one.person for one in away)


def forget(file: Path) -> None:
    """Take away a file of `keep` whose drafts the store has. Raises Problem."""
    try:
        file.unlink(missing_ok=True)
        files.sync(file.parent)
    except OSError as error:
        raise files.refused(error, file, "taken away") from None


def _read(path: Path, key: Key, person: str | None) -> _Found:
    """The files a person's typing was kept in, everybody's for None."""
    found: dict[Path, Rows] = {}
    unreadable: list[Path] = []
    closed: list[Path] = []
    for place, prefix in _places(path):
        for file in sorted(place.glob(f"{escape(prefix)}*")):
            try:
                if not file.is_file():  # opening a pipe would wait for somebody to write into it
                    continue
                with file.open("rb"):
                    pass
            except FileNotFoundError:
                continue  # taken in by another window in this moment
            except OSError:
                closed.append(file)  # another person's
                continue
            try:
                rows = _rows(file, key)
            except Problem:
                unreadable.append(file)
                continue
            if person is None or all(row["person"] == person for row in rows):
                found[file] = rows
    return _Found(found, tuple(unreadable), tuple(closed))


def take_in(connection: Connection, found: dict[Path, Rows]) -> TakenIn:
    """Put the rows of files among the drafts of a store. A newer draft is never written over by an older one.

    What was typed into records that were removed for good since is not taken, nor what is new below such typing.
    """
    taken = behind = 0
    latest = ""
    gone: set[str] = set()
    every = [row for rows in found.values() for row in rows]
    for row in sorted(every, key=lambda row: RECORD_KINDS.index(row["kind"])):
        if row["parent_id"] in gone or drafts.was_removed(connection, row["record_id"], row["parent_id"]):
            gone.add(row["record_id"])
            continue
        there = drafts.kept_at(connection, row["person"], row["record_id"])
        if row["saved_at"] >= there.get(row["session"], ""):
            drafts.put(connection, row)
            taken += 1
            latest = max(latest, row["saved_at"])
            behind += any(at > row["saved_at"] for session, at in there.items() if session != row["session"])
        else:
            behind += 1
    return TakenIn(taken, behind, moment(latest) if latest else NEVER)


def _places(path: Path) -> Iterator[tuple[Path, str]]:
    """The folders such files may lie in, each with what their names begin with."""
    yield path.parent, f"{path.name}.{WORD}-"
    own = blake2b(str(path).encode(errors="surrogateescape"), digest_size=8).hexdigest()
    yield own_folder("state"), f"{WORD}-{own}-"


def _fill(file: Path, key: Key, kept: Sequence[DraftInfo]) -> None:
    engine = sqlite.engine(file, key)
    try:
        with sqlite.told(file), sqlite.writing(engine) as connection, connection.begin():
            DRAFTS.create(connection)
            for one in kept:
                draft = Draft(
                    one.kind,
                    one.record_id,
                    one.values,
                    one.base_version,
                    one.parent_id,
                    one.section,
                    one.at_field,
                    one.began_with,
                    one.unconfirmed,
                )
                drafts.put(connection, drafts.row_of(one.person, one.session, stamp(one.saved_at), draft))
    finally:
        engine.dispose()


def _rows(file: Path, key: Key) -> Rows:
    """What a file holds; columns that an older program did not know are as in a draft that says nothing of them.

    Raises Problem.
    """
    engine = sqlite.engine(file, key)
    try:
        with sqlite.told(file), engine.connect() as connection:
            known = {column["name"] for column in inspect(connection).get_columns(DRAFTS.name)} - {"number"}
            query = select(*(column for column in DRAFTS.c if column.name in known))
            return [_LEFT_OUT | dict(row._mapping) for row in connection.execute(query)]
    except NoSuchTableError:
        raise Problem(f"The file {file} holds no drafts.") from None
    finally:
        engine.dispose()
