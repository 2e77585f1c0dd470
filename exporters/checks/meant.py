"""What the lines of a list of refusals mean among the records that were sent, and what else they may mean.

An identifier tells more than a number, unless it is itself but a number that nothing calls one. Whatever may mean two
records says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from exporters.checks.bounce import Bounce, plain
from validators.standard.model import Standard

EVENT, EPISODE, CLIENT, REFERENCE = range(4)
"""Kinds of identifiers; one that names less goes before one that names more."""


class SentRecord(Protocol):
    """A row or message of the sent file: the line it begins in, and its episode's identifier."""

    @property
    def line(self) -> int:
        """The line of the file it begins in."""

    @property
    def episode(self) -> str:
        """Its episode's identifier, "" where it has none."""


Record = TypeVar("Record", bound=SentRecord)


@dataclass(slots=True)
class Bearers(Generic[Record]):
    """The first record that bears an identifier, of which kind, and the episodes of all that bear it."""

    word: str
    kind: int
    first: Record
    episodes: set[str]


class Meant(Generic[Record]):
    """The records of the sent file that a list may mean, by line and by identifier."""

    def __init__(self, standard: Standard, listed: Iterable[Bounce]) -> None:
        """Take the list; the records that it may mean are added as the file is read."""
        self.standard = standard
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
            self._bear(self._by_word, word, Bearers(word, kind, record, {record.episode}))
        if word.startswith("0") and word.isdigit() and (bare := word.lstrip("0")) in self._words:
            self._bear(self._without_zeros, bare, Bearers(word, kind, record, {record.episode}))

    @staticmethod
    def _bear(borne: dict[str, Bearers[Record]], word: str, its: Bearers[Record]) -> None:
        known = borne.get(word)
        if known is None or its.kind < known.kind:
            borne[word] = its
        elif its.kind == known.kind:
            known.episodes |= its.episodes

    def _best(self, words: Iterable[str]) -> Bearers[Record] | None:
        """What some words mean together: the identifier among them that names the least."""
        found = (self._by_word[word] for word in words if word in self._by_word)
        return min(found, key=lambda one: one.kind, default=None)

    def of(self, one: Bounce, offset: int = 0) -> tuple[Record | None, str]:
        """The record that a line means, None for none, and what else it may mean; `offset` is by how many lines the
        file is ahead of the list's count."""
        here = self.by_line.get(one.at_line + offset) if one.at_line else None
        known = next(filter(None, map(self._best, one.tiers)), None)
        if known is not None:
            return self._known(one, known, here)
        lost = next((self._without_zeros[word] for word in one.named if word in self._without_zeros), None)
        if lost is not None:
            told = f"it is written {lost.word} in the extract: zeros may be lost, or it means another"
            return (here, "") if here is not None and here.episode in lost.episodes else (lost.first, told)
        other = self._best(map(plain, one.beside)) if one.unsure else None
        if other is not None:
            return other.first, self._many(other) or f"the column of {other.word} is not known to hold identifiers"
        if here is not None:
            return here, self._doubt_of_line(one, here)
        by_number = self._best(one.numbers)
        if by_number is None:
            return None, ""
        many = self._many(by_number)
        alone = plain(one.text) == by_number.word
        return by_number.first, many or ("" if alone else f"{by_number.word} may be a number of something else")

    def _known(self, one: Bounce, known: Bearers[Record], here: Record | None) -> tuple[Record, str]:
        """What an identifier means, beside the record of the line that is named with it."""
        agrees = here is not None and here.episode in known.episodes
        if here is not None and agrees and known.kind >= CLIENT and not one.unsure:
            return here, ""  # the line tells which of the client's it is
        plainly = one.named_line or (known.word.isdigit() and known.word not in one.named)
        if here is not None and not agrees and plainly and not one.unsure:
            return known.first, self.standard.say("line {number} is of another {episode}", number=str(one.at_line))
        rivals = (self._by_word[word] for tier in one.tiers for word in tier if word in self._by_word)
        return known.first, self._many(known) or self._rival(rivals, known.episodes)

    def _many(self, its: Bearers[Record]) -> str:
        if len(its.episodes) < 2:
            return ""
        many = self.standard.counted(len(its.episodes), "episode")
        return self.standard.say("that client has {many} in the extract: this is the first", many=many)

    @staticmethod
    def _too(its: Bearers[Record]) -> str:
        return f"{its.word} is an identifier in line {its.first.line}, too: it may mean that one"

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
            if its.first.episode != here.episode:
                return self._too(its)
            if many := self._many(its):
                return many
        other = self._best(map(plain, one.beside))
        if other is not None and here.episode not in other.episodes:
            return f"an identifier beside it is that of line {other.first.line}: it may mean that one"
        return one.unsure or one.unplaced
