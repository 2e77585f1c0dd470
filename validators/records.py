"""What travels through the house: an episode as it stands, and what the rules say of it.

Values are always text as it was typed, keyed by the standard's column header. A value that is absent and one that is
empty mean the same.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

Values = Mapping[str, str]
Source = Literal["file", "store"]

NO_VALUES: Values = MappingProxyType({})


class Severity(StrEnum):
    """How much a finding weighs. Errors would not load, warnings doubt the quality, notices count for nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


# Of these two there is one for every record. To make one that is frozen takes some five times as long, which is a
# twentieth of an export: what is Final mypy keeps from being assigned to as well.


@dataclass(slots=True)
class Event:
    """A dated record under an episode: one sub-intervention, one referral.

    `section` is the standard's section id. `line` is the physical line of a file it was read from; `id` is the
    store's own id, empty for an event that comes from a file.
    """

    section: Final[str]
    values: Final[Values]
    line: Final[int | None] = None
    id: Final[str] = ""


@dataclass(slots=True)
class EpisodeRecord:
    """One episode with its client's values and its events: all that a rule may look at.

    `lines` are the physical lines of a file that carry the episode (the header being line 1), empty from the store.
    `opens`: the first of them opens a message, which is a row of its own only where it holds no event.
    `client_id` and `episode_id` are the store's own ids, empty from a file. Where the record is only the part of an
    episode that is sent, `kept` is all of it as it is stored: rules that compare, and those about an episode's events
    together, look at that as well; nothing in it is judged by itself.
    """

    client: Final[Values]
    episode: Final[Values]
    events: Final[tuple[Event, ...]] = ()
    lines: Final[tuple[int, ...]] = ()
    client_id: Final[str] = ""
    episode_id: Final[str] = ""
    kept: "Final[EpisodeRecord | None]" = None
    opens: Final[bool] = False

    @property
    def row_lines(self) -> tuple[int, ...]:
        """The lines of a file that are the episode's rows."""
        return self.lines[1:] if self.opens and self.events else self.lines

    @property
    def rows(self) -> int:
        """How many rows of an extract this episode takes: one per event, at least one."""
        return len(self.row_lines) or len(self.events) or 1

    def altered(self, change: Callable[[Values], Values]) -> "EpisodeRecord":
        """The record with its values as `change` gives them: the client's, the episode's and those of each event."""
        events = tuple(
            event if (own := change(event.values)) is event.values else dataclasses.replace(event, values=own)
            for event in self.events
        )
        return dataclasses.replace(self, client=change(self.client), episode=change(self.episode), events=events)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule has to say about one record.

    `field` is the header to jump to, `fields` all headers involved with their `values`; `message` is one sentence that
    says what is wrong. Where it says more than the standard's own words (whose an identifier was first, which code was
    meant), `anonymous` is the sentence without that; else it is empty. `section` is the section the record belongs to
    (empty for a whole file), `episode` the episode's identifier as typed, `lines` the lines of a file it concerns, the
    first being where to look; `client_id`, `episode_id` and `event_id` are the store's own ids, empty from a file;
    `accepted` is the id of the acceptance that somebody gave a warning, empty for none.
    """

    severity: Severity
    rule: str
    field: str
    fields: tuple[str, ...]
    message: str
    values: Values = dataclasses.field(default_factory=dict)
    section: str = ""
    episode: str = ""
    lines: tuple[int, ...] = ()
    client_id: str = ""
    episode_id: str = ""
    event_id: str = ""
    accepted: str = ""
    anonymous: str = ""

    @property
    def for_others(self) -> str:
        """The sentence for those who may learn nothing of anybody's record by it."""
        return self.anonymous or self.message

    @property
    def line(self) -> int | None:
        """The line to look at first; none for a finding about a whole file or a stored record."""
        return self.lines[0] if self.lines else None
