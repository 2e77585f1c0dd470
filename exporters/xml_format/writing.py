"""Writing a return in XML: one message after another, each let go of once it is written.

An element stands on a line of its own, one message after the other, so that a line's number tells the element; the
same records always give the same bytes. An item without a value is left out.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC
from typing import TYPE_CHECKING, Any

from lxml import etree

from exporters.formats.base import ReturnDetails, Sink
from exporters.formats.kept_text import KeptText
from exporters.formats.without_consent import cut
from exporters.xml_format.schema.mapping import COUNTS, MAPPING, filled, places_in
from exporters.xml_format.shape import Part, XmlShape, name_of
from validators.problems import Problem
from validators.records import EpisodeRecord, Event
from validators.standard.model import Standard

if TYPE_CHECKING:
    from lxml.etree import _Element

# How the parts of a message are written: each is made into a function once, which then writes it for every journey.

Fill = Callable[[Any, Any, Sequence[Event]], bool]
"""Writes a part into an element, from values or events; whether anything that is sent is in it."""


def always(part: Part) -> bool:
    """Whether a block is written although nothing is in it."""
    return part.block is not None and (part.required or part.block.occurs == "always")


def plain_fields(part: Part) -> list[tuple[str, str]] | None:
    """The fields of a block that holds nothing but them, one element each, which is written fast; else None."""
    return [(own.header, own.tag) for own in part.parts] if part.block and all(map(_plain, part.parts)) else None


def filling(part: Part) -> Fill:
    """The function that writes a part wherever it belongs."""
    if not part.section:
        return _filling(part)
    section, one = part.section, _filling(part)

    def each(parent: Any, values: Any, events: Sequence[Event]) -> bool:
        its = [event for event in events if event.section == section]
        for event in its:
            one(parent, event.values, ())
        return bool(its)

    return each


def _plain(part: Part) -> bool:
    return bool(part.header) and part.tag[0] != "@" and not part.parts


def _filling(part: Part) -> Fill:
    if part.tag[0] == "@":
        return _attribute(part.tag[1:], part.header, part.text)
    if _plain(part):
        return _items([(part.header, part.tag)])
    return _item(part) if part.header else _wrapper(part)


def _attribute(name: str, header: str, text: str) -> Fill:
    def attribute(parent: Any, values: Any, events: Sequence[Event]) -> bool:
        if value := text or values.get(header):
            parent.set(name, value)
            return bool(header)
        return False

    return attribute


def _items(fields: list[tuple[str, str]]) -> Fill:
    make = etree.SubElement

    def items(parent: Any, values: Any, events: Sequence[Event]) -> bool:
        get, filled = values.get, False
        for header, tag in fields:
            if value := get(header):
                make(parent, tag).text = value
                filled = True
        return filled

    return items


def _item(part: Part) -> Fill:
    """An item with something in its element beside the value."""
    header, tag, inside = part.header, part.tag, _inside(part)

    def item(parent: Any, values: Any, events: Sequence[Event]) -> bool:
        value = values.get(header)
        if not value:
            return False
        own = etree.SubElement(parent, tag)
        own.text = value
        for fill in inside:
            fill(own, values, events)
        return True

    return item


def _wrapper(part: Part) -> Fill:
    tag, text, inside = part.tag, part.text, _inside(part)
    is_sent = bool(part.section) or (part.block is not None and part.block.occurs == "always")
    stays = part.required or bool(text)

    def wrapper(parent: Any, values: Any, events: Sequence[Event]) -> bool:
        own, filled = etree.SubElement(parent, tag), is_sent
        if text:
            own.text = text
        for fill in inside:
            filled |= fill(own, values, events)
        if not (filled or stays):
            parent.remove(own)
        return filled

    return wrapper


def _inside(part: Part) -> list[Fill]:
    """The functions for what is in a part; items that follow each other are written by one."""
    found: list[Fill] = []
    run: list[tuple[str, str]] = []
    for one in part.parts:
        if _plain(one):
            run.append((one.header, one.tag))
            continue
        if run:
            found.append(_items(run))
            run = []
        found.append(filling(one))
    return [*found, _items(run)] if run else found


STAND_IN = (
    " Written by Keywork by its own stand-in schema, made from the published items and formats. "
    "Not validated against the official schema: not ready to be sent. "
)


class _Digesting:
    """A file that keeps the digest of all that is written to it."""

    def __init__(self, file: Sink) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self._file.write(data)
        return len(data)


def _known(details: ReturnDetails) -> dict[str, str]:
    """What a return says of itself before anything is written."""
    return {
        "today": details.today.isoformat(),
        "now": f"{details.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "from": details.period.start.isoformat(),
        "to": details.period.end.isoformat(),
        "agency": details.agency,
        "kind": details.kind,
    }


class XmlWriter:
    """Writes messages in a shape and keeps the digest of all bytes. `finish` must be called at the end.

    Where the file says how much is in it, the messages wait until that is known, compressed.
    """

    def __init__(self, standard: Standard, file: Sink, shape: XmlShape, details: ReturnDetails | None = None) -> None:
        """Write the root's beginning first. Raises Problem for texts that need details where there are none."""
        self.standard = standard
        names = {name for text in shape.texts for name in places_in(text)}
        if names and details is None:
            raise Problem(f"{MAPPING} has texts that are filled for each file, and nothing is known of this one.")
        if names and details is not None:
            known = _known(details)
            shape = shape.told(lambda text: filled(text, known))
        self.shape = shape
        self._waiting = KeptText("utf-8") if names & set(COUNTS) else None
        self._journeys = self._rows = 0
        self._file = _Digesting(file)
        self._message = shape.message
        self._plan: list[tuple[Fill | None, list[tuple[str, str]], str, bool, str]] = []
        for one in shape.body.parts:
            fields = plain_fields(one)
            fill = filling(one) if fields is None else None
            self._plan.append((fill, fields or [], one.section, always(one), one.tag))
        self._names: Any = shape.namespaces or None
        self._open = ExitStack()
        self._levels: list[Any] = []
        if self._waiting is None:
            self._begin()

    def _begin(self) -> None:
        """Write all that stands before the messages."""
        shape = self.shape
        self._out = self._open.enter_context(etree.xmlfile(self._file, encoding="utf-8"))
        self._out.write_declaration()
        if shape.is_stand_in:
            self._out.write(etree.Comment(STAND_IN), pretty_print=True)
        for level in shape.levels:
            opened = self._out.element(level.tag, dict(level.attributes), nsmap=None if self._levels else self._names)
            opened.__enter__()
            self._levels.append(opened)
            self._out.write("\n")
            self._beside(level.before)

    def write(self, record: EpisodeRecord) -> None:
        """Write the message of one journey: the blocks that hold anything, and the one that every message has.

        Without a recorded agreement nothing is written but what the edition allows, whatever was selected. Raises
        Problem, naming the journey, for a character that XML cannot hold.
        """
        record = cut(self.standard, record)
        message = etree.Element(self._message, nsmap=self._names)
        values = {**record.client, **record.episode}
        try:
            for fill, fields, section, is_always, element in self._plan:
                if fill is not None:
                    fill(message, values, record.events)
                elif section:
                    for event in record.events:
                        if event.section == section:
                            self._block(message, element, fields, event.values)
                elif is_always or any(values.get(header) for header, _ in fields):
                    self._block(message, element, fields, values)
        except ValueError:
            raise self._unwritable(record) from None
        self._journeys += 1
        self._rows += max(1, len(record.events))
        if self._waiting is None:
            self._out.write(message, pretty_print=True)
        else:
            self._waiting.write(etree.tostring(message, pretty_print=True, encoding="utf-8"))

    @staticmethod
    def _block(message: "_Element", element: str, fields: list[tuple[str, str]], values: Any) -> None:
        block = etree.SubElement(message, element)
        get, make = values.get, etree.SubElement
        for header, own in fields:
            if value := get(header):
                make(block, own).text = value

    def _beside(self, parts: tuple[Part, ...]) -> None:
        """Write what stands beside the messages, the same in every file."""
        for part in parts:
            holder = etree.Element("x", nsmap=self._names)
            filling(part)(holder, {}, ())
            self._out.write(holder[0], pretty_print=True)

    def _unwritable(self, record: EpisodeRecord) -> Problem:
        rows = [{**record.client, **record.episode}, *(event.values for event in record.events)]
        for values in rows:
            for header, value in values.items():
                try:
                    etree.Element("x").text = value
                except ValueError:
                    told = self.standard.say(
                        "The {episode} {name} holds a character in {label} that XML cannot hold: mend it and export"
                        " again.",
                        name=ascii(name_of(self.standard, record))[1:-1],
                        label=self.standard.by_header[header].label,
                    )
                    return Problem(told)
        return Problem("A value holds a character that XML cannot hold: mend it and export again.")

    def finish(self) -> str:
        """Close the root and give the SHA-256 of all bytes."""
        if self._waiting is not None:
            counts = {"journeys": str(self._journeys), "rows": str(self._rows)}
            self.shape = self.shape.told(lambda text: filled(text, counts))
            self._begin()
            self._out.flush()
            for piece in self._waiting.pieces():
                self._file.write(piece)
        for level, opened in zip(reversed(self.shape.levels), reversed(self._levels), strict=True):
            self._beside(level.after)
            opened.__exit__(None, None, None)
            if opened is not self._levels[0]:
                self._out.write("\n")
        self._open.close()
        return self._file.digest.hexdigest()
