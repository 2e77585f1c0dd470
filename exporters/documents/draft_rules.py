"""The rules of a draft: taken from the base, proposed from their words, or kept as they are, not checked."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from exporters.documents.base import alike, fingerprint
from exporters.documents.document import one_line
from exporters.documents.draft import Cells, DraftEdition, Line, cite
from exporters.documents.named_fields import NamedFields
from exporters.documents.rules import ReadRule
from exporters.documents.wording import RuleCheck, Understood, understand
from validators.rules.registry import PARAMETERS
from validators.standard.model import Rule
from validators.standard.rule_reading import OF_EPISODES

COLUMNS = (
    "rule", "title", "pattern", "fields", "parameters", "severity", "store_severity", "message", "silences", "help",
    "reading", "source", "status", "wording", "data_sets",
)  # fmt: skip
_HEADERS_IN = ("other", "owner", "birth", "initials", "beside", "opened", "closed", "within", "on")


def names_of(draft: DraftEdition) -> NamedFields:
    """The fields as the sentences of rules name them."""
    levels = {title: str(section["level"]) for title, section in draft.sections.items()}
    headers = {item.header for item in draft.gathered.fields}

    def role(name: str) -> str:
        header = draft.base.standard.roles.get(name, "")
        return header if header in headers else ""

    return NamedFields(tuple(draft.gathered.fields), levels, role("consent"), role("birth_date"), role("client_id"))


def understand_all(draft: DraftEdition) -> dict[str, Understood]:
    """What is made of each rule that stands once, by its number."""
    names = names_of(draft)
    times = Counter(rule.number for rule in draft.gathered.rules)
    return {
        rule.number: understand(rule, draft.gathered.carriers(rule.number), names)
        for rule in draft.gathered.rules
        if times[rule.number] == 1
    }


def add_rules(draft: DraftEdition) -> None:
    """All rules, the program's own first; and the lines that say where each stands."""
    own = draft.gathered.rules
    adopted = {
        rule.number: found
        for rule in own
        if rule.number in draft.understood
        and (found := draft.base.same_rule(rule.number, rule.wording))
        and _fits(draft, found)
    }
    _require(draft, adopted)
    told = {rule.number for rule in own}
    program = draft.base.program_rules(all_own=_same_edition(draft))
    numbers = told | program.keys()
    for rows in program.values():
        _take_over(draft, rows, numbers)
    times = Counter(rule.number for rule in own)
    done: set[str] = set()
    for rule in own:
        if times[rule.number] > 1:
            _twice(draft, rule, again=rule.number in done)
        elif rule.number in adopted:
            _adopt(draft, rule, adopted[rule.number], numbers)
        else:
            _propose(draft, rule, draft.understood[rule.number])
        done.add(rule.number)
    _undefined(draft, told)
    if draft.base.compared:
        for before in draft.base.standard.rules:
            if before.id[:1].isdigit() and before.id not in told:
                draft.note(Line("rule", before.id, "gone", "base", printed=before.title))


def _same_edition(draft: DraftEdition) -> bool:
    own, base = set(draft.headers), set(draft.base.standard.headers)
    return len(own & base) >= 0.95 * len(own | base)


def _fits(draft: DraftEdition, rule: Rule) -> bool:
    """Whether a rule of the base can be taken as it stands: its fields are there, and no others carry it now."""
    headers = set(draft.headers)
    rows = draft.base.rule_rows[rule.id]
    by_set = any(row["fields"].startswith("@") for row in rows)
    explicit = {header for row in rows for header in row["fields"].split() if header[:1] != "@"}
    beside = {header for row in rule.rows for header in row.beside}
    if not explicit | beside <= headers or not all(_section_is_there(draft, row) for row in rows):
        return False
    return by_set or set(draft.gathered.carriers(rule.id)) <= rule.reads


def _section_is_there(draft: DraftEdition, row: Cells) -> bool:
    sections = {section["id"] for section in draft.sections.values()}
    named = [part.partition("=")[2] for part in row["parameters"].split("; ") if part.startswith("section=")]
    return set(named) <= sections


