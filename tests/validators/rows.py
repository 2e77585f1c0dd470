"""How a rule's rows are written down: what changes → what a file says, and the store where it says something else."""

from dataclasses import dataclass, replace

from tests.validators.builders import episode, withheld
from validators.records import EpisodeRecord, Event


@dataclass(frozen=True)
class Row:
    """A record, and all findings it gives. `rule` is the rule that the row is about."""

    rule: str
    name: str
    record: EpisodeRecord
    file: tuple[str, ...]
    store: tuple[str, ...]
    submission: str

    def but_stored(self, *told: str) -> "Row":
        """The same row, with what the store says of it instead."""
        return replace(self, store=told)


def row(rule: str, *told_of: str | Event, submission: str = "", **changes: str) -> Row:
    """A valid episode with these events but for the changes, and what is told of it in a file and in the store."""
    events = [part for part in told_of if isinstance(part, Event)]
    return _row(rule, episode(*events, **changes), told_of, submission, changes)


def no_consent(rule: str, *told_of: str | Event, **changes: str) -> Row:
    """The same for an episode whose client did not consent."""
    events = [part for part in told_of if isinstance(part, Event)]
    return _row(rule, withheld(*events, **changes), told_of, "", {"CONSENT": "N", **changes})


def _row(
    rule: str, record: EpisodeRecord, told_of: tuple[str | Event, ...], submission: str, changes: dict[str, str]
) -> Row:
    told = tuple(part for part in told_of if isinstance(part, str))
    shown = [f"{header}={value}" for header, value in changes.items()]
    shown += [f"{header}={value}" for event in record.events for header, value in event.values.items()]
    name = f"{rule}: {' '.join(shown) or 'nothing'}" + (f" in {submission}" if submission else "")
    return Row(rule, name, record, told, told, submission)


def rules_in(told: tuple[str, ...]) -> set[str]:
    """The rules that findings belong to."""
    return {line.split()[1] for line in told}
