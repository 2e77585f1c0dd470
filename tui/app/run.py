"""`keywork` without a command, and `keywork demo`: the app on a store."""

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tui.app.app import LOST, KeyworkApp, place_of
from tui.app.open_store import StoreLocation
from tui.session.memory import keep_one_heap
from tui.session.passphrase import ask_passphrase
from tui.widgets.settings import load_settings
from validators.problems import Problem


def run_app(
    store: str | None = None, key_file: Path | None = None, agency: str | None = None, standard: str | None = None
) -> int:
    """Run the app on the store that the options name; its exit code. Raises Problem."""
    _require_terminal()
    keep_one_heap()
    settings = load_settings(all_known=False)
    from store.disk.keys import unlock

    unlock(key_file, ask_passphrase)
    app = KeyworkApp(place_of(store, key_file, agency, standard), settings=settings)
    code = run_to_end(app)
    if app.last_words and code in (0, LOST):  # after a signal nobody is there to read
        print(f"keywork: {app.last_words}", file=sys.stderr)
    return code


def run_demo(clients: int, seed: int, standard: str | None = None) -> int:
    """Run the app on a throw-away store of synthetic clients, which is gone afterwards. Raises Problem."""
    _require_terminal()
    if standard is not None:
        from validators.standard.catalogue import load

        load(standard)  # an unknown one is refused by its own sentence
    keep_one_heap()
    settings = load_settings(all_known=False)
    folder = Path(tempfile.mkdtemp(prefix="keywork-demo-"))
    try:
        place = StoreLocation(folder / "demo.db", folder / "demo.key", standard=standard)
        return run_to_end(KeyworkApp(place, settings=settings, demo_clients=clients, demo_seed=seed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_to_end(app: KeyworkApp) -> int:
    """Run an app; its exit code. Raises what went wrong inside it, which whoever leaves makes one sentence of."""
    # What asyncio has to say of a task that failed would stand on the terminal, with the text of the exception.
    logging.getLogger().addHandler(logging.NullHandler())
    code = app.run() or 0
    if app.fault is not None:
        raise app.fault
    return code


def _require_terminal() -> None:
    # The terminal tells its own size; one fixed in the environment would hide that it has been resized.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem("The screens need a terminal: run keywork in one, or see keywork --help for what needs none.")
