"""Finding a code: by the code itself or by words from anywhere in its label, the most used first. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from validators.standard.model import CodeList, ListStatus

Usage = Mapping[str, int]
NO_USE: Usage = {}
STATUS_WORDS: Mapping[ListStatus, str] = {
    "published": "published",
    "site": "this site's own",
    "unverified": "unverified",
    "unknown": "list not known",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the code list. `code` is empty for a label whose code nobody has told us: a hint, not a choice."""

    code: str
    label: str


def fold(text: str) -> str:
    """The text without case and accents, for comparing."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


@lru_cache(maxsize=65536)
def _folded(code: str, label: str) -> str:
    """What a search looks through; cached because a country list is searched at every key."""
    return fold(f"{code} {label}")


def exact_code(codes: CodeList, text: str) -> str:
    """The code the text names: itself, or the only one that differs in case alone. Empty when there is none."""
    text = text.strip()
    if text in codes.codes:
        return text
    alike = [code for code in codes.codes if code.casefold() == text.casefold()] if text else []
    return alike[0] if len(alike) == 1 else ""


def find_codes(codes: CodeList, text: str, usage: Usage = NO_USE) -> tuple[Choice, ...]:
    """The codes a typed text may mean, best first; hints last.

    Every word of the text must stand somewhere in code or label, in any order and case. The exact code comes first,
    then codes that begin with the text, then the most used, then the list's own order.
    """
    words, typed = fold(text).split(), fold(text).strip()
    found = [
        Choice(code, label)
        for code, label in codes.codes.items()
        if all(word in _folded(code, label) for word in words)
    ]

    def rank(choice: Choice) -> tuple[bool, bool, int]:
        code = fold(choice.code)
        return code != typed, not (typed and code.startswith(typed)), -usage.get(choice.code, 0)

    found.sort(key=rank)  # stable: what is equally used keeps the list's order
    hints = [Choice("", label) for label in codes.labels if all(word in _folded("", label) for word in words)]
    return (*found, *hints)


def list_status(codes: CodeList) -> str:
    """Who vouches for the list and whether it is whole, in a few words."""
    words = STATUS_WORDS[codes.status]
    return words if codes.complete or codes.status == "unknown" else f"{words}, incomplete"
