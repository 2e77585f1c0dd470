"""Reading a standard: one thing wrong in its folder, and the sentence that says file, line and reason."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.validators.builders import STANDARD
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard import catalogue
from validators.standard.loader import load_standard
from validators.standard.model import Standard
from validators.standard.pack_tables import PackError

SHIPPED = catalogue.SHIPPED / "ndtms_cjit_p"
SHIPPED_IDS = ["ndtms-cjit-p", "ndtms-r-ad", "ndtms-r-sa", "ndtms-r-sy", "ndtms-r-yp", "smds-wales"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the shipped pack."""
    return shutil.copytree(SHIPPED, tmp_path / "ndtms_cjit_p")


def change_cell(path: Path, key: str, column: str, value: str, *, nth: int = 0) -> int:
    """Write a value into the nth row whose first or second cell is the key; say the line it stands on."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    found = [number for number, row in enumerate(rows) if key in row[:2]]
    rows[found[nth]][rows[0].index(column)] = value
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return found[nth] + 1


def replace_text(path: Path, old: str, new: str) -> int:
    """Replace a text that stands in the file once; say the line it stands on."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def with_row(folder: Path, pattern: str, fields: str, parameters: str) -> Standard:
    """The shipped pack, copied into a folder, with a rule `own` of a site's more."""
    copied = shutil.copytree(SHIPPED, folder / "ndtms_cjit_p")
    path = copied / "rules.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    about = dict.fromkeys(("title", "help", "reading", "source"), "The site's own.")
    told = {"pattern": pattern, "fields": fields, "parameters": parameters, "severity": "warning", "message": "Look."}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, {"rule": "own", **about, **told}])
    path.write_text(text.getvalue(), encoding="utf-8")
    return load_standard(copied)


def refusal(pack: Path) -> str:
    """The sentence with which the pack is refused."""
    with pytest.raises(PackError) as caught:
        load_standard(pack)
    sentence = str(caught.value)
    assert sentence.startswith("The standard cannot be used: ") and sentence.endswith(".") and "\n" not in sentence
    return sentence


def test_the_shipped_pack_loads_and_can_be_compiled(pack: Path) -> None:
    standard = load_standard(pack)
    assert standard == STANDARD
    assert (standard.id, len(standard.fields), len(standard.code_lists)) == ("ndtms-cjit-p", 64, 26)
    Checker(standard)


def test_a_blank_at_the_end_of_a_cell_is_forgiven(pack: Path) -> None:
    change_cell(pack / "fields.csv", "DOB", "layout", "YYYYMMDD ")
    assert load_standard(pack) == STANDARD


