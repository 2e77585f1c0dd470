"""What the store says of submissions: frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SubmissionInfo:
    """One return of one month: the first (`attempt` 1), or a correction of it, which has a reason.

    `month` is the month reported, `YYYY-MM`. `is_nil` says that there is nobody to report. `number` is the store's own.
    """

    id: str
    number: int
    month: str
    attempt: int
    is_nil: bool
    reason: str
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True)
class TickInfo:
    """What a person said of an item of a checklist, with what was entered; `reopened_at` when it was taken back."""

    item: str
    told: Mapping[str, str]
    ticked_at: datetime
    ticked_by: str
    reopened_at: datetime | None = None
    reopened_by: str = ""
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was not taken back."""
        return self.reopened_at is None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """How a submission stood at the last look on a day, by our own estimate.

    `causes` is how many findings each rule had. Percentages are rounded down to one decimal.
    """

    day: date
    load_percent: float
    data_quality_percent: float
    episodes: int = 0
    rows: int = 0
    errors: int = 0
    warnings: int = 0
    accepted: int = 0
    causes: Mapping[str, int] = field(default_factory=dict)
