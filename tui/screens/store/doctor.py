"""The store examined: the file, its schema, the audit chain, who may read it."""

from collections.abc import Iterable

from textual.widget import Widget

from store.disk import doctor
from store.facts import Check
from tui.session.program import StoreScreen
from tui.session.wording import with_short_paths
from tui.widgets.text_page import TextPage
from tui.widgets.theme import MARKS
from validators.standard.terminology import counted


class DoctorScreen(StoreScreen[None]):
    """Each thing that was looked at, the faulty ones first."""

    scope = "doctor"
    heading = "Doctor: the store examined"

    def body(self) -> Iterable[Widget]:
        """The page."""
        self.page = TextPage()
        yield self.page

    def on_mount(self) -> None:
        """Examine."""
        self.page.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5: examine again."""
        self.say("Examining ...")
        self.program.read(doctor.examine, on_done=self._came)

    def _came(self, checks: list[Check]) -> None:
        if not self.is_attached:
            return
        wrong = [one for one in checks if not one.ok]
        lines = ["# Wrong", "", *map(_told, wrong), ""] if wrong else []
        self.page.show([*lines, "# Well", "", *(_told(one) for one in checks if one.ok)])
        told = f"{counted(len(wrong), 'thing')} of {len(checks)} wrong: see above." if wrong else "The store is well."
        self.say(told, "error" if wrong else "ok")


def _told(one: Check) -> str:
    return f"  {MARKS['ok' if one.ok else 'error']} {one.name}: {with_short_paths(one.message)}"
