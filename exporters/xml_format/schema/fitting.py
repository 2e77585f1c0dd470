"""A mapping laid over a schema: the shape that returns are written in, or what is missing, in one sentence each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from exporters.xml_format.schema.enumerations import Allowed
from exporters.xml_format.schema.learning import likely_places
from exporters.xml_format.schema.mapping import COUNTS, MAPPING, NOT_SENT, Learned, places_in
from exporters.xml_format.schema.structure import Declared, Structure
from exporters.xml_format.shape import Level, Part, XmlShape, local_name
from validators.problems import Problem
from validators.standard.model import Standard
from validators.standard.return_xml import XmlBlock


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a mapping comes to: names not mapped, each with a sentence; what the schema demands and nothing fills.

    `allowed` are the values that the schema enumerates for each item that is mapped.
    """

    unmapped: tuple[str, ...]
    reasons: tuple[str, ...]
    demanded: tuple[str, ...] = ()
    shape: XmlShape | None = None
    allowed: Mapping[str, Allowed] = field(default_factory=dict)


@dataclass
class _Node:
    """An element of the message as it grows: what is mapped to it, and those of its children that are used."""

    declared: Declared
    path: str = ""
    header: str = ""
    text: str = ""
    block: XmlBlock | None = None
    section: str = ""
    children: dict[int, "_Node"] = field(default_factory=dict)


def fit(standard: Standard, structure: Structure, learned: Learned) -> Fitted:
    """Lay a mapping over a schema. Raises Problem for a place that the schema does not have, or that is taken twice."""
    root = structure.element(learned.root)
    if learned.root and root is None:
        raise _not_there("root", learned.root, structure.globals)
    told = learned.told
    for block in standard.xml.blocks if standard.xml else ():
        if learned.blocks[block.group] == NOT_SENT:
            told = {name: place or NOT_SENT if name in block.headers else place for name, place in told.items()}
    unmapped = tuple(name for name, place in told.items() if not place)
    if root is None or not learned.message:
        return Fitted(unmapped, tuple(_reason(standard, learned, None, name) for name in unmapped))
    fitting = _Fitting(standard, learned, root)
    fitting.map_blocks()
    fitting.map_fixed()
    reasons = tuple(_reason(standard, learned, fitting.body.declared, name) for name in unmapped)
    shape = fitting.shape()
    return Fitted(unmapped, reasons, tuple(fitting.demanded), None if unmapped else shape, fitting.allowed)


