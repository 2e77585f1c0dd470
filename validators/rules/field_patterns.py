"""Patterns that judge one value by itself. Each gets the rule's row, the standard and the field's header.

The check it returns answers whether a non-empty value passes; it must not depend on anything else, because verdicts
are remembered per value.
"""

import re

from validators.dates import parse_date, write_date
from validators.rules.registry import FieldCheck, field_pattern
from validators.standard.model import Layout, RuleRow, Standard

_PART = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]")
_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9])[A-Z]{2}")
_LONGEST_PART = len("EC1A 1")
# However it is spaced or punctuated, and whatever follows the digit of the inward code; else at least the outward code.
_LOOSE = re.compile(r"[\W_]*([A-Z]{1,2}[0-9][A-Z0-9]?)[\W_]*([0-9])[\W_]*[A-Z0-9][\W_]*[A-Z0-9][\W_]*")
_OUTWARD = re.compile(r"[\W_]*([A-Z]{1,2}[0-9][A-Z0-9]?)")


def postcode_part(value: str) -> str:
    """The part of a postcode that may leave the building: outward code, space, first digit of the inward code.

    A full postcode is shortened, in either case and however it is spaced or punctuated. What is longer than a part and
    no postcode is cut to its outward code, or to nothing where it has none: nothing leaks because it was mistyped.
    """
    upper = value.upper()
    if _PART.fullmatch(upper):
        return upper
    if match := _FULL.fullmatch(upper) or _LOOSE.fullmatch(upper):
        return f"{match[1]} {match[2]}"
    if len(value) <= _LONGEST_PART or _PART.fullmatch(upper.strip()):
        return value
    outward = _OUTWARD.match(upper)
    return outward[1] if outward else ""


# What `shortened` in standard.toml may name.
SHORTENERS = {"postcode_part": postcode_part}


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


def fitting(shape: Layout) -> FieldCheck:
    """The check whether a value fits a layout that is no date's."""
    if shape.kind == "any":
        length = shape.length
        return lambda value, stored: len(value) <= length and value.isprintable()
    letters = "[A-Z]" if shape.kind == "alpha" else "[0-9]"
    matches = re.compile(f"{letters}{{1,{shape.length}}}").fullmatch
    return lambda value, stored: matches(value) is not None


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
    return lambda value, stored: least <= int(value) <= most


@field_pattern("digits_between", required="least most", optional="also")
def digits_between(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """A whole number, in a field of any characters, between two others, or one of those in `also`, separated by |."""
    least, most = int(row.parameters["least"]), int(row.parameters["most"])
    also = frozenset(row.parameters.get("also", "").split("|")) - {""}

    def check(value: str, stored: bool) -> bool:
        return value in also or (value.isascii() and value.isdigit() and least <= int(value) <= most)

    return check


@field_pattern("nhs_number")
def nhs_number(row: RuleRow, standard: Standard, header: str) -> FieldCheck:
    """An NHS number: ten ASCII digits, the last a check digit, not all zeros."""

    def check(value: str, stored: bool) -> bool:
        if not (len(value) == 10 and value.isascii() and value.isdigit()) or value == "0000000000":
            return False
        from nhs_number.validate import is_valid  # only where one is judged: most commands judge none

        return bool(is_valid(value))

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
