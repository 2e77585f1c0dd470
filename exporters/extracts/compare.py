"""The plain difference between two extracts: new, gone and changed episodes and events, field by field.

What the exporter writes of itself (the software's name and version) is not compared: it says nothing of a person.
"""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

from exporters.formats import choose
from exporters.formats.base import NAMELESS, SentEpisode, SentText
from validators.standard.model import Standard

Change = Literal["new", "gone", "changed"]
Pair = tuple[SentEpisode | None, SentEpisode | None]
_COUNTED = re.compile(r" \([0-9]+\)\Z")
"""Ends the name of an event that another one of its episode has, too."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with what it was and what it is now; empty where there was nothing."""

    header: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: an episode (`section` empty), or an event of it.

    `episode`, `event`, `client` and `reference` are the identifiers as sent, `opened` the day on which the episode was
    opened as sent. `fields` tells what changed; it is empty for what is new or gone as a whole, where `events` says how
    many events came or went with an episode.
    """

    change: Change
    episode: str
    client: str
    reference: str
    section: str = ""
    event: str = ""
    fields: tuple[FieldChange, ...] = ()
    events: int = 0
    opened: str = ""

    @property
    def events_counted(self) -> int:
        """Of how many events it tells: itself, or those that came or went with an episode."""
        return 1 if self.section else self.events


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two extracts have in common and not. The columns that only one of them has are told apart, not compared.

    `changed` are the episodes that both have and that are not `alike`: in their own fields, or in an event of theirs.
    """

    differences: tuple[Difference, ...]
    alike: int
    changed: int
    columns_gone: tuple[str, ...] = ()
    columns_new: tuple[str, ...] = ()

    def count(self, change: Change, events: bool = False) -> int:
        """How many episodes, or events, are new, gone or changed; an episode also by its events, as receipts tell, and
        events also with their episode."""
        if change == "changed" and not events:
            return self.changed
        some = [one for one in self.differences if one.change == change]
        return sum(one.events_counted if events else not one.section for one in some)


def compare(old: SentText, new: SentText) -> Comparison:
    """Compare two extracts; episodes in the order of the older one, then those that are new."""
    old, new = named_alike(old, new)
    fields, opened = compared_fields(old, new), new.standard.role("opened")
    found: list[Difference] = []
    changed = 0
    for was, now in pairs(old, new):
        one = now or was
        day = one.values.get(opened, "") if one is not None else ""
        differences = [replace(each, opened=day) for each in between(was, now, fields)]
        changed += bool(differences and was and now)
        found += differences
    return Comparison(
        tuple(found),
        len(old.groups.keys() & new.groups.keys()) - changed,
        changed,
        tuple(header for header in old.headers if header not in new.headers),
        tuple(header for header in new.headers if header not in old.headers),
    )


def compare_texts(old: Iterable[bytes], new: Iterable[bytes], standard: Standard) -> Comparison:
    """Compare two texts of a standard. Raises Problem when one cannot be compared, and what the texts raise."""
    form = choose.of(standard)
    return compare(form.sent_text([old]), form.sent_text([new]))


def compared_fields(old: SentText, new: SentText) -> frozenset[str]:
    """The columns that both have and that say something of a person."""
    written = {item.header for item in old.standard.fields if item.keyed == "written"}
    return frozenset(old.headers) & frozenset(new.headers) - written


def named_alike(old: SentText, new: SentText) -> tuple[SentText, SentText]:
    """Two texts in which those who do not consent are known alike.

    One edition sends them with the identifier of an episode, the other without: then the client is the same one.
    """
    return _named_as_in(old, new), _named_as_in(new, old)


def _named_as_in(text: SentText, other: SentText) -> SentText:
    nameless = {key for key in other.groups if key.startswith(NAMELESS) and key not in text.groups}
    if not nameless:
        return text
    same, groups = copy(text), dict[str, str]()
    for key, lines in text.groups.items():
        if key not in other.groups:
            some = text.episodes(key)
            client = f"{NAMELESS}{some[0].client}" if len(some) == 1 else ""
            if client in nameless and not text.standard.has_consent(some[0].values):
                key = client
        groups[key] = groups.get(key, "") + lines
    same.groups = groups
    return same


def uncounted(own: str) -> str:
    """The name of an event, without what tells it from others of its episode that are known by the same."""
    return _COUNTED.sub("", own)


def pairs(old: SentText, new: SentText) -> Iterator[Pair]:
    """The episodes whose lines are not the same: as they were, as they are now; None where there is none."""
    same_columns = old.headers == new.headers
    theirs = new.groups
    for key, line in old.groups.items():
        other = theirs.get(key)
        if other is None:
            for was in old.episodes(key):
                yield was, None
        elif other != line or not same_columns:
            yield from _paired(old.episodes(key), new.episodes(key))
    for key in theirs:
        if key not in old.groups:
            for now in new.episodes(key):
                yield None, now


def _paired(was: list[SentEpisode], now: list[SentEpisode]) -> Iterator[Pair]:
    """Under one identifier there is nearly always one episode on each side; else the client tells which is which."""
    if len(was) == len(now) == 1:
        yield was[0], _aligned(was[0], now[0])
        return
    left = {one.client: one for one in now}
    for one in was:
        its = left.pop(one.client, None)
        yield one, _aligned(one, its) if its is not None else None
    for one in left.values():
        yield None, one


def _aligned(was: SentEpisode, now: SentEpisode) -> SentEpisode:
    """An episode as it is now, where several of its events are known by the same: each by the name of the one that says
    the same, else of the next in order."""
    named: dict[tuple[str, str], list[str]] = {}
    for section, own in dict.fromkeys((*was.events, *now.events)):
        named.setdefault((section, uncounted(own)), []).append(own)
    if all(len(names) == 1 for names in named.values()):
        return now
    events: dict[tuple[str, str], dict[str, str]] = {}
    for (section, _), names in named.items():
        left = [(section, own) for own in names]
        others = []
        for key in [key for key in left if key in now.events]:
            same = next((one for one in left if was.events.get(one) == now.events[key]), None)
            if same is None:
                others.append(key)
            else:
                left.remove(same)
                events[same] = now.events[key]
        left.sort(key=lambda one: one not in was.events)
        events |= {name: now.events[key] for name, key in zip(left, others, strict=False)}
    return replace(now, events=events)


def between(was: SentEpisode | None, now: SentEpisode | None, fields: frozenset[str]) -> Iterator[Difference]:
    """What differs between an episode as it was and as it is."""
    one = now or was
    if one is None:
        return
    name = (one.episode, one.client, one.reference or (was.reference if was else ""))
    if was is None or now is None:
        yield Difference("new" if was is None else "gone", *name, events=len(one.events))
        return
    if changed := _changed(was.values, now.values, fields):
        yield Difference("changed", *name, fields=changed)
    for (section, event), values in was.events.items():
        after = now.events.get((section, event))
        if after is None:
            yield Difference("gone", *name, section, event)
        elif changed := _changed(values, after, fields):
            yield Difference("changed", *name, section, event, changed)
    for section, event in now.events:
        if (section, event) not in was.events:
            yield Difference("new", *name, section, event)


def _changed(was: dict[str, str], now: dict[str, str], fields: frozenset[str]) -> tuple[FieldChange, ...]:
    if was == now:
        return ()
    return tuple(
        FieldChange(header, was.get(header, ""), now.get(header, ""))
        for header in dict.fromkeys((*was, *now))
        if header in fields and was.get(header, "") != now.get(header, "")
    )
