"""What an extract is made of, whatever its format: the kind wanted, what goes out and what is held back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from store.facts import AgencyInfo
from validators.calendar.periods import ReportingPeriod
from validators.records import EpisodeRecord, Finding
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Something known that waits for the next submission: a field of the episode, or one of its events.

    `section` and `day` say of an event what it is and when it was.
    """

    episode: str
    field: str = ""
    event: str = ""
    why: str = ""
    section: str = ""
    day: date | None = None

    def as_mapping(self) -> dict[str, str]:
        """As the receipt tells it: with `field` or with `event`."""
        what = {"event": self.event} if self.event else {"field": self.field}
        return {"episode": self.episode, **what, "why": self.why}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An episode as it goes out, or why it does not (`left_out`), and what is held back of it.

    Where only a part of it goes out, `whole` is all that is known by the end of the period: that is what rules judge.
    `unchanged` says that nothing of it is to be sent this time, `records` are the ids of what is, with digests;
    `findings` are what shows only beside what was sent.
    """

    record: EpisodeRecord
    left_out: str = ""
    held_back: tuple[HeldBack, ...] = ()
    unchanged: bool = False
    whole: EpisodeRecord | None = None
    records: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def judged(self) -> EpisodeRecord:
        """What the rules look at."""
        return self.whole or self.record


class Selecting(Protocol):
    """Chooses and shapes the episodes of one extract; `closed_before` is why those closed earlier are left out."""

    standard: Standard
    period: ReportingPeriod
    wanted: "Wanted | None"
    reference: str
    client: str
    closed_before: str
    read_at_once: int

    def name(self, record: EpisodeRecord) -> str:
        """What people know an episode by."""

    def stream(self, snapshot: "Snapshot", agency: "AgencyInfo") -> Iterator[tuple[EpisodeRecord, Outgoing]]:
        """All episodes of an agency in order of entry, each with what of it is sent. Raises Problem."""

    def goes_as_it_is(self, record: EpisodeRecord) -> bool:
        """Whether it is plain without a closer look that an episode, if it is sent, is sent with all that is known."""

    def sent(self, snapshot: "Snapshot", agency: "AgencyInfo", some: Sequence[EpisodeRecord]) -> Mapping[str, str]:
        """What was sent before of some episodes, at most `read_at_once` (0: that is not asked). Raises Problem."""

    def outgoing(self, record: EpisodeRecord, sent: Mapping[str, str]) -> Outgoing:
        """What of one episode is sent; `sent` is what was sent before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which kind of extract; `start` and `end` are the two days of `between`, None else."""

    kind: str
    start: date | None = None
    end: date | None = None
