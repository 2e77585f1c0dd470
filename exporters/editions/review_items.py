"""The things of a draft that are looked at, and the marking of their questions as settled."""

from dataclasses import dataclass

from exporters.editions.draft_folder import Cells, DraftTable

GONE = "gone"
KINDS = {
    "field": "Field",
    "rule": "Rule",
    "list": "List",
    "code": "Code",
    "edition": "Edition:",
    "text": "Text",
}


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing of a draft to look at.

    `mark` is same, changed, new, gone, missing, proposed, not checked or in part (not checked), empty for none.
    `question` is what was asked, `is_open` whether nobody has answered yet. `places` say where it stands and what is
    printed there.
    """

    kind: str
    key: str
    title: str
    mark: str
    question: str = ""
    is_open: bool = False
    settled: str = ""
    places: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """By which it is told from all others."""
        return " ".join((self.kind, self.key))

    @property
    def name(self) -> str:
        """What it is called: `Rule 12`."""
        return f"{KINDS.get(self.kind, self.kind)} {self.key}"


def is_of(line: Cells, item: ReviewItem) -> bool:
    """Whether a line of provenance is about a thing."""
    return line["kind"] == item.kind and line["key"] == item.key


def settle(lines: DraftTable, item: ReviewItem, how: str, standing: str = "") -> None:
    """Have no question of a thing open any more; one that no line tells of gets a line."""
    found = [line for line in lines.rows if is_of(line, item)]
    if not found and item.is_open:
        made = dict.fromkeys(lines.columns, "")
        told = {"kind": item.kind, "key": item.key, "standing": standing or "base", "question": item.question}
        found = [{**made, **told}]
        lines.rows += found
    for line in found:
        if line["question"]:
            line["settled"] = how
        line["standing"] = standing or line["standing"]
