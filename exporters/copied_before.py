"""What of a copy the other agency has already, so that nobody is entered twice; and who there may be the same."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exporters.copying import PERSON, CopyPlan, Part
from store.counterpart_shapes import Counterpart, Sought
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from store.shapes import AgencyInfo


def look_up(store: "Store", agency: "AgencyInfo", target: Standard, plans: Sequence[CopyPlan]) -> None:
    """Leave out of each plan what the agency has already, and say who of its clients may be the same.

    An episode is there already where its note names the one it was copied from, or where somebody with these initials
    and this birth date has one begun on that day.
    """
    found = store.counterparts(agency, _sought(target, plans))
    for number, plan in enumerate(plans):
        left: list[Part] = []
        for part in plan.episodes:
            one = found.get(f"{number} {part.at}")
            if one is None:
                left.append(part)
                continue
            name = f"{target.word('client')} {one.reference or one.client_id}"
            how = "copied before" if one.by_note else "same initials, same birth date, begun on the same day"
            plan.known.append(f"{part.at}: {name} of {agency.code} has it already ({how})")
            if not plan.under:
                plan.under, plan.under_name = one.client_id, name
                plan.known_anew += plan.client.anew
            plan.known_anew += part.anew
        plan.episodes = left
        if not left:
            plan.days = []
        if plan.under:
            plan.letters = []
        else:
            plan.alike += [
                f"{one.row.reference or 'a client'} of {agency.code} may be the same: {one.why}"
                for one in store.resembling(agency, *_who(plan, target))
            ]


def entered(
    store: "Store", agency: "AgencyInfo", target: Standard, plans: Sequence[CopyPlan]
) -> dict[int, Counterpart]:
    """Where those of the plans are that were entered with their episodes: the first of each, by its place."""
    found = store.counterparts(agency, _sought(target, plans))
    return {
        number: found[key]
        for number, plan in enumerate(plans)
        if plan.episodes and (key := f"{number} {plan.episodes[0].at}") in found
    }


def _sought(target: Standard, plans: Sequence[CopyPlan]) -> dict[str, Sought]:
    """The episodes of some plans as the store looks for them."""
    return {
        f"{number} {part.at}": Sought(
            part.note if part.name else "", *_who(plan, target)[:3], part.values.get(target.role("opened"), "")
        )
        for number, plan in enumerate(plans)
        for part in plan.episodes
    }


def _who(plan: CopyPlan, target: Standard) -> tuple[str, str, str, str]:
    given, family, born, sex = (plan.client.values.get(target.role(role), "") for role in PERSON)
    return given, family, born, sex
