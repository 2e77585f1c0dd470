"""The end of a session that is told to end: within seconds, whatever the program is at, with what is typed kept.

A line that closes while output is in flight can have the program's loop wait for ever for somebody to take it. So the
loop is only asked first. What makes the end certain is a thread that the signal itself starts, and behind that the
system's own alarm.
"""

import _thread
import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from time import sleep
from types import FrameType

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)
"""A line that closes, a host that goes down, and somebody who wants the program to end."""
LOOP_SECONDS = 1.0
"""So long the loop has to begin the end; then what is typed is kept without it."""
LAST_SECONDS = 4.0
"""Longer than any flush of a draft; a hung line must not keep the process."""
ALARM_SECONDS = 8
"""What the system waits for a program that does not even get to its threads."""


class Ending:
    """Ends one app on a signal. `keep(name)` keeps what is typed, in whatever thread; `leave(code)` ends the app in its
    own loop."""

    def __init__(self, keep: Callable[[str], None], leave: Callable[[int], None]) -> None:
        self._keep, self._leave = keep, leave
        self._told: signal.Signals | None = None
        self._begun = threading.Lock()

    def listen(self) -> None:
        """From now on. Call it in the app's loop, in the main thread."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._in_the_loop, number)
            # In the place of the loop's own, which does nothing: the loop is told by the system all the same.
            signal.signal(number, self._at_once)

    def _at_once(self, number: int, _: FrameType | None) -> None:
        """Between two steps of the main thread, be it one that waits: nothing here may wait for a lock."""
        if self._told is None:
            self._told = signal.Signals(number)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(ALARM_SECONDS)
            _thread.start_new_thread(self._whatever_happens, (self._told,))

    def _in_the_loop(self, number: signal.Signals) -> None:
        if self._begun.acquire(blocking=False):
            try:
                self._keep(number.name)
            finally:
                self._leave(128 + number)

    def _whatever_happens(self, number: signal.Signals) -> None:
        sleep(LOOP_SECONDS)
        if self._begun.acquire(blocking=False):
            _thread.start_new_thread(self._without_the_loop, (number,))
        sleep(LAST_SECONDS - LOOP_SECONDS)
        os._exit(128 + number)

    def _without_the_loop(self, number: signal.Signals) -> None:
        with contextlib.suppress(Exception):
            self._keep(number.name)
        os._exit(128 + number)
