"""A week's copies on another machine: each brought back there by the key's second copy, as the store was that day."""

import json
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporters.subject import removal
from store.disk import copies, key_copy, sqlite
from store.disk.keys import read_or_make_key
from store.facts import AgencyInfo, Who
from store.records import agencies, read, save
from store.store import Store, open_store
from tests.commands.running import Place, call
from tests.stores import ask, do
from validators.standard.catalogue import load
from validators.standard.model import Standard

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KEEP = 3
MARK = "MARKREF77"
GONE_ON = 2
"""On Wednesday, after the day's copy, the client who withdrew is removed."""


@pytest.fixture
def standard() -> Standard:
    """The data set of the week."""
    return load("ndtms-cjit-p")


@pytest.fixture
def desk(place: Place) -> Iterator[Store]:
    """The first machine's store."""
    with open_store(place.store, place.key, load, create=True) as store:
        yield store


@pytest.fixture
def elsewhere(place: Place, tmp_path: Path, desk: Store, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Another machine: a home of its own, a folder for the copies, and the key as it was written down on paper."""
    other = Place(tmp_path / "elsewhere")
    other.folder.mkdir(mode=0o700)
    key, _ = read_or_make_key(place.key, may_make=False)
    other.key.write_text("\n".join(key_copy.rows(key_copy.groups(key))).upper())
    other.key.chmod(0o600)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(other.folder / "home"))
    return other


def fetched(store: Store, other: Place) -> list[Path]:
    """What another machine has of the folder of copies once it has fetched it, in order; what is gone there is gone."""
    folder = other.folder / "copies"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(copies.row_of(store.path).parent, folder)
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def values(shown: str) -> object:
    """A client's values, from what is shown of him."""
    told = json.loads(shown)
    return told["client"]["values"], [one["values"] for one in told["episodes"]]


def holds_mark(file: Path, key_file: Path) -> bool:
    """Whether anything in a store names the client who was removed."""
    raw = sqlite.connect(file, read_or_make_key(key_file, may_make=False)[0])
    try:
        return any(
            MARK in str(cell)
            for table in sqlite.tables(raw)
            for row in raw.execute(f'SELECT * FROM "{table}"')
            for cell in row
        )
    finally:
        raw.close()


def entered(store: Store, agency: AgencyInfo, reference: str, **episode: str) -> str:
    """A client with an episode; the client's id."""
    who = Who("ann", MONDAY)
    client = do(store, who, save.create, "client", agency.id, "", {"CLIENT": reference, "FINITIAL": "A"})
    do(store, who, save.create, "episode", client.id, "", {"CONSENT": "Y", "REFLD": "20261001", **episode})
    return client.id


def remove(store: Store, agency: AgencyInfo, standard: Standard, client: str, at: datetime) -> None:
    """Two people remove a client."""
    its, today = (agency, standard), date(2026, 11, 4)
    asked = do(store, Who("ann", at), removal.ask, *its, client, "withdrawal", today)
    do(store, Who("bob", at + timedelta(minutes=5)), removal.confirm, *its, asked.id, today)


def test_each_days_copy_is_brought_back_elsewhere_as_the_store_was_that_day(
    desk: Store, place: Place, elsewhere: Place, standard: Standard
) -> None:
    agency = do(desk, Who("ann", MONDAY), agencies.ensure, "T0001", standard.id)
    kept = entered(desk, agency, "C1")
    goes = entered(desk, agency, MARK, CONSENT="N", DISD="20261002", CJDISRSN="80")
    for day in range(7):
        at = MONDAY + timedelta(days=day)
        now = ask(desk, read.get, "client", kept)
        do(desk, Who("ann", at), save.change, "client", kept, {**now.values, "NATION": f"GB{day}"}, now.version)
        assert copies.make_daily(desk, KEEP, at + timedelta(hours=1)) is not None
        if day == GONE_ON:
            remove(desk, agency, standard, goes, at + timedelta(hours=2))
        row = fetched(desk, elsewhere)
        assert len(row) == min(day + 1, KEEP)
        # A copy of a day holds the client until it gives way: as many days after the removal as copies are kept.
        here = [copy for copy in row if int(copy.name.split("T")[0][-2:]) - MONDAY.day <= GONE_ON]
        assert len(here) == (day + 1 if day < KEEP else max(0, GONE_ON + KEEP - day))
        brought = Place(elsewhere.folder / f"day{day}")
        options = ("--store", brought.store, "--key-file", elsewhere.key)
        assert call("restore", row[-1], *options).code == 0
        examined = call("doctor", *options)
        assert examined.code == 0 and "WRONG" not in examined.out, examined
        assert stat.S_IMODE(brought.store.stat().st_mode) == 0o600
        shown = [call("client", "show", kept, "--format", "json", *some).out for some in (place.options, options)]
        assert values(shown[1]) == values(shown[0]) and f"GB{day}" in shown[1]
        assert holds_mark(brought.store, elsewhere.key) is (day <= GONE_ON)
    assert here == []
