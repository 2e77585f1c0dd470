"""`keywork key`: where the store's key is, a second copy of it, how it is kept, and another one in its place."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from store.disk import key_copy, keys, rekey
from store.facts import Who
from store.store import Store
from tui.cli.context import now, opened, person
from tui.cli.options import KeyOption, StoreOption
from tui.session.passphrase import ask_passphrase
from tui.widgets.text import printable
from validators.problems import Problem

commands = typer.Typer()
group = typer.Typer(help="The store's key: a second copy of it, a passphrase for it, another one in its place.")
commands.add_typer(group, name="key")

SHOWN_AND_GONE = "\x1b[H\x1b[2J\x1b[3J"
"""Clears the screen of a terminal and what can be scrolled back to."""


def _note(store: Store, act: str, new: str | None = None) -> None:
    """Note in the audit what is done with the key; refused to whoever may not."""
    with store.writing(Who(person(store.path), now())) as unit:
        unit.chain.add(act, "store", "", "key", None, new)


@group.command("where")
def where(store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Say where the key is and how it is kept."""
    with opened(store, key_file) as found:
        told = {
            "file": "as it is",
            "passphrase": "behind a passphrase, which is asked for at the start",
            "command": "by the name of a command that prints it",
        }
        print(printable(f"{found.key_file}: the key of {found.path}, {told[keys.source_of(found.key_file)]}."))
        print("Without the key nothing in the store can be read, by anybody: keep a second copy (keywork key show).")
    return 0


@group.command("show")
def show(store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Show the key once, to be written down and typed back in part; then wipe it off the screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem("The key is shown on a terminal alone, to be copied by hand: run this in one.")
    with opened(store, key_file) as found:
        found.do(Who(person(found.path), now()), key_copy.note, key_copy.SHOW)
        pieces = key_copy.groups(found.ground.key)
        print("The key, in groups that are numbered. Copy them to a place that is safe and not on this computer.\n")
        for row in key_copy.rows(pieces):
            print(f"   {row}")
        try:
            input("\nEnter when it is copied; it is then wiped off the screen. ")
        except EOFError:
            raise KeyboardInterrupt from None
        finally:
            print(SHOWN_AND_GONE, end="", flush=True)
        for number in key_copy.drawn(pieces):
            key_copy.require(pieces, {number: ask_passphrase(f"Group {number} of your copy: ")})
        found.do(Who(person(found.path), now()), key_copy.note, key_copy.TYPED_BACK)
    print("The copy is right as far as it was asked for. With it, the store and Keywork everything can be read again.")
    return 0


@group.command("passphrase")
def passphrase(
    remove: Annotated[bool, typer.Option("--remove", help="Keep the key as it is in its file again.")] = False,
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Keep the key behind a passphrase, which is asked for at each start. The key stays the same."""
    with opened(store, key_file) as found:
        if remove:
            _note(found, "set", "file")
            keys.put_in_file(found.ground.key)
            print(printable(f"{found.key_file}: the key as it is."))
            return 0
        first = ask_passphrase("A passphrase for the store's key: ")
        if first != ask_passphrase("The same again: "):
            raise Problem("Those are two passphrases: type the same one twice.")
        _note(found, "set", "passphrase")
        keys.put_behind_passphrase(found.ground.key, first)
    print(printable(f"{found.key_file}: behind the passphrase. Whoever forgets it needs the second copy of the key."))
    return 0


@group.command("command")
def command(
    line: Annotated[str, typer.Argument(metavar="COMMAND", help="A program by its full path, and what it is given.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Have a command print the key at each start, and keep it in no file. It must print this store's key already."""
    with opened(store, key_file) as found:
        _note(found, "set", "command")
        keys.put_behind_command(found.ground.key, line)
    print(printable(f"{found.key_file}: the key is what the command prints."))
    return 0


@group.command("change")
def change(store: StoreOption = None, key_file: KeyOption = None) -> int:
    """Give the store another key, in the same file. Nobody else may have the store open."""
    with opened(store, key_file) as found:
        if keys.source_of(found.key_file) != "file":
            raise Problem("The key is not kept as it is: run keywork key passphrase --remove first, then change it.")
        _note(found, "change")
        path, key = found.path, found.ground.key
    _leave_alone(path)
    kept = rekey.change(path, key)
    print(printable(f"{path}: under a new key in {key.path}; keep a second copy of it (keywork key show)."))
    print(printable(f"{kept}: the old key, for copies made before; delete it when they are gone."))
    return 0


def _leave_alone(path: Path) -> None:
    """Make sure that the store's folder can be written to before anything is begun. Raises Problem."""
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise Problem(f"{path.parent} cannot be written to, where the store under its new key is made: ask for access.")
