"""Reading a return in XML that came in as a file: each message a journey, with what is wrong with its shape."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from exporters.xml_messages import Message, MessageReader
from exporters.xml_shape import name_of
from store.files import refused
from validators.file_rules import structure_finding
from validators.problems import Problem
from validators.records import EpisodeRecord, Finding
from validators.standard import Standard

Progress = Callable[[int], None]


@dataclass(slots=True)
class Return:
    """A return as read. There is no heading, so that nothing of it can be missing: `about_file` is empty."""

    path: Path
    standard: Standard
    headers: tuple[str, ...]
    progress: Progress | None = None
    about_file: list[Finding] = field(default_factory=list)
    bad_rows: list[Finding] = field(default_factory=list)
    missing: frozenset[str] = frozenset()

    def episodes(self) -> Iterator[tuple[EpisodeRecord, list[Finding]]]:
        """Yield each journey in the order of the file, with what is wrong with its message.

        Raises Problem when the file is no XML or no return of the standard, which shows only as it is read.
        """
        reader = MessageReader(self.standard)
        client = set(self.standard.headers_by_level["client"])
        seen = 0
        try:
            with self.path.open("rb") as source:
                for message in reader.read(source, str(self.path)):
                    seen += 1
                    if self.progress and not seen % 1000:
                        self.progress(message.line)
                    record = EpisodeRecord(
                        {header: value for header, value in message.values.items() if header in client},
                        {header: value for header, value in message.values.items() if header not in client},
                        tuple(message.events),
                        (message.line, *(event.line or 0 for event in message.events)),
                    )
                    yield record, self._faults(message, record)
        except OSError as error:
            raise refused(error, self.path, "read") from None
        if not seen:
            raise Problem(f"{self.path} holds no message, so there is nothing to read: export it again.")

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
        with path.open("rb") as source:
            if not source.read(1):
                raise Problem(f"{path} is empty: export it again, or name another file.")
    except OSError as error:
        raise refused(error, path, "read") from None
    return Return(path, standard, standard.headers, progress)
