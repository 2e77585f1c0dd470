"""Extracts are marked as sent and taken back; mismatches are confirmed; nonsense is refused with a sentence."""

import hashlib
from datetime import timedelta

import pytest

from store.facts import AgencyInfo, ExtractInfo
from store.store import Store
from tests.store.small_standard import LATER, NOW
from validators.problems import Problem


def written(store: Store, agency: AgencyInfo, text: bytes = b"x", submission: str = "2020-12") -> ExtractInfo:
    with store.write("ann", NOW) as work:
        digest = hashlib.sha256(text).hexdigest()
        return work.record_extract(agency, submission, "a.csv", digest, 1, {}, [text], kind="full", submission_number=3)


def test_an_extract_is_sent_taken_back_and_sent_again(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    assert (one.kind, one.submission_number, one.sent_at, one.is_sent) == ("full", 3, None, False)
    assert store.last_sent(agency) is None
    with store.write("bob", LATER) as work:
        sent = work.mark_sent(one.id)
    assert (sent.sent_at, sent.sent_by, sent.is_sent) == (LATER, "bob", True)
    assert store.last_sent(agency) == sent == store.extract(one.id) == store.extracts(agency)[0]
    with store.write("cid", LATER) as work:
        back = work.take_back(one.id)
    assert (back.sent_at, back.taken_back_at, back.taken_back_by, back.is_sent) == (LATER, LATER, "cid", False)
    assert store.last_sent(agency) is None
    with store.write("bob", LATER) as work:
        assert work.mark_sent(one.id).is_sent
    assert [entry.act for entry in store.history(one.id)] == ["export", "sent", "take back", "sent"]
    assert store.verify_audit().whole


def test_an_order_that_makes_no_sense_is_refused(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    with pytest.raises(Problem, match="not marked as sent"), store.write("ann", NOW) as work:
        work.take_back(one.id)
    with store.write("ann", NOW) as work:
        work.mark_sent(one.id)
    with pytest.raises(Problem, match="marked as sent by ann at 2021-01-10 09:30 UTC"), store.write("x", NOW) as work:
        work.mark_sent(one.id)
    with pytest.raises(Problem, match="no extract nobody"), store.write("ann", NOW) as work:
        work.mark_sent("nobody")
    assert len(store.history(one.id)) == 2


def test_the_last_one_sent_is_the_last_one_whatever_the_clock_did(store: Store, agency: AgencyInfo) -> None:
    first, second = written(store, agency), written(store, agency, b"y", "2021-01")
    with store.write("ann", LATER) as work:
        work.mark_sent(second.id)
    with store.write("ann", LATER - timedelta(days=400)) as work:
        work.mark_sent(first.id)
    last = store.last_sent(agency)
    assert last is not None and last.id == first.id
    before = store.last_sent(agency, but_not=first.id)
    assert before is not None and before.id == second.id
    with store.write("ann", NOW) as work:
        other = work.ensure_agency("A0002", "small")
    assert store.last_sent(other) is None


def test_a_mismatch_is_confirmed_with_a_reason_and_gives_way_to_another_word(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    told = {"was": "A", "now": "B"}
    with pytest.raises(Problem, match="with a reason"), store.write("ann", NOW) as work:
        work.confirm_mismatch(one.id, "identity", "c1", told, "  ")
    with store.write("ann", NOW) as work:
        said = work.confirm_mismatch(one.id, "identity", "c1", told, " typed wrongly before ")
    assert store.confirmations(one.id) == [said]
    assert (said.reason, said.told, said.confirmed_by, said.confirmed_at) == ("typed wrongly before", told, "ann", NOW)
    with pytest.raises(Problem, match="confirmed by ann already"), store.write("bob", NOW) as work:
        work.confirm_mismatch(one.id, "identity", "c1", told, "again")
    with store.write("bob", LATER) as work:
        anew = work.confirm_mismatch(one.id, "identity", "c1", {"was": "A", "now": "C"}, "married")
    assert store.confirmations(one.id) == [anew]
    with store.write("bob", LATER) as work:
        gone = work.withdraw_confirmation(anew.id)
    assert store.confirmations(one.id) == [] and (gone.withdrawn_at, gone.withdrawn_by) == (LATER, "bob")
    with pytest.raises(Problem, match="taken back by bob"), store.write("bob", LATER) as work:
        work.withdraw_confirmation(anew.id)
    assert [entry.act for entry in store.history(said.id)] == ["confirm", "withdraw"] and store.verify_audit().whole


def test_what_was_sent_of_a_record_is_known_by_its_digest_until_that_is_taken_back(
    store: Store, agency: AgencyInfo
) -> None:
    def kept(text: bytes, *records: tuple[str, str]) -> ExtractInfo:
        with store.write("ann", NOW) as work:
            digest = hashlib.sha256(text).hexdigest()
            return work.record_extract(agency, "2020-12", "a.xml", digest, 1, {}, [text], records=records)

    first, second = kept(b"1", ("r1", "aa"), ("r2", "bb")), kept(b"2", ("r1", "cc"))
    known = ["r1", "r2", "r3"]
    assert store.sent_digests(agency, known) == {}
    with store.write("ann", LATER) as work:
        work.mark_sent(second.id)
        work.mark_sent(first.id)
    assert store.sent_digests(agency, known) == {"r1": "cc", "r2": "bb"}
    assert [one.id for one in store.sent_extracts(agency)] == [first.id, second.id]
    with store.write("ann", LATER) as work:
        work.take_back(second.id)
    assert store.sent_digests(agency, known) == {"r1": "aa", "r2": "bb"}
    assert store.sent_digests(agency, ["r2"]) == {"r2": "bb"}
    with store.write("ann", LATER) as work:
        work.take_back(first.id)
    assert store.sent_digests(agency, known) == {}
