"""The program's side of waiting for it: it says when everything that was typed has had its effect.

A program that the tests start is given one end of a socket. Whoever waits writes a number and how many seconds of a
timer are to be waited for; the number comes back once nothing is left to be read, handled, computed, drawn or sent.
Nothing of this is in the program itself: it is laid over the driver before the program begins.
"""

import asyncio
import os
import runpy
import select
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from textual.message_pump import MessagePump
from textual.screen import Screen

from tui.terminal.driver import EscapeDriver
from tui.terminal.key_queue import is_waiting

LINE = "KEYWORK_TEST_LINE"
"""The variable that names the descriptor of the program's end."""
LOOK_SECONDS = 0.003
ROUNDS = 2
"""What a signal or a thread has just handed to the loop is seen one round later."""


class RestLine:
    """Answers on a line whenever the app has come to rest."""

    def __init__(self, line: int, driver: EscapeDriver) -> None:
        self._line, self._driver, self._app = line, driver, driver._app
        self._number, self._seconds = b"", 0.0
        self._task: asyncio.Task[None] | None = None
        os.set_blocking(line, False)
        asyncio.get_running_loop().add_reader(line, self._asked)
        os.write(line, b"0\n")

    def _asked(self) -> None:
        data = os.read(self._line, 4096)
        if not data:  # the test is over
            asyncio.get_running_loop().remove_reader(self._line)
            return
        self._number, seconds = data.splitlines()[-1].split()
        self._seconds = float(seconds)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer(), name="at rest")

    async def _answer(self) -> None:
        rounds = 0
        while rounds < ROUNDS:
            rounds = rounds + 1 if self._is_at_rest() else 0
            await asyncio.sleep(0 if rounds else LOOK_SECONDS)
        os.write(self._line, self._number + b"\n")

    def _is_at_rest(self) -> bool:
        app: Any = self._app
        if not app._screen_stack or app._batch_count or not self._is_read() or not self._is_sent():
            return False
        keys = app.key_queue
        if keys._waiting or (keys._task is not None and not keys._task.done()):
            return False
        threads = getattr(app, "threads", None)
        if threads is not None and (threads._tasks or threads._unhurried):
            return False
        if any(not worker.is_finished for worker in app.workers):
            return False
        if app._first_frames._waiting or any(call.seconds <= self._seconds for call in getattr(app, "pending", ())):
            return False
        return not _is_undrawn(app.screen) and not any(self._is_busy(pump) for pump in _pumps(app))

    def _is_read(self) -> bool:
        """Whether nothing typed is left, neither at the terminal (which poll asks anew) nor begun as a sequence."""
        driver: Any = self._driver
        return driver._later is None and not select.select([driver.fileno], [], [], 0)[0]

    def _is_sent(self) -> bool:
        writer: Any = self._driver._writer_thread
        # The thread flushes what it wrote before it waits for more.
        return writer is None or (writer._queue.empty() and bool(writer._queue.not_empty._waiters))

    def _is_busy(self, pump: Any) -> bool:
        """Whether a part has something to handle, or waits a moment only before it goes on."""
        if pump._closed or pump._task is None:
            return False
        if not pump._running or pump._closing or not is_waiting(pump):
            return True
        return any(
            timer._repeat is not None
            and timer._interval <= self._seconds
            and timer._task is not None
            and not timer._task.done()
            for timer in pump._timers
        )


def _pumps(app: Any) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        found: list[Any] = [screen]
        for each in found:
            found.extend(each._nodes._nodes)
        yield from found


def _is_undrawn(screen: Screen[Any]) -> bool:
    return bool(
        screen._callbacks
        or screen._dirty_widgets
        or screen._layout_required
        or screen._repaint_required
        or screen._scroll_required
        or screen._recompose_required
    )


def answer_on(line: int) -> None:
    """Have the app that starts in this process answer on a line."""
    begin = EscapeDriver.start_application_mode
    lines: list[RestLine] = []

    def begun(driver: EscapeDriver) -> None:
        begin(driver)
        if not lines:
            lines.append(RestLine(line, driver))

    driver_class: Any = EscapeDriver
    driver_class.start_application_mode = begun


def run(module: str, arguments: Sequence[str]) -> None:
    """Run a program as `python -m module` does; it answers on the line that the environment names."""
    answer_on(int(os.environ.pop(LINE)))
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
