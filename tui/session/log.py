"""`KEYWORK_LOG=LEVEL:FILE`: a log for whoever mends faults, in which no client is named and no value stands.

What is written is made of the program's own words alone: which command, how long it took and with which exit code it
ended; of a fault its kind, and the lines of the program it came through. Arguments, options' values, sentences and the
texts of exceptions may hold what somebody keyed, and are never written.

A run of the program has one log, or none; without the variable nothing is loaded for it.
"""

import os
import re
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from validators.problems import Problem
from validators.version import VERSION

if TYPE_CHECKING:
    from logging import Logger

VARIABLE = "KEYWORK_LOG"
LEVELS = {"error": 40, "info": 20, "debug": 10}
"""As `logging` numbers them."""
PRIVATE = 0o600
MOST_PLACES = 99
_LINE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z [A-Z]+ [0-9]+ ")


class RunLog:
    """The log of one run of the program; before `begin`, and without a file, every call is nothing."""

    def __init__(self) -> None:
        self._logger: Logger | None = None
        self._began = time.monotonic()

    def begin(self, command: Callable[[], str]) -> None:
        """Open the log that the environment names, and note the command that is run. Raises Problem."""
        self._logger, self._began = None, time.monotonic()
        wanted = os.environ.get(VARIABLE, "")
        if not wanted:
            return
        name, colon, path = wanted.partition(":")
        if name not in LEVELS or not colon or not path:
            raise Problem(f"{VARIABLE} is not LEVEL:FILE: write a level ({', '.join(LEVELS)}), a colon and a file.")
        self._logger = _opened(path, LEVELS[name])
        python = ".".join(map(str, sys.version_info[:3]))
        self._logger.info("Keywork %s on Python %s: %s", VERSION, python, command())

    def refused(self, problem: Exception) -> None:
        """Something could not be done, and the person was told: where in the program, without the sentence."""
        if self._logger is not None:
            self._logger.info("refused at %s", _places(problem, 1))
            self._logger.debug("refused at %s", _places(problem, MOST_PLACES))

    def fault(self, error: BaseException) -> None:
        """The program failed: what kind of error, where, and what it came of."""
        at: BaseException | None = error
        seen: set[int] = set()
        while self._logger is not None and at is not None and id(at) not in seen:
            seen.add(id(at))
            self._logger.error("fault %s at %s", type(at).__name__, _places(at, MOST_PLACES))
            at = at.__cause__ or at.__context__

    def ended(self, code: object) -> None:
        """The program ends."""
        if self._logger is not None:
            self._logger.info("ended with %s after %.2f s", code, time.monotonic() - self._began)
            for handler in self._logger.handlers:
                with suppress(OSError):  # the disk may have filled up meanwhile
                    handler.close()
            self._logger = None


LOG = RunLog()


def _opened(path: str, level: int) -> "Logger":
    import logging

    try:
        file = Path(path).expanduser()
    except RuntimeError:
        raise Problem(f"{VARIABLE} begins its file with a home folder that nobody has: name it in full.") from None
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
        try:
            ours = _is_log(descriptor)
        finally:
            os.close(descriptor)
        if not ours:
            raise Problem(f"{file} is a file of something else, and a log would be added to it: name another one.")
        handler = logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        reason = (error.strerror or "the system gave no reason").lower()
        raise Problem(f"The log {file} could not be written ({reason}): name another file in {VARIABLE}.") from None
    form = logging.Formatter(f"%(asctime)sZ %(levelname)s {os.getpid()} %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    # What cannot be written is dropped: else a traceback would stand over the screen, or behind what a command says.
    logging.raiseExceptions = False
    logger = logging.Logger("keywork", level)
    logger.addHandler(handler)
    return logger


def _is_log(descriptor: int) -> bool:
    """Whether an open file is empty, or a log: lines behind the store, or its key, would break it."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return True
    begins = os.pread(descriptor, 80, 0)
    return not begins or _LINE.match(begins) is not None


def _places(error: BaseException, most: int) -> str:
    """The lines of program that an exception came through, the innermost first."""
    from traceback import extract_tb

    found = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in extract_tb(error.__traceback__)]
    return " < ".join(found[::-1][:most]) or "an unknown place"
