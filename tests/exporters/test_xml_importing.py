"""A return in XML that comes in: what is new is added, what differs is listed, and taken where that is asked for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.checks.bounces import read_bounces
from exporters.formats.base import Taking
from exporters.imports.report import ImportReport
from exporters.xml_format.importing import ReturnImport
from store.disk import audit
from store.facts import Who
from store.month import extracts
from store.records import agencies, merge, read, save
from tests.exporters.extracts import NOW
from tests.exporters.journeys import AGENCY, Returns, opened
from tests.stores import ask, do
from tests.validators.builders_smds import CLOSED, TODAY, WALES, modality, top
from validators.problems import Problem


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Returns]:
    """The same agency's empty store on another machine."""
    made = opened(tmp_path / "other")
    with made.store:
        yield made


def taken(wales: Returns, file: Path, *, update: bool = False) -> ImportReport:
    """Import a file."""
    job = ReturnImport(file, WALES, Taking(update=update))
    return job.write(wales.store, job.prepare(wales.store, AGENCY), "ann", NOW)


def kept(wales: Returns) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    """Values of each journey with its client's, and of its events."""
    return [
        ({**record.client, **record.episode}, [dict(event.values) for event in record.events])
        for record in ask(wales.store, read.episodes, wales.agency)
    ]


def test_the_same_file_twice_changes_nothing(wales: Returns, other: Returns) -> None:
    wales.keyed(modality(), top(), POSTCODE="CF10 1", **CLOSED)
    wales.keyed(CLIENTNO="43")
    file = wales.export("2026-06", "full").file
    first = taken(other, file)
    assert (first.new.episodes, first.new.events, first.unchanged) == (2, 2, 0)
    there, again = kept(other), taken(other, file, update=True)
    assert (again.new.episodes, again.new.events, again.updated, again.unchanged) == (0, 0, 0, 2)
    assert again.differences == [] == again.left_out and kept(other) == there == kept(wales)


@pytest.mark.parametrize("reads_first", [True, False], ids=["known", "new"])
def test_two_journeys_of_one_client_and_day_stay_two(wales: Returns, other: Returns, *, reads_first: bool) -> None:
    """Who was referred on one day from two sources: what is told of the second goes into no record of the first."""
    one = wales.keyed(modality(), REFSOURCE="01")
    client = ask(wales.store, read.episode_record, one).client_id
    second = do(
        wales.store, Who("bob", NOW), save.create, "episode", client, "", {"REFDATE": "2026-03-02", "REFSOURCE": "02"}
    ).id
    if reads_first:
        taken(other, wales.export("2026-03", "full").file)
    else:
        other.keyed(modality(), REFSOURCE="01")
    wales.add(second, top(TOPDATE="2026-04-10"))
    report = taken(other, wales.export("2026-06", "full").file, update=True)
    assert not report.left_out and not report.differences
    assert kept(other) == kept(wales)
    alone = taken(other, wales.export("2026-06", "full").file, update=True)
    assert (alone.unchanged, alone.new.episodes, alone.new.events) == (2, 0, 0)


@pytest.mark.parametrize("update", [True, False])
def test_a_journey_of_the_same_day_from_another_source_that_comes_by_itself_goes_into_no_other(
    wales: Returns, other: Returns, *, update: bool
) -> None:
    """It may be another journey, or a source that was mended elsewhere: who knows it keys it."""
    wales.keyed(modality(), REFSOURCE="02")
    other.keyed(REFSOURCE="01")
    there = kept(other)
    report = taken(other, wales.export("2026-03").file, update=update)
    (left,) = report.left_out
    assert "has another source of referral: it may be another one, to be keyed" in left.why
    assert kept(other) == there and not report.differences
    # What the store itself sent under that source, and has mended since, it knows.
    other.send("2026-03")
    again = other.latest()
    (one,) = (record.episode_id for record in ask(other.store, read.episodes, other.agency))
    file = other.folder / "again.xml"
    file.write_bytes(ask(other.store, lambda unit: b"".join(extracts.text(unit, again.id))))
    other.change(one, REFSOURCE="03")
    report = taken(other, file)
    assert [(each.header, each.told) for each in report.differences] == [("REFSOURCE", "01")] and not report.left_out


