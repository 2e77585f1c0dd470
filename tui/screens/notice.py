"""The privacy notice for clients: staff read it out, turn the screen, or print it by command."""

from collections.abc import Iterable

from textual.widget import Widget

from exporters.records import privacy_notice
from exporters.records.privacy_notice import Notice
from tui.session.program import StoreScreen
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import TextPage


class NoticeScreen(StoreScreen[None]):
    """The notice in use, from its top."""

    scope = "notice"
    heading = "Privacy notice"

    def body(self) -> Iterable[Widget]:
        """What staff are to know of it, and the page."""
        self.about = TextLine(id="about")
        self.page = TextPage(id="page")
        yield self.about
        yield self.page

    def on_mount(self) -> None:
        """Read."""
        self.page.focus()
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        agency = self.program.agency
        self.program.read(lambda snapshot: privacy_notice.in_use(snapshot, agency), on_done=self._came, hold=True)

    def _came(self, notice: Notice) -> None:
        whose = "this site's own" if notice.is_own else "its contacts are the site's to fill in"
        self.about.show((f" Version {notice.version}, {whose}; F1 says how.", "dim"))
        told = privacy_notice.guidance(self.program.standard)
        for_staff = ["", "# For staff, no part of the notice", "", *told] if told else []
        self.page.show([*notice.lines, *for_staff])
