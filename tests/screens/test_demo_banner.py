"""`keywork demo` is unmistakably a demo on every screen there is."""

from collections.abc import Iterator

import pytest

from tests.screens.test_app import keywork
from tests.terminal import Terminal
from tui.screens.registry import SCREENS, ScreenEntry, know_actions
from tui.widgets.actions import REGISTRY
from validators.standard.catalogue import load

BANNER = " DEMO - no real people, nothing is kept "
CALLED = {"history": "By me today", "import": SCREENS["import"].tooltip}  # beside it stands an Import of its own
TITLED = {"history": "History: what", "rollover": "roll-over", "drafts": "Typed and not saved", "settings": "of itself"}
"""What the palette is asked for, and what stands in the title line, where they are not the name and the title."""
STANDARDS = ("ndtms-cjit-p", "smds-wales")
know_actions()


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Terminal]]:
    """A demo of each standard; each test goes on to another screen of it."""
    started: dict[str, Terminal] = {}
    try:
        for standard in STANDARDS:
            folder = tmp_path_factory.mktemp("demo")
            terminal = keywork(folder, "demo", "--standard", standard, "--clients", "5", "--seed", "2")
            started[standard] = terminal
            terminal.until("Month: ")
            terminal.until("F10 Leave")
        yield started
    finally:
        for terminal in started.values():
            terminal.close()


@pytest.mark.parametrize(
    "entry",
    # A demo has no second agency to copy a client to; the others that need something to be chosen are tested apart.
    [entry for entry in SCREENS.values() if entry.from_anywhere or entry.name == "history"],
    ids=lambda entry: entry.name,
)
def test_every_screen_begins_with_the_banner(demos: dict[str, Terminal], entry: ScreenEntry) -> None:
    demo = next(demos[standard] for standard in STANDARDS if entry.is_for(load(standard)))
    title = TITLED.get(entry.name, entry.title.split()[0])
    called = CALLED.get(entry.name) or REGISTRY[f"go.{entry.name}"].name
    demo.press(f"<ctrl+p>{called}<enter>", 0.3)
    demo.until(lambda seen: seen.lines()[0].startswith(BANNER) and title in seen.lines()[0])
    demo.press("<f1>")
    demo.until("Help: ")
    assert demo.lines()[0].startswith(BANNER)
    # Out of the help, and out of what the screen asks for.
    demo.press("<escape>", 0.3)
    demo.press("<escape>", 0.3)
