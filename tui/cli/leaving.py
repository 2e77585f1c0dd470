"""Leaving the program: an exit code, and for whatever went wrong one sentence on stderr, never a traceback."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tui.cli.context import obeyed_by_none
from tui.session.log import LOG
from tui.session.memory import collect_seldom
from validators.problems import Problem

_STOPPED = "Stopped; what was not finished was not written."


class Ended(BaseException):
    """Somebody ends the program, or its line was dropped. What is on its way is cleared on the way out."""

    def __init__(self, number: int) -> None:
        """Take the signal."""
        self.number = number


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Have a program that is ended, interrupted, or loses its line, go out as by an exception.

    As the system has it by default it would stop where it is, and leave half an extract in the clear in a file that
    nobody knows of. Whoever is to go on without the line (nohup) goes on. A host that goes down sends two signals at
    once, and who is in a hurry presses Ctrl+C again: neither changes anything while the program clears up, and whoever
    ends it then ends it at once.
    """

    def end(number: int, _: FrameType | None) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_IGN if each in _WHILE_CLEARING_UP else signal.SIG_DFL)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Ended(number)

    usual = (signal.SIG_DFL, signal.default_int_handler)
    numbers = _ENDING if threading.current_thread() is threading.main_thread() else ()
    heard = {number: found for number in numbers if (found := signal.getsignal(number)) in usual}
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    except KeyboardInterrupt:
        heard.pop(signal.SIGINT, None)  # what is still to be said and done is not broken into
        raise
    finally:
        for number, before in heard.items():
            signal.signal(number, before)


_ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)
_WHILE_CLEARING_UP = (signal.SIGHUP, signal.SIGINT)


def _log_what_nobody_catches() -> None:
    """What fails in a thread, or where nothing can be raised, goes to the log without its text: Python would print it,
    with whatever value stands in it, over the screen or behind it."""

    def note(told: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        if told.exc_value is not None:
            LOG.fault(told.exc_value)

    threading.excepthook = note
    sys.unraisablehook = note


def leave_with(call: Callable[[], object]) -> NoReturn:
    """Call a function and end the program with the exit code it gives (0 for what is no number)."""
    collect_seldom()
    _prepare_output()
    _log_what_nobody_catches()
    try:
        LOG.begin(_command)
        with ending_in_order():
            code = call()
            sys.stdout.flush()
    except Problem as problem:
        LOG.refused(problem)
        code = _say(str(problem))
    except KeyboardInterrupt:
        code = _say(_STOPPED)
    except Ended as ended:
        LOG.ended(128 + ended.number)
        os.kill(os.getpid(), ended.number)  # so that whoever waits for the program sees what ended it
        code = 128 + ended.number
    except BrokenPipeError:
        # Whoever read the output has gone (`| head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = _say(_told_of_file(error))
    except MemoryError:
        code = _say("There is not enough memory for this; try a smaller file or a larger host.")
    except Exception as error:
        LOG.fault(error)
        code = _say(_fault(error))
    LOG.ended(code if isinstance(code, int) else 0)
    sys.exit(code if isinstance(code, int) else 0)


def _command() -> str:
    """The command that is run, for the log; whatever else stands among the arguments may be a value."""
    from tui.cli.manual.examples import EXAMPLES

    arguments = sys.argv[1:]
    found = [name for name in EXAMPLES if name.split() == arguments[: len(name.split())]]
    return max(found, key=len, default="a command" if arguments else "the screens")


def _prepare_output() -> None:
    """Make sure that whatever is printed can be: anything may stand in a value, and the output may be closed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (until the program ends)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _say(sentence: str) -> int:
    print(obeyed_by_none(f"keywork: {' '.join(sentence.split())}"), file=sys.stderr)
    return 2


def _told_of_file(error: OSError) -> str:
    if error.filename is not None:
        from store.disk.files import unreached  # seldom: whoever opens a file says what became of it

        return str(unreached(error))
    return f"The result could not be written out ({(error.strerror or 'no reason given').lower()}): try again."


def _fault(error: Exception) -> str:
    """What can be told of a fault in the program without telling client data: its kind and its place."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}" if place else ""
    kind = type(error).__name__
    return f"The program failed ({kind}{where}); what was not finished was not written; please report this."
