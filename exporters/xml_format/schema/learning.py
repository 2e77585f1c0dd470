"""Learning which element of a schema most likely holds which item: by the published names, whatever lies between."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from exporters.xml_format.schema.mapping import Learned, empty_mapping
from exporters.xml_format.schema.structure import Declared, Structure
from validators.standard.model import Standard
from validators.standard.return_xml import XmlBlock

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SMALL = {"of", "the", "or", "and", "by", "a", "details", "item"}
Way = tuple[Declared, ...]
"""The declared elements from below some element down to another."""


def guess(standard: Standard, structure: Structure) -> Learned:
    """Find each block and item by the published names. What is not found, or found twice, is left empty."""
    form = standard.xml
    assert form is not None
    learned = empty_mapping(standard)
    link = next(block for block in form.blocks if block.occurs == "always")
    best: tuple[int, int] = (1, 0)
    found: tuple[Declared, Way] | None = None
    for root in structure.globals:
        for way in _ways(root):
            # The nearest around the items counts, from the outermost element: a schema may declare every one globally.
            score = (len(_matched(standard, link.headers, way[-1])), len(way))
            if score[0] > 1 and score > best:
                best, found = score, (root, way)
    if found is None:
        return learned
    root, way = found
    # A message is what is repeated, on the way to what links it.
    first = next((at for at, one in enumerate(way) if one.many), max(len(way) - 2, 0))
    message, names = way[first], [one.name for one in way[: first + 1]]
    learned.root, learned.message = root.name, "/".join(names)
    ways: dict[str, Way] = {}
    for block in form.blocks:
        chosen = _block(standard, block, message, ways)
        if chosen is not None:
            ways[block.group] = chosen
            learned.blocks[block.group] = _path(chosen) or "."
    for block in form.blocks:
        if block.group in ways:
            held = ways[block.group][-1] if ways[block.group] else _beside(message)
            learned.elements |= _matched(standard, block.headers, held)
    _outside(standard, message, ways, learned)
    return learned


def likely_places(standard: Standard, message: Declared, header: str) -> list[str]:
    """The paths below a message of all that bear the name of an item."""
    wanted = _wanted(standard, header)
    return [path for path, keys in _leaves(message) if keys & wanted]


def _block(standard: Standard, block: XmlBlock, message: Declared, taken: dict[str, Way]) -> Way | None:
    """The way to the element of a block: the nearest around most of its items, else the one that bears its name."""
    free = [way for way in _ways(message) if not any(way == other[: len(way)] for other in taken.values())]
    scored = [(len(_matched(standard, block.headers, way[-1])), way) for way in free]
    count = max((its for its, _ in scored), default=0)
    most = [way for its, way in scored if its == count]
    nearest = [way for way in most if not any(other[: len(way)] == way for other in most if other != way)]
    # What stands in the message itself; there is only one of each.
    direct = 0 if block.section else len(_matched(standard, block.headers, _beside(message)))
    if direct > count:
        return ()
    # One item alone may bear a name that other blocks use as well.
    if len(nearest) == 1 and (count > 1 or (count and len(block.headers) < 3)):
        return nearest[0]
    return next((way for way in free if way[-1].children and _keys(way[-1].name) & _keys(block.group)), None)


def _beside(message: Declared) -> Declared:
    """A message with what stands in it directly."""
    return replace(message, children=tuple(one for one in message.children if not one.elements))


def _outside(standard: Standard, message: Declared, ways: dict[str, Way], learned: Learned) -> None:
    """Items that stand beside their block, in the message, and nowhere else."""
    form = standard.xml
    assert form is not None
    within = tuple(f"{_path(way)}/" for way in ways.values() if way)
    for block in form.blocks:
        for header in block.headers if block.group in ways and not block.section else ():
            if not learned.elements[header]:
                places = [path for path in likely_places(standard, message, header) if not path.startswith(within)]
                learned.elements[header] = f"/{places[0]}" if len(places) == 1 else ""


def _ways(top: Declared) -> Iterator[Way]:
    """The ways to all elements below one, each before those in it."""
    for one in top.elements:
        yield (one,)
        for rest in _ways(one):
            yield (one, *rest)


def _path(way: Way) -> str:
    return "/".join(one.name for one in way)


def _leaves(top: Declared) -> list[tuple[str, frozenset[object]]]:
    """The path to each value below an element, with the names it goes by: its own, or that of what holds only it."""
    found: list[tuple[str, frozenset[object]]] = []
    for one in top.children:
        inner = _leaves(one) if one.children else []
        if one.has_text:
            found.append((one.name, _keys(one.name)))
        for path, keys in inner:
            # What holds but one value may bear its name.
            alone = _keys(one.name) if len(inner) == 1 and not one.has_text else frozenset()
            found.append((f"{one.name}/{path}", keys | alone | _keys(one.name + path.replace("@", "").title())))
    return found


def _matched(standard: Standard, headers: tuple[str, ...], top: Declared) -> dict[str, str]:
    """The path below an element of each item that one value there bears the name of, and only one."""
    leaves = _leaves(top)
    found: dict[str, str] = {}
    for header in headers:
        wanted = _wanted(standard, header)
        places = [path for path, keys in leaves if keys & wanted]
        if len(places) == 1 and places[0] not in found.values():
            found[header] = places[0]
    return found


def _wanted(standard: Standard, header: str) -> frozenset[object]:
    item = standard.by_header[header]
    names = standard.xml.elements if standard.xml else {}
    return _keys(item.description) | _keys(item.label) | _keys(names[header])


@lru_cache(maxsize=4096)
def _keys(name: str) -> frozenset[object]:
    """What a name is known by, whatever its case and signs: its letters, and its words in any order."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    words = [word.lower() for word in _WORDS.findall(name)]
    return frozenset({letters, tuple(sorted(word for word in words if word not in _SMALL))} - {"", ()})
