"""What the extract that is due would hold of episodes that are checked, where that is not all of them as they stand.

So that the figures kept beside the episodes are those of the extract itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from exporters import formats
from exporters.selection import Outgoing
from validators.engine import Checker
from validators.patterns import Context
from validators.records import EpisodeRecord, Finding

if TYPE_CHECKING:
    from store.acceptance_shapes import Going
    from store.opening import Store
    from store.shapes import AgencyInfo

Stamped = tuple[str, EpisodeRecord]


class GoingCheck:
    """Checks what would be sent of episodes that are being checked."""

    def __init__(self, store: "Store", agency: "AgencyInfo", checker: Checker, context: Context) -> None:
        """Take what checks, and by which day and settings. Raises Problem when the store cannot be read."""
        self._store, self._agency, self._checker = store, agency, checker
        self._standard = checker.standard
        period = store.calendar(agency).due(context.today).period
        self._selection = formats.selection(self._standard, period)
        self._context = Context(context.today, "file", period, settings=context.settings)
        self._found: dict[str, Going] = {}

    def prepared(self, stream: Iterable[Stamped]) -> Iterator[tuple[str, EpisodeRecord, Mapping[str, str]]]:
        """The same episodes, each with what is known to have been sent of it; some at a time where that is asked."""
        at_once = self._selection.read_at_once
        rest = iter(stream)
        if not at_once:
            for stamp, record in rest:
                yield stamp, record, {}
            return
        while some := list(islice(rest, at_once)):
            sent = self._selection.sent(self._store, self._agency, [record for _, record in some])
            for stamp, record in some:
                yield stamp, record, sent

    def look(self, record: EpisodeRecord, sent: Mapping[str, str]) -> None:
        """Remember what would be sent of an episode until `found` is asked."""
        from store.acceptance_shapes import Going

        if self._selection.goes_as_it_is(record):
            return
        outgoing = self._selection.outgoing(record, sent)
        if outgoing.left_out or outgoing.unchanged:
            self._found[record.episode_id] = Going()
            return
        events = tuple(event.id for event in outgoing.record.events)
        withheld = not self._standard.has_consent(record.episode)
        if len(events) == len(record.events) and not outgoing.held_back and not withheld:
            return  # what was sent before takes no row
        rows = 1 if self._standard.withholds(outgoing.record.episode) else outgoing.record.rows
        self._found[record.episode_id] = Going(rows, events, self._judged(outgoing))

    def _judged(self, outgoing: Outgoing) -> tuple[Finding, ...]:
        part = {event.id for event in outgoing.record.events} | {""}
        found = self._checker.check(outgoing.judged, self._context)
        return (*(one for one in found if one.event_id in part), *outgoing.findings)

    def found(self) -> Mapping[str, "Going"]:
        """What would be sent of those looked at since it was asked last, by the episode's id; not of those whole."""
        found, self._found = self._found, {}
        return found
