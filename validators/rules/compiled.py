"""A standard's rules compiled for one kind of record: the episode with its client, or the events of one section.

A scope knows its columns in order, the field checks of each and the record checks that end in it. It is made once per
standard and used for every record, so what can be worked out beforehand is, and the common case (nothing is wrong) is
told from the rest with as few steps as possible.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, repeat
from operator import getitem, itemgetter

from validators.records import NO_VALUES, Severity, Source, Values
from validators.rules.registry import (
    ABOUT_FILLED,
    EACH_FIELD,
    FIELD_PATTERNS,
    FIELD_WORDS,
    RECORD_PATTERNS,
    UNREADABLE,
    Failure,
    FieldCheck,
    FieldWords,
    Moment,
    RecordCheck,
)
from validators.standard.model import Field, RuleRow, Standard

# Verdicts on short values (codes, dates) are remembered; identifiers are all different and are judged afresh.
_REMEMBERED_LENGTH = 10
_LONGEST_REMEMBERED = 50  # anything may be typed into a field of one letter
_REMEMBERED_VALUES = 20_000
# Readability first, then what a value may be; a code list has the last word, so that 38 silences 4, but for what is
# merely worth knowing.
_RANKS = {"trimmed": 0, "real_date": 1, "layout": 1, "in_codes": 3, "outside_list": 4}
_LAST = 5

Failures = list[tuple[RuleRow, Failure]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a value fails: the row that says so, whether the value can still be compared with others, what to say."""

    row: RuleRow
    readable: bool
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    """One field check, the row it comes from, and what finds words about a value that fails."""

    row: RuleRow
    check: FieldCheck
    words: FieldWords | None


class FieldJudge(dict[str, Verdict | None]):
    """The field checks of one field, in order: a mapping from value to verdict that works out what it lacks."""

    def __init__(self, steps: "list[_Step]", stored: bool, failed: RuleRow, remember: bool) -> None:
        super().__init__({"": None})
        self.steps, self.stored, self.failed, self.remember = steps, stored, failed, remember
        checks = [step.check for step in steps]
        # Identifiers have two checks and are all different: asked together, they cost half.
        self.both = (checks[0], checks[1]) if len(checks) == 2 and not remember else None

    def __missing__(self, value: str) -> Verdict | None:
        verdict = self.verdict(value)
        if verdict is not None and verdict.row.pattern == self.failed.pattern:
            return verdict  # nothing is known of a value at which a check breaks
        if self.remember and len(value) <= _LONGEST_REMEMBERED and len(self) < _REMEMBERED_VALUES:
            self[value] = verdict
        return verdict

    def verdict(self, value: str) -> Verdict | None:
        """What the checks say of a value that is not empty, without keeping it in mind."""
        stored = self.stored
        if self.both is not None:
            first, second = self.both
            try:
                if first(value, stored) and second(value, stored):
                    return None
            except Exception:
                return self._first_failing(value)  # told by the check that broke
        return self._first_failing(value)

    def _first_failing(self, value: str) -> Verdict | None:
        for step in self.steps:
            try:
                if step.check(value, self.stored):
                    continue
                words = step.words(value) if step.words else NO_VALUES
            except Exception:
                return Verdict(broken(self.failed, step.row), readable=False)
            return Verdict(step.row, step.row.pattern not in UNREADABLE, words)
        return None

    def all_pass(self, values: Sequence[str]) -> bool:
        """Whether all of these values, none of which is empty, pass. False as well where a check breaks."""
        try:
            return all(all(map(step.check, values, repeat(self.stored))) for step in self.steps)
        except Exception:
            return False


def _few_values(field: Field) -> bool:
    return field.layout.length <= _REMEMBERED_LENGTH or field.keyed == "written"


