"""Names of sessions: what tells a program that still runs from one that was killed and could not say goodbye."""

import os
import uuid
from pathlib import Path

PROCESSES = Path("/proc")


def new_session() -> str:
    """A name for this run of the program. It tells the process, when that began, and where it can be looked for."""
    own = os.getpid()
    return f"{uuid.uuid4().hex}.{own}.{_began(own)}.{_room()}"


def set_aside() -> str:
    """A name that no run has: for what one leaves to be offered again."""
    return uuid.uuid4().hex


def is_dead(session: str) -> bool:
    """Whether a session's process is known to be gone; False where nobody can tell from here."""
    parts = session.split(".")
    if len(parts) != 4 or not parts[2] or parts[3] != _room():
        return False
    process = int(parts[1])
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it is there, and another person's
    # The number may have been given to another process since; whose beginning nobody shows us is taken for the same.
    return _began(process) not in ("", parts[2])


def _began(process: int) -> str:
    """When a process began, in the system's own count; `ended` when it has, empty when the system does not tell."""
    try:
        status = (PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name of the program stands in brackets, and may itself hold blanks and brackets.
    fields = status.rpartition(")")[2].split()
    return "ended" if fields[0] in "ZX" else fields[19]


def _room() -> str:
    """Which processes one sees from here: this start of this computer, and in it this container."""
    try:
        start = (PROCESSES / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{start}-{(PROCESSES / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""
