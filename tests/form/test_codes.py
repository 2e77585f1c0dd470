"""Finding codes by code and by words."""

import re

import pytest

from tests.form.conftest import TODAY
from tui.form.code_list import CodeListing as OpenList
from tui.form.codes import (
    Choice,
    code_by_words,
    exact_code,
    find_codes,
    fold,
    is_meant_somewhere,
    is_words,
    list_status,
    telling_label,
)
from tui.form.record_model import RecordModel, Surroundings
from validators.standard.catalogue import available, load
from validators.standard.model import CodeList, Layout

DRUGS = CodeList(
    "substance", "Substance", "unverified", False, "somewhere",
    {"2101": "Heroin illicit", "3101": "Methadone", "3102": "Methadone illicit", "7000": "Alcohol", "a1": "Sŵn"},
    labels=("Heroin substitute, other",),
)  # fmt: skip


def found(text: str, **usage: int) -> list[str]:
    return [choice.code or choice.label for choice in find_codes(DRUGS, text, {k[1:]: v for k, v in usage.items()})]


def test_words_from_anywhere_in_the_label_in_any_order_and_case() -> None:
    assert found("ILLICIT meth") == ["3102"]
    assert found("ol") == ["7000"]
    assert found("swn") == ["a1"]
    assert found("nothing of the kind") == []


def test_the_exact_code_comes_first_then_the_beginning_of_a_code_then_the_most_used() -> None:
    assert found("310", _3102=1) == ["3102", "3101"]
    assert found("meth", _3102=5) == ["3102", "3101"]
    assert found("", _7000=3, _2101=1)[:3] == ["7000", "2101", "3101"]
    assert found("3101", _3102=9) == ["3101"]


def test_labels_without_a_code_are_hints_at_the_end() -> None:
    assert found("heroin") == ["2101", "Heroin substitute, other"]
    assert find_codes(DRUGS, "substitute") == (Choice("", "Heroin substitute, other"),)


def test_a_code_is_known_in_either_case_when_that_names_one() -> None:
    assert exact_code(DRUGS, "A1") == "a1"
    assert exact_code(DRUGS, " 7000 ") == "7000"
    assert exact_code(DRUGS, "") == ""
    assert exact_code(DRUGS, "700") == ""
    both = CodeList("x", "X", "published", True, "", {"a": "small", "A": "large"})
    assert (exact_code(both, "A"), exact_code(both, "a")) == ("A", "a")


def test_the_status_of_a_list_is_told() -> None:
    assert list_status(DRUGS) == "unverified, incomplete"
    assert list_status(CodeList("x", "X", "published", True, "", {"a": "A"})) == "published"
    assert list_status(CodeList("x", "X", "unknown", False, "", {})) == "list not known"
    assert list_status(CodeList("x", "X", "site", True, "", {"a": "A"})) == "this site's own"


SHIPPED = {
    (codes.id, *codes.codes.items(), *codes.labels): (id, codes)
    for id in reversed(available())
    for codes in load(id).code_lists.values()
    if any(field.codes == codes.id for field in load(id).fields)
}
each_list = pytest.mark.parametrize(
    ("id", "codes"), [pytest.param(id, codes, id=f"{id} {codes.id}") for id, codes in SHIPPED.values()]
)


@each_list
def test_every_label_typed_in_full_gives_its_own_code(id: str, codes: CodeList) -> None:
    standard = load(id)
    field = next(field for field in standard.fields if field.codes == codes.id)
    most = max(codes.codes, key=len, default="")
    model = RecordModel(
        standard,
        [field.section],
        {},
        clock=lambda: TODAY,
        beside=Surroundings(usage={field.header: dict.fromkeys([most], 99)}),
    )
    model.current = field.header
    opened = OpenList()
    for code, label in codes.codes.items():
        for typed in (label, label.upper(), f"  {label} "):
            assert opened.open(model, 20)
            opened.filter(typed)
            assert opened.answer == code
            assert (exact_code(codes, typed) or code_by_words(codes, typed)) == code
    for label in codes.labels:
        assert opened.open(model, 20)
        opened.filter(label)
        assert opened.answer is None
        assert code_by_words(codes, label) == ""


STREET = CodeList(
    "street", "Street", "published", True, "",
    {"10": "Powder (excluding crack) cocaine", "11": "Crack", "12": "Not cracked", "13": "Wise crack", "14": "Xcrack"},
)  # fmt: skip


