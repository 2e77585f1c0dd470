"""Who may do what in a store, who looked at whom, and what the audit says of both."""

import hashlib
import os
import pwd
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.disk import audit, user
from store.facts import AgencyInfo, AuditQuery, Who
from store.live import drafts
from store.month import agency_settings, extracts
from store.month import calendar as stored_calendar
from store.month.facts import WrittenExtract
from store.people import acts, looks, roles, standing
from store.people.acts import Refused, Role
from store.records import bulk_load, save
from store.store import Store
from store.unit_of_work import UnitOfWork
from tests.store.small_standard import LATER, NOW, records
from tests.stores import ask, do
from validators.problems import Problem

GROUPS = {"rita": ["readers"], "kim": ["keyers"], "mona": ["keyers", "month"], "ada": ["heads"], "out": ["bowlers"]}


@pytest.fixture
def grouped(store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, list[str]]:
    """A store whose groups have roles, and people in them."""
    members = {person: list(names) for person, names in GROUPS.items()}
    monkeypatch.setattr(user, "groups_of", lambda person: frozenset(members.get(person, ())))
    monkeypatch.setattr(user, "is_group", lambda name: name != "nobodys")
    with store.writing(Who("ada", NOW)) as unit:
        for name, role in (
            ("heads", Role.ADMINISTRATOR),
            ("readers", Role.READ_ONLY),
            ("keyers", Role.KEYING),
            ("month", Role.MONTH_END),
        ):
            roles.give(unit, name, role)
    return members


def client(store: Store, agency: AgencyInfo, person: str = "ann") -> str:
    """A client somebody entered."""
    return do(store, Who(person, NOW), save.create, "client", agency.id, "", {"CLIENTID": "c"}).id


# Looks


def test_a_look_is_noted_once_a_session_client_and_day(store: Store, agency: AgencyInfo) -> None:
    one, two = client(store, agency), client(store, agency)
    for session, id, at in (("s", one, NOW), ("s", one, LATER), ("s", two, NOW), ("t", one, NOW)):
        do(store, Who("bob", at, session), looks.note, id)
    assert do(store, Who("bob", NOW + timedelta(days=1), "s"), looks.note, one)
    found = list(ask(store, audit.found, AuditQuery(records=[one], acts={audit.LOOK})))
    days = len({NOW.date(), LATER.date()})
    assert [entry.person for entry in found] == ["bob"] * (2 + days) and found[0].kind == "client"
    assert not any(entry.erased or entry.old or entry.new for entry in found)
    assert [entry.act for entry in ask(store, audit.history, [one])] == ["create"]
    assert ask(store, audit.verify).whole and ask(store, audit.verify).erased == 0


def test_a_look_that_was_not_kept_is_noted_the_next_time(store: Store, agency: AgencyInfo) -> None:
    id = client(store, agency)
    with pytest.raises(RuntimeError), store.writing(Who("bob", NOW, "s")) as unit:
        looks.note(unit, id)
        raise RuntimeError
    assert do(store, Who("bob", NOW, "s"), looks.note, id) and not do(store, Who("bob", NOW, "s"), looks.note, id)


def test_a_look_is_no_news_to_lists(store: Store, agency: AgencyInfo) -> None:
    id = client(store, agency)
    before = ask(store, audit.last_act)
    do(store, Who("bob", NOW, "s"), looks.note, id)
    assert ask(store, audit.last_act) == before
    do(store, Who("bob", NOW, "s"), save.change, "client", id, {"CLIENTID": "d"}, 1)
    assert ask(store, audit.last_act) == before + 2


