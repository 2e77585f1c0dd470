"""The code lists of a draft, and what of them is doubtful beside their fields."""

import re
from collections.abc import Iterable, Iterator

from exporters.documents.document import one_line
from exporters.documents.draft import Cells, DraftEdition, Line, cite
from exporters.documents.fields import ReadField
from exporters.documents.lists import ReadCode, ReadList
from validators.standard.model import CodeList

LIST_COLUMNS = ("list", "title", "status", "complete", "source", "note")
CODE_COLUMNS = ("code", "label", "grade", "data_sets", "valid_to", "group", "note", "source")


def add_lists(draft: DraftEdition) -> None:
    """Name the lists, attach them to their fields, and add the base's for fields of which none was read."""
    for item in draft.gathered.lists:
        item.id = _name(draft, item)
        _add(draft, item)
    for field in draft.gathered.fields:
        _layout_by_codes(draft, field)
    _from_base(draft)


def listed_rules(draft: DraftEdition) -> frozenset[str]:
    """The numbers of the rules that ask for a code of the list."""
    return frozenset(
        number for number, made in draft.understood.items() if any(check.pattern == "in_codes" for check in made.checks)
    )


def _name(draft: DraftEdition, item: ReadList) -> str:
    """The base's own name for a list of the same fields, else one by the first field."""
    standard = draft.base.standard
    taken = {row["list"] for row in draft.lists}
    before = standard.by_header.get(item.headers[0])
    if before is not None and before.codes and before.codes not in taken:
        shared = {one.header for one in standard.fields if one.codes == before.codes} & set(draft.headers)
        if shared == set(item.headers):
            return before.codes
    stem = re.sub("[^a-z0-9]+", "_", item.headers[0].lower())
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _add(draft: DraftEdition, item: ReadList) -> None:
    """One list: its line in the index, its codes, its fields, and the lines that say where all that stands."""
    asked = _asked(draft, item)
    only_codes = bool(item.codes) and not item.spans and not asked
    spans = ", ".join(f"{least}-{most}" for least, most, _ in item.spans)
    notes = [*item.notes, item.elsewhere, spans and f"Whole numbers: {spans}", spans and _fields_of(item)]
    draft.lists.append(
        {
            "list": item.id,
            "title": item.title or item.headers[0],
            "status": "site" if item.codes else "unknown",
            "complete": "yes" if only_codes else "no",
            "source": cite(item.document, item.page),
            "note": " ".join(filter(None, notes)),
        }
    )
    labels = [_cells(label=f"{least}-{most} {words}".strip()) for least, most, words in item.spans]
    draft.codes[item.id] = [_code(draft, item, code) for code in item.codes] + labels
    if not item.spans:
        for row in draft.fields:
            if row["header"] in item.headers:
                row["codes"] = item.id
    _ask(draft, item)
    item.questions += asked
    before = _before(draft, item)
    mark = "new" if before is None else "same" if _same_codes(before, item) else "changed"
    question = " ".join(item.questions)
    standing = "missing" if not item.has_codes else "read"
    if standing == "missing":
        question = f"{question} The document refers elsewhere ({item.elsewhere}): bring that, or the list.".strip()
    draft.note(Line("list", item.id, draft.mark(mark), standing, item.document, "", item.page, item.printed, question))
    for code in item.codes:
        _note_code(draft, item, code, before, taken=True)
    for code in item.again:
        _note_code(draft, item, code, before, taken=False)
    if before is not None and draft.base.compared and item.codes:
        for gone in before.codes.keys() - {code.code for code in item.codes}:
            draft.note(Line("code", f"{item.id}/{gone}", "gone", "base", printed=f"{gone} | {before.codes[gone]}"))


def _fields_of(item: ReadList) -> str:
    return f"Fields: {', '.join(item.headers)}."


def _note_code(draft: DraftEdition, item: ReadList, code: ReadCode, before: CodeList | None, *, taken: bool) -> None:
    mark = "new"
    if before is not None and code.code in before.codes:
        mark = "same" if _plain(before.codes[code.code]) == _plain(code.text) else "changed"
    if not taken:
        mark = ""
    standing = "read" if taken else "not checked" if code.question else "nothing"
    draft.note(
        Line(
            "code",
            f"{item.id}/{code.code}",
            draft.mark(mark),
            standing,
            item.document,
            "",
            code.page,
            code.printed,
            code.question,
        )
    )


def _cells(**values: str) -> Cells:
    return {**dict.fromkeys(CODE_COLUMNS, ""), **values}


def _code(draft: DraftEdition, item: ReadList, code: ReadCode) -> Cells:
    return _cells(
        code=code.code,
        label=code.text or code.code,
        data_sets=" ".join(code.sets),
        valid_to=code.valid_to,
        group=code.group,
        note=code.note,
        source=cite(item.document, code.page),
    )


def _plain(text: str) -> str:
    return one_line(text.replace("’", "'")).casefold()


def _before(draft: DraftEdition, item: ReadList) -> CodeList | None:
    standard = draft.base.standard
    if item.spans:
        return standard.code_lists.get(item.id)
    for row in draft.fields:
        if row["header"] in item.headers:
            before = standard.by_header.get(row["header"]) or standard.by_header.get(row["was"])
            if before is not None and before.codes:
                return standard.code_lists[before.codes]
    return None


def _same_codes(before: CodeList, item: ReadList) -> bool:
    own = {code.code: _plain(code.text) for code in item.codes}
    spans = tuple(f"{least}-{most} {words}".strip() for least, most, words in item.spans)
    return own == {code: _plain(label) for code, label in before.codes.items()} and spans in ((), before.labels)


