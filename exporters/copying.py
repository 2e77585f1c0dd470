"""A client copied from one data set to another: only what is certain goes over; the rest is listed to be keyed anew.

What two data sets have in common is known by roles alone. A date is a date, an initial an initial; a code goes over
only where both data sets say themselves that it means the same (the named set `male`). Letters for ethnicity are never
copied: the same letter may mean other people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from validators.dates import parse_date, write_date
from validators.field_patterns import fitting
from validators.problems import Problem
from validators.records import Values
from validators.standard import Standard

if TYPE_CHECKING:
    from store.opening import Store
    from store.shapes import AgencyInfo, ClientTree

PERSON = ("given_initial", "family_initial", "birth_date", "sex")
EPISODE = ("opened", "assessed", "closed")
# Filled by the program, or about the very place: nobody keys them anew.
OWN = ("client_id", "episode_id", "agency", "software")


@dataclass
class CopyPlan:
    """What a copy takes over, what has to be keyed anew, and what to beware of; `copied` tells pairs of what and how.

    `client` and `episodes` are the values for the other data set.
    """

    client: dict[str, str] = field(default_factory=dict)
    episodes: list[dict[str, str]] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_copy(tree: "ClientTree", source: Standard, target: Standard, agency_code: str) -> CopyPlan:
    """What copying a client to an agency of another data set does. Raises Problem where it is the same data set."""
    if source.id == target.id:
        raise Problem(f"The client is in the data set {source.id} already: a copy goes to another one.")
    plan = CopyPlan()
    _copy(plan, tree.client.values, source, target, PERSON, plan.client, target.word("client"))
    header = target.role("agency")
    if header and target.by_header[header].level == "client":
        plan.client[header] = agency_code
    live = [one for one in tree.episodes if not one.episode.deleted]
    for number, one in enumerate(live, 1):
        values: dict[str, str] = {}
        _copy(plan, one.episode.values, source, target, EPISODE, values, f"{target.word('episode')} {number}")
        if header and target.by_header[header].level == "episode":
            values[header] = agency_code
        plan.episodes.append(values)
        for event in one.events:
            section = source.section_by_id.get(event.section)
            if section is not None and not event.deleted:
                day = event.values.get(section.date_field, "") or "without a date"
                plan.anew.append(
                    f"{target.word('episode')} {number}: {section.said} {day}: events are not carried over"
                )
    _warn_of_letters(plan, tree.client.values, [one.episode.values for one in live], source, target)
    return plan


def write_copy(
    store: "Store", plan: CopyPlan, code: str, standard: Standard, told: str, person: str, now: datetime
) -> tuple["AgencyInfo", str]:
    """Enter the copy in one transaction, with a note of where it comes from; the agency, and the client's id."""
    with store.write(person, now) as work:
        agency = work.ensure_agency(code, standard.id)
        client = work.create("client", agency.id, "", plan.client, act="copy")
        for values in plan.episodes:
            episode = work.create("episode", client.id, "", values, act="copy")
            work.annotate(episode.id, None, told)
    return agency, client.id


def copy_told(plan: CopyPlan) -> Iterator[str]:
    """The plan as text."""
    for title, lines in (
        ("Copied", plan.copied),
        ("To be keyed anew", plan.anew),
        ("Beware", plan.warnings),
    ):
        if lines:
            yield f"{title}:"
            yield from (f"  {line}" for line in lines)


def _copy(
    plan: CopyPlan,
    values: Values,
    source: Standard,
    target: Standard,
    roles: tuple[str, ...],
    into: dict[str, str],
    at: str,
) -> None:
    """Take over what is certain of one record; list the rest of what is filled."""
    by_role = {source.role(role): role for role in (*roles, *OWN) if source.role(role)}
    for own in source.fields:
        text = values.get(own.header, "")
        role = by_role.get(own.header, "")
        if not text or role in OWN or own.keyed != "person":
            continue
        other = target.role(role) if role else ""
        new = _same(role, text, source, target) if other else None
        if new is None:
            meaning = source.code_lists[own.codes].codes.get(text, "") if own.codes else ""
            plan.anew.append(f"{at}: {own.label} was {text}" + (f" ({meaning})" if meaning else ""))
        else:
            into[other] = new
            plan.copied.append(f"{at}: {own.label} {text} → {target.by_header[other].label} {new}")


def _same(role: str, text: str, source: Standard, target: Standard) -> str | None:
    """A value as the other data set writes it; None where it is not certain to mean the same."""
    field = target.by_header[target.role(role)]
    if field.is_date:
        day = parse_date(text)
        return write_date(day, target.date_layout.text) if day else None
    if role == "sex":
        male, other = (one.values.get("male", frozenset()) for one in (source, target))
        return next(iter(other)) if text in male and len(other) == 1 else None
    return text if fitting(field.layout)(text, True) else None


def _warn_of_letters(
    plan: CopyPlan, client: Values, episodes: list[Values], source: Standard, target: Standard
) -> None:
    ours, theirs = source.role("ethnicity"), target.role("ethnicity")
    if not ours or not theirs:
        return
    lists = [one.code_lists.get(one.by_header[header].codes) for one, header in ((source, ours), (target, theirs))]
    if lists[0] is None or lists[1] is None:
        return
    for code in dict.fromkeys(values.get(ours, "") for values in (client, *episodes)):
        here, there = lists[0].codes.get(code, "not in its list"), lists[1].codes.get(code)
        if not code or here == there:
            continue
        means = f"there it means '{there}'" if there else "there is no such letter there"
        plan.warnings.append(f"{source.by_header[ours].label} {code}: '{here}' here, {means}; ask, and key it anew")
