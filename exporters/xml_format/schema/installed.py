"""A site's own copy of an owner's schema: installed, mapped to the items, and used for what is written.

It lives beside the site's own standards, with `mapping.toml`, which the site may edit: which element holds which item.
Only when every item has its element, or is said not to be sent (`-`), is the schema used. One that was in use and gives
way is kept beside it: what was written in it stands in the store, and is read and struck by it.
"""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.xml_format.schema.enumerations import lists_in
from exporters.xml_format.schema.mapping import MAPPING, NOT_SENT, read_mapping, written_mapping
from exporters.xml_format.shape import XmlShape, stand_in
from exporters.xml_format.stand_in_schema import stand_in_schema
from store.disk.files import refuse_own
from validators.problems import Problem
from validators.standard.catalogue import installed_folder
from validators.standard.model import Standard

if TYPE_CHECKING:
    from lxml import etree

    from exporters.xml_format.schema.enumerations import Allowed
    from exporters.xml_format.schema.mapping import Learned
    from exporters.xml_format.schema.structure import Structure


@dataclass(frozen=True, slots=True)
class Installed:
    """A schema as it is installed: its files, what of the standard is not mapped yet, and the shape once all is.

    `reasons` has a sentence for each name that is not mapped; `demanded` are places below the root that the schema
    wants filled, and that nothing fills; `allowed` are the values it enumerates for each item that is mapped.
    """

    folder: Path
    main: str
    mapping: Mapping[str, str]
    unmapped: tuple[str, ...]
    reasons: tuple[str, ...]
    demanded: tuple[str, ...]
    shape: XmlShape | None
    allowed: "Mapping[str, Allowed]"

    @property
    def why_not_used(self) -> str:
        """Why the schema is not used yet, in words; empty when it is."""
        many = len(self.unmapped)
        return f": of the schema installed here {many} names are not mapped yet" if many else ""


def schema_folder(standard: Standard) -> Path:
    """Where the schema of a standard is installed, whether there is one or not."""
    return installed_folder().parent / "schemas" / standard.id.replace("-", "_")


def earlier_folder(standard: Standard) -> Path:
    """Where the schemas of a standard are kept that were in use before, each in a folder, numbered."""
    return schema_folder(standard).with_name(f"{schema_folder(standard).name}.earlier")


def digest(standard: Standard) -> str:
    """A digest of all files of the schema that is installed; empty where there is none, or it cannot be read."""
    folder, made = schema_folder(standard), sha256()
    try:
        files = sorted(one for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []
        for one in files:
            made.update(f"{one.name}\0".encode() + one.read_bytes())
    except OSError:
        return ""
    return made.hexdigest() if files else ""


def shape_of(standard: Standard) -> XmlShape:
    """The shape that returns of a standard are written in: the installed schema's, else our own.

    Raises Problem when an installed schema or its mapping is broken.
    """
    found = installed(standard)
    return found.shape if found is not None and found.shape is not None else stand_in(standard)


def installed(standard: Standard) -> Installed | None:
    """The schema that is installed for a standard; None where there is none. Raises Problem when it is broken."""
    folder = schema_folder(standard)
    if standard.submission.format != "xml" or not folder.is_dir():
        return None
    return _installed_in(standard, folder)


def earlier_shapes(standard: Standard) -> list[XmlShape]:
    """The shapes that returns were written in by schemas installed before, the latest first; a broken one is none."""
    shapes = []
    for folder in reversed(_earlier(standard)):
        with suppress(Problem, OSError):
            if (shape := _installed_in(standard, folder).shape) is not None:
                shapes.append(shape)
    return shapes


def _earlier(standard: Standard) -> list[Path]:
    """The folders of schemas installed before, the earliest first; none of a copy that was broken off."""
    return sorted(earlier_folder(standard).glob("[0-9]*-*"))


def _installed_in(standard: Standard, folder: Path) -> Installed:
    from exporters.xml_format.schema.folder import read_folder
    from exporters.xml_format.schema.structure import Structure

    read = read_folder(folder, lambda path: path.open("rb"))
    return _fitted(standard, folder, read.main, Structure(read), read_mapping(folder / MAPPING, standard))


def compiled(standard: Standard) -> "etree.XMLSchema":
    """The installed schema. Raises Problem where there is none, or it is broken."""
    from exporters.xml_format.schema.folder import compile_schema

    found = installed(standard)
    if found is None:
        raise Problem(f"No schema is installed for {standard.id}: install one with `keywork standards install`.")
    return compile_schema(found.folder, found.main)


def install(folder: Path, standard: Standard) -> Installed:
    """Take a site's copy of the schema, with its `mapping.toml` where there is one, else with names guessed.

    An earlier mapping of the site is kept as far as its names are there. Raises Problem, and the old one stays.
    """
    from exporters.xml_format.schema.enumerations import keep_lists, lists_in
    from exporters.xml_format.schema.folder import compile_schema, read_folder
    from exporters.xml_format.schema.structure import Structure

    if standard.submission.format != "xml":
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another --standard.")
    read = read_folder(folder)
    structure = Structure(read)
    # Before it is compiled, which takes memory with the square of what is in one element.
    _ = structure.globals
    target = schema_folder(standard)
    given = folder / MAPPING
    if given.is_file():
        refuse_own(given)
        learned = read_mapping(given, standard)
    else:
        learned = _guessed(standard, structure)
        if (target / MAPPING).is_file():
            learned = _kept(standard, structure, learned, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        new.mkdir()
        for name, data in read.files.items():
            (new / name).write_bytes(data)
        # Compiled from the copy: what was judged is what is used.
        compile_schema(new, read.main)
        fitted = _fitted(standard, new, read.main, structure, learned)
        if not (learned.root and learned.message) and _is_used(standard):
            raise Problem(
                f"Nothing in {folder} bears the names of {standard.id}, and a schema that is mapped is installed: it "
                f"stays. Give the owner's files with their {MAPPING}, or uninstall that one first."
            )
        (new / MAPPING).write_text(written_mapping(standard, learned, fitted.demanded), encoding="utf-8")
        _keep_used(standard)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    keep_lists(standard, lists_in(standard, fitted.allowed))
    found = installed(standard)
    assert found is not None
    return found


def uninstall(standard: Standard) -> Path | None:
    """Take the site's copy of the schema away; where its mapping, which a site may have edited, is kept.

    None where it had none. Raises Problem where none is installed, and OSError.
    """
    from exporters.xml_format.schema.enumerations import keep_lists

    folder = schema_folder(standard)
    if not folder.is_dir():
        raise Problem(f"No schema is installed for {standard.id}, so there is none to take away.")
    _keep_used(standard)
    kept = folder.with_name(f"{folder.name}.{MAPPING}")
    if is_kept := (folder / MAPPING).is_file():
        (folder / MAPPING).replace(kept)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".uninstalling-") as place:
        folder.rename(Path(place) / "old")
    keep_lists(standard, {})
    return kept if is_kept else None


def _keep_used(standard: Standard) -> None:
    """Keep the schema that gives way, where returns may have been written in it. Raises OSError."""
    kept, name = earlier_folder(standard), digest(standard)[:16]
    if not _is_used(standard) or any(kept.glob(f"*-{name}")):
        return
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix=".keeping-") as place:
        copy = shutil.copytree(schema_folder(standard), Path(place) / "copy")
        copy.rename(kept / f"{1 + len(_earlier(standard)):04}-{name}")