def test_a_return_in_which_all_have_new_client_numbers_is_taken_only_as_others(wales: Returns, other: Returns) -> None:
    for number in range(6):
        born = {"DOB": f"198{number}-06-15", "NHSNO": "", "GENDER": "2"}
        wales.keyed(CLIENTNO=f"4{number}", **born)
        other.keyed(CLIENTNO=f"9{number}", **born)
    file, there = wales.export("2026-06", "full").file, kept(other)
    with pytest.raises(Problem, match="6 of its 6 clients are like one in the store under another identifier"):
        taken(other, file, update=True)
    assert kept(other) == there
    job = ReturnImport(file, WALES, Taking(others=True))
    assert job.write(other.store, job.prepare(other.store, AGENCY), "ann", NOW).new.clients == 6


def test_what_a_later_return_tells_of_a_known_journey_is_added(wales: Returns, other: Returns) -> None:
    one = wales.keyed(modality())
    wales.send("2026-03")
    taken(other, wales.export("2026-03", "full").file)
    wales.add(one, top(TOPDATE="2026-04-10"))
    wales.change(one, **CLOSED)
    report = taken(other, wales.export("2026-06").file)
    assert (report.new.episodes, report.new.events, report.updated) == (0, 1, 0)
    assert [(one.header, one.kept, one.told) for one in report.differences] == [
        ("ENDDATE", "", CLOSED["ENDDATE"]),
        ("ENDREASON", "", CLOSED["ENDREASON"]),
    ]
    assert kept(other)[0][0].get("ENDDATE", "") == "" and len(kept(other)[0][1]) == 2


def test_values_that_differ_are_taken_where_that_is_asked_for_and_nothing_is_blanked(
    wales: Returns, other: Returns
) -> None:
    one = wales.keyed(top())
    first = wales.add(one, modality())
    taken(other, wales.export("2026-03", "full").file)
    mine = next(ask(other.store, read.episodes, other.agency))
    other.change(mine.episode_id, LA="001", GENDER="2")
    wales.change(one, ETHNIC="A", **CLOSED)
    wales.change_event(first, MODENDD="2026-05-01", MODEXIT="01")
    file = wales.export("2026-06", "full").file
    assert taken(other, file).updated == 0 and "MODENDD" not in str(kept(other))
    report = taken(other, file, update=True)
    assert (report.updated, report.new.events) == (3, 0)
    values, events = kept(other)[0]
    assert (values["LA"], values["ETHNIC"], values["ENDDATE"]) == ("001", "A", CLOSED["ENDDATE"])
    assert values["GENDER"] == "2" and sorted(event.get("MODENDD", "") for event in events) == ["", "2026-05-01"]
    act = [
        entry for entry in ask(other.store, audit.history, [mine.episode_id]) if entry.act == "import" and entry.field
    ]
    assert {entry.field for entry in act} == {"ENDDATE", "ENDREASON"}
    assert taken(other, file, update=True).unchanged == 1


def test_a_journey_that_was_deleted_is_listed(wales: Returns) -> None:
    one = wales.keyed(modality())
    file = wales.export("2026-03", "full").file
    with wales.store.writing(Who("ann", NOW)) as work:
        save.delete(work, "episode", one, 1)
    report = taken(wales, file)
    assert [item.why for item in report.left_out] == ["the store has this journey, deleted: bring it back first"]
    assert kept(wales) == []


def test_a_deleted_event_is_listed_and_brought_back_only_when_that_is_said(wales: Returns) -> None:
    one = wales.keyed(modality())
    (event,) = ask(wales.store, read.episode_record, one).events
    file = wales.export("2026-03", "full").file
    with wales.store.writing(Who("ann", NOW)) as work:
        save.delete(work, "event", event.id, 1)
    report = taken(wales, file)
    assert [item.why for item in report.left_out] == [
        "the store has this treatment modality, deleted: bring it back first"
    ]
    assert (report.new.events, kept(wales)[0][1]) == (0, [])
    job = ReturnImport(file, WALES, Taking(deleted=True))
    job.write(wales.store, job.prepare(wales.store, AGENCY), "ann", NOW)
    assert (job.report.new.events, job.report.back, job.report.left_out) == (0, 1, [])
    assert [each.id for each in ask(wales.store, read.episode_record, one).events] == [event.id]


_BRIEF = {"MODENDD": "2026-03-20", "MODEXIT": "01"}


