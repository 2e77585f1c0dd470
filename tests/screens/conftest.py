"""A store with one client in it, and the program on it under a terminal."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from store.facts import ClientTree, Who
from store.records import agencies, read, save
from store.store import Store, open_store
from tests.screens.program import NOW
from tests.stores import ask
from tests.terminal import Terminal
from validators.standard.catalogue import load

Start = Callable[..., Terminal]
CLIENT = {
    "CLIENTID": "c-1", "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "1", "ETHNIC": "A", "NATION": "GBR",
    "AGNCY": "T0123", "CLIENT": "26964",
}  # fmt: skip
EPISODE = {
    "EPISODID": "e-1", "CMSID": "x", "CONSENT": "Y", "PC": "SR1 3", "DAT": "A11B", "REFLD": "20200301",
    "TRIAGED": "20200302", "DISABLE1": "NN", "DRUG1": "7000", "ROUTE": "1", "CPLANDT": "20200303",
}  # fmt: skip
EVENT = {"SUBMID": "s-1", "SUBMODDT": "20200401", "RECPEER": "Y"}


def in_field(terminal: Terminal, label: str, value: str) -> bool:
    """Whether the form shows a value beside a label."""
    return any(re.search(rf"{re.escape(label)}\s+{re.escape(value)}(\s|$)", line) for line in terminal.lines())


@contextmanager
def empty_store(folder: Path) -> Iterator[Store]:
    """A new store with an agency and nobody in it."""
    with open_store(folder / "store.db", folder / "store.key", load, create=True) as made:
        with made.writing(Who("somebody", NOW)) as work:
            agencies.ensure(work, "T0123", "ndtms-cjit-p")
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store with an agency; the tests look into it beside the program."""
    with empty_store(tmp_path) as made:
        yield made


@pytest.fixture
def another_store(tmp_path: Path) -> Iterator[Store]:
    """A second one, for the same work done in another way: equal clients in one store are findings of each other."""
    folder = tmp_path / "another"
    folder.mkdir()
    with empty_store(folder) as made:
        yield made


@pytest.fixture
def known(store: Store) -> ClientTree:
    """A client with an episode and a sub-intervention, all in order."""
    with store.writing(Who("somebody", NOW)) as work:
        client = save.create(work, "client", ask(store, agencies.one).id, "", CLIENT)
        episode = save.create(work, "episode", client.id, "", EPISODE)
        save.create(work, "event", episode.id, "sub_intervention", EVENT)
    return ask(store, read.tree, client.id)


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Iterator[Start]:
    """`start(open=…, person=…, columns=80, rows=24, ready=…)`: the program; every terminal is closed after the test."""
    started: list[Terminal] = []

    def begin(
        open: str = "",
        person: str = "ann",
        columns: int = 80,
        rows: int = 24,
        ready: str = "F2 Save",
        path: Path = store.path,
        **env: Any,
    ) -> Terminal:
        settings = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
        given = {**settings, "KEYWORK_TEST_PERSON": person, "KEYWORK_TEST_OPEN": open, **env}
        command = [sys.executable, "-m", "tests.screens.program", str(path)]
        terminal = Terminal(command, columns, rows, given)
        started.append(terminal)
        terminal.until(ready)
        terminal.until_quiet(0.15)
        return terminal

    yield begin
    for terminal in started:
        terminal.close()
