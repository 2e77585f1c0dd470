"""Whatever shape a list of refusals has: where it leads is right, or it says what else it may be."""

from collections.abc import Iterator
from dataclasses import dataclass
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
        "30 DOB\n75 PC\n61 REFLD",
        "Rule,Line\n3,30\n4,75\n5,61",
        "Lines 30, 75 and 61",
        "Rejected;below\nline 30; DOB\nline 75; PC\nrow 61",
    ):
        assert [(one.line, one.doubt) for one in sent.read(text) if one.leads] == [(30, ""), (75, ""), (61, "")]


@pytest.mark.parametrize("zeros", [True])
def test_a_number_that_counts_or_names_an_error_is_no_record_s_own(sent: Sent, zeros: bool) -> None:
    (told,) = sent.read("Error code 26: too late")
    assert not told.leads
    title, one = sent.read("12 errors were found\n30 DOB")
    assert title.doubt == "it may say how many there are: its number may be no line of the file" or not title.leads
    assert one.line == 30
    (other,) = sent.read("30,009999,DISD")
    assert other.doubt == "009999 is no identifier of the extract: it may mean none of its lines"
