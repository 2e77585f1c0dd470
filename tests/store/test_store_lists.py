"""Lists of clients: what is found by which words and filters, in which order, and that lists follow every save."""

from pathlib import Path

import pytest

from store.clients import index, search
from store.clients import rows as stored_rows
from store.clients.search import words
from store.disk import audit
from store.facts import AgencyInfo, ClientQuery, Draft, Filter, Sort, StoredRecord, Who
from store.findings import queries, results
from store.findings.results import CHECKER
from store.live import drafts, presence
from store.records import read, save
from store.store import Store, open_store
from tests.store.small_standard import LATER, NOW, standards
from tests.stores import ask, do, put_back
from validators.problems import Problem
from validators.records import Finding, Severity

Person = tuple[str, str, str, str, list[tuple[str, str, str, str]]]
PEOPLE: tuple[Person, ...] = (
    # reference, initials, born, sex, [(opened, closed, consent, postcode)]
    ("NE-00123", "JD", "19850314", "1", [("20200101", "20200301", "Y", "NE1 4XX"), ("20201001", "", "Y", "B15 2TT")]),
    ("NE-00124", "JS", "19850415", "2", [("20200201", "20200401", "Y", "NE1 4XX")]),
    ("XY 9", "DJ", "19400314", "2", [("20200301", "", "N", "")]),
    ("", "", "", "", [("20191001", "", "N", "")]),
    ("A-1985", "KM", "19900229", "1", []),
)


def fill(store: Store, agency: AgencyInfo) -> list[StoredRecord]:
    """The people above, entered by ann."""
    made: list[StoredRecord] = []
    with store.writing(Who("ann", NOW)) as work:
        for reference, initials, born, sex, episodes in PEOPLE:
            given, family = initials[:1], initials[1:]
            values = {"CLIENT": reference, "FINITIAL": given, "SINITIAL": family, "DOB": born, "SEX": sex}
            client = save.create(work, "client", agency.id, "", {**values, "CLIENTID": f"imported-{len(made)}"})
            made.append(client)
            for opened, closed, consent, postcode in episodes:
                told = {"REFLD": opened, "DISD": closed, "CONSENT": consent, "PC": postcode}
                save.create(work, "episode", client.id, "", told)
    return made


def find(
    store: Store, agency: AgencyInfo, text: str = "", *filters: Filter, sort: Sort = "entered", **more: str
) -> str:
    """The places in PEOPLE of those found, in the order of the list."""
    query = ClientQuery(text=text, filters=frozenset(filters), sort=sort, **more)  # type: ignore[arg-type]
    rows = ask(store, search.page, agency, query, 0, 100)
    assert ask(store, search.count, agency, query) == len(rows)
    places = {person[0]: str(place) for place, person in enumerate(PEOPLE)}
    return "".join(places[row.reference] for row in rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "01234"),
        ("NE-001", "01"),
        ("ne-00123", "0"),
        ("123", "0"),
        ("00124", "1"),
        ("J", "01"),
        ("JD", "0"),
        ("j d", "0"),
        ("DJ", "2"),
        ("NE1", "1"),
        ("b15", "0"),
        ("ne1 4", "1"),
        ("B15  2", "0"),
        ("NE1 4XX", "1"),
        ("ne1 4x", "1"),
        ("ne1 5", ""),
        ("xy 9", "2"),
        ("xy", "2"),
        ("9 xy", ""),
        ("js ne1 4xx", "1"),
        ("ne1  4 JS", "1"),
        ("1985 NE1 4XX j", "1"),
        ("jd ne1 4xx", ""),
        ("js ne1 5", ""),
        ("ne1 5 apr 85", ""),
        ("ne1 15 apr 85", "1"),
        ("140385", "0"),
        ("14031985", "0"),
        ("14/3/85", "0"),
        ("14/03/1985", "0"),
        ("14 mar 85", "0"),
        ("14 March 1985", "0"),
        ("14mar", "02"),
        ("14/3", "02"),
        ("1985-03-14", "0"),
        ("19850314", "0"),
        ("1985-03", "0"),
        ("03/1985", "0"),
        ("mar 1985", "0"),
        ("1985", "014"),
        ("19900229", "4"),
        ("j 1985", "01"),
        ("js 1985 ne1", "1"),
        ("js 1940", ""),
        ("imported-3", "3"),
        ("imported", "01234"),
        ("IMPORTED-1", "1"),
        ("nobody", ""),
        ("%", ""),
        ("14 xyz", ""),
        ("99/99/9999", ""),
        ("0000-00-00 '; --", ""),
    ],
)
def test_what_is_typed_finds_clients(store: Store, agency: AgencyInfo, text: str, found: str) -> None:
    fill(store, agency)
    assert find(store, agency, text) == found


