"""Whatever shape a list of refusals has: where it leads is right, or it says what else it may be."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, product

import pytest

from exporters.checks.bounce import Bounce
from exporters.checks.bounces import read_bounces
from store.month import extracts
from store.records import agencies
from store.store import Store
from tests.exporters.desks import Desk
from tests.exporters.extracts import STANDARD, row
from tests.exporters.journeys import Returns
from tests.stores import ask
from tests.validators.builders_smds import WALES, journey
from validators.standard.model import Standard

_TITLES = ((), ("Rejected records:",), ("3 records were rejected", ""))
_TOTALS = ((), ("Total: 3",), ("3 faults",))
_ABOVE = ("", "No", "No.", "#", "S/N", "ID", "Seq", "Row", "Error code", "Fehler")
"""What a list may call its first column; nothing where it has no headings."""
_NAMED = ("Client ref", "Client reference number", "Local client ID", "Reference", "Service user")
_FIRST = ((), (1, 2, 3), (26, 27, 28), (12, 47, 31), (95, 12, 12))
"""Numbers before the reference: none, the list's own, those of its second page, codes of errors."""
_BETWEEN = (",", ";", "\t", ". ", " ", ": ")
UNLIKE = "the lines of the list do not all begin with a number in one way: it may be no line of the file"
NO_ROWS = "a return in XML is counted in lines, and its number is not called one: it may be none of them"
_SAID = ("DISD before TRIAGED", "closure reason", "postcode")


def lists(references: list[str]) -> Iterator[str]:
    """Lists of the same three clients, in every shape."""
    shapes = product(_TITLES, _TOTALS, _ABOVE, _NAMED, _FIRST, _BETWEEN)
    # One of ninety-seven has each beside each.
    for title, total, above, named, first, sign in islice(shapes, 0, None, 97):
        if not (above or title or first) and references[0][0] != "0":
            continue  # numbers with nothing above or before them are lines
        if above == "Row" and first[:1] in ((12,), (95,)):
            continue  # what is called a row and does not count the list is one of the file
        heads = [above] * bool(first) + [named, "Error"]
        numbers = map(str, first or [""] * 3)
        rows = [
            [number] * bool(first) + [one, said] for number, one, said in zip(numbers, references, _SAID, strict=True)
        ]
        yield "\n".join([*title, *[sign.join(heads)] * bool(above), *map(sign.join, rows), *total])


def lists_of_one_column(references: list[str]) -> Iterator[str]:
    """Lists of references alone."""
    for title, total, named in islice(product(_TITLES, _TOTALS, _NAMED), 0, None, 4):
        yield "\n".join([*title, named, *references, *total])


@dataclass(frozen=True)
class Sent:
    """What was sent, and by whom."""

    store: Store
    standard: Standard

    def read(self, text: str) -> list[Bounce]:
        """What a list leads to."""
        agency = ask(self.store, agencies.one)
        extract = ask(self.store, extracts.listed, agency)[-1].id
        return ask(self.store, read_bounces, agency, self.standard, extract, text)


def written(number: int, zeros: bool) -> str:
    """The reference of a client; they stand in another order than the lines of the file."""
    return f"{number * 7 % 97:06}" if zeros else str(number * 7 % 97)


@pytest.fixture(params=["england", "wales"])
def sent(request: pytest.FixtureRequest, zeros: bool) -> Sent:
    """An extract of ninety-six clients whose references are numbers."""
    numbers = range(1, 97)
    if request.param == "england":
        desk: Desk = request.getfixturevalue("desk")
        desk.take([row(str(number), CLIENT=written(number, zeros)) for number in numbers])
        desk.send()
        return Sent(desk.store, STANDARD)
    wales: Returns = request.getfixturevalue("wales")
    wales.take(*(journey(CLIENTNO=written(number, zeros)) for number in numbers))
    wales.export("2026-03")
    return Sent(wales.store, WALES)


