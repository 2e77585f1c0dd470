"""Taking an existing extract into the store, faults and all.

A file is read and compared with what is known before anything is written; then it is written in one transaction. What
is stored is stored as it came, but for blanks around identifiers and for a refusal of consent, which gets its code. A
row that cannot be stored is listed by its line and left out: one with the wrong number of cells, without an episode ID,
of another agency, or of another person than the one who bears its identifiers.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.csv_format.reading import read_extract
from exporters.formats.base import PLAINLY, Incoming, Progress, Taking
from exporters.imports import taken
from exporters.imports.agency import ChosenAgency, canonical, chosen
from exporters.imports.consents import Consents, HeardRefusals
from exporters.imports.headings import judge_heading, judge_rows
from exporters.imports.identity import (
    KnownClients,
    Person,
    Readable,
    deleted_in_store,
    known_clients,
    other_person,
)
from exporters.imports.report import ImportReport, LeftOut, ValueDifference
from exporters.imports.taken import Alike, Plan, bare_name, filled_only
from store.facts import AgencyInfo, KnownEpisode, StoredRecord, Who
from store.records import agencies, read
from validators.identifiers import other_case, same_name
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding, Values
from validators.rules.file_rules import zeros_lost
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.store import Store

_NAMED = 6
"""Columns that a note names."""


class _StoredEvents:
    """The events of an episode, each found once: by their identifier, where a file names none by their content."""

    def __init__(self, standard: Standard, events: Iterable[StoredRecord]) -> None:
        self._sections = standard.section_by_id
        self._by_id: dict[tuple[str, str], list[StoredRecord]] = {}
        self._by_content: dict[tuple[str, frozenset[tuple[str, str]]], list[StoredRecord]] = {}
        for stored in events:
            if stored.section not in self._sections:  # of an edition before
                continue
            id_field = self._sections[stored.section].id_field
            self._by_content.setdefault((stored.section, _content(stored.values, id_field)), []).append(stored)
            if identifier := stored.values.get(id_field, ""):
                self._by_id.setdefault((stored.section, same_name(identifier)), []).append(stored)
        self._matched: set[str] = set()

    def match(self, event: Event) -> StoredRecord | None:
        """The one that an event of a file is; None for a new one."""
        id_field = self._sections[event.section].id_field
        identifier = event.values.get(id_field, "")
        # Where the file names no identifier, the one the program made for a known event says nothing against it.
        same = [
            one
            for one in self._by_content.get((event.section, _content(event.values, id_field)), ())
            if not identifier or same_name(one.values.get(id_field, "")) == same_name(identifier)
        ]
        by_id = self._by_id.get((event.section, same_name(identifier)), []) if identifier else []
        if len(by_id) > 1:
            by_id = sorted(by_id, key=lambda one: self._likeness(one, event), reverse=True)
        found = next((one for one in (*same, *by_id) if one.id not in self._matched), None)
        if found is not None:
            self._matched.add(found.id)
        return found

    def _likeness(self, stored: StoredRecord, event: Event) -> tuple[bool, int]:
        """Of several that bear one identifier it is the one of its day that is meant, of these the one most like it."""
        date_field = self._sections[event.section].date_field
        equal = [header for header, told in event.values.items() if told and told == stored.values.get(header, "")]
        return date_field in equal, len(equal)

    def count_left(self, events: Iterable[Event]) -> int:
        """How many of some new events say what one says that the file does not tell of, under another identifier."""
        left: Counter[tuple[str, frozenset[tuple[str, str]]]] = Counter()
        for content, there in self._by_content.items():
            left[content] = sum(one.id not in self._matched for one in there)
        new = Counter((one.section, _content(one.values, self._sections[one.section].id_field)) for one in events)
        return (left & new).total()

    @property
    def untold(self) -> int:
        """How many the file does not tell of, once all that it tells were matched."""
        return sum(one.id not in self._matched for there in self._by_content.values() for one in there)


class Import:
    """One file on its way into a store. Reading and comparing is done by `prepare`, writing by `write`."""

    def __init__(
        self,
        path: Path,
        standard: Standard,
        taking: Taking = PLAINLY,
        reader: Callable[[Path, Progress | None], Incoming] | None = None,
    ) -> None:
        """`reader` reads the file, where its rows are not in CSV."""
        self._read = reader or (lambda path, progress: read_extract(path, standard, progress, taking.dates))
        self.path, self.standard, self.taking = path, standard, taking
        self.report = ImportReport(path)
        self._plan = Plan(taking.update)
        self._clients: dict[str, EpisodeRecord] = {}
        self._told: dict[tuple[str, str], str] = {}
        # Events of known episodes: as many as the file tells of; new ones that say what one of another identifier does.
        self._told_of = self._renamed = 0
        self._told_again = 0
        # What the store has of episodes of the file where the file has nothing: values, each by its record's id and its
        # header, for every episode of a client tells of the client anew; and how many events.
        self._untold: set[tuple[str, str]] = set()
        self._untold_events = 0
        self._partly: set[str] = set()
        self._named: dict[str, str] = {}
        self._known, self._of_nobody = KnownClients(), ""
        self._before: taken.ComparedWith | None = None
        self._identity = standard.role("episode_id")
        self._client_id = standard.role("client_id")
        self._agency = standard.role("agency")
        self._identifiers = {self._identity, self._client_id} | {
            section.id_field for section in standard.event_sections
        }
        self._person, self._readable_values = Person(standard), Readable(standard)
        self._consents = Consents(standard)
        self._heard = HeardRefusals(self._consents)
        self._store: Store | None = None
        self._again = {rule.id for rule in standard.rules if any(row.pattern == "row_again" for row in rule.rows)}

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and compare it with the store (None for one that does not exist yet); give the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        extract = self._read(self.path, progress)
        judge_heading(extract, self.standard, self.report, self.taking)
        self._before = taken.compared_with(store)
        records = list(self._readable(extract))
        judge_rows(extract, self.report)
        self._note_zeros(records)
        if not records and not self.report.left_out:
            every = store.ask(agencies.listed) if store else []
            return agency_code or next((one.code for one in every if one.standard == self.standard.id), "")
        if not records and agency_code is None:
            first = min(self.report.left_out, key=lambda item: item.line)
            raise Problem(
                f"{self.path} has no row that can be stored, the first in line {first.line} ({first.why}): mend them, "
                "or export it again."
            )
        named = Counter(record.client.get(self._agency, "") for record in records)
        choice = chosen(self.path, self.standard, store, named, agency_code, self.taking)
        self._of_nobody = choice.of_nobody(self._agency)
        self._compare_all(store, choice, list(self._of_agency(records, choice.code)))
        if self._renamed:
            alike = Alike(self._renamed, self._told_of, "event", "what they say")
            self.report.notes.append(alike.noted(self.path, self.standard, self.taking))
        self._note_untold()
        self.report.notes += self._heard.notes(self.report.differences, update=self.taking.update)
        self._name_events()
        taken.account_for(self._plan, self.report, self.standard, choice, store, self.taking)
        return choice.code

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` planned, in one transaction; nothing is kept when it fails."""
        taken.write(store, Who(person, now), self.standard, code, self._plan, self._before)
        return self.report

    # --- reading --------------------------------------------------------------------------------------------------

    def _readable(self, extract: Incoming) -> Iterator[EpisodeRecord]:
        """The episodes that can be stored, each once; those that cannot are listed."""
        owners: dict[str, tuple[str, int]] = {}
        padded: Counter[str] = Counter()
        # Each client's identifier as the first row has it.
        first: dict[str, str] = {}
        recased = 0
        for as_read, findings in extract.episodes():
            self.report.rows += len(as_read.lines)
            record = filled_only(self._unpadded(as_read, padded), self.report)
            told, client = record.episode[self._identity], record.client.get(self._client_id, "")
            episode = same_name(told)
            if not episode:
                self._leave_out(record, f"{self._identity} is missing")
                continue
            if client and (known := first.setdefault(same_name(client), client)) != client:
                record, client = replace(record, client={**record.client, self._client_id: known}), known
                recased += 1
            if episode in owners:
                owner, line = owners[episode]
                why = f"is that of line {line}, but for blanks around it"
                if not client or not owner or client != owner:
                    why = "belongs to another client in an earlier line"
                self._leave_out(record, f"its {self._identity} {why}")
                continue
            owners[episode] = client, record.lines[0]
            self.report.episodes += 1
            yield self._of_one(record, findings)
        if recased:
            told = self.standard.counted(recased, "episode")
            self.report.notes.append(f"{self._client_id}: {told} under one in the other case: the same UUID")
        if many := self._told_again:
            self.report.notes.append(f"{self.standard.counted(many, 'event')} told again beside others: stored once")
        for header, many in padded.items():
            values = "1 value" if many == 1 else f"{many} values"
            self.report.notes.append(f"{header}: the blanks around {values} were left away: no identifier has any")

    def _unpadded(self, record: EpisodeRecord, padded: Counter[str]) -> EpisodeRecord:
        """The record with its identifiers as they are compared, for blanks around one make it no other, and a refusal
        by its code.

        `padded` counts those that had some.
        """

        def bare(values: Values) -> Values:
            others = {h: own for h in self._identifiers & values.keys() if (own := bare_name(values[h])) != values[h]}
            padded.update(others.keys())
            others |= self._heard.plain(values)
            return {**values, **others} if others else values

        return record.altered(bare)

    def _of_one(self, record: EpisodeRecord, findings: Iterable[Finding]) -> EpisodeRecord:
        """The record without the rows that are about somebody else, or the very same as an earlier one.

        A value that another row has fills one that is empty.
        """
        client, episode = dict(record.client), dict(record.episode)
        out: dict[int, str] = {}
        for finding in findings:
            line = finding.lines[0]
            if finding.rule in self._again:
                out[line] = ""
                continue
            base = {**client, **episode}
            if why := self._stranger(base, finding.values, f"line {record.lines[0]}"):
                out[line] = why
                self._heard.leave_out([line], finding.values)
                continue
            for header, told in {**finding.values, **self._heard.plain(finding.values)}.items():
                kept = base.get(header, "")
                if told.isspace() or self._agree(header, kept, told):
                    continue
                if not kept or self._heard.counts(line, header, kept, told):
                    (client if header in client else episode)[header] = told
                elif told:
                    difference = ValueDifference(line, finding.episode, header, kept, told)
                    self.report.disagreements.append(difference)
        self.report.left_out += [LeftOut(line, why) for line, why in out.items() if why]
        if any(out.values()):
            self._partly.add(episode[self._identity])
        self.report.again += sum(not why for why in out.values())
        events = tuple(event for event in record.events if event.line not in out) if out else record.events
        return replace(record, client=client, episode=episode, events=self._once(events))

    def _agree(self, header: str, kept: str, told: str) -> bool:
        """Whether a row tells what is kept by now: it differed from the first row, and others filled that or won."""
        return kept == told or (header in self._identifiers and same_name(bare_name(told)) == same_name(kept))

    def _once(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Events without those that say the very same as an earlier one.

        Where a program joined tables, each row of the one tells the rows of the other again.
        """
        if len(events) <= 1:
            return events
        once = {(self._name_of(event), _content(event.values, self._id_of(event))): event for event in reversed(events)}
        if len(once) == len(events):
            return events
        self._told_again += len(events) - len(once)
        first = {id(event) for event in once.values()}
        return tuple(event for event in events if id(event) in first)

    def _one_each(self, record: EpisodeRecord, stored: Iterable[StoredRecord] = ()) -> tuple[Event, ...]:
        """An episode's events, each that is named once, or as often as the store has it.

        A row that tells of one again with another answer tells of no second one: the first row wins, as everywhere.
        One of another day may be another event, and is left out.
        """
        events, names = record.events, [self._name_of(event) for event in record.events]
        if len(set(names)) == len(events):
            return events
        there = Counter((one.section, same_name(one.values.get(self._id_of(one), ""))) for one in stored)
        kept: list[Event] = []
        first: dict[tuple[str, str], int] = {}
        for event, name in zip(events, names, strict=True):
            place = first.setdefault(name, len(kept))
            there[name] -= 1
            if place == len(kept) or there[name] >= 0 or not name[1]:
                kept.append(event)
            else:
                kept[place] = self._again_of(kept[place], event, record)
        return tuple(kept)

    def _again_of(self, first: Event, event: Event, record: EpisodeRecord) -> Event:
        """The event with what a later row of the same identifier fills; what that one tells otherwise is listed."""
        section, line = self.standard.section_by_id[event.section], event.line or record.lines[0]
        one, other = (values.get(section.date_field, "") for values in (first.values, event.values))
        if one and other and one != other:
            where = f"line {first.line or record.lines[0]}"
            why = f"its {section.id_field} is that of {where}, of another day: it may be another {section.said}"
            self.report.left_out.append(LeftOut(line, why))
            return first
        values = dict(first.values)
        for header, told in event.values.items():
            kept = values.get(header, "")
            if not kept:
                values[header] = told
            elif told and told != kept and header != section.id_field:
                episode = record.episode[self._identity]
                self.report.disagreements.append(ValueDifference(line, episode, header, kept, told))
        return replace(first, values=values)

    def _id_of(self, event: Event | StoredRecord) -> str:
        return self.standard.section_by_id[event.section].id_field

    def _name_of(self, event: Event) -> tuple[str, str]:
        """What an event is called, as it is compared."""
        return event.section, same_name(event.values.get(self._id_of(event), ""))

    def _stranger(self, kept: Values, told: Values, where: str) -> str:
        """Why two that bear one identifier are not about one person at one agency; "" where they may be."""
        if why := other_person(self._person.differing(kept, told), where):
            return why
        one, other = (canonical(values.get(self._agency, "")) for values in (kept, told))
        return f"its {self._agency} is not that of {where}" if one and other and one != other else ""

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self._heard.leave_out(record.lines, {**record.client, **record.episode})
        self.report.left_out += [LeftOut(line, why) for line in record.lines]

    def _drop(self, record: EpisodeRecord, why: str) -> None:
        """Leave out an episode that was counted."""
        self.report.episodes -= 1
        self._leave_out(record, why)

    def _of_agency(self, records: Iterable[EpisodeRecord], code: str) -> Iterator[EpisodeRecord]:
        """The records of the agency meant, under its code; the others are listed."""
        for record in records:
            own = record.client.get(self._agency, "")
            if own.strip() and canonical(own) != code:
                self._drop(record, f"its {self._agency} is {own!a}, another agency's than {code}")
                continue
            if own.strip() and own != code:
                record = replace(record, client={**record.client, self._agency: code})
            yield record

    def _note_zeros(self, records: list[EpisodeRecord]) -> None:
        """Say where codes have lost their leading zeros: what a spreadsheet did to them it did to references, too."""
        if (lost := zeros_lost(self.standard, records)) is None:
            return
        header = self.standard.role("client_reference")
        numbers = {own for one in records if (own := one.client.get(header, "")).isascii() and own.isdigit()}
        also = len(set(map(len, numbers))) > 1 and not any(own.startswith("0") for own in numbers)
        told = f"; {self.standard.by_header[header].label.lower()} may have lost its own" if also else ""
        self.report.notes.append(f"{lost.message}{told}")

    # --- comparing ------------------------------------------------------------------------------------------------

    def _compare_all(self, store: "Store | None", choice: ChosenAgency, records: list[EpisodeRecord]) -> None:
        self._store = store
        episodes: dict[str, KnownEpisode] = {}
        borne: dict[str, tuple[int, int]] = {}
        if store and choice.known:
            records = self._as_known(store, choice.known, records)
            names = [record.episode[self._identity] for record in records]
            episodes = store.ask(read.known_episodes, choice.known, names)
            borne = store.ask(read.count_bearing, choice.known, names)
            people = {record.client.get(self._client_id, "") for record in records} - {""}
            self._known = store.ask(
                known_clients,
                choice.known,
                self.standard,
                people,
                by_reference=False,
                deleted=self.taking.deleted,
            )
        word = self.standard.word("episode")
        again = [name for name, (there, gone) in borne.items() if gone and not there]
        deleted: dict[str, tuple[StoredRecord, ...]] = {}
        if store and choice.known and again and self.taking.deleted:
            deleted = store.ask(read.deleted_bearing, choice.known, again)
        for record in records:
            name = record.episode[self._identity]
            there, gone = borne.get(name, (0, 0))
            if there > 1:
                self._drop(record, f"{there} {word}s in the store bear its {self._identity}: mend one first")
            elif gone and not there and not self.taking.deleted:
                self._drop(record, deleted_in_store(word))
            elif any(self._consents_anew(record, one) for one in deleted.get(name, ())):
                self._drop(record, f"consent for this {word} was refused or withdrawn here, then it was deleted")
            elif there:
                self._compare(record, episodes[name])
            else:
                self._add(record)

    def _consents_anew(self, record: EpisodeRecord, deleted: StoredRecord) -> bool:
        """Whether a row would undo a refusal or a withdrawal, if it was entered beside the deleted episode it tells
        of."""
        return any(
            self._consents.gives(self._store, deleted.id, deleted.values, header, told)
            for header, told in record.episode.items()
        )

    def _as_known(self, store: "Store", agency: AgencyInfo, records: list[EpisodeRecord]) -> list[EpisodeRecord]:
        """The records with the UUIDs of episodes and clients in the case in which the store has them.

        Databases print them in capitals or not. Else all would be there twice.
        """
        told: dict[str, dict[str, str]] = {self._identity: {}, self._client_id: {}}
        for record in records:
            values = {**record.client, **record.episode}
            for header, others in told.items():
                if other := other_case(values.get(header, "")):
                    others[values[header]] = other

        def borne(header: str, names: Iterable[str]) -> Collection[str]:
            if header == self._identity:
                return store.ask(read.count_bearing, agency, list(names))
            return store.ask(read.clients_bearing, agency, list(names), by_reference=False)

        # Mostly the store has none of them: only of those it has is it asked for the name as it came, too.
        used: dict[str, dict[str, str]] = {}
        for header, others in told.items():
            there = borne(header, others.values()) if others else ()
            found = {name: other for name, other in others.items() if other in there}
            as_it_came = borne(header, found) if found else ()
            used[header] = {name: other for name, other in found.items() if name not in as_it_came}

        def as_known(values: Values) -> Values:
            others = {h: names[values[h]] for h, names in used.items() if values.get(h, "") in names}
            return {**values, **others} if others else values

        for header, names in used.items():
            if names:
                self.report.notes.append(f"{header}: {len(names)} known by the store in the other case: the same UUID")
        return [record.altered(as_known) for record in records]

    def _add(self, record: EpisodeRecord) -> None:
        """Plan a new episode, under a known client, one met earlier in the file, or a new one."""
        name = record.client.get(self._client_id, "")
        token = f"line {record.lines[0]}"
        why = f"its {self._client_id} is given to a client of the store by an earlier line: import it once more"
        if why := self._known.why_not.get(name, why if self._taken_name(name) else ""):
            self._drop(record, why)
            return
        stored = self._known.there.get(name)
        if stored is not None:
            if why := self._stranger(self._plan.values_of(stored), record.client, "the store"):
                self._drop(record, why)
                return
            if name not in self._known.merged:
                self._compare_values(stored, record, record.client)
        elif self._of_nobody and name not in self._clients and not record.client.get(self._agency, ""):
            self._drop(record, self._of_nobody)
            return
        elif name:
            token = f"client {name}"
            first = self._clients.setdefault(name, record)
            if first is not record:
                if why := self._stranger(first.client, record.client, f"line {first.lines[0]}"):
                    self._drop(record, why)
                    return
                self._compare_with_first(first, record)
        new = EpisodeRecord(record.client, record.episode, self._one_each(record), record.lines, client_id=token)
        self._plan.add(new, stored)

    def _compare_with_first(self, first: EpisodeRecord, record: EpisodeRecord) -> None:
        """The first row wins; what it left empty is filled, and an empty value says nothing."""
        for header, told in record.client.items():
            kept = first.client.get(header, "")
            if not told or told == kept:
                continue
            if not kept or self._heard.counts(record.lines[0], header, kept, told):
                assert isinstance(first.client, dict)
                first.client[header] = told
            else:
                episode = record.episode[self._identity]
                self.report.disagreements.append(ValueDifference(record.lines[0], episode, header, kept, told))

    def _compare(self, record: EpisodeRecord, known: KnownEpisode) -> None:
        """Plan what a known episode's rows tell that is new."""
        name, kept = record.client.get(self._client_id, ""), known.client.values.get(self._client_id, "")
        merged = self._known.merged.get(name)
        is_merged = merged is not None and merged.id == known.client.id
        if is_merged and (why := self._known.why_not.get(name, "")):
            self._drop(record, why)
            return
        if name and name != kept and not is_merged and (why := self._not_its_name(name, kept, known.client)):
            self._drop(record, why)
            return
        if why := self._stranger(self._plan.values_of(known.client), record.client, "the store"):
            self._drop(record, why)
            return
        before = len(self.report.differences)
        self._plan.touched.append(known)
        if self._is_whole(record):
            self._count_untold(known.client, {} if is_merged else record.client)
            self._count_untold(known.episode, record.episode)
        if not is_merged:
            self._compare_values(known.client, record, record.client)
        self._compare_values(known.episode, record, record.episode)
        told = self._compare_events(record, known)
        if not told and len(self.report.differences) == before:
            self.report.unchanged += 1

    def _is_whole(self, record: EpisodeRecord) -> bool:
        """Whether the file tells all it knows of an episode: without consent a row carries next to nothing."""
        return self.standard.has_consent(record.episode) and record.episode[self._identity] not in self._partly

    def _count_untold(self, stored: StoredRecord, told: Values) -> None:
        """Count what the store has of a record where the file has nothing: it stays, and nobody would know."""
        self._untold.update(
            (stored.id, header)
            for header, text in told.items()
            if not text
            and stored.values.get(header, "")
            and header not in self._identifiers
            and self.standard.by_header[header].keyed == "person"
        )

    def _note_untold(self) -> None:
        """Say what the store has and the file has not: a closure that was taken back, an event that was deleted there.

        A blank wins over nothing, with --update either: only a person knows whether it was emptied or never told.
        """
        # What one row of a client leaves empty another one may tell.
        untold = Counter(header for record_id, header in self._untold if (record_id, header) not in self._told)
        most = sorted(untold.items(), key=lambda one: (-one[1], one[0]))[:_NAMED]
        told = [f"{header} {many}" for header, many in most]
        if more := len(untold) - len(told):
            told.append(f"{more} more")
        values = f"{counted(untold.total(), 'value')} ({', '.join(told)})" if told else ""
        events = self.standard.counted(self._untold_events, "event") if self._untold_events else ""
        if values or events:
            every = " and ".join(filter(None, (values, events)))
            self.report.notes.append(f"in the store and not in the file, kept as it is: {every}")

    def _taken_name(self, name: str) -> bool:
        """Whether a client of the store who is called nothing there gets that name."""
        return self.taking.update and name in self._named

    def _not_its_name(self, name: str, kept: str, client: StoredRecord) -> str:
        """Why the client of a known episode, who is called `kept` or nothing there, is not whom a row names; "" where
        it may be. Whoever is called nothing gets no name that another bears, or would bear."""
        if kept or name in self._known.there:
            return f"its {self._identity} belongs to another client in the store"
        if name in self._known.why_not:
            return self._known.why_not[name]
        if name in self._clients or self._named.setdefault(name, client.id) != client.id:
            return f"its {self._client_id} is another client's by an earlier line"
        return ""

    def _compare_values(self, stored: StoredRecord, record: EpisodeRecord, values: Values) -> None:
        for header, told in values.items():
            kept = stored.values.get(header, "")
            # A blank wins over nothing; nobody keys what the exporter writes.
            if not told or self.standard.by_header[header].keyed == "written":
                continue
            # The first row of the file wins, as everywhere.
            first = self._told.setdefault((stored.id, header), told)
            if first != told and self._heard.counts(record.lines[0], header, first, told):
                first = self._told[stored.id, header] = told
            if first != told:
                difference = ValueDifference(record.lines[0], record.episode[self._identity], header, first, told)
                self.report.disagreements.append(difference)
            elif told != kept:
                self._take(record.lines[0], record, stored, header, told)

    def _take(self, line: int, record: EpisodeRecord, stored: StoredRecord, header: str, told: str) -> None:
        """Plan a value that differs, unless it cannot be read and the stored one can."""
        kept = stored.values.get(header, "")
        difference = ValueDifference(line, record.episode[self._identity], header, kept, told)
        if self._readable_values.spoils(header, kept, told):
            self.report.refused.append(difference)
        elif self._consents.gives(self._store, stored.id, stored.values, header, told):
            self.report.withheld.append(difference)
        elif self._plan.change(stored, header, told):
            self.report.differences.append(difference)

    def _compare_events(self, record: EpisodeRecord, known: KnownEpisode) -> int:
        """Match events by their identifier, those without one by their content; plan what is new and count it.

        A deleted one is left out, or brought back where that is asked for: as a new one it would be there twice.
        """
        there, gone = _StoredEvents(self.standard, known.events), _StoredEvents(self.standard, known.gone)
        new: list[Event] = []
        told_of, is_whole = 0, self._is_whole(record)
        events = self._one_each(record, known.events)
        for event in events:
            line = event.line or record.lines[0]
            stored = there.match(event)
            if stored is None and (stored := gone.match(event)) is not None:
                told_of += 1
                if not self.taking.deleted:
                    word = self.standard.section_by_id[event.section].said
                    self.report.left_out.append(LeftOut(line, deleted_in_store(word)))
                    continue
                self._plan.back.append(stored)
            if stored is None:
                self._plan.events.append((known.episode.id, event))
                new.append(event)
                told_of += 1
                continue
            if is_whole:
                self._count_untold(stored, event.values)
            for header, told in event.values.items():
                kept = stored.values.get(header, "")
                if told and told != kept and not (header in self._identifiers and same_name(told) == same_name(kept)):
                    self._take(line, record, stored, header, told)
        self._told_of += len(events)
        again = there.count_left(new) if new else 0
        self._renamed += again
        self._untold_events += there.untold - again if is_whole else 0
        return told_of

    def _name_events(self) -> None:
        """Give new events that came without their identifier one of the program's own, and say so: the return asks it.

        A file that is taken once more is compared by what those events say.
        """
        made: Counter[str] = Counter()

        def named(event: Event) -> Event:
            header = self.standard.section_by_id[event.section].id_field
            field = self.standard.by_header.get(header)
            if field is None or field.keyed != "made" or event.values.get(header, ""):
                return event
            made[header] += 1
            return replace(event, values={**event.values, header: str(uuid.uuid4())})

        plan = self._plan
        plan.episodes = [replace(one, events=tuple(map(named, one.events))) for one in plan.episodes]
        plan.events = [(episode_id, named(event)) for episode_id, event in plan.events]
        for header, many in made.items():
            events = "1 new event came without one" if many == 1 else f"{many} new events came without one"
            self.report.notes.append(f"{header}: {events}; the program made it, as for an event that is keyed")


def _content(values: Values, id_field: str) -> frozenset[tuple[str, str]]:
    return frozenset((header, value) for header, value in values.items() if value and header != id_field)
