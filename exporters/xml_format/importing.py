"""Taking a return in XML into the store: journeys that are not there yet, with their clients, and new events of others.

A message is a journey, known by client number and day of referral; one that lacks either is listed and left out. Values
of a known journey that are others in the file are listed, and taken where that is asked for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.csv_format import days
from exporters.formats.base import PLAINLY, Progress, Taking
from exporters.imports import taken
from exporters.imports.agency import canonical, chosen
from exporters.imports.consents import Consents, HeardRefusals
from exporters.imports.identity import (
    KnownClients,
    Person,
    Readable,
    deleted_in_store,
    known_clients,
    other_person,
)
from exporters.imports.report import ImportReport, LeftOut, ValueDifference
from exporters.imports.taken import Plan
from exporters.xml_format.places import journey_places
from exporters.xml_format.reading import read_return
from exporters.xml_format.shape import link_of, name_of
from store.facts import AgencyInfo, ClientTree, KnownEpisode, StoredRecord, Who
from store.month import sent as stored_sent
from store.month.facts import Whereabouts
from store.records import read as records_read
from validators.dates import parse_date, write_date
from validators.records import EpisodeRecord, Event, Values
from validators.rules.field_patterns import shorteners_of
from validators.rules.messages import listed
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.store import Store

# What messages say of a client, first and by header: the value, the message's line, its journey.
ClientSaid = Mapping[str, tuple[str, int, str]]

# What a message tells of a journey that the store has: values that differ, events that are new.


class KnownJourneys:
    """Compares messages with journeys in the store, and gathers what is new."""

    def __init__(self, standard: Standard, report: ImportReport, taking: Taking) -> None:
        """Differences are noted in the report, what is new in the plan."""
        self.standard, self.report, self.plan, self._deleted = standard, report, Plan(taking.update), taking.deleted
        self._readable = Readable(standard)
        self._consents = Consents(standard)
        self._store: Store | None = None
        self._shorten = shorteners_of(standard)
        self._clients: set[str] = set()

    def compare(
        self, store: "Store", name: str, record: EpisodeRecord, tree: ClientTree, episode_id: str, said: ClientSaid
    ) -> None:
        """Note what a message tells of its journey, and all of them of its client, that the store does not."""
        before = self._told_so_far()
        self.compare_client(store, tree.client, said)
        known = next(one for one in tree.episodes if one.episode.id == episode_id)
        line = record.lines[0]
        self._values(name, line, known.episode, record.episode)
        left = [event for event in known.events if not event.deleted]
        gone = [event for event in known.events if event.deleted]
        waiting: list[Event] = []
        for event in record.events:
            # One that says no other thing is the same; only what is left may be one that changed.
            same = self._that_say_no_other(left, event)
            if same:
                left.remove(same[0])
            else:
                waiting.append(event)
        for event in waiting:
            word = self.standard.section_by_id[event.section].said
            may_be = self._known_by_the_same(left, event) or self._that_say_no_other(gone, event)
            may_be = may_be or self._known_by_the_same(gone, event)
            was = may_be[0] if may_be else None
            if len(may_be) > 1:
                why = f"this {word} may be any of {len(may_be)} in the store known by the same, or another: to be keyed"
                self.report.left_out.append(LeftOut(event.line or line, why))
                continue
            if was is not None:
                (gone if was.deleted else left).remove(was)
            if was is not None and was.deleted:
                # As a new one it would be there twice once the deleted one is brought back.
                if not self._deleted:
                    self.report.left_out.append(LeftOut(event.line or line, deleted_in_store(word)))
                    continue
                self.plan.back.append(was)
            if was is None:
                self.plan.events.append((episode_id, event))
            else:
                self._values(name, event.line or line, was, event.values)
        if before == self._told_so_far():
            self.report.unchanged += 1

    def _told_so_far(self) -> tuple[int, ...]:
        plan, report = self.plan, self.report
        return len(report.differences), len(report.left_out), len(plan.events), len(plan.back)

    def _that_say_no_other(self, events: list[StoredRecord], event: Event) -> list[StoredRecord]:
        """The stored event that says what one of a message does, and least beside it; none where none does."""
        alike = [one for one in events if self._says_no_other(one, event)]
        return sorted(alike, key=lambda one: sum(map(bool, one.values.values())))[:1]

    def _known_by_the_same(self, events: list[StoredRecord], event: Event) -> list[StoredRecord]:
        """The stored events that one of a message may be with other values, by what it is known by: one, none for a new
        one, or several where that is not clear.

        Of several it is the one of whose dates it denies none but the last, which is when it ended.
        """
        section = self.standard.section_by_id[event.section]
        headers = self.standard.headers_by_section[section.id]
        by = (section.id_field,) if section.id_field else headers[: headers.index(section.date_field) + 1]
        told = _told(event.values, by)
        same = [one for one in events if one.section == section.id and _told(one.values, by) == told]
        if not any(told) or not same:
            return []
        dates = [header for header in headers if header not in by and self.standard.by_header[header].is_date]
        if len(same) > 1:
            agreeing = [one for one in same if not _denied(one.values, event.values, dates[:-1])]
            equal = [len(_set(one.values, dates) & _set(event.values, dates)) for one in agreeing]
            if agreeing:
                return [one for one, many in zip(agreeing, equal, strict=True) if many == max(equal)]
        return [] if all(_is_apart(one.values, event.values, dates) for one in same) else same

    def compare_client(self, store: "Store", client: StoredRecord, said: ClientSaid) -> None:
        """Note what all messages tell of a client that the store does not: once, whatever journeys they are of."""
        self._store = store
        if said and client.id not in self._clients:  # of a merged one nothing is heard
            self._clients.add(client.id)
            for header, (value, line, name) in said.items():
                self._values(name, line, client, {header: value})

    def _values(self, name: str, line: int, stored: StoredRecord, told: Values) -> None:
        for header, value in told.items():
            kept = stored.values.get(header, "")
            if value and value != kept and self._sent(header, kept) != value:
                difference = ValueDifference(line, name, header, kept, value)
                if self._readable.spoils(header, kept, value):
                    self.report.refused.append(difference)
                elif self._consents.gives(self._store, stored.id, stored.values, header, value):
                    self.report.withheld.append(difference)
                elif self.plan.change(stored, header, value):
                    self.report.differences.append(difference)

    def _sent(self, header: str, kept: str) -> str:
        """A value as it leaves the building."""
        shorten = self._shorten.get(header)
        return shorten(kept) if shorten and kept else kept

    def _says_no_other(self, stored: StoredRecord, event: Event) -> bool:
        if stored.section != event.section:
            return False
        return all(stored.values.get(header, "") == value for header, value in event.values.items() if value)


def _values_of(said: ClientSaid) -> dict[str, str]:
    return {header: value for header, (value, _, _) in said.items()}


def _told(values: Mapping[str, str], headers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(values.get(header, "") for header in headers)


def _set(values: Values, dates: Sequence[str]) -> set[tuple[str, str]]:
    return {(each, values[each]) for each in dates if values.get(each)}


def _denied(kept: Values, told: Values, dates: Sequence[str]) -> list[str]:
    """The dates that two events both have, and not alike."""
    return [each for each in dates if kept.get(each) and told.get(each) and kept[each] != told[each]]


def _is_apart(kept: Values, told: Values, dates: Sequence[str]) -> bool:
    """Whether of two events that have the same dates in their order one had ended when the other one began."""
    differing = _denied(kept, told, dates[:-1])
    return any(
        ended < began
        for one, other in ((kept, told), (told, kept))
        if differing and (ended := parse_date(one.get(dates[-1], ""))) and (began := parse_date(other[differing[-1]]))
    )


class ReturnImport:
    """One file on its way into a store, as `exporters.imports.csv_import.Import` is for tables."""

    def __init__(self, path: Path, standard: Standard, taking: Taking = PLAINLY) -> None:
        """Take the file, its standard, and how the person wants it taken."""
        self.path, self.standard, self.taking = path, standard, taking
        self.report = ImportReport(path, unit="message")
        self._known = KnownJourneys(standard, self.report, taking)
        self._plan = self._known.plan
        self._before: taken.ComparedWith | None = None
        self._met: set[str] = set()
        self._heard = HeardRefusals(Consents(standard))
        self._said: dict[str, dict[str, tuple[str, int, str]]] = {}
        self._padded, self._dated, self._of_nobody = 0, 0, ""
        self._days = {item.header for item in standard.fields if item.is_date}
        self._person = Person(standard)
        self._reference, self._opened = standard.role("client_reference"), standard.role("opened")
        self._agency = standard.role("agency")

    def prepare(self, store: "Store | None", agency_code: str | None, progress: Progress | None = None) -> str:
        """Read the file and look for its journeys in the store (None for one that is not there yet); the agency's code.

        Raises Problem when the file cannot be taken; nothing has been written then.
        """
        self._before = taken.compared_with(store)
        read, named = self._read(progress)
        choice = chosen(self.path, self.standard, store, named, agency_code, self.taking)
        self._of_nobody = choice.of_nobody(self.standard.by_header[self._agency].label.lower())
        read = self._of_agency(read, choice.code)
        known: Mapping[str, Whereabouts] = {}
        clients = KnownClients()
        if store and choice.known:
            clients = store.ask(
                known_clients,
                choice.known,
                self.standard,
                {record.client[self._reference] for record in read.values()},
                by_reference=True,
                deleted=self.taking.deleted,
            )
            # The journeys of a merged client are there under the number of the one that is kept.
            now = {told: one.values.get(self._reference, "") for told, one in clients.merged.items()}
            known = self._journeys(store, choice.known, read, now)
        self._compare_all(store, self._of_one_person(read), known, clients)
        self.report.episodes = len(self._plan.episodes) + len(self._plan.touched)
        self.report.notes += self._heard.notes(self.report.differences, update=self.taking.update)
        taken.account_for(self._plan, self.report, self.standard, choice, store, self.taking)
        return choice.code

    def _journeys(
        self, store: "Store", agency: AgencyInfo, read: Mapping[str, EpisodeRecord], now: Mapping[str, str]
    ) -> dict[str, Whereabouts]:
        """Where the journeys of the file are in the store; `now` has the numbers of whom merged clients became."""
        named: dict[str, str] = {}
        wanted: dict[str, Values] = {}
        for name, record in read.items():
            own = record.client[self._reference]
            its = replace(record, client={**record.client, self._reference: now.get(own, own)})
            named[name] = name_of(self.standard, its)
            wanted[named[name]] = {**its.client, **its.episode}
        found = store.ask(journey_places, agency, self.standard, wanted)
        return {name: found[its] for name, its in named.items() if its in found}

    def _of_agency(self, read: Mapping[str, EpisodeRecord], code: str) -> dict[str, EpisodeRecord]:
        """The journeys of the agency meant, under its code; the others are listed."""
        found: dict[str, EpisodeRecord] = {}
        for name, record in read.items():
            own = {**record.client, **record.episode}.get(self._agency, "")
            if own.strip() and canonical(own) != code:
                label = self.standard.by_header[self._agency].label.lower()
                self._leave_out(record, f"its {label} is {own!a}, another agency's than {code}")
                continue
            if own.strip() and self._agency in record.client:
                record = replace(record, client={**record.client, self._agency: code})
            found[name] = record
        return found

    def _of_one_person(self, read: Mapping[str, EpisodeRecord]) -> dict[str, EpisodeRecord]:
        """The journeys but for those whose client is another person than the first of that number in the file."""
        told: dict[str, tuple[dict[str, str], int]] = {}
        found: dict[str, EpisodeRecord] = {}
        for name, record in read.items():
            own, line = told.setdefault(record.client[self._reference], ({}, record.lines[0]))
            if why := self._stranger(own, record.client, f"line {line}"):
                self._leave_out(record, why)
                continue
            own.update({header: value for header, value in record.client.items() if value and not own.get(header)})
            found[name] = record
        return found

    def _hear(self, name: str, record: EpisodeRecord) -> None:
        """What a message says of its client, once it is certain that it is about nobody else.

        The first word on each item counts; another one is listed.
        """
        own = self._said.setdefault(record.client[self._reference], {})
        for header, value in record.client.items():
            said = value, record.lines[0], name
            if not value or (kept := own.setdefault(header, said)[0]) == value:
                continue
            if self._heard.counts(record.lines[0], header, kept, value):
                own[header] = said
            else:
                self.report.disagreements.append(ValueDifference(record.lines[0], name, header, kept, value))

    def _stranger(self, kept: Values, told: Values, where: str) -> str:
        """Why two that bear one client number are not one person; "" where they may be."""
        return other_person(
            [self.standard.by_header[header].label for header in self._person.differing(kept, told)], where
        )

    def _compare_all(
        self,
        store: "Store | None",
        read: Mapping[str, EpisodeRecord],
        known: Mapping[str, Whereabouts],
        clients: KnownClients,
    ) -> None:
        there: list[tuple[str, EpisodeRecord, ClientTree | None, str]] = []
        trees: dict[str, ClientTree] = {}
        for name, record in read.items():
            at = known.get(name)
            reference = record.client[self._reference]
            stored = clients.there.get(reference)
            if at is not None and at.deleted_at is not None and self.taking.deleted:
                at = None
            if store is not None and at is not None and at.client_id not in trees:
                trees[at.client_id] = store.ask(records_read.tree, at.client_id, deleted=True)
            tree = trees[at.client_id] if store is not None and at is not None else None
            kept = tree.client if tree is not None else stored
            opened = record.episode[self._opened]
            unclear = ""
            if at is None and stored is not None and parse_date(opened) is None:
                label = self.standard.by_header[self._opened].label.lower()
                unclear = f"its {label} {opened!a} is no date, so it may be about a journey that the store has"
            gone = deleted_in_store(self.standard.word("episode")) if at is not None and at.deleted_at else ""
            if store is not None and at is not None and tree is not None and not gone:
                unclear = self._other_journey(store, at, tree, record)
            strange = self._stranger(kept.values, record.client, "the store") if kept is not None else ""
            is_new = kept is None and reference not in self._said
            no_agency = is_new and not {**record.client, **record.episode}.get(self._agency, "")
            owner = self._of_nobody if no_agency else ""
            if why := gone or clients.why_not.get(reference, "") or strange or unclear or owner or self._again(at):
                self._leave_out(record, why)
                continue
            self._hear(name, record)
            there.append((name, record, tree, at.episode_id if at is not None else ""))
        for name, record, tree, episode_id in there:
            reference = record.client[self._reference]
            stored, said = clients.there.get(reference), self._said[reference]
            # Of a client who was merged into this one the file tells what they were called before.
            is_merged = reference in clients.merged
            if store is not None and tree is not None:
                self._compare(store, name, record, tree, episode_id, {} if is_merged else said)
                continue
            if store is not None and stored is not None and not is_merged:
                self._known.compare_client(store, stored, said)
            token = f"client {reference}"
            self._plan.add(EpisodeRecord(_values_of(said), record.episode, record.events, (), token), stored)

    def _other_journey(self, store: "Store", at: Whereabouts, tree: ClientTree, record: EpisodeRecord) -> str:
        """Why a message that is linked by another value than the only journey of that client and day may be about
        another one; "" where it is about that, also where it went under that very link."""
        link = link_of(self.standard)
        assert link is not None
        kept = next(one.episode.values for one in tree.episodes if one.episode.id == at.episode_id)
        differ = [
            self.standard.by_header[header].label.lower()
            for header in link.headers
            if header in kept and (own := record.episode.get(header, "")) and own != kept[header].strip()
        ]
        if not differ:
            return ""
        own_id = link.id_of(at.episode_id)
        if store.ask(stored_sent.that_went, {own_id: link.digest_of(record)}):
            return ""
        labels = listed(differ)
        return f"the store's journey of that client and day has another {labels}: it may be another one, to be keyed"

    def _read(self, progress: Progress | None) -> tuple[dict[str, EpisodeRecord], Counter[str]]:
        """The journeys that can be stored, by their names, and the agencies that the messages name."""
        read: dict[str, EpisodeRecord] = {}
        # What is left out names its agency as well.
        named: Counter[str] = Counter()
        for as_read, faults in read_return(self.path, self.standard, progress).episodes():
            record = taken.filled_only(self._unpadded(as_read), self.report)
            self.report.rows += 1
            named[{**record.client, **record.episode}.get(self._agency, "")] += 1
            name = name_of(self.standard, record)
            if faults:
                self._leave_out(record, faults[0].message)
            elif not record.client.get(self._reference) or not record.episode.get(self._opened):
                needed = self.standard.by_header
                labels = f"{needed[self._reference].label.lower()} or {needed[self._opened].label.lower()}"
                self._leave_out(record, f"it has no {labels}")
            elif name in read:
                self._refuse_in(read[name], record)
                self._leave_out(record, "an earlier message is about the same journey")
            else:
                read[name] = record
        if self._padded:
            values = "1 value" if self._padded == 1 else f"{self._padded} values"
            self.report.notes.append(
                f"The line ends and blanks around {values} were left away, as the way it is laid out"
            )
        if self._dated:
            values = "1 date" if self._dated == 1 else f"{self._dated} dates"
            layout = self.standard.date_layout.text
            self.report.notes.append(f"{values} written otherwise than {layout} were read")
        return read, named

    def _refuse_in(self, first: EpisodeRecord, again: EpisodeRecord) -> None:
        """What a later message on a journey refuses counts, though all else in it is left out."""
        for kept, told in ((first.client, again.client), (first.episode, again.episode)):
            assert isinstance(kept, dict)
            for header, value in told.items():
                if self._heard.counts(again.lines[0], header, kept.get(header, ""), value):
                    kept[header] = value

    def _unpadded(self, record: EpisodeRecord) -> EpisodeRecord:
        """A journey without the line ends that a program put around its values, and the blanks around its names.

        Days that are written otherwise than in the data set are read where it is certain which they are. Stored as they
        came, they would be another client, and another journey, than the one that is known.
        """
        layout = self.standard.date_layout.text

        def bare(values: Values) -> Values:
            named = {self._reference, self._opened, self._agency}
            told = {h: taken.bare_name(text) if h in named else text.strip() for h, text in values.items()}
            others = {h: own for h, own in told.items() if own != values[h] and ("\n" in values[h] or h in named)}
            self._padded += len(others)
            others |= self._heard.plain(values)
            told = {**values, **others}
            for header in self._days & told.keys():
                day = days.certain_day(told[header])
                if day is not None and (text := write_date(day, layout)) != told[header]:
                    others[header] = text
                    self._dated += 1
            return {**told, **others} if others else values

        return record.altered(bare)

    def _again(self, at: Whereabouts | None) -> str:
        """Why a message is left out that is about a journey of the store that an earlier one was about."""
        if at is None or at.episode_id not in self._met:
            self._met.add(at.episode_id if at is not None else "")
            return ""
        return "an earlier message is about the same journey"

    def _compare(
        self, store: "Store", name: str, record: EpisodeRecord, tree: ClientTree, episode_id: str, said: ClientSaid
    ) -> None:
        known = next(one for one in tree.episodes if one.episode.id == episode_id)
        events = tuple(event for event in known.events if not event.deleted)
        self._plan.touched.append(KnownEpisode(known.episode, tree.client, events))
        self._known.compare(store, name, record, tree, episode_id, said)

    def write(self, store: "Store", code: str, person: str, now: datetime) -> ImportReport:
        """Write what `prepare` found, in one transaction; nothing is kept when it fails."""
        taken.write(store, Who(person, now), self.standard, code, self._plan, self._before)
        return self.report

    def _leave_out(self, record: EpisodeRecord, why: str) -> None:
        self._heard.leave_out([record.lines[0]], {**record.client, **record.episode})
        self.report.left_out.append(LeftOut(record.lines[0], why))
