"""`keywork standards`: what is installed, what a data set holds, and installing one."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tui.widgets.text import printable
from validators.problems import Problem
from validators.records import Severity
from validators.standard.catalogue import available, installed_folder, load
from validators.standard.loader import load_standard
from validators.standard.model import Rule, Standard


def run_list() -> int:
    """Print id, title and status of each. Raises Problem for a malformed pack."""
    for name in available():
        standard = load(name)
        statuses = [code_list.status for code_list in standard.code_lists.values()]
        told = ", ".join(f"{statuses.count(s)} {s}" for s in dict.fromkeys(statuses))
        print(f"{standard.id}  {standard.title}; code lists: {told}")
    return 0


def run_show(standard_id: str, form: str) -> int:
    """Print a standard. Raises Problem when there is none of that id."""
    standard = load(standard_id)
    if form == "json":
        print(json.dumps(as_mapping(standard), indent=1))
    elif form == "text":
        print("\n".join([*_lines(standard), *mapping_lines(standard)]))
    else:
        raise Problem("A standard is told as text or json: choose one of them with --format.")
    return 0


def run_install(folder: Path, standard_id: str | None = None) -> int:
    """Copy a pack, or the schema of a return, to the site's own, once it has loaded.

    Raises Problem and leaves the old one otherwise.
    """
    try:
        if _holds_schemas(folder):
            return _install_schema(folder, standard_id)
        if standard_id is not None:
            raise Problem("--standard goes with a folder of XML schemas: a data set says itself which it is.")
        return _install(folder)
    except (OSError, shutil.Error):
        raise Problem(
            f"The data set could not be installed in {installed_folder()}: check the names and the permissions."
        ) from None


def _holds_schemas(folder: Path) -> bool:
    if not folder.is_dir() or (folder / "standard.toml").exists():
        return False
    return any(path.suffix.lower() == ".xsd" for path in folder.iterdir())


def _install_schema(folder: Path, standard_id: str | None) -> int:
    from exporters.formats import choose

    found = [name for name in available() if choose.of(load(name)).schemas is not None]
    if standard_id is None and len(found) != 1:
        raise Problem(f"{folder} holds XML schemas: say with --standard of which data set.")
    standard = load(standard_id or found[0])
    schemas = choose.of(standard).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another --standard.")
    for line in schemas.install(folder):
        print(printable(line))
    return 0


def mapping_lines(standard: Standard) -> list[str]:
    """What is told of an installed schema: what is mapped, what is not. Raises Problem when it is broken."""
    from exporters.formats import choose

    schemas = choose.of(standard).schemas
    return [printable(line) for line in schemas.told()] if schemas is not None else []


def run_schema(standard_id: str) -> int:
    """Print our own stand-in schema of a return. Raises Problem for a standard that is not sent as XML."""
    from exporters.formats import choose

    standard = load(standard_id)
    schemas = choose.of(standard).schemas
    if schemas is None:
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another one.")
    # As bytes: they say themselves how they are encoded.
    sys.stdout.buffer.write(schemas.stand_in())
    return 0


def _install(folder: Path) -> int:
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder: name the folder that holds standard.toml.")
    standard = load_standard(folder)
    target = installed_folder() / standard.id.replace("-", "_")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        shutil.copytree(folder, new)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    load.cache_clear()
    print(f"{standard.id}: installed in {target}")
    return 0


def severities(standard: Standard, rule: Rule) -> list[str]:
    """The severities a rule's findings can have, the heaviest first; a list's status decides where the rule says so."""
    found: set[str] = set()
    for row in rule.rows:
        if row.severity == "list":
            for header in row.fields:
                code_list = standard.code_lists[standard.by_header[header].codes]
                if code_list.decides:
                    found.add("error" if code_list.status in ("published", "site") else "warning")
        else:
            found |= {row.severity, row.store_severity}
    return [severity.value for severity in Severity if severity.value in found]


def as_mapping(standard: Standard) -> dict[str, object]:
    """The standard as the show command's JSON tells it."""
    return {
        "id": standard.id,
        "title": standard.title,
        "edition": standard.edition,
        "document": standard.document,
        "sections": [
            {"id": section.id, "level": section.level, "title": section.title} for section in standard.sections
        ],
        "fields": [
            {
                "column": field.column,
                "header": field.header,
                "section": field.section,
                "label": field.label,
                "description": field.description,
                "layout": field.layout.text,
                "rules": list(standard.rules_reading(field.header)),
                "codes": field.codes or None,
            }
            for field in standard.fields
        ],
        "codes": {
            code_list.id: {
                "status": code_list.status,
                "complete": code_list.complete,
                "source": code_list.source,
                "note": code_list.note,
                "values": [{"code": code, "label": label} for code, label in code_list.codes.items()],
                "labels_without_code": list(code_list.labels),
            }
            for code_list in standard.code_lists.values()
        },
        "rules": [
            {
                "rule": rule.id,
                "title": rule.title,
                "severities": severities(standard, rule),
                "message": rule.rows[0].message,
                "help": rule.help,
                "source": rule.source,
                "reading": rule.reading,
            }
            for rule in standard.rules
        ],
    }


def _lines(standard: Standard) -> list[str]:
    lines = [f"{standard.id}: {standard.title}", f"Source: {standard.document}", ""]
    for section in standard.sections:
        lines.append(f"{section.title} ({section.level})")
        for header in standard.headers_by_section[section.id]:
            field = standard.by_header[header]
            listed = f"  list {field.codes} ({standard.code_lists[field.codes].status})" if field.codes else ""
            rules = " ".join(standard.rules_reading(header))
            lines.append(f"  {field.column:>3} {header:10} {field.layout.text:9} {field.label}; rules {rules}{listed}")
        lines.append("")
    for rule in standard.rules:
        lines.append(f"Rule {rule.id}: {rule.title} ({', '.join(severities(standard, rule))})")
        lines += [f"  {rule.help}", f"  Reading: {rule.reading}", f"  Source: {rule.source}"]
    return lines