def test_a_look_whose_row_was_altered_is_found(store: Store, agency: AgencyInfo) -> None:
    do(store, Who("bob", NOW, "s"), looks.note, client(store, agency))
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET person='eve' WHERE act='look'")
    assert ask(store, audit.verify).broken_at == 3


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (lambda id: AuditQuery(records=[id]), "ix_audit_record_id"),
        (lambda id: AuditQuery("bob", None, NOW, LATER), "ix_audit_person_at (person=? AND at>? AND at<?)"),
    ],
)
def test_who_looked_and_what_somebody_did_are_one_question_by_an_index(
    store: Store, agency: AgencyInfo, asked: Callable[[str], AuditQuery], index: str
) -> None:
    from sqlalchemy import event

    said: list[tuple[str, Any]] = []
    with store.reading() as snapshot:
        event.listen(snapshot.connection, "before_cursor_execute", lambda *given: said.append((given[2], given[3])))
        list(audit.found(snapshot, asked(agency.id)))
        ((statement, parameters),) = [one for one in said if one[0] != "BEGIN"]
        plan = [
            str(row[3]) for row in snapshot.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert any(index in line for line in plan) and not any(line.startswith("SCAN") for line in plan), plan


def test_ninety_days_of_twenty_people_s_looks_fit(store: Store, agency: AgencyInfo) -> None:
    """Twenty people who open eighty clients a day each: measured on a tenth of it, the keys long as they are."""
    store.backup(store.path.with_name("before"))
    ids = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(400)]
    for day in range(9):
        with store.writing(Who("person.name", NOW + timedelta(days=day), "s")) as unit:
            for number in range(20 * 80):
                unit.chain.add_look(ids[number % len(ids)])
    store.backup(store.path.with_name("after"))
    grown = store.path.with_name("after").stat().st_size - store.path.with_name("before").stat().st_size
    assert 10 * grown < 50 * 1024 * 1024


# Roles


def test_without_roles_everybody_may_do_everything(store: Store, agency: AgencyInfo) -> None:
    id = client(store, agency, "whoever")
    assert do(store, Who("whoever", NOW), lambda unit: unit.chain.erase("client", id)) == 1
    assert ask(store, roles.of_person, "whoever") is Role.ADMINISTRATOR


def keyed(unit: UnitOfWork, agency: AgencyInfo) -> None:
    save.create(unit, "client", agency.id, "", {"CLIENTID": "k"})


def exported(unit: UnitOfWork, agency: AgencyInfo) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    extracts.keep(unit, agency, WrittenExtract("2020-12", "a.csv", digest, 1, {}), [b"x"])


ATTEMPTS: dict[str, tuple[Callable[[UnitOfWork, AgencyInfo], object], Role]] = {
    "look": (lambda unit, agency: looks.note(unit, "some"), Role.READ_ONLY),
    "key": (keyed, Role.KEYING),
    "import": (lambda unit, agency: bulk_load.load(unit, agency, records(1), act="import"), Role.MONTH_END),
    "export": (exported, Role.MONTH_END),
    "write again": (lambda unit, agency: extracts.note_again(unit, "some"), Role.MONTH_END),
    "region": (lambda unit, agency: stored_calendar.set_region(unit, agency, "London"), Role.ADMINISTRATOR),
    "setting": (lambda unit, agency: agency_settings.set_setting(unit, agency, "x", "y"), Role.MONTH_END),
    "role": (lambda unit, agency: roles.give(unit, "bowlers", Role.KEYING), Role.ADMINISTRATOR),
}
PEOPLE = {"rita": Role.READ_ONLY, "kim": Role.KEYING, "mona": Role.MONTH_END, "ada": Role.ADMINISTRATOR, "out": None}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_role_does_what_it_may_and_no_more(
    store: Store, agency: AgencyInfo, grouped: object, attempt: str, person: str
) -> None:
    act, needed = ATTEMPTS[attempt]
    role, before = PEOPLE[person], ask(store, audit.verify).rows
    assert ask(store, roles.of_person, person) is role
    if role is not None and role >= needed:
        do(store, Who(person, NOW, "s"), act, agency)
        assert ask(store, audit.verify).rows > before
        return
    with pytest.raises(Refused, match=needed.title if role else "is in no group"):
        do(store, Who(person, NOW, "s"), act, agency)
    # Nothing of it is kept but that it was tried.
    (noted,) = list(ask(store, audit.found, AuditQuery(acts={acts.REFUSED})))
    assert noted.person == person and ask(store, audit.verify).rows == before + 1 and ask(store, audit.verify).whole


def test_what_stands_in_no_row_is_an_administrator_s(store: Store, grouped: object) -> None:
    assert acts.least("anything", "new") is Role.ADMINISTRATOR
    with pytest.raises(Refused, match="administrator"), store.writing(Who("mona", NOW)) as unit:
        unit.chain.add("anything", "new", "", "", None, None)


def test_what_is_typed_and_not_saved_is_each_person_s_own(store: Store, agency: AgencyInfo, grouped: object) -> None:
    from store.facts import Draft

    do(store, Who("rita", NOW, "s"), drafts.save, Draft("client", "new", {"CLIENTID": "c"}, 0, agency.id))


