"""Reading a return in XML, message by message, nothing held but the one that is read.

No document type, no entity, no network. Element names are those of our own shape or of the schema a site installed,
whichever a file uses; namespaces are not looked at.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

from lxml import etree

from exporters.formats.base import Progress
from exporters.imports.encodings import refuse_kind
from exporters.xml_format.schema.installed import earlier_shapes, shape_of
from exporters.xml_format.shape import Level, Part, depth_of, local_name, name_of, stand_in
from store.disk.files import open_input, refused
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Finding
from validators.rules.file_rules import Alike, Repeats, structure_finding
from validators.standard.model import Standard
from validators.standard.return_xml import XmlBlock

# What shows of which kind a file is.
_START = 4096
# No document type is loaded, no entity put in, nothing fetched.
_CAREFUL: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False}

Fault = Literal["block_unknown", "block_repeated", "block_missing", "element_unknown", "element_repeated"]


@dataclass(slots=True)
class Message:
    """One message as it stands in a file: client and episode values together, events, the line of each block's element.

    `blocks` are the groups whose own element came; `faults` tell what cannot be: (what, line, name of the element).
    """

    line: int
    values: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[Fault, int, str]] = field(default_factory=list)
    blocks: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Name:
    """What an element or attribute of a message is, by its name, and what may be in it."""

    header: str = ""
    block: XmlBlock | None = None
    inside: dict[str, "_Name"] = field(default_factory=dict)
    has_attributes: bool = False

    def learn(self, part: Part) -> None:
        """What a shape has in it; of two shapes the first one counts."""
        for one in part.parts:
            own = self.inside.setdefault(_plain(one.tag), _Name(one.header, one.block))
            own.learn(one)
            self.has_attributes |= one.tag[0] == "@"


class MessageReader:
    """Reads the messages of files of one standard."""

    def __init__(self, standard: Standard, *, kept: bool = False) -> None:
        """Learn the names of elements; for texts that were `kept`, those of schemas installed before as well.

        Raises Problem for an installed schema that is broken.
        """
        self.standard = standard
        self._shapes = [stand_in(standard)]
        own = shape_of(standard)
        if not own.is_stand_in:
            self._shapes.insert(0, own)
        if kept:
            self._shapes += earlier_shapes(standard)
        self.roots = {local_name(shape.root) for shape in self._shapes}
        self.messages = {local_name(shape.message) for shape in self._shapes}
        around = [level for shape in self._shapes for level in shape.levels]
        self.outer = self.messages | {name for one in around for name in (local_name(one.tag), *one.others)}
        self._names = _Name()
        for shape in self._shapes:
            self._names.learn(shape.body)
        named: dict[str, set[str]] = {}
        for one in (part for shape in self._shapes for part in shape.body.every() if part.header):
            named.setdefault(_plain(one.tag).removeprefix("@").upper(), set()).add(one.header)
        # Items by what their elements are called, in capitals, where that tells one of them.
        self.headers = {name: min(headers) for name, headers in named.items() if len(headers) == 1}
        form = standard.xml
        assert form is not None
        self._groups = {header: block.group for block in form.blocks for header in block.headers if not block.section}
        self._always = [block.group for block in form.blocks if block.occurs == "always"]

    def read(self, source: BinaryIO, called: str = "The file") -> Iterator[Message]:
        """The messages in their order; `called` names the file in sentences.

        Raises Problem when it is no XML, has a document type, or is no return of the standard.
        """
        events = etree.iterparse(source, events=("end",), remove_comments=True, remove_pis=True, **_CAREFUL)
        before: etree._Element | None = None
        levels: tuple[Level, ...] = ()
        try:
            for _, element in events:
                if not levels:
                    levels = self._judge_root(element, called)
                if depth_of(element, len(levels) + 1) != len(levels) or not _lies_in(element, levels):
                    continue
                yield self.message(element)
                element.clear()
                if before is not None and (parent := before.getparent()) is not None:
                    parent.remove(before)
                before = element
        except etree.XMLSyntaxError as error:
            # Of an entity that nobody declared the parser tells no line.
            near, mend = (f" near line {error.lineno}", "mend that line") if error.lineno else ("", "name another file")
            raise Problem(f"{called} cannot be read as XML{near}: export it again, or {mend}.") from None

    def _judge_root(self, first: Any, called: str) -> tuple[Level, ...]:
        """The levels around the messages of a file, by the element that ends first."""
        tree: Any = first.getroottree()
        if tree.docinfo.doctype:
            raise Problem(f"{called} declares a document type, which no return has: export it again without one.")
        way = [_local(one) for one in (first, *first.iterancestors())][::-1]
        if way[0] not in self.roots:
            raise Problem(
                f"{called} is no return of {self.standard.id}: its outermost element is {ascii(way[0])[1:-1][:60]}, "
                f"not {' or '.join(sorted(self.roots))}; choose another --standard, or another file."
            )
        same = [shape for shape in self._shapes if local_name(shape.root) == way[0]]
        # Where two have the same root, what stands in it tells which one it is.
        inner = {id(shape): [level.tag for level in shape.levels[1:]] or [shape.message] for shape in same}
        fitting = (shape for shape in same if local_name(inner[id(shape)][0]) in way[1:2])
        return next(fitting, same[0]).levels

    def message(self, element: Any) -> Message:
        """One message as it stands in its element."""
        message = Message(_line(element))
        if _local(element) not in self.messages:
            message.faults.append(("block_unknown", message.line, _local(element)))
        self._take(element, self._names, message, message.values, is_block=False)
        for group in self._always:
            if group not in message.lines:
                message.faults.append(("block_missing", message.line, group))
        return message

    def _take(self, element: Any, names: _Name, message: Message, values: dict[str, str], *, is_block: bool) -> None:
        """Take in what is in an element, as far as it is known."""
        for name, text in element.attrib.items() if names.has_attributes else ():
            known = names.inside.get(f"@{local_name(name)}")
            if known is not None and known.header:
                self._value(element, known.header, text, message, values)
        if not names.header and (element.text or "").strip():
            message.faults.append(_beside(element, is_block=is_block))
        for child in element:
            if (child.tail or "").strip():
                message.faults.append(_beside(child, is_block=is_block))
            known = names.inside.get(_local(child))
            if known is None:
                message.faults.append(("element_unknown" if is_block else "block_unknown", _line(child), _local(child)))
            elif known.block is not None:
                self._block(child, known, known.block, message)
            elif known.header and not len(child):
                self._value(child, known.header, child.text or "", message, values)
                if known.inside:
                    self._take(child, known, message, values, is_block=True)
            elif known.header:
                message.faults.append(("element_unknown", _line(child), _local(child)))
            else:
                self._take(child, known, message, values, is_block=is_block)

    def _block(self, element: Any, names: _Name, block: XmlBlock, message: Message) -> None:
        line = _line(element)
        if block.section:
            values: dict[str, str] = {}
            self._take(element, names, message, values, is_block=True)
            message.events.append(Event(block.section, values, line))
            message.lines.setdefault(block.group, line)
        elif block.group in message.blocks:
            message.faults.append(("block_repeated", line, _local(element)))
        else:
            message.blocks.add(block.group)
            message.lines[block.group] = line
            self._take(element, names, message, message.values, is_block=True)

    def _value(self, element: Any, header: str, text: str, message: Message, values: dict[str, str]) -> None:
        if header in values:
            message.faults.append(("element_repeated", _line(element), _local(element)))
            return
        values[header] = text
        if group := self._groups.get(header):
            message.lines.setdefault(group, _line(element))


def _lies_in(element: Any, levels: tuple[Level, ...]) -> bool:
    """Whether an element stands where messages do, and is none of what a schema has beside them."""
    around = element.getparent()
    for level in reversed(levels):
        if _local(around) != local_name(level.tag):
            return False
        around = around.getparent()
    return _local(element) not in levels[-1].others


def _beside(element: Any, *, is_block: bool) -> tuple[Fault, int, str]:
    """The fault of a text that stands in no item."""
    return "element_unknown" if is_block else "block_unknown", _line(element), "text beside its items"


def _plain(tag: str) -> str:
    return f"@{local_name(tag[1:])}" if tag[0] == "@" else local_name(tag)


def root_of(path: Path) -> str:
    """The name of a file's outermost element, without its namespace; "" where it is no XML or cannot be read."""
    try:
        with open_input(path) as source:
            for _, element in etree.iterparse(source, events=("start",), **_CAREFUL):
                return _local(element)
    except (OSError, Problem, etree.XMLSyntaxError):
        return ""
    return ""


