"""A client is removed: two people agree, every value is gone from the store, others stay to the byte."""

import ctypes
import ctypes.util
import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from exporters.checks import caseload
from exporters.checks.bounces import read_bounces
from exporters.checks.caseload import check_caseload
from exporters.extracts import preview, writing
from exporters.extracts.resend import export_to_stream
from exporters.extracts.rows import write_rows
from exporters.extracts.writing import export_numbered
from exporters.formats.base import SchemaFault, Taking, Validation
from exporters.imports.copy import plan_copy, write_copy
from exporters.records import history, second_keying
from exporters.records.second_keying import Wanted
from exporters.subject import everything, removal
from exporters.subject.elsewhere import held_elsewhere
from exporters.subject.names import Names, names_of
from exporters.work import Work
from exporters.xml_format.schema.installed import earlier_folder, install, uninstall
from store.clients import search, views
from store.clients.facts import SavedView
from store.disk import audit, doctor, sqlite
from store.disk.tables import AGENCIES
from store.facts import AgencyInfo, AuditQuery, ClientQuery, Draft, Who
from store.findings import queries
from store.findings.results import Beside
from store.live import drafts, news, offline_drafts, presence
from store.month import bounce_lists, extracts, letters, sent, submissions
from store.month.facts import AT_UPLOAD
from store.records import agencies, consent, field_notes, merge, read, save
from store.records import removal as stored_removal
from store.records.consent import ConsentAnswer
from store.store import Store, open_store
from tests.exporters import schema_files
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW, STANDARD, row, visit
from tests.exporters.journeys import Returns
from tests.stores import ask, do
from tests.validators.builders_smds import WALES, modality, top
from validators.local_time import LONDON
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.standard.model import Standard

ANN, BOB = Who("ann", NOW), Who("bob", NOW + timedelta(hours=1))
TODAY = date(2021, 1, 10)
PAGE = 4096
MARKS = (
    "QXZ41",
    "MARKREF77",
    "clientmark",
    "episodemark",
    "eventmark",
    "19810317",
    "a secret note",
    "half typed word",
    "Kimmark",
)
"""What stands of the client wherever it may stand, and nowhere else."""


BOUNCES = "episodemark wrong\ne3 wrong\n{EpisodeMark} again\nline 3: birth date 19810317 wrong\nline 4: DOB wrong"


def everything_kept(store: Store) -> Iterator[tuple[str, str]]:
    """Every cell of every table, texts of extracts unpacked, and every page of the file as it is without its cipher."""
    raw = sqlite.connect(store.path, store.ground.key)
    try:
        for table in sorted(sqlite.tables(raw)):
            for cells in raw.execute(f'SELECT * FROM "{table}"'):
                for cell in cells:
                    yield table, _text(cell)
        assert raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    finally:
        raw.close()
    for page in pages(store.path.read_bytes(), bytes.fromhex(store.ground.key.hex)):
        yield "a page", page.decode("latin-1")


def pages(whole: bytes, key: bytes) -> Iterator[bytes]:
    """The pages of a store's file without its cipher, free ones and what is left between cells, too.

    Each ends in 80 bytes of which the first 16 began its cipher; the first begins with 16 that are not ciphered.
    """
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_cbc"):
        getattr(crypto, name).restype = ctypes.c_void_p
    for at in range(0, len(whole), PAGE):
        page = whole[at : at + PAGE]
        body, begun = page[16 if at == 0 else 0 : PAGE - 80], page[PAGE - 80 : PAGE - 64]
        context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
        out, length = ctypes.create_string_buffer(PAGE), ctypes.c_int(0)
        cipher = ctypes.c_void_p(crypto.EVP_aes_256_cbc())
        assert crypto.EVP_DecryptInit_ex(context, cipher, None, key, begun)
        crypto.EVP_CIPHER_CTX_set_padding(context, 0)
        assert crypto.EVP_DecryptUpdate(context, out, ctypes.byref(length), body, len(body))
        crypto.EVP_CIPHER_CTX_free(context)
        yield out.raw[: length.value]


def _text(cell: Any) -> str:
    if isinstance(cell, bytes):
        try:
            return zlib.decompress(cell).decode("utf-8", "replace")
        except zlib.error:
            return cell.decode("latin-1")
    return str(cell)


def traces(store: Store) -> set[tuple[str, str]]:
    """Where any of the client's marks stands."""
    return {(where, mark) for where, cell in everything_kept(store) for mark in MARKS if mark in cell}


def client_of(store: Store, agency: AgencyInfo, standard: Standard, reference: str) -> str:
    """The id of a client by the reference."""
    return ask(store, search.by_reference, agency, [reference])[0]


def filled(desk: Desk) -> tuple[AgencyInfo, str]:
    """Three clients of England, the second one marked in every place there is; both extracts sent."""
    marked = {"CLIENTID": "clientmark", "CLIENT": "MARKREF77", "EPISODID": "episodemark", "DOB": "19810317"}
    closed = {"DISD": "20201101", "CJDISRSN": "80", "PC": "QXZ41"}
    desk.take(
        [
            row("1", **visit("1")),
            row("2", **marked, **closed, **{**visit("2"), "SUBMID": "eventmark"}),
            row("3", **visit("3")),
        ]
    )
    agency = ask(desk.store, agencies.one)
    client = client_of(desk.store, agency, STANDARD, "MARKREF77")
    for month in ("2020-11", "2020-12"):
        desk.send(month)
        with desk.store.writing(ANN) as unit:
            sent.mark(unit, extracts.listed(unit, agency)[-1].id)
    with desk.store.writing(ANN) as unit:
        tree = read.tree(unit, client)
        field_notes.keep(unit, "client", client, "DOB", "a secret note")
        field_notes.keep(unit, "episode", tree.episodes[0].episode.id, "PC", "a secret note of QXZ41")
        views.keep(unit, agency, SavedView("Mondays", ClientQuery(text="MARKREF77")))
        episode = tree.episodes[0].episode
        save.annotate(unit, episode.id, "Kimmark", "a secret note")
        consent.add(unit, episode.id, ConsentAnswer("agreed", "2020-06-01", "Kim", "1", "a secret note"))
        drafts.save(unit, Draft("episode", episode.id, {"PC": "half typed word"}, 1, client))
        drafts.save(unit, Draft("event", "new", {"SUBMODDT": "half typed word"}, 0, episode.id, "sub_intervention"))
        bounce_lists.add(unit, agency, extracts.listed(unit, agency)[-1], BOUNCES, counts_rows=False)
        its = Work(agency, STANDARD, NOW.date())
        second_keying.draw(unit, its, Wanted(NOW.date(), NOW.date(), number=3))
        for again in second_keying.state(unit, its).episodes:
            if again.client_id == client:
                typed = {"PC": "half typed word", "SUBMODDT": "half typed word"}
                second_keying.key(unit, its, again.id, typed)
        save.change(unit, "episode", episode.id, {**episode.values, "CONSENT": "N"}, episode.version)
    return agency, client


