"""What becomes of an agency's records when it goes over to another edition: told before, done in one step, undone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from exporters.editions.compare import renamed_fields
from exporters.work import Work
from store.facts import AgencyInfo
from store.month import letters
from store.records import read
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard.model import CodeList, Standard

_LIKE = 0.75


@dataclass(frozen=True, slots=True)
class LetterRecoding:
    """A code that the new edition does not have any more: in how many records it stands, and what it may become."""

    header: str
    code: str
    label: str
    records: int
    suggested: str = ""
    suggested_label: str = ""


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """The step from one edition to another: what is kept and no longer sent, what is new, what is to be recoded.

    `kept` counts the records that hold something under a field that is gone; `due` are new fields that have to be
    filled, `new` the others; `unsent` counts the records of sections that are gone.
    """

    agency: AgencyInfo
    before: Standard
    after: Standard
    first_day: date
    episodes: int
    renamed: Mapping[str, str]
    kept: Mapping[str, int]
    unsent: Mapping[str, int]
    due: tuple[str, ...]
    new: tuple[str, ...]
    recode: tuple[LetterRecoding, ...] = field(default=())

    def as_mapping(self) -> dict[str, object]:
        """As the command's JSON tells it."""
        return {
            "agency": self.agency.code,
            "before": self.before.id,
            "after": self.after.id,
            "first_day": self.first_day.isoformat(),
            "episodes": self.episodes,
            "renamed": dict(self.renamed),
            "kept": dict(self.kept),
            "unsent": dict(self.unsent),
            "due": list(self.due),
            "new": list(self.new),
            "recode": [
                {
                    "field": one.header,
                    "code": one.code,
                    "label": one.label,
                    "records": one.records,
                    "suggested": one.suggested or None,
                    "suggested_label": one.suggested_label or None,
                }
                for one in self.recode
            ],
        }


def plan_letter(snapshot: Snapshot, work: Work, after: Standard, first_day: date) -> LetterPlan:
    """What the step would do. Raises Problem for an edition that the records cannot be kept by."""
    before = work.standard
    refuse_unlike(before, after)
    renamed = dict(renamed_fields(before, after))
    gone = [one for one in before.headers if one not in after.by_header and one not in renamed]
    sections = {section.id for section in after.event_sections}
    kept, unsent = Counter[str](), Counter[str]()
    codes: Counter[tuple[str, str]] = Counter()
    coded = {
        header: now
        for header, one in before.by_header.items()
        if one.codes and (now := renamed.get(header, header)) in after.by_header and after.by_header[now].codes
    }
    episodes, clients = 0, set[str]()
    for record in read.episodes(snapshot, work.agency):
        episodes += 1
        first = record.client_id not in clients
        clients.add(record.client_id)
        unsent.update(event.section for event in record.events if event.section not in sections)
        for values in _of_record(record, with_client=first):
            kept.update(header for header in gone if values.get(header))
            codes.update((header, value) for header in coded if (value := values.get(header)))
    new = [one for one in after.fields if one.header not in before.by_header and one.header not in renamed.values()]
    return LetterPlan(
        work.agency,
        before,
        after,
        first_day,
        episodes,
        renamed,
        {header: kept[header] for header in gone if kept[header]},
        dict(unsent),
        tuple(one.header for one in new if one.required and one.keyed == "person"),
        tuple(one.header for one in new if not (one.required and one.keyed == "person")),
        tuple(_recodings(before, after, coded, codes, first_day)),
    )


def change_letter(unit: UnitOfWork, plan: LetterPlan, today: date) -> AgencyInfo:
    """Go over, all in one step. Raises Problem before the day, and where somebody did so meanwhile."""
    if today < plan.first_day:
        raise Problem(
            f"{plan.after.id} is reported from {plan.first_day} on: until then look at what would change (--dry-run)."
        )
    return letters.change(unit, plan.agency, plan.after.id, plan.first_day, plan.renamed)


