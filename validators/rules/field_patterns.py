"""Patterns that judge one value by itself. Each gets the rule's row, the standard and the field's header.

The check it returns answers whether a non-empty value passes; it must not depend on anything else, because verdicts
are remembered per value.
"""

import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

from validators.dates import parse_date, write_date
from validators.records import Values
from validators.rules.registry import FIELD_WORDS, FieldCheck, FieldWords, field_pattern
from validators.standard.model import Layout, RuleRow, Standard

_OUTCODE = "(?:[A-Z]{1,2}[0-9][A-Z0-9]?|GIR)"
_PART = re.compile(f"{_OUTCODE} [0-9]")
_NOT_POSTCODE = re.compile("[^A-Z0-9]+")
# What is left of a postcode without blanks and signs. The last two characters are letters, or were meant to be.
_WHOLE = re.compile(f"({_OUTCODE})([0-9])[A-Z]{{2}}")
_MISTYPED = re.compile(f"({_OUTCODE})([0-9])[A-Z0-9]{{2}}")
# Only with all the characters an outward code can have is it plain where it ends: CF101, but not CF51.
_CLOSED_UP = re.compile("([A-Z]{1,2}[0-9][A-Z0-9])([0-9])")
_OUTWARD = re.compile(rf"[\W_]*({_OUTCODE})")
# A letter of another alphabet is no sign: it stands for one of ours, which is as easily known again.
_SIGNS = re.compile(r"[\W_]+")
# Whatever stands before a whole inward code: NE 4AB may be NE1 4AB, and is not the outward code NE4A with something on.
_MISSPELT = re.compile("[A-Z0-9]+[0-9][A-Z]{2}")


def postcode_part(value: str) -> str:
    """The part of a postcode that may leave the building: outward code, space, first digit of the inward code.

    A whole postcode is shortened, in either case, however it is spaced or punctuated, and in letters of whatever width;
    a part without its space gets it where it is plain where that belongs. What else has more behind its outward code
    than a part has is cut to that code; what is longer than any part and has none, has a whole one behind a stray
    sign, or ends in a whole inward code without the outward code before it, to nothing. So nothing leaks because it was
    mistyped. Anything shorter stays as it is, for the rule to tell.
    """
    upper = value.upper()
    if _PART.fullmatch(upper):
        return upper
    plain = upper if upper.isascii() else normalize("NFKD", value).upper()
    letters = _NOT_POSTCODE.sub("", plain)
    outward = _OUTWARD.match(plain) or _OUTWARD.match(letters)
    mistyped = _MISTYPED.fullmatch(letters)
    if mistyped and outward and outward[1] != mistyped[1]:  # CF10 1A is no CF1 0 with two digits for letters
        mistyped = None
    if match := _WHOLE.fullmatch(letters) or mistyped:
        return f"{match[1]} {match[2]}"
    if _PART.fullmatch(upper.strip()):
        return value
    if upper.isalnum() and (match := _CLOSED_UP.fullmatch(upper)):
        return f"{match[1]} {match[2]}"
    behind = _SIGNS.sub("", outward.string[outward.end() :]) if outward else ""
    if _MISSPELT.fullmatch(letters) and (outward is None or len(behind) <= 1):
        return ""
    if len(value) <= _LONGEST_PART and len(behind) <= 1 and not _WHOLE.search(letters):
        return value
    return outward[1] if outward else ""


_LONGEST_PART = len("EC1A 1")

# What `shortened` in standard.toml may name.
SHORTENERS = {"postcode_part": postcode_part}


def shorteners_of(standard: Standard) -> dict[str, Callable[[str], str]]:
    """What shortens a field's value before it is sent, by header."""
    return {header: SHORTENERS[how] for header, how in standard.shortened.items()}


def shortened(values: Values, shorteners: Mapping[str, Callable[[str], str]]) -> Values:
    """Values with those cut short that are sent shorter than they are kept; the same ones where nothing is."""
    for header, shorten in shorteners.items():
        if (text := values.get(header)) and (short := shorten(text)) != text:
            values = {**values, header: short}
    return values


