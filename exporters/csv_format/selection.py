"""What of a stored episode goes into a submission, and in what form.

In this order: an episode closed before the base date or begun after the period's end is left out; what lies after the
period's end is held back, where the standard says so (`after_period = "hold"`); a consented episode with neither
caseload start nor closure left is not extracted. Without consent only the columns that may be carried are sent; that
goes for a consent that is empty or cannot be read as well: nothing leaves the building on a guess. Fields that need a
consent of their own are sent with that only, and only where the site switched them on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from exporters.formats.base import ExtractKind
from exporters.formats.links import digest
from exporters.formats.outgoing import HeldBack, Outgoing, as_then, filled_events, lost_values
from exporters.formats.without_consent import cut, hidden_of, without
from store.month import agency_settings
from store.records import read
from validators.calendar.periods import ReportingPeriod
from validators.dates import parse_date, write_date
from validators.records import EpisodeRecord, Event, Finding, Values
from validators.rules.field_patterns import shortened, shorteners_of
from validators.standard.model import Standard
from validators.version import VERSION

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.month.facts import LastSent
    from store.snapshot import Snapshot

SOFTWARE = f"Keywork {VERSION}"


class Selection:
    """Chooses and shapes the episodes of one submission."""

    read_at_once = 0

    def __init__(self, standard: Standard, period: ReportingPeriod) -> None:
        """Select for a standard's submission over a reporting period."""
        self.standard, self.period = standard, period
        self.wanted: ExtractKind | None = None
        # Made once: a receipt may tell them of thousands of episodes.
        self.closed_before = f"closed before the base date {period.start.isoformat()}"
        self.begun_after = f"begun after the end of the reporting period {period.end.isoformat()}"
        self.dated_after = f"dated after the end of the reporting period {period.end.isoformat()}"
        role = standard.role
        self.opened, self.begun, self.closed = role("opened"), role("begun"), role("closed")
        self.identity = role("episode_id")
        self.reference, self.client = role("client_reference"), role("client_id")
        self.holds = standard.submission.after_period == "hold"
        self._consent = role("consent")
        self._consented = standard.values["consented"] if self._consent else frozenset[str]()
        layout = standard.date_layout.text
        self._start, self._end = write_date(period.start, layout), write_date(period.end, layout)
        self.dates = {section.id: section.date_field for section in standard.event_sections}
        self._hides = standard.guarded is not None or bool(standard.kept_back)
        self._ids = {section.id: section.id_field for section in standard.event_sections}
        self._shorten = shorteners_of(standard)
        # What the agency says of itself: until it is read, nothing is switched on.
        self.settings: Values = {}
        self.written = [field.header for field in standard.fields if field.keyed == "written"]

    def name(self, record: EpisodeRecord) -> str:
        """The episode's identifier."""
        return record.episode.get(self.identity, "")

    def stream(self, snapshot: "Snapshot", agency: "AgencyInfo") -> Iterator[tuple[EpisodeRecord, Outgoing]]:
        """All episodes of an agency in order of entry, each with what of it is sent. Raises Problem."""
        self.begin(snapshot, agency)
        for stored in read.episodes(snapshot, agency):
            record = as_then(self.standard, stored)
            yield record, self._outgoing(record)

    def begin(self, snapshot: "Snapshot", agency: "AgencyInfo") -> None:
        """Read what has been switched on."""
        if self.standard.settings:
            self.settings = agency_settings.settings(snapshot, agency)

    def goes_as_it_is(self, record: EpisodeRecord) -> bool:
        """Whether consent is given and nothing is dated after the period's end."""
        episode = record.episode
        if self._consent and episode.get(self._consent, "") not in self._consented:
            return False
        if any(event.section not in self.dates or not self._is_named(event) for event in record.events):
            return False
        if self.standard.held_in or lost_values(self.standard, "", record, []):
            return False
        if self._hides and without(record, hidden_of(self.standard, record, self.settings)) is not record:
            return False
        if not self.holds:
            return True
        if self._may_wait(episode.get(self.begun)) or self._may_wait(episode.get(self.closed)):
            return False
        return not any(self._may_wait(event.values.get(self.dates[event.section])) for event in record.events)

    def _is_named(self, event: Event) -> bool:
        """Whether an event has its identifier, so that anything is keyed in it."""
        return event.values.get(self._ids[event.section], "") != ""

    def _may_wait(self, text: str | None) -> bool:
        """Whether something may be a day after the period's end: asked of every record, so texts are compared."""
        return text is not None and text != "" and (len(text) != len(self._end) or text > self._end)

    def _may_be_over(self, text: str | None) -> bool:
        """Whether something may be a day before the period."""
        return text is not None and text != "" and (len(text) != len(self._start) or text < self._start)

    def sent(
        self, snapshot: "Snapshot", agency: "AgencyInfo", some: Sequence[EpisodeRecord]
    ) -> Mapping[str, "LastSent"]:
        """Every extract holds all: what was sent before is not asked."""
        return {}

    def outgoing(self, record: EpisodeRecord, sent: Mapping[str, "LastSent"] | None = None) -> Outgoing:
        """What of one stored episode is sent, whatever was sent before."""
        return self._outgoing(as_then(self.standard, record))

    def _outgoing(self, record: EpisodeRecord) -> Outgoing:
        """The same of one as this edition has it."""
        episode = record.episode
        if why := self._why_left_out(episode):
            return Outgoing(record, why)
        if not self.standard.has_consent(episode):
            left = cut(self.standard, record).altered(lambda its: shortened(its, self._shorten))
            left = without(left, hidden_of(self.standard, record, self.settings))
            # A row without an identifier does not tell which episode it is of.
            is_named = self.identity in self.standard.no_consent_carries
            return Outgoing(
                left, records=() if is_named else ((record.episode_id, digest(left.client, (self.client,))),)
            )
        held: list[HeldBack] = []
        values = dict(episode)
        events = record.events
        for event in events:
            if not self._is_named(event):
                events = filled_events(self.standard, self.name(record), events, held)
                break
        if self.holds:
            events = self._hold(events, values, held)
        if self.standard.extracted_when and not any(map(values.get, self.standard.extracted_when)):
            why = "neither a caseload start nor a closure"
            return Outgoing(
                record,
                f"{why} by the end of the reporting period" if any(one.waits for one in held) else why,
                tuple(held),
            )
        for header in self.written:
            values[header] = SOFTWARE
        client, own = shortened(record.client, self._shorten), shortened(values, self._shorten)
        lost: tuple[Finding, ...] = ()
        for header in self._shorten:
            if own.get(header) == "" or client.get(header) == "":
                lost = lost_values(self.standard, self.name(record), record, held)
                break
        goes = EpisodeRecord(client, own, events, (), record.client_id, record.episode_id)
        left = without(goes, hidden_of(self.standard, goes, self.settings))
        return Outgoing(left, held_back=tuple(held), findings=lost, is_cut=left is not goes)

    def _why_left_out(self, episode: Values) -> str:
        """Why an episode is left out by its own dates alone; "" where it is not."""
        if self._may_be_over(episode.get(self.closed)):
            closed = _day(episode, self.closed)
            if closed and closed < self.period.start:
                return self.closed_before
        if self._may_wait(episode.get(self.opened)):
            opened = _day(episode, self.opened)
            if opened and opened > self.period.end:
                return self.begun_after
        return ""

    def _hold(self, events: Sequence[Event], values: dict[str, str], held: list[HeldBack]) -> tuple[Event, ...]:
        """Take out what lies after the period's end; a closure is date and reason together."""
        end = self.period.end
        name = values.get(self.identity, "")
        why = self.dated_after
        for header in (self.begun, self.closed):
            day = _day(values, header) if self._may_wait(values.get(header)) else None
            if day and day > end:
                values[header] = ""
                held.append(HeldBack(name, field=header, why=why))
                reason = self.standard.role("closure_reason")
                if header == self.closed and values.get(reason):
                    values[reason] = ""
                    held.append(HeldBack(name, field=reason, why=why))
        kept = []
        for event in events:
            dated = self.dates[event.section]
            if not self._may_wait(event.values.get(dated)):
                kept.append(event)
                continue
            day = _day(event.values, dated)
            if day and day > end:
                section = self.standard.section_by_id[event.section]
                own = event.values.get(section.id_field, "") or event.id
                held.append(HeldBack(name, event=own, why=why, section=section.id, day=day))
            else:
                kept.append(event)
        return tuple(kept)


def _day(values: Mapping[str, str], header: str) -> date | None:
    text = values.get(header)
    return parse_date(text) if text else None
