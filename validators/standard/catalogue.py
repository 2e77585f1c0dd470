"""Which standards there are: those shipped with the program, and those a site has installed.

What a site installs stands in folders of its own, each with a number behind the standard's name: the highest is in
force. A folder with a standard.toml is a whole edition; one without holds code lists that change what is below it. What
is shipped is never touched, and is in force again when all installed folders of its id are gone.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from validators.own_folders import own_folder
from validators.problems import Problem
from validators.standard.loader import load_standard
from validators.standard.model import CodeList, Standard
from validators.standard.pack_tables import read_table

SHIPPED = Path(__file__).parent.parent / "standards"
DEFAULT = "ndtms-cjit-p"
_INSTALLED = re.compile(r"([a-z0-9]+(?:_[a-z0-9]+)*)(?:@([0-9]{1,6}))?")
SITE_COLUMNS = ("code", "label")


def gives_way(own: CodeList) -> bool:
    """Whether a list of the site's takes the place of this one."""
    return own.status != "published" or not own.complete


def with_site_lists(standard: Standard, folder: Path) -> Standard:
    """The standard with the lists in a folder, one a file named after the list; as it is where there are none.

    Raises PackError with file, line and reason for a list that cannot be read.
    """
    if not folder.is_dir():
        return standard
    lists = dict(standard.code_lists)
    for path in sorted(folder.glob("*.csv")):
        own = lists.get(path.stem)
        codes = {row["code"]: row["label"] for _, row in read_table(path, SITE_COLUMNS)}
        if own is not None and codes and gives_way(own):
            source = "the schema that the site installed"
            lists[own.id] = replace(own, status="site", complete=True, source=source, codes=codes, labels=(), note="")
    return replace(standard, code_lists=lists)


@dataclass(frozen=True, slots=True)
class InstalledFolder:
    """What a site installed once, in the order of installing: `number` 0 is one that was put there by hand."""

    standard_id: str
    number: int
    folder: Path

    @property
    def is_edition(self) -> bool:
        """Whether it is a whole edition, and not lists that change one."""
        return (self.folder / "standard.toml").is_file()


_SUPPOSED: ContextVar[tuple[tuple[InstalledFolder, ...], tuple[InstalledFolder, ...]]] = ContextVar(
    "supposed", default=((), ())
)


def installed_folder() -> Path:
    """Where a site's own standards live: `standards` under the user's data folder."""
    return own_folder("data") / "standards"


def site_lists_folder(standard_id: str) -> Path:
    """Where the code lists lie that a site has of its own for a standard, whether there are any or not."""
    return installed_folder().parent / "lists" / standard_id.replace("-", "_")


def installs(standard_id: str = "") -> list[InstalledFolder]:
    """What was installed, of one standard where its id is given, in the order of installing."""
    parent, found = installed_folder(), []
    for folder in parent.iterdir() if parent.is_dir() else ():
        match = _INSTALLED.fullmatch(folder.name)
        if match and folder.is_dir():
            one = InstalledFolder(match[1].replace("_", "-"), int(match[2] or 0), folder)
            if match[2] or one.is_edition:
                found.append(one)
    more, without = _SUPPOSED.get()
    found = [one for one in (*found, *more) if one not in without and standard_id in ("", one.standard_id)]
    return sorted(found, key=lambda one: (one.standard_id, one.number))


@contextmanager
def supposing(*, more: InstalledFolder | None = None, without: InstalledFolder | None = None) -> Iterator[None]:
    """As if a folder was installed, or taken back, to look before it is done. Nobody else sees it, nor does `load`,
    which remembers: `load_anew` does."""
    token = _SUPPOSED.set((_those(more), _those(without)))
    try:
        yield
    finally:
        _SUPPOSED.reset(token)


def _those(one: InstalledFolder | None) -> tuple[InstalledFolder, ...]:
    return () if one is None else (one,)


def loads_not(standard_id: str) -> str:
    """Why a standard cannot be loaded, in a sentence; "" where it can, by the files as they are by now."""
    try:
        load_anew(standard_id)
    except Problem as problem:
        return str(problem.sentence)
    return ""


def folder_of(standard_id: str) -> Path:
    """The folder of an edition; one that the site installed goes before a shipped one. Raises Problem if unknown."""
    folder = _folder_of(standard_id)
    if folder is None:
        raise Problem(f"There is no standard '{standard_id}': there are {', '.join(available())}.")
    return folder