def test_labels_rank_by_how_they_have_the_words_and_use_only_parts_equals() -> None:
    def codes_of(text: str, **usage: int) -> list[str]:
        return [choice.code for choice in find_codes(STREET, text, {key[1:]: used for key, used in usage.items()})]

    assert codes_of("crack", _10=99, _14=50) == ["11", "13", "14", "10", "12"]
    assert codes_of("cra", _12=99) == ["11", "13", "14", "12", "10"]
    assert codes_of("cocaine") == ["10"]  # what follows the bracket is meant again
    assert codes_of("not cracked") == ["12"]
    assert codes_of("1", _13=2)[0] == "13"


def test_words_mean_one_code_or_none() -> None:
    assert code_by_words(STREET, "crack") == "11"
    assert code_by_words(STREET, "wise") == "13"
    assert code_by_words(STREET, "ock") == ""  # in the middle of a word
    assert code_by_words(STREET, "cra") == ""
    assert code_by_words(DRUGS, "heroin") == ""  # a label without a code has the word, too
    assert code_by_words(DRUGS, "alc") == "7000"


@pytest.mark.parametrize(
    ("listed", "typed", "code"),
    [
        ("country", "indian", ""),  # British Indian Ocean Territory
        ("country", "african", ""),
        ("country", "dutch", ""),
        ("country", "herzegovina", "BIH"),
        ("country", "malvinas", "FLK"),
        ("dat", "england", ""),  # Out of England
        ("consent", "nd", ""),  # Consents to NDTMS
        ("consent", "to", ""),
        ("consent", "consents", "Y"),
        ("ethnicity", "indian", "H"),
        ("ethnicity", "white british", "A"),
        ("sexual_orientation", "lesbian", "2"),
        ("disability", "hiv", "08"),
        ("substance", "depressants", ""),  # Anti-depressants
        ("substance", "second", ""),  # No second substance
        ("religion", "unknown", ""),
    ],
)
def test_a_word_is_the_beginning_of_a_label_or_one_of_its_answers_else_it_is_only_offered(
    listed: str, typed: str, code: str
) -> None:
    """An Indian was stored as from the British Indian Ocean Territory, and nd, written for not disclosed, as an
    agreement to send everything to NDTMS: either at once, without a word."""
    codes = load("ndtms-cjit-p").code_lists[listed]
    assert code_by_words(codes, typed) == code
    assert is_meant_somewhere(codes, typed)


@each_list
def test_an_empty_search_keeps_the_order_of_the_list(id: str, codes: CodeList) -> None:
    assert [choice.code for choice in find_codes(codes, " ") if choice.code] == list(codes.codes)


@pytest.mark.parametrize("typed", ["no", "not", "NO", "but", "none"])
def test_no_is_not_taken_for_what_a_label_only_adds_in_brackets(typed: str) -> None:
    """No, typed for whether somebody injects, became "Previously injected (but not currently)"."""
    injecting = load("ndtms-cjit-p").code_lists["injecting_status"]
    assert code_by_words(injecting, typed) == ""


NEGATIONS = {"no", "non", "not", "none", "never", "without", "excluding", "excludes"}


@each_list
def test_not_and_a_word_finds_only_labels_whose_own_not_stands_before_the_word(id: str, codes: CodeList) -> None:
    """Not asked was stored as "Asked and does not know or is not sure", at once; not injected opened a list of nothing
    but "Previously injected (but not currently)", of which the next Enter chose it."""
    labels = {*codes.codes.values(), *codes.labels}
    for word in {word for label in labels for word in re.findall(r"[^\W_]+", fold(label))} - {*NEGATIONS, "but"}:
        denied = re.compile(rf"\b(?:{'|'.join(NEGATIONS)})\b[^()]*\b{word}")
        for negation in ("not", "no", "never"):
            for typed in (f"{negation} {word}", f"{word} {negation}"):
                found = [choice.label for choice in find_codes(codes, typed)]
                begins = re.compile(rf"{typed.replace(' ', '[^a-z0-9]+')}")
                wrong = [label for label in found if not denied.search(fold(label)) and not begins.match(fold(label))]
                assert (typed, wrong) == (typed, [])
                assert codes.codes.get(code_by_words(codes, typed), "") in ["", *found]


