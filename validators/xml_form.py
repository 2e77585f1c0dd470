"""How a return in XML is built, as a standard's data: blocks in order, element names, what an agency says of itself.

`[xml]` in standard.toml names the root and the element of one message; `[[xml.blocks]]` the blocks of a message in
their order, each the fields of one group; `[xml.elements]` the element of every field. `[[settings]]` lists what
rules and measures ask of an agency.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from validators.loading_tools import TomlTable

if TYPE_CHECKING:
    from validators.standard import CodeList, Field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
SETTING_KINDS = ("yes_no", "classes")


@dataclass(frozen=True, slots=True)
class XmlBlock:
    """A block of a message: the fields of a published group.

    `occurs`: `always` in every message, `once` at most, `many` (one for each event). `again_with` names the group of
    the block beside which this one is sent again, only where it was incomplete when it was first sent. `section` is the
    section of events that a repeated block holds, empty for the others; `headers` its fields in order.
    """

    group: str
    element: str
    occurs: Literal["always", "once", "many"]
    headers: tuple[str, ...]
    section: str = ""
    again_with: str = ""


@dataclass(frozen=True, slots=True)
class XmlForm:
    """The shape of a return: its root, the element of a message, the blocks in order, each header's element."""

    root: str
    message: str
    blocks: tuple[XmlBlock, ...]
    elements: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgencySetting:
    """Something an agency says of itself: `yes_no`, or `classes`: codes of a list put into classes."""

    id: str
    title: str
    kind: Literal["yes_no", "classes"]
    code_list: str = ""
    classes: tuple[str, ...] = ()


def classes_told(told: str) -> dict[str, str]:
    """Code → class, from a setting of kind `classes` as it is kept (`01=complete 02=neutral`)."""
    pairs = (part.partition("=") for part in told.split())
    return {code: name for code, _, name in pairs if code and name}


def read_xml(table: TomlTable, fields: "tuple[Field, ...]") -> XmlForm:
    """Read `[xml]`. Every field must lie in exactly one block and have an element; raises PackError otherwise."""
    taken: set[str] = set()
    blocks = []
    for part in table.tables("blocks"):
        group, element = part.text("group"), part.text("element")
        occurs = part.choice("occurs", ("always", "once", "many"))
        own = tuple(field for field in fields if field.group == group)
        events = {field.section for field in own if field.level == "event"}
        if not own or group in taken:
            part.refuse("group", f"no field is in the group {group!r}, or it has a block already")
        if len(events) > 1 or (events and any(field.level != "event" for field in own)):
            part.refuse("group", f"the group {group!r} mixes events of several sections, or events with other fields")
        if bool(events) != (occurs == "many"):
            part.refuse("occurs", f"the block {group!r} must be many where it holds events, and only there")
        taken.add(group)
        section = next(iter(events), "")
        headers = tuple(field.header for field in own)
        blocks.append(XmlBlock(group, element, occurs, headers, section, part.text("again_with", "")))
    for field in fields:
        if field.group not in taken:
            table.refuse("blocks", f"the field {field.header} is in no block")
    for block in blocks:
        if block.again_with and block.again_with not in taken:
            table.refuse("blocks", f"again_with names {block.again_with!r}, which has no block")
    elements = table.table("elements").texts()
    headers = tuple(field.header for field in fields)
    for header in dict.fromkeys((*headers, *elements)):
        if header not in headers or header not in elements:
            table.refuse("elements", f"{header!r} has no element, or is no field")
    form = XmlForm(table.text("root"), table.text("message"), tuple(blocks), elements)
    for name in (form.root, form.message, *elements.values(), *(block.element for block in blocks)):
        if not _NAME.fullmatch(name):
            table.refuse("elements", f"{name!r} cannot be the name of an element")
    for block in blocks:
        if len({elements[header] for header in block.headers}) < len(block.headers):
            table.refuse("elements", f"two fields of {block.group!r} have the same element")
    return form


def read_settings(tables: list[TomlTable], lists: "Mapping[str, CodeList]") -> tuple[AgencySetting, ...]:
    """Read `[[settings]]`. Raises PackError for a list that is not there, or classes that cannot be written."""
    found: dict[str, AgencySetting] = {}
    for table in tables:
        kind = table.choice("kind", SETTING_KINDS)
        own = AgencySetting(
            table.text("id"), table.text("title"), kind, table.text("list", ""), tuple(table.text_list("classes"))
        )
        if own.id in found or not own.id.replace("_", "").isalnum():
            table.refuse("id", f"{own.id!r} is repeated or not made of letters, digits and _")
        if (kind == "classes") != (own.code_list in lists and bool(own.classes)):
            table.refuse("list", "classes need a code list that exists and the classes; yes_no has neither")
        if not all(name.replace("_", "").isalnum() for name in own.classes):
            table.refuse("classes", "a class is made of letters, digits and _")
        found[own.id] = own
    return tuple(found.values())