# file, row, column, new value, reason
CELLS = [
    ("fields.csv", "DOB", "header", "SEX", "the header 'SEX' is empty or appears more than once"),
    ("fields.csv", "DOB", "header", "", "the header '' is empty or appears more than once"),
    ("fields.csv", "DOB", "section", "clients", "there is no section 'clients' in standard.toml"),
    ("fields.csv", "SEX", "codes", "sexes", "there is no code list 'sexes' in codes/lists.csv"),
    ("fields.csv", "DOB", "layout", "N[8]", "the layout 'N[8]' is none of"),
    ("fields.csv", "DOB", "layout", "DDMMYYYY", "the layout 'DDMMYYYY' is none of"),
    ("fields.csv", "DOB", "layout", "", "the layout '' is none of"),
    ("fields.csv", "DOB", "column", "5", "the column number should be 4"),
    ("fields.csv", "DOB", "column", "four", "invalid literal"),
    ("fields.csv", "DOB", "label", "", "the label is empty"),
    ("fields.csv", "DOB", "keyed", "clerk", "keyed is 'clerk', which is none of person, made, written, store"),
    ("fields.csv", "PC", "carried", "no", "carried is 'no', which is neither empty nor yes"),
    ("fields.csv", "REFLD", "carried", "yes", "a date, and what no person keys, is never taken from the last record"),
    ("fields.csv", "EPISODID", "carried", "yes", "a date, and what no person keys, is never taken from the last"),
    ("fields.csv", "CONSENT", "carried", "yes", "an answer about consent is never taken from the last record"),
    ("fields.csv", "PREGNANT", "skip_when", "SEX", "the condition 'SEX' has no '='"),
    ("fields.csv", "PREGNANT", "skip_when", "SEKS=1", "the condition 'SEKS=1' names a field that does not exist"),
    ("fields.csv", "PREGNANT", "skip_when", "SEX=@men", "names values that standard.toml does not define"),
    ("rules.csv", "28", "pattern", "postal", "there is no pattern 'postal'"),
    ("rules.csv", "28", "pattern", "", "there is no pattern ''"),
    ("rules.csv", "28", "parameters", "case=upper", "the pattern postcode_part takes no parameter 'case'"),
    ("rules.csv", "23", "parameters", "least=0", "the pattern number_between needs the parameter most"),
    ("rules.csv", "23", "parameters", "least=none; most=28", "invalid literal"),
    ("rules.csv", "9", "parameters", "other=REFDL", "there is no field 'REFDL'"),
    ("rules.csv", "9", "fields", "TRIAGE", "there is no field 'TRIAGE'"),
    ("rules.csv", "9", "fields", "@times", "there is no set of fields @times; there are @all"),
    ("rules.csv", "9", "fields", "", "the row names no fields"),
    ("rules.csv", "9", "severity", "fatal", "the severity must be error, warning, notice or list"),
    ("rules.csv", "9", "severity", "", "the severity must be error, warning, notice or list"),
    ("rules.csv", "9", "store_severity", "none", "the severity must be"),
    ("rules.csv", "9", "message", "", "the message is empty"),
    ("rules.csv", "9", "silences", "999", "it silences rule '999', which does not exist"),
    ("rules.csv", "9", "help", "", "a rule's first row needs its number, title, help, reading and source"),
    ("rules.csv", "9", "source", "", "a rule's first row needs its number, title, help, reading and source"),
    ("rules.csv", "31", "parameters", "other=DOB; plus=1 year", "plus=1 year is not written like 1y1d"),
    ("rules.csv", "2", "parameters", "when=CONSENT=@agreed", "names values that standard.toml does not define"),
    ("rules.csv", "2", "parameters", "when=CONSNET=Y", "names a field that does not exist"),
    ("rules.csv", "90", "parameters", "section=support", "there is no section 'support'"),
    ("rules.csv", "6", "parameters", "day=1903-13-01", "day=1903-13-01 is not a date"),
    ("codes/lists.csv", "sex", "status", "sure", "status must be one of published, site, unverified, unknown"),
    ("codes/lists.csv", "sex", "complete", "perhaps", "status must be one of"),
    ("codes/lists.csv", "sex", "list", "../sex", "the list name '../sex' is empty, repeated or not made of letters"),
    ("codes/lists.csv", "sex", "list", "ethnicity", "the list name 'ethnicity' is empty, repeated"),
    ("codes/lists.csv", "sex", "status", "unknown", "the list sex has codes, so its status cannot be unknown"),
    ("codes/sex.csv", "2", "code", "1", "the code '1' appears more than once"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "key", "column", "value", "reason"), CELLS)
def test_a_cell_that_cannot_be(pack: Path, file: str, key: str, column: str, value: str, reason: str) -> None:
    line = change_cell(pack / file, key, column, value)
    if "repeated" in reason and value == "ethnicity":
        line += 1  # it is the second of the name that is one too many
    sentence = refusal(pack)
    assert f"{Path(file).name}, line {line}: " in sentence and reason in sentence