class _Fitting:
    """One mapping on its way to a shape."""

    def __init__(self, standard: Standard, learned: Learned, root: Declared) -> None:
        """Find the message. Raises Problem where it is not."""
        self._standard, self._learned = standard, learned
        steps = [root]
        for name in _names(learned.message):
            steps.append(_step("message", learned.message, steps[-1], name))
        if len(steps) == 1 or any(one.name.startswith("@") for one in steps):
            raise _not_there("message", learned.message, root.elements)
        # What may be repeated is opened for each message; what is above it, once.
        first = next((at for at, one in enumerate(steps) if at and one.many), len(steps) - 1)
        way = [_Node(one, "/".join(own.name for own in steps[1 : at + 1])) for at, one in enumerate(steps)]
        self._above, self.body = way[:first], way[first]
        self._prefix = [one.name for one in steps[first + 1 :]]
        self.demanded: list[str] = []
        self.allowed: dict[str, Allowed] = {}

    def _at(self, what: str, place: str, names: Iterable[str], top: _Node) -> list[_Node]:
        """The nodes on the way to a place, the place last; they are made where they are not there yet."""
        way = [top]
        for name in names:
            above = way[-1]
            own = _step(what, place, above.declared, name)
            at = above.declared.children.index(own)
            way.append(above.children.setdefault(at, _Node(own, f"{above.path}/{name}".lstrip("/"))))
        return way

    # Blocks and their items

    def map_blocks(self) -> None:
        """Find the place of each block, and of the items in it."""
        form = self._standard.xml
        assert form is not None
        placed: list[tuple[XmlBlock, list[str]]] = []
        for block in form.blocks:
            place = self._learned.blocks.get(block.group, "")
            if place and place != NOT_SENT:
                names = [*self._prefix, *_names(place)]
                self._place_block(block, place, self._at(block.group, place, names, self.body))
                placed.append((block, names))
        for block, names in placed:
            for header in block.headers:
                place = self._learned.elements.get(header, "")
                if place and place != NOT_SENT:
                    self._place_item(block, header, place, names)
        if mixed := self._mixed(self.body, ""):
            raise Problem(f"{MAPPING} puts {mixed} into an element that is repeated for others: name another place.")

    def _place_block(self, block: XmlBlock, place: str, way: list[_Node]) -> None:
        node = way[-1]
        if node.block is not None:
            raise Problem(f"{MAPPING} names the element {_shown(place)} for {node.block.group} and {block.group}.")
        if not block.section:
            # The message itself is there for every block; what it holds tells which of them are sent.
            node.block = block if node is not self.body else None
            return
        node.block = block
        repeated = next((one for one in reversed(way[1:]) if one.declared.many), node)
        if node is self.body or repeated.section:
            raise Problem(f"{MAPPING} puts {block.group} into what is repeated for others: name another place.")
        repeated.section = block.section

    def _place_item(self, block: XmlBlock, header: str, place: str, names: list[str]) -> None:
        is_above = place.startswith("/")
        if is_above and block.section:
            raise Problem(f"{MAPPING} puts {header} outside its block, which is repeated: name a place in it.")
        way = [*self._prefix, *_names(place)] if is_above else [*names, *_names(place)]
        node = self._at(header, place, way, self.body)[-1]
        if node.header or node.text or node.block is not None or node is self.body:
            raise Problem(f"{MAPPING} names the element {_shown(place)} for {header}, and for something else as well.")
        if not node.declared.has_text:
            raise Problem(f"{MAPPING} names {_shown(place)} for {header}, where no value can stand: name one in it.")
        node.header = header
        self.allowed[header] = node.declared.allowed

    def _mixed(self, node: _Node, section: str) -> str:
        """A name that lies in an element repeated for the events of another section; empty where there is none."""
        section = node.section or section
        own = self._standard.by_header[node.header] if node.header else None
        if own is not None and section and own.section != section:
            return own.header
        if node.block is not None and section and node.block.section != section:
            return node.block.group
        return next((found for one in node.children.values() if (found := self._mixed(one, section))), "")

    # What is the same in every file

    def map_fixed(self) -> None:
        """Find the places of fixed texts."""
        for place, text in self._learned.fixed.items():
            names = _names(place)
            top = self._above[0]
            for node in (*self._above[1:], self.body):
                if names[:1] == [node.declared.name]:
                    top, names = node, names[1:]
                else:
                    break
            try:
                etree.Element("x").text = text
            except ValueError:
                raise Problem(f"{MAPPING} has a text for {_shown(place)} that XML cannot hold: mend it.") from None
            node = self._at("fixed", place, names, top)[-1]
            if not names or node.header or node.block is not None or not node.declared.has_text:
                raise Problem(f"{MAPPING} has a text for {_shown(place)}, where something else stands already.")
            if top is self.body and set(places_in(text)) & set(COUNTS):
                raise Problem(
                    f"{MAPPING} has a count in {_shown(place)}, which stands in every message: put it beside them."
                )
            node.text = text

    # The shape

    def shape(self) -> XmlShape:
        """All that is mapped, in the schema's order. What is demanded and not mapped is noted."""
        levels = []
        inner = [*(node.declared.name for node in self._above[1:]), self.body.declared.name]
        for node, name in zip(self._above, inner, strict=True):
            at = next(at for at, one in enumerate(node.declared.children) if one.name == name)
            parts = self._parts(node, but=at)
            declared = node.declared.children
            levels.append(
                Level(
                    node.declared.tag,
                    tuple((part.tag[1:], part.text) for _, part in parts if part.tag[0] == "@"),
                    tuple(part for place, part in parts if place < at and part.tag[0] != "@"),
                    tuple(part for place, part in parts if place > at),
                    frozenset(one.name for one in declared if one.name not in (name, self.body.declared.name)),
                )
            )
        return XmlShape(tuple(levels), self._part(self.body), is_stand_in=False)

    def _part(self, node: _Node) -> Part:
        own = tuple(part for _, part in self._parts(node))
        wrapper = not (node.header or node.text or node.block)
        only_fixed = wrapper and not any(part.header or part.block for one in own for part in one.every())
        required = wrapper and (not node.declared.optional or only_fixed) and node is not self.body
        if node.block is not None and not node.section:
            # Demanded, and allowed to be empty: it is there before there is anything to say in it.
            required = not node.declared.optional and not list(_wanting(node.declared, ""))
        return Part(node.declared.tag, node.header, node.text, node.block, node.section, required, own)

    def _parts(self, node: _Node, but: int = -1) -> list[tuple[int, Part]]:
        """The parts in an element, each with its place in the schema; what can stand there by itself is added."""
        found = []
        for at, declared in enumerate(node.declared.children):
            if at == but:
                continue
            if at in node.children:
                found.append((at, self._part(node.children[at])))
            elif not declared.optional:
                wanting = list(_wanting(declared, f"{node.path}/{declared.name}".lstrip("/")))
                self.demanded += wanting
                if not wanting:
                    found.append((at, _bare(declared)))
        return found


