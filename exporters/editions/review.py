"""Reviewing the draft of an edition: what is in it, what is open, and what a person decides of that.

All that is decided is written into the draft's own tables, so that `standards check` and an install see it, and whoever
edits the folder by hand or opens it again goes on from there.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from exporters.editions.draft_folder import (
    FIELDS,
    LINES,
    LISTS,
    RULES,
    Cells,
    DraftFolder,
    DraftTable,
    code_table,
    with_changes,
)
from exporters.editions.list_files import COLUMNS, read_lists
from exporters.editions.review_edition import EDITION, edition_question, edition_titles
from exporters.editions.review_items import GONE, ReviewItem, is_of, settle
from validators.problems import Problem

PROPOSED, UNCHECKED = "proposed", "not_checked"
_ASKED = {
    PROPOSED: "Is this what the rule asks?",
    UNCHECKED: "The rule was not understood: map it to a pattern, or leave it as not checked.",
}


def items(draft: DraftFolder) -> list[ReviewItem]:
    """All that a draft holds or says of what it does not hold: fields, rules, lists, codes that are asked about, texts.

    What is gone comes last of its kind.
    """
    lines: dict[tuple[str, str], list[Cells]] = {}
    for line in draft.tables[LINES].rows:
        lines.setdefault((line["kind"], line["key"]), []).append(line)
    found: list[ReviewItem] = []
    for kind, titles in _held(draft):
        for key, title in titles.items():
            its = lines.pop((kind, key), [])
            if kind == EDITION:
                found.append(_part(draft, key, title, its))
            else:
                found.append(_item(kind, key, title, its, rows_of(draft, key) if kind == "rule" else ()))
        found += [_item(kind, key, its[0]["printed"], its) for (of, key), its in lines.items() if of == kind]
        lines = {of: its for of, its in lines.items() if of[0] != kind}
    for (kind, key), its in lines.items():
        if kind == "code" and not any(line["question"] for line in its):
            continue
        title = _label(draft, key) if kind == "code" else its[0]["printed"]
        found.append(_item(kind, key, title, its))
    return found


def _held(draft: DraftFolder) -> Iterator[tuple[str, dict[str, str]]]:
    """What the tables hold: of each kind the titles by key."""
    yield "field", {row["header"]: row["label"] for row in draft.tables[FIELDS].rows}
    rules: dict[str, str] = {}
    # The program's own rules come behind those of the document.
    for row in sorted(draft.tables[RULES].rows, key=lambda row: not row["rule"][:1].isdigit()):
        rules.setdefault(row["rule"], row["title"])
    yield "rule", rules
    yield "list", {row["list"]: row["title"] for row in draft.tables[LISTS].rows}
    yield EDITION, edition_titles(draft)


def _item(kind: str, key: str, title: str, lines: Sequence[Cells], rows: Sequence[Cells] = ()) -> ReviewItem:
    asked = [line for line in lines if line["question"]]
    is_open = any(not line["settled"] for line in asked)
    question = " ".join(dict.fromkeys(line["question"] for line in asked))
    mark = next((line["mark"] for line in lines if line["mark"]), "")
    statuses = {row.get("status", "") for row in rows}
    if waits := next((status for status in (PROPOSED, UNCHECKED) if status in statuses), ""):
        in_part = waits == UNCHECKED and len(statuses) > 1
        mark = "in part" if in_part else waits.replace("_", " ")
        if not lines:
            is_open, question = True, _ASKED[waits]
    elif any(line["standing"] == "missing" for line in lines):
        mark = mark or "missing"
    settled = next((line["settled"] for line in asked if line["settled"]), "")
    places = tuple((_place(line), line["printed"]) for line in lines if line["document"] or line["printed"])
    return ReviewItem(kind, key, title, mark, question, is_open, "" if is_open else settled, places)


def _part(draft: DraftFolder, key: str, title: str, lines: Sequence[Cells]) -> ReviewItem:
    """Of the edition as a whole: what has to be asked is asked until a line says that it is settled."""
    read = dict.fromkeys(line["question"] for line in lines if line["question"] and line["standing"] != "base")
    question = " ".join(filter(None, (edition_question(draft, key), *read)))
    settled = next((line["settled"] for line in lines if line["settled"]), "")
    return ReviewItem(EDITION, key, title, "", question, bool(question) and not settled, settled if question else "")


def _place(line: Cells) -> str:
    return f"{line['document']} p. {line['page']}".strip() if line["document"] else ""


def _label(draft: DraftFolder, key: str) -> str:
    name, _, code = key.partition("/")
    return next((row["label"] for row in codes_of(draft, name) if row["code"] == code), "")


def rows_of(draft: DraftFolder, number: str) -> list[Cells]:
    """The lines of rules.csv of one rule."""
    return [row for row in draft.tables[RULES].rows if row["rule"] == number]


def field_of(draft: DraftFolder, header: str) -> Cells | None:
    """The line of fields.csv of one field."""
    return next((row for row in draft.tables[FIELDS].rows if row["header"] == header), None)


def list_of(draft: DraftFolder, name: str) -> Cells | None:
    """The line of the index of one list."""
    return next((row for row in draft.tables[LISTS].rows if row["list"] == name), None)


def codes_of(draft: DraftFolder, name: str) -> list[Cells]:
    """The codes of a list."""
    table = draft.tables.get(code_table(name))
    return table.rows if table is not None else []


# What is decided.


def accept(draft: DraftFolder, item: ReviewItem) -> str:
    """Take it as it stands: a proposed rule is in force like any other, one that is not checked stays so.

    Returns what was done, in a few words. Raises Problem where nothing is asked, and as `DraftFolder.keep`.
    """
    waits = item.kind == "rule" and item.mark == PROPOSED
    if not item.is_open and not waits:
        raise Problem(f"{item.name}: nothing is asked here; F8 goes to what is.")
    changed = with_changes(draft, (RULES, LINES))
    done = "taken as it stands"
    if item.kind == "rule":
        rows = [row for row in changed[RULES].rows if row["rule"] == item.key]
        for row in rows:
            if row.get("status") == PROPOSED:
                row["status"] = ""
                done = "accepted, and in force once the draft is installed"
        if all(row.get("status") == UNCHECKED for row in rows) and rows:
            done = "kept with its words, not checked"
    settle(changed[LINES], item, "yes")
    draft.keep(changed)
    return done


def keep_unchecked(draft: DraftFolder, item: ReviewItem) -> str:
    """Keep a rule with its words and run nothing of it. Raises Problem where there are no words, and as `keep`."""
    _refuse_unless(item, "rule")
    rows = rows_of(draft, item.key)
    if rows and all(row.get("status") == UNCHECKED for row in rows):
        return accept(draft, item) if item.is_open else "is not checked already"
    wording = next((row["wording"] for row in rows if row.get("wording")), "") or " / ".join(
        printed for _, printed in item.places if printed
    )
    if not rows or not wording:
        raise Problem(f"{item.name} has no words of a document that could be kept: it stays as it is.")
    headers = {row["header"] for row in draft.tables[FIELDS].rows}
    fields = dict.fromkeys(header for row in rows for header in row["fields"].split() if header in headers)
    changed = with_changes(draft, (RULES, LINES))
    changed[RULES].have("status", "wording")
    kept = {
        **dict.fromkeys(changed[RULES].columns, ""),
        "rule": item.key,
        "title": rows[0]["title"] or f"Rule {item.key}",
        "fields": " ".join(fields),
        "source": rows[0]["source"],
        "status": UNCHECKED,
        "wording": wording,
        "data_sets": rows[0].get("data_sets", ""),
    }
    _put(changed[RULES], item.key, [kept])
    settle(changed[LINES], item, "yes", standing="not checked")
    draft.keep(changed, judged=True)
    return "kept with its words, not checked"


def ask_again(draft: DraftFolder, item: ReviewItem) -> str:
    """Open a question that was settled. Raises Problem where none was."""
    lines = [line for line in draft.tables[LINES].rows if is_of(line, item) and line["question"] and line["settled"]]
    if not lines:
        raise Problem(f"{item.name}: no question was settled here.")
    changed = with_changes(draft, (LINES,))
    for line in changed[LINES].rows:
        if is_of(line, item):
            line["settled"] = ""
    draft.keep(changed)
    return "is asked again"


def correct_field(draft: DraftFolder, item: ReviewItem, cells: Mapping[str, str]) -> str:
    """Put a field's label, layout, list, required or data sets right, by the columns of fields.csv."""
    _refuse_unless(item, "field")
    if field_of(draft, item.key) is None:
        raise Problem(f"{item.name} is not in the draft: there is nothing to correct.")
    changed = with_changes(draft, (FIELDS, LINES))
    if cells.get("data_sets"):
        changed[FIELDS].have("data_sets")
    for row in changed[FIELDS].rows:
        if row["header"] == item.key:
            row.update({name: text.strip() for name, text in cells.items() if name in changed[FIELDS].columns})
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return "corrected"


