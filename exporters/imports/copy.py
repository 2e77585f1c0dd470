"""A client taken from one data set to another: only what is certain goes over; the rest is listed to be keyed anew.

What two data sets have in common is known by roles alone. A date is a date, an initial an initial; a code goes over
only where both data sets say themselves that it means the same (the named set `male`). Letters for ethnicity are never
copied: the same letter may mean other people. An episode that the other agency has already is not entered again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.formats import choose
from exporters.imports.identity import Person, other_person
from exporters.records.left_drafts import in_client, typing_told
from store.clients import lookalikes
from store.clients.facts import Counterpart, Sought
from store.records import agencies, read, save
from store.snapshot import Snapshot
from validators.dates import parse_date, write_date
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Values
from validators.rules.field_patterns import fitting
from validators.rules.messages import listed
from validators.standard.model import Standard
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from store.facts import AgencyInfo, ClientTree
    from store.unit_of_work import UnitOfWork

PERSON = ("given_initial", "family_initial", "birth_date", "sex")
EPISODE = ("opened", "assessed", "closed")
# Filled by the program, or about the very place: nobody keys them anew.
OWN = ("client_id", "episode_id", "agency", "software")
_LONGEST_NAME = 80


@dataclass
class CopiedRecord:
    """One record of a copy: its values for the other data set, what of it goes over and how, what is to be keyed anew.

    `at` is what the lines call it. An episode's `note` says where it comes from, `name` what it is called there, ""
    where nothing tells it from others; `beware` that nobody agreed there to what is asked here of nobody.
    """

    at: str
    values: dict[str, str] = field(default_factory=dict)
    copied: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    note: str = ""
    name: str = ""
    beware: str = ""


@dataclass
class CopyPlan:
    """What a copy takes over, what has to be keyed anew, and what to beware of.

    `letters` are the warnings of letters that mean other people, `days` of a first day that the other data set names
    otherwise, `alike` those of people who may be the same, `typing` what somebody typed and has not saved. `known`
    tells what the other agency has already and is not entered again, `known_anew` what of that had to be keyed anew.
    Where it has any of the episodes, `under` is the client the others go to, whose own values stay as they are there;
    `refused` says why they may not, where that is another person, or more than one client has some of them.
    `pairs` are the fields that go over, ours and theirs.
    """

    client: CopiedRecord
    episodes: list[CopiedRecord] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    known_anew: list[str] = field(default_factory=list)
    under: str = ""
    under_name: str = ""
    refused: str = ""
    pairs: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[CopiedRecord]:
        """The records that are entered."""
        return self.episodes if self.under else [self.client, *self.episodes]

    @property
    def copied(self) -> list[str]:
        """What goes over, and how it is written then."""
        return [line for part in self.parts for line in part.copied]

    @property
    def anew(self) -> list[str]:
        """What has to be keyed anew."""
        return [line for part in self.parts for line in part.anew]

    @property
    def warnings(self) -> list[str]:
        """What to beware of."""
        refused = [self.refused] if self.refused else []
        return [*refused, *self.consents, *self.letters, *self.days, *self.alike, *self.typing]

    @property
    def consents(self) -> list[str]:
        """That nobody agreed to what is sent of an episode that is entered, said once."""
        return list(dict.fromkeys(one.beware for one in self.episodes if one.beware))

    @property
    def is_done(self) -> bool:
        """Whether the other agency has everything already."""
        return bool(self.under) and not self.episodes


def planned(snapshot: Snapshot, client_id: str, source: tuple[Standard, str], target: tuple[Standard, str]) -> CopyPlan:
    """What copying a stored client does as things stand now; both agencies by their data set and code. Raises Problem
    as `plan_copy` does."""
    standard, code = target
    plan = plan_copy(read.tree(snapshot, client_id), source[0], standard, code, source[1])
    for agency in agencies.listed(snapshot):
        if (agency.code, agency.standard) == (code, standard.id):
            look_up(snapshot, agency, standard, [plan])
    plan.typing = typing_told(in_client(snapshot, client_id), "it is not copied")
    return plan


def plan_copy(tree: "ClientTree", source: Standard, target: Standard, agency_code: str, from_agency: str) -> CopyPlan:
    """What copying a stored client to an agency of another data set does. Raises Problem where it is the same one, and
    for a client who is deleted, or merged into another one by now."""
    refuse_same(source, target)
    if tree.client.deleted:
        raise Problem(Sentence("This {client} is deleted: bring it back before copying it."))
    client = tree.client.values
    records = [
        EpisodeRecord(
            client,
            one.episode.values,
            tuple(Event(event.section, event.values) for event in one.events if not event.deleted),
        )
        for one in tree.episodes
        if not one.episode.deleted
    ]
    return plan_records(client, records, source, target, agency_code, from_agency)


def refuse_same(source: Standard, target: Standard) -> None:
    """Raise Problem for a copy to the data set that the client is in."""
    if source.id == target.id:
        raise Problem(f"The client is in the data set {source.id} already: a copy goes to another one.")


def plan_records(
    client: Values,
    records: Sequence[EpisodeRecord],
    source: Standard,
    target: Standard,
    agency_code: str,
    from_agency: str,
) -> CopyPlan:
    """What taking over one client with these episodes does; their events are not looked into."""
    plan = CopyPlan(CopiedRecord(target.word("client")))
    _copy(plan, client, source, target, PERSON, plan.client)
    header = target.role("agency")
    if header and target.by_header[header].level == "client":
        plan.client.values[header] = agency_code
    for number, record in enumerate(records, 1):
        part = CopiedRecord(f"{target.word('episode')} {number}")
        _copy(plan, record.episode, source, target, EPISODE, part)
        if header and target.by_header[header].level == "episode":
            part.values[header] = agency_code
        part.name = _name(source, record)
        part.note = _origin(source, from_agency, part.name)
        part.beware = _without_consent(record.episode, source, target)
        plan.episodes.append(part)
        for event in record.events:
            section = source.section_by_id.get(event.section)
            if section is not None:
                day = event.values.get(section.date_field, "") or "without a date"
                part.anew.append(f"{part.at}: {section.said} {day}: events are not carried over")
    _warn_of_letters(plan, client, [record.episode for record in records], source, target)
    _warn_of_days(plan, source, target)
    return plan


def write_copy(unit: "UnitOfWork", plan: CopyPlan, code: str, standard: Standard) -> tuple["AgencyInfo", str]:
    """Enter the copy; the agency, and the client's id.

    Raises Problem where the agency has everything already, and where the rest would go to another person.
    """
    if plan.refused:
        raise Problem(f"Nothing was copied: {plan.refused}.")
    if plan.is_done:
        raise Problem(f"Nothing was copied: {plan.under_name} of {code} is this client already; key there what is new.")
    agency = agencies.ensure(unit, code, standard.id)
    client_id = plan.under or save.create(unit, "client", agency.id, "", plan.client.values, act="copy").id
    for part in plan.episodes:
        episode = save.create(unit, "episode", client_id, "", part.values, act="copy")
        save.annotate(unit, episode.id, None, part.note)
    return agency, client_id


def copy_told(plan: CopyPlan) -> Iterator[str]:
    """The plan as text."""
    for title, lines in (
        ("There already, not copied again", plan.known),
        ("Copied", plan.copied),
        ("To be keyed anew", plan.anew),
        ("Had to be keyed anew there", plan.known_anew),
        ("Beware", plan.warnings),
    ):
        if lines:
            yield f"{title}:"
            yield from (f"  {line}" for line in lines)


def _name(source: Standard, record: EpisodeRecord) -> str:
    """What tells an episode from all others of its agency; "" where nothing does."""
    if not source.role("episode_id"):
        reference, opened = source.role("client_reference"), source.role("opened")
        if not (record.client.get(reference) and record.episode.get(opened)):
            return ""
    return choose.of(source).episode_name(record)[:_LONGEST_NAME]


_COPIED = re.compile(r"Copied from (agency \S+ \([^)]+\))[.,]")


def _origin(source: Standard, agency: str, name: str) -> str:
    where = f"agency {agency} ({source.id})" if agency else source.id
    return f"Copied from {where}, {source.word('episode')} {name}." if name else f"Copied from {where}."


def told_origin(source: Standard, agency: str, client: Values, episode: Values) -> str:
    """What the note of a copied episode begins with; "" where nothing tells the episode from others."""
    name = _name(source, EpisodeRecord(client, episode, ()))
    return _origin(source, agency, name) if name else ""


def copied_from(note: str) -> str:
    """The agency, in words, that an episode's note says it was copied from; "" where it says none."""
    found = _COPIED.match(note)
    return found[1] if found else ""


