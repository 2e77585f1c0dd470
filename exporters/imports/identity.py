"""Whether two records tell of one person; and which of two values of a field is the better one; and whom of a file
a store knows already.

An identifier alone proves nothing: spreadsheets shorten them, and people mistype them. Initials, birth date and sex
must agree wherever a row joins somebody; what one side leaves empty agrees.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.imports.consents import Consents
from store.facts import StoredRecord
from store.records import merge, read, removal
from store.records.values import sortable
from store.snapshot import Snapshot
from validators.dates import parse_date
from validators.records import Values
from validators.rules.field_patterns import fitting
from validators.rules.messages import listed
from validators.standard.model import Standard, without_zeros

if TYPE_CHECKING:
    from store.facts import AgencyInfo


_ALIKE: Mapping[str, Callable[[str], str]] = {
    "given_initial": str.casefold,
    "family_initial": str.casefold,
    "birth_date": sortable,
    "sex": without_zeros,
}


class Person:
    """What tells people apart in one standard."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard."""
        self._told_by = [(header, alike) for role, alike in _ALIKE.items() if (header := standard.role(role))]

    @property
    def headers(self) -> list[str]:
        """The columns that tell who somebody is."""
        return [header for header, _ in self._told_by]

    def differing(self, kept: Values, told: Values) -> list[str]:
        """The columns in which two tell of different people."""
        return [
            header
            for header, alike in self._told_by
            if (one := kept.get(header, "").strip())
            and (other := told.get(header, "").strip())
            and alike(one) != alike(other)
        ]


class Readable:
    """Which values of a standard can be read: no blanks around them, a real date, within their layout."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard."""
        self._standard = standard
        self._written = standard.date_layout.length
        self._fits = {
            item.header: fitting(item.layout)
            for item in standard.fields
            if not item.is_date and item.header not in standard.shortened
        }
        self._days = {item.header for item in standard.fields if item.is_date}
        self._consents = Consents(standard)

    def is_readable(self, header: str, value: str) -> bool:
        """Whether a value can be read; an empty one can."""
        if not value:
            return True
        if header in self._days:
            return len(value) == self._written and parse_date(value) is not None
        fits = self._fits.get(header)
        return value == value.strip() and (fits is None or fits(value, True))

    def spoils(self, header: str, kept: str, told: str) -> bool:
        """Whether taking what is told would lose a value that can be read for one that cannot, or for none, or for
        itself without its leading zeros.

        An answer about consent that takes an agreement away spoils nothing, however it is spelt.
        """
        if not kept or self._consents.takes_away(header, kept, told):
            return False
        is_worse = not self.is_readable(header, told) and self.is_readable(header, kept)
        return not told or is_worse or self._lost_zeros(header, kept, told)

    def _lost_zeros(self, header: str, kept: str, told: str) -> bool:
        """Whether what is told is what is kept but for leading zeros, which spreadsheets drop, and no code itself."""
        if len(told) >= len(kept) or without_zeros(told) != without_zeros(kept):
            return False
        field = self._standard.by_header.get(header)
        return field is None or not field.codes or told not in self._standard.code_lists[field.codes].codes


def told_otherwise(standard: Standard, kept: Values, sent: Values) -> str:
    """What a row that was sent tells otherwise than the record that bears its identifier now, of who somebody is: the
    record was mended since, or the identifier went to another one. "" where it tells the same."""
    labels = [standard.by_header[header].label for header in Person(standard).differing(kept, sent)]
    if not labels:
        return ""
    verb = "differs" if len(labels) == 1 else "differ"
    return f"{listed(labels)} {verb} from what was sent: mended since, or this is somebody else by now"


def other_person(columns: Sequence[str], where: str) -> str:
    """Why a row is left out that tells of another person than the one who bears its identifier; "" for no columns."""
    if not columns:
        return ""
    verb = "differs" if len(columns) == 1 else "differ"
    return f"{listed(list(columns))} {verb} from {where}, under the same identifier: it may be another person"


def deleted_in_store(word: str) -> str:
    """Why a row is left out that tells of a record which the store has, deleted."""
    return f"the store has this {word}, deleted: bring it back first"


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
    bearing = read.clients_bearing(snapshot, agency, names, by_reference=by_reference)
    if not deleted:
        # The identifier that the program made for a client who was removed is all that is left of them.
        removed = removal.removed(snapshot, {name.lower() for name in names if name not in bearing})
        told = f"this {word} was removed from the store for good: --take-deleted enters them anew"
        found.why_not.update({name: told for name in names if name.lower() in removed and name not in bearing})
    for name, borne in bearing.items():
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
            found.why_not[name] = deleted_in_store(word)
    return found
