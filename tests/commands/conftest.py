"""Places to work in: an empty one, and one whose store holds the sample extract."""

from pathlib import Path

import pytest

from tests.commands.running import SAMPLE_FILE, Place, call, copied
from tests.exporters.conftest import desk as desk


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own store, key, standards and sudo out of the tests."""
    home = tmp_path_factory.mktemp("home")
    for name in ("KEYWORK_STORE", "KEYWORK_KEY_FILE", "SUDO_UID", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home / name))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder; store and key are yet to be made."""
    return Place(tmp_path)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A store with the sample in it, made once."""
    made = Place(tmp_path_factory.mktemp("template"))
    assert call("import", SAMPLE_FILE, *made.options).code == 0
    assert call("agencies", "since", "T0123", "2020-11", *made.options).code == 0
    return made


@pytest.fixture
def filled(template: Place, tmp_path: Path) -> Place:
    """A copy of it."""
    return copied(template, tmp_path)
