"""Identifiers as they are compared, wherever two are: in a file, between a file and a store, by the rules.

A UUID is the same in capitals and in small letters (RFC 9562, 4); no other identifier is.
"""

import re
from collections.abc import Sequence

_FORM = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_UUID = re.compile(_FORM)
_UUIDS = re.compile(rf"(?:{_FORM})?(?:\n(?:{_FORM})?)*")


def same_name(text: str) -> str:
    """An identifier as it is compared."""
    return text if text.islower() or not _UUID.fullmatch(text) else text.lower()


def same_names(texts: Sequence[str]) -> Sequence[str]:
    """Many of them, at once: mostly none has a capital, or all are UUIDs."""
    told = "\n".join(texts)
    small = told.lower()
    if told == small:
        return texts
    if _UUIDS.fullmatch(told) and len(every := small.split("\n")) == len(texts):
        return every
    return list(map(same_name, texts))


def other_case(text: str) -> str:
    """A UUID in the other case; "" for what is none, or has no letter."""
    other = text.lower() if text != text.lower() else text.upper()
    return other if other != text and _UUID.fullmatch(text) else ""