def _require(draft: DraftEdition, adopted: Mapping[str, Rule]) -> None:
    """Which fields are needed where consent is given: what the base says, else those that carry the rule.

    A field that another rule judges only where it is filled is not asked for, and that is asked about.
    """
    optional = {
        header
        for found in draft.understood.values()
        for check in found.checks
        if check.pattern == "distinct_from"
        for header in check.fields
    }
    for number, found in draft.understood.items():
        if not any(check.fields[:1] == ("@required",) for check in found.checks):
            continue
        carriers = draft.gathered.carriers(number)
        for row in draft.fields:
            before = draft.base.standard.by_header.get(row["header"])
            if number in adopted and before is not None:
                row["required"] = before.required
            elif row["header"] in carriers and row["header"] in optional:
                line = next(line for line in draft.lines if line.kind == "field" and line.key == row["header"])
                asked = f"Rule {number} asks for it, another rule only where it is filled: which holds?"
                line.question = f"{line.question} {asked}".strip()
            elif row["header"] in carriers:
                row["required"] = "consent"


def _cells(**values: str) -> Cells:
    return {**dict.fromkeys(COLUMNS, ""), **values}


def _take_over(draft: DraftEdition, rows: Sequence[Cells], numbers: Collection[str], **first: str) -> bool:
    """Rows of the base, those of which all fields are there, the first with other cells; whether there are any."""
    headers = set(draft.headers)
    known = {name for item in draft.gathered.fields for name in item.sets}
    of_events = {item.header for item in draft.gathered.fields if draft.sections[item.section]["level"] == "event"}
    about = {name: rows[0][name] for name in ("title", "help", "reading", "source")} | first
    taken = 0
    for row in rows:
        fields = row["fields"].split()
        there = headers - of_events if row["pattern"] in OF_EPISODES else headers
        if fields and fields[0][:1] != "@":
            fields = [header for header in fields if header in there]
            if len(fields) < (2 if row["pattern"] in ("both_or_neither", "same_for_client") else 1):
                continue
        empty = {"@required": "required", "@coded": "codes"}.get(" ".join(fields), "")
        if empty and not any(one[empty] for one in draft.fields):
            continue
        if not _headers_in(row["parameters"], draft) <= there or not _section_is_there(draft, row):
            continue
        if not set(row.get("data_sets", "").replace("(", " ").replace(")", " ").split()) <= known:
            continue
        cells = {name: row.get(name, "") for name in COLUMNS} | {"fields": " ".join(fields)}
        cells |= dict.fromkeys(about, "") if taken else about
        if taken:
            cells["wording"] = ""
        cells["silences"] = " ".join(one for one in row["silences"].split() if one in numbers)
        draft.rules.append(cells)
        taken += 1
    return taken > 0


def _headers_in(parameters: str, draft: DraftEdition) -> set[str]:
    """The headers of the base that parameters name."""
    return set(re.findall(r"[A-Z][A-Z0-9_]+", parameters)) & draft.base.standard.by_header.keys()


def _adopt(draft: DraftEdition, rule: ReadRule, found: Rule, numbers: Collection[str]) -> None:
    """A rule that the base has in the same words, or nearly: the base's rows, as sure as they are there."""
    source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
    if not _take_over(draft, draft.base.rule_rows[found.id], numbers, source=source, wording=rule.wording):
        _propose(draft, rule, draft.understood[rule.number])
        return
    if found.unread:
        _not_checked(draft, rule, rule.number, found.unread, "")
    standing = "proposed" if found.status == "proposed" else "read"
    asked = "It is only proposed in the base: is this what the rule asks?" if standing == "proposed" else ""
    _note(draft, rule, "same", standing, " ".join(filter(None, [*rule.questions, asked])))


def _note(draft: DraftEdition, rule: ReadRule, mark: str, standing: str, question: str) -> None:
    draft.note(
        Line("rule", rule.number, draft.mark(mark), standing, rule.document, "", rule.page, rule.wording, question)
    )


