"""An extract goes out: the sample's own cells, nothing of those who did not consent, whole or not at all."""

import csv
import errno
import hashlib
import io
import json
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from exporters.checks.caseload import check_caseload
from exporters.csv_format import selection
from exporters.csv_format.writing import RowWriter
from exporters.extracts import rows, writing
from exporters.extracts.otherwise import otherwise
from exporters.extracts.rows import file_name
from exporters.extracts.writing import export_numbered, export_submission, told_as_text
from exporters.formats.base import Taking
from exporters.work import Work
from store.disk import doctor, files
from store.facts import Who
from store.findings import acceptances, queries
from store.month import calendar, extracts
from store.records import agencies, bulk_load
from store.unit_of_work import UnitOfWork
from tests.exporters.desks import Desk
from tests.exporters.extracts import HEADERS, NOW, SAMPLE, STANDARD, TODAY, read, referral, row, visit, withheld
from tests.stores import ask
from validators.calendar.periods import reporting_period
from validators.problems import Problem
from validators.records import EpisodeRecord, Event, Severity
from validators.rules.checker import Checker
from validators.standard.model import Standard

GOLDEN = Path(__file__).parent / "golden"
NAME = "T0123-20190101-20201231-CJIT-P.csv"
CARRIED = ("CLIENTID", "AGNCY", "EPISODID", "CONSENT")
KEYS = ["submission", "agency", "period_start", "period_end", "deadline"]
KEYS += ["file", "sha256", "rows", "episodes", "no_consent", "left_out", "held_back"]
KEYS += ["left_out_with_errors", "with_errors", "mismatches", "drafts", "errors", "warnings"]
KEYS += ["accepted", "load_percent", "data_quality_percent", "ready", "not_ready_because"]


def formatted(**changes: Any) -> Standard:
    return replace(STANDARD, submission=replace(STANDARD.submission, **changes))


ODD = ["a,b", 'say "no"', "two\nlines", "two\r\nlines", "back\rslash", " ", "'", ";", "\t", "é", "", ",", '"']


@pytest.mark.parametrize("line_ending", ["crlf", "lf"])
@pytest.mark.parametrize("quoting", ["all", "minimal"])
def test_a_row_is_written_as_the_csv_module_writes_it(line_ending: str, quoting: str) -> None:
    standard = formatted(line_ending=line_ending, quoting=quoting)
    records = [EpisodeRecord({"CLIENT": text}, {"CONSENT": "Y", "EPISODID": str(n)}) for n, text in enumerate(ODD)]
    records += [
        EpisodeRecord(one.client, one.episode, (Event("referral", referral(REFERID=text)),))
        for one in records
        for text in ODD
    ]
    ours, theirs = io.BytesIO(), io.StringIO(newline="")
    rows = RowWriter(standard, ours)
    plain = csv.writer(
        theirs,
        quoting=csv.QUOTE_ALL if quoting == "all" else csv.QUOTE_MINIMAL,
        lineterminator="\r\n" if line_ending == "crlf" else "\n",
    )
    plain.writerow(standard.columns)
    for record in records:
        rows.write(record)
        for own in [event.values for event in record.events] or [{}]:
            values = {**record.client, **record.episode, **own}
            plain.writerow([values.get(header, "") for header in standard.columns])
    rows.finish()
    assert ours.getvalue().decode(standard.submission.encoding) == theirs.getvalue()


def test_the_sample_comes_back_cell_by_cell(desk: Desk) -> None:
    desk.take(SAMPLE)
    receipt = desk.send()
    given = read(SAMPLE)
    expected = [dict(each) for line, each in enumerate(given, 2) if line not in (19, 91, 113)]
    for each in given[3:6]:
        assert each["PC"] == "SR1 3AB"
    for each in expected:
        each["PC"] = each["PC"].removesuffix("AB")
        each["CMSID"] = selection.SOFTWARE if each["CONSENT"] == "Y" else ""
    written = read(receipt.file)
    assert written == expected and tuple(written[0]) == HEADERS
    assert [(one.episode, one.why) for one in receipt.left_out] == [
        (given[17]["EPISODID"], "closed before the base date 2019-01-01"),
        (given[89]["EPISODID"], "neither a caseload start nor a closure"),
        (given[111]["EPISODID"], "begun after the end of the reporting period 2020-12-31"),
    ]
    assert receipt.held_back == [] and receipt.file.name == NAME


