"""The sentence of a finding, made from the wording in rules.csv. It names fields, never their values.

Two of its words may tell something of a record: where else an identifier stands, and which code a value was meant for.
The anonymous sentence leaves them out.
"""

from collections.abc import Sequence
from dataclasses import replace

from validators.rules.registry import EACH_FIELD, Failure
from validators.standard.model import RuleRow, Standard

_VERBS = {
    "is": ("is", "are"),
    "has": ("has", "have"),
    "does": ("does", "do"),
    "begin": ("begins", "begin"),
    "end": ("ends", "end"),
    "look": ("looks", "look"),
}
_OF_RECORDS = ("where", "meant")


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def sentence(standard: Standard, parts: Sequence[tuple[RuleRow, Failure]]) -> str:
    """One sentence for the failures of one rule on one record.

    Comparisons of the same row are told together; further rows of the rule follow after a semicolon, and so does each
    field of a row that judges them one by one: what stands beside it is its own.
    """
    by_wording: dict[tuple[str, str], list[Failure]] = {}
    rows: dict[tuple[str, str], RuleRow] = {}
    for row, failure in parts:
        told = row.message, failure.jump if row.pattern in EACH_FIELD else ""
        by_wording.setdefault(told, []).append(failure)
        rows[told] = row
    return "; ".join(_worded(standard, rows[told], failures) for told, failures in by_wording.items())


def anonymous_sentence(standard: Standard, parts: Sequence[tuple[RuleRow, Failure]]) -> str:
    """The same without what it tells of records; empty where it tells nothing of them."""
    if not any(failure.words.get(word) for _, failure in parts for word in _OF_RECORDS):
        return ""
    nothing = dict.fromkeys(_OF_RECORDS, "")
    return sentence(standard, [(row, replace(one, words={**one.words, **nothing})) for row, one in parts])


def _worded(standard: Standard, row: RuleRow, failures: Sequence[Failure]) -> str:
    def label(header: str) -> str:
        field = standard.by_header.get(header)
        return field.label if field else header

    headers = list(dict.fromkeys(header for failure in failures for header in failure.fields))
    first = failures[0].jump
    words = {
        "first": label(first),
        "others": listed([label(header) for header in headers if header != first]),
        "labels": listed([label(header) for header in headers]),
        "rule": row.parameters.get("rule", ""),
        "meant": "",
        "where": "",
    }
    many = len(headers) > 1
    words |= {verb: forms[many] for verb, forms in _VERBS.items()}
    for failure in failures:
        words |= failure.words
    return row.message.format_map(words)
