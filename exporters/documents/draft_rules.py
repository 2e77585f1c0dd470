"""The rules of a draft: taken from the base, proposed from their words, or kept as they are, not checked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from exporters.documents.document import one_line
from exporters.documents.draft import Cells, Draft, Line, cite
from exporters.documents.named_fields import NamedFields
from exporters.documents.rules import ReadRule
from exporters.documents.wording import Check, Understood, understand
from validators.rules.registry import PARAMETERS
from validators.standard.model import Rule, RuleRow

COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source", "status", "wording", "data_sets",
)  # fmt: skip
_HEADERS_IN = ("other", "owner", "birth", "initials", "beside", "opened", "closed", "within", "on")


def names_of(draft: Draft) -> NamedFields:
    """The fields as the sentences of rules name them."""
    levels = {title: str(section["level"]) for title, section in draft.sections.items()}
    headers = {item.header for item in draft.gathered.fields}

    def role(name: str) -> str:
        header = draft.base.standard.roles.get(name, "")
        return header if header in headers else ""

    return NamedFields(tuple(draft.gathered.fields), levels, role("consent"), role("birth_date"), role("client_id"))


def understand_all(draft: Draft) -> dict[str, Understood]:
    """What is made of each rule that stands once, by its number."""
    names = names_of(draft)
    times = Counter(rule.number for rule in draft.gathered.rules)
    return {
        rule.number: understand(rule, draft.gathered.carriers(rule.number), names)
        for rule in draft.gathered.rules
        if times[rule.number] == 1
    }


def add_rules(draft: Draft) -> None:
    """All rules, the program's own first; and the lines that say where each stands."""
    own = draft.gathered.rules
    made = draft.understood
    adopted = {
        rule.number: found
        for rule in own
        if rule.number in made and (found := draft.base.same_rule(rule.number, rule.wording)) and _fits(draft, found)
    }
    _require(draft, made, adopted)
    alike = _same_edition(draft)
    told = {rule.number for rule in own}
    numbers = told | {rule.id for rule in draft.base.program_rules(all_own=alike)}
    for program in draft.base.program_rules(all_own=alike):
        _take_over(draft, program, numbers, "", program.source)
    times = Counter(rule.number for rule in own)
    done: set[str] = set()
    for rule in own:
        if times[rule.number] > 1:
            _twice(draft, rule, again=rule.number in done)
        elif rule.number in adopted:
            _adopt(draft, rule, adopted[rule.number], numbers)
        else:
            _propose(draft, rule, made[rule.number])
        done.add(rule.number)
    _undefined(draft, told)
    if draft.base.compared:
        for before in draft.base.standard.rules:
            if before.id[:1].isdigit() and before.id not in told:
                draft.note(Line("rule", before.id, "gone", "base", printed=before.title))


def _same_edition(draft: Draft) -> bool:
    own, base = set(draft.headers), set(draft.base.standard.headers)
    return len(own & base) >= 0.95 * len(own | base)


def _fits(draft: Draft, rule: Rule) -> bool:
    """Whether all that a rule of the base names is there."""
    headers = set(draft.headers)
    sections = {section["id"] for section in draft.sections.values()}
    for row in rule.rows:
        if not set(_named(row)) <= headers or row.parameters.get("section", next(iter(sections))) not in sections:
            return False
        if draft.base.fields_cell(row)[:1] != "@" and not set(row.fields) <= headers:
            return False
    return True


def _named(row: RuleRow) -> list[str]:
    """The headers that a row compares with."""
    return list(row.beside)


def _require(draft: Draft, made: Mapping[str, Understood], adopted: Mapping[str, Rule]) -> None:
    """Which fields are needed where consent is given: what the base says, else those that carry the rule.

    A field that another rule judges only where it is filled is not asked for, and that is asked about.
    """
    optional = {
        header
        for found in made.values()
        for check in found.checks
        if check.pattern == "distinct_from"
        for header in check.fields
    }
    for rule in draft.gathered.rules:
        checks = made[rule.number].checks if rule.number in made else []
        if not any(check.fields[:1] == ("@required",) for check in checks):
            continue
        for row in draft.fields:
            before = draft.base.standard.by_header.get(row["header"])
            if rule.number in adopted and before is not None:
                row["required"] = before.required
                continue
            if row["header"] not in draft.gathered.carriers(rule.number):
                continue
            if row["header"] in optional:
                line = next(line for line in draft.lines if line.kind == "field" and line.key == row["header"])
                line.question = (
                    f"{line.question} Rule {rule.number} asks for it, another rule only where it is filled.".strip()
                )
            else:
                row["required"] = "consent"


def _cells(**values: str) -> Cells:
    return {**dict.fromkeys(COLUMNS, ""), **values}


