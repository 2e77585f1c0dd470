"""Who changed what: of a record and all below it, and by oneself today."""

import getpass
from datetime import timedelta

import pytest

from exporters.records import history
from store.clients import search
from store.disk import audit, copy_notes
from store.facts import AgencyInfo, ClientQuery, ClientTree, Who
from store.month import submissions
from store.month.facts import AT_UPLOAD
from store.people import looks, roles
from store.people.acts import Role
from store.records import agencies, read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, PICTURES, Start, command, same_picture
from tests.stores import ask, do
from tests.terminal import Terminal
from tui.session.history_lines import HistoryLine, client_name, told_of, whole_day_told
from validators.local_time import LONDON
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")


@pytest.fixture
def changed(store: Store, agency: AgencyInfo) -> ClientTree:
    """Client 000001, whose postcode bob changed yesterday and ann today, and whose sex ann changed."""
    row = ask(store, search.page, agency, ClientQuery(text="000001"), 0, 1)[0]
    tree = ask(store, read.tree, row.id)
    episode = tree.episodes[0].episode
    for person, when, value in (("bob", NOW - timedelta(days=1), "SR1 3"), ("ann", NOW, "\x1b[31mNE1\u202e")):
        with store.writing(Who(person, when)) as work:
            save.change(
                work,
                "episode",
                episode.id,
                {**episode.values, "PC": value},
                ask(store, read.get, "episode", episode.id).version,
            )
    with store.writing(Who("ann", NOW)) as work:
        save.change(work, "client", tree.client.id, {**tree.client.values, "SEX": "1"}, 1)
    return ask(store, read.tree, row.id)


def opened(start: Start, columns: int = 80, rows: int = 24) -> Terminal:
    """The history of client 000001."""
    terminal = start(columns, rows)
    terminal.press("000001")
    command(terminal, "who changed this client", "lines")
    return terminal


def test_pictures(start: Start, changed: ClientTree) -> None:
    same_picture(opened(start), HELP / "history.screen.txt")
    same_picture(opened(start, 120, 40), PICTURES / "history-120x40.txt")


def test_newest_first_with_meanings(store: Store, changed: ClientTree) -> None:
    title, told = _told(store, changed.client.id)
    assert title.startswith("000001")
    assert [(one.person, one.what) for one in told[:3]] == [
        ("ann", "Sex at birth registration: 2 Female → 1 Male"),
        ("ann", "Postcode: SR1 3 → \x1b[31mNE1\u202e"),
        ("bob", f"Postcode: {_first(store, changed)} → SR1 3"),
    ]
    assert "made as a sample" in told[-1].what
    _, own = _told(store, changed.episodes[0].episode.id)
    assert {one.record_id for one in own} == {
        changed.episodes[0].episode.id,
        *(event.id for event in changed.episodes[0].events),
    }


def _told(store: Store, record_id: str) -> tuple[str, list[HistoryLine]]:
    found = ask(store, history.of_record, record_id)
    return client_name(STANDARD, found.client.values), [told_of(STANDARD, one) for one in found.changes]


def _first(store: Store, changed: ClientTree) -> str:
    entry = next(one for one in ask(store, audit.history, [changed.episodes[0].episode.id]) if one.field == "PC")
    return entry.old or ""


def test_erased_values_are_said_to_be_so(store: Store, changed: ClientTree) -> None:
    with store.writing(Who("ann", NOW)) as work:
        work.chain.erase("client", changed.client.id)
    _, told = _told(store, changed.client.id)
    mine = [one.what for one in told if one.record_id == changed.client.id]
    assert mine[0] == "earlier values erased from the history"
    assert mine[1] == "Sex at birth registration: (erased) → (erased)"
    assert "(erased)" in mine[-1]


def test_by_me_today_has_only_mine_and_only_todays(store: Store, agency: AgencyInfo, changed: ClientTree) -> None:
    found = ask(store, history.of_person, agency, "ann", NOW.date(), LONDON)
    told = [told_of(STANDARD, one) for one in found.changes]
    assert found.whole and [one.what.split(":")[0] for one in told] == ["Sex at birth registration", "Postcode"]
    assert ask(store, history.of_person, agency, "bob", NOW.date(), LONDON).changes == ()