def correct_list(draft: DraftFolder, item: ReviewItem, cells: Mapping[str, str]) -> str:
    """Put a list's title or note right."""
    _refuse_unless(item, "list")
    changed = with_changes(draft, (LISTS, LINES))
    for row in changed[LISTS].rows:
        if row["list"] == item.key:
            row.update({name: text.strip() for name, text in cells.items() if name in row})
    if "complete" in cells:
        settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return "corrected"


def take_fields(draft: DraftFolder, item: ReviewItem, headers: Sequence[str]) -> str:
    """Which fields take a list; who took it before and is not among them takes none. Raises Problem, as `keep`."""
    name, changed = _list_meant(draft, item)
    for row in changed[FIELDS].rows:
        if row["header"] in headers:
            row["codes"] = name
        elif row["codes"] == name:
            row["codes"] = ""
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"taken by {', '.join(headers) or 'no field'}"


def give_list(draft: DraftFolder, item: ReviewItem, name: str) -> str:
    """Give the field whose list no document has another list of the draft. Raises Problem, as `DraftFolder.keep`."""
    changed = with_changes(draft, (FIELDS, LINES))
    for row in changed[FIELDS].rows:
        if row["header"] == item.key:
            row["codes"] = name
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"takes the list {name}"


def give_layout(draft: DraftFolder, item: ReviewItem, header: str, layout: str) -> str:
    """Put the layout of a field right at the list whose codes it has no room for. Raises Problem, as `keep`."""
    changed = with_changes(draft, (FIELDS, LINES))
    for row in changed[FIELDS].rows:
        if row["header"] == header:
            row["layout"] = layout.strip()
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"the layout of {header} is {layout.strip()}"


