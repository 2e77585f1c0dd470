"""A program under a real pseudo-terminal with an emulated screen: what a person at a terminal would see.

Tests say what is typed and what is seen then. Nothing here judges by the clock: times only bound how long is waited.
"""

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyte

from tests import at_rest
from tests.warm_start import LOADED, warm

MARKED = {*LOADED, "tui.cli.main"}
"""The programs that say when they have come to rest."""
OF_EACH_START = ("DEMO_", "HOME", "KEYWORK_", "NO_COLOR", "COLORTERM", "PATH", "SSH_", "TERM", "TMPDIR", "XDG_")
"""What may be set differently in a program whose code was loaded before; another language, say, may not."""
FALL_BACK_SECONDS = 0.5
"""After so long a silence of a program that neither says that it rests nor works, it is taken to wait for the test."""
FUNCTION_KEYS = {
    **dict(zip(("f1", "f2", "f3", "f4"), ("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"), strict=True)),
    **{f"f{number}": f"\x1b[{code}~" for number, code in zip(range(5, 11), (15, 17, 18, 19, 20, 21), strict=True)},
}
KEYS = {
    **FUNCTION_KEYS,
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "alt+left": "\x1b[1;3D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
"""What terminals send for the keys that have a name."""


def keys(text: str) -> str:
    """Typed text with named keys in angle brackets, as bytes to be: `keys("ab<tab>c<f2>")`."""
    out, rest = "", text
    while rest:
        before, opened, rest = rest.partition("<")
        out += before
        if opened:
            name, closed, after = rest.partition(">")
            if closed and name in KEYS:
                out, rest = out + KEYS[name], after
            else:
                out += "<"
    return out


def split_keys(text: str) -> list[str]:
    """The single keys of a text with names in angle brackets, each as `keys` takes it."""
    parts = re.findall("<[^<>]+>|.", text)
    return [key for part in parts for key in ([part] if part.strip("<>") in KEYS else part)]


@dataclass(frozen=True)
class Answer:
    """What came back after keys: how many bytes, and seconds from the write to the first and to the last of them."""

    data: bytes
    first: float
    last: float

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.data)


class _Screen(pyte.Screen):
    """pyte knows no private prefix other than ?; sequences such as the keyboard protocol's are none of the screen's."""

    def set_margins(self, *args: int | None, **kwargs: object) -> None:
        if not kwargs:
            super().set_margins(*args)

    def report_device_status(self, *args: object, **kwargs: object) -> None:
        """The emulator answers nothing: what it wrote would be typed into the program."""


