"""The second keying of a sample, blind: drawn, keyed again from paper by another person, compared, decided, told.

A person who keys again sees neither what stands there nor what the rules say of it, nor how many events an episode
has. What differs is decided by who does the month end, and mended as by hand. The error rate is one of the sample: of
fields, never of persons.

An event counts as one field more: that it is there. One that only one of the two has is one difference, however much is
filled in it, for nothing in it can be compared.
"""

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b

from exporters.extracts.sent_links import changed_links, relinked, told_of_links
from exporters.records.save import next_number
from exporters.work import Work
from store.facts import AgencyInfo, StoredRecord
from store.month import calendar as stored_calendar
from store.records import agencies, read, second_keying
from store.records import save as stored_save
from store.records.consent import given_back
from store.records.second_keying import Decision, Drawable, Drawing, Pair, Presence, Right, SampledEpisode, SampleInfo
from store.records.values import sortable
from store.snapshot import Snapshot
from store.unit_of_work import UnitOfWork
from validators.local_time import LONDON
from validators.problems import Problem
from validators.records import Values
from validators.rules.field_patterns import shorteners_of
from validators.standard.model import Field, Standard
from validators.standard.terminology import Sentence

RIGHTS: Mapping[Right, str] = {"first": "the first is right", "second": "the second is right", "neither": "both wrong"}
EVENT_RIGHTS: Mapping[Presence, Mapping[Right, str]] = {
    "first": {"first": "it is on the paper", "second": "it is not on the paper"},
    "second": {"first": "it is not on the paper", "second": "it is on the paper"},
}
"""What is decided of an event that only one of the two has."""
WHO_HAS_IT: Mapping[Presence, str] = {"first": "not found on the paper", "second": "only in the second keying"}
WHOLE = 100.0
ALIKE = 0.5
"""Two events are one that was keyed twice where so many of the fields filled in either agree, or their day does."""


def fields(standard: Standard) -> tuple[Field, ...]:
    """The fields that are keyed a second time, in the order the data set lists them; none where it lists none."""
    return tuple(standard.by_header[header] for header in standard.second_keying)


def event_sections(standard: Standard) -> list[str]:
    """The sections of events that are keyed a second time."""
    return list(dict.fromkeys(one.section for one in fields(standard) if one.level == "event"))


def fields_of(standard: Standard, one: SampledEpisode) -> tuple[Field, ...]:
    """Those that are keyed of one of a sample: an event's own, also in a list, else the client's and the episode's."""
    return _of_section(standard, one.section)


def _of_section(standard: Standard, section: str) -> tuple[Field, ...]:
    return tuple(each for each in fields(standard) if (each.section if each.level == "event" else "") == section)


def form_standard(standard: Standard, one: SampledEpisode | None = None) -> Standard:
    """A standard with these fields alone, or those of one of a sample, for a form that holds nothing else."""
    shown = fields_of(standard, one) if one is not None else fields(standard)
    headers = {each.header for each in shown}

    def alone(one: Field) -> Field:
        asks = one.skip_when is not None and not set(one.skip_when.headers) <= headers
        return replace(one, skip_when=None) if asks else one

    return replace(standard, fields=tuple(map(alone, shown)))


# Drawing


@dataclass(frozen=True)
class Wanted:
    """How many are to be drawn: a `number`, or a `share` in percent of what was entered on these days; for whom, "" for
    anybody; by which `seed`, "" for a new one: the same seed draws the same episodes again."""

    since: date
    until: date
    number: int = 0
    share: float = 0.0
    keyer: str = ""
    seed: str = ""
    submission: str = ""


def days_of(snapshot: Snapshot, agency: AgencyInfo, submission: str) -> tuple[date, date]:
    """The days on which what is new in a submission was entered: from the end of the period before to that of its own.

    Raises Problem for a submission there is not.
    """
    calendar = stored_calendar.of_agency(snapshot, agency)
    entry = calendar.entry(submission)
    before = calendar.before(entry)
    return before.period_end + timedelta(days=1), entry.period_end


def due_submission(snapshot: Snapshot, work: Work) -> str:
    """The submission at hand."""
    return stored_calendar.of_agency(snapshot, work.agency).due(work.today).submission


