"""A table as other programs write it: read with a notice where that is safe, else refused in one sentence."""

import gzip
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exporters.csv_format import days, reading
from exporters.csv_format.table import DAY_FIRST
from exporters.formats.base import Taking
from exporters.report.tables import write_csv
from store.facts import Counts
from tests.exporters.desks import Desk
from tests.exporters.extracts import HEADERS, STANDARD, check, referral, row, table, told, visit
from validators.problems import Problem
from validators.records import Severity

ROWS = [row() | visit(), row("2", DOB="19791213", PC="wrong"), row("3", CLIENT="a b") | referral()]
DATES = [header for header in HEADERS if STANDARD.by_header[header].is_date]


def text(change: Callable[[str], str] = str, header: Callable[[str], str] = str) -> str:
    """The rows with each value changed, below the headings changed."""
    values = [{name: change(value) for name, value in each.items()} for each in ROWS]
    heading, _, rest = table(values).partition("\r\n")
    return ",".join(map(header, heading.split(","))) + "\r\n" + rest


def lines(change: Callable[[str], str], body: str = "") -> str:
    """The table with every line changed."""
    return "".join(f"{change(line)}\r\n" for line in (body or text()).split("\r\n")[:-1])


NOTHING = re.compile(r"(?<=,)(?=,|$)")


def between(sign: str) -> str:
    """The table with another sign between the cells."""
    return text().replace(",", sign)


def dated(how: Callable[[str], str]) -> str:
    """The rows with all their dates written in another way."""
    return table([{h: how(v) if h in DATES and v else v for h, v in each.items()} for each in ROWS])


READ: dict[str, tuple[bytes, str]] = {
    "semicolons": (between(";").encode(), "semicolons between its cells"),
    "tabs": (between("\t").encode(), "tabs between its cells"),
    "strokes": (between("|").encode(), "upright strokes between its cells"),
    "sep": (("sep=;\r\n" + between(";")).encode(), "begins with a line for a spreadsheet (sep=)"),
    "lower case": (text(header=str.lower).encode(), "'clientid' as CLIENTID"),
    "padded": (text(header=lambda name: f" {name} ").encode(), "'␣CLIENTID␣' as CLIENTID"),
    "misprinted": (text(header=lambda name: name.replace("EHCSC", "EHCS")).encode(), "'EHCS2' as EHCSC2"),
    "a title": (("Extract, December\r\n\r\n" + text()).encode(), "its headings, which stand in line 3"),
    "a title with dates": (
        ("From,01/10/2020,to,31/12/2020,rows,3\r\n" + text()).encode(),
        "its headings, which stand in line 2",
    ),
    "numbered columns": (
        (",".join(map(str, range(1, 64))) + "\r\n" + text()).encode(),
        "its headings, which stand in line 2",
    ),
    "empty columns": (lines(lambda line: line + ",,,").encode(), "3 columns without a heading at the end"),
    "empty rows": ((text() + ("," * 63 + "\r\n") * 9).encode(), "9 rows in which nothing stands"),
    "a cell more": (lines(lambda line: line if "CLIENTID" in line else line + ",").encode(), "1 empty cell more"),
    "Ctrl-Z": ((text() + "\x1a").encode(), "ends with Ctrl-Z"),
    "Ctrl-Z in the last row": ((text().removesuffix("\r\n") + "\x1a").encode(), "ends with Ctrl-Z"),
    "blanks after commas": (lines(lambda line: line.replace(",", ", ")).encode(), "a blank after each comma"),
    "UTF-16": (text().encode("utf-16"), "is in UTF-16"),
    "UTF-16 the other way": (b"\xfe\xff" + text().encode("utf-16-be"), "is in UTF-16"),
    "formulas": (text(lambda value: f'="{value}"' if value.isdigit() else value).encode(), "marked as text"),
    "apostrophes": (text(lambda value: f"'{value}" if value.isdigit() else value).encode(), "marked as text"),
    "other dates": (dated(lambda day: f"{day[:4]}-{day[4:6]}-{day[6:]}").encode(), "otherwise than YYYYMMDD"),
    "times": (dated(lambda day: f"{day[:4]}-{day[4:6]}-{day[6:]} 00:00:00").encode(), "otherwise than YYYYMMDD"),
    "month names": (dated(lambda day: f"{date.fromisoformat(day):%d-%b-%Y}").encode(), "otherwise than YYYYMMDD"),
    "NULL": (lines(lambda line: NOTHING.sub("NULL", line)).encode(), "has NULL where nothing is"),
    "null": (lines(lambda line: NOTHING.sub("(null)", line)).encode(), "has (null) where nothing is"),
    "a padded N/A": (lines(lambda line: NOTHING.sub(" N/A ", line)).encode(), "has N/A where nothing is"),
    "apostrophes before all": (text(lambda value: value and f"'{value}").encode(), "marked as text"),
    "midnight of a zone": (
        dated(lambda day: f"{date.fromisoformat(day)}T00:00:00Z").encode(),
        "otherwise than YYYYMMDD",
    ),
    "days of a zone": (dated(lambda day: f"{date.fromisoformat(day)}+01:00").encode(), "otherwise than YYYYMMDD"),
    "a mistyped sep": (('sep="\r\n' + text()).encode(), "begins with a line for a spreadsheet (sep=)"),
    "a column without a heading": (
        lines(lambda line: line + ("," if "CLIENTID" in line else ",seen")).encode(),
        "(empty)",
    ),
}


