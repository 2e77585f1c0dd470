"""What an import takes into a store, whatever format it came in, and the one transaction that writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.facts import StoredRecord, Who
from store.records import agencies, bulk_load, save
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


def write(store: "Store", who: Who, standard: Standard, code: str, taken: Taken, version: int | None) -> None:
    """Write all of it for the agency of that code, which is made where there is none; nothing is kept when it fails.

    `version` is the store's as of the comparison, None where there was no store yet. Raises Problem when somebody saved
    since.
    """
    with store.writing(who) as work:
        # Asked within the transaction: what others saved meanwhile was not compared with.
        if version is not None and store.data_version() != version:
            raise Problem("Somebody saved to the store while the file was compared with it: run the import again.")
        agency = agencies.ensure(work, code, standard.id)
        if taken.episodes:
            bulk_load.load(work, agency, taken.episodes, act="import")
        for episode_id, event in taken.events:
            save.create(work, "event", episode_id, event.section, event.values, act="import")
        for record, values in taken.changes:
            save.change(work, record.kind, record.id, values, record.version, act="import")
