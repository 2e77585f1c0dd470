"""Through a real sshd on loopback: the screen, the keys, and a line that drops in the middle of a word."""

import os
import pwd
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.session.conftest import Open
from tests.session.desk import KEYWORK, PATIENCE, Desk, eventually, find, needed, to_clients
from tests.terminal import Terminal, keys


@dataclass(frozen=True)
class Login:
    """How the sshd of this test is reached."""

    command: list[str]
    log: Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as made:
        return made.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Login]:
    """An sshd of one's own, with its own host key and one key that may log in."""
    sshd = needed("sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd")
    ssh, keygen = needed("ssh"), needed("ssh-keygen")
    person = pwd.getpwuid(os.getuid()).pw_name
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "own"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port()
    public = (folder / "host.pub").read_text(encoding="utf-8")
    (folder / "known").write_text(f"[127.0.0.1]:{port} {public}", encoding="utf-8")
    settings = {
        "ListenAddress": "127.0.0.1",
        "Port": port,
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "own.pub",
        "PidFile": folder / "pid",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "StrictModes": "no",
        "UsePAM": "no",
        "UseDNS": "no",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    if os.getuid() == 0:
        # Where sshd puts its unprivileged half away; Debian's own start script makes it as well.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = folder / "log"
    server = subprocess.Popen([sshd, "-D", "-f", str(config), "-E", str(log)])
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityFile": folder / "own",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": folder / "known",
    }
    told = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    try:
        eventually(lambda: answers(port), f"sshd: {log.read_text(encoding='utf-8') if log.exists() else ''}")
        yield Login([ssh, "-tt", "-F", "none", *told, "-p", str(port), f"{person}@127.0.0.1"], log)
    finally:
        server.terminate()
        server.wait()


def keywork(terminals: Open, login: Login, desk: Desk, columns: int = 80, rows: int = 24) -> Terminal:
    """Log in and start the program; its process id is noted."""
    places = " ".join(f"{name}={shlex.quote(value)}" for name, value in desk.places.items())
    noted = shlex.quote(str(desk.folder / "pid"))
    remote = f"echo $$ >{noted}; cd {shlex.quote(str(desk.folder))}; exec env {places} {shlex.join(KEYWORK)}"
    return terminals([*login.command, f"exec sh -c {shlex.quote(remote)}"], columns, rows)


def test_an_extract_comes_through_the_pipe_byte_for_byte(login: Login, tmp_path: Path) -> None:
    desk, out = Desk(tmp_path), tmp_path / "out"
    out.mkdir()
    desk.keywork("sample", "--clients", "40", "--standard", "smds-wales", "--today", "2026-03-10")
    wanted = ("export", "--submission", "2026-02", "--kind", "full", "--today", "2026-03-10")
    desk.keywork(*wanted, "--out", str(out))
    (written,) = out.iterdir()
    places = [f"{name}={value}" for name, value in desk.places.items()]
    # No terminal at the other end: what is printed is the extract and nothing else.
    command = [part for part in login.command if part != "-tt"]
    remote = shlex.join(["env", *places, *KEYWORK, *wanted, "--stdout"])
    done = subprocess.run([*command, remote], capture_output=True, check=True)
    assert done.stdout == written.read_bytes() and done.stdout.startswith(b"<?xml")
    assert b"stand-in schema" in done.stderr and b"not validated against the official schema" in done.stderr


def lives(desk: Desk) -> bool:
    """Whether the program that was started last is still there."""
    try:
        os.kill(int((desk.folder / "pid").read_text(encoding="utf-8")), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_the_screen_shows_and_a_key_lands(login: Login, desk: Desk, terminals: Open, columns: int, rows: int) -> None:
    terminal = keywork(terminals, login, desk, columns, rows)
    to_clients(terminal)
    terminal.until("Ctrl+N New", PATIENCE)
    terminal.slowly("<f1>")
    terminal.until("Help: Clients", PATIENCE)
    terminal.slowly("<escape>")
    terminal.until("120 clients", PATIENCE)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    terminal.resize(100, 30)
    terminal.until(lambda seen: seen.lines()[29].startswith("F2 Save"), PATIENCE)
    terminal.slowly("Q")
    terminal.until("Client 76579 NQ", PATIENCE)
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    eventually(lambda: not lives(desk), "the end of the program")


def test_a_line_that_drops_in_mid_word_loses_nothing(login: Login, desk: Desk, terminals: Open) -> None:
    terminal = keywork(terminals, login, desk)
    to_clients(terminal)
    find(terminal, "76579")
    terminal.slowly("<f8>")
    terminal.until("Error: Surname initial is missing", PATIENCE)
    terminal.slowly("Q<tab><tab><tab><tab><tab><tab>")
    terminal.send("halfawo")
    terminal.until("halfawo", PATIENCE)
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    eventually(lambda: not lives(desk), "the end of the program whose line has gone")

    again = keywork(terminals, login, desk)
    again.until("not saved: 1 client (d)", PATIENCE)
    again.slowly("d")
    again.until("Enter opens one", PATIENCE)
    again.slowly("<enter>")
    again.until("2 fields: keep it?", PATIENCE)
    assert again.shows("Draft from ")
    again.slowly("k")
    again.until("halfawo", PATIENCE)
    again.slowly("<f2>")
    again.until("Done: Saved:", PATIENCE)
    again.send(keys("<f10>"))
    assert again.wait() == 0
    assert "halfawo" in desk.keywork("client", "list", "--search", "halfawo")
