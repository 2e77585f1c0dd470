"""A small program made of every part of the frame, for the tests to type at: `python -m tests.frame.demo`.

Options by environment: DEMO_STOCK names the pins that are to differ, so that those parts are Textual's own (`all` for
each of them), and with DEMO_SILENT=1 that is not said; DEMO_BANNER=1 demo mode, DEMO_LOG a file that flushes go to,
DEMO_STUCK=1 a flush that holds all threads, DEMO_FAULT=1 a fault inside the program on Ctrl+L.
"""

import ctypes
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from textual import events, work
from textual.widget import Widget
from textual.widgets import Input

from tui.terminal import textual_private
from tui.widgets.actions import REGISTRY, action
from tui.widgets.base_app import BaseApp
from tui.widgets.base_screen import BaseScreen, JumpPlace
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.paged_table import Column, PagedTable, Row
from tui.widgets.settings import load_settings
from tui.widgets.text_line import TextLine
from tui.widgets.tree_pane import Node, TreePane

WORDS = ("alpha", "漢字 wide", "cafe\u0301", "esc\x1b[31mred", "x\u202ey", "ﬁn", "emoji 😀 end", "plain")
ROWS = 200_000

REGISTRY.add(
    action("demo.ask", "f2", "Ask", "Ask a question with three answers", {"demo"}, "ask", bar=True),
    action("demo.slow", "f9", "Slow", "Work in a thread while keys wait", {"demo"}, "slow", bar=True),
    action("demo.other", "f4", "Other", "Another screen with two fields", {"demo"}, "other", bar=True),
)


def rows(offset: int, limit: int) -> list[Row]:
    """Rows as a database would give them."""
    last = min(ROWS, offset + limit)
    return [(n, f"K{n:06d}", WORDS[n % len(WORDS)], n * 7 % 100) for n in range(offset, last)]


class OtherScreen(BaseScreen[None]):
    """Two stock inputs, to type ahead into."""

    scope = "other"
    heading = "Other"

    def body(self) -> Iterable[Widget]:
        """The inputs, and what they hold told in one line on Enter."""
        yield Input(id="one", compact=True)
        yield Input(id="two", compact=True)
        yield TextLine(id="told")

    def on_input_submitted(self) -> None:
        """Say what stands in both."""
        one, two = (field.value for field in self.query(Input))
        self.query_one("#told", TextLine).show((f"[{one}|{two}]", "text"))


class DemoScreen(BaseScreen[None]):
    """A tree, a table, and a line that repeats every character typed."""

    scope = "demo"
    heading = "Frame demo"
    DEFAULT_CSS = "DemoScreen TreePane { width: 24; height: 6; }"

    def body(self) -> Iterable[Widget]:
        """Table, tree and the line."""
        columns: Sequence[Column] = (
            Column("Reference", 9, "ref"),
            Column("Word", 0, "word"),
            Column("Errors", 6, "", True),
        )
        yield PagedTable(columns, lambda: ROWS, rows, lambda id: id if isinstance(id, int) else None, id="table")
        yield TreePane(
            [Node("c", "Client 漢", "error", [Node("e1", "Episode 1", "", [Node("v", "Event")]), Node("e2", "E 2")])]
        )
        yield TextLine([("typed: ", "dim")], id="typed")

    def on_mount(self) -> None:
        """Nothing typed yet."""
        self.typed = ""

    def tell(self, text: str) -> None:
        """Add to the line."""
        self.typed += text
        self.query_one("#typed", TextLine).show(("typed: ", "dim"), (self.typed, "text"))

    def on_key(self, event: events.Key) -> None:
        """What no list took."""
        if event.is_printable and event.character:
            self.tell(event.character)
            event.stop()

    def jumps(self) -> list[JumpPlace]:
        """The two lists."""
        return [
            ("T", "Table", lambda: self.query_one(PagedTable).focus()),
            ("R", "Tree", lambda: self.query_one(TreePane).focus()),
        ]

    def action_ask(self) -> None:
        """A question that loses something on D only."""
        answers = [Answer("k", "Keep it"), Answer("d", "Delete it", True), Answer("w", "Wait")]
        self.app.push_screen(Confirm("Keep?", ["A draft from 14:02, 12 fields."], answers, "k"), self.answered)

    def answered(self, letter: str | None) -> None:
        """Tell the answer in the line."""
        self.tell(f"<{letter}>")

    def action_slow(self) -> None:
        """Keys wait until the thread has answered."""
        self.work_slowly(self.base.key_queue.hold())

    @work(thread=True)
    def work_slowly(self, hold: object) -> None:
        """A save that takes its time, and then moves on to a dialog."""
        time.sleep(0.3)
        self.app.call_from_thread(self.worked, hold)

    def worked(self, hold: object) -> None:
        """The save is done: ask, then let the keys go on."""
        self.action_ask()
        release = getattr(hold, "release", None)
        if callable(release):
            release()

    def action_other(self) -> None:
        """To the screen with the inputs."""
        self.app.push_screen(OtherScreen())


class DemoApp(BaseApp):
    """The program."""

    def on_mount(self) -> None:
        """Open the screen, and say what was wrong with the settings."""
        screen = DemoScreen()
        self.push_screen(screen)
        for problem in (*self.settings.problems[:1], *textual_private.differing()):
            if os.environ.get("DEMO_SILENT"):
                break
            self.call_after_refresh(screen.say, problem, "warning")

    def action_redraw(self) -> None:
        """Ctrl+L; with DEMO_FAULT a fault inside the program."""
        if os.environ.get("DEMO_FAULT"):
            raise ValueError("a value that somebody typed")
        super().action_redraw()

    def flush_drafts(self, reason: str) -> None:
        """Write down why; with DEMO_STUCK let nothing of Python go on."""
        if os.environ.get("DEMO_STUCK"):
            ctypes.PyDLL(None).sleep(60)
        if log := os.environ.get("DEMO_LOG"):
            with Path(log).open("a", encoding="utf-8") as file:
                file.write(f"{reason}\n")


def let_differ(names: str) -> None:
    """Have the pins of these names be those of another Textual. Before the app is made."""
    pins = textual_private.PINS
    for name in pins if names == "all" else names.split():
        pins[name] = replace(pins[name], digest="of another Textual")


def main() -> int:
    """Run it."""
    let_differ(os.environ.get("DEMO_STOCK", ""))
    app = DemoApp(settings=load_settings(), demo=bool(os.environ.get("DEMO_BANNER")))
    code = app.run() or 0
    if app.fault is not None:
        raise app.fault
    return code


if __name__ == "__main__":
    raise SystemExit(main())
