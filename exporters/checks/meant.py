"""What the lines of a list of refusals mean among the records that were sent, and what else they may mean.

An identifier tells more than a number, unless it is itself but a number that nothing calls one. Of several records that
bear it the line tells which is meant, and the field: that is of those that have its section. Whatever may mean two
records says so.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from exporters.checks.bounce import Bounce, plain
from validators.standard.model import Standard

EVENT, EPISODE, CLIENT, REFERENCE = range(4)
"""Kinds of identifiers; one that names less goes before one that names more."""
_BY_CHANCE = "other lines of the list are of other records than the identifiers beside them: it may count otherwise"


class SentRecord(Protocol):
    """A row or message of the sent file: the line it begins in, and its episode's identifier."""

    @property
    def line(self) -> int:
        """The line of the file it begins in."""

    @property
    def episode(self) -> str:
        """Its episode's identifier, "" where it has none."""

    @property
    def sections(self) -> Collection[str]:
        """The sections of its events."""


Record = TypeVar("Record", bound=SentRecord)


@dataclass(slots=True)
class Bearers(Generic[Record]):
    """The records that bear an identifier, in their order, and of which kind it is."""

    word: str
    kind: int
    records: list[Record]

    @property
    def episodes(self) -> set[str]:
        """The episodes of all that bear it."""
        return {one.episode for one in self.records}