@pytest.mark.parametrize("how", READ)
def test_what_can_be_read_is_read_with_a_notice(desk: Desk, tmp_path: Path, how: str) -> None:
    data, expected = READ[how]
    path = tmp_path / "extract.csv"
    path.write_bytes(data)
    report = check(path)
    faults = [item[:3] for item in told(report.findings) if item[0] != "notice" and item[2] != ("(empty)",)]
    assert faults == [("error", "28", ("PC",))]
    assert (report.tally.rows, report.tally.episodes) == (3, 3)
    notices = [one.message for one in report.findings if one.severity is Severity.NOTICE or not one.episode]
    assert any(expected in message for message in notices), notices
    taken = desk.take(path)
    assert taken.left_out == [] and taken.new.episodes == 3 and any(expected in note for note in taken.notes)
    first = desk.kept()[0]
    assert (first["DOB"], first["REFLD"], first["DRUG1"], desk.events()[0][0]["SUBMODDT"]) == (
        "19800229", "20200601", "7000", "20200701",
    )  # fmt: skip


def zipped(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name, text())


def shortened(day: str) -> str:
    return f"{int(day):.5E}"


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a workbook": (lambda path: zipped(path, "xl/workbook.xml"), "is a spreadsheet's workbook: save the sheet as CSV"),
    "an open workbook": (lambda path: zipped(path, "content.xml"), "is a spreadsheet's workbook"),
    "zip": (lambda path: zipped(path, "a.csv"), "is a zip archive: unpack it first."),
    "gzip": (lambda path: path.write_bytes(gzip.compress(text().encode())), "is compressed (gzip): unpack it first."),
    "XML": (
        lambda path: path.write_text("<?xml version='1.0'?><a/>"),
        "is XML, and returns of ndtms-cjit-p are",
    ),
    "lost digits": (lambda path: path.write_text(dated(shortened)), "a spreadsheet has lost their digits"),
    "day first": (lambda path: path.write_text(dated(day_first)), "say --dates day-first"),
    "month first": (
        lambda path: path.write_text(dated(lambda day: f"{day[4:6]}/{28}/{day[:4]}")),
        "begin with the month",
    ),
    "short years": (lambda path: path.write_text(dated(lambda day: day_first(day, 2))), "a year of two digits"),
    "short years behind names": (
        lambda path: path.write_text(dated(lambda day: f"{date.fromisoformat(day):%d-%b-%y}")),
        "a year of two digits",
    ),
    "numbers of days": (
        lambda path: path.write_text(dated(lambda day: str((date.fromisoformat(day) - date(1899, 12, 30)).days))),
        "numbers like 36525 for dates",
    ),
    "narrow columns": (lambda path: path.write_text(dated(lambda day: "########")), "has #### for dates"),
    "two encodings": (
        lambda path: path.write_bytes(
            table([row(CLIENT="Zo\xeb")]).encode("cp1252") + table([row("2", CLIENT="Zo\xeb")]).encode().split(b"\n")[1]
        ),
        "near line 3 it is UTF-8, elsewhere Windows-1252",
    ),
    "another order further down": (
        lambda path: path.write_text(text() + table([row("4")], HEADERS[::-1])),
        "has other headings in line 5, as where files were put together: take it apart there",
    ),
    "a file without headings before one with": (
        lambda path: path.write_text(text().partition("\n")[2] + text()),
        "has rows above its headings, which stand in line 4",
    ),
    "a cell too many": (
        lambda path: path.write_text(lines(lambda line: line if "CLIENTID" in line else line + ",seen")),
        "",
    ),
}


