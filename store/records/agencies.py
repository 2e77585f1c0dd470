"""Agencies: which there are, entering one, and mending or taking away one that was made by mistake."""

import uuid
from dataclasses import replace

from sqlalchemy import Table, func, update
from sqlmodel import select

from store.disk.tables import AGENCIES, DRAFTS, METADATA, Agency
from store.facts import AgencyInfo
from store.records.values import pack
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.calendar.calendar import SubmissionCalendar
from validators.local_time import local_day
from validators.problems import Problem
from validators.standard.terminology import counted

# What is kept of an agency that has nothing in it yet.
_ABOUT_AGENCY = (
    "agency_letter",
    "agency_setting",
    "beside_check",
    "day_figure",
    "privacy_notice",
    "reference_part",
)
_PARTS = {"code": "code", "standard": "data set", "region": "region", "reports_since": "first submission"}
_WORKED_OUT = ("client_line", "episode_state", "finding")
"""What is worked out from records: it is there with them, and nothing to name beside them."""


def listed(snapshot: Snapshot) -> list[AgencyInfo]:
    """All agencies in order of entry."""
    columns = (AGENCIES.c[name] for name in ("number", "id", "code", "standard", "name", "region", "reports_since"))
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


def code_of(snapshot: Snapshot, agency: AgencyInfo) -> str:
    """The code of an agency by now: a mistyped one may have been mended since it was opened. Its own where it is gone.

    What the program fills in and judges by it is of the agency, not of what somebody saw of it.
    """
    query = select(AGENCIES.c.code).where(AGENCIES.c.number == agency.number)
    return snapshot.connection.execute(query).scalar_one_or_none() or agency.code


def as_now(snapshot: Snapshot, agency: AgencyInfo) -> AgencyInfo:
    """An agency as it is by now; as it was where it is gone."""
    return next((its for its in listed(snapshot) if its.number == agency.number), agency)


def ensure(
    unit: UnitOfWork, code: str, standard: str, name: str = "", region: str = "", *, since: str = ""
) -> AgencyInfo:
    """Return the agency with this code and standard; enter it when there is none. For `since` see `enter`."""
    return _info(_known(unit, code, standard) or _enter(unit, code, standard, (name, region, since)))


def enter(unit: UnitOfWork, code: str, standard: str, name: str = "", *, since: str = "") -> AgencyInfo:
    """Enter an agency that is not there yet. Raises Problem when one has this code and standard.

    `since` is the first submission that it makes from this store (`YYYY-MM`). Where nobody says, it is the first one
    whose deadline is not past: nothing is late on the first day.
    """
    if _known(unit, code, standard) is not None:
        raise Problem(f"This store has the agency {code} of {standard} already: open it, or give another code.")
    return _info(_enter(unit, code, standard, (name, "", since)))


def set_reports_since(unit: UnitOfWork, agency: AgencyInfo, month: str) -> AgencyInfo:
    """Say which submission is the first that an agency makes from this store, as `YYYY-MM`.

    Raises Problem for what is no submission of its calendar, and where somebody said another one since the agency was
    looked at.
    """
    require_as_seen(unit, agency, "standard", "reports_since")
    SubmissionCalendar(unit.derivers[agency.standard].standard).entry(month)
    if month != agency.reports_since:
        its = AGENCIES.c.number == agency.number
        unit.session.execute(update(AGENCIES).where(its).values(reports_since=month))
        unit.session.expire_all()
        unit.chain.add("change", "agency", agency.id, "reports_since", agency.reports_since, month)
    return replace(agency, reports_since=month)


def rename(unit: UnitOfWork, agency: AgencyInfo, code: str) -> AgencyInfo:
    """Give an agency that has nothing in it another code. Raises Problem where it has, where the code is another's, and
    where it has another one than `agency` says by now."""
    require_as_seen(unit, agency, "code", "standard")
    refuse_filled(unit, agency, "renamed")
    if _known(unit, code, agency.standard) is not None:
        raise Problem(f"This store has the agency {code} of {agency.standard} already: give another code.")
    unit.session.execute(update(AGENCIES).where(AGENCIES.c.number == agency.number).values(code=code))
    unit.session.expire_all()
    unit.chain.add("change", "agency", agency.id, "code", agency.code, code)
    return replace(agency, code=code)


