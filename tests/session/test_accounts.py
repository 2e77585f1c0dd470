"""The two supported set-ups with real accounts: what each may see and do, and what the audit says of it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.accounts import Service, service
from tests.session.desk import SAMPLE, eventually, needed
from tests.session.test_over_ssh import answers, free_port
from tests.terminal import Terminal


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    """A service's account with the sample in its store, and roles for two groups."""
    with service() as made:
        sample = made.home / "sample.csv"
        sample.write_bytes(SAMPLE.read_bytes())
        sample.chmod(0o644)
        own = f"{made.command} import {sample}"
        for arguments in (
            own,
            f"{made.command} roles set {made.account('keyers')} keying",
            f"{made.command} roles set {made.account('readers')} read-only",
        ):
            done = made.run("desk", arguments)
            assert done.returncode == 0, done.stdout + done.stderr
        sample.chmod(0o600)
        os.chown(sample, made.number("desk"), -1)
        yield made


def acts(made: Service, person: str = "") -> list[dict[str, str]]:
    """What the audit tells, to the service's own account."""
    wanted = f"--person {made.account(person)}" if person else ""
    done = made.run("desk", f"{made.command} history {wanted} --format json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_sudo_names_the_person_and_no_variable_does(shared: Service) -> None:
    ann, bob = shared.account("ann"), shared.account("bob")
    lies = {"SUDO_UID": str(shared.number("bob")), "SUDO_USER": bob, "USER": bob, "LOGNAME": bob}
    for given in ({}, lies):
        code, said = shared.desk("ann", "roles list", given)
        assert code == 0 and f"{ann} has the role keying" in said, said
        assert "advice" not in said and "counts as one person" not in said
    code, said = shared.desk("ann", f"-- SUDO_UID={shared.number('bob')}", {})
    assert code == 2
    done = shared.run("ann", f"SUDO_UID=0 sudo -n -u {shared.account('desk')} SUDO_UID=0 {shared.command} roles list")
    assert done.returncode != 0 or f"{ann} has the role keying" in done.stdout


def test_the_service_s_own_account_is_said_to_be_one_person(shared: Service) -> None:
    done = shared.run("desk", f"SUDO_UID={shared.number('ann')} {shared.command} roles list")
    desk = shared.account("desk")
    assert f"{desk} has the role administrator" in done.stdout
    assert f"Whoever comes in as {desk} counts as one person" in done.stderr


def test_nobody_opens_store_or_key_past_the_program(shared: Service) -> None:
    for person in ("ann", "eve"):
        for path in ("store/keywork.db", "key/store.key"):
            done = shared.run(person, f"cat {shared.home / path}")
            assert done.returncode != 0 and done.stdout == ""
    code, said = shared.desk("eve", "roles list")
    assert code != 0 and "has the role" not in said


def test_each_does_what_the_role_allows_and_the_audit_tells_it(shared: Service) -> None:
    code, said = shared.desk("ann", "client edit 76579 SEX=1")
    assert code in (0, 1), said
    code, said = shared.desk("bob", "client show 76579")
    assert code in (0, 1) and "76579" in said, said
    code, said = shared.desk("bob", "client edit 76579 SEX=2")
    assert code == 2 and f"That needs the role keying, and {shared.account('bob')} has read only" in said, said
    code, said = shared.desk("ann", "export --submission 2020-12 --stdout")
    assert code == 2 and "needs the role month end" in said and "EPISOD" not in said, said
    code, said = shared.desk("cas", "client list")
    assert code == 2 and "is in no group that may work in this store" in said and "76579" not in said, said
    told = {(one["person"].removeprefix(shared.account("")), one["act"]) for one in acts(shared)}
    assert {("ann", "look"), ("ann", "change"), ("bob", "look"), ("bob", "refused"), ("cas", "refused")} <= told
    assert ("bob", "change") not in told
    assert {one["person"] for one in acts(shared, "bob")} == {shared.account("bob")}


def test_no_file_is_opened_that_the_person_could_not_open(shared: Service) -> None:
    for name in ("sample.csv", "key/store.key", "store/keywork.db"):
        code, said = shared.desk("ann", f"check {shared.home / name}")
        assert code == 2 and "is not yours to read" in said and "\n" not in said.strip(), said
    own = shared.folder / "ann" / "own.csv"
    own.write_bytes(SAMPLE.read_bytes())
    os.chown(own, shared.number("ann"), -1)
    own.parent.chmod(0o755)
    own.chmod(0o644)
    code, said = shared.desk("ann", f"check {own}")
    assert code in (0, 1) and "not yours" not in said, said


def test_no_store_of_ones_own_shows_the_services_key(shared: Service) -> None:
    """In a store that has no roles everybody is its administrator; made under the service's key it would tell that."""
    place = shared.folder / "own"
    place.mkdir()
    place.chmod(0o1777)
    key = (shared.home / "key" / "store.key").read_bytes()
    commands = ("sample --clients 1", "key where", "key change", "key command /bin/true", "restore x.db")
    tried = [("ann", words) for words in commands] + [("cas", "key where")]
    for person, words in tried:
        code, said = shared.desk(person, f"{words} --store {place / 'own.db'}")
        assert code == 2 and "leave out --store" in said, said
        code, said = shared.desk(person, f"{words} --key-file {place / 'own.key'}")
        assert code == 2 and "leave out --key-file" in said, said
    assert list(place.iterdir()) == [] and (shared.home / "key" / "store.key").read_bytes() == key


def test_what_is_written_reaches_the_person(shared: Service) -> None:
    code, said = shared.desk("bob", f"findings --out {shared.home / 'list.csv'} --format csv")
    assert code == 2 and not (shared.home / "list.csv").exists(), said
    # The folder that the manual has root make for what is written for staff.
    (made,) = (line for line in shared.filled("setup_service").splitlines() if line.strip().startswith("install -d"))
    subprocess.run(made.split(), check=True)
    page = Path(made.split()[-1]) / "held.html"
    code, said = shared.desk("ann", f"client everything 76579 --html --out {page}")
    assert code == 0 and f"The file is {shared.account('desk')}'s; you read it by the group" in said, said
    assert "Everything that is held" in shared.run("ann", f"cat {page}").stdout
    assert shared.run("eve", f"cat {page}").returncode != 0


def test_an_extract_is_written_into_a_folder_that_is_made_for_it_and_into_no_private_one(shared: Service) -> None:
    (made,) = (line for line in shared.filled("setup_service").splitlines() if line.strip().startswith("install -d"))
    subprocess.run(made.split(), check=True)
    place, private = Path(made.split()[-1]) / "new" / "place", shared.home / "key" / "new"
    give = f"{shared.command} roles set {shared.account('keyers')}"
    assert shared.run("desk", f"{give} month-end").returncode == 0
    person = [f"--reuid={shared.account('ann')}", "--init-groups", f"--regid={shared.account('ann')}"]
    command = ["setpriv", *person, "sudo", "-n", "-u", shared.account("desk"), str(shared.command)]
    home = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(shared.folder / "ann")}
    with Terminal(command, 80, 24, home) as terminal:
        terminal.until("would be sent")
        terminal.press("x")
        terminal.until("Standing")
        terminal.press("<f2>")
        terminal.until("one that gives its group what is written there")
        terminal.press(f"{private}<enter>")
        terminal.until("is not yours to write")
        terminal.press("<f2>")
        terminal.until("Folder on this host")
        terminal.press(f"<ctrl+u>{place}<enter>")
        terminal.until("The group of the folder above will be able to look into it.")
        terminal.press("m")
        terminal.until("To fetch it")
    assert not private.exists()
    assert shared.run("desk", f"{give} keying").returncode == 0
    assert "AGNCY" in shared.run("ann", f"cat {place}/*.csv").stdout
    assert shared.run("eve", f"ls {place}").returncode != 0


