"""What all tests need: nothing of the terminal they are started from; how many run at once; what they are marked by."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.pysqlite import dialect as Dialect

from store.disk import sqlite

# Test runners set these for their workers; the terminals of the tests have sizes of their own.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

# Where byte code is not kept, each of several hundred programs would compile all that it loads.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TERMINAL_FIXTURES = {"demo", "demos", "start", "terminals"}
"""The fixtures that start a program under a pseudo-terminal."""
STORIES = Path(__file__).parent / "session"
"""Where each test is a long story."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many workers `-n auto` means.

    None for one file, which is done before workers have started; else one more than there are processors, since a test
    that types at a program now and then waits for it.
    """
    files = [Path(argument.partition("::")[0]) for argument in config.args]
    if len(set(files)) == 1 and files[0].suffix == ".py":
        return 0
    return (os.cpu_count() or 1) + 1


COMPILED: dict[Any, Any] = {}
"""The SQL that was made of queries, for every store that a test opens."""


def share_compiled_queries() -> None:
    """Let all stores of one process put the same queries into SQL once.

    Each store keeps what it made for itself, a process of the program opens one. Tests open thousands: a quarter of
    their time went into making the same SQL again.
    """

    def create_engine(*args: Any, **options: Any) -> Engine:
        return sqlalchemy.create_engine(*args, **options, execution_options={"compiled_cache": COMPILED})

    setattr(sqlite, "create_engine", create_engine)  # noqa: B010
    # What has been compiled is found by the store's dialect, of which each has its own, all alike.
    setattr(Dialect, "__eq__", lambda one, other: type(one) is type(other))  # noqa: B010
    setattr(Dialect, "__hash__", lambda one: hash(type(one)))  # noqa: B010


share_compiled_queries()


def pytest_collection_finish() -> None:
    """Look no more for what can be forgotten among all that the tests have loaded: it took a fifth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark stories, and what starts a program under a pseudo-terminal, by its fixtures (else its module says so)."""
    for item in items:
        if TERMINAL_FIXTURES & {*getattr(item, "fixturenames", ())}:
            item.add_marker("terminal")
        if STORIES in item.path.parents:
            item.add_marker("slow")
