"""The draft of an edition: what was read, in the layout of a pack, with where each thing stands and what is open."""

from dataclasses import dataclass, field
from typing import Any

from exporters.documents.base import Base
from exporters.documents.gathered import Gathered
from exporters.documents.wording import Understood

Cells = dict[str, str]


@dataclass(slots=True)
class Line:
    """One line of provenance.csv: a thing read or not read, where it stands, its mark, what is to be decided.

    `kind` is field, rule, list, code, edition or text; `mark` same, changed, new or gone against the base, empty where
    there is none; `standing` read, corrected, proposed, not checked, nothing, base or missing.
    """

    kind: str
    key: str
    mark: str = ""
    standing: str = "read"
    document: str = ""
    digest: str = ""
    page: str = ""
    printed: str = ""
    question: str = ""
    settled: str = ""


@dataclass(slots=True)
class DraftEdition:
    """A whole draft, before it is written into a folder.

    `sections` are by their printed titles, `understood` is what was made of each rule that stands once.
    """

    gathered: Gathered
    base: Base
    id: str
    title: str
    toml: dict[str, Any] = field(default_factory=dict)
    fields: list[Cells] = field(default_factory=list)
    lists: list[Cells] = field(default_factory=list)
    codes: dict[str, list[Cells]] = field(default_factory=dict)
    rules: list[Cells] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    understood: dict[str, Understood] = field(default_factory=dict)

    def note(self, line: Line) -> None:
        """Add a line of provenance; the digest is the document's."""
        line.digest = self.gathered.digest(line.document)
        self.lines.append(line)

    def mark(self, mark: str) -> str:
        """A mark, where there is a base to compare with."""
        return mark if self.base.compared else ""

    @property
    def headers(self) -> list[str]:
        """The headers of the draft's fields, in their order."""
        return [row["header"] for row in self.fields]


def cite(name: str, page: str) -> str:
    """Where something stands, as the pack's tables cite it."""
    return f"{name} p. {page}" if name else ""