@field_pattern("trimmed")
def trimmed(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """No space of any kind at either end."""
    return lambda value, stored: value == value.strip()


@field_pattern("real_date")
def real_date(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """A day of the calendar in the standard's layout."""
    length = standard.by_header[header].layout.length
    return lambda value, stored: len(value) == length and parse_date(value) is not None


@field_pattern("not_before_day", required="day")
def not_before_day(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """On or after a fixed day (`day=1903-01-01`)."""
    day = parse_date(row.parameters["day"])
    if day is None:
        raise ValueError(f"day={row.parameters['day']} is not a date")
    first = write_date(day, standard.date_layout.text)
    return lambda value, stored: value >= first


@field_pattern("layout")
def layout(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """Within the width of the column and of its type's characters."""
    return fitting(standard.by_header[header].layout)


_CHARACTERS = {"alpha": "[A-Z]", "numeric": "[0-9]", "alphanumeric": "[A-Za-z0-9]"}


def fitting(shape: Layout) -> FieldCheck:
    """The check whether a value fits a layout that is no date's."""
    if shape.kind == "any":
        length = shape.length
        return lambda value, stored: len(value) <= length and value.isprintable()
    matches = re.compile(f"{_CHARACTERS[shape.kind]}{{1,{shape.length}}}").fullmatch
    return lambda value, stored: matches(value) is not None


@field_pattern("exact_width")
def exact_width(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """As many characters as the layout has: in a field whose width is no mere maximum."""
    length = standard.by_header[header].layout.length
    return lambda value, stored: len(value) == length


@field_pattern("postcode_part")
def postcode_part_pattern(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """A part postcode in a file; in the store anything that shortens to one."""
    return lambda value, stored: _PART.fullmatch(postcode_part(value) if stored else value) is not None


@field_pattern("one_of", required="values")
def one_of(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """One of the values listed in the row itself, separated by |."""
    allowed = frozenset(row.parameters["values"].split("|"))
    return lambda value, stored: value in allowed


@field_pattern("number_between", required="least most")
def number_between(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """A whole number between two others, both included."""
    if standard.by_header[header].layout.kind != "numeric":
        raise ValueError(f"the field {header!r} does not hold numbers")
    least, most = int(row.parameters["least"]), int(row.parameters["most"])
    return lambda value, stored: _is_digits(value) and least <= int(value) <= most


@field_pattern("digits_between", required="least most", optional="also")
def digits_between(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """A whole number, in a field of any characters, between two others, or one of those in `also`, separated by |."""
    least, most = int(row.parameters["least"]), int(row.parameters["most"])
    also = frozenset(row.parameters.get("also", "").split("|")) - {""}

    def check(value: str, stored: bool) -> bool:
        return value in also or (_is_digits(value) and least <= int(value) <= most)

    return check


def _is_digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


@field_pattern("nhs_number")
def nhs_number(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """An NHS number: ten ASCII digits, the last a check digit; not one digit ten times, which is a stand-in."""

    def check(value: str, stored: bool) -> bool:
        if len(value) != _NHS_DIGITS or not _is_digits(value) or len(set(value)) == 1:
            return False
        from nhs_number.validate import is_valid  # only where one is judged: most commands judge none

        return bool(is_valid(value))

    return check


_NHS_DIGITS = 10


@field_pattern("modulus_11")
def modulus_11(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """Ten ASCII digits, the last of which agrees with the other nine; whose number it is, is not asked."""

    def check(value: str, stored: bool) -> bool:
        if len(value) != _NHS_DIGITS or not _is_digits(value):
            return False
        return (
            sum(weight * int(digit) for weight, digit in zip(range(_NHS_DIGITS, 0, -1), value, strict=True)) % 11 == 0
        )

    return check


@field_pattern("in_codes")
def in_codes(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """In the field's code list, where that list decides."""
    if not standard.by_header[header].codes:
        raise ValueError(f"the field {header!r} has no code list")
    code_list = standard.code_lists[standard.by_header[header].codes]
    if not code_list.decides:
        return lambda value, stored: True
    codes = code_list.codes
    return lambda value, stored: value in codes


@field_pattern("outside_list")
def outside_list(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """In the field's code list, where that list has codes and cannot decide."""
    if not standard.by_header[header].codes:
        raise ValueError(f"the field {header!r} has no code list")
    code_list = standard.code_lists[standard.by_header[header].codes]
    if code_list.decides or not code_list.codes:
        return lambda value, stored: True
    codes = code_list.codes
    return lambda value, stored: value in codes


def _meant(row: RuleRow, standard: Standard, header: str) -> FieldWords:
    """What a value outside the list was meant for."""
    code_list = standard.code_lists[standard.by_header[header].codes]

    def words(value: str) -> Mapping[str, str]:
        meant = code_list.meant(value)
        return {"meant": f": did you mean {meant}?"} if meant else {}

    return words


FIELD_WORDS |= {"in_codes": _meant, "outside_list": _meant}
