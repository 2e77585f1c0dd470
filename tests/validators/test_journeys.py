"""Treatment journeys: rows of episodes, and which of them belong together."""

import pytest

from validators.journeys import journeys
from validators.records import EpisodeRecord, Event
from validators.standard.catalogue import load

R, CJIT = load("ndtms-r-ad"), load("ndtms-cjit-p")
CLIENT = {"FINITIAL": "A", "SINITIAL": "B", "DOB": "19900301", "SEX": "1"}


def episode(*starts: str, closed: str = "", consent: str = "Y", **other: str) -> EpisodeRecord:
    """An episode with interventions that started on these days."""
    client = {**CLIENT, **{header: text for header, text in other.items() if header in CLIENT}}
    values = {"LA": "E1", "CONSENT": consent, "DISD": closed, **other}
    return EpisodeRecord(client, values, tuple(Event("intervention", {"MODST": day}) for day in starts), ())


# what happened, and the number of the journey of each episode
ROWS = [
    ("one episode", [episode("20250101")], [1]),
    ("treatment has not begun", [episode()], [0]),
    ("21 days are no gap", [episode("20250101", closed="20250201"), episode("20250222")], [1, 1]),
    ("22 days are one", [episode("20250101", closed="20250201"), episode("20250223")], [1, 2]),
    (
        "the first start of several counts",
        [episode("20250101", closed="20250201"), episode("20250601", "20250210")],
        [1, 1],
    ),
    ("an earlier one is still open", [episode("20250101"), episode("20250601")], [1, 1]),
    (
        "an earlier one was closed after the later one",
        [episode("20240101", closed="20250301"), episode("20250101", closed="20250201"), episode("20250601")],
        [1, 1, 2],
    ),
    (
        "closed within the later one, although long before",
        [episode("20250101", closed="20250201"), episode("20250110", closed="20250801"), episode("20250301")],
        [1, 1, 1],
    ),
    ("entered in another order", [episode("20250601"), episode("20240101", closed="20240201")], [2, 1]),
    ("another authority is another person", [episode("20250101"), episode("20250102", LA="E2")], [1, 2]),
    ("another birth date too", [episode("20250101"), episode("20250102", DOB="19900302")], [1, 2]),
    ("without consent nothing is matched", [episode("20250101"), episode("20250102", consent="N")], [1, 0]),
    ("a date that cannot be read starts nothing", [episode("20251399")], [0]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "records", "numbers"), ROWS, ids=[what for what, _, _ in ROWS])
def test_episodes_that_belong_together(what: str, records: list[EpisodeRecord], numbers: list[int]) -> None:
    assert journeys(records, R) == numbers


def test_a_data_set_without_starts_of_treatment_has_no_journeys() -> None:
    assert journeys([episode("20250101")], CJIT) == [0]
