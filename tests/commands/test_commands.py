"""Every command does its work, says so on stdout, and leaves with the right code."""

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.commands.running import ROOT, SAMPLE_FILE, TODAY, Outcome, Place, call, copied, program
from tests.exporters.extracts import EXPECTED, HEADERS, STANDARD, read, row, visit, write
from validators.standard.catalogue import SHIPPED, load

EXPORT = ("--submission", "2020-12", *TODAY)
NAME = "T0123-20190101-20201231-CJIT-P.csv"


def well(outcome: Outcome, code: int = 0) -> str:
    """What a command said that had nothing else to say."""
    assert (outcome.code, outcome.err) == (code, ""), outcome
    return outcome.out


def test_check_tells_findings_as_text() -> None:
    lines = well(call("check", SAMPLE_FILE, *TODAY), 1).splitlines()
    assert lines[-2:] == [
        "189 rows, 120 episodes: 15 errors, 1 warning, 106 notices",
        "load 90.4 %, data quality 99.4 % (our estimate)",
    ]
    assert "error   line 5: Postcode is not a part postcode such as NW7 3 [rule 28] (PC 'SR1 3AB')" in lines
    assert len(lines) == 124


def test_check_tells_findings_as_json() -> None:
    told = json.loads(well(call("check", SAMPLE_FILE, *TODAY, "--format", "json"), 1))
    assert (told["rows"], told["errors"], told["load_percent"]) == (189, 15, EXPECTED["load_percent"])
    assert len(told["findings"]) == 122


def test_check_tells_findings_as_csv(tmp_path: Path) -> None:
    told = list(csv.DictReader(io.StringIO(well(call("check", SAMPLE_FILE, *TODAY, "--format", "csv"), 1))))
    assert len(told) == 122
    faulty = [one for one in told if one["severity"] != "notice"]
    assert {key: faulty[0][key] for key in ("severity", "rule", "line", "field")} == {
        "severity": "error",
        "rule": "28",
        "line": "5",
        "field": "PC",
    }
    path = write(tmp_path, [row(EPISODID="=1+1", PC="wrong")])
    assert "'=1+1" in well(call("check", path, *TODAY, "--format", "csv"), 1)


def test_check_of_a_clean_file_leaves_with_0(tmp_path: Path) -> None:
    path = write(tmp_path, [row(), row("2", DISABLE1="99")])
    assert "load 100.0 %" in well(call("check", path, *TODAY))


def test_check_judges_by_a_submission_when_one_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, [row(REFLD="20210105", TRIAGED="20210105", CPLANDT="20210105")])
    assert "[period]" not in well(call("check", path, *TODAY))
    assert "[period]" in well(call("check", path, *TODAY, "--submission", "2020-12"))


def test_check_of_a_store(filled: Place) -> None:
    told = json.loads(well(call("check", *filled.options, *TODAY, "--format", "json"), 1))
    assert (told["rows"], told["episodes"], told["findings"][1]["line"]) == (189, 120, None)
    assert {"28", "84"}.isdisjoint(f["rule"] for f in told["findings"] if f["severity"] == "error")


def test_import_says_what_came_in_and_that_a_key_was_made(place: Place) -> None:
    first = call("import", SAMPLE_FILE, *place.options)
    assert first.code == 0 and "New: 120 clients, 120 episodes, 160 events" in first.out
    assert first.err.splitlines() == [
        f"A key for the store was made at {place.key}: keep a copy of it, without it the store is lost."
    ]
    again = well(call("import", SAMPLE_FILE, *place.options))
    assert again.splitlines()[-3:-1] == ["Episodes as known before: 120", "Nothing to change."]


def test_import_leaves_with_1_when_rows_were_left_out(place: Place) -> None:
    path = write(place.folder, [row(), row("2", EPISODID="")])
    outcome = call("import", path, *place.options)
    assert outcome.code == 1 and "line 3: EPISODID is missing" in outcome.out and place.episodes() == 1


def test_a_dry_run_makes_nothing(place: Place) -> None:
    path = write(place.folder, [row() | visit()])
    before = place.contents()
    out = well(call("import", path, "--dry-run", *place.options))
    assert "New: 1 client, 1 episode, 1 event (nothing was written)" in out and place.contents() == before


def test_import_takes_differences_with_update(place: Place) -> None:
    call("import", write(place.folder, [row()]), *place.options)
    path = write(place.folder, [row(PC="NE8 1")])
    out = well(call("import", path, *place.options))
    assert "not taken (--update takes them)" in out and "line 2: PC: store 'NE1 4', file 'NE8 1'" in out
    assert "Records changed: 1" in well(call("import", path, "--update", *place.options))
    assert "Nothing to change." in well(call("import", path, *place.options))


def test_all_or_nothing_makes_no_store(place: Place) -> None:
    path = write(place.folder, [row(), row("2", EPISODID="")])
    before = place.contents()
    assert "was not imported" in call("import", path, "--all-or-nothing", *place.options).sentence
    assert place.contents() == before


