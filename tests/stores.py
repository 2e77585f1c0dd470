"""A store, asked and told one thing at a time, as tests do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from store.disk import backup
from store.disk.sqlite import writing
from store.facts import Who
from store.snapshot import Snapshot
from store.store import Store
from store.unit_of_work import UnitOfWork

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def ask(
    store: Store,
    function: Callable[Concatenate[Snapshot, Arguments], Result],
    *args: Arguments.args,
    **more: Arguments.kwargs,
) -> Result:
    """What a function reads of a store, in a snapshot of its own; what it streams is read to the end."""
    with store.reading() as snapshot:
        found: Any = function(snapshot, *args, **more)
        return iter(list(found)) if isinstance(found, Iterator) else found  # type: ignore[return-value]


def do(
    store: Store,
    who: Who,
    function: Callable[Concatenate[UnitOfWork, Arguments], Result],
    *args: Arguments.args,
    **more: Arguments.kwargs,
) -> Result:
    """What a function does in a store, in a unit of work of its own."""
    with store.writing(who) as unit:
        return function(unit, *args, **more)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Somebody holds the write lock."""
    with writing(store._engine) as connection, connection.begin():
        yield


def put_back(store: Store, copy: Path) -> None:
    """Put a copy in the place of a store that is open, which goes beside the copy, as while people are at work."""
    for beside in ("", "-wal", "-shm"):
        store.path.with_name(store.path.name + beside).rename(copy.with_name(f"away{beside}"))
    backup.restore(copy, store.path, store.key_file)
