"""The program as a whole: it paints before it opens the store, makes one when there is none, and shows what it is."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.facts import Who
from store.records import agencies, read
from store.store import Store, open_store
from tests.exporters.extracts import row, write
from tests.stores import ask
from tests.terminal import Terminal, keys
from validators.standard.catalogue import available, load

HEAVY = ("sqlmodel", "sqlalchemy", "lxml", "alembic", "sqlcipher3", "validators.standard.model")
LATE = """
import asyncio, sys
from tests.screens.program import NOW, Program
from tui.app.open_store import StoreLocation
from pathlib import Path
from tui.widgets.settings import load_settings

class Watched(Program):
    def _begin(self):
        print(" ".join(name for name in sys.argv[2:] if name in sys.modules))
        self.exit(0)

store = Path(sys.argv[1])
file = store.with_name("settings.toml")
file.write_text('[keys]\\n"findings.accept" = "f11"\\n')
settings = load_settings(file, all_known=False)
Watched(StoreLocation(store, store.with_suffix(".key")), clock=lambda: NOW, settings=settings).run(headless=True)
"""


def test_nothing_heavy_is_imported_before_the_first_paint(store: Store) -> None:
    command = [sys.executable, "-c", LATE, str(store.path), *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[list[Terminal]]:
    """Terminals to be closed after the test."""
    started: list[Terminal] = []
    yield started
    for terminal in started:
        terminal.close()


def keywork(tmp_path: Path, *command: str, columns: int = 80, rows: int = 24) -> Terminal:
    """The command line's own program, with a home of its own."""
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "TMPDIR": str(tmp_path),
        "KEYWORK_STORE": None,
        "KEYWORK_KEY_FILE": None,
    }
    return Terminal([sys.executable, "-m", "tui.cli.main", *command], columns, rows, home)


def test_a_first_start_asks_for_the_agency_and_makes_the_store(tmp_path: Path, terminals: list[Terminal]) -> None:
    path = tmp_path / "first.db"
    terminal = keywork(tmp_path, "--store", str(path), "--key-file", str(tmp_path / "first.key"))
    terminals.append(terminal)
    terminal.until("Agency code:")
    assert not path.exists()
    terminal.press("<enter>")
    assert terminal.shows("Type the agency code first")
    # Where a frame is chosen it says which documents are to be brought before a return can be ready.
    steps = available().index("ndtms-r-ad") - available().index("ndtms-cjit-p")
    terminal.press("t0123" + ("<down>" if steps > 0 else "<up>") * abs(steps) + "<enter>")
    terminal.until("Agency T0123 will be made")
    for named in ("no return is ready: bring", "Technical Definitions CDS-R", "Reference Data CDS-R", "Its key:"):
        assert terminal.shows(named), terminal.text()
    terminal.press("<escape>", 0.3)
    terminal.press(("<up>" if steps > 0 else "<down>") * abs(steps) + "<enter>")
    # What will be made is shown, and where; nothing is made yet.
    terminal.until("Agency T0123 will be made")
    assert terminal.shows("Reports by NDTMS criminal justice (CJIT) data set P, edition P.")
    assert terminal.shows("Store (encrypted): ~/first.db") and terminal.shows("Its key: ~/first.key. Without the key")
    assert not path.exists()
    terminal.press("The  Bridge<enter>")
    terminal.press("<end>" + "<backspace>" * 7 + "2020-13<enter>")
    terminal.until("2020-13")
    assert not path.exists()
    terminal.press("<backspace>2<enter>")
    # Then where the key is, and the ways in.
    terminal.until("Agency T0123 (The Bridge)")
    assert terminal.shows("Reports from here since 2020-12") and terminal.shows("Key    ~/first.key")
    assert terminal.shows("Without the key nothing in it can be read")
    assert terminal.shows("Bring your last extract") and terminal.shows("Key the first client")
    terminal.press("<down><enter>")
    terminal.until("New client")
    terminal.press("<escape>")
    terminal.until("First steps")
    terminal.press("<escape>")
    terminal.until("Month: ")
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    with open_store(path, tmp_path / "first.key", load) as made:
        its = ask(made, agencies.one)
        assert (its.code, its.name, its.reports_since) == ("T0123", "The Bridge", "2020-12")


