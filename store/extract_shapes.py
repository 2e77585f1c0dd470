"""What the store hands out about what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
