"""The driver of the terminal, with Escape told from a longer sequence at once when more is already there;
and an end that leaves nothing of a client behind and lets a dead line hold nobody.

A terminal sends Escape as the first byte of every function key. Textual waits 100 ms for the rest and reads `Escape x`
in one burst as Alt+x, or even as a typed `^`. No letter of this program is typed with Alt (arrows are: they open a
sequence), so an Escape followed by something that opens none is Escape, and what follows is typed after it: a burst
means what slow typing means.
"""

import asyncio
import errno
import os
import re
import signal
import termios
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers import linux_driver
from textual.keys import Keys
from textual.message import Message

from tui.terminal import textual_private

NOTHING_LEFT = "\x1b[0m\x1b[2J\x1b[H"
"""Written before the alternate screen is left: of a window that was made taller tmux puts what stands on that screen
into the scroll-back."""
# What follows Escape inside a sequence: CSI, or the final letters of SS3 that function keys have. A further Escape
# begins something of its own: taken together Textual knows no such sequence, and types ^ and [ for the two.
ALONE = re.compile("\x1b(?!\\[|O(?:[A-DFHIMP-Y]|\\Z)|\\Z)")
# PuTTY's VT100+ goes on after F4 where others send CSI sequences.
VT100_PLUS = dict(zip("TUVWXY", (Keys.F5, Keys.F6, Keys.F7, Keys.F8, Keys.F9, Keys.F10), strict=True))
_known: Any = ANSI_SEQUENCES_KEYS
_known.update({f"\x1bO{letter}": (key,) for letter, key in VT100_PLUS.items()})
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
# A start of a paste cut in two by the end of a read; shorter beginnings are those of other keys too.
CUT_STARTS = ("\x1b[20", "\x1b[200")
# An Escape at the end of a read: what comes next says whether it stands alone. A line over SSH cuts anywhere.
OPEN = re.compile("\x1bO?\\Z")
# What a terminal answers to whatever was run before and asked it something: a line over SSH brings it late.
ANSWER = re.compile("\x1b\\]\\d+;[^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b(?:P|_G)[^\x1b]{1,200}\x1b\\\\")
CUT_ANSWER = re.compile("\x1b(?:\\]\\d+;|P(?:[01][+$]r|[>!]\\|)|_G)[^\x07\x1b]{0,200}\x1b?\\Z")
UNKNOWN_SEQUENCE = re.compile("\x1b\\[(?:[=>?][0-9;:]*|[0-9;:]+)[@-~]")
# Caps Lock and the other locks, Shift, Ctrl and the other keys that only change what others mean. Terminals that tell
# every key apart send them as keys of their own.
ONLY_HELD = re.compile("\x1b\\[(?:5735[89]|57360|5744[1-9]|5745[0-4])(?:;[0-9;:]*)?u")
DIGITS_OF_THE_KEYPAD = "\x1b>"
"""What ran before may have left the keypad to send sequences, which begin with Escape, for its digits."""
READ_AT_ONCE = 4096
PASTE_SECONDS = 3.0
"""After so long without a byte the end of a paste may have been lost on the way: then keys are keys again."""
LONGEST_KEY = 16
"""What is longer and comes at once was typed by nobody: it is the rest of a paste whose line stood still."""


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
        self._line: int | None = None
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

    def write_now(self, data: str) -> None:
        """Write to the terminal in this very thread what it takes at once, and the rest as `write` does.

        A thread that is woken for an echo costs as much as what it writes, and on a busy machine its turn comes late.
        """
        if self._line is not None and data.isascii() and self._has_written():
            with suppress(OSError):  # the line takes nothing now, or is dead: who writes in the thread finds out
                data = data[os.write(self._line, data.encode("ascii")) :]
        if data:
            self.write(data)

    def _has_written(self) -> bool:
        """Whether all that was to be written before is written: the thread waits for more only then."""
        queue: Any = getattr(self._writer_thread, "_queue", None)
        if queue is None or not self._is_writing():
            return False
        # Python's own, of no promised name: where that is another one, the thread writes all.
        return queue.empty() and bool(getattr(queue.not_empty, "_waiters", ()))

    def _open_line(self) -> None:
        """The terminal once more, for writing that waits for nothing: to have that at a descriptor which others share,
        the shell above for one, would be theirs too."""
        if self._line is None and textual_private.kept("line"):
            with suppress(OSError):
                flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
                self._line = os.open(os.ttyname(self._file.fileno()), flags)

    def close(self) -> None:
        """The end: all that is to be written is."""
        super().close()
        if self._line is not None:
            os.close(self._line)
            self._line = None

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
        if self._is_writing():
            self.write(DIGITS_OF_THE_KEYPAD)
            self._open_line()
        # In the background Textual goes to sleep again, but not where the shell is gone: nobody would wake it.
        if not self._is_writing() and not can_be_resumed():
            os.kill(os.getpid(), signal.SIGHUP)

    def stop_application_mode(self) -> None:
        """Give the terminal back, with nothing on it."""
        self.write(NOTHING_LEFT)
        super().stop_application_mode()


