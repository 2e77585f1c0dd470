"""The store's key: 32 random bytes, kept in hexadecimal in a file of its own, never in an address or a message."""

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

from store.disk import files
from validators.own_folders import NOWHERE, own_folder
from validators.problems import Problem

VARIABLE = "KEYWORK_KEY_FILE"
LENGTH = 32


class Key:
    """A raw key. It shows itself to nobody who prints or pickles it."""

    __slots__ = ("_raw", "path")

    def __init__(self, raw: bytes, path: Path) -> None:
        """Take the raw bytes and the file they stand in."""
        assert len(raw) == LENGTH
        self._raw = raw
        self.path = path

    @property
    def hex(self) -> str:
        """The raw key as the database driver wants it."""
        return self._raw.hex()

    @property
    def audit(self) -> bytes:
        """The key of the audit digests: derived, so that a digest tells nothing about the store's own key."""
        return hashlib.blake2b(b"keywork audit", key=self._raw, digest_size=LENGTH).digest()

    def __repr__(self) -> str:
        return f"Key(in {self.path})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not to be copied")


def key_path(path: Path | None) -> Path:
    """The key's file: the argument, else KEYWORK_KEY_FILE, else the place the platform gives a program's settings.

    Raises Problem where it is not named and the account has no such place.
    """
    if path is None:
        named = os.environ.get(VARIABLE)
        try:
            path = Path(named).expanduser() if named else own_folder("config") / "store.key"
        except RuntimeError:
            raise Problem(
                f"The key's path {named} begins with a home folder that nobody has: name it in full."
            ) from None
        if path.is_relative_to(NOWHERE):
            raise Problem("This account has no home folder: name the store's key with --key-file PATH.")
    return files.note_own(path)


def read_or_make_key(path: Path | None, *, may_make: bool) -> tuple[Key, bool]:
    """Return the key and whether it was made just now; a new one is written only when `may_make`.

    Raises Problem when there is none, when it is not a key, or when everybody may read or write it.
    """
    where = key_path(path)
    key = _read(where)
    if key is not None:
        return key, False
    if not may_make:
        raise Problem(
            f"There is no key at {where}: put the store's key file back, or name it with --key-file or {VARIABLE}."
        )
    try:
        where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.refuse_exposed_folder(where, "The key file")
        raw = secrets.token_bytes(LENGTH)
        with files.scratch(where, files.PRIVATE) as made:
            made.write_text(raw.hex() + "\n", encoding="ascii")
            files.place(made, where)
    except FileExistsError:
        # Somebody else made it in the same moment; theirs is as good.
        key = _read(where)
        if key is not None:
            return key, False
        raise Problem(f"The key file {where} cannot be made: something else stands there.") from None
    except OSError as error:
        raise files.refused(error, where, "made as the store's key file") from None
    return Key(raw, where), True


def _read(where: Path) -> Key | None:
    """The key in a file, None when there is no such file."""
    try:
        # Not blocking, so that a named pipe cannot hang the program.
        descriptor = os.open(where, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise files.refused(error, where, "read as the store's key file") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Problem(f"The key file {where} is not a plain file: name the right one.")
        files.refuse_exposed(where, "The key file")
        text = os.read(descriptor, 1024)
    except OSError as error:
        raise files.refused(error, where, "read as the store's key file") from None
    finally:
        os.close(descriptor)
    raw = b""
    with contextlib.suppress(ValueError):
        raw = bytes.fromhex(text.decode("ascii").strip())
    if len(raw) != LENGTH:
        raise Problem(f"The key file {where} does not hold a key of 64 hexadecimal digits: name the right one.")
    return Key(raw, where)