def test_what_a_command_erases_while_somebody_reads_is_gone_from_the_log_once_a_session_looks(desk: Desk) -> None:
    """The command has ended by then, and the log is nobody's to empty but theirs who have the store open."""
    agency, client = filled(desk)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    seen = news.look(desk.store, None, "", "", NOW)
    log = desk.store.path.with_name(f"{desk.store.path.name}-wal")
    with desk.store.reading() as snapshot:
        read.get(snapshot, "client", client)
        with open_store(desk.store.path, desk.store.key_file, load) as command:
            do(command, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    desk.store.rest()
    assert log.stat().st_size, "it does not know yet"
    news.look(desk.store, seen, "", "", NOW)
    desk.store.rest()
    assert not log.stat().st_size
    assert traces(desk.store) == set()


def test_two_people_remove_a_client_and_nothing_of_him_is_left(desk: Desk) -> None:
    agency, client = filled(desk)
    before = {one.id: one for one in ask(desk.store, extracts.listed, agency)}
    texts = {one: b"".join(ask(desk.store, extracts.text, one)) for one in before}
    # The pages are read right, and the marks are found in them, so that finding none later means something.
    assert {mark for where, mark in traces(desk.store) if where == "a page"} == set(MARKS)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    with pytest.raises(Problem, match="another person"):
        do(desk.store, ANN, removal.confirm, agency, STANDARD, asked.id, TODAY)
    listed = ask(desk.store, search.count, agency, ClientQuery())  # remembered from now on
    log = desk.store.path.with_name(f"{desk.store.path.name}-wal")
    with desk.store.reading() as snapshot:
        read.get(snapshot, "client", client)  # somebody reads just then
        done = do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
        assert log.stat().st_size, "as it was before, it all stands in the log"
    desk.store.rest()
    assert not log.stat().st_size
    assert traces(desk.store) == set()
    assert len(done.struck) == 2 and done.info.confirmed_by == "bob" and done.info.asked_by == "ann"
    after = {one.id: one for one in ask(desk.store, extracts.listed, agency)}
    for own_id, was in before.items():
        now = after[own_id]
        assert (now.sha256, now.sent_at, now.rows) == (was.sha256, was.sent_at, was.rows)
        assert now.redacted_at == datetime(2021, 1, 10, 10, 30, tzinfo=UTC)
        lines = texts[own_id].split(b"\n")
        kept = b"\n".join(line for line in lines if b"episodemark" not in line)
        assert kept != texts[own_id] and b"".join(ask(desk.store, extracts.text, own_id)) == kept
    assert [each["CLIENT"] for each in desk.kept()] == ["1001", "1003"]
    assert ask(desk.store, search.count, agency, ClientQuery()) == listed - 1
    (kept_list,) = ask(desk.store, bounce_lists.listed, agency)
    assert kept_list.text == "e3 wrong\nline 4: DOB wrong"
    assert ask(desk.store, audit.verify).whole
    # What somebody did on that day is told though it was done to one who is gone: the removal, and what was before it.
    for person, act in (("bob", "remove"), ("ann", "annotate")):
        day = ask(desk.store, history.whole_day, agency, person, TODAY, LONDON)
        assert act in {one.act for one in day.others}
    checks = {one.name: one for one in ask(desk.store, doctor.examine)}
    assert all(one.ok for one in checks.values())
    assert "2 of them without clients who were removed" in checks["kept extracts"].message
    (line,) = ask(desk.store, read_bounces, agency, STANDARD, next(iter(before)), "e3 wrong")
    assert line.episode == "e3" and "lines count otherwise" in line.doubt
    # What comes after is as before: another month goes out, and the removed one is no mismatch of it.
    desk.send("2021-01", today=date(2021, 2, 10))


LINE = "born on 19810317, in QXZ41"


def long_list(store: Store, agency: AgencyInfo) -> str:
    """Keep a list of what the portal refused that is longer than a page; the id of the extract it is of."""
    with store.writing(ANN) as unit:
        last = extracts.listed(unit, agency)[-1]
        told = "\n".join(f"{'e1' if line else 'episodemark'}: {LINE}" for line in range(400))
        bounce_lists.add(unit, agency, last, told, counts_rows=False)
    return last.id


def with_line(store: Store) -> set[str]:
    """Where in the store a line of that list stands."""
    return {where for where, cell in everything_kept(store) if LINE in cell}


def test_a_text_that_another_one_took_the_place_of_is_nowhere_in_the_file(desk: Desk) -> None:
    """A long one stands on pages of its own, which become free; and are used again, for something shorter."""
    agency, client = filled(desk)
    for text in ("half typed word " * 1000, "short"):
        do(desk.store, ANN, drafts.save, Draft("client", client, {"ETHNIC": text}, 1))
    of = long_list(desk.store, agency)
    assert with_line(desk.store) == {"bounce_list", "a page"}
    do(desk.store, ANN, bounce_lists.forget, agency, of)
    assert with_line(desk.store) == set()
    assert sum("half typed word " * 10 in cell for _, cell in everything_kept(desk.store)) == 0


def test_with_a_client_goes_what_a_program_before_this_one_left_on_free_pages(desk: Desk) -> None:
    agency, client = filled(desk)
    long_list(desk.store, agency)
    raw = sqlite.connect(desk.store.path, desk.store.ground.key)
    raw.execute("PRAGMA secure_delete=FAST")
    raw.execute("DELETE FROM bounce_list")
    raw.close()
    assert with_line(desk.store) == {"a page"}
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    desk.store.rest()
    assert traces(desk.store) == set()
    assert all(one.ok for one in ask(desk.store, doctor.examine))


def copied(store: Store, agency: AgencyInfo, client: str, who: Who = ANN) -> tuple[AgencyInfo, str]:
    """Copy a client to an agency of Wales: that agency, and the copy."""
    with store.writing(who) as unit:
        plan = plan_copy(read.tree(unit, client), STANDARD, WALES, "W00001", agency.code)
        return write_copy(unit, plan, "W00001", WALES)


def sentence(store: Store, who: Who, job: Any, *arguments: Any) -> str:
    """What is said where something is refused."""
    with pytest.raises(Problem) as problem:
        do(store, who, job, *arguments)
    return problem.value.told(STANDARD.terms)


def test_whether_a_copy_in_another_agency_goes_is_said_and_it_goes_or_stays(desk: Desk) -> None:
    agency, client = filled(desk)
    with open_store(desk.store.path, desk.store.key_file, load) as store:
        there, copy = copied(store, agency, client)
        with store.writing(ANN) as unit:
            # A copy that was deleted softly is held all the same, under whatever reference it has there now.
            made = read.get(unit, "client", copy)
            save.change(unit, "client", copy, {**made.values, "CLIENTNO": "MARKREF77"}, made.version)
            save.delete(unit, "client", copy, 2)
        its = "Agency W00001 (smds-wales) has a copy, client MARKREF77"
        held = ask(store, everything.everything, Work(agency, STANDARD, TODAY), client, "ann", NOW)
        assert f"{its}: what is held there is told there." in held.notes
        told = sentence(store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
        assert told == (f"{its}: say whether what is there is removed, too (--everywhere), or stays (--here-alone).")
        # Here alone: said so before and after, and he stays there.
        asked = do(store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY, False)
        assert f"{its}: not removed with this one, ask for that there." in ask(
            store, removal.told_before, agency, STANDARD, asked
        )
        do(store, BOB, removal.take_back, agency, STANDARD, asked.id)
        # The reason has to hold in each.
        with store.writing(ANN) as unit:
            save.undelete(unit, "client", copy, 3)
            (journey,) = read.tree(unit, copy).episodes
            closed = journey.episode.values
            opened = {header: value for header, value in closed.items() if header != "ENDDATE"}
            save.change(unit, "episode", journey.episode.id, opened, journey.episode.version)
        told = sentence(store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY, True)
        assert told.startswith("In agency W00001 (smds-wales), client MARKREF77: The client has an open journey"), told
        with store.writing(ANN) as unit:
            save.change(unit, "episode", journey.episode.id, closed, journey.episode.version + 1)
        # Not those of somebody else with whom it stands: a merge that was undone leaves a copy so.
        with store.writing(ANN) as unit:
            own = read.get(unit, "client", copy)
            save.change(unit, "client", copy, {**own.values, "DOB": "1999-09-09"}, own.version)
        told = sentence(store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY, True)
        assert told.startswith(f"{its}, who is another by Date of birth: put right there whose it is"), told
        held = ask(store, everything.everything, Work(agency, STANDARD, TODAY), client, "ann", NOW)
        assert "has a copy that stands with somebody else" in str(held.notes) and "MARKREF77, who" not in str(
            held.notes
        )
        do(store, ANN, save.change, "client", copy, own.values, own.version + 1)
        # From where the copy is: the same person, asked for in one act, taken back and confirmed in one.
        asked = do(store, ANN, removal.ask, there, WALES, copy, "withdrawal", TODAY, True)
        do(store, ANN, removal.take_back, there, WALES, asked.id)
        assert ask(store, stored_removal.waiting, client) is None
        asked = do(store, ANN, removal.ask, there, WALES, copy, "withdrawal", TODAY, True)
        before = ask(store, removal.told_before, there, WALES, asked)
        assert before[1].startswith(
            "Agency T0123 (ndtms-cjit-p) has the same person, client MARKREF77, which goes with this"
        )
        other = ask(store, stored_removal.waiting, client)
        assert other is not None and "another person" in sentence(
            store, ANN, removal.confirm, agency, STANDARD, other.id, TODAY
        )
        done = do(store, BOB, removal.confirm, agency, STANDARD, other.id, TODAY)
        assert [one.info.client_id for one in done.also] == [copy] and len(done.struck) == 2
        assert ask(store, stored_removal.removed, [client, copy]) == {client, copy}
        # What went of each is told in its own agency, though one act took both.
        for where, elsewhere, gone in ((agency, there, client), (there, agency, copy)):
            assert ask(store, audit.elsewhere, elsewhere, {client, copy}) == {gone}
            acts = AuditQuery(acts={"remove"}, agency=where)
            with store.reading() as snapshot:
                assert {one.record_id for one in audit.found(snapshot, acts) if one.kind == "client"} == {gone}
        assert traces(store) == set() and ask(store, audit.verify).whole
        # Nobody is taken for a copy who is in one agency alone.
        mine = ask(store, read.tree, client_of(store, agency, STANDARD, "1001"))
        assert ask(store, held_elsewhere, agency, STANDARD, [mine]) == []


def test_what_names_who_goes_along_in_another_agency_is_told_too(desk: Desk) -> None:
    agency, client = filled(desk)
    with open_store(desk.store.path, desk.store.key_file, load) as store:
        there, copy = copied(store, agency, client)
        other = client_of(store, agency, STANDARD, "1001")
        do(store, ANN, field_notes.keep, "client", other, "DOB", "twin of MARKREF77")
        asked = do(store, ANN, removal.ask, there, WALES, copy, "withdrawal", TODAY, True)
        told = "Notes on 1001 in agency T0123 (ndtms-cjit-p) name the client removed, and stay: put them right there."
        assert told in ask(store, removal.told_before, there, WALES, asked)
        assert told in do(store, BOB, removal.confirm, there, WALES, asked.id, TODAY).elsewhere


def test_a_copy_that_is_made_after_a_removal_was_asked_for_is_told(desk: Desk) -> None:
    agency, client = filled(desk)
    with open_store(desk.store.path, desk.store.key_file, load) as store:
        asked = do(store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
        copied(store, agency, client, Who("ann", NOW + timedelta(minutes=1)))
        told = sentence(store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
        assert "made since this was asked for: take that back, and ask anew" in told
        # Of a copy whose own record does not say so it is said who may be the same.
        with store.writing(ANN) as unit:
            found = held_elsewhere(unit, agency, STANDARD, [read.tree(unit, client)])
            save.annotate(unit, found[0].copies[0], None, "")
            (alike,) = held_elsewhere(unit, agency, STANDARD, [read.tree(unit, client)])
        assert not alike.is_certain and "perhaps the same person" in alike.told
        before = ask(store, removal.told_before, agency, STANDARD, asked)
        assert f"{alike.told}: not removed with this one, ask for that there." in before


def test_a_client_of_wales_is_struck_from_kept_messages(wales: Returns) -> None:
    marked = {"CLIENTNO": "MARKREF77", "DOB": "1981-03-17", "ENDDATE": "2026-05-20", "ENDREASON": "1"}
    wales.keyed(modality(), CLIENTNO="1")
    episode = wales.keyed(modality(), top(), **marked)
    wales.keyed(modality(), CLIENTNO="3")
    wales.send("2026-05")
    # A first TOP is no name: who kept a list by "1" means the client of that number.
    do(wales.store, ANN, views.keep, wales.agency, SavedView("One", ClientQuery(text="1")))
    whole = b"".join(ask(wales.store, extracts.text, wales.latest().id))
    assert b"MARKREF77" in whole
    client = ask(wales.store, read.episode_record, episode).client_id
    asked = do(wales.store, ANN, removal.ask, wales.agency, WALES, client, "withdrawal", TODAY)
    do(wales.store, BOB, removal.confirm, wales.agency, WALES, asked.id, TODAY)
    assert not {mark for _, mark in traces(wales.store)}
    left = b"".join(ask(wales.store, extracts.text, wales.latest().id))
    assert left == whole.replace(message_of(whole), b"")
    assert [one.name for one in ask(wales.store, views.listed, wales.agency, "ann")] == ["One"]
    assert ask(wales.store, audit.verify).whole


def test_who_is_named_by_the_number_of_the_health_service_is_struck_and_told(wales: Returns) -> None:
    """By it people call a client in a reason and in a note, and a list of refusals does, in groups or not."""
    own, twins = "9990000018", "9990000026"
    ended = {"ENDDATE": "2026-05-20", "ENDREASON": "1"}
    wales.keyed(modality(), CLIENTNO="1", NHSNO=twins)
    episode = wales.keyed(modality(), CLIENTNO="4102", NHSNO="999 000 0018", **ended)
    wales.keyed(modality(), CLIENTNO="3", NHSNO=twins)
    wales.send("2026-05")
    agency, extract = wales.agency, wales.latest()
    client = ask(wales.store, read.episode_record, episode).client_id
    other = client_of(wales.store, agency, WALES, "3")
    with wales.store.writing(ANN) as unit:
        opened = submissions.ensure(unit, agency, "2026-05").id
        submissions.tick(unit, opened, "leavers", {"who": f"{own[:3]}-{own[3:6]}-{own[6:]} has left", "n": f"1{own}"})
        submissions.reopen(unit, opened, "leavers", f"for {own}, not {twins}")
        bounce_lists.add(unit, agency, extract, f"{own} not traced\n{twins} twice", counts_rows=False)
        views.keep(unit, agency, SavedView("Whom I ring", ClientQuery(text="999 000 0018")))
    do(wales.store, ANN, field_notes.keep, "client", other, "DOB", f"as {own}")
    asked = do(wales.store, ANN, removal.ask, agency, WALES, client, "withdrawal", TODAY)
    done = do(wales.store, BOB, removal.confirm, agency, WALES, asked.id, TODAY)
    assert "Notes on 3 name the client removed, and stay: put them right there." in done.elsewhere
    (tick,) = ask(wales.store, submissions.ticks, opened)
    assert tick.told == {"who": "(a client who was removed was named here)", "n": f"1{own}"}
    assert tick.reason == "(a client who was removed was named here)"
    assert [one.text for one in ask(wales.store, bounce_lists.listed, agency)] == [f"{twins} twice"]
    assert ask(wales.store, views.listed, agency, "ann") == []


def test_who_was_sent_by_a_schema_that_gave_way_is_struck_all_the_same(wales: Returns, tmp_path: Path) -> None:
    install(schema_files.write(tmp_path / "xsd"), WALES)
    wales.keyed(modality(), CLIENTNO="1")
    marked = {"CLIENTNO": "MARKREF77", "DOB": "1981-03-17", "ENDDATE": "2026-05-20", "ENDREASON": "1"}
    episode = wales.keyed(modality(), top(), **marked)
    wales.send("2026-05")
    whole = b"".join(ask(wales.store, extracts.text, wales.latest().id))
    assert b"<SMReturn" in whole and b"MARKREF77" in whole
    uninstall(WALES)
    client = ask(wales.store, read.episode_record, episode).client_id
    asked = do(wales.store, ANN, removal.ask, wales.agency, WALES, client, "withdrawal", TODAY)
    line = whole[: whole.index(b"MARKREF77")].count(b"\n") + 1
    # Its faults name elements as that schema has them, with its own name and where they stand.
    listed = (
        f"Line {line}: Element '{{urn:smds}}BirthDate' wrong\nLine {line}: /SMReturn/x:Discharge/x:DateContactEnded"
    )
    led = ask(wales.store, lambda now: read_bounces(now, wales.agency, WALES, wales.latest().id, listed))
    assert [(one.client_id, one.field) for one in led] == [(client, "DOB"), (client, "ENDDATE")]
    assert ask(wales.store, preview.sent_so_far, wales.agency, WALES, wales.latest()).rows == 2
    # Without any word of that schema nobody can say who is in it.
    away = earlier_folder(WALES).rename(tmp_path / "away")
    with pytest.raises(Problem, match="schema"):
        do(wales.store, BOB, removal.confirm, wales.agency, WALES, asked.id, TODAY)
    away.rename(earlier_folder(WALES))
    # Nor where its mapping says another element than the one that was written.
    (mapping,) = earlier_folder(WALES).glob("0001-*/mapping.toml")
    before = mapping.read_text()
    mapping.write_text(before.replace('"AgencyClientNumber"', '"-"'))
    with pytest.raises(Problem, match="schema"):
        do(wales.store, BOB, removal.confirm, wales.agency, WALES, asked.id, TODAY)
    mapping.write_text(before)
    do(wales.store, BOB, removal.confirm, wales.agency, WALES, asked.id, TODAY)
    assert not {mark for _, mark in traces(wales.store)}
    assert b"".join(ask(wales.store, extracts.text, wales.latest().id)) == whole.replace(message_of(whole), b"")


def message_of(whole: bytes) -> bytes:
    """The message of the client of Wales, as it stands in a return."""
    lines = whole.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b"MARKREF77" in line)
    name = next(line for line in reversed(lines[:at]) if line.startswith(b"<")).strip()
    begin = max(number for number in range(at) if lines[number].strip() == name)
    end = next(number for number in range(at, len(lines)) if lines[number].startswith(b"</" + name[1:-1].split()[0]))
    return b"".join(lines[begin : end + 1])


def test_a_removal_is_refused_while_its_reason_does_not_hold(desk: Desk) -> None:
    desk.take([row("1"), row("2", DISD="20200701", CJDISRSN="80")])
    agency = ask(desk.store, agencies.one)
    opened, closed = (client_of(desk.store, agency, STANDARD, one) for one in ("1001", "1002"))

    def refused(client: str, reason: Any, today: date = TODAY) -> str:
        with pytest.raises(Problem) as problem:
            do(desk.store, ANN, removal.ask, agency, STANDARD, client, reason, today)
        return problem.value.told(STANDARD.terms)

    assert "open episode" in refused(opened, "withdrawal")
    assert "still says that consent was given" in refused(closed, "withdrawal")
    desk.take([row("7", CONSENT="N", DISD="2020053080")])
    assert "cannot be read" in refused(client_of(desk.store, agency, STANDARD, "1007"), "withdrawal")
    assert "has not said for how many years" in refused(closed, "retention")
    do(desk.store, ANN, stored_removal.set_retention_years, agency, 8)
    assert "kept until 02 Jul 2028" in refused(closed, "retention")
    assert [one.client_id for one in ask(desk.store, stored_removal.due, agency, date(2028, 7, 1))] == []
    (due,) = ask(desk.store, stored_removal.due, agency, date(2028, 7, 2))
    assert (due.client_id, due.closed, due.due) == (closed, date(2020, 7, 1), date(2028, 7, 2))
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, closed, "retention", date(2028, 7, 2))
    with pytest.raises(Problem, match="asked already"):
        do(desk.store, BOB, removal.ask, agency, STANDARD, closed, "retention", date(2028, 7, 2))
    do(desk.store, BOB, stored_removal.take_back, asked.id)
    with pytest.raises(Problem, match="taken back"):
        do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, date(2028, 7, 2))


def test_what_changed_since_it_was_asked_or_is_open_is_not_removed(desk: Desk) -> None:
    agency, client = filled(desk)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, Who("cid", BOB.at, "s1"), presence.enter, "client", client)
    with pytest.raises(Problem, match="cid has the record open"):
        do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    do(desk.store, Who("cid", BOB.at, "s1"), presence.leave)
    now = ask(desk.store, read.get, "client", client)
    do(
        desk.store,
        Who("cid", BOB.at, "s1"),
        drafts.save,
        Draft("client", client, {**now.values, "SEX": "2"}, now.version),
    )
    assert "What cid typed and did not save goes with them." in ask(
        desk.store, removal.told_before, agency, STANDARD, asked
    )
    # Who confirms knows what he wrote himself.
    do(desk.store, BOB, field_notes.keep, "client", client, "SEX", "Asked twice")
    do(
        desk.store,
        Who("cid", BOB.at),
        field_notes.keep,
        "client",
        client,
        "SEX",
        "Comes back on Monday",
        before="Asked twice",
    )
    with pytest.raises(Problem, match="cid wrote a note on the record, or its key worker, since"):
        do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    with desk.store.writing(ANN) as unit:
        save.change(unit, "client", client, {**now.values, "SEX": "2"}, now.version)
    with pytest.raises(Problem, match="changed since"):
        do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    assert ask(desk.store, read.get, "client", client).values["SEX"] == "2"


