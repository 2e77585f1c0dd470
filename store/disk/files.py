"""How a file of ours comes to be: private from its first byte, whole or not at all, never over another one."""

import contextlib
import errno
import fcntl
import io
import os
import re
import shlex
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TextIO

from store.disk import user
from validators.problems import Problem

PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
SHARED, SHARED_FOLDER = 0o660, 0o770
READABLE = 0o640


def refused(error: OSError, path: Path, what: str) -> Problem:
    """The sentence for a failed file operation; `what` completes "could not be …"."""
    return Problem(f"{path} could not be {what} ({_reason(error)}): {_hint(error)}.")


def unreached(error: OSError) -> Problem:
    """The sentence for a file that is nowhere, whatever was to be done with it: what was given for its name may be
    anything, a whole list that was pasted, and is not told again."""
    return Problem(f"No file can be reached by that name ({_reason(error)}): {_hint(error)}.")


def _reason(error: OSError) -> str:
    return (error.strerror or "the system gave no reason").lower()


def _hint(error: OSError) -> str:
    hints = {
        errno.ENOSPC: "free some space and try again",
        errno.EDQUOT: "free some space and try again",
        errno.EACCES: "ask for access to it or choose another place",
        errno.EPERM: "ask for access to it or choose another place",
        errno.EROFS: "choose a place that can be written to",
        errno.ENOENT: "check the name",
        errno.ENOTDIR: "check the name",
        errno.ENAMETOOLONG: "check the name",
    }
    return hints.get(error.errno or 0, "check the place and try again")


_OWN: set[Path] = set()
_BESIDE = ("", "-wal", "-shm", "-journal")
_LONGEST_KEY = 1024
_NUMBER = re.compile(rb"\b[0-9]{1,2}:")


def key_digits(text: bytes) -> bytes:
    """The 64 hexadecimal digits of a key as they are or as they were written down by hand: in groups, numbered or not;
    empty for anything else."""
    digits = b"".join(_NUMBER.sub(b" ", text).split())
    return digits if re.fullmatch(rb"[0-9a-fA-F]{64}", digits) else b""


def note_own(path: Path) -> Path:
    """Remember a path as the store's or its key's, for as long as this program runs; return it."""
    _OWN.add(path)
    return path


def is_own(path: Path) -> bool:
    """Whether a file is the store that is worked with, its journal or its key, by whatever name. Raises OSError."""
    return _is_own(path.stat())


def _is_own(found: os.stat_result) -> bool:
    ours = False
    for own in _OWN:
        for beside in _BESIDE:
            with contextlib.suppress(OSError):
                ours |= os.path.samestat(found, own.with_name(own.name + beside).stat())
    return ours


def refuse_own(path: Path) -> None:
    """Raise Problem for a file that is a store's key, or the store that is worked with, by whatever name.

    So is one refused that the person could not open; see `open_input`. Raises OSError where it cannot be looked at.
    """
    if path.is_dir():
        if not may(path, os.R_OK):
            raise _not_yours(path)
        return
    open_input(path).close()


def open_input(path: Path) -> io.BufferedReader:
    """A file that a person names, open to be read.

    It is opened with the program's rights, and what is wrong in it may be quoted. So a store's key and the store that
    is worked with are refused; and where the program runs with the rights of a service's account, what the person could
    not open himself. What is open is looked at, not what the name leads to: that may be another file a moment later.
    Raises Problem for these and for what is no plain file, OSError where it cannot be opened.
    """
    # Not blocking, so that a named pipe cannot hang the program.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not _may_reach(descriptor, found):
            raise _not_yours(path)
        if not stat.S_ISREG(found.st_mode):
            raise Problem(f"{path} is a pipe or a device, which can be read only once: save it as a file first.")
        ours = _is_own(found)
        if not ours and found.st_size <= _LONGEST_KEY:
            ours = bool(key_digits(os.pread(descriptor, _LONGEST_KEY, 0)))
        if ours:
            raise Problem(
                f"{path} is the store itself or a key: it is not read as an input, name the file that is meant."
            )
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def open_text(path: Path, encoding: str, *, newline: str | None = None) -> TextIO:
    """The same, to be read as text in an encoding. Raises Problem and OSError."""
    return io.TextIOWrapper(open_input(path), encoding=encoding, newline=newline)


