"""Numbers that the program gives clients where the agency has none: stable, and never given twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.facts import AgencyInfo, Who
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.store.small_standard import NOW
from tests.stores import ask
from validators.records import EpisodeRecord
from validators.standard import catalogue


@pytest.fixture
def welsh(tmp_path: Path, key_file: Path) -> Iterator[Store]:
    """A store that knows the shipped standards."""
    with open_store(tmp_path / "welsh.db", key_file, catalogue.load, create=True) as made:
        yield made


@pytest.fixture
def journeys(welsh: Store) -> AgencyInfo:
    """A Welsh agency in it."""
    with welsh.writing(Who("ann", NOW)) as work:
        return agencies.ensure(work, "T00123", "smds-wales")


def enter(store: Store, agency: AgencyInfo, **values: str) -> tuple[str, str]:
    """Enter a client: its id, and its number as the store keeps it."""
    with store.writing(Who("ann", NOW)) as work:
        made = save.create(work, "client", agency.id, "", values)
    return made.id, made.values["CLIENTNO"]


def test_a_client_without_a_number_is_given_one_and_keeps_it(welsh: Store, journeys: AgencyInfo) -> None:
    one, number = enter(welsh, journeys, SURNAME1="A")
    _, other = enter(welsh, journeys, CLIENTNO="")
    assert number.isdigit() and other.isdigit() and number != other
    with welsh.writing(Who("ann", NOW)) as work:
        kept = read.get(work, "client", one)
        changed = save.change(work, "client", one, {"SURNAME1": "B", "CLIENTNO": ""}, kept.version)
    assert changed.values == {"SURNAME1": "B", "CLIENTNO": number}


def test_a_number_that_was_typed_stays_and_is_not_given_again(welsh: Store, journeys: AgencyInfo) -> None:
    assert enter(welsh, journeys, CLIENTNO="00042")[1] == "00042"
    taken = [enter(welsh, journeys, CLIENTNO=str(number))[1] for number in range(1, 12)]
    made = [enter(welsh, journeys)[1] for _ in range(5)]
    assert len({*taken, *made}) == len(taken) + len(made)
    assert all(number.isdigit() and len(number) <= 15 for number in made)


def test_the_number_of_a_deleted_client_is_not_given_again(welsh: Store, journeys: AgencyInfo) -> None:
    one, number = enter(welsh, journeys)
    with welsh.writing(Who("ann", NOW)) as work:
        save.delete(work, "client", one, read.get(work, "client", one).version)
    assert enter(welsh, journeys)[1] != number


def test_clients_entered_many_at_once_are_given_numbers_too(welsh: Store, journeys: AgencyInfo) -> None:
    records = [EpisodeRecord({"CLIENTNO": "3"}, {}, client_id="a")]
    records += [EpisodeRecord({}, {}, client_id=f"c{number}") for number in range(4)]
    with welsh.writing(Who("ann", NOW)) as work:
        bulk_load.load(work, journeys, records)
    numbers = [record.client["CLIENTNO"] for record in ask(welsh, read.episodes, journeys)]
    assert len(numbers) == 5 and len(set(numbers)) == 5 and "3" in numbers
