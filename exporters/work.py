"""What is worked on: an agency's records, by its standard, on a day. It travels as one value."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from store.facts import AgencyInfo
from store.month import letters
from store.snapshot import Snapshot
from validators.rules.checker import Checker
from validators.standard.model import Standard


@dataclass(frozen=True)
class Work:
    """An agency, the standard it reports by, and the day it is where the returns go to."""

    agency: AgencyInfo
    standard: Standard
    today: date

    @cached_property
    def checker(self) -> Checker:
        """The standard's rules, ready to be applied; compiled when they are first asked for."""
        return Checker(self.standard)


def work_on(snapshot: Snapshot, work: Work, day: date) -> Work:
    """The work by the standard that the agency reported by on a day: what ends before it changed its letter goes out
    in the old one."""
    name, held = letters.standard_on(snapshot, work.agency, day)
    if name == work.agency.standard:
        return work
    return Work(work.agency, replace(snapshot.derivers[name].standard, held_in=held), work.today)
