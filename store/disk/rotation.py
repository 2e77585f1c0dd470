"""Copies in a row: each is tried when it is made, and an older one goes only for one that stood its trial."""

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.disk import audit, backup, doctor, files, sqlite
from store.facts import Check
from store.snapshot import Ground, Snapshot
from store.store import Store
from validators.problems import Problem

_STAMP = "%Y%m%dT%H%M%SZ"
_UNTRIED = ".untried"


@dataclass(frozen=True, slots=True)
class RotatedCopy:
    """A copy that was made and tried: what was found wrong in it, the older copies left, and those removed for it.

    `audit_end` is its last row of the audit, as `doctor --noted` takes it.
    """

    path: Path
    wrong: tuple[Check, ...]
    older: tuple[Path, ...]
    removed: tuple[Path, ...]
    audit_end: str = ""


def rotate(store: Store, name: Path, keep: int, at: datetime, *, thorough: bool = True) -> RotatedCopy:
    """Write the next copy of a row, bring it back on trial, then remove the oldest above `keep` (1 or more).

    A row goes by one name: `copies/a.db` stands for `copies/a-20261231T020000Z.db` and its like, in UTC; no other file
    is ever removed. A copy that cannot be read back is not kept. One whose records or audit are not well is kept under
    a name outside the row, and no older one goes for it. Where not `thorough` its pages and structure are read back,
    not audit and records: that is the program's own copy, in a folder of its own. Raises Problem.
    """
    to = name.with_name(f"{name.stem}-{_stamp(at)}{name.suffix}")
    if to.exists() or to.is_symlink():
        raise Problem(f"There is a file at {to} already and it is kept: try again in a second.")
    # Its name in the row is for a copy that stood its trial: one of a program that was killed meanwhile never counts.
    untried = to.with_name(f"{to.name}{_UNTRIED}")
    files.require_room(to.parent, 2 * files.size_of(store.path), "a copy of the store and its trial")
    _clear_untried(name, at)
    if thorough:
        store.backup(untried)
    else:
        store.backup(untried, own=True)
    try:
        checks, end = _tried(untried, store, thorough)
    except BaseException as error:
        untried.unlink(missing_ok=True)
        if not isinstance(error, Problem):
            raise
        raise Problem(f"The copy could not be brought back on trial and is not kept, older ones are: {error}") from None
    wrong = tuple(one for one in checks if not one.ok)
    try:
        older = tuple(path for path in in_row(name) if path != to)
        if wrong:
            unwell = to.with_name(f"{to.name}.unwell")
            files.place(untried, unwell)
            return RotatedCopy(unwell, wrong, older, (), end)
        files.place(untried, to)
        # Those of days to come were made by a clock that was ahead: they go first, or what is made today would.
        order = sorted(older, key=lambda path: (path.name <= to.name, path.name))
        gone = tuple(order[: max(0, len(order) - (keep - 1))])
        for path in gone:
            path.unlink(missing_ok=True)
        files.sync(name.parent)
    except OSError as error:
        raise files.refused(error, name.parent, "cleared of older copies") from None
    return RotatedCopy(to, (), tuple(path for path in older if path not in gone), gone, end)


def in_row(name: Path) -> list[Path]:
    """The copies of a row, the oldest first: plain files whose whole name is of the row's form; no link, no store."""
    form = re.compile(rf"{re.escape(name.stem)}-[0-9]{{8}}T[0-9]{{6}}Z{re.escape(name.suffix)}", re.ASCII)
    found = (path for path in name.parent.iterdir() if form.fullmatch(path.name))
    return sorted(path for path in found if path.is_file() and not path.is_symlink() and not files.is_own(path))


def _clear_untried(name: Path, at: datetime) -> None:
    """Remove copies whose trial was cut short more than a day ago, by a program that was killed."""
    form = re.compile(rf"{re.escape(name.stem)}-([0-9]{{8}}T[0-9]{{6}}Z){re.escape(name.suffix + _UNTRIED)}", re.ASCII)
    with contextlib.suppress(OSError):
        for path in name.parent.iterdir():
            found = form.fullmatch(path.name)
            fresh = found and _stamp(at - timedelta(days=1)) <= found[1] <= _stamp(at + timedelta(days=1))
            if found and not fresh and path.is_file() and not path.is_symlink():
                path.unlink()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_STAMP)


def _tried(copy: Path, store: Store, thorough: bool) -> tuple[list[Check], str]:
    """Bring a copy back beside itself, examine what stands in it, and take that away again."""
    ground = store.ground
    try:
        with files.scratch(copy, files.PRIVATE) as made:
            # Opened with the program's own rights: it made the copy just now, where whoever came in may not read.
            with copy.open("rb") as old:
                backup.fill(old, copy, made, ground.key)
            engine = sqlite.engine(made, ground.key)
            try:
                with sqlite.told(copy), engine.connect() as connection:
                    snapshot = Snapshot(connection, Ground(made, ground.key, ground.derivers))
                    # Filling it has read every page and the structure already.
                    return doctor.contents(snapshot) if thorough else [], audit.end(snapshot)
            finally:
                engine.dispose()
    except OSError as error:
        raise files.refused(error, copy, "brought back on trial") from None
