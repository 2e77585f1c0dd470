"""Whose file it is: the agency that its rows go to, and the rows that name another one.

A store that has agencies takes only what is theirs; a new one is made only where the person asks for it, or where the
store is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.formats.base import Taking
from store.month import letter_changes
from store.records import agencies
from store.snapshot import Snapshot
from validators.agency import agency_code
from validators.problems import Problem
from validators.rules.messages import listed
from validators.standard.model import Standard

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.store import Store

NEW = "--new-agency"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ChosenAgency:
    """The agency's code, and the agency where it is there already. `beside` says that the file names another one of the
    store, too."""

    code: str
    known: "AgencyInfo | None" = None
    beside: bool = False

    def of_nobody(self, label: str) -> str:
        """Why a row without a code, `label`, about somebody whom the agency does not know is left out: it may be the
        other one's as well, and would be entered by each. "" where the file names no other."""
        return f"its {label} is empty, and the file names several agencies of the store: fill it" if self.beside else ""


def canonical(code: str) -> str:
    """A code as codes are compared: however it is spaced, in capitals or not; a sign that only looks like a letter, or
    becomes one as a capital, is not that letter."""
    bare = code.strip()
    return bare.upper() if bare.isascii() else bare


def chosen(
    path: Path,
    standard: Standard,
    store: "Store | None",
    named: Mapping[str, int],
    wanted: str | None,
    taking: Taking,
) -> ChosenAgency:
    """The agency that a file goes to. `named` are the codes in its rows, with how many name each; `wanted` is the code
    that the person gave.

    Raises Problem where that is not certain, or where it would be a new one and none was asked for.
    """
    codes: dict[str, int] = {}
    for code, count in named.items():
        if code.strip():
            codes[canonical(code)] = codes.get(canonical(code), 0) + count
    every = store.ask(agencies.listed) if store else []
    ours = {canonical(one.code): one for one in every if one.standard == standard.id}
    if wanted is not None:
        code = canonical(wanted)
        if codes and code not in codes:
            told = f"{path} is a file of agency {_told(codes)}, not of {code}"
            raise Problem(f"{told}: name another file or agency; a code that was mistyped is mended in Agencies.")
    elif mine := [code for code in codes if code in ours]:
        if len(mine) > 1:
            raise Problem(f"{path} names several agencies of the store ({_told(mine)}): say which with --agency.")
        code = mine[0]
    else:
        code = _named(path, standard, codes, ours, taking)
    beside = any(one != code and one in ours for one in codes)
    if code in ours:
        return ChosenAgency(ours[code].code, ours[code], beside)
    return ChosenAgency(new_code(path, standard, store, code, taking), None, beside)


def _named(
    path: Path, standard: Standard, codes: Mapping[str, int], ours: Mapping[str, "AgencyInfo"], taking: Taking
) -> str:
    """The code that a file names, where the store has none of them."""
    if not codes:
        header = standard.role("agency")
        raise Problem(f"{path} names no agency ({header} is empty throughout): say which with --agency.")
    most = max(codes, key=lambda code: codes[code])
    if len(codes) > 1 and (codes[most] * 2 <= sum(codes.values()) or taking.new_agency or ours):
        raise Problem(f"{path} names several agencies ({_told(codes)}): say which with --agency.")
    return most


def new_code(path: Path, standard: Standard, store: "Store | None", code: str, taking: Taking) -> str:
    """The code of an agency that is not there yet. Raises Problem where it may not be made, or can be no code."""
    every = store.ask(agencies.listed) if store else []
    if store and (now := store.ask(letter_now, code, standard.id)):
        told = of_left_letter(path, standard.id, code, now)
        raise Problem(f"{told}, for a second agency of the old letter would have everybody twice.")
    if every and not taking.new_agency:
        held = listed([f"{one.code} ({one.standard})" for one in every])
        raise Problem(
            f"{path} is for agency {ascii(code)[1:-1]} ({standard.id}), and the store has {held}: choose another file "
            f"or --agency, or say {NEW} to make it."
        )
    try:
        return agency_code(standard, code)
    except Problem as problem:
        raise Problem(f"{path} names no agency that can be: {problem}") from None


def copied_to(snapshot: Snapshot, standard: Standard, typed: str, *, is_new: bool) -> str:
    """The code of the agency of a data set that a client is copied to; the first one is made with the copy.

    Raises Problem where the store has others of it and this one was not asked for as new, and where the agency left
    that letter.
    """
    there = {canonical(one.code): one.code for one in agencies.listed(snapshot) if one.standard == standard.id}
    if (code := canonical(typed)) in there:
        return there[code]
    code = agency_code(standard, typed)
    refuse_left_letter(snapshot, code, standard.id)
    if there and not is_new:
        held = listed(list(there.values()))
        raise Problem(
            f"The store has no agency {code} of {standard.id}, it has {held}: choose one of them, or say {NEW} to make "
            "it."
        )
    return code


def refuse_left_letter(snapshot: Snapshot, code: str, standard: str) -> None:
    """Raise Problem where an agency of that code reported by that standard before it changed its letter."""
    if now := letter_now(snapshot, code, standard):
        raise Problem(
            f"Agency {code} reported by {standard} before its letter was changed to {now}: a second agency of the old "
            "letter would have everybody twice."
        )


def letter_now(snapshot: Snapshot, code: str, standard: str) -> str:
    """The letter of an agency that reported by a standard before; "" where none of that code did."""
    held = [one for one in agencies.listed(snapshot) if canonical(one.code) == canonical(code)]
    if any(one.standard == standard for one in held):
        return ""
    left = (one for one in held if any(each.before == standard for each in letter_changes.changes(snapshot, one)))
    return next((one.standard for one in left), "")


def of_left_letter(path: Path, standard: str, code: str, now: str) -> str:
    """What is wrong with a file in a letter that its agency left, and what to do; why may follow."""
    return (
        f"{path} is of {standard}, by which agency {code} reported before its letter was changed to {now}: have it "
        "written by that"
    )


def _told(codes: Iterable[str]) -> str:
    every = sorted(codes)
    more = [f"{len(every) - _MOST_NAMED} more"] if len(every) > _MOST_NAMED else []
    return listed([ascii(code)[1:-1] for code in every[:_MOST_NAMED]] + more)
