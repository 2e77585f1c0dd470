"""The code of an agency that is entered in a store: read from what somebody typed, before anything hangs on it."""

from validators.field_patterns import fitting
from validators.problems import Problem
from validators.standard import Standard


def agency_code(standard: Standard, typed: str) -> str:
    """The code of a new agency that reports by `standard`, in upper case. Raises Problem for what can be none.

    It stands in every record and in the names of files, so only letters and digits are taken, and only as many as the
    standard's own field holds. The sentences do not repeat what was typed.
    """
    code = typed.strip()
    if not code:
        raise Problem("Type the agency code first.")
    if not (code.isascii() and code.isalnum()):
        raise Problem("An agency code has the letters A to Z and digits only, such as T0123: leave out the rest.")
    code = code.upper()  # only now: upper case makes letters A to Z of some that are none
    field = standard.by_header.get(standard.role("agency"))
    if field is not None and len(code) > field.layout.length:
        most = field.layout.length
        raise Problem(f"An agency code of {standard.id} has at most {most} characters, this one {len(code)}: mend it.")
    if field is not None and not fitting(field.layout)(code, True):
        raise Problem(f"An agency code of {standard.id} has the layout {field.layout.text}, this one has not: mend it.")
    return code
