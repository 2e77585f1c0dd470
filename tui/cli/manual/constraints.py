"""`keywork help constraints`: the versions that are installed here, as pip takes them for another installation."""

import re
from collections.abc import Iterator
from importlib import metadata
from platform import python_version

from validators.version import VERSION

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"\bextra\s*==\s*[\"']([^\"']+)[\"']")
_WITHOUT = {"test"}
"""Extras of ours that nobody needs to run the program."""


def constraints() -> Iterator[str]:
    """The lines of a constraints file: all that Keywork needs and finds here, each at its very version."""
    yield f"# What Keywork {VERSION} runs with here, on Python {python_version()}: for pip's --constraint."
    ours = metadata.distribution("keywork")
    extras = frozenset(ours.metadata.get_all("Provides-Extra") or ()) - _WITHOUT
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [("keywork", extras)]
    while waiting:
        name, wanted = waiting.pop()
        plain = re.sub(r"[-_.]+", "-", name).lower()
        if (plain, wanted) in seen:
            continue
        seen.add((plain, wanted))
        try:
            its = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an extra that was not asked for, or what another system needs
        found[plain] = its.version
        waiting += _required(its, wanted)
    found.pop("keywork")
    yield from (f"{name}=={version}" for name, version in sorted(found.items()))


def _required(its: metadata.Distribution, wanted: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What a package asks for, always or for one of its extras that is wanted; each with the extras it asks for."""
    for told in its.requires or ():
        asked, _, condition = told.partition(";")
        extra = _EXTRA.search(condition)
        match = _NAME.match(asked)
        if match and (extra is None or extra[1] in wanted):
            yield match[1], frozenset(one.strip() for one in (match[2] or "").split(",") if one.strip())