def draw(unit: UnitOfWork, work: Work, wanted: Wanted) -> SampleInfo:
    """Draw a sample. Raises Problem where nothing was entered, for a number or share that is none, while one is open.

    What the person keyed whom it is drawn for is left out, unless nobody else keyed anything.
    """
    if not fields(work.standard):
        raise Problem("This data set lists no fields to be keyed a second time: nothing can be drawn.")
    if wanted.since > wanted.until:
        raise Problem("The last day is before the first: give the earlier one first.")
    found = _entered(unit, work, wanted.since, wanted.until)
    if not found:
        days = f"{wanted.since:%d %b %Y} to {wanted.until:%d %b %Y}"
        raise Problem(Sentence("No {episode} was entered from {days}: give other days.", days=days))
    if wanted.keyer:
        first = second_keying.keyed_by(unit, found)
        found = [one for one in found if wanted.keyer not in first[one.number]] or found
    seed = wanted.seed or secrets.token_hex(3)

    def place(episode_id: str) -> bytes:
        return blake2b(f"{seed} {episode_id}".encode(), digest_size=16).digest()

    many = min(len(found), _how_many(wanted, len(found)))
    drawn = sorted(found, key=lambda one: place(one.episode_id))[:many]
    its = Drawing(wanted.since, wanted.until, seed, wanted.submission, wanted.keyer)
    return second_keying.draw(unit, work.agency, its, drawn, len(found), event_sections(work.standard))


def _entered(snapshot: Snapshot, work: Work, since: date, until: date) -> list[Drawable]:
    """The episodes entered on these days."""
    first, end = (datetime.combine(day, time(), LONDON) for day in (since, until + timedelta(days=1)))
    return second_keying.candidates(snapshot, work.agency, first, end)


def _how_many(wanted: Wanted, of: int) -> int:
    if bool(wanted.number) == bool(wanted.share) or wanted.number < 0 or not 0 <= wanted.share <= WHOLE:
        raise Problem("Say how many to draw: a number, such as 20, or a share up to 100, such as 5%.")
    return wanted.number or math.ceil(of * wanted.share / WHOLE)


# Keying again


def to_key(snapshot: Snapshot, work: Work, person: str, own_id: str = "") -> SampledEpisode:
    """The next episode for a person to key, what he has begun before anything else, or the one that is asked for.

    Raises Problem where nothing is left for him, and for one that he keyed first himself where others keyed too.
    """
    found = second_keying.episodes(snapshot, _open(snapshot, work))
    if own_id:
        one = next((each for each in found if each.id == own_id), None)
        if one is None:
            raise Problem("That is not in the sample, or no more: look at the list again.")
        _refuse(snapshot, work, found, one, person)
        return one
    left = [one for one in found if not one.keyed_by]
    if not left:
        raise Problem(Sentence("Every {episode} of the sample is keyed: decide what differs, then close it."))
    mine = [one for one in left if _may(snapshot, work, found, one, person) and one.begun_by in ("", person)]
    if not mine:
        raise Problem("What is left you keyed first yourself, or somebody is at it: another person keys it again.")
    return next((one for one in mine if one.begun_by == person), mine[0])


def _may(snapshot: Snapshot, work: Work, found: Sequence[SampledEpisode], one: SampledEpisode, person: str) -> bool:
    """Whether somebody may key one again: what he keyed first only where nobody else keyed anything on its days.

    A sample may well hold nothing but his: it was drawn for another person, or happened to be so.
    """
    if person not in one.first_by:
        return True
    drawing = _open(snapshot, work).drawing
    if drawing.keyer not in ("", person) or not all(person in each.first_by for each in found):
        return False
    entered = second_keying.keyed_by(snapshot, _entered(snapshot, work, drawing.since, drawing.until))
    return all(person in first for first in entered.values())


def _refuse(snapshot: Snapshot, work: Work, found: Sequence[SampledEpisode], one: SampledEpisode, person: str) -> None:
    if one.keyed_by:
        raise Problem(Sentence("This {episode} was keyed again already, by {person}.", person=one.keyed_by))
    if not _may(snapshot, work, found, one, person):
        raise Problem("You keyed this one first yourself: another person keys it again.")


def keep(
    unit: UnitOfWork, work: Work, own_id: str, values: Values, entry: str = "", begun_by: str | None = None
) -> None:
    """Keep what is typed so far; it counts for nothing before `key` or `key_list`. Raises as `to_key` does.

    In a list it is the event of the id `entry`, which whoever types it makes. Of all else it takes the place of what
    was typed before: `begun_by` is who had begun it when one looked, None where nobody did, and what another one types
    by now is not written over: then it raises Problem.
    """
    one = to_key(unit, work, unit.person, own_id)
    if not one.is_list and one.begun_by not in ("", unit.person, begun_by or ""):
        told = "{person} types this one by now: what you type is kept once it is whole, or leave it."
        raise Problem(Sentence(told, person=one.begun_by))
    second_keying.keep(unit, one, _listed(work.standard, one, values), entry)


