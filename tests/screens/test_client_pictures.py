"""What the client screen looks like, as plain text; KEYWORK_PICTURES=1 draws the pictures anew."""

import os
import re
from pathlib import Path

import pytest

from store.facts import ClientTree
from store.store import Store
from tests.screens.conftest import Start
from tests.terminal import Terminal

PICTURES = Path(__file__).parent / "pictures"
SIZES = [(80, 24), (120, 40), (40, 10)]


def picture(terminal: Terminal, name: str) -> None:
    """Compare the screen with the picture of that name."""
    path = PICTURES / f"{name}-{terminal.screen.columns}x{terminal.screen.lines}.txt"
    shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]*…", "(an id that was made)…", terminal.text()) + "\n"
    if os.environ.get("KEYWORK_PICTURES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_pictures(store: Store, known: ClientTree, start: Start, columns: int, rows: int) -> None:
    terminal = start(known.client.id, columns=columns, rows=rows, ready="First init")
    terminal.until_quiet(0.6)  # the first paint comes before the panes have their widths
    picture(terminal, "client")
    terminal.press("<tab><tab>311285<tab><f4>")
    picture(terminal, "codes")
    terminal.press("fem<enter><ctrl+n>")
    picture(terminal, "new")
    terminal.press("e<tab><tab><tab>32012020<tab>")
    picture(terminal, "episode")
    terminal.press("<f6>")
    terminal.until("Field REFLD")
    terminal.press("<escape><f7>")
    picture(terminal, "finding")
    terminal.press("<ctrl+t><up>")
    picture(terminal, "tree")