def _wanting(declared: Declared, path: str) -> Iterator[str]:
    """The places in a demanded element, or itself, whose text the schema does not say."""
    if declared.has_text and not declared.fixed:
        yield path
    for one in declared.children:
        if not one.optional:
            yield from _wanting(one, f"{path}/{one.name}")


def _bare(declared: Declared) -> Part:
    """A demanded element of which the schema itself says all: fixed texts, or nothing at all."""
    parts = tuple(_bare(one) for one in declared.children if not one.optional)
    return Part(declared.tag, text=declared.fixed or "", required=True, parts=parts)


def _names(place: str) -> list[str]:
    return [name for name in place.split("/") if name and name != "."]


def _step(what: str, place: str, above: Declared, name: str) -> Declared:
    found = above.child(name)
    if found is None:
        raise _not_there(what, place, above.children)
    return found


def _not_there(what: str, place: str, there: Iterable[Declared]) -> Problem:
    names = ", ".join(sorted(one.name for one in there)[:8])
    return Problem(
        f"{MAPPING} names the element {_shown(place)} for {what}, which the schema does not have there: "
        f"it has {names or 'none'}."
    )


def _shown(place: str) -> str:
    return ascii(place)[1:-1][:60]


def _reason(standard: Standard, learned: Learned, message: Declared | None, name: str) -> str:
    """Why a name is not mapped, and what to do, in one sentence."""
    if name in ("root", "message"):
        return f"{name}: no element of the schema holds what links a message: write its name into {MAPPING}."
    form = standard.xml
    assert form is not None
    block = next(one for one in form.blocks if name == one.group or name in one.headers)
    place = learned.blocks.get(block.group, "")
    if message is None:
        return f"{name}: waits until the message is mapped."
    if name == block.group:
        return f'{name}: no element is known to hold its items: write its path into {MAPPING}, or "{NOT_SENT}".'
    told = f"{name} ({standard.by_header[name].description})"
    if not place:
        return f"{told}: waits until its block, {block.group}, is mapped."
    likely = likely_places(standard, message, name)
    if len(likely) > 1:
        return (
            f"{told}: it may be {' or '.join(likely[:4])}: write which, as seen from {_shown(place)}, into {MAPPING}."
        )
    elsewhere = f", but {likely[0]} does" if likely else ""
    where = local_name(message.tag) if place == "." else _shown(place)
    return f'{told}: nothing in {where} bears its name{elsewhere}: write its path into {MAPPING}, or "{NOT_SENT}".'
