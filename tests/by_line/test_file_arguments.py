"""Whatever file is named: the store and its key are never read as an input, and nothing of another's is quoted."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from exporters.csv_format.table import looked_at
from exporters.formats.base import Taking
from exporters.formats.choose import names_in
from exporters.imports.brought import check_brought, prepare_brought
from exporters.imports.encodings import encoding_of
from exporters.work import Work
from store.disk import user
from store.disk.keys import Key, put_behind_command
from store.disk.location import store_path
from store.records import agencies
from store.store import Store, open_store
from tests.commands.running import Outcome, Place, call
from tests.exporters.extracts import SAMPLE
from tui.cli.groups import LazyGroup
from tui.cli.main import app
from validators.problems import Problem
from validators.standard.catalogue import load

SECRET = "SECRET-4711"

INPUTS = {
    "check": (),
    "import": (),
    "bounces": (),
    "notice set": (),
    "calendar load": (),
    "restore": (),
    "standards install": (),
    "standards check": (),
    "standards draft": (),
    "standards review": (),
    "standards settle": (),
    "standards try": (),
}
"""Every command that opens a file or folder that is named to it; `files_named` finds them."""

FOLDERS = {
    "standards install": (),
    "standards check": (),
    "standards review": (),
    "standards settle": ("rule", "1"),
    "standards try": (str(SAMPLE),),
}
"""Those that take the folder of an edition, with what else they need."""

OUTPUTS = {"out", "key_file"}
"""Parameters that name a file to be written, or the key, which is what it is."""
WRITTEN = {"backup", "standards copy"}
"""Commands whose argument is a new file."""


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its name, loaded."""
    for name in group.commands:
        one = group.loaded(name) if isinstance(group, LazyGroup) else group.commands[name]
        if hasattr(one, "commands"):
            yield from commands(one, f"{before}{name} ")
        else:
            yield f"{before}{name}", one


def files_named() -> set[str]:
    """The commands with a path among their parameters that is to be read."""
    found = set()
    for name, one in commands(get_command(app)):
        paths = [each for each, its in signature(one.callback).parameters.items() if "Path" in repr(its.annotation)]
        if set(paths) - OUTPUTS:
            found.add(name)
    return found - WRITTEN


def test_every_command_with_a_file_argument_is_tried_here() -> None:
    assert files_named() == set(INPUTS)


def named(place: Place, command: str, path: Path) -> Outcome:
    """How a command ends that is given a file, with the store and key of a place."""
    store: tuple[str, ...] = ("--key-file", str(place.key))
    if command == "restore":
        store = ("--store", str(place.folder / "new.db"), *store)
    elif command == "standards draft":
        return call("standards", "draft", path, "--out", place.folder / "draft")
    elif command in FOLDERS:
        folder = place.folder / f"pack-{path.name}"
        folder.mkdir(exist_ok=True)
        target = folder / "standard.toml"
        if not target.exists():
            os.link(path, target)
        return call(*command.split(), folder, *FOLDERS[command])
    elif command == "notice set":
        return call(*command.split(), "2", path, "--store", place.store, *store)
    elif command != "check":
        store = ("--store", str(place.store), *store)
    return call(*command.split(), path, *(store if command != "check" else ()))


