"""The draft of an edition: what was read, in the layout of a pack, with where each thing stands and what is open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporters.documents.base import Base, choose
from exporters.documents.document import Progress
from exporters.documents.fields import Left
from exporters.documents.gathered import Gathered, gather
from exporters.documents.reading import read_document
from validators.problems import Problem

Cells = dict[str, str]


@dataclass(slots=True)
class Line:
    """One line of provenance.csv: a thing read or not read, where it stands, its mark, what is to be decided.

    `kind` is field, rule, list, code or text; `mark` same, changed, new or gone against the base, empty where there is
    none; `standing` read, corrected, proposed, not checked, nothing, base or missing.
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
class Draft:
    """A whole draft, before it is written into a folder."""

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


def draft(paths: Sequence[Path], like: str, wanted_id: str, progress: Progress) -> Draft:
    """Read documents into the draft of one edition.

    `like` is the id of the base, empty for the installed edition with most headers in common; `wanted_id` that of the
    draft, empty for one made from the letter of the edition. Raises Problem, in one sentence, for a document that
    cannot be read or is about something else, and for documents without a table of fields.
    """
    from exporters.documents.draft_fields import add_fields, add_sections
    from exporters.documents.draft_lists import add_lists
    from exporters.documents.draft_rules import add_rules
    from exporters.documents.draft_toml import add_toml

    twice = {path.resolve() for path in paths}
    if len(twice) < len(paths):
        raise Problem("One of the documents is named twice: name each once.")
    known = choose(like, []).standard.headers if like else ()
    gathered = gather([read_document(path, progress) for path in paths], known)
    progress("putting it together")
    if not gathered.fields:
        raise Problem(
            "The documents hold no table of fields, so that no edition can be made of them: add the technical "
            "definitions, or install the lists alone with keywork standards install."
        )
    base = choose(like, [item.header for item in gathered.fields])
    made = Draft(gathered, base, _id(gathered, base, wanted_id), "")
    add_sections(made)
    add_fields(made)
    add_lists(made)
    add_rules(made)
    add_toml(made)
    for left in gathered.left:
        made.note(_left(left))
    return made


def _left(left: Left) -> Line:
    return Line("text", left.key, "", left.standing, left.document, "", left.page, left.printed, left.question)


def _id(gathered: Gathered, base: Base, wanted: str) -> str:
    if wanted:
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", wanted) or len(wanted) > 40:
            raise Problem(f"{wanted!a} cannot be an id: use a to z, digits and single hyphens, 40 at most.")
        return wanted
    if not gathered.letter:
        raise Problem("The documents do not say which letter the edition has: name its id with --id, e.g. ndtms-r.")
    stem = base.standard.id.removesuffix(f"-{base.standard.edition.lower()}") if base.compared else "ndtms"
    return f"{stem}-{gathered.letter.lower()}"


def cite(name: str, page: str) -> str:
    """Where something stands, as the pack's tables cite it."""
    return f"{name} p. {page}" if name else ""


def same(one: Mapping[str, str], other: Mapping[str, str], keys: Sequence[str]) -> bool:
    """Whether two rows have the same in these columns."""
    return all(one.get(key, "") == other.get(key, "") for key in keys)
