"""The standard.toml of a draft: the base's frame, without what its fields no longer have, with what documents say."""

from typing import Any

from exporters.documents.draft import DraftEdition


def add_toml(draft: DraftEdition) -> None:
    """Fill the draft's standard.toml."""
    gathered, base = draft.gathered, draft.base
    told: dict[str, Any] = {
        key: value for key, value in base.toml.items() if key not in ("unverified", "bring", "valid_from", "valid_to")
    }
    headers = set(draft.headers)
    letter = gathered.letter or draft.id.rpartition("-")[2].upper()
    alike = letter == base.standard.edition
    told |= {
        "id": draft.id,
        "title": base.standard.title if alike and base.compared else f"NDTMS data set {letter}",
        "edition": letter,
        "document": "; ".join(item.document.title or item.document.file for item in gathered.documents),
        "sections": list(draft.sections.values()),
    }
    if gathered.valid_from:
        told["valid_from"] = gathered.valid_from
    if gathered.valid_to:
        told["valid_to"] = gathered.valid_to
    draft.title = told["title"]
    told["any_character"] = [header for header in told.get("any_character", []) if header in headers]
    if gathered.signs:
        free = [row["header"] for row in draft.fields if row["layout"].startswith("C(") and not row["codes"]]
        told["any_character"] = [header for header in free if header != told.get("roles", {}).get("agency")]
    _keep_headers(told, headers, draft)
    _variants(told, draft)
    carries = [header for header in gathered.without_consent if header in headers] or [
        header for header in base.standard.no_consent_carries if header in headers
    ]
    told["no_consent"] = {"carries": carries}
    told["documents"] = [
        {
            "name": item.name,
            "title": item.document.title or item.document.file,
            "file": item.document.file,
            "digest": item.document.digest,
            "pages": item.document.pages,
        }
        for item in gathered.documents
    ]
    draft.toml = told


def _keep_headers(told: dict[str, Any], headers: set[str], draft: DraftEdition) -> None:
    """Leave out what names a field that is not there."""
    renamed = {row["was"]: row["header"] for row in draft.fields if row["was"]}
    roles = {part: renamed.get(header, header) for part, header in told.get("roles", {}).items()}
    told["roles"] = {part: header for part, header in roles.items() if header in headers}
    told["shortened"] = {header: how for header, how in told.get("shortened", {}).items() if header in headers}
    printed = {item.header_printed: item.header for item in draft.gathered.fields if item.corrected}
    told["printed"] = {heading: header for heading, header in printed.items() if heading not in headers}
    submission = dict(told.get("submission", {}))
    if "extracted_when" in submission:
        submission["extracted_when"] = [header for header in submission["extracted_when"] if header in headers]
    told["submission"] = submission
    told["numbered"] = [header for header in told.get("numbered", []) if header in headers]
    again = [renamed.get(header, header) for header in told.get("second_keying", [])]
    told["second_keying"] = [header for header in again if header in headers]
    for name in ("journeys", "guarded", "ips"):
        table = told.get(name)
        if table and not _all_there(table, headers):
            del told[name]
    told["measures"] = [table for table in told.get("measures", []) if _all_there(table, headers)]
    for name in ("shortened", "printed", "numbered", "second_keying", "measures", "any_character"):
        if not told[name]:
            del told[name]


def _all_there(table: dict[str, Any], headers: set[str]) -> bool:
    """Whether all that looks like a header in a table is a header of the draft."""
    for value in table.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.isupper() and len(text) > 1 and text.isalnum() and text not in headers:
                return False
    return True


def _variants(told: dict[str, Any], draft: DraftEdition) -> None:
    """The data sets: those for which fields are ticked, titled by the base or by the document."""
    used = {name for item in draft.gathered.fields for name in item.sets}
    known = {table["name"]: table for table in told.get("variants", [])}
    first = next((list(item.sets) for item in draft.gathered.fields if set(item.sets) == used), sorted(used))
    variants = []
    for name in first:
        title = draft.gathered.sets.get(name, name)
        age = "young" if "young" in title.lower() else "adult" if "adult" in title.lower() else ""
        made = {"id": name.lower(), "name": name, "title": title}
        variants.append(known.get(name) or ({**made, "age": age} if age else made))
    told.pop("variants", None)
    if variants:
        told["variants"] = variants
        names = {table["name"] for table in variants}
        for section in told["sections"]:
            if not set(str(section.get("data_sets", "")).split()) <= names:
                section.pop("data_sets")