def test_who_was_merged_into_the_client_goes_with_him_and_others_stay(desk: Desk) -> None:
    agency, client = filled(desk)
    desk.take([row("4", CLIENT="MARKREF77b", CLIENTID="clientmarkb", DISD="20200701", CONSENT="N")])
    other = client_of(desk.store, agency, STANDARD, "MARKREF77b")
    do(desk.store, ANN, merge.merge, client, other)
    with pytest.raises(Problem, match="was merged into client MARKREF77:"):
        do(desk.store, ANN, removal.ask, agency, STANDARD, other, "withdrawal", TODAY)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    assert traces(desk.store) == set()


def test_a_number_that_somebody_of_another_agency_bears_strikes_nothing_there(desk: Desk) -> None:
    agency, client = filled(desk)
    other = do(desk.store, ANN, agencies.ensure, "T0999", STANDARD.id)
    do(desk.store, ANN, save.create, "client", other.id, "", {"CLIENT": "MARKREF77"})
    extract = ask(desk.store, extracts.listed, agency)[-1]
    with desk.store.writing(ANN) as unit:
        views.keep(unit, other, SavedView("Theirs", ClientQuery(text="MARKREF77")))
        views.keep(unit, other, SavedView("Ours", ClientQuery(text="clientmark")))
        bounce_lists.add(unit, other, extract, "MARKREF77 wrong\nepisodemark wrong", counts_rows=False)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    assert [one.name for one in ask(desk.store, views.listed, other, "ann")] == ["Theirs"]
    (left,) = ask(desk.store, bounce_lists.listed, other)
    assert left.text == "MARKREF77 wrong"