def test_forced_by_sshd_staff_land_in_the_program_and_nowhere_else(shared: Service, tmp_path: Path) -> None:
    sshd = needed("sshd", "/usr/sbin/sshd", "/usr/local/sbin/sshd")
    ssh, keygen = needed("ssh"), needed("ssh-keygen")
    folder = shared.folder / "ssh"
    folder.mkdir()
    for name in ("host", "own"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    settings = {
        "ListenAddress": "127.0.0.1", "Port": port, "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "own.pub",
        "PidFile": folder / "pid", "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no",
        "StrictModes": "no", "UsePAM": "no", "UseDNS": "no",
    }  # fmt: skip
    config = folder / "config"
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    config.write_text(lines + shared.filled("setup_service_sshd"))
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = subprocess.Popen([sshd, "-D", "-f", str(config), "-E", str(folder / "log")])
    base = [
        ssh,
        "-F",
        "none",
        "-o",
        "BatchMode=yes",
        "-o",
        f"IdentityFile={folder / 'own'}",
        "-o",
        "IdentitiesOnly=yes",
    ]
    base += ["-o", f"UserKnownHostsFile={folder / 'known'}", "-p", str(port), f"{shared.account('ann')}@127.0.0.1"]

    def asked(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*base, *words], capture_output=True, text=True, check=False)

    try:
        eventually(lambda: answers(port), "sshd")
        done = asked("roles", "list")
        assert f"{shared.account('ann')} has the role keying" in done.stdout, done.stdout + done.stderr
        for words in (["sh", "-c", "id"], ["roles list; id"], ["roles list && id"], ["$(id)"]):
            done = asked(*words)
            assert done.returncode != 0 and "uid=" not in done.stdout + done.stderr, done
    finally:
        server.terminate()
        server.wait()


