"""A second copy of the store's key, made by hand: what is shown of it, once, and which parts are typed back."""

import secrets
from collections.abc import Mapping, Sequence

from store.disk.keys import Key
from store.unit_of_work import UnitOfWork
from validators.problems import Problem

GROUP = 4
"""Digits that are written together, so that a copy made by hand is right."""
ASKED = 3
"""How many of the groups are to be typed back."""
IN_A_ROW = 4
SHOW, TYPED_BACK = "show", "typed back"
"""The acts, as the audit has them."""


def groups(key: Key) -> tuple[str, ...]:
    """The key's digits in groups, the first being number 1."""
    return tuple(key.hex[at : at + GROUP] for at in range(0, len(key.hex), GROUP))


def rows(pieces: Sequence[str]) -> list[str]:
    """The groups with their numbers, some in a row."""
    numbered = [f"{at:2}: {piece}" for at, piece in enumerate(pieces, 1)]
    return ["   ".join(numbered[at : at + IN_A_ROW]) for at in range(0, len(numbered), IN_A_ROW)]


def drawn(pieces: Sequence[str]) -> list[int]:
    """The numbers of the groups to be typed back, another draw each time, in their order."""
    return sorted(secrets.SystemRandom().sample(range(1, len(pieces) + 1), ASKED))


def require(pieces: Sequence[str], typed: Mapping[int, str]) -> None:
    """Raise Problem where a group, by its number, was typed otherwise than the key has it."""
    for number, text in typed.items():
        if text.strip().lower() != pieces[number - 1]:
            raise Problem(f"Group {number} is another one: the copy is not right; have the key shown again.")


def note(unit: UnitOfWork, act: str) -> None:
    """Note in the audit that the key was shown, or typed back; refused to whoever may not. Raises Problem."""
    unit.chain.add(act, "store", "", "key", None, None)
