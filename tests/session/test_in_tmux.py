"""In a real tmux: the keys it translates, a resize while somebody types, leaving it and coming back."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.session.conftest import Open
from tests.session.desk import KEYWORK, PATIENCE, Desk, eventually, find, needed, to_clients
from tests.terminal import Terminal, keys

SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])


@dataclass(frozen=True)
class Tmux:
    """A tmux server of one's own."""

    command: list[str]

    def asked(self, *arguments: str) -> str:
        """What it answers."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    """Its socket lies in a folder with a short name: the path of a socket may have a hundred characters only."""
    program = needed("tmux")
    with tempfile.TemporaryDirectory(prefix="kw") as folder:
        settings = Path(folder) / "conf"
        settings.write_text("set -g status off\nset -g default-terminal screen-256color\n", encoding="utf-8")
        made = Tmux([program, "-S", f"{folder}/s", "-f", str(settings)])
        yield made
        subprocess.run([*made.command, "kill-server"], capture_output=True, check=False)


def keywork(terminals: Open, tmux: Tmux, desk: Desk, columns: int, rows: int) -> Terminal:
    """The program in a new tmux, which is seen through a terminal of that size."""
    terminal = terminals([*tmux.command, "new-session", "-s", "desk", *KEYWORK], columns, rows, desk.places)
    to_clients(terminal)
    return terminal


@SIZES
def test_the_keys_arrive(tmux: Tmux, desk: Desk, terminals: Open, columns: int, rows: int) -> None:
    terminal = keywork(terminals, tmux, desk, columns, rows)
    terminal.slowly("<f1>")
    terminal.until("Help: Clients", PATIENCE)
    terminal.slowly("<escape>")
    terminal.until("120 clients", PATIENCE)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    terminal.slowly("Q<tab>")
    terminal.until("Client 76579 NQ", PATIENCE)
    terminal.until("1 notice", PATIENCE)
    terminal.slowly("<shift+tab><f6>")
    terminal.until("SINITIAL", PATIENCE)
    terminal.slowly("<escape><f2>")
    terminal.until("Done: Saved: Client 76579 NQ", PATIENCE)
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    assert "NQ" in desk.keywork("client", "list", "--search", "76579")


def test_the_keypads_enter_and_alt_left_arrive(tmux: Tmux, desk: Desk, terminals: Open) -> None:
    terminal = keywork(terminals, tmux, desk, 80, 24)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    tmux.asked("send-keys", "-t", "desk", "Q", "KPEnter", "31121980", "KPEnter")
    terminal.until("Client 76579 NQ, born 31 Dec 1980", PATIENCE)
    terminal.send(keys("<ctrl+g>"))
    terminal.until("Jump to", PATIENCE)
    terminal.slowly("<escape><pagedown><alt+left>")
    terminal.until(lambda seen: any(line.startswith("> Sex at birth") for line in seen.lines()), PATIENCE)


@SIZES
def test_a_resize_while_somebody_types(tmux: Tmux, desk: Desk, terminals: Open, columns: int, rows: int) -> None:
    terminal = keywork(terminals, tmux, desk, columns, rows)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    for text, size in (("ab", (100, 30)), ("cd", (60, 16)), ("ef", (40, 10)), ("gh", (columns, rows))):
        terminal.send(text)
        terminal.resize(*size)
    terminal.until("abcdefgh", PATIENCE)
    terminal.until(lambda seen: seen.lines()[rows - 1].startswith("F2 Save"), PATIENCE)
    terminal.until(lambda seen: "Surname initial" in seen.lines()[seen.cursor[1]], PATIENCE)
    assert "abcdefgh" in terminal.lines()[terminal.cursor[1]], terminal.text()


@SIZES
def test_leaving_tmux_and_coming_back(tmux: Tmux, desk: Desk, terminals: Open, columns: int, rows: int) -> None:
    terminal = keywork(terminals, tmux, desk, columns, rows)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    terminal.slowly("Qx")
    terminal.until("Qx", PATIENCE)
    terminal.until("not fit", PATIENCE)
    terminal.until_quiet(1.0)
    before = terminal.lines()
    terminal.send(keys("<ctrl+b>") + "d")
    assert terminal.wait() == 0

    back = terminals([*tmux.command, "attach", "-t", "desk"], columns, rows)
    back.until(lambda seen: seen.lines() == before, PATIENCE)
    back.until(lambda seen: "Surname initial" in seen.lines()[seen.cursor[1]], PATIENCE)
    back.slowly("yz")
    back.until("Qxyz", PATIENCE)
    assert tmux.asked("list-sessions", "-F", "#{session_name} #{session_attached}") == "desk 1\n"


@pytest.mark.parametrize("end", ["leaving", "going to the shell", "a fault", "a signal"])
def test_nothing_of_a_client_is_left_in_the_scroll_back(tmux: Tmux, desk: Desk, end: str) -> None:
    """Of a window that was made taller tmux keeps what stood on the alternate screen when that is left."""
    shutil.copy(desk.folder / "store.key", desk.store.with_suffix(".key"))  # where the tests' own program looks
    env = {**os.environ, **desk.places, "PS1": "ready> ", "HISTFILE": "/dev/null", "KEYWORK_TEST_FAULT": "Owen"}
    shell = ["bash", "--norc", "--noprofile", "-i"]
    size = ["-x", "80", "-y", "24"]
    subprocess.run([*tmux.command, "new-session", "-d", "-s", "desk", *size, *shell], env=env, check=True)

    def shown() -> str:
        return tmux.asked("capture-pane", "-p", "-t", "desk", "-S", "-")

    def press(*names: str) -> None:
        tmux.asked("send-keys", "-t", "desk", *names)

    eventually(lambda: "ready>" in shown(), "the shell")
    press(f"{sys.executable} -m tests.screens.program {desk.store}", "Enter")
    eventually(lambda: "120 clients" in shown(), "the list of clients")
    press("-l", "11876")
    eventually(
        lambda: " 1 client" in shown(), "a client who agreed: the record of one who did not ends after the answer"
    )
    press("Enter")
    eventually(lambda: "F2 Save" in shown(), "a client")
    tmux.asked("resize-window", "-t", "desk", "-x", "80", "-y", "50")
    eventually(lambda: shown().rstrip().splitlines()[-1].startswith("F2 "), "the taller screen")
    # In the episode below the lines that the window had: what stands above the cursor is what is kept.
    press(*["Tab"] * 34)
    eventually(lambda: int(tmux.asked("display", "-p", "-t", "desk", "#{cursor_y}")) > 30, "a field far below")
    words = {word for word in ("Client", "born", "Consent", "referral", "Episode") if word in shown()}
    assert len(words) > 2, shown()
    if end == "leaving":
        press("F10")
    elif end == "a fault":
        press("C-l")
    elif end == "a signal":
        pane = tmux.asked("list-panes", "-t", "desk", "-F", "#{pane_pid}").strip()
        (job,) = Path(f"/proc/{pane}/task/{pane}/children").read_text(encoding="ascii").split()
        os.kill(int(job), signal.SIGTERM)
    else:
        press("C-p")
        eventually(lambda: "Command:" in shown(), "the palette")
        press("-l", "shell")
        eventually(lambda: "To the shell" in shown(), "the action")
        press("Enter")
    eventually(lambda: shown().rstrip().endswith("ready>"), "the shell again")
    for height in ("60", "24", "50"):
        tmux.asked("resize-window", "-t", "desk", "-x", "80", "-y", height)
        assert not [word for word in words if word in shown()], shown()