@pytest.mark.parametrize(
    ("there", "told", "becomes"),
    [
        pytest.param(
            [{"start": "2026-03-12", **_BRIEF}, {"start": "2026-04-01"}],
            {"start": "2026-04-01", "MODENDD": "2026-04-10", "MODEXIT": "01"},
            [("2026-03-12", "2026-03-20"), ("2026-04-01", "2026-04-10")],
            id="begun then",
        ),
        pytest.param(
            [{"start": "2026-04-01"}, {"start": "2026-03-12", **_BRIEF}],
            {"start": "2026-03-12", "MODENDD": "2026-03-21", "MODEXIT": "01"},
            [("2026-04-01", ""), ("2026-03-12", "2026-03-21")],
            id="ended otherwise",
        ),
        pytest.param(
            [{"start": "2026-03-12", **_BRIEF}],
            {"start": "2026-04-01"},
            [("2026-03-12", "2026-03-20"), ("2026-04-01", "")],
            id="a second one",
        ),
        pytest.param(
            [{"start": "2026-03-12", **_BRIEF}, {"start": "2026-03-22", **_BRIEF, "MODENDD": "2026-03-24"}],
            {"start": "2026-04-01"},
            [("2026-03-12", "2026-03-20"), ("2026-03-22", "2026-03-24"), ("2026-04-01", "")],
            id="a third one",
        ),
        pytest.param(
            [{"start": "2026-03-12"}], {"start": "2026-03-13"}, [("2026-03-13", "")], id="the only one begun otherwise"
        ),
        pytest.param(
            [{"start": "2026-03-12", **_BRIEF}, {"start": "2026-04-01"}],
            {"start": "2026-04-05"},
            [("2026-03-12", "2026-03-20"), ("2026-04-01", "")],
            id="unclear",
        ),
        pytest.param(
            [{"start": "2026-03-12"}, {"start": "2026-03-12"}],
            {"start": "2026-03-12", "MODOFFERD": "2026-03-09"},
            [("2026-03-12", ""), ("2026-03-12", "")],
            id="either",
        ),
    ],
)
def test_of_modalities_of_one_kind_and_day_what_changed_goes_into_its_own_and_into_no_other(
    wales: Returns, other: Returns, there: list[dict[str, str]], told: dict[str, str], becomes: list[tuple[str, str]]
) -> None:
    """Begun anew under one referral: a third is a new one, and where it may be several nothing is taken."""
    wales.keyed(*(modality(**each) for each in there))
    other.keyed(modality(**told))
    report = taken(wales, other.export("2026-06", "full").file, update=True)
    assert [(each.get("MODSTARTD", ""), each.get("MODENDD", "")) for each in kept(wales)[0][1]] == becomes
    is_unclear = becomes == [(each["start"], each.get("MODENDD", "")) for each in there]
    why = ["this treatment modality may be any of 2 in the store known by the same, or another: to be keyed"]
    assert [each.why for each in report.left_out] == why * is_unclear
    assert report.new.events == len(becomes) - len(there)


def test_of_tops_of_one_number_what_changed_goes_into_that_of_its_day(wales: Returns, other: Returns) -> None:
    wales.keyed(top(), top(TOPDATE="2026-04-10"))
    other.keyed(top(TOPDATE="2026-04-10", ALCDAYS="05"))
    assert not taken(wales, other.export("2026-06", "full").file, update=True).left_out
    assert [each.get("ALCDAYS", "") for each in kept(wales)[0][1]] == ["", "05"]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_modalities_the_one_that_says_less_is_not_filled_by_the_other(
    wales: Returns, other: Returns, first: int
) -> None:
    whole, double = modality(), modality(MODOFFERD="", start="")
    wales.keyed(whole, double)
    other.keyed(*((whole, double), (double, whole))[first])
    report = taken(wales, other.export("2026-06", "full").file, update=True)
    assert (report.updated, report.new.events, report.left_out) == (0, 0, [])


