"""`keywork backup`, `restore` and `doctor`: the store as a file."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from store.disk import copies, doctor
from store.disk.location import store_path
from store.disk.sqlite import Damaged
from store.facts import Who
from tui.cli.context import now, opened, person
from tui.cli.options import KeyOption, StoreOption
from tui.widgets.text import printable
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store

commands = typer.Typer()


@commands.command()
def backup(
    file: Annotated[
        Path, typer.Argument(help="The copy to write; with --keep what the copies are called, each with its time.")
    ],
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            metavar="N",
            min=1,
            help="Keep N copies in a row: the new one is brought back on trial and examined, then the oldest goes.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Copy the store, still encrypted with its key, into a new file."""
    with opened(store, key_file) as found:
        who = Who(person(found.path), now())
        if keep is not None:
            return _rotated(found, who, file, keep)
        copies.write(found, who, file)
        print(printable(f"{file}: a copy of {found.path}; it needs the same key ({found.key_file})"))
    return 0


def _rotated(found: "Store", who: Who, file: Path, keep: int) -> int:
    """The next copy of a row; 1 where it is not well."""
    made = copies.rotated(found, who, file, keep)
    print(printable(f"{made.path}: a copy of {found.path}; it needs the same key ({found.key_file})"))
    for check in made.wrong:
        print(printable(f"WRONG {check.name}: {check.message}"))
    if made.wrong:
        print(
            f"The copy is kept apart from the others, and none of the {len(made.older)} older ones was removed for it."
        )
        return 1
    print(f"Brought back on trial: file, schema, audit and records are well. The audit ends with {made.audit_end}.")
    removed = f"; removed: {', '.join(path.name for path in made.removed)}" if made.removed else ""
    print(printable(f"Older copies kept: {len(made.older)}{removed}."))
    return 0


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The copy to bring back.")],
    store: StoreOption = None,
    key_file: KeyOption = None,
) -> int:
    """Bring a copy back as a store where there is none."""
    from store.disk import backup as backups
    from store.disk.keys import unlock
    from tui.session.passphrase import ask_passphrase

    with suppress(Problem):  # where it cannot be, it is no file to be kept from
        store_path(None)  # known from now on as the store, so that it is not read as an input
    target = store_path(store)
    unlock(key_file, ask_passphrase)
    backups.restore(file, target, key_file)
    print(printable(f"{target}: brought back from {file}"))
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
        print(printable(f"{'well ' if check.ok else 'WRONG'} {check.name}: {check.message}"))
    return 0 if all(check.ok for check in checks) else 1