def test_an_identifier_that_another_client_bears_strikes_nobody_elses_row(desk: Desk) -> None:
    agency, client = filled(desk)
    desk.take([row("5", CLIENT="MARKREF77", CLIENTID="c5")])
    with desk.store.writing(ANN) as unit:
        found = read.clients_bearing(unit, agency, ["MARKREF77"], by_reference=True)["MARKREF77"]
    assert len(found) == 2
    desk.send("2021-01", today=date(2021, 2, 10))
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    last = b"".join(ask(desk.store, extracts.text, ask(desk.store, extracts.listed, agency)[-1].id))
    assert b"c5" in last and b"clientmark" not in last


def test_what_is_handed_out_does_not_tell_who_else_bears_an_identifier(desk: Desk) -> None:
    desk.take([row("1"), row("2", CLIENT="1001")])
    agency = ask(desk.store, agencies.one)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    (told,) = (one for one in ask(desk.store, queries.findings, agency) if one.rule == "47")
    assert "is used for another client (first of client 1001)" in told.message
    held = ask(desk.store, everything.everything, Work(agency, STANDARD, TODAY), told.client_id, "ann", NOW)
    assert "another client" not in "\n".join(everything.text_lines(held)), "that is about somebody else"


def test_whom_somebody_is_like_is_forgotten_of_one_who_was_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = row("1", CLIENT="MARKREF77", CLIENTID="clientmark", EPISODID="episodemark")
    desk.take([gone, row("1", CLIENTID="c9", CLIENT="1009", EPISODID="e9")])
    agency = ask(desk.store, agencies.one)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    (told,) = [one for one in ask(desk.store, queries.findings, agency) if one.rule == "twice"]
    assert told.message == f"{told.anonymous} (first of client MARKREF77)"
    client = client_of(desk.store, agency, STANDARD, "MARKREF77")
    with desk.store.writing(ANN) as unit:
        episode = read.tree(unit, client).episodes[0].episode
        ended = {**episode.values, "CONSENT": "N", "DISD": "20201201", "CJDISRSN": "80"}
        save.change(unit, "episode", episode.id, ended, episode.version)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)

    def meanwhile(*_: object) -> Beside:
        do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
        return Beside([told], [])

    # Another session has compared them, and is about to keep what it found, when the client is removed.
    monkeypatch.setattr(caseload, "Beside", meanwhile)
    check_caseload(desk.store, agency, Checker(STANDARD), TODAY, NOW)
    assert traces(desk.store) == set()


