"""A client of an English agency copied to a Welsh one: what is certain, what is not, and letters that mean others."""

import json
import re
from datetime import UTC, datetime

import pytest

from exporters.imports.copy import planned
from store.disk import audit
from store.facts import Draft, Who
from store.live import drafts
from store.records import agencies, read, save
from store.store import open_store
from tests.commands.running import TODAY, Place, call
from tests.stores import ask, do
from validators.problems import Problem
from validators.standard.catalogue import load

TO = ("--to-agency", "W00001", "--to-standard", "smds-wales")
CLIENT = ("CLIENT=K77", "FINITIAL=E", "SINITIAL=W", "DOB=19850615", "SEX=1", "ETHNIC=B", "NATION=GBR")
EPISODE = (
    "CONSENT=Y",
    "REFLD=20200302",
    "TRIAGED=20200306",
    "CPLANDT=20200306",
    "DISD=20200630",
    "CJDISRSN=50",
    "PC=NW7 3",
)


def with_client(place: Place) -> None:
    """A store with one English client, one episode and one event."""
    assert call("sample", "--clients", "1", *place.options, *TODAY).code == 0
    assert call("client", "add", *CLIENT, *EPISODE, *place.options, *TODAY).code in (0, 1)
    call("client", "add-event", "K77", "sub_intervention", "SUBMODDT=20200310", *place.options, *TODAY)


def test_a_copy_is_only_told_until_it_is_wanted(place: Place) -> None:
    with_client(place)
    told = call("client", "copy", "K77", *TO, *place.options, *TODAY)
    assert told.code == 0, told
    copied, _, rest = told.out.partition("To be keyed anew:")
    anew, _, beware = rest.partition("Beware:")
    assert "client: First initial E → Forename initial E" in copied
    assert "client: Date of birth 19850615 → Date of birth 1985-06-15" in copied
    assert "journey 1: Prompting event date 20200302 → Date of referral 2020-03-02" in copied
    assert "→ Date contact ended 2020-06-30" in copied
    for label in (
        "Client reference was K77",
        "Sex at birth registration was 1 (Male)",
        "Ethnicity was B",
        "Country of",
    ):
        assert f"client: {label}" in anew and label not in copied
    for label in ("Consent for NDTMS was Y", "Postcode was NW7 3", "was 50", "sub-intervention 20200310"):
        assert label in anew
    assert "Ethnicity B means 'White - Irish' in ndtms-cjit-p, 'Gypsy or Irish Traveller' in smds-wales: ask" in beware
    assert "Date of referral is taken from Prompting event date: key the right day where that is another" in beware
    assert told.out.endswith("Nothing was written: --yes writes the copy.\n") and "No consent" not in told.out
    assert call("client", "list", "--agency", "W00001", *place.options).code == 2


def test_a_copy_is_written_with_its_origin_and_a_number_of_its_own(place: Place) -> None:
    with_client(place)
    told = json.loads(call("client", "copy", "K77", *TO, "--yes", "--format", "json", *place.options, *TODAY).out)
    with open_store(place.store, place.key, load) as store:
        agency = ask(store, agencies.one, "W00001")
        assert agency.standard == "smds-wales"
        (record,) = ask(store, read.episodes, agency)
        assert record.client_id == told["client"]
        its = {header: value for header, value in record.client.items() if header != "CLIENTNO"}
        assert its == {"SURNAME1": "W", "FORENAME1": "E", "DOB": "1985-06-15", "AGENCY": "W00001"}
        assert record.client["CLIENTNO"].isdigit()
        assert record.episode == {"REFDATE": "2020-03-02", "ASSDATE": "2020-03-06", "ENDDATE": "2020-06-30"}
        (episode,) = ask(store, read.tree, record.client_id).episodes
        (origin,) = (
            one.episode["EPISODID"]
            for one in ask(store, read.episodes, ask(store, agencies.one, "T0001"))
            if one.client.get("CLIENT") == "K77"
        )
        assert episode.note == f"Copied from agency T0001 (ndtms-cjit-p), episode {origin}."
        assert [one.act for one in ask(store, audit.history, [record.client_id])] == ["copy"]
        assert ask(store, audit.verify).whole


