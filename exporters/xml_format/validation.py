"""Validating a return in XML against a schema as it is read, never held whole.

What a validator says of a value is not passed on: it would carry the value with it.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from exporters.formats.base import SchemaFault, Validation
from exporters.xml_format.reading import MessageReader
from exporters.xml_format.shape import XmlShape, depth_of, local_name
from exporters.xml_format.stand_in_schema import stand_in_schema
from validators.standard.model import Standard

KEPT = 20
_NAME = re.compile(r"Element '(?:\{[^}]*\})?([^']{1,100})'")
OUT_OF_PLACE = "does not belong where it stands, or something is missing before it"
NO_FOLLOWING = "does not follow the schema"
_WHAT = (
    ("MISSING_CHILD", "something is missing in it"),
    ("ELEMENT_CONTENT", OUT_OF_PLACE),
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
    file: "Callable[[], BinaryIO]", schema: etree.XMLSchema, standard: Standard, shape: XmlShape
) -> Validation:
    """Read a file once and say what the schema has against it; `file` opens it, `shape` is the one it was written in.

    Raises OSError when it cannot be read.

    Nothing but the file is read: no document type, no entity, no network. Where something is wrong it is read again,
    to tell the lines: while a file streams past, the validator does not know them.
    """
    count = 0
    with file() as source:
        events = _parsed(source, ("end",), schema=schema)
        try:
            for _ in _messages(events, shape):
                pass
        except etree.XMLSyntaxError:
            count = 1  # of what it is, the second reading tells
        except _CutOff:
            count = len(events.error_log) + 1
        count = max(count, len(events.error_log))
    if not count:
        return Validation(shape.is_stand_in)
    with file() as source:
        placed = _placed(source, schema, standard, shape, count)
    return Validation(shape.is_stand_in, count, tuple(placed or [SchemaFault(0, "the file", NO_FOLLOWING)]))


def _parsed(source: BinaryIO, events: tuple[str, ...], **more: Any) -> Any:
    return etree.iterparse(source, events=events, resolve_entities=False, no_network=True, load_dtd=False, **more)


def _messages(events: Any, shape: XmlShape) -> Iterator[Any]:
    """The messages, each let go of once the next one is read; what the schema has beside them stays as it stands.

    Raises _CutOff for a file that is cut off: beside a schema, lxml itself may pass that over.
    """
    ended, depth = False, len(shape.levels)
    around, beside = shape.levels[-1].tag, shape.levels[-1].others
    before: etree._Element | None = None
    for _, element in events:
        is_within = depth_of(element, depth + 1) == depth and (depth == 1 or element.getparent().tag == around)
        if is_within and local_name(element.tag) not in beside:
            yield element
            element.clear()
            if before is not None and (parent := before.getparent()) is not None:
                parent.remove(before)
            before = element
        ended = element.getparent() is None
    if not ended:
        raise _CutOff


def _placed(
    source: BinaryIO, schema: etree.XMLSchema, standard: Standard, shape: XmlShape, count: int
) -> list[SchemaFault]:
    """The first faults, at most `count`, with their lines and clients; each message is judged by itself."""
    reader, reference = MessageReader(standard), standard.role("client_reference")
    faults: dict[object, SchemaFault] = {}
    try:
        for element in _messages(_parsed(source, ("end",)), shape):
            if schema.validate(_alone(element)):
                continue
            line, name = int(element.sourceline or 0), local_name(element.tag)
            for fault in map(_fault, _entries(schema)):
                # What is around the messages is not whole yet, and has no line here. What stands before them has one,
                # and is said once; so is a message out of place, for something before it is missing.
                if fault.line >= line:
                    client = reader.message(element).values.get(reference, "")
                    is_out_of_place = (fault.line, fault.element, fault.what) == (line, name, OUT_OF_PLACE)
                    faults.setdefault(OUT_OF_PLACE if is_out_of_place else fault, fault._replace(client=client))
                elif fault.line:
                    faults.setdefault(fault, fault)
            if len(faults) >= min(count, KEPT):
                break
    except (etree.XMLSyntaxError, _CutOff) as error:
        faults["the file"] = SchemaFault(getattr(error, "lineno", 0) or 0, "the file", "is not well-formed XML")
    return sorted(faults.values(), key=lambda fault: fault.line)[:KEPT]


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


def _fault(entry: Any) -> SchemaFault:
    found = _NAME.search(entry.message)
    # The validator has one kind for what is missing and for what is too much.
    is_missing = ": Missing child element" in entry.message
    return SchemaFault(entry.line, found[1] if found else "", _what("MISSING_CHILD" if is_missing else entry.type_name))


def _what(kind: str) -> str:
    return next((told for part, told in _WHAT if part in kind), NO_FOLLOWING)