@pytest.mark.parametrize(
    ("pattern", "fields", "parameters"),
    [
        ("belongs_to_one", "SUBMID", "owner=CLIENTID"),
        ("belongs_to_one", "PC", "owner=SUBMID"),
        ("same_for_client", "DOB SEX", "owner=SUBMID"),
        ("like_another", "SUBMID DOB", "owner=CLIENTID; within=AGNCY"),
        ("one_agency", "SUBMID", ""),
        ("required_with_event", "SUBMID", "section=sub_intervention"),
    ],
)
def test_what_compares_episodes_is_nothing_for_a_field_of_an_event(
    tmp_path: Path, pattern: str, fields: str, parameters: str
) -> None:
    """Such a row could say nothing, and would stop the check of a file."""
    with pytest.raises(PackError, match=f"rules.csv, line [0-9]+: the pattern {pattern} takes no field of an event"):
        with_row(tmp_path, pattern, fields, parameters)


def test_a_field_that_is_named_with_others_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there is no field 'SUBMODT'"):
        with_row(tmp_path, "required", "DISD", "with=SUBMODT")


@pytest.mark.parametrize("file", ["standard.toml", "fields.csv", "rules.csv", "codes/lists.csv", "codes/sex.csv"])
def test_a_file_that_is_not_there_or_is_garbage(pack: Path, file: str) -> None:
    path = pack / file
    where = f"{path.parent.name}/{path.name}: "
    path.write_bytes(bytes(range(256)) * 20)
    assert where in refusal(pack) and "cannot be read" in refusal(pack)
    path.unlink()
    assert f"{where}the file is missing" in refusal(pack)
    path.mkdir()
    assert where in refusal(pack)


@pytest.mark.parametrize("file", ["fields.csv", "rules.csv", "codes/lists.csv", "codes/sex.csv"])
def test_a_table_has_exactly_its_columns_and_cells(pack: Path, file: str) -> None:
    path = pack / file
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace(",", ",also,", 1), encoding="utf-8")
    assert f"{path.name}, line 1: the columns must be " in refusal(pack)
    path.write_text("", encoding="utf-8")
    assert f"{path.name}, line 1: the columns must be " in refusal(pack)
    path.write_text(good + "one,two\n", encoding="utf-8")
    last = good.count("\n") + 1
    assert re.search(rf"{path.name}, line {last}: 2 cells where \d+ are needed", refusal(pack))
    path.write_text(good + '"never closed', encoding="utf-8")
    assert path.name in refusal(pack)


def test_a_table_of_headings_only_is_no_standard(pack: Path) -> None:
    path = pack / "fields.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    assert "fields.csv: it has no fields" in refusal(pack)


def test_rows_of_a_rule_stand_together(pack: Path) -> None:
    line = change_cell(pack / "rules.csv", "rule-failed", "rule", "1")
    assert f"rules.csv, line {line}: the rows of rule 1 do not stand together" in refusal(pack)


