"""Code lists taken out of a schema: the values that it allows for the items of a standard, kept as the site's own."""

import csv
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from validators.standard.catalogue import SITE_COLUMNS, gives_way, load, site_lists_folder
from validators.standard.model import Standard

Allowed = tuple[tuple[str, str], ...]
"""The values that an element may have, each with what the schema says of it."""


def lists_in(standard: Standard, allowed: Mapping[str, Allowed]) -> dict[str, dict[str, str]]:
    """The lists that a schema gives, code to label, by the standard's name for them.

    `allowed` are the values of each mapped item. A list is given where all the mapped items that are coded by it are
    allowed the same values, and where the standard's own one gives way. What the schema does not label keeps the label
    that is known, else it is its own.
    """
    found: dict[str, dict[str, str]] = {}
    for own in standard.code_lists.values():
        its = [allowed[field.header] for field in standard.fields if field.codes == own.id and field.header in allowed]
        if its and its[0] and gives_way(own) and all(set(one) == set(its[0]) for one in its):
            found[own.id] = {code: label or own.codes.get(code, code) for code, label in its[0]}
    return found


def keep_lists(standard: Standard, lists: Mapping[str, Mapping[str, str]]) -> None:
    """Keep lists beside the site's standards, in place of those kept before; none takes them away. Raises OSError."""
    target = site_lists_folder(standard.id)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".lists-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        new.mkdir()
        for name, codes in lists.items():
            with (new / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([SITE_COLUMNS, *codes.items()])
        if target.exists():
            target.rename(old)
        if lists:
            new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    load.cache_clear()
