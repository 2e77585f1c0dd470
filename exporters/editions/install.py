"""Installing a site's own edition or code lists, and taking that back.

Each install is a folder of its own that comes into being with one renaming: whoever is interrupted leaves what was in
force in force. Nothing that is shipped or was installed before is written to; the highest number counts.
"""

import hashlib
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from exporters.editions.compare import renamed_fields
from exporters.editions.list_files import GivenList, as_table, index_row, read_lists
from exporters.imports.encodings import refuse_unquoted
from store.disk.files import open_input, refuse_own, sync
from store.facts import Who
from validators.problems import Problem
from validators.standard import catalogue
from validators.standard.catalogue import InstalledFolder
from validators.standard.layers import LIST_COLUMNS
from validators.standard.loader import load_standard
from validators.standard.model import Standard
from validators.standard.terminology import counted

if TYPE_CHECKING:
    from store.facts import AgencyInfo
    from store.snapshot import Snapshot
    from store.unit_of_work import UnitOfWork

NOTE = "installed.toml"
INSTALL, TAKE_BACK, KIND = "install", "uninstall", "standard"
"""How the audit calls what is done here, and to what."""
_TABLES = ("standard.toml", "fields.csv", "rules.csv", "checklist.csv", "provenance.csv")
_LARGEST_FILE, _LARGEST_ALL, _MOST_FILES = 8 << 20, 32 << 20, 600
_MOST_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is about to be installed: an edition, or lists of one. `files` are its texts by their names in the pack.

    `standards` are the edition and its data sets as they would be in force; `before` is what is in force now, None
    where nothing of this id is. `lists` are the lists that it is made of, empty for an edition.
    """

    standard_id: str
    name: str
    files: Mapping[str, bytes]
    standards: tuple[Standard, ...]
    before: Standard | None
    lists: tuple[str, ...] = ()

    @property
    def whole(self) -> Standard:
        """The edition with all its data sets."""
        return self.standards[0]

    @property
    def digest(self) -> str:
        """The SHA-256 of all files, by their names."""
        made = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            made.update(f"{name}\0{len(data)}\0".encode() + data)
        return made.hexdigest()


@dataclass(frozen=True, slots=True)
class Installation:
    """Something a site installed: what, from where, when and by whom."""

    of: InstalledFolder
    name: str = ""
    digest: str = ""
    at: str = ""
    person: str = ""
    lists: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """In a line."""
        what = f"lists {', '.join(self.lists)}" if self.lists else "edition" if self.of.is_edition else "lists"
        by = f", {self.at[:10]} by {self.person}" if self.at else ""
        digest = f", SHA-256 {self.digest[:12]}…" if self.digest else ""
        return f"{what} from {self.name or self.of.folder.name}{by}{digest} (site)"


def candidate(path: Path, standard_id: str | None = None, list_name: str = "") -> Candidate:
    """What a folder or a table holds that can be installed. Raises Problem where it is nothing of that kind."""
    if path.is_dir() and (path / "standard.toml").exists():
        if standard_id is not None or list_name:
            raise Problem("--standard and --list go with code lists: an edition says itself which it is.")
        return _edition(path)
    if standard_id is None:
        raise Problem(
            f"{path} is neither a folder with a standard.toml nor of XML schemas: say with --standard of which edition"
            " these code lists are."
        )
    return _lists(path, standard_id, list_name)


def _edition(folder: Path) -> Candidate:
    files = dict(pack_files(folder))
    with unpacked(files, folder.resolve().name) as copy:  # what was judged is what is installed
        standards = tuple(catalogue.load_folder(copy))
    own = standards[0].id
    clash = [one for one in catalogue.available() if one != own and one in {its.id for its in standards[1:]}]
    if own not in catalogue.editions() and catalogue.edition_of(own)[1]:
        clash.append(own)
    taken = [one for one in clash if catalogue.edition_of(one)[0] != own]
    if taken:
        raise Problem(f"The id {taken[0]} is that of another edition's data set already: give this edition another id.")
    return Candidate(own, folder.resolve().name, files, standards, _in_force(own))


def _in_force(standard_id: str) -> Standard | None:
    try:
        return catalogue.load(standard_id) if standard_id in catalogue.editions() else None
    except Problem:  # what is broken is replaced, and compared with nothing
        return None


def refuse_foreign(folder: Path) -> None:
    """Raise Problem for a folder with a link in it, a key or a store, or what the person may not read himself.

    What is wrong in a data set is quoted, and all of it is copied to where everybody reads it. Of a folder that holds
    far more than an edition nothing is read: a whole disk may have been named.
    """
    found = list(islice(folder.rglob("*"), _MOST_LOOKED_AT + 1))
    if len(found) > _MOST_LOOKED_AT:
        raise Problem(f"{folder} holds more than {_MOST_LOOKED_AT:,} files and folders: no edition does, name another.")
    for path in sorted(found):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise Problem(f"{path} is a link or no file: put the file itself into the folder.")
        if path.is_file():
            refuse_own(path)
            refuse_unquoted(path)


def read_edition(folder: Path) -> list[Standard]:
    """The edition in a folder that a person names, and then each of its data sets.

    What is judged is a copy of what could be opened: a file may give its place to another, or to a link, meanwhile.
    Raises Problem as `refuse_foreign`, and for the first data set that is malformed.
    """
    refuse_foreign(folder)
    with unpacked(dict(pack_files(folder)), folder.resolve().name) as copy:
        return list(catalogue.load_folder(copy))


def pack_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a pack and no others. Raises Problem for links, and for what is too large or too many."""
    codes = folder / "codes"
    try:
        if codes.is_symlink():
            raise Problem(f"{codes} is a link: copy what it leads to into the folder.")
        listed = sorted(codes.glob("*.csv")) if codes.is_dir() else []
        found = [folder / name for name in _TABLES if (folder / name).exists() or (folder / name).is_symlink()]
        if len(listed) > _MOST_FILES:
            raise Problem(f"{codes} has more than {_MOST_FILES} lists: no edition has, name another folder.")
        size = 0
        for path in (*found, *listed):
            if path.is_symlink() or not path.is_file():
                raise Problem(f"{path} is a link or no plain file: copy what it leads to into the folder.")
            size += path.stat().st_size
            if path.stat().st_size > _LARGEST_FILE or size > _LARGEST_ALL:
                raise Problem(f"{path} makes the edition larger than any is: name another folder.")
            with open_input(path) as file:
                yield path.relative_to(folder).as_posix(), file.read(_LARGEST_FILE)
    except OSError as error:
        raise Problem(
            f"{folder} could not be read ({(error.strerror or 'no reason given').lower()}): check it."
        ) from None


