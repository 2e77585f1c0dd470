"""A site's own editions and code lists by commands: looked at, installed, taken back, and what is refused."""

import errno
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from exporters.editions import install
from exporters.editions.compare import compare
from exporters.editions.list_files import read_lists
from store.disk import audit, user
from store.disk.user import current_person
from store.facts import AuditQuery, Who
from store.people import roles
from store.people.acts import Refused, Role
from store.store import open_store
from tests.commands.running import Outcome, Place, call
from tests.stores import ask
from validators.problems import Problem
from validators.standard import catalogue
from validators.standard.catalogue import SHIPPED, load

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site with nothing installed and no store; where its own editions go."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("KEYWORK_STORE", str(tmp_path / "none.db"))
    load.cache_clear()
    yield tmp_path / "data" / "keywork" / "standards"
    load.cache_clear()


def told(outcome: Outcome) -> str:
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


def table(folder: Path, text: str, name: str = "setting.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def own_edition(folder: Path, **changes: str) -> Path:
    """A copy of the shipped R under an id of its own, with changes in standard.toml."""
    path = Path(shutil.copytree(SHIPPED / "ndtms_r", folder / "ours"))
    settings = (path / "standard.toml").read_text(encoding="utf-8")
    for old, new in {'id = "ndtms-r"': 'id = "our-r"', **changes}.items():
        assert settings.count(old) == 1
        settings = settings.replace(old, new)
    (path / "standard.toml").write_text(settings, encoding="utf-8")
    return path


# Code lists.


def test_a_list_in_the_documents_own_columns_is_installed_and_taken_back(site: Path, tmp_path: Path) -> None:
    file = table(tmp_path, "Text,Code,Notes\nCommunity,01,\nResidential,02,Not for YP\n")
    assert load("ndtms-r-ad").code_lists["setting"].status == "unknown"
    only = told(call("standards", "install", file, "--standard", "ndtms-r-ad", "--dry-run"))
    assert "setting                  new: 01, 02; status: unknown → site" in only and "nothing is installed yet" in only
    assert not site.exists()
    out = told(call("standards", "install", file, "--standard", "ndtms-r-ad"))
    assert "ndtms-r: installed in" in out and "lists setting from setting.csv, " in out and "(site)" in out
    for one in ("ndtms-r-ad", "ndtms-r-sy"):
        codes = load(one).code_lists["setting"]
        assert (codes.status, codes.complete, codes.source) == ("site", True, "setting.csv")
        assert codes.facts["02"].note == "Not for YP"
    assert load("ndtms-cjit-p").code_lists["sex"].status == "unverified"
    assert "installed: lists setting from setting.csv" in told(call("standards", "list"))
    again = told(call("standards", "take-back", "ndtms-r-yp"))
    assert "ndtms-r: taken back: lists setting" in again
    assert load("ndtms-r-ad").code_lists["setting"].status == "unknown"
    assert (
        call("standards", "take-back", "ndtms-r").sentence == "Nothing was installed of ndtms-r: what is shipped stays."
    )


def test_several_lists_at_once_and_one_after_the_other(site: Path, tmp_path: Path) -> None:
    both = table(
        tmp_path, "Header,Code,Text\nMODSET,01,Community\nDISRSN,80,Complete\nDISRSN,82,Dropped out\n", "a.csv"
    )
    told(call("standards", "install", both, "--standard", "ndtms-r"))
    folder = tmp_path / "lists"
    folder.mkdir()
    table(folder, "code;text\n1;Paid\n", "employment.csv")
    table(folder, "Code,Country,Code,Country\nGBR,Here,FRA,There\nIRL,Near,,\n", "NATION.csv")
    told(call("standards", "install", folder, "--standard", "ndtms-r"))
    lists = load("ndtms-r-ad").code_lists
    assert list(lists["discharge_reason"].codes) == ["80", "82"] and list(lists["setting"].codes) == ["01"]
    assert list(lists["country"].codes) == ["GBR", "IRL", "FRA"] and lists["employment"].codes == {"1": "Paid"}
    told(call("standards", "take-back", "ndtms-r"))
    assert load("ndtms-r-ad").code_lists["employment"].status == "unknown"
    assert list(load("ndtms-r-ad").code_lists["setting"].codes) == ["01"]


def test_installs_stand_in_the_audit_and_need_the_role(
    site: Path, tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("agencies", "add", "T0123", "--standard", "ndtms-r-ad", *place.options).code == 0
    file = table(tmp_path, "Code,Text\n01,Community\n")
    with open_store(place.store, place.key, load) as store:
        made = store.ground.derivers["ndtms-r-ad"]
        its = install.candidate(file, "ndtms-r")
        store.do(Who("ann", NOW), install.install_audited, its)
        assert store.ground.derivers["ndtms-r-ad"] is not made, "records are kept by what is in force"
        told = ask(store, audit.found, AuditQuery("ann", None, NOW, NOW + timedelta(seconds=1)))
    assert [(one.person, one.act, one.kind, one.record_id, one.new) for one in told] == [
        ("ann", "install", "standard", "ndtms-r", its.digest)
    ]
    with open_store(place.store, place.key, load) as store:
        # Who was asked about one that another has taken back since, and put another in its place, takes back neither.
        (seen,) = install.installed("ndtms-r")
        store.do(Who("bob", NOW), install.take_back_audited, "ndtms-r", seen)
        store.do(Who("bob", NOW), install.install_audited, its)
        with pytest.raises(Problem, match="Nothing was taken back: what you looked at"):
            store.do(Who("ann", NOW), install.take_back_audited, "ndtms-r", seen)
        assert [one.person for one in install.installed("ndtms-r")] == ["bob"]
    # By command the same row, and the one of the way back.
    assert call("standards", "take-back", "ndtms-r", *place.options).code == 0
    with open_store(place.store, place.key, load) as store:
        last = store.ask(audit.latest, current_person(place.store), ["uninstall"])
        assert last is not None and (last.record_id, last.old) == ("ndtms-r", its.digest)
        # Once roles are given it is an administrator's; what is refused leaves no file behind.
        mine = {"ada": {"heads"}}
        monkeypatch.setattr(user, "groups_of", lambda person: frozenset(mine.get(person, {"keyers"})))
        monkeypatch.setattr(user, "is_group", lambda name: True)
        for group, role in (("heads", Role.ADMINISTRATOR), ("keyers", Role.KEYING)):
            store.do(Who("ada", NOW), roles.give, group, role)
        with pytest.raises(Refused, match="needs the role administrator, and kim has keying"):
            store.do(Who("kim", NOW), install.install_audited, its)
    assert load("ndtms-r-ad").code_lists["setting"].status == "unknown"


def test_a_folder_of_all_and_everything_is_not_walked_to_its_end(site: Path, tmp_path: Path) -> None:
    many = tmp_path / "disk"
    many.mkdir()
    for number in range(2_001):
        (many / f"{number}.txt").touch()
    (many / "standard.toml").touch()
    assert "holds more than 2,000 files and folders" in call("standards", "check", many).sentence
    assert "holds more than 2,000 files and folders" in call("standards", "install", many).sentence


def test_the_last_day_of_a_code_is_taken_from_its_column_or_its_note(site: Path, tmp_path: Path) -> None:
    # That of 01 shows that the day comes first in that of 04, too.
    rows = '04,Ward,,01/02/2023,\n01,Community,,31/03/2024,"AD, SA"\n'
    rows += "02,Prison,Closed to new clients from 1 April 2022,,\n03,Home,Rare,,\n"
    path = table(tmp_path, "Code,Text,Notes,Valid to,Data sets\n" + rows)
    assert call("standards", "install", path, "--standard", "ndtms-r").code == 0
    facts = load("ndtms-r").code_lists["setting"].facts
    days = {code: its.valid_to for code, its in facts.items() if its.valid_to}
    assert days == {"04": "2023-02-01", "01": "2024-03-31", "02": "2022-03-31"}
    held = [load(f"ndtms-r-{name}").code_lists["setting"].codes for name in ("sa", "yp")]
    assert ["01" in codes for codes in held] == [True, False]


def test_of_two_columns_of_notes_the_blank_one_says_nothing(site: Path, tmp_path: Path) -> None:
    rows = "01,Community,,\n02,Prison,Closed to new clients from 1 April 2022,\n03,Home,,Closed from 1 April 2023\n"
    path = table(tmp_path, "Code,Text,Notes,Comments\n" + rows)
    assert call("standards", "install", path, "--standard", "ndtms-r").code == 0
    facts = load("ndtms-r").code_lists["setting"].facts
    assert {code: its.valid_to for code, its in facts.items() if its.valid_to} == {
        "02": "2022-03-31",
        "03": "2023-03-31",
    }


# what stands in the table, and the sentence
BAD_LISTS = [
    ("Text,Notes\nCommunity,\n", "does not name a column for the code"),
    ("Code,Text\n01,Community\n01,Prison\n", "line 3: the code '01' stands in the list setting twice"),
    ("Code,Text\n,Community\n", "line 2: a text has no code beside it"),
    ("Code,Text\n01,=HYPERLINK(1)\n", "line 2: a cell is a formula of a spreadsheet"),
    ("Code,Text\n01,@SUM(1)\n", "line 2: a cell is a formula of a spreadsheet"),
    ("Code,Text\n01,Com\x07munity\n", "line 2: a cell holds signs that cannot be printed"),
    ("Code,Text\n0123,Community\n", "line 2: the code '0123' does not fit its field, which takes 2 characters"),
    ("Code,Text\n01," + "x" * 2000 + "\n", "line 2: a code or its text is too long"),
    ("Code;Text\n01;Community; open\n", "line 2: it has more cells than the first line names"),
    ("Code,Text,Valid to\n01,Community,04/01/2026\n", "line 2: '04/01/2026' may begin with the day or the month"),
    ("Code,Text,Valid to\n01,Community,31/02/2024\n", "line 2: '31/02/2024' is no day: write it like 2024-03-31"),
    ("Code,Text\n", "has headings and no codes below them"),
    ("", "is empty"),
    ("\n\n", "is empty"),
    ('Code,Text\n01,"Community\n', "cannot be read as a table"),
    ("Code,Text\n" + "".join(f"{n},x\n" for n in range(20_001)), "has more than 20,000 rows"),
    ("PK\x03\x04", "is no table of text"),
    ("%PDF-1.7", "is no table of text"),
    ("List,Code,Text\nnot a list,01,x\n", "line 2: there is no such list or field in ndtms-r"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), BAD_LISTS, ids=[reason for _, reason in BAD_LISTS])
def test_a_table_that_is_no_list_is_refused_and_nothing_changes(
    site: Path, tmp_path: Path, text: str, reason: str
) -> None:
    sentence = call("standards", "install", table(tmp_path, text), "--standard", "ndtms-r").sentence
    assert reason in sentence
    assert not site.exists() and load("ndtms-r").code_lists["setting"].status == "unknown"


def test_a_list_that_a_spreadsheet_changed_is_told_as_that(site: Path, tmp_path: Path) -> None:
    wales = load("smds-wales")
    codes = [f"{code}" for code in wales.code_lists["modality"].codes]
    rows = "".join(f"{code.lstrip('0')},Text\n" for code in codes)
    with pytest.raises(Problem, match="has '1' where the list we have says '01', and so throughout"):
        read_lists(table(tmp_path, f"Code,Text\n{rows}", "modality.csv"), wales)
    kept = read_lists(table(tmp_path, "Code,Text\n01,One\n2,Two\n", "modality.csv"), wales)[0]
    assert [row["code"] for row in kept.rows] == ["01", "2"], "one code that is otherwise is the owner's to say"
    with pytest.raises(Problem, match="of which a spreadsheet has lost digits"):
        read_lists(table(tmp_path, "Code,Text\n1E+02,One\n", "previously_treated.csv"), wales)
    for data, why in ((b"caf\xe9 \xc3\xa9", "in two encodings: near line 2"), (b"\x81", "neither UTF-8 nor")):
        path = tmp_path / "modality.csv"
        path.write_bytes(b"Code,Text\n01," + data + b"\n")
        with pytest.raises(Problem, match=why):
            read_lists(path, wales)


def test_a_list_of_no_standard_or_of_no_list(site: Path, tmp_path: Path) -> None:
    file = table(tmp_path, "Code,Text\n01,Community\n", "anything.csv")
    assert "say with --standard" in call("standards", "install", file).sentence or "standard.toml" in (
        call("standards", "install", file).sentence
    )
    assert "name it with --list" in call("standards", "install", file, "--standard", "ndtms-r").sentence
    assert "There is no standard" in call("standards", "install", file, "--standard", "ndtms-x").sentence
    told(call("standards", "install", file, "--standard", "ndtms-r", "--list", "MODSET"))
    link = tmp_path / "setting.csv"
    link.symlink_to(file)
    assert "is no plain file" in call("standards", "install", link, "--standard", "ndtms-r").sentence


# Editions.


def test_an_edition_is_installed_shown_compared_and_taken_back(site: Path, tmp_path: Path) -> None:
    folder = own_edition(tmp_path, **{'edition = "R"': 'edition = "R1"', "unverified = true": ""})
    assert "our-r-yp" in told(call("standards", "check", folder))
    told(call("standards", "install", folder))
    assert {"our-r-ad", "our-r-sy"} <= set(catalogue.available())
    assert "1 fields" not in told(call("standards", "show", "our-r-ad"))
    assert told(call("standards", "compare", "ndtms-r", "our-r")) == "our-r says the same as ndtms-r.\n"
    note = (site / "our_r@0001" / "installed.toml").read_text(encoding="utf-8")
    assert 'name = "ours"' in note and 'digest = "' in note and "person = " in note and 'status = "site"' in note
    told(call("standards", "take-back", "our-r"))
    assert "our-r-ad" not in catalogue.available()
    assert "There is no standard" in call("standards", "show", "our-r-ad").sentence


def test_an_edition_over_the_shipped_one_leaves_it_as_it_is(site: Path, tmp_path: Path) -> None:
    folder = own_edition(tmp_path, **{'id = "ndtms-r"': 'id = "ndtms-r"\n', 'edition = "R"': 'edition = "R, ours"'})
    before = (SHIPPED / "ndtms_r" / "standard.toml").read_bytes()
    for _ in range(2):
        told(call("standards", "install", folder))
    assert load("ndtms-r-ad").edition == "R, ours"
    assert (SHIPPED / "ndtms_r" / "standard.toml").read_bytes() == before
    told(call("standards", "take-back", "ndtms-r"))
    assert load("ndtms-r-ad").edition == "R, ours"
    told(call("standards", "take-back", "ndtms-r"))
    assert load("ndtms-r-ad").edition == "R"


def test_what_is_gone_new_and_renamed_is_told_before(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "next"
    told(call("standards", "copy", "ndtms-r", folder))
    fields = (folder / "fields.csv").read_text(encoding="utf-8")
    for name in ("fields.csv", "rules.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("EMPSTAT", "EMPSTART"), encoding="utf-8")
    assert "EMPSTAT" in fields
    out = told(call("standards", "compare", "ndtms-r", folder))
    assert "Fields that have another header: 1\n  EMPSTAT → EMPSTART" in out
    its = json.loads(told(call("standards", "compare", folder, "ndtms-r", "--format", "json")))
    assert its["fields"]["renamed"] == [{"before": "EMPSTART", "after": "EMPSTAT"}] and its["fields"]["gone"] == []
    assert "is there already" in call("standards", "copy", "ndtms-r", folder).sentence


def test_a_copy_that_finds_no_room_leaves_no_half_of_an_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "rules.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "free some space" in call("standards", "copy", "ndtms-cjit-p", tmp_path / "below" / "mine").sentence
    assert list((tmp_path / "below").iterdir()) == []
    monkeypatch.undo()
    assert call("standards", "copy", "ndtms-cjit-p", tmp_path / "below" / "mine").code == 0


def test_an_install_that_is_interrupted_leaves_what_was_in_force(site: Path, tmp_path: Path) -> None:
    folder = own_edition(tmp_path, **{'id = "ndtms-r"': 'id = "ndtms-r"\n', 'edition = "R"': 'edition = "R, ours"'})
    told(call("standards", "install", folder))
    for broken in ("exporters.editions.install.sync", "pathlib.Path.rename"):
        with mock.patch(broken, side_effect=OSError(28, "No space left on device")):
            assert "could not be installed" in call("standards", "install", folder).sentence
        assert sorted(path.name for path in site.iterdir()) == ["ndtms_r@0001"]
        load.cache_clear()
        assert load("ndtms-r-ad").edition == "R, ours"


def test_links_and_sizes_are_guarded(site: Path, tmp_path: Path) -> None:
    folder = own_edition(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text("code,label,grade\n1,of somebody else,\n", encoding="utf-8")
    sex = folder / "codes" / "sex.csv"
    sex.unlink()
    sex.symlink_to(secret)
    assert "is a link or no file" in call("standards", "install", folder).sentence
    sex.unlink()
    sex.write_text("code,label,grade\n" + "".join(f"{n},{'x' * 99},\n" for n in range(90_000)), encoding="utf-8")
    assert "larger than any is" in call("standards", "install", folder).sentence
    assert not site.exists()
    (folder / "standard.toml").write_text('id = "/x"', encoding="utf-8")
    sex.write_text("code,label,grade\n1,Male,\n", encoding="utf-8")
    assert "cannot be used" in call("standards", "check", folder).sentence


def test_a_file_that_gives_its_place_to_another_while_a_folder_is_looked_at_is_not_read(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, looked = Path(shutil.copytree(SHIPPED / "ndtms_cjit_p", tmp_path / "pack")), install.refuse_foreign
    (tmp_path / "other").write_text("secret,words\n")

    def then_swapped(folder: Path) -> None:
        looked(folder)
        (pack / "rules.csv").unlink()
        (pack / "rules.csv").symlink_to(tmp_path / "other")

    monkeypatch.setattr(install, "refuse_foreign", then_swapped)
    assert "rules.csv is a link or no plain file" in call("standards", "check", pack).sentence


def test_nothing_is_taken_back_that_an_agency_or_an_edition_needs(site: Path, tmp_path: Path, place: Place) -> None:
    told(call("standards", "install", own_edition(tmp_path)))
    assert call("agencies", "add", "T0123", "--standard", "our-r-ad", *place.options).code == 0
    assert "Agencies report by our-r-ad" in call("standards", "take-back", "our-r", *place.options).sentence
    other = tmp_path / "other"
    other.mkdir()
    table(other, 'id = "our-s"\nextends = "our-r"\nedition = "S"\n', "standard.toml")
    told(call("standards", "install", other))
    assert "The edition our-s extends our-r" in call("standards", "take-back", "our-r").sentence


def _renamed(folder: Path, old: str, new: str) -> Path:
    """The shipped R, under its own id, in which a name is another one wherever it stands."""
    path = Path(shutil.copytree(SHIPPED / "ndtms_r", folder / "renamed"))
    for file in ("standard.toml", "fields.csv", "rules.csv"):
        text = (path / file).read_text(encoding="utf-8")
        (path / file).write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_nothing_is_installed_that_would_lose_what_agencies_report_by(site: Path, tmp_path: Path, place: Place) -> None:
    assert call("agencies", "add", "N9901", "--standard", "ndtms-r-ad", *place.options).code == 0
    without = _renamed(tmp_path, 'id = "ad"', 'id = "adult"')
    for more in (["--dry-run"], []):
        said = call("standards", "install", without, *more, *place.options).sentence
        assert said.startswith("Agencies report by ndtms-r-ad, and ndtms-r-ad could not be used any more"), said
    assert call("due", *place.options).err == ""
    assert call("agencies", "remove", "N9901", *place.options).code == 0
    told(call("standards", "install", without, *place.options))
    assert call("agencies", "add", "N9902", "--standard", "ndtms-r-adult", *place.options).code == 0
    assert "Agencies report by ndtms-r-adult, and" in call("standards", "take-back", "ndtms-r", *place.options).sentence
    assert call("due", *place.options).err == ""


def test_nothing_is_installed_that_breaks_an_edition_made_upon_it(site: Path, tmp_path: Path) -> None:
    upon = tmp_path / "upon"
    (upon / "codes").mkdir(parents=True)
    table(upon, 'id = "our-s"\nextends = "ndtms-r"\nedition = "S"\ntitle = "Ours"\n', "standard.toml")
    columns = "column,header,section,group,label,description,layout,required,codes,keyed,skip_when,introduced,change"
    table(upon, f"{columns}\n,PREVTR,,,,,,,,,,,minus\n", "fields.csv")
    told(call("standards", "install", upon))
    gone = _renamed(tmp_path, "PREVTR", "TREATED")
    said = call("standards", "install", gone).sentence
    assert said.startswith("The edition our-s extends ndtms-r, and our-s could not be used any more"), said
    assert "our-s-ad" in told(call("standards", "list"))


def test_no_value_is_left_behind_under_a_header_that_an_install_calls_otherwise(
    site: Path, tmp_path: Path, place: Place
) -> None:
    made = call("sample", "--standard", "ndtms-r-ad", "--clients", 20, "--today", "2025-11-05", *place.options)
    assert made.code == 0, made
    renamed = _renamed(tmp_path, "HEPCTD", "HEPATCTD")
    for more in (["--dry-run"], []):
        said = call("standards", "install", renamed, *more, *place.options).sentence
        assert said.startswith("It has values of ") and " under another header (HEPCTD → HEPATCTD), which" in said
        assert "keywork agencies change-letter" in said
    assert not list(site.glob("ndtms_r@*"))


def test_what_an_edition_would_change_in_a_store_is_told_before(site: Path, tmp_path: Path, place: Place) -> None:
    made = call("sample", "--standard", "ndtms-r-ad", "--clients", 20, "--today", "2025-11-05", *place.options)
    assert made.code == 0, made
    file = table(tmp_path, "Code,Text\nZ,Not stated\n", "ethnicity.csv")
    out = told(call("standards", "install", file, "--standard", "ndtms-r", "--dry-run", *place.options))
    assert "episodes " in out and "gain and 0 lose findings (+ rule codes in " in out


@pytest.mark.parametrize(
    ("file", "old", "new", "differs"),
    [
        ("standard.toml", 'after_period = "hold"', 'after_period = "send"', "after_period hold → send"),
        (
            "standard.toml",
            '"EPISODID", "CONSENT"]',
            '"EPISODID", "CONSENT", "DOB"]',
            "a record without consent carries",
        ),
        ("standard.toml", 'after_period = "hold"', 'after_period = "hold"', ""),
    ],
)
def test_editions_that_differ_in_neither_field_list_nor_rule_do_not_say_the_same(
    site: Path, tmp_path: Path, file: str, old: str, new: str, differs: str
) -> None:
    told(call("standards", "copy", "ndtms-cjit-p", tmp_path / "copy"))
    path = tmp_path / "copy" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    out = told(call("standards", "compare", "ndtms-cjit-p", tmp_path / "copy"))
    assert (differs or "says the same") in out and ("says the same" in out) == (not differs)


def test_what_else_differs_is_told_in_the_data_set_s_own_words() -> None:
    told = {line for one in ("ndtms-r", "ndtms-cjit-p") for line in compare(load(one), load("smds-wales")).otherwise}
    assert {"what a journey needs to be sent", "which journeys belong together"} <= told


def test_a_copy_of_an_edition_with_lists_of_the_site_is_whole(site: Path, tmp_path: Path) -> None:
    file = table(tmp_path, 'Text,Code\n"Community, at home",01\n')
    told(call("standards", "install", file, "--standard", "ndtms-r"))
    told(call("standards", "copy", "ndtms-r-ad", tmp_path / "copy"))
    assert not (tmp_path / "copy" / "installed.toml").exists()
    assert "our-r" not in told(call("standards", "check", tmp_path / "copy"))
    assert told(call("standards", "compare", "ndtms-r", tmp_path / "copy")) == "ndtms-r says the same as ndtms-r.\n"
    told(call("standards", "take-back", "ndtms-r"))
    its = json.loads(told(call("standards", "compare", "ndtms-r", tmp_path / "copy", "--format", "json")))
    assert its["otherwise"] == []
    assert its["lists"]["changed"] == {"setting": {"new": ["01"], "status": ["unknown → site"]}}
    assert its["fields"]["changed"] == {} and its["rules"]["changed"] == {}
    four = [next(iter(catalogue.load_folder(tmp_path / "copy")))]
    assert [one.title for one in four[0].whole.variants] == [one.title for one in load("ndtms-r").whole.variants]
