"""An edition from its documents to a return, by keys: reviewed, installed, an extract taken in, mended, sent for two
data sets; the step to a later letter is in test_letter_screen."""

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exporters.documents import folder as written
from exporters.documents.making import draft as make
from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from store.facts import Who
from store.findings import queries
from store.records import agencies
from store.store import Store, open_store
from tests.commands.running import call
from tests.exporters.documents.papers import definitions, geographic, reference
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start
from tests.screens_lists.test_review import stepper
from tests.stores import ask
from tests.terminal import Terminal
from validators.standard.catalogue import available, load

MOMENT, DAY = "2025-11-05T10:00:00+00:00", date(2025, 11, 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with an agency of another data set and nobody in it."""
    with open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True) as made:
        with made.writing(Who("loader", NOW)) as work:
            agencies.ensure(work, "T0001", "ndtms-cjit-p", since="2020-10")
        yield made


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft of a made-up edition, as it was read."""
    place = tmp_path_factory.mktemp("papers")
    papers = [definitions(place), reference(place), geographic(place)]
    written.write(make(papers, "", "", lambda told: None), place / "draft")
    return place / "draft"


@pytest.fixture
def draft(read: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DraftFolder]:
    """One of its own for a test, in a data folder of its own; all but the first question are answered."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    load.cache_clear()
    made = DraftFolder.open(Path(shutil.copytree(read, tmp_path / "draft")))
    for one in [one for one in review.items(made) if one.is_open][1:]:
        review.accept(made, one)
    yield made
    load.cache_clear()


def begun(start: Start, tmp_path: Path) -> Terminal:
    clock = tmp_path / "clock"
    clock.write_text(MOMENT, encoding="ascii")
    own = {"KEYWORK_TEST_CLOCK": str(clock), "KEYWORK_TEST_START": "month", "XDG_DATA_HOME": str(tmp_path / "data")}
    return start(ready="Month:", checked=DAY, **own)


def test_it_is_reviewed_installed_and_reported_by_an_agency(
    start: Start, store: Store, draft: DraftFolder, tmp_path: Path
) -> None:
    terminal = begun(start, tmp_path)
    step = stepper(terminal)
    step("<ctrl+p>standards<enter>", "Ctrl+O Draft")
    step("<ctrl+o>", "Open a draft")
    step(f"{draft.folder}<enter>", "1 open")
    step("<f8>", "After this one no other is open here.")
    step("a", "nothing is open")
    step("i", "Install ndtms-q?")
    step("<f2>", "I  Install it (Enter)")
    step("i", "ndtms-q is installed")
    # The one agency that reports by it now is made here, and opened.
    step("<ctrl+p>agencies<enter>", "Agencies of this store")
    step("<ctrl+n>n9901", "ndtms-q-ad")
    step("<down>" * available().index("ndtms-q-ad") + "<enter>", "Agency N9901")
    step("<f2>", "Agency N9901 is made, reporting by ndtms-q-ad")
    step("<enter>", "N9901 is open: NDTMS data set Q (AD")
    assert ask(store, agencies.one, "N9901").standard == "ndtms-q-ad"


def checked(terminal: Terminal, store: Store) -> None:
    """Wait until all is checked that was saved."""
    terminal.until(lambda _: not ask(store, queries.stale, ask(store, agencies.one, "N9901"), DAY))
    terminal.until_quiet(0.3)


PERSON = {"FINITIAL": "A", "SINITIAL": "B", "DOB": "19800101", "SEX": "1", "AGNCY": "N9901", "CONSENT": "Y"}
EPISODE = {"DAT": "A01B", "REFLD": "20250601", "TRIAGED": "20250603"}


YOUNG = {**PERSON, **EPISODE, "CLIENTID": "c1", "EPISODID": "e1", "DOB": "20100101", "AGNCY": "N9902"}


def extract(folder: Path, columns: tuple[str, ...], *others: dict[str, str]) -> Path:
    """Three episodes of adults, of whom one was triaged before he was referred, and one drank on 40 days of 28."""
    rows = [*others] or [
        {**PERSON, **EPISODE, "CLIENTID": "c1", "EPISODID": "e1"},
        {**PERSON, **EPISODE, "CLIENTID": "c2", "EPISODID": "e2", "DOB": "19810101", "TRIAGED": "20250530"},
        {
            **PERSON,
            **EPISODE,
            "CLIENTID": "c3",
            "EPISODID": "e3",
            "DOB": "19820101",
            "ALCDDAYS": "40",
            "ALCUNITS": "5",
        },
    ]
    path = folder / "brought.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_an_extract_is_taken_in_mended_and_sent_for_two_data_sets(
    start: Start, store: Store, draft: DraftFolder, tmp_path: Path
) -> None:
    here = ("--store", store.path, "--key-file", store.key_file)
    assert call("standards", "install", draft.folder, *here).code == 0
    brought = extract(tmp_path, load("ndtms-q-ad").columns)
    terminal = begun(start, tmp_path)
    for code, name in (("N9901", "ad"), ("N9902", "yp")):
        made = call("agencies", "add", code, "--standard", f"ndtms-q-{name}", *here)
        assert made.code == 0, made
    step = stepper(terminal)
    step("<ctrl+p>agencies<enter>", "Agencies of this store")
    step("<down><enter>", "N9901 is open")
    step("<ctrl+p>import<enter>", "Import an extract")
    step(f"{brought}<enter>", "New: 3 clients, 3 episodes")
    step("<f2>", "Taken in: 3 clients")
    # What is wrong is found and mended, one after the other.
    checked(terminal, store)
    step("<f8>", "TRIAGED=20250530")
    terminal.until_quiet(0.3)
    step("<ctrl+u>3/6/25<f2>", "Saved: Episode")
    step("<f8>", "ALCDDAYS=40")
    terminal.until_quiet(0.3)
    step("<ctrl+u>20<f2>", "Saved: Episode")
    checked(terminal, store)
    step("<ctrl+p>extract<enter>", "Will be written")
    terminal.until("Load            100.0 %")
    step("<f2>", "Folder")
    out = tmp_path / "out"
    out.mkdir()
    step(f"<ctrl+u>{out}<f2>", "N9901-20240101-20251031-TREAT-IN-Q.csv")
    # The other data set of the edition: the same headings, its own columns filled.
    extract(tmp_path, load("ndtms-q-yp").columns, YOUNG)
    step("<ctrl+p>agencies<enter>", "Agencies of this store")
    step("<end><enter>", "N9902 is open")
    step("<ctrl+p>import<enter>", "Import an extract")
    step(f"{brought}<enter>", "New: 1 client, 1 episode")
    step("<f2>", "Taken in: 1 client")
    step("<ctrl+p>extract<enter>", "Will be written")
    terminal.until("Load            100.0 %")
    step("<f2>", "Folder")
    step(f"<ctrl+u>{out}<f2>", "N9902-20240101-20251031-TREAT-IN-Q.csv")
    files = sorted(out.iterdir())
    assert [path.name[:5] for path in files] == ["N9901", "N9902"]
    adults, youths = (list(csv.reader(path.read_text(encoding="utf-8").splitlines())) for path in files)
    assert adults[0] == youths[0] == list(load("ndtms-q").columns) and (len(adults), len(youths)) == (4, 2)
    assert "ALCDDAYS" in youths[0] and youths[1][youths[0].index("ALCDDAYS")] == ""
