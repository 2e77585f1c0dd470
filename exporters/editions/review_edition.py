"""What a draft says of its edition as a whole, as things to look at and to put right: what goes without consent, what
goes with a consent of its own, headings that are read otherwise, the days it is in force, its sections and what their
records are known by; and a field's own header and section.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exporters.editions.draft_folder import FIELDS, LINES, RULES, Cells, DraftFolder, DraftTable, with_changes
from exporters.editions.review_items import ReviewItem, settle
from validators.problems import Problem
from validators.standard.layers import HEADERS_IN
from validators.standard.loader import is_kept_back

EDITION = "edition"
TITLE, DAYS, NO_CONSENT, GUARDED, HEADINGS = "title", "in force", "no consent", "guarded", "headings"
SECTION = "section "
"""Before the id of a section, in the key of what is said of it."""
KNOWN_BY = {"id_field": "Identifier", "date_field": "Date", "kind_field": "Kind"}
"""By which fields the records of a section are known, in standard.toml."""
LEVELS = {
    "client": "once for a client",
    "episode": "once in a case",
    "event": "any number in a case, each with a day",
}


def edition_titles(draft: DraftFolder) -> dict[str, str]:
    """What the edition says as a whole, by key, each in a line."""
    try:
        top = draft.top()
    except Problem:
        return {}
    found = {TITLE: f"{top.get('title', '')}, edition {top.get('edition', '')}", DAYS: _days(top)}
    found[NO_CONSENT] = f"without consent only {' '.join(carried(draft)) or 'nothing'}"
    if GUARDED in top:
        its = top[GUARDED]
        found[GUARDED] = f"{' '.join(its.get('headers', []))} only where {its.get('consent', '')} allows it"
    elif kept := kept_back(draft):
        found[GUARDED] = f"never sent: {' '.join(kept)}"
    headings = ", ".join(f"{heading} is {header}" for heading, header in printed(draft).items())
    found[HEADINGS] = headings or "every column by its field's own header"
    for section in top.get("sections", []):
        known = " ".join(str(section[name]) for name in KNOWN_BY if section.get(name))
        beside = f", known by {known}" if known else ""
        found[f"{SECTION}{section['id']}"] = f"{section['title']}: {section['level']}{beside}"
    return found


def section_of(draft: DraftFolder, key: str) -> Mapping[str, Any]:
    """What standard.toml says of a section, by the key of what is said of it; empty where there is none."""
    sections = draft.top().get("sections", [])
    return next((one for one in sections if f"{SECTION}{one['id']}" == key), {})


def fields_within(draft: DraftFolder, section: str) -> list[Cells]:
    """The lines of fields.csv of a section's fields."""
    return [row for row in draft.tables[FIELDS].rows if row["section"] == section]


def _days(top: Mapping[str, Any]) -> str:
    first, last = top.get("valid_from", ""), top.get("valid_to", "")
    return f"from {first or 'nobody knows when'}{f' to {last}' if last else ''}"


def carried(draft: DraftFolder) -> tuple[str, ...]:
    """The headers that a row without consent carries."""
    return tuple(map(str, draft.top().get("no_consent", {}).get("carries", [])))


def printed(draft: DraftFolder) -> dict[str, str]:
    """Headings that a file may hold in place of a field's header, as the documents print them."""
    return {str(heading): str(header) for heading, header in draft.top().get("printed", {}).items()}


def kept_back(draft: DraftFolder) -> list[str]:
    """The fields that hold an insurance number or a whole postcode, of which the draft does not say when they go."""
    top = draft.top()
    said = {*top.get("shortened", {}), *top.get(GUARDED, {}).get("headers", [])}
    return [
        row["header"]
        for row in draft.tables[FIELDS].rows
        if row["header"] not in said
        and not row["codes"]
        and is_kept_back(f"{row['label']} {row['description']}", int("".join(re.findall(r"\d", row["layout"])) or 0))
    ]