def stamp_of(path: Path) -> tuple[int, int]:
    """How a file lies on the disk, by which it is told that it was changed since: its size, and when it was written."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _not_yours(path: Path) -> Problem:
    return Problem(f"{path} is not yours to read: ask whoever owns it for access, or take a copy of your own.")


def may_quote(path: Path) -> bool:
    """Whether what stands in a file may be told in a sentence: it is the person's own, or everybody may read it.

    Under an account for the service the program may read more than the person may, whom sudo names.
    """
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_uid == _person() or bool(found.st_mode & stat.S_IROTH)


def is_persons(path: Path) -> bool:
    """Whether a file belongs to the person at work, whom sudo names. Raises OSError where it cannot be looked at."""
    return path.stat().st_uid == _person()


def _person() -> int:
    caller = user.person_by_sudo()
    return os.getuid() if caller is None else caller


def refuse_exposed(path: Path, what: str) -> None:
    """Raise Problem for a file that everybody may read or write, or stands in a folder where everybody may put another.

    `what` names it in the sentence. A folder for all, such as the one for temporary files, keeps what is in it from
    others. Raises OSError where it cannot be looked at.
    """
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise Problem(f"{what} {path} is open to everybody on this computer: run chmod o-rwx {shlex.quote(str(path))}.")
    refuse_exposed_folder(path, what)


def refuse_exposed_folder(path: Path, what: str) -> None:
    """The same for a file that is yet to be made: the folders it will stand in."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise Problem(
                f"{what} {path} is in a folder that everybody may write in: run chmod o-w {shlex.quote(str(folder))}."
            )


def may(path: Path, access: int) -> bool:
    """Whether the person that sudo names could do to a file or folder what `os.access` calls `access`.

    True where nobody but the person is at work: the system asks that itself. Only modes are looked at: what an access
    list grants beyond them is not known here. Raises OSError where something cannot be looked at.
    """
    caller = user.person_by_sudo()
    if not caller:
        return True
    real = path.resolve()
    return _all_allow(caller, (real.stat(), access), real)


def _may_reach(descriptor: int, found: os.stat_result) -> bool:
    """Whether that person could open what is open to be read, wherever it stands now. Raises OSError."""
    caller = user.person_by_sudo()
    if not caller:
        return True
    return _all_allow(caller, (found, os.R_OK), Path(f"/proc/self/fd/{descriptor}").readlink())


def _all_allow(person: int, needed: tuple[os.stat_result, int], real: Path) -> bool:
    """Whether a file gives somebody an access, and the folders above it let him come to it. Raises OSError."""
    groups = user.group_numbers(person)
    status, access = needed
    above = all(_allows(folder.stat(), person, groups, os.X_OK) for folder in real.parents)
    return above and _allows(status, person, groups, access)


def _allows(status: os.stat_result, person: int, groups: frozenset[int], access: int) -> bool:
    """Whether the mode of a file gives somebody an access, as the system works it out."""
    shift = 6 if status.st_uid == person else 3 if status.st_gid in groups else 0
    return status.st_mode >> shift & access == access


def mode_for_person(folder: Path) -> int:
    """The mode of a file written for the person at work into a folder: private, or for the folder's group.

    Under a service's account the file is that account's, so the person reads it by a group of his that the folder
    hands on; for a folder that is yet to be made the nearest one above it stands. Raises Problem where that would not
    be so, or where the person may not write. Raises OSError.
    """
    caller = user.person_by_sudo()
    if not caller:
        return PRIVATE
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not may(there, os.W_OK | os.X_OK):
        raise Problem(f"{folder} is not yours to write in: choose a folder that is, or have it on standard output.")
    status = there.stat()
    if not (status.st_mode & stat.S_ISGID and status.st_gid in user.group_numbers(caller)):
        raise Problem(
            f"What is written into {folder} would be the service's, and you could not read it: have it on standard"
            " output, or give the folder a group of yours with chgrp and chmod g+rwxs."
        )
    return READABLE


def make_folder(folder: Path) -> None:
    """Make a folder for what is written for the person at work, with those above it: private, or for the group that
    the one above hands on. Raises Problem, before anything is made, where `mode_for_person` does."""
    try:
        if mode_for_person(folder) == PRIVATE:
            folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
            return
        # Not by chmod: from an account that is not in the group the system takes the bit that hands the group on.
        before = os.umask(0o007)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=SHARED_FOLDER)
        finally:
            os.umask(before)
    except OSError as error:
        raise refused(error, folder, "made") from None


LEFT_FREE = 64 * 2**20
"""So many bytes a copy leaves free: a full disk would keep people from saving."""


def size_of(path: Path) -> int:
    """The bytes of a store with its journal. Raises OSError."""
    beside = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
    return sum(one.stat().st_size for one in beside if one.exists())


def require_room(folder: Path, needed: int, what: str) -> None:
    """Raise Problem where a folder's disk has too little room for something to be copied there. Raises OSError."""
    free = shutil.disk_usage(folder).free
    if free < needed + LEFT_FREE:
        raise Problem(
            f"{folder} has too little room for {what} ({free // 2**20} MB free, {(needed + LEFT_FREE) // 2**20} MB"
            " needed): free some space, or choose another place."
        )


def mode_for(folder: Path) -> int:
    """The mode of a store made in a folder: shared with the group where the folder hands its group on."""
    return SHARED if folder.stat().st_mode & stat.S_ISGID else PRIVATE