def _lists(path: Path, standard_id: str, list_name: str) -> Candidate:
    edition, _ = catalogue.edition_of(standard_id)
    before = catalogue.load(edition)
    tables = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not tables:
        raise Problem(f"{path} holds no tables of codes (CSV): name another folder.")
    if list_name and len(tables) > 1:
        raise Problem("--list goes with one table: give each file of a folder its list's name.")
    given: dict[str, GivenList] = {}
    for table in tables:
        for one in read_lists(table, before, list_name):
            if one.list_id in given:
                raise Problem(f"{table} and {given[one.list_id].path} are both the list {one.list_id}: leave one out.")
            given[one.list_id] = one
    files = {"codes/lists.csv": _index(before, given.values())}
    for one in given.values():
        files[f"codes/{one.list_id}.csv"] = as_table(one.rows).encode()
    with unpacked(files, path.resolve().stem) as copy:
        layers = (*catalogue.layers_of(edition), copy)
        variants = ("", *(its.id for its in before.whole.variants))
        standards = tuple(load_standard(*layers, variant=variant) for variant in variants)
    return Candidate(edition, path.resolve().name, files, standards, before, tuple(given))


def _index(before: Standard, given: Iterable[GivenList]) -> bytes:
    heading = ",".join((*LIST_COLUMNS, "change")) + "\n"
    rows = [index_row(before.code_lists[one.list_id], one.path.name) for one in given]
    return (heading + "".join(rows)).encode()