# what stands in standard.toml, what is written instead, the reason
TOML = [
    ('EHCS = "EHCSC"', 'EHCS = "EHCSD"', "there is no field 'EHCSD'"),
    ('EHCS = "EHCSC"', 'ehcsc2 = "EHCSC"', "'ehcsc2' is the header of a field itself"),
    ('id = "ndtms-cjit-p"', 'id = "../key"', "'../key' is not made of the letters a to z"),
    ('id = "ndtms-cjit-p"', 'id = "/etc"', "'/etc' is not made of the letters a to z"),
    ('id = "ndtms-cjit-p"', 'id = "NDTMS"', "'NDTMS' is not made of the letters a to z"),
    ('edition = "P"', 'editoin = "P"', "edition: a text is needed"),
    ('edition = "P"', 'edition = "P"\nletter = "P"', "letter: this is not a key of a standard"),
    ('edition = "P"', "edition = 4", "edition: a text is needed"),
    ('edition = "P"', 'edition = ""', "edition: a text is needed"),
    ('id = "ndtms-cjit-p"', "id =", "not TOML"),
    ('date_layout = "YYYYMMDD"', 'date_layout = "D"', "date_layout: the layout 'D' is none of"),
    ('title = "Client"', 'title = "Client"\ncolour = "red"', "colour: this is not a key of a standard"),
    ('level = "client"', 'level = "person"', "level: 'person' is none of client, episode, event"),
    ('date_field = "REFDATE"', "", "section referral is an event and has no date_field"),
    ('date_field = "REFDATE"', 'date_field = "REFDAT"', "there is no field 'REFDAT'"),
    ('date_field = "REFDATE"', 'date_field = "DISD"', "'DISD' is no field of the section referral"),
    ('date_field = "REFDATE"', 'date_field = "REFERID"', "'REFERID', the date_field of referral, is no date"),
    ('closed = "DISD"', 'closed = "DISCHARGED"', "closed: there is no field 'DISCHARGED'"),
    ('"EPISODID", "CONSENT"]', '"EPISODEID", "CONSENT"]', "carries: there is no field 'EPISODEID'"),
    ('carries = ["CLIENTID", ', 'carries = [1, "CLIENTID", ', "carries: a list of texts is needed"),
    ('consented = ["Y"]', 'consented = "Y"', "consented: a list of texts is needed"),
    ('consented = ["Y"]', "", "there is a consent field but no values.consented"),
    ('PC = "postcode_part"', 'PC = "first_half"', "shortened.PC names 'first_half', which is none of postcode_part"),
    ('PC = "postcode_part"', 'POSTCODE = "postcode_part"', "POSTCODE: there is no field 'POSTCODE'"),
    ("[submission]", "[submissions]", "submission: a table is needed"),
    ('format = "csv"', 'format = "xls"', "submission.format: 'xls' is none of csv, xml"),
    ('calendar = "ndtms"', 'calendar = "wales"', "submission.calendar: 'wales' is none of ndtms, smds-wales"),
    ('after_period = "hold"', 'after_period = "keep"', "submission.after_period: 'keep' is none of hold, send"),
    ('quoting = "minimal"', 'qouting = "minimal"', "submission.quoting: a text is needed"),
    ('quoting = "minimal"', 'quoting = "minimal"\nsep = ";"', "submission.sep: this is not a key of a standard"),
    ('["CPLANDT", "DISD"]', '["CPLANDT", "DISCH"]', "extracted_when: there is no field 'DISCH'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "severity", "graver"),
    [
        ("lists_not_judged", "notice", "error"),
        ("lists_not_judged", "notice", "warning"),
        ("zeros_lost", "warning", "error"),
    ],
)
def test_what_is_said_of_a_whole_file_alone_stands_in_no_returns_way(
    pack: Path, pattern: str, severity: str, graver: str
) -> None:
    path = pack / "rules.csv"
    row = next(line for line in path.read_text(encoding="utf-8").splitlines() if f",{pattern}," in line)
    line = replace_text(path, row, row.replace(f",{severity},", f",{graver},", 1))
    sentence = refusal(pack)
    assert f"rules.csv, line {line}: " in sentence and f"what {pattern} says of a whole file is no {graver}" in sentence


@pytest.mark.parametrize(("old", "new", "reason"), TOML)
def test_a_key_of_the_standard_that_cannot_be(pack: Path, old: str, new: str, reason: str) -> None:
    replace_text(pack / "standard.toml", old, new)
    assert reason in refusal(pack)
    assert "ndtms_cjit_p/standard.toml" in refusal(pack) or "fields.csv" in refusal(pack)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('edition = "P"', "edition = 4"),
        ('closed = "DISD"', 'closed = "DISCHARGED"'),
        ('quoting = "minimal"', 'quoting = "minimal"\nsep = ";"'),
    ],
)
def test_the_line_of_a_wrong_key_is_told(pack: Path, old: str, new: str) -> None:
    line = replace_text(pack / "standard.toml", old, new) + new.count("\n")
    assert f"standard.toml, line {line}: " in refusal(pack)


