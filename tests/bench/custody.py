"""What custody costs: a view noted when a client opens, an audit row beside a save, ninety days of views, the doctor.

    python -m tests.bench custody [--clients N]

The doctor is measured over N clients, everything else over two thousand of them.
"""

import math
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from store.clients import search
from store.disk import doctor
from store.disk.audit import Chain
from store.disk.tables import AUDIT_VALUES, AUDITS, CLIENTS, EPISODES, EVENTS
from store.facts import AgencyInfo, ClientQuery, Who
from store.live import presence
from store.people import looks
from store.records import agencies, bulk_load, read, save
from store.records.values import unpack
from store.store import Store, open_store
from tests.bench.measuring import tell
from tests.bench.returns import TODAY
from tui.screens.client.model import Case
from tui.screens.client.queries import load as load_client
from validators.records import EpisodeRecord, Values
from validators.rules.checker import Checker
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

SMALL = 2_000
OPENED = 60
PEOPLE, DAYS, VIEWS = 20, 90, 40
"""So many people look at so many clients on each of so many days."""
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)


def filled(folder: Path, clients: int) -> tuple[Store, AgencyInfo]:
    """A store of synthetic clients. Of very many the same few thousand come again, with identifiers of their own."""
    store = open_store(folder / f"{clients}.db", folder / f"{clients}.key", load, create=True)
    made = list(synthetic_episodes(load(), min(clients, SMALL), seed=1, today=TODAY, agency="T0001"))
    rounds = math.ceil(clients / SMALL)
    with store.writing(Who("bench", NOW)) as work:
        agency = agencies.ensure(work, "T0001", load().id)
        bulk_load.load(work, agency, (again(one, number) for number in range(rounds) for one in made))
    return store, agency


def again(record: EpisodeRecord, number: int) -> EpisodeRecord:
    """The same with other identifiers; as it is for the first time."""
    if not number:
        return record
    standard, tail = load(), f"-{number}"
    names = [standard.role(role) for role in ("client_id", "episode_id", "client_reference")]

    def named(values: Values) -> Values:
        return {**values, **{header: values[header] + tail for header in names if header in values}}

    client = record.client_id and record.client_id + tail
    return replace(record, client=named(record.client), episode=named(record.episode), client_id=client)


def took(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def opening(store: Store, agency: AgencyInfo) -> list[bool]:
    """Opening a client as the screen does, and noting in the same write that somebody came, and looked."""
    checker, standard = Checker(load()), load()
    ids = store.ask(search.ids, agency, ClientQuery(), 0, OPENED)

    def opened(client: str, noted: bool) -> None:
        who = Who("ann", NOW, uuid.uuid4().hex)
        found = store.ask(load_client, agency, standard, who, client)
        case = Case(standard, checker, lambda: TODAY, agency)
        assert found.tree is not None
        case.adopt(found.tree)
        case.check.take(found.kept)
        case.findings()
        with store.writing(who) as unit:
            presence.enter(unit, "client", client)
            if noted:
                assert looks.note(unit, client)

    for one in ids[:5]:
        opened(one, True)
    pairs = [(took(lambda: opened(one, True)), took(lambda: opened(one, False))) for one in ids]  # noqa: B023
    with_it, without = (sorted(each)[len(pairs) // 2] for each in zip(*pairs, strict=True))
    return [tell("opening a client with its view noted to without", with_it / without, 1.15)]


def saving(store: Store, agency: AgencyInfo) -> list[bool]:
    """A save of one field, with its audit row and with none."""
    ids = store.ask(search.ids, agency, ClientQuery(), 0, OPENED)

    def saved(client: str, audited: bool) -> float:
        one = store.ask(read.get, "client", client)
        values = {**one.values, "SEX": "2" if one.values.get("SEX") == "1" else "1"}
        with ExitStack() as stack:
            if not audited:
                for name in ("add", "finish"):
                    stack.enter_context(mock.patch.object(Chain, name, lambda *_: None))
            return took(lambda: store.do(Who("ann", NOW), save.change, "client", client, values, one.version))

    for one in ids[:5]:
        saved(one, True)
    pairs = [(saved(one, True), saved(one, False)) for one in ids]
    with_it, without = (sorted(each)[len(pairs) // 2] for each in zip(*pairs, strict=True))
    return [tell("a save with its audit row to one without", with_it / without, 1.2)]


def views(store: Store, agency: AgencyInfo) -> list[bool]:
    """What ninety days of twenty people's views add to the file."""
    ids = store.ask(search.ids, agency, ClientQuery(), 0, SMALL)

    def size() -> int:
        with store.reading() as snapshot:
            asked = snapshot.connection.exec_driver_sql
            told = (asked(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
            return math.prod(map(int, told))

    before = size()
    for day in range(DAYS):
        for person in range(PEOPLE):
            with store.writing(Who(f"person{person}", NOW + timedelta(days=day), f"{day} {person}")) as unit:
                for number in range(VIEWS):
                    looks.note(unit, ids[(day * 7 + person * 131 + number * 17) % len(ids)])
    told = f"{DAYS * PEOPLE * VIEWS:,} views"
    return [tell("ninety days of twenty people's views", (size() - before) / 2**20, 50, "MiB", told)]


def examining(store: Store, clients: int) -> list[bool]:
    """The doctor over everything, against reading audit and records once, values unpacked."""

    def plain() -> None:
        with store.reading() as snapshot:
            execute = snapshot.connection.execution_options(yield_per=2000).execute
            joined = AUDIT_VALUES.c.audit_number == AUDITS.c.number
            both = select(AUDITS, AUDIT_VALUES.c.salt, AUDIT_VALUES.c.old, AUDIT_VALUES.c.new)
            for _ in execute(both.outerjoin(AUDIT_VALUES, joined).order_by(AUDITS.c.number)):
                pass
            for table in (CLIENTS, EPISODES, EVENTS):
                for row in execute(select(table)):
                    unpack(row.typed)

    # The least of three: what else the machine does is no part of either.
    once = min(took(plain) for _ in range(3))
    began = time.process_time()
    whole = min(took(lambda: store.ask(doctor.examine)) for _ in range(3))
    worked = (time.process_time() - began) / 3
    note = f"{whole:.1f} s, {worked:.1f} s of work on two threads"
    return [tell(f"the doctor over {clients:,} clients to a plain read", whole / once, 3, note=note)]


def run(clients: int) -> bool:
    """Measure, print, and say whether every limit was kept."""
    kept: list[bool] = []
    with tempfile.TemporaryDirectory() as name:
        store, agency = filled(Path(name), SMALL)
        with store:
            kept += [*opening(store, agency), *saving(store, agency), *views(store, agency)]
        store, _ = filled(Path(name), clients)
        with store:
            kept += examining(store, clients)
    return all(kept)
