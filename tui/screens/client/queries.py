"""What the client screen asks of the store. Every function runs in a thread and knows no screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from exporters.extracts.submission_window import period_of
from exporters.records import left_drafts
from exporters.records.check_client import KeptBeside, kept_beside
from exporters.records.left_drafts import DraftGroup
from store.clients import rows
from store.facts import AgencyInfo, ClientTree, DraftInfo, Kind, Presence, Who
from store.findings import going
from store.live import presence, recent_entry
from store.people import roles
from store.records import merge as stored_merge
from store.records import read
from store.snapshot import Snapshot
from tui.session.wording import when
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.store import Store

USAGE_LEFT: dict[str, Mapping[str, Mapping[str, int]]] = {}
"""How often codes were used, by agency and field: asked once a session, for an order that changes would mislead."""


@dataclass(frozen=True)
class Loaded:
    """A client as it was found: no `tree` for one who is new; the person's own drafts; who else is in the record.

    `merged_into` is the reference of the client whom a merged one is now, else his id.
    `locked` says why the person can key nothing here, "" for one who can.
    Of several drafts of one record, left behind by several windows, `drafts` has the latest; `older` counts the others.
    """

    client_id: str
    tree: ClientTree | None = None
    drafts: tuple[DraftInfo, ...] = ()
    others: tuple[Presence, ...] = ()
    previous: Mapping[str, Values] = field(default_factory=dict)
    usage: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    older: int = 0
    kept: KeptBeside = field(default_factory=KeptBeside)
    merged_into: str = ""
    locked: str = ""


def sent_of(
    snapshot: Snapshot, agency: AgencyInfo, submission: str, today: date, client_id: str
) -> Mapping[str, frozenset[str] | None]:
    """What a submission's return would send of a client: see `going.parts`. Raises Problem."""
    return going.parts(snapshot, agency, period_of(snapshot, agency, submission, today), client_id)


def faulty(snapshot: Snapshot, agency: AgencyInfo, client_id: str, submission: str, today: date, *, back: bool) -> str:
    """The next client (or the one before) with an error or a warning, of the caseload or in a submission's return."""
    period = period_of(snapshot, agency, submission, today) if submission else None
    return rows.next_with_findings(snapshot, agency, client_id, back=back, period=period)


def load(snapshot: Snapshot, agency: AgencyInfo, standard: Standard, who: Who, client_id: str) -> Loaded:
    """Read a client with all that the screen shows of it. Raises Problem when there is neither client nor draft."""
    groups = left_drafts.groups(snapshot, agency, who) if client_id else []
    own = next((group for group in groups if group.client_id == client_id), None)
    drafts, older = (own.drafts, own.older) if own is not None else ((), 0)
    previous, usage = habits(snapshot, agency, standard, who.person)
    locked = roles.locked(snapshot, who.person)
    new = Loaded(client_id, None, drafts, (), previous, usage, older, locked=locked)
    if not client_id:
        return replace(new, kept=kept_beside(snapshot, agency, standard, ""))
    try:
        tree = read.tree(snapshot, client_id, deleted=True)
    except Problem:
        if not any(draft.record_id == client_id for draft in drafts):
            raise
        return replace(new, kept=kept_beside(snapshot, agency, standard, ""))
    if tree.client.parent_id != agency.id:
        # Asked for a moment before another agency was opened: its standard would read him wrongly.
        raise Problem(f"That client is another agency's, not {agency.code}'s: open that agency first.")
    others = tuple(presence.others(snapshot, "client", client_id, who.session, who.at))
    kept = kept_beside(snapshot, agency, standard, client_id)
    living = stored_merge.kept_for(snapshot, client_id) if tree.client.deleted else ""
    into = read.client_called(snapshot, living) if living else ""
    return replace(new, tree=tree, others=others, kept=kept, merged_into=into)


def reload(snapshot: Snapshot, client_id: str, session: str, now: datetime) -> tuple[ClientTree, tuple[Presence, ...]]:
    """Read a client again, and who is in the record."""
    return read.tree(snapshot, client_id, deleted=True), tuple(
        presence.others(snapshot, "client", client_id, session, now)
    )


def habits(
    snapshot: Snapshot, agency: AgencyInfo, standard: Standard, person: str
) -> tuple[Mapping[str, Values], Mapping[str, Mapping[str, int]]]:
    """The record of each section that the person saved last, and how often each code was used."""
    previous: dict[str, Values] = {}
    for section in standard.sections:
        kind: Kind = section.level
        previous[section.id] = recent_entry.previous(
            snapshot, agency, kind, section.id if kind == "event" else "", person
        )
    if agency.id not in USAGE_LEFT:
        coded = (item.header for item in standard.fields if item.codes)
        USAGE_LEFT[agency.id] = recent_entry.code_usage(snapshot, agency, coded)
    return previous, USAGE_LEFT[agency.id]


@dataclass(frozen=True)
class Left:
    """What a person left behind: drafts by client, and a sentence about what came back from files."""

    groups: list[DraftGroup]
    told: str = ""


def left_behind(store: "Store", agency: AgencyInfo, who: Who, today: date) -> Left:
    """At the start: take in what was typed while the store was away, then all drafts there are."""
    taken = left_drafts.take_in(store, who)
    told = ""
    if taken is None:
        told = "What you typed while the store was away is kept still; it comes back at the next start."
    else:
        if taken.drafts or taken.behind:
            told = f"{counted(taken.drafts, 'draft')} kept while the store was away came back"
            told += f", from {when(taken.saved_at, today)}." if taken.drafts else "."
        if taken.behind:
            told += f" Older than another draft: {taken.behind}; the newer one is offered first."
        if taken.unreadable:
            told += f" The file {taken.unreadable[0]} does not open with this key: keep it, and the key of its time."
    return Left(store.ask(left_drafts.groups, agency, who), told.strip())
