"""What can only be done with returns that are tables, and says so of the others."""

from validators.problems import Problem
from validators.standard import Standard


def refuse_no_table(standard: Standard, reading: bool = False) -> None:
    """Refuse a standard whose return is no table, before anything is read or written. Raises Problem."""
    if standard.submission.format != "csv":
        what = "Reading" if reading else "Writing"
        raise Problem(
            f"{what} the {standard.submission.format.upper()} return of {standard.id} is not built yet: its "
            "records can be keyed and checked in the store."
        )