class Scope:
    """The rules that look at one kind of record."""

    def __init__(
        self,
        standard: Standard,
        headers: tuple[str, ...],
        failed: RuleRow,
        checks: Sequence[tuple[RuleRow, RecordCheck]] = (),
    ) -> None:
        """A scope of these columns with its record checks. `failed` words a check that breaks."""
        self.headers = headers
        self.blank = dict.fromkeys(headers, "")
        self.failed = failed
        # Those that say nothing of the one field that they are about while it is empty stand last, so that one step
        # takes the fields and another leaves away the checks of those that are empty.
        filled = [(row, check) for row, check in checks if row.pattern in ABOUT_FILLED and len(row.fields) == 1]
        always = [(row, check) for row, check in checks if (row, check) not in filled]
        self._rows = [row for row, _ in (*always, *filled)]
        self._checks = [check for _, check in (*always, *filled)]
        self._always = (True,) * len(always)
        self._take_filled = _taker([row.fields[0] for row, _ in filled])
        steps = _field_steps(standard, headers)
        sources: dict[Source, bool] = {"file": False, "store": True}
        self._judges = {
            source: [FieldJudge(steps[h], stored, failed, _few_values(standard.by_header[h])) for h in headers]
            for source, stored in sources.items()
        }

    @property
    def checks(self) -> Iterator[tuple[RuleRow, RecordCheck]]:
        """The record checks, each with its row."""
        return zip(self._rows, self._checks, strict=True)

    def judges(self, source: Source) -> Iterator[tuple[str, FieldJudge]]:
        """What judges each column's values."""
        return zip(self.headers, self._judges[source], strict=True)

    def judge(self, values: Mapping[str, str], source: Source, failures: Failures) -> Values:
        """Judge each value by itself, adding what fails; give back the values with the unreadable ones emptied.

        The values must begin with the scope's columns in order (as `{**scope.blank, **values}` does); what follows
        them, such as columns of another edition, is not judged.
        """
        judges = self._judges[source]
        if not any(map(getitem, judges, values.values())):
            return values
        unreadable: dict[str, str] = {}
        for header, judge in zip(self.headers, judges, strict=True):
            verdict = judge[values[header]]
            if verdict is not None:
                failures.append((verdict.row, Failure((header,), header, verdict.words)))
                if not verdict.readable:
                    unreadable[header] = ""
        return {**values, **unreadable} if unreadable else values

    def compare(self, raw: Values, clean: Values, moment: Moment, failures: Failures) -> None:
        """Run the record checks, adding what fails. A check that breaks is itself a failure, never a pass."""
        asked = (*self._always, *self._take_filled(raw))
        try:
            # A list, not a generator: measured, a fifth less.
            found = [check(raw, clean, moment) for check in compress(self._checks, asked)]
        except Exception:
            self._compare_each(raw, clean, moment, failures)
            return
        if any(found):
            failures += [(row, told) for row, told in zip(compress(self._rows, asked), found, strict=True) if told]

    def _compare_each(self, raw: Values, clean: Values, moment: Moment, failures: Failures) -> None:
        for row, check in zip(self._rows, self._checks, strict=True):
            try:
                failure = check(raw, clean, moment)
            except Exception:
                failures.append((broken(self.failed, row), Failure(row.fields, row.fields[0])))
            else:
                if failure is not None:
                    failures.append((row, failure))


def _taker(headers: Sequence[str]) -> Callable[[Values], Sequence[str]]:
    """What takes the values under several headers, of one or none as well."""
    if len(headers) > 1:
        return itemgetter(*headers)
    return lambda values: [values[header] for header in headers]


def broken(failed: RuleRow, row: RuleRow) -> RuleRow:
    """The row that says that a rule's check broke."""
    return replace(failed, parameters={"rule": row.rule})


def _field_steps(standard: Standard, headers: tuple[str, ...]) -> dict[str, list[_Step]]:
    steps: dict[str, list[_Step]] = {header: [] for header in headers}
    rows = [row for rule in standard.rules for row in rule.rows if row.pattern in FIELD_PATTERNS]
    for row in sorted(rows, key=_rank):
        for header in row.fields:
            if header in steps:
                judged = _by_list(row, standard, header) if row.pattern in ("in_codes", "outside_list") else row
                if judged is not None:
                    words = FIELD_WORDS[row.pattern](row, standard, header) if row.pattern in FIELD_WORDS else None
                    steps[header].append(_Step(judged, FIELD_PATTERNS[row.pattern](row, standard, header), words))
    return steps


def _rank(row: RuleRow) -> int:
    if row.pattern == "exact_width":
        return _LAST if row.severity == Severity.NOTICE else _RANKS["layout"]
    return _RANKS.get(row.pattern, 2)


def _by_list(row: RuleRow, standard: Standard, header: str) -> RuleRow | None:
    """The row with the severity that the field's code list gives it; none where the list is not the row's affair."""
    code_list = standard.code_lists[standard.by_header[header].codes]
    if row.pattern == "outside_list":
        return row if code_list.codes and not code_list.decides else None
    if not code_list.decides:
        return None
    if row.severity != "list":
        return row
    return replace(row, severity="error" if code_list.status in ("published", "site") else "warning")


def compile_scopes(standard: Standard) -> tuple[Scope, dict[str, Scope]]:
    """The scope of client and episode columns, and that of each event section."""
    by_level = standard.headers_by_level
    failed = next(row for rule in standard.rules for row in rule.rows if row.pattern == "rule_failed")
    checks: dict[str, list[tuple[RuleRow, RecordCheck]]] = {section.id: [] for section in standard.event_sections}
    checks[""] = []

    def home(header: str) -> str:
        field = standard.by_header[header]
        return field.section if field.level == "event" else ""

    for rule in standard.rules:
        for row in rule.rows:
            if row.pattern not in RECORD_PATTERNS:
                continue
            # A row ends in the scope of its fields; one about an episode's field that looks at events, in theirs.
            elsewhere = row.parameters.get("section") or next(filter(None, map(home, row.beside)), "")
            by_home: dict[str, list[str]] = {}
            parts: list[tuple[str, list[str]]] = []
            if judges := EACH_FIELD.get(row.pattern):
                parts = [(home(header) or elsewhere, [header]) for header in row.fields if judges(standard, header)]
            else:
                for header in row.fields:
                    by_home.setdefault(home(header) or elsewhere, []).append(header)
                parts = list(by_home.items())
            for section, headers in parts:
                part = replace(row, fields=tuple(headers))
                checks[section].append((part, RECORD_PATTERNS[row.pattern](part, standard)))
    base = Scope(standard, (*by_level["client"], *by_level["episode"]), failed, checks.pop(""))
    return base, {
        section: Scope(standard, standard.headers_by_section[section], failed, own) for section, own in checks.items()
    }
