"""Many people at work on one host: a hundred sessions, each keying into a client of its own, on two cores.

    python -m tests.bench sessions [--sessions N]

What a key takes while all of them type is measured against what it takes in one of them while the others are at rest,
in the same run. A person types two characters a second; the sessions begin one after another, so that their keys do not
fall together. Who types, and reads what comes, works on the same two cores: at two hundred keys a second that is about
a twentieth of one.

What a key takes is the time from sending it to the last byte that comes before the next is sent: its echo, and whatever
the screen has to say of it. A person types on whether or not the screen follows: a key that nothing answered until then
counts until something does. At the end every key has to stand in the draft that the store keeps of the session's
record; those that do not are lost, and none may be.
"""

import os
import select
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from store.live import drafts
from store.store import open_store
from tests.bench.measuring import tell
from tests.bench.screens import store
from tests.bench.terminal.probe import ranked
from tests.terminal import Terminal, keys
from validators.standard.catalogue import load

CORES = 2
KEYS = 30
PAUSE = 0.5
"""Seconds between two keys of a person."""
PATIENCE = 20.0
"""Seconds in which the last key has to be in the store."""
PROGRAM = (sys.executable, "-c", "from tui.entry import run; run()")
FORM = "<enter><ctrl+t><home><down><enter>"


@dataclass
class Typist:
    """One person: what was typed, when the next key is due, and the keys that nothing has answered yet."""

    due: float
    left: int = KEYS
    typed: str = ""
    unanswered: tuple[float, ...] = ()
    answered: float | None = None
    last: float = 0.0


def typed(terminals: list[Terminal]) -> tuple[list[float], list[str]]:
    """Seconds that each key took, sorted, and what was typed in each terminal; all keying at once."""
    start, took = time.perf_counter(), list[float]()
    people = {one.fd: Typist(start + PAUSE * place / len(terminals)) for place, one in enumerate(terminals)}
    waiting = dict(people)
    while waiting:
        now = time.perf_counter()
        for fd, one in [(fd, one) for fd, one in waiting.items() if one.due <= now]:
            if one.answered is not None:
                took.append(one.last - one.answered)
                one.answered = None
            if not one.left:
                took.extend(now - sent for sent in one.unanswered)
                del waiting[fd]
                continue
            key = "abcdefghij"[one.left % 10]
            one.left, one.typed, one.due = one.left - 1, one.typed + key, one.due + PAUSE
            one.unanswered += (time.perf_counter(),)
            os.write(fd, key.encode())
        wait = max(0.0, min((one.due for one in waiting.values()), default=0.0) - time.perf_counter())
        for fd in select.select(list(people), [], [], wait)[0]:
            os.read(fd, 1 << 16)
            one, now = people[fd], time.perf_counter()
            if one.unanswered:
                *late, one.answered = one.unanswered
                one.unanswered = ()
                took.extend(now - sent for sent in late)
            one.last = now
    return sorted(took), [one.typed for one in people.values()]


def lost(environment: dict[str, str], wanted: list[str]) -> int:
    """How many keys stand in no draft in the end."""
    end = time.monotonic() + PATIENCE
    with open_store(Path(environment["KEYWORK_STORE"]), Path(environment["KEYWORK_KEY_FILE"]), load) as opened:
        while True:
            kept = [one.values.get(one.at_field, "") for one in opened.ask(drafts.listed)]
            missing = sum(map(len, wanted))
            for text in wanted:
                if text in kept:
                    kept.remove(text)
                    missing -= len(text)
            if not missing or time.monotonic() > end:
                return missing
            time.sleep(0.5)


def run(sessions: int) -> bool:
    """Measure, and say whether the limits are kept."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        environment = store(Path(name), max(200, sessions))
        terminals = [stack.enter_context(Terminal(PROGRAM, env=environment)) for _ in range(sessions)]
        for number, one in enumerate(terminals, 1):
            one.until("F3 Clients", 600)
            one.send(keys(f"<f3>{number:06}"))
            one.until(f"{number:06}", 600)
            one.send(keys(FORM))
        for one in terminals:
            one.until_quiet(0.2, 600)
        _, first = typed(terminals[:1])
        alone, second = typed(terminals[:1])
        together, wanted = typed(terminals)
        wanted[0] = first[0] + second[0] + wanted[0]
        missing = lost(environment, wanted)
    least, most = ranked(alone, 0.95), ranked(together, 0.95)
    usual, all_usual = ranked(alone, 0.5), ranked(together, 0.5)
    note = (
        f"{least * 1000:.0f} ms alone, {most * 1000:.0f} ms together; p50 {usual * 1000:.0f} and {all_usual * 1000:.0f}"
    )
    kept = [
        tell(f"a key in {sessions} sessions typing at once to one alone, p95", most / least, 10, note=note),
        tell(f"keys lost of {sum(map(len, wanted))}", missing, 0, ""),
    ]
    return all(kept)
