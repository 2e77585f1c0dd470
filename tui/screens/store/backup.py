"""A backup: an encrypted copy of the store in a new file, while others go on working."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.screens.registry import SCREENS
from tui.session.program import StoreScreen
from tui.session.wording import path_text, with_short_paths
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.text_page import TextPage
from validators.problems import Problem

if TYPE_CHECKING:
    from store.store import Store

REGISTRY.add(
    action("backup.write", "f2", "Write", "Write a backup into a new file", SCREENS["backup"].scope, "write", bar=True)
)


class BackupScreen(StoreScreen[None]):
    """What a backup is, and the last one that was written here."""

    scope = "backup"
    heading = "Backup"

    def body(self) -> Iterable[Widget]:
        """The page."""
        self.page = TextPage()
        yield self.page

    def on_mount(self) -> None:
        """Ask for the file at once."""
        self._show()
        self.page.focus()
        self.action_write()

    def action_write(self) -> None:
        """F2: into which file?"""
        app = self.program
        path = app.opened_store.path
        offered = path.with_name(f"{path.stem}-{app.today():%Y-%m-%d}.backup")

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                to = Path(texts["path"]).expanduser().absolute()
                app.in_store(partial(_backed_up, to=to), on_done=self._written, on_problem=self._refused, hold=True)

        about = ["A new file: what is there already is kept. Another disk or machine is better than this one."]
        self.app.push_screen(Asking("Backup", about, [Asked("path", "File", path_text(offered))]), named)

    def _written(self, to: Path) -> None:
        self._show(to)
        self.say(f"Written: {path_text(to)}", "ok")

    def _refused(self, problem: Problem) -> None:
        self.say(with_short_paths(problem.told(self.program.terms)), "error")

    def _show(self, to: Path | None = None) -> None:
        store = self.program.opened_store
        done = ["# Written", "", f"  {path_text(to)}", ""] if to else []
        self.page.show(
            [
                *done,
                "# What a backup is",
                "",
                "  A whole copy of the store, encrypted with the same key; others may work meanwhile.",
                f"  Store  {path_text(store.path)}",
                f"  Key    {path_text(store.key_file)}",
                "",
                "  Without the key a backup cannot be read: keep a copy of the key, but not beside the backup.",
                "  `keywork restore FILE` makes a store of it where there is none; try that now and then.",
            ]
        )


def _backed_up(store: "Store", to: Path) -> Path:
    """In a thread."""
    store.backup(to)
    return to