def test_the_last_extract_is_checked_and_taken_in_in_the_first_quarter_of_an_hour(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    path, extract = tmp_path / "first.db", tmp_path / "last.csv"
    write(tmp_path, [row(), row("2", DOB="20301301")]).rename(extract)
    terminal = keywork(tmp_path, "--store", str(path), "--key-file", str(tmp_path / "first.key"))
    terminals.append(terminal)
    terminal.until("Agency code:")
    terminal.press("t0123<enter>")
    terminal.until("Agency T0123 will be made")
    terminal.press("<enter><enter>")
    terminal.until("Bring your last extract")
    terminal.press("<enter>")
    terminal.until("It is checked by the rules; nothing is stored")
    terminal.press("~/nothing.csv<enter>")
    terminal.until("~/nothing.csv could not be read (no such file or directory): check the name")
    terminal.press("o<end>" + "<backspace>" * 40 + "~/last.csv<enter>")
    terminal.until("2 rows, 2 episodes")
    terminal.until("Nothing is stored; I takes the file in")
    with open_store(path, tmp_path / "first.key", load) as made:
        assert ask(made, read.count_episodes, ask(made, agencies.one)) == 0
    # Each finding is one key from its row and field, and the next one from there.
    terminal.press("<enter>")
    terminal.until("Line 3 of the file")
    assert any(line.startswith(" ✗ DOB") and "20301301" in line for line in terminal.lines())
    terminal.press("<escape>")
    terminal.until("2 rows, 2 episodes")
    terminal.press("i")
    terminal.until("What would be taken")
    terminal.until("Nothing is stored yet; F2 takes it in")
    terminal.press("<f2>")
    terminal.until("Taken in: 2 clients, 2 episodes new")
    assert terminal.shows("What was taken") and terminal.shows("1 of 2 have errors now")
    terminal.press("<escape><escape><escape>")
    terminal.until("Month: ")
    terminal.until("Checked: 2 episodes")
    # Nothing is late that was never due.
    assert not terminal.shows("Late")


def test_escape_before_a_store_is_made_leaves_none_behind(tmp_path: Path, terminals: list[Terminal]) -> None:
    path = tmp_path / "none.db"
    terminal = keywork(tmp_path, "--store", str(path), "--key-file", str(tmp_path / "none.key"))
    terminals.append(terminal)
    terminal.until("Agency code:")
    terminal.press("t01<escape>")
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    assert not path.exists()


def test_several_agencies_are_chosen_from(store: Store, tmp_path: Path, terminals: list[Terminal]) -> None:
    from tests.screens.program import NOW

    with store.writing(Who("somebody", NOW)) as work:
        agencies.ensure(work, "T0999", "ndtms-cjit-p")
    terminal = keywork(tmp_path, "--store", str(store.path), "--key-file", str(store.key_file))
    terminals.append(terminal)
    terminal.until("Several agencies")
    terminal.press("T0999<enter>")
    terminal.until("F3 Clients")
    terminal.until(lambda seen: not seen.shows("Several agencies"))


def test_the_demo_says_so_on_every_screen_and_leaves_nothing(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = keywork(tmp_path, "demo", "--clients", "5", "--seed", "2", columns=120, rows=40)
    terminals.append(terminal)
    terminal.until("Month: ")
    terminal.press("<f3>")
    terminal.until("000001")
    for press in ("<enter>", "<f6>", "<escape><f1>", "<escape><escape>"):
        terminal.press(press)
        terminal.until("DEMO - no real people")
    for name in ("standards", "findings"):
        terminal.press(f"<ctrl+p>{name}<enter>", 0.4)
        terminal.until("DEMO - no real people")
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    assert not list(tmp_path.glob("keywork-demo-*"))


def test_the_demo_is_gone_after_a_dropped_line_too(tmp_path: Path, terminals: list[Terminal]) -> None:
    import signal

    terminal = keywork(tmp_path, "demo", "--clients", "5")
    terminals.append(terminal)
    terminal.until("Month: ")
    terminal.signal(signal.SIGHUP)
    assert terminal.wait() == 129
    assert not list(tmp_path.glob("keywork-demo-*"))


def test_without_a_terminal_one_sentence_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "demo", "--clients", "2"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("keywork: The screens need a terminal")


def test_why_a_store_cannot_be_opened_stays_until_it_can(
    store: Store, tmp_path: Path, terminals: list[Terminal]
) -> None:
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(store.key_file.read_bytes().replace(b"a", b"b").replace(b"1", b"2"))
    wrong.chmod(0o600)
    for mended in (False, True):
        terminal = keywork(tmp_path, "--store", str(store.path), "--key-file", str(wrong))
        terminals.append(terminal)
        terminal.until("Error:")
        terminal.press("<f3>")
        terminal.until("The store is not open yet")
        assert "it is not a Keywork store, or the key file is another store's" in " ".join(terminal.text().split())
        if mended:
            wrong.write_bytes(store.key_file.read_bytes())
            terminal.press("<f5>")
            terminal.until("Month: ")
        terminal.send(keys("<f10>"))
        assert terminal.wait() == (0 if mended else 2)


def test_an_idle_client_screen_sends_nothing(store: Store, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = keywork(tmp_path, "--store", str(store.path), "--key-file", str(store.key_file))
    terminals.append(terminal)
    terminal.until("F3 Clients")
    terminal.press("<f3>")
    terminal.until("Ctrl+N New")
    terminal.press("<ctrl+n>", 0.5)
    terminal.until("New client")
    terminal.until_quiet(1.0)
    assert terminal.silence(3.0) == 0


def test_a_settings_file_moves_the_keys_of_the_form(store: Store, tmp_path: Path, terminals: list[Terminal]) -> None:
    folder = tmp_path / "config" / "keywork"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text('[keys]\n"form.save" = "ctrl+x"\n"no.such" = "f5"\n')
    terminal = keywork(tmp_path, "--store", str(store.path), "--key-file", str(store.key_file))
    terminals.append(terminal)
    terminal.until("there is no action called no.such")
    terminal.press("<f3>")
    terminal.until("Ctrl+N New")
    terminal.press("<ctrl+n>X<tab><ctrl+x>")
    terminal.until("Saved: Client X")
    assert terminal.shows("Ctrl+X Save")


def test_what_is_made_is_looked_through_seldom_until_a_session_has_settled() -> None:
    loading = (
        "import gc; from tui.session.memory import collect_seldom, settle; usual = gc.get_threshold()\n"
        "collect_seldom(); print(gc.get_threshold()[0] > 10 * usual[0]); settle(); print(gc.get_threshold() == usual)"
    )
    done = subprocess.run([sys.executable, "-c", loading], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