def remove(unit: UnitOfWork, agency: AgencyInfo) -> None:
    """Take away an agency that has nothing in it. Raises Problem where it has, or is called otherwise by now."""
    require_as_seen(unit, agency, "code", "standard")
    refuse_filled(unit, agency, "removed")
    for table in _tables_of_agencies():
        unit.session.execute(table.delete().where(table.c.agency_number == agency.number))
    unit.session.execute(AGENCIES.delete().where(AGENCIES.c.number == agency.number))
    unit.session.expire_all()
    old = pack({"code": agency.code, "standard": agency.standard, "name": agency.name}, "agency")
    unit.chain.add("delete", "agency", agency.id, "", old, None)


def require_as_seen(snapshot: Snapshot, agency: AgencyInfo, *parts: str) -> None:
    """Raise Problem where an agency is gone, or where parts of what is said of it, by their names, are others by now.

    Whoever changes one of them, or enters something under it, looked at the agency before: it may be minutes ago.
    """
    now = next((one for one in listed(snapshot) if one.id == agency.id), None)
    if now is None:
        raise taken_out(agency)
    others = [part for part in parts if getattr(now, part) != getattr(agency, part)]
    if others:
        told = ", ".join(f"{_PARTS[part]} {getattr(now, part) or 'none'}" for part in others)
        raise Problem(f"Somebody else changed what is said of the agency {agency.code} meanwhile ({told}): look again.")


def taken_out(agency: AgencyInfo) -> Problem:
    """What whoever has an agency open that was empty is told once an administrator removed it."""
    return Problem(f"The agency {agency.code} was taken out of this store by somebody else: open another agency.")


def _tables_of_agencies() -> list[Table]:
    return [table for table in METADATA.sorted_tables if "agency_number" in table.c]


def refuse_filled(snapshot: Snapshot, agency: AgencyInfo, what: str) -> None:
    """Raise Problem, naming what it holds, for an agency that is not empty: it cannot be `what`, such as "renamed".

    What was entered, sent or begun stands under the agency: deleted records count, too.
    """
    held = []
    for table in _tables_of_agencies():
        if table.name not in _ABOUT_AGENCY:
            query = select(func.count()).select_from(table).where(table.c.agency_number == agency.number)
            many = snapshot.connection.execute(query).scalar_one()
            held += [(table.name in _WORKED_OUT, counted(many, table.name.replace("_", " ")))] if many else []
    begun = select(func.count()).select_from(DRAFTS).where(DRAFTS.c.parent_id == agency.id)
    if many := snapshot.connection.execute(begun).scalar_one():
        held.append((False, counted(many, "draft")))
    if held:
        told = ", ".join(text for is_worked_out, text in held if not is_worked_out) or held[0][1]
        raise Problem(f"The agency {agency.code} has records in it ({told}): only an empty one can be {what}.")


def _known(unit: UnitOfWork, code: str, standard: str) -> Agency | None:
    known = select(Agency).where(Agency.code == code, Agency.standard == standard)
    return unit.session.exec(known).one_or_none()


def _enter(unit: UnitOfWork, code: str, standard: str, about: tuple[str, str, str]) -> Agency:
    name, region, since = about
    if not since:
        since = SubmissionCalendar(unit.derivers[standard].standard).first_in_time(local_day(unit.who.at))
    row = Agency(id=str(uuid.uuid4()), code=code, standard=standard, name=name, region=region, reports_since=since)
    unit.session.add(row)
    unit.session.flush()
    new = pack({"code": code, "standard": standard, "name": name, "region": region, "reports_since": since}, "agency")
    unit.chain.add("create", "agency", row.id, "", None, new)
    return row


def _info(row: Agency) -> AgencyInfo:
    assert row.number is not None
    return AgencyInfo(row.number, row.id, row.code, row.standard, row.name, row.region, row.reports_since)
