"""The checker: a standard's rules compiled once, then applied to one episode after another.

`Checker.check` is the one way in for a file, a stored episode and the live panel. One fault gives one finding: a rule
that judges values one by one speaks once per field, any other once per record however many of its comparisons fail; a
value that cannot be read (rules 1, 3, layout) is judged no further; a record whose client withheld consent is judged on
what it may carry.
"""

from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from validators.records import EpisodeRecord, Event, Finding, Severity, Source, Values
from validators.rules.compiled import Failures, broken, compile_scopes
from validators.rules.messages import anonymous_sentence, sentence
from validators.rules.registry import (
    EACH_FIELD,
    FIELD_PATTERNS,
    FILE_PATTERNS,
    JOURNEY_PATTERNS,
    Context,
    Failure,
    JourneyCheck,
    Moment,
)
from validators.standard.model import RuleRow, Standard

# The record pattern that asks something of each of its fields by itself.
_EACH = "required"
_SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_REMEMBERED_TELLINGS = 20_000


class _Telling(NamedTuple):
    """What a finding says whichever record fails in that way: no value of it is in this."""

    order: int
    severity: Severity
    rule: str
    jump: str
    fields: tuple[str, ...]
    message: str
    anonymous: str
    section: str


class Checker:
    """All rules of a standard that look at one episode."""

    def __init__(self, standard: Standard) -> None:
        """Compile the standard's rules. The loader has already made sure that they can be."""
        self.standard = standard
        self.base, self.events = compile_scopes(standard)
        self._order = {rule.id: number for number, rule in enumerate(standard.rules)}
        rows = [row for rule in standard.rules for row in rule.rows]
        self._with_event = [row for row in rows if row.pattern == "required_with_event"]
        self._journey: list[tuple[RuleRow, JourneyCheck]] = [
            (row, JOURNEY_PATTERNS[row.pattern](row, standard)) for row in rows if row.pattern in JOURNEY_PATTERNS
        ]
        self._failed = next(row for row in rows if row.pattern == "rule_failed")
        self._withheld = next((row for row in rows if row.pattern == "no_other_columns"), None)
        # What these say of several fields of a record are several faults.
        by_value = {*FIELD_PATTERNS, *FILE_PATTERNS, *EACH_FIELD}
        self._by_field = frozenset(
            rule.id
            for rule in standard.rules
            if all(row.pattern in by_value for row in rule.rows)
            and any(row.pattern in FIELD_PATTERNS for row in rule.rows)
        )
        self._identity = standard.role("episode_id")
        self._carried = frozenset(standard.no_consent_carries)
        # A client's value that goes with the consent of one episode alone: beside the others it is as good as empty.
        guarded, levels = standard.guarded, {field.header: field.level for field in standard.fields}
        self._guarded = guarded if guarded and levels[guarded.consent] == "episode" else None
        shared = [header for header in guarded.headers if levels[header] == "client"] if guarded else []
        self._not_beside = dict.fromkeys(shared, "")
        # Columns that the file lacks that is checked.
        self.missing: frozenset[str] = frozenset()
        self._tellings: dict[tuple[object, ...], _Telling] = {}
        self._context: Context | None = None
        self._moment = Moment("", False)

    def check(self, record: EpisodeRecord, context: Context) -> list[Finding]:
        """Everything the rules say of one episode, in the order of the standard's rules, events after the episode.

        Looks at this record alone; what compares records is in `file_rules`.
        """
        if context is not self._context:
            self._moment, self._context = Moment.of(context, self.standard.date_layout.text), context
        moment, source = self._moment, context.source
        raw = self.base_values(record, source)
        failures: Failures = []
        clean = self.base.judge(raw, source, failures)
        if self._withheld is not None and self.standard.withholds(clean):
            return self._check_withheld(record, raw, source, self._withheld)
        self.base.compare(raw, clean, moment, failures)
        for needed in self._with_event:
            if not raw[needed.fields[0]]:
                section = needed.parameters["section"]
                if any(event.section == section for event in record.events):
                    failures.append((needed, Failure(needed.fields, needed.fields[0])))
        seen: list[tuple[Event, Values]] = []
        found = self._findings(failures, record, None, raw) if failures else []
        for event in record.events:
            scope = self.events.get(event.section)
            if scope is None:
                continue
            failures = []
            own = {**scope.blank, **event.values}
            readable = scope.judge(own, source, failures)
            row = {**raw, **own}
            clear = row if clean is raw and readable is own else {**clean, **readable}
            scope.compare(row, clear, moment, failures)
            if failures:
                found += self._findings(failures, record, event, row)
            if self._journey:
                seen.append((event, clear))
        if self._journey:
            if record.kept is not None:
                raw, clean, seen = self._as_kept(record, record.kept, source, seen)
            found += self._check_journey(record, raw, clean, seen)
        return found

    def base_values(self, record: EpisodeRecord, source: Source) -> Values:
        """Client and episode as they are judged: in the order of their scope's columns, what others there are behind.

        A client's value that goes with the consent of one episode alone is empty beside the others.
        """
        raw = {**self.base.blank, **record.client, **record.episode}
        if self._guarded is None or source != "store" or raw[self._guarded.consent] in self._guarded.consented:
            return raw
        return {**raw, **self._not_beside}

    @property
    def has_journeys(self) -> bool:
        """Whether any rule looks at an episode with all its events."""
        return bool(self._journey)

    def needed_with(self, section: str) -> list[str]:
        """The fields of the episode that an event of the section needs."""
        return [row.fields[0] for row in self._with_event if row.parameters["section"] == section]

    def _as_kept(
        self, record: EpisodeRecord, kept: EpisodeRecord, source: Source, seen: list[tuple[Event, Values]]
    ) -> tuple[Values, Values, list[tuple[Event, Values]]]:
        """The episode and its events as all of them are kept, where the record is only the part that is sent."""
        raw = {**self.base.blank, **kept.client, **kept.episode}
        clean = self.base.judge(raw, source, [])
        sent = {event.id: (event, values) for event, values in seen}
        whole: list[tuple[Event, Values]] = []
        for event in kept.events:
            scope = self.events.get(event.section)
            if scope is not None:
                own = scope.judge({**scope.blank, **event.values}, source, [])
                whole.append((sent[event.id][0] if event.id in sent else event, {**clean, **own}))
        return raw, clean, whole

    def _check_journey(
        self, record: EpisodeRecord, raw: Values, clean: Values, seen: list[tuple[Event, Values]]
    ) -> list[Finding]:
        """What shows only in an episode with all its events. A check that breaks is a failure, never a pass.

        Nothing is said of an event that the record does not have.
        """
        found: list[Finding] = []
        own = {event.id for event in record.events} if record.kept is not None else None
        for row, check in self._journey:
            told: list[tuple[Event | None, Failure]]
            try:
                told = list(check(clean, seen, self._moment))
            except Exception:
                told, row = [(None, Failure(row.fields, row.fields[0]))], broken(self._failed, row)
            for event, failure in told:
                if event is not None and own is not None and event.id not in own:
                    continue
                found += self._findings([(row, failure)], record, event, {**raw, **event.values} if event else raw)
        return found

    def _check_withheld(self, record: EpisodeRecord, raw: Values, source: Source, withheld: RuleRow) -> list[Finding]:
        """Without consent only the carried columns are judged; what else is filled makes one finding."""
        carried = {header: value if header in self._carried else "" for header, value in raw.items()}
        failures: Failures = []
        clean = self.base.judge(carried, source, failures)
        # Compared with all that is known, as far as it can be read: an identifier that is sent must not be made from
        # what is not.
        compared: Failures = []
        kept = record.kept
        stored = {**self.base.blank, **kept.client, **kept.episode} if kept is not None else raw
        readable = self.base.judge(stored, source, [])
        known = {header: clean[header] if header in self._carried else value for header, value in readable.items()}
        self.base.compare(carried, known, self._moment, compared)
        failures += [
            (replace(row, severity=row.parameters["withheld"], store_severity=""), failure)
            if "withheld" in row.parameters
            else (row, failure)
            for row, failure in compared
            if failure.jump in self._carried
        ]
        everything = dict(raw)
        for event in record.events:
            everything.update({header: value for header, value in event.values.items() if value})
        filled = tuple(header for header in withheld.fields if everything.get(header) and header not in self._carried)
        # The store knows the client all the same, and what the program itself makes or writes is nobody's keying.
        if source == "store":
            by_header = self.standard.by_header
            filled = tuple(h for h in filled if by_header[h].keyed == "person" and by_header[h].level != "client")
        if filled:
            failures.append((withheld, Failure(filled, filled[0])))
        shown = {**everything, **{header: value for header, value in stored.items() if value}}
        return self._findings(failures, record, None, shown)

    def _present(self, failures: Failures) -> Failures:
        """The failures without the columns that are missing from the file, which its heading tells once.

        What is asked of each column by itself is still asked of the others; a comparison with one that is missing
        says nothing.
        """
        found: Failures = []
        for row, failure in failures:
            if self.missing.isdisjoint(failure.fields):
                found.append((row, failure))
            elif row.pattern == _EACH:
                left = tuple(header for header in failure.fields if header not in self.missing)
                own = [header for header in left if header in row.fields]
                if own:
                    found.append((row, replace(failure, fields=left, jump=own[0])))
        return found

    def _findings(
        self, failures: Failures, record: EpisodeRecord, event: Event | None, values: Values
    ) -> list[Finding]:
        """One finding per rule, its comparisons merged, silenced ones left out."""
        if self.missing:
            failures = self._present(failures)
        silenced = [(row.silences, frozenset(failure.fields)) for row, failure in failures if row.silences]
        merged: dict[str, Failures] = {}
        for row, failure in failures:
            if silenced and any(row.rule in rules and fields.issuperset(failure.fields) for rules, fields in silenced):
                continue
            key = row.rule
            if row.pattern == "rule_failed":
                key = f"{key} {row.parameters['rule']}"
            elif key in self._by_field:
                key = f"{key} {failure.jump}"
            merged.setdefault(key, []).append((row, failure))
        tellings = [self._telling(parts) for parts in merged.values()]
        tellings.sort(key=itemgetter(0))
        episode = record.episode.get(self._identity, "")
        lines = record.lines if event is None else (event.line,) if event.line else ()
        event_id = event.id if event else ""
        # Arguments by place: a finding of many is made in half the time.
        return [
            Finding(
                told.severity,
                told.rule,
                told.jump,
                told.fields,
                told.message,
                {header: values.get(header, "") for header in told.fields},
                event.section if event else told.section,
                episode,
                lines,
                record.client_id,
                record.episode_id,
                event_id,
                anonymous=told.anonymous,
            )
            for told in tellings
        ]

    def _telling(self, parts: Failures) -> _Telling:
        """What a rule's failures come to. Records that fail in the same single way share it."""
        row, failure = parts[0]
        if len(parts) > 1 or row.pattern == "rule_failed":
            return self._told(parts)
        way = (row.rule, row.message, row.severity, row.store_severity, self._moment.stored, failure.fields,
               failure.jump, *failure.words.items())  # fmt: skip
        known = self._tellings.get(way)
        if known is None:
            known = self._told(parts)
            if len(self._tellings) < _REMEMBERED_TELLINGS:
                self._tellings[way] = known
        return known

    def _told(self, parts: Failures) -> _Telling:
        row, failure = parts[0]
        stored, jump = self._moment.stored, failure.jump
        return _Telling(
            self._order[row.rule],
            min((_severity(row, stored) for row, _ in parts), key=_SEVERITY_ORDER.__getitem__),
            row.rule,
            jump,
            tuple(dict.fromkeys(header for _, failure in parts for header in failure.fields)),
            sentence(self.standard, parts),
            anonymous_sentence(self.standard, parts),
            self.standard.by_header[jump].section,
        )


def _severity(row: RuleRow, stored: bool) -> Severity:
    return Severity(row.store_severity if stored and row.store_severity else row.severity)
