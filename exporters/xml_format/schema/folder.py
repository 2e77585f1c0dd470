"""A folder with the XML schemas of a return, as a site hands it over: read with suspicion, and compiled.

Nothing outside the folder is read: no network, no path that leads out, no link, no document type, no entity.
"""

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from store.disk.files import open_input
from validators.problems import Problem

XS = "{http://www.w3.org/2001/XMLSchema}"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
MOST_FILES = 20
MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class SchemaFolder:
    """The schemas by file name, as bytes and as read; `main` is the one that no other includes."""

    files: Mapping[str, bytes]
    roots: Mapping[str, Any]
    main: str


def read_folder(folder: Path, opened: Callable[[Path], BinaryIO] = open_input) -> SchemaFolder:
    """Read the schemas of a folder. Raises Problem, in one sentence, for whatever cannot be used.

    Each is opened by `opened`: as what a person names, or, where the folder is the program's own, as it stands.
    """
    files = dict(_files(folder, opened))
    if not files:
        raise Problem(f"{folder} holds no .xsd file: name the folder that holds the schema's files.")
    roots = {name: _root(name, data) for name, data in files.items()}
    included = {name: [_located(name, one, files) for one in _locations(root)] for name, root in roots.items()}
    for name in included:
        _refuse_circle(name, included, ())
    tops = sorted(files.keys() - {one for names in included.values() for one in names})
    if len(tops) != 1:
        raise Problem(
            f"{folder} holds several schemas that none includes ({', '.join(tops)}): leave only those of the return."
        )
    return SchemaFolder(files, roots, tops[0])


def compile_schema(folder: Path, main: str) -> etree.XMLSchema:
    """The schema of a folder that was read before. Raises Problem when it is none."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.XMLSchema(etree.parse(str(folder / main), parser))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        entries: list[Any] = list(getattr(error, "error_log", ()) or ())
        # The fault may lie in a file that the main one includes.
        known = Path(entries[0].filename or "").name if entries else ""
        name = known if known.lower().endswith(".xsd") else main
        where = f", line {entries[0].line}," if entries and entries[0].line else ""
        raise Problem(
            f"{name}{where} cannot be used as an XML schema: get the owner's files again, and change nothing in them."
        ) from None
    except OSError:
        raise Problem(f"{folder / main} could not be read: install the schema again.") from None


def _files(folder: Path, opened: Callable[[Path], BinaryIO]) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder: name the folder that holds the schema's files.")
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xsd")
        if len(found) > MOST_FILES:
            raise Problem(
                f"{folder} holds {len(found)} schemas, more than {MOST_FILES}: leave only those of the return."
            )
        for path in found:
            told = path.lstat()
            if not stat.S_ISREG(told.st_mode):
                raise Problem(f"{path} is a link or no ordinary file: put the schema itself into the folder.")
            if told.st_size > MOST_BYTES:
                raise Problem(f"{path} is larger than {MOST_BYTES:,} bytes, which no schema of a return is: check it.")
            with opened(path) as file:
                yield path.name, file.read(MOST_BYTES)
    except OSError:
        raise Problem(f"{folder} could not be read: check its permissions.") from None


def _root(name: str, data: bytes) -> Any:
    # Looked for before anything is parsed, in whatever encoding: no entity is ever expanded.
    plain = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Problem(
            f"{name} declares a document type or an entity, which no schema needs: get the owner's files again."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root: Any = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Problem(f"{name}, line {error.lineno or 1}, is no XML: get the owner's files again.") from None
    if root.tag != f"{XS}schema":
        raise Problem(f"{name} is XML but no XML schema: put only the schema's files into the folder.")
    if any(BASE in one.attrib for one in root.iter()):
        # What it includes would be looked for there, whatever we made of the names.
        raise Problem(f"{name} says xml:base, which moves what it includes to another place: take that out.")
    return root


def _locations(root: Any) -> list[str]:
    return [
        one.get("schemaLocation")
        for one in root.iterchildren(f"{XS}include", f"{XS}import", f"{XS}redefine", f"{XS}override")
        if one.get("schemaLocation") is not None
    ]


def _located(name: str, location: str, files: Mapping[str, bytes]) -> str:
    plain = location.removeprefix("./")
    shown = ascii(location)[1:-1][:80] or "nothing"
    if not plain or any(sign in plain for sign in "/\\:%") or ".." in plain:
        raise Problem(f"{name} includes {shown}, which is not in its own folder: no other place is read.")
    if plain not in files:
        raise Problem(f"{name} includes {shown}, which is missing: put it into the folder.")
    return plain


def _refuse_circle(name: str, included: Mapping[str, list[str]], above: tuple[str, ...]) -> None:
    if name in above:
        circle = ", ".join((*above[above.index(name) :], name))
        raise Problem(f"The schemas include each other in a circle ({circle}): get the owner's files again.")
    for one in included[name]:
        _refuse_circle(one, included, (*above, name))
