"""Which acts a role may do: one table, asked wherever an act enters the audit, so that no way leads past it."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from store.disk import user
from store.disk.audit import LOOK
from store.disk.tables import GROUP_ROLES
from validators.problems import Problem

REFUSED = "refused"
"""The act of trying what one may not."""
PROGRAM = ("", "keywork")
"""In whose name the program itself keeps figures and findings, which are worked out and nobody's act."""


class Role(IntEnum):
    """What somebody may do; each includes those before it."""

    READ_ONLY = 1
    KEYING = 2
    MONTH_END = 3
    ADMINISTRATOR = 4

    @property
    def title(self) -> str:
        """The role in words."""
        return self.name.lower().replace("_", " ")


ACTS: Mapping[tuple[str, str], Role] = {
    ("", LOOK): Role.READ_ONLY,
    ("", REFUSED): Role.READ_ONLY,
    ("", "erase"): Role.ADMINISTRATOR,
    ("", "remove"): Role.ADMINISTRATOR,
    ("", "import"): Role.MONTH_END,
    ("", "load"): Role.MONTH_END,
    ("", "sample"): Role.MONTH_END,
    ("", "decide"): Role.MONTH_END,
    ("second keying", ""): Role.MONTH_END,
    ("client", ""): Role.KEYING,
    ("episode", ""): Role.KEYING,
    ("event", ""): Role.KEYING,
    ("extract", ""): Role.MONTH_END,
    ("confirmation", ""): Role.MONTH_END,
    ("submission", ""): Role.MONTH_END,
    ("override", ""): Role.MONTH_END,
    ("closed_day", ""): Role.MONTH_END,
    ("history", ""): Role.MONTH_END,
    ("agency", "set"): Role.MONTH_END,
    ("agency", "write table"): Role.READ_ONLY,
    ("agency", ""): Role.ADMINISTRATOR,
    ("group", ""): Role.ADMINISTRATOR,
    ("store", ""): Role.ADMINISTRATOR,
    ("standard", ""): Role.ADMINISTRATOR,
    ("passphrase", ""): Role.READ_ONLY,
}
"""The least role that may do something, by the kind of what it is done to and by the act, "" for any.

Both together stand before the act alone, that before the kind alone. What stands in no row is an administrator's, so
that whoever adds an act has to say whose.
"""


class Refused(Problem):
    """Somebody tried what the role does not allow. Carries what that was."""

    def __init__(self, act: str, kind: str, record: str, sentence: str) -> None:
        """Take the act, what it was to be done to, and the sentence."""
        super().__init__(sentence)
        self.act, self.kind, self.record = act, kind, record


def least(act: str, kind: str) -> Role:
    """The least role that may do an act to a kind of thing."""
    return ACTS.get((kind, act)) or ACTS.get(("", act)) or ACTS.get((kind, "")) or Role.ADMINISTRATOR


def role_of(connection: Connection, path: Path, person: str) -> Role | None:
    """What somebody may do in a store; None where others have roles and he has none.

    Without any role in the store everybody may do everything. The account that owns the store and root, who can read
    store and key whatever is written here, are administrators. Of several groups the one that may most counts.
    """
    roles = {row.group_name: row.role for row in connection.execute(select(GROUP_ROLES))}
    if not roles or person in PROGRAM or user.owns(path, person):
        return Role.ADMINISTRATOR
    return max((Role[roles[name]] for name in user.groups_of(person) if name in roles), default=None)


def checked(connection: Connection, path: Path, person: str) -> Callable[[str, str, str], None]:
    """A function that raises Refused for what somebody may not do: given an act, a kind and a record's id."""
    return partial(_require, role_of(connection, path, person), person)


def require_any(connection: Connection, path: Path, person: str) -> None:
    """Raise Refused when somebody has no role at all in a store whose people have roles."""
    if role_of(connection, path, person) is None:
        raise Refused("open", "store", "", _none(person))


def _none(person: str) -> str:
    return f"{person} is in no group that may work in this store: ask its administrator for one (keywork roles)."


def _require(role: Role | None, person: str, act: str, kind: str, record: str) -> None:
    needed = least(act, kind)
    if act == REFUSED or (role is not None and role >= needed):
        return
    if role is None:
        raise Refused(act, kind, record, _none(person))
    raise Refused(
        act,
        kind,
        record,
        f"That needs the role {needed.title}, and {person} has {role.title}: ask somebody who has it, or the store's"
        " administrator.",
    )
