"""A store of a Welsh agency with thirty synthetic clients, and the program on it under a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.facts import Who
from store.records import agencies, bulk_load
from store.store import Store, open_store
from tests.screens.program import NOW
from tests.screens_lists.conftest import agency as agency
from tests.screens_lists.conftest import start as start
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

PICTURES = Path(__file__).parent / "pictures"
STANDARD = load("smds-wales")
CLIENTS = 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store; the tests look into it beside the program."""
    with open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True) as made:
        with made.writing(Who("loader", NOW)) as work:
            agency = agencies.ensure(work, "W00001", STANDARD.id)
            people = synthetic_episodes(STANDARD, CLIENTS, seed=1, today=NOW.date(), faults=True, agency=agency.code)
            bulk_load.load(work, agency, people, act="sample")
        yield made