def key(unit: UnitOfWork, work: Work, own_id: str, values: Values, client_id: str = "") -> SampledEpisode:
    """Keep what a second person keyed, beside what stands there now; of the client `client_id`, where that is known.

    Raises Problem where nothing was typed, where the episode is another client's by now, where the agency changed its
    letter, whose fields are others, and as `to_key` does.
    """
    agencies.require_as_seen(unit, work.agency, "standard")
    one = to_key(unit, work, unit.person, own_id)
    if client_id not in ("", one.client_id):
        told = "This {episode} went to another {client} while you keyed it: leave it, and look in the list whose it is."
        raise Problem(work.standard.say(told))
    typed = _listed(work.standard, one, values)
    if not typed:
        raise Problem("Nothing is typed: key what the paper says, or leave this one.")
    stands = dict(read.get(unit, one.kind, one.record_id).values)
    if one.event is None:
        stands |= read.get(unit, "client", one.client_id).values
    seen = second_keying.has_looked(unit, unit.person, one.client_id, _open(unit, work).drawn_at)
    second_keying.key(unit, one, _listed(work.standard, one, stands), typed, seen=seen)
    return one_of(unit, work, own_id)


def key_list(unit: UnitOfWork, work: Work, own_id: str, events: Sequence[Values] | None = None) -> SampledEpisode:
    """That is all of a kind that the paper has: keep these events, None for what was typed so far, each beside the one
    of the record that it is most like. Raises as `key` does."""
    agencies.require_as_seen(unit, work.agency, "standard")
    one = to_key(unit, work, unit.person, own_id)
    keyed = [values for _, values in second_keying.typed(unit, one, unit.person)] if events is None else list(events)
    found = [typed for values in keyed if (typed := _listed(work.standard, one, values))]
    there = _events_like(unit, one)
    stands = [_listed(work.standard, one, each.values) for each in there]
    pairs_of = matched(work.standard, one.section, stands, found)
    pairs = [
        Pair(each.id, first, found[pairs_of[at]] if at in pairs_of else None)
        for at, (each, first) in enumerate(zip(there, stands, strict=True))
    ]
    pairs += [Pair("", None, values) for at, values in enumerate(found) if at not in pairs_of.values()]
    seen = second_keying.has_looked(unit, unit.person, one.client_id, _open(unit, work).drawn_at)
    second_keying.key_list(unit, one, pairs, seen=seen)
    return one_of(unit, work, own_id)


def matched(standard: Standard, section: str, stands: Sequence[Values], found: Sequence[Values]) -> Mapping[int, int]:
    """Which of those that stand there is which of those keyed again, by their places: those most alike first."""
    own = _of_section(standard, section)
    day = standard.section_by_id[section].date_field
    pairs = []
    for at, first in enumerate(stands):
        for other, second in enumerate(found):
            filled = [field for field in own if first.get(field.header) or second.get(field.header)]
            alike = [
                field.header
                for field in filled
                if _same(standard, field, first.get(field.header, ""), second.get(field.header, ""))
            ]
            if day in alike or (filled and len(alike) >= ALIKE * len(filled)):
                pairs.append((-len(alike) / len(filled), day not in alike, at, other))
    chosen: dict[int, int] = {}
    for _, _, at, other in sorted(pairs):
        if at not in chosen and other not in chosen.values():
            chosen[at] = other
    return chosen


def _listed(standard: Standard, one: SampledEpisode, values: Values) -> dict[str, str]:
    headers = [each.header for each in fields_of(standard, one)]
    return {header: values[header] for header in headers if values.get(header)}


def one_of(snapshot: Snapshot, work: Work, own_id: str) -> SampledEpisode:
    """An episode, a list or an event of the open sample. Raises Problem where it is in no other or none."""
    return second_keying.episode(snapshot, _open(snapshot, work), own_id)


def _open(snapshot: Snapshot, work: Work) -> SampleInfo:
    its = second_keying.sample(snapshot, work.agency)
    if its is None:
        raise Problem("No sample is open: draw one first.")
    return its


