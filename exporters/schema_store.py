"""A site's own copy of an owner's schema: installed, mapped to the items, and used for what is written.

It lives beside the site's own standards, with `mapping.toml`, which the site may edit: which element holds which item.
Only when every item has its element, or is said not to be sent (`-`), is the schema used.
"""

import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporters.xml_shape import ShapeBlock, XmlShape, stand_in
from validators.catalogue import installed_folder
from validators.problems import Problem
from validators.standard import Standard

if TYPE_CHECKING:
    from lxml import etree

    from exporters.schema_learning import Declared, Learned, Structure

MAPPING = "mapping.toml"
NOT_SENT = "-"


@dataclass(frozen=True, slots=True)
class Installed:
    """A schema as it is installed: its files, what of the standard is not mapped yet, and the shape once all is."""

    folder: Path
    main: str
    mapping: Mapping[str, str]
    unmapped: tuple[str, ...]
    demanded: tuple[str, ...]
    shape: XmlShape | None

    @property
    def why_not_used(self) -> str:
        """Why the schema is not used yet, in words; empty when it is."""
        many = len(self.unmapped)
        return f": of the schema installed here {many} names are not mapped yet" if many else ""


def schema_folder(standard: Standard) -> Path:
    """Where the schema of a standard is installed, whether there is one or not."""
    return installed_folder().parent / "schemas" / standard.id.replace("-", "_")


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
    from exporters.schema_folder import read_folder
    from exporters.schema_learning import Structure

    read = read_folder(folder)
    return _fitted(standard, folder, read.main, Structure(read), _mapping(folder / MAPPING, standard))


def compiled(standard: Standard) -> "etree.XMLSchema":
    """The installed schema. Raises Problem where there is none, or it is broken."""
    from exporters.schema_folder import compile_schema

    found = installed(standard)
    if found is None:
        raise Problem(f"No schema is installed for {standard.id}: install one with `keywork standards install`.")
    return compile_schema(found.folder, found.main)