def day_first(day: str, digits: int = 4) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[4 - digits : 4]}"


@pytest.mark.parametrize("how", REFUSED)
def test_what_cannot_be_read_safely_is_one_sentence(desk: Desk, tmp_path: Path, how: str) -> None:
    make, sentence = REFUSED[how]
    path = tmp_path / "extract.csv"
    make(path)
    for attempt in (check, desk.take) if sentence else (desk.take,):
        with pytest.raises(Problem) as caught:
            attempt(path)
        assert (sentence or "no row that can be stored, the first in line 2") in str(caught.value) and "\n" not in str(
            caught.value
        )
        assert not any(value in str(caught.value) for value in ("19800229", "1980", "29/02"))


def test_dates_are_taken_day_first_where_the_person_says_so(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(dated(day_first), encoding="utf-8", newline="")
    assert desk.take(path, taking=Taking(dates=DAY_FIRST)).left_out == []
    assert [values["DOB"] for values in desk.kept()] == ["19800229", "19791213", row("3")["DOB"]]
    with pytest.raises(Problem, match="Dates can be said to be day-first"):
        desk.take(path, taking=Taking(dates="backwards"))


def test_day_first_is_said_of_the_whole_file(desk: Desk, tmp_path: Path) -> None:
    rows = [row("1", DOB="29/02/1980"), row("2", DOB="2/3/1979 00:00"), row("3"), row("4", DOB="unknown")]
    many = [row(f"1{number:03}", DOB="19800101") for number in range(200)]
    path = tmp_path / "extract.csv"
    path.write_text(table([*rows, *many, row("5", DISD="01/07/2020")]), encoding="utf-8", newline="")
    notes = desk.take(path, taking=Taking(dates=DAY_FIRST)).notes
    assert [one["DOB"] for one in desk.kept()[:4]] == ["19800229", "19790302", row("3")["DOB"], "unknown"]
    assert [one["DISD"] for one in desk.kept() if "DISD" in one] == ["20200701"]
    assert notes[0].endswith("day first in DOB") and notes[1].endswith("day first in DISD further down")
    path.write_text(table([row(DOB="02/29/1980"), row("2"), row("3", DOB="3/4/1980")]), encoding="utf-8", newline="")
    with pytest.raises(Problem, match="begin with the month in DOB"):
        desk.take(path, taking=Taking(dates=DAY_FIRST))


ODD = ("0000-00-00", "unknown", "-", "1999", "2020-02-30", "31/12/1999")


def with_one_odd(how: str, odd: str) -> list[dict[str, str]]:
    """Rows whose dates are all written in one way, but for one cell of one of them."""
    rows = [row(str(number), DISD="20200701" if number < 4 else "", CJDISRSN="2") for number in range(2, 9)]
    for one in rows:
        one |= {header: f"{date.fromisoformat(one[header]):{how}}" for header in DATES if one[header]}
    rows[5]["CPLANDT"] = odd
    return rows


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("how", ["%Y-%m-%d", "%d-%b-%Y", "%Y-%m-%d 00:00:00"])
def test_a_cell_that_is_no_date_leaves_no_other_unread_and_is_named(desk: Desk, how: str, odd: str) -> None:
    notes = desk.take(with_one_odd(how, odd)).notes
    assert notes[0].endswith("otherwise than YYYYMMDD in DOB, REFLD, TRIAGED, CPLANDT and DISD")
    assert notes[1].endswith("that are none and stay as they came: 1 in CPLANDT (line 7)")
    kept = desk.kept()
    assert [one["CPLANDT"] for one in kept] == ["20200605"] * 5 + [odd, "20200605"]
    assert {one["TRIAGED"] for one in kept} == {"20200602"}


def test_a_date_that_comes_far_down_for_the_first_time_is_read_as_the_others_are(desk: Desk) -> None:
    many = [row(f"1{number:03}", DOB="1980-01-01") for number in range(199)]
    rows = [*many, row("2", DOB="1981-01-01"), row("3", DISD="2020-07-01"), row("4", DISD="soon"), row("5", DISD="?")]
    notes = desk.take(rows).notes
    assert [one["DISD"] for one in desk.kept() if one.get("DISD")] == ["20200701", "soon", "?"]
    assert notes[0].endswith("in DOB") and notes[1].endswith("otherwise than YYYYMMDD in DISD further down")
    assert notes[2].endswith("2 in DISD (the first in line 203)")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("how", "sentence"),
    [("%d/%m/%Y", "say --dates day-first"), ("%d/%m/%y", "a year of two digits"), ("4%m%d", "numbers like 36525")],
)
def test_a_cell_that_is_no_date_hides_no_column_that_cannot_be_read(
    desk: Desk, how: str, sentence: str, odd: str
) -> None:
    rows = [one | {"CPLANDT": "20200605"} for one in with_one_odd("%Y%m%d", odd)]
    for number, (one, way) in enumerate(zip(rows, with_one_odd(how, odd), strict=True), 10):
        one["CPLANDT"] = way["CPLANDT"].replace("05", str(number))
    with pytest.raises(Problem, match=sentence):
        desk.take(rows)
    assert desk.links() == 0


