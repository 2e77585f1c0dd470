"""Extracts are marked as sent and taken back; mismatches are confirmed; nonsense is refused with a sentence."""

import hashlib
from datetime import timedelta

import pytest

from store.disk import audit
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import bounce_lists, extracts
from store.month import sent as stored_sent
from store.month.facts import ConfirmedMismatch, WrittenExtract
from store.records import agencies
from store.store import Store
from tests.store.small_standard import LATER, NOW
from tests.stores import ask, do
from validators.problems import Problem


def written(store: Store, agency: AgencyInfo, text: bytes = b"x", submission: str = "2020-12") -> ExtractInfo:
    with store.writing(Who("ann", NOW)) as work:
        digest = hashlib.sha256(text).hexdigest()
        return extracts.keep(
            work, agency, WrittenExtract(submission, "a.csv", digest, 1, {}, kind="full", submission_number=3), [text]
        )


def test_what_was_sent_in_a_letter_that_was_left_since_was_sent(store: Store, agency: AgencyInfo) -> None:
    """Where a return is but what is new, all that was sent before it counts: after a change of letter what went in the
    old one was told as never sent, and what was denied of it by nobody."""
    with store.writing(Who("ann", NOW)) as work:
        old = WrittenExtract("2020-12", "a.csv", hashlib.sha256(b"x").hexdigest(), 1, {}, kind="new", standard="left")
        older = extracts.keep(work, agency, old, [b"x"])
    newer = written(store, agency, b"y", "2021-01")
    for one in (older, newer):
        do(store, Who("ann", LATER), stored_sent.mark, one.id)
    assert [one.id for one in ask(store, stored_sent.until, agency, newer)] == [older.id, newer.id]