def ask_codes_of(draft: DraftFolder, item: ReviewItem) -> str:
    """Have the rule that asks for a code of the list ask it of the list's fields, too. Raises Problem where none is."""
    takers = [row["header"] for row in draft.tables[FIELDS].rows if row["codes"] == item.key]
    changed = with_changes(draft, (RULES, LINES))
    asking = next(
        (row for row in changed[RULES].rows if row["pattern"] == "in_codes" and row["fields"][:1] != "@"), None
    )
    if asking is None or not takers:
        raise Problem(f"{item.name}: no rule here asks for a code of the list, or no field takes this one.")
    if asking["fields"][:1] != "@":  # else it asks it of whatever has a list
        asking["fields"] = " ".join(dict.fromkeys([*asking["fields"].split(), *takers]))
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"rule {asking['rule']} asks for its codes in {', '.join(takers)}"


def add_codes(draft: DraftFolder, item: ReviewItem, other: str, codes: Collection[str]) -> str:
    """Add codes of another list, as one that says so of itself wants it. Raises Problem, as `DraftFolder.keep`."""
    changed = _codes_and_lines(draft, item.key)
    table = changed[code_table(item.key)]
    held = {row["code"] for row in table.rows}
    more = [row for row in codes_of(draft, other) if row["code"] in codes and row["code"] not in held]
    table.have(*(column for row in more for column, text in row.items() if text and column in COLUMNS))
    table.rows += [{column: row.get(column, "") for column in table.columns} for row in more]
    settle(changed[LINES], item, "corrected")
    _holds_codes(changed, item.key)
    draft.keep(changed, judged=True)
    return f"{len(more)} codes of {other} added"


_OF_EACH = ("required", "trimmed", "real_date", "not_after_today", "in_codes", "digits_between", "number_between",
            "one_of", "not_before", "not_after", "before", "before_period_end", "not_before_day", "postcode_part",
            "nhs_number", "modulus_11", "exact_width", "code_not_retired")  # fmt: skip


def rules_of_each(draft: DraftFolder) -> dict[str, str]:
    """The rules that ask the same of each of their fields, so that another field can be put among them: by number what
    they ask."""
    many = Counter(row["rule"] for row in draft.tables[RULES].rows)
    return {
        row["rule"]: row["title"]
        for row in draft.tables[RULES].rows
        if many[row["rule"]] == 1 and row["pattern"] in _OF_EACH and row["rule"].isdigit() and row["fields"][:1] != "@"
    }


