"""The page of one thing of a draft: what is asked, the document's words, what is made of them, what was before."""

from collections.abc import Iterator

from exporters.editions.draft_folder import Cells, DraftFolder
from exporters.editions.review import codes_of, field_of, list_of, rows_of
from exporters.editions.review_edition import EDITION, edition_page
from exporters.editions.review_edition import printed as headings
from exporters.editions.review_items import ReviewItem
from exporters.editions.rule_kinds import KINDS
from validators.standard.model import Standard

MOST_FIELDS = 12
SETS = {
    "@all": "every field",
    "@coded": "every field with a code list",
    "@required": "every field that is marked as required",
}


def page_of(draft: DraftFolder, item: ReviewItem, base: Standard | None) -> list[str]:
    """All that is known of it, in lines; `base` is the edition that the draft is compared with."""
    lines = [f"# {item.name}{': ' if item.title else ''}{item.title[:60]}  ({state_of(item)})", ""]
    if item.question:
        settled = f" [{item.settled}]" if item.settled else ""
        lines += [f"  Asked    {item.question}{settled}"]
    for place, printed in item.places:
        lines.append(f"  Printed  {place + ': ' if place else ''}{printed or '(nothing)'}")
    if item.places or item.question:
        lines.append("")
    lines += {"field": _field, "rule": _rule, "list": _list}.get(item.kind, _other)(draft, item, base)
    return lines


def state_of(item: ReviewItem) -> str:
    """Its mark, and whether it is open, in words."""
    parts = [item.mark or "no mark"]
    if item.is_open:
        parts.append("open")
    elif item.settled:
        parts.append("accepted" if item.settled == "yes" else item.settled)
    return ", ".join(parts)


def _field(draft: DraftFolder, item: ReviewItem, base: Standard | None) -> Iterator[str]:
    cells = field_of(draft, item.key)
    before = base.by_header.get((cells or {}).get("was") or item.key) if base else None
    if cells is None:
        yield "  It is not in the draft."
    else:
        others = [heading for heading, header in headings(draft).items() if header == item.key]
        also = f", in files also headed {' '.join(others)}" if others else ""
        told = (
            ("Header", f"{item.key}{also}", item.key),
            ("Label", cells["label"], before.label if before else ""),
            ("Layout", cells["layout"], before.layout.text if before else ""),
            ("List", cells["codes"], before.codes if before else ""),
            ("Required", cells["required"], before.required if before else ""),
            ("Asked in", cells.get("data_sets", ""), " ".join(before.data_sets) if before else ""),
            ("Section", cells["section"], before.section if before else ""),
        )
        for name, now, was in told:
            changed = (
                f"  (before: {was or 'nothing'})" if before is not None and was != now and name != "Header" else ""
            )
            yield f"  {name:<9}{now or '-'}{changed}"
        if cells.get("was"):
            yield f"  Was      {cells['was']}"
        rules = [row["rule"] for row in draft.tables["rules.csv"].rows if item.key in row["fields"].split()]
        yield f"  Rules    {' '.join(dict.fromkeys(rules)) or 'none names it'}"


def _rule(draft: DraftFolder, item: ReviewItem, base: Standard | None) -> Iterator[str]:
    rows = rows_of(draft, item.key)
    if not rows:
        yield "  It is not in the draft."
    for row in rows:
        if row.get("status") == "not_checked":
            yield f"  Not checked: {row.get('wording') or 'its words are above'}"
            if row["fields"]:
                yield f"  Carried by {_named(draft, row['fields'])}"
        else:
            yield from _applied(draft, row)
    before = base.rule_by_id.get(item.key) if base else None
    if before is not None and item.mark in ("changed", "gone"):
        yield f"  Before   {before.title}{': ' + before.wording if before.wording else ''}"


def _applied(draft: DraftFolder, row: Cells) -> Iterator[str]:
    kind = KINDS.get(row["pattern"])
    proposed = "Proposed" if row.get("status") == "proposed" else "Asks"
    yield f"  {proposed:<9}{kind.asks if kind else row['title'] or row['pattern']} ({row['severity']})"
    yield f"  Of       {_named(draft, row['fields'])}"
    if row["parameters"]:
        yield f"  With     {row['parameters']}"
    if row.get("data_sets"):
        yield f"  Only in  {row['data_sets']}"


def _named(draft: DraftFolder, told: str) -> str:
    """Headers, the first few with their labels; a set of fields as it is called."""
    headers = told.split()
    if told in SETS:
        return SETS[told]
    if len(headers) <= 3:
        found = ((header, field_of(draft, header)) for header in headers)
        return ", ".join(f"{header} ({cells['label']})" if cells else header for header, cells in found)
    more = f" and {len(headers) - MOST_FIELDS} more" if len(headers) > MOST_FIELDS else ""
    return " ".join(headers[:MOST_FIELDS]) + more


def _list(draft: DraftFolder, item: ReviewItem, base: Standard | None) -> Iterator[str]:
    cells = list_of(draft, item.key)
    if cells is None:
        yield "  It is not in the draft. l takes its codes from a file."
        return
    codes = codes_of(draft, item.key)
    takers = [row["header"] for row in draft.tables["fields.csv"].rows if row["codes"] == item.key]
    yield f"  Status   {cells['status']}, {len(codes)} codes{'' if cells['complete'] == 'yes' else ', not complete'}"
    yield f"  Taken by {' '.join(takers) or 'no field'}"
    before = base.code_lists.get(item.key) if base else None
    yield ""
    for row in codes:
        days = " ".join(f"{word} {row[name]}" for word, name in (("from", "valid_from"), ("to", "valid_to"))
                        if row.get(name))  # fmt: skip
        new = "" if before is None or row["code"] in before.codes else "new"
        text = "" if before is None or before.codes.get(row["code"], row["label"]) == row["label"] else "other text"
        more = "; ".join(filter(None, (days, row.get("data_sets", ""), new, text, row.get("note", ""))))
        yield f"  {row['code']:<8} {row['label']}{f'  ({more})' if more else ''}"
    if before is not None:
        now = {row["code"] for row in codes}
        for code, label in before.codes.items():
            if code not in now:
                yield f"  {code:<8} {label}  (gone)"


def _other(draft: DraftFolder, item: ReviewItem, base: Standard | None) -> Iterator[str]:
    if item.kind == "code":
        name, _, code = item.key.partition("/")
        for row in codes_of(draft, name):
            if row["code"] == code:
                yield f"  In the draft: {code} is {row['label']}"
    elif item.kind == EDITION:
        yield from edition_page(draft, item.key)
    else:
        yield "  This was not taken into the draft: a accepts that it is left, c adds by hand what it says."
