"""Acceptances of warnings, and how a whole caseload stands, as the store hands them out."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from store.facts import FindingCount
from validators.quality import percent
from validators.records import Finding, Severity, Values

By = Literal["rule", "field", "client", "episode"]
Subject = tuple[str, str, str, str]
Key = tuple[str, str, str]
"""What is the same in a warning and its acceptance, within an episode: event, rule, values with their fields."""


def values_text(values: Values) -> str:
    """The values a finding is about as one text, the same for the same values in any order."""
    return json.dumps(dict(values), ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def key_of(finding: Finding) -> Key:
    """What ties an acceptance to a finding of its episode: one rule may say something of each of several fields."""
    return finding.event_id, finding.rule, values_text(finding.values)


def kept_key(rule: str, told: str) -> Key:
    """The same of a finding as it is kept."""
    its = json.loads(told)
    return its["event_id"], rule, values_text(its["values"])


def subject(finding: Finding) -> Subject:
    """What an acceptance is tied to: episode, event (empty for none), rule, and the values the finding is about."""
    return finding.episode_id, *key_of(finding)


@dataclass(frozen=True, slots=True)
class AcceptanceInfo:
    """A warning that somebody accepted, and why.

    `event_id` is empty for a warning about client or episode columns. `reference` and `episode` are the client's and
    the episode's own names. An acceptance is live until it lapsed (a value involved is another one now) or was
    withdrawn.
    """

    id: str
    client_id: str
    episode_id: str
    event_id: str
    rule: str
    values: Values
    reason: str
    accepted_at: datetime
    accepted_by: str
    reference: str = ""
    episode: str = ""
    lapsed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the warning counts as accepted."""
        return self.lapsed_at is None and self.withdrawn_at is None

    @property
    def subject(self) -> Subject:
        """What it is tied to; equal to that of the finding it covers."""
        return self.episode_id, self.event_id, self.rule, values_text(self.values)


Waits = Mapping[str, frozenset[str]]
"""Of an episode that goes in part the headers whose values wait, or stay here, by event: "" for its own."""
NOTHING_WAITS: Waits = {}


def is_part(values: Values, of: Values, event_id: str, waits: Waits) -> bool:
    """Whether a finding in the part of an episode that goes says, by its values, a part of what is said `of` all of
    it: where a value that another one was held against waits, the rule fails by fewer."""
    missing = waits.get("", frozenset()) | waits.get(event_id, frozenset())
    return bool(values) and not missing.isdisjoint(of) and values.items() <= of.items()


class Accepted:
    """The live acceptances of an agency or a client, to look findings up in that were not read from the store."""

    def __init__(
        self, acceptances: Iterable[AcceptanceInfo] = (), leaves: Callable[[Values], Values] | None = None
    ) -> None:
        """Keep those that are live; with `leaves`, what of values leaves, they cover findings in what would be sent."""
        live = [one for one in acceptances if one.is_live]
        by_subject = {one.subject: one for one in live}
        self._of_rule: dict[tuple[str, str, str], list[AcceptanceInfo]] = {}
        self._leaves = leaves
        if leaves is not None:
            for one in live:
                by_subject.setdefault((*one.subject[:3], values_text(leaves(one.values))), one)
                self._of_rule.setdefault(one.subject[:3], []).append(one)
        self.by_subject: Mapping[Subject, AcceptanceInfo] = by_subject

    def of(self, finding: Finding, waits: Waits = NOTHING_WAITS) -> AcceptanceInfo | None:
        """The acceptance that covers a finding; only a warning can have one.

        Where a part of its episode `waits`, a rule may fail by fewer values than in all of it, which was accepted.
        """
        if not self.by_subject or finding.severity is not Severity.WARNING:
            return None
        found = self.by_subject.get(subject(finding))
        if found is not None or not waits or self._leaves is None:
            return found
        like = self._of_rule.get(subject(finding)[:3], ())
        return next(
            (one for one in like if is_part(finding.values, self._leaves(one.values), one.event_id, waits)), None
        )

    def mark(self, findings: list[Finding], waits: Waits = NOTHING_WAITS) -> list[Finding]:
        """The findings, the accepted ones among them marked as such."""
        if not self.by_subject:
            return findings
        return [replace(one, accepted=known.id) if (known := self.of(one, waits)) else one for one in findings]


@dataclass(frozen=True, slots=True)
class Going:
    """What an extract would hold of an episode where that is not all of it as it stands.

    `rows` it would have there (0: nothing of it goes), the ids of its `events`, and what the rules say of what goes.
    `outside` are the faults that keep it out, or a part of it, where that is judged by a letter which was left.
    """

    rows: int = 0
    events: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    outside: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseloadFigures:
    """How a caseload stands by the results kept of its last check.

    `rows` are those an extract would have; `error_rows` and `warning_rows` those with an error or a warning,
    `open_warning_rows` with a warning that nobody accepted. `errors`, `warnings` and `accepted` count findings;
    accepted ones are among the warnings. `stale` is how many of the `episodes` are due for a check, so that the rest
    is not the whole truth. `causes` are the rules behind errors and warnings, errors first, the largest first.
    """

    episodes: int = 0
    rows: int = 0
    error_rows: int = 0
    warning_rows: int = 0
    open_warning_rows: int = 0
    errors: int = 0
    warnings: int = 0
    accepted: int = 0
    stale: int = 0
    causes: tuple[FindingCount, ...] = ()

    @property
    def none_checked(self) -> bool:
        """Whether nothing of it is checked yet: then percentages would be figures of nothing."""
        return 0 < self.stale >= self.episodes

    @property
    def load_percent(self) -> float:
        """Rows without an error, by our own estimate."""
        return percent(self.rows - self.error_rows, self.rows)

    @property
    def data_quality_percent(self) -> float:
        """Rows without a warning, accepted or not: the portal knows no acceptance."""
        return percent(self.rows - self.warning_rows, self.rows)

    @property
    def quality_without_accepted(self) -> float:
        """Rows without a warning that nobody accepted."""
        return percent(self.rows - self.open_warning_rows, self.rows)
