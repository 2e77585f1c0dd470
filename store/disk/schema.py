"""The schema's version: a new store is stamped, a current one is just opened, an older one is brought up to date."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, insert, select

from store.disk import files, sqlite
from store.disk.keys import Key
from store.disk.tables import METADATA, VERSIONS
from store.facts import Outgrown
from validators.problems import Problem

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0019"
BEFORE_UPGRADE = ".version-"
"""What the name of the copy goes on with that is made before an upgrade, and then the version."""
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def create(path: Path, key: Key) -> bool:
    """Make a new, empty store; return False when somebody else made one there meanwhile. Raises OSError, driver errors.

    It gets its name when it is complete, so nobody ever opens half a store.
    """
    with files.scratch(path, files.mode_for(path.parent)) as made:
        raw = sqlite.connect(made, key)
        sqlite.use_log(raw)
        raw.close()
        engine = sqlite.engine(made, key)
        try:
            with sqlite.writing(engine) as connection, connection.begin():
                METADATA.create_all(connection, checkfirst=False)
                VERSIONS.create(connection)
                connection.execute(insert(VERSIONS).values(version_num=HEAD))
        finally:
            engine.dispose()
        try:
            files.place(made, path)
        except FileExistsError:
            return False
    return True


def version(connection: Connection) -> str:
    """The version a store is stamped with."""
    return str(_VERSION.on(connection).scalar_one_or_none() or "")


_VERSION = sqlite.PreparedStatement(select(VERSIONS.c.version_num))


def require_current(connection: Connection, path: Path) -> None:
    """Raise Outgrown when the store is no longer of the version this program knows: it was upgraded under our feet."""
    if version(connection) != HEAD:
        raise Outgrown(f"The store {path} was upgraded while it was open: close the program and start it again.")


def bring_up_to_date(
    engine: Engine, path: Path, key: Key, *, read_only: bool, head: str = HEAD, scripts: Path = MIGRATIONS
) -> bool:
    """Upgrade a store that is of an older version, after a copy beside it; return whether that was needed.

    All steps run in one transaction. Raises Problem for a newer or unknown version, and for an older one that is
    opened for reading only.
    """
    with engine.connect() as connection:
        found = version(connection)
    if found == head:
        return False

    config = _require_known(found, path, head, scripts)
    if read_only:
        raise Problem(f"The store {path} is of an older version ({found}): open it once for writing to upgrade it.")
    _keep_copy(path, key, found)
    with sqlite.writing(engine) as connection, connection.begin():
        if version(connection) == found:
            from alembic import command

            config.attributes["connection"] = connection
            command.upgrade(config, head)
            return True
    # Another program was quicker, and may be of another version than this one.
    bring_up_to_date(engine, path, key, read_only=False, head=head, scripts=scripts)
    return True


def refuse_newer(connection: Connection, path: Path) -> None:
    """Raise Problem when a store is of a version that this program cannot bring up to date."""
    found = version(connection)
    if found != HEAD:
        _require_known(found, path, HEAD, MIGRATIONS)


def _require_known(found: str, path: Path, head: str, scripts: Path) -> "Config":
    """Alembic's configuration, once it is sure that it knows the way from the version found to `head`."""
    # Only now: alembic costs a tenth of a second, which a current store need not pay.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if found not in [step.revision for step in ScriptDirectory.from_config(config).walk_revisions("base", head)]:
        raise Problem(
            f"The store {path} is of a version ({found or 'none'}) this program does not know: install a newer Keywork."
        )
    return config


def _ends_alike(path: Path, copy: Path, key: Key) -> bool:
    """Whether a copy holds all that the audit of a store tells of, and no more."""
    ends = []
    with contextlib.suppress(Problem):
        for one in (path, copy):
            with sqlite.told(one), contextlib.closing(sqlite.connect(one, key, "ro")) as raw:
                ends.append(raw.execute("SELECT last, digest FROM audit_head").fetchall())
    return len(ends) == 2 and bool(ends[0] == ends[1])


def _keep_copy(path: Path, key: Key, found: str) -> None:
    """Keep the store as it was, beside it, and read it back; a copy from an earlier attempt is as good.

    A copy of that name may also be of another time: the older store was put back since, and worked with.
    """
    target = first = path.with_name(f"{path.name}{BEFORE_UPGRADE}{found}")
    number = 1
    files.clear(path)
    while target.exists() or target.is_symlink():
        if _ends_alike(path, target, key):
            return
        number += 1
        target = first.with_name(f"{first.name}-{number}")
    try:
        files.require_room(path.parent, files.size_of(path), "a copy of the store before it is upgraded")
        with files.scratch(target, files.PRIVATE) as made:
            raw = sqlite.connect(path, key)
            try:
                sqlite.copy_into(raw, made)
            finally:
                raw.close()
            with contextlib.closing(sqlite.connect(made, key)) as copy:
                if any(found for _, found in sqlite.faults(copy)):
                    raise Problem(
                        f"The copy of {path} before its upgrade could not be read back: examine the disk, try again."
                    )
            files.place(made, target)
    except FileExistsError:
        return
    except OSError as error:
        raise files.refused(error, target, "written as a copy before the upgrade") from None