def test_an_extract_is_sent_taken_back_and_sent_again(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    assert (one.kind, one.submission_number, one.sent_at, one.is_sent) == ("full", 3, None, False)
    assert ask(store, stored_sent.last, agency) is None
    with store.writing(Who("bob", LATER)) as work:
        sent = stored_sent.mark(work, one.id)
    assert (sent.sent_at, sent.sent_by, sent.is_sent) == (LATER, "bob", True)
    assert (
        ask(store, stored_sent.last, agency)
        == sent
        == ask(store, extracts.one, one.id)
        == ask(store, extracts.listed, agency)[0]
    )
    with store.writing(Who("cid", LATER)) as work:
        back = stored_sent.take_back(work, one.id)
    assert (back.sent_at, back.taken_back_at, back.taken_back_by, back.is_sent) == (LATER, LATER, "cid", False)
    assert ask(store, stored_sent.last, agency) is None
    with store.writing(Who("bob", LATER)) as work:
        assert stored_sent.mark(work, one.id).is_sent
    assert [entry.act for entry in ask(store, audit.history, [one.id])] == ["export", "sent", "take back", "sent"]
    assert ask(store, audit.verify).whole


def test_an_order_that_makes_no_sense_is_refused(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    with pytest.raises(Problem, match="not marked as sent"), store.writing(Who("ann", NOW)) as work:
        stored_sent.take_back(work, one.id)
    with store.writing(Who("ann", NOW)) as work:
        stored_sent.mark(work, one.id)
    with (
        pytest.raises(Problem, match="marked as sent by ann at 2021-01-10 09:30"),
        store.writing(Who("x", NOW)) as work,
    ):
        stored_sent.mark(work, one.id)
    with pytest.raises(Problem, match="no extract nobody"), store.writing(Who("ann", NOW)) as work:
        stored_sent.mark(work, "nobody")
    assert len(ask(store, audit.history, [one.id])) == 2


def test_the_last_one_sent_is_that_of_the_latest_submission_whenever_it_was_marked(
    store: Store, agency: AgencyInfo
) -> None:
    """A correction of an older month, written and marked later, is not what the next return is compared with."""
    first, second = written(store, agency, b"x", "2021-01"), written(store, agency, b"y", "2021-01")
    older = written(store, agency, b"z", "2020-12")
    for at, one in ((LATER, second), (LATER + timedelta(days=1), first), (LATER - timedelta(days=400), older)):
        with store.writing(Who("ann", at)) as work:
            stored_sent.mark(work, one.id)
    last = ask(store, stored_sent.last, agency)
    assert last is not None and last.id == second.id
    before = ask(store, stored_sent.last, agency, but_not=second.id)
    assert before is not None and before.id == first.id
    assert [one.id for one in ask(store, stored_sent.until, agency, second)] == [first.id, second.id, older.id]
    assert [one.id for one in ask(store, stored_sent.until, agency, older)] == [first.id, second.id, older.id]
    assert [one.id for one in ask(store, stored_sent.until, agency, first)] == [first.id, older.id]
    with store.writing(Who("ann", LATER)) as work:
        stored_sent.take_back(work, second.id)
    again = ask(store, stored_sent.last, agency)
    assert again is not None and again.id == first.id
    with store.writing(Who("ann", NOW)) as work:
        other = agencies.ensure(work, "A0002", "small")
    assert ask(store, stored_sent.last, other) is None


def test_a_mismatch_is_confirmed_with_a_reason_and_gives_way_to_another_word(store: Store, agency: AgencyInfo) -> None:
    one = written(store, agency)
    told = {"was": "A", "now": "B"}
    with pytest.raises(Problem, match="with a reason"), store.writing(Who("ann", NOW)) as work:
        stored_sent.confirm(work, one.id, ConfirmedMismatch("identity", "c1", told), "  ")
    with store.writing(Who("ann", NOW)) as work:
        said = stored_sent.confirm(work, one.id, ConfirmedMismatch("identity", "c1", told), " typed wrongly before ")
    assert ask(store, stored_sent.confirmations, one.id) == [said]
    assert (said.reason, said.told, said.confirmed_by, said.confirmed_at) == ("typed wrongly before", told, "ann", NOW)
    with pytest.raises(Problem, match="confirmed by ann already"), store.writing(Who("bob", NOW)) as work:
        stored_sent.confirm(work, one.id, ConfirmedMismatch("identity", "c1", told), "again")
    other = ConfirmedMismatch("identity", "c1", {"was": "A", "now": "C"})
    with pytest.raises(Problem, match="ann confirmed that mismatch meanwhile"):
        do(store, Who("bob", LATER), stored_sent.confirm, one.id, other, "married", "")
    with store.writing(Who("bob", LATER)) as work:
        anew = stored_sent.confirm(work, one.id, other, "married", said.id)
    assert ask(store, stored_sent.confirmations, one.id) == [anew]
    with store.writing(Who("bob", LATER)) as work:
        gone = stored_sent.withdraw(work, anew.id)
    assert ask(store, stored_sent.confirmations, one.id) == [] and (gone.withdrawn_at, gone.withdrawn_by) == (
        LATER,
        "bob",
    )
    with pytest.raises(Problem, match="taken back by bob"), store.writing(Who("bob", LATER)) as work:
        stored_sent.withdraw(work, anew.id)
    assert [entry.act for entry in ask(store, audit.history, [said.id])] == ["confirm", "withdraw"] and ask(
        store, audit.verify
    ).whole


def test_what_was_sent_of_a_record_is_known_by_its_digest_and_the_latest_month_until_that_is_taken_back(
    store: Store, agency: AgencyInfo
) -> None:
    def kept(text: bytes, *records: tuple[str, str]) -> ExtractInfo:
        with store.writing(Who("ann", NOW)) as work:
            digest = hashlib.sha256(text).hexdigest()
            month = {b"1": "2020-12", b"2": "2020-11"}[text]
            return extracts.keep(work, agency, WrittenExtract(month, "a.xml", digest, 1, {}), [text], records)

    first, second = kept(b"1", ("r1", "aa"), ("r2", "bb")), kept(b"2", ("r1", "cc"))
    known = ["r1", "r2", "r3"]
    assert ask(store, stored_sent.of_records, agency, known) == {}
    with store.writing(Who("ann", LATER)) as work:
        stored_sent.mark(work, second.id)
        stored_sent.mark(work, first.id)
    beside = {"r2": ("bb", "2020-12", 1, 1)}
    assert ask(store, stored_sent.of_records, agency, known) == {"r1": ("cc", "2020-12", 2, 2), **beside}
    assert [one.id for one in ask(store, stored_sent.listed, agency)] == [first.id, second.id]
    with store.writing(Who("ann", LATER)) as work:
        stored_sent.take_back(work, second.id)
    assert ask(store, stored_sent.of_records, agency, known) == {"r1": ("aa", "2020-12", 1, 1), **beside}
    assert ask(store, stored_sent.of_records, agency, ["r2"]) == beside
    # Who looked before it was marked takes nothing back that another one says was sent.
    with pytest.raises(Problem, match=r"ann marked the extract .* as sent at .*, after you looked at it"):
        do(store, Who("bob", LATER), stored_sent.take_back, first.id, first)
    with store.writing(Who("ann", LATER)) as work:
        stored_sent.take_back(work, first.id, extracts.one(work, first.id))
    assert ask(store, stored_sent.of_records, agency, known) == {}


def test_a_bounce_list_is_kept_for_each_extract_until_it_is_forgotten(store: Store, agency: AgencyInfo) -> None:
    first, second = written(store, agency, submission="2020-11"), written(store, agency)
    assert ask(store, bounce_lists.listed, agency) == []
    with store.writing(Who("ann", NOW)) as work:
        bounce_lists.add(work, agency, first, "2 DOB", counts_rows=False)
    with store.writing(Who("bob", LATER)) as work:
        bounce_lists.add(work, agency, second, "7 SEX", counts_rows=True)
        other = agencies.enter(work, "T0999", agency.standard)
    latest, _ = ask(store, bounce_lists.listed, agency)
    assert (latest.submission, latest.text, latest.counts_rows, latest.kept_by) == ("2020-12", "7 SEX", True, "bob")
    assert ask(store, bounce_lists.listed, other) == []
    # What another one added meanwhile is not lost.
    with store.writing(Who("bob", LATER)) as work:
        assert bounce_lists.add(work, agency, first, "3 PC", counts_rows=True).text == "2 DOB\n3 PC"
        bounce_lists.count_from(work, agency, first, counts_rows=True)
    kept = ask(store, bounce_lists.one, agency, first.id)
    assert kept is not None and (kept.counts_rows, kept.submission) == (True, "2020-11")
    with pytest.raises(Problem, match="bob changed the list of 2020-11 meanwhile"):
        do(store, Who("ann", LATER), bounce_lists.forget, agency, first.id, "2 DOB")
    with store.writing(Who("ann", LATER)) as work:
        bounce_lists.forget(work, agency, first.id, kept.text)
        bounce_lists.forget(work, agency, first.id)
    assert ask(store, bounce_lists.one, agency, first.id) is None
    told = [(one.field, one.old, one.new) for one in ask(store, audit.history, [agency.id]) if "bounce" in one.field]
    assert told == [
        ("bounce list 2020-11", None, "1 lines"),
        ("bounce list 2020-12", None, "1 lines"),
        ("bounce list 2020-11", "1 lines", "2 lines"),
        ("bounce list 2020-11", "2 lines", None),
    ]
    assert b"2 DOB" not in store.path.read_bytes()


def test_lines_of_a_bounce_list_that_are_of_another_extract_go_to_it_alone(store: Store, agency: AgencyInfo) -> None:
    first, second = written(store, agency), written(store, agency)
    for text in ("2 DOB", "7 SEX\n8 PC"):
        do(store, Who("ann", NOW), bounce_lists.add, agency, first, text, counts_rows=True)
    for lines in ("8 PC\n9 PC", "EX\n8 PC"):
        with pytest.raises(Problem, match="not at the end of that list any more"):
            do(store, Who("bob", LATER), bounce_lists.move, agency, first.id, second, lines)
    there = do(store, Who("bob", LATER), bounce_lists.move, agency, first.id, second, "7 SEX\n8 PC")
    assert (there.text, there.counts_rows, there.extract_id) == ("7 SEX\n8 PC", True, second.id)
    left = ask(store, bounce_lists.one, agency, first.id)
    assert left is not None and left.text == "2 DOB"
    do(store, Who("bob", LATER), bounce_lists.move, agency, first.id, second, "2 DOB")
    assert [one.text for one in ask(store, bounce_lists.listed, agency)] == ["7 SEX\n8 PC\n2 DOB"]
    with pytest.raises(Problem, match="not at the end of that list any more"):
        do(store, Who("bob", LATER), bounce_lists.move, agency, first.id, second, "2 DOB")
