"""What an edition would change in what is found about the records of a store, before it is installed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from store.facts import AgencyInfo
from store.month import agency_settings
from store.records import read
from store.snapshot import Snapshot
from validators.records import Finding
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.model import Standard


@dataclass(slots=True)
class Effect:
    """How many episodes of an agency gain or lose findings, and by which rules.

    One that does both counts on both sides; `gained` and `lost` count episodes by rule, `word` is what the standard
    calls one.
    """

    agency: str
    word: str
    episodes: int = 0
    gaining: int = 0
    losing: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str:
        """In a sentence."""
        of = f"{self.agency}: of {self.episodes:,} {self.word}s"
        if not self.gaining and not self.losing:
            return f"{of} none gains or loses findings"
        by = "; ".join(
            f"{sign} rule {rule} in {many:,}"
            for sign, counts in (("+", self.gained), ("-", self.lost))
            for rule, many in counts.most_common(6)
        )
        many = f"{self.gaining:,} gain and {self.losing:,} lose findings"
        return f"{of} {many} ({by})"


def effect(snapshot: Snapshot, agency: AgencyInfo, old: Standard | None, new: Standard, today: date) -> Effect:
    """What becomes of an agency's findings when `new` takes the place of `old` (None: nothing was found by anything).

    Each record is looked at by itself; what compares records with each other is not asked. Raises Problem.
    """
    found = Effect(agency.code, new.word("episode"))
    settings = agency_settings.settings(snapshot, agency)
    context = Context(today, "store", settings=settings, agency=agency.code)
    before, after = Checker(old) if old is not None else None, Checker(new)
    for record in read.episodes(snapshot, agency):
        was = set(_marks(before.check(record, context))) if before else set()
        now = set(_marks(after.check(record, context)))
        found.episodes += 1
        found.gaining += bool(now - was)
        found.losing += bool(was - now)
        found.gained.update({rule for rule, *_ in now - was})
        found.lost.update({rule for rule, *_ in was - now})
    return found


def _marks(findings: list[Finding]) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    for one in findings:
        yield one.rule, one.severity.value, one.event_id, one.fields