def test_a_merged_client_s_journey_is_known_under_the_number_of_whoever_is_kept(wales: Returns) -> None:
    """It is not there twice, and says nothing of the one who is kept."""
    one, two = wales.keyed(modality(), CLIENTNO="5"), wales.keyed(CLIENTNO="9", REFDATE="2026-03-12", POSTCODE="CF10 1")
    file = wales.export("2026-06", "full").file
    gone, stays = (ask(wales.store, read.episode_record, each).client_id for each in (one, two))
    with wales.store.writing(Who("ann", NOW)) as work:
        merge.merge(work, stays, gone)
    (found,) = ask(wales.store, read_bounces, wales.agency, WALES, wales.latest().id, "client 5: not loaded")
    assert (found.client_id, found.episode_id) == (stays, one), found
    before = kept(wales)
    report = taken(wales, file, update=True)
    assert [item.why.partition(":")[0] for item in report.left_out] == ["its client was merged into 9 in the store"]
    job = ReturnImport(file, WALES, Taking(update=True, deleted=True))
    report = job.write(wales.store, job.prepare(wales.store, AGENCY), "ann", NOW)
    assert (report.new.episodes, report.updated, report.left_out) == (0, 0, [])
    assert kept(wales) == before and len(before) == 2
    # What the file says of the one who is kept, under that number, is told all the same.
    file.write_text(file.read_text(encoding="utf-8").replace("CF10 1", "CF24 3"), encoding="utf-8")
    job = ReturnImport(file, WALES, Taking(deleted=True))
    job.prepare(wales.store, AGENCY)
    assert [(one.header, one.told) for one in job.report.differences] == [("POSTCODE", "CF24 3")]


def test_another_person_with_the_same_client_number_is_left_out(wales: Returns, other: Returns) -> None:
    wales.keyed(modality())
    file = wales.export("2026-03", "full").file
    other.keyed(modality(), DOB="1991-01-02")
    before = kept(other)
    for update in (False, True):
        report = taken(other, file, update=update)
        (item,) = report.left_out
        assert item.why.startswith("Date of birth differs from the store, under the same identifier")
        assert kept(other) == before and (report.new.episodes, report.updated) == (0, 0)
    with pytest.raises(Problem, match="was not imported: 1 message cannot be stored"):
        ReturnImport(file, WALES, Taking(all_or_nothing=True)).prepare(other.store, AGENCY)


def test_nor_do_two_people_of_one_file_become_one(wales: Returns, other: Returns, tmp_path: Path) -> None:
    wales.keyed(modality())
    text = wales.export("2026-03", "full").file.read_text(encoding="utf-8")
    start, end = text.index("<", text.index("<", text.index("<Sub")) + 1), text.rindex("</")
    message = text[start:end]
    born = next(line for line in message.splitlines() if "DOB" in line or "Birth" in line)
    second = message.replace(born, born.replace("19", "18", 1).replace("20", "18", 1))
    second = second.replace("2026-01-05", "2026-02-05") if "2026-01-05" in second else second
    file = tmp_path / "two.xml"
    file.write_text(text[:end] + second + text[end:], encoding="utf-8")
    report = taken(other, file)
    assert report.new.clients == 1 and len(report.left_out) == 1


def test_another_agency_s_messages_are_left_out_and_its_file_is_refused(wales: Returns, other: Returns) -> None:
    wales.keyed(modality())
    file = wales.export("2026-03", "full").file
    foreign = file.with_name("foreign.xml")
    foreign.write_text(file.read_text(encoding="utf-8").replace(AGENCY, "W00099"), encoding="utf-8")
    for code, sentence in (
        (None, "is for agency W00099"),
        (AGENCY, "is a file of agency W00099, not of"),
        ("W00099", "say --new-agency to make it"),
    ):
        with pytest.raises(Problem, match=sentence):
            ReturnImport(foreign, WALES).prepare(other.store, code)
    assert ReturnImport(foreign, WALES, Taking(new_agency=True)).prepare(other.store, None) == "W00099"


def test_a_message_of_no_agency_beside_another_one_s_is_nobody_s(wales: Returns, other: Returns) -> None:
    for number in ("41", "42", "43"):
        wales.keyed(CLIENTNO=number, DOB=f"19{number}-06-15")
    file = wales.export("2026-06", "full").file
    do(other.store, Who("ann", NOW), agencies.ensure, "W00099", WALES.id)
    text = file.read_text(encoding="utf-8").replace(f">{AGENCY}<", "><", 1).replace(f">{AGENCY}<", ">W00099<", 1)
    file.write_text(text, encoding="utf-8")
    report = taken(other, file)
    assert report.new.clients == 1 and len(report.left_out) == 2
    assert "its agency code is empty, and the file names several agencies of the store" in report.left_out[0].why


def test_a_value_that_cannot_be_read_replaces_none_that_can(wales: Returns, other: Returns) -> None:
    one = wales.keyed(modality(), LA="001")
    first = wales.export("2026-03", "full").file
    taken(other, first)
    before = kept(other)
    wales.change(one, LA="002")
    later = wales.export("2026-06", "full").file
    later.write_text(later.read_text(encoding="utf-8").replace(">002<", ">ABCDE<"), encoding="utf-8")
    report = taken(other, later, update=True)
    assert [item.header for item in report.refused] == ["LA"] and kept(other) == before


