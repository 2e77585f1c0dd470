"""The portal's list over a return in XML: a line of the file leads to the journey, and to the event it lies in."""

from typing import Literal

import pytest

from exporters.checks.bounce import Bounce
from exporters.checks.bounces import read_bounces
from store.facts import Who
from store.month import extracts
from store.records import agencies, read, save
from tests.exporters.extracts import NOW
from tests.exporters.journeys import Returns
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, modality, top


def test_lines_and_client_numbers_lead_to_journeys_and_events(wales: Returns) -> None:
    one = wales.keyed(modality(), CLIENTNO="4711")
    two = wales.keyed(CLIENTNO="4712")
    event = wales.add(one, modality("04"))
    wales.add(one, top())
    text = wales.export("2026-03").file.read_text().splitlines()
    in_event = next(at for at, line in enumerate(text, 1) if "<TreatmentModality>04<" in line)
    in_link = next(at for at, line in enumerate(text, 1) if ">4712<" in line)
    listed = f"line {in_event}: 54220\nline {in_link} bad number\n4711: not loaded\nline 1: what\nnothing\nline 9999"
    found = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, listed)
    assert [(each.episode_id, each.event_id) for each in found[:3]] == [(one, event), (two, ""), (one, "")]
    assert [each.line for each in found[:2]] == [in_event, in_link]
    assert found[0].episode == "4711 2026-03-02 01" and found[1].reference == "4712"
    assert [each.leads for each in found[3:]] == [False, False, False]
    assert "no message in line 1" in found[3].why_not and "no line number" in found[4].why_not


def test_of_two_journeys_of_one_day_a_line_leads_to_its_own(wales: Returns) -> None:
    one = wales.keyed(REFSOURCE="01")
    client = ask(wales.store, read.episode_record, one).client_id
    own = {"REFDATE": "2026-03-02", "REFSOURCE": "02"}
    second = do(wales.store, Who("bob", NOW), save.create, "episode", client, "", own).id
    wales.send("2026-03")
    text = ask(wales.store, lambda unit: b"".join(extracts.text(unit, wales.latest().id))).decode().splitlines()
    lines = [at for at, line in enumerate(text, 1) if "<SourceOfReferral>" in line]
    listed = "\n".join(f"line {at}: not loaded" for at in lines)
    # Also once its source is another one.
    for source in ("02", "03"):
        wales.change(second, REFSOURCE=source)
        found = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, listed)
        assert [each.episode_id for each in found] == [one, second]


def test_a_journey_that_was_deleted_since_leads_nowhere_and_says_so(wales: Returns) -> None:
    one = wales.keyed()
    line = next(
        at for at, told in enumerate(wales.export("2026-03").file.read_text().splitlines(), 1) if ">42<" in told
    )
    with wales.store.writing(Who("bob", wales.latest().made_at)) as work:
        save.delete(work, "episode", one, 1)
    (found,) = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, f"line {line}")
    assert not found.leads and "its journey is not in the store any more" in found.why_not


def test_a_client_number_that_went_to_somebody_else_since_says_so(wales: Returns) -> None:
    one, two = wales.keyed(CLIENTNO="4711"), wales.keyed(CLIENTNO="4712", DOB="1991-01-02")
    wales.export("2026-03")
    wales.change(one, CLIENTNO="4712")
    wales.change(two, CLIENTNO="4711")
    (found,) = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, "client 4711: not loaded")
    assert found.doubt == "Date of birth differs from what was sent: mended since, or this is somebody else by now"


def test_a_number_that_may_be_a_line_or_a_client_says_so(wales: Returns) -> None:
    first = wales.keyed(modality(), CLIENTNO="4711")
    second = wales.keyed(CLIENTNO="12")
    third = wales.keyed(CLIENTNO="4711", REFDATE="2026-03-20", ASSDATE="2026-03-21")
    lines = wales.export("2026-03").file.read_text().splitlines()
    at = [number for number, line in enumerate(lines, 1) if ">4711<" in line]
    listed = f"12 bad\nclient 12 bad\n4711\n. :\nLine {at[1]}, client 4711\nNHSNumber of 4711 is wrong"
    told = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, listed)
    assert [each.episode_id for each in told] == [first, second, first, "", third, first]
    assert told[0].doubt.startswith("12 is an identifier in line") and told[1].doubt == ""
    assert told[2].doubt == "that client has 2 journeys in the extract: this is the first"
    assert told[4].doubt == "" and told[5].field == "NHSNO"
    table = f"Item;Agency client number;Line\nGender;{{4711}};\nGender;12;\nDate of birth;;{at[1]}"
    told = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, table)
    assert [(each.episode_id, each.field) for each in told] == [(first, "GENDER"), (second, "GENDER"), (third, "DOB")]
    # The number of a TOP is nobody's: 12 is a client of another line.
    (found,) = ask(
        wales.store, read_bounces, wales.agency, WALES, wales.latest().id, f"TOP Number;Line;Field\n12;{at[1]};TOPDATE"
    )
    assert found.episode_id == third and not found.doubt


def test_a_client_number_in_small_letters_leads_and_one_beside_another_s_line_is_told(wales: Returns) -> None:
    one = wales.keyed(CLIENTNO="abc1")
    two = wales.keyed(CLIENTNO="4712")
    lines = wales.export("2026-03").file.read_text().splitlines()
    at = {name: number for number, line in enumerate(lines, 1) for name in ("abc1", "4712") if f">{name}<" in line}
    named = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, "client abc1: not loaded")
    assert [(each.episode_id, each.reference) for each in named] == [(one, "abc1")]
    table = f"Line,Case,Message\n{at['4712']},abc1,late DOB\n{at['abc1']},abc1,late DOB\n"
    other, own = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, table)
    assert (other.episode_id, own.episode_id, own.doubt) == (two, one, "")
    assert other.doubt.startswith("an identifier beside it is that of line ")


