"""Episodes from elsewhere are found again in the store, by the note of their copy or by whose they are and when."""

from store.clients import lookalikes
from store.clients.facts import Sought
from store.disk import audit
from store.facts import AgencyInfo, Who
from store.records import bulk_load, read, save
from store.store import Store
from tests.store.small_standard import NOW
from tests.stores import ask
from validators.records import EpisodeRecord

FIRST, OTHER = "Copied from x, episode 1.", "Copied from x, episode 12."
PERSON = {"FINITIAL": "E", "SINITIAL": "W", "DOB": "19850615"}


def loaded(store: Store, agency: AgencyInfo) -> list[EpisodeRecord]:
    """Three episodes of one client, two of them with a note."""
    with store.writing(Who("ann", NOW)) as work:
        days = ("20200302", "20200401", "20200501")
        records = [EpisodeRecord(PERSON, {"REFLD": day}, client_id="one") for day in days]
        bulk_load.load(work, agency, records, notes=[f"{FIRST} Rang back.", OTHER])
    return list(ask(store, read.episodes, agency))


def test_notes_are_loaded_with_their_episodes_and_audited(store: Store, agency: AgencyInfo) -> None:
    first, second, third = loaded(store, agency)
    tree = ask(store, read.tree, first.client_id)
    assert [one.note for one in tree.episodes] == [f"{FIRST} Rang back.", OTHER, ""]
    assert [(one.act, one.field) for one in ask(store, audit.history, [second.episode_id])] == [
        ("load", ""),
        ("annotate", "note"),
    ]
    assert [one.act for one in ask(store, audit.history, [third.episode_id])] == ["load"]
    assert ask(store, audit.verify).whole


def test_an_episode_is_known_by_its_note_else_by_person_and_day(store: Store, agency: AgencyInfo) -> None:
    first, second, third = loaded(store, agency)
    sought = {
        "noted": Sought(FIRST),
        "noted, and of another person": Sought(OTHER, "A", "B", "19700101", "20200401"),
        "alike": Sought("Copied from y, episode 3.", "E", "W", "1985-06-15", "2020-05-01"),
        "another day": Sought("", "E", "W", "1985-06-15", "2020-05-02"),
        "only a day": Sought("", opened="2020-05-01"),
        "half a name": Sought("Copied from x, episode"),
    }
    found = ask(
        store, lookalikes.counterparts, agency, {key: one for key, one in sought.items() if key != "half a name"}
    )
    assert {key: (one.episode_id, one.client_id, one.by_note) for key, one in found.items()} == {
        "noted": (first.episode_id, first.client_id, True),
        "noted, and of another person": (second.episode_id, first.client_id, True),
        "alike": (third.episode_id, first.client_id, False),
    }
    # The longer of two that a note may begin with is meant.
    assert ask(store, lookalikes.counterparts, agency, sought)["noted"].episode_id == first.episode_id


def test_nothing_that_is_deleted_counts(store: Store, agency: AgencyInfo) -> None:
    first, _, third = loaded(store, agency)
    sought = {"noted": Sought(FIRST), "alike": Sought("", "E", "W", "19850615", "20200501")}
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", third.episode_id, 1)
    assert set(ask(store, lookalikes.counterparts, agency, sought)) == {"noted"}
    with store.writing(Who("ann", NOW)) as work:
        save.delete(work, "client", first.client_id, 1)
    assert ask(store, lookalikes.counterparts, agency, sought) == {}