def test_a_table_is_no_return_in_xml(other: Returns, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("CLIENTID,DOB\n1,2\n", encoding="utf-8")
    with pytest.raises(Problem, match="returns of smds-wales are XML, and this is none"):
        ReturnImport(path, WALES).prepare(other.store, AGENCY)


def test_an_empty_block_is_no_event_and_hides_none(wales: Returns, tmp_path: Path) -> None:
    one = wales.keyed(modality(), top())
    wales.send("2026-03")
    text = b"".join(ask(wales.store, extracts.text, wales.latest().id))
    path = tmp_path / "theirs.xml"
    path.write_bytes(text.replace(b"<TOPDetails>", b"<TOPDetails/><TOPDetails>"))
    report = taken(wales, path)
    assert (report.unchanged, report.new.events) == (1, 0)
    assert len(ask(wales.store, read.episode_record, one).events) == 2


def test_what_a_file_says_of_a_known_client_is_told_whatever_journey_it_is_of(
    wales: Returns, other: Returns, tmp_path: Path
) -> None:
    wales.keyed(POSTCODE="CF10 1")
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    taken(other, written(tmp_path, text))
    start, message, end = parted(text)
    moved = message.replace(">2026-03-02<", ">2026-05-02<").replace("CF10 1", "CF24 3")
    later = message.replace(">2026-03-02<", ">2026-05-09<").replace("CF10 1", "CF14 4")
    for update in (False, True):
        report = taken(other, written(tmp_path, f"{start}{moved}{later}{end}"), update=update)
        assert [(one.header, one.kept, one.told, one.line) for one in report.differences] == [
            ("POSTCODE", "CF10 1", "CF24 3", 4)
        ]
        assert [(one.header, one.kept, one.told) for one in report.disagreements] == [("POSTCODE", "CF24 3", "CF14 4")]
        assert {one["POSTCODE"] for one, _ in kept(other)} == {"CF24 3" if update else "CF10 1"}


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize(("there", "told"), [("C1", "CF10 1"), ("CF10 1", "C1")])
def test_a_new_journey_of_a_known_client_is_judged_by_what_the_store_goes_on_saying_of_him(
    wales: Returns, other: Returns, tmp_path: Path, there: str, told: str, *, update: bool
) -> None:
    wales.keyed(POSTCODE=there)
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    taken(other, written(tmp_path, text))
    later = text.replace(">2026-03-02<", ">2026-05-02<").replace(f">{there}<", f">{told}<")

    def judged() -> tuple[int, int]:
        job = ReturnImport(written(tmp_path, later), WALES, Taking(update=update, today=TODAY))
        after = job.write(other.store, job.prepare(other.store, AGENCY), "ann", NOW).after
        assert after is not None
        return after.rows, after.wrong

    first = judged()
    assert first == judged(), "the same again"
    assert first == (1, int((told if update else there) == "C1"))


def test_what_a_message_of_another_person_says_goes_in_by_no_other_message(
    wales: Returns, other: Returns, tmp_path: Path
) -> None:
    wales.keyed()
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    taken(other, written(tmp_path, text))
    start, message, end = parted(text)
    stranger = message.replace("OfSurname>W<", "OfSurname>Z<").replace(">2026-03-02<", ">2026-05-02<")
    silent = re.sub(r"\s*<FirstLetterOfSurname>.*", "", message)
    report = taken(other, written(tmp_path, f"{start}{stranger}{silent}{end}"), update=True)
    assert [one.line for one in report.left_out] == [4] and report.differences == []
    assert [one["SURNAME1"] for one, _ in kept(other)] == ["W"]


def test_a_number_that_two_clients_of_the_store_bear_leads_to_neither(
    wales: Returns, other: Returns, tmp_path: Path
) -> None:
    wales.keyed(POSTCODE="CF10 1")
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    for _ in range(2):
        other.keyed()
    report = taken(other, written(tmp_path, text), update=True)
    assert "2 clients in the store bear its" in report.left_out[0].why
    assert not any("POSTCODE" in one for one, _ in kept(other))


def test_a_file_that_was_laid_out_anew_is_of_the_same_clients(wales: Returns, other: Returns, tmp_path: Path) -> None:
    wales.keyed(modality(), POSTCODE="CF10 1")
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    taken(other, written(tmp_path, text))
    laid_out = re.sub(r"<(\w+)>([^<>\n]+)</", r"<\1>\n   \2\n  </", text)
    report = taken(other, written(tmp_path, laid_out), update=True)
    assert (report.unchanged, report.new.episodes, report.differences) == (1, 0, []) and len(report.notes) == 1
    report = taken(other, written(tmp_path, text.replace("<AgencyClientNumber>42<", "<AgencyClientNumber> 42 <")))
    assert (report.unchanged, report.new.episodes) == (1, 0)


def test_a_text_that_stands_in_no_item_is_a_fault_and_an_unknown_entity_has_no_line(
    wales: Returns, other: Returns, tmp_path: Path
) -> None:
    wales.keyed()
    text = wales.export("2026-06", "full").file.read_text(encoding="utf-8")
    for stray in (
        text.replace("<DateOfBirth>", "1985<DateOfBirth>"),
        text.replace("</ClientJourney>", "x</ClientJourney>"),
    ):
        report = taken(other, written(tmp_path, stray))
        assert report.new.episodes == 0 and "text beside its items" in report.left_out[0].why
    with pytest.raises(Problem, match="cannot be read as XML: export it again, or name another file"):
        taken(other, written(tmp_path, text.replace(">42<", ">&number;<")))


def written(folder: Path, text: str) -> Path:
    path = folder / "in.xml"
    path.write_text(text, encoding="utf-8")
    return path


def parted(text: str) -> tuple[str, str, str]:
    """What stands before the one message of a file, the message, and what stands after it."""
    start, opening, rest = text.partition("<ClientJourney>")
    message, closing, end = rest.partition("</ClientJourney>\n")
    return start, opening + message + closing, end


def test_a_day_that_is_written_otherwise_makes_no_second_journey(wales: Returns, other: Returns) -> None:
    wales.keyed(modality())
    wales.keyed(CLIENTNO="43")
    file = wales.export("2026-03", "full").file
    taken(other, file)
    there, sent = kept(other), file.read_text(encoding="utf-8")
    for written in ("2026-03-02Z", "2026-03-02+00:00", "2026-03-02T00:00:00", "20260302", "2 Mar 2026"):
        file.write_text(sent.replace("2026-03-02", written), encoding="utf-8")
        again = taken(other, file, update=True)
        assert (again.new.episodes, again.updated, again.left_out) == (0, 0, []) and kept(other) == there
        assert again.notes == ["2 dates written otherwise than CCYY-MM-DD were read"]
    file.write_text(sent.replace("2026-03-02", "02/03/2026"), encoding="utf-8")
    again = taken(other, file, update=True)
    assert again.new.episodes == 0 and kept(other) == there
    assert [one.why for one in again.left_out] == [
        "its date of referral '02/03/2026' is no date, so it may be about a journey that the store has"
    ] * 2


def test_a_code_that_lost_its_zeros_replaces_none_that_has_them(wales: Returns, other: Returns) -> None:
    wales.keyed(modality(), LA="001")
    file = wales.export("2026-03", "full").file
    taken(other, file)
    before, sent = kept(other), file.read_text(encoding="utf-8")
    file.write_text(sent.replace(">001<", ">1<"), encoding="utf-8")
    report = taken(other, file, update=True)
    assert [(one.kept, one.told) for one in report.refused] == [("001", "1")] and kept(other) == before


def test_an_element_of_blanks_alone_is_no_value(wales: Returns, other: Returns) -> None:
    wales.keyed(modality(), GENDER="1")
    file = wales.export("2026-03", "full").file
    taken(other, file)
    there, sent = kept(other), file.read_text(encoding="utf-8")
    file.write_text(re.sub(r">[^<>\n]+</Gender>", "> </Gender>", sent), encoding="utf-8")
    again = taken(other, file, update=True)
    assert "> </" in file.read_text(encoding="utf-8") and kept(other) == there
    assert again.refused == [] == again.differences and "taken as empty" in again.notes[0]


def test_a_journey_whose_day_was_typed_with_a_blank_is_no_other_when_it_comes_back(wales: Returns) -> None:
    wales.keyed(modality(), REFDATE="2026-05-04 ")
    file = wales.export("2026-06", "full").file
    report = taken(wales, file)
    assert (report.new.episodes, report.left_out) == (0, [])
    assert [(one.kept, one.told) for one in report.differences] == [("2026-05-04 ", "2026-05-04")]
    assert taken(wales, file, update=True).updated == 1 and len(kept(wales)) == 1
