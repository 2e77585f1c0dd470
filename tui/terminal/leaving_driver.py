"""The driver of the terminal as far as it leaves: nothing of a client stays behind, and a dead line holds nobody.

It uses what Textual gives in public, but for the file that is written to, so that it serves where the rest of this
folder has to stand aside for another Textual.
"""

import errno
import os
import signal
import termios
from pathlib import Path
from typing import Any, TextIO

from textual.drivers import linux_driver

from tui.terminal import textual_private

NOTHING_LEFT = "\x1b[0m\x1b[2J\x1b[H"
"""Written before the alternate screen is left: of a window that was made taller tmux puts what stands on that screen
into the scroll-back."""


def can_be_resumed() -> bool:
    """Whether somebody would continue this process when it is stopped: a shell with job control, which is the parent of
    one of its process group and in another group of the same session."""
    process, group, session = os.getpid(), os.getpgrp(), os.getsid(0)
    try:
        while os.getpgid(process) == group:
            status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
            process = int(status.rpartition(")")[2].split()[1])
            if process == 0:
                return False
        return os.getsid(process) == session
    except OSError:
        # Nobody tells who the parents are. The leader of a session gives each job a group of its own.
        try:
            return os.getpgid(session) != group
        except OSError:
            return False


def is_there(terminal: int) -> bool:
    """Whether the line to a terminal is still open."""
    try:
        termios.tcgetattr(terminal)
    except termios.error as error:
        return error.args[0] not in (errno.EIO, errno.ENXIO, errno.EBADF)
    return True


class UnfailingFile:
    """The file that a driver's thread writes to. When the line is dead, what is written is dropped: Textual's thread
    would end, and the program wait for ever until somebody takes what it wants to say."""

    def __init__(self, file: TextIO) -> None:
        self._file: TextIO | None = file
        self.encoding = file.encoding
        self.fileno, self.isatty = file.fileno, file.isatty

    def write(self, text: str) -> int:
        """Write text, or drop it."""
        try:
            if self._file is not None:
                self._file.write(text)
        except (OSError, ValueError):
            self._file = None
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
        try:
            if self._file is not None:
                self._file.flush()
        except (OSError, ValueError):
            self._file = None


class LeavingDriver(linux_driver.LinuxDriver):
    """Textual's driver, which wipes the screen before it is left, and knows of lines that are dead and shells that are
    not there."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if textual_private.kept("line"):
            self._file: Any = UnfailingFile(self._file)
        self._stock_sleep: Any = signal.getsignal(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._sleep)

    @property
    def can_suspend(self) -> bool:
        """Whether there is somebody who would bring the program back."""
        return can_be_resumed()

    def _sleep(self, *given: Any) -> None:
        """SIGTSTP: what no shell could continue is not stopped, as the system has it by default."""
        if self.can_suspend:
            self._stock_sleep(*given)

    def write(self, data: str) -> None:
        """Write to the terminal; nothing while the program is asleep, or the terminal gone."""
        if self._is_writing():
            super().write(data)

    def _is_writing(self) -> bool:
        """Whether the terminal is the program's; taken for granted where nobody knows."""
        if not textual_private.kept("line"):
            return True
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def start_application_mode(self) -> None:
        """Take the terminal, at the start and after every sleep. One that is gone meanwhile ends the program."""
        if self.input_tty and not is_there(self.fileno):
            os.kill(os.getpid(), signal.SIGHUP)
            return
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # In the background Textual goes to sleep again, but not where the shell is gone: nobody would wake it.
        if not self._is_writing() and not can_be_resumed():
            os.kill(os.getpid(), signal.SIGHUP)

    def stop_application_mode(self) -> None:
        """Give the terminal back, with nothing on it."""
        self.write(NOTHING_LEFT)
        super().stop_application_mode()
