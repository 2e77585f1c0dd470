"""Another format is one object put in beside the others: whatever screens and commands do with returns, it does."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.checks.bounces import read_bounces
from exporters.checks.file_check import check_file
from exporters.extracts.compare import compare_texts
from exporters.extracts.mismatches import find_mismatches
from exporters.extracts.preview import changes_since, preview_extract
from exporters.extracts.writing import Receipt, export_submission
from exporters.formats import choose
from exporters.formats.base import Taking
from exporters.imports.detect import import_of, recognised
from exporters.work import Work
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import extracts, sent
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.commands.running import call
from tests.exporters.extracts import NOW, SAMPLE, STANDARD, TODAY, essence, referral, row, visit, withheld, write
from tests.exporters.json_lines import JsonFormat
from tests.stores import ask
from tui.screens.extract.queries import text_of
from validators.problems import Problem
from validators.records import EpisodeRecord
from validators.rules.registry import Context
from validators.standard import return_reading
from validators.standard.catalogue import SHIPPED, available, installed_folder, load
from validators.standard.model import Standard

TOY = "toy-lines"
ANN = Who("ann", NOW)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standard]:
    """The shipped data set as a site's own, which names a format of its own; and that format."""
    monkeypatch.setitem(choose.FORMATS, "json-lines", choose.Registered(lambda: JsonFormat, (b"[{",)))
    monkeypatch.setitem(return_reading.FORMATS, "json-lines", return_reading.FormatNeeds())
    folder = installed_folder() / TOY.replace("-", "_")
    shutil.copytree(SHIPPED / "ndtms_cjit_p", folder)
    text = (folder / "standard.toml").read_text(encoding="utf-8")
    for old, new in (('id = "ndtms-cjit-p"', f'id = "{TOY}"'), ('"csv"', '"json-lines"'), ("{edition}.csv", "P.jsonl")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    lines = [line for line in text.splitlines() if not line.startswith(("line_ending", "quoting"))]
    (folder / "standard.toml").write_text("\n".join(lines), encoding="utf-8")
    load.cache_clear()
    yield load(TOY)
    load.cache_clear()


class Site:
    """A store of one agency whose returns are written in the toy format."""

    def __init__(self, folder: Path, standard: Standard, records: list[EpisodeRecord]) -> None:
        self.folder, self.standard = folder, standard
        folder.mkdir()
        self.store: Store = open_store(folder / "k.db", folder / "k.key", load, create=True)
        with self.store.writing(ANN) as unit:
            self.agency: AgencyInfo = agencies.ensure(unit, "T0123", standard.id)
            bulk_load.load(unit, self.agency, records)

    def export(self, name: str = "out") -> Receipt:
        """Write December's extract into a folder of its own."""
        folder = self.folder / name
        folder.mkdir()
        month = "2020-12"
        return export_submission(self.store, Work(self.agency, self.standard, TODAY), month, folder, Who("ann", NOW))

    def latest(self) -> ExtractInfo:
        """The extract written last."""
        return ask(self.store, extracts.listed, self.agency)[-1]

    def kept(self) -> list[object]:
        """What is in the store, apart from its own ids."""
        return [essence(record) for record in ask(self.store, read.episodes, self.agency)]


def records(folder: Path) -> list[EpisodeRecord]:
    """Three clients with four rows between them, read as they are in CSV."""
    rows = [row() | visit(), row() | referral(), row("2", DOB="19809901"), withheld("3")]
    return [record for record, _ in choose.of(STANDARD).read(write(folder, rows)).episodes()]


@pytest.fixture
def site(tmp_path: Path, toy: Standard) -> Iterator[Site]:
    made = Site(tmp_path / "site", toy, records(tmp_path))
    with made.store:
        yield made


def test_an_extract_is_written_in_it_one_object_a_line(site: Site) -> None:
    receipt = site.export()
    assert receipt.file.name.endswith("-P.jsonl") and receipt.validation is None
    assert (receipt.tally.episodes, receipt.tally.errors) == (3, 1)
    lines = [json.loads(line) for line in receipt.file.read_text().splitlines()]
    assert [episode["EPISODID"] for _, episode, _ in lines] == ["e1", "e2", "e3"]
    assert [section for section, _ in lines[0][2]] == ["sub_intervention", "referral"]
    assert set(lines[2][0]) | set(lines[2][1]) <= {"CLIENTID", "AGNCY", "EPISODID", "CONSENT"}, "nothing on a guess"


def test_what_was_written_is_checked_as_a_table_of_the_same_would_be(site: Site, tmp_path: Path) -> None:
    report = check_file(site.export().file, site.standard, Context(TODAY, "file"))
    table = check_file(tmp_path / "extract.csv", STANDARD, Context(TODAY, "file"))
    assert [(one.rule, one.episode) for one in report.findings] == [(one.rule, one.episode) for one in table.findings]
    assert report.tally.episodes == 3


def test_the_commands_take_it_without_being_told(site: Site) -> None:
    file = site.export().file
    done = call("check", file, "--standard", TOY, "--today", "2021-01-10")
    assert done.code == 1 and "line 2: " in done.out and "DOB" in done.out
    store = site.folder / "other.db"
    taken = call("import", file, "--store", store, "--key-file", site.folder / "k.key", "--standard", TOY)
    assert taken.code == 0 and "New: 3 clients, 3 episodes, 2 events" in taken.out


def test_it_is_recognised_by_its_beginning_and_refused_for_another_data_set(site: Site) -> None:
    file = site.export().file
    assert recognised(file, site.standard) == TOY and recognised(SAMPLE, STANDARD) == STANDARD.id
    assert choose.names_in(file) <= set(site.standard.headers)
    assert TOY in available()


def test_what_was_written_comes_back_into_another_store_as_it_was(site: Site, toy: Standard) -> None:
    file = site.export().file
    other = Site(site.folder / "other", toy, [])
    with other.store:
        job = import_of(file, toy, None, Taking(all_or_nothing=True))
        code = job.prepare(other.store, None)
        report = job.write(other.store, code, "ann", NOW)
        assert (report.new.episodes, report.left_out) == (3, [])
        assert other.kept()[:2] == site.kept()[:2]
        job = choose.of(toy).importer(file)
        again = job.write(other.store, job.prepare(other.store, None), "ann", NOW)
        assert (again.unchanged, again.new.episodes) == (3, 0)


def test_two_extracts_are_compared_field_by_field(site: Site) -> None:
    before = site.export().file
    known = ask(site.store, read.known_episodes, site.agency, ["e1", "e2"])
    gone, changed = known["e1"].episode, known["e2"].episode
    with site.store.writing(ANN) as unit:
        sent.mark(unit, site.latest().id)
        save.change(unit, "episode", changed.id, {**changed.values, "PC": "NE2 1"}, changed.version)
        save.delete(unit, "episode", gone.id, gone.version)
    after = site.export("later").file
    found = compare_texts([before.read_bytes()], [after.read_bytes()], site.standard)
    told = [(one.change, one.episode, [(each.header, each.was, each.now) for each in one.fields])
            for one in found.differences]  # fmt: skip
    assert told == [("gone", "e1", []), ("changed", "e2", [("PC", "NE1 4", "NE2 1")])] and found.alike == 1
    preview = ask(site.store, preview_extract, Work(site.agency, site.standard, TODAY), "2020-12")
    first = ask(site.store, extracts.listed, site.agency)[0]
    assert ask(site.store, changes_since, preview, first) == found
    (one,) = ask(site.store, find_mismatches, preview).found
    assert (one.kind, one.episode, one.state) == ("gone", "e1", "open")


def test_the_text_is_paged_through(site: Site) -> None:
    receipt = site.export()
    text = ask(site.store, text_of, site.latest(), site.standard)
    assert (text.rows, text.line_count, text.unit, text.headers) == (3, 3, "line", ["Text"])
    assert text.sha256 == receipt.sha256 and b"".join(text.pieces()) == receipt.file.read_bytes()
    assert text.cells(1, 1) == [[receipt.file.read_text().splitlines()[1]]] and text.line_of(1) == 2


def test_a_list_of_refusals_leads_back_to_its_records(site: Site) -> None:
    site.export()
    listed = "line 2: SEX, rule 3\nline 9: what"
    found = ask(site.store, read_bounces, site.agency, site.standard, site.latest().id, listed)
    wanted = ask(site.store, read.known_episodes, site.agency, ["e2"])["e2"]
    assert (found[0].episode_id, found[0].field, found[0].rule) == (wanted.episode.id, "SEX", "3")
    assert not found[1].leads


def test_a_format_that_nobody_knows_is_named(toy: Standard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(choose.FORMATS, "json-lines")
    with pytest.raises(Problem, match="'json-lines', which this Keywork does not know: it knows csv, xml"):
        choose.of(toy)
    monkeypatch.delitem(return_reading.FORMATS, "json-lines")
    load.cache_clear()
    with pytest.raises(Problem, match="format"):
        load(TOY)