def test_a_list_that_is_known_needs_its_codes_and_an_unknown_one_may_have_labels(pack: Path) -> None:
    assert STANDARD.code_lists["closure_reason"].labels[0] == "Care plan objectives completed - Drug free"
    (pack / "codes" / "closure_reason.csv").unlink()
    assert load_standard(pack).code_lists["closure_reason"].labels == ()
    (pack / "codes" / "religion.csv").unlink()
    assert "codes/religion.csv: the file is missing" in refusal(pack)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder where a site's own standards go."""
    folder = tmp_path / "installed"
    monkeypatch.setattr(catalogue, "installed_folder", lambda: folder)
    catalogue.load.cache_clear()
    yield folder
    catalogue.load.cache_clear()


def test_the_shipped_standard_is_there_without_anything_installed(installed: Path) -> None:
    assert catalogue.available() == SHIPPED_IDS
    assert catalogue.editions() == ["ndtms-cjit-p", "ndtms-r", "smds-wales"]
    assert catalogue.folder_of("ndtms-cjit-p") == SHIPPED
    assert catalogue.load() == STANDARD


@pytest.mark.parametrize("name", ["nhs", "", "ndtms-cjit-q", "../ndtms-cjit-p", "/etc", "ndtms-cjit-p/", "*"])
def test_an_unknown_standard_is_refused_with_those_there_are(installed: Path, name: str) -> None:
    with pytest.raises(Problem) as caught:
        catalogue.load(name)
    assert str(caught.value) == f"There is no standard '{name}': there are {', '.join(SHIPPED_IDS)}."


def test_what_a_site_installs_goes_before_what_is_shipped(installed: Path) -> None:
    own = shutil.copytree(SHIPPED, installed / "ndtms_cjit_p")
    replace_text(own / "standard.toml", 'edition = "P"', 'edition = "P with our lists"')
    change_cell(own / "codes" / "lists.csv", "ethnicity", "status", "site")
    shutil.copytree(SHIPPED, installed / "ours")
    assert catalogue.available() == sorted([*SHIPPED_IDS, "ours"])
    standard = catalogue.load("ndtms-cjit-p")
    assert (standard.edition, standard.code_lists["ethnicity"].status) == ("P with our lists", "site")


def test_a_malformed_pack_that_was_installed_is_told_and_nothing_else_takes_its_place(installed: Path) -> None:
    own = shutil.copytree(SHIPPED, installed / "ndtms_cjit_p")
    (own / "rules.csv").unlink()
    with pytest.raises(PackError, match=r"rules\.csv: the file is missing"):
        catalogue.load("ndtms-cjit-p")


def test_a_pack_is_data_and_never_runs(pack: Path, tmp_path: Path) -> None:
    for name in ("__init__.py", "standard.py", "rules.py"):
        (pack / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    load_standard(pack)
    assert not (tmp_path / "ran").exists()


def test_a_standard_that_does_not_say_what_may_be_carried_carries_nothing(pack: Path) -> None:
    path = pack / "fields.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name in rows[0] if name != "carried"], lineterminator="\n")
    writer.writeheader()
    writer.writerows([{name: cell for name, cell in row.items() if name != "carried"} for row in rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    assert any(field.carried for field in STANDARD.fields)
    assert not any(field.carried for field in load_standard(pack).fields)


@pytest.mark.parametrize("name", SHIPPED_IDS)
def test_a_standard_that_carries_something_tells_what_nobody_confirmed(name: str) -> None:
    """Of R the checklist counted what was taken over, and no notice led there."""
    its = catalogue.load(name)
    told = any(row.pattern == "carried_over" for rule in its.rules for row in rule.rows)
    assert told is any(field.carried for field in its.fields)
    assert not [field.header for field in its.fields if field.carried and field.label.startswith("Previously treated")]
