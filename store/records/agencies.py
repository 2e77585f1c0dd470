"""Agencies: which there are, and entering one."""

import uuid

from sqlmodel import select

from store.disk.tables import AGENCIES, Agency
from store.facts import AgencyInfo
from store.records.values import pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem


def listed(snapshot: Snapshot) -> list[AgencyInfo]:
    """All agencies in order of entry."""
    columns = (AGENCIES.c[name] for name in ("number", "id", "code", "standard", "name", "region"))
    return [AgencyInfo(*row) for row in snapshot.connection.execute(select(*columns).order_by(AGENCIES.c.number))]


def one(snapshot: Snapshot, code: str | None = None, standard: str | None = None) -> AgencyInfo:
    """The one agency meant. Raises Problem, naming the choices, when there is none or more than one."""
    path, known = snapshot.ground.path, listed(snapshot)
    fit = [one for one in known if code in (None, one.code) and standard in (None, one.standard)]
    if len(fit) == 1:
        return fit[0]
    if not known:
        raise Problem(f"The store {path} holds no agency yet: import a file or run `keywork sample`.")
    choices = ", ".join(f"{one.code} ({one.standard})" for one in (fit or known))
    if not fit:
        raise Problem(f"The store {path} has no such agency, it holds {choices}: choose one with --agency.")
    how = "--standard" if len({one.code for one in fit}) == 1 else "--agency"
    raise Problem(f"The store {path} holds several agencies, {choices}: choose one with {how}.")


def ensure(unit: UnitOfWork, code: str, standard: str, name: str = "", region: str = "") -> AgencyInfo:
    """Return the agency with this code and standard; enter it when there is none."""
    return _info(_known(unit, code, standard) or _enter(unit, code, standard, name, region))


def enter(unit: UnitOfWork, code: str, standard: str, name: str = "") -> AgencyInfo:
    """Enter an agency that is not there yet. Raises Problem when one has this code and standard."""
    if _known(unit, code, standard) is not None:
        raise Problem(f"This store has the agency {code} of {standard} already: open it, or give another code.")
    return _info(_enter(unit, code, standard, name, ""))


def _known(unit: UnitOfWork, code: str, standard: str) -> Agency | None:
    known = select(Agency).where(Agency.code == code, Agency.standard == standard)
    return unit.session.exec(known).one_or_none()


def _enter(unit: UnitOfWork, code: str, standard: str, name: str, region: str) -> Agency:
    row = Agency(id=str(uuid.uuid4()), code=code, standard=standard, name=name, region=region)
    unit.session.add(row)
    unit.session.flush()
    new = pack({"code": code, "standard": standard, "name": name, "region": region}, "agency")
    unit.chain.add("create", "agency", row.id, "", None, new)
    return row


def _info(row: Agency) -> AgencyInfo:
    assert row.number is not None
    return AgencyInfo(row.number, row.id, row.code, row.standard, row.name, row.region)
