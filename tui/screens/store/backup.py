"""A backup: an encrypted copy of the store in a new file, while others go on working."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from store.disk import copies
from store.disk.copies import CopiesState
from store.disk.user import path_typed
from store.facts import Who
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
    """What a backup is, the last one that was written here, and how the copies of each day stand."""

    scope = "backup"
    heading = "Backup"

    def __init__(self) -> None:
        super().__init__()
        self._to: Path | None = None
        self._state: CopiesState | None = None

    def body(self) -> Iterable[Widget]:
        """The page."""
        self.page = TextPage()
        yield self.page

    def on_mount(self) -> None:
        """Ask for the file at once."""
        self.page.focus()
        self.action_refresh_data()
        self.action_write()

    def action_refresh_data(self) -> None:
        """F5: how the copies stand."""
        self.program.read(copies.state, on_done=self._came)

    def _came(self, state: CopiesState) -> None:
        if self.is_attached:
            self._state = state
            self._show()
            if not state.check.ok:
                self.say(with_short_paths(state.check.message), "warning")

    def action_write(self) -> None:
        """F2: into which file?"""
        app = self.program
        path = app.opened_store.path
        offered = path.with_name(f"{path.stem}-{app.today():%Y-%m-%d}.backup")

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                to = path_typed(texts["path"]).absolute()
                job = partial(_backed_up, who=Who(app.person, app.clock(), app.session), to=to)
                app.in_store(job, on_done=self._written, on_problem=self._refused, hold=True)

        about = ["A new file: what is there already is kept. Another disk or machine is better than this one."]
        self.app.push_screen(Asking("Backup", about, [Asked("path", "File", path_text(offered))]), named)

    def _written(self, to: Path) -> None:
        self._to = to
        self._show()
        self.say(f"Written: {path_text(to)}", "ok")

    def _refused(self, problem: Problem) -> None:
        self.say(with_short_paths(problem.told(self.program.terms)), "error")

    def _show(self) -> None:
        store, to, state = self.program.opened_store, self._to, self._state
        done = ["# Written", "", f"  {path_text(to)}", ""] if to else []
        keep = self.program.settings.daily_copies
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
                "",
                "# Copies of each day",
                "",
                f"  {_daily(keep, path_text(copies.row_of(store.path).parent))}",
                f"  {state.check.message if state else 'Reading ...'}",
                *(f"  {one.name}" for one in reversed(state.kept if state else ())),
            ]
        )


def _daily(keep: int, folder: str) -> str:
    if not keep:
        return "None is made by the program: daily_copies = 14 in the settings file has it keep so many."
    return f"The first session of a day writes one into {folder}, reads it back, and keeps the last {keep}."


def _backed_up(store: "Store", who: Who, to: Path) -> Path:
    """In a thread."""
    copies.write(store, who, to)
    return to
