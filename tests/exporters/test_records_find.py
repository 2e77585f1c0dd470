"""A record is found by any id it bears, by commands and screens alike."""

import pytest

from exporters.records.find import by_any_id, by_store_id, client_of, episode_of, records_of
from exporters.records.many import recipient
from store.clients import search
from store.facts import ClientQuery, Who
from store.records import agencies, read, save
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, row, visit
from tests.exporters.journeys import Returns
from tests.stores import ask
from tests.validators.builders_smds import WALES, top
from validators.problems import Problem


def test_by_store_id_identifier_and_reference(desk: Desk) -> None:
    desk.take([row("1") | visit("1"), row("2")])
    agency = ask(desk.store, agencies.one)
    record = next(ask(desk.store, read.episodes, agency))
    kinds = {
        record.client_id: "client",
        record.episode_id: "episode",
        record.events[0].id: "event",
        "c1": "client",
        "e1": "episode",
        "s1": "event",
        " 1001 ": "client",
    }
    for wanted, kind in kinds.items():
        found = ask(desk.store, by_any_id, agency, STANDARD, wanted)
        assert found.record.kind == kind and found.tree.client.id == record.client_id, wanted
        assert ask(desk.store, client_of, found.record) == record.client_id
    assert {one.kind for one in records_of(found.tree)} == {"client", "episode", "event"}
    event = ask(desk.store, by_store_id, record.events[0].id)
    episode = episode_of(found.tree, event)
    assert episode is not None and episode.episode.id == record.episode_id
    assert episode_of(found.tree, found.tree.client) is None


def test_none_several_and_another_agency_s(desk: Desk) -> None:
    desk.take([row("1"), row("2", CLIENT="1001")])
    agency = ask(desk.store, agencies.one)
    with pytest.raises(Problem, match=r"'1001' is more than one record: name it by its store id \(client .*, client "):
        ask(desk.store, by_any_id, agency, STANDARD, "1001")
    for wanted in ("", "no\x1b[31m"):
        with pytest.raises(Problem, match="There is no client, episode or event") as told:
            ask(desk.store, by_any_id, agency, STANDARD, wanted)
        assert str(told.value).isprintable()
    with desk.store.writing(Who("ann", NOW)) as unit:
        other = agencies.ensure(unit, "T0999", STANDARD.id)
        client = save.create(unit, "client", other.id, "", {})
    with pytest.raises(Problem, match="There is no client"):
        ask(desk.store, by_any_id, agency, STANDARD, client.id)


def test_a_number_of_an_event_names_nobody(wales: Returns) -> None:
    """Every client of Wales has a first TOP: who is called by that number is the client who bears it, or nobody."""
    wales.keyed(top(), CLIENTNO="5")
    one = wales.keyed(CLIENTNO="1")
    client = ask(wales.store, read.episode_record, one).client_id
    assert ask(wales.store, by_any_id, wales.agency, WALES, "1").record.id == client
    assert [row.id for row in ask(wales.store, search.page, wales.agency, ClientQuery("1"), 0, 9)] == [client]
    wales.change(one, CLIENTNO="7")
    with pytest.raises(Problem, match="There is no client"):
        ask(wales.store, by_any_id, wales.agency, WALES, "1")


def test_what_is_not_found_is_named_in_the_standard_s_own_terms(wales: Returns) -> None:
    with pytest.raises(Problem, match=f"There is no client, {WALES.word('episode')} or {WALES.word('event')} 'x'"):
        ask(wales.store, by_any_id, wales.agency, WALES, "x")
    assert WALES.word("episode") != "episode"


def test_two_of_one_identifier_or_reference_are_never_one(desk: Desk) -> None:
    """However many other clients resemble what was asked for, and whichever of the two came first."""
    with desk.store.writing(Who("ann", NOW)) as unit:
        agency = agencies.ensure(unit, "T0123", STANDARD.id)
        clients = [{"CLIENT": "1"}, *({"CLIENT": str(1000 + at)} for at in range(120)), {"CLIENT": "1"}]
        clients += [{"CLIENT": "ab"}, {"CLIENT": "AB"}, {"CLIENTID": "same"}, {"CLIENTID": "same"}]
        made = [save.create(unit, "client", agency.id, "", values) for values in clients]
        for client in made[-2:]:
            episode = save.create(unit, "episode", client.id, "", {"EPISODID": "again"})
            save.create(unit, "event", episode.id, STANDARD.by_header["SUBMID"].section, {"SUBMID": "too"})
    for wanted in ("1", "ab", "same", "again", "too"):
        with pytest.raises(Problem, match=f"'{wanted}' is more than one record"):
            ask(desk.store, by_any_id, agency, STANDARD, wanted)
    with desk.store.writing(Who("ann", NOW)) as unit:
        save.delete(unit, "client", made[-1].id, made[-1].version)
    for wanted in ("same", "again", "too"):
        assert ask(desk.store, by_any_id, agency, STANDARD, wanted).tree.client.id == made[-2].id


def test_keyed_for_many_a_reference_of_two_is_nobody_s(desk: Desk) -> None:
    with desk.store.writing(Who("ann", NOW)) as unit:
        agency = agencies.ensure(unit, "T0123", STANDARD.id)
        references = ["1", *(str(1000 + at) for at in range(120)), "1", "7", "007", "0042", "ab", "AB"]
        for reference in references:
            client = save.create(unit, "client", agency.id, "", {"CLIENT": reference})
            save.create(unit, "episode", client.id, "", {"REFLD": "20200601"})
    for wanted in ("1", "07", "Ab"):
        with pytest.raises(Problem, match="Several clients have this reference"):
            ask(desk.store, recipient, agency, STANDARD, wanted)
    for wanted, reference in {"7": "7", "007": "007", "42": "0042", "00042": "0042", "1000": "1000"}.items():
        assert ask(desk.store, recipient, agency, STANDARD, wanted).client.values["CLIENT"] == reference
    for wanted in ("", "0", "\u0661"):
        with pytest.raises(Problem, match="Nobody here has this client reference"):
            ask(desk.store, recipient, agency, STANDARD, wanted)