def ask_rules_of(draft: DraftFolder, item: ReviewItem, numbers: Collection[str]) -> str:
    """Have these of the rules that ask something of each field ask it of this one, and no others of them.

    Raises Problem, as `DraftFolder.keep`.
    """
    changed = with_changes(draft, (RULES, LINES))
    known = rules_of_each(draft)
    for row in changed[RULES].rows:
        if row["rule"] in known:
            others = [header for header in row["fields"].split() if header != item.key]
            row["fields"] = " ".join([*others, item.key] if row["rule"] in numbers else others)
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"rules {', '.join(numbers)}" if numbers else "no such rule names it"


def correct_code(
    draft: DraftFolder, name: str, before: str, cells: Mapping[str, str], missing: ReviewItem | None = None
) -> str:
    """Put a code of a list right; `before` is the code as it stands, "" for one that is added.

    `missing` is the list that no document has, of which it is the first code.

    Raises Problem for a code that is empty or stands in the list already, and as `DraftFolder.keep`.
    """
    code = cells.get("code", "").strip()
    if not code:
        raise Problem("The code is empty: type it, or take the code out of the list.")
    if code != before and any(row["code"] == code for row in codes_of(draft, name)):
        raise Problem(f"The code {code!a} stands in the list {name} already.")
    if missing is None:
        changed = _codes_and_lines(draft, name)
    else:
        name, changed = _list_meant(draft, missing)
        changed[code_table(name)] = DraftTable(["code", "label", "grade"], [])
        settle(changed[LINES], missing, "corrected")
    table = changed[code_table(name)]
    table.have(*(column for column, text in cells.items() if text and column in COLUMNS))
    told = {column: text.strip() for column, text in cells.items() if column in table.columns}
    if before:
        for row in table.rows:
            if row["code"] == before:
                row.update(told)
    else:
        table.rows.append({**dict.fromkeys(table.columns, ""), **told})
    _settle_code(changed[LINES], name, before or code)
    _holds_codes(changed, name)
    draft.keep(changed, judged=True)
    return "corrected" if before else "added"


def remove_code(draft: DraftFolder, name: str, code: str) -> str:
    """Take a code out of a list."""
    changed = _codes_and_lines(draft, name)
    table = changed[code_table(name)]
    table.rows = [row for row in table.rows if row["code"] != code]
    _settle_code(changed[LINES], name, code)
    draft.keep(changed, judged=True)
    return "taken out"


def take_codes(draft: DraftFolder, item: ReviewItem, path: Path) -> str:
    """Take all codes of a list from a table of the owner's (CSV); a field without a list gets one of its own.

    Raises Problem for a file that is no list of codes, and as `DraftFolder.keep`.
    """
    name, changed = _list_meant(draft, item)
    standard = draft.standard()
    if name not in standard.code_lists:
        draft.keep(changed, judged=True)
        standard = draft.standard()
        changed = with_changes(draft, (LISTS, LINES))
    given = [one for one in read_lists(path, standard, name) if one.list_id == name]
    if not given:
        raise Problem(f"{path} holds no codes of the list {name}: name another file.")
    columns = [column for column in COLUMNS if any(row.get(column) for row in given[0].rows)]
    columns = list(dict.fromkeys(("code", "label", "grade", *columns)))
    rows = [{column: row.get(column, "") for column in columns} for row in given[0].rows]
    changed[code_table(name)] = DraftTable(columns, rows)
    _holds_codes(changed, name)
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"{len(rows)} codes taken from {path.name}"


def _list_meant(draft: DraftFolder, item: ReviewItem) -> tuple[str, dict[str, DraftTable]]:
    """The list that an item is about, and the tables with a new one in them where it has none."""
    changed = with_changes(draft, (FIELDS, LISTS, LINES))
    its = field_of(draft, item.key)
    if item.kind == "list" and list_of(draft, item.key) is not None:
        return item.key, changed
    if its is None:
        raise Problem(f"{item.name} is no list and no field of the draft: no codes can be taken for it.")
    if its["codes"]:
        return its["codes"], changed
    name = item.key.lower()
    if list_of(draft, name) is not None:
        raise Problem(f"There is a list {name} already: give the field that one instead.")
    told = {"list": name, "title": its["label"], "status": "site", "complete": "no", "source": "the site's own file"}
    changed[LISTS].rows.append({**dict.fromkeys(changed[LISTS].columns, ""), **told, "status": "unknown"})
    for row in changed[FIELDS].rows:
        if row["header"] == item.key:
            row["codes"] = name
    return name, changed


