"""What an import takes into a store, whatever format it came in, and the one transaction that writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.clients import index
from store.facts import AgencyInfo, StoredRecord, Who
from store.records import agencies, bulk_load, save
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store


@dataclass(frozen=True)
class Taken:
    """New episodes with their clients, new events under known episodes by id, other values of known records, and events
    that are deleted in the store and are to be there again."""

    episodes: Sequence[EpisodeRecord]
    events: Sequence[tuple[str, Event]]
    changes: Iterable[tuple[StoredRecord, Values]]
    back: Sequence[StoredRecord] = ()


@dataclass(frozen=True, slots=True)
class ComparedWith:
    """The store that a file was compared with: how often something was saved to it, and the agencies in it."""

    saved: int
    agencies: tuple[AgencyInfo, ...]


def compared_with(store: "Store | None") -> ComparedWith | None:
    """A store as it is now, None where there is none yet. What is typed and not saved, who is in which record and what
    the program notes for itself are no saves: an import is not held against them."""
    return store.ask(_as_it_is) if store else None


def _as_it_is(snapshot: Snapshot) -> ComparedWith:
    return ComparedWith(index.saved_version(snapshot), tuple(agencies.listed(snapshot)))


def refuse_if_saved(unit: UnitOfWork, before: ComparedWith | None) -> None:
    """Raise Problem when somebody saved since, or changed what an agency is called or reports by."""
    if before is not None and _as_it_is(unit) != before:
        raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")


def write(store: "Store", who: Who, standard: Standard, code: str, taken: Taken, before: ComparedWith | None) -> None:
    """Write all of it for the agency of that code, which is made where there is none; nothing is kept when it fails.

    `before` is what `compared_with` said before the comparison. Raises Problem when somebody saved since.
    """
    with store.writing(who) as work:
        refuse_if_saved(work, before)
        agency = agencies.ensure(work, code, standard.id)
        if taken.episodes:
            bulk_load.load(work, agency, taken.episodes, act="import")
        for episode_id, event in taken.events:
            save.create(work, "event", episode_id, event.section, event.values, act="import")
        versions = {one.id: save.undelete(work, one.kind, one.id, one.version).version for one in taken.back}
        for record, values in taken.changes:
            version = versions.get(record.id, record.version)
            save.change(work, record.kind, record.id, values, version, act="import")
