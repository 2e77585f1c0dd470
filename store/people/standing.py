"""What has to be said of who works here: that roles are advice, that people cannot be told apart."""

import os

from sqlalchemy import select

from store.disk import user
from store.disk.tables import GROUP_ROLES
from store.snapshot import Snapshot

FIRST_PERSON = 1000
"""User ids below this are, by custom, those of services and not of persons."""


def sentences(snapshot: Snapshot, person: str) -> tuple[str, ...]:
    """What somebody should know at the start, in sentences; nothing where each works under an account of his own that
    cannot open the store but through this program, or alone."""
    if user.person_by_sudo() is not None:
        return ()
    has_roles = snapshot.connection.execute(select(GROUP_ROLES.c.role).limit(1)).first() is not None
    if user.owns(snapshot.ground.path, person) and (has_roles or _is_shared()):
        return (
            f"Whoever comes in as {person} counts as one person, to the audit as well: people are told apart only"
            " when sudo brings them here, see keywork help operator.",
        )
    if has_roles:
        return (
            f"Roles are advice here: {person} can open the store and its key without this program, see keywork help"
            " operator.",
        )
    return ()


def _is_shared() -> bool:
    """Whether the account we run under is a service's, which nobody is alone."""
    return 0 < os.getuid() < FIRST_PERSON