def test_typing_that_comes_late_is_not_kept(desk: Desk) -> None:
    agency, client = filled(desk)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    (episode, *_) = [one for one in ask(desk.store, drafts.listed) if one.kind == "episode"]
    typed = {"REFLD": "half typed word"}
    new = replace(episode, record_id="new", parent_id=client, values=typed, base_version=0, version=0)
    below = replace(new, kind="event", record_id="below", parent_id="new", section="sub_intervention")
    away = offline_drafts.keep(desk.store, [below, episode, new])
    closed = offline_drafts.keep(desk.store, [episode])
    closed.write_bytes(bytes(reversed(closed.read_bytes())))  # as one of another account, not to be read
    done = do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    assert any("kept in 1 file while the store was away cannot be read" in one for one in done.elsewhere)
    assert "What ann typed while the store was away goes when ann starts Keywork." in done.elsewhere
    with pytest.raises(Problem, match="removed for good"):
        late = Draft("client", client, {"PC": "half typed word"}, 1, agency.id)
        do(desk.store, ANN, drafts.save, late)
    assert offline_drafts.take(desk.store, ANN).drafts == 0 and not away.exists()
    assert traces(desk.store) == set()


def test_the_reference_that_a_receipt_tells_beside_what_it_left_out_goes_too() -> None:
    his, another = ({"episode": name, "why": "late", "reference": ref} for name, ref in (("e5", "MARK 7"), ("e6", "8")))
    told = Names(STANDARD, references=frozenset({"MARK 7"})).struck({"left_out": [his, another]})
    assert told["left_out"][0]["reference"] not in ("", "MARK 7") and told["left_out"][1] == another
    told = Names(STANDARD, references=frozenset({"e5"})).struck({"left_out_with_errors": ["e5 b", "e5"]})
    assert told["left_out_with_errors"][0] == "e5 b" != told["left_out_with_errors"][1]
    journeys = ["1 2 2026-05-04 03", "1 2026-05-04 03", "7 2026-05-04 03", "7 2026-05-05 03"]
    theirs = Names(WALES, references=frozenset({"1 2"}), journeys=frozenset({("1 2", "2"), ("7", "2026-05-04")}))
    assert [one in journeys for one in theirs.struck({"episode": journeys})["episode"]] == [False, True, False, True]
    assert theirs.name("7 2026-05-04 03") and not theirs.name("7 errors in May") and not theirs.name("7 2026-05-05 03")
    fault = Validation(False, 1, (SchemaFault(7, "SEX", "is no code", "M\u00e4rk 7"),)).told
    assert "client (removed), SEX" in Names(STANDARD, references=frozenset({"M\u00e4rk 7"})).struck(fault)
    told = Names(STANDARD, episodes=frozenset({"e5"})).struck({"left_out_with_errors": ["e5", "e6"]})
    assert told["left_out_with_errors"][1:] == ["e6"] and told["left_out_with_errors"][0] != "e5"


