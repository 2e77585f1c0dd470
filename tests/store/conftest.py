"""A store with one agency, fresh for each test, on a real disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.facts import AgencyInfo, Who
from store.records import agencies
from store.store import Store, open_store
from tests.store.small_standard import NOW, standards


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own store, key and sudo out of the tests."""
    for name in ("KEYWORK_STORE", "KEYWORK_KEY_FILE", "SUDO_UID", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Where the key goes."""
    return tmp_path / "keys" / "store.key"


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Iterator[Store]:
    """An open, empty store."""
    with open_store(tmp_path / "keywork.db", key_file, standards, create=True, busy_seconds=0.2) as made:
        yield made


@pytest.fixture
def agency(store: Store) -> AgencyInfo:
    """The one agency in it."""
    with store.writing(Who("ann", NOW)) as work:
        return agencies.ensure(work, "A0001", "small")
