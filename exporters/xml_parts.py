"""How the parts of a message are written: each is made into a function once, which then writes it for every journey."""

from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from exporters.xml_shape import Part
from validators.records import Event

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