# What differs


@dataclass(frozen=True)
class Discrepancy:
    """A field that two persons keyed differently, or, without a field, an event that only one of them has: what each
    keyed, what stands in the record now, what was decided.

    Without a field `first` and `second` are empty, and `record` is the episode as long as the event stands in none.
    """

    episode: SampledEpisode
    field: Field | None
    record: StoredRecord
    first: str = ""
    second: str = ""
    decision: Decision | None = None

    @property
    def header(self) -> str:
        """The field's header; "" without one."""
        return self.field.header if self.field else ""

    def is_same(self, other: "Discrepancy") -> bool:
        """Whether another one, read at another time, is of the same field or event."""
        return (self.episode.id, self.header) == (other.episode.id, other.header)

    @property
    def stands(self) -> bool:
        """Whether the event stands in the record now."""
        return self.record.kind == "event" and not self.record.deleted

    @property
    def now(self) -> str:
        """What stands in the record; without a field the event's version, "" where it does not stand there."""
        if self.field is not None:
            return self.record.values.get(self.field.header, "")
        return str(self.record.version) if self.stands else ""

    @property
    def values(self) -> Values:
        """What was keyed of an event that only one of the two has."""
        return self.episode.first or self.episode.second

    @property
    def right(self) -> str:
        """What was decided, in words; "" for nothing."""
        return told_right(self.episode, self.header, self.decision.right) if self.decision else ""

    @property
    def presence(self) -> Presence:
        """Who has the event."""
        return self.episode.event.presence if self.episode.event else ""


def told_right(one: SampledEpisode, header: str, right: Right) -> str:
    """Who keyed a field rightly; with an empty `header` whether the event is on the paper."""
    return EVENT_RIGHTS[one.event.presence][right] if one.event and not header else RIGHTS[right]


def _same(standard: Standard, field: Field, one: str, other: str) -> bool:
    """Whether two values say the same, however they are spaced or a date is written. Of a postcode the part that is
    sent says the same as the whole one."""
    if field.is_date:
        return sortable(one.strip()) == sortable(other.strip())
    if field.header == standard.role("postcode"):
        shorten = shorteners_of(standard).get(field.header, str)
        whole, parts = (
            {"".join(each.split()).upper() for each in some} for some in ((one, other), (shorten(one), shorten(other)))
        )
        return len(whole) == 1 or ("" not in whole and len(parts) == 1 and not parts.isdisjoint(whole))
    return one.split() == other.split()


def differing(standard: Standard, one: SampledEpisode) -> list[str]:
    """In what the two who keyed an episode or an event differ, by header, "" for whether it is there; nothing before it
    was keyed again. Of a list it is only told by its events."""
    if not one.keyed_by or one.is_list:
        return []
    if one.event and one.event.presence in WHO_HAS_IT:
        return [""]
    return [
        field.header
        for field in fields_of(standard, one)
        if not _same(standard, field, one.first.get(field.header, ""), one.second.get(field.header, ""))
    ]


def _compared(found: Sequence[SampledEpisode]) -> list[SampledEpisode]:
    """What is compared by itself: episodes, and the events of lists."""
    return [each for one in found for each in (one.events if one.is_list else (one,))]


def differs(standard: Standard, one: SampledEpisode) -> bool:
    """Whether anything differs in an episode, or in the events of a list."""
    return any(differing(standard, each) for each in _compared([one]))


def differences(snapshot: Snapshot, work: Work) -> list[Discrepancy]:
    """All that differs in the open sample, decided or not, in the order it was drawn. Raises Problem without one."""
    found = []
    for one in _compared(second_keying.episodes(snapshot, _open(snapshot, work))):
        for header in differing(work.standard, one):
            found.append(_difference(snapshot, work.standard, one, header))
    return found


def _difference(snapshot: Snapshot, standard: Standard, one: SampledEpisode, header: str) -> Discrepancy:
    if not header:
        return Discrepancy(one, None, read.get(snapshot, one.kind, one.record_id), decision=one.decided.get(""))
    field = standard.by_header[header]
    client = field.level == "client"
    record = read.get(snapshot, "client", one.client_id) if client else read.get(snapshot, one.kind, one.record_id)
    return Discrepancy(
        one, field, record, one.first.get(header, ""), one.second.get(header, ""), one.decided.get(header)
    )


class ChangesLink(Problem):
    """What is decided changes what links an episode to what was sent of it: that is asked about first."""