def make(path: Path, mode: int) -> int:
    """Create a file that must not exist yet and return its descriptor. The umask has no say. Raises OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(descriptor, mode)
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return descriptor


def sync(path: Path) -> None:
    """Have a file or folder on the disk before anything is told to be done. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems know no fsync of folders; there is nothing better to do then.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def refuse_second_name(path: Path) -> None:
    """Raise Problem for a store that has another name on the disk. Each name has journals of its own: who opens it by
    the one sees nothing of what was saved by the other, and both destroy what is in it.

    For a moment a new file has two, see `place`; a program that was killed then leaves the other one behind. Raises
    OSError.
    """
    if path.stat().st_nlink == 1:
        return
    clear(path)
    ends = monotonic() + _PLACED_SECONDS
    while path.stat().st_nlink > 1:
        if monotonic() > ends:
            search = f"find / -xdev -samefile {shlex.quote(str(path))}"
            raise Problem(
                f"The store {path} has another name (a hard link), and who opens it by two names loses what is saved: "
                f"run {search}, and remove the name that is not meant."
            )
        sleep(_PLACED_SECONDS / 20)


_PLACED_SECONDS = 1.0


def place(made: Path, target: Path) -> None:
    """Give a finished file its name, on disk when this returns. Raises FileExistsError rather than replace a file."""
    sync(made)
    try:
        os.link(made, target)
        made.unlink()
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the gap between looking and renaming is as small as it can be there.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        made.rename(target)
    sync(target.parent)


def refuse_taken(target: Path) -> None:
    """Raise Problem where there is something of that name: no file is written over."""
    if os.path.lexists(target):
        raise _taken(target)


def _taken(target: Path) -> Problem:
    return Problem(f"{target} is there already and is kept: move it away, or choose another name.")


def write_new(target: Path, fill: Callable[[Path], object]) -> None:
    """Make a file that must not be there yet: `fill(path)` writes it under another name first.

    Raises Problem when there is a file of that name, it cannot be written, or the person could not write or read it.
    """
    refuse_taken(target)
    try:
        with scratch(target, mode_for_person(target.absolute().parent)) as made:
            fill(made)
            place(made, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError as error:
        raise refused(error, target, "written") from None


@contextmanager
def scratch(target: Path, mode: int) -> Iterator[Path]:
    """An empty private file beside `target` to be filled and placed; gone afterwards, with its journals, if it was not.

    What killed programs left there of such files goes first: there may be people's records in it, in the clear. Raises
    OSError when it cannot be made.
    """
    clear(target)
    path = _beside(target)
    with _while_we_live(path, make(path, mode)):
        yield path


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """A private folder beside `target` to be filled and renamed to it; gone afterwards, with all in it, if it was not.

    What killed programs left of such folders goes first: there may be people's records in it. Raises OSError when it
    cannot be made.
    """
    clear(target)
    path = _beside(target)
    path.mkdir(mode=PRIVATE_FOLDER)
    with _while_we_live(path, os.open(path, _FOLDER)):
        yield path


def _beside(target: Path) -> Path:
    return target.parent / f".{target.name}.{uuid.uuid4().hex[:12]}.new"


@contextmanager
def _while_we_live(path: Path, descriptor: int) -> Iterator[None]:
    """Hold the lock, for whoever finds the file or folder without it knows that its maker was killed; then clear up."""
    _IN_THE_MAKING.add(path)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        _remove(path)
        os.close(descriptor)
        _IN_THE_MAKING.discard(path)


_IN_THE_MAKING: set[Path] = set()


def abandon() -> None:
    """Delete what this program has begun to write and not given its name yet: it ends, and waits for no thread.

    Whoever still writes there fails at the latest when the file is given its name.
    """
    for path in tuple(_IN_THE_MAKING):
        with contextlib.suppress(OSError):
            _remove(path)


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
_SCRATCH = re.compile(r"\..+\.[0-9a-f]{12}\.new", re.DOTALL)


def left_behind(target: Path) -> list[Path]:
    """What killed programs left behind beside `target`: halves of a store, a copy, its key, an extract, a hand-over."""
    return [path for path in sorted(target.parent.iterdir()) if _SCRATCH.fullmatch(path.name) and _is_dead(path)]


def clear(target: Path) -> None:
    """Delete what killed programs left behind beside `target`."""
    with contextlib.suppress(OSError):
        for path in left_behind(target):
            _remove(path)


def _is_dead(path: Path) -> bool:
    """Whether nobody works on a scratch file, or a folder of one's own; an empty one may just have been made."""
    is_folder = path.is_dir()
    try:
        descriptor = os.open(path, _FOLDER if is_folder else os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(descriptor)
        if is_folder:
            own = status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == PRIVATE_FOLDER
            return own and any(os.scandir(descriptor))
        return status.st_size > 0
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
