"""Reading rules.csv: one row for each pattern a rule uses.

A rule's first row carries its title, help, reading and source; further rows of the same rule leave them empty. `fields`
names headers, or sets of them: @all, @dates, @coded, @required, @client, @episode.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import validators.field_patterns
import validators.record_patterns  # noqa: F401 (registers the patterns)
from validators.loading_tools import fail, read_table
from validators.patterns import FIELD_PATTERNS, FILE_PATTERNS, PARAMETERS, RECORD_PATTERNS
from validators.records import Severity
from validators.standard import Field, Rule, RuleRow, Standard

RULE_COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source",
)  # fmt: skip
_SEVERITIES = {*Severity, "list"}


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
    if row["severity"] not in _SEVERITIES or row["store_severity"] not in {*Severity, ""}:
        raise ValueError("the severity must be error, warning, notice or list")
    if not row["message"]:
        raise ValueError("the message is empty")
    for name in ("other", "owner", "birth", "initials", "beside", "opened", "closed"):
        _known(parameters.get(name, "").split(), standard)
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
    )
    if not parsed.fields and (pattern in FIELD_PATTERNS or pattern in RECORD_PATTERNS):
        raise ValueError("the row names no fields")
    # Making the check once shows parameters that the pattern itself refuses.
    if pattern in RECORD_PATTERNS:
        RECORD_PATTERNS[pattern](parsed, standard)
    elif pattern in FIELD_PATTERNS:
        for header in parsed.fields:
            FIELD_PATTERNS[pattern](parsed, standard, header)
    return parsed


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