class Terminal:
    """A program running under a pseudo-terminal. Use it in a `with`; leaving ends the program."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str | None] | None = None,
        cwd: str | None = None,
    ) -> None:
        """Start `command`; `env` is laid over the usual environment of a terminal reached by SSH, None removes."""
        self.screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        for name in ("COLORTERM", "NO_COLOR", "LC_ALL", "TERM_PROGRAM", "COLUMNS", "LINES"):
            environment.pop(name, None)
        for name, value in (env or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self._status: int | None = None
        self._line: socket.socket | None = None
        self._asked = 0
        self._warm = False
        module = command[2] if list(command[:2]) == [sys.executable, "-m"] else ""
        if module not in MARKED:
            self._start(command, environment, cwd, size)
            return
        self._line, other = socket.socketpair()
        self._line.setblocking(False)
        with other:
            self._warm = module in LOADED and all(name.startswith(OF_EACH_START) for name in env or {})
            if self._warm:
                self.fd, slave = os.openpty()
                fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
                self.pid = warm(module).start(command[3:], environment, cwd or str(Path.cwd()), slave, other.fileno())
                self._module = module
                os.close(slave)
                return
            os.set_inheritable(other.fileno(), True)
            environment[at_rest.LINE] = str(other.fileno())
            command = [sys.executable, "-m", "tests.at_rest", *command[2:]]
            self._start(command, environment, cwd, size)

    def _start(self, command: Sequence[str], environment: Mapping[str, str], cwd: str | None, size: bytes) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The size has to be there before the program asks for it.
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(command[0], list(command), environment)
        # A program that is started later must not hold this one's terminal open.
        os.set_inheritable(self.fd, False)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program if it still runs."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        os.close(self.fd)
        if self._line is not None:
            self._line.close()

    def wait(self) -> int:
        """Wait for the program to end; its exit code, negative for a signal."""
        while self._status is None:
            self._read(0.02)
            if (status := self._ended()) is not None:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def _ended(self) -> int | None:
        if self._warm:
            return warm(self._module).ended(self.pid)
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return status if pid else None

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def _read(self, seconds: float) -> bytes:
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return b""
        self.raw += data
        # The keyboard protocol's private sequences (ESC [ > 1 u) are drawn as text by pyte, which knows no such prefix.
        for sequence in (b"\x1b[>25u", b"\x1b[<u", b"\x1b[?2026$p", b"\x1b[?2048$p"):
            data = data.replace(sequence, b"")
        self._stream.feed(data)
        return data

    def until_quiet(self, seconds: float = 0.25, most: float = 20.0) -> Answer:
        """Read until what was typed has had its effect.

        A program of ours says when it has come to rest, after timers of up to so many seconds too. Of any other, and
        of one that is kept waiting, that is believed when nothing has come for so long and it does not work: a busy
        machine makes it late, not quiet.
        """
        start = silent = time.perf_counter()
        came, first, last = b"", 0.0, 0.0
        patience = seconds if self._line is None else max(seconds, FALL_BACK_SECONDS)
        self._ask(seconds)
        while (now := time.perf_counter()) - start < most:
            rests = self._answered(patience - (now - silent))
            # All that was written before the answer is there to be read when it comes: select asks the terminal anew.
            while data := self._read(0.0):
                silent = time.perf_counter()
                last = silent - start
                first = first or last
                came += data
            if rests:
                break
            if time.perf_counter() - silent >= patience:
                if not self._works():
                    break
                silent = time.perf_counter()
        return Answer(came, first, last)

    def _ask(self, seconds: float) -> None:
        """Have the program say when it has come to rest."""
        if self._line is not None:
            self._asked += 1
            with contextlib.suppress(OSError):  # it has ended
                self._line.send(b"%d %f\n" % (self._asked, seconds))

    def _answered(self, seconds: float) -> bool:
        """Wait for output or an answer; whether the program rests, or has ended."""
        line = [] if self._line is None else [self._line.fileno()]
        ready = select.select([self.fd, *line], [], [], max(0.0, seconds))[0]
        if self._line is None or self._line.fileno() not in ready:
            return False
        try:
            data = self._line.recv(4096)
        except OSError:
            data = b""
        return not data or data.splitlines()[-1] == b"%d" % self._asked

    def silence(self, seconds: float) -> int:
        """Read for so long, whatever comes: how many bytes."""
        end, size = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            size += len(self._read(left))
        return size

    def _works(self) -> bool:
        """Whether a thread of the program runs, would run if a processor were free, or waits for the disk."""
        return bool(self._states() & {"R", "D"})

    def _states(self) -> set[str]:
        """What the threads of the program do, by the letters of the system."""
        states = set()
        for stat in Path(f"/proc/{self.pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):  # the thread has ended meanwhile
                states.add(stat.read_text().rpartition(")")[2].split()[0])
        return states

    def until(self, wanted: str | Callable[["Terminal"], bool], most: float = 20.0) -> None:
        """Read until the screen shows a text, or a condition holds; AssertionError with the screen if it never does."""
        end = time.perf_counter() + most
        while not (self.shows(wanted) if isinstance(wanted, str) else wanted(self)):
            if time.perf_counter() > end:
                raise AssertionError(f"never seen: {wanted!r}\n{self.text()}")
            self._read(0.02)

    def shows(self, text: str) -> bool:
        """Whether some line of the screen has the text."""
        return any(text in line for line in self.lines())

    def send(self, text: str) -> None:
        """Write keys in one piece; `keys` makes them from names."""
        data = text.encode()
        while data:
            # A long burst must be read against, or both ends of the pseudo-terminal fill up.
            data = data[os.write(self.fd, data[:512]) :]
            if data:
                self._read(0.0)

    def press(self, text: str, quiet: float = 0.25) -> Answer:
        """Type `keys(text)` in one write and read until quiet."""
        self.send(keys(text))
        return self.until_quiet(quiet)

    def slowly(self, text: str, quiet: float = 0.06) -> None:
        """Type one key after the other, each when the last has had its effect."""
        for key in split_keys(text):
            # A lone Escape is told from a sequence only after a tenth of a second.
            self.press(key, max(quiet, 0.25) if key == "<escape>" else quiet)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, as dragging its corner does."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def lines(self) -> list[str]:
        """The screen as text, line by line, without trailing blanks."""
        # Not pyte's own `display`, which fails on a half of a wide character that stands alone.
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return ["".join(buffer[row][column].data for column in columns).rstrip() for row in range(self.screen.lines)]

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines())

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the real cursor."""
        return self.screen.cursor.x, self.screen.cursor.y

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Every cell: character, colours, attributes."""
        return [
            [self.screen.buffer[row][column] for column in range(self.screen.columns)]
            for row in range(self.screen.lines)
        ]
