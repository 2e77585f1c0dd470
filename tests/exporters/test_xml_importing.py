"""A return in XML that comes in: what is new is added, what differs is listed, and taken where that is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.imports.report import ImportReport
from exporters.xml_format.importing import ReturnImport
from store.disk import audit
from store.facts import Who
from store.records import read, save
from tests.exporters.extracts import NOW
from tests.exporters.journeys import AGENCY, Returns, opened
from tests.stores import ask
from tests.validators.builders_smds import CLOSED, WALES, modality, top


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Returns]:
    """The same agency's empty store on another machine."""
    made = opened(tmp_path / "other")
    with made.store:
        yield made


def taken(wales: Returns, file: Path, *, update: bool = False) -> ImportReport:
    """Import a file."""
    job = ReturnImport(file, WALES, update=update)
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
