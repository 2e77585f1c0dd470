"""The roles a site gives to groups of this computer's accounts, set by an administrator."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from store.disk import user
from store.disk.tables import GROUP_ROLES
from store.people.acts import Role, checked, role_of
from store.records.values import moment, stamp
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


@dataclass(frozen=True)
class GroupRole:
    """A group and what its members may do; `set_at` is a moment in ISO form."""

    group: str
    role: Role
    set_at: str
    set_by: str


def listed(snapshot: Snapshot) -> list[GroupRole]:
    """The groups that have a role, by name."""
    rows = snapshot.connection.execute(select(GROUP_ROLES).order_by(GROUP_ROLES.c.group_name))
    return [
        GroupRole(row.group_name, Role[row.role], moment(row.set_at).isoformat(timespec="seconds"), row.set_by)
        for row in rows
    ]


def of_person(snapshot: Snapshot, person: str) -> Role | None:
    """What somebody may do; None for nothing at all."""
    return role_of(snapshot.connection, snapshot.ground.path, person)


def refuse(snapshot: Snapshot, person: str, act: str, kind: str) -> None:
    """Raise Refused for an act that somebody may not do to a kind of thing, before anything is done for it."""
    checked(snapshot.connection, snapshot.ground.path, person)(act, kind, "")


LOCKED = "Read only: nothing can be typed here; keywork roles list says who may."


def locked(snapshot: Snapshot, person: str) -> str:
    """Why somebody can key nothing, to be said before any typing; "" for one who can."""
    role = of_person(snapshot, person)
    return "" if role is not None and role >= Role.KEYING else LOCKED


def give(unit: UnitOfWork, group: str, role: Role | None) -> None:
    """Give a group a role, or take it away.

    Raises Problem for a group this computer does not know, and for a change after which the person who makes it could
    not take it back.
    """
    held = unit.connection.execute(
        select(GROUP_ROLES.c.role).where(GROUP_ROLES.c.group_name == group)
    ).scalar_one_or_none()
    if role is None and held is None:
        raise Problem(f"The group {group} has no role: keywork roles lists those that have.")
    if role is not None and not user.is_group(group):
        raise Problem(f"There is no group {group} on this computer: make it first, or check the name.")
    told = role.name if role else None
    unit.chain.add("set" if role else "delete", "group", group, "role", held, told)
    unit.connection.execute(delete(GROUP_ROLES).where(GROUP_ROLES.c.group_name == group))
    if told is not None:
        values = {"group_name": group, "role": told, "set_at": stamp(unit.who.at), "set_by": unit.person}
        unit.connection.execute(insert(GROUP_ROLES).values(**values))
    if of_person(unit, unit.person) is not Role.ADMINISTRATOR:
        raise Problem("After that you would be no administrator any more: give a group of yours that role first.")
