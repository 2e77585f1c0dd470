"""A desk of one's own; and what is not installed may be passed over anywhere but in CI."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.session.desk import MISSING, Desk
from tests.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """With KEYWORK_CI=1 a test that was skipped for a missing program has failed."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.skipped and MISSING in report.longreprtext and os.environ.get("KEYWORK_CI") == "1":
        report.outcome = "failed"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder with the sample taken in, by the command that takes it in."""
    made = Desk(tmp_path)
    made.take_in_the_sample()
    return made


@pytest.fixture
def terminals() -> Iterator[Open]:
    """`terminals(command, columns, rows, env)`: a terminal that is closed after the test."""
    started: list[Terminal] = []

    def begin(*args: Any, **kwargs: Any) -> Terminal:
        started.append(Terminal(*args, **kwargs))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()
