"""Writing all findings to a file, from where they are listed: with the case references, or without anybody's."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from exporters.checks.findings_list import Form, write_findings
from tui.widgets.actions import REGISTRY, action
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import BaseScreen
from tui.widgets.confirm import Answer, Confirm

if TYPE_CHECKING:
    from tui.app.app import KeyworkApp

REGISTRY.add(action("findings.export", "e", "Export", "Write all findings to a file", {"findings"}, "export", bar=True))
KINDS: Mapping[str, tuple[Form, bool, str]] = {
    "c": ("csv", False, "CSV, the case reference first"),
    "t": ("text", False, "Text, the case reference first"),
    "h": ("csv", True, "CSV for a helpdesk: no reference, identifier or value of anybody"),
}
SAFE = "What a spreadsheet would take for a formula gets an apostrophe before it. The file is readable by you alone."


class Exporting(BaseScreen[None]):
    """The part of the findings screen that writes files."""

    def action_export(self) -> None:
        """`e`: ask which form, then where to."""

        def chosen(letter: str | None) -> None:
            if letter is not None:
                self._ask_where(*KINDS[letter][:2])

        answers = [Answer(letter, told) for letter, (_, _, told) in KINDS.items()]
        self.app.push_screen(Confirm("Write all findings to a file", [SAFE], answers), chosen)

    def _ask_where(self, form: Form, anonymous: bool) -> None:
        app = cast("KeyworkApp", self.app)

        def named(texts: Mapping[str, str] | None) -> None:
            if texts is None:
                return
            target = Path(texts["path"]).expanduser()
            app.in_store(
                lambda store: write_findings(store, app.agency, app.standard, target, form, anonymous=anonymous),
                on_done=lambda many: self.say(f"{many:,} findings written to {target}.", "ok"),
                hold=True,
            )

        name = (
            f"findings-{app.today().isoformat()}{'-anonymous' if anonymous else ''}.{'txt' if form == 'text' else form}"
        )
        asked = [Asked("path", "New file", f"~/{name}")]
        about = ["All findings kept of the caseload, whatever the filter shows. An existing file is not replaced."]
        app.push_screen(Asking("Write all findings", about, asked), named)