def test_what_the_data_said_at_an_upload_stays_whatever_day_or_count_a_reference_is_like(desk: Desk) -> None:
    desk.take([row("2", CLIENT="2021", DISD="20210105", CJDISRSN="80", CONSENT="N"), row("3")])
    agency = ask(desk.store, agencies.one)
    client = client_of(desk.store, agency, STANDARD, "2021")
    said = {"mismatches": "done|none is open against 2020-11, sent 05 Jan 2021"}
    with desk.store.writing(ANN) as unit:
        opened = submissions.ensure(unit, agency, "2020-12").id
        submissions.tick(unit, opened, AT_UPLOAD, said)
        submissions.reopen(unit, opened, AT_UPLOAD, "taken back for 2021")
        submissions.tick(unit, opened, AT_UPLOAD, said)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    before, after = ask(desk.store, submissions.ticks, opened)
    assert before.told == after.told == said and before.reason == "(a client who was removed was named here)"
    (_, first, reopened, second, *_) = ask(desk.store, audit.history, [opened])
    assert first.new == second.new and "none is open" in str(second.new) and reopened.new is None


def test_who_was_left_out_is_struck_from_receipts_and_from_what_was_said_of_returns(desk: Desk) -> None:
    marked = {"CLIENTID": "clientmark", "CLIENT": "MARKREF77", "EPISODID": "episodemark", "DOB": "19810317"}
    long_ago = {"REFLD": "20100601", "TRIAGED": "20100602", "CPLANDT": "20100605", "DISD": "20101101", "CJDISRSN": "80"}
    desk.take([row("1"), row("2", **marked, **long_ago, CONSENT="N"), row("3")])
    agency = ask(desk.store, agencies.one)
    client, other = (client_of(desk.store, agency, STANDARD, one) for one in ("MARKREF77", "1003"))
    desk.send("2020-12")
    with desk.store.writing(ANN) as unit:
        opened = submissions.ensure(unit, agency, "2020-12").id
        submissions.tick(unit, opened, "leavers", {"who": "asked for MARKREF77, who has left"})
        fault = Validation(True, 1, (SchemaFault(7, "SEX", "is no code", "MARKREF77"),)).told
        submissions.tick(unit, opened, AT_UPLOAD, {"extract": f"open|a.xml is {fault}", "drafts": "done|none"})
        submissions.reopen(unit, opened, "leavers", "MARKREF77 was open")
        submissions.open_one(unit, agency, "2020-12", reason="without MARKREF77")
        submissions.drop(unit, agency, "2020-12", "not for MARKREF77")
        views.keep(unit, agency, SavedView("As MARKREF77", ClientQuery(text="Mondays")))
    held = ask(desk.store, everything.everything, Work(agency, STANDARD, TODAY), client, "ann", NOW)
    tables = {one.title: one.rows for one in held.tables}
    ((month, *_),) = tables["Extracts whose receipt tells of this client, as left out or held back"]
    assert month == "2020-12" and not tables["Extracts with this client in them"]
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    done = do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
    assert traces(desk.store) == set() and ask(desk.store, audit.verify).whole
    (extract,) = ask(desk.store, extracts.listed, agency)
    # Its text, and the file that was written, had nobody to strike: nothing more is said of them.
    kept = {one.item: one.told for one in ask(desk.store, submissions.ticks, opened)}[AT_UPLOAD]
    assert kept == {"extract": "open|(a client who was removed was named here)", "drafts": "done|none"}
    assert extract.redacted_at is None and not done.struck and done.info.told["extracts"] == 1
    assert "closed before the base date 2019-01-01" in str(extract.receipt["left_out"])
    # What stands in other people's records is theirs: it is told beforehand and afterwards, and stays.
    desk.take([row("4", **marked, **long_ago, CONSENT="N")])
    client = client_of(desk.store, agency, STANDARD, "MARKREF77")
    do(desk.store, ANN, field_notes.keep, "client", other, "DOB", "twin of MARKREF77")
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    told = "Notes on 1003 name the client removed, and stay: put them right there."
    assert told in ask(desk.store, removal.told_before, agency, STANDARD, asked)
    assert told in do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY).elsewhere


