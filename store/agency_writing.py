"""Entering agencies, in the same unit of work as everything else. `Writing` is one of these."""

import uuid

from sqlmodel import Session, select

from store.disk.audit import Chain
from store.disk.tables import Agency
from store.facts import AgencyInfo
from store.records.values import pack
from validators.problems import Problem


class AgencyWriting:
    """The part of a unit of work about agencies; see `store.unit_of_work.Writing`."""

    _session: Session
    _chain: Chain

    def ensure_agency(self, code: str, standard: str, name: str = "", region: str = "") -> AgencyInfo:
        """Return the agency with this code and standard; enter it when there is none."""
        return _info(self._agency(code, standard) or self._enter(code, standard, name, region))

    def enter_agency(self, code: str, standard: str, name: str = "") -> AgencyInfo:
        """Enter an agency that is not there yet. Raises Problem when one has this code and standard."""
        if self._agency(code, standard) is not None:
            raise Problem(f"This store has the agency {code} of {standard} already: open it, or give another code.")
        return _info(self._enter(code, standard, name))

    def _agency(self, code: str, standard: str) -> Agency | None:
        known = select(Agency).where(Agency.code == code, Agency.standard == standard)
        return self._session.exec(known).one_or_none()

    def _enter(self, code: str, standard: str, name: str = "", region: str = "") -> Agency:
        row = Agency(id=str(uuid.uuid4()), code=code, standard=standard, name=name, region=region)
        self._session.add(row)
        self._session.flush()
        new = pack({"code": code, "standard": standard, "name": name, "region": region}, "agency")
        self._chain.add("create", "agency", row.id, "", None, new)
        return row


def _info(row: Agency) -> AgencyInfo:
    assert row.number is not None
    return AgencyInfo(row.number, row.id, row.code, row.standard, row.name, row.region)
