"""One client as the screen holds it: every record with what is saved and what is typed, and what the rules say of all.

Knows no screen and no store; both hand it what they have.
"""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from exporters.records.check_client import ClientCheck
from exporters.records.find import records_of
from exporters.records.save import next_number
from store.facts import NEVER, AgencyInfo, ClientTree, DraftInfo, Kind, StoredRecord
from tui.form.codes import Usage
from tui.form.panel_entries import Place, RecordKey
from tui.form.record_model import RecordModel, Surroundings
from tui.form.undo import Step
from validators.journeys import journeys
from validators.records import NO_VALUES, EpisodeRecord, Event, Finding, Values
from validators.rules.checker import Checker
from validators.standard.model import Level, Standard

# One record as the client screen holds it: what is saved, what is typed, and what a new one takes from another.

DRAFT_KEPT = "What you typed and did not save is kept as a draft."
"""Said on the screen one goes back to; untrue as soon as it is discarded."""
MOVED = "What you typed stands with another client now; it is kept as a draft."


@dataclass(eq=False)
class Held:
    """One record. `version` is 0 until it is saved; `typed` are the values of a draft not yet on the form.

    `overtaken` tells who saved it while something unsaved is typed here; `left` that a person has been in it and gone
    on, so that gaps count from then on. `began` are the values a draft of an older version was begun with; None where
    that is what is `saved`.
    """

    kind: Kind
    id: str
    parent_id: str
    section: str = ""
    version: int = 0
    saved: Values = field(default_factory=dict)
    deleted: bool = False
    changed_at: datetime = NEVER
    changed_by: str = ""
    key_worker: str = ""
    note: str = ""
    typed: Values | None = None
    began: Values | None = None
    carried: frozenset[str] = frozenset()
    noted: Values = field(default_factory=dict)
    at_field: str = ""
    left: bool = False
    overtaken: str = ""
    model: RecordModel | None = None

    @property
    def values(self) -> Values:
        """What stands in the record now, saved or not."""
        if self.model is not None:
            return self.model.values
        return self.saved if self.typed is None else self.typed

    @property
    def is_changed(self) -> bool:
        """Whether anything typed here is not saved."""
        now, before = self.values, self.saved
        return now != before and any(now.get(header, "") != before.get(header, "") for header in {*now, *before})

    @property
    def latest_step(self) -> Step | None:
        """What was done last in the form that Ctrl+Z can take back; None for nothing."""
        if self.model is None:
            return None
        self.model.history.close()
        return self.model.history.past[-1] if self.model.history.past else None

    @property
    def base(self) -> Values:
        """What the typing here began with; empty for a new record, and where an older program did not keep it."""
        return self.saved if self.began is None else self.began

    @property
    def unconfirmed(self) -> frozenset[str]:
        """The fields whose values were carried over and that nobody has confirmed."""
        return frozenset(self.model.carried) if self.model is not None else self.carried

    def mark(self, headers: frozenset[str]) -> None:
        """Take what the store says of values that were carried over and that nobody has confirmed."""
        self.carried = headers
        if self.model is not None:
            self.model.carried = {header for header in headers if self.model.value(header)}

    def note_on(self, header: str, text: str) -> None:
        """Have another note on a field; an empty one takes it away."""
        self.take_notes({name: told for name, told in {**self.noted, header: text}.items() if told})

    def take_notes(self, noted: Values) -> None:
        """Take the notes on the fields, by header."""
        self.noted = noted
        if self.model is not None:
            self.model.noted = noted

    def adopt(self, stored: StoredRecord) -> None:
        """Take what stands in the store as saved. What is typed stays."""
        self.began = None
        self.parent_id, self.version, self.saved = stored.parent_id, stored.version, stored.values
        self.deleted, self.changed_at, self.changed_by = stored.deleted, stored.changed_at, stored.changed_by


def carried_over(standard: Standard, sections: Collection[str], context: Values, values: Values) -> dict[str, str]:
    """What a new record takes from the last one: what the standard lets it take, and nothing that hangs on a date."""
    base, taken = {**context, **values}, {}
    for item in standard.fields:
        if item.section in sections and item.carried and values.get(item.header):
            skip = item.skip_when
            dated = skip is not None and any(standard.by_header[header].is_date for header in skip.headers)
            if not dated and not (skip is not None and skip.holds(base)):
                taken[item.header] = values[item.header]
    return taken


LEVELS: Mapping[Kind, Level] = {"client": "client", "episode": "episode", "event": "event"}