@dataclass(frozen=True)
class Saw:
    """What somebody saw who decides: what stood in the record, and what was decided before."""

    now: str
    decision: Decision | None = None


@dataclass(frozen=True)
class Ruling:
    """What somebody decides: who is right in which field, the right `value` where neither is; with an empty `header`
    whether an event is there. `saw` is what it was decided by, None for whoever looked at nothing; `after_sent` says
    that what was sent may be linked otherwise after it."""

    header: str
    right: Right
    value: str = ""
    saw: Saw | None = None
    after_sent: bool = False


def decide(unit: UnitOfWork, work: Work, own_id: str, ruling: Ruling) -> bool:
    """Decide a difference; the record is changed as by hand where it does not say what is right; whether it was. What
    was keyed of a consent that was taken away since changes nothing, whoever keyed it rightly.

    An event that is on the paper is put into the record, one that is not goes out of it, and may be brought back.
    Raises ChangesLink, and Problem where there is no such difference, the value is none, or the record changed or
    somebody else decided since.
    """
    one = one_of(unit, work, own_id)
    if ruling.header not in differing(work.standard, one):
        raise Problem("The two do not differ in that: list the differences anew.")
    its = _difference(unit, work.standard, one, ruling.header)
    if ruling.saw is not None and ruling.saw.now != its.now:
        raise Problem("The record was changed meanwhile: look at what stands there now, and decide again.")
    if ruling.saw is not None and ruling.saw.decision != its.decision and its.decision is not None:
        raise Problem(f"{its.decision.person} decided that meanwhile: {its.right}. To have it otherwise, decide again.")
    if its.field is None:
        return _decide_event(unit, work, its, ruling)
    return _decide_field(unit, work, its, its.field, ruling)


def _decide_field(unit: UnitOfWork, work: Work, its: Discrepancy, field: Field, ruling: Ruling) -> bool:
    standard, one = work.standard, its.episode
    right = {"first": its.first, "second": its.second, "neither": ruling.value}[ruling.right]
    if ruling.right == "neither" and any(_same(standard, field, right, each) for each in (its.first, its.second)):
        raise Problem("That is what one of the two keyed: say that the first or the second is right.")
    record = its.record
    put = {**record.values, field.header: right}
    # Who keyed the paper rightly is one thing; a consent that was taken away since it was keyed is gone.
    is_gone = its.now != its.first and field.header in given_back(standard, record.values, put)
    changes = not _same(standard, field, its.now, right) and not is_gone
    if changes:
        if record.deleted:
            raise Problem(Sentence("The {episode} is deleted: nothing of it is decided any more."))
        if not ruling.after_sent:
            _refuse_links(unit, work, one, record, put)
        stored_save.change(unit, record.kind, record.id, put, record.version)
    second_keying.decide(unit, one, its.record.kind, its.record.id, field.header, ruling.right)
    return changes


def _decide_event(unit: UnitOfWork, work: Work, its: Discrepancy, ruling: Ruling) -> bool:
    if ruling.right == "neither":
        raise Problem(Sentence("The {event} is on the paper or it is not: say that the first or the second is right."))
    one, record = its.episode, its.record
    belongs, changes = ruling.right == its.presence, its.stands
    if belongs:
        changes = False
        if not its.stands:
            record, changes = _brought(unit, work, its)
    elif its.stands:
        record = stored_save.delete(unit, "event", record.id, record.version)
    second_keying.decide(unit, one, record.kind, record.id, "", ruling.right)
    return changes


def _brought(unit: UnitOfWork, work: Work, its: Discrepancy) -> tuple[StoredRecord, bool]:
    """An event that belongs into the record, and whether it was not there: brought back, put in, or found, where
    somebody entered it by hand since. A number that it needs is the next one."""
    one, standard = its.episode, work.standard
    taken, there = second_keying.in_list(unit, one), _events_like(unit, one)
    filled = [field for field in fields_of(standard, one) if its.values.get(field.header)]
    for each in there:
        same = (_same(standard, field, each.values.get(field.header, ""), its.values[field.header]) for field in filled)
        if filled and each.id not in taken and all(same):
            second_keying.put_in(unit, one, each.id)
            return each, False
    if its.record.kind == "event":
        return stored_save.undelete(unit, "event", its.record.id, its.record.version), True
    values = {**next_number(standard, one.section, [each.values for each in there]), **its.values}
    made = stored_save.create(unit, "event", one.episode_id, one.section, values)
    second_keying.put_in(unit, one, made.id)
    return made, True


