"""A session whose terminal goes away ends, whatever it is at, and what was typed is in the store."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.facts import ClientTree
from store.live import presence
from store.store import Store
from tests.frame.shells import Shell, ended, fill_the_line, hang_up, is_gone, until_gone
from tests.screens.conftest import Start, in_field
from tests.screens.program import NOW
from tests.screens.test_client_nothing_lost import typed
from tests.stores import ask


@pytest.fixture
def shell(store: Store, known: ClientTree, tmp_path: Path) -> Iterator[Shell]:
    """A shell with the program on the client in the foreground."""
    env = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "KEYWORK_TEST_PERSON": "ann"}
    made = Shell({**env, "KEYWORK_TEST_OPEN": known.client.id})
    made.start("tests.screens.program", str(store.path), ready="F2 Save")
    yield made
    made.terminal.close()
    if not is_gone(made.job):
        os.kill(made.job, signal.SIGKILL)


def test_what_was_typed_before_a_sleep_is_kept_when_the_line_closes(
    store: Store, known: ClientTree, shell: Shell
) -> None:
    shell.terminal.send("zz")
    shell.terminal.until(lambda seen: in_field(seen, "First initial", "ZZ") or in_field(seen, "First initial", "zz"))
    shell.sleep()
    shell.close()
    until_gone(shell.job)
    assert typed(store, known.client.id)["FINITIAL"].lower() == "zz"


def test_what_was_typed_is_kept_when_the_line_closes_while_it_is_written_to(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("zz")
    fill_the_line(terminal)
    hang_up(terminal)
    assert ended(terminal) == 128 + signal.SIGHUP
    assert typed(store, known.client.id)["FINITIAL"].lower() == "zz"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT])
def test_what_was_typed_is_kept_when_a_program_that_waits_for_its_line_is_to_end(
    store: Store, known: ClientTree, start: Start, number: signal.Signals
) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab>q")
    fill_the_line(terminal)
    terminal.signal(number)
    assert ended(terminal) == 128 + number
    assert typed(store, known.client.id)["SINITIAL"].lower() == "q"
    assert ask(store, presence.others, "client", known.client.id, "", NOW) == [], "nobody is in the record any more"
