"""Asking for a passphrase at the terminal, before any screen stands there."""

from getpass import getpass
from pathlib import Path

from validators.problems import Problem


def ask_passphrase(question: str) -> str:
    """A passphrase typed at the terminal, which does not show it. Raises Problem where there is none."""
    try:
        with Path("/dev/tty").open("r+b", buffering=0):
            pass
    except OSError:
        raise Problem("A passphrase is asked for, and there is no terminal to type it at: run this in one.") from None
    try:
        return getpass(question)
    except EOFError:
        raise KeyboardInterrupt from None
