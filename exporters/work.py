"""What is worked on: an agency's records, by its standard, on a day. It travels as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from store.facts import AgencyInfo, ExtractInfo
from store.month import letter_changes
from store.snapshot import Snapshot
from validators.problems import Problem
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
    name, held = letter_changes.standard_on(snapshot, work.agency, day)
    if name == work.agency.standard:
        return work
    return Work(work.agency, replace(snapshot.derivers[name].standard, held_in=held), work.today)


def written_by(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, extract: ExtractInfo
) -> tuple[Standard, Mapping[str, str]]:
    """The standard that an extract was written by, and what `standard`, by which it is looked at, calls its fields
    otherwise, by header. Where the one that it was written by is here no more, it is read as if it was this one."""
    if extract.standard == standard.id:
        return standard, {}
    try:
        then = snapshot.derivers[extract.standard].standard
    except Problem:
        return standard, {}
    now = letter_changes.held_of(snapshot, agency, extract.standard)
    then = replace(then, held_in=now)
    called = {held: header for header, held in standard.held_in.items()}
    pairs = ((header, now.get(header, header)) for header in then.headers)
    return then, {header: its for header, held in pairs if (its := called.get(held, held)) != header}
