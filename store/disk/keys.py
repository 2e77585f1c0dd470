"""The store's key: 32 random bytes, never in an address or a message.

They stand in hexadecimal in a file of their own; or that file holds them behind a passphrase that is asked for at the
start, or names a command that prints them.
"""

import hashlib
import os
import secrets
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

from store.disk import files, user
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

    Raises Problem where it is not named and the account has no such place, and under a service's account for another
    key than its own.
    """
    if path is None or user.is_guest():
        own = _own_key_path()
        # An open key is told by where it stands itself, which may be behind a link.
        if path is not None and path not in (own, own.resolve()):
            raise Problem("The key is the one that the service's account names here: leave out --key-file.")
        path = own
    return files.note_own(path)


def _own_key_path() -> Path:
    """Where the key is when nobody names it."""
    named = os.environ.get(VARIABLE)
    try:
        path = Path(named).expanduser() if named else own_folder("config") / "store.key"
    except RuntimeError:
        raise Problem(f"The key's path {named} begins with a home folder that nobody has: name it in full.") from None
    if path.is_relative_to(NOWHERE):
        raise Problem("This account has no home folder: name the store's key with --key-file PATH.")
    return path


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
        text, owner = _start(where)
        files.refuse_exposed(where, "The key file")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise files.refused(error, where, "read as the store's key file") from None
    # Where it stands itself, not the link to it: what is written anew, without the key in it, takes the key's place.
    return Key(_raw_of(text, where, owner), where.resolve())


def _start(where: Path) -> tuple[bytes, int]:
    """What a key file begins with, and whose it is. Raises Problem for what is no plain file, OSError."""
    # Not blocking, so that a named pipe cannot hang the program; nor is a device read that never ends.
    descriptor = os.open(where, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Problem(f"The key file {where} is not a plain file: name the right one.")
        return os.read(descriptor, 1024), status.st_uid
    finally:
        os.close(descriptor)


# Where the raw key comes from


BEHIND = "scrypt"
COMMAND = "command"
COST = 2**16
"""What deriving a key costs: 64 MiB and about a fifth of a second, which whoever guesses pays for each guess."""
_SECONDS = 30
_OPENED: dict[bytes, bytes] = {}
"""The keys whose passphrase was given while this program runs, by the salt of each."""


def next_key_path(where: Path) -> Path:
    """Where a new key stands until the store is under it."""
    return where.with_name(f"{where.name}.next")


def source_of(path: Path | None) -> str:
    """How a key is kept: `file`, `passphrase` or `command`; empty where there is no key file."""
    try:
        text, _ = _start(key_path(path))
    except FileNotFoundError:
        return ""
    except (OSError, Problem):
        return "file"  # what is wrong with it is said when it is read
    word = text.split(b" ")[0].decode("ascii", errors="replace")
    return {BEHIND: "passphrase", COMMAND: "command"}.get(word, "file")


def unlock(path: Path | None, ask: Callable[[str], str]) -> None:
    """Have the passphrase asked for, where the key stands behind one: `ask(question)` gives it. Raises Problem."""
    where = key_path(path)
    if source_of(where) != "passphrase":
        return
    try:
        salt, mask, check = _behind(_start(where)[0], where)
    except OSError as error:
        raise files.refused(error, where, "read as the store's key file") from None
    if salt in _OPENED:
        return
    raw = _behind_passphrase(ask("Passphrase of the store: "), salt, mask)
    if not secrets.compare_digest(_check(raw), check):
        raise Problem("That is not the passphrase of this store's key: type it again, exactly as it was set.")
    _OPENED[salt] = raw


def put_behind_passphrase(key: Key, passphrase: str) -> None:
    """Keep a key behind a passphrase from now on, in its file; the key itself stays the same. Raises Problem."""
    if len(passphrase) < SHORTEST:
        raise Problem(f"The passphrase has {len(passphrase)} characters: take {SHORTEST} or more, such as four words.")
    salt = secrets.token_bytes(16)
    raw = bytes.fromhex(key.hex)
    mask = _behind_passphrase(passphrase, salt, raw)
    _replace(key.path, f"{BEHIND} {salt.hex()} {mask.hex()} {_check(raw).hex()}\n")
    _OPENED[salt] = raw


def put_in_file(key: Key) -> None:
    """Keep a key as it is in its file from now on. Raises Problem."""
    _replace(key.path, f"{key.hex}\n")


def put_behind_command(key: Key, command: str) -> None:
    """Have a command print a key from now on; it must print this one. Raises Problem.

    The command runs with the rights of whoever opens the store: under a service's account it is for root to name.
    """
    if user.is_guest():
        raise Problem("The command would run as the service's account: have root set it, who runs this computer.")
    if "\n" in command or not command.strip():
        raise Problem("The command is one line: the program's full path, and what it is given.")
    if _printed(command, key.path) != bytes.fromhex(key.hex):
        raise Problem("The command prints another key than the store has: have it print this one first.")
    _replace(key.path, f"{COMMAND} {command.strip()}\n")


SHORTEST = 12


def _raw_of(text: bytes, where: Path, owner: int) -> bytes:
    """The raw key, from what stands in its file. Raises Problem."""
    if text.startswith(f"{BEHIND} ".encode()):
        salt, _, _ = _behind(text, where)
        if salt not in _OPENED:
            raise Problem(
                f"The key in {where} needs its passphrase: run this in a terminal, where it can be asked for."
            )
        return _OPENED[salt]
    if text.startswith(f"{COMMAND} ".encode()):
        if owner not in (0, os.getuid()):
            raise Problem(f"The key file {where} names a command and is another's: only its owner's are run.")
        return _printed(text.decode(errors="replace").removeprefix(f"{COMMAND} "), where)
    digits = files.key_digits(text)
    if not digits:
        raise Problem(f"The key file {where} does not hold a key of 64 hexadecimal digits: name the right one.")
    return bytes.fromhex(digits.decode())


def _behind(text: bytes, where: Path) -> tuple[bytes, bytes, bytes]:
    """Salt, mask and check of a key that stands behind a passphrase."""
    try:
        _, salt, mask, check = text.decode("ascii").split()
        found = bytes.fromhex(salt), bytes.fromhex(mask), bytes.fromhex(check)
    except ValueError:
        found = b"", b"", b""
    if len(found[1]) != LENGTH:
        raise Problem(f"The key file {where} is damaged: put a copy of it back, or the key itself.")
    return found


def _behind_passphrase(passphrase: str, salt: bytes, other: bytes) -> bytes:
    """A key or its mask, from the other one: what the passphrase gives lies between the two, bit by bit."""
    pad = hashlib.scrypt(passphrase.encode(), salt=salt, n=COST, r=8, p=1, maxmem=2**27, dklen=LENGTH)
    return bytes(one ^ two for one, two in zip(pad, other, strict=True))


def _check(raw: bytes) -> bytes:
    """By which a wrong passphrase is told; it tells nothing of the key."""
    return hashlib.blake2b(b"keywork check", key=raw, digest_size=8).digest()


def _printed(command: str, where: Path) -> bytes:
    """The key that a command prints. No shell reads it, and what it says on stderr goes nowhere. Raises Problem."""
    import subprocess

    bad = Problem(f"The command that {where} names gave no key of 64 hexadecimal digits: try it by itself.")
    try:
        words = shlex.split(command)
        # The words are the site's own, from a file that only the owner of the key may write.
        done = subprocess.run(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
        raw = bytes.fromhex(done.stdout.decode("ascii").strip())
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        raise bad from None
    if len(raw) != LENGTH:
        raise bad
    return raw


def _replace(where: Path, text: str) -> None:
    """Write a key file anew, whole or not at all; what killed programs left of keys beside it goes first."""
    files.clear(where)
    try:
        with files.scratch(where, files.PRIVATE) as made:
            made.write_text(text, encoding="utf-8")
            files.sync(made)
            made.replace(where)
        files.sync(where.parent)
    except OSError as error:
        raise files.refused(error, where, "written as the store's key file") from None
