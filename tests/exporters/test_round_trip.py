"""What goes out of one store comes into another one as the same episodes."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from store.facts import Who
from store.records import agencies, bulk_load, read
from store.store import Store
from tests.exporters.desks import opened
from tests.exporters.extracts import NOW, STANDARD, TODAY, essence
from tests.stores import ask
from validators.records import EpisodeRecord
from validators.synthetic import synthetic_episodes

# Two stores on a real disk for each example: a failing one is shown as it is, not made smaller.
QUICK = settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
CARRIED = frozenset(STANDARD.no_consent_carries)
IDENTITY = STANDARD.role("episode_id")


def told(record: EpisodeRecord) -> object:
    """What of an episode may leave the building."""
    base, events = essence(record)
    if STANDARD.has_consent(record.episode):
        return base, events
    return frozenset((header, value) for header, value in base if header in CARRIED), frozenset()


def contents(store: Store, left_out: set[str]) -> tuple[dict[str, object], set[frozenset[str]]]:
    """Each episode by its identifier, and which of them belong to one client."""
    records = [r for r in ask(store, read.episodes, ask(store, agencies.one)) if r.episode[IDENTITY] not in left_out]
    together: dict[str, set[str]] = {}
    for record in records:
        together.setdefault(record.client_id, set()).add(record.episode[IDENTITY])
    return {r.episode[IDENTITY]: told(r) for r in records}, set(map(frozenset, together.values()))


@QUICK
@given(seed=st.integers(0, 2**32), clients=st.integers(1, 25), today=st.dates(date(2015, 6, 1), date(2024, 6, 28)))
def test_valid_episodes_survive_the_way_out_and_in(seed: int, clients: int, today: date) -> None:
    with tempfile.TemporaryDirectory() as place:
        first, second = opened(Path(place) / "first"), opened(Path(place) / "second")
        with first.store, second.store:
            made = list(synthetic_episodes(STANDARD, clients, seed=seed, today=today))
            with first.store.writing(Who("ann", NOW)) as work:
                agency = agencies.ensure(work, "T0001", STANDARD.id)
                bulk_load.load(work, agency, made)
            # The month of today, so that nothing is held back; the days of July belong to the return of June.
            submission = f"{today:%Y-%m}" if today.month != 7 else f"{today:%Y}-{'06' if today.day < 15 else '08'}"
            receipt = first.send(submission, today=max(today, TODAY))
            assert receipt.held_back == [] and receipt.tally.errors == receipt.tally.warnings == 0
            left_out = {one.episode for one in receipt.left_out}
            if receipt.tally.rows == 0:
                return
            report = second.take(receipt.file, agency="T0001", all_or_nothing=True)
            assert not (report.disagreements or report.differences or report.left_out)
            assert contents(second.store, set()) == contents(first.store, left_out)
            again = first.take(receipt.file, update=True)
            assert again.unchanged == receipt.tally.episodes and again.updated == 0


@settings(QUICK, max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_faulty_episodes_survive_as_well(seed: int) -> None:
    """All but what the exporter itself puts right: the postcode."""
    postcode = STANDARD.role("postcode")
    with tempfile.TemporaryDirectory() as place:
        first, second = opened(Path(place) / "first"), opened(Path(place) / "second")
        with first.store, second.store:
            with first.store.writing(Who("ann", NOW)) as work:
                records = synthetic_episodes(STANDARD, 40, seed=seed, today=TODAY, faults=True)
                bulk_load.load(work, agencies.ensure(work, "T0001", STANDARD.id), records)
            receipt = first.send("2021-01")
            second.take(receipt.file, all_or_nothing=True)
            left_out = {one.episode for one in receipt.left_out}
            before = {r.episode[IDENTITY]: r for r in ask(first.store, read.episodes, ask(first.store, agencies.one))}
            after = {r.episode[IDENTITY]: r for r in ask(second.store, read.episodes, ask(second.store, agencies.one))}
            assert after.keys() == before.keys() - left_out
            for name, record in after.items():
                if STANDARD.has_consent(record.episode):
                    old = {**before[name].episode, postcode: "", "CMSID": ""}
                    new = {**record.episode, postcode: "", "CMSID": ""}
                    assert old == new and len(record.events) == len(before[name].events)
