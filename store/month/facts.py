"""What the store says of submissions: frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from validators.calendar.kinds import Override

AT_UPLOAD = "_at_upload"
"""The item under which what the data said at the upload is kept among the ticks."""


@dataclass(frozen=True, slots=True)
class SubmissionInfo:
    """One return of one month: the first (`attempt` 1), or a correction of it, which has a reason.

    `month` is the month reported, `YYYY-MM`. `is_nil` says that there is nobody to report. `number` is the store's own.
    Attempts are counted without those that were dropped; only the latest can be, so that no other gets another number.
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
class BounceList:
    """A list of what the portal refused of an extract, as it was pasted.

    `counts_rows`: its numbers count rows of data, not lines of the file.
    """

    submission: str
    extract_id: str
    text: str
    counts_rows: bool
    kept_at: datetime
    kept_by: str


@dataclass(frozen=True, slots=True)
class LetterChange:
    """That an agency went over from one edition to another: `first_day` is the first that is reported by the new one.

    `renamed` are the headers that hold now what others held before: header before → header.
    """

    number: int
    before: str
    after: str
    first_day: date
    renamed: Mapping[str, str]
    changed_at: datetime
    changed_by: str


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


# What the store hands out about the calendar: what was stated by hand, and what the next roll-over drops.


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
    """An episode that no return carries any more once the base date has rolled on; figures of its last check.

    `closed` is None for one without consent and without any date, which no base date ever takes out."""

    episode_id: str
    client_id: str
    reference: str
    initials: str
    closed: date | None
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class RollOver:
    """What lies in the period now and will not once it starts on `base`; `items` is one page of it, faulty first.

    `undated` are, where they were asked for, the episodes without consent and without dates: they stay in every return.
    """

    base: date
    since: date
    episodes: int
    with_errors: int
    with_warnings: int
    items: tuple[Dropped, ...]
    undated: tuple[Dropped, ...] = ()

    @property
    def faulty(self) -> int:
        """How many have an error, or a warning without an error."""
        return self.with_errors + self.with_warnings


def plain(values: Mapping[str, object]) -> dict[str, str]:
    """Values as the audit keeps them: text, nothing for what is absent."""
    return {name: "" if value is None else str(value) for name, value in values.items()}


# What the store hands out about what was sent.

PART = "/"
"""Stands in the id of what was sent of an episode itself, between the episode's id and the part's name."""


@dataclass(frozen=True, slots=True)
class ConfirmationInfo:
    """A mismatch against a sent extract that somebody confirmed to be right.

    `kind` and `subject` say which mismatch, `told` what it was when it was confirmed: where that is another one now,
    the confirmation has lapsed.
    """

    id: str
    extract_id: str
    kind: str
    subject: str
    told: Mapping[str, str]
    reason: str
    confirmed_at: datetime
    confirmed_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an episode, or with `event_id` an event, is now; when and by whom it, or its client, was deleted."""

    episode_id: str
    client_id: str
    event_id: str = ""
    deleted_at: datetime | None = None
    deleted_by: str = ""


class LastSent(NamedTuple):
    """A record that went out: a digest of what the extract written last says of it, and the latest month that did.

    `number` is that extract's, in the order they were written; `since` the first one's that said so, of those that
    followed each other.
    """

    digest: str
    submission: str
    number: int
    since: int


@dataclass(frozen=True, slots=True)
class WrittenExtract:
    """An extract as it was written, to be kept with its receipt.

    `submission` is the month reported; `kind` which kind it is where a data set has several, `submission_number` the
    number that the return itself bears, 0 for none. `standard` is the edition it was written by, which of a month
    before a change of letter is another one than the agency's; "" for that.
    """

    submission: str
    file_name: str
    sha256: str
    rows: int
    receipt: Mapping[str, object]
    kind: str = ""
    submission_number: int = 0
    standard: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmedMismatch:
    """Something that differs from a sent extract: its kind, what it is about, and the values it is told with."""

    kind: str
    subject: str
    told: Mapping[str, str]
