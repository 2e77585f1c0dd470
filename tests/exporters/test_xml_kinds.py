"""What is sent: new events, all between two days, everything; and the rules of a message."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

import pytest

from exporters.checks.file_check import check_file
from exporters.extracts.compare import compare_texts
from exporters.extracts.mismatches import Mismatch, Mismatches, confirm, find_mismatches, look_for_mismatches
from exporters.extracts.preview import changes_since, preview_extract
from exporters.extracts.writing import export_submission
from exporters.formats import choose
from exporters.formats.base import extract_kind
from exporters.work import Work
from store.facts import Who
from store.month import agency_settings, extracts
from store.month import sent as stored_sent
from store.month.facts import ConfirmedMismatch
from store.records import merge, read, save
from tests.exporters.extracts import NOW
from tests.exporters.journeys import Returns, messages, parts
from tests.stores import ask, do
from tests.validators.builders_smds import CLOSED, TODAY, WALES, modality, top
from validators.problems import Problem
from validators.records import Event
from validators.rules.registry import Context
from validators.standard.edition import GuardedFields
from validators.standard.model import Standard


def sent(wales: Returns, submission: str, kind: str = "") -> list[list[str]]:
    """The blocks of each message of a return that is sent."""
    return [parts(message) for message in wales.send(submission, kind)]


def test_only_what_is_new_is_sent_and_the_referral_is_in_every_message(wales: Returns) -> None:
    one = wales.keyed(NHSNO="", ASSDATE="")
    wales.keyed(CLIENTNO="43")
    assert sent(wales, "2026-03") == [["Client", "Referral"], ["Client", "Referral", "Assessment"]]
    assert sent(wales, "2026-04") == []
    wales.add(one, modality())
    wales.add(one, top())
    assert sent(wales, "2026-05") == [["Referral", "06", "2026-03-12"]]
    wales.change(one, **CLOSED)
    assert sent(wales, "2026-06") == [["Referral", "Discharge"]]


def test_a_changed_event_is_new_again(wales: Returns) -> None:
    one = wales.keyed()
    first, second = wales.add(one, modality()), wales.add(one, modality("04"))
    assert first != second
    assert sent(wales, "2026-03") == [["Client", "Referral", "Assessment", "06", "04"]]
    wales.change_event(second, MODENDD="2026-04-20", MODEXIT="01")
    assert sent(wales, "2026-04") == [["Referral", "04"]]


def test_an_event_emptied_of_every_field_is_not_sent_and_is_told(wales: Returns) -> None:
    one = wales.keyed(modality(), REFSOURCE="02")
    emptied = wales.add(one, top())
    assert sent(wales, "2026-03") == [["Client", "Referral", "Assessment", "06", "2026-03-12"]]
    wales.change_event(emptied, TOPNO="", TOPDATE="")
    for kind, goes in (("new", []), ("full", ["Client", "Referral", "Assessment", "06"])):
        receipt = wales.export("2026-04", kind)
        assert [parts(message) for message in messages(receipt.file)] == ([goes] if goes else [])
        assert b"TOPDetails" not in receipt.file.read_bytes() and receipt.mismatches == 1
        told = [(held.event, held.why) for held in receipt.held_back]
        assert told == [("TOP", "nothing is keyed in it: key what is missing, or delete it")]
    # Nor is one in which nothing is keyed the TOP that is due: so says the check of the file, too.
    assert receipt.tally.warnings == 1 == check_file(receipt.file, WALES, Context(TODAY)).tally.warnings


def test_client_details_that_changed_or_were_completed_go_again_with_what_is_new(wales: Returns) -> None:
    short = wales.keyed(ASSDATE="", NHSNO="")
    whole = wales.keyed(ASSDATE="", CLIENTNO="43", GENDER="1", ETHNIC="A", POSTCODE="CF10 1", LA="001")
    wales.keyed(ASSDATE="", CLIENTNO="44")
    sent(wales, "2026-03")
    wales.change(short, NHSNO="9990000018")
    wales.change(whole, POSTCODE="CF11 2")
    receipt = wales.export("2026-04")
    assert (receipt.tally.episodes, receipt.unchanged, receipt.held_back) == (2, 1, [])
    assert sent(wales, "2026-04") == [["Client", "Referral"], ["Client", "Referral"]]
    assert sent(wales, "2026-05") == []
    wales.change(short, ASSDATE="2026-04-02")
    assert sent(wales, "2026-05") == [["Referral", "Assessment"]]


def test_a_standard_may_send_client_details_again_only_beside_the_assessment(wales: Returns) -> None:
    """Then only where they were incomplete, and the receipt says what waits and for what."""
    form = WALES.xml
    assert form is not None
    blocks = tuple(replace(block, again="beside") if block.again_with else block for block in form.blocks)
    standard = replace(WALES, xml=replace(form, blocks=blocks))
    short = wales.keyed(ASSDATE="", NHSNO="")
    whole = wales.keyed(ASSDATE="", CLIENTNO="43", GENDER="1", ETHNIC="A", POSTCODE="CF10 1", LA="001")
    sent(wales, "2026-03")
    wales.change(short, NHSNO="9990000018")
    wales.change(whole, POSTCODE="CF11 2")

    def groups() -> tuple[list[list[str]], list[tuple[str, str]]]:
        preview = ask(wales.store, preview_extract, Work(wales.agency, standard, TODAY), "2026-04")
        file = wales.folder / "preview.xml"
        file.write_bytes(b"".join(preview.text.pieces()))
        held = [(held.field, held.why) for held in preview.receipt.held_back]
        return [parts(message) for message in messages(file)], held

    assert groups() == ([], [
        ("Client Details", "changed since it was sent: it goes with Assessment Details, or in a full extract"),
        ("Client Details", "changed since it was sent: it goes in a full extract"),
    ])  # fmt: skip
    for journey in (short, whole):
        wales.change(journey, ASSDATE="2026-04-02")
    assert groups()[0] == [["Client", "Referral", "Assessment"], ["Referral", "Assessment"]]


def test_an_extract_that_is_taken_back_makes_its_own_new_again(wales: Returns) -> None:
    one = wales.keyed()
    wales.export("2026-03")
    assert [parts(m) for m in messages(wales.export("2026-03").file)] == [["Client", "Referral", "Assessment"]]
    sent(wales, "2026-03")
    wales.add(one, modality())
    assert sent(wales, "2026-04") == [["Referral", "06"]]
    wales.take_back(wales.latest())
    wales.add(one, top(TOPDATE="2026-05-05"))
    assert sent(wales, "2026-05") == [["Referral", "06", "2026-05-05"]]
    for extract in ask(wales.store, stored_sent.listed, wales.agency):
        wales.take_back(extract)
    assert sent(wales, "2026-05") == [["Client", "Referral", "Assessment", "06", "2026-05-05"]]


def test_a_referral_that_changed_after_it_was_sent_makes_the_whole_journey_new(wales: Returns) -> None:
    one = wales.keyed(modality())
    sent(wales, "2026-03")
    wales.change(one, REFSOURCE="02")
    assert sent(wales, "2026-04") == [["Client", "Referral", "Assessment", "06"]]
    assert sent(wales, "2026-05") == []


def test_what_lies_after_the_period_waits_date_by_date(wales: Returns) -> None:
    wales.keyed(modality(MODENDD="2026-04-03", MODEXIT="01"), top(TOPDATE="2026-04-02"), **CLOSED)
    wales.keyed(CLIENTNO="43", REFDATE="2026-04-05", ASSDATE="2026-04-06")
    receipt = wales.export("2026-03")
    (message,) = messages(receipt.file)
    assert parts(message) == ["Client", "Referral", "Assessment", "06"]
    assert "MODENDD" not in message.events[0].values and "MODEXIT" not in message.events[0].values
    assert [held.field or held.event for held in receipt.held_back] == [
        "ENDDATE", "ENDREASON", "MODENDD", "MODEXIT", "1 2026-04-02",
    ]  # fmt: skip
    assert [one[:2] for one in receipt.left_out] == [
        ("43 2026-04-05 01", "begun after 2026-03-31, where this extract ends")
    ]


def test_all_events_between_two_days(wales: Returns) -> None:
    wales.keyed(modality(), top(TOPDATE="2026-04-10"), top(TOPNO="2", TOPDATE="2026-05-10"))
    wales.keyed(CLIENTNO="43", ASSDATE="2026-04-11")
    wales.keyed(CLIENTNO="44", REFDATE="2026-04-30", ASSDATE="")
    receipt = wales.export("2026-04", "between", date(2026, 4, 1), date(2026, 4, 30))
    assert [parts(m) for m in messages(receipt.file)] == [
        ["Referral", "2026-04-10"],
        ["Client", "Referral", "Assessment"],
        ["Client", "Referral"],
    ]
    assert receipt.file.name == "T00123-20260401-20260430-between-SMDS.xml"
    assert receipt.as_mapping()["from"] == "2026-04-01"
    empty = wales.export("2026-04", "between", date(2025, 4, 1), date(2025, 4, 30))
    assert messages(empty.file) == []


def test_a_full_extract_holds_all_whatever_was_sent(wales: Returns) -> None:
    wales.keyed(modality(), top(), **CLOSED)
    everything = [["Client", "Referral", "Assessment", "06", "2026-03-12", "Discharge"]]
    assert sent(wales, "2026-06", "full") == everything
    assert sent(wales, "2026-07") == []
    assert sent(wales, "2026-07", "full") == everything


def test_three_monthly_returns_together_say_what_a_full_extract_says(wales: Returns) -> None:
    journeys = [
        wales.keyed(
            modality(MODENDD="2026-04-20", MODEXIT="01"), top(), top(TOPNO="2", TOPDATE="2026-05-02"),
            CLIENTNO=str(number), REFDATE="2026-03-02" if number % 2 else "2026-04-02",
            ASSDATE="2026-03-06" if number % 2 else "2026-04-06",
        )
        for number in range(1, 41)
    ]  # fmt: skip
    for month in ("2026-03", "2026-04"):
        sent(wales, month)
    for journey in journeys[::3]:
        wales.change(journey, ENDDATE="2026-05-20", ENDREASON="01")
    sent(wales, "2026-05")
    parts_of_it = [ask(wales.store, extracts.text, one.id) for one in ask(wales.store, extracts.listed, wales.agency)]
    assert len(parts_of_it) == 3
    together = choose.of(WALES).sent_text(parts_of_it)
    wales.export("2026-05", "full")
    whole = choose.of(WALES).sent_text([ask(wales.store, extracts.text, wales.latest().id)])
    assert together.groups == whole.groups
    assert len(whole.groups) == 40


@pytest.mark.parametrize(
    ("kind", "first", "last", "told"),
    [
        ("weekly", None, None, "no extract of the kind 'weekly': the kinds are new, between, full"),
        ("between", date(2026, 1, 1), None, "needs both: give --from and --to"),
        ("between", date(2026, 2, 1), date(2026, 1, 1), "wrong way round"),
        ("full", date(2026, 1, 1), date(2026, 2, 1), "leave --from and --to out"),
        ("", date(2026, 1, 1), date(2026, 2, 1), "give --kind between"),
    ],
)
def test_a_kind_that_is_none_is_refused(kind: str, first: date | None, last: date | None, told: str) -> None:
    with pytest.raises(Problem, match=told):
        extract_kind(WALES, kind, first, last)


# Differences and mismatches


def test_differences_are_told_against_all_that_was_sent(wales: Returns) -> None:
    one = wales.keyed(modality(), modality("04"))
    wales.keyed(CLIENTNO="43")
    sent(wales, "2026-03")
    wales.add(one, top(TOPDATE="2026-04-04"))
    sent(wales, "2026-04")
    wales.change(one, ASSDATE="2026-03-07")
    wales.add(one, top(TOPNO="2", TOPDATE="2026-05-04"))
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-05")
    assert preview.text.rows == 1
    compared = ask(wales.store, changes_since, preview, wales.latest())
    assert [(one.change, one.section, one.event) for one in compared.differences] == [
        ("changed", "", ""),
        ("new", "top", "2"),
    ]
    assert compared.alike == 1
    same = ask(wales.store, extracts.text, wales.latest().id), ask(wales.store, extracts.text, wales.latest().id)
    assert compare_texts(*same, WALES).differences == ()


def test_what_was_sent_and_is_gone_is_a_mismatch_that_leads_to_the_journey(wales: Returns) -> None:
    one, two = wales.keyed(), wales.keyed(CLIENTNO="43", SURNAME1="A")
    event = wales.add(one, modality())
    sent(wales, "2026-03")
    sent(wales, "2026-04")
    with wales.store.writing(Who("bob", wales.latest().made_at)) as work:
        save.delete(work, "event", event, 1)
        save.delete(work, "episode", two, 1)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-05")
    found = ask(wales.store, find_mismatches, preview).found
    assert [(each.kind, each.subject, each.episode_id) for each in found] == [
        ("gone", "43 2026-03-02 01", two),
        ("event-gone", "42 2026-03-02 01 modality 06 2026-03-06", one),
    ]
    assert "deleted by bob" in found[0].told


def looked(wales: Returns, submission: str) -> Mismatches:
    """What a return would deny of what was sent."""
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), submission)
    return ask(wales.store, find_mismatches, preview)


def said(wales: Returns, of: Mismatches, *some: Mismatch, at: datetime = NOW) -> None:
    """Confirm some of what was found."""
    assert of.sent is not None
    with wales.store.writing(Who("ann", at)) as unit:
        for one in some:
            confirm(unit, of.sent, one, "keyed by mistake")


def test_what_is_gone_of_two_clients_under_one_name_is_confirmed_one_by_one(wales: Returns) -> None:
    """Interviews are numbered from 1 in every journey, and two people begin the same modality on one day."""
    gone = [
        wales.add(journey, event)
        for journey in (wales.keyed(), wales.keyed(CLIENTNO="43"))
        for event in (top(), modality())
    ]
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        for event_id in gone:
            save.delete(unit, "event", event_id, 1)
    found = looked(wales, "2026-04")
    assert sorted((one.client, one.kind) for one in found.open) == [
        ("42", "event-gone"), ("42", "event-gone"), ("43", "event-gone"), ("43", "event-gone"),
    ]  # fmt: skip
    said(wales, found, *(one for one in found.open if one.client == "42"))
    found = looked(wales, "2026-04")
    assert [one.client for one in found.open] == ["43", "43"] and found.count("confirmed") == 2
    said(wales, found, *found.open)
    assert looked(wales, "2026-04").open == ()


def test_what_an_earlier_program_kept_as_confirmed_holds_where_it_is_plain_whose_it_was(wales: Returns) -> None:
    one, two = wales.keyed(), wales.keyed(CLIENTNO="43")
    first, second = (wales.add(journey, top()) for journey in (one, two))
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", first, 1)
    (mismatch,) = looked(wales, "2026-04").open
    with wales.store.writing(Who("ann", NOW)) as unit:
        before = ConfirmedMismatch("event-gone", "top 1", mismatch.confirmable)
        stored_sent.confirm(unit, wales.latest().id, before, "keyed by mistake")
    assert looked(wales, "2026-04").open == ()
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", second, 1)
    assert [each.client for each in looked(wales, "2026-04").open] == ["42", "43"]


def test_a_part_that_was_sent_and_was_emptied_is_a_mismatch_until_a_full_extract_went(wales: Returns) -> None:
    """An extract of what is new leaves it out, and so tells nobody; the receipt called it unchanged and all well."""
    one = wales.keyed()
    two = wales.keyed(CLIENTNO="43", SURNAME1="", FORENAME1="", DOB="", GENDER="")
    sent(wales, "2026-03")
    wales.change(
        one, **{header: "" for header in WALES.headers if WALES.by_header[header].group == "Assessment Details"}
    )
    wales.change(two, NHSNO="", ETHNIC="", POSTCODE="", LA="")

    def told() -> list[tuple[str, str, str]]:
        preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-04")
        return [(each.kind, each.subject, each.header) for each in ask(wales.store, find_mismatches, preview).found]

    assert told() == [
        ("part-gone", "42 2026-03-02 01 Assessment Details", "ASSDATE"),
        ("part-gone", "43 2026-03-02 01 Client Details", "NHSNO"),
    ]
    sent(wales, "2026-04")
    assert len(told()) == 2
    sent(wales, "2026-04", "full")
    assert told() == []


def test_a_repeated_event_of_the_same_day_is_told_apart(wales: Returns) -> None:
    again = Event("modality", dict(modality().values))
    wales.keyed(modality(), again)
    (message,) = wales.send("2026-03")
    assert parts(message) == ["Client", "Referral", "Assessment", "06", "06"]
    text = choose.of(WALES).sent_text([ask(wales.store, extracts.text, wales.latest().id)])
    (episode,) = text.episodes("42 2026-03-02 01")
    assert [own for _, own in episode.events] == ["06 2026-03-06", "06 2026-03-06 (2)"]


@pytest.mark.parametrize("gone", [None, 0, 1], ids=["none", "first", "second"])
def test_two_events_known_by_the_same_that_went_in_two_months_are_two(wales: Returns, gone: int | None) -> None:
    """A treatment that begins anew of one referral: nothing is changed by it, and who deletes one is asked."""
    one = wales.keyed()
    ended = {"MODOFFERD": "", "MODENDD": "2026-03-20", "MODEXIT": "01"}
    again = wales.add(one, modality(start="2026-04-08", MODOFFERD=""))
    both = [wales.add(one, modality(**ended)), again]
    sent(wales, "2026-03")
    sent(wales, "2026-04")
    if gone is not None:
        with wales.store.writing(Who("bob", NOW)) as unit:
            save.delete(unit, "event", both[gone], 1)
    of, preview = (
        looked(wales, "2026-05"),
        ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-05"),
    )
    assert [each.told for each in of.open] == ["The treatment modality was deleted by bob on 2021-01-10."] * (
        gone is not None
    )
    found = ask(wales.store, changes_since, preview, wales.latest())
    assert [(each.change, each.section) for each in found.differences] == [("gone", "modality")] * (gone is not None)
    # One that is changed is that one still, and no other.
    left = both[1 if gone == 0 else 0]
    wales.change_event(left, MODENDD="2026-05-02", MODEXIT="02")
    sent(wales, "2026-05")
    assert len(looked(wales, "2026-06").found) == (gone is not None)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-06")
    assert ask(wales.store, changes_since, preview, wales.latest()).count("changed", events=True) == 0


@pytest.mark.parametrize("kind", ["event", "episode"])
def test_an_event_that_was_keyed_anew_is_the_one_that_went_changed_before_and_after_it_goes(
    wales: Returns, kind: Literal["event", "episode"]
) -> None:
    """By itself, or with its journey, which was keyed again under the same referral."""
    one = wales.keyed()
    first = wales.add(one, top())
    client = ask(wales.store, read.episode_record, one).client_id
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW + timedelta(days=1))) as unit:
        values = read.get(unit, "episode", one).values
        save.delete(unit, kind, first if kind == "event" else one, 1)
        if kind == "episode":
            one = save.create(unit, "episode", client, "", values).id
    again, later = wales.add(one, top(INJDAYS="3")), Who("ann", NOW + timedelta(days=2))
    for month in ("2026-04", "2026-05"):
        assert not looked(wales, month).found
        folder = wales.folder / f"later-{month}"
        folder.mkdir()
        export_submission(wales.store, Work(wales.agency, WALES, TODAY), month, folder, later)
        do(wales.store, later, stored_sent.mark, wales.latest().id)
    assert not looked(wales, "2026-06").found
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-06")
    assert not ask(wales.store, changes_since, preview, wales.latest()).differences
    with wales.store.writing(Who("bob", NOW + timedelta(days=3))) as unit:
        save.delete(unit, "event", again, 1)
    assert len(looked(wales, "2026-06").found) == 1


@pytest.mark.parametrize("is_later", [False, True], ids=["at once", "a month later"])
def test_an_event_whose_number_another_has_taken_is_no_second_one_once_both_went(
    wales: Returns, *, is_later: bool
) -> None:
    """A TOP was forgotten: the one that was sent as the first is the second one now."""
    one = wales.keyed()
    first = wales.add(one, top())
    sent(wales, "2026-03")
    wales.change_event(first, TOPNO="2")
    if is_later:
        of = looked(wales, "2026-04")
        said(wales, of, *of.found)
        sent(wales, "2026-04")
    wales.add(one, top(TOPDATE="2026-03-05"))
    for month in ("2026-05", "2026-06"):
        assert not looked(wales, month).found
        sent(wales, month)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-07")
    assert not ask(wales.store, changes_since, preview, wales.latest()).differences


def test_an_extract_between_two_days_denies_nothing_that_lies_outside_them(wales: Returns) -> None:
    """What was sent before and after its days, begun, ended or interviewed then, is known all the same."""
    one = wales.keyed(modality(), top(), **CLOSED)
    wales.keyed(
        modality(start="2026-05-06", MODREFD="2026-05-05", MODOFFERD=""),
        CLIENTNO="43",
        REFDATE="2026-05-04",
        ASSDATE="",
    )
    sent(wales, "2026-03")
    sent(wales, "2026-06")
    work, days = Work(wales.agency, WALES, TODAY), (date(2026, 4, 1), date(2026, 4, 30))

    def told() -> list[str]:
        wanted = extract_kind(WALES, "between", *days)
        preview = ask(wales.store, preview_extract, work, "2026-06", wanted=wanted)
        assert preview.receipt.kind == "between"
        return [each.kind for each in ask(wales.store, find_mismatches, preview).found]

    assert told() == []
    wales.change(one, ENDDATE="", ENDREASON="")
    assert told() == ["reopened"]


def test_a_late_return_of_an_older_month_counts_as_sent_beside_the_latest(wales: Returns) -> None:
    wales.keyed(modality(), top(TOPDATE="2026-04-10"))
    sent(wales, "2026-05")
    late = wales.keyed(CLIENTNO="43")
    sent(wales, "2026-03")
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-06")
    assert ask(wales.store, find_mismatches, preview).found == ()
    with wales.store.writing(Who("bob", wales.latest().made_at)) as work:
        save.delete(work, "episode", late, 1)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-06")
    result = ask(wales.store, find_mismatches, preview)
    assert result.sent is not None and result.sent.submission == "2026-05"
    assert [(each.kind, each.episode_id) for each in result.found] == [("gone", late)]


def test_what_is_confirmed_stays_so_in_the_months_that_follow(wales: Returns) -> None:
    """What was sent stays sent, and is denied in every month until a full extract goes."""
    one, two = wales.keyed(), wales.keyed(CLIENTNO="43")
    event = wales.add(one, top())
    sent(wales, "2026-03")
    wales.change(two, REFSOURCE="02")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", event, 1)
    found = looked(wales, "2026-04")
    assert [each.kind for each in found.open] == ["gone", "event-gone"]
    said(wales, found, *found.open)
    for month in ("2026-04", "2026-05"):
        wales.keyed(CLIENTNO=month[-2:])
        sent(wales, month)
        found = looked(wales, "2026-06")
        assert (found.open, found.count("confirmed")) == ((), 2)
        # It is told as before, though the journey has gone under its new name.
        assert found.found[0].told == "Its identifier was changed; the journey is now 43 2026-03-02 02."
        assert found.found[0].episode_id == two
    confirmed = found.found[1].confirmed
    assert confirmed is not None
    with wales.store.writing(Who("ann", NOW)) as unit:
        stored_sent.withdraw(unit, confirmed.id)
    assert [each.kind for each in looked(wales, "2026-06").open] == ["event-gone"]


def test_what_was_confirmed_lapses_where_the_same_was_sent_again_since(wales: Returns) -> None:
    one = wales.keyed()
    event = wales.add(one, top())
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", event, 1)
    found = looked(wales, "2026-04")
    said(wales, found, *found.open, at=NOW - timedelta(days=1))
    again = wales.add(one, top())
    sent(wales, "2026-04")
    assert looked(wales, "2026-05").found == ()
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", again, 1)
    found = looked(wales, "2026-05")
    (mismatch,) = found.open
    assert mismatch.lapsed is not None and mismatch.lapsed.reason == "keyed by mistake"
    with wales.store.writing(Who("ann", NOW)) as unit:
        confirm(unit, wales.latest(), mismatch, "deleted once more")
    assert looked(wales, "2026-05").open == ()
    standing = ask(wales.store, stored_sent.confirmations_of, wales.agency)
    assert [each.reason for each in standing] == ["deleted once more"]


def test_of_two_journeys_of_one_day_the_one_that_was_deleted_is_told_as_that(wales: Returns) -> None:
    one = wales.keyed()
    client = ask(wales.store, read.episode_record, one).client_id
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.create(unit, "episode", client, "", {"REFDATE": "2026-03-02", "REFSOURCE": "02"})
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "episode", one, 1)
    (found,) = looked(wales, "2026-04").open
    assert (found.subject, found.told) == ("42 2026-03-02 01", "It was deleted by bob on 2021-01-10.")


def test_a_journey_that_was_keyed_again_on_its_day_was_deleted_from_the_first(wales: Returns) -> None:
    """Not renamed: what was confirmed of it stays so once the other one went."""
    one = wales.keyed(modality())
    client = ask(wales.store, read.episode_record, one).client_id
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "episode", one, 1)
        again = {"REFDATE": "2026-03-02", "REFSOURCE": "02", "ASSDATE": "2026-03-06"}
        save.create(unit, "episode", client, "", again)
    for month in ("2026-04", "2026-05", "2026-06"):
        of = looked(wales, month)
        (found,) = of.found
        assert found.told == "It was deleted by bob on 2021-01-10. 1 event went with it."
        assert found.state == ("open" if month == "2026-04" else "confirmed")
        if month == "2026-04":
            said(wales, of, found)
        sent(wales, month)


@pytest.mark.parametrize("kind", ["new", "between"])
def test_a_return_of_an_older_month_denies_nothing_of_a_later_one(wales: Returns, kind: str) -> None:
    """Whether it is a correction, late, or made again as it was taken back."""
    one = wales.keyed(REFDATE="2026-03-02")
    sent(wales, "2026-03")
    march = wales.latest()
    later = wales.keyed(CLIENTNO="43", REFDATE="2026-04-10", ASSDATE="2026-04-11")
    wales.add(one, top(TOPDATE="2026-04-12"))
    sent(wales, "2026-04")
    wales.take_back(march)
    days = (date(2026, 3, 1), date(2026, 3, 31)) if kind == "between" else (None, None)
    wanted = extract_kind(WALES, kind, *days)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-03", wanted=wanted)
    assert [parts(each) for each in messages(wales.export("2026-03", kind, *days).file)] == [
        ["Client", "Referral", "Assessment"]
    ]
    assert ask(wales.store, find_mismatches, preview).found == () and wales.latest().receipt["mismatches"] == 0
    assert ask(wales.store, changes_since, preview, wales.latest()).count("gone") == 0
    # What is gone of the later month is told as such, as ever.
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "episode", later, 1)
    assert [(each.kind, each.episode_id) for each in looked(wales, "2026-03").open] == [("gone", later)]


@pytest.mark.parametrize("kind", ["new", "between", "full"])
def test_a_return_of_an_older_month_takes_back_no_end_that_a_later_one_told(wales: Returns, kind: str) -> None:
    """The receiving system holds of an event what came last: sent anew without its end, it would be open again."""
    days = (date(2026, 3, 1), date(2026, 3, 31)) if kind == "between" else (None, None)
    one = wales.keyed(modality())
    own = ask(wales.store, read.tree, ask(wales.store, read.episode_record, one).client_id).episodes[0].events[0].id
    sent(wales, "2026-03")
    wales.change_event(own, MODENDD="2026-04-20", MODEXIT="01")
    # Before the later month went the end waits for it.
    (message,) = messages(wales.export("2026-03", "full").file)
    assert "MODENDD" not in message.events[0].values
    sent(wales, "2026-04")
    receipt = wales.export("2026-03", kind, *days)
    found = [event.values.get("MODENDD") for each in messages(receipt.file) for event in each.events]
    assert found == ["2026-04-20"] * (kind != "new")
    assert not receipt.held_back
    # What is mended of it goes with its end, and what is dated after the latest month that told of it waits still.
    wales.change_event(own, MODREFD="2026-03-07", MODENDD="2026-05-04")
    (message,) = messages(wales.export("2026-03", kind, *days).file)
    assert message.events[0].values["MODREFD"] == "2026-03-07" and "MODENDD" not in message.events[0].values
    wales.change_event(own, MODENDD="2026-04-21")
    ((event,),) = (each.events for each in messages(wales.export("2026-03", kind, *days).file))
    assert (event.values["MODREFD"], event.values["MODENDD"], event.values["MODEXIT"]) == (
        "2026-03-07", "2026-04-21", "01",
    )  # fmt: skip
    with wales.store.writing(Who("ann", NOW)) as unit:
        stored_sent.mark(unit, wales.latest().id)
    assert sent(wales, "2026-05") == []


def test_a_full_extract_of_an_older_month_leaves_what_a_later_one_told_as_sent(wales: Returns) -> None:
    one = wales.keyed(modality())
    sent(wales, "2026-03")
    event = wales.add(one, top(TOPDATE="2026-04-12"))
    wales.keyed(CLIENTNO="43", REFDATE="2026-04-10", ASSDATE="2026-04-11")
    sent(wales, "2026-04")
    sent(wales, "2026-03", "full")
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-05")
    assert not preview.tally.rows
    found = ask(wales.store, look_for_mismatches, preview)
    assert isinstance(found, Mismatches) and not found.found
    assert not any(many for level in found.changes.values() for many in level.values())
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", event, 1)
    assert [each.kind for each in looked(wales, "2026-05").open] == ["event-gone"]


@pytest.mark.parametrize("kind", ["new", "between"])
def test_what_went_under_another_link_is_still_to_go_under_the_one_of_now(wales: Returns, kind: str) -> None:
    """A correction of an older month, or some days, opens the second journey; what waits then goes in the next one."""
    days = (date(2026, 3, 1), date(2026, 3, 31)) if kind == "between" else (None, None)
    one = wales.keyed(modality())
    sent(wales, "2026-03")
    wales.add(one, top(TOPDATE="2026-04-12"))
    wales.change(one, ENDDATE="2026-04-20", ENDREASON="01")
    sent(wales, "2026-04")
    wales.change(one, REFSOURCE="02")
    first = [parts(each) for each in messages(wales.export("2026-03", kind, *days).file)]
    assert first == [["Client", "Referral", "Assessment", "06"]]
    with wales.store.writing(Who("ann", NOW)) as unit:
        stored_sent.mark(unit, wales.latest().id)
    (then,) = sent(wales, "2026-05")
    assert {"2026-04-12", "Discharge"} <= set(then) and "06" not in then
    assert sent(wales, "2026-06") == []


def test_an_event_that_was_sent_and_is_dated_after_the_period_now_waits_and_is_not_gone(wales: Returns) -> None:
    one = wales.keyed()
    first, second = wales.add(one, top()), wales.add(one, modality())
    sent(wales, "2026-03")
    wales.change_event(first, TOPDATE="2026-05-02")
    wales.change_event(second, MODREFD="2026-05-02", MODSTARTD="", MODOFFERD="")
    assert [(each.told, each.event_id) for each in looked(wales, "2026-04").open] == [
        ("The treatment modality is now called 06 2026-05-02.", second),
        ("The TOP is now dated after the end of the reporting period.", first),
    ]
    # Another one like it that waits is not what was sent.
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", second, 2)
    wales.add(one, modality(start="2026-05-06", MODREFD="2026-05-05", MODOFFERD=""))
    assert {each.told for each in looked(wales, "2026-04").open} == {
        "The treatment modality was deleted by bob on 2021-01-10.",
        "The TOP is now dated after the end of the reporting period.",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TOPNO": "2"}, "The TOP is now called 2."),
        ({"MODALITY": "04"}, "The treatment modality is now called 04 2026-03-06."),
        ({"MODREFD": "2026-05-02", "MODSTARTD": ""}, "The treatment modality is now called 06 2026-05-02."),
    ],
    ids=["number", "code", "day"],
)
def test_what_is_confirmed_of_an_event_that_has_another_name_stays_so_once_it_went_under_it(
    wales: Returns, changes: dict[str, str], told: str
) -> None:
    one = wales.keyed()
    events = {"TOPNO": wales.add(one, top(TOPNO="11")), "MODREFD": wales.add(one, modality(MODOFFERD=""))}
    event = events["TOPNO" if "TOPNO" in changes else "MODREFD"]
    sent(wales, "2026-03")
    wales.change_event(event, **changes)
    for month in ("2026-04", "2026-05", "2026-06"):
        of = looked(wales, month)
        (found,) = of.found
        assert (found.told, found.event_id) == (told, event)
        assert found.state == ("open" if month == "2026-04" else "confirmed")
        if month == "2026-04":
            said(wales, of, found)
        sent(wales, month)
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", event, 2)
    # Both names are denied then.
    assert {each.told.partition(" was ")[2] for each in looked(wales, "2026-07").open} == {
        "deleted by bob on 2021-01-10."
    }
    assert len(looked(wales, "2026-07").open) == 2


def test_a_journey_whose_referral_changed_is_gone_to_under_its_new_name(wales: Returns) -> None:
    one = wales.keyed(modality())
    sent(wales, "2026-03")
    wales.change(one, REFSOURCE="02")
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-04")
    (found,) = ask(wales.store, find_mismatches, preview).found
    assert found.told == "Its identifier was changed; the journey is now 42 2026-03-02 02."
    assert found.episode_id == one


def test_all_else_is_told_of_a_journey_that_goes_by_another_name(wales: Returns) -> None:
    """An end and an event that were sent are gone though the journey's name was changed, and was confirmed; each is
    told once, and stays confirmed when the journey has gone under its new name."""
    one = wales.keyed(ENDDATE="2026-03-20", ENDREASON="01")
    lost, kept = wales.add(one, top()), wales.add(one, modality())
    sent(wales, "2026-03")
    wales.change(one, REFSOURCE="02")
    of = looked(wales, "2026-04")
    assert [each.kind for each in of.open] == ["gone"]
    said(wales, of, *of.open)
    wales.change(one, ENDDATE="", ENDREASON="")
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", lost, 1)
    of = looked(wales, "2026-04")
    assert [(each.kind, each.episode) for each in of.open] == [
        ("event-gone", "42 2026-03-02 01"),
        ("reopened", "42 2026-03-02 01"),
    ]
    assert {each.episode_id for each in of.open} == {one}
    said(wales, of, *of.open)
    for month in ("2026-04", "2026-05"):
        assert ([each.kind for each in looked(wales, month).open], looked(wales, month).count("confirmed")) == ([], 3)
        sent(wales, month)
    # What went under the new name is denied of that, and under a third name of the second alone.
    wales.change(one, REFSOURCE="03")
    of = looked(wales, "2026-06")
    assert [(each.kind, each.subject) for each in of.open] == [
        ("gone", "42 2026-03-02 01"),
        ("gone", "42 2026-03-02 02"),
    ]
    said(wales, of, *of.open)
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", kept, 1)
    (found,) = looked(wales, "2026-06").open
    assert (found.kind, found.episode) == ("event-gone", "42 2026-03-02 02")


def test_a_month_in_the_letter_of_before_goes_as_that_has_it(wales: Returns) -> None:
    one = wales.keyed(modality(), SURNAME1="W", FORENAME1="E")
    before = replace(WALES, held_in={"SURNAME1": "FORENAME1", "FORENAME1": "SURNAME1"})
    preview = ask(wales.store, preview_extract, Work(wales.agency, before, TODAY), "2026-03")
    (goes,) = [each for key in preview.by_episode.groups for each in preview.by_episode.episodes(key)]
    assert (goes.values["SURNAME1"], goes.values["FORENAME1"]) == ("E", "W")
    # An event that only the letter of today asks is kept, and not sent.
    stored = ask(wales.store, read.episode_record, one)
    stored = replace(stored, events=(*stored.events, Event("another", {"OTHER": "1"})))
    outgoing = choose.of(before).selection(preview.period).outgoing(stored, {})
    assert [event.section for event in outgoing.record.events] == ["modality"] and not outgoing.held_back
    assert outgoing.record.client["SURNAME1"] == "E"


def test_what_has_a_consent_of_its_own_goes_only_where_the_agency_switched_it_on(wales: Returns) -> None:
    wales.keyed(POSTCODE="CF10 1", REFSOURCE="02")
    guarded = replace(WALES, guarded=GuardedFields("matching", "REFSOURCE", frozenset({"02"}), ("POSTCODE",)))

    def goes(standard: Standard) -> str:
        preview = ask(wales.store, preview_extract, Work(wales.agency, standard, TODAY), "2026-03")
        (message,) = [each for key in preview.by_episode.groups for each in preview.by_episode.episodes(key)]
        return message.values.get("POSTCODE", "")

    assert goes(guarded) == ""
    with wales.store.writing(Who("ann", NOW)) as unit:
        agency_settings.set_setting(unit, wales.agency, "matching", "yes")
    assert goes(guarded) == "CF10 1"
    refused = replace(guarded, guarded=GuardedFields("matching", "REFSOURCE", frozenset({"01"}), ("POSTCODE",)))
    assert goes(refused) == ""


def test_a_journey_of_a_client_who_was_merged_is_gone_to_under_its_new_name(wales: Returns) -> None:
    one, other = wales.keyed(modality()), wales.keyed(CLIENTNO="43", REFDATE="2026-03-05")
    sent(wales, "2026-03")
    gone, kept = (ask(wales.store, read.episode_record, each).client_id for each in (one, other))
    with wales.store.writing(Who("bob", NOW)) as unit:
        merge.merge(unit, kept, gone)
    preview = ask(wales.store, preview_extract, Work(wales.agency, WALES, TODAY), "2026-04")
    (found,) = ask(wales.store, find_mismatches, preview).found
    assert found.told == "Its identifier was changed; the journey is now 43 2026-03-02 01."
    assert found.episode_id == one


@pytest.mark.parametrize("is_merged", [True, False], ids=["merged", "another source"])
def test_of_two_journeys_of_one_day_the_one_that_has_another_name_is_told_as_that(
    wales: Returns, *, is_merged: bool
) -> None:
    """Of a client keyed twice, or referred twice on a day: it is known which went under the name that is gone."""
    one = wales.keyed(modality())
    client = ask(wales.store, read.episode_record, one).client_id
    with wales.store.writing(Who("bob", NOW)) as unit:
        own = {"REFDATE": "2026-03-02", "REFSOURCE": "02"}
        other = None if is_merged else save.create(unit, "episode", client, "", own).id
    other = other or wales.keyed(CLIENTNO="43", REFSOURCE="02")
    sent(wales, "2026-03")
    if is_merged:
        with wales.store.writing(Who("bob", NOW)) as unit:
            merge.merge(unit, client, ask(wales.store, read.episode_record, other).client_id)
        gone, now = "43 2026-03-02 02", "42 2026-03-02 02"
    else:
        wales.change(other, REFSOURCE="03")
        gone, now = "42 2026-03-02 02", "42 2026-03-02 03"
    for month in ("2026-04", "2026-05", "2026-06"):
        # Also once it went under the new name, which is no news then: what was confirmed of it stays so.
        of = looked(wales, month)
        (found,) = of.found
        assert found.state == ("open" if month == "2026-04" else "confirmed")
        assert (found.subject, found.episode_id) == (gone, other)
        assert found.told == f"Its identifier was changed; the journey is now {now}."
        if month == "2026-04":
            said(wales, of, found)
        sent(wales, month)


@pytest.mark.parametrize("other", ["merged", "another source", "deleted"])
def test_a_journey_dated_anew_is_no_other_one_of_its_day(wales: Returns, other: str) -> None:
    """That one went under its own name. What is confirmed stays so, whatever else is begun on that day."""
    one = wales.keyed(modality())
    client = ask(wales.store, read.episode_record, one).client_id
    own = {"REFDATE": "2026-03-02", "REFSOURCE": "02"}
    with wales.store.writing(Who("bob", NOW)) as unit:
        second = "" if other == "merged" else save.create(unit, "episode", client, "", own).id
    second = second or wales.keyed(CLIENTNO="43", REFSOURCE="02")
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        if other == "merged":
            merge.merge(unit, read.episode_record(unit, second).client_id, client)
        elif other == "deleted":
            save.delete(unit, "episode", second, 1)
    wales.change(one, REFDATE="2026-03-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        kept = read.episode_record(unit, one).client_id
        save.create(unit, "episode", kept, "", {"REFDATE": "2026-03-02", "REFSOURCE": "03"})
    for month in ("2026-04", "2026-05"):
        of = looked(wales, month)
        found = next(each for each in of.found if each.subject == "42 2026-03-02 01")
        assert found.told == (
            "No journey of that identifier is in the store: its identifier was changed. 1 event went with it."
        )
        assert found.state == ("open" if month == "2026-04" else "confirmed")
        if month == "2026-04":
            said(wales, of, found)
        sent(wales, month)


@pytest.mark.parametrize("day", ["2026-03-12", "2026-03-20"])
def test_two_journeys_under_one_name_have_both_their_events_once_they_went(wales: Returns, day: str) -> None:
    """A client was keyed twice, and both went; merged, both journeys of the one referral are his."""
    one, other = wales.keyed(top()), wales.keyed(top(TOPDATE=day, INJDAYS="3"), CLIENTNO="43")
    sent(wales, "2026-03")
    with wales.store.writing(Who("bob", NOW)) as unit:
        merge.merge(unit, *(read.episode_record(unit, each).client_id for each in (one, other)))
    for month in ("2026-04", "2026-05", "2026-06"):
        of = looked(wales, month)
        assert {(each.kind, each.subject) for each in of.found} == {("gone", "43 2026-03-02 01")}
        said(wales, of, *of.open)
        if month != "2026-04":
            assert (of.changes["events"]["new"], of.changes["events"]["changed"]) == (0, 0)
        sent(wales, month)
