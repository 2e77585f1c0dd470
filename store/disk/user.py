"""Who is at work, as far as the operating system knows: never by a variable that a person can set."""

import contextlib
import grp
import os
import pwd
from pathlib import Path

PROC = Path("/proc")


def current_person(store: Path) -> str:
    """The name of the person at work: the real user's, or the one sudo names when we run as the store's owner.

    Only under the account that owns the store is sudo believed, and only where sudo itself started us: the variables
    it sets anybody can set, but not a process of root's above his own.
    """
    caller = person_by_sudo()
    if caller is not None and _is_owner(store):
        return _name(caller, os.environ.get("SUDO_USER", ""))
    return _name(os.getuid(), "")


def person_by_sudo() -> int | None:
    """The user id of whoever called sudo, where sudo started us and he is another one than we are; else None.

    The variables that sudo sets anybody can set, but not a process above his own that has root's rights and another
    real user: sudo stays there while its command runs, unless a site turned off both `use_pty` and `pam_session`. The
    variable only counts where sudo itself was root's and what called it is gone, or root's.
    """
    named = os.environ.get("SUDO_UID", "")
    if not (named.isascii() and named.isdigit() and len(named) < 11):
        return None
    above = _above_sudo(os.getppid())
    if above is None:
        return None
    person = above or int(named)
    return person if person != os.getuid() else None


def home() -> Path:
    """The home folder of the person at work: under a service's account theirs, not the service's."""
    caller = person_by_sudo()
    if caller:
        with contextlib.suppress(KeyError):
            return Path(pwd.getpwuid(caller).pw_dir)
    return Path.home()


def path_typed(text: str) -> Path:
    """A path as a person typed it: `~` is their home. That of somebody who is not known stays as it was typed."""
    text = text.strip()
    if text == "~" or text.startswith("~/"):
        return home() / text[2:]
    with contextlib.suppress(RuntimeError):
        return Path(text).expanduser()
    return Path(text)


def is_guest() -> bool:
    """Whether somebody else than root works here under a service's account, by sudo: the account is not his to use."""
    return bool(person_by_sudo())


def _above_sudo(process: int) -> int | None:
    """The user id of what called the sudo that runs us, 0 where that is root's or gone; None where no sudo does."""
    found = False
    while process > 1:
        status = _status(process)
        real, effective, *_ = [*status.get("Uid", "").split("\t"), "", ""]
        if status.get("Name") == "sudo" and effective == "0":
            # Its real user is who called it; where that is root's, one above may be another's.
            if real != "0":
                return int(real)
            found = True
        elif found:
            return int(real) if real.isdigit() else 0
        elif real != str(os.getuid()):
            return None
        process = int(status.get("PPid", "0"))
    return 0 if found else None


def groups_of(person: str) -> frozenset[str]:
    """The names of the groups an account is in; none for one that is in no list."""
    try:
        known = pwd.getpwnam(person)
    except KeyError:
        return frozenset()
    names = set()
    for number in os.getgrouplist(known.pw_name, known.pw_gid):
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:
            continue
    return frozenset(names)


def group_numbers(number: int) -> frozenset[int]:
    """The ids of the groups that an account, known by its id, is in; none for one that is in no list."""
    try:
        known = pwd.getpwuid(number)
    except (KeyError, OverflowError):
        return frozenset()
    return frozenset(os.getgrouplist(known.pw_name, known.pw_gid))


def is_group(name: str) -> bool:
    """Whether this computer knows a group."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def owns(path: Path, person: str) -> bool:
    """Whether an account can read a store and its key whatever anybody says: it owns the store, or is root."""
    try:
        number = pwd.getpwnam(person).pw_uid
    except KeyError:
        return False
    try:
        return number in (0, path.stat().st_uid)
    except OSError:
        return number == 0


def _is_owner(store: Path) -> bool:
    try:
        return store.stat().st_uid == os.getuid()
    except OSError:
        # No store yet: it will belong to whoever makes it.
        return os.geteuid() == os.getuid()


def _status(process: int) -> dict[str, str]:
    """What the system tells of a process, by name; nothing where it does not tell."""
    try:
        text = (PROC / str(process) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def service_account(store: Path) -> str:
    """The name of the account we run as on behalf of another person; empty where it is the person's own.

    What is written belongs to that account, and is private: the person cannot read it.
    """
    own = _name(os.geteuid(), "")
    return own if current_person(store) != own else ""


def _name(number: int, otherwise: str) -> str:
    """The account's name; a person who is in no list (a directory service that is away) is still told apart."""
    try:
        return pwd.getpwuid(number).pw_name
    except (KeyError, OverflowError):
        return otherwise or f"uid {number}"