def told_by_rules(draft: DraftFolder, headers: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """What rules say of when these go: by number the field that decides, and the values by which it allows it."""
    found = {}
    for row in draft.tables[RULES].rows:
        match = re.fullmatch(r"when=([A-Z0-9_]+)!=([^ ;=]+)", row["parameters"])
        if row["pattern"] == "empty_when" and match and set(row["fields"].split()) & set(headers):
            found[row["rule"]] = (match[1], [code for code in match[2].split("|") if code])
    return found


def edition_question(draft: DraftFolder, key: str) -> str:
    """What has to be asked of a part of the edition, whether or not a document raised it; empty for nothing."""
    if key != GUARDED or not (kept := kept_back(draft)):
        return ""
    told = told_by_rules(draft, kept)
    says = "; ".join(f"rule {number} says where {field} is {' or '.join(of)}" for number, (field, of) in told.items())
    return (
        f"{', '.join(kept)} never leave, as nothing says with which consent they may"
        f"{f' ({says})' if says else ''}: correct says it, accept leaves it so."
    )


def edition_page(draft: DraftFolder, key: str) -> Iterator[str]:
    """What a part of the edition says, in lines."""
    labels = {row["header"]: row["label"] for row in draft.tables[FIELDS].rows}
    if key == NO_CONSENT:
        yield "  Of a client who did not consent these columns are sent, and nothing else:"
        yield from (f"    {header:<12} {labels.get(header, '')}" for header in carried(draft))
    elif key == GUARDED:
        its = draft.top().get(GUARDED, {})
        if its:
            yield f"  Sent only where {its['consent']} is {' or '.join(its.get('consented', []))}, and only once the"
            yield "  agency switches that on in its settings:"
            yield from (f"    {header:<12} {labels.get(header, '')}" for header in its.get("headers", []))
        if kept := kept_back(draft):
            yield "  Never sent, as the edition does not say with which consent:"
            yield from (f"    {header:<12} {labels.get(header, '')}" for header in kept)
    elif key == HEADINGS:
        yield "  In a file that is read, a column headed so is the field's:"
        yield from (f"    {heading:<12} is {header}" for heading, header in printed(draft).items())
    elif its := section_of(draft, key):
        yield f"  Title       {its['title']}"
        yield f"  Its records {LEVELS.get(str(its['level']), its['level'])}"
        for name, label in KNOWN_BY.items():
            if header := its.get(name):
                yield f"  {label:<11} {header} {labels.get(header, '')}"
        if told := its.get("data_sets"):
            yield f"  Only in     {told}"
        yield f"  Its fields  {' '.join(row['header'] for row in fields_within(draft, its['id'])) or 'none'}"
    else:
        yield f"  {edition_titles(draft).get(key, '')}"


# What is decided.


def _keep(draft: DraftFolder, item: ReviewItem, top: Any) -> str:
    changed = with_changes(draft, (LINES,))
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True, top=top)
    return "corrected"


def say_without_consent(draft: DraftFolder, item: ReviewItem, headers: Sequence[str]) -> str:
    """Which columns a row without consent carries. Raises Problem, as `DraftFolder.keep`."""
    top = draft.top()
    top["no_consent"] = {"carries": list(headers)}
    return _keep(draft, item, top)


def say_guarded(
    draft: DraftFolder, item: ReviewItem, headers: Sequence[str], consent: str, allowing: Sequence[str]
) -> str:
    """Which fields go only with a consent of their own, and once the agency switches it on; no headers: none do.

    Raises Problem, as `DraftFolder.keep`.
    """
    top = draft.top()
    before = top.pop(GUARDED, None)
    if not headers:
        return _keep(draft, item, top)
    setting = str(before["setting"]) if before is not None else consent.lower()
    if all(one.get("id") != setting for one in top.get("settings", [])):
        label = next((row["label"] for row in draft.tables[FIELDS].rows if row["header"] == consent), consent)
        made = {"id": setting, "title": f"Send {', '.join(headers)} ({label})", "kind": "yes_no"}
        top["settings"] = [*(dict(one) for one in top.get("settings", [])), made]
    top[GUARDED] = {"setting": setting, "consent": consent, "consented": list(allowing), "headers": list(headers)}
    return _keep(draft, item, top)


def say_headings(draft: DraftFolder, item: ReviewItem, headings: Mapping[str, str]) -> str:
    """Which other headings of a file are read as which fields. Raises Problem, as `DraftFolder.keep`."""
    top = draft.top()
    top.pop("printed", None)
    if headings:
        top["printed"] = dict(headings)
    return _keep(draft, item, top)


def say_top(draft: DraftFolder, item: ReviewItem, told: Mapping[str, str]) -> str:
    """The title, or the days it is in force; an empty text takes one away. Raises Problem, as `DraftFolder.keep`."""
    top = draft.top()
    for key, text in told.items():
        if text:
            top[key] = text
        else:
            top.pop(key, None)
    return _keep(draft, item, top)


def say_section(draft: DraftFolder, item: ReviewItem, told: Mapping[str, str]) -> str:
    """What a section says of itself, by the keys of standard.toml; an empty text takes one away.

    Raises Problem, as `DraftFolder.keep`.
    """
    top = draft.top()
    section = next(one for one in top["sections"] if f"{SECTION}{one['id']}" == item.key)
    for key, text in told.items():
        if text:
            section[key] = text
        else:
            section.pop(key, None)
    if section["level"] != "event":
        for name in KNOWN_BY:
            section.pop(name, None)
    return _keep(draft, item, top)


