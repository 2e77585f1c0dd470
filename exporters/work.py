"""What is worked on: an agency's records, by its standard, on a day. It travels as one value."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from store.facts import AgencyInfo
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