def _ask(draft: DraftEdition, item: ReadList) -> None:
    """What does not fit together: codes and layouts, fields that no rule sends to a list, codes named in the text."""
    by_header = {one.header: one for one in draft.gathered.fields}
    in_list = listed_rules(draft)
    for header in item.headers:
        field = by_header.get(header)
        if field is None:
            continue
        if in_list and not item.spans and not set(field.rules) & in_list:
            rules = ", ".join(sorted(in_list, key=int))
            item.questions.append(f"{header} has this list, but rule {rules} does not stand with it.")
        codes = [code.code for code in item.codes] + [str(most) for _, most, _ in item.spans]
        item.questions += misfits(header, field.layout, codes)


def misfits(header: str, layout: str, codes: Iterable[str]) -> Iterator[str]:
    """What of a field's codes its layout has no room for, or does not allow, as questions: one of the two is wrong."""
    kind, _, length = layout.partition("(")
    most = int(length.rstrip(")") or 0) if length else 0
    told = list(codes)
    if wide := [code for code in told if most and len(code) > most]:
        yield f"{', '.join(wide[:5])} is longer than the layout {layout} of {header}."
    fits = {"A": str.isalpha, "N": str.isdigit}.get(kind)
    if odd := [code for code in told if fits is not None and not fits(code)]:
        yield f"{', '.join(odd[:5])} does not fit the layout {layout} of {header}."


def _asked(draft: DraftEdition, item: ReadList) -> list[str]:
    """What the text above a table says of codes that are not in it: such a list is not complete."""
    found = []
    shapes = {_shape(code.code) for code in item.codes if len(code.code) >= 4}
    known = {code.code for code in item.codes}
    for note in item.notes:
        for word in dict.fromkeys(re.findall(r"\b[A-Z0-9]{4,}\b", note)):
            if _shape(word) in shapes and word not in known:
                found.append(f"The text above the table names {word}, which is not in the list: does it belong?")
        if re.search(r"\bcodes?\b", note) and re.search(r"\bas well\b|\balso\b|\btable \d", note):
            found.append(f"The text above the table speaks of other codes ({note}): the list is not complete without.")
    return found


def _shape(code: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[0-9]", "9", code))


def _layout_by_codes(draft: DraftEdition, field: ReadField) -> None:
    """A layout printed without its letter, by the codes of the list: digits alone are N, letters alone A."""
    if not field.layout.startswith("("):
        return
    codes = [code.code for item in draft.gathered.lists if field.header in item.headers for code in item.codes]
    if not codes:
        return
    letter = "N" if all(map(str.isdigit, codes)) else "A" if all(map(str.isalpha, codes)) else "C"
    row = next(row for row in draft.fields if row["header"] == field.header)
    row["layout"] = f"{letter}{field.layout}"
    line = next(line for line in draft.lines if line.kind == "field" and line.key == field.header)
    line.standing = "corrected"
    before = draft.base.standard.by_header.get(field.header)
    if before is not None and before.layout.text == row["layout"] and line.mark:
        line.mark = "same"
    line.question = f"The layout is printed {field.layout_printed}; {row['layout']} is taken, as the codes are."


def _from_base(draft: DraftEdition) -> None:
    """Fields that have a list in the base and none in the documents: the base's, with its own status; else a gap."""
    standard = draft.base.standard
    in_list = listed_rules(draft)
    by_row = {row["header"]: row for row in draft.fields}
    spanned = {header for item in draft.gathered.lists if item.spans for header in item.headers}
    taken: dict[str, list[ReadField]] = {}
    for field in draft.gathered.fields:
        row = by_row[field.header]
        if row["codes"] or field.header in spanned or not set(field.rules) & in_list:
            continue
        before = standard.by_header.get(field.header) or standard.by_header.get(row["was"])
        if before is None or not before.codes:
            question = f"{field.header} takes the codes of a list, and no document read has one: bring it."
            draft.note(Line("list", field.header, "", "missing", field.document, "", field.page, "", question))
            continue
        taken.setdefault(before.codes, []).append(field)
    for own, fields in taken.items():
        codes = standard.code_lists[own]
        name = _take_over(draft, codes)
        for field in fields:
            by_row[field.header]["codes"] = name
        headers = ", ".join(field.header for field in fields)
        asked = [told for field in fields for told in misfits(field.header, field.layout, codes.codes)]
        printed = f"{headers}: {codes.title}, {codes.status}"
        draft.note(Line("list", name, draft.mark("same"), "base", printed=printed, question=" ".join(asked)))
    if taken:
        headers = ", ".join(field.header for fields in taken.values() for field in fields)
        question = (
            f"No document read has the lists of {len(taken)} fields or groups of fields; those of {standard.id} stand "
            "there, as sure as they are there: bring the reference data."
        )
        draft.note(Line("text", "lists of the base", "", "base", printed=headers, question=question))


def _take_over(draft: DraftEdition, codes: CodeList) -> str:
    name, number = codes.id, 2
    while name in draft.codes:
        name, number = f"{codes.id}_{number}", number + 1
    draft.lists.append(
        {
            "list": name,
            "title": codes.title,
            "status": codes.status,
            "complete": "yes" if codes.complete else "no",
            "source": codes.source,
            "note": codes.note,
        }
    )
    names = {name for item in draft.gathered.fields for name in item.sets}
    draft.codes[name] = [
        _cells(**{key: row.get(key, "") for key in CODE_COLUMNS})
        for row in draft.base.code_rows(codes.id)
        if set(row.get("data_sets", "").split()) <= names
    ]
    return name
