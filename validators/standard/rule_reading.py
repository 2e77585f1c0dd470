"""Reading rules.csv: one row for each pattern that a rule uses; a malformed one is refused with file and line."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from string import Formatter
from typing import cast, get_args

from validators.records import Severity
from validators.rules import journey_patterns, record_patterns  # noqa: F401 (registers the patterns)
from validators.rules.registry import FIELD_PATTERNS, FILE_PATTERNS, JOURNEY_PATTERNS, PARAMETERS, RECORD_PATTERNS
from validators.standard.conditions import parse_condition
from validators.standard.edition import RuleStatus
from validators.standard.layers import HEADERS_IN, Pack, PackRow
from validators.standard.model import Field, Rule, RuleRow, Standard
from validators.standard.pack_tables import fail
from validators.standard.return_reading import FORMATS

_SEVERITIES = {*Severity, "list"}
_TOO_GRAVE: dict[str, frozenset[str]] = {
    "lists_not_judged": frozenset({Severity.ERROR, Severity.WARNING}),
    "zeros_lost": frozenset({Severity.ERROR}),
}
_RULE_STATUSES = get_args(RuleStatus)
# What a message may name.
_WORDS = (
    "first", "others", "labels", "is", "has", "does", "begin", "end", "look", "problem", "identifiers", "rule", "count",
    "expected", "sections", "lists", "element", "meant", "where", "headings", "table",
)  # fmt: skip
# Patterns that the program itself speaks with, whatever the standard; those of files by their format.
_ALWAYS = ("rule_failed", "lists_not_judged")

OF_EPISODES = ("belongs_to_one", "one_agency", "same_for_client", "like_another", "required_with_event")
"""Patterns that judge whole episodes: what stands in one of their events is nothing to them."""


def read_rules(pack: Pack, standard: Standard) -> tuple[Rule, ...]:
    """Read the rules of a standard whose fields are known. Raises PackError with file, line and reason."""
    table = pack.rules()
    numbers = {one.cells["rule"] for one in table}
    rules: dict[str, Rule] = {}
    for one in table:
        path, line, row = one.path, one.line, one.cells
        number = row["rule"]
        status = row.get("status", "") or "checked"
        if status not in _RULE_STATUSES:
            fail(path, line, f"status is {status!r}, which is none of {', '.join(_RULE_STATUSES)}")
        try:
            parsed = None if status == "not_checked" else _row(row, standard, line)
        except ValueError as error:
            fail(path, line, error)
        for silenced in parsed.silences if parsed else ():
            if silenced not in numbers:
                fail(path, line, f"it silences rule {silenced!r}, which does not exist")
        if number not in rules:
            rules[number] = _rule(one, parsed, standard, first=True)
        elif next(reversed(rules)) != number:
            fail(path, line, f"the rows of rule {number} do not stand together")
        elif not rules[number].rows or rules[number].unread:
            fail(path, line, f"rule {number} has a row behind that with what of it is not checked, which is its last")
        elif parsed is None:
            rules[number] = replace(rules[number], unread=_rule(one, None, standard).wording)
        else:
            rules[number] = replace(rules[number], rows=(*rules[number].rows, parsed))
    patterns = {one.cells["pattern"] for one in table}
    needed = [*_ALWAYS, *FORMATS[standard.submission.format].patterns]
    if standard.no_consent_carries:
        needed.append("no_other_columns")
    if standard.foreign:
        needed.append("other_data_set")
    for pattern in needed:
        if pattern not in patterns:
            fail(pack.place_of("rules.csv"), 0, f"no row has the pattern {pattern}, which the program needs")
    return tuple(rules.values())


def _rule(one: PackRow, parsed: RuleRow | None, standard: Standard, *, first: bool = False) -> Rule:
    """A rule by one row. One that is not checked has its wording and where it stands, and nothing to apply."""
    path, line, row = one.path, one.line, one.cells
    status = cast(RuleStatus, row.get("status", "") or "checked")
    wording = row.get("wording", "")
    if status != "checked" and not wording:
        fail(path, line, "a rule that is proposed or not checked needs its wording")
    if parsed is not None and not all(row[name] for name in ("rule", "title", "help", "reading", "source")):
        fail(path, line, "a rule's first row needs its number, title, help, reading and source")
    if parsed is None:
        if not row["rule"] or (first and not (row["title"] and row["source"])):
            fail(path, line, "a rule that is not checked needs its number, title and source")
        if any(row[name] for name in ("pattern", "parameters", "severity", "store_severity", "message", "silences")):
            fail(path, line, "a rule that is not checked has neither pattern nor message")
        carried = tuple(row["fields"].split())
        try:
            _known(carried, standard)
        except ValueError as error:
            fail(path, line, error)
        return Rule(row["rule"], row["title"], row["help"], row["reading"], row["source"], (), status, wording, carried)
    return Rule(row["rule"], row["title"], row["help"], row["reading"], row["source"], (parsed,), status, wording)


def _row(row: dict[str, str], standard: Standard, line: int) -> RuleRow:
    pattern = row["pattern"]
    known = PARAMETERS.get(pattern) or FILE_PATTERNS.get(pattern)
    if known is None:
        raise ValueError(f"there is no pattern {pattern!r}")
    parameters = _parameters(row["parameters"], pattern, known.required, known.optional)
    if row["severity"] == "list" and pattern != "in_codes":
        raise ValueError("only in_codes has its severity from a list")
    if row["severity"] not in _SEVERITIES or row["store_severity"] not in {*Severity, ""}:
        raise ValueError("the severity must be error, warning, notice or list")
    # Of what is said of a file as such nothing is known of records that are kept: a return would be ready and not load.
    if row["severity"] in _TOO_GRAVE.get(pattern, ()):
        raise ValueError(f"what {pattern} says of a whole file is no {row['severity']} of a return: it cannot be one")
    _judge_message(row["message"])
    beside = [header for name in (*HEADERS_IN, "with") for header in parameters.get(name, "").split()]
    _known(beside, standard)
    if "when" in parameters:
        beside += parse_condition(parameters["when"], standard.by_header, standard.values).headers
    if "section" in parameters:
        if parameters["section"] not in {section.id for section in standard.event_sections}:
            raise ValueError(f"there is no section {parameters['section']!r} of events")
        beside.append(standard.section_by_id[parameters["section"]].date_field)
    parsed = RuleRow(
        rule=row["rule"],
        pattern=pattern,
        fields=tuple(_fields(row["fields"].split(), standard, pattern)),
        parameters=parameters,
        severity=row["severity"],
        store_severity=row["store_severity"],
        message=row["message"],
        silences=tuple(row["silences"].split()),
        line=line,
        beside=tuple(beside),
    )
    if pattern not in JOURNEY_PATTERNS:
        _judge_places(parsed, standard)
    if "setting" in parameters and parameters["setting"] not in {setting.id for setting in standard.settings}:
        raise ValueError(f"there is no setting {parameters['setting']!r} in standard.toml")
    if not parsed.fields and (pattern in FIELD_PATTERNS or pattern in RECORD_PATTERNS or pattern in JOURNEY_PATTERNS):
        raise ValueError("the row names no fields")
    _make_once(parsed, standard)
    return parsed


def _parameters(told: str, pattern: str, required: Collection[str], optional: Collection[str]) -> dict[str, str]:
    """A row's parameters by name; all that the pattern needs, none that it does not take."""
    parameters: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in told.split(";"))):
        name, sign, value = part.partition("=")
        if not sign or (name not in required and name not in optional):
            raise ValueError(f"the pattern {pattern} takes no parameter {name!r}")
        parameters[name] = value
    if missing := set(required) - parameters.keys():
        raise ValueError(f"the pattern {pattern} needs the parameter {min(missing)}")
    return parameters