def _copy(
    plan: CopyPlan,
    values: Values,
    source: Standard,
    target: Standard,
    roles: tuple[str, ...],
    into: CopiedRecord,
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
            into.anew.append(f"{into.at}: {own.label} was {text}" + (f" ({meaning})" if meaning else ""))
        else:
            into.values[other] = new
            label = target.by_header[other].label
            into.copied.append(f"{into.at}: {own.label} {text} → {label} {new}")
            plan.pairs[own.label] = label


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
        own, other = lists[0].codes.get(code), lists[1].codes.get(code)
        if not code or own == other:
            continue
        means = f"means '{own}'" if own else "is not in the list"
        there = f"'{other}' in {target.id}" if other else f"{target.id} has no such letter"
        plan.letters.append(
            f"{source.by_header[ours].label} {code} {means} in {source.id}, {there}: ask, and key it anew"
        )


def _without_consent(episode: Values, source: Standard, target: Standard) -> str:
    """That a copy leaves although nobody agreed to it; "" where somebody did, or is asked there, too."""
    if not source.role("consent") or target.role("consent") or source.has_consent(episode):
        return ""
    return source.say(
        "No consent is recorded for {an episode}, and {other} asks for none: its copy would be sent in full, ask first"
        " whether it may be",
        other=target.id,
    )


def _warn_of_days(plan: CopyPlan, source: Standard, target: Standard) -> None:
    """What opens an episode is another day in each data set, and the waiting time is counted from it."""
    if not (source.role("opened") and target.role("opened")):
        return
    ours, theirs = (one.by_header[one.role("opened")].label for one in (source, target))
    if plan.pairs.get(ours) == theirs != ours:
        plan.days.append(f"{theirs} is taken from {ours}: key the right day where that is another")


# What of a copy the other agency has already, so that nobody is entered twice; and who there may be the same.


def look_up(snapshot: Snapshot, agency: "AgencyInfo", target: Standard, plans: Sequence[CopyPlan]) -> None:
    """Leave out of each plan what the agency has already, and say who of its clients may be the same.

    An episode is there already where its note names the one it was copied from, or where somebody with these initials
    and this birth date has one begun on that day.
    """
    found = lookalikes.counterparts(snapshot, agency, _sought(target, plans))
    for number, plan in enumerate(plans):
        left: list[CopiedRecord] = []
        owners: dict[str, str] = {}
        for part in plan.episodes:
            one = found.get(f"{number} {part.at}")
            if one is None:
                left.append(part)
                continue
            name = f"{target.word('client')} {one.reference or one.client_id}"
            how = "same initials, same birth date, begun on the same day"
            if one.by_note:
                how = "copied before" + _told_otherwise_there(snapshot, target, plan, one.client_id)
            plan.known.append(f"{part.at}: {name} of {agency.code} has it already ({how})")
            owners[one.client_id] = name
            if not plan.under:
                plan.under, plan.under_name = one.client_id, name
                plan.known_anew += plan.client.anew
            plan.known_anew += part.anew
        plan.episodes = left
        if not left:
            plan.days = []
        elif owners:
            plan.refused = _why_not_under(snapshot, target, plan, list(owners.values()))
        if plan.under:
            plan.letters = []
        else:
            plan.alike += [
                f"{one.row.reference or 'a client'} of {agency.code} may be the same: {one.why}"
                for one in lookalikes.resembling(snapshot, agency, *_who(plan, target))
            ]


def deleted_there(
    snapshot: Snapshot, agency: "AgencyInfo", target: Standard, plans: Sequence[CopyPlan]
) -> list[CopyPlan]:
    """Leave out of each plan what was copied before and is deleted at the agency since; the plan of each of these.

    What is there is left out already, see `look_up`.
    """
    sought = _sought(target, plans)
    gone = {key for key, one in lookalikes.every_counterpart(snapshot, agency, sought, deleted=True) if one.by_note}
    found: list[CopyPlan] = []
    for number, plan in enumerate(plans):
        left = [part for part in plan.episodes if f"{number} {part.at}" not in gone]
        found += [plan] * (len(plan.episodes) - len(left))
        plan.episodes = left
    return found


def _told_otherwise_there(snapshot: Snapshot, target: Standard, plan: CopyPlan, client_id: str) -> str:
    """What to say behind a copy whose client there is told by something else than here; "" where nothing differs."""
    differing = Person(target).differing(read.get(snapshot, "client", client_id).values, plan.client.values)
    if not differing:
        return ""
    labels = [target.by_header[header].label.lower() for header in differing]
    return f", where {listed(labels)} {'differs' if len(labels) == 1 else 'differ'}: mended since, or somebody else"


def _why_not_under(snapshot: Snapshot, target: Standard, plan: CopyPlan, names: Sequence[str]) -> str:
    """Why the rest of a copy may not go to the client who has some of it; "" where it may. A merge here or there that
    was undone, or a client who was corrected, leaves episodes with somebody else than they were copied of."""
    if len(names) > 1:
        return f"{listed(list(names))} have some of it each: look there whose it is, and merge them if they are one"
    person = Person(target)
    differing = person.differing(read.get(snapshot, "client", plan.under).values, plan.client.values)
    return other_person([target.by_header[header].label for header in differing], names[0])


def entered(
    snapshot: Snapshot, agency: "AgencyInfo", target: Standard, plans: Sequence[CopyPlan]
) -> dict[int, Counterpart]:
    """Where those of the plans are that were entered with their episodes: the first of each, by its place."""
    found = lookalikes.counterparts(snapshot, agency, _sought(target, plans))
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
