"""Private names of Textual stand in one folder, each with its pin; where a pin differs, Textual's own part does it."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import textual

import tui
from tests.frame.conftest import Start
from tui.terminal import textual_private

NOT_TEXTUALS = {"os._exit", "placement._replace"}
"""What has a name like one of Textual's, and is Python's."""
ASKED = {"getattr", "setattr", "hasattr", "delattr"}
SAID = "This Textual is not the one Keywork was tried with"


def is_private(name: str) -> bool:
    """Whether a name is one that others do not use."""
    return name.startswith("_") and not name.startswith("__")


def used(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Private names in a piece of source: whose they are there, and the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            yield ast.unparse(node.value), node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_private(node.name):
            yield "self", node.name
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKED:
            name = ast.unparse(node.args[1]).strip("\"'")
            if is_private(name):
                yield ast.unparse(node.args[0]), name


@cache
def names_of_textual() -> frozenset[str]:
    """Every private name that stands in Textual."""
    files = Path(textual.__file__).parent.rglob("*.py")
    return frozenset(name for file in files for _, name in used(ast.parse(file.read_text(encoding="utf-8"))))


@cache
def own_names(kind: type) -> frozenset[str]:
    """The private names in a class's own source; kept, since most screens are made of the same classes."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    found = {name for whose, name in used(tree) if whose in ("self", "cls")} | set(vars(kind))
    return frozenset(name for name in found if is_private(name))


def names_of(kind: type) -> frozenset[str]:
    """The private names that a class has from the classes of Textual it is made of."""
    return frozenset().union(*(own_names(each) for each in kind.__mro__ if each.__module__.startswith("textual")))


def modules() -> Iterator[ModuleType]:
    """All of the program that knows Textual."""
    for each in pkgutil.walk_packages(tui.__path__, "tui."):
        yield importlib.import_module(each.name)


def of_textual(module: ModuleType) -> Iterator[tuple[str, str]]:
    """The private names of Textual in a module: whose, and the name."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("textual"):
            yield from ((node.module, node.module) for _ in re.findall(r"\._", node.module))
            yield from ((node.module, each.name) for each in node.names if is_private(each.name))
    for node in tree.body:
        kind = getattr(module, node.name, None) if isinstance(node, ast.ClassDef) else None
        its = names_of(kind) if isinstance(kind, type) else frozenset()
        for whose, name in used(node):
            if whose in ("self", "cls", "super()"):
                if name in its:
                    yield whose, name
            elif name in names_of_textual() and f"{whose}.{name}" not in NOT_TEXTUALS and not whose.startswith("self."):
                yield whose, name


def test_nobody_outside_the_folder_uses_a_private_name_of_textual() -> None:
    found = {
        module.__name__: sorted(set(of_textual(module)))
        for module in modules()
        if not module.__name__.startswith("tui.terminal.")
    }
    assert {name: names for name, names in found.items() if names} == {}


def test_the_pins_are_those_of_the_textual_that_is_installed() -> None:
    pins = textual_private.PINS
    found = {name: textual_private.digest(pin) for name, pin in pins.items()}
    assert found == {name: pin.digest for name, pin in pins.items()}, (
        "compare what these stand on with what goes round it, then pin what was found"
    )


def test_every_name_that_is_used_is_in_what_is_pinned() -> None:
    pinned = "\n".join(
        textual_private._source(source) for pin in textual_private.PINS.values() for source in pin.sources
    )
    for module in modules():
        if module.__name__.startswith("tui.terminal."):
            names = {name for _, name in of_textual(module) if "." not in name}
            assert {name for name in names if not re.search(rf"\b{name}\b", pinned)} == set(), module.__name__


def test_a_source_is_cut_out_as_python_itself_does() -> None:
    for source in {source for pin in textual_private.PINS.values() for source in pin.sources}:
        module, _, name = source.partition(":")
        if name:
            found = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            wanted = inspect.getsource(getattr(found, "fget", found))
            assert textual_private._source(source) == wanted.rstrip(), source


@pytest.mark.parametrize(
    "sources", [("textual.app:App._gone",), ("textual._gone:",), ("textual._gone:Gone.gone",), ("textual:gone",)]
)
def test_what_is_not_there_any_more_differs(sources: tuple[str, ...]) -> None:
    assert textual_private.digest(textual_private.Pin("a part", "x", sources)) == ""


@pytest.mark.parametrize("part", [*textual_private.PINS, "all"])
def test_with_another_textual_the_program_works_and_says_so_once(demo: Start, part: str) -> None:
    terminal = demo(DEMO_STOCK=part)
    terminal.until(SAID)
    if part != "all":
        assert textual_private.PINS[part].part in " ".join(" ".join(terminal.lines()).split())
    terminal.slowly("ab<f2>")
    terminal.until("14:02, 12 fields")
    terminal.slowly("k")
    terminal.until("typed: ab<k>")
    terminal.slowly("<f4>one<tab>two<enter>")
    terminal.until("[one|two]")
    assert not terminal.shows(SAID)
    terminal.slowly("<escape>")
    terminal.until("typed: ab<k>")
    terminal.resize(100, 30)
    terminal.until(lambda seen: "Leave" in seen.lines()[29])
    terminal.send("\x1b[21~")
    assert terminal.wait() == 0