def install(folder: Path, standard: Standard) -> Installed:
    """Take a site's copy of the schema, with its `mapping.toml` where there is one, else with names guessed.

    An earlier mapping of the site is kept as far as its names are there. Raises Problem, and the old one stays.
    """
    from exporters.schema_folder import compile_schema, read_folder
    from exporters.schema_learning import Structure, guess

    if standard.submission.format != "xml":
        raise Problem(f"{standard.id} is not sent as XML, so that it has no schema: choose another --standard.")
    read = read_folder(folder)
    structure = Structure(read)
    target = schema_folder(standard)
    given = folder / MAPPING
    learned = _mapping(given, standard) if given.is_file() else guess(standard, structure)
    if not given.is_file() and (target / MAPPING).is_file():
        learned = _kept(standard, structure, learned, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        new.mkdir()
        for name, data in read.files.items():
            (new / name).write_bytes(data)
        # Compiled from the copy: what was judged is what is used.
        compile_schema(new, read.main)
        _fitted(standard, new, read.main, structure, learned)
        (new / MAPPING).write_text(_told(standard, learned), encoding="utf-8")
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    found = installed(standard)
    assert found is not None
    return found


def _fitted(standard: Standard, folder: Path, main: str, structure: "Structure", learned: "Learned") -> Installed:
    """The mapping laid over the schema. Raises Problem for a name that the schema does not have."""
    from exporters.schema_learning import message_of

    form = standard.xml
    assert form is not None
    told = {"root": learned.root, "message": learned.message, **learned.blocks, **learned.elements}
    unmapped = [name for name, element in told.items() if not element]
    root, message = structure.element(learned.root), message_of(structure, learned)
    for what, name, found in (("root", learned.root, root), ("message", learned.message, message)):
        if name and found is None and (what == "root" or root is not None):
            raise _not_there(what, name, (root.children if root else structure.globals))
    if root is None or message is None:
        return Installed(folder, main, told, tuple(unmapped), (), None)
    blocks, demanded = [], []
    by_name = {one.name: one for one in message.children}
    for block in form.blocks:
        name = learned.blocks.get(block.group, "")
        if not name or name == NOT_SENT:
            unmapped = [one for one in unmapped if one not in block.headers] if name == NOT_SENT else unmapped
            continue
        if name not in by_name:
            raise _not_there(block.group, name, message.children)
        inside = {child.name: child for child in by_name[name].children}
        fields = []
        for header in block.headers:
            element = learned.elements.get(header, "")
            if element and element != NOT_SENT:
                if element not in inside:
                    raise _not_there(header, element, by_name[name].children)
                fields.append((header, element))
        used = {element for _, element in fields}
        demanded += [
            f"{name}/{one.name}" for one in by_name[name].children if not one.optional and one.name not in used
        ]
        order = list(inside)
        fields.sort(key=lambda item: order.index(item[1]))
        blocks.append(
            ShapeBlock(block, by_name[name].tag, tuple((header, inside[element].tag) for header, element in fields))
        )
    places = [one.tag for one in message.children]
    blocks.sort(key=lambda one: places.index(one.element))
    taken = {one.element for one in blocks}
    demanded += [one.name for one in message.children if not one.optional and one.tag not in taken]
    shape = None if unmapped else XmlShape(root.tag, message.tag, tuple(blocks), is_stand_in=False)
    return Installed(folder, main, told, tuple(unmapped), tuple(demanded), shape)


def _not_there(what: str, name: str, there: "Iterable[Declared]") -> Problem:
    names = ", ".join(sorted(one.name for one in there)[:8])
    return Problem(
        f"{MAPPING} names the element {ascii(name)[1:-1][:60]} for {what}, which the schema does not have there: "
        f"it has {names or 'none'}."
    )


def _mapping(path: Path, standard: Standard) -> "Learned":
    """Read a mapping. Raises Problem when it is none."""
    from exporters.schema_learning import Learned

    try:
        if path.is_symlink() or path.stat().st_size > 100_000:
            raise Problem(f"{path} is a link or far too long for a mapping: put an ordinary file in its place.")
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Problem(f"{path} cannot be read as TOML: mend it, or install the schema again.") from None
    form = standard.xml
    assert form is not None
    learned = Learned(blocks={block.group: "" for block in form.blocks}, elements=dict.fromkeys(standard.headers, ""))
    known: dict[str, dict[str, str]] = {"blocks": learned.blocks, "elements": learned.elements}
    for name, value in told.items():
        if name in ("root", "message") and isinstance(value, str):
            setattr(learned, name, value)
        elif name in known and isinstance(value, dict):
            for key, element in value.items():
                if key not in known[name] or not isinstance(element, str):
                    raise Problem(f"{path}: {ascii(str(key))[1:-1][:60]} is no name of {standard.id}, or has no text.")
                known[name][key] = element
        else:
            raise Problem(f"{path}: there is no key {ascii(str(name))[1:-1][:60]} in a mapping; leave it out.")
    return learned


def _kept(standard: Standard, structure: "Structure", guessed: "Learned", target: Path) -> "Learned":
    """What the site mapped before, where the new schema still has all of it; else what was guessed."""
    try:
        before = _mapping(target / MAPPING, standard)
        _fitted(standard, target, "", structure, before)
    except Problem:
        return guessed
    for name, element in guessed.elements.items():
        before.elements[name] = before.elements[name] or element
    for group, element in guessed.blocks.items():
        before.blocks[group] = before.blocks[group] or element
    before.root, before.message = before.root or guessed.root, before.message or guessed.message
    return before


def _told(standard: Standard, learned: "Learned") -> str:
    """The mapping as a file, for the site to edit."""
    lines = [
        "# Which element of the installed schema holds which item. Guessed by the published names: look it over.",
        f'# Fill in what is empty; write "{NOT_SENT}" for an item that the schema does not have and that is not sent.',
        "",
        f'root = "{learned.root}"',
        f'message = "{learned.message}"',
        "",
        "[blocks]",
        *(f'"{group}" = "{element}"' for group, element in learned.blocks.items()),
        "",
        "[elements]",
        *(
            f'{name} = "{element}"  # {standard.by_header[name].description}'
            for name, element in learned.elements.items()
        ),
    ]
    return "\n".join(lines) + "\n"
