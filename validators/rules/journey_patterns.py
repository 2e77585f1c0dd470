"""Patterns that look at an episode with all its events at once.

A check gets the episode's readable values, each event with the readable values of its row, and the moment; it gives
back failures, each with the event it is about (None for the episode). What says that something is absent says nothing
of a moment that knows episodes `in_parts`: it may have been sent before, or wait.
"""

from collections.abc import Iterator

from validators.dates import parse_date, plus, write_date
from validators.records import Event, Values
from validators.rules.record_patterns import codes_in
from validators.rules.registry import Failure, JourneyCheck, Moment, Seen, journey_pattern
from validators.standard.model import RuleRow, Standard
from validators.standard.settings import classes_told

Told = Iterator[tuple[Event | None, Failure]]


def _has_begun(day: str | None, moment: Moment) -> bool:
    """Whether an event has started; one that is to start has not, whatever day was typed."""
    return bool(day) and str(day) <= moment.today


@journey_pattern("needs_beside", required="codes among")
def needs_beside(row: RuleRow, standard: Standard) -> JourneyCheck:
    """An event with one of the codes stands beside another that has one of those in `among`."""
    (header,) = row.fields
    codes, among = codes_in(row, standard, "codes", header), codes_in(row, standard, "among", header)
    failed = Failure((header,), header)

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        if not moment.in_parts and not any(values.get(header) in among for _, values in events):
            yield from ((event, failed) for event, values in events if values.get(header) in codes)

    return check


@journey_pattern("not_together", required="codes from to")
def not_together(row: RuleRow, standard: Standard) -> JourneyCheck:
    """Events with different ones of the codes do not run at the same time: one ends by the day the other begins."""
    (header,) = row.fields
    codes, begin, end = codes_in(row, standard, "codes", header), row.parameters["from"], row.parameters["to"]

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        running = [(event, v) for event, v in events if v.get(header) in codes and v.get(begin)]
        running.sort(key=lambda item: item[1][begin])  # stable: of two that begin together the one entered later
        for place, (event, values) in enumerate(running):
            for _, before in running[:place]:
                if before[header] != values[header] and (not before[end] or before[end] > values[begin]):
                    yield event, Failure((header, begin), header)
                    break

    return check


@journey_pattern("event_due", required="section kind codes started birth on years")
def event_due(row: RuleRow, standard: Standard) -> JourneyCheck:
    """An event of the section, once one of the codes has started and the client was so many years old on a day."""
    part = row.parameters
    section, kind, started, birth, day = part["section"], part["kind"], part["started"], part["birth"], part["on"]
    codes, years, layout = codes_in(row, standard, "codes", kind), int(part["years"]), standard.date_layout.text

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        if moment.in_parts or any(event.section == section and any(event.values.values()) for event, _ in events):
            return  # one in which nothing is keyed is none
        born = parse_date(clean[birth])
        if born is None or not clean[day] or clean[day] < write_date(plus(born, years), layout):
            return
        if any(values.get(kind) in codes and _has_begun(values.get(started), moment) for _, values in events):
            yield None, Failure(row.fields, row.fields[0])

    return check


@journey_pattern("one_due", required="started")
def one_due(row: RuleRow, standard: Standard) -> JourneyCheck:
    """At least one of the fields is filled once an event has started; asked of stored records alone.

    What is read of a file may have been sent before.
    """
    started = row.parameters["started"]

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        if not moment.stored or any(clean[header] for header in row.fields):
            return
        if any(_has_begun(values.get(started), moment) for _, values in events):
            yield None, Failure(row.fields, row.fields[0])

    return check


@journey_pattern("once_in_episode")
def once_in_episode(row: RuleRow, standard: Standard) -> JourneyCheck:
    """A value appears once among the events of an episode."""
    (header,) = row.fields

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        known: set[str] = set()
        for event, values in events:
            value = values.get(header)
            if value and value in known:
                yield event, Failure((header,), header)
            known.add(value or "")

    return check


@journey_pattern("class_needs_event_date", required="setting class started")
def class_needs_event_date(row: RuleRow, standard: Standard) -> JourneyCheck:
    """A code that the agency puts into the class (in a setting) needs an event with the date `started`."""
    (header,) = row.fields
    setting, wanted, started = row.parameters["setting"], row.parameters["class"], row.parameters["started"]

    def check(clean: Values, events: Seen, moment: Moment) -> Told:
        told = moment.settings.get(setting)
        if moment.in_parts or not told or not clean[header] or any(values.get(started) for _, values in events):
            return
        if classes_told(told).get(clean[header]) == wanted:
            yield None, Failure((header,), header)

    return check
