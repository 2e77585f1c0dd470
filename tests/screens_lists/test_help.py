"""Every screen has help: its keys, a text, a picture; F1 and `keywork help` tell the same."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from store.clients import search
from store.facts import ClientQuery, Draft, Who
from store.live import drafts
from store.records import agencies
from store.store import Store
from tests.commands.running import call, program
from tests.screens.program import NOW
from tests.screens_lists.conftest import HELP, Start, command, same_picture
from tests.stores import ask, do
from tui.help import about, paragraphs, picture
from tui.screens.registry import SCREENS, ScreenEntry, know_actions
from tui.widgets.actions import REGISTRY

know_actions()
PICTURED = [name for name in SCREENS if name != "start"]  # what it shows is gone when the store is open


@pytest.mark.parametrize("scope", PICTURED)
def test_every_screen_has_a_text_and_every_key(scope: str) -> None:
    assert about(scope)[0] == "# About this screen"
    told = call("help", scope)
    assert told.code == 0 and told.err == ""
    for each in REGISTRY.on_screen(scope):
        assert str(each.tooltip) in told.out and f"[{each.id}]" in told.out
    drawn = picture(scope)
    assert drawn and all(line in told.out for line in drawn)
    assert max(map(len, drawn)) <= 80 and len(drawn) <= 24


ALONE = """
import json, os, sys
from importlib import import_module
import lxml.etree, sqlmodel, textual.app, textual.widgets
from tui.screens.registry import SCREENS, know_actions
from tui.widgets.actions import REGISTRY
for place in sys.argv[1:]:
    scope, module = place.split("=")
    # Each looks from a process of its own, in which no other screen has been loaded.
    pid = os.fork()
    if pid == 0:
        import_module(module)
        print(json.dumps([scope, sorted(each.id for each in REGISTRY.on_screen(scope))]), flush=True)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        sys.exit(f"{scope} could not be loaded")
know_actions()
for scope in SCREENS:
    print(json.dumps([scope, sorted(each.id for each in REGISTRY.on_screen(scope))]))
"""


def test_a_screen_that_is_opened_first_has_all_its_keys() -> None:
    modules = {name: entry.module for name, entry in SCREENS.items()}
    command = [sys.executable, "-c", ALONE, *(f"{scope}={module}" for scope, module in modules.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    alone, together = told[: len(modules)], told[len(modules) :]
    assert [scope for scope, _ in alone] == list(modules)
    assert alone == together and all(ids for _, ids in alone)


@pytest.mark.parametrize("entry", SCREENS.values(), ids=lambda entry: entry.name)
def test_the_entry_of_a_screen_and_its_class_say_the_same(entry: ScreenEntry) -> None:
    made = getattr(import_module(entry.module), entry.class_name)
    assert made.scope == entry.name
    assert (f"go.{entry.name}" in REGISTRY) is entry.from_anywhere
    ids = {each.id for each in REGISTRY.own(entry.name)}
    assert ("form.next" in ids, "caseload.next" in ids) == (entry.faults == "next", entry.faults == "caseload")
    letters = [key for each in REGISTRY.own(entry.name) for key in each.keys if len(key) == 1]
    assert entry.letters or not letters


def test_help_of_all_screens_and_of_none() -> None:
    told = program("help")
    assert told.code == 0
    for entry in SCREENS.values():
        assert f"==== {entry.title} ({entry.name})" in told.out
    assert call("help", "nowhere").sentence.startswith("There is no screen 'nowhere': there are start, clients")


def test_f1_tells_the_keys_and_the_text(start: Start) -> None:
    terminal = start()
    terminal.press("<f1>")
    terminal.until("Help: Clients")
    assert terminal.shows("Ctrl+E          With errors: Only clients with errors")
    # The text about the screen comes before what holds everywhere.
    terminal.press("<pagedown><pagedown>")
    terminal.until("Enter opens the chosen client;")
    terminal.press("<escape>", 0.4)
    terminal.until("60 clients")


def test_pictures_of_the_other_screens(start: Start, store: Store) -> None:
    terminal = start()
    terminal.press("000002<enter>")
    terminal.until("F2 Save")
    terminal.until_quiet(0.4)
    same_picture(terminal, HELP / "client.screen.txt")
    terminal.press("<escape>", 0.5)
    for text in ("000003", "000004"):
        row = ask(store, search.page, ask(store, agencies.one), ClientQuery(text=text), 0, 1)[0]
        do(store, Who("ann", NOW), drafts.save, Draft("client", row.id, {"CLIENT": text, "SEX": "1"}, 1))
    command(terminal, "unsaved", "000004")
    same_picture(terminal, HELP / "drafts.screen.txt")


def test_prose_is_wrapped_as_a_whole_and_lists_line_by_line() -> None:
    lines = ["# About", "", "One sentence", "goes on.", "", "  1  first", "  2  second", "Then prose", "# Next", "more"]
    joined = ["# About", "", "One sentence goes on.", "", "  1  first", "  2  second", "Then prose", "# Next", "more"]
    assert paragraphs(lines) == joined
    assert paragraphs([]) == []