def _events_like(snapshot: Snapshot, one: SampledEpisode) -> list[StoredRecord]:
    """The events of the same episode and section that stand in the record."""
    (episode,) = [each for each in read.tree(snapshot, one.client_id).episodes if each.episode.id == one.episode_id]
    return [each for each in episode.events if each.section == one.section]


def _refuse_links(snapshot: Snapshot, work: Work, one: SampledEpisode, record: StoredRecord, put: Values) -> None:
    tree = read.tree(snapshot, one.client_id)
    found = changed_links(snapshot, work.agency, work.standard, relinked(work.standard, tree, {record.id: put}))
    if found:
        raise ChangesLink(" ".join(told_of_links(work.standard, found)))


# The figures


@dataclass(frozen=True)
class SecondKeyingFigures:
    """What a sample comes to. `fields` are those that either of two persons filled, in what is `keyed` of the `drawn`,
    and one more for each event: that it is there. `differing` of them were decided for the `first`, the `second` or for
    `neither`. `seen` counts the episodes that somebody keyed again who had looked at the client since.

    `lists` are the kinds of event under each episode, of which `lists_keyed` are keyed again; `only_first` and
    `only_second` are events that one of the two has alone, each one of the differences. `events` and `events_keyed`
    count those of samples that were drawn one by one.
    """

    drawn: int = 0
    keyed: int = 0
    seen: int = 0
    fields: int = 0
    differing: int = 0
    first: int = 0
    second: int = 0
    neither: int = 0
    events: int = 0
    events_keyed: int = 0
    lists: int = 0
    lists_keyed: int = 0
    only_first: int = 0
    only_second: int = 0

    @property
    def to_key(self) -> int:
        """How many episodes, lists and events wait to be keyed."""
        return self.drawn - self.keyed + self.events - self.events_keyed + self.lists - self.lists_keyed

    @property
    def parts(self) -> int:
        """How many there are to be keyed in all."""
        return self.drawn + self.events + self.lists

    @property
    def to_decide(self) -> int:
        """How many differences wait to be decided."""
        return self.differing - self.first - self.second - self.neither

    @property
    def wrong(self) -> int:
        """Fields that the first keying had wrong, as far as that is decided."""
        return self.second + self.neither

    def percent(self, many: int) -> str:
        """A number of fields in percent of those compared."""
        return f"{WHOLE * many / self.fields:.1f}%" if self.fields else "0.0%"


def figures(standard: Standard, found: Sequence[SampledEpisode]) -> SecondKeyingFigures:
    """What the episodes of a sample come to so far."""
    keyed = [one for one in found if one.keyed_by]
    compared = _compared(keyed)
    differ = [(one, header) for one in compared for header in differing(standard, one)]
    decided = [one.decided[header].right for one, header in differ if header in one.decided]
    events, events_keyed = (sum(one.event is not None for one in some) for some in (found, keyed))
    lists, lists_keyed = (sum(one.is_list for one in some) for some in (found, keyed))
    has_it = [one.event.presence for one in compared if one.event]
    return SecondKeyingFigures(
        len(found) - events - lists,
        len(keyed) - events_keyed - lists_keyed,
        len({one.episode_id for one in keyed if one.seen}),
        sum(_many_fields(standard, one) for one in compared),
        len(differ),
        decided.count("first"),
        decided.count("second"),
        decided.count("neither"),
        events,
        events_keyed,
        lists,
        lists_keyed,
        has_it.count("first"),
        has_it.count("second"),
    )


def _many_fields(standard: Standard, one: SampledEpisode) -> int:
    """How many are compared: those that either filled, and that an event of a list is there."""
    presence = one.event.presence if one.event else ""
    filled = 0 if presence in WHO_HAS_IT else len({*one.first, *one.second} & set(standard.second_keying))
    return filled + bool(presence)


@dataclass(frozen=True)
class SampleState:
    """How the second keying stands: the open sample (None without one), its episodes and figures, and those closed."""

    sample: SampleInfo | None
    episodes: tuple[SampledEpisode, ...]
    figures: SecondKeyingFigures
    closed: tuple[SampleInfo, ...]


