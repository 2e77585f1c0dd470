"""`keywork backup`, `restore` and `doctor`: the store as a file."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from store.disk import doctor
from store.disk.location import store_path
from store.disk.sqlite import Damaged
from tui.cli.context import opened
from tui.cli.options import KeyOption, StoreOption
from validators.problems import Problem

commands = typer.Typer()


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Copy the store, still encrypted with its key, into a new file."""
    with opened(store, key_file) as found:
        found.backup(file)
        print(f"{file}: a copy of {found.path}; it needs the same key ({found.key_file})")
    return 0


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The copy to bring back.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Bring a copy back as a store where there is none."""
    from store.disk import backup as copies

    with suppress(Problem):  # where it cannot be, it is no file to be kept from
        store_path(None)  # known from now on as the store, so that it is not read as an input
    target = store_path(store)
    copies.restore(file, target, key_file)
    print(f"{target}: brought back from {file}")
    return 0


@commands.command("doctor")
def doctor_(
    store: StoreOption = None,
    key_file: KeyOption = None,
    noted: Annotated[
        str, typer.Option("--noted", metavar="NUMBER:DIGEST", help="What a receipt or an earlier doctor told last.")
    ] = "",
) -> int:
    """Examine the store: the file, its schema, the audit chain, the records beside it, who may read it."""
    try:
        with opened(store, key_file) as found:
            checks = found.ask(doctor.examine, noted)
    except Damaged as damage:
        path = store_path(store)
        raise Problem(
            f"The store {path} is damaged: move it away and restore a backup (`keywork restore`)."
        ) from damage
    for check in checks:
        print(f"{'well ' if check.ok else 'WRONG'} {check.name}: {check.message}")
    return 0 if all(check.ok for check in checks) else 1