def test_every_copy_goes_along_whatever_it_was_copied_by(desk: Desk) -> None:
    agency, client = filled(desk)
    with open_store(desk.store.path, desk.store.key_file, load) as store:
        there, first = copied(store, agency, client)
        with store.writing(ANN) as unit:
            save.delete(unit, "client", first, 1)
        _, second = copied(store, agency, client)  # what is deleted keeps nobody from being copied again
        with store.writing(ANN) as unit:
            # The notes of both name the edition of then.
            letters.change(unit, agency, "ndtms-r", date(2021, 1, 1), {})
        now, edition = ask(store, agencies.one, "T0123"), load("ndtms-r")
        held = ask(store, removal.elsewhere_of, now, edition, client)
        assert {(one.client_id, one.is_certain) for one in held} == {(first, True), (second, True)}
        held = ask(store, removal.elsewhere_of, there, WALES, second)
        assert {one.client_id for one in held} == {client, first}
        asked = do(store, ANN, removal.ask, there, WALES, second, "withdrawal", TODAY, True)
        assert not any("copied from" in line for line in ask(store, removal.told_before, there, WALES, asked))
        done = do(store, BOB, removal.confirm, there, WALES, asked.id, TODAY)
        assert {one.info.client_id for one in done.also} == {client, first}