def test_an_odd_cell_is_named_among_dates_that_begin_with_the_day(desk: Desk) -> None:
    rows = with_one_odd("%d/%m/%Y", "0000-00-00")
    rows[6]["CPLANDT"] = "2020-06-05"
    notes = desk.take(rows, taking=Taking(dates=DAY_FIRST)).notes
    assert notes[-1].endswith("1 in CPLANDT (line 7)") and "otherwise than YYYYMMDD in CPLANDT" in notes[-2]
    assert [one["CPLANDT"] for one in desk.kept()] == ["20200605"] * 5 + ["0000-00-00", "20200605"]


def test_which_day_is_certain() -> None:
    same = date(2020, 6, 1)
    certain = (
        "20200601",
        "2020-06-01",
        "2020/06/01",
        "2020-06-01T00:00:00",
        "20200601.0",
        "1-Jun-2020",
        "01 june 2020",
    )
    assert {days.certain_day(one) for one in (*certain, "1 Jun 2020 12:00:00 AM")} == {same}
    other = (
        "2020-05-31T23:00:00Z",
        "1-Jun-20",
        "01/06/2020",
        "2020-6-1",
        "2020-06/01",
        "20200631",
        "\u0662\u0660200601",
        "1-Ju-2020",
        "43983",
    )
    assert {days.certain_day(one) for one in other} == {None}
    assert {days.day_first(one) for one in ("01/06/2020", "1.6.2020", "1-6-2020 00:00")} == {same}
    assert {days.day_first(one) for one in ("31/04/2020", "29/02/2021", "1/6/20", "06/13/2020")} == {None}


