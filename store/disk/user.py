"""Who is at work, as far as the operating system knows."""

import os
import pwd
from pathlib import Path


def current_person(store: Path) -> str:
    """The name of the person at work: the real user's, or the one sudo names when we run as the store's owner.

    Only under the account that owns the store is sudo believed; anybody can set a variable for himself, but not become
    that account without sudo saying who he was.
    """
    real = os.getuid()
    try:
        owner = store.stat().st_uid
    except OSError:
        # No store yet: it will belong to whoever makes it.
        owner = os.geteuid()
    caller = os.environ.get("SUDO_UID", "")
    if real == owner and caller.isascii() and caller.isdigit() and len(caller) < 11 and int(caller) != real:
        return _name(int(caller), os.environ.get("SUDO_USER", ""))
    return _name(real, "")


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