def test_a_copy_is_known_by_what_its_origin_was_called_then_unless_somebody_else_is_called_so(wales: Returns) -> None:
    closed = {"ENDDATE": "2026-05-20", "ENDREASON": "1"}
    episode = wales.keyed(modality(), CLIENTNO="5", **closed)
    client = ask(wales.store, read.episode_record, episode).client_id
    with open_store(wales.store.path, wales.store.key_file, load) as store:
        with store.writing(ANN) as unit:
            plan = plan_copy(read.tree(unit, client), WALES, STANDARD, "T0123", wales.agency.code)
            _, copy = write_copy(unit, plan, "T0123", STANDARD)
            record = read.get(unit, "client", client)
            save.change(unit, "client", client, {**record.values, "CLIENTNO": "6"}, record.version)
        held = ask(store, removal.elsewhere_of, wales.agency, WALES, client)
        assert [(one.client_id, one.is_certain) for one in held] == [(copy, True)]
        wales.keyed(modality(), CLIENTNO="5", **closed)
        assert ask(store, removal.elsewhere_of, wales.agency, WALES, client) == []


def test_a_name_that_was_left_before_a_change_of_letter_is_known_still(desk: Desk) -> None:
    desk.take([row("1")])
    agency = ask(desk.store, agencies.one)
    client = client_of(desk.store, agency, STANDARD, "1001")
    with open_store(desk.store.path, desk.store.key_file, load) as store, store.writing(ANN) as unit:
        record = read.get(unit, "client", client)
        save.change(unit, "client", client, {**record.values, "CLIENT": "now"}, record.version)
        its = letters.change(unit, agency, WALES.id, date(2021, 1, 1), {"CLIENT": "CLIENTNO"})
        assert names_of(unit, its, WALES, stored_removal.all_of(unit, client)).references == {"1001", "now"}


def test_who_was_merged_with_somebody_else_and_split_is_not_told_of_the_other(desk: Desk) -> None:
    agency, client = filled(desk)
    desk.take([row("4", CLIENT="1004", CLIENTID="c4", EPISODID="e4")])
    other = client_of(desk.store, agency, STANDARD, "1004")
    made = do(desk.store, ANN, merge.merge, client, other)
    do(desk.store, ANN, merge.split, made.id)
    for own, others in ((client, other), (other, client)):
        held = ask(desk.store, everything.everything, Work(agency, STANDARD, TODAY), own, "ann", NOW)
        told = "\n".join(everything.text_lines(held))
        assert "made one with another client" in told and own in str(everything.as_mapping(held))
        assert others not in str(everything.as_mapping(held)) + "".join(everything.html_page(held)) + told


@pytest.mark.parametrize("through", ["file", "pipe"])
@pytest.mark.parametrize("what", ["removed for good", "another edition or code"])
def test_an_extract_that_is_being_written_keeps_nothing_of_what_may_not_be_kept_by_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str, through: str
) -> None:
    agency, client = filled(desk)
    asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client, "withdrawal", TODAY)
    before, many = desk.left(), len(ask(desk.store, extracts.listed, agency))

    def meanwhile(*args: Any) -> None:
        write_rows(*args)
        if what == "removed for good":
            do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
        else:
            with desk.store.writing(ANN) as unit:
                unit.connection.execute(update(AGENCIES).values(code="T0009"))

    monkeypatch.setattr(writing if through == "file" else preview, "write_rows", meanwhile)
    work, stream = Work(agency, STANDARD, TODAY), io.BytesIO()
    with pytest.raises(Problem, match=what):
        if through == "file":
            export_numbered(desk.store, work, "2020-12", desk.folder / "out", ANN)
        else:
            export_to_stream(desk.store, work, "2020-12", stream, ANN)
    assert not stream.getvalue(), "nothing went through the pipe"
    assert desk.left() == before and len(ask(desk.store, extracts.listed, agency)) == many
    if what == "removed for good":
        assert traces(desk.store) == set()


def test_an_old_file_brings_no_removed_client_back_unless_that_is_said(desk: Desk) -> None:
    desk.take([row("2")])
    agency = ask(desk.store, agencies.one)
    with desk.store.writing(ANN) as unit:
        client = save.create(unit, "client", agency.id, "", {"FINITIAL": "A", "SINITIAL": "B", "AGNCY": "T0123"})
    assert client.values["CLIENTID"] == client.id, "the program made it"
    for name in (client.id, client.id.upper()):
        old = [row(CLIENTID=name), row("2")]
        if name == client.id:
            asked = do(desk.store, ANN, removal.ask, agency, STANDARD, client.id, "withdrawal", TODAY)
            do(desk.store, BOB, removal.confirm, agency, STANDARD, asked.id, TODAY)
        report = desk.take(old)
        told = "this client was removed from the store for good: --take-deleted enters them anew"
        assert [(item.line, item.why) for item in report.left_out] == [(2, told)] and len(desk.kept()) == 1
    assert desk.take(old, taking=Taking(deleted=True)).new.clients == 1
