"""Our sentences in a standard's own terms: made once from templates, and what a person typed stays as it was typed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.facts import NewerVersion, StoredRecord
from store.findings.acceptances import accept
from store.records.read import not_there
from store.records.values import moment
from tui.help import FOLDER, about
from tui.screens.registry import know_actions
from tui.widgets.actions import REGISTRY
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.standard.catalogue import available, load
from validators.standard.terminology import USUAL, Sentence, Terms, term, told

ROOT = Path(__file__).parent.parent
WALES, ENGLAND = load("smds-wales"), load("ndtms-cjit-p")
OURS = re.compile(r"(?<![\w/.'{-])\b([Ee]pisode|[Rr]ow)s?\b(?![\w/.}-])")
TYPED = st.one_of(
    st.text(),
    st.sampled_from(
        ["Row", "Episode", "episode 3, row 4", "{episode}", "{an episode} {row}", "{", "}}", "a row", "{0}"]
    ),
)


@pytest.mark.parametrize(
    ("template", "wales", "england"),
    [
        ("{An episode} of 2 {episodes}.", "A journey of 2 journeys.", "An episode of 2 episodes."),
        ("3 {rows}, {a row} in {an episode}", "3 events, an event in a journey", "3 rows, a row in an episode"),
        ("{Episodes} here: the {row}'s", "Journeys here: the event's", "Episodes here: the row's"),
        ("{A client}, {clients}, {an event}", "A client, clients, an event", "A client, clients, an event"),
        ("/srv/episode/row.csv, 'episode'", "/srv/episode/row.csv, 'episode'", "/srv/episode/row.csv, 'episode'"),
    ],
)
def test_a_template_is_filled_by_the_standards_own_terms(template: str, wales: str, england: str) -> None:
    assert (WALES.say(template), ENGLAND.say(template)) == (wales, england)
    assert str(Sentence(template)) == USUAL.say(template) == england
    assert told(Sentence(template), WALES.terms) == Problem(Sentence(template)).told(WALES.terms) == wales


@given(TYPED)
def test_what_a_person_typed_comes_back_unchanged(typed: str) -> None:
    wanted = f"The journey of {typed}: an event of {typed}."
    assert WALES.say("The {episode} of {name}: {a row} of {name}.", name=typed) == wanted
    within = Sentence("{a row} of {name}", name=typed)
    whole = Sentence("The {episode} of {name}: {within}.", name=typed, within=within)
    assert whole.told(WALES.terms) == Problem(whole).told(WALES.terms) == wanted
    assert str(Problem(whole)) == f"The episode of {typed}: a row of {typed}."
    assert Problem(typed).told(WALES.terms) == str(Problem(typed)) == told(typed, WALES.terms) == typed


@given(TYPED)
def test_a_problem_of_the_store_keeps_names_and_says_the_records_kind_in_the_readers_terms(typed: str) -> None:
    at = moment("2026-03-02T10:00:00+00:00")
    record = StoredRecord(id=typed, kind="episode", parent_id="", section="", values={}, version=1, changed_at=at,
                          changed_by=typed, deleted=False)  # fmt: skip
    assert (
        NewerVersion(record, record).told(WALES.terms).startswith(f"The journey {typed} was saved by {typed} at 2026")
    )
    assert str(NewerVersion(record, record)).startswith(f"The episode {typed} was saved by {typed} at 2026")
    assert not_there("episode", typed).told(WALES.terms).startswith(f"There is no journey {typed} in the store:")


def test_a_plain_sentence_stays_as_it_is_and_a_place_without_a_value_is_a_fault_of_the_program() -> None:
    assert Problem("No {episode} here").told(WALES.terms) == "No {episode} here"
    assert Terms({"row": "line"}).say("{a row}, {episodes}") == "a line, episodes"
    assert term("an event").told(WALES.terms) == "an event"
    with pytest.raises(KeyError):
        WALES.say("{nobody}")


# Every sentence of the program.


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ("tui", "exporters", "store", "validators"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _templates(tree: ast.Module) -> Iterator[tuple[int, str, set[str]]]:
    """Each template of a module: its line, its text, the names of its values."""
    named: dict[str, list[tuple[int, str]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            named.setdefault(ast.unparse(node.targets[0]), []).append((node.lineno, node.value.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        if called != "Sentence" and not re.search(r"(^|[._])(standard|terms|USUAL)\.say$", called):
            continue
        first = node.args[0]
        if isinstance(first, ast.Name):
            before = [text for line, text in sorted(named.get(first.id, [])) if line < node.lineno]
            assert before, f"line {node.lineno}: {first.id} is no template of this module"
            text = before[-1]
        else:
            assert isinstance(first, ast.Constant) and isinstance(first.value, str), f"line {node.lineno}: no template"
            text = first.value
        yield node.lineno, text, {one.arg or "**" for one in node.keywords}


# Here templates are taken from elsewhere: those of a `Sentence`, and the lines of the help.
PASSING = {"validators/standard/terminology.py", "validators/standard/model.py", "tui/help/__init__.py"}


def test_every_template_has_a_value_for_each_place_and_hides_no_term() -> None:
    seen = 0
    for name, tree in _modules():
        if name in PASSING:
            continue
        for line, text, values in _templates(tree):
            places = {re.split(r"[.\[]", place)[0] for _, place, _, _ in Formatter().parse(text) if place is not None}
            assert places - USUAL.places.keys() == values, f"{name}:{line}"
            assert not values & USUAL.places.keys(), f"{name}:{line}"
            several = re.search(r"(?<!of )\{[a-z_.]+(:,)?\} \{(clients|episodes|events|rows)\}", text)
            assert several is None, f"{name}:{line} says several where it may be one: counted() knows"
            seen += 1
    assert seen > 60


def test_no_sentence_names_a_records_kind_as_the_store_calls_it() -> None:
    kind = re.compile(r"\{(\w+\.)*(kind|above|level)\} \{")
    assert [
        f"{name}:{node.lineno}"
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and kind.search(ast.unparse(node))
    ] == []


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each text of a module with its line, but docstrings and the help of commands: no standard is known there yet."""
    left = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg == "help")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
            yield node.lineno, node.value