def _holds_codes(changed: Mapping[str, DraftTable], name: str) -> None:
    """A list without codes has them now, so that the site vouches for it."""
    for row in changed[LISTS].rows:
        if row["list"] == name and row["status"] == "unknown":
            row.update(status="site", complete="yes", source=row["source"] or "the site's own")


def _codes_and_lines(draft: DraftFolder, name: str) -> dict[str, DraftTable]:
    if list_of(draft, name) is None:
        raise Problem(f"There is no list {name} in the draft.")
    changed = with_changes(draft, (LISTS, LINES))
    held = draft.tables.get(code_table(name))
    changed[code_table(name)] = held.copy() if held else DraftTable(["code", "label", "grade"], [])
    return changed


def map_rule(draft: DraftFolder, item: ReviewItem, made: Cells, *, beside: bool, whole: bool) -> str:
    """Give a rule what it asks, as a line of rules.csv: in place of what stands there, or beside it.

    `whole`: it asks all of the rule now; else what was not checked of it stays named. Raises Problem where the line
    cannot be one of a rule, and as `DraftFolder.keep`.
    """
    _refuse_unless(item, "rule")
    before = rows_of(draft, item.key)
    if not before:
        raise Problem(f"{item.name} is not in the draft: no words of it were read that could be mapped.")
    changed = with_changes(draft, (RULES, LINES))
    changed[RULES].have("status", "wording")
    applied = [dict(row) for row in before if row.get("status") != UNCHECKED] if beside else []
    rest = [dict(row) for row in before if row.get("status") == UNCHECKED] if not whole else []
    wording = " ".join(dict.fromkeys(row["wording"] for row in before if row.get("wording")))
    empty = dict.fromkeys(changed[RULES].columns, "")
    rows = [*applied, {**empty, **made, "rule": item.key}]
    for row in rows:
        row["status"] = ""
    rows[0] |= {
        "title": rows[0]["title"] or made["title"],
        "help": rows[0]["help"] or "As the document says.",
        "reading": rows[0]["reading"] or "Mapped by the site from the words of the document.",
        "source": before[0]["source"] or "the site's own reading",
        "wording": rows[0].get("wording") or wording,
    }
    for row in rows[1:]:
        row.update(title="", help="", reading="", source="", wording="")
    if rest:
        rest = [{**empty, "rule": item.key, "status": UNCHECKED, "wording": rest[-1].get("wording", "")}]
    _put(changed[RULES], item.key, [*rows, *rest])
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return "mapped" if not rest else "mapped in part; the rest keeps its words, not checked"


def _put(table: DraftTable, number: str, rows: Sequence[Cells]) -> None:
    """Give a rule other lines, where the first of them stood."""
    at = next(place for place, row in enumerate(table.rows) if row["rule"] == number)
    others = [row for row in table.rows if row["rule"] != number]
    table.rows = [*others[:at], *rows, *others[at:]]


def _settle_code(lines: DraftTable, name: str, code: str) -> None:
    for line in lines.rows:
        if line["kind"] == "code" and line["key"] == f"{name}/{code}" and line["question"]:
            line["settled"] = "corrected"


def _refuse_unless(item: ReviewItem, kind: str) -> None:
    if item.kind != kind or item.mark == GONE:
        raise Problem(f"{item.name} is no {kind} of the draft: go to one, then press it again.")


def counted(found: Collection[ReviewItem]) -> str:
    """How much is open, by what it is: `107 open: 65 proposed, 22 not checked, 20 others`."""
    waiting = [item for item in found if item.is_open]
    if not waiting:
        return "nothing is open"
    parts = {
        mark: sum(item.kind == "rule" and item.mark == mark for item in waiting) for mark in (PROPOSED, "not checked")
    }
    told = [f"{many} {mark}" for mark, many in parts.items() if many]
    if others := len(waiting) - sum(parts.values()):
        told.append(f"{others} other{'s' if others > 1 else ''}")
    return f"{len(waiting)} open{': ' + ', '.join(told) if sum(parts.values()) else ''}"