def _line(element: Any) -> int:
    return int(element.sourceline or 0)


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else "an entity"


# Reading a return in XML that came in as a file: each message a journey, with what is wrong with its shape.


@dataclass(slots=True)
class Return:
    """A return as read. There is no heading, so that nothing of it can be missing: `about_file` is empty."""

    doubts_whole: ClassVar[bool] = True
    path: Path
    standard: Standard
    headers: tuple[str, ...]
    progress: Progress | None = None
    about_file: list[Finding] = field(default_factory=list)
    bad_rows: list[Finding] = field(default_factory=list)
    missing: frozenset[str] = frozenset()

    def repeats(self, alike: Sequence[Alike]) -> Repeats | None:
        """Nothing: a return is read message by message, and never twice."""
        return None

    def together(self) -> None:
        """Nothing: its rules look at journeys, each for itself."""
        return None

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Yield each journey in the order of the file, with what is wrong with its message.

        Raises Problem when the file is no XML or no return of the standard, which shows only as it is read.
        """
        reader = MessageReader(self.standard)
        client = set(self.standard.headers_by_level["client"])
        seen = 0
        try:
            with open_input(self.path) as source:
                for message in reader.read(source, str(self.path)):
                    seen += 1
                    if self.progress and not seen % 1000:
                        self.progress(message.line)
                    record = EpisodeRecord(
                        {header: value for header, value in message.values.items() if header in client},
                        {header: value for header, value in message.values.items() if header not in client},
                        tuple(message.events),
                        (message.line, *(event.line or 0 for event in message.events)),
                        opens=True,
                    )
                    yield record, self._faults(message, record)
        except OSError as error:
            raise refused(error, self.path, "read") from None
        if not seen:
            raise Problem(f"{self.path} holds no message: there is nothing to send, make a nil return.")

    def _faults(self, message: Message, record: EpisodeRecord) -> list[Finding]:
        name = name_of(self.standard, record)
        return [
            structure_finding(
                self.standard, what, lines=[line], episode=name, words={"element": ascii(element)[1:-1][:60]}
            )
            for what, line, element in message.faults
        ]


def read_return(path: Path, standard: Standard, progress: Progress | None = None) -> Return:
    """A return in XML. `progress` is told the line reached. Raises Problem when the file cannot be opened."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise Problem(f"{path} is a pipe or a device, which can be read only once: save it as a file first.")
        with open_input(path) as source:
            start = source.read(_START)
        if not start:
            raise Problem(f"{path} is empty: export it again, or name another file.")
        if start[:2] not in (BOM_UTF16_LE, BOM_UTF16_BE):
            refuse_kind(path, start)
            if not start.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
                raise Problem(
                    f"{path} cannot be read as XML near line 1: returns of {standard.id} are XML, and this is none; "
                    "choose another --standard, or another file."
                )
    except OSError as error:
        raise refused(error, path, "read") from None
    return Return(path, standard, standard.headers, progress)
