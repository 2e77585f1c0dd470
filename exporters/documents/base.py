"""The edition a draft is compared with: its frame, the program's own rules, the same rule in nearly the same words.

The shipped packs hold no sentence of a published document. Where one has `wordings.csv`, that holds for each rule the
hashes of its words, in no order, and of its numbers and headers: enough to tell the same sentence, not to read it.
"""

import csv
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from validators.problems import Problem
from validators.standard.catalogue import DEFAULT, edition_of, editions, layers_of, load
from validators.standard.layers import Cells, Pack
from validators.standard.model import Rule, Standard

_NEARLY = 0.9
# Patterns with which the program itself speaks, whatever an edition's documents say.
PROGRAM = frozenset(
    [
        "header_missing",
        "header_unknown",
        "header_repeated",
        "header_again",
        "header_order",
        "header_read",
        "cell_count",
        "one_event_a_row",
        "table_read",
        "same_on_rows",
        "same_for_client",
        "encoding",
        "row_again",
        "like_another",
        "one_agency",
        "zeros_lost",
        "lists_not_judged",
        "rule_failed",
        "no_other_columns",
        "other_data_set",
        "layout",
        "outside_list",
        "in_period",
        "filing_agency",
        "age_at_least",
        "age_at_most",
        "code_not_retired",
    ]
)


def fingerprint(wording: str) -> tuple[frozenset[str], frozenset[str]]:
    """A sentence as hashes: of its words, and of what must be the very same: numbers, headers, and words that deny."""
    words = re.findall(r"[A-Za-z0-9]+", wording.replace("’", "'"))
    exact = {word for word in words if any(c.isdigit() for c in word) or (word.isupper() and len(word) > 1)}
    exact |= {f"{word.lower()}{words[at + 1].lower()}" for at, word in enumerate(words[:-1]) if word.lower() in _DENY}
    return frozenset(map(_hash, words)), frozenset(map(_hash, exact))


_DENY = ("not", "no", "before", "after", "or", "and", "only")


def _hash(word: str) -> str:
    return f"{zlib.crc32(word.lower().encode()):08x}"


def alike(one: tuple[frozenset[str], frozenset[str]], other: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether two sentences are the same, or nearly: the same numbers, headers and denials, and nearly all words."""
    every = one[0] | other[0]
    return one[1] == other[1] and bool(every) and len(one[0] & other[0]) >= _NEARLY * len(every)


@dataclass(frozen=True)
class Base:
    """An installed edition as the base of a draft. `compared`: whether marks say what differs from it."""

    standard: Standard
    compared: bool

    @cached_property
    def pack(self) -> Pack:
        """Its tables as they stand, with what it extends and a site's own lists."""
        return Pack(layers_of(self.standard.id))

    @cached_property
    def toml(self) -> dict[str, Any]:
        """Its standard.toml, with those of the editions that it extends."""
        return {key: value for key, value in self.pack.values.items() if key != "extends"}

    @cached_property
    def rule_rows(self) -> dict[str, list[Cells]]:
        """The rows of its rules.csv by the rule's number, those that are checked."""
        found: dict[str, list[Cells]] = {}
        for row in self.pack.rules():
            if row.cells["pattern"]:
                found.setdefault(row.cells["rule"], []).append(row.cells)
        return found

    def code_rows(self, name: str) -> list[Cells]:
        """The rows of one of its code lists."""
        return [row.cells for row in self.pack.codes(name) or ()]

    @cached_property
    def wordings(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """The fingerprints of its rules' sentences, as far as they are known."""
        found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        for rule in self.standard.rules:
            if rule.wording:
                found[rule.id] = fingerprint(rule.wording)
        for path in (folder / "wordings.csv" for folder in layers_of(self.standard.id)):
            if not path.is_file():
                continue
            with path.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    told = frozenset(row["words"].split()), frozenset(row["exact"].split())
                    found.setdefault(row["rule"], told)
        return found

    def same_rule(self, number: str, wording: str) -> Rule | None:
        """The base's rule of this number, where its words are the same or nearly."""
        rule = self.standard.rule_by_id.get(number)
        told = self.wordings.get(number)
        return rule if rule and rule.rows and told and alike(told, fingerprint(wording)) else None

    def program_rules(self, *, all_own: bool) -> dict[str, list[Cells]]:
        """The rules that stand in no document: of a base that is the same edition all, else those of the program.

        Where a rule's first row is left out, the first that is left tells of the rule.
        """
        found: dict[str, list[Cells]] = {}
        for number, rows in self.rule_rows.items():
            if number[:1].isdigit():
                continue
            kept = [row for row in rows if all_own or row["pattern"] in PROGRAM]
            if kept:
                about = {name: rows[0][name] for name in ("title", "help", "reading", "source")}
                found[number] = [{**kept[0], **about}, *kept[1:]]
        return found


def choose(like: str, headers: Sequence[str]) -> Base:
    """The base: the one that is named, else the installed edition with the most headers in common.

    Raises Problem for an id that is not installed.
    """
    if like:
        return Base(load(edition_of(like)[0]), True)
    best, shared = DEFAULT, 0
    for name in editions():
        try:
            own = load(name)
        except Problem:
            continue  # a broken one is no base, and is told of where it is chosen
        common = len(set(headers) & set(own.headers))
        if own.submission.format == "csv" and common > shared:
            best, shared = name, common
    return Base(load(best), bool(headers) and shared >= 0.5 * len(headers))
