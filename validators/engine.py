"""The checker: a standard's rules compiled once, then applied to one episode after another.

`Checker.check` is the one way in for a file, a stored episode and the live panel. One fault gives one finding: a rule
speaks once per record however many of its comparisons fail; a value that cannot be read (rules 1, 3, layout) is judged
no further; a record whose client withheld consent is judged on what it may carry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from validators.messages import sentence
from validators.patterns import (
    FIELD_PATTERNS,
    RECORD_PATTERNS,
    UNREADABLE,
    Context,
    Failure,
    FieldCheck,
    Moment,
    RecordCheck,
    headers_in,
)
from validators.records import EpisodeRecord, Event, Finding, Severity, Source, Values
from validators.standard import RuleRow, Standard

# Verdicts on short values (codes, dates) are remembered; identifiers are all different and are judged afresh.
_REMEMBERED_LENGTH = 10
_REMEMBERED_VALUES = 50_000
_SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Why a value fails: the row that says so, and whether the value can still be compared."""

    row: RuleRow
    readable: bool


class _Judge(dict[str, _Verdict | None]):
    """The field checks of one field, in order: a mapping from value to verdict that works out what it lacks."""

    def __init__(self, steps: list[tuple[RuleRow, FieldCheck]], stored: bool, failed: RuleRow, remember: bool) -> None:
        super().__init__()
        self.steps, self.stored, self.failed, self.remember = steps, stored, failed, remember

    def __missing__(self, value: str) -> _Verdict | None:
        verdict = None
        for row, check in self.steps:
            try:
                passes = check(value, self.stored)
            except Exception:
                return _Verdict(_failed(self.failed, row.rule), readable=False)
            if not passes:
                verdict = _Verdict(row, readable=row.pattern not in UNREADABLE)
                break
        if self.remember and len(self) < _REMEMBERED_VALUES:
            self[value] = verdict
        return verdict


