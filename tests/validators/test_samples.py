"""Synthetic clients: valid, believable, and the same again for the same seed."""

from collections import Counter, defaultdict
from datetime import date
from itertools import islice, pairwise

import pytest

from tests.validators.builders import CHECKER, STANDARD, TODAY
from validators.dates import parse_date
from validators.records import EpisodeRecord, Finding, Severity
from validators.rules.file_rules import FileRules
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

Clients = dict[str, list[EpisodeRecord]]


def sample(clients: int, seed: int = 1, today: date = TODAY, *, faults: bool = False) -> Clients:
    """The episodes of synthetic clients, by client."""
    found: Clients = defaultdict(list)
    for record in synthetic_episodes(STANDARD, clients, seed=seed, today=today, faults=faults):
        found[record.client_id].append(record)
    return found


def troubles(clients: Clients, today: date = TODAY) -> dict[str, list[Finding]]:
    """Errors and warnings, by the client who has any."""
    rules = FileRules(STANDARD)
    found: dict[str, list[Finding]] = defaultdict(list)
    for client, records in clients.items():
        for record in records:
            findings = CHECKER.check(record, Context(today, "store"))
            findings += rules.check(record, findings)
            found[client] += [finding for finding in findings if finding.severity is not Severity.NOTICE]
    return {client: findings for client, findings in found.items() if findings}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29)])
def test_synthetic_clients_have_no_error_and_no_warning(seed: int, today: date) -> None:
    assert troubles(sample(150, seed, today), today) == {}


def test_the_same_seed_makes_the_same_clients_and_another_seed_others() -> None:
    assert sample(40, 7, faults=True) == sample(40, 7, faults=True)
    assert sample(40, 7) != sample(40, 8)
    assert sample(40, 7) != sample(40, 7, faults=True)


@pytest.mark.parametrize("number", [0, 1, 2, 100])
def test_as_many_clients_as_are_wanted(number: int) -> None:
    assert len(sample(number)) == number


def test_they_are_made_one_after_another() -> None:
    endless = synthetic_episodes(STANDARD, 10**9, seed=1, today=TODAY)
    assert len(list(islice(endless, 3))) == 3


def test_with_faults_about_one_client_in_ten_has_something_wrong() -> None:
    faulty = troubles(sample(1000, 3, faults=True))
    assert 70 <= len(faulty) <= 130
    rules = Counter(finding.rule for findings in faulty.values() for finding in findings)
    assert {"1", "2", "3", "10", "13", "layout"} <= set(rules), "of the kinds that clerks get wrong"


@pytest.mark.parametrize("today", [TODAY, date(2020, 3, 1), date(2024, 2, 29)])
def test_no_date_is_after_today(today: date) -> None:
    headers = [field.header for field in STANDARD.fields if field.is_date]
    for records in sample(200, 2, today).values():
        for record in records:
            for values in (record.client, record.episode, *(event.values for event in record.events)):
                for header in headers:
                    if text := values.get(header):
                        day = parse_date(text)
                        assert day is not None and day <= today, header


def test_two_hundred_clients_are_believable() -> None:
    clients = sample(200)
    episodes = [record for records in clients.values() for record in records]
    consented = [record for record in episodes if not STANDARD.withholds(record.episode)]
    ages = [TODAY.year - int(record.client["DOB"][:4]) for record in consented]
    closed = [record for record in consented if record.episode["DISD"]]
    kinds = Counter(event.section for record in consented for event in record.events)
    assert 20 <= sum(len(records) > 1 for records in clients.values()) <= 90, "some come back"
    assert 0.2 <= len(closed) / len(consented) <= 0.8, "some are open, some closed"
    assert 1 <= len(episodes) - len(consented) <= 20, "some do not consent"
    assert min(ages) >= 18 and max(ages) < 100 and len(set(ages)) > 20
    assert {record.client["SEX"] for record in consented} == {"1", "2"}
    assert kinds["sub_intervention"] > 50 and kinds["referral"] > 50
    assert any(not record.events for record in consented) and any(len(record.events) > 2 for record in consented)


def test_a_clients_episodes_follow_one_another_and_tell_of_one_person() -> None:
    for records in sample(200).values():
        consented = [record for record in records if not STANDARD.withholds(record.episode)]
        assert all(record.client == consented[0].client for record in consented)
        for earlier, later in pairwise(consented):
            assert earlier.episode["DISD"] and earlier.episode["DISD"] < later.episode["REFLD"]


def test_identifiers_are_used_once_and_the_agency_is_the_one_given() -> None:
    records = list(synthetic_episodes(STANDARD, 200, seed=1, today=TODAY, agency="T0042"))
    ids = [record.episode["EPISODID"] for record in records]
    ids += [event.values.get("SUBMID") or event.values["REFERID"] for record in records for event in record.events]
    assert len(ids) == len(set(ids))
    assert {record.client["AGNCY"] for record in records} == {"T0042"}


def test_without_consent_the_client_is_known_and_of_the_episode_nothing_that_is_not_sent() -> None:
    withheld = [r for records in sample(400).values() for r in records if STANDARD.withholds(r.episode)]
    assert withheld
    for record in withheld:
        filled = {header for header, value in record.episode.items() if value}
        assert filled < set(STANDARD.no_consent_carries) and not record.events
        assert record.client["CLIENT"] and record.client["DOB"]


def test_nothing_is_filled_that_the_form_would_skip() -> None:
    for records in sample(100).values():
        for record in records:
            values = {**record.client, **record.episode}
            for field in STANDARD.fields:
                if field.skip_when and field.skip_when.holds(values):
                    assert not values[field.header], field.header


@pytest.mark.parametrize("standard", [STANDARD, load("ndtms-r-ad")], ids=lambda one: one.id)
def test_that_there_is_no_further_substance_stands_where_it_belongs(standard: Standard) -> None:
    found = [record.episode for record in synthetic_episodes(standard, 300, seed=1, today=TODAY)]
    assert {one["DRUG1"] for one in found} & {"9996", "9997"} == set()
    assert "9996" in {one["DRUG2"] for one in found} and "9997" not in {one["DRUG2"] for one in found}
    assert {one["DRUG3"] for one in found if one["DRUG2"] == "9996"} <= {"", "9997"}