class Case:
    """The records of one client in the order of the tree: the client, each episode with its events."""

    def __init__(self, standard: Standard, checker: Checker, today: Callable[[], date], agency: AgencyInfo) -> None:
        self.standard, self.today, self.agency = standard, today, agency
        self.by_id: dict[str, Held] = {}
        self.usage: Mapping[str, Usage] = {}
        self.previous: Mapping[str, Values] = {}
        self.stored: Mapping[str, int] = {}
        """All records that the store has of the client, those of another edition, too, which nobody keys here."""
        self.show_deleted = False
        self.spared: Held | None = None
        self._headers: dict[tuple[str, ...], frozenset[str]] = {}
        self._sections: dict[Kind, tuple[str, ...]] = {}
        self.check = ClientCheck(checker)

    # --- the records ------------------------------------------------------------------------

    @property
    def client(self) -> Held:
        """The client."""
        for held in self.by_id.values():  # asked for a hundred times with every key
            if held.kind == "client":
                return held
        raise LookupError("a case without its client")

    def children(self, held: Held) -> list[Held]:
        """The records directly below one, those that are shown."""
        return [
            other
            for other in self.by_id.values()
            if other.parent_id == held.id and other.kind != "client" and (self.show_deleted or not other.deleted)
        ]

    def beneath(self, held: Held) -> list[Held]:
        """All records below one, at any depth, but those that are deleted: what goes when it goes."""
        own = [other for other in self.children(held) if not other.deleted]
        return [*own, *(each for other in own for each in self.beneath(other))]

    def records(self) -> Iterator[Held]:
        """All records that are shown, as the tree lists them."""

        def below(held: Held) -> Iterator[Held]:
            yield held
            for child in self.children(held):
                yield from below(child)

        return below(self.client)

    def episodes(self) -> list[Held]:
        """The client's episodes, without deleted ones."""
        return [held for held in self.children(self.client) if not held.deleted]

    @property
    def at_hand(self) -> Held | None:
        """The episode that most likely is meant where none is named: the latest open one, else the latest."""
        episodes = self.episodes()
        opened, closed = self.standard.role("opened"), self.standard.role("closed")
        latest = sorted(episodes, key=lambda held: held.values.get(opened, "") if opened else "")
        still_open = [held for held in latest if not (closed and held.values.get(closed))]
        return next(reversed(still_open or latest), None)

    def last_event(self, episode: Held) -> Held | None:
        """The latest event, by its date, that another may be like; of those dated alike the one entered last."""
        carrying = {field.section for field in self.standard.fields if field.carried}

        def day(held: Held) -> str:
            header = self.standard.section_by_id[held.section].date_field
            return held.values.get(header, "") if header else ""

        events = [held for held in self.children(episode) if not held.deleted and held.section in carrying]
        return max(reversed(events), key=day, default=None)

    def journeys(self) -> dict[str, int]:
        """The number of the treatment journey of each episode; nothing where the standard has none."""
        if self.standard.journeys is None:
            return {}
        ids = self.episode_ids()
        numbers = journeys([self.record(episode) for episode in ids], self.standard)
        return {episode: number for episode, number in zip(ids, numbers, strict=True) if number}

    def episode_of(self, held: Held) -> Held | None:
        """The episode a record belongs to; None for the client."""
        if held.kind == "client":
            return None
        return held if held.kind == "episode" else self.by_id.get(held.parent_id)

    def is_gone(self, held: Held) -> bool:
        """Whether a record, or what it stands under, is deleted."""
        parent = self.by_id.get(held.parent_id) if held.kind != "client" else None
        return held.deleted or (parent is not None and self.is_gone(parent))

    def adopt(self, tree: ClientTree) -> list[Held]:
        """Take a client from the store; what is typed here stays. Returns the records others changed under it."""
        told: list[Held] = []
        seen: dict[str, Held] = {}
        self.stored = {one.id: one.version for one in records_of(tree)}
        stored = [(tree.client, "", "")]
        for one in tree.episodes:
            stored.append((one.episode, one.key_worker, one.note))
            # Of a section that is not in this edition: kept in the store, and nothing to key.
            stored += [(event, "", "") for event in one.events if event.section in self.standard.section_by_id]
        for record, worker, note in stored:
            held = self.by_id.get(record.id)
            if held is None:
                held = Held(record.kind, record.id, record.parent_id, record.section)
            # In a store that was put back meanwhile the version is an earlier one, or one number stands for two.
            stands = (held.version, held.changed_at) == (record.version, record.changed_at)
            is_other = held.version > 0 and not stands
            if is_other and held.is_changed:
                told.append(held)
                held.overtaken = record.changed_by
                held.deleted = record.deleted
            elif not stands or held.deleted != record.deleted:
                held.adopt(record)
                held.model = None if is_other else held.model
            held.key_worker, held.note = worker, note
            held.take_notes(record.noted)
            if not held.is_changed:
                held.mark(record.unconfirmed)
            seen[record.id] = held
        # What is only typed keeps its place behind what is saved.
        seen.update({id: held for id, held in self.by_id.items() if id not in seen and held.version == 0})
        self.by_id = seen
        self.check.forget()
        return told

    def lay(self, draft: DraftInfo) -> None:
        """Lay a draft over its record, or enter the new record that it is."""
        held = self.by_id.get(draft.record_id)
        if held is None:
            held = self.by_id[draft.record_id] = Held(draft.kind, draft.record_id, draft.parent_id, draft.section)
        held.typed, held.model, held.at_field = draft.values, None, draft.at_field
        held.left, held.carried = True, frozenset(draft.unconfirmed)
        of_another = draft.base_version != held.version or draft.began_with not in ({}, held.saved)
        if draft.base_version and of_another:
            held.version, held.began = draft.base_version, draft.began_with
        self.check.forget()

    def add(self, kind: Kind, parent_id: str = "", section: str = "", like: Held | None = None) -> Held:
        """Enter a new record; with `like` its values are carried over, all but dates and ids, to be confirmed."""
        held = Held(kind, str(uuid.uuid4()), parent_id, section)
        agency = self.standard.role("agency")
        given: dict[str, str] = {}
        if agency and self.standard.by_header[agency].section in self.sections(held):
            given[agency] = self.agency.code
        if kind == "event":
            there = [one.values for one in self.by_id.values() if one.parent_id == parent_id and one.section == section]
            number = next_number(self.standard, section, there)
            given |= number
            if number and like is None:
                # What is proposed is not typed: one begins behind it. Up leads to it.
                held.at_field = next(
                    (one for one in self.standard.headers_by_section[section] if one not in number), ""
                )
        held.saved = dict(given)
        if like is not None:
            given |= carried_over(self.standard, self.sections(held), self.context(held), like.values)
            held.carried = frozenset(given) - set(held.saved)
        held.typed = given
        self.by_id[held.id] = held
        self.check.forget()
        return held

    def remove(self, held: Held) -> list[Held]:
        """Take a record that was never saved, and all below it, out; return them."""
        gone = [held, *(other for other in self.by_id.values() if self._stands_under(other, held))]
        for other in gone:
            self.by_id.pop(other.id, None)
        self.check.forget()
        return gone

    def _stands_under(self, held: Held, above: Held) -> bool:
        parent = self.by_id.get(held.parent_id)
        return parent is not None and (parent is above or self._stands_under(parent, above))

    # --- the form ---------------------------------------------------------------------------

    def sections(self, held: Held) -> tuple[str, ...]:
        """The sections of the standard whose fields a record holds."""
        if held.kind == "event":
            return (held.section,)
        if held.kind not in self._sections:
            at = LEVELS[held.kind]
            self._sections[held.kind] = tuple(one.id for one in self.standard.sections if one.level == at)
        return self._sections[held.kind]

    def keys(self, held: Held) -> list[RecordKey]:
        """The keys of a record, one for each section, as findings name it."""
        episode = self.episode_of(held)
        return [
            RecordKey(section, self.client.id, episode.id if episode else "", held.id if held.kind == "event" else "")
            for section in self.sections(held)
        ]

    def held_of(self, key: RecordKey) -> Held | None:
        """The record that a key names."""
        return self.by_id.get(key.event_id or key.episode_id or key.client_id)

    def context(self, held: Held) -> Values:
        """The values of the records above one, which decide what is skipped in it."""
        episode = self.episode_of(held)
        above = dict(self.client.values) if held is not self.client else {}
        return above | dict(episode.values) if episode is not None and episode is not held else above

    def model_of(self, held: Held) -> RecordModel:
        """The editing state of a record, made when it is first opened and kept, with its undo, until it is closed."""
        if held.model is None:
            held.model = RecordModel(
                self.standard,
                self.sections(held),
                held.values,
                clock=self.today,
                base=held.saved,
                beside=Surroundings(carried=held.carried, usage=self.usage, noted=held.noted),
                judged=held.version > 0 or held.left,
            )
            if held.at_field:
                held.model.go_to(held.at_field)
        held.model.context = self.context(held)
        held.model.previous = self.previous.get(self.sections(held)[0], NO_VALUES)
        return held.model

    # --- what the rules say -----------------------------------------------------------------

    def record(self, episode_id: str) -> EpisodeRecord:
        """An episode as a check wants it, with all that is typed; "" for a client who has none yet."""
        if not episode_id:
            return EpisodeRecord(self._checked(self.client), {}, (), (), self.client.id, "")
        episode = self.by_id[episode_id]
        events = tuple(
            Event(event.section, self._checked(event), None, event.id)
            for event in self.children(episode)
            if not event.deleted
        )
        return EpisodeRecord(self._checked(self.client), self._checked(episode), events, (), self.client.id, episode.id)

    def _checked(self, held: Held) -> Values:
        """A record's values as leaving the field would have them, with the identifier that saving would give."""
        values = held.values
        if held.model is not None:
            at = held.model.current
            text = held.model.value(at)
            # What was imported is judged as it came, also while one looks at it.
            if text != held.saved.get(at, ""):
                normal = held.model.normal(at, text)
                if held.model.is_typing and normal != normal.rstrip(" "):
                    # A blank before the next word is no fault yet: it is judged on leaving the field.
                    normal, self.spared = normal.rstrip(" "), held
                if normal != text:
                    values = {**values, at: normal}
        if held.version:
            return values
        made = {
            item.header: held.id
            for item in self.standard.fields
            if item.keyed == "made" and item.section in self.sections(held)
        }
        return {**made, **values}

    def changed(self, held: Held) -> None:
        """A value of this record is another one: what was found in its episode, or in all of them, is old."""
        episode = self.episode_of(held)
        self.check.forget(episode.id if episode is not None else "")

    @property
    def client_id(self) -> str:
        """The client's store id."""
        return self.client.id

    def episode_ids(self) -> list[str]:
        """The ids of the episodes, without deleted ones."""
        return [held.id for held in self.episodes()]

    def unconfirmed(self) -> Mapping[tuple[str, str], Collection[str]]:
        """Of saved episodes and events, by the ids of both, the fields carried over that nobody has confirmed."""
        marked = [held for held in self.by_id.values() if held.version and held.unconfirmed and not self.is_gone(held)]
        return {
            (held.id, "") if held.kind == "episode" else (held.parent_id, held.id): held.unconfirmed for held in marked
        }

    def value(self, record_id: str, header: str) -> str | None:
        """What stands in a field of a record now, None where the record is not there or deleted."""
        held = self.by_id.get(record_id)
        return None if held is None or self.is_gone(held) else held.values.get(header, "")

    def findings(self) -> list[Finding]:
        """Everything the rules say of the client now; a fault in a client field once, whichever episodes show it."""
        return self.check.findings(self, self.today())

    def without_to_do(self, finding: Finding) -> tuple[Finding | None, list[Place]]:
        """Part a finding from the fields that nobody has come to yet, each judged by the record it stands in."""
        ids = {"client": self.client.id, "episode": finding.episode_id, "event": finding.event_id}
        places: dict[str, Place] = {}

        def is_to_do(header: str) -> bool:
            field = self.standard.by_header[header]
            held = self.by_id.get(ids[field.level])
            if held is None or not self.model_of(held).is_to_do(header):
                return False
            places[header] = Place(next(key for key in self.keys(held) if key.section == field.section), header)
            return True

        left, to_do = self.model_of(self.client).without_to_do(finding, is_to_do)
        return left, [places[header] for header in to_do]

    def accepted_by(self, finding: Finding) -> str:
        """Who accepted a warning, and why; nothing for one that is not accepted."""
        its = self.check.acceptance_of(finding)
        return f"accepted by {its.accepted_by}: {its.reason}" if its is not None else ""

    def own(self, held: Held, findings: list[Finding]) -> list[Finding]:
        """The findings that have to do with a record."""
        sections, episode = self.sections(held), self.episode_of(held)
        if sections not in self._headers:
            self._headers[sections] = frozenset(one.header for one in self.standard.fields if one.section in sections)
        here = self._headers[sections]
        return [
            one
            for one in findings
            if not here.isdisjoint(one.fields)
            and (episode is None or one.episode_id == episode.id)
            and (held.kind != "event" or one.event_id == held.id)
        ]
