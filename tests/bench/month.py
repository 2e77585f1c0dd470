"""What a check of a whole caseload costs: cold, after ten edits, and for whoever types meanwhile.

The yardstick of the first two reads the same rows from the same database and decodes their JSON, in the same run.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from exporters.checks.caseload import check_caseload
from store.clients import search
from store.disk import sqlite
from store.disk.keys import read_or_make_key
from store.facts import ClientQuery, Who
from store.findings import queries
from store.records import agencies, read, save
from store.store import Store, open_store
from tests.bench.measuring import median, tell
from tests.bench.screens import INTO_FORM, TODAY
from tests.bench.screens import store as sample
from tests.bench.terminal.probe import ranked
from tests.stores import ask
from tests.terminal import Terminal, split_keys
from validators.rules.checker import Checker
from validators.standard.catalogue import load

CLIENTS = 15_500  # of whom there are twenty thousand episodes
EDITS = 10
TYPED = "abcdefghijklmnopqrstuvwxyz"
SLOWLY = 0.7
"""Seconds between two keys: the check makes way for quicker typing, so that only such keys meet it at work."""
ROWS = (
    "select client.typed, episode.typed, event.typed from episode join client on client.number = episode.client_number"
    " left join event on event.episode_number = episode.number and event.deleted_at is null"
    " where episode.deleted_at is null and client.deleted_at is null order by episode.number, event.number"
)


def bare(path: Path, key_file: Path) -> float:
    """Seconds to read all rows and decode their JSON."""
    key, _ = read_or_make_key(key_file, may_make=False)
    started = time.perf_counter()
    for client, episode, event in sqlite.connect(path, key, "ro", 5).execute(ROWS):
        _ = {**json.loads(client), **json.loads(episode), **(json.loads(event) if event else {})}
    return time.perf_counter() - started


def forget(path: Path, key_file: Path) -> None:
    """Make every episode due for a check."""
    key, _ = read_or_make_key(key_file, may_make=False)
    raw = sqlite.connect(path, key, "rw", 5)
    raw.execute("update episode_state set checked_revision = 0")
    raw.execute("delete from finding")
    raw.close()


def check(store: Store, checker: Checker) -> float:
    """Seconds to check what is due."""
    started = time.perf_counter()
    check_caseload(store, ask(store, agencies.one), checker, TODAY, datetime.now(UTC))
    return time.perf_counter() - started


def edit(store: Store, offset: int) -> None:
    """Change ten clients, one save each."""
    rows = ask(store, search.page, ask(store, agencies.one), ClientQuery(), offset, EDITS)
    for row in rows:
        with store.writing(Who("bench", datetime.now(UTC))) as work:
            client = read.get(work, "client", row.id)
            sex = "2" if client.values.get("SEX") == "1" else "1"
            save.change(work, "client", client.id, {**client.values, "SEX": sex}, client.version)


def checking(path: Path, key_file: Path) -> list[bool]:
    """The whole caseload, and what ten edits make due."""
    checker, cold, again = Checker(load()), [], []
    with open_store(path, key_file, load) as store:
        episodes = ask(store, read.count_episodes, ask(store, agencies.one))
        for round_number in range(5):
            forget(path, key_file)
            cold.append(check(store, checker))
            edit(store, round_number * 100)
            again.append(check(store, checker))
    whole = statistics.median(cold)
    yardstick = median(lambda: bare(path, key_file))
    note = f"{whole:.2f} s"
    return [
        tell(f"{episodes:,} episodes checked cold to reading and decoding them", whole / yardstick, 4, note=note),
        tell("again after ten edits to the cold check", statistics.median(again) / whole, 1 / 20),
    ]


def typing(environment: dict[str, str]) -> list[bool]:
    """A character in the form while the caseload is checked, and when that is done."""
    os.environ.update(environment)
    path, key_file = Path(environment["KEYWORK_STORE"]), Path(environment["KEYWORK_KEY_FILE"])
    forget(path, key_file)
    with (
        open_store(path, key_file, load) as store,
        Terminal((sys.executable, "-m", "tui.entry"), 80, 24) as terminal,
    ):
        terminal.until("F3 Clients")
        for key in split_keys(INTO_FORM):
            terminal.press(key, 0.5)
        agency, day = ask(store, agencies.one), datetime.now(UTC).date()
        before = ask(store, queries.count_stale, agency, day)
        meanwhile = sorted(terminal.press(key, SLOWLY).last for key in TYPED)
        after = ask(store, queries.count_stale, agency, day)
        terminal.send("\x15")
        terminal.until(lambda _: ask(store, queries.count_stale, agency, day) == 0, most=600)
        terminal.until_quiet(2.0)
        idle = sorted(terminal.press(key, SLOWLY).last for key in TYPED)
    note = f"{before - after:,} episodes checked meanwhile, p95 {ranked(meanwhile, 0.95) * 1000:.0f} ms"
    ratio = ranked(meanwhile, 0.5) / ranked(idle, 0.5)
    return [tell("a key during the check to its idle time, p50", ratio, 2, note=note)]


def run() -> bool:
    """Measure everything; say whether every limit was kept."""
    with tempfile.TemporaryDirectory() as place:
        environment = sample(Path(place), CLIENTS)
        path, key_file = Path(environment["KEYWORK_STORE"]), Path(environment["KEYWORK_KEY_FILE"])
        return all([*checking(path, key_file), *typing(environment)])
