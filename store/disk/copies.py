"""The copies of a store: one of each day without anybody's doing, and when the last was brought back on trial.

Whoever makes copies by a timer has them noted in the audit too, and the program makes none that day.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.disk import copy_notes, files, rotation, schema
from store.disk.rotation import RotatedCopy
from store.facts import Check, Who
from store.people.acts import PROGRAM
from store.snapshot import Snapshot
from store.store import Store

FOLDER = "copies"
KEEP = 14
"""So many copies of days are kept, where no setting says otherwise."""
UPGRADE_DAYS = 30
"""So long the copy made before an upgrade is kept, once there are good copies of later days."""


def row_of(path: Path) -> Path:
    """What a store's copies of each day are called, see `rotation.rotate`: in a folder of their own beside it."""
    return path.parent / FOLDER / path.name


def make_daily(store: Store, keep: int, at: datetime) -> RotatedCopy | None:
    """Make the copy of the day where it is due and nobody else is making it; None where there is nothing to do.

    It is read back, page by page, before it counts; the audit and every record of it are examined by `keywork backup
    --keep`, which takes longer. Raises Problem where it cannot be made.
    """
    row = row_of(store.path)
    try:
        _make(row.parent)
        with _alone(row) as alone:
            if not alone or not store.ask(copy_notes.is_due, at):
                return None
            made = rotation.rotate(store, row, keep, at, thorough=False)
            store.do(Who(PROGRAM[1], at), copy_notes.note, tried=not made.wrong)
            if not made.wrong:
                _clear_upgrades(store.path, at)
            return made
    except OSError as error:
        raise files.refused(error, row.parent, "used for the copies of the store") from None


def _make(folder: Path) -> None:
    """Make the folder of the copies, private, or for the group that shares the store. Raises OSError."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # as on every day but the first; or another program was quicker
        return
    if files.mode_for(folder.parent) == files.SHARED:
        folder.chmod(0o2770)


@contextmanager
def _alone(row: Path) -> Iterator[bool]:
    """Whether no other program makes a copy of the row at this moment."""
    path, flags = row.parent / f".{row.name}.lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = files.make(path, files.mode_for(row.parent))
    except FileExistsError:
        descriptor = os.open(path, flags)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _clear_upgrades(path: Path, at: datetime) -> None:
    """Remove what was kept before upgrades of long ago: it is superseded, and whoever was removed since is in it."""
    for old in path.parent.glob(f"{path.name}{schema.BEFORE_UPGRADE}*"):
        with contextlib.suppress(OSError):
            age = at - datetime.fromtimestamp(old.stat().st_mtime, UTC)
            if age > timedelta(days=UPGRADE_DAYS) and old.is_file() and not old.is_symlink():
                old.unlink()


@dataclass(frozen=True, slots=True)
class CopiesState:
    """How the copies stand: when the last good one was made, those of each day there are, what doctor says of it."""

    last: datetime | None
    kept: tuple[Path, ...]
    check: Check


def state(snapshot: Snapshot) -> CopiesState:
    """How a store's copies stand."""
    row = row_of(snapshot.ground.path)
    kept = tuple(rotation.in_row(row)) if row.parent.is_dir() else ()
    return CopiesState(copy_notes.last_tried(snapshot), kept, copy_notes.check(snapshot))


def rotated(store: Store, who: Who, name: Path, keep: int) -> RotatedCopy:
    """The next copy of a row by somebody's doing, examined to its last record, and noted. Raises Problem."""
    with store.writing(who) as unit:
        unit.require(copy_notes.BACKUP, "store")
    made = rotation.rotate(store, name, keep, who.at)
    store.do(who, copy_notes.note, tried=not made.wrong)
    if not made.wrong:
        _clear_upgrades(store.path, who.at)
    return made


def write(store: Store, who: Who, to: Path) -> None:
    """Write one copy into a new file, and note it. Raises Problem, also for whoever may not."""
    with store.writing(who) as unit:
        unit.require(copy_notes.BACKUP, "store")
    store.backup(to)
    store.do(who, copy_notes.note, tried=False)