def _take_over(draft: Draft, rule: Rule, numbers: Iterable[str], wording: str, source: str) -> bool:
    """The rows of a rule of the base, those whose fields are there; returns whether there are any."""
    headers = set(draft.headers)
    first = True
    for row in rule.rows:
        fields = draft.base.fields_cell(row)
        if fields[:1] != "@":
            fields = " ".join(header for header in row.fields if header in headers)
            if row.fields and len(fields.split()) < (2 if row.pattern in ("both_or_neither", "same_for_client") else 1):
                continue
        if fields == "@required" and not any(one["required"] for one in draft.fields):
            continue
        if fields == "@coded" and not any(one["codes"] for one in draft.fields):
            continue
        if not set(row.beside) <= headers:
            continue
        section = row.parameters.get("section")
        if section and section not in {one["id"] for one in draft.sections.values()}:
            continue
        draft.rules.append(
            _cells(
                rule=rule.id,
                title=rule.title if first else "",
                pattern=row.pattern,
                fields=fields,
                parameters="; ".join(f"{name}={value}" for name, value in row.parameters.items()),
                severity=row.severity,
                store_severity=row.store_severity,
                message=row.message,
                silences=" ".join(item for item in row.silences if item in set(numbers)),
                help=rule.help if first else "",
                reading=rule.reading if first else "",
                source=source if first else "",
                wording=wording if first else "",
                data_sets=" ".join(getattr(row, "data_sets", ())),
            )
        )
        first = False
    return not first


def _adopt(draft: Draft, rule: ReadRule, found: Rule, numbers: Iterable[str]) -> None:
    """A rule that the base has in the same words, or nearly: the base's rows."""
    source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
    if not _take_over(draft, found, numbers, rule.wording, source):
        _propose(draft, rule, draft.understood[rule.number])
        return
    _note(draft, rule, "same", "read", " ".join(rule.questions))


def _note(draft: Draft, rule: ReadRule, mark: str, standing: str, question: str) -> None:
    draft.note(
        Line("rule", rule.number, draft.mark(mark), standing, rule.document, "", rule.page, rule.wording, question)
    )


def _mark(draft: Draft, number: str, rows: Sequence[Cells]) -> str:
    """new, same or changed: by the base's rule of the same number, whose rows ask for the same or do not."""
    before = draft.base.standard.rule_by_id.get(number)
    if before is None:
        return "new"
    asked = {(row.pattern, " ".join(row.fields), _told(row.parameters), row.severity) for row in before.rows}
    own = {(row["pattern"], row["fields"], row["parameters"], row["severity"]) for row in rows}
    return "same" if asked == own else "changed"


def _told(parameters: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in parameters.items())


def _propose(draft: Draft, rule: ReadRule, found: Understood) -> None:
    """A rule in other words: its rows as proposed, and what of it was not understood beside them."""
    if found.nothing:
        _note(draft, rule, "", "nothing", " ".join(rule.questions))
        return
    source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
    rows = _rows(draft, rule, found.checks, source)
    if not rows:
        _not_checked(draft, rule, rule.number, rule.wording, source)
        question = "The rule was not understood: map it to a pattern, or leave it as not checked."
        _note(draft, rule, _mark(draft, rule.number, []), "not checked", " ".join([*rule.questions, question]))
        return
    draft.rules += rows
    question = f"{_title(rows[0]['pattern'])}: is this what the rule asks?"
    if found.unread:
        rest = " ".join(found.unread)
        _not_checked(draft, rule, f"{rule.number}-rest", rest, source)
        question = f"Read in part; not understood and not checked: {rest}"
    _note(draft, rule, _mark(draft, rule.number, rows), "proposed", " ".join([*rule.questions, question]))


def _not_checked(draft: Draft, rule: ReadRule, number: str, wording: str, source: str) -> None:
    headers = set(draft.headers)
    carriers = [item for item in draft.gathered.carriers(rule.number) if item in headers]
    title = f"Rule {rule.number}" if number == rule.number else f"The rest of rule {rule.number}"
    draft.rules.append(
        _cells(
            rule=number, title=title, fields=" ".join(carriers), source=source, status="not_checked", wording=wording
        )
    )


def _rows(draft: Draft, rule: ReadRule, checks: Sequence[Check], source: str) -> list[Cells]:
    rows: list[Cells] = []
    for check in _grown(draft, checks):
        fields = _fields(draft, check)
        if not fields:
            continue
        first = not rows
        rows.append(
            _cells(
                rule=rule.number,
                title=_title(check.pattern) if first else "",
                pattern=check.pattern,
                fields=fields,
                parameters=_told(check.parameters),
                severity="list" if check.pattern == "in_codes" else check.severity,
                message=_message(check),
                help="As the document says." if first else "",
                reading="Read from the words of the document by Keywork." if first else "",
                source=source if first else "",
                status="proposed",
                wording=rule.wording if first else "",
                data_sets=" ".join(check.sets),
            )
        )
    return rows


