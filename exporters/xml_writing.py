"""Writing a return in XML: one message after another, each let go of once it is written.

An element stands on a line of its own, one message after the other, so that a line's number tells the element; the
same records always give the same bytes. An item without a value is left out.
"""

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, BinaryIO

from lxml import etree

from exporters.xml_parts import Fill, always, filling, plain_fields
from exporters.xml_shape import Part, XmlShape, name_of
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.standard import Standard

if TYPE_CHECKING:
    from lxml.etree import _Element

STAND_IN = (
    " Written by Keywork by its own stand-in schema, made from the published items and formats. "
    "Not validated against the official schema: not ready to be sent. "
)


class _Digesting:
    """A file that keeps the digest of all that is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self._file.write(data)
        return len(data)


class XmlWriter:
    """Writes messages in a shape and keeps the digest of all bytes. `finish` must be called at the end."""

    def __init__(self, standard: Standard, file: BinaryIO, shape: XmlShape) -> None:
        """Write to a binary file; the root's beginning first."""
        self.standard, self.shape = standard, shape
        self._file = _Digesting(file)
        self._message = shape.message
        self._plan: list[tuple[Fill | None, list[tuple[str, str]], str, bool, str]] = []
        for one in shape.body.parts:
            fields = plain_fields(one)
            fill = filling(one) if fields is None else None
            self._plan.append((fill, fields or [], one.section, always(one), one.tag))
        self._names: Any = shape.namespaces or None
        self._open = ExitStack()
        self._out = self._open.enter_context(etree.xmlfile(self._file, encoding="utf-8"))
        self._out.write_declaration()
        if shape.is_stand_in:
            self._out.write(etree.Comment(STAND_IN), pretty_print=True)
        self._levels: list[Any] = []
        for level in shape.levels:
            opened = self._out.element(level.tag, dict(level.attributes), nsmap=None if self._levels else self._names)
            opened.__enter__()
            self._levels.append(opened)
            self._out.write("\n")
            self._beside(level.before)

    def write(self, record: EpisodeRecord) -> None:
        """Write the message of one journey: the blocks that hold anything, and the one that every message has.

        Raises Problem, naming the journey, for a character that XML cannot hold.
        """
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
        self._out.write(message, pretty_print=True)

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
                    what = self.standard.words.get("episode", "episode")
                    label = self.standard.by_header[header].label
                    return Problem(
                        f"The {what} {ascii(name_of(self.standard, record))[1:-1]} holds a character in {label} that "
                        "XML cannot hold: mend it and export again."
                    )
        return Problem("A value holds a character that XML cannot hold: mend it and export again.")

    def finish(self) -> str:
        """Close the root and give the SHA-256 of all bytes."""
        for level, opened in zip(reversed(self.shape.levels), reversed(self._levels), strict=True):
            self._beside(level.after)
            opened.__exit__(None, None, None)
            if opened is not self._levels[0]:
                self._out.write("\n")
        self._open.close()
        return self._file.digest.hexdigest()