def test_the_receipt_accounts_for_the_file(desk: Desk) -> None:
    desk.take(SAMPLE)
    receipt = desk.send()
    data = receipt.file.read_bytes()
    told = receipt.as_mapping()
    assert list(told) == [*KEYS, "audit"]
    assert told["sha256"] == hashlib.sha256(data).hexdigest() and told["file"] == str(desk.folder / "out" / NAME)
    assert (told["rows"], told["episodes"], told["no_consent"]) == (186, 117, 3)
    assert (told["errors"], told["warnings"], told["ready"]) == (9, 1, False)
    assert told["not_ready_because"] == receipt.not_ready_because and receipt.not_ready_because == [
        "9 errors: what is concerned would not load",
        "left out with errors: 2",
        "1 warning, neither mended nor accepted",
    ]
    assert stat.S_IMODE(receipt.file.stat().st_mode) == 0o600
    kept = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))
    assert [(one.sha256, one.rows, one.file_name, one.made_by) for one in kept] == [(told["sha256"], 186, NAME, "ann")]
    assert dict(kept[0].receipt) == json.loads(json.dumps(told | {"gone_by": receipt.gone_by}))
    assert b"".join(ask(desk.store, extracts.text, kept[0].id)) == data
    text = "\n".join(told_as_text(receipt))
    assert str(told["sha256"]) in text and "Not ready: 9 errors" in text and desk.left() == [NAME]
    assert "  agency T0123, 1 January 2019 to 31 December 2020, due by 12 January 2021\n" in text
    assert "  open mismatches against what was sent before: 0\n" in text
    # Left out with the client's reference, each reason once.
    name, why, its = receipt.left_out[0]
    assert f"    {why}: 1\n      {receipt.reference_of(its)}, {name}\n" in text and receipt.reference_of(its)


def test_a_clean_return_is_ready(desk: Desk) -> None:
    desk.take([row() | visit(), row() | referral(), withheld("2")])
    receipt = desk.send()
    assert receipt.as_mapping()["ready"] is True and receipt.tally.load_percent == 100.0
    assert list(told_as_text(receipt))[-1] == "Ready to be sent."


def test_an_existing_file_is_kept_and_nothing_is_recorded(desk: Desk) -> None:
    desk.take([row()])
    target = desk.send().file
    before, links = target.read_bytes(), desk.links()
    desk.take([row("2")])
    links = desk.links()
    with pytest.raises(Problem, match=r"is there already: move it away, or write a second one .* --out"):
        desk.send()
    assert target.read_bytes() == before and desk.links() == links and desk.left() == [NAME]
    second = desk.folder / "second"
    assert desk.send(out=second).file == second / NAME


def test_half_an_extract_that_a_killed_program_left_is_named_and_the_next_file_clears_it(desk: Desk) -> None:
    desk.take([row()])
    left = desk.send("2020-11").file.with_name(".another.csv.0123456789ab.new")
    left.write_bytes(b"somebody's row, in the clear")
    told = {check.name: check for check in ask(desk.store, doctor.examine)}["half-made copies"]
    assert not told.ok and f"{left}. Delete it: records are in it, readable." in told.message
    desk.send("2020-12")
    assert not left.exists()
    assert {check.name: check for check in ask(desk.store, doctor.examine)}["half-made copies"].ok


def test_a_file_that_appears_meanwhile_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take([row()])
    links, usual = desk.links(), extracts.keep

    def keep(*arguments: Any) -> Any:
        (desk.folder / "out" / NAME).write_text("theirs", encoding="utf-8")
        return usual(*arguments)

    monkeypatch.setattr(extracts, "keep", keep)
    with pytest.raises(Problem, match="is there already"):
        desk.send()
    assert (desk.folder / "out" / NAME).read_text(encoding="utf-8") == "theirs"
    assert desk.left() == [NAME] and desk.links() == links


