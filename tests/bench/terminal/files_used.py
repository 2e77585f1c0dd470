"""The program, or a command of it, with a count of its own files that work: `files_used FILE [COMMAND ...]`.

Each file of which a function is called is noted. In the screens SIGRTMIN begins anew and SIGRTMAX writes what was noted
into FILE, one a line; a command writes it when it ends. Any other signal ends the program.
"""

import atexit
import signal
import sys
import threading
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[3]
ROOMS = tuple(f"{ROOT / room}/" for room in ("tui", "store", "exporters", "validators"))
FOUND: set[str] = set()


def note(frame: FrameType, event: str, argument: object) -> None:
    """Note whose function begins; the body of a module or a class, which is run when it is loaded, is none."""
    code = frame.f_code
    if event == "call" and code.co_flags & CO_OPTIMIZED and code.co_filename.startswith(ROOMS):
        FOUND.add(code.co_filename)


def write(place: Path) -> None:
    """Write what was noted."""
    made = place.with_suffix(".new")
    made.write_text("".join(f"{Path(one).relative_to(ROOT)}\n" for one in sorted(FOUND)), encoding="utf-8")
    made.rename(place)


def main() -> None:
    """Run the screens, or a command."""
    place = Path(sys.argv.pop(1))
    signal.signal(signal.SIGRTMIN, lambda *_: FOUND.clear())
    signal.signal(signal.SIGRTMAX, lambda *_: write(place))
    atexit.register(lambda: write(place))
    threading.setprofile(note)
    sys.setprofile(note)
    from tui.entry import run

    sys.argv[0] = "keywork"
    run()


if __name__ == "__main__":
    main()
