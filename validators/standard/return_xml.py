"""How a return in XML is built, as a standard's data: blocks in order, element names, what an agency says of itself.

`[xml]` in standard.toml names the root and the element of one message; `[[xml.blocks]]` the blocks of a message in
their order, each the fields of one group; `[xml.elements]` the element of every field. `[[settings]]` lists what
rules and measures ask of an agency.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class XmlBlock:
    """A block of a message: the fields of a published group.

    `occurs`: `always` in every message, `once` at most, `many` (one for each event). `again_with` names the group of
    the block beside which this one is sent again where it was incomplete when it was first sent; with `again`
    "changed" it goes with the next new events by itself, too, when it is another than was sent ("beside": never).
    `section` is the section of events that a repeated block holds, empty for the others; `headers` its fields in order.
    """

    group: str
    element: str
    occurs: Literal["always", "once", "many"]
    headers: tuple[str, ...]
    section: str = ""
    again_with: str = ""
    again: Literal["changed", "beside"] = "changed"


@dataclass(frozen=True, slots=True)
class XmlForm:
    """The shape of a return: its root, the element of a message, the blocks in order, each header's element."""

    root: str
    message: str
    blocks: tuple[XmlBlock, ...]
    elements: Mapping[str, str]
