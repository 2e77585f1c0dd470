"""Consent with its history: what is recorded, what is keyed, and what only the record knows."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from store.disk import audit
from store.facts import AgencyInfo, StoredRecord, Who
from store.records import agencies, bulk_load, consent, read, save
from store.records.consent import ConsentAnswer
from store.store import Store, open_store
from tests.exporters.extracts import STANDARD
from tests.stores import ask, do
from validators.problems import Problem
from validators.records import EpisodeRecord

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
ANN, BOB = Who("ann", NOW), Who("bob", NOW + timedelta(hours=1))
WITHDRAWN = ConsentAnswer("withdrawn", "2026-11-28", "Carol Key", "2026-11", "by telephone")


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_store(tmp_path / "k.db", tmp_path / "k.key", lambda name: STANDARD, create=True) as opened:
        yield opened


@pytest.fixture
def agency(store: Store) -> AgencyInfo:
    return do(store, ANN, agencies.ensure, "T0123", STANDARD.id)


def entered(store: Store, agency: AgencyInfo, **values: str) -> StoredRecord:
    """An episode that was keyed, of a client of its own."""
    with store.writing(ANN) as unit:
        client = save.create(unit, "client", agency.id, "", {"CLIENT": "1001"})
        return save.create(unit, "episode", client.id, "", {"REFLD": "20260601", **values})


def keyed(store: Store, episode_id: str, answer: str, who: Who = BOB) -> None:
    """The field is keyed anew."""
    with store.writing(who) as unit:
        now = read.get(unit, "episode", episode_id)
        save.change(unit, "episode", episode_id, {**now.values, "CONSENT": answer}, now.version)


def told(store: Store, episode_id: str) -> list[tuple[str, str, str]]:
    """State, source and who entered it, of each entry."""
    return [(one.state, one.source, one.entered_by) for one in ask(store, consent.history, episode_id)]


def test_what_is_keyed_in_the_field_makes_an_entry_on_saving(store: Store, agency: AgencyInfo) -> None:
    episode = entered(store, agency)
    assert told(store, episode.id) == []
    keyed(store, episode.id, "Y", ANN)
    keyed(store, episode.id, "N")
    keyed(store, episode.id, "")
    keyed(store, episode.id, "N")
    keyed(store, episode.id, "?")
    assert told(store, episode.id) == [
        ("agreed", "keyed", "ann"),
        ("withdrawn", "keyed", "bob"),  # a No after a Yes
        ("not_asked", "keyed", "bob"),
        ("refused", "keyed", "bob"),
        ("unclear", "keyed", "bob"),
    ]
    (first, *_) = ask(store, consent.history, episode.id)
    assert (first.entered_at, first.asked_on, first.asked_by, first.notice) == (NOW, "", "", "")  # nothing is made up


def test_a_new_episode_with_an_answer_has_an_entry_and_another_change_makes_none(
    store: Store, agency: AgencyInfo
) -> None:
    episode = entered(store, agency, CONSENT="Y")
    with store.writing(BOB) as unit:
        save.change(unit, "episode", episode.id, {**episode.values, "PC": "NE1 4"}, 1)
    assert told(store, episode.id) == [("agreed", "keyed", "ann")]


def test_an_answer_that_only_the_record_knows_is_told_as_such(store: Store, agency: AgencyInfo) -> None:
    record = EpisodeRecord({"CLIENT": "1002"}, {"REFLD": "20260101", "CONSENT": "Y"}, ())
    do(store, ANN, bulk_load.load, agency, [record])
    (known,) = ask(store, read.episodes, agency)
    assert told(store, known.episode_id) == [("agreed", "record", "")]
    (only,) = ask(store, consent.history, known.episode_id)
    assert only.entered_at is None and only.id == ""
    keyed(store, known.episode_id, "N")
    assert told(store, known.episode_id) == [("agreed", "record", ""), ("withdrawn", "keyed", "bob")]


def test_an_entry_is_not_doubled_by_the_field_that_follows_it_and_is_in_the_audit(
    store: Store, agency: AgencyInfo
) -> None:
    episode = entered(store, agency, CONSENT="Y")
    with store.writing(BOB) as unit:
        consent.add(unit, episode.id, WITHDRAWN)
        save.change(unit, "episode", episode.id, {**episode.values, "CONSENT": "N"}, 1)
    assert told(store, episode.id) == [("agreed", "keyed", "ann"), ("withdrawn", "asked", "bob")]
    last = ask(store, consent.history, episode.id)[-1]
    assert (last.asked_on, last.asked_by, last.notice, last.note) == (
        "2026-11-28", "Carol Key", "2026-11", "by telephone",
    )  # fmt: skip
    links = [(one.act, one.field, one.old, one.new) for one in ask(store, audit.history, [episode.id])]
    assert links[1:] == [("consent", "CONSENT", "agreed", "withdrawn"), ("change", "CONSENT", "Y", "N")]
    assert ask(store, audit.verify).whole


def test_when_the_save_fails_there_is_no_entry_either(store: Store, agency: AgencyInfo) -> None:
    episode = entered(store, agency, CONSENT="Y")
    with pytest.raises(ZeroDivisionError), store.writing(BOB) as unit:
        consent.add(unit, episode.id, WITHDRAWN)
        raise ZeroDivisionError
    assert told(store, episode.id) == [("agreed", "keyed", "ann")]


def test_consent_to_ips_is_apart(store: Store, agency: AgencyInfo) -> None:
    episode = entered(store, agency, CONSENT="N")
    with store.writing(BOB) as unit:
        consent.add(unit, episode.id, ConsentAnswer("agreed", "2026-11-28", "Carol", purpose="ips"))
    assert told(store, episode.id) == [("refused", "keyed", "ann")]
    (only,) = ask(store, consent.history, episode.id, "ips")
    assert (only.state, only.purpose) == ("agreed", "ips")
    assert ask(store, read.get, "episode", episode.id).values["CONSENT"] == "N"


def test_lists_of_withdrawals_and_of_episodes_without_an_answer(store: Store, agency: AgencyInfo) -> None:
    agreed, gone, asked = (entered(store, agency, CONSENT=answer) for answer in ("Y", "Y", ""))
    keyed(store, gone.id, "N")
    assert [one.episode_id for one in ask(store, consent.unanswered, agency)] == [asked.id]
    (place,) = ask(store, consent.withdrawn, agency)
    assert (place.episode_id, place.reference, place.opened, place.deleted) == (gone.id, "1001", "2026-06-01", False)
    assert place.entry is not None
    do(store, BOB, consent.settle, place.entry.id, "told the team by post")
    assert ask(store, consent.withdrawn, agency) == []
    (place,) = ask(store, consent.withdrawn, agency, settled=True)
    assert place.entry is not None and place.entry.settled_how == "told the team by post"
    with pytest.raises(Problem, match="ticked already"):
        do(store, BOB, consent.settle, place.entry.id, "again")
    do(store, BOB, consent.unsettle, place.entry.id)
    assert len(ask(store, consent.withdrawn, agency)) == 1
    keyed(store, gone.id, "Y")
    assert ask(store, consent.withdrawn, agency, settled=True) == []  # given again
    with store.writing(BOB) as unit:
        save.delete(unit, "episode", asked.id, 1)
    assert ask(store, consent.unanswered, agency) == []
    assert told(store, agreed.id) == [("agreed", "keyed", "ann")]


def test_a_notice_of_ones_own_is_kept_by_version(store: Store, agency: AgencyInfo) -> None:
    assert ask(store, consent.notices, agency) == []
    do(store, ANN, consent.keep_notice, agency, "2026-11", "Our page")
    (kept,) = ask(store, consent.notices, agency)
    assert (kept.version, kept.text, kept.entered_by, kept.entered_at.date()) == (
        "2026-11", "Our page", "ann", date(2026, 11, 29),
    )  # fmt: skip
    with pytest.raises(Problem, match="already"):
        do(store, ANN, consent.keep_notice, agency, "2026-11", "Another")
    do(store, ANN, agencies.remove, agency)  # a notice alone keeps no agency