@pytest.mark.parametrize("zeros", [True, False])
def test_where_a_list_leads_is_right_or_carries_its_doubt(sent: Sent, zeros: bool) -> None:
    there = [written(number, zeros) for number in (40, 11, 73)]
    for references in (there, [one.lstrip("0") for one in there]):
        whose = dict(zip(references, there, strict=True))
        for text in (*lists(references), *lists_of_one_column(references)):
            found = sent.read(text)
            wrong = [
                one
                for one in found
                if one.leads
                and not one.doubt
                and one.reference != next((whose[r] for r in references if r in one.text), "")
            ]
            assert not wrong, f"{text!r} leads to {wrong[0].reference} by {wrong[0].text!r}"


@pytest.mark.parametrize("zeros", [True])
def test_a_reference_as_it_was_sent_is_found_in_any_shape(sent: Sent, zeros: bool) -> None:
    references = [written(number, zeros) for number in (40, 11, 73)]
    for text in (*lists(references), *lists_of_one_column(references)):
        by_text = [one for one in sent.read(text) if any(each in one.text for each in references)]
        assert [one.reference for one in by_text] == references, text


@pytest.mark.parametrize("zeros", [True])
def test_numbers_that_are_but_lines_carry_no_doubt(sent: Sent, zeros: bool) -> None:
    for text in (
        "30 DOB\n75\n61 Ethnic",
        "30: DOB is too late\n75: Date of birth\n 61:",
        "30\tbad DOB\n75\tETHNIC\n61\tBad date of birth",
        "Field,Line\nDOB,30\nETHNIC,75\nEthnic,61",
        "Lines 30, 75 and 61",
        "Line 30\nLine 75\nLine 61",
        "Rejected;below\nline 30; DOB\nline 75; too late\nLine 61; no such rule",
        "12/11/2026 09:14 Line 30: DOB\n12/11/2026 09:15 Line 75: ETHNIC\n13/11/2026 10:00 Line 61: DOB",
    ):
        told = [(one.line, one.doubt) for one in sent.read(text) if one.leads]
        assert told == [(30, ""), (75, ""), (61, "")], text


@pytest.mark.parametrize("zeros", [True])
def test_a_number_that_counts_or_names_an_error_is_no_record_s_own(sent: Sent, zeros: bool) -> None:
    (told,) = sent.read("Error code 26: too late")
    assert not told.leads
    title, one = sent.read("12 errors were found\n30 DOB")
    assert title.doubt == one.doubt == UNLIKE
    assert (title.line, one.line) == (12, 30)
    (other,) = sent.read("30,009999,DISD")
    assert other.doubt == "009999 is no identifier of the extract: it may mean none of its lines"


_PROSE = (
    "12 November 2026",
    "12/11/2026 14:30",
    "Sent: 9:30, 12 November 2026",
    "9:30",
    "Your file was loaded in part:",
    "5 working days after the deadline the window closes.",
    "24 hours are left",
    "2 Marsham Street, London",
    "2, Marsham Street",
    "020 7972 1234",
    "+44 20 7972 1234",
    "3 of your rows were rejected",
    "Rejected rows: 3",
    "Records: 96",
    "records: 3 rejected",
    "Number of records: 7",
    "No. of rows 18",
    "5 failed",
    "5 of 23 rejected",
    "12 Nov 2026",
    "8",
    "12 records failed DOB",
)
"""Lines of an e-mail that are about no record, with numbers that some record has."""
_FAULTS = (
    "Line {}: DOB is not valid",
    "{} DOB",
    "{}, REFLD before DOB",
    "{}: too late",
    "DOB is not valid in row {}",
    "{}. 47 EPISODID",
    "{},EPISODID is a duplicate of line 58",
    "{}: see line 58",
    "Record {} has the EPISODID of record 58",
    "EPISODID of line 58 stands in row {}, too",
    "12 Nov 2026 09:14 - Line {}: DOB",
    "2 errors in line {}",
    "3 Nov, 4 errors in row {} and row 58",
    "row {} and 58 DOB",
    "Rows {}-58: too late",
    "Line {} has 2 errors, line 58 has 1",
    '"{}","DOB","bad"',
    "[{}] DOB",
    "{},14,DISD before TRIAGED",
)
"""What may be said of a line of the file; of some the line is said first, of some it is not."""


