"""Finding codes by code and by words."""

from tui.form.codes import Choice, exact_code, find_codes, list_status
from validators.standard.model import CodeList

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