def test_who_was_copied_is_not_copied_twice(place: Place) -> None:
    with_client(place)
    copy = ("client", "copy", "K77", *TO, "--agency", "T0001", *place.options, *TODAY)
    done = call(*copy, "--yes").out.splitlines()[-1]
    assert re.fullmatch(r"The copy is client \d+ \(id [0-9a-f-]{36}\) of W00001 \(smds-wales\)\.", done)
    told = call(*copy)
    assert told.out.startswith("There already, not copied again:\n  journey 1: client ")
    assert "of W00001 has it already (copied before)" in told.out and "To be keyed anew" not in told.out
    assert "Had to be keyed anew there:\n  client: Sex at birth registration was 1 (Male)\n" in told.out
    assert call(*copy, "--yes").sentence.endswith("of W00001 is this client already; key there what is new.")
    with open_store(place.store, place.key, load) as store:
        assert ask(store, read.count_episodes, ask(store, agencies.one, "W00001")) == 1
        # What is new goes to nobody who is somebody else by now, as after a merge that was undone.
        (there,) = ask(store, read.episodes, ask(store, agencies.one, "W00001"))
        (ours,) = [
            one
            for one in ask(store, read.episodes, ask(store, agencies.one, "T0001"))
            if one.client.get("CLIENT") == "K77"
        ]
        who = Who("bob", datetime(2021, 1, 10, 9, tzinfo=UTC))
        do(store, who, save.change, "client", there.client_id, {**there.client, "DOB": "1970-01-01"}, 1)
        do(store, who, save.create, "episode", ours.client_id, "", {"REFLD": "20201001", "CONSENT": "N"})
        do(store, who, drafts.save, Draft("client", ours.client_id, {**ours.client, "SEX": "2"}, 1))
    beware = call(*copy).out.partition("Beware:")[2]
    why = "Date of birth differs from client"
    assert "No consent is recorded for an episode, and smds-wales asks for none: its copy would be sent in" in beware
    assert why in beware and "Typed and not saved by bob, in 1 record: it is not copied" in beware
    refused = call(*copy, "--yes")
    assert refused.code == 2 and refused.sentence.startswith(f"Nothing was copied: {why}"), refused
    with open_store(place.store, place.key, load) as store:
        alike = {"SURNAME1": "W", "FORENAME1": "E", "DOB": "1985-06-15", "CLIENTNO": "99"}
        other = do(store, who, save.create, "client", ask(store, agencies.one, "W00001").id, "", alike)
        do(store, who, save.create, "episode", other.id, "", {"REFDATE": "2020-10-01"})
        do(store, who, save.create, "episode", ours.client_id, "", {"REFLD": "20201101"})
    assert re.search(r"client \d+ and client 99 have some of it each: look there", call(*copy, "--yes").sentence)


def test_a_mistyped_agency_is_not_made_by_a_copy_unasked(place: Place) -> None:
    with_client(place)
    assert call("agencies", "add", "W00001", "--standard", "smds-wales", *place.options).code == 0
    typo = ("client", "copy", "K77", "--to-agency", "W0001", *TO[2:], "--agency", "T0001", *place.options, *TODAY)
    for told in (call(*typo), call(*typo, "--yes")):
        assert told.code == 2 and told.sentence == (
            "The store has no agency W0001 of smds-wales, it has W00001: choose one of them, or say --new-agency to"
            " make it."
        )
    assert "W0001 " not in call("agencies", "list", *place.options).out
    small = ("client", "copy", "K77", "--to-agency", "w00001", *TO[2:], "--agency", "T0001", *place.options, *TODAY)
    assert call(*small, "--yes").out.endswith(" of W00001 (smds-wales).\n")
    assert call("agencies", "list", *place.options).out.count("smds-wales") == 1
    assert call(*typo, "--new-agency", "--yes").out.endswith(" of W0001 (smds-wales).\n")


def test_what_cannot_be_copied(place: Place) -> None:
    with_client(place)
    same = ("--to-agency", "T0002", "--to-standard", "ndtms-cjit-p")
    told = call("client", "copy", "K77", *same, *place.options, *TODAY)
    assert told.sentence == "The client is in the data set ndtms-cjit-p already: a copy goes to another one."
    other = ("--to-agency", "T0002", "--to-standard", "nowhere")
    assert call("client", "copy", "K77", *other, *place.options, *TODAY).sentence.startswith("There is no standard")
    # Nor who is deleted while somebody looks at what a copy would do.
    with open_store(place.store, place.key, load) as store:
        england = ask(store, agencies.one, "T0001")
        (ours,) = [one for one in ask(store, read.episodes, england) if one.client.get("CLIENT") == "K77"]
        do(store, Who("bob", datetime(2021, 1, 10, 9, tzinfo=UTC)), save.delete, "client", ours.client_id, 1)
        with pytest.raises(Problem, match="This client is deleted: bring it back before copying it"):
            ask(store, planned, ours.client_id, (load("ndtms-cjit-p"), "T0001"), (load("smds-wales"), "W00001"))