@pytest.mark.parametrize("zeros", [True])
def test_an_e_mail_pasted_whole_leads_nowhere_by_its_prose_unless_with_a_doubt(sent: Sent, zeros: bool) -> None:
    made = random.Random(12)
    for _ in range(150):
        form = made.choice(_FAULTS)
        mail = [(line, 0) for line in made.sample(_PROSE, made.randint(1, 5))]
        mail += [(form.format(line), line) for line in made.sample(range(20, 57), made.randint(0, 4))]
        made.shuffle(mail)
        mail.insert(made.choice([0, len(mail)]), ("Dear colleague,", 0))
        found = sent.read("\n".join(line for line, _ in mail))
        wrong = [one for one in found if one.leads and not one.doubt and one.line != mail[one.number - 1][1]]
        assert not wrong, f"{mail} leads to line {wrong[0].line} by {wrong[0].text!r}"


@pytest.mark.parametrize("zeros", [True])
def test_what_a_mail_calls_a_line_carries_no_doubt_and_a_telephone_number_is_none(sent: Sent, zeros: bool) -> None:
    text = "12 November 2026\nLine 30: DOB\nLine 61: is like line 58\n2 Marsham Street\n020 7972 1234\n+44 20 7972 1234"
    assert [(one.number, one.line, one.doubt) for one in sent.read(text) if one.leads] == [
        (1, 12, UNLIKE),
        (2, 30, ""),
        (3, 61, "it names 58, too: it may be about that line"),
        (4, 2, UNLIKE),
    ][: 3 if sent.standard is WALES else 4]  # no Welsh message begins in line 2


@pytest.mark.parametrize("zeros", [True])
def test_a_column_of_sums_leads_nowhere_without_a_doubt(sent: Sent, zeros: bool) -> None:
    for heading in ("Rows", "Lines", "No. of rows", "Count", "Records"):
        text = f"Rule,Description,{heading}\n13,Closure date without reason,45\n9,Referral after triage,32"
        assert all(one.doubt for one in sent.read(text) if one.leads), heading
    for text in ("1. No closure date, rows: 45\n2. No triage, rows: 32", "Number of records: 23,145", "Rows 23 145"):
        assert all(one.doubt for one in sent.read(text) if one.leads), text
    for heading in ("Row", "Line number"):
        text = f"Field,Description,{heading}\nDOB,Closure date without reason,45\nEthnic,Referral after triage,32"
        doubt = NO_ROWS if heading == "Row" and sent.standard is WALES else ""
        assert [(one.line, one.doubt) for one in sent.read(text)] == [(45, doubt), (32, doubt)], heading


@pytest.mark.parametrize("zeros", [True])
def test_a_line_that_names_another_leads_to_the_one_that_is_called_so_and_tells_the_other(
    sent: Sent, zeros: bool
) -> None:
    too = "it names 58, too: it may be about that line"
    for text, line, doubt in (
        ("58,EPISODID is a duplicate of line 40", 40, too),
        ("58: see line 40", 40, too),
        ("Line 40: the same as line 58", 40, too),
        ("row 40 and row 58: DOB", 40, too),
        ("row 40 and 58 DOB", 40, too),
        ("Row 40, 58, 61 DOB", 40, too),
        ("row 40 + 58", 40, too),
        ("Line 40 has 2 errors, line 58 has 1", 40, too),
        ("Rows 40-58: DOB", 40, too),
        ("rows 40 to 58", 40, too),
        ("Rows 40/58", 40, too),
        ("58 Nov 2026 09:14 - Line 40: DOB", 40, too),
        ("58 errors in line 40", 40, too),
        ("12/11/2026 09:14 Line 40", 40, ""),
        ("duplicate of line 40 in row 58", 40, too),
        ("58. Row 40: DOB", 40, too),
        ("1. Row 40: DOB\n2. Row 61: PC", 40, ""),  # the list counts itself
        ("1. Row 40: like row 58\n2. Row 61: PC", 40, too),
        ("1. duplicate of line 40 in row 58\n2. Row 61: PC", 40, too),
        ("records 57 and 58 failed, records 40 and 41 were loaded", 40, too.replace("58", "57")),
        ("Rows 40 and 41 are like row 58", 40, too),
    ):
        one = sent.read(text)[0]
        no_rows = NO_ROWS if sent.standard is WALES and text.startswith("1. Row") else ""
        assert (one.line, one.doubt) == (line, doubt or no_rows), text


