"""What differs between two editions: fields, code lists, rules and the rest, by what they are, not where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from validators.standard.model import CodeList, Field, Rule, Standard

Renamed = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EditionDifference:
    """What a later edition has otherwise than one before.

    `changed_fields` tell of a header what changed, `changed_lists` of a list its codes that are new, gone or have
    another text, `changed_rules` of a rule in what. `renamed` are pairs of the header before and now. `otherwise` says
    what else differs: how a return is written, and whatever of it is neither field, list nor rule.
    """

    before: str
    after: str
    new_fields: tuple[str, ...] = ()
    gone_fields: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    changed_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new_lists: tuple[str, ...] = ()
    gone_lists: tuple[str, ...] = ()
    changed_lists: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    new_rules: tuple[str, ...] = ()
    gone_rules: tuple[str, ...] = ()
    changed_rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two say the same."""
        fields = self.new_fields or self.gone_fields or self.renamed or self.changed_fields
        lists = self.new_lists or self.gone_lists or self.changed_lists
        return not (fields or lists or self.new_rules or self.gone_rules or self.changed_rules or self.otherwise)

    def as_mapping(self) -> dict[str, object]:
        """As the compare command's JSON tells it."""
        return {
            "before": self.before,
            "after": self.after,
            "fields": {
                "new": list(self.new_fields),
                "gone": list(self.gone_fields),
                "renamed": [{"before": before, "after": after} for before, after in self.renamed],
                "changed": {header: list(what) for header, what in self.changed_fields.items()},
            },
            "lists": {
                "new": list(self.new_lists),
                "gone": list(self.gone_lists),
                "changed": {
                    name: {what: list(codes) for what, codes in its.items()} for name, its in self.changed_lists.items()
                },
            },
            "rules": {
                "new": list(self.new_rules),
                "gone": list(self.gone_rules),
                "changed": {rule: list(what) for rule, what in self.changed_rules.items()},
            },
            "otherwise": list(self.otherwise),
        }


def compare(before: Standard, after: Standard) -> EditionDifference:
    """What `after` has otherwise than `before`."""
    renamed = renamed_fields(before, after)
    meant = dict(renamed)
    old, new = before.by_header, after.by_header
    changed_fields = {
        meant.get(header, header): differing
        for header, one in old.items()
        if meant.get(header, header) in new and (differing := _of_field(one, new[meant.get(header, header)]))
    }
    changed_lists = {
        name: in_list
        for name, codes in before.code_lists.items()
        if name in after.code_lists and (in_list := _of_list(codes, after.code_lists[name]))
    }
    changed_rules = {
        rule.id: in_rule
        for rule in before.rules
        if rule.id in after.rule_by_id and (in_rule := _of_rule(rule, after.rule_by_id[rule.id], meant))
    }
    return EditionDifference(
        before.id,
        after.id,
        tuple(header for header in new if header not in old and header not in meant.values()),
        tuple(header for header in old if header not in new and header not in meant),
        tuple(renamed),
        changed_fields,
        tuple(name for name in after.code_lists if name not in before.code_lists),
        tuple(name for name in before.code_lists if name not in after.code_lists),
        changed_lists,
        tuple(rule.id for rule in after.rules if rule.id not in before.rule_by_id),
        tuple(rule.id for rule in before.rules if rule.id not in after.rule_by_id),
        changed_rules,
        _otherwise(before, after, meant),
    )


_APART = {
    "date_layout": "how dates are written",
    "sections": "the sections",
    "roles": "which field plays which part",
    "values": "the sets of codes that it names",
    "no_consent_carries": "what a record without consent carries",
    "shortened": "what leaves shorter than it is kept",
    "extracted_when": "what {an episode} needs to be sent",
    "checklist": "the checklist",
    "numbered": "the numbers that are given",
    "second_keying": "what a second person keys again",
    "enquiries": "who is asked about it",
    "settings": "what agencies say of themselves",
    "measures": "the measures",
    "xml": "the shape of a message",
    "printed": "the headings that are printed otherwise",
    "guarded": "the fields with a consent of their own",
    "kept_back": "what never leaves",
    "journeys": "which {episodes} belong together",
}
"""What is neither field, list nor rule, in words."""


def _otherwise(before: Standard, after: Standard, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """What else differs; a field that only has another header makes nothing another."""

    def now(value: object) -> object:
        if isinstance(value, str):
            return renamed.get(value, value)
        if isinstance(value, Mapping):
            return {now(name): now(its) for name, its in value.items()}
        if isinstance(value, frozenset):
            return frozenset(map(now, value))
        return tuple(map(now, value)) if type(value) is tuple else value

    old, new = before.submission, after.submission
    of_return = [
        f"{one.name} {was if was != () else '(none)'} → {its if its != () else '(none)'}"
        for one in fields(old)
        if one.name not in ("note", "status") and (was := getattr(old, one.name)) != (its := getattr(new, one.name))
    ]
    apart = [
        after.say(told) if "{" in told else told
        for name, told in _APART.items()
        if now(getattr(before, name)) != getattr(after, name)
    ]
    return (*of_return, *apart)


def renamed_fields(before: Standard, after: Standard) -> list[Renamed]:
    """Fields that only have another header: said so by the later edition, or described by the very same words.

    One that both have is no other's new name: what stands under it would be written over.
    """
    old, new = before.by_header, after.by_header
    gone = {header: one for header, one in old.items() if header not in new}
    found = {one.was: header for header, one in new.items() if one.was in gone and header not in old}
    told: dict[tuple[str, str], list[str]] = {}
    for header, one in gone.items():
        if header not in found:
            told.setdefault((one.section, _plain(one.description)), []).append(header)
    for header, one in new.items():
        if header in old or header in found.values():
            continue
        if len(same := told.get((one.section, _plain(one.description)), [])) == 1:
            found[same.pop()] = header
    return [(header, found[header]) for header in old if header in found]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".?")


