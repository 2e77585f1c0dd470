"""A file is checked: the sample gives what it must however its rows lie, and odd shapes are told by line."""

import json
import random
from pathlib import Path

import pytest

from exporters.checks.file_check import Findings, Report, as_json
from tests.exporters.extracts import (
    EXPECTED,
    HEADERS,
    SAMPLE,
    STANDARD,
    Row,
    check,
    read,
    referral,
    row,
    table,
    told,
    visit,
    withheld,
    write,
)
from validators.records import Finding, Severity

KEYS = ["standard", "rows", "episodes", "errors", "warnings", "notices", "load_percent", "data_quality_percent"]
FINDING_KEYS = ["severity", "rule", "field", "fields", "line", "lines", "episode", "message", "values"]


def as_expected(finding: Finding) -> dict[str, object]:
    return {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "fields": list(finding.fields),
        "line": finding.line,
        "lines": list(finding.lines),
    }


def weighty(report: Report) -> list[dict[str, object]]:
    return [as_expected(finding) for finding in report.findings if finding.severity is not Severity.NOTICE]


def test_the_sample_gives_exactly_the_expected_findings() -> None:
    report = check(SAMPLE)

    def placed(item: dict[str, object]) -> str:
        return json.dumps([item["line"], item["rule"]])

    assert sorted(weighty(report), key=placed) == sorted(EXPECTED["errors_and_warnings"], key=placed)
    tally = report.tally
    assert (tally.rows, tally.episodes) == (EXPECTED["rows"], EXPECTED["episodes"])
    assert (tally.load_percent, tally.data_quality_percent) == (
        EXPECTED["load_percent"],
        EXPECTED["data_quality_percent"],
    )
    assert tally.errors == 15 and tally.warnings == 1 and tally.no_consent == 3


def test_the_json_has_the_shape_that_others_rely_on() -> None:
    report = check(SAMPLE)
    told_ = json.loads("".join(as_json(report)))
    assert list(told_) == [*KEYS, "findings"]
    assert [told_[key] for key in KEYS] == ["ndtms-cjit-p", 189, 120, 15, 1, 106, 90.4, 99.4]
    assert len(told_["findings"]) == 122
    about_list = [finding for finding in told_["findings"] if finding["rule"] == "not-in-list"]
    assert {finding["field"] for finding in about_list} == {"DRUG1", "DAT"} and len(about_list) == 104
    assert all(list(finding) == FINDING_KEYS for finding in told_["findings"])
    about_all = told_["findings"][0]
    first = next(finding for finding in told_["findings"] if finding["severity"] == "error")
    assert about_all["line"] is None and about_all["lines"] == [] and about_all["severity"] == "notice"
    assert first["message"] and first["values"] == {"PC": "SR1 3AB"} and first["field"] == "PC"
    assert first["lines"] == [5, 6, 7] and first["line"] == 5 and first["episode"] == read(SAMPLE)[3]["EPISODID"]


def test_a_file_without_findings_is_json_as_well(tmp_path: Path) -> None:
    report = check(write(tmp_path, [row()]))
    report.findings = Findings()
    assert json.loads("".join(as_json(report)))["findings"] == []


def test_rows_of_one_episode_may_lie_anywhere(tmp_path: Path) -> None:
    rows = read(SAMPLE)
    places = list(range(len(rows)))
    random.Random(4).shuffle(places)
    line = {old + 2: new + 2 for new, old in enumerate(places)}
    report = check(write(tmp_path, [rows[old] for old in places]))

    def moved(item: dict[str, object], where: dict[int, int]) -> tuple[object, ...]:
        lines = sorted(where[number] for number in item["lines"])  # type: ignore[attr-defined]
        return item["severity"], item["rule"], sorted(item["fields"]), lines  # type: ignore[call-overload]

    same = {number: number for number in line.values()}
    assert sorted(moved(item, same) for item in weighty(report)) == sorted(
        moved(item, line) for item in EXPECTED["errors_and_warnings"]
    )
    assert (report.tally.episodes, report.tally.load_percent) == (120, EXPECTED["load_percent"])