def test_what_a_spreadsheet_changed_far_down_is_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    many = [row(f"1{number:03}") for number in range(200)]
    late = [row("2", CLIENTID='="002"', CLIENT="1.67683E+15"), row("3", CLIENT="#NAME?")]
    path.write_text(table([*many, *late]), encoding="utf-8", newline="")
    message = next(one.message for one in check(path).findings if one.rule == "row-shape")
    assert "marked as text" in message and "1.95E+07 in CLIENT" in message and "#NAME? in CLIENT" in message
    read = [record.client["CLIENTID"] for record, _ in reading.read_extract(path, STANDARD).episodes()]
    assert read[-2:] == ["002", "c3"]


def test_whole_numbers_with_a_decimal_place_are_read(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(table([row(SEX="1.0", ALCDDAYS="3.5"), row("2", SEX="2.0")]), encoding="utf-8", newline="")
    read = [record for record, _ in reading.read_extract(path, STANDARD).episodes()]
    assert [one.client["SEX"] for one in read] == ["1", "2"] and read[0].episode["ALCDDAYS"] == "3.5"


def test_blanks_around_an_identifier_make_it_no_other(desk: Desk) -> None:
    desk.take([row() | visit()])
    report = desk.take([row(CLIENTID="c1 ", EPISODID=" e1") | visit(SUBMID="s1\xa0"), row()])
    assert report.new == Counts() and [(one.line, one.why) for one in report.left_out] == [
        (3, "its EPISODID is that of line 2, but for blanks around it")
    ]
    assert {note.partition(":")[0] for note in report.notes} == {"CLIENTID", "EPISODID", "SUBMID"}
    unseen = desk.take([row(CLIENTID="\ufeffc1", EPISODID="e1\u200b ") | visit(SUBMID="\u200es1")])
    assert unseen.new == Counts() and len(unseen.notes) >= 3 and unseen.unchanged == 1


def test_one_date_written_otherwise_is_a_fault_of_its_row(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(table([row(DOB="29/02/1980"), row("2")]), encoding="utf-8", newline="")
    assert told(check(path).findings) == [("error", "3", ("DOB",), (2,))]
    # One slip stands in each row of its episode.
    slip = row(DISD="2020-06-30", CJDISRSN="2")
    path.write_text(table([slip | visit(), slip | visit("2"), row("2")]), encoding="utf-8", newline="")
    assert told(check(path).findings) == [("error", "3", ("DISD",), (2, 3))]


def test_shortened_identifiers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(
        table([row(CLIENTID="1.67683E+15"), row("2", CLIENTID="1.67684E+15")]), encoding="utf-8", newline=""
    )
    messages = [one.message for one in check(path).findings if one.rule == "row-shape"]
    assert len(messages) == 1 and "in CLIENTID, of which a spreadsheet has lost digits" in messages[0]


def test_headings_that_come_again_are_no_record_however_they_are_written(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    heading = text(header=lambda name: f" {name.lower()}").splitlines()[0].strip()
    path.write_text(dated(lambda day: f"{date.fromisoformat(day)}") + f"\ufeff{heading}\r\n", encoding="utf-8")
    assert ("error", "header", (), (5,)) in told(check(path).findings)
    report = desk.take(path)
    assert [(one.line, one.why[:24]) for one in report.left_out] == [(5, "The headings appear agai")]
    assert desk.kept()[0]["DOB"] == "19800229", "nor do they hinder the dates from being read"


def test_a_real_apostrophe_stays(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(table([row(CLIENT="O'B 1"), row("2", CLIENT="'7'"), row("3", CLIENT="'")]), encoding="utf-8")
    read = [record.client["CLIENT"] for record, _ in reading.read_extract(path, STANDARD).episodes()]
    assert read == ["O'B 1", "'7'", "'"]


def test_a_table_that_the_program_wrote_comes_back_without_its_apostrophes(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    rows = [row(CLIENT="-7", CLIENTID="=c"), row("2", CLIENT="+A", CLIENTID="@c")]
    write_csv(path, iter([HEADERS, *([each[header] for header in HEADERS] for each in rows)]))
    read = [record.client for record, _ in reading.read_extract(path, STANDARD).episodes()]
    assert [(one["CLIENT"], one["CLIENTID"]) for one in read] == [("-7", "=c"), ("+A", "@c")]


def test_cells_of_blanks_alone_are_no_values_and_make_no_event(desk: Desk, tmp_path: Path) -> None:
    desk.take([row(PARENT="Y") | visit()])
    path = tmp_path / "extract.csv"
    blank = {header: " " for header in HEADERS if not row()[header]}
    path.write_text(table([row() | blank, row("2") | blank, row("2", PC="") | {"DRUG2": "\xa0"}]), encoding="utf-8")
    report = desk.take(path, update=True)
    assert (report.new.episodes, report.new.events, report.differences, report.refused) == (1, 0, [], [])
    assert any(note.endswith("of blanks and nothing else: taken as empty") for note in report.notes)
    assert desk.kept()[0]["PARENT"] == "Y" and [len(events) for events in desk.events()] == [1, 0]
    assert not any(value.isspace() for values in desk.kept() for value in values.values())
    assert desk.take(path, update=True).new == Counts()


def test_headings_alone_are_a_file_with_nothing_in_it(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(table([]), encoding="utf-8", newline="")
    report = check(path)
    assert (report.tally.rows, report.tally.errors, report.tally.load_percent) == (0, 0, 100.0)
    assert any("headings and no rows" in one.message for one in report.findings)
    assert desk.take(path).rows == 0


def test_a_missing_column_takes_away_no_other_finding(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    headers = [header for header in HEADERS if header != "CMSID"]
    path.write_text(table([row(SINITIAL="")], headers), encoding="utf-8", newline="")
    assert told(check(path).findings) == [("error", "header", ("CMSID",), (1,)), ("error", "2", ("SINITIAL",), (2,))]


def test_a_large_file_is_read_episode_by_episode_wherever_its_rows_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(str(number)) | visit(str(number)) for number in range(6)]
    rows += [row("1") | visit("9"), row("3") | visit("8"), row("7", EPISODID=""), row("8", EPISODID="e5"), row("1")]
    rows += [row("9", DOB=row("0")["DOB"])]
    name = "0f8fad5b-d9cb-469f-a165-70867728950e"
    rows += [row("10", EPISODID=name), row("11"), row("10", EPISODID=name.upper()), row("12"), row("10", EPISODID=name)]
    path = tmp_path / "extract.csv"
    path.write_text(table(rows), encoding="utf-8", newline="")

    def read() -> list[tuple[str, tuple[int, ...], int]]:
        extract = reading.read_extract(path, STANDARD)
        return [(record.client["CLIENTID"], record.lines, len(record.events)) for record, _ in extract.episodes()]

    at_once, found = read(), check(path).findings
    monkeypatch.setattr(reading, "LARGE", 0)
    assert read() == at_once and check(path).findings == found
    for name, small in (("_BLOCK", 3), ("_MARKS_AT_ONCE", 2)):
        monkeypatch.setattr(reading, name, small)
        assert read() == at_once and check(path).findings == found
    assert [one for one in found if one.rule == "47"] and [one for one in found if one.rule == "twice"]
    assert at_once[1] == ("c1", (3, 8, 12), 2) and ("c10", (14, 16, 18), 0) in at_once
    groups = reading.read_extract(path, STANDARD).episodes()
    assert next(groups)[0].lines == (2,), "the first is whole before the rest is read"
