"""What a list of findings is made of, as it leaves the store."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from store.findings.acceptance_facts import By
from validators.records import Finding, Severity, Values


@dataclass(frozen=True, slots=True)
class FindingWord:
    """A word that findings are to have; `headers` are the fields whose header or label has it, and so with the rest.

    With a `field` it is one that the finding names, and the text the whole of its value; where `longest` is given, no
    value longer than that is one either.
    """

    text: str
    headers: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    field: str = ""
    longest: int = 0


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding with the values of its client's own record, and the numbers of its client and episode."""

    finding: Finding
    client: Values
    client_number: int
    episode_number: int

    def key(self, by: By) -> str | int:
        """The key of the group it belongs to."""
        keys: dict[By, str | int] = {
            "rule": self.finding.rule,
            "field": self.finding.field,
            "client": self.client_number,
            "episode": self.episode_number,
        }
        return keys[by]


@dataclass(frozen=True)
class FindingOrder:
    """The findings of a list by their numbers, group after group; `ends` are the places where the groups end.

    `keys` are rules, headers, or the numbers of clients or episodes. `marks` tell of each finding its weight (0 error,
    1 warning, 2 notice), and whether it is `ACCEPTED`.
    """

    ACCEPTED: ClassVar[int] = 4

    by: By = "rule"
    keys: Sequence[str] | Sequence[int] = ()
    ends: Sequence[int] = field(default_factory=lambda: array("q"))
    numbers: Sequence[int] = field(default_factory=lambda: array("q"))
    marks: bytes = b""

    @property
    def total(self) -> int:
        """How many findings there are."""
        return len(self.numbers)

    def span(self, group: int) -> tuple[int, int]:
        """Where a group's findings begin and end."""
        return (self.ends[group - 1] if group else 0), self.ends[group]