def test_an_episode_and_an_event_are_found_by_their_identifiers(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    with store.writing(Who("ann", NOW)) as work:
        episode = save.create(work, "episode", made[4].id, "", {"EPISODID": "E1"})
        event = save.create(work, "event", episode.id, "sub", {})
    assert find(store, agency, "e1") == "4"
    assert find(store, agency, event.values["SUBMID"][:7]) == "4"
    assert find(store, agency, event.values["SUBMID"][:7].upper()) == "4"


def test_filters_and_their_combinations(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    assert find(store, agency, "", "open") == "023" and find(store, agency, "", "closed") == "1"
    assert find(store, agency, "", "no_consent") == "23" and find(store, agency, "j", "open") == "0"
    assert find(store, agency, "", "open", "no_consent", "mine", person="ann") == "23"
    assert find(store, agency, "", "mine", person="bob") == find(store, agency, "", "drafts", person="bob") == ""
    with store.writing(Who("bob", LATER)) as work:
        save.change(work, "client", made[1].id, {**made[1].values, "SEX": "1"}, 1)
        save.delete(work, "client", made[2].id, 1)
    assert find(store, agency, "", "mine", person="bob") == "1" and find(store, agency) == "0134"
    assert find(store, agency, "", "deleted") == "2" and find(store, agency, "dj") == ""
    with pytest.raises(Problem, match="no list by colour"):
        ask(store, search.count, agency, ClientQuery(filters=frozenset({"colour"})))  # type: ignore[arg-type]


def test_every_order_can_be_walked_both_ways_page_by_page(store: Store, agency: AgencyInfo) -> None:
    fill(store, agency)
    orders: dict[Sort, str] = {
        "entered": "01234",
        "reference": "34012",
        "initials": "32014",
        "birth_date": "32014",
        "opened": "43120",
        "postcode": "23401",
        "state": "02314",
        "findings": "01234",
        "key_worker": "01234",
    }
    for sort, expected in orders.items():
        assert find(store, agency, sort=sort) == expected, sort
        for descending in (False, True):
            query = ClientQuery(sort=sort, descending=descending)
            whole = [row.id for row in ask(store, search.page, agency, query, 0, 9)]
            pages = [row.id for at in range(0, 6, 2) for row in ask(store, search.page, agency, query, at, 2)]
            assert pages == whole and ask(store, search.page, agency, query, 5, 2) == []
        down = [row.id for row in ask(store, search.page, agency, ClientQuery(sort=sort, descending=True), 0, 9)]
        assert down == [row.id for row in ask(store, search.page, agency, ClientQuery(sort=sort), 0, 9)][::-1]


def test_many_are_found_in_order_to_the_last(store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    from store.clients import search

    fill(store, agency)
    for few, many in ((0, 99), (0, 0)):
        monkeypatch.setattr(search, "FEW", few)
        monkeypatch.setattr(search, "MANY", many)
        with open_store(store.path, store.key_file, standards) as other:
            for sort in ("birth_date", "reference", "initials", "entered"):
                query = ClientQuery(text="1985", sort=sort)
                expected = "".join(place for place in find(store, agency, sort=sort) if place in "014")
                assert find(other, agency, "1985", sort=sort) == expected
                last = ask(other, search.page, agency, query, 2, 5)
                assert [row.id for row in last] == [row.id for row in ask(store, search.page, agency, query, 0, 5)][2:]


def test_a_row_tells_of_the_latest_episode(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    first, _, _, nobody, empty = ask(store, search.page, agency, ClientQuery(), 0, 9)
    assert (first.id, first.initials, first.birth_date, first.sex) == (made[0].id, "JD", "1985-03-14", "1")
    assert (first.opened, first.closed, first.is_open, first.episodes) == ("2020-10-01", "", True, 2)
    assert (first.changed_at, first.changed_by, first.postcode_part[:2]) == (NOW, "ann", "B1")
    assert (nobody.birth_date, nobody.consent, empty.episodes, empty.is_open) == ("", "N", 0, False)


def test_lists_follow_a_save_in_another_process(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    assert find(store, agency, "zz9") == "" and find(store, agency, "closed") == ""
    before = ask(store, index.saved_version)
    with open_store(store.path, store.key_file, standards) as other, other.writing(Who("bob", LATER)) as work:
        save.change(work, "client", made[0].id, {**made[0].values, "SINITIAL": "Z"}, 1)
        episode = save.create(work, "episode", made[4].id, "", {"REFLD": "20210101", "PC": "ZZ9 9ZZ"})
        save.create(work, "event", episode.id, "sub", {})
    assert ask(store, index.saved_version) == before + 1
    assert find(store, agency, "jz") == "0" and find(store, agency, "zz9") == "4"
    assert find(store, agency, "", "mine", person="bob") == "04"
    with store.writing(Who("ann", LATER)) as work:
        save.delete(work, "episode", episode.id, 1)
    assert find(store, agency, "zz9") == "" and find(store, agency, "", "open") == "023"


def test_lists_found_in_a_store_that_was_put_back_since_are_found_anew(
    store: Store, agency: AgencyInfo, tmp_path: Path
) -> None:
    made = fill(store, agency)
    store.backup(tmp_path / "copy.db")
    for who in (made[0], made[2]):  # the same number of saves, of another client, once the copy stands there
        do(store, Who("ann", LATER), save.change, "client", who.id, {**who.values, "SINITIAL": "Z"}, 1)
        assert find(store, agency, "jz") == ("0" if who is made[0] else "")
        if who is made[0]:
            put_back(store, tmp_path / "copy.db")


def test_drafts_and_presence_are_no_saves_but_mark_their_client(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    tree = ask(store, read.tree, made[1].id)
    before, seen = ask(store, index.saved_version), store.data_version()
    do(store, Who("bob", NOW), drafts.save, Draft("client", made[0].id, {"CLIENT": "x"}, 1))
    do(
        store,
        Who("bob", NOW),
        drafts.save,
        Draft("event", "new", {}, 0, parent_id=tree.episodes[0].episode.id, section="sub"),
    )
    do(store, Who("bob", NOW), drafts.save, Draft("client", "quite-new", {"CLIENT": "y"}, 0, parent_id=agency.id))
    do(store, Who("bob", NOW, "s1"), presence.enter, "client", made[0].id)
    assert ask(store, index.saved_version) == before and store.data_version() != seen
    assert find(store, agency, "", "drafts", person="bob") == "01"
    rows = ask(store, search.page, agency, ClientQuery(person="bob"), 0, 9)
    assert [row.has_draft for row in rows] == [True, True, False, False, False]
    with store.writing(Who("ann", NOW)):
        pass
    assert ask(store, index.saved_version) == before


def test_a_key_worker_and_a_note_are_kept_beside_the_episode(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    episode = ask(store, read.tree, made[0].id).episodes[1].episode
    with store.writing(Who("ann", LATER)) as work:
        save.annotate(work, episode.id, key_worker="Kim", note="rings\nback")
        new = save.create(work, "episode", made[4].id, "", {})
        save.annotate(work, new.id, key_worker="Lee")
    assert ask(store, queries.key_workers, agency) == ["Kim", "Lee"]
    assert find(store, agency, key_worker="Kim") == "0" and find(store, agency, "jd", key_worker="Lee") == ""
    with store.writing(Who("ann", LATER)) as work:
        save.annotate(work, episode.id, note="done")
        save.annotate(work, new.id, key_worker="")
    kept = ask(store, read.tree, made[0].id).episodes[1]
    assert (kept.key_worker, kept.note, kept.episode.version) == ("Kim", "done", 1)
    assert kept.episode.values == episode.values and ask(store, queries.key_workers, agency) == ["Kim"]
    told = [(one.act, one.field, one.old, one.new) for one in ask(store, audit.history, [episode.id])[1:]]
    assert told == [
        ("annotate", "key_worker", "", "Kim"),
        ("annotate", "note", "", "rings\nback"),
        ("annotate", "note", "rings\nback", "done"),
    ]
    order = [row.key_worker for row in ask(store, search.page, agency, ClientQuery(sort="key_worker"), 0, 9)]
    assert order == ["", "", "", "", "Kim"]
    assert (
        ask(store, audit.verify).whole and ask(store, search.page, agency, ClientQuery(), 0, 1)[0].key_worker == "Kim"
    )


def test_rows_count_what_was_found(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    bad = Finding(Severity.ERROR, "13", "DISD", ("DISD",), "Closed before it was opened")
    records = {record.client_id: (stamp, record) for stamp, record in ask(store, queries.stamped, agency)}
    stamp, record = records[made[1].id]
    assert find(store, agency, "", "errors") == ""
    do(store, Who(CHECKER, NOW), results.save, [(record.episode_id, stamp, [bad, bad])], NOW.date())
    assert find(store, agency, sort="findings") == "02341"
    mild = Finding(Severity.WARNING, "28", "PC", ("PC",), "No place")
    stamp, record = records[made[2].id]
    do(store, Who(CHECKER, NOW), results.save, [(record.episode_id, stamp, [mild] * 5)], NOW.date())
    assert find(store, agency, sort="findings") == "03421"  # one error weighs more than any warnings
    do(store, Who(CHECKER, NOW), results.save, [(record.episode_id, stamp, [])], NOW.date())
    assert find(store, agency, "", "errors") == "1" and find(store, agency, "", "warnings") == ""
    assert find(store, agency, "js", "errors") == "1"
    row = ask(store, search.page, agency, ClientQuery(), 1, 1)[0]
    assert (row.errors, row.warnings) == (2, 0)


def test_a_store_made_before_there_were_lists_gets_them_when_it_is_opened(store: Store, agency: AgencyInfo) -> None:
    from sqlalchemy import delete

    from store.disk import sqlite
    from store.disk.keys import read_or_make_key
    from store.disk.tables import LINES, PARTS, SAVED, STATES

    fill(store, agency)
    expected = ask(store, search.page, agency, ClientQuery(), 0, 9)
    engine = sqlite.engine(store.path, read_or_make_key(store.key_file, may_make=False)[0])
    with sqlite.writing(engine) as connection, connection.begin():
        for table in (LINES, PARTS, STATES, SAVED):
            connection.execute(delete(table))
    engine.dispose()
    with pytest.raises(Problem, match="open it once for writing"):
        open_store(store.path, store.key_file, standards, read_only=True)
    with open_store(store.path, store.key_file, standards) as again:
        assert ask(again, search.page, agency, ClientQuery(), 0, 9) == expected
        assert find(again, agency, "123") == "0" and len(ask(again, queries.stale, agency, NOW.date())) == 5


def test_a_note_alone_makes_the_client_one_of_mine(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    episode = ask(store, read.tree, made[1].id).episodes[0].episode
    assert find(store, agency, "", "mine", person="bob") == ""
    with store.writing(Who("bob", LATER)) as work:
        save.annotate(work, episode.id, note="rings back")
    assert find(store, agency, "", "mine", person="bob") == "1"
    row = ask(store, search.page, agency, ClientQuery(sort="changed", descending=True), 0, 1)[0]
    assert (row.id, row.changed_by, row.changed_at) == (made[1].id, "bob", LATER)
    with store.writing(Who("bob", LATER)) as work:  # the same once more is no change
        save.annotate(work, ask(store, read.tree, made[0].id).episodes[0].episode.id, note="")
    assert find(store, agency, "", "mine", person="bob") == "1"


def test_a_reference_of_any_length_is_found_by_a_part(store: Store, agency: AgencyInfo) -> None:
    long = "AGENCY-2020-NORTH-0000123456-B"
    with store.writing(Who("ann", NOW)) as work:
        client = save.create(work, "client", agency.id, "", {"CLIENT": long})
    for part in ("AGENCY-2020-NORTH", "north", "0000123456-B", "3456-b", "2020-NORTH-0000123"):
        assert ask(store, search.count, agency, ClientQuery(text=part)) == 1, part
    with store.writing(Who("ann", NOW)) as work:
        save.change(work, "client", client.id, {**client.values, "CLIENT": "short"}, 1)
    assert ask(store, search.count, agency, ClientQuery(text="north")) == 0


def test_a_day_and_a_month_may_be_typed_bit_by_bit() -> None:
    for text in (
        "1",
        "14",
        "14/",
        "14/3/",
        "14/3/8",
        "19",
        "198",
        "1985-",
        "1985-0",
        "mar",
        "14 m",
        "0/0/00",
        "٣",
        "29/2",
    ):
        assert isinstance(words(text), list)
    assert [word.days for word in words("29/2")] == [("02-29",)]


def test_the_next_client_with_findings_in_order_of_entry(store: Store, agency: AgencyInfo) -> None:
    made = fill(store, agency)
    stamped = {record.client_id: (stamp, record) for stamp, record in ask(store, queries.stamped, agency)}
    known = [at for at, one in enumerate(made) if one.id in stamped]
    assert len(known) >= 3
    for at, severity in zip(known, (Severity.WARNING, Severity.NOTICE, Severity.ERROR), strict=False):
        stamp, record = stamped[made[at].id]
        found = [Finding(severity, "13", "DISD", ("DISD",), "Closed before it was opened")]
        do(store, Who(CHECKER, NOW), results.save, [(record.episode_id, stamp, found)], NOW.date())
    first, last = made[known[0]].id, made[known[2]].id
    assert ask(store, stored_rows.next_with_findings, agency) == first
    assert ask(store, stored_rows.next_with_findings, agency, first) == last  # a notice is passed over
    assert ask(store, stored_rows.next_with_findings, agency, last) == ""
    assert ask(store, stored_rows.next_with_findings, agency, back=True) == last
    assert ask(store, stored_rows.next_with_findings, agency, last, back=True) == first
    assert ask(store, stored_rows.next_with_findings, agency, first, back=True) == ""
    assert ask(store, stored_rows.next_with_findings, agency, "not saved yet") == ""
    assert ask(store, stored_rows.next_with_findings, agency, "not saved yet", back=True) == last
    with store.writing(Who("ann", LATER)) as work:
        save.delete(work, "client", first, 1)
    assert ask(store, stored_rows.next_with_findings, agency) == last


def test_of_many_it_is_known_at_first_that_they_are_many(
    store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store.clients import search

    fill(store, agency)
    monkeypatch.setattr(search, "FEW", 1)
    monkeypatch.setattr(search, "MANY", 1)
    for query in (ClientQuery(), ClientQuery("J"), ClientQuery("J NE"), ClientQuery("1985")):
        many, exact = ask(store, search.at_least, agency, query)
        assert not exact
        rows = ask(store, search.page, agency, query, 0, many)
        assert len(rows) == many
        assert ask(store, search.at_least, agency, query) == (many, False), "the rows in view need no count"
        count = ask(store, search.count, agency, query)
        assert many <= count == len(ask(store, search.page, agency, query, 0, 100))
        assert ask(store, search.at_least, agency, query) == (count, True)
