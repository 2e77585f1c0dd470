"""What the store hands out: frozen facts, no rows of the database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from validators.local_time import LONDON
from validators.problems import Problem
from validators.records import Severity, Values
from validators.standard.terminology import Sentence, term

Kind = Literal["client", "episode", "event"]
RECORD_KINDS: tuple[Kind, ...] = ("client", "episode", "event")
"""The kinds of records, what stands above first."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something, and when; `session` is the window it is done in, "" for a command."""

    person: str
    at: datetime
    session: str = ""


@dataclass(frozen=True, slots=True)
class AgencyInfo:
    """One agency and the standard it reports by. `number` is the store's own, `code` the national one.

    `reports_since` is the first submission it makes from this store, as `YYYY-MM`; empty where nobody said.
    """

    number: int
    id: str
    code: str
    standard: str
    name: str = ""
    region: str = ""
    reports_since: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A client, episode or event as it stands in the store.

    `parent_id` is the agency's id for a client, the client's for an episode, the episode's for an event; `section` is
    empty but for events. Values that are empty are absent from `values`. `unconfirmed` are the fields whose values were
    taken over from another record and that nobody has confirmed, `noted` the notes on fields, both as far as a whole
    client was read.
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
    unconfirmed: frozenset[str] = frozenset()
    noted: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownEpisode:
    """An episode that is in the store, with its client and its events in order of entry; `gone` are deleted ones."""

    episode: StoredRecord
    client: StoredRecord
    events: tuple[StoredRecord, ...] = ()
    gone: tuple[StoredRecord, ...] = ()


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
class AuditQuery:
    """Which links of the audit are asked for: all that fit whatever is given.

    `records` are ids of records, None for any; `since` is the first moment, `until` the first that is too late. With
    an `agency` only what was done to it and to what is its own.
    """

    person: str = ""
    records: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    acts: Collection[str] = ()
    agency: "AgencyInfo | None" = None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One line of the history of a record, with the record and the client it belongs to as they stand now."""

    entry: AuditEntry
    record: StoredRecord
    client: StoredRecord


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the audit found. `broken_at` is the first row that does not hold, None when all do.

    `end` is the last row's number and digest as people note it (see `audit.noted`).
    """

    rows: int
    erased: int = 0
    broken_at: int | None = None
    why: str = ""
    end: str = ""

    @property
    def whole(self) -> bool:
        """Whether every row holds."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed into a record so far, to be kept.

    `base_version` is the version he started from, 0 for a new record; `parent_id` and `section` say where that belongs:
    the parent may itself be but a draft. `at_field` is the field he is in, `began_with` the values the record had when
    typing began, `unconfirmed` the fields carried over and not confirmed.
    """

    kind: Kind
    record_id: str
    values: Values
    base_version: int
    parent_id: str = ""
    section: str = ""
    at_field: str = ""
    began_with: Values = field(default_factory=dict)
    unconfirmed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """What somebody typed and has not saved. `base_version` is the version he started from, 0 for a new record.

    `fields` tells how many values differ from those that stand now, `version` the version that stands now (0 when the
    record is not saved yet), `at_field` the field the person was in. `began_with` are the record's values when the
    draft was begun, empty for a new record and where an older program did not keep them; `unconfirmed` are the fields
    that were carried over and that nobody has confirmed. `session` is the window it was typed in. `kept_under` is the
    id of a merged client, where what was typed into that one is offered for the client he is now.
    """

    person: str
    kind: Kind
    record_id: str
    parent_id: str
    section: str
    values: Values
    base_version: int
    saved_at: datetime
    at_field: str = ""
    fields: int = 0
    version: int = 0
    began_with: Values = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()
    session: str = ""
    kept_under: str = ""

    @property
    def differs(self) -> bool:
        """Whether it holds what is not saved: a new record, or other values than those that stand now. A line that was
        cut while a save was under way leaves one that holds nothing else."""
        return bool(self.fields) or not self.version

    @property
    def is_overtaken(self) -> bool:
        """Whether the record is another than the draft was begun with: saved since, or put back with its store."""
        return self.version not in (0, self.base_version)

    @property
    def name(self) -> tuple[str, str]:
        """The record it is kept under, and the window."""
        return self.kept_under or self.record_id, self.session

    def as_draft(self) -> Draft:
        """The same, to be kept."""
        return Draft(
            self.kind,
            self.record_id,
            self.values,
            self.base_version,
            parent_id=self.parent_id,
            section=self.section,
            at_field=self.at_field,
            began_with=self.began_with,
            unconfirmed=self.unconfirmed,
        )