class Meant(Generic[Record]):
    """The records of the sent file that a list may mean, by line and by identifier."""

    def __init__(self, standard: Standard, listed: Sequence[Bounce], offset: int = 0) -> None:
        """Take the list; the records that it may mean are added as the file is read. `offset` is by how many lines the
        file is ahead of the list's count."""
        self.standard = standard
        self._listed = listed
        self._offset = offset
        self.by_line: dict[int, Record] = {}
        self._words = {word for one in listed for word in (*one.words, *one.named, *map(plain, one.beside))}
        self._by_word: dict[str, Bearers[Record]] = {}
        self._without_zeros: dict[str, Bearers[Record]] = {}

    def wants(self, word: str) -> bool:
        """Whether an identifier of the file is in the list, perhaps without the zeros in front of it."""
        return word in self._words or (word.startswith("0") and word.isdigit() and word.lstrip("0") in self._words)

    def add(self, kind: int, word: str, record: Record) -> None:
        """Note that a record bears an identifier that the list has."""
        if word in self._words:
            self._bear(self._by_word, word, Bearers(word, kind, [record]))
        if word.startswith("0") and word.isdigit() and (bare := word.lstrip("0")) in self._words:
            self._bear(self._without_zeros, bare, Bearers(word, kind, [record]))

    @staticmethod
    def _bear(borne: dict[str, Bearers[Record]], word: str, its: Bearers[Record]) -> None:
        known = borne.get(word)
        if known is None or its.kind < known.kind:
            borne[word] = its
        elif its.kind == known.kind:
            known.records += its.records

    def _best(self, words: Iterable[str]) -> Bearers[Record] | None:
        """What some words mean together: the identifier among them that names the least."""
        found = (self._by_word[word] for word in words if word in self._by_word)
        return min(found, key=lambda one: one.kind, default=None)

    def _here(self, one: Bounce) -> Record | None:
        """The record in the line of the file that a line of the list gives."""
        return self.by_line.get(one.at_line + self._offset) if one.at_line else None

    def _named(self, one: Bounce) -> Bearers[Record] | None:
        """What the identifiers of a line mean."""
        return next(filter(None, map(self._best, one.tiers)), None)

    def of(self, one: Bounce) -> tuple[Record | None, str]:
        """The record that a line means, None for none, and what else it may mean."""
        here, known = self._here(one), self._named(one)
        if known is not None:
            return self._known(one, known, here)
        lost = next((self._without_zeros[word] for word in one.named if word in self._without_zeros), None)
        if lost is not None:
            told = f"it is written {lost.word} in the extract: zeros may be lost, or it means another"
            return (here, "") if here is not None and here.episode in lost.episodes else (lost.records[0], told)
        other = self._best(map(plain, one.beside)) if one.unsure else None
        if other is not None:
            (first, *_), many = self._about(one, other)
            return first, many or f"the column of {other.word} is not known to hold identifiers"
        if here is not None:
            return here, self._doubt_of_line(one, here)
        by_number = self._best(one.numbers)
        if by_number is None:
            return None, ""
        (first, *_), many = self._about(one, by_number)
        alone = plain(one.text) == by_number.word
        return first, many or ("" if alone else f"{by_number.word} may be a number of something else")

    def _known(self, one: Bounce, known: Bearers[Record], here: Record | None) -> tuple[Record, str]:
        """What an identifier means, beside the record of the line that is named with it."""
        meant, many = self._about(one, known)
        if self._is_of_another(one, known, here):
            return meant[0], self.standard.say("line {number} is of another {episode}", number=str(one.at_line))
        if here is not None and any(here is each for each in meant) and not one.unsure:
            # The line tells which of them it is.
            return here, _BY_CHANCE if len(meant) > 1 and self._disagree else ""
        rivals = (self._by_word[word] for tier in one.tiers for word in tier if word in self._by_word)
        return meant[0], many or self._rival(rivals, known.episodes)

    @staticmethod
    def _is_of_another(one: Bounce, known: Bearers[Record], here: Record | None) -> bool:
        """Whether a line gives a line of the file that is of another episode than its identifier is."""
        plainly = one.named_line or (known.word.isdigit() and known.word not in one.named)
        return here is not None and here.episode not in known.episodes and bool(plainly) and not one.unsure

    @cached_property
    def _disagree(self) -> bool:
        """Whether the list may count the lines of the file otherwise: some of it are of other episodes than it says."""
        each = ((one, self._named(one)) for one in self._listed)
        return any(self._is_of_another(one, known, self._here(one)) for one, known in each if known is not None)

    def _about(self, one: Bounce, its: Bearers[Record]) -> tuple[list[Record], str]:
        """The records that a line may mean by an identifier: those that have an event of the section of its field,
        where some have; and what to say where they are several."""
        field = self.standard.by_header.get(one.field)
        section = field.section if field is not None and field.level == "event" else ""
        having = [each for each in its.records if section in each.sections]
        many = self._many(having or its.records)
        if len(having) > 1 and not many:
            rows = self.standard.counted(len(having), "row")
            many = self.standard.say("that {episode} has {many} with that field: this is the first", many=rows)
        return having or its.records, many

    def _many(self, records: Iterable[Record]) -> str:
        episodes = len({one.episode for one in records})
        if episodes < 2:
            return ""
        many = self.standard.counted(episodes, "episode")
        return self.standard.say("that client has {many} in the extract: this is the first", many=many)

    @staticmethod
    def _too(its: Bearers[Record]) -> str:
        return f"{its.word} is an identifier in line {its.records[0].line}, too: it may mean that one"

    @staticmethod
    def _rival(others: Iterable[Bearers[Record]], episodes: set[str]) -> str:
        for other in others:
            if other.episodes.isdisjoint(episodes):
                return Meant._too(other)
        return ""

    def _doubt_of_line(self, one: Bounce, here: Record) -> str:
        """What a line that leads to a record by its number alone may mean else."""
        stated = next((word for word in (*one.named, *one.tiers[-1]) if word not in self._by_word), "")
        if stated:
            return f"{stated} is no identifier of the extract: it may mean none of its lines"
        numbers = [word for word in one.digits if not one.named_line]
        beside = [word for word in numbers if int(word) != one.leading]
        rivals = [
            borne[word]
            for borne, words in ((self._by_word, numbers), (self._without_zeros, beside))
            for word in words
            if word in borne
        ]
        for its in rivals:
            if its.records[0].episode != here.episode:
                return self._too(its)
            if many := self._many(its.records):
                return many
        other = self._best(map(plain, one.beside))
        if other is not None and here.episode not in other.episodes:
            return f"an identifier beside it is that of line {other.records[0].line}: it may mean that one"
        return one.unsure or one.unplaced