def test_two_who_write_a_month_at_the_same_moment_each_have_a_file_of_theirs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found the same name free, and the one who was slower was told to use an option of the command."""
    desk.take([row()])
    out, usual = desk.folder / "out", rows.write_rows
    given = (desk.store, Work(ask(desk.store, agencies.one), STANDARD, TODAY), "2020-12", out)
    out.mkdir()

    def slower(*arguments: Any) -> Any:
        monkeypatch.setattr(writing, "write_rows", usual)
        export_numbered(*given, Who("kim", NOW))
        return usual(*arguments)

    monkeypatch.setattr(writing, "write_rows", slower)
    receipt = export_numbered(*given, Who("ann", NOW))
    second = NAME.replace(".csv", "-2.csv")
    assert receipt.file == out / second and sorted(desk.left()) == sorted([NAME, second])
    kept = ask(desk.store, extracts.listed, given[1].agency)
    assert [(one.made_by, one.file_name) for one in kept] == [("kim", NAME), ("ann", second)]


def stop(*_: object) -> NoReturn:
    raise Problem("The store stopped.")


def full(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def cut(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("place", "name", "fault", "expected"),
    [
        (extracts, "keep", stop, Problem),
        (UnitOfWork, "finish", stop, Problem),
        (UnitOfWork, "finish", full, Problem),
        (UnitOfWork, "finish", cut, KeyboardInterrupt),
        (RowWriter, "_put", full, Problem),
        (RowWriter, "write", cut, KeyboardInterrupt),
        (files, "sync", full, Problem),
        (files, "make", full, Problem),
    ],
    ids=["recording", "finishing", "disk full finishing", "stopped", "disk full", "stopped early", "sync", "temporary"],
)
def test_what_fails_leaves_neither_file_nor_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: Any, expected: type[BaseException]
) -> None:
    desk.take([row() | visit(), row("2")])
    links = desk.links()
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fault)
        with pytest.raises(expected) as caught:
            desk.send()
    assert "\n" not in str(caught.value) and (fault is not full or "free some space" in str(caught.value))
    assert (
        desk.left() == []
        and desk.links() == links
        and ask(desk.store, extracts.listed, ask(desk.store, agencies.one)) == []
    )
    assert desk.send().tally.rows == 2


def test_a_folder_that_is_none_is_refused(desk: Desk) -> None:
    desk.take([row()])
    (desk.folder / "plain").write_text("", encoding="utf-8")
    for name in ("nowhere", "plain"):
        with pytest.raises(Problem, match=r"is not a folder: make it first, or name another one with --out"):
            export_submission(
                desk.store,
                Work(ask(desk.store, agencies.one), STANDARD, TODAY),
                "2020-12",
                desk.folder / name,
                Who("ann", NOW),
            )


def test_the_bytes_of_a_small_store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SOFTWARE", "Keywork 0.0.0")
    desk.take(
        [
            row(PC="SR1 3AB", CLIENT="Zoë, “2nd”") | visit("1"),
            row(PC="SR1 3AB", CLIENT="Zoë, “2nd”") | referral("1") | visit("2", SUBMODDT="20210102"),
            row("2", CONSENT="N"),
            row("3", CONSENT=""),
            row("4", CLIENT='say "four"\nand five', ALCDDAYS="31", DISD="20210105", CJDISRSN="1"),
            row("5", CPLANDT="20181101", DISD="20181231"),
            withheld("6"),
            row("7", EPISODID="e7", PC=" NE1 4"),
        ]
    )
    receipt = desk.send()
    assert receipt.file.read_bytes() == (GOLDEN / NAME).read_bytes()
    told = {**receipt.as_mapping(), "file": receipt.file.name}
    assert re.fullmatch(r"18:[0-9a-f]{16}", str(told.pop("audit"))), "the row of the audit before it, salted"
    assert told == json.loads((GOLDEN / "receipt.json").read_text(encoding="utf-8"))


def test_headings_that_changed_places_with_a_new_letter_stand_in_the_old_one_as_they_did(desk: Desk) -> None:
    desk.take([row(DRUG1="1101", DRUG2="7000")])
    before = replace(STANDARD, held_in={"DRUG1": "DRUG2", "DRUG2": "DRUG1"})
    (its,) = read(desk.send(standard=before).file)
    assert (its["DRUG1"], its["DRUG2"]) == ("7000", "1101")


def test_encoding_line_ends_and_quotes_are_the_standards(desk: Desk) -> None:
    desk.take([row(CLIENT="Zoë")])
    usual = desk.send(out=desk.folder / "usual").file.read_bytes()
    assert usual.startswith(b"CLIENTID,FINITIAL,") and usual.count(b"\r\n") == 2 and "Zoë".encode() in usual
    changed = formatted(encoding="utf-8-sig", line_ending="lf", quoting="all", file_name="{edition}_{agency}_{to}.csv")
    receipt = desk.send(standard=changed)
    other = receipt.file.read_bytes()
    assert receipt.file.name == "P_T0123_20201231.csv" and receipt.sha256 == hashlib.sha256(other).hexdigest()
    assert other.startswith(b'\xef\xbb\xbf"CLIENTID","FINITIAL",') and other.count(b"\n") == 2 and b"\r" not in other
    legacy = desk.send(standard=formatted(encoding="cp1252"), out=desk.folder / "legacy").file.read_bytes()
    assert "Zoë".encode("cp1252") in legacy and legacy.decode("cp1252") == usual.decode()


@pytest.mark.parametrize(
    ("agency", "part"), [("A/01", "A_01"), ("../..", "_____"), ("é \n", "___"), ("a-b", "a_b"), ("\\x\0", "_x_")]
)
def test_the_file_name_is_safe(agency: str, part: str) -> None:
    name = file_name(STANDARD, agency, reporting_period("ndtms", "2023-06"))
    assert name == f"{part}-20210101-20230714-CJIT-P.csv"


def test_an_agency_with_a_stroke_is_written_into_the_folder(desk: Desk) -> None:
    with desk.store.writing(Who("ann", NOW)) as work:
        agency = agencies.ensure(work, "../A/1", STANDARD.id)
        given = row(AGNCY="../A/1")
        bulk_load.load(
            work, agency, [EpisodeRecord({name: given[name] for name in STANDARD.headers_by_level["client"]}, given)]
        )
    receipt = desk.send()
    assert receipt.file.parent == desk.folder / "out" and desk.left() == ["___A_1-20190101-20201231-CJIT-P.csv"]
    assert read(receipt.file)[0]["AGNCY"] == "../A/1"


def test_each_agency_has_its_own_extract(desk: Desk) -> None:
    desk.take([row(), row("2")])
    desk.take([row("3", AGNCY="T0009")], taking=Taking(new_agency=True))
    with pytest.raises(Problem, match="--agency"):
        desk.send()
    assert [desk.send(agency=code).tally.rows for code in ("T0123", "T0009")] == [2, 1]
    assert len(desk.left()) == 2


def test_a_return_whose_warnings_are_accepted_is_ready_with_them(desk: Desk) -> None:
    rows = [row(str(number), PARENT="Y", PRNTSTAT="") for number in range(2)]
    desk.take(rows)
    agency = ask(desk.store, agencies.one)
    refused = desk.send()
    assert refused.standing == "not ready: 2 warnings, neither mended nor accepted"
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    warnings = ask(desk.store, queries.findings, agency, severity=Severity.WARNING)
    with desk.store.writing(Who("ann", NOW)) as work:
        acceptances.accept(work, warnings, "they live with their mother")
    receipt = desk.send(out=desk.folder / "again")
    told = receipt.as_mapping()
    assert (told["warnings"], told["accepted"], told["ready"], told["not_ready_because"]) == (2, 2, True, [])
    assert receipt.standing == "ready with 2 accepted warnings"
    lines = list(told_as_text(receipt))
    assert lines[4].endswith("data quality 0.0 % (100 % without 2 accepted) (our estimate)")
    assert lines[-1] == "Ready with 2 accepted warnings."


def test_a_file_written_by_the_edition_before_is_to_be_written_anew(desk: Desk) -> None:
    """By whoever had a client open while another came."""
    desk.take([row("1")])
    before = replace(STANDARD, rules=STANDARD.rules[1:])
    desk.send(standard=before)
    agency = ask(desk.store, agencies.one)
    with desk.store.reading() as snapshot:
        (kept,) = extracts.listed(snapshot, agency)
        period = calendar.of_agency(snapshot, agency).entry("2020-12").period
        assert "edition" in otherwise(snapshot, agency, STANDARD, period, kept)
        assert otherwise(snapshot, agency, before, period, kept) == ""
