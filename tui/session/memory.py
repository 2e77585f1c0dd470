"""The memory of a session whose threads read a large store, and when it is looked through for what nobody needs."""

import gc
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_USUAL = gc.get_threshold()
_SELDOM = 50_000


@cache
def _library() -> "ctypes.CDLL":
    import ctypes  # a command has no need of it

    return ctypes.CDLL(None)


def collect_seldom() -> None:
    """Look through what is made a seventieth as often: while modules are loaded nearly all of it stays.

    Measured: a sixth of the time that loading takes. A command leaves it so, a session until it has settled.
    """
    gc.set_threshold(_SELDOM, *_USUAL[1:])


def keep_one_heap() -> None:
    """Have all threads share one heap, where the C library knows several: each keeps what its thread once needed.

    Call it before there are threads. Measured with 200,000 clients: 6 to 8 MiB of a session. Does nothing elsewhere.
    """
    mallopt = getattr(_library(), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def leave_out_tls() -> None:
    """Have asyncio do without TLS, which it knows how to: the program speaks to no network.

    Call it before asyncio is imported. Measured: 4 MiB of a session, and a fiftieth of a second of its start.
    """
    sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]


def settle() -> None:
    """Forget what starting left behind, and look no more through what stays for good: that takes a twentieth of a
    second each time. Call it once, in a thread, when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)
    give_back()


def rest() -> None:
    """Give back all that can be had while nobody types: some hundredths of a second. Call it in a thread."""
    gc.collect()
    give_back()


def give_back() -> None:
    """Give the system what the C library keeps for later, where it knows how: about a millisecond. Call it in a thread.

    Pages of a store, of connections that came and went, are most of it.
    """
    trim = getattr(_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)
