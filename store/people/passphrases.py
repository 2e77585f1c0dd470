"""What opens a person's locked screen: a passphrase of their own, of which the store keeps a slow digest."""

import hashlib
import os
import secrets

from sqlalchemy import delete, insert, select

from store.disk.tables import PASSPHRASES
from store.people.acts import REFUSED
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem

SHORTEST = 8
COST = 2**15
"""32 MiB and about a tenth of a second for each try."""


def keep(unit: UnitOfWork, passphrase: str) -> None:
    """Set the passphrase of the person at work; an empty one takes it away. Raises Problem for one that is short."""
    if passphrase and len(passphrase) < SHORTEST:
        raise Problem(f"The passphrase has {len(passphrase)} characters: take {SHORTEST} or more, such as three words.")
    unit.connection.execute(delete(PASSPHRASES).where(PASSPHRASES.c.person == unit.person))
    if passphrase:
        salt = os.urandom(16)
        values = {"person": unit.person, "salt": salt, "digest": _digest(passphrase, salt), "set_at": unit.at}
        unit.connection.execute(insert(PASSPHRASES).values(**values))
    unit.chain.add("set" if passphrase else "delete", "passphrase", unit.person, "", None, None)


def is_set(snapshot: Snapshot, person: str) -> bool:
    """Whether somebody has a passphrase."""
    query = select(PASSPHRASES.c.person).where(PASSPHRASES.c.person == person)
    return snapshot.connection.execute(query).first() is not None


def matches(snapshot: Snapshot, person: str, typed: str) -> bool:
    """Whether what was typed is somebody's passphrase; takes as long for a wrong one."""
    query = select(PASSPHRASES.c.salt, PASSPHRASES.c.digest).where(PASSPHRASES.c.person == person)
    row = snapshot.connection.execute(query).one_or_none()
    salt, digest = (row.salt, row.digest) if row is not None else (bytes(16), b"")
    return secrets.compare_digest(_digest(typed, salt), digest)


def note_wrong(unit: UnitOfWork) -> None:
    """Note in the audit that a locked screen of the person was not opened by what was typed."""
    unit.chain.add(REFUSED, "passphrase", unit.person, "unlock", None, None)


def _digest(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(errors="replace"), salt=salt, n=COST, r=8, p=1, maxmem=2**26, dklen=32)