def _is_used(standard: Standard) -> bool:
    """Whether a schema is installed and all of it is mapped."""
    try:
        found = installed(standard)
    except Problem:
        return False
    return found is not None and found.shape is not None


def _fitted(standard: Standard, folder: Path, main: str, structure: "Structure", learned: "Learned") -> Installed:
    """The mapping laid over the schema. Raises Problem for a name that the schema does not have."""
    from exporters.xml_format.schema.fitting import fit

    found = fit(standard, structure, learned)
    told = found.unmapped, found.reasons, found.demanded, found.shape, found.allowed
    return Installed(folder, main, learned.told, *told)


def _guessed(standard: Standard, structure: "Structure") -> "Learned":
    """What the names tell; of what does not go together, nothing."""
    from exporters.xml_format.schema.fitting import fit
    from exporters.xml_format.schema.learning import guess
    from exporters.xml_format.schema.mapping import empty_mapping

    learned = guess(standard, structure)
    try:
        fit(standard, structure, learned)
    except Problem:
        return empty_mapping(standard)
    return learned


def _kept(standard: Standard, structure: "Structure", guessed: "Learned", target: Path) -> "Learned":
    """What the site mapped before, where the new schema still has all of it; else what was guessed."""
    from exporters.xml_format.schema.fitting import fit

    try:
        before = read_mapping(target / MAPPING, standard)
        fit(standard, structure, before)
    except Problem:
        return guessed
    both = replace(
        before,
        root=before.root or guessed.root,
        message=before.message or guessed.message,
        blocks={group: place or guessed.blocks[group] for group, place in before.blocks.items()},
        elements={name: place or guessed.elements[name] for name, place in before.elements.items()},
    )
    try:
        fit(standard, structure, both)
    except Problem:
        return before
    return both


class SiteSchemas:
    """Our own stand-in schema of a standard, and the site's copy of its owner's."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard whose schemas are meant."""
        self.standard = standard

    def stand_in(self) -> bytes:
        """Our own schema as an XSD file."""
        return stand_in_schema(self.standard)

    def install(self, folder: Path) -> list[str]:
        """Take a site's copy of the owner's schema; where it is, what is mapped, and what that leads to.

        Raises Problem where it cannot be used, and OSError; the old one stays then.
        """
        done = install(folder, self.standard)
        lines = [f"{self.standard.id}: schema installed in {done.folder}", *self.told()]
        if lists := lists_in(self.standard, done.allowed):
            lines.append(f"Code lists taken out of it, as the site's own: {', '.join(sorted(lists))}")
        if done.unmapped:
            lines.append(f"Until {done.folder / MAPPING} names them, returns are written by Keywork's stand-in schema.")
        return lines

    def uninstall(self) -> list[str]:
        """Take the site's copy away; what is used from then on. Raises Problem where there is none, and OSError."""
        kept = uninstall(self.standard)
        lines = [f"{self.standard.id}: the schema of the site is taken away.", *self.told()]
        if kept is not None:
            lines.append(f"Its mapping is kept in {kept}: put it beside the files as {MAPPING} to use it again.")
        return lines

    def told(self) -> list[str]:
        """Which schema is used, what is mapped in it and what is not. Raises Problem when it is broken."""
        found = installed(self.standard)
        if found is None:
            return [
                "No official schema is installed: returns are written by Keywork's stand-in schema, and never ready."
            ]
        lines = [f"Schema of the site: {found.folder}"]
        for name, element in found.mapping.items():
            lines.append(f"  {name:28} {'not sent' if element == NOT_SENT else element or 'NOT MAPPED'}")
        if found.unmapped:
            lines.append(f"Not mapped yet, {len(found.unmapped)} of {len(found.mapping)}:")
            lines += [f"  {reason}" for reason in found.reasons]
        if found.demanded:
            lines.append(f"Demanded by the schema, and nothing is mapped to them: {', '.join(found.demanded)}")
        return lines