def _grown(draft: Draft, checks: Sequence[Check]) -> list[Check]:
    """The checks, with those that lists ask for: ranges that stand for a list, codes past their last day."""
    found = list(checks)
    for check in checks:
        if check.pattern != "in_codes":
            continue
        for item in draft.gathered.lists:
            headers = tuple(header for header in item.headers if header in check.fields)
            if item.spans and headers:
                least, most, _ = item.spans[0]
                told = {"least": str(least), "most": str(most)}
                if item.codes:
                    told["also"] = "|".join(code.code for code in item.codes)
                found.append(Check("digits_between", headers, told))
        retired = {item.id for item in draft.gathered.lists if any(code.valid_to for code in item.codes)}
        opened = draft.base.standard.roles.get("opened", "")
        headers = tuple(row["header"] for row in draft.fields if row["codes"] in retired)
        own = any(row["pattern"] == "code_not_retired" for row in draft.rules)
        if retired and headers and opened in draft.headers and "code_not_retired" in PARAMETERS and not own:
            found.append(Check("code_not_retired", headers, {"on": opened}))
    return found


def _fields(draft: Draft, check: Check) -> str:
    """The fields of a check as rules.csv names them, those of a list check only where they have a list."""
    if check.fields[:1] == ("@required",):
        return "@required" if any(row["required"] for row in draft.fields) else ""
    headers = [row["header"] for row in draft.fields]
    if check.pattern == "in_codes":
        coded = {row["header"] for row in draft.fields if row["codes"]}
        fields = [header for header in check.fields if header in coded]
        return "@coded" if set(fields) == coded else " ".join(fields)
    if check.pattern == "trimmed" and set(check.fields) == set(headers):
        return "@all"
    return " ".join(header for header in check.fields if header in headers)


def _twice(draft: Draft, rule: ReadRule, *, again: bool) -> None:
    """A number that stands twice with different words: neither is chosen."""
    every = [one for one in draft.gathered.rules if one.number == rule.number]
    source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
    if not again:
        _not_checked(draft, rule, rule.number, " / ".join(one.wording for one in every), source)
    question = f"Rule {rule.number} stands {len(every)} times with different words: neither is taken, choose one."
    _note(draft, rule, _mark(draft, rule.number, []), "not checked", question)


def _undefined(draft: Draft, told: set[str]) -> None:
    """Numbers that fields carry and no document defines."""
    carried: dict[str, list[str]] = {}
    for item in draft.gathered.fields:
        for number in item.rules:
            if number not in told:
                carried.setdefault(number, []).append(item.header)
    for number, headers in carried.items():
        item = next(one for one in draft.gathered.fields if one.header == headers[0])
        question = f"{', '.join(headers[:5])} names rule {number}, and no document read defines it."
        draft.note(Line("rule", number, "", "missing", item.document, "", item.page, one_line(item.printed), question))


# What a rule that was read is called, and says when it fails: our own words, by its pattern.

_TITLES = {
    "trimmed": "Blanks at the ends",
    "required": "Has to be filled",
    "real_date": "Real date",
    "in_codes": "Value from the code list",
    "not_after_today": "Not in the future",
    "not_before": "Order of dates",
    "not_after": "Order of dates",
    "before": "Order of dates",
    "not_before_day": "Plausible date",
    "before_period_end": "Before the end of the period",
    "both_or_neither": "Filled together",
    "distinct_from": "Different values",
    "number_between": "Number within its range",
    "digits_between": "Number within its range",
    "one_of": "One of a few values",
    "empty_when": "Empty in some cases",
    "appears_once": "Identifiers",
    "belongs_to_one": "Identifiers",
    "postcode_part": "Part of the postcode",
    "code_not_retired": "Code still in use",
}
_MESSAGES = {
    "trimmed": "{labels} {begin} or {end} with a space",
    "required": "{labels} {is} missing",
    "real_date": "{labels} {is} not a real date",
    "in_codes": "{labels} {has} a value that is not in the code list{meant}",
    "not_after_today": "{labels} {is} in the future",
    "not_before": "{first} is before {others}",
    "not_after": "{first} is after {others}",
    "before": "{first} is not before {others}",
    "before_period_end": "{first} is not before the end of the reporting period",
    "both_or_neither": "{first} is missing where {others} is given",
    "distinct_from": "{first} {problem}",
    "empty_when": "{first} is filled although {others} {rules} it out",
    "appears_once": "The same {first} appears before{where}",
    "belongs_to_one": "The same {first} is used for another client{where}",
    "postcode_part": "{first} is not a part postcode such as NW7 3",
    "code_not_retired": "{labels} {has} a code that was not in use on the day of {others}",
}


def _title(pattern: str) -> str:
    """A short title for a rule of this pattern."""
    return _TITLES.get(pattern, "As the document says")


def _message(check: Check) -> str:
    """The message of a row of rules.csv."""
    told = check.parameters
    if check.pattern in ("number_between", "digits_between"):
        also = f" and not {told['also'].replace('|', ', ')}" if "also" in told else ""
        return f"{{labels}} {{is}} not from {told['least']} to {told['most']}{also}"
    if check.pattern == "one_of":
        values = told["values"].split("|")
        return f"{{labels}} {{is}} not {', '.join(values[:-1])} or {values[-1]}"
    if check.pattern == "not_before_day":
        return f"{{labels}} {{is}} before {told['day']}"
    if check.pattern == "required" and told.get("when") and told.get("beside"):
        return "{first} is missing although {others} asks for it"
    if check.pattern == "empty_when":
        return "{first} is filled although {others} rules it out"
    return _MESSAGES[check.pattern]
