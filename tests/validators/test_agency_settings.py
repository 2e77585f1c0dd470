"""What is typed of an agency, and what is kept for it."""

import pytest

from tests.validators.builders_smds import WALES
from validators.agency import setting_named, setting_text, setting_words, settings_typed
from validators.problems import Problem
from validators.standard.catalogue import load

PROGRAMMES, CLASSES = (setting_named(WALES, name) for name in ("structured_day_programmes", "closure_classes"))


@pytest.mark.parametrize(
    ("typed", "kept"), [("yes", "yes"), (" Y ", "yes"), ("N", "no"), ("no", "no"), ("", ""), ("  ", "")]
)
def test_yes_and_no(typed: str, kept: str) -> None:
    assert setting_text(WALES, PROGRAMMES, typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("02=neutral 01=complete", "01=complete 02=neutral"),
        ("01=complete, 02=complete;03=other", "01=complete 02=complete 03=other"),
        ("01=complete 01=complete", "01=complete"),
        ("", ""),
    ],
)
def test_codes_and_their_classes(typed: str, kept: str) -> None:
    assert setting_text(WALES, CLASSES, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("structured_day_programmes", "perhaps", "is answered yes or no"),
        ("closure_classes", "01", "'01' is no pair"),
        ("closure_classes", "=complete", "'=complete' is no pair"),
        ("closure_classes", "01=done", "'done' is no class"),
        ("closure_classes", "01=complete 01=neutral", "'01' is put into two classes"),
        ("closure_classes", "123=complete", "'123' cannot be a code"),
        ("closure_classes", "\x1b[=complete", "cannot be a code"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, typed: str, sentence: str) -> None:
    with pytest.raises(Problem, match=sentence.replace("[", r"\[")):
        setting_text(WALES, setting_named(WALES, name), typed)


def test_a_setting_is_told_in_words() -> None:
    assert setting_words(PROGRAMMES, "yes") == "yes" and setting_words(PROGRAMMES, "") == "not said yet"
    assert setting_words(CLASSES, "01=complete 02=neutral 03=complete") == "complete 01 03; neutral 02"


def test_settings_of_a_command_line() -> None:
    assert settings_typed(WALES, ["structured_day_programmes=y"]) == {"structured_day_programmes": "yes"}
    with pytest.raises(Problem, match="'yes' is no setting"):
        settings_typed(WALES, ["yes"])
    with pytest.raises(Problem, match="There is no setting 'other': there are structured_day_programmes, closure_cl"):
        settings_typed(WALES, ["other=yes"])
    with pytest.raises(Problem, match="asks an agency nothing"):
        settings_typed(load("ndtms-cjit-p"), ["other=yes"])
