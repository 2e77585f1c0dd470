"""Writing a draft into its folder: whole or not at all, beside its place and then renamed."""

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import tomlkit

from exporters.documents import draft_fields, draft_lists, draft_rules
from exporters.documents.draft import DraftEdition, Line
from exporters.documents.report import as_mapping, as_text
from store.disk.files import mode_for_person, refused
from validators.problems import Problem
from validators.version import VERSION


def refuse_taken(folder: Path) -> None:
    """Raise Problem where a draft may not be written: something stands there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(f"{folder} is not empty: name another folder with --out.")
    if not folder.absolute().parent.is_dir():
        raise Problem(f"{folder.absolute().parent} is not there: make it first, or name another folder with --out.")
    mode_for_person(folder.absolute().parent)  # refused where the person at work may not write


def write(draft: DraftEdition, folder: Path) -> None:
    """Write a draft into a folder that is not there yet, or is empty. Raises Problem when it cannot be written."""
    refuse_taken(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=f".{folder.name}-") as place:
            beside = Path(place) / "draft"
            (beside / "codes").mkdir(parents=True)
            _fill(draft, beside)
            if folder.exists():
                folder.rmdir()
            beside.rename(folder)
    except OSError as error:
        raise refused(error, folder, "written") from None


def _fill(draft: DraftEdition, folder: Path) -> None:
    _text(folder / "standard.toml", tomlkit.dumps(draft.toml))
    _table(folder / "fields.csv", draft_fields.COLUMNS, draft.fields)
    _table(folder / "rules.csv", draft_rules.COLUMNS, draft.rules)
    _table(folder / "codes" / "lists.csv", draft_lists.LIST_COLUMNS, draft.lists)
    for name, codes in draft.codes.items():
        if codes:
            _table(folder / "codes" / f"{name}.csv", draft_lists.CODE_COLUMNS, codes)
    _table(folder / "provenance.csv", [one.name for one in fields(Line)], map(asdict, draft.lines))
    _text(folder / "draft.toml", tomlkit.dumps(_made_of(draft)))
    told = as_mapping(draft)
    _text(folder / "report.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    _text(folder / "report.txt", as_text(told))
    checklist = _checklist(draft)
    if checklist is not None:
        shutil.copyfile(checklist, folder / "checklist.csv")


def _checklist(draft: DraftEdition) -> Path | None:
    from validators.standard.catalogue import folder_of

    path = folder_of(draft.base.standard.id) / "checklist.csv"
    return path if path.is_file() else None


def _made_of(draft: DraftEdition) -> dict[str, object]:
    gathered = draft.gathered

    def held(name: str) -> dict[str, int]:
        lists = [item for item in gathered.lists if item.document == name]
        return {
            "fields": sum(item.document == name for item in gathered.fields),
            "rules": sum(item.document == name for item in gathered.rules),
            "lists": len(lists),
            "codes": sum(len(item.codes) for item in lists),
        }

    return {
        "made_by": f"Keywork {VERSION}",
        "like": draft.base.standard.id,
        "compared": draft.base.compared,
        "documents": [
            {
                "name": item.name,
                "title": item.document.title or item.document.file,
                "file": item.document.file,
                "digest": item.document.digest,
                "pages": item.document.pages,
                "kind": item.document.kind,
                **held(item.name),
            }
            for item in gathered.documents
        ],
    }


def _text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