class PromptEscapeParser(XTermParser):
    """Textual's parser of terminal input, given each lone Escape as a key of its own, and pastes whole.

    Textual's own reads an Escape inside a pasted text as keys that come before the paste.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: str | None = None
        self._cut = self._open = ""
        self._open_until = self._paste_until = 0.0

    def tick(self) -> Iterable[Message]:
        """What nothing has followed for long enough is the Escape key."""
        if self._open and monotonic() >= self._open_until:
            yield from self._alone()
        yield from super().tick()

    @property
    def is_waiting(self) -> bool:
        """Whether time may decide what the last bytes were."""
        return bool(self._open) or self._timeout_time is not None

    def _lost_its_end(self, data: str) -> bool:
        """Whether what comes now is typed, though a paste was never ended."""
        assert self._pasted is not None
        ends = PASTE_END in self._pasted[-len(PASTE_END) :] + data
        return not ends and len(data) <= LONGEST_KEY and monotonic() >= self._paste_until

    def _alone(self) -> Iterable[Message]:
        after, self._open = self._open[1:], ""
        yield events.Key("escape", "\x1b")
        if after:
            yield from super().feed(after)

    def _fed(self, piece: str) -> Iterable[Message]:
        """The events of what holds no lone Escape. Of a sequence that breaks off Textual types ^ for its Escape."""
        for event in super().feed(piece):
            is_typed = not isinstance(event, events.Key) or event.key != "circumflex_accent" or "^" in piece
            yield event if is_typed else events.Key("escape", "\x1b")

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys of a sequence; none where it names a character that there is not: noise, or what was pasted raw; and
        none where it is whole and nobody knows it: what a terminal answers is typed by nobody; or is only held."""
        try:
            found = list(super()._sequence_to_key_events(sequence, alt))
            if ONLY_HELD.fullmatch(sequence) or (not found and UNKNOWN_SEQUENCE.fullmatch(sequence)):
                return [events.Key(Keys.Ignore, sequence)]
            for key in found:
                (key.character or "").encode()
        except (ValueError, OverflowError):
            return [events.Key(Keys.Ignore, sequence)]
        return found

    def feed(self, data: str) -> Iterable[Message]:
        """The events in a piece of input, in order."""
        if not data:
            if self._open:
                yield from self._alone()
            yield from super().feed(data)
            return
        data, self._cut, self._open = self._cut + self._open + data, "", ""
        while data:
            if self._pasted is not None:
                if self._lost_its_end(data):
                    text, self._pasted = self._pasted, None
                    if text:
                        yield events.Paste(text.replace("\x00", ""))
                    continue
                self._paste_until = monotonic() + PASTE_SECONDS
                text, mark, data = (self._pasted + data).partition(PASTE_END)
                self._pasted = None if mark else text
                if mark:
                    yield events.Paste(text.replace("\x00", ""))
                continue
            typed, mark, data = data.partition(PASTE_START)
            yield from self._keys_of(ANSWER.sub("", typed), is_cut=not mark)
            if mark:
                yield from self._alone() if self._open else ()  # before what is pasted
                self._pasted, self._paste_until = "", monotonic() + PASTE_SECONDS

    def _keys_of(self, typed: str, *, is_cut: bool) -> Iterable[Message]:
        """What is typed; where the input ends with it, what may go on in the next piece is kept for that."""
        if is_cut and typed.endswith(CUT_STARTS):
            start = typed.rindex("\x1b")
            typed, self._cut = typed[:start], typed[start:]
        elif is_cut and (cut := CUT_ANSWER.search(typed)):
            typed, self._cut = typed[: cut.start()], cut[0]
        *before, last = ALONE.split(typed)
        if opened := OPEN.search(last):
            last, self._open = last[: opened.start()], opened[0]
            self._open_until = monotonic() + ESCAPE_DELAY
        for piece in before:
            if piece:
                yield from self._fed(piece)
            yield events.Key("escape", "\x1b")
        if last:
            yield from self._fed(last)