@pytest.mark.parametrize("zeros", [True])
def test_a_line_that_begins_with_two_numbers_is_about_the_one_or_the_other(sent: Sent, zeros: bool) -> None:
    """A table that was pasted without its headings, the rule's number first, led to the rule's, as if that was said."""
    for sign in (",", "\t", "; ", " | ", '","'):
        quote = '"' * (sign == '","')
        rows = [(10, 97, "DISD before"), (10, 97, "DISD before"), (13, 97, "CJDISRSN missing")]
        found = sent.read("\n".join(f"{quote}{sign.join(map(str, cells))}{quote}" for cells in rows))
        told = [one.doubt for one in found if one.leads]
        assert told == [f"it names {line}, too: it may be about that line" for _, line, _ in rows], sign


@pytest.mark.parametrize("zeros", [True])
def test_a_list_that_begins_with_numbers_in_marks_or_brackets_begins_in_one_way(sent: Sent, zeros: bool) -> None:
    for text in ('"40","DOB","bad"\n"61","ETHNIC","bad"', "[40] DOB\n[61] Bad ethnic", "(40) DOB\n(61) late DOB"):
        assert [(one.line, one.doubt) for one in sent.read(text)] == [(40, ""), (61, "")], text


@pytest.mark.parametrize("zeros", [True])
@pytest.mark.parametrize("heading", ["Record", "Record No", "Row", "Line"])
def test_a_reference_under_a_heading_of_lines_is_the_client_s(sent: Sent, zeros: bool, heading: str) -> None:
    """000009 under Record led to line 9: to somebody else, as if it said so."""
    references = [written(number, zeros) for number in (40, 11, 73)]
    found = sent.read("\n".join([f"{heading},Error", *(f"{one},DOB" for one in references)]))
    assert [one.reference for one in found] == references
    (unknown,) = sent.read(f"{heading},Error\n000099,DOB")
    assert not unknown.leads or unknown.doubt
    if sent.standard is STANDARD:
        assert [one.episode for one in sent.read(f"{heading},Error\ne40,DOB\ne11,DOB")] == ["e40", "e11"]


def test_a_reference_that_is_also_a_line_of_its_client_tells_of_his_other_episode(desk: Desk) -> None:
    later = {"REFLD": "20201001", "TRIAGED": "20201002", "CPLANDT": "20201003"}
    there = (1, 2, 3, 4, 6)  # below the headings the client 000006 stands in line 6
    rows = [row(str(number), CLIENT=f"{number:06}", DISD="20200901", CJDISRSN="80") for number in there]
    desk.take([*rows, row("6", CLIENT="000006", EPISODID="f6", **later)])
    desk.send()
    sent = Sent(desk.store, STANDARD)
    for text in ("000006 DISD before TRIAGED", "client 000006: DISD", "Client ref,Error\n000006,DISD"):
        one = next(one for one in sent.read(text) if one.leads)
        assert one.reference == "000006", text
        assert one.doubt == "that client has 2 episodes in the extract: this is the first", text
    (one,) = sent.read(f"Line {one.line} client 000006")
    assert (one.reference, one.doubt) == ("000006", ""), "the line tells which of the two it is"


_HEADS = ("Row", "Line number", "Field", "Rule", "Message", "Severity", "Client ref")
_MESSAGES = (
    "Identifier already used in line 58",
    "Line 58 has it, too",
    "repeats what is in row 58",
    "see rows 57 and 58",
    "8 digits at most",
    "first seen\nline 58",
    "late",
)


