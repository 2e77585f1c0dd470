"""What an import takes into a store, whatever format it came in, and the one transaction that writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.clients import index
from store.facts import StoredRecord, Who
from store.records import agencies, bulk_load, save
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store


@dataclass(frozen=True)
class Taken:
    """New episodes with their clients, new events under known episodes by id, other values of known records."""

    episodes: Sequence[EpisodeRecord]
    events: Sequence[tuple[str, Event]]
    changes: Iterable[tuple[StoredRecord, Values]]


def saved(store: "Store | None") -> int | None:
    """How often something was saved to a store so far, None where there is no store yet. What is typed and not saved,
    who is in which record and what the program notes for itself are no saves: an import is not held against them."""
    return store.ask(index.saved_version) if store else None


def refuse_if_saved(unit: UnitOfWork, version: int | None) -> None:
    """Raise Problem when somebody saved since `saved` gave this version: a file was not compared with that."""
    if version is not None and index.saved_version(unit) != version:
        raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")


def write(store: "Store", who: Who, standard: Standard, code: str, taken: Taken, version: int | None) -> None:
    """Write all of it for the agency of that code, which is made where there is none; nothing is kept when it fails.

    `version` is what `saved` said before the comparison. Raises Problem when somebody saved since.
    """
    with store.writing(who) as work:
        refuse_if_saved(work, version)
        agency = agencies.ensure(work, code, standard.id)
        if taken.episodes:
            bulk_load.load(work, agency, taken.episodes, act="import")
        for episode_id, event in taken.events:
            save.create(work, "event", episode_id, event.section, event.values, act="import")
        for record, values in taken.changes:
            save.change(work, record.kind, record.id, values, record.version, act="import")
