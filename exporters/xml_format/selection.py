"""What of a stored journey goes into a message, by the kind of extract and the rules of a message.

`new`: the blocks and events that no extract that counts as sent holds as they are now. `between`: those dated between
two days. `full`: all. What lies after the last day waits (`after_period = "hold"`). The linking block is in every
message; where it is not as it was sent, the receiving system opens a second journey, and so all of it is new. A block
that is sent `again_with` another goes again beside that one where it was incomplete when it was sent, and with what is
new whenever it was changed since, unless the standard says that it is sent `again` only so. The receiving system holds
of an event what came last: what the return of a later month has told of one does not wait in one of an earlier month,
which would take it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from exporters.formats.base import ExtractKind
from exporters.formats.links import INCOMPLETE, digest
from exporters.formats.outgoing import HeldBack, Outgoing, as_then, filled_events, lost_values
from exporters.formats.without_consent import NOTHING_MAY_GO, cut, hidden_of, without
from exporters.xml_format.shape import block_keys, link_of, linking, name_of
from store.facts import AgencyInfo
from store.month import agency_settings
from store.month import sent as stored_sent
from store.month.facts import PART, LastSent
from store.records import read
from validators.calendar.periods import ReportingPeriod, reporting_period
from validators.dates import parse_date
from validators.records import EpisodeRecord, Event, Values
from validators.rules.field_patterns import shortened, shorteners_of
from validators.standard.model import Standard
from validators.standard.return_xml import XmlBlock

if TYPE_CHECKING:
    from store.snapshot import Snapshot

_AT_ONCE = 200
_DAYS = ("opened", "assessed", "closed")


class JourneySelection:
    """Chooses and shapes the messages of one extract."""

    closed_before = ""
    read_at_once = _AT_ONCE

    def __init__(self, standard: Standard, period: ReportingPeriod, wanted: ExtractKind) -> None:
        """Select for a submission over a reporting period, or between the days that are wanted."""
        form = standard.xml
        if form is None:
            raise ValueError(f"{standard.id} is not sent as XML")
        if wanted.start is not None and wanted.end is not None:
            period = ReportingPeriod(period.submission, wanted.start, wanted.end)
        self.standard, self.period = standard, period
        self.wanted: ExtractKind | None = wanted
        self._kind = wanted.kind
        self.reference = self.client = standard.role("client_reference")
        self._keys = block_keys(standard)
        self._link, self._linking = link_of(standard), linking(standard)
        # What is sent again beside another block is judged after that one.
        self._blocks = sorted(form.blocks, key=lambda block: bool(block.again_with))
        self._events = {block.section: block for block in form.blocks if block.section}
        self._opened = standard.role("opened")
        days = [header for header in map(standard.role, _DAYS) if header and header != self._opened]
        self._dated = [
            (header, block) for block in form.blocks for header in block.headers if header in days and not block.section
        ]
        self._dates = {
            block.group: [header for header in block.headers if standard.by_header[header].is_date]
            for block in form.blocks
        }
        self._shorten = shorteners_of(standard)
        # What the agency says of itself: until it is read, nothing is switched on.
        self._settings: Values = {}
        self._holds = standard.submission.after_period == "hold"
        self._after = f"dated after {period.end.isoformat()}, where this extract ends"

    def name(self, record: EpisodeRecord) -> str:
        """What people know the journey by."""
        return name_of(self.standard, record)

    def stream(self, snapshot: "Snapshot", agency: AgencyInfo) -> Iterator[tuple[EpisodeRecord, Outgoing]]:
        """All journeys of an agency in order of entry, each with what of it is sent. Raises Problem."""
        self.begin(snapshot, agency)
        some: list[EpisodeRecord] = []
        for record in read.episodes(snapshot, agency):
            some.append(as_then(self.standard, record))
            if len(some) >= _AT_ONCE:
                yield from self._outgoing(snapshot, agency, some)
                some = []
        yield from self._outgoing(snapshot, agency, some)

    def _outgoing(
        self, snapshot: "Snapshot", agency: AgencyInfo, some: list[EpisodeRecord]
    ) -> Iterator[tuple[EpisodeRecord, Outgoing]]:
        sent = self.sent(snapshot, agency, some)
        for record in some:
            yield record, self._outgoing_of(record, sent)

    def begin(self, snapshot: "Snapshot", agency: AgencyInfo) -> None:
        """Read what has been switched on."""
        if self.standard.guarded is not None:
            self._settings = agency_settings.settings(snapshot, agency)

    def goes_as_it_is(self, record: EpisodeRecord) -> bool:
        """That hangs on what was sent before."""
        return False

    def sent(self, snapshot: "Snapshot", agency: AgencyInfo, some: Sequence[EpisodeRecord]) -> Mapping[str, LastSent]:
        """What was sent before of some journeys, by id; of events alone where all is sent anyhow. Raises Problem."""
        ids = [event.id for record in some for event in record.events]
        if self._kind != "full":
            ids += [f"{record.episode_id}{PART}{key}" for record in some for key in self._keys.values()]
        return stored_sent.of_records(snapshot, agency, ids)

    def outgoing(self, record: EpisodeRecord, sent: Mapping[str, LastSent]) -> Outgoing:
        """What of one stored journey is sent; `sent` is what was sent before, by id."""
        return self._outgoing_of(as_then(self.standard, record), sent)

    def _outgoing_of(self, record: EpisodeRecord, sent: Mapping[str, LastSent]) -> Outgoing:
        """The same of one as this edition has it."""
        if why := self._why_left_out(record.episode):
            return Outgoing(record, why)
        held: list[HeldBack] = []
        if not self.standard.has_consent(record.episode):
            record = cut(self.standard, record)
        may_go = without(record, hidden_of(self.standard, record, self._settings))
        is_cut, record = may_go is not record, may_go
        lost = lost_values(self.standard, self.name(record), record, held)
        whole = self._held(record, sent, held)
        chosen = self._chosen(whole, sent, held)
        if not chosen.news:
            return Outgoing(whole, held_back=tuple(held), unchanged=True, whole=whole, is_cut=is_cut)
        reduced = EpisodeRecord(
            {header: value for header, value in whole.client.items() if header in chosen.headers},
            {header: value for header, value in whole.episode.items() if header in chosen.headers},
            tuple(chosen.events),
            (),
            record.client_id,
            record.episode_id,
        )
        found = (self._link.finding(self.standard, whole),) if self._link and chosen.link_changed else ()
        goes, records = tuple(held), tuple(chosen.records)
        return Outgoing(reduced, held_back=goes, whole=whole, records=records, findings=(*found, *lost), is_cut=is_cut)

    def _why_left_out(self, episode: Values) -> str:
        """Why a journey is left out of every extract to this day; "" where it is not."""
        opened = parse_date(episode.get(self._opened, ""))
        if opened and opened > self.period.end:
            return f"begun after {self.period.end.isoformat()}, where this extract ends"
        if not self.standard.no_consent_carries and not self.standard.has_consent(episode):
            return NOTHING_MAY_GO
        return ""

    # What waits

    def _held(self, record: EpisodeRecord, sent: Mapping[str, LastSent], held: list[HeldBack]) -> EpisodeRecord:
        """The journey as far as the last day."""
        name = self.name(record)
        client, events = (
            shortened(record.client, self._shorten),
            filled_events(self.standard, name, record.events, held),
        )
        episode = dict(shortened(record.episode, self._shorten))
        if self._holds:
            for header, block in self._dated:
                if self._is_later(episode.get(header)):
                    held += [HeldBack(name, field=own, why=self._after) for own in block.headers if episode.get(own)]
                    episode.update(dict.fromkeys(block.headers, ""))
            events = tuple(
                kept
                for event in events
                if (kept := self._held_event(name, event, sent.get(event.id), held)) is not None
            )
        # Rules over a journey's events are judged on all that is stored, not on what this extract holds back.
        stored = record.kept or record
        return EpisodeRecord(client, episode, events, (), record.client_id, record.episode_id, kept=stored)

    def _is_later(self, text: str | None, end: date | None = None) -> bool:
        day = parse_date(text) if text else None
        return day is not None and day > (end or self.period.end)

    def _told_until(self, before: LastSent | None) -> date:
        """The last day of which something of an event is told: by this return, or by one of a later month."""
        if before is None or before.submission <= self.period.submission:
            return self.period.end
        return reporting_period(self.standard.submission.calendar, before.submission).end

    def _held_event(self, name: str, event: Event, before: LastSent | None, held: list[HeldBack]) -> Event | None:
        section, block = self.standard.section_by_id[event.section], self._events[event.section]
        told = " ".join(filter(None, (event.values.get(block.headers[0]), event.values.get(section.date_field))))
        if self._is_later(event.values.get(section.date_field)):
            held.append(HeldBack(name, event=told or event.id, why=self._after, event_id=event.id))
            return None
        end = self._told_until(before)
        if not any(self._is_later(event.values.get(header), end) for header in self._dates[block.group]):
            return event
        values, waits = dict(event.values), False
        for header in block.headers:
            if self.standard.by_header[header].is_date:
                waits = self._is_later(values.get(header), end)
            if waits and values.get(header):
                # With a date goes what is said of it: the fields after it, up to the next date.
                held.append(HeldBack(name, field=header, why=self._after))
                values[header] = ""
        return replace(event, values=values)

    # What is sent

    def _chosen(self, record: EpisodeRecord, sent: Mapping[str, LastSent], held: list[HeldBack]) -> "_Chosen":
        base = {**record.client, **record.episode}
        chosen, link, first = _Chosen(), self._link, 0
        if link is not None and (linked := sent.get(link.id_of(record.episode_id))) is not None:
            if linked.digest != digest(base, link.headers):
                sent, chosen.link_changed = {}, True
            # What went under another link is of another journey at the receiving system.
            first = linked.since

        def before_of(own_id: str) -> str | None:
            one = sent.get(own_id)
            return one.digest if one is not None and one.number >= first else None

        for block in self._blocks:
            if block.section:
                for event in record.events:
                    if event.section == block.section:
                        own = digest(event.values, block.headers)
                        if self._is_wanted(block, event.values, own, before_of(event.id)):
                            chosen.add_event(event, own)
                continue
            if block.occurs != "always" and not any(base.get(header) for header in block.headers):
                continue
            own, before = digest(base, block.headers), before_of(self._id(record, block))
            wanted = self._is_wanted(block, base, own, before)
            if block.again_with:
                wanted = self._goes_again(block, base, own, before, chosen)
                if before is not None and own != before and not wanted:
                    again = f"it goes with {block.again_with}, or in" if before.endswith(INCOMPLETE) else "it goes in"
                    why = f"changed since it was sent: {again} a full extract"
                    held.append(HeldBack(self.name(record), field=block.group, why=why))
            if wanted or block.occurs == "always":
                chosen.add(block, self._id(record, block), own, is_news=wanted)
        chosen.events.sort(key=record.events.index)
        return chosen

    def _id(self, record: EpisodeRecord, block: XmlBlock) -> str:
        return f"{record.episode_id}{PART}{self._keys[block.group]}"

    def _is_wanted(self, block: XmlBlock, values: Values, own: str, before: str | None) -> bool:
        if self._kind == "new":
            return own != before
        if self._kind == "between":
            days = [parse_date(values.get(header, "")) for header in self._dates[block.group]]
            return any(day is not None and self.period.start <= day <= self.period.end for day in days)
        return True

    def _goes_again(self, block: XmlBlock, base: Values, own: str, before: str | None, chosen: "_Chosen") -> bool:
        """Whether a block that is sent beside the linking block goes, for the first time or again."""
        if self._kind == "full":
            return True
        beside = block.again_with in chosen.groups and (before is None or before.endswith(INCOMPLETE))
        if self._kind == "between":
            first = self._linking is not None and self._is_wanted(self._linking, base, "", None)
            return first or beside
        return before is None or (own != before and (beside or block.again == "changed"))


class _Chosen:
    """What goes into one message."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.headers: set[str] = set()
        self.events: list[Event] = []
        self.records: list[tuple[str, str]] = []
        self.news = self.link_changed = False

    def add(self, block: XmlBlock, own_id: str, own: str, *, is_news: bool) -> None:
        self.news |= is_news
        if is_news:
            self.groups.add(block.group)
        self.headers.update(block.headers)
        self.records.append((own_id, own))

    def add_event(self, event: Event, own: str) -> None:
        self.news = True
        self.events.append(event)
        self.records.append((event.id, own))