@contextmanager
def unpacked(files: Mapping[str, bytes], name: str) -> Iterator[Path]:
    """The files of a pack in a folder of their own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="keywork-edition-") as place:
        folder = Path(place) / (name or "edition")
        _write(folder, files)
        yield folder


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    (folder / "codes").mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def install(its: Candidate, who: Who) -> Installation:
    """Install it: from here on it is in force. Raises Problem, and OSError; what was in force stays then."""
    parent = catalogue.installed_folder()
    parent.mkdir(parents=True, exist_ok=True)
    known = catalogue.installs(its.standard_id)
    number = max((one.number for one in known), default=0) + 1
    target = parent / f"{its.standard_id.replace('-', '_')}@{number:04}"
    note = _note(its, who)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".installing-") as place:
        new = Path(place) / "new"
        _write(new, {**its.files, NOTE: note})
        for path in (*(new / name for name in its.files), new / NOTE, new / "codes", new):
            sync(path)
        if target.exists():
            raise Problem(f"Somebody else installed {its.standard_id} just now: look at that, and install it again.")
        new.rename(target)
        sync(parent)
    catalogue.load.cache_clear()
    return installation(InstalledFolder(its.standard_id, number, target))


def refuse_unfit(its: Candidate, snapshot: "Snapshot | None" = None) -> None:
    """Raise Problem where it cannot take the place of what is in force: agencies or other editions could not use it, or
    what is kept of an agency would be left behind. `snapshot` is of the store, None where there is none."""
    own, used = its.standard_id, _users(snapshot) if snapshot is not None else {}
    with unpacked(its.files, its.name) as folder:
        more = InstalledFolder(own, sys.maxsize, folder)
        _refuse_lost(own, used, more=more)
        if snapshot is None:
            return
        from store.records import agencies

        for agency in agencies.listed(snapshot):
            if own in catalogue.lineage(agency.standard) and not catalogue.loads_not(agency.standard):
                with catalogue.supposing(more=more):
                    after = catalogue.load_anew(agency.standard)
                _refuse_left_behind(snapshot, agency, catalogue.load_anew(agency.standard), after)


def _refuse_left_behind(snapshot: "Snapshot", agency: "AgencyInfo", before: Standard, after: Standard) -> None:
    """Raise Problem where what is kept could not be kept by it, or where values would stay behind under headers that it
    calls otherwise, and leave no more: only a change of letter takes them over."""
    from exporters.editions.letter import refuse_unlike
    from store.month import letters

    refuse_unlike(before, after)
    renamed = dict(renamed_fields(before, after))
    if many := sum(1 for _ in letters.holding(snapshot, agency, renamed)):
        told = ", ".join(f"{old} → {new}" for old, new in renamed.items())
        raise Problem(
            f"It has values of {counted(many, 'record')} of {agency.code} under another header ({told}), which would go"
            " without them: give the edition an id of its own, and go over to it with `keywork agencies change-letter`."
        )


def _users(snapshot: "Snapshot") -> dict[str, str]:
    """The standards that the store needs, each with who uses it, in words."""
    from store.month import extracts  # where there is no store, the database is not loaded
    from store.records import agencies

    kept = {one: f"Extracts of {one} are kept here" for one in extracts.standards(snapshot)}
    return kept | {one.standard: f"Agencies report by {one.standard}" for one in agencies.listed(snapshot)}


def _refuse_lost(
    edition: str,
    used: Mapping[str, str],
    *,
    more: InstalledFolder | None = None,
    without: InstalledFolder | None = None,
) -> None:
    """Raise Problem where a standard that somebody uses, or another edition, could not be loaded any more."""
    names = sorted({*used, *(one for one in catalogue.editions() if one != edition)})
    concerned = [one for one in names if edition in catalogue.lineage(one) and not catalogue.loads_not(one)]
    with catalogue.supposing(more=more, without=without):
        for one in concerned:
            if why := catalogue.loads_not(one):
                who = used.get(one, f"The edition {one} extends {edition}")
                raise Problem(f"{who}, and {one} could not be used any more, so that nothing is changed: {why}")


def install_audited(unit: "UnitOfWork", its: Candidate) -> Installation:
    """Install it, with the row of the audit that tells of it: both, or neither.

    Raises as `install`, and Problem where the person may not.
    """
    before = installed(its.standard_id)
    unit.chain.add(INSTALL, KIND, its.standard_id, "", before[-1].digest if before else None, its.digest)
    refuse_unfit(its, unit)
    made = install(its, unit.who)
    unit.derivers.forget()
    return made


def take_back_audited(unit: "UnitOfWork", standard_id: str, seen: Installation | None = None) -> Installation:
    """Take the latest install back, with the row of the audit that tells of it: both, or neither.

    `seen` is the one that a person was asked about, None where nobody was. Raises as `take_back`, and Problem where the
    person may not, and where the latest is another one than that by now.
    """
    edition, _ = catalogue.edition_of(standard_id)
    before = installed(edition)
    if before and seen is not None and before[-1] != seen:
        raise Problem(
            f"Nothing was taken back: what you looked at was taken back, or something installed after it, by somebody"
            f" else meanwhile. The latest of {edition} is {before[-1].told}: look again."
        )
    if before:
        unit.chain.add(TAKE_BACK, KIND, edition, "", before[-1].digest, before[-2].digest if before[1:] else None)
    told = take_back(edition, _users(unit))
    unit.derivers.forget()
    return told


def _note(its: Candidate, who: Who) -> bytes:
    told = {"name": its.name, "digest": its.digest, "at": who.at.isoformat(timespec="seconds"), "person": who.person}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()]
    lines.append(f"lists = {json.dumps(list(its.lists))}")
    return ("\n".join([*lines, 'status = "site"']) + "\n").encode()


def installation(one: InstalledFolder) -> Installation:
    """What is known of an install; one that was put there by hand says nothing of itself."""
    try:
        told = tomllib.loads((one.folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Installation(one)
    lists = told.get("lists", [])
    texts = {key: str(told.get(key, "")) for key in ("name", "digest", "at", "person")}
    return Installation(one, **texts, lists=tuple(map(str, lists)) if isinstance(lists, list) else ())


def installed(standard_id: str) -> list[Installation]:
    """What a site installed of an edition, in the order of installing."""
    return [installation(one) for one in catalogue.installs(standard_id)]


def take_back(standard_id: str, used: Mapping[str, str] = MappingProxyType({})) -> Installation:
    """Take the latest install of an edition back: what was in force before it is in force again.

    `used` are the standards that the store needs, each with who uses it. Raises Problem where there is nothing to take
    back, or one of them, or another edition, could not be used without it; the folder is kept aside.
    """
    edition, _ = catalogue.edition_of(standard_id)
    known = catalogue.installs(edition)
    if not known:
        raise Problem(f"Nothing was installed of {edition}: what is shipped stays.")
    last = known[-1]
    _refuse_lost(edition, used, without=last)
    told = installation(last)
    aside = catalogue.installed_folder() / ".taken-back"
    aside.mkdir(exist_ok=True)
    target, number = aside / last.folder.name, 1
    while target.exists():
        number += 1
        target = aside / f"{last.folder.name}.{number}"
    shutil.move(last.folder, target)
    sync(last.folder.parent)
    catalogue.load.cache_clear()
    return replace(told, of=replace(last, folder=target))