def test_a_copy_is_brought_back_by_another_account_that_has_the_key(shared: Service) -> None:
    """On another machine nobody is called as here, and neither the service's store nor its groups are there."""
    done = shared.run("desk", f"{shared.command} backup copy.db")
    assert done.returncode == 0, done.stderr
    trial = shared.folder / "eve" / "trial"
    trial.mkdir()
    for source in (shared.home / "copy.db", shared.home / "key" / "store.key"):
        (trial / source.name).write_bytes(source.read_bytes())
        (trial / source.name).chmod(0o600)
    for path in (trial, *trial.iterdir()):
        os.chown(path, shared.number("eve"), shared.number("eve"))
    trial.chmod(0o700)
    own, its = own_command(shared), "--store trial/keywork.db --key-file trial/store.key"
    done = shared.run(
        "eve", f"{own} restore trial/copy.db {its} && {own} doctor {its} && {own} client show 76579 {its}"
    )
    assert done.returncode in (0, 1) and "WRONG" not in done.stdout and "> Client " in done.stdout, done


def own_command(shared: Service) -> Path:
    """The program for an account that has a store of its own."""
    own = shared.folder / "own-desk"
    text = shared.command.read_text()
    own.write_text("\n".join(line for line in text.splitlines() if "KEYWORK_" not in line) + "\n")
    own.chmod(0o755)
    return own


def test_one_person_with_a_store_of_their_own(shared: Service) -> None:
    done = shared.run("eve", f"KEYWORK_STORE= KEYWORK_KEY_FILE= {shared.command} roles list")
    assert done.returncode == 2 and "store" in done.stderr  # the service's, which eve cannot reach
    own = own_command(shared)
    done = shared.run("eve", f"{own} sample --clients 3 && {own} roles list && {own} doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{shared.account('eve')} has the role administrator" in done.stdout and "WRONG" not in done.stdout
    assert "one person" not in done.stderr and "advice" not in done.stderr
    store = shared.folder / "eve" / ".local" / "share" / "keywork" / "keywork.db"
    key = shared.folder / "eve" / ".config" / "keywork" / "store.key"
    for path in (store, key):
        assert path.stat().st_mode & 0o077 == 0
        assert shared.run("ann", f"cat {path}").returncode != 0
    done = shared.run("eve", f"chmod o+r {key}; {own} doctor")
    assert done.returncode == 2 and f"run chmod o-rwx {key}" in done.stderr