def state(snapshot: Snapshot, work: Work) -> SampleState:
    """How the second keying stands."""
    its = second_keying.sample(snapshot, work.agency)
    found = tuple(second_keying.episodes(snapshot, its)) if its is not None else ()
    return SampleState(its, found, figures(work.standard, found), tuple(second_keying.closed(snapshot, work.agency)))


def waiting(snapshot: Snapshot, agency: AgencyInfo, standard: Standard) -> SecondKeyingFigures | None:
    """The figures of the open sample; None where none is open."""
    its = second_keying.sample(snapshot, agency)
    return figures(standard, second_keying.episodes(snapshot, its)) if its is not None else None


def close(unit: UnitOfWork, work: Work, own_id: str = "") -> SecondKeyingFigures:
    """Close the sample, of this id where one was asked about: its figures stay, what was keyed is forgotten.

    Raises Problem while something is to decide, and where another sample is open by now.
    """
    its = _open(unit, work)
    if own_id not in ("", its.id):
        raise Problem(f"That sample is closed; {its.drawn_by} drew another one since: look at it first.")
    told = figures(work.standard, second_keying.episodes(unit, its))
    if told.to_decide:
        raise Problem(f"Differences to decide first: {told.to_decide}. Then the sample can be closed.")
    second_keying.close(unit, its, asdict(told))
    return told


def figures_of(its: SampleInfo) -> SecondKeyingFigures:
    """The figures of a sample that was closed."""
    return SecondKeyingFigures(**(its.told or {}))


def told(standard: Standard, one: SecondKeyingFigures) -> list[str]:
    """The figures in sentences: never of a person."""
    again = standard.say("Keyed again: {keyed} of {drawn} {episodes}", keyed=one.keyed, drawn=one.drawn)
    below = standard.say(", {keyed} of {drawn} {events}", keyed=one.events_keyed, drawn=one.events)
    lists = standard.say(", the {events} of {keyed} of {drawn}", keyed=one.lists_keyed, drawn=one.lists)
    lines = [f"{again}{below if one.events else ''}{lists if one.lists else ''}."]
    if one.keyed or one.events_keyed or one.lists_keyed:
        lines.append(f"Keyed differently: {one.differing:,} of {one.fields:,} fields ({one.percent(one.differing)}).")
        lines.append(
            f"First right {one.first}, second right {one.second}, both wrong {one.neither}, to decide {one.to_decide}."
        )
        lines.append(
            f"Errors of the first keying: {one.wrong:,} of {one.fields:,} fields ({one.percent(one.wrong)})"
            + (", as far as decided." if one.to_decide else ".")
        )
    if one.only_first or one.only_second:
        told = "{Events} only in the second keying: {second}; not found on the paper: {first}."
        lines.append(standard.say(told, second=one.only_second, first=one.only_first))
    if one.seen:
        told = "{seen} of these {episodes} were keyed again by somebody who had looked at the {client} since."
        lines.append(standard.say(told, seen=one.seen))
    return lines


def told_drawing(standard: Standard, its: SampleInfo) -> str:
    """How a sample was drawn, in one line."""
    days = f"{its.drawing.since:%d %b %Y} to {its.drawing.until:%d %b %Y}"
    told = "{Episodes} entered {days}{month}: {many}. Drawn by seed {seed}{keyer}."
    month = f" ({its.drawing.submission})" if its.drawing.submission else ""
    keyer = f", for {its.drawing.keyer}" if its.drawing.keyer else ""
    return standard.say(told, many=its.drawn_from, days=days, month=month, keyer=keyer, seed=its.drawing.seed)


def told_episode(standard: Standard, one: SampledEpisode) -> str:
    """Which paper file is meant, without anything that is to be keyed, nor how much of it there is."""
    which = standard.say(", {episode} {place} of {of} by opening", place=one.place, of=one.of) if one.of > 1 else ""
    below = ""
    if one.section:
        title, event = standard.section_by_id[one.section].title, one.event
        below = f", each {title}" if event is None else f", {title} {event.place or ''}".rstrip()
    return f"{one.reference or one.client_id}{which}{below}"


def told_state(standard: Standard, one: SampledEpisode) -> str:
    """How far an episode of a sample is."""
    if not one.keyed_by:
        return f"begun by {one.begun_by}" if one.begun_by else "to key"
    compared = _compared([one])
    differ = sum(len(differing(standard, each)) for each in compared)
    left = sum(header not in each.decided for each in compared for header in differing(standard, each))
    if not differ:
        return "no difference"
    return f"{left} to decide" if left else f"{differ} decided"