@pytest.mark.parametrize("zeros", [True])
def test_a_number_of_a_message_or_of_a_column_that_nothing_names_carries_its_doubt(sent: Sent, zeros: bool) -> None:
    """`Error,17,EPISODID,47,Identifier already used in line 3`, pasted without its heading, led to line 3 as if that
    was said, and so did a heading in words that nobody here knows."""
    made = random.Random(15)
    field, rules = sent.standard.headers[3], ("47", "95", "9")
    # A message that goes on over the line end, in a table whose other lines lead nowhere.
    for text in (
        "Error,36,already used in\nline 58\nError,44,late",
        "used in\nline 58 of this file",
        "DOB|39|used in\nline 58|",
    ):
        assert all(one.doubt for one in sent.read(text) if one.leads), text
    for _ in range(120):
        row, many = made.choice(("row", "line", "CSV row", "Zeile")), made.randint(1, 4)
        columns = made.sample(["rule", "field", row, "message", "severity"], 5)
        lines = made.sample(range(20, 57), many)
        rows = []
        for line in lines:
            cells = {"rule": made.choice(rules), "field": made.choice((field, "")), row: str(line)}
            cells |= {"message": made.choice(_MESSAGES), "severity": made.choice(("Error", ""))}
            rows.append([cells[column] for column in columns])
        total = [["Total" if cell == columns[0] else "3" if cell == row else "" for cell in columns]]
        heads = [columns] * made.randint(0, 1)
        sign = made.choice(",;\t|")
        text = "\n".join(map(sign.join, [*heads, *rows, *(total * made.randint(0, 1))]))
        wrong = [one for one in sent.read(text) if one.leads and not one.doubt and one.line not in lines]
        assert not wrong, f"{text!r} leads to line {wrong[0].line} by {wrong[0].text!r}"
        for one in sent.read(text):
            assert one.doubt or not one.leads or str(one.line) in one.text, text


@pytest.mark.parametrize("zeros", [True])
@pytest.mark.parametrize("said", ["Total", "Grand Total", "{} Total", "faults in all", "Feld"])
def test_a_row_that_is_about_no_field_or_rule_leads_nowhere_without_a_doubt(sent: Sent, zeros: bool, said: str) -> None:
    """`Total,,2,` under Field,Rule,Line led to whoever stood in line 2."""
    for name, one, other in (
        ("Field", "DOB", "Ethnic"),
        ("Rule", sent.standard.rules[3].id, sent.standard.rules[4].id),
    ):
        text = f"{name},Line,Message\n{one},30,late\n{other},61,late\n{said.format(one)},40,"
        told = [(found.line, bool(found.doubt)) for found in sent.read(text)]
        assert told == [(30, False), (61, False), (40, True)], text
    for text in ("Line,Message\n30,DOB is late\n40,{}", "30: DOB\n40: {}", "30,DOB\n40,{}"):
        first, last = sent.read(text.format(said.format("")))
        assert (first.line, first.doubt, last.line) == (30, "", 40) and last.doubt, text


@pytest.mark.parametrize("zeros", [True])
def test_each_table_of_a_list_is_read_by_its_own_heading(sent: Sent, zeros: bool) -> None:
    """A second list is pasted below the first: its columns were read by the first one's heading, its rules as lines."""
    ours = [written(number, True) for number in (40, 11)]
    tables = {
        "Line,Field,Rule,Message": "{line},DOB,9,late",
        "Rule;Line;Field;Message": "9;{line};DOB;late",
        "Client reference,Field,Message": "{client},DOB,late",
        "Rule\tLine\tError": "9\t{line}\tDOB is late",
    }
    lines = {one.reference: one.line for one in sent.read("\n".join(["Client reference,Field", *ours]))}
    for first, second in product(tables, tables):
        for title in ("", "\nWarnings\n"):
            rows = [[tables[head].format(line=lines[one], client=one) for one in ours] for head in (first, second)]
            text = "\n".join([first, *rows[0], *filter(None, [title]), second, *rows[1]])
            known = {rule.id for rule in sent.standard.rules}
            found = [one for one in sent.read(text) if one.leads]
            assert [one.reference for one in found] == [*ours, *ours], text
            assert not any(one.doubt for one in found if "9" in known or "Error" not in text), text
    # One in words that nobody here knows is one, too.
    text = f"Line,Field,Message\n{lines[ours[0]]},DOB,late\nCode,Field,CSV line\n61,DOB,{lines[ours[1]]}"
    assert [bool(one.doubt) for one in sent.read(text) if one.leads] == [False, True]
    (one, rest) = sent.read("Line,Field,Message\n30,DOB,already used in\nline 58")
    assert (one.line, one.doubt) == (30, "") and (rest.line, bool(rest.doubt)) == (58, True)