class Checker:
    """All rules of a standard that look at one episode."""

    def __init__(self, standard: Standard) -> None:
        """Compile the standard's rules. The loader has already made sure that they can be."""
        self.standard = standard
        self._rows = {row.pattern: row for rule in standard.rules for row in rule.rows}
        self._order = {rule.id: number for number, rule in enumerate(standard.rules)}
        self._judges: dict[Source, dict[str, _Judge]] = {"file": self._judged(False), "store": self._judged(True)}
        self._base: list[tuple[RuleRow, RecordCheck]] = []
        self._events: dict[str, list[tuple[RuleRow, RecordCheck]]] = {s.id: [] for s in standard.event_sections}
        for rule in standard.rules:
            for row in rule.rows:
                if row.pattern in RECORD_PATTERNS:
                    self._compile(row)
        self._consent = standard.role("consent")
        self._identity = standard.role("episode_id")
        self._carried = frozenset(standard.no_consent_carries)
        self._context: Context | None = None
        self._moment = Moment("", False)

    def _judged(self, stored: bool) -> dict[str, _Judge]:
        # Readability first, then what a value may be; a code list has the last word, so 38 silences 4.
        ranks = {"trimmed": 0, "real_date": 1, "layout": 1, "in_codes": 3}
        steps: dict[str, list[tuple[RuleRow, FieldCheck]]] = {header: [] for header in self.standard.headers}
        rows = [row for rule in self.standard.rules for row in rule.rows if row.pattern in FIELD_PATTERNS]
        for row in sorted(rows, key=lambda row: ranks.get(row.pattern, 2)):
            for header in row.fields:
                if row.pattern != "in_codes" or self.standard.code_lists[self.standard.by_header[header].codes].decides:
                    at = self._with_list_severity(row, header)
                    steps[header].append((at, FIELD_PATTERNS[row.pattern](row, self.standard, header)))
        failed = self._rows["rule_failed"]
        return {
            item.header: _Judge(steps[item.header], stored, failed, item.layout.length <= _REMEMBERED_LENGTH)
            for item in self.standard.fields
        }

    def _with_list_severity(self, row: RuleRow, header: str) -> RuleRow:
        if row.severity != "list":
            return row
        status = self.standard.code_lists[self.standard.by_header[header].codes].status
        return replace(row, severity="error" if status in ("published", "site") else "warning")

    def _compile(self, row: RuleRow) -> None:
        """Make a row's check for every kind of record it looks at: the episode itself, or events of a section."""
        by_section: dict[str, list[str]] = {}
        beside = [*headers_in(row, "other"), *headers_in(row, "beside")]
        homes = {self._home(header) for header in beside} - {""}
        for header in row.fields:
            home = self._home(header) or row.parameters.get("section", "") or next(iter(homes), "")
            by_section.setdefault(home, []).append(header)
        for section, headers in by_section.items():
            part = replace(row, fields=tuple(headers))
            target = self._events[section] if section else self._base
            target.append((part, RECORD_PATTERNS[row.pattern](part, self.standard)))

    def _home(self, header: str) -> str:
        """The event section a field belongs to; empty for client and episode fields."""
        field = self.standard.by_header[header]
        return field.section if field.level == "event" else ""

    def check(self, record: EpisodeRecord, context: Context) -> list[Finding]:
        """Everything the rules say of one episode, in the order of the standard's rules, events after the episode.

        Looks at this record alone; what compares records is in `file_rules`.
        """
        if context is not self._context:
            self._moment, self._context = Moment.of(context, self.standard.date_layout.text), context
        moment, judges = self._moment, self._judges[context.source]
        base = {**record.client, **record.episode}
        failures: list[tuple[RuleRow, Failure]] = []
        clean = self._judge_fields(base, judges, failures)
        if self._consent and self.standard.withholds(clean):
            return self._check_withheld(record, base, context)
        _compare(self._base, base, clean, moment, failures, self._rows["rule_failed"])
        found = self._findings(failures, record, None, base) if failures else []
        for event in record.events:
            event_failures: list[tuple[RuleRow, Failure]] = []
            event_clean = self._judge_fields(event.values, judges, event_failures)
            checks = self._events.get(event.section, ())
            row = {**base, **event.values}
            _compare(checks, row, {**clean, **event_clean}, moment, event_failures, self._rows["rule_failed"])
            if event_failures:
                found += self._findings(event_failures, record, event, row)
        return found

    def _judge_fields(
        self, values: Values, judges: Mapping[str, _Judge], failures: list[tuple[RuleRow, Failure]]
    ) -> Values:
        """Judge every value by itself; give back the values with the unreadable ones emptied."""
        unreadable: dict[str, str] = {}
        for header, value in values.items():
            if value and header in judges:
                verdict = judges[header][value]
                if verdict is not None:
                    failures.append((verdict.row, Failure((header,), header)))
                    if not verdict.readable:
                        unreadable[header] = ""
        return {**values, **unreadable} if unreadable else values

    def _check_withheld(self, record: EpisodeRecord, base: Values, context: Context) -> list[Finding]:
        """Without consent only the carried columns are judged; what else is filled makes one finding."""
        carried = {header: value for header, value in base.items() if header in self._carried}
        failures: list[tuple[RuleRow, Failure]] = []
        clean = self._judge_fields(carried, self._judges[context.source], failures)
        checks = [(row, check) for row, check in self._base if not self._carried.isdisjoint(row.fields)]
        _compare(checks, carried, clean, self._moment, failures, self._rows["rule_failed"])
        everything = dict(base)
        for event in record.events:
            everything.update({header: value for header, value in event.values.items() if value})
        row = self._rows["no_other_columns"]
        filled = tuple(header for header in row.fields if everything.get(header) and header not in self._carried)
        # What the exporter writes by itself, and identifiers the program makes, are nobody's keying.
        if context.source == "store":
            filled = tuple(header for header in filled if self.standard.by_header[header].keyed == "person")
        if filled:
            failures.append((row, Failure(filled, filled[0])))
        return self._findings(failures, record, None, everything)

    def _findings(
        self, failures: list[tuple[RuleRow, Failure]], record: EpisodeRecord, event: Event | None, values: Values
    ) -> list[Finding]:
        """One finding per rule, its comparisons merged, silenced ones left out."""
        stored = self._moment.stored
        silenced = [(row.silences, frozenset(failure.fields)) for row, failure in failures if row.silences]
        merged: dict[str, list[tuple[RuleRow, Failure]]] = {}
        for row, failure in failures:
            if not any(row.rule in rules and fields.issuperset(failure.fields) for rules, fields in silenced):
                key = row.rule if row.pattern != "rule_failed" else f"{row.rule} {row.parameters['rule']}"
                merged.setdefault(key, []).append((row, failure))
        found = []
        for parts in merged.values():
            severity = min((_severity(row, stored) for row, _ in parts), key=_SEVERITY_ORDER.__getitem__)
            jump = parts[0][1].jump
            fields = tuple(dict.fromkeys(header for _, failure in parts for header in failure.fields))
            lines = record.lines if event is None else (event.line,) if event.line else ()
            found.append(
                Finding(
                    severity=severity,
                    rule=parts[0][0].rule,
                    field=jump,
                    fields=fields,
                    message=sentence(self.standard, parts),
                    values={header: values.get(header, "") for header in fields},
                    section=event.section if event else self.standard.by_header[jump].section,
                    episode=record.episode.get(self._identity, ""),
                    lines=lines,
                    client_id=record.client_id,
                    episode_id=record.episode_id,
                    event_id=event.id if event else "",
                )
            )
        found.sort(key=lambda finding: self._order[finding.rule])
        return found


def _severity(row: RuleRow, stored: bool) -> Severity:
    return Severity(row.store_severity if stored and row.store_severity else row.severity)


def _failed(row: RuleRow, rule: str) -> RuleRow:
    return replace(row, parameters={"rule": rule})


def _compare(
    checks: Iterable[tuple[RuleRow, RecordCheck]],
    raw: Values,
    clean: Values,
    moment: Moment,
    failures: list[Any],
    failed: RuleRow,
) -> None:
    """Run record checks, adding what fails. A check that breaks is itself a failure, never a pass."""
    for row, check in checks:
        try:
            failure = check(raw, clean, moment)
        except Exception:
            failures.append((_failed(failed, row.rule), Failure(row.fields, row.fields[0])))
            continue
        if failure is not None:
            failures.append((row, failure))
