"""A return in XML kept in memory to look through: as the lines it is, and as a table with one row for each journey."""

import io
from array import array
from collections.abc import Callable, Iterable, Iterator

from exporters.formats.kept_text import KeptText
from exporters.xml_format.reading import Message, MessageReader
from exporters.xml_format.shape import linking
from validators.problems import Problem
from validators.records import Values
from validators.standard.model import Standard

_FOREIGN = (
    "A kept extract was written by a schema or a mapping that is not installed any more, so that nobody can say who is "
    "in it: install that schema with its mapping once more, then the present one again."
)


class KeptXml(KeptText):
    """`rows` are messages. In the table stand what links the message, and how often it has each other block."""

    unit = "message"

    def __init__(self, standard: Standard, pieces: Iterable[bytes] = ()) -> None:
        """Take what is to be written at once. Raises Problem for a broken schema, and what the pieces raise."""
        self._standard = standard
        self._reader = MessageReader(standard, kept=True)
        # The lines that open what is around the messages, with what ends each.
        self._around: list[tuple[str, str]] = []
        self._is_foreign = False
        # Where messages begin, by the element that opens one at the beginning of a line.
        self._starts = array("I")
        super().__init__("utf-8", pieces)
        form = standard.xml
        assert form is not None
        self._link, self._reference = linking(standard), standard.role("client_reference")
        self._others = [block for block in form.blocks if block is not self._link]

    def _count(self, block: bytes) -> int:
        lines = block.split(b"\n")
        for at, line in enumerate(lines, self._lines):
            if line[:1] == b"<" and line[1:2] not in (b"?", b"!", b""):
                self._open(at, line.decode("utf-8", "replace"))
        return len(lines) - (not lines[-1])

    def _open(self, at: int, line: str) -> None:
        """An element that opens, or ends, at the beginning of a line: a message, or one around the messages."""
        name = line[1:].split(">")[0].split()[0].rstrip("/")
        self._is_foreign |= name.removeprefix("/").rpartition(":")[2] not in self._reader.outer
        if name.startswith("/"):
            if not self._starts:
                self._around.pop()
        elif name.rpartition(":")[2] in self._reader.messages and self._around:
            self._starts.append(at)
        elif not self._starts and "</" not in line and "/>" not in line:
            self._around.append((line, f"</{name}>"))

    @property
    def rows(self) -> int:
        """How many messages there are."""
        self.finish()
        return len(self._starts)

    @property
    def headers(self) -> list[str]:
        """What links a message, and the other blocks."""
        return [*(self._link.headers if self._link else ()), *(block.group for block in self._others)]

    def line_of(self, row: int) -> int:
        """The line a message begins in, the first line being 1."""
        return self._starts[row] + 1

    def cells(self, offset: int, limit: int) -> list[list[str]]:
        """At most `limit` messages from `offset` on, as cells."""
        self.finish()
        ends = [*self._starts[offset + 1 : offset + limit + 1], self._lines]
        return [
            self._row("".join(self.lines(begin, end - begin)))
            for begin, end in zip(self._starts[offset : offset + limit], ends, strict=False)
        ]

    def without(self, is_theirs: Callable[[Values], bool]) -> Iterator[bytes]:
        """The text without the messages of which that is so, by the values of client and journey in them.

        Raises Problem where nobody can say whose they are, for it was written in a shape that is not known any more.
        """
        self.finish()
        if self._is_foreign:
            raise Problem(_FOREIGN)
        first = self._starts[0] if self._starts else self._lines
        yield "".join(self.lines(0, first)).encode()
        ends = [*self._starts[1:], self._lines]
        for begin, end in zip(self._starts, ends, strict=False):
            lines = self.lines(begin, end - begin)
            text = "".join(lines)
            message = self._message(text)
            faults = {fault for fault, _, _ in message.faults}
            # Somebody may have written another element into the mapping since: it is in a block that is known.
            is_nobody = not message.values.get(self._reference) and "element_unknown" in faults
            if is_nobody or "block_missing" in faults:
                raise Problem(_FOREIGN)
            if is_theirs(message.values):
                # What stands behind the last message, on lines of its own, is not part of it.
                closing = f"</{lines[0][1:].split('>')[0].split()[0]}>"
                its = next((at for at, line in enumerate(lines, 1) if line.startswith(closing)), len(lines))
                text = "".join(lines[its:])
            yield text.encode()

    def _message(self, text: str) -> Message:
        """A message by its lines."""
        begin = "".join(line for line, _ in self._around)
        end = "".join(own for _, own in reversed(self._around))
        # What ends around the messages follows the last of them.
        its = text.rpartition(f"\n{self._around[-1][1]}")[0] or text
        source = io.BytesIO(f"{begin}{its}{end}".encode())
        return next(self._reader.read(source, "The extract"))

    def _row(self, text: str) -> list[str]:
        message = self._message(text)
        cells = [message.values.get(header, "") for header in (self._link.headers if self._link else ())]
        for block in self._others:
            if block.section:
                many = sum(1 for event in message.events if event.section == block.section)
                cells.append(str(many) if many else "")
            else:
                cells.append("yes" if block.group in message.lines else "")
        return cells
