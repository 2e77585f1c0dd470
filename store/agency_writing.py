"""Entering agencies, in the same unit of work as everything else. `Writing` is one of these."""

import uuid

from sqlmodel import Session, select

from store.audit import Chain
from store.shapes import AgencyInfo
from store.tables import Agency
from store.typed import pack
from validators.problems import Problem


class AgencyWriting:
    """The part of a unit of work about agencies; see `store.writing.Writing`."""

    _session: Session
    _chain: Chain

    def ensure_agency(self, code: str, standard: str, name: str = "", region: str = "") -> AgencyInfo:
        """Return the agency with this code and standard; enter it when there is none."""
        known = select(Agency).where(Agency.code == code, Agency.standard == standard)
        row = self._session.exec(known).one_or_none()
        if row is None:
            row = Agency(id=str(uuid.uuid4()), code=code, standard=standard, name=name, region=region)
            self._session.add(row)
            self._session.flush()
            new = pack({"code": code, "standard": standard, "name": name, "region": region}, "agency")
            self._chain.add("create", "agency", row.id, "", None, new)
        assert row.number is not None
        return AgencyInfo(row.number, row.id, row.code, row.standard, row.name, row.region)

    def enter_agency(self, code: str, standard: str, name: str = "") -> AgencyInfo:
        """Enter an agency that is not there yet. Raises Problem when one has this code and standard."""
        known = select(Agency.id).where(Agency.code == code, Agency.standard == standard)
        if self._session.exec(known).first() is not None:
            raise Problem(f"This store has the agency {code} of {standard} already: open it, or give another code.")
        return self.ensure_agency(code, standard, name)