@pytest.fixture
def known(filled: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose store and key are the ones a person works with."""
    monkeypatch.setenv("KEYWORK_STORE", str(filled.store))
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(filled.key))
    return filled


@pytest.mark.parametrize("what", ["the key", "the key by a link", "the key by another name", "the store"])
@pytest.mark.parametrize("command", INPUTS)
def test_neither_key_nor_store_is_read_as_an_input(known: Place, command: str, what: str) -> None:
    secret = known.key.read_text(encoding="ascii").strip()
    path = {"the key": known.key, "the store": known.store}.get(what, known.folder / "other.csv")
    if what == "the key by a link":
        path.symlink_to(known.key)
    elif what == "the key by another name":
        shutil.copyfile(known.key, path)
    before = known.contents()
    sentence = named(known, command, path).sentence
    assert secret not in sentence and secret[:16] not in sentence
    assert {name: data for name, data in known.contents().items() if not name.startswith("pack-")} == before


CONTENTS = {
    "text": f"{SECRET}\n{SECRET} and more\n",
    "a table": f"{SECRET},{SECRET}\n{SECRET},1\n",
    "a table of submissions": f"submission,deadline,{SECRET}\n2020-12,{SECRET},\n",
    "a heading twice": f"AGNCY,CLIENTID,{SECRET},{SECRET}\na,b,c,d\n",
    "XML": f"<{SECRET.replace('-', '')}><a>{SECRET}</b></{SECRET.replace('-', '')}>\n",
    "TOML": f'id = "{SECRET}"\n{SECRET} = [\n',
    "a stray quote": f'"a"{SECRET},b\r\n"{SECRET}',
}


# A file with an extract's headings is an extract to `check`, and is not refused: what is found in it is told.
REFUSED = [(one, content) for one in INPUTS for content in CONTENTS if (one, content) != ("check", "a heading twice")]


@pytest.mark.parametrize(("command", "content"), REFUSED)
def test_nothing_of_anothers_file_is_quoted(
    known: Place, command: str, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    path = known.folder / "anothers.csv"
    path.write_text(CONTENTS[content], encoding="utf-8")
    path.chmod(0o600)
    outcome = named(known, command, path)
    assert outcome.code == 2, outcome
    assert SECRET not in outcome.err and SECRET.replace("-", "") not in outcome.err and SECRET not in outcome.out


AT_THE_SCREEN: dict[str, Callable[[Store, Work, Path], object]] = {
    "check": lambda store, work, path: store.ask(check_brought, work, path),
    "import": lambda store, work, path: prepare_brought(store, work, path, Taking()),
}
"""What the screens do with an extract that is named to them; every line of it may be shown."""


@pytest.mark.parametrize("content", [*CONTENTS, "the key", "the store"])
@pytest.mark.parametrize("way", AT_THE_SCREEN)
def test_the_screens_open_a_file_with_the_same_care(
    known: Place, way: str, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = {"the key": known.key, "the store": known.store}.get(content, known.folder / "anothers.csv")
    if content in CONTENTS:
        monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
        path.write_text(CONTENTS[content], encoding="utf-8")
        path.chmod(0o600)
    with open_store(store_path(str(known.store)), known.key, load) as store:
        agency = store.ask(agencies.one)
        with pytest.raises(Problem, match=r"take a copy of your own|may read|it is not read as an input") as refused:
            AT_THE_SCREEN[way](store, Work(agency, load(agency.standard), date(2021, 1, 10)), path)
    assert SECRET not in str(refused.value)
    assert known.key.read_text(encoding="ascii").strip()[:16] not in str(refused.value)


def test_a_name_that_leads_elsewhere_a_moment_later_shows_nothing(
    known: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, anothers, link = (known.folder / name for name in ("own.csv", "anothers.csv", "link.csv"))
    own.write_bytes(SAMPLE.read_bytes())
    anothers.write_bytes(SAMPLE.read_bytes())
    anothers.chmod(0o600)
    link.symlink_to(own)
    standard = load("ndtms-cjit-p")
    table = looked_at(link, standard)
    assert next(iter(table.rows()))
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    link.unlink()
    link.symlink_to(anothers)
    for read in (lambda: next(iter(table.rows())), lambda: encoding_of(link), lambda: names_in(link)):
        try:
            assert not read()
        except Problem as problem:
            assert "link.csv is not yours to read" in str(problem)


@pytest.mark.parametrize("option", ["--store", "--key-file"])
@pytest.mark.parametrize("words", ["key where", "sample --clients 1", "restore copy.db", "client list", "key change"])
def test_under_a_services_account_its_own_store_and_key_are_the_only_ones(
    known: Place, option: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a store of his own, which has no roles, a person would be shown the key of everybody's."""
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    before = known.key.read_bytes()
    refused = call(*words.split(), option, known.folder / "mine")
    assert "the service's account names here: leave out " + option in refused.sentence
    assert not (known.folder / "mine").exists() and known.key.read_bytes() == before


def test_a_command_for_the_key_is_roots_to_name(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    with pytest.raises(Problem, match="would run as the service's account"):
        put_behind_command(Key(bytes(32), known.key), "/bin/true")


@pytest.mark.parametrize("words", ["standards copy ndtms-cjit-p {}", "standards draft sample.csv --out {}"])
def test_no_folder_is_made_where_the_person_may_not_write(
    known: Place, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(known.folder)
    (known.folder / "sample.csv").write_bytes(SAMPLE.read_bytes())
    (known.folder / "theirs").mkdir(mode=0o700)
    target = known.folder / "theirs" / "edition"
    monkeypatch.setattr(user, "person_by_sudo", lambda: 12345)
    assert "theirs is not yours to write in" in call(*words.format(target).split()).sentence
    assert not target.exists()


def test_a_data_set_with_a_link_in_it_is_not_installed(known: Place) -> None:
    folder = known.folder / "pack"
    shutil.copytree(Path("validators/standards/ndtms_cjit_p"), folder)
    (folder / "note.txt").symlink_to(known.key)
    assert "note.txt is a link or no file" in call("standards", "install", folder).sentence


def test_a_store_with_work_in_its_journal_is_no_backup(known: Place) -> None:
    live = known.folder / "live.db"
    shutil.copyfile(known.store, live)
    live.with_name("live.db-wal").write_bytes(b"work")
    sentence = named(known, "restore", live).sentence
    assert "live.db is a store with work in its journal, no backup" in sentence
    assert not (known.folder / "new.db").exists()


def test_a_copy_is_brought_back_by_the_services_account_alone(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, shared = known.folder / "copy.db", known.folder / "shared"
    assert call("backup", copy).code == 0
    shared.mkdir()
    shared.chmod(0o2770)
    with monkeypatch.context() as somebody:
        somebody.setattr(user, "person_by_sudo", lambda: 12345)
        somebody.setenv("KEYWORK_STORE", str(shared / "keywork.db"))
        refused = call("restore", copy)
    assert refused.code == 2 and "whoever runs this computer makes it or brings it back" in refused.err
    assert not (shared / "keywork.db").exists()
    assert call("restore", copy, "--store", shared / "keywork.db").code == 0
    assert (shared / "keywork.db").stat().st_mode & 0o777 == 0o660
    with monkeypatch.context() as somebody:
        somebody.setattr(user, "person_by_sudo", lambda: 12345)
        somebody.setenv("KEYWORK_STORE", str(shared / "keywork.db"))
        refused = call("restore", copy)
    assert refused.code == 2 and f"There is a store at {shared / 'keywork.db'} already" in refused.err