def test_the_program_s_own_list_of_findings_leads_to_the_journey_it_names(wales: Returns) -> None:
    first = wales.keyed(CLIENTNO="4711")
    later = wales.keyed(CLIENTNO="4711", REFDATE="2026-03-20", ASSDATE="2026-03-21")
    wales.export("2026-03")
    found = told_episodes(wales, "4711 2026-03-02 01", "4711 2026-03-20 01")
    assert [(each.episode_id, each.doubt) for each in found] == [(first, ""), (later, "")]


def told_episodes(wales: Returns, *names: str) -> list[Bounce]:
    """Where the program's own list of findings leads, a line for each name of a journey."""
    head = "reference,episode,row,severity,rule,field,fields,message,accepted,values"
    lines = [f"4711,{name},1,error,7,PC,PC,missing,,PC=" for name in names]
    text = "\n".join([head, *lines])
    return ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, text)


def test_a_list_of_another_agency_names_nobody_who_has_the_same_number_here(wales: Returns) -> None:
    one = wales.keyed(CLIENTNO="4711")
    wales.export("2026-03")
    with wales.store.writing(Who("ann", wales.latest().made_at)) as unit:
        agencies.enter(unit, "W9999", WALES.id)
    reference = WALES.by_header["CLIENTNO"].label
    text = f"Agency Code,{reference}\nW9999,4711\n{wales.agency.code},4711\n"
    other, own = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, text)
    assert not other.leads and other.why_not == f"it is of agency W9999, and this is {wales.agency.code}"
    assert own.episode_id == one and not own.doubt


def refused(wales: Returns, text: list[str], word: str = "<TreatmentModalityDetails>") -> list[Bounce]:
    """Where a list leads that names each line of the sent file on which a block begins."""
    listed = "\n".join(f"line {at}: refused" for at, line in enumerate(text, 1) if word in line)
    return ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, listed)


def delete(wales: Returns, event_id: str) -> None:
    """Somebody deletes an event."""
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, "event", event_id, read.get(unit, "event", event_id).version)


def test_of_events_that_are_alike_a_line_leads_to_its_own_and_to_none_once_that_is_deleted(wales: Returns) -> None:
    """What a portal refuses is a double: who deletes what a line leads to deletes that, and is led to no other then."""
    one = wales.keyed()
    whole, double = modality("05"), modality("05", MODOFFERD="", MODSTARTD="")
    own = [wales.add(one, event) for event in (whole, double, double, modality("06"))]
    text = wales.export("2026-03").file.read_text().splitlines()
    assert [(each.event_id, each.doubt) for each in refused(wales, text)] == [(its, "") for its in own]
    for gone in (1, 3, 0):
        delete(wales, own[gone])
        own[gone] = ""
        found = refused(wales, text)
        assert [each.event_id for each in found] == own
        told = "its treatment modality is not in the store any more: deleted, or its kind or day changed"
        assert [each.why_not for each in found] == ["" if its else told for its in own]
    # Its kind and day are others, and it is that one still.
    wales.change_event(own[2], MODALITY="07", MODREFD="2026-03-07")
    assert [(each.event_id, each.changed) for each in refused(wales, text) if each.leads] == [(own[2], True)]


@pytest.mark.parametrize("kind", ["event", "episode"])
def test_a_line_leads_to_an_event_that_was_keyed_anew(wales: Returns, kind: Literal["event", "episode"]) -> None:
    """By itself, or with its journey; one of another day is another one."""
    one = wales.keyed()
    first = wales.add(one, top())
    text = wales.export("2026-03").file.read_text().splitlines()
    record = ask(wales.store, read.episode_record, one)
    with wales.store.writing(Who("bob", NOW)) as unit:
        save.delete(unit, kind, first if kind == "event" else one, 1)
        if kind == "episode":
            one = save.create(unit, "episode", record.client_id, "", record.episode).id
    wales.add(one, top(TOPDATE="2026-03-20"))
    (found,) = refused(wales, text, "<TOPDetails>")
    assert not found.leads and found.why_not.startswith("its TOP is not in the store any more")
    again = wales.add(one, top(INJDAYS="03"))
    (found,) = refused(wales, text, "<TOPDetails>")
    assert (found.event_id, found.doubt) == (again, "")
    wales.add(one, top(INJDAYS="04"))
    (found,) = refused(wales, text, "<TOPDetails>")
    assert (found.event_id, found.doubt) == (again, "the journey has 2 of that kind and day: this is the first")


def test_a_line_that_names_a_client_and_a_field_of_an_event_is_marked_once_that_is_mended(wales: Returns) -> None:
    """The only TOP of the message is led to; of several modalities it may be any of them."""
    one = wales.keyed(CLIENTNO="4711")
    interview, *both = [wales.add(one, event) for event in (top(), modality(), modality("04"))]
    wales.export("2026-03")

    def told() -> list[tuple[str, bool]]:
        table = "Agency client number,Item\n4711,STAGE\n4711,MODSTARTD\n4711,MODENDD\n4711,REFSOURCE\n"
        found = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, table)
        assert all(each.episode_id == one for each in found)
        many = "that journey has 2 events with that field: it may be any of them"
        assert [each.doubt for each in found] == ["", many, many, ""]
        return [(each.event_id, each.changed) for each in found]

    assert told() == [(interview, False), ("", False), ("", False), ("", False)]
    wales.change_event(interview, STAGE="2")
    wales.change_event(both[1], MODSTARTD="2026-03-13")
    assert told() == [(interview, True), ("", True), ("", False), ("", False)]