@dataclass(frozen=True, slots=True)
class ExtractInfo:
    """An extract that was written: its file, its receipt, who and when; and whether it was sent.

    `kind` is the standard's own word for which records it holds, empty where there is only one; `submission_number` the
    return it was written for, 0 for none. What was sent and taken back keeps both times.
    """

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
    kind: str = ""
    submission_number: int = 0
    sent_at: datetime | None = None
    sent_by: str = ""
    taken_back_at: datetime | None = None
    taken_back_by: str = ""
    redacted_at: datetime | None = None
    redacted_sha256: str = ""

    @property
    def kept_sha256(self) -> str:
        """The digest of the text as it is kept: another one than `sha256` once rows were struck from it."""
        return self.redacted_sha256 or self.sha256

    @property
    def is_sent(self) -> bool:
        """Whether it counts as sent: marked so, and that not taken back."""
        return self.sent_at is not None and self.taken_back_at is None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing `doctor` looked at: its name, whether it is well, and a sentence."""

    name: str
    ok: bool
    message: str


class NotedSince(Problem):
    """Somebody wrote another note, or named another key worker, since whoever writes now looked. Carries `what` it is,
    and what stands there now (`theirs`), which the sentence does not tell."""

    def __init__(self, what: str, theirs: str, person: str) -> None:
        """Take both, and who wrote it."""
        super().__init__(f"{person} changed the {what} meanwhile: look at it, and keep yours in its place or leave it.")
        self.what, self.theirs = what, theirs


class NotThere(Problem):
    """A record is not in the store, or no more: to try again does not help, and whoever shows it shows it no longer."""


class Outgrown(Problem):
    """The store is of another version than the program that has it open: to try again does not help."""


class NewerVersion(Problem):
    """Somebody saved the record since it was opened. Carries what was to be saved (`mine`) and what stands (`theirs`).

    `mine` bears the version the person started from; its `values` are those he wanted to save.
    """

    def __init__(self, mine: StoredRecord, theirs: StoredRecord) -> None:
        """Take both sides; the sentence names record, person and time, no values."""
        did = "deleted" if theirs.deleted else "saved"
        super().__init__(
            Sentence(
                "The {kind} {id} was {did} by {person} at {at:%Y-%m-%d %H:%M:%S}, after you opened it: compare both"
                " and save again.",
                kind=term(theirs.kind),
                id=theirs.id,
                did=did,
                person=theirs.changed_by,
                at=theirs.changed_at.astimezone(LONDON),
            )
        )
        self.mine = mine
        self.theirs = theirs


QUIET_WEEKS = 12
"""So long an episode that goes on has no event before somebody looks why, where nothing else is set."""

Worklist = Literal[
    "quiet", "not_begun", "over_a_year", "review_due", "no_answer", "unconfirmed", "noted", "doubles", "to_tell"
]
Filter = Literal["open", "closed", "errors", "warnings", "no_consent", "mine", "drafts", "deleted"] | Worklist
Sort = Literal[
    "reference", "initials", "birth_date", "postcode", "opened", "state", "findings", "key_worker", "changed", "entered"
]


@dataclass(frozen=True, slots=True)
class ClientQuery:
    """Which clients a list shows and in which order.

    Every word of `text` and every filter must hold. `person` is who asks: "mine" are the clients whose last change was
    his, "drafts" those he has a draft in. Without the filter "deleted" no deleted client is shown, with it only those.
    `today` is the day by which "quiet" (no event for `weeks`), "over_a_year" and "review_due" are judged, and whether a
    closed episode still goes into an extract, so that "no_answer" has it.
    """

    text: str = ""
    filters: frozenset[Filter] = frozenset()
    key_worker: str = ""
    sort: Sort = "entered"
    descending: bool = False
    person: str = ""
    today: date = date.max
    weeks: int = QUIET_WEEKS


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One line of a list of clients.

    `birth_date` is YYYY-MM-DD, or as typed where that is no date. `opened`, `closed`, `consent` and `postcode_part` are
    the latest episode's; `is_open` says that any episode is. The key worker is the latest episode's that has one.
    `merged_into` is the reference of the client whom a merged one is now, or his id where he has none.
    """

    id: str
    reference: str = ""
    initials: str = ""
    birth_date: str = ""
    sex: str = ""
    postcode_part: str = ""
    opened: str = ""
    closed: str = ""
    is_open: bool = False
    episodes: int = 0
    errors: int = 0
    warnings: int = 0
    consent: str = ""
    changed_at: datetime = NEVER
    changed_by: str = ""
    key_worker: str = ""
    has_draft: bool = False
    deleted: bool = False
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeTree:
    """An episode with its events in order of entry, and what is kept beside it."""

    episode: StoredRecord
    events: tuple[StoredRecord, ...] = ()
    key_worker: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClientTree:
    """A client with all episodes in order of entry."""

    client: StoredRecord
    episodes: tuple[EpisodeTree, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many findings one rule has at one severity, and how many of them are accepted."""

    rule: str
    severity: Severity
    count: int
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody who has a record open: since when, in which session, and which one."""

    person: str
    since: datetime
    session: str = ""
    kind: Kind = "client"
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class MergeInfo:
    """Two clients who were made one: whose episodes went over, when, by whom, and when that was undone."""

    id: str
    keep_id: str
    other_id: str
    moved: tuple[str, ...]
    merged_at: datetime
    merged_by: str
    split_at: datetime | None = None
    split_by: str = ""


RemovalReason = Literal["withdrawal", "retention"]


@dataclass(frozen=True, slots=True)
class RemovalInfo:
    """That a client is to be removed, or was: who asked when and why, who confirmed it, or who took it back.

    `told` says how much was removed, by what it is.
    """

    id: str
    client_id: str
    reason: RemovalReason
    asked_at: datetime
    asked_by: str
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    taken_back_at: datetime | None = None
    taken_back_by: str = ""
    told: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it waits for another person."""
        return self.confirmed_at is None and self.taken_back_at is None


@dataclass(frozen=True, slots=True)
class DueRemoval:
    """A client whose time is over: the last closure (or last change, where nothing was opened), and since when."""

    client_id: str
    reference: str
    initials: str
    closed: date
    due: date


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A client who may be the one being entered, and why."""

    row: ClientRow
    why: str


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A line on a field of a record, such as what somebody waits for. `reference` is the client's."""

    client_id: str
    kind: Kind
    record_id: str
    field: str
    text: str
    at: datetime
    person: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """A record that holds a value one looks for, the client it belongs to, and whether anybody has a draft of it."""

    record: StoredRecord
    client_id: str
    reference: str
    has_draft: bool
