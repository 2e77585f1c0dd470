"""What a rule that was read is called and says when it fails: our own words, by its pattern."""

from exporters.documents.wording import Check

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


def title(pattern: str) -> str:
    """A short title for a rule of this pattern."""
    return _TITLES.get(pattern, "As the document says")


def message(check: Check) -> str:
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
