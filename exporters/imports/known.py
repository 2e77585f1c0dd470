"""Whom of a file's clients a store knows already: nobody is joined to a wrong person, or brought back unasked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.facts import StoredRecord
from store.records import merge, read
from store.snapshot import Snapshot
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo


@dataclass(slots=True)
class KnownClients:
    """The clients of an agency by what a file calls them: those who are there, and why some may not be joined.

    `merged` are those who are now somebody else, with that client.
    """

    there: dict[str, StoredRecord] = field(default_factory=dict)
    why_not: dict[str, str] = field(default_factory=dict)
    merged: dict[str, StoredRecord] = field(default_factory=dict)


def known_clients(
    snapshot: Snapshot,
    agency: "AgencyInfo",
    standard: Standard,
    names: Collection[str],
    *,
    by_reference: bool,
    deleted: bool,
) -> KnownClients:
    """Look for the clients that bear these names. With `deleted` those that are deleted or merged keep nobody out."""
    found = KnownClients()
    word = standard.word("client")
    for name, borne in read.clients_bearing(snapshot, agency, names, by_reference=by_reference).items():
        there = [one for one in borne if not one.deleted]
        if len(there) > 1:
            header = standard.role("client_reference" if by_reference else "client_id")
            found.why_not[name] = f"{len(there)} {word}s in the store bear its {header}: merge them, or mend one"
        elif there:
            found.there[name] = there[0]
        elif kept_id := next(filter(None, (merge.kept_for(snapshot, one.id) for one in reversed(borne))), ""):
            kept = read.get(snapshot, "client", kept_id)
            found.merged[name] = kept
            if deleted and not kept.deleted:
                found.there[name] = kept
            elif not deleted:
                reference = kept.values.get(standard.role("client_reference"), "") or kept.id
                found.why_not[name] = (
                    f"its {word} was merged into {ascii(reference)[1:-1]} in the store: --take-deleted puts it there"
                )
        elif not deleted:
            found.why_not[name] = f"the store has this {word}, deleted: bring it back first"
    return found
