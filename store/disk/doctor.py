"""What `keywork doctor` looks at."""

import stat
from pathlib import Path

from store.disk import audit, files, schema, sqlite
from store.facts import Check
from store.snapshot import Snapshot
from validators.problems import Problem

NAMES = {
    "cipher_integrity_check": "encrypted pages",
    "integrity_check": "database structure",
    "foreign_key_check": "links between records",
}


def examine(snapshot: Snapshot) -> list[Check]:
    """Examine file, schema, audit and permissions; one Check for each thing looked at, well or not."""
    path, connection = snapshot.ground.path, snapshot.connection
    raw = connection.connection.driver_connection
    checks = [Check("SQLite", True, f"SQLite {sqlite.version_text()} is new enough.")]
    for name, found in sqlite.faults(raw):
        told = f"Not well: {'; '.join(found[:3])}. Restore a backup." if found else "No fault found."
        checks.append(Check(NAMES[name], not found, told))
    version = schema.version(connection)
    current = version == schema.HEAD
    checks.append(Check("schema", current, f"Version {version}{'' if current else f', expected {schema.HEAD}'}."))
    checks.append(_audit(snapshot))
    checks.append(_private("store file", path))
    checks.append(_private("key file", snapshot.key.path))
    checks.append(_left_behind(path))
    return checks


def _audit(snapshot: Snapshot) -> Check:
    try:
        with sqlite.told(snapshot.ground.path):
            chain = audit.verify(snapshot)
    except Problem as problem:
        return Check("audit", False, str(problem))
    if not chain.whole:
        return Check("audit", False, f"Row {chain.broken_at} does not hold: {chain.why}.")
    return Check("audit", True, f"{chain.rows} rows hold, the values of {chain.erased} were erased.")


def _left_behind(path: Path) -> Check:
    left = [each.name for each in files.left_behind(path)]
    told = f"Left behind beside the store by a program that was killed: delete {', '.join(left)}."
    return Check("half-made copies", not left, told if left else "None beside the store.")


def _private(name: str, path: Path) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o007:
        return Check(name, False, f"{path} is open to everybody on this computer (mode {mode:04o}): chmod o-rwx it.")
    return Check(name, True, f"{path} has mode {mode:04o}.")
