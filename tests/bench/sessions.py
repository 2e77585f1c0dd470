"""Many people at work on one host: a hundred sessions, each keying into a client of its own, on two cores.

    python -m tests.bench sessions [--sessions N]

What a key takes while all of them type is measured against what it takes in one of them while the others are at rest,
in the same run. A person types two characters a second; the sessions begin one after another, so that their keys do not
fall together.
"""

import os
import select
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench.measuring import tell
from tests.bench.screens import store
from tests.bench.terminal.probe import ranked
from tests.terminal import Terminal, keys

CORES = 2
KEYS = 30
PAUSE = 0.5
"""Seconds between two keys of a person."""
PROGRAM = (sys.executable, "-c", "from tui.entry import run; run()")
FORM = "<enter><ctrl+t><home><down><enter>"


def typed(terminals: list[Terminal]) -> list[float]:
    """Seconds from each key to the last byte that came before the next, all keying at once; without a screen's work."""
    due = {one.fd: time.perf_counter() + PAUSE * place / len(terminals) for place, one in enumerate(terminals)}
    sent = dict.fromkeys(due, 0.0)
    last = dict.fromkeys(due, 0.0)
    left = dict.fromkeys(due, KEYS)
    took: list[float] = []
    while due:
        now = time.perf_counter()
        for fd in [fd for fd, at in due.items() if at <= now]:
            if sent[fd]:
                took.append((last[fd] or now) - sent[fd])
            if not left[fd]:
                del due[fd]
                continue
            left[fd] -= 1
            sent[fd], last[fd], due[fd] = now, 0.0, now + PAUSE
            os.write(fd, b"abcdefghij"[left[fd] % 10 :][:1])
        wait = max(0.0, min(due.values(), default=0.0) - time.perf_counter())
        for fd in select.select(list(sent), [], [], wait)[0]:
            os.read(fd, 1 << 16)
            last[fd] = time.perf_counter()
    return sorted(took)


def run(sessions: int) -> bool:
    """Measure, and say whether the limit is kept."""
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
        typed(terminals[:1])
        alone, together = typed(terminals[:1]), typed(terminals)
    least, most = ranked(alone, 0.95), ranked(together, 0.95)
    note = f"{least * 1000:.0f} ms alone, {most * 1000:.0f} ms together"
    return tell(f"a key in {sessions} sessions typing at once to one alone, p95", most / least, 10, note=note)
