"""A year at an agency, September to September, by commands and with a fixed clock, told month by month."""

from pathlib import Path

import pytest

from tests.session import year_autumn, year_summer, year_winter
from tests.session.year import Year


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own store, key, standards and sudo out of the story."""
    for name in ("KEYWORK_STORE", "KEYWORK_KEY_FILE", "SUDO_UID", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_a_year_september_to_september(tmp_path: Path) -> None:
    year = Year(tmp_path)
    year_autumn.september(year)
    year_autumn.october(year)
    year_autumn.november(year)
    year_autumn.december(year)
    year_winter.january(year)
    year_winter.february(year)
    year_winter.march(year)
    year_winter.april(year)
    year_summer.may(year)
    year_summer.june(year)
    year_summer.july(year)
    year_summer.august(year)
    year_summer.september(year)
    (tmp_path / "again").mkdir()
    year_summer.looking_back(year)