@pytest.mark.parametrize(
    ("listed", "typed", "offered"),
    [
        ("sexual_orientation", "not sure", "U"),
        ("sexual_orientation", "other not listed", "4"),
        ("consent", "not consent", "N"),
        ("consent", "consent no", "N"),
        ("injecting_status", "not injected", "N"),
        ("injecting_status", "not currently", "P"),
        ("parental_status", "no parent", "14"),
        ("substance", "cocaine not crack", "3200"),
        ("sexual_orientation", "not asked", ""),
        ("sexual_orientation", "asked not", ""),
        ("disability", "not asked", ""),
        ("religion", "no religion", ""),
        ("injecting_status", "not", ""),
        ("parental_status", "parent", ""),
        ("parental_status", "not a cat", ""),
    ],
)
def test_whoever_types_the_not_with_what_stands_after_it_is_offered_the_label_that_says_so(
    listed: str, typed: str, offered: str
) -> None:
    """It is offered in the list, and taken only when it is chosen there."""
    codes = load("ndtms-cjit-p").code_lists[listed]
    assert is_meant_somewhere(codes, typed) is bool(offered)
    assert not offered or [choice.code for choice in find_codes(codes, typed)] == [offered]
    assert code_by_words(codes, typed) == ""


def test_no_is_the_one_answer_that_is_a_no() -> None:
    assert code_by_words(load("ndtms-cjit-p").code_lists["consent"], "no") == "N"
    assert code_by_words(load("smds-wales").code_lists["needle_sharing"], "no") == "2"


@each_list
def test_a_label_s_beginning_without_its_not_is_offered_and_never_taken_at_once(id: str, codes: CodeList) -> None:
    """Did was stored as "Did not", and does as "Does not consent", without a word."""
    for label in map(fold, codes.codes.values()):
        before, *denied = re.split(r"\b(?:not|no)\b", label.partition("(")[0])
        for end in range(1, len(before.strip()) + 1) if denied else ():
            if not exact_code(codes, typed := label[:end]):
                assert (typed, code_by_words(codes, typed)) == (typed, "")
                assert is_meant_somewhere(codes, typed)


@pytest.mark.parametrize(
    ("standard", "listed", "typed", "code"),
    [
        ("smds-wales", "needle_sharing", "did", ""),
        ("smds-wales", "needle_sharing", "did not", "2"),
        ("smds-wales", "needle_sharing", "did n", "2"),
        ("ndtms-r-ad", "consent", "does", ""),
        ("ndtms-r-ad", "consent", "does not", "N"),
        ("ndtms-cjit-p", "sexual_orientation", "asked and does", ""),
        ("ndtms-cjit-p", "sexual_orientation", "asked and does not", "U"),
        ("ndtms-cjit-p", "injecting_status", "previously", "P"),  # what a bracket adds takes nothing back
    ],
)
def test_the_not_of_a_label_has_to_be_typed(standard: str, listed: str, typed: str, code: str) -> None:
    assert code_by_words(load(standard).code_lists[listed], typed) == code


def test_what_may_be_a_code_is_no_words() -> None:
    assert not is_words("uk", Layout.parse("C(3)"))
    assert is_words("poland", Layout.parse("C(3)"))
    assert is_words("no", Layout.parse("A(1)"))
    assert is_words("meth", Layout.parse("N(4)"))
    assert not is_words("12345", Layout.parse("N(4)"))


def test_a_code_may_lack_its_zeros_where_that_names_one() -> None:
    days = CodeList("d", "D", "published", True, "", {"05": "5 days", "5a": "x", "15": "15 days", "005": "five"})
    assert exact_code(days, "15") == "15"
    assert exact_code(days, "5") == ""
    days = CodeList("d", "D", "published", True, "", {"00": "none", "05": "5 days", "15": "15 days"})
    assert (exact_code(days, "5"), exact_code(days, "0"), exact_code(days, "1")) == ("05", "00", "")
    assert find_codes(days, "5")[0].code == "05"


def test_a_label_that_is_cut_says_what_tells_it_from_the_others() -> None:
    modalities = load("smds-wales").code_lists["modality"]
    shown = {code: telling_label(modalities, code, 25)[:25] for code in ("04", "05", "11", "03", "06")}
    assert shown == {
        "04": "… (Methadone) and related",
        "05": "… (Buprenorphine) and rel",
        "11": "… (Injectable Buprenorphi",
        "03": "Community Detoxification",
        "06": "Psychosocial Interventions"[:25],
    }
    assert telling_label(modalities, "11", 80) == modalities.codes["11"], "whole where there is room"
    assert telling_label(modalities, "99", 25) == ""