def test_columns_in_another_order_are_a_notice_and_read_by_name(tmp_path: Path) -> None:
    report = check(write(tmp_path, read(SAMPLE), tuple(reversed(HEADERS))))
    assert [f.severity for f in report.findings if f.rule == "header"] == [Severity.NOTICE]
    assert report.tally.load_percent == EXPECTED["load_percent"] and report.tally.errors == 15


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (tuple(h for h in HEADERS if h not in ("DRUG1", "CPLANDT")), ("DRUG1", "CPLANDT")),
        ((*HEADERS, "SHOE"), ("SHOE",)),
        ((*HEADERS, "PC"), ("PC",)),
        (tuple("BIRTH" if h == "DOB" else h for h in HEADERS), ("DOB",)),
    ],
    ids=["missing", "unknown", "twice", "another name"],
)
def test_a_wrong_heading_is_told_once_and_nothing_would_load(
    tmp_path: Path, headers: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    report = check(write(tmp_path, [row(), row("2")], headers))
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    assert {finding.rule for finding in errors} == {"header"} and errors[0].fields == fields and errors[0].line == 1
    assert report.tally.load_percent == 0.0 and report.tally.data_quality_percent == 100.0


def test_headings_in_lower_case_or_with_blanks_are_read_with_a_notice(tmp_path: Path) -> None:
    headers = tuple(f" {h.lower()}" if h == "DOB" else h for h in HEADERS)
    rows = [{**one, " dob": one["DOB"]} for one in (row(), row("2"))]
    report = check(write(tmp_path, rows, headers))
    (found,) = [finding for finding in report.findings if finding.rule == "header"]
    assert (found.severity, found.fields, found.line) == (Severity.NOTICE, ("DOB",), 1)
    assert "'␣dob' as DOB" in found.message and report.tally.load_percent == 100.0


def test_the_heading_again_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(table([row()]) + table([row("2")]), encoding="utf-8", newline="")
    report = check(path)
    assert told(report.findings) == [("error", "header", (), (3,))]
    assert report.tally.episodes == 2 and report.tally.load_percent == 0.0


def test_short_and_long_rows_are_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    lines = table([row(), row("2"), row("3")]).split("\r\n")
    lines[2:2] = ["c9,A", ",".join(["x"] * (len(HEADERS) + 1)), ""]
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    report = check(path)
    assert told(report.findings) == [("error", "row-shape", (), (3,)), ("error", "row-shape", (), (4,))]
    assert "2 cells where the headings have 64" in report.findings[1].message
    assert report.tally.rows == 5 and report.tally.episodes == 3 and report.tally.load_percent == 60.0


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_marks_and_line_ends_make_no_difference(tmp_path: Path, mark: bytes, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(mark + table([row(CLIENT="Zoë"), row("2", PC="wrong")], end=end).encode())
    assert told(check(path).findings) == [("error", "28", ("PC",), (3,))]


def test_windows_1252_is_read_with_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table([row(CLIENT="Zoë–1", PC="wrong")]).encode("cp1252"))
    report = check(path)
    assert told(report.findings) == [("notice", "layout", (), ()), ("error", "28", ("PC",), (2,))]
    assert "Windows-1252" in report.findings[0].message + report.findings[1].message


def test_lines_are_those_of_the_file_where_a_cell_holds_line_breaks(tmp_path: Path) -> None:
    rows = [row(CLIENT="two\nlines"), row("2", CLIENT="three\r\nli\nnes"), row("3", PC="wrong")]
    found = told(check(write(tmp_path, rows)).findings)
    assert found == [
        ("error", "layout", ("CLIENT",), (2,)),
        ("error", "layout", ("CLIENT",), (4,)),
        ("error", "28", ("PC",), (7,)),
    ]


def both(first: Row, second: Row) -> list[Row]:
    return [{**first, **visit("1")}, {**second, **visit("2")}]


@pytest.mark.parametrize(
    ("rows", "expected", "episodes"),
    [
        (both(row(), row(PC="NE8 1", DRUG1="1201")), [("row-shape", ("PC", "DRUG1"), (3,))], 1),
        ([row() | visit() | referral()], [("row-shape", (), (2,))], 1),
        ([row(), row("2", EPISODID="e1")], [("47", ("EPISODID", "CLIENTID"), (3,))], 2),
        (
            [row(), row("2", EPISODID="e1"), row("2", EPISODID="e1", PC="NE8 1")],
            [("47", ("EPISODID", "CLIENTID"), (3, 4)), ("row-shape", ("PC",), (4,))],
            2,
        ),
        ([row() | visit(), row("2") | visit()], [("47", ("SUBMID",), (3,))], 2),
        ([row() | referral(), row("2") | referral()], [("47", ("REFERID",), (3,))], 2),
        ([row() | visit(), row() | visit()], [("47", ("SUBMID",), (3,))], 1),
        (
            [row(), row(EPISODID="e2", DOB="19800301")],
            [("row-shape", ("DOB",), (3,))],
            2,
        ),
        ([row(), row("2", CLIENT="1001")], [("47", ("CLIENT", "CLIENTID"), (3,))], 2),
        ([row(), withheld(EPISODID="e2")], [], 2),
        ([withheld(PC="NE1 4") | visit()], [("no-consent", ("PC", "SUBMID", "SUBMODDT", "RECPEER"), (2,))], 1),
        ([row(CONSENT="")], [("20", ("CONSENT",), (2,))], 1),
    ],
    ids=[
        "rows disagree",
        "two kinds of event",
        "episode of two clients",
        "and its rows disagree",
        "visit twice",
        "referral twice",
        "visit twice in one episode",
        "two birth dates",
        "reference of two clients",
        "silent without consent",
        "more than four columns",
        "no answer",
    ],
)
def test_rows_that_do_not_fit_together(
    tmp_path: Path, rows: list[Row], expected: list[tuple[str, tuple[str, ...], tuple[int, ...]]], episodes: int
) -> None:
    report = check(write(tmp_path, rows))
    found = [item[1:] for item in told(report.findings) if item[0] != "notice"]
    assert sorted(found) == sorted(expected)
    assert report.tally.episodes == episodes


def test_an_episode_of_two_clients_counts_for_the_second_only(tmp_path: Path) -> None:
    report = check(write(tmp_path, [row() | visit("1"), row("2", EPISODID="e1"), row() | visit("2")]))
    assert told(report.findings) == [("error", "47", ("EPISODID", "CLIENTID"), (3,))]
    assert report.tally.load_percent == 66.6


MENDED = {
    (5, 6, 7): {"PC": "SR1 3"},
    (19,): {"DISD": "20200401"},
    (32,): {"DOB": "19790921"},
    (38,): {"SINITIAL": "B"},
    (48,): {"ALCDDAYS": "3"},
    (57,): {"ALCDDAYS": "28"},
    (71, 72): {"CJDISRSN": ""},
    (82,): {"PRNTSTAT": "11"},
    (91,): {"CPLANDT": "20201231"},
    (102, 103): {"CLIENT": "40213"},
    (113,): {"REFLD": "20201103", "TRIAGED": "20201103", "CPLANDT": "20201104"},
    (134,): {"DISABLE2": ""},
    (154,): {"DRUG1": "1101"},
    (167, 168): {"AGNCY": "T0123"},
}


def test_a_file_with_every_fault_mended_is_perfect(tmp_path: Path) -> None:
    rows = read(SAMPLE)
    for lines, values in MENDED.items():
        for line in lines:
            rows[line - 2].update(values)
    report = check(write(tmp_path, rows))
    assert weighty(report) == []
    assert (report.tally.load_percent, report.tally.data_quality_percent) == (100.0, 100.0)


def test_messages_hold_no_values() -> None:
    for finding in check(SAMPLE).findings:
        for value in finding.values.values():
            assert len(value) < 4 or value not in finding.message


def test_percentages_never_say_all_when_one_is_left(tmp_path: Path) -> None:
    rows = [row(str(number)) for number in range(1999)]
    report = check(write(tmp_path, [*rows, row("x", PC="wrong")]))
    assert report.tally.load_percent == 99.9 and STANDARD.id == report.standard.id


def test_a_file_with_columns_of_events_alone_is_checked(tmp_path: Path) -> None:
    """As where every other heading has a sign in it that cannot be seen."""
    event = STANDARD.headers_by_section[STANDARD.event_sections[0].id][0]
    path = tmp_path / "few.csv"
    path.write_text(f"{event},CLIENTID\u200b\r\n1,c1\r\n,c2\r\n", encoding="utf-8")
    report = check(path)
    assert report.tally.rows == 2
    assert any("CLIENTID" in finding.message and finding.severity is Severity.ERROR for finding in report.findings)
