"""What a rule of a document may be mapped to: the patterns, in the words of whoever reads the document.

A person chooses one, its fields, and what else it needs, from lists; a line of rules.csv is made of that. Nobody types
a pattern, a header or a condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporters.editions.draft_folder import Cells

FIELD, FIELDS, VALUES, NUMBER, DAY, CONDITION = "field", "fields", "values", "number", "day", "condition"
SEVERITIES = {
    "error": "The portal refuses it",
    "warning": "The portal asks about it",
    "notice": "Worth a look",
}


@dataclass(frozen=True, slots=True)
class RuleNeed:
    """Something a kind of rule needs beside its fields: its name in rules.csv, how it is given, what it is asked by."""

    name: str
    given: str
    asked: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A kind of rule: its pattern, a short title, what it asks in words, and the message of a finding.

    `most` is how many fields it takes at most, 0 for any number.
    """

    pattern: str
    title: str
    asks: str
    message: str
    needs: tuple[RuleNeed, ...] = ()
    most: int = 0


_OTHER = RuleNeed("other", FIELD, "Which other field is it compared with?")
_WHEN = RuleNeed("when", CONDITION, "When does it hold?")
_SOMETIMES = RuleNeed("when", CONDITION, "Only in some cases?", optional=True)
_YEARS = RuleNeed("years", NUMBER, "How many years")

KINDS: Mapping[str, RuleKind] = {
    one.pattern: one
    for one in (
        RuleKind(
            "required", "Has to be filled", "filled, always or in some cases", "{labels} {is} missing", (_SOMETIMES,)
        ),
        RuleKind(
            "one_required",
            "One of them has to be filled",
            "at least one of several fields is filled",
            "none of {labels} is filled",
            (_SOMETIMES,),
        ),
        RuleKind(
            "both_or_neither",
            "Filled together",
            "all of several fields are filled, or none",
            "{first} is missing where {others} is given",
        ),
        RuleKind(
            "empty_when",
            "Empty in some cases",
            "empty where another field says so",
            "{first} is filled although {others} rules it out",
            (_WHEN,),
        ),
        RuleKind("real_date", "Real date", "a day of the calendar", "{labels} {is} not a real date"),
        RuleKind("not_after_today", "Not in the future", "a day up to today", "{labels} {is} in the future"),
        RuleKind(
            "before_period_end",
            "Before the end of the period",
            "a day before the end of the reporting period",
            "{first} is not before the end of the reporting period",
        ),
        RuleKind(
            "not_before",
            "Order of dates",
            "a day on or after that in another field",
            "{first} is before {others}",
            (_OTHER,),
        ),
        RuleKind(
            "not_after",
            "Order of dates",
            "a day on or before that in another field",
            "{first} is after {others}",
            (_OTHER,),
        ),
        RuleKind(
            "before",
            "Order of dates",
            "a day before that in another field",
            "{first} is not before {others}",
            (_OTHER,),
        ),
        RuleKind(
            "not_before_day",
            "Plausible date",
            "a day on or after a fixed one",
            "{labels} {is} before {day}",
            (RuleNeed("day", DAY, "The first day that may be"),),
        ),
        RuleKind(
            "age_at_least",
            "Old enough",
            "so many years old on a day",
            "on that day the client is not {years} years old",
            (RuleNeed("other", FIELD, "Which field is the birth date?"), _YEARS),
            most=1,
        ),
        RuleKind(
            "age_at_most",
            "Young enough",
            "at most so many years old on a day",
            "on that day the client is more than {years} years old",
            (RuleNeed("other", FIELD, "Which field is the birth date?"), _YEARS),
            most=1,
        ),
        RuleKind(
            "digits_between",
            "Number within its range",
            "a whole number from one to another",
            "{labels} {is} not from {least} to {most}",
            (
                RuleNeed("least", NUMBER, "From"),
                RuleNeed("most", NUMBER, "To"),
                RuleNeed("also", VALUES, "Other values that may stand there", optional=True),
            ),
        ),
        RuleKind(
            "number_when",
            "Number within a range in some cases",
            "a whole number from one to another where another field says so",
            "{first} is not from {least} to {most}, which {others} asks for",
            (RuleNeed("least", NUMBER, "From"), RuleNeed("most", NUMBER, "To"), _WHEN),
        ),
        RuleKind(
            "one_of",
            "One of a few values",
            "one of a few values",
            "{labels} {is} none of {values}",
            (RuleNeed("values", VALUES, "The values"),),
        ),
        RuleKind(
            "in_codes",
            "Value from the code list",
            "a code of the field's own list",
            "{labels} {has} a value that is not in the code list{meant}",
        ),
        RuleKind(
            "code_not_retired",
            "Code still in use",
            "a code that is in use on the day in another field",
            "{first} is a code that was not in use on the day of {others}",
            (RuleNeed("on", FIELD, "Which field has the day?"),),
        ),
        RuleKind(
            "distinct_from",
            "Different values",
            "another value than in other fields",
            "{first} {problem}",
            (RuleNeed("other", FIELDS, "From which fields does it differ?"),),
        ),
        RuleKind(
            "postcode_part",
            "Part of the postcode",
            "a part postcode, such as NW7 3",
            "{first} is not a part postcode such as NW7 3",
        ),
        RuleKind(
            "nhs_number",
            "NHS number",
            "a number that the NHS has given, with its check digit",
            "{first} is not an NHS number",
        ),
        RuleKind(
            "modulus_11",
            "Check digit",
            "ten digits, the last of which agrees with the others (modulus 11)",
            "{first} is not ten digits of which the last agrees with the others",
        ),
        RuleKind(
            "exact_width",
            "As long as its layout",
            "as many characters as the layout has",
            "{labels} {is} not as long as {has} to be",
        ),
        RuleKind("trimmed", "Blanks at the ends", "no blank at either end", "{labels} {begin} or {end} with a space"),
        RuleKind(
            "appears_once",
            "Identifiers",
            "a value that appears once in a return",
            "The same {first} appears before{where}",
            most=1,
        ),
        RuleKind(
            "once_in_episode",
            "Once in its case",
            "a value that appears once among the records of a case",
            "{first} is there once already",
            most=1,
        ),
    )
}
"""By pattern, in the order in which they are offered."""


def made_row(kind: RuleKind, fields: Sequence[str], told: Mapping[str, str], severity: str) -> Cells:
    """The line of rules.csv for a rule of this kind; `told` are its needs by name, empty ones left out."""
    parameters = {name: text for name, text in told.items() if text}
    message = kind.message
    for name, text in parameters.items():
        message = message.replace(f"{{{name}}}", text.replace("|", ", "))
    if kind.pattern in ("required", "empty_when") and (when := parameters.get("when")):
        beside = dict.fromkeys(part.partition("=")[0].removesuffix("!") for part in when.split(" and "))
        if kind.pattern == "required":
            parameters["beside"] = " ".join(beside)
            message = "{first} is missing although {others} asks for it"
    return {
        "title": kind.title,
        "pattern": kind.pattern,
        "fields": " ".join(fields),
        "parameters": "; ".join(f"{name}={text}" for name, text in parameters.items()),
        "severity": "list" if kind.pattern == "in_codes" else severity,
        "message": message[:1].upper() + message[1:] if message[:1] != "{" else message,
    }
