"""Whether somebody is known already: who bears a number of his, who is told by the same or nearly."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from store.clients import lookalikes
from store.facts import AgencyInfo, Resemblance
from validators.records import Values
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.snapshot import Snapshot

NUMBERS = {"nhs_number": "nhs_number", "client_reference": "reference"}
"""The roles of numbers that are one person's only, and the store's columns that keep them."""
ROLES = ("given_initial", "family_initial", "birth_date", "sex", *NUMBERS)


def told_by(standard: Standard, values: Values) -> tuple[str, ...]:
    """All that a client is known by, in the order of `ROLES`: where it is the same, so is who resembles him."""
    return tuple(values.get(standard.role(role), "") for role in ROLES)


def known_already(
    snapshot: "Snapshot", agency: AgencyInfo, standard: Standard, values: Values, *, leave_out: Collection[str] = ()
) -> list[Resemblance]:
    """Who may be the client whom these values tell of, the likeliest first: those who have a number of his before those
    who resemble him. `leave_out` are ids of clients who do not count, himself for one.
    """
    found: dict[str, Resemblance] = {}
    for role, column in NUMBERS.items():
        header = standard.role(role)
        number = values.get(header, "") if header else ""
        if column == "nhs_number":
            number = "".join(number.split()).replace("-", "")
        for row in lookalikes.bearing(snapshot, agency, column, number, leave_out=leave_out):
            label = standard.by_header[header].label
            label = label if label[:2].isupper() else label[:1].lower() + label[1:]
            why = f"{found[row.id].why}, same {label}" if row.id in found else f"same {label}"
            found[row.id] = Resemblance(row, why)
    given, family, birth, sex, *_ = told_by(standard, values)
    for one in lookalikes.resembling(snapshot, agency, given, family, birth, sex, leave_out=leave_out):
        why = f"{one.why}, {found[one.row.id].why}" if one.row.id in found else one.why
        found[one.row.id] = Resemblance(one.row, why)
    return list(found.values())
