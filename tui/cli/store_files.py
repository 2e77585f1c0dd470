"""`keywork backup`, `restore` and `doctor`: the store as a file."""

from pathlib import Path

from store.disk import doctor
from tui.cli.context import opened


def run_backup(file: Path, store: str | None, key_file: Path | None) -> int:
    """Copy the store. Raises Problem."""
    with opened(store, key_file) as found:
        found.backup(file)
        print(f"{file}: a copy of {found.path}; it needs the same key ({found.key_file})")
    return 0


def run_restore(file: Path, store: str | None, key_file: Path | None) -> int:
    """Bring a copy back. Raises Problem."""
    from store.disk.backup import restore
    from store.disk.location import store_path

    target = store_path(store)
    restore(file, target, key_file)
    print(f"{target}: brought back from {file}")
    return 0


def run_doctor(store: str | None, key_file: Path | None) -> int:
    """Examine the store and print each result; 1 when something is wrong. Raises Problem."""
    with opened(store, key_file) as found:
        checks = found.ask(doctor.examine)
    for check in checks:
        print(f"{'well ' if check.ok else 'WRONG'} {check.name}: {check.message}")
    return 0 if all(check.ok for check in checks) else 1
