"""The fields and sections of a draft: what the documents say, with the form's own columns from the base."""

import re
from typing import Any

from exporters.documents.document import one_line
from exporters.documents.draft import DraftEdition, Line, cite
from exporters.documents.fields import ReadField
from validators.standard.model import Field

COLUMNS = (
    "column", "header", "section", "group", "label", "description", "layout", "required", "codes", "keyed",
    "skip_when", "carried", "introduced", "data_sets", "source", "was",
)  # fmt: skip
_LONGEST_LABEL = 44
_SHORTEST_CLAUSE = 16
_COUNTED = r"\((?:first|second|third|fourth|fifth|[1-9])\)"


def add_sections(draft: DraftEdition) -> None:
    """Give each printed section the base's where most of its fields or its title say so, else one of its own."""
    tables = {table["id"]: table for table in draft.base.toml.get("sections", [])}
    by_header = draft.base.standard.by_header
    for title in dict.fromkeys(item.section for item in draft.gathered.fields):
        own = [item for item in draft.gathered.fields if item.section == title]
        found = [by_header[item.header].section for item in own if item.header in by_header]
        name = max(set(found), key=found.count) if found else _titled(title, tables)
        taken = {section["id"] for section in draft.sections.values()}
        free = name in tables and name not in taken
        section = dict(tables[name]) if free else _inferred(title, taken)
        before = dict(section) if free else {}
        if section["level"] == "event":
            _event(section, own)
        draft.sections[title] = section
        if section != before:
            _ask_about(draft, section, own[0], is_new=not free)


def _titled(title: str, tables: dict[str, Any]) -> str:
    plain = title.casefold()
    for name, table in sorted(tables.items(), key=lambda pair: -len(str(pair[1].get("title", "")))):
        told = str(table.get("title", "")).casefold()
        if told and (plain.startswith(told) or f"({told})" in plain):
            return name
    return ""


def _inferred(title: str, taken: set[str]) -> dict[str, Any]:
    plain = re.sub(r"\s+details$", "", title, flags=re.IGNORECASE) or "Fields"
    level = "event"
    if re.match(r"client\b(?!.*review)", plain, re.IGNORECASE):
        level = "client"
    elif re.match(r"episode\b", plain, re.IGNORECASE):
        level = "episode"
    stem = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:30] or "section"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return {"id": name, "level": level, "title": plain}


def _event(section: dict[str, Any], own: list[ReadField]) -> None:
    """The fields by which an event is known, where the base's are not among those read."""
    headers = [item.header for item in own]
    if section.get("id_field", "") not in headers:
        section["id_field"] = next((item.header for item in own if item.header.endswith("ID")), "")
    if section.get("kind_field", "") not in headers:
        section.pop("kind_field", None)
    if section.get("date_field", "") not in headers:
        dates = [item for item in own if item.layout.startswith("YYYYMMDD")]
        needed = [item.header for item in dates if set(item.rules) & set(own[0].rules) - {"1"}]
        section["date_field"] = (needed or [item.header for item in dates] or [""])[0]


def _ask_about(draft: DraftEdition, section: dict[str, Any], first: ReadField, *, is_new: bool) -> None:
    """A section that the base has not, or an event of which it does not say what it is known by, was only inferred."""
    taken = {
        "client": "are once for a client",
        "episode": "are once in a case",
        "event": f"are known by {section.get('id_field') or 'nothing'}, their day is {section.get('date_field')}",
    }[section["level"]]
    new = f"{draft.base.standard.id} has no section {section['title']}. " if is_new else ""
    question = f"{new}Its records {taken}, as far as its headers tell: is that right?"
    told = Line("edition", f"section {section['id']}", "", "read", first.document, "", first.page, "", question)
    draft.note(told)


def add_fields(draft: DraftEdition) -> None:
    """A row for each field, and the lines that say where it stands and what differs from the base."""
    base = draft.base
    own = [item.header for item in draft.gathered.fields]
    names = sorted({name for item in draft.gathered.fields for name in item.sets}, key=_order(draft))
    for number, item in enumerate(_unique(draft), 1):
        before = base.standard.by_header.get(item.header)
        was = _renamed(draft, item, own) if before is None and base.compared else None
        model = before or was
        row = {
            "column": str(number),
            "header": item.header,
            "section": draft.sections[item.section]["id"],
            "group": _group(item, model),
            "label": model.label if model is not None and _alike(model, item) else _label(item),
            "description": item.description,
            "layout": item.layout or "C(50)",
            "required": "",
            "codes": "",
            "keyed": _keyed(item, draft, model),
            "skip_when": _skip(model, own),
            "carried": "yes" if model is not None and model.carried and not _is_date(item) else "",
            "introduced": item.introduced,
            "data_sets": _sets(item, names),
            "source": cite(item.document, item.page),
            "was": was.header if was is not None else "",
        }
        before_it = draft.fields[-1] if draft.fields else {}
        if not row["group"] and before_it.get("section") == row["section"]:
            row["group"] = before_it["group"]  # no heading of its own: the form goes on under the one before
        if not item.layout:
            item.questions.append("Until its layout is put right C(50) stands there.")
        if row["carried"] and row["keyed"] != "person":
            row["carried"] = ""
        draft.fields.append(row)
        _note(draft, item, before, was)
    if base.compared:
        told = {row["was"] for row in draft.fields}
        for header in base.standard.headers:
            if header not in own and header not in told:
                label = base.standard.by_header[header].label
                draft.note(Line("field", header, "gone", "base", printed=label))