def _make_once(row: RuleRow, standard: Standard) -> None:
    """Making the check once shows parameters that the pattern itself refuses."""
    if make := (RECORD_PATTERNS | JOURNEY_PATTERNS).get(row.pattern):
        make(row, standard)
    elif row.pattern in FIELD_PATTERNS:
        for header in row.fields:
            FIELD_PATTERNS[row.pattern](row, standard, header)


def _judge_message(message: str) -> None:
    """A message may name the words below and nothing else: no attributes, no indexes."""
    if not message:
        raise ValueError("the message is empty")
    for _, name, form, conversion in Formatter().parse(message):
        if name is not None and (name not in _WORDS or form or conversion):
            raise ValueError(f"the message has {{{name}}}, which is none of {', '.join(_WORDS)}")


def _judge_places(row: RuleRow, standard: Standard) -> None:
    """Records that are compared lie on one path: an episode with its client, or with events of one section."""

    def sections(headers: Sequence[str]) -> set[str]:
        fields = [standard.by_header[header] for header in headers]
        return {field.section for field in fields if field.level == "event"}

    beside = sections(row.beside)
    if len(beside) > 1 or (beside and not sections(row.fields) <= beside):
        raise ValueError("it compares events of two sections")
    looked_at = row.fields if row.pattern == "required_with_event" else (*row.fields, *row.beside)
    if row.pattern in OF_EPISODES and sections(looked_at):
        raise ValueError(f"the pattern {row.pattern} takes no field of an event")
    if row.pattern in ("belongs_to_one", "appears_once", "required_with_event", "one_agency") and len(row.fields) != 1:
        raise ValueError(f"the pattern {row.pattern} takes one field")
    of_client = all(standard.by_header[header].level == "client" for header in row.fields)
    if row.pattern == "same_for_client" and not (of_client and len(row.fields) > 1):
        raise ValueError("the pattern same_for_client takes two or more fields of the client")


def _known(headers: Sequence[str], standard: Standard) -> None:
    for header in headers:
        if header not in standard.by_header:
            raise ValueError(f"there is no field {header!r}")


def _fields(names: Sequence[str], standard: Standard, pattern: str) -> list[str]:
    sets: dict[str, Callable[[Field], bool]] = {
        "@all": lambda item: True,
        "@dates": lambda item: item.is_date,
        "@coded": lambda item: bool(item.codes),
        "@required": lambda item: bool(item.required),
        "@client": lambda item: item.level == "client",
        "@episode": lambda item: item.level == "episode",
    }
    found: list[str] = []
    for name in names:
        if name in sets:
            found += [item.header for item in standard.fields if sets[name](item)]
        elif name.startswith("@"):
            raise ValueError(f"there is no set of fields {name}; there are {', '.join(sets)}")
        else:
            _known([name], standard)
            found.append(name)
    if pattern == "layout":
        # A date's layout is the business of real_date, a shortened field's that of its own pattern.
        found = [name for name in found if not standard.by_header[name].is_date and name not in standard.shortened]
    return list(dict.fromkeys(found))
