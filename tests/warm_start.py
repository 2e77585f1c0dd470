"""Programs started at once: one process has loaded the code, and each start is a copy of it, under its own terminal.

Loading takes a second of processor time, most of what a short test needs. What a program is told by its environment,
its arguments and its folder is each start's own; a test of the start itself, or of another language than the tests'
own, starts the program anew (see `Terminal`).
"""

import atexit
import contextlib
import fcntl
import gc
import json
import os
import pkgutil
import socket
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper

from tests import at_rest

WIDGETS = ("tui.terminal", "tui.widgets")
LOADED = {
    "tests.form.form_app": (*WIDGETS, "tui.form", "validators"),
    "tests.frame.demo": WIDGETS,
    "tests.screens.asking_program": WIDGETS,
    "tests.screens.program": ("tui.app", "tui.form", "exporters", "store", "validators"),
}
"""The programs of the tests, and the packages whose modules they need.

Of the screens those whose actions the program asks for first: were all loaded, none could be found to forget what it
depends on.
"""


class WarmProgram:
    """The process that has loaded what one program needs."""

    def __init__(self, module: str) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}
        environment.pop("LC_ALL", None)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm_start", module, str(other.fileno())],
                env=environment,
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: str, terminal: int, line: int
    ) -> int:
        """Start a copy on the slave side of a terminal; its process id."""
        ask = json.dumps({"arguments": list(arguments), "environment": dict(environment), "folder": folder})
        socket.send_fds(self._socket, [ask.encode()], [terminal, line])
        return self._answer()

    def ended(self, pid: int) -> int | None:
        """What `waitpid` gives for a copy that has ended; None while it runs."""
        self._socket.send(json.dumps({"pid": pid}).encode())
        status = self._answer()
        return None if status < 0 else status

    def _answer(self) -> int:
        data = self._socket.recv(64)
        assert data, "the process that starts the programs has ended"
        return int(data)

    def stop(self) -> None:
        """Start no more."""
        self._socket.close()
        self._process.wait()


_warm: dict[str, WarmProgram] = {}


def warm(module: str) -> WarmProgram:
    """The process for a program of `LOADED`, begun when it is first asked for and ended with this one."""
    if module not in _warm:
        _warm[module] = WarmProgram(module)
        atexit.register(_warm[module].stop)
    return _warm[module]


def _load(packages: Sequence[str]) -> None:
    for package in packages:
        found = import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if "migrations." not in module.name:
                import_module(module.name)
    if "tui.app" in packages:
        from tui.screens.registry import know_actions

        know_actions()


def _renew(name: str, number: int) -> None:
    like: TextIOWrapper = getattr(sys, name)
    stream = open(number, like.mode, 1, like.encoding, like.errors, closefd=False)  # noqa: SIM115 (until the program ends)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _serve(module: str, asked: socket.socket) -> None:
    """Start copies until nobody asks any more; in a copy, return as the program that it is."""
    while True:
        data, descriptors, _, _ = socket.recv_fds(asked, 1 << 17, 2)
        if not data:
            return
        ask = json.loads(data)
        if "pid" in ask:
            pid, status = os.waitpid(ask["pid"], os.WNOHANG)
            asked.send(str(status if pid else -1).encode())
            continue
        pid = os.fork()
        if pid:
            for descriptor in descriptors:
                os.close(descriptor)
            asked.send(str(pid).encode())
            continue
        asked.close()
        terminal, line = descriptors
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(terminal, number)
        os.close(terminal)
        # Those of this process know what they were opened on: a file can be sought in, a terminal cannot.
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            _renew(name, number)
        os.environ.clear()
        os.environ.update({**ask["environment"], at_rest.LINE: str(line)})
        os.chdir(ask["folder"])
        at_rest.run(module, ask["arguments"])
        return


if __name__ == "__main__":
    _load(LOADED[sys.argv[1]])
    gc.collect()
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        _serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
