"""A copy of an edition in a folder, to be edited: whole, also where it is told as a difference from another one."""

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tomlkit

from exporters.editions.install import NOTE
from store.disk.files import mode_for_person, refused
from validators.problems import Problem
from validators.standard import catalogue
from validators.standard.layers import (
    CODE_COLUMNS,
    CODE_EXTRAS,
    FIELD_COLUMNS,
    FIELD_EXTRAS,
    LIST_COLUMNS,
    RULE_COLUMNS,
    RULE_EXTRAS,
    Pack,
    PackRow,
)

_TOLD_ONCE = ("change", "after")
_BESIDE = ("checklist.csv", "provenance.csv")


def copy_edition(standard_id: str, folder: Path) -> int:
    """Write an edition into a new folder; how many files that are. Raises Problem, also where something is there."""
    edition, _ = catalogue.edition_of(standard_id)
    layers = catalogue.layers_of(edition)
    files = _as_they_are(layers[0]) if len(layers) == 1 else _flattened(Pack(layers))
    try:
        if folder.exists():
            raise Problem(f"{folder} is there already: name a folder that is not there yet.")
        parent = folder.absolute().parent
        mode_for_person(parent)  # refused where the person may not write
        parent.mkdir(parents=True, exist_ok=True)
        # Beside it first: half an edition under its name would be read as one, and stand in the way of the next copy.
        with tempfile.TemporaryDirectory(dir=parent, prefix=f".{folder.name}-") as place:
            beside = Path(place) / "copy"
            (beside / "codes").mkdir(parents=True)
            for name, data in files.items():
                (beside / name).write_bytes(data)
            beside.rename(folder)
    except OSError as error:
        raise refused(error, folder, "written") from None
    return len(files)


def _as_they_are(folder: Path) -> dict[str, bytes]:
    found = [*folder.glob("*.toml"), *folder.glob("*.csv"), *(folder / "codes").glob("*.csv")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found) if path.name != NOTE}


def _flattened(pack: Pack) -> dict[str, bytes]:
    """The pack's folders as one."""
    # Sections, with what they say of data sets: the reader takes that out.
    values = {**pack.toml().values, "sections": pack.values["sections"]}
    files = {
        "standard.toml": tomlkit.dumps({key: value for key, value in values.items() if key != "extends"}).encode(),
        "fields.csv": _table(pack.all_fields, FIELD_COLUMNS, FIELD_EXTRAS),
        "rules.csv": _table(pack.rules(), RULE_COLUMNS, RULE_EXTRAS),
        "codes/lists.csv": _table(pack.lists(), LIST_COLUMNS, ()),
    }
    for row in pack.lists():
        name = row.cells["list"]
        if (codes := pack.codes(name)) is not None:
            files[f"codes/{name}.csv"] = _table(codes, CODE_COLUMNS, CODE_EXTRAS)
    for name in _BESIDE:
        if (path := pack.place_of(name)).is_file():
            files[name] = path.read_bytes()
    return files


def _table(rows: Iterable[PackRow], columns: tuple[str, ...], extras: tuple[str, ...]) -> bytes:
    held = list(rows)
    used = [name for name in extras if name not in _TOLD_ONCE and any(row.cells.get(name) for row in held)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *used])
    writer.writerows([row.cells.get(name, "") for name in (*columns, *used)] for row in held)
    return text.getvalue().encode()