def _folder_of(standard_id: str) -> Path | None:
    name = standard_id.replace("-", "_")
    if not re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", name):
        return None
    own = [one.folder for one in installs(standard_id) if one.is_edition]
    return next((folder for folder in (*own[::-1], SHIPPED / name) if (folder / "standard.toml").is_file()), None)


def layers_of(standard_id: str) -> tuple[Path, ...]:
    """The folders that make an edition, the base first: what it extends, itself, and the site's lists for it.

    Raises Problem for one that is unknown, that extends itself, or something that is not there.
    """
    edition = folder_of(standard_id)
    return (*layers_of_folder(edition)[:-1], *_with_lists(standard_id, edition))


def _with_lists(standard_id: str, edition: Path) -> list[Path]:
    """An edition's folder and, above it, the site's lists for it: those that were installed after it."""
    found, above = [edition], edition.parent == SHIPPED
    for one in installs(standard_id):
        if one.folder == edition:
            above = True
        elif above and not one.is_edition:
            found.append(one.folder)
    return found


def layers_of_folder(folder: Path) -> tuple[Path, ...]:
    """The folders that make the edition in a folder, wherever it lies. Raises Problem as `layers_of`."""
    own = _told(folder)
    wanted, chain = own.get("extends"), [str(own.get("id", ""))]
    layers = [folder]
    while isinstance(wanted, str) and wanted:
        if wanted in chain:
            raise Problem(f"The edition {chain[-1]} extends {wanted}, which is or extends itself: mend its extends.")
        base = _folder_of(wanted)
        if base is None:
            raise Problem(
                f"The edition {chain[-1]} extends {wanted}, which is not here: install that first, or mend its extends."
            )
        chain.append(wanted)
        layers = [*_with_lists(wanted, base), *layers]
        wanted = _told(base).get("extends")
    return tuple(layers)


def variants_of(standard_id: str) -> tuple[str, ...]:
    """The ids of the data sets that an edition holds; none where it is one itself, or cannot be read."""
    try:
        layers = layers_of(standard_id)
    except Problem:
        return ()
    found: dict[str, None] = {}
    for folder in layers:
        for table in _told(folder).get("variants", ()):
            if isinstance(table, dict):
                found[f"{standard_id}-{table.get('id')}"] = None
    return tuple(found)


def available() -> list[str]:
    """The ids of all standards that can be reported, in alphabetical order: of an edition its data sets."""
    return sorted(one for edition in editions() for one in variants_of(edition) or (edition,))


def editions() -> list[str]:
    """The ids of all editions, in alphabetical order."""
    shipped = {path.parent.name.replace("_", "-") for path in SHIPPED.glob("*/standard.toml")}
    return sorted(shipped | {one.standard_id for one in installs() if one.is_edition})


def edition_of(standard_id: str) -> tuple[str, str]:
    """The edition that a standard belongs to, and the id of its data set in that ("" where it is the edition)."""
    base, _, variant = standard_id.rpartition("-")
    if base and _folder_of(standard_id) is None and standard_id in variants_of(base):
        return base, variant
    return standard_id, ""


@lru_cache(maxsize=16)
def load(standard_id: str = DEFAULT) -> Standard:
    """The standard of that id. Raises Problem when it is unknown or its pack malformed."""
    return load_anew(standard_id)


def load_anew(standard_id: str) -> Standard:
    """As `load`, which remembers, but as the files are by now, or are supposed to be."""
    edition, variant = edition_of(standard_id)
    return with_site_lists(load_standard(*layers_of(edition), variant=variant), site_lists_folder(standard_id))


def lineage(standard_id: str) -> frozenset[str]:
    """The ids of what a standard is made of: its own, its edition's, those of the editions that this one extends."""
    edition, _ = edition_of(standard_id)
    try:
        folders = layers_of(edition)
    except Problem:
        folders = ()
    names = (_INSTALLED.fullmatch(folder.name) for folder in folders)
    return frozenset({standard_id, edition, *(match[1].replace("_", "-") for match in names if match)})


def load_folder(folder: Path) -> Iterator[Standard]:
    """The edition in a folder, and then each of its data sets. Raises Problem for the first that is malformed."""
    layers = layers_of_folder(folder)
    whole = load_standard(*layers)
    yield whole
    for variant in whole.whole.variants:
        yield load_standard(*layers, variant=variant.id)


def _told(folder: Path) -> dict[str, Any]:
    """What standard.toml in a folder says, unjudged; nothing where it cannot be read: whoever loads it is told."""
    try:
        return tomllib.loads((folder / "standard.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
