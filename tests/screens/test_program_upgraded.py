"""A session that is open while the program is upgraded loads nothing of the new version, and says so."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from store import people
from store.store import Store
from tests.screens.pilots import until
from tests.screens.program import NOW, Program
from tui.app import app as app_module
from tui.app.open_store import StoreLocation
from tui.screens.client.screen import ClientScreen
from tui.screens.month import MonthScreen
from tui.session import own_files
from tui.widgets.text_line import StatusLine

DOCTOR, FIELD_PAGE = "tui.screens.store.doctor", "tui.screens.field_page"


async def test_of_another_version_nothing_is_loaded_into_the_program_that_runs(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEYWORK_TEST_START", "month")
    monkeypatch.setattr(app_module, "OWN_FILES_SECONDS", 0.1)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    app: Any = Program(StoreLocation(store.path, store.key_file), clock=lambda: NOW)

    def said() -> str:
        return str(app.screen.query_one(StatusLine).text)

    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.store is not None and isinstance(app.screen, MonthScreen))
        await pilot.pause(0.3)
        assert "upgraded" not in said()
        newer = tmp_path / "version.py"
        newer.write_text('VERSION = "9.9.9"\n', encoding="utf-8")
        monkeypatch.setattr(own_files, "FILE", newer)
        await until(pilot, lambda: "Keywork was upgraded while this session was open" in said())
        app.say("")
        monkeypatch.delitem(sys.modules, DOCTOR, raising=False)
        await app.run_action("app.open_screen('doctor')")
        assert "Keywork was upgraded" in said() and isinstance(app.screen, MonthScreen) and DOCTOR not in sys.modules
        app.say("")
        app.open_screen("doctor")  # as Enter in a list goes there
        assert "Keywork was upgraded" in said() and isinstance(app.screen, MonthScreen)
        app.say("")
        app.read(lambda snapshot: snapshot, on_done=lambda _: import_module(DOCTOR))
        await until(pilot, lambda: "Keywork was upgraded" in said())
        app.open_client()
        await until(pilot, lambda: isinstance(app.screen, ClientScreen))
        monkeypatch.delitem(sys.modules, FIELD_PAGE, raising=False)
        await pilot.press("f6")  # the form has the key, and no binding
        await until(pilot, lambda: "Keywork was upgraded" in said())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MonthScreen))
        monkeypatch.delitem(sys.modules, "store.people.passphrases", raising=False)
        monkeypatch.delattr(people, "passphrases", raising=False)
        app.action_lock()
        assert app.is_hidden, "F12 hides whatever can be loaded"
        await until(pilot, lambda: "Keywork was upgraded" in app.lock._told)
        app.lock.on = False
        newer.unlink()  # the whole program was taken away
        assert own_files.are_of_another_version()
        monkeypatch.undo()
        app.open_screen("doctor")
        await until(pilot, lambda: not isinstance(app.screen, MonthScreen))
