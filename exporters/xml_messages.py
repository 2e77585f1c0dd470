"""Reading a return in XML, message by message, nothing held but the one that is read.

No document type, no entity, no network. Element names are those of our own shape or of the schema a site installed,
whichever a file uses; namespaces are not looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from lxml import etree

from exporters.schema_store import shape_of
from exporters.xml_shape import XmlShape, local_name, stand_in
from validators.problems import Problem
from validators.records import Event
from validators.standard import Standard
from validators.xml_form import XmlBlock

# No document type is loaded, no entity put in, nothing fetched.
_CAREFUL: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False}

Fault = Literal["block_unknown", "block_repeated", "block_missing", "element_unknown", "element_repeated"]


@dataclass(slots=True)
class Message:
    """One message as it stands in a file: client and episode values together, events, the line of each block's element.

    `order` names the blocks in the order they came; `faults` tell what cannot be: (what, line, name of the element).
    """

    line: int
    values: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[Fault, int, str]] = field(default_factory=list)


class MessageReader:
    """Reads the messages of files of one standard."""

    def __init__(self, standard: Standard) -> None:
        """Learn the names of elements. Raises Problem for an installed schema that is broken."""
        self.standard = standard
        shapes = [stand_in(standard)]
        own = shape_of(standard)
        if not own.is_stand_in:
            shapes.insert(0, own)
        self.roots = {local_name(shape.root) for shape in shapes}
        self._messages = {local_name(shape.message) for shape in shapes}
        self._blocks: dict[str, tuple[XmlBlock, dict[str, str]]] = {}
        for shape in shapes:
            self._learn(shape)
        form = standard.xml
        assert form is not None
        self._always = [block.group for block in form.blocks if block.occurs == "always"]

    def _learn(self, shape: XmlShape) -> None:
        for one in shape.blocks:
            _, fields = self._blocks.setdefault(local_name(one.element), (one.block, {}))
            for header, element in one.fields:
                fields.setdefault(local_name(element), header)

    def read(self, source: BinaryIO, called: str = "The file") -> Iterator[Message]:
        """The messages in their order; `called` names the file in sentences.

        Raises Problem when it is no XML, has a document type, or is no return of the standard.
        """
        events = etree.iterparse(source, events=("end",), remove_comments=True, remove_pis=True, **_CAREFUL)
        before: etree._Element | None = None
        root: etree._Element | None = None
        try:
            for _, element in events:
                parent = element.getparent()
                if parent is None:
                    root = root if root is not None else element
                    self._judge_root(root, called)
                elif parent.getparent() is None:
                    if root is None:
                        root = parent
                        self._judge_root(root, called)
                    yield self._message(element)
                    element.clear()
                    if before is not None:
                        parent.remove(before)
                    before = element
        except etree.XMLSyntaxError as error:
            raise Problem(
                f"{called} cannot be read as XML near line {error.lineno or 1}: export it again, or mend that line."
            ) from None

    def _judge_root(self, root: "etree._Element", called: str) -> None:
        tree: Any = root.getroottree()
        if tree.docinfo.doctype:
            raise Problem(f"{called} declares a document type, which no return has: export it again without one.")
        name = _local(root)
        if name not in self.roots:
            raise Problem(
                f"{called} is no return of {self.standard.id}: its outermost element is {ascii(name)[1:-1][:60]}, not "
                f"{' or '.join(sorted(self.roots))}; choose another --standard, or another file."
            )

    def _message(self, element: "etree._Element") -> Message:
        message = Message(_line(element))
        if _local(element) not in self._messages:
            message.faults.append(("block_unknown", message.line, _local(element)))
        for child in element:
            name, line = _local(child), _line(child)
            known = self._blocks.get(name)
            if known is None:
                message.faults.append(("block_unknown", line, name))
                continue
            block, fields = known
            values = self._values(child, fields, message)
            if block.section:
                message.events.append(Event(block.section, values, line))
                message.lines.setdefault(block.group, line)
            elif block.group in message.lines:
                message.faults.append(("block_repeated", line, name))
            else:
                message.lines[block.group] = line
                message.values |= values
        for group in self._always:
            if group not in message.lines:
                message.faults.append(("block_missing", message.line, group))
        return message

    @staticmethod
    def _values(block: "etree._Element", fields: dict[str, str], message: Message) -> dict[str, str]:
        values: dict[str, str] = {}
        for child in block:
            name = _local(child)
            header = fields.get(name)
            if header is None or len(child):
                message.faults.append(("element_unknown", _line(child), name))
            elif header in values:
                message.faults.append(("element_repeated", _line(child), name))
            else:
                values[header] = child.text or ""
        return values


def root_of(path: Path) -> str:
    """The name of a file's outermost element, without its namespace; "" where it is no XML or cannot be read."""
    try:
        with path.open("rb") as source:
            for _, element in etree.iterparse(source, events=("start",), **_CAREFUL):
                return _local(element)
    except (OSError, etree.XMLSyntaxError):
        return ""
    return ""


def _line(element: Any) -> int:
    return int(element.sourceline or 0)


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else "an entity"