def _mark(draft: DraftEdition, rule: ReadRule, rows: Sequence[Cells]) -> str:
    """new, same or changed: by the base's rule of the same number, whose words or whose rows are the same or not."""
    before = draft.base.standard.rule_by_id.get(rule.number)
    if before is None:
        return "new"
    told = draft.base.wordings.get(rule.number)
    if told:
        return "same" if alike(told, fingerprint(rule.wording)) else "changed"
    asked = {(row.pattern, " ".join(row.fields), _told(row.parameters), row.severity) for row in before.rows}
    own = {(row["pattern"], row["fields"], row["parameters"], row["severity"]) for row in rows}
    return "same" if asked == own else "changed"


def _told(parameters: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in parameters.items())


def _propose(draft: DraftEdition, rule: ReadRule, found: Understood) -> None:
    """A rule in other words: its rows as proposed, and what of it was not understood beside them."""
    if found.nothing:
        _note(draft, rule, "", "nothing", " ".join(rule.questions))
        return
    source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
    rows = _rows(draft, rule, found.checks, source)
    if not rows:
        _not_checked(draft, rule, rule.number, rule.wording, source)
        question = "The rule was not understood: map it to a pattern, or leave it as not checked."
        if found.checks or not draft.gathered.carriers(rule.number):
            question = "No field of the edition carries the rule, so that it is not checked."
        _note(draft, rule, _mark(draft, rule, []), "not checked", " ".join([*rule.questions, question]))
        return
    draft.rules += rows
    question = f"{_title(rows[0]['pattern'])}: is this what the rule asks?"
    if found.unread:
        rest = " ".join(found.unread)
        _not_checked(draft, rule, rule.number, rest, "")
        question = f"Read in part; not understood and not checked: {rest}"
    _note(draft, rule, _mark(draft, rule, rows), "proposed", " ".join([*rule.questions, question]))


def _not_checked(draft: DraftEdition, rule: ReadRule, number: str, wording: str, source: str) -> None:
    """A row for what is kept and not checked; `source` is empty where it is but a part of the rule before it."""
    headers = set(draft.headers)
    carriers = [item for item in draft.gathered.carriers(rule.number) if item in headers]
    title = f"Rule {number}" if source else ""
    draft.rules.append(
        _cells(
            rule=number, title=title, fields=" ".join(carriers), source=source, status="not_checked", wording=wording
        )
    )


def _rows(draft: DraftEdition, rule: ReadRule, checks: Sequence[RuleCheck], source: str) -> list[Cells]:
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


def _grown(draft: DraftEdition, checks: Sequence[RuleCheck]) -> list[RuleCheck]:
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
                found.append(RuleCheck("digits_between", headers, told))
        retired = {item.id for item in draft.gathered.lists if any(code.valid_to for code in item.codes)}
        opened = draft.base.standard.roles.get("opened", "")
        headers = tuple(row["header"] for row in draft.fields if row["codes"] in retired)
        own = any(row["pattern"] == "code_not_retired" for row in draft.rules)
        if retired and headers and opened in draft.headers and "code_not_retired" in PARAMETERS and not own:
            found.append(RuleCheck("code_not_retired", headers, {"on": opened}))
    return found


def _fields(draft: DraftEdition, check: RuleCheck) -> str:
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


def _twice(draft: DraftEdition, rule: ReadRule, *, again: bool) -> None:
    """A number that stands twice with different words: neither is chosen."""
    every = [one for one in draft.gathered.rules if one.number == rule.number]
    whole = ReadRule(rule.number, [" / ".join(one.wording for one in every)], rule.document, rule.page)
    if not again:
        source = f"{cite(rule.document, rule.page)}, rule {rule.number}"
        _not_checked(draft, whole, rule.number, whole.wording, source)
    question = f"Rule {rule.number} stands {len(every)} times with different words: neither is taken, choose one."
    _note(draft, rule, _mark(draft, whole, []), "not checked", question)


def _undefined(draft: DraftEdition, told: set[str]) -> None:
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
    "appears_once": "The same {first} appears before{where}",
    "belongs_to_one": "The same {first} is used for another client{where}",
    "postcode_part": "{first} is not a part postcode such as NW7 3",
    "code_not_retired": "{first} is a code that was not in use on the day of {others}",
}


def _title(pattern: str) -> str:
    """A short title for a rule of this pattern."""
    return _TITLES.get(pattern, "As the document says")


def _message(check: RuleCheck) -> str:
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
