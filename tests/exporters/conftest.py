"""A real store for each test, away from the person's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exporters import desks, journeys


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own store, key and sudo out of the tests."""
    for name in ("KEYWORK_STORE", "KEYWORK_KEY_FILE", "SUDO_UID", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[desks.Desk]:
    """An empty store in a folder of its own."""
    made = desks.opened(tmp_path)
    with made.store:
        yield made


@pytest.fixture
def wales(tmp_path: Path) -> Iterator[journeys.Returns]:
    """An agency in Wales with an empty store."""
    made = journeys.opened(tmp_path)
    with made.store:
        yield made