# Of the rows of files and tables, not of what a standard calls something; of commands, before a standard is known.
OTHER_ROWS = {
    "store/disk/audit.py",
    "store/disk/doctor.py",
    "exporters/csv_format/reading.py",
    "exporters/csv_format/table.py",
    "exporters/imports/encodings.py",
    "exporters/imports/headings.py",
    "exporters/imports/judged.py",
    "exporters/imports/convert.py",
    "exporters/imports/csv_import.py",
    "exporters/imports/report.py",
    "exporters/checks/bounces.py",
    "exporters/documents/base.py",
    "exporters/documents/fields.py",
    "exporters/editions/list_files.py",
    "validators/standard/loader.py",
    "validators/standard/rule_reading.py",
    "tui/cli/client/commands.py",
    "tui/cli/main.py",
}


def test_no_sentence_of_ours_names_an_episode_or_a_row_but_by_its_place() -> None:
    wrong = []
    for name, tree in _modules():
        if name in OTHER_ROWS or "/migrations/" in name:
            continue
        wrong += [
            f"{name}:{line}: {text}"
            for line, text in _texts(tree)
            if " " in text and OURS.search(re.sub(r"\{[^}]*\}", "{}", text))
        ]
    assert wrong == []


@pytest.mark.parametrize("standard", available())
def test_help_and_tooltips_are_filled(standard: str) -> None:
    know_actions()
    terms = load(standard).terms
    texts = [line for path in FOLDER.glob("*.txt") for line in about(path.name.split(".")[0], terms)]
    texts += [told(each.tooltip, terms) for scope in ("client", "clients") for each in REGISTRY.on_screen(scope)]
    assert len(texts) > 100 and not [text for text in texts if "{" in text]
    if standard == WALES.id:
        assert not [text for text in texts if OURS.search(text)]
        assert "A new journey, event or client" in texts


def test_what_is_said_of_an_acceptance_names_the_episode_in_the_readers_terms() -> None:
    error = Finding(Severity.ERROR, "7", "SEX", ("SEX",), "Sex is missing", episode="Row")
    with pytest.raises(Problem) as refused:
        accept(None, [error], "fine")  # type: ignore[arg-type]
    assert refused.value.told(WALES.terms) == "An error cannot be accepted (rule 7, journey Row): mend it."
    assert str(refused.value) == "An error cannot be accepted (rule 7, episode Row): mend it."