@pytest.mark.parametrize("zeros", [True])
def test_a_list_of_another_extract_says_so_in_each_line(sent: Sent, zeros: bool) -> None:
    """The list of October came after November was sent, and was read into that."""
    agency = ask(sent.store, agencies.one)
    own = ask(sent.store, extracts.listed, agency)[-1]
    month = own.submission
    year, number = month.split("-")
    last = f"{int(year) - 1}-{number}"
    named = {"2020-12": "December", "2026-03": "March"}[month]
    for head in ("Line,Field\n30,DOB\n61,DOB", "Line 30: DOB\nLine 61: DOB", "30: DOB\n61: DOB"):
        for title, told in (
            (f"Submission month: {named} {int(year) - 1}", True),
            (f"Report for {last}", True),
            (f"Month {number}/{int(year) - 1}", True),
            (f"Submission month: {named} {year}", False),
            (f"Report for {month}, compared with {last}", False),
            (f"Received on 3 {named} {int(year) - 1}", False),
            (f"File: {own.file_name}", False),
        ):
            found = [one for one in sent.read(f"{title}\n{head}") if one.leads]
            doubt = f"{last} is named, and this extract is of {month}"
            assert [one.line for one in found] == [30, 61], title
            assert all((one.doubt == doubt) == told for one in found), f"{title}\n{head}"


def test_a_list_that_names_the_file_of_another_extract_says_so(desk: Desk) -> None:
    desk.take([row(str(number)) for number in range(1, 9)])
    desk.send()
    desk.send("2021-01", today=date(2021, 2, 10))
    sent = Sent(desk.store, STANDARD)
    first, last = ask(desk.store, extracts.listed, ask(desk.store, agencies.one))
    told = f"the file of extract {first.id[:8]} of 2020-12 is named, and this is extract {last.id[:8]} of 2021-01"
    for one, doubt in ((first, told), (last, "")):
        text = f"File: {one.file_name}\nLine,Field\n4,SEX\n5,PC"
        assert [each.doubt for each in sent.read(text) if each.leads] == [doubt, doubt]
        text = f"Line,Field,File\n4,SEX,{one.file_name}\n5,PC,"
        assert [each.doubt for each in sent.read(text) if each.leads] == [doubt, ""]
    # Below the list of the last one, as it is kept, that of the first is pasted.
    text = f"{last.file_name}\nLine,Field\n4,SEX\n{first.file_name}\nLine,Field\n4,SEX\n{last.file_name}\n5,PC"
    assert [each.doubt for each in sent.read(text) if each.leads] == ["", told, ""]


def test_a_row_or_record_of_a_list_is_no_line_of_a_return_in_xml(wales: Returns) -> None:
    wales.take(*(journey(CLIENTNO=written(number, True)) for number in range(1, 97)))
    wales.export("2026-03")
    sent = Sent(wales.store, WALES)
    for text in ("Record 45: DOB", "Row 45", "Record,Field\n45,DOB", "Row,Field\n45,DOB"):
        assert [(one.line, one.doubt) for one in sent.read(text)] == [(45, NO_ROWS)], text
    for text in ("Line 45: DOB", "Line,Field\n45,DOB"):
        assert [(one.line, one.doubt) for one in sent.read(text)] == [(45, "")], text
