"""What is typed of an agency that is to be made: on the first page of all, before there is a store."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewAgency:
    """An agency to be made: its code, the id of its data set, its name, and its first submission from here ("" where
    nobody said)."""

    code: str
    standard: str
    name: str = ""
    since: str = ""