def test_export_writes_the_file_and_tells_the_receipt(filled: Place) -> None:
    out = well(call("export", *filled.options, *EXPORT, "--out", filled.out, "--format", "json"), 1)
    told = json.loads(out)
    path = Path(told["file"])
    assert path == filled.out / NAME and told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (told["rows"], len(told["left_out"]), told["ready"]) == (186, 3, False)
    sentence = call("export", *filled.options, *EXPORT, "--out", filled.out).sentence
    assert "is there already" in sentence and "--out" in sentence


def test_export_of_a_clean_return_leaves_with_0(place: Place) -> None:
    call("import", write(place.folder, [row(DISD="20210105", CJDISRSN="1") | visit()]), *place.options)
    lines = well(call("export", *place.options, *EXPORT, "--out", place.out)).splitlines()
    assert lines[0] == f"Submission 2020-12: {place.out / NAME}" and lines[-1] == "Ready to be sent."
    assert "  held back, 2:" in lines
    assert call("check", place.out / NAME, *TODAY, "--submission", "2020-12").code == 0


def test_the_file_of_an_export_is_named_absolutely(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(filled.folder)
    out = call("export", *filled.options, *EXPORT, "--out", ".", "--format", "json").out
    assert json.loads(out)["file"] == str(filled.folder.resolve() / NAME)


def test_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate(("7", "7", "8")):
        place = Place(tmp_path / str(number))
        place.folder.mkdir()
        made = call("sample", "--clients", "30", "--seed", seed, "--faults", *TODAY, *place.options)
        assert made.code == 0 and "30 synthetic clients" in made.out
        call("export", *place.options, *EXPORT, "--out", place.out)
        written.append(next(place.out.iterdir()).read_bytes())
    assert written[0] == written[1] != written[2]


def test_sample_leaves_a_filled_store_alone(filled: Place) -> None:
    assert "is not empty: name a new one with --store" in call("sample", "--clients", "3", *filled.options).sentence
    assert filled.episodes() == 120


def test_backup_and_restore_bring_the_same_back(filled: Place, tmp_path: Path) -> None:
    copy = filled.folder / "copy.db"
    assert str(copy) in well(call("backup", copy, *filled.options))
    assert "There is a file at" in call("backup", copy, *filled.options).sentence
    assert "There is a store at" in call("restore", copy, *filled.options).sentence
    other = Place(tmp_path / "other")
    other.folder.mkdir()
    shutil.copy2(filled.key, other.key)
    assert "brought back from" in well(call("restore", copy, *other.options))
    for place in (filled, other):
        call("export", *place.options, *EXPORT, "--out", place.out)
    assert (filled.out / NAME).read_bytes() == (other.out / NAME).read_bytes() and other.episodes() == 120


def test_doctor_says_what_is_well_and_what_is_not(filled: Place) -> None:
    lines = well(call("doctor", *filled.options)).splitlines()
    assert len(lines) == 12 and all(line.startswith("well  ") for line in lines)
    connection = filled.raw()
    connection.execute("UPDATE audit SET person='somebody else' WHERE number=7")
    connection.close()
    lines = well(call("doctor", *filled.options), 1).splitlines()
    assert [line for line in lines if not line.startswith("well")] == [
        "WRONG audit: Row 7 does not hold: the row, or the one before it, was altered. Restore a backup.",
        "WRONG records: Not compared with such an audit.",
    ]


def test_doctor_compares_with_what_a_receipt_says(filled: Place) -> None:
    receipt = json.loads(call("export", *filled.options, *EXPORT, "--out", filled.out, "--format", "json").out)
    assert receipt["audit"] and receipt["audit"] not in well(call("doctor", *filled.options)), "the export is since"
    told = well(call("doctor", *filled.options, "--noted", receipt["audit"]))
    assert f"well  what was noted: The audit has {receipt['audit']}" in told
    number, _, digest = receipt["audit"].partition(":")
    other = f"{number}:{digest[::-1]}"
    assert "an older file or log was put back" in well(call("doctor", *filled.options, "--noted", other), 1)
    assert "copy it from a receipt" in call("doctor", *filled.options, "--noted", "7").sentence


def test_a_truncated_store_is_told_to_be_restored_not_examined_again(filled: Place) -> None:
    whole = Path(filled.store).read_bytes()
    for size in (len(whole) - 1000, len(whole) - 8192, len(whole) // 2 // 4096 * 4096, 5000, 10):
        Path(filled.store).write_bytes(whole[:size])
        done = call("doctor", *filled.options)
        told = done.out + done.err
        assert done.code and "estore a backup" in told and "run keywork doctor" not in told, (size, told)


def test_standards_are_listed() -> None:
    assert well(call("standards", "list")).startswith("ndtms-cjit-p  NDTMS criminal justice (CJIT) data set P; code")


def test_a_standard_is_shown_as_text() -> None:
    out = well(call("standards", "show", "ndtms-cjit-p"))
    assert "Rule 93: Pregnancy and sex (notice)" in out and "DISABLE3" in out


def test_a_standard_is_shown_in_the_shape_others_rely_on() -> None:
    told = json.loads(well(call("standards", "show", "ndtms-cjit-p", "--format", "json")))
    assert {"id", "title", "edition", "sections", "fields", "codes", "rules"} <= told.keys()
    assert told["id"] == "ndtms-cjit-p" and told["edition"] == "P"
    assert [item["header"] for item in told["fields"]] == list(HEADERS)
    assert {"column", "header", "section", "label", "layout", "rules", "codes"} <= told["fields"][0].keys()
    by_header = {item["header"]: item for item in told["fields"]}
    assert by_header["DOB"]["column"] == 4 and {"3", "6"} <= set(by_header["DOB"]["rules"])
    assert by_header["DOB"]["codes"] is None and by_header["SEX"]["codes"] in told["codes"]
    for code_list in told["codes"].values():
        assert code_list["status"] in ("published", "unverified", "unknown", "site") and "source" in code_list
        assert all({"code", "label"} == value.keys() for value in code_list["values"])
    assert [rule["rule"] for rule in told["rules"]] == [rule.id for rule in STANDARD.rules]
    for rule in told["rules"]:
        assert {"rule", "severities", "message", "help", "source", "reading"} <= rule.keys()
        assert set(rule["severities"]) <= {"error", "warning", "notice"} and rule["severities"], rule["rule"]


def test_a_standard_is_installed_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SHIPPED / "ndtms_cjit_p", folder)
    settings = folder / "standard.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("data set P", "our own P"), encoding="utf-8")
    try:
        assert "ndtms-cjit-p: installed in" in well(call("standards", "install", folder))
        assert "NDTMS criminal justice (CJIT) our own P" in well(call("standards", "list"))
        settings.write_text("id = 4", encoding="utf-8")
        assert "pack/standard.toml" in call("standards", "install", folder).sentence
        assert "our own P" in well(call("standards", "list"))
    finally:
        load.cache_clear()


@pytest.mark.parametrize("url", ["postgresql://host/keywork", "sqlite:///keywork.db", "file:keywork.db"])
def test_a_store_at_an_address_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = f"The store cannot be a {url.partition(':')[0]} address, not yet: name a file on this computer."
    assert call("doctor", "--store", url).sentence == expected
    assert call("import", SAMPLE_FILE, "--store", url).sentence == expected
    monkeypatch.setenv("KEYWORK_STORE", url)
    assert call("doctor").sentence == expected


@pytest.mark.parametrize("command", [("check", SAMPLE_FILE), ("export", "--out", ".")])
def test_the_july_submission_names_the_two_that_cover_it(filled: Place, command: tuple[str, ...]) -> None:
    options = filled.options if command[0] == "export" else ()
    sentence = call(*command, *options, "--submission", "2023-07").sentence
    assert sentence.startswith("There is no submission 2023-07") and "2023-06" in sentence and "2023-08" in sentence


def test_store_and_key_are_found_through_the_environment(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYWORK_STORE", str(filled.store))
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(filled.key))
    assert call("doctor").code == 0


def test_several_agencies_ask_for_a_choice(filled: Place) -> None:
    call("import", write(filled.folder, [row(AGNCY="T0009")]), "--new-agency", *filled.options)
    sentence = call("check", *filled.options).sentence
    assert "T0123" in sentence and "T0009" in sentence and "--agency" in sentence
    assert json.loads(call("check", *filled.options, "--agency", "T0009", "--format", "json").out)["episodes"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sing",),
        ("check",),
        ("check", SAMPLE_FILE, "--store", "x"),
        ("check", SAMPLE_FILE, "--today", "10/01/2021"),
        ("check", SAMPLE_FILE, "--format", "xml"),
        ("export",),
        ("export", "--out", ".", "--submission", "2020-13"),
        ("sample", "--clients", "0"),
        ("standards", "show", "x"),
        ("standards", "show", "ndtms-cjit-p", "--format", "csv"),
    ],
    ids=" ".join,
)
def test_a_command_that_makes_no_sense_is_one_sentence(arguments: tuple[str, ...], filled: Place) -> None:
    options = filled.options if arguments[:1] == ("export",) else ()
    assert call(*arguments, *options).sentence


def test_help_is_given() -> None:
    assert "Check an extract" in well(call("check", "--help")) and "standards" in well(call("--help"))


def test_the_program_itself(place: Place, template: Place) -> None:
    """The same through a process of its own: output, talk and codes."""
    assert program("check", SAMPLE_FILE, *TODAY) == call("check", SAMPLE_FILE, *TODAY)
    assert program("check").sentence == call("check").sentence
    filled = copied(template, place.folder)
    assert program("export", *filled.options, *EXPORT, "--out", ".", cwd=filled.out).code == 1
    written = read(filled.out / NAME)
    assert len(written) == 186 and (ROOT / "tui" / "cli" / "main.py").exists()
