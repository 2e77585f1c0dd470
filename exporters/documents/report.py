"""What a draft says at its end: what was read, what was not, what differs from the base; as text and as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from exporters.documents.draft import DraftEdition, Line

_KINDS = {"field": "fields", "rule": "rules", "list": "lists", "code": "codes"}
_LONGEST = 160


def as_mapping(draft: DraftEdition) -> dict[str, Any]:
    """The report as JSON tells it."""
    lines = draft.lines
    documents = [
        {
            "name": item.name,
            "file": item.document.file,
            "title": item.document.title,
            "digest": item.document.digest,
            "pages": item.document.pages,
            "read": {
                plural: sum(_is_read(line) and line.kind == kind and line.document == item.name for line in lines)
                for kind, plural in _KINDS.items()
            },
        }
        for item in draft.gathered.documents
    ]
    return {
        "id": draft.id,
        "title": draft.title,
        "like": draft.base.standard.id,
        "compared": draft.base.compared,
        "documents": documents,
        "standing": {
            plural: dict(Counter(line.standing for line in lines if line.kind == kind and line.mark != "gone"))
            for kind, plural in _KINDS.items()
        },
        "rules_not_checked": [_told(line) for line in lines if line.kind == "rule" and line.standing == "not checked"],
        "rules_proposed": [line.key for line in lines if line.kind == "rule" and line.standing == "proposed"],
        "not_read": [_told(line) for line in lines if _is_gap(line)],
        "questions": [_told(line) for line in lines if line.question and not line.settled],
        "differences": {
            plural: {
                mark: [line.key for line in lines if line.kind == kind and line.mark == mark]
                for mark in ("new", "changed", "gone")
            }
            for kind, plural in _KINDS.items()
        }
        if draft.base.compared
        else {},
    }


def _is_read(line: Line) -> bool:
    return line.standing in ("read", "corrected", "proposed") and line.mark != "gone"


def _is_gap(line: Line) -> bool:
    return line.standing == "missing" or (line.kind == "text" and line.standing != "nothing")


def _told(line: Line) -> dict[str, str]:
    return {
        "kind": line.kind,
        "key": line.key,
        "where": f"{line.document} p. {line.page}" if line.document else "",
        "question": line.question,
        "printed": line.printed,
    }


def as_text(told: Mapping[str, Any]) -> str:
    """The report for people, from its mapping."""
    lines = [f"{told['id']}: {told['title']}", ""]
    lines.append("Read:")
    for item in told["documents"]:
        counts = ", ".join(f"{number} {name}" for name, number in item["read"].items() if number) or "nothing"
        pages = f", {item['pages']} pages" if item["pages"] else ""
        lines.append(f"  {item['name']}: {item['file']}{pages}: {counts}")
    proposed, unchecked = told["rules_proposed"], told["rules_not_checked"]
    if proposed:
        lines += ["", f"Rules proposed from their words, to be confirmed ({len(proposed)}): {', '.join(proposed)}"]
    if unchecked:
        lines += ["", f"Rules not understood, kept and not checked ({len(unchecked)}):", *_listed(unchecked, "printed")]
    if told["not_read"]:
        lines += ["", f"Not read, or missing ({len(told['not_read'])}):", *_listed(told["not_read"], "question")]
    other = [
        item
        for item in told["questions"]
        if item not in told["not_read"]
        and not (item["kind"] == "rule" and item["key"] in proposed)
        and item not in unchecked
    ]
    if other:
        lines += ["", f"Other questions ({len(other)}):", *_listed(other, "question")]
    if told["compared"]:
        lines += ["", f"Beside {told['like']}:"]
        for plural, marks in told["differences"].items():
            lines += [f"  {plural} {mark} ({len(keys)}): {_few(keys)}" for mark, keys in marks.items() if keys]
        if lines[-1].endswith(":"):
            lines.append("  nothing differs")
    else:
        lines += ["", f"No edition to compare with; the frame is that of {told['like']}."]
    return "\n".join(lines) + "\n"


def _listed(items: Iterable[Mapping[str, str]], what: str) -> list[str]:
    return [f"  {item['key']} ({item['where']}): {_short(item[what])}" for item in items]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _few(keys: list[str]) -> str:
    return ", ".join(keys[:40]) + (f" and {len(keys) - 40} more" if len(keys) > 40 else "")