def move_field(draft: DraftFolder, item: ReviewItem, section: str) -> str:
    """Put a field into another section; its column in a file stays where it is.

    Raises Problem where the records of its section are known by it, and as `DraftFolder.keep`.
    """
    for one in draft.top().get("sections", []):
        if item.key in [one.get(name) for name in KNOWN_BY] and one["id"] != section:
            raise Problem(
                f"The records of {one['title']} are known by {item.key}: choose another field for that first, at"
                f" Edition: {SECTION}{one['id']}."
            )
    changed = with_changes(draft, (FIELDS, LINES))
    for row in changed[FIELDS].rows:
        if row["header"] == item.key:
            row["section"] = section
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"stands in the section {section} now"


def rename_field(draft: DraftFolder, item: ReviewItem, header: str) -> str:
    """Give a field another header, wherever the draft names it: its rules, its conditions, the edition as a whole.

    Raises Problem for what cannot be a header or is another field's, and as `DraftFolder.keep`.
    """
    old, header = item.key, header.strip()
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", header):
        raise Problem("A header is made of letters, digits and low lines, a letter first: type it as the file has it.")
    if any(row["header"] == header for row in draft.tables[FIELDS].rows):
        raise Problem(f"{header} is another field of the draft already.")
    changed = with_changes(draft, (FIELDS, RULES, LINES))
    for row in changed[FIELDS].rows:
        row["header"] = header if row["header"] == old else row["header"]
        row["skip_when"] = _in_condition(row.get("skip_when", ""), old, header)
    for row in changed[RULES].rows:
        row["fields"] = _among(row["fields"], old, header)
        row["parameters"] = _in_parameters(row["parameters"], old, header)
    settle(changed[LINES], item, "corrected")
    for line in changed[LINES].rows:
        if line["kind"] == "field" and line["key"] == old:
            line["key"] = header
    top = _renamed(draft.top(), old, header)
    if top.get("printed", {}).get(header):  # it is read by its own header now
        del top["printed"][header]
    draft.keep(changed, judged=True, top=top)
    return f"is headed {header} now"


def _among(words: str, old: str, new: str) -> str:
    return " ".join(new if word == old else word for word in words.split())


def _in_condition(condition: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![^\s]){re.escape(old)}(?=!?=)", new, condition)


def _in_parameters(parameters: str, old: str, new: str) -> str:
    parts = []
    for part in parameters.split("; ") if parameters else []:
        name, sign, text = part.partition("=")
        text = _among(text, old, new) if name in HEADERS_IN else _in_condition(text, old, new)
        parts.append(f"{name}{sign}{text}")
    return "; ".join(parts)


def _renamed(told: Any, old: str, new: str) -> Any:
    """The same with one header in the place of another, as values and as keys."""
    for key in list(told):
        value = told[key]
        if hasattr(value, "keys"):
            _renamed(value, old, new)
        elif isinstance(value, list):
            for at, one in enumerate(value):
                if hasattr(one, "keys"):
                    _renamed(one, old, new)
                elif one == old:
                    value[at] = new
        elif value == old:
            told[key] = new
        if key == old:
            told[new] = told.pop(key)
    return told


# What was not read, added by hand.


def add_field(draft: DraftFolder, item: ReviewItem, cells: Cells) -> str:
    """Add a field of which no document's table told, behind the others of its section. Raises Problem, as `keep`."""
    header = cells["header"].strip()
    if any(row["header"] == header for row in draft.tables[FIELDS].rows):
        raise Problem(f"{header} is a field of the draft already.")
    changed = with_changes(draft, (FIELDS, LINES))
    table = changed[FIELDS]
    if cells.get("data_sets"):
        table.have("data_sets")
    made = {"label": header, "description": cells.get("label", header), "keyed": "person", **cells}
    row = {**dict.fromkeys(table.columns, ""), **{name: text for name, text in made.items() if name in table.columns}}
    places = [at for at, one in enumerate(table.rows) if one["section"] == cells["section"]]
    table.rows.insert(places[-1] + 1 if places else len(table.rows), row)
    for number, one in enumerate(table.rows, 1):
        one["column"] = str(number)
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"the field {header} is added"


def word_rule(draft: DraftFolder, item: ReviewItem, number: str, words: str, headers: Sequence[str]) -> str:
    """Add a rule by its words, not checked until it is mapped. Raises Problem where there is one, and as `keep`."""
    if not number.isdigit():
        raise Problem("The number of a rule is made of digits.")
    if any(row["rule"] == number for row in draft.tables[RULES].rows):
        raise Problem(f"There is a rule {number} already: go to it to correct it.")
    changed = with_changes(draft, (RULES, LINES))
    table: DraftTable = changed[RULES]
    table.have("status", "wording")
    told = {"rule": number, "title": f"Rule {number}", "fields": " ".join(headers), "source": "the site's own reading"}
    table.rows.append({**dict.fromkeys(table.columns, ""), **told, "status": "not_checked", "wording": words})
    settle(changed[LINES], item, "corrected")
    draft.keep(changed, judged=True)
    return f"rule {number} is kept with its words, not checked"
