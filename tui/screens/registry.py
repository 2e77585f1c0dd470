"""Which screens there are, by name. A screen is imported when it is opened, so that the first paint waits for none."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui.widgets.actions import ALL, REGISTRY, action

if TYPE_CHECKING:
    from validators.standard.model import Standard


ROLL_OVER = "roll_over"


@dataclass(frozen=True)
class ScreenEntry:
    """A screen that can be opened by name: where its class stands, the key that opens it ("" for none), its help.

    `needs` names the part of a standard without which there is nothing on it: it is not offered then. `roll_over` is
    that of its calendar.
    """

    name: str
    title: str
    module: str
    class_name: str
    key: str
    tooltip: str
    needs: str = ""

    def make(self, *args: Any, **more: Any) -> Screen[Any]:
        """An instance, made now."""
        made = getattr(import_module(self.module), self.class_name)(*args, **more)
        assert isinstance(made, Screen)
        return made

    def is_for(self, standard: "Standard") -> bool:
        """Whether an agency of this standard has anything on it."""
        if self.needs == ROLL_OVER:
            from validators.calendar.kinds import KINDS

            return bool(KINDS[standard.submission.calendar].bases_until)
        return not self.needs or bool(getattr(standard, self.needs))


SCREENS: dict[str, ScreenEntry] = {
    entry.name: entry
    for entry in (
        ScreenEntry(
            "month", "Month", "tui.screens.month", "MonthScreen", "", "What is due, and what stands in the way"
        ),
        ScreenEntry(
            "clients",
            "Clients",
            "tui.screens.clients.screen",
            "ClientsScreen",
            "f3",
            "Find a client and open the record",
        ),
        ScreenEntry(
            "findings", "Findings", "tui.screens.findings.screen", "FindingsScreen", "", "Every finding of the caseload"
        ),
        ScreenEntry(
            "extract",
            "Extract",
            "tui.screens.extract.screen",
            "ExtractScreen",
            "",
            "What will be written; then write it",
        ),
        ScreenEntry(
            "acceptances",
            "Accepted warnings",
            "tui.screens.acceptances",
            "AcceptancesScreen",
            "",
            "The warnings that were accepted, by whom and why",
        ),
        ScreenEntry(
            "bounces",
            "Bounce list",
            "tui.screens.bounces",
            "BouncesScreen",
            "",
            "Paste the portal's list of what it refused; each line leads to its record",
        ),
        ScreenEntry(
            "standards", "Standards", "tui.screens.standards", "StandardsScreen", "", "Fields, code lists and rules"
        ),
        ScreenEntry(
            "drafts", "Unsaved typing", "tui.screens.drafts", "DraftsScreen", "", "What I typed and did not save"
        ),
        ScreenEntry(
            "calendar",
            "Calendar",
            "tui.screens.calendar.screen",
            "CalendarScreen",
            "",
            "Submissions, windows and deadlines",
        ),
        ScreenEntry(
            "rollover",
            "Roll-over",
            "tui.screens.rollover",
            "RollOverScreen",
            "",
            "What the next roll-over drops",
            ROLL_OVER,
        ),
        ScreenEntry(
            "checklist", "Checklist", "tui.screens.checklist", "ChecklistScreen", "", "The list of one submission"
        ),
        ScreenEntry(
            "measures",
            "Measures",
            "tui.screens.measures",
            "MeasuresScreen",
            "",
            "What the agency is measured by, and the cases",
            "measures",
        ),
        ScreenEntry(
            "settings",
            "Settings",
            "tui.screens.settings",
            "SettingsScreen",
            "",
            "What the agency says of itself, as rules and measures ask it",
            "settings",
        ),
        ScreenEntry(
            "agencies",
            "Agencies",
            "tui.screens.agencies",
            "AgenciesScreen",
            "",
            "The agencies of this store: open another one, make a new one",
        ),
        ScreenEntry(
            "copy",
            "Copy to another agency",
            "tui.screens.client.copy_to_agency",
            "CopyScreen",
            "",
            "What of a client goes over to another data set",
        ),
        ScreenEntry("history", "History", "tui.screens.history", "HistoryScreen", "", "Who changed what, and when"),
    )
}
"""Screens by name, in the order the palette lists them. Those that need no argument can be opened from anywhere."""

OF_ONE_RECORD = {"copy", "history"}
"""Screens that the screens which show records offer."""

HOME = "month"
"""The first screen."""

REGISTRY.add(
    *(
        action(
            f"go.{entry.name}",
            entry.key,
            entry.title,
            entry.tooltip,
            {ALL},
            f"app.open_screen('{entry.name}')",
            bar=bool(entry.key),
        )
        for entry in SCREENS.values()
        if entry.name not in OF_ONE_RECORD
    )
)

# Actions of several screens: they must be there before any of these is made.
for _name in ("tui.screens.client.keys", "tui.screens.clients.keys", "tui.screens.extract.keys"):
    import_module(_name)


def know_actions() -> None:
    """Have every screen's actions in the registry: before keys of the settings file are looked at, which may name any,
    and for all help texts at once. Else a screen brings its own when it is opened."""
    for entry in SCREENS.values():
        import_module(entry.module)
