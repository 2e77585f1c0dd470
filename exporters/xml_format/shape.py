"""The shape of a return in XML as it is written and read: which element holds what, in which order.

By itself a standard's shape is our own, called stand-in. Where a site installed the owner's schema and every item has
found its element in it, that schema's names and order are used.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from exporters.formats.links import Link
from validators.records import EpisodeRecord
from validators.standard.model import Standard
from validators.standard.return_xml import XmlBlock


@dataclass(frozen=True, slots=True)
class ShapeBlock:
    """A block of a message: its element, and the header and element of each field in the order they are written."""

    block: XmlBlock
    element: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a message, or an attribute (`@name`), with what is in it in order.

    `header`: the item whose value it holds; `text`: what always stands in it; `block`: the block whose own element it
    is; `section`: it stands once for each event of that section; `required`: it is there although nothing is in it.
    """

    tag: str
    header: str = ""
    text: str = ""
    block: XmlBlock | None = None
    section: str = ""
    required: bool = False
    parts: tuple["Part", ...] = ()

    def told(self, say: Callable[[str], str]) -> "Part":
        """It, with what `say` makes of each text in it."""
        return replace(self, text=say(self.text), parts=tuple(one.told(say) for one in self.parts))

    def every(self) -> Iterator["Part"]:
        """It, and all that is in it."""
        yield self
        for one in self.parts:
            yield from one.every()


@dataclass(frozen=True, slots=True)
class Level:
    """An element around the messages, opened once: its attributes, what stands in it before and after them.

    `others` are the names of all that a schema knows beside the messages.
    """

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    before: tuple[Part, ...] = ()
    after: tuple[Part, ...] = ()
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class XmlShape:
    """A whole return: the levels around the messages, the root first, and one message.

    Elements bear their namespace as `{namespace}name`; `is_stand_in` tells that it is our own.
    """

    levels: tuple[Level, ...]
    body: Part
    is_stand_in: bool = True

    def told(self, say: Callable[[str], str]) -> "XmlShape":
        """The shape with what `say` makes of each text that stands in it."""
        levels = tuple(
            replace(
                level,
                attributes=tuple((name, say(text)) for name, text in level.attributes),
                before=tuple(part.told(say) for part in level.before),
                after=tuple(part.told(say) for part in level.after),
            )
            for level in self.levels
        )
        return replace(self, levels=levels, body=self.body.told(say))

    @property
    def texts(self) -> list[str]:
        """Every text that stands in all files."""
        parts = [part for level in self.levels for own in (*level.before, *level.after) for part in own.every()]
        attributes = [text for level in self.levels for _, text in level.attributes]
        return [*attributes, *(part.text for part in (*parts, *self.body.every()) if part.text)]

    @property
    def root(self) -> str:
        """The outermost element."""
        return self.levels[0].tag

    @property
    def message(self) -> str:
        """The element of one message."""
        return self.body.tag

    @property
    def blocks(self) -> tuple[ShapeBlock, ...]:
        """The blocks with the items that stand in them directly."""
        return tuple(
            ShapeBlock(one.block, one.tag, tuple((own.header, own.tag) for own in one.parts if own.header))
            for one in self.body.every()
            if one.block is not None
        )

    @property
    def namespaces(self) -> dict[str | None, str]:
        """The prefix of each namespace; None, the usual one, where all elements are of one."""
        beside = [part for level in self.levels for own in (*level.before, *level.after) for part in own.every()]
        tags = [level.tag for level in self.levels] + [part.tag for part in (*beside, *self.body.every())]
        elements = [tag for tag in tags if tag[0] != "@"]
        spaces = list(dict.fromkeys(tag[1:].partition("}")[0] if tag.startswith("{") else "" for tag in elements))
        if len(spaces) == 1:
            return {None: spaces[0]} if spaces[0] else {}
        return {f"n{number}": space for number, space in enumerate(filter(None, spaces), 1)}


def local_name(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def depth_of(element: Any, most: int) -> int:
    """How many elements are around one as it is read, counted up to `most`."""
    depth, around = 0, element.getparent()
    while around is not None and depth < most:
        depth, around = depth + 1, around.getparent()
    return depth


def stand_in(standard: Standard) -> XmlShape:
    """Our own shape, from the standard's published items. Raises ValueError for a standard that is not sent as XML."""
    form = standard.xml
    if form is None:
        raise ValueError(f"{standard.id} is not sent as XML")
    blocks = tuple(
        Part(
            block.element,
            block=block,
            section=block.section,
            parts=tuple(Part(form.elements[header], header) for header in block.headers),
        )
        for block in form.blocks
    )
    return XmlShape((Level(form.root),), Part(form.message, parts=blocks))


def block_keys(standard: Standard) -> Mapping[str, str]:
    """What each group is called in the ids of what was sent: its first word, which must not change once used."""
    form = standard.xml
    groups = [block.group for block in form.blocks] if form else []
    firsts = [group.split()[0].lower() for group in groups]
    return {
        group: first if firsts.count(first) == 1 else group.lower() for group, first in zip(groups, firsts, strict=True)
    }


def linking(standard: Standard) -> XmlBlock | None:
    """The block that stands in every message and links it to what was sent before."""
    form = standard.xml
    return next((block for block in form.blocks if block.occurs == "always"), None) if form else None


def name_of(standard: Standard, record: EpisodeRecord) -> str:
    """What people know an episode by: its identifier, else what links its messages, the agency left out."""
    identity = standard.role("episode_id")
    block = linking(standard)
    if identity or block is None:
        return record.episode.get(identity, "")
    values = {**record.client, **record.episode}
    agency = standard.role("agency")
    return " ".join(values.get(header, "") or "-" for header in block.headers if header != agency)


def link_of(standard: Standard) -> Link | None:
    """The values that link a journey's messages, and what the store calls them."""
    block = linking(standard)
    return Link(block.headers, block_keys(standard)[block.group]) if block else None