def refuse_unlike(before: Standard, after: Standard) -> None:
    """Raise Problem for an edition that records of another one cannot be kept by."""
    if before.submission.format != after.submission.format or before.submission.calendar != after.submission.calendar:
        raise Problem(
            f"{after.id} is reported in another way than {before.id}: it is another data set, no later edition of it."
        )
    levels = {section.id: section.level for section in before.sections}
    for section in after.sections:
        if levels.get(section.id, section.level) != section.level:
            raise Problem(f"The section {section.id} of {after.id} is of another kind than that of {before.id}.")
    for role in ("client_id", "episode_id", "consent", "opened"):
        if bool(before.role(role)) != bool(after.role(role)):
            raise Problem(f"{after.id} and {before.id} do not both have a field for {role.replace('_', ' ')}.")


def _of_record(record: EpisodeRecord, *, with_client: bool) -> Iterator[Mapping[str, str]]:
    if with_client:
        yield record.client
    yield record.episode
    yield from (event.values for event in record.events)


def _recodings(
    before: Standard,
    after: Standard,
    coded: Mapping[str, str],
    codes: Mapping[tuple[str, str], int],
    first_day: date,
) -> Iterator[LetterRecoding]:
    """The stored codes that the new edition's list does not have, or had for those who came before only."""
    for (header, code), records in sorted(codes.items()):
        now = after.code_lists[after.by_header[coded[header]].codes]
        old = before.code_lists[before.by_header[header].codes]
        if not now.decides or (code in now.codes and not _ended(now, code, first_day)) or code not in old.codes:
            continue
        label = old.codes[code]
        suggested = _successor(old, code, now, first_day) or _by_label(label, now, first_day)
        yield LetterRecoding(coded[header], code, label, records, suggested, now.codes.get(suggested, ""))


def _ended(codes: CodeList, code: str, day: date) -> bool:
    facts = codes.facts.get(code)
    return bool(facts and facts.valid_to and facts.valid_to < day.isoformat())


def _successor(old: CodeList, code: str, now: CodeList, day: date) -> str:
    for codes in (now, old):
        facts = codes.facts.get(code)
        if facts and facts.successor in now.codes and not _ended(now, facts.successor, day):
            return facts.successor
    return ""


def _by_label(label: str, now: CodeList, day: date) -> str:
    """The code whose text is most like it, where one is like it at all."""
    plain = label.casefold()
    likeness = {
        code: SequenceMatcher(None, plain, text.casefold()).ratio()
        for code, text in now.codes.items()
        if not _ended(now, code, day)
    }
    best = max(likeness, key=lambda code: likeness[code], default="")
    return best if best and likeness[best] >= _LIKE else ""


def told_of_letter(plan: LetterPlan) -> Iterator[str]:
    """The step in lines, for people."""
    many = plan.after.counted(plan.episodes, "episode")
    yield f"{plan.agency.code}: from {plan.before.id} to {plan.after.id} on {plan.first_day}; {many}"

    def line(standard: Standard, header: str, more: str = "") -> str:
        return f"  {header:<12} {standard.by_header[header].label}{more}"

    if plan.renamed:
        yield f"Kept under another header from now on: {len(plan.renamed)}"
        yield from (f"  {before} → {now}" for before, now in plan.renamed.items())
    if plan.kept:
        yield f"Fields that are gone: what is there is kept and no longer sent: {len(plan.kept)}"
        yield from (line(plan.before, header, f": {many:,} records") for header, many in plan.kept.items())
    if plan.unsent:
        titles = {section.id: section.title for section in plan.before.sections}
        told = ", ".join(f"{titles.get(name, name)} ({many:,})" for name, many in plan.unsent.items())
        yield f"Records that are kept and no longer sent: {told}"
    if plan.due:
        yield f"New fields to be filled at the next review: {len(plan.due)}"
        yield from (line(plan.after, header) for header in plan.due)
    if plan.new:
        yield f"Other new fields: {len(plan.new)} ({', '.join(plan.new)})"
    if plan.recode:
        yield f"Codes without a place in the new lists, to be recoded: {len(plan.recode)}"
        for one in plan.recode:
            suggestion = f"; perhaps {one.suggested} ({one.suggested_label})" if one.suggested else ""
            yield f"  {one.header:<12} {one.code} ({one.label}): {one.records:,} records{suggestion}"
