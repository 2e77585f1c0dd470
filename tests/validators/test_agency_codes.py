"""The code of a new agency: what is taken as it is typed, and what is refused by which sentence."""

import pytest

from validators.agency import agency_code
from validators.problems import Problem
from validators.standard.catalogue import load


@pytest.mark.parametrize(
    ("standard", "typed", "code"),
    [("ndtms-cjit-p", "t0123", "T0123"), ("ndtms-cjit-p", "  T1 ", "T1"), ("smds-wales", "w00001", "W00001")],
)
def test_a_code_is_taken_in_upper_case(standard: str, typed: str, code: str) -> None:
    assert agency_code(load(standard), typed) == code


@pytest.mark.parametrize("typed", ["T 1", "T-1", "../T1", "T1\x1b", "Ŵ001", "٣٤٥", "T1\n2", "T;1", "ß1"])
def test_other_characters_are_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(Problem) as raised:
        agency_code(load("smds-wales"), typed)
    assert str(raised.value) == (
        "An agency code has the letters A to Z and digits only, such as T0123: leave out the rest."
    )


@pytest.mark.parametrize("typed", ["", " ", "\t\n"])
def test_an_empty_one_is_asked_for(typed: str) -> None:
    with pytest.raises(Problem, match=r"^Type the agency code first\.$"):
        agency_code(load("smds-wales"), typed)


def test_one_that_is_too_long_for_its_data_set_is_refused() -> None:
    with pytest.raises(Problem, match="An agency code of smds-wales has at most 6 characters, this one 7: mend it"):
        agency_code(load("smds-wales"), "W000001")