class EscapeDriver(LeavingDriver):
    """The driver with the parser above, read where the keys are handled.

    Textual reads in a thread that wakes ten times a second and hands every key over to the loop: a tenth of what a
    character costs, and never a rest for the host of many open sessions. Here the loop itself waits for the terminal.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._reading: asyncio.AbstractEventLoop | None = None
        self._later: asyncio.TimerHandle | None = None

    def _run_input_thread(self) -> None:
        """The thread that Textual starts ends at once."""

    def start_application_mode(self) -> None:
        """As Textual has it, and read from now on."""
        before = self._key_thread
        super().start_application_mode()
        if self._key_thread is before:
            return  # the program is in the background, and Textual puts it to sleep again
        self._parser = PromptEscapeParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._reading = asyncio.get_running_loop()
        self._reading.add_reader(self.fileno, self._read)

    def disable_input(self) -> None:
        """Stop reading; what nobody has read yet is dropped."""
        self._stop_reading()
        super().disable_input()

    def _stop_reading(self) -> None:
        if self._later is not None:
            self._later.cancel()
        if self._reading is not None:
            self._reading.remove_reader(self.fileno)
        self._reading = self._later = None

    def _read(self) -> None:
        try:
            data = os.read(self.fileno, READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._stop_reading()  # it would be read for ever
            os.kill(os.getpid(), signal.SIGHUP)  # which the line sends only to those whose own it is
            return
        if text := self._decode(data):
            self._hand_on(self._parser.feed(text))
        self._tick()

    def _tick(self) -> None:
        """What was begun and goes on no further is a key of its own; look again while that may still be so."""
        self._hand_on(self._parser.tick())
        if self._later is not None:
            self._later.cancel()
        waits = self._reading is not None and self._parser.is_waiting
        self._later = self._reading.call_later(ESCAPE_DELAY / 2, self._tick) if waits and self._reading else None

    def _hand_on(self, found: Iterable[Message]) -> None:
        try:
            for message in found:
                self.process_message(message)
        except Exception as error:
            self._app._handle_exception(error)

    def send_message(self, message: Message) -> None:
        """Give the app a message: at once from the loop it runs in, else by way of that."""
        if asyncio._get_running_loop() is self._loop:
            getattr(self._app, "take", self._app.post_message)(message)
        else:
            super().send_message(message)

    def set_mouse(self, on: bool) -> None:
        """Turn the reporting of the mouse on or off, now and after every resume."""
        if on:
            self._mouse = True
            self._enable_mouse_support()
        else:
            self._disable_mouse_support()
            self._mouse = False

    @property
    def encoding(self) -> str:
        """The encoding that text is written in, in Python's usual spelling."""
        return (getattr(self._file, "encoding", None) or "utf-8").lower()
