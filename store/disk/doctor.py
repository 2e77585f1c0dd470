"""What `keywork doctor` looks at."""

import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from store.disk import audit, copy_notes, files, schema, sqlite
from store.disk.comparison import AuditComparison, shares
from store.facts import Check
from store.month import extracts
from store.snapshot import Snapshot
from validators.problems import Problem
from validators.standard.terminology import Sentence, term

MOST = 5
"""Records that are named."""
MOST_RECORDS = 1_000_000
"""Records that are compared at a time: some 180 bytes are kept in mind of each."""
_RESTORE = "Restore a backup."
NAMES = {
    "cipher_integrity_check": "encrypted pages",
    "integrity_check": "database structure",
    "foreign_key_check": "links between records",
}


def examine(snapshot: Snapshot, noted: str = "") -> list[Check]:
    """Examine file, schema, audit, records and permissions; one Check for each thing looked at, well or not.

    `noted` is a row of the audit that a person knows, from a receipt or an earlier examination; empty for none.
    Raises Problem when it is no such note.
    """
    path = snapshot.ground.path
    checks = contents(snapshot)
    if noted:
        checks.append(_noted(snapshot, noted))
    checks.append(_extracts(snapshot))
    checks.append(_private("store file", path))
    checks.append(_private("key file", snapshot.key.path))
    checks.append(_left_behind(snapshot))
    checks.append(_copies(snapshot))
    return checks


def contents(snapshot: Snapshot) -> list[Check]:
    """Examine what stands in the file, wherever the file stands: its pages, its schema, the audit and the records.

    The file's own checks run beside the audit, on a connection of their own: SQLite does one, we do the other.
    """
    engine = snapshot.connection.engine
    with engine.connect() as beside, ThreadPoolExecutor(1) as thread:
        raw: Any = beside.connection.driver_connection
        coming = thread.submit(lambda: list(sqlite.faults(raw)))
        try:
            read = [_schema(snapshot), *_audit(snapshot)]
            checks = [Check("SQLite", True, f"SQLite {sqlite.version_text()} is new enough.")]
            for name, found in coming.result():
                told = f"Not well: {'; '.join(found[:3])}. Restore a backup." if found else "No fault found."
                checks.append(Check(NAMES[name], not found, told))
        except BaseException:
            raw.interrupt()
            raise
    return checks + read


def _schema(snapshot: Snapshot) -> Check:
    try:
        with sqlite.told(snapshot.ground.path):
            version = schema.version(snapshot.connection)
    except sqlite.Damaged:
        return Check("schema", False, f"It cannot be read. {_RESTORE}")
    current = version == schema.HEAD
    return Check("schema", current, f"Version {version}{'' if current else f', expected {schema.HEAD}'}.")


def _audit(snapshot: Snapshot) -> list[Check]:
    """The audit, and the records beside it, both read once; where there are very many, once for each share of them."""
    try:
        with sqlite.told(snapshot.ground.path):
            parts = shares(snapshot, MOST_RECORDS)
            differing: list[tuple[str, str, str]] = []
            for part in range(parts):
                comparison = AuditComparison(snapshot, part, parts)
                chain = audit.verify(snapshot, comparison.see)
                if not chain.whole:
                    told = f"Row {chain.broken_at} does not hold: {chain.why}. {_RESTORE}"
                    return [Check("audit", False, told), Check("records", False, "Not compared with such an audit.")]
                differing += islice(comparison.differing(), MOST - len(differing))
    except sqlite.Damaged:
        return [Check("audit", False, f"It cannot be read. {_RESTORE}")]
    except Problem as problem:
        return [Check("audit", False, str(problem))]
    end = f" The last is {chain.end}." if chain.end else ""
    told = f"{chain.rows} rows hold, the values of {chain.erased} were erased.{end}"
    return [Check("audit", True, told), _records(differing)]


def _records(differing: Sequence[tuple[str, str, str]]) -> Check:
    if not differing:
        return Check("records", True, "They are what the audit says.")
    told = [
        f"{Sentence('{one} {id}', one=term(kind), id=id) if kind else 'a record'} {what}"
        for kind, id, what in differing
    ]
    more = "; there may be more" if len(differing) == MOST else ""
    return Check("records", False, f"Changed by other hands than Keywork's: {'; '.join(told)}{more}. {_RESTORE}")


def _noted(snapshot: Snapshot, noted: str) -> Check:
    if audit.knows(snapshot, noted):
        return Check("what was noted", True, f"The audit has {noted}: nothing older was put back since.")
    told = f"The audit does not have {noted}: an older file or log was put back, or it is another store's. {_RESTORE}"
    return Check("what was noted", False, told)


def _extracts(snapshot: Snapshot) -> Check:
    """Each kept text is the one that was written or, where a client was removed, what was left of it then."""
    try:
        with sqlite.told(snapshot.ground.path):
            many, damaged, redacted = extracts.damaged(snapshot)
    except Problem as problem:
        return Check("kept extracts", False, str(problem))
    if damaged:
        return Check("kept extracts", False, f"Not the text that was kept: {', '.join(damaged[:3])}. Restore a backup.")
    struck = f", {redacted} of them without clients who were removed" if redacted else ""
    return Check("kept extracts", True, f"{many} as they were kept{struck}.")


def _copies(snapshot: Snapshot) -> Check:
    try:
        with sqlite.told(snapshot.ground.path):
            return copy_notes.check(snapshot)
    except Problem as problem:
        return Check("copies", False, str(problem))


def _left_behind(snapshot: Snapshot) -> Check:
    path, key = snapshot.ground.path, snapshot.key.path
    left = [each.name for each in files.left_behind(path)]
    told = (
        f"Left behind beside the store by a program that was killed: {', '.join(left)}. "
        "The next backup into this folder deletes them."
    )
    if key.parent != path.parent and (keys := [each.name for each in files.left_behind(key)]):
        left += keys
        told = f"Left behind beside the key by a program that was killed: {', '.join(keys)}. Delete it: keys are in it."
    if not left and (halves := _halves(snapshot)):
        left = halves
        told = f"Left behind by a program that was killed: {', '.join(halves)}. Delete it: records are in it, readable."
    return Check("half-made copies", not left, told if left else "None beside the store.")


def _halves(snapshot: Snapshot) -> list[str]:
    """Halves of extracts and lists in the folders that extracts were written into, as far as those can be looked at."""
    found: list[Path] = []
    folders: list[Path] = []
    with suppress(Problem), sqlite.told(snapshot.ground.path):  # what is damaged is told elsewhere
        folders = extracts.folders(snapshot)
    for folder in folders:
        with suppress(OSError):
            found += files.left_behind(folder / "an extract")
    return [str(each) for each in found[:MOST]]


def _private(name: str, path: Path) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o007:
        return Check(name, False, f"{path} is open to everybody on this computer (mode {mode:04o}): chmod o-rwx it.")
    return Check(name, True, f"{path} has mode {mode:04o}.")
