"""Which field a sentence means: by its header, or by words that only its description has."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from exporters.documents.fields import ReadField
from exporters.documents.lists import one_letter_apart

_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "on",
        "in",
        "which",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "and",
        "or",
        "to",
        "for",
        "with",
        "it",
        "its",
        "at",
        "by",
        "this",
        "that",
        "these",
        "day",
        "date",
        "client",
        "clients",
        "any",
        "item",
        "field",
        "value",
        "whose",
        "has",
        "have",
        "had",
    ]
)


def stems(text: str) -> frozenset[str]:
    """The words of a text that say something, cut to five letters, so that referral and referred are one."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", text.lower()))
    return frozenset(word[:5] for word in words if word not in _STOP)


def _words(text: str) -> frozenset[str]:
    """All words of a text but articles, cut as `stems` cuts them."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", text.lower()))
    return frozenset(word[:5] for word in words if word not in ("the", "a", "an", "of", "on", "which"))


@dataclass(frozen=True)
class NamedFields:
    """The fields of an edition, to be found by the words of a sentence.

    `levels` says for each section whether it is client, episode or an event; `consent`, `birth` and `client_id`
    are the fields that play those parts, empty where there are none; `begun` maps words that a rule explains (an
    intervention has begun) to the date that says so.
    """

    fields: tuple[ReadField, ...]
    levels: Mapping[str, str]
    consent: str = ""
    birth: str = ""
    client_id: str = ""
    begun: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_header(self) -> dict[str, ReadField]:
        """The fields by their header."""
        return {item.header: item for item in self.fields}

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {item.header: stems(item.description) for item in self.fields}

    def header(self, name: str) -> str:
        """The header a name in capitals means: its own, or the one that lacks or has one letter more; "" for none."""
        if name in self.by_header:
            return name
        near = [own for own in self.by_header if one_letter_apart(own, name)]
        return near[0] if len(near) == 1 else ""

    def is_date(self, header: str) -> bool:
        """Whether a field holds days."""
        return self.by_header[header].layout.startswith(("YYYYMMDD", "CCYYMMDD", "YYYY-", "CCYY-"))

    def level(self, header: str) -> str:
        """client, episode or event."""
        return self.levels.get(self.by_header[header].section, "event")

    def together(self, headers: Iterable[str]) -> bool:
        """Whether fields lie on one path: no events of two sections."""
        return len({self.by_header[item].section for item in headers if self.level(item) == "event"}) <= 1

    def meant(self, phrase: str, beside: Collection[str], *, dates: bool) -> str:
        """The one field that a phrase means (`the day of discharge`), for a rule of the fields `beside`; "" for none.

        All words of the phrase stand in the field's description. Fields of the same section go before those of the
        client and the episode; of several, the one whose description begins with the phrase.
        """
        wanted = stems(phrase)
        if not wanted:
            return ""
        if self.birth and dates and wanted == {"birth"}:
            return self.birth
        sections = {self.by_header[item].section for item in beside if item in self.by_header}
        found = [
            item
            for item in self.fields
            if wanted <= self._stems[item.header]
            and (not dates or self.is_date(item.header))
            and (item.section in sections or self.level(item.header) != "event")
        ]
        groups = [[item for item in found if item.section in sections], found]
        if not dates:
            groups.insert(0, [item for item in found if item.header in beside])
        for near in groups:
            if len(near) > 1:
                words = _words(phrase)
                near = [item for item in near if words <= _words(item.description)] or near
            if len(near) == 1:
                return near[0].header
            start = " ".join(re.sub(r"^(?:the|a|an)\s+", "", phrase.lower().strip()).split())
            begin = [item for item in near if item.description.lower().startswith(start)]
            if len(begin) == 1:
                return begin[0].header
            if near:
                return ""
        return ""
