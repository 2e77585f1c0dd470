"""The checklist of a submission: its items, in whose words, and who ticks them; a standard's own, or the usual ones.

A row of checklist.csv is an item. `check` names what the program knows of it; only what is listed here can be named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from validators.standard.pack_tables import fail, read_table

COLUMNS = ("id", "title", "who", "check", "asks", "nil", "help")
DATA_CHECKS = ("no_errors", "warnings", "mismatches", "consent", "drafts", "carried", "extract")
"""What the data tick and untick."""
PERSON_CHECKS = ("", "code_lists", "uploaded", "figures", "answer", "accepted")
"""What a person ticks, and the program knows something of: which lists, that the return left, what to compare, that
what came back was read, that it was taken."""
LONGEST_TITLE = 44
USUAL = Path(__file__).parent / "checklist.csv"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item: `who` ticks it, `asks` what is entered with the tick, `on_nil` whether a nil return has it.

    `check` is one of `DATA_CHECKS` where the data tick, one of `PERSON_CHECKS` where a person does.
    """

    id: str
    title: str
    who: Literal["data", "person"]
    check: str = ""
    asks: tuple[str, ...] = ()
    on_nil: Literal["yes", "no", "only"] = "yes"
    help: str = ""

    def is_needed(self, is_nil: bool) -> bool:
        """Whether such a return, nil or not, has this item."""
        return self.on_nil == "yes" or (self.on_nil == "only") == is_nil


def read_checklist(folder: Path) -> tuple[ChecklistItem, ...]:
    """The items in a standard's folder, else the usual ones. Raises PackError when checklist.csv is malformed."""
    path = folder / "checklist.csv"
    if not path.is_file():
        path = USUAL
    found: dict[str, ChecklistItem] = {}
    for line, row in read_table(path, COLUMNS):
        own = row["id"]
        if not own or own in found or not own.replace("_", "").isalnum() or not own.isascii():
            fail(path, line, f"the id {own!r} is empty, repeated or not made of letters, digits and _")
        if not row["title"] or len(row["title"]) > LONGEST_TITLE:
            fail(path, line, f"the title is empty or longer than {LONGEST_TITLE} characters")
        checks: Mapping[str, tuple[str, ...]] = {"data": DATA_CHECKS, "person": PERSON_CHECKS}
        if row["who"] not in checks:
            fail(path, line, f"who is {row['who']!r}, which is neither data nor person")
        if row["check"] not in checks[row["who"]]:
            choices = ", ".join(name or "empty" for name in checks[row["who"]])
            fail(path, line, f"the check {row['check']!r} of a {row['who']} item is none of {choices}")
        if row["nil"] not in ("yes", "no", "only"):
            fail(path, line, f"nil is {row['nil']!r}, which is none of yes, no, only")
        if not row["help"]:
            fail(path, line, "the help is empty")
        asks = tuple(part.strip() for part in row["asks"].split(";") if part.strip())
        if asks and (row["who"] == "data" or row["check"] == "figures"):
            fail(path, line, "asks is filled, but nothing else can be entered with this item")
        who, nil = cast(Any, row["who"]), cast(Any, row["nil"])
        found[own] = ChecklistItem(own, row["title"], who, row["check"], asks, nil, row["help"])
    for nil_return in (False, True):
        if not any(one.check == "uploaded" and one.is_needed(nil_return) for one in found.values()):
            what = "a nil return" if nil_return else "a return"
            fail(path, 0, f"no item with the check 'uploaded' says that {what} left the building")
    return tuple(found.values())
