"""The Welsh return by commands: three kinds, sent and taken back, checked, imported, and a site's own schema."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.commands.running import call
from tests.exporters import schema_files

TODAY = ("--today", "2026-03-10")
SMDS = ("--standard", "smds-wales")


@pytest.fixture
def filled(tmp_path: Path) -> tuple[str, ...]:
    """A store with 40 synthetic clients, as options."""
    store = ("--store", str(tmp_path / "s.db"), "--key-file", str(tmp_path / "s.key"))
    assert call("sample", *store, "--clients", "40", *SMDS, *TODAY).code == 0
    return store


def exported(store: tuple[str, ...], folder: Path, month: str, *more: str) -> dict[str, object]:
    """Write a return; its receipt."""
    folder.mkdir(exist_ok=True)
    done = call("export", *store, "--submission", month, "--out", folder, *TODAY, "--format", "json", *more)
    assert done.code == 0, done.err
    told: dict[str, object] = json.loads(done.out)
    return told


def test_a_quarter_by_commands_and_an_independent_look_at_every_file(filled: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    printed = call("standards", "schema", "smds-wales").out
    schema = etree.XMLSchema(etree.fromstring(printed.encode()))
    episodes = 0
    for month in ("2025-12", "2026-01", "2026-02"):
        told = exported(filled, out, month)
        assert (told["kind"], told["ready"]) == ("new", False)
        assert schema.validate(etree.parse(str(told["file"])))
        episodes += int(str(told["episodes"]))
        assert call("extracts", "sent", "last", *filled).code == 0
    again = exported(filled, tmp_path / "again", "2026-02")
    assert again["episodes"] == 0
    full = exported(filled, out, "2026-02", "--kind", "full")
    assert schema.validate(etree.parse(str(full["file"])))
    assert int(str(full["episodes"])) <= episodes
    assert call("extracts", "take-back", "last", *filled).code == 2  # the full one was never sent
    between = exported(filled, out, "2026-02", "--kind", "between", "--from", "2026-02-01", "--to", "2026-02-10")
    assert (between["from"], between["to"]) == ("2026-02-01", "2026-02-10")
    # The file says as much as it holds; what is said of whole journeys its receipt knows.
    checked = json.loads(call("check", between["file"], "--format", "json", *TODAY).out)
    assert [checked[name] for name in ("rows", "episodes")] == [between["rows"], between["episodes"]] != [0, 0]
    assert all(checked[name] <= int(str(between[name])) for name in ("errors", "warnings"))
    assert "only parts of its journeys" in call("check", between["file"], *TODAY).out
    text = call("extracts", "show", "last", *filled).out
    assert "stand-in schema" in text and "All events between two days" in text
    assert call("extracts", "mismatches", "--submission", "2026-02", *filled, *TODAY).code == 0
    assert "journeys:" in call("extracts", "diff", "last", *filled, *TODAY).out


def test_kinds_that_do_not_go_are_one_sentence(filled: tuple[str, ...], tmp_path: Path) -> None:
    about = ("export", *filled, "--submission", "2026-02", "--out", tmp_path, *TODAY)
    assert "no extract of the kind 'x'" in call(*about, "--kind", "x").sentence
    assert "needs both" in call(*about, "--kind", "between", "--from", "2026-02-01").sentence


def test_a_return_is_checked_and_imported(filled: tuple[str, ...], tmp_path: Path) -> None:
    file = str(exported(filled, tmp_path / "out", "2026-02", "--kind", "full")["file"])
    checked = call("check", file, *SMDS, *TODAY)
    assert checked.code == 0 and "0 errors" in checked.out
    other = ("--store", str(tmp_path / "o.db"), "--key-file", str(tmp_path / "o.key"))
    first = call("import", file, *other, *SMDS)
    assert first.code == 0 and "New: 40 clients" in first.out
    # A store with one agency knows whose file it is; only an empty one has to be told.
    again = call("import", file, *other)
    assert again.code == 0 and "Journeys as known before: 51" in again.out and "Nothing to change." in again.out
    assert "Nothing to change." in call("import", file, *other, *SMDS, "--update").out
    same = exported(other, tmp_path / "same", "2026-02", "--kind", "full")
    assert Path(str(same["file"])).read_bytes() == Path(file).read_bytes()


def test_what_is_left_out_is_listed_though_nothing_is_left(filled: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "bad.xml"
    inside = "<AgencyCode>T0001</AgencyCode><SourceOfReferral><b/></SourceOfReferral>"
    file.write_text(
        f"<SubstanceMisuseDataReturn><ClientJourney><ReferralDetails>{inside}</ReferralDetails></ClientJourney>"
        "</SubstanceMisuseDataReturn>"
    )
    done = call("import", file, *filled)
    assert done.code == 1 and "an item that the data set does not know" in done.out
    long = "y" * 300_000
    file.write_text(file.read_text().replace("<b/>", long))
    assert len(call("check", file, *SMDS, *TODAY).out) < 5_000


def test_a_sites_schema_is_installed_shown_and_used(filled: tuple[str, ...], tmp_path: Path) -> None:
    assert "No official schema is installed" in call("standards", "show", "smds-wales").out
    folder = schema_files.write(tmp_path / "xsd")
    installed = call("standards", "install", folder)
    assert installed.code == 0 and "smds-wales: schema installed in" in installed.out
    assert "ReferralDate" in call("standards", "show", "smds-wales").out
    told = exported(filled, tmp_path / "out", "2026-02")
    assert told["schema"] == {"official": True, "told": "valid by the schema the site installed", "faults": []}
    assert "not validated" not in json.dumps(told["not_ready_because"])
    (folder / "Types-v0-4.xsd").unlink()
    assert "which is missing" in call("standards", "install", folder).sentence
    assert "is not sent as XML" in call("standards", "install", folder, "--standard", "ndtms-cjit-p").sentence
    assert "is not sent as XML" in call("standards", "schema", "ndtms-cjit-p").sentence
