"""A file that a person brings to the open agency: looked at without storing anything, then taken in."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exporters.formats.base import Taking
from exporters.imports.brought import check_brought, prepare_brought, row_at
from exporters.work import Work
from store.clients import search
from store.disk import audit
from store.facts import ClientQuery, Who
from store.records import agencies, read
from store.store import Store, open_store
from tests.exporters.extracts import row, write
from tests.stores import ask
from validators.problems import Problem
from validators.standard.catalogue import load

NOW = datetime(2021, 1, 10, 12, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With an agency and nobody in it."""
    made = open_store(tmp_path / "store.db", tmp_path / "store.key", load, create=True)
    with made.writing(Who("ann", NOW)) as work:
        agencies.ensure(work, "T0123", "ndtms-cjit-p")
    return made


def work_of(store: Store) -> Work:
    """The agency's, on the day."""
    return Work(ask(store, agencies.one), load("ndtms-cjit-p"), NOW.date())


def test_a_file_is_checked_and_each_finding_has_its_row_and_nothing_is_stored(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [row(), row("2", DOB="20301301")])
    before = ask(store, audit.verify).rows
    checked = ask(store, check_brought, work_of(store), path)
    wrong = next(one for one in checked.report.findings if one.field == "DOB")
    assert wrong.line == 3
    values = row_at(checked, 3)
    assert values["DOB"] == "20301301" and values["CLIENT"] == "1002"
    assert values["EPISODID"] == "e2"
    assert row_at(checked, 99) == {}
    assert ask(store, audit.verify).rows == before
    assert ask(store, search.count, work_of(store).agency, ClientQuery()) == 0


def test_a_file_that_was_changed_meanwhile_is_to_be_checked_again(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [row()])
    checked = ask(store, check_brought, work_of(store), path)
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(Problem, match="was changed since it was checked: check it again"):
        row_at(checked, 2)


def test_it_is_taken_in_with_its_report(store: Store, tmp_path: Path) -> None:
    job = prepare_brought(store, work_of(store), write(tmp_path, [row()]), Taking(today=date(2021, 1, 10)))
    assert ask(store, read.count_episodes, work_of(store).agency) == 0
    report = job.write(store, "T0123", "ann", NOW)
    assert (report.new.clients, report.new.episodes) == (1, 1)
    assert ask(store, read.count_episodes, work_of(store).agency) == 1


def test_a_file_of_another_agency_or_data_set_is_refused_in_words_for_a_screen(store: Store, tmp_path: Path) -> None:
    work = work_of(store)
    path = write(tmp_path, [row(AGNCY="T0999")])
    with pytest.raises(Problem, match=r"a file of agency T0999, not of T0123: name another file or agency;"):
        prepare_brought(store, work, path, Taking())
    welsh = replace(work, standard=load("smds-wales"))
    with pytest.raises(Problem, match="make an agency of that data set first, on the page of the agencies"):
        prepare_brought(store, welsh, path, Taking())
    # It can be checked all the same, by the rules of its own data set.
    assert ask(store, check_brought, welsh, path).report.standard.id == "ndtms-cjit-p"


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "could not be read"), (b"", "is empty"), (b"PK\x03\x04xxxx", "is a zip archive"), (b"a\0b", "NUL byte")],
)
def test_bad_input_is_one_clear_sentence(store: Store, tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem, match=told):
        ask(store, check_brought, work_of(store), path)
    with pytest.raises(Problem, match=told):
        prepare_brought(store, work_of(store), path, Taking())