def test_what_is_about_no_client_is_told_in_words(store: Store, agency: AgencyInfo) -> None:
    me = Who(getpass.getuser(), NOW)
    do(store, me, roles.give, "daemon", Role.KEYING)
    do(store, me, copy_notes.note, tried=True)
    with store.writing(me) as unit:
        unit.chain.add("export", "extract", "an-id", "", None, "0a" * 32)
        unit.chain.add("tick", "submission", "an-id", AT_UPLOAD, None, '{"a": "b"}')
    # What is another agency's is told there, even what was refused, and of this one nothing there.
    other = do(store, me, agencies.enter, "T0998", STANDARD.id, "Another")
    with store.writing(me) as unit:
        submissions.ensure(unit, other, "2020-06")
        client = save.create(unit, "client", other.id, "", {"CLIENT": "x"})
        unit.chain.add("refused", "client", client.id, "remove", None, None)
    told = ask(store, whole_day_told, agency, STANDARD, me.person, NOW.date(), looks=False).lines
    there = ask(store, whole_day_told, other, STANDARD, me.person, NOW.date(), looks=False).lines
    assert [one.record for one in there] == [
        "Client",
        "Client",
        "Submission",
        "Agency",
        "Submission",
        "Extract",
        "Store",
        "Group daemon",
    ]
    assert [(one.record, one.what) for one in told[:4]] == [
        ("Submission", "what the checklist said is kept"),
        ("Extract", "written"),
        ("Store", "a copy made"),
        ("Group daemon", "role given: role: (empty) → KEYING"),
    ]


def test_by_me_today_from_the_palette(start: Start, changed: ClientTree) -> None:
    terminal = start()
    command(terminal, "by me today", "2 lines")
    assert terminal.shows("What you changed today: 0 new, 2 changed, ") and terminal.shows("000001 OP")


def test_filter_details_and_the_way_to_the_field(start: Start, changed: ClientTree) -> None:
    terminal = opened(start)
    terminal.press("/bob postcode<enter>")
    assert "1 line" in terminal.lines()[2]
    terminal.press("<enter>")
    assert terminal.shows("from  ") and terminal.shows("to    SR1 3")
    terminal.press("<escape>", 0.4)
    terminal.press("<ctrl+o>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.4)
    assert any(line.startswith(">") and "Postcode" in line for line in terminal.lines())


def test_hostile_values_are_escaped(start: Start, changed: ClientTree) -> None:
    terminal = opened(start)
    terminal.press("<down><enter>")
    assert terminal.shows("␛[31mNE1")
    assert b"\x1b[31m" not in terminal.raw and "\u202e".encode() not in terminal.raw


def test_what_others_do_appears(start: Start, store: Store, changed: ClientTree) -> None:
    terminal = opened(start)
    client = ask(store, read.get, "client", changed.client.id)
    with store.writing(Who("bob", NOW)) as work:
        save.change(work, "client", client.id, {**client.values, "NATION": "FRA"}, client.version)
    terminal.until("Country of birth: ")


def test_who_looked_and_what_another_did_on_a_day(start: Start, store: Store, changed: ClientTree) -> None:
    do(store, Who("eve", NOW, "s"), looks.note, changed.client.id)
    with store.writing(Who("bob", NOW - timedelta(days=1))) as work:
        work.chain.add("backup", "store", "", "", None, None)
    terminal = opened(start)
    assert not terminal.shows("looked at")
    terminal.press("w")
    terminal.until(lambda seen: any("eve" in line and "looked at" in line for line in seen.lines()))
    assert terminal.shows("Looks at clients are shown, too.")
    terminal.press("w")
    terminal.until(lambda seen: not seen.shows("looked at"))
    terminal.press("p")
    terminal.until("What somebody did on a day")
    terminal.press(f"bob<enter>{NOW - timedelta(days=1):%Y-%m-%d}<enter>")
    terminal.until("What bob did on")
    terminal.until("2 lines")
    assert terminal.shows("a copy made") and terminal.shows("Postcode")
