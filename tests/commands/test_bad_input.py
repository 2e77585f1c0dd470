"""What cannot be done is one sentence and leaves everything as it was: no client data told, nothing half-done."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.running import SAMPLE_FILE, TODAY, Place, call
from tests.exporters.extracts import row, table

SECRET = "SECRET-4711"
HEAD = table([])
ROWS = table([row(CLIENT=SECRET), row("2", CLIENT=SECRET)])

FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "has none of the columns"),
    "blank lines": (b"\r\n\r\n\n", "has none of the columns"),
    "no header": (ROWS[len(HEAD) :].encode(), "has none of the columns of ndtms-cjit-p in line 1"),
    "plus signs": (ROWS.replace(",", "+").encode(), "has none of the columns"),
    "10 MB in a cell": ((HEAD + f'"{"x" * 10_000_000}{SECRET}",a\r\n').encode(), "a cell never ends"),
    "10 MB without quotes": ((HEAD + "y" * 10_000_000).encode(), "a cell never ends"),
    "a NUL byte": ((ROWS + "a\0b").encode(), "has a NUL byte in line 4"),
    "a quote never closed": ((ROWS + f'"{SECRET},\r\na,b\r\n').encode(), "unbalanced quotation mark"),
    "a stray quote": ((ROWS + f'"a"{SECRET},b\r\n').encode(), "near line 4: a quotation mark stands where none may"),
    "UTF-16 without a mark": (ROWS.encode("utf-16-le"), "is in UTF-16 without its mark: save it as CSV in UTF-8"),
    "UTF-16 the other way": (ROWS.encode("utf-16-be"), "is in UTF-16 without its mark: save it as CSV in UTF-8"),
    "half of a UTF-16 sign": (ROWS.encode("utf-16") + b"\0\xd8", "begins as UTF-16 and is none"),
    "a workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is a spreadsheet's workbook: save the sheet"),
    "gzip": (b"\x1f\x8b\x08\0" + b"\1" * 90, "is compressed (gzip): unpack it first"),
    "a document": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF document: export the table itself as CSV"),
    "a web page": (b"\n<!DOCTYPE html><html><body>Sign in", "is a web page (HTML)"),
    "a key": (b"0a" * 32 + b"\n", "is the store itself or a key: it is not read as an input"),
    "no text": (ROWS.encode() + b"\x81\x8d\xff\n", "is neither UTF-8 nor Windows-1252"),
}


@pytest.mark.parametrize("command", ["check", "import"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read(place: Place, name: str, command: str) -> None:
    data, expected = FILES[name]
    path = place.folder / "extract.csv"
    path.write_bytes(data)
    before = place.contents()
    options = place.options if command == "import" else ()
    sentence = call(command, path, *options).sentence
    assert str(path) in sentence and expected in sentence and SECRET not in sentence and len(sentence) < 400
    assert place.contents() == before, "neither a store nor a key was made"


@pytest.mark.parametrize("command", ["check", "import", "restore"])
@pytest.mark.parametrize("name", ["nothing.csv", "folder", "extract.csv/deeper", "nothing/extract.csv", "n" * 300])
def test_a_file_that_is_none(place: Place, name: str, command: str) -> None:
    (place.folder / "folder").mkdir()
    (place.folder / "extract.csv").write_text(ROWS, encoding="utf-8", newline="")
    place.key.write_text("0" * 64, encoding="ascii")
    place.key.chmod(0o600)
    before = place.contents()
    options = () if command == "check" else place.options
    sentence = call(command, place.folder / name, *options).sentence
    assert command == "restore" or name in sentence
    assert place.contents() == before


@pytest.mark.parametrize("name", ["nothing", "../ndtms_cjit_p", "", "NDTMS-CJIT-P"])
def test_an_unknown_standard(filled: Place, name: str) -> None:
    before = filled.contents()
    for arguments in (("check", SAMPLE_FILE), ("import", SAMPLE_FILE, *filled.options), ("standards", "show")):
        wanted = ("--standard", name) if arguments[0] != "standards" else (name,)
        if name or arguments[0] == "standards":
            sentence = call(*arguments, *wanted).sentence
            assert "There is no standard" in sentence and "there are ndtms-cjit-p" in sentence
    assert filled.contents() == before


def text_file(place: Place) -> str:
    place.store.write_text("I am no store.", encoding="utf-8")
    return "does not open: it is not a Keywork store, or the key file is another store's"


def empty_file(place: Place) -> str:
    place.store.write_bytes(b"")
    return "is not a Keywork store"


def noise(place: Place) -> str:
    place.store.write_bytes(bytes(range(256)) * 64)
    return "does not open"


def folder(place: Place) -> str:
    place.store.unlink()
    place.store.mkdir()
    return "is a directory"


def plain_database(place: Place) -> str:
    import sqlite3

    place.store.unlink()
    connection = sqlite3.connect(place.store)
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    return "does not open"


def other_database(place: Place) -> str:
    connection = place.raw()
    for name in ("alembic_version", "extract_chunk"):
        connection.execute(f"DROP TABLE {name}")
    connection.close()
    return "is not a Keywork store: name the right one"


def none_there(place: Place) -> str:
    place.store.unlink()
    return "There is no store at"


def newer(place: Place) -> str:
    connection = place.raw()
    connection.execute("UPDATE alembic_version SET version_num='9999'")
    connection.close()
    return "is of a version (9999) this program does not know: install a newer Keywork"


def wrong_key(place: Place) -> str:
    place.key.write_text("ab" * 32, encoding="ascii")
    return "the key file is another store's"


def no_key(place: Place) -> str:
    place.key.unlink()
    return "There is no key at"


def broken_key(place: Place) -> str:
    place.key.write_text(SECRET, encoding="ascii")
    return "does not hold a key"


def open_key(place: Place) -> str:
    place.key.chmod(0o644)
    return "is open to everybody"


def key_folder(place: Place) -> str:
    place.key.unlink()
    place.key.mkdir()
    return "is not a plain file"


def torn(place: Place) -> str:
    place.store.write_bytes(place.store.read_bytes()[:1500])
    return str(place.store)


SPOILERS: list[Callable[[Place], str]] = [
    *(text_file, empty_file, noise, folder, plain_database, other_database, none_there, newer),
    *(wrong_key, no_key, broken_key, open_key, key_folder, torn),
]
COMMANDS = ("check", "export", "import", "backup", "doctor", "sample")


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_store_that_does_not_open(filled: Place, spoil: Callable[[Place], str]) -> None:
    expected = spoil(filled)
    out = filled.out
    before = filled.contents()
    arguments = {
        "check": (*TODAY,),
        "export": ("--submission", "2020-12", "--out", out),
        "import": (SAMPLE_FILE,),
        "backup": (filled.folder / "copy.db",),
        "sample": ("--clients", "2"),
        "doctor": (),
    }
    for command in COMMANDS:
        if spoil is none_there and command in ("import", "sample"):
            continue
        sentence = call(command, *arguments[command], *filled.options).sentence
        assert expected in sentence and SECRET not in sentence and "program failed" not in sentence, command
        assert filled.contents() == before, command


@pytest.mark.parametrize("where", ["plain", "missing", "store"])
def test_an_export_into_what_is_no_folder(filled: Place, where: str) -> None:
    (filled.folder / "plain").write_text("", encoding="utf-8")
    before = filled.contents()
    out = {"plain": filled.folder / "plain", "missing": filled.folder / "a" / "b", "store": filled.store}[where]
    assert "is not a folder" in call("export", *filled.options, "--submission", "2020-12", "--out", out).sentence
    assert filled.contents() == before


@pytest.mark.parametrize("what", ["folder", "file", "dangling link"])
def test_an_export_where_something_of_its_name_is(filled: Place, what: str) -> None:
    target = filled.out / "T0123-20190101-20201231-CJIT-P.csv"
    if what == "folder":
        target.mkdir()
    elif what == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        target.symlink_to(filled.folder / "nowhere")
    before = filled.contents()
    sentence = call("export", *filled.options, "--submission", "2020-12", "--out", filled.out).sentence
    assert "is there already" in sentence and filled.contents() == before


def test_a_backup_or_a_key_where_it_cannot_be(filled: Place, tmp_path: Path) -> None:
    before = filled.contents()
    for target in (filled.store, filled.folder, filled.folder / "a" / "copy.db", filled.key / "copy.db"):
        assert call("backup", target, *filled.options).sentence
    for key in (filled.store, filled.store / "key", filled.folder):
        assert call("doctor", "--store", filled.store, "--key-file", key).sentence
    assert call("import", SAMPLE_FILE, "--store", filled.key / "s.db", "--key-file", filled.key).sentence
    assert call("restore", filled.key, "--store", tmp_path / "new.db", "--key-file", filled.key).sentence
    assert filled.contents() == before


def test_names_with_odd_characters_stay_on_one_line(place: Place) -> None:
    path = place.folder / "two\nlines \u2028 and more.csv"
    assert "could not be read" in call("check", path).sentence
    assert "could not be read" in call("check", os.fsdecode(os.fsencode(place.folder) + b"/\xff.csv")).sentence


def test_no_name_of_a_file_steers_the_terminal(place: Place) -> None:
    """Neither one that is refused nor one that is read, written, copied or brought back."""
    steering = "\x1b[2J\x9b31m\u202e.csv"

    def named(name: str) -> Path:
        return place.folder / f"{name}{steering}"

    store, keyed = ("--store", named("store")), ("--key-file", place.key)
    place.folder.mkdir(exist_ok=True)
    named("in").write_text(table([row("1")]), encoding="utf-8")
    named("list").write_text("2\n", encoding="utf-8")
    named("out").mkdir()
    for command in (
        ("check", named("none")),
        ("import", named("none"), *store, *keyed),
        ("standards", "check", named("none")),
        ("import", named("in"), *store, *keyed),
        ("import", named("in"), *store, *keyed, "--dry-run"),
        ("check", named("in")),
        ("export", *store, *keyed, "--submission", "2020-12", "--out", named("out"), *TODAY),
        ("bounces", named("list"), *store, *keyed),
        ("backup", named("copy"), *store, *keyed),
        ("restore", named("copy"), "--store", named("again"), *keyed),
        ("doctor", "--store", named("again"), *keyed),
        ("report", "--format", "html", "--out", named("page"), *store, *keyed),
        ("sample", "--store", named("new"), *keyed, "--clients", "1"),
    ):
        said = call(*command)
        text = (said.out + said.err).replace("\n", "")
        assert text and text.isprintable(), (command, said)
    assert named("page").exists() and named("again").exists() and named("new").exists()


def test_a_folder_that_cannot_be_followed_is_named_as_it_was_typed(filled: Place) -> None:
    circle = filled.folder / "circle"
    circle.symlink_to(circle)
    for out in (circle, "x" * 300):
        said = call("export", *filled.options, "--submission", "2020-12", "--out", out).sentence
        assert said.startswith(f"{str(out)[:200]} cannot be used as a folder")
