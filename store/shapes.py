"""What the store hands out: frozen facts, no rows of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from validators.problems import Problem
from validators.records import Values

Kind = Literal["client", "episode", "event"]


@dataclass(frozen=True, slots=True)
class AgencyInfo:
    """One agency and the standard it reports by. `number` is the store's own, `code` the national one."""

    number: int
    id: str
    code: str
    standard: str
    name: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A client, episode or event as it stands in the store.

    `parent_id` is the agency's id for a client, the client's for an episode, the episode's for an event; `section` is
    empty but for events. Values that are empty are absent from `values`.
    """

    kind: Kind
    id: str
    parent_id: str
    section: str
    values: Values
    version: int
    changed_at: datetime
    changed_by: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class KnownEpisode:
    """An episode that is in the store, with its client and its events in order of entry."""

    episode: StoredRecord
    client: StoredRecord
    events: tuple[StoredRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records were added."""

    clients: int = 0
    episodes: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of a record's history.

    `field` is empty when the whole record is meant; `old` and `new` are then its values as JSON. Both are None when
    there was no value, and when `erased` says that the values were removed from the history.
    """

    number: int
    at: datetime
    person: str
    act: str
    kind: str
    record_id: str
    field: str
    old: str | None
    new: str | None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the audit found. `broken_at` is the first row that does not hold, None when all do."""

    rows: int
    erased: int = 0
    broken_at: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether every row holds."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """What somebody typed and has not saved. `base_version` is the version he started from, 0 for a new record."""

    person: str
    kind: Kind
    record_id: str
    parent_id: str
    section: str
    values: Values
    base_version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class ExtractInfo:
    """An extract that was written: its file, its receipt, who and when."""

    id: str
    agency: str
    standard: str
    submission: str
    file_name: str
    sha256: str
    rows: int
    made_at: datetime
    made_by: str
    receipt: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing `doctor` looked at: its name, whether it is well, and a sentence."""

    name: str
    ok: bool
    message: str


class NewerVersion(Problem):
    """Somebody saved the record since it was opened. Carries what was to be saved (`mine`) and what stands (`theirs`).

    `mine` bears the version the person started from; its `values` are those he wanted to save.
    """

    def __init__(self, mine: StoredRecord, theirs: StoredRecord) -> None:
        """Take both sides; the sentence names record, person and time, no values."""
        did = "deleted" if theirs.deleted else "saved"
        super().__init__(
            f"The {theirs.kind} {theirs.id} was {did} by {theirs.changed_by} at"
            f" {theirs.changed_at:%Y-%m-%d %H:%M:%S} UTC, after you opened it: compare both and save again."
        )
        self.mine = mine
        self.theirs = theirs
