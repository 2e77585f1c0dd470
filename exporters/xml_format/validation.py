"""Validating a return in XML against a schema as it is read, never held whole.

What a validator says of a value is not passed on: it would carry the value with it.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from exporters.formats.base import Validation
from exporters.xml_format.shape import XmlShape, depth_of
from exporters.xml_format.stand_in_schema import stand_in_schema
from validators.standard.model import Standard

KEPT = 20
_NAME = re.compile(r"Element '(?:\{[^}]*\})?([^']{1,100})'")
_WHAT = (
    ("MISSING_CHILD", "something is missing in it"),
    ("ELEMENT_CONTENT", "does not belong where it stands, or something is missing before it"),
    ("FACET_VALID", "its value does not fit the format"),
    ("DATATYPE_VALID", "its value does not fit the format"),
    ("PATTERN_VALID", "its value does not fit the format"),
    ("LENGTH_VALID", "its value does not fit the format"),
    ("ENUMERATION_VALID", "its value is none of those that are allowed"),
)


class _CutOff(Exception):
    """A file ends before its outermost element does."""


def schema_of(standard: Standard, shape: XmlShape) -> etree.XMLSchema:
    """The schema that a shape is validated by. Raises Problem when an installed one cannot be used."""
    if not shape.is_stand_in:
        from exporters.xml_format.schema.installed import compiled

        return compiled(standard)
    return etree.XMLSchema(etree.fromstring(stand_in_schema(standard)))


def validate(
    file: "Callable[[], BinaryIO]", schema: etree.XMLSchema, *, is_stand_in: bool, around: tuple[str, ...] = ()
) -> Validation:
    """Read a file once and say what the schema has against it; `file` opens it. Raises OSError when it cannot be read.

    `around` are the elements that are around the messages, but for the root.

    Nothing but the file is read: no document type, no entity, no network. Where something is wrong it is read again,
    to tell the lines: while a file streams past, the validator does not know them.
    """
    count = 0
    with file() as source:
        events = _parsed(source, ("end",), schema=schema)
        try:
            for _ in _messages(events, around):
                pass
        except (etree.XMLSyntaxError, _CutOff):
            count = 1  # of what it is, the second reading tells
        count = max(count, len(events.error_log))
    if not count:
        return Validation(is_stand_in)
    with file() as source:
        placed = _placed(source, schema, around) or [(0, "the file", "does not follow the schema")]
    return Validation(is_stand_in, count, tuple(placed))


def _parsed(source: BinaryIO, events: tuple[str, ...], **more: Any) -> Any:
    return etree.iterparse(source, events=events, resolve_entities=False, no_network=True, load_dtd=False, **more)


def _messages(events: Any, around: tuple[str, ...]) -> Iterator["etree._Element"]:
    """The elements within those, each let go of once the next one is read.

    Raises _CutOff for a file that is cut off: beside a schema, lxml itself may pass that over.
    """
    ended, depth = False, len(around) + 1
    before: etree._Element | None = None
    for _, element in events:
        if depth_of(element, depth + 1) == depth and (not around or element.getparent().tag == around[-1]):
            yield element
            element.clear()
            if before is not None and (parent := before.getparent()) is not None:
                parent.remove(before)
            before = element
        ended = element.getparent() is None
    if not ended:
        raise _CutOff


def _placed(source: BinaryIO, schema: etree.XMLSchema, around: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """The first faults with their lines, each message judged by itself."""
    faults: list[tuple[int, str, str]] = []
    try:
        for element in _messages(_parsed(source, ("end",)), around):
            if not schema.validate(_alone(element)):
                # What stands around it is not whole yet: what is said of that is none of the message's faults.
                line = element.sourceline or 0
                faults += [_fault(entry) for entry in _entries(schema) if entry.line >= line]
                if len(faults) >= KEPT:
                    break
    except (etree.XMLSyntaxError, _CutOff) as error:
        faults.append((getattr(error, "lineno", 0) or 0, "the file", "is not well-formed XML"))
    return faults[:KEPT]


def _alone(element: Any) -> Any:
    """A copy of a message in copies of the elements around it, with what stands there before the messages."""
    own, inner = copy.deepcopy(element), element
    own.tail = None
    while (around := inner.getparent()) is not None:
        made = etree.Element(around.tag, around.attrib, nsmap=around.nsmap)
        # Of the messages before, the last one is still there, and empty.
        made.extend(copy.deepcopy(one) for one in inner.itersiblings(preceding=True) if one.tag != element.tag)
        made[:] = reversed(made)
        made.append(own)
        own, inner = made, around
    return own


def _entries(judged: Any) -> list[Any]:
    return list(judged.error_log)


def _fault(entry: Any) -> tuple[int, str, str]:
    found = _NAME.search(entry.message)
    return entry.line, found[1] if found else "", _what(entry.type_name)


def _what(kind: str) -> str:
    return next((told for part, told in _WHAT if part in kind), "does not follow the schema")