def _of_field(old: Field, new: Field) -> tuple[str, ...]:
    """In what a field differs."""
    pairs = (
        ("layout", *(one.layout.text.replace("max", "") for one in (old, new))),
        ("section", old.section, new.section),
        ("list", old.codes, new.codes),
        ("required", old.required, new.required),
        ("data sets", " ".join(old.data_sets), " ".join(new.data_sets)),
    )
    return tuple(f"{name} {was or '(none)'} → {now or '(none)'}" for name, was, now in pairs if was != now)


def _of_list(old: CodeList, new: CodeList) -> dict[str, tuple[str, ...]]:
    """In what a list differs: its codes that are new, gone, or have another text or time, and how sure it is."""
    texts = [code for code, label in old.codes.items() if code in new.codes and new.codes[code] != label]
    days = [
        code
        for code in old.codes
        if code in new.codes and old.facts.get(code) != new.facts.get(code) and _days(old, code) != _days(new, code)
    ]
    status = f"{old.status} → {new.status}" if old.status != new.status else ""
    # Whoever vouches for a list now says so by its status.
    whole = f"{_whole(old)} → {_whole(new)}" if not status and old.complete != new.complete else ""
    found = {
        "new": tuple(code for code in new.codes if code not in old.codes),
        "gone": tuple(code for code in old.codes if code not in new.codes),
        "text": tuple(texts),
        "days": tuple(days),
        "status": tuple(filter(None, (status, whole))),
    }
    return {name: codes for name, codes in found.items() if codes}


def _whole(codes: CodeList) -> str:
    return "complete" if codes.complete else "incomplete"


def _days(codes: CodeList, code: str) -> tuple[str, str]:
    facts = codes.facts.get(code)
    return (facts.valid_from, facts.valid_to) if facts else ("", "")


def _of_rule(old: Rule, new: Rule, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """In what a rule differs."""

    def applied(rule: Rule) -> list[tuple[object, ...]]:
        return [
            (
                row.pattern,
                tuple(renamed.get(header, header) for header in row.fields),
                tuple(sorted((name, _now(value, renamed)) for name, value in row.parameters.items())),
            )
            for row in rule.rows
        ]

    severities = [[(row.severity, row.store_severity) for row in rule.rows] for rule in (old, new)]
    found = []
    if applied(old) != applied(new):
        found.append("what it asks")
    if severities[0] != severities[1]:
        found.append("severity")
    if old.status != new.status:
        found.append(f"{old.status.replace('_', ' ')} → {new.status.replace('_', ' ')}")
    if old.wording and new.wording and _plain(old.wording) != _plain(new.wording):
        found.append("wording")
    return tuple(found)


def _now(value: str, renamed: Mapping[str, str]) -> str:
    return " ".join(renamed.get(word, word) for word in value.split())


def told(its: EditionDifference, before: Standard, after: Standard) -> Iterator[str]:
    """The difference in lines, for people."""
    if its.is_empty:
        yield f"{its.after} says the same as {its.before}."
        return

    def field_line(header: str, standard: Standard) -> str:
        return f"  {header:<12} {standard.by_header[header].label}"

    for title, headers, standard in (
        ("Fields that are new", its.new_fields, after),
        ("Fields that are gone", its.gone_fields, before),
    ):
        if headers:
            yield f"{title}: {len(headers)}"
            yield from (field_line(header, standard) for header in headers)
    if its.renamed:
        yield f"Fields that have another header: {len(its.renamed)}"
        yield from (f"  {old} → {new}" for old, new in its.renamed)
    if its.changed_fields:
        yield f"Fields that changed: {len(its.changed_fields)}"
        yield from (f"  {header:<12} {'; '.join(what)}" for header, what in its.changed_fields.items())
    yield from _told_of_lists(its)
    for title, rules in (("Rules that are new", its.new_rules), ("Rules that are gone", its.gone_rules)):
        if rules:
            yield f"{title}: {len(rules)} ({', '.join(rules)})"
    if its.changed_rules:
        yield f"Rules that changed: {len(its.changed_rules)}"
        yield from (f"  {rule:<12} {'; '.join(what)}" for rule, what in its.changed_rules.items())
    if its.otherwise:
        yield f"Otherwise than before: {len(its.otherwise)}"
        yield from (f"  {one}" for one in its.otherwise)


def _told_of_lists(its: EditionDifference) -> Iterator[str]:
    for title, names in (("Code lists that are new", its.new_lists), ("Code lists that are gone", its.gone_lists)):
        if names:
            yield f"{title}: {len(names)} ({', '.join(names)})"
    if its.changed_lists:
        yield f"Code lists that changed: {len(its.changed_lists)}"
        for name, what in its.changed_lists.items():
            words = "; ".join(f"{kind}: {', '.join(codes[:8])}{_more(len(codes))}" for kind, codes in what.items())
            yield f"  {name:<24} {words}"


def _more(count: int) -> str:
    return f" and {count - 8} more" if count > 8 else ""
