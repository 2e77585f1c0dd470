"""Real accounts of this machine, made for a test and gone after it; the service they share, set up by the manual."""

import grp
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.session.desk import MISSING, ROOT, needed
from tui.help import about


@dataclass(frozen=True)
class Service:
    """The accounts by what they are, the folder of it all, and the command that sudo lets staff run."""

    folder: Path
    mark: str
    python: str

    def account(self, name: str) -> str:
        """The account's name on this machine."""
        return f"kw{self.mark}{name}"

    def number(self, name: str) -> int:
        """The account's user id."""
        return pwd.getpwnam(self.account(name)).pw_uid

    @property
    def command(self) -> Path:
        """What /usr/local/bin/keywork-desk is in the manual."""
        return self.folder / "keywork-desk"

    @property
    def home(self) -> Path:
        """What /var/lib/keywork is in the manual."""
        return self.folder / "service"

    def filled(self, page: str) -> str:
        """A file of the manual, with the names of this machine."""
        text = "\n".join(about(page)) + "\n"
        for old, new in (
            ("/usr/local/bin/keywork-desk", str(self.command)),
            ("/var/lib/keywork", str(self.home)),
            ("/opt/keywork/bin/keywork", f"{self.python} -m tui.entry"),
            ("(keywork)", f"({self.account('desk')})"),
            ("-u keywork ", f"-u {self.account('desk')} "),
            ("-o keywork ", f"-o {self.account('desk')} "),
            ("keywork-staff", self.account("staff")),
        ):
            text = text.replace(old, new)
        return text

    def run(self, person: str, script: str, given: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Have a person run a line of shell, as after a log-in."""
        home = self.home if person == "desk" else self.folder / person
        clean = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(home), "LANG": "C.UTF-8", **(given or {})}
        command = ["setpriv", f"--reuid={self.account(person)}", "--init-groups"]
        command += [f"--regid={self.account(person)}", "sh", "-c", script]
        return subprocess.run(command, env=clean, cwd=home, capture_output=True, text=True, check=False)

    def desk(self, person: str, arguments: str, given: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Have a person give the program a command through sudo: its exit code, and all it said."""
        done = self.run(person, f"sudo -n -u {self.account('desk')} {self.command} {arguments}", given)
        return done.returncode, done.stdout + done.stderr


PEOPLE = ("desk", "ann", "bob", "cas", "eve")
"""The service; a keyer; one who reads only; one of the staff without a role; and one who is none of the staff."""


def _python() -> str:
    """An interpreter like this one that other accounts can run."""
    own = Path(sys.executable).resolve()
    candidates = (own, Path(f"/usr/bin/python3.{sys.version_info.minor}"))
    for one in candidates:
        if one.exists() and all(above.stat().st_mode & stat.S_IXOTH for above in (one, *one.parents)):
            return str(one)
    pytest.skip(f"a Python that other accounts can run {MISSING}the accounts' own rights were not tried")


@contextmanager
def service() -> Iterator[Service]:
    """Accounts, groups, the rule of sudo and the command, made as the manual says; all of it is gone afterwards."""
    if os.getuid() != 0:
        pytest.skip(f"the right to make accounts (root) {MISSING}the accounts' own rights were not tried")
    for program in ("sudo", "useradd", "userdel", "groupadd", "groupdel", "setpriv", "visudo"):
        needed(program)
    python = _python()
    if not all(above.stat().st_mode & stat.S_IXOTH for above in (ROOT, *ROOT.parents)):
        pytest.skip(f"a copy of the program that other accounts can read {MISSING}their own rights were not tried")
    folder = Path(tempfile.mkdtemp(prefix="keywork-accounts-"))
    folder.chmod(0o755)
    made = Service(folder, secrets.token_hex(2), python)
    groups = ("staff", "keyers", "readers")
    rule = Path("/etc/sudoers.d") / made.account("rule")
    try:
        for name in groups:
            subprocess.run(["groupadd", made.account(name)], check=True)
        for name in PEOPLE:
            home = made.home if name == "desk" else folder / name
            subprocess.run(["useradd", "-m", "-d", home, "-s", "/bin/sh", "-p", "*", made.account(name)], check=True)
            home.chmod(0o700)
        for name, its in (("ann", "staff keyers"), ("bob", "staff readers"), ("cas", "staff")):
            wanted = ",".join(made.account(one) for one in its.split())
            subprocess.run(["usermod", "-aG", wanted, made.account(name)], check=True)
        path = f"export PYTHONPATH={os.pathsep.join([str(ROOT), *filter(None, sys.path)])} PYTHONDONTWRITEBYTECODE=1\n"
        made.command.write_text(made.filled("setup_service_command").replace("umask 077\n", f"umask 077\n{path}"))
        made.command.chmod(0o755)
        rule.write_text(made.filled("setup_service_sudoers"))
        rule.chmod(0o440)
        subprocess.run(["visudo", "-c", "-f", rule], check=True, capture_output=True)
        yield made
    finally:
        rule.unlink(missing_ok=True)
        for name in PEOPLE:
            subprocess.run(["userdel", made.account(name)], check=False, capture_output=True)
        known = {one.gr_name for one in grp.getgrall()}
        for name in (*groups, *PEOPLE):
            if made.account(name) in known:
                subprocess.run(["groupdel", made.account(name)], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