def _order(draft: DraftEdition) -> Any:
    first = next((list(item.sets) for item in draft.gathered.fields if len(item.sets) > 1), [])
    return lambda name: (first.index(name) if name in first else len(first), name)


def _unique(draft: DraftEdition) -> list[ReadField]:
    """The fields, a header that stands twice in one document only once, and asked about."""
    found: dict[str, ReadField] = {}
    for item in draft.gathered.fields:
        if item.header in found:
            found[item.header].questions.append(
                f"{item.header} stands twice in the table of fields, again on page {item.page}: {item.printed}."
            )
        else:
            found[item.header] = item
    return list(found.values())


def _note(draft: DraftEdition, item: ReadField, before: Field | None, was: Field | None) -> None:
    mark = "new"
    if was is not None:
        mark = "changed"
        item.questions.append(f"The header was {was.header} before: is it the same field, renamed?")
    elif before is not None:
        layout = before.layout.text.replace("max", "")
        sets = {name.strip("()") for name in before.data_sets}
        mark = "same" if layout == item.layout and (not sets or sets == set(item.sets)) else "changed"
    standing = "corrected" if item.corrected else "read"
    question = " ".join(item.questions)
    draft.note(
        Line("field", item.header, draft.mark(mark), standing, item.document, "", item.page, item.printed, question)
    )


def _plain(text: str) -> str:
    return one_line(text).casefold().rstrip(".?")


def _alike(model: Field, item: ReadField) -> bool:
    return _plain(model.description) == _plain(item.description) or len(item.description) > _LONGEST_LABEL


def _renamed(draft: DraftEdition, item: ReadField, own: list[str]) -> Field | None:
    """The field of the base, in the same section, that has the very same description and is gone under its header."""
    section = draft.sections[item.section]["id"]
    found = [
        one
        for one in draft.base.standard.fields
        if one.header not in own and one.section == section and _plain(one.description) == _plain(item.description)
    ]
    return found[0] if len(found) == 1 else None


def _label(item: ReadField) -> str:
    """A short label: the description, where it is long without its last clauses, or cut between words.

    What stands in brackets behind it is left out, but for what tells it from its like: "(second)".
    """
    bare, bracket = re.fullmatch(r"(.*?)(\s*\([^)]*\))?", item.description, re.DOTALL).groups()  # type: ignore[union-attr]
    counted = bracket if bracket and re.fullmatch(_COUNTED, bracket.strip(), re.IGNORECASE) else ""
    text, most = bare or item.header, _LONGEST_LABEL - len(counted)
    if len(text) <= most:
        return text + counted
    clauses = [match.start() for match in re.finditer(r"[,;:](?= )| [–(-]", text[: most + 1])]
    if clauses and clauses[-1] >= _SHORTEST_CLAUSE and not text.endswith("?"):
        return text[: clauses[-1]] + counted
    return f"{text[:most].rpartition(' ')[0] or text[:most]} …{counted}"


def _group(item: ReadField, model: Field | None) -> str:
    if item.group:
        return item.group[:1].upper() + item.group[1:]
    return model.group if model is not None else ""


def _keyed(item: ReadField, draft: DraftEdition, model: Field | None) -> str:
    ids = {section.get("id_field") for section in draft.sections.values()}
    if item.header in ids:
        return "made"
    return model.keyed if model is not None else "person"


def _skip(model: Field | None, own: list[str]) -> str:
    condition = model.skip_when if model is not None else None
    return condition.text if condition is not None and set(condition.headers) <= set(own) else ""


def _is_date(item: ReadField) -> bool:
    return item.layout.startswith(("YYYYMMDD", "CCYY", "YYYY-"))


def _sets(item: ReadField, names: list[str]) -> str:
    """The data sets of a field, empty where it belongs to all of them and is asked for in all."""
    if set(item.sets) == set(names) and all(item.sets.values()):
        return ""
    return " ".join(name if item.sets[name] else f"({name})" for name in names if name in item.sets)
