"""What the store hands out about the calendar: what was stated by hand, and what the next roll-over drops."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from validators.calendar_kinds import Override


@dataclass(frozen=True, slots=True)
class OverrideInfo:
    """Dates that somebody entered for a submission, by whom and when; kept when they are withdrawn."""

    id: str
    calendar: str
    override: Override
    entered_at: datetime
    entered_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class ClosedDayInfo:
    """A day without work that somebody entered."""

    id: str
    calendar: str
    day: date
    name: str
    source: str
    entered_at: datetime
    entered_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An episode that no return carries any more once the base date has rolled on; figures of its last check."""

    episode_id: str
    client_id: str
    reference: str
    initials: str
    closed: date
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class RollOver:
    """What lies in the period now and will not once it starts on `base`; `items` is one page of it, faulty first."""

    base: date
    since: date
    episodes: int
    with_errors: int
    with_warnings: int
    items: tuple[Dropped, ...]

    @property
    def faulty(self) -> int:
        """How many have an error, or a warning without an error."""
        return self.with_errors + self.with_warnings


def plain(values: Mapping[str, object]) -> dict[str, str]:
    """Values as the audit keeps them: text, nothing for what is absent."""
    return {name: "" if value is None else str(value) for name, value in values.items()}
