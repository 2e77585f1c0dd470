"""The text of extracts in XML by their journeys, to be compared: what several messages say of one is put together.

A journey is known by the values that link its messages. A message is packed as one text; it is taken apart where it is
asked for.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from exporters.formats.base import EarlierText, SentEpisode, Went, event_name
from exporters.formats.kept_text import Pieces
from exporters.formats.links import digest
from exporters.xml_format.reading import Message, MessageReader
from exporters.xml_format.shape import linking
from validators.records import Values
from validators.standard.model import Standard

Events = dict[str, dict[str, str]]
"""The events of a journey, by section and name."""


class XmlText:
    """Extracts by their journeys. The later one of several messages says what holds; what it does not say stays."""

    def __init__(self, texts: Iterable[Iterable[bytes]], standard: Standard, went: Went = dict) -> None:
        """Read the texts, in the order they were sent; `went` as `Format.sent_text` takes it.

        Raises Problem for another standard's, and what the texts raise.
        """
        self.standard = standard
        self.headers = standard.headers
        self.rows = 0
        self.groups: dict[str, str] = {}
        self._went = went
        self._ids: Mapping[str, Mapping[str, int]] | None = None
        self._at = -1
        blocks = standard.xml.blocks if standard.xml else ()
        self._headers = {block.section: block.headers for block in blocks if block.section}
        link = linking(standard)
        assert link is not None
        agency = standard.role("agency")
        self._link = [header for header in link.headers if header != agency]
        readers: dict[str, MessageReader] = {}
        for self._at, text in enumerate(texts):
            then, renamed = (text.standard, text.renamed) if isinstance(text, EarlierText) else (standard, {})
            if then.id not in readers:
                readers[then.id] = MessageReader(then, kept=True)
            source = io.BufferedReader(Pieces(text), 1 << 16)
            for message in readers[then.id].read(source, "The text of the extract"):
                self._take(_renamed(message, renamed) if renamed else message)

    def _take(self, message: Message) -> None:
        self.rows += 1
        key = " ".join(message.values.get(header, "") or "-" for header in self._link)
        values = {header: value for header, value in message.values.items() if value}
        before, its = json.loads(self.groups[key]) if key in self.groups else ({}, {})
        events: dict[str, dict[str, str]] = {}
        for event in message.events:
            if event.section not in self.standard.section_by_id:
                continue  # of an edition that had it
            filled = {header: value for header, value in event.values.items() if value}
            events[self._own(event.section, filled, events, its)] = filled
        values, events = before | values, its | events
        # Sorted, so that two of the same content are the same text.
        self.groups[key] = json.dumps((values, events), sort_keys=True)

    def _own(self, section: str, values: dict[str, str], taken: Events, its: Events) -> str:
        """What an event is known by within its journey; of several that are known by the same each is counted, whether
        one message tells of them (`taken`) or others did before (`its`)."""
        own = event_name(self.standard, section, values)
        name, count = f"{section}\t{own or '?'}", 1
        while name in taken or (name in its and self._is_another(section, its[name], values)):
            count += 1
            name = f"{section}\t{own or '?'} ({count})"
        return name

    def _is_another(self, section: str, before: Values, now: Values) -> bool:
        """Whether it is kept that what two messages say was said of two events that were there at once, and not first
        and then of one, or of one that was keyed anew. In one text they are two journeys' under one name."""
        if before == now or self._at == 0:
            return before != now
        if self._ids is None:
            self._ids = self._went()
        headers = self._headers[section]
        was, its = (self._ids.get(digest(values, headers), {}) for values in (before, now))
        return any(many > self._at for many in was.values()) and bool(its) and not was.keys() & its.keys()

    def episodes(self, key: str) -> list[SentEpisode]:
        """The journey of that name."""
        values, events = json.loads(self.groups[key])
        reference = values.get(self.standard.role("client_reference"), "")
        found: dict[tuple[str, str], dict[str, str]] = {}
        for name, own in events.items():
            section, _, called = name.partition("\t")
            found[section, called] = own
        return [SentEpisode(key, reference, reference, values, found)]


def _renamed(message: Message, renamed: Mapping[str, str]) -> Message:
    """A message with its values under other headers."""
    return replace(
        message,
        values=_under(message.values, renamed),
        events=[replace(one, values=_under(one.values, renamed)) for one in message.events],
    )


def _under(values: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    return {renamed.get(header, header): value for header, value in values.items()}
