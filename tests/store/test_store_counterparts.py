"""Episodes from elsewhere are found again in the store, by the note of their copy or by whose they are and when."""

from store.clients.facts import Sought
from store.facts import AgencyInfo
from store.store import Store
from tests.store.small_standard import NOW
from validators.records import EpisodeRecord

FIRST, OTHER = "Copied from x, episode 1.", "Copied from x, episode 12."
PERSON = {"FINITIAL": "E", "SINITIAL": "W", "DOB": "19850615"}


def loaded(store: Store, agency: AgencyInfo) -> list[EpisodeRecord]:
    """Three episodes of one client, two of them with a note."""
    with store.write("ann", NOW) as work:
        days = ("20200302", "20200401", "20200501")
        records = [EpisodeRecord(PERSON, {"REFLD": day}, client_id="one") for day in days]
        work.load(agency, records, notes=[f"{FIRST} Rang back.", OTHER])
    return list(store.episodes(agency))


def test_notes_are_loaded_with_their_episodes_and_audited(store: Store, agency: AgencyInfo) -> None:
    first, second, third = loaded(store, agency)
    tree = store.client_tree(first.client_id)
    assert [one.note for one in tree.episodes] == [f"{FIRST} Rang back.", OTHER, ""]
    assert [(one.act, one.field) for one in store.history(second.episode_id)] == [("load", ""), ("annotate", "note")]
    assert [one.act for one in store.history(third.episode_id)] == ["load"]
    assert store.verify_audit().whole


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
    found = store.counterparts(agency, {key: one for key, one in sought.items() if key != "half a name"})
    assert {key: (one.episode_id, one.client_id, one.by_note) for key, one in found.items()} == {
        "noted": (first.episode_id, first.client_id, True),
        "noted, and of another person": (second.episode_id, first.client_id, True),
        "alike": (third.episode_id, first.client_id, False),
    }
    # The longer of two that a note may begin with is meant.
    assert store.counterparts(agency, sought)["noted"].episode_id == first.episode_id


def test_nothing_that_is_deleted_counts(store: Store, agency: AgencyInfo) -> None:
    first, _, third = loaded(store, agency)
    sought = {"noted": Sought(FIRST), "alike": Sought("", "E", "W", "19850615", "20200501")}
    with store.write("ann", NOW) as work:
        work.delete("episode", third.episode_id, 1)
    assert set(store.counterparts(agency, sought)) == {"noted"}
    with store.write("ann", NOW) as work:
        work.delete("client", first.client_id, 1)
    assert store.counterparts(agency, sought) == {}