def test_whoever_has_no_role_reads_nothing(store: Store, agency: AgencyInfo, grouped: dict[str, list[str]]) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="out is in no group"):
            store.admit(Who("out", NOW))
    store.admit(Who("rita", NOW))
    (noted,) = ask(store, audit.found, AuditQuery(acts={acts.REFUSED}))
    assert (noted.person, noted.kind, noted.field) == ("out", "store", "open")


def test_a_role_taken_away_while_somebody_works_ends_the_work(
    store: Store, agency: AgencyInfo, grouped: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.store.ADMITTED_SECONDS", 0.0)
    store.admit(Who("kim", NOW))
    id = client(store, agency, "kim")
    grouped["kim"] = ["readers"]
    with pytest.raises(Refused, match="needs the role keying, and kim has read only"):
        do(store, Who("kim", NOW), save.change, "client", id, {"CLIENTID": "d"}, 1)
    assert ask(store, roles.of_person, "kim") is Role.READ_ONLY
    grouped["kim"] = []
    with pytest.raises(Refused, match="kim is in no group"):
        ask(store, audit.last_act)


def test_nobody_locks_himself_out(store: Store, agency: AgencyInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user, "groups_of", lambda person: frozenset({"keyers", "heads"}))
    monkeypatch.setattr(user, "is_group", lambda name: name != "nobodys")
    with pytest.raises(Problem, match="no administrator any more"):
        do(store, Who("ann", NOW), roles.give, "keyers", Role.KEYING)
    do(store, Who("ann", NOW), roles.give, "heads", Role.ADMINISTRATOR)
    do(store, Who("ann", NOW), roles.give, "keyers", Role.KEYING)
    with pytest.raises(Problem, match="no administrator any more"):
        do(store, Who("ann", NOW), roles.give, "heads", Role.KEYING)
    with pytest.raises(Problem, match="no group nobodys"):
        do(store, Who("ann", NOW), roles.give, "nobodys", Role.KEYING)
    with pytest.raises(Problem, match="has no role"):
        do(store, Who("ann", NOW), roles.give, "bowlers", None)
    do(store, Who("ann", NOW), roles.give, "keyers", None)
    told = [(one.group, one.role) for one in ask(store, roles.listed)]
    assert told == [("heads", Role.ADMINISTRATOR)]
    changes = list(ask(store, audit.found, AuditQuery(records=["heads", "keyers"])))
    assert [(one.act, one.old, one.new) for one in changes] == [
        ("set", None, "ADMINISTRATOR"),
        ("set", None, "KEYING"),
        ("delete", "KEYING", None),
    ]


def test_the_account_that_owns_the_store_is_administrator_and_said_to_be_one_person(
    store: Store, grouped: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = user.current_person(store.path)
    assert ask(store, roles.of_person, own) is Role.ADMINISTRATOR
    (said,) = ask(store, standing.sentences, own)
    assert f"Whoever comes in as {own} counts as one person" in said
    (said,) = ask(store, standing.sentences, "kim")
    assert "Roles are advice here: kim can open" in said
    monkeypatch.setattr(user, "person_by_sudo", lambda: os.getuid() + 1)
    assert ask(store, standing.sentences, "kim") == ()


def test_under_a_services_account_the_home_that_is_typed_is_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    assert user.path_typed(" ~/a.csv") == Path.home() / "a.csv" and user.home() == Path.home()
    other = next(one for one in pwd.getpwall() if one.pw_uid != os.getuid() and one.pw_dir != str(Path.home()))
    monkeypatch.setattr(user, "person_by_sudo", lambda: other.pw_uid)
    assert user.path_typed("~") == Path(other.pw_dir) and user.path_typed("~/a b.csv") == Path(other.pw_dir) / "a b.csv"
    assert user.path_typed("/srv/~/x") == Path("/srv/~/x") and user.path_typed("~nobody-here/x") == Path(
        "~nobody-here/x"
    )


def test_who_may_not_write_an_extract_is_told_so_before_anything_is_done_for_it(
    store: Store, grouped: Mapping[str, list[str]]
) -> None:
    ask(store, roles.refuse, "mona", "export", "extract")
    with pytest.raises(Refused, match="needs the role month end, and rita has read only"):
        ask(store, roles.refuse, "rita", "export", "extract")


def test_where_nobody_has_a_role_nothing_is_said(store: Store) -> None:
    assert ask(store, standing.sentences, "ann") == ()
