"""What a process that will hold the key of a store closes before it does anything else."""

import ctypes
import os
import resource

_SET_DUMPABLE = 4  # PR_SET_DUMPABLE of linux/prctl.h


def seal() -> None:
    """Leave no core, let nobody of the same account look into this process, and obey nothing that is meant for Textual.

    A core dump would have the key and the data. Textual's variables name a file that every key is written to, and a
    module to be loaded.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where cores go to a program rather than into a file, nobody asks the limit, but whether there may be one at all.
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_SET_DUMPABLE, 0, 0, 0, 0)
