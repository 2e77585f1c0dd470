"""The pattern that finds a person's birth date or initials in an identifier, where none may be.

It is asked of every identifier of every record, so nearly all are done with after one comparison.
"""

from collections.abc import Sequence
from itertools import product

from validators.messages import listed
from validators.patterns import Failure, Moment, RecordCheck, headers_in, record_pattern
from validators.records import Values
from validators.standard import RuleRow, Standard


@record_pattern("identifying", required="birth initials", about_filled=True)
def identifying(row: RuleRow, standard: Standard) -> RecordCheck:
    """Identifiers that hold the birth date, or the initials beside a six-digit one."""
    fields, birth_field = row.fields, row.parameters["birth"]
    given_field, family_field = headers_in(row, "initials")

    def check(raw: Values, clean: Values, moment: Moment) -> Failure | None:
        birth = clean[birth_field]
        if not birth:
            return None
        # Every way of writing a date has the year's last two digits, next to the century, the month or a separator:
        # nearly all identifiers are done with here.
        year = birth[2:4]
        for header in fields:
            if year in clean[header]:
                break
        else:
            return None
        suspects = [header for header in fields if year in clean[header]]
        month = birth[5:7] if birth[4] == "-" else birth[4:6]
        near = (year + month, month + year, birth[:4], f"-{year}", f"{year}-")
        suspects = [header for header in suspects if _holds_any(clean[header].translate(_SEPARATORS), near)]
        if not suspects:
            return None
        traces = _traces(birth, raw[given_field], raw[family_field])
        failing = []
        for header in suspects:
            folded = clean[header].upper().translate(_SEPARATORS)
            if _holds_any(folded, traces):
                failing.append(header)
        if not failing:
            return None
        look = "looks" if len(failing) == 1 else "look"
        words = {"identifiers": listed([standard.by_header[header].label for header in failing]), "look": look}
        return Failure((*failing, birth_field), failing[0], words)

    return check


def _holds_any(text: str, traces: Sequence[str]) -> bool:
    for trace in traces:  # noqa: SIM110 (asked for every record: `any` costs twice)
        if trace in text:
            return True
    return False


_SEPARATORS = str.maketrans("/. _", "----")


def _traces(birth: str, given: str, family: str) -> list[str]:
    """The forms in which a birth date, or initials with one, would show in an identifier."""
    digits = birth.replace("-", "")
    year, month, day = digits[:4], digits[4:6], digits[6:]
    traces = [digits, day + month + year]
    for d, m in product({day, day.lstrip("0")}, {month, month.lstrip("0")}):
        traces += [f"{year}-{m}-{d}", f"{d}-{m}-{year}", f"{year[2:]}-{m}-{d}", f"{d}-{m}-{year[2:]}"]
    if given and family:
        for name in (given + family, family + given):
            for six in (day + month + year[2:], year[2:] + month + day):
                traces += [name + six, six + name, f"{name}-{six}", f"{six}-{name}"]
    return traces
