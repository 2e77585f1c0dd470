"""Reading rules.csv: one row for each pattern a rule uses.

A rule's first row carries its title, help, reading and source; further rows of the same rule leave them empty. `fields`
names headers, or sets of them: @all, @dates, @coded, @required, @client, @episode.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from string import Formatter

import validators.code_patterns
import validators.field_patterns
import validators.identity_patterns
import validators.journey_patterns
import validators.record_patterns  # noqa: F401 (registers the patterns)
from validators.conditions import parse_condition
from validators.loading_tools import fail, read_table
from validators.patterns import FIELD_PATTERNS, FILE_PATTERNS, JOURNEY_PATTERNS, PARAMETERS, RECORD_PATTERNS
from validators.records import Severity
from validators.standard import Field, Rule, RuleRow, Standard

RULE_COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source",
)  # fmt: skip
_SEVERITIES = {*Severity, "list"}
# Parameters that list headers.
_HEADERS_IN = ("other", "owner", "birth", "initials", "beside", "opened", "closed", "kind", "from", "to",
               "started", "on")  # fmt: skip
# What a message may name.
_WORDS = (
    "first", "others", "labels", "is", "has", "does", "begin", "end", "look", "problem", "identifiers", "rule", "count",
    "expected", "sections", "lists", "element",
)  # fmt: skip
# Patterns that the program itself speaks with, whatever the standard; those of files where extracts are tables.
_ALWAYS = ("rule_failed", "lists_not_judged")
_TABLES = ("header_missing", "header_unknown", "header_repeated", "header_again", "header_order", "cell_count",
           "one_event_a_row", "same_on_rows", "encoding")  # fmt: skip
_MESSAGES = ("block_unknown", "block_repeated", "block_missing", "element_unknown", "element_repeated",
             "link_changed")  # fmt: skip


def read_rules(path: Path, standard: Standard) -> tuple[Rule, ...]:
    """Read the rules of a standard whose fields are known. Raises PackError with file, line and reason."""
    table = list(read_table(path, RULE_COLUMNS))
    numbers = {row["rule"] for _, row in table}
    rules: dict[str, Rule] = {}
    for line, row in table:
        number = row["rule"]
        try:
            parsed = _row(row, standard, line)
        except ValueError as error:
            fail(path, line, error)
        for silenced in parsed.silences:
            if silenced not in numbers:
                fail(path, line, f"it silences rule {silenced!r}, which does not exist")
        if number not in rules:
            if not all(row[name] for name in ("rule", "title", "help", "reading", "source")):
                fail(path, line, "a rule's first row needs its number, title, help, reading and source")
            rules[number] = Rule(number, row["title"], row["help"], row["reading"], row["source"], (parsed,))
        elif next(reversed(rules)) != number:
            fail(path, line, f"the rows of rule {number} do not stand together")
        else:
            first = rules[number]
            rules[number] = Rule(first.id, first.title, first.help, first.reading, first.source, (*first.rows, parsed))
    patterns = {row["pattern"] for _, row in table}
    needed = [*_ALWAYS, *(_TABLES if standard.submission.format == "csv" else _MESSAGES)]
    if standard.no_consent_carries:
        needed.append("no_other_columns")
    for pattern in needed:
        if pattern not in patterns:
            fail(path, 0, f"no row has the pattern {pattern}, which the program needs")
    return tuple(rules.values())


def _row(row: dict[str, str], standard: Standard, line: int) -> RuleRow:
    pattern = row["pattern"]
    known = PARAMETERS.get(pattern) or FILE_PATTERNS.get(pattern)
    if known is None:
        raise ValueError(f"there is no pattern {pattern!r}")
    parameters: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in row["parameters"].split(";"))):
        name, sign, value = part.partition("=")
        if not sign or name not in known.required | known.optional:
            raise ValueError(f"the pattern {pattern} takes no parameter {name!r}")
        parameters[name] = value
    if missing := known.required - parameters.keys():
        raise ValueError(f"the pattern {pattern} needs the parameter {min(missing)}")
    if row["severity"] == "list" and pattern != "in_codes":
        raise ValueError("only in_codes has its severity from a list")
    if row["severity"] not in _SEVERITIES or row["store_severity"] not in {*Severity, ""}:
        raise ValueError("the severity must be error, warning, notice or list")
    _judge_message(row["message"])
    beside = [header for name in _HEADERS_IN for header in parameters.get(name, "").split()]
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
    # Making the check once shows parameters that the pattern itself refuses.
    if pattern in RECORD_PATTERNS:
        RECORD_PATTERNS[pattern](parsed, standard)
    elif pattern in JOURNEY_PATTERNS:
        JOURNEY_PATTERNS[pattern](parsed, standard)
    elif pattern in FIELD_PATTERNS:
        for header in parsed.fields:
            FIELD_PATTERNS[pattern](parsed, standard, header)
    return parsed


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
    if row.pattern in ("belongs_to_one", "appears_once", "required_with_event") and len(row.fields) != 1:
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
