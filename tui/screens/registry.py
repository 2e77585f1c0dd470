"""Which screens there are: one entry says all that is known of a screen before it is opened, and no list elsewhere
names screens. A screen is imported when it is opened, so that the first paint waits for none.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from textual.screen import Screen

from tui.widgets.actions import ALL, LETTERS, REGISTRY, TO_CASELOAD, WALKING, action
from validators.standard.terminology import Sentence

if TYPE_CHECKING:
    from validators.standard.model import Standard

CONSENT, BEGUN, REVIEWS = "consent", "begun", "reviews"
ROLL_OVER, REGIONS = "roll_over", "regions"


def has(standard: "Standard", needs: str) -> bool:
    """Whether a data set has what a screen or an action needs.

    "" is nothing, `roll_over` and `regions` those of its calendar, `consent` and `begun` a field of that role,
    `reviews` events that are held again, else the name of a part of the standard that is not empty.
    """
    if needs in (ROLL_OVER, REGIONS):
        from validators.calendar.kinds import KINDS, regions

        calendar = standard.submission.calendar
        return bool(KINDS[calendar].bases_until if needs == ROLL_OVER else regions(calendar))
    if needs in (CONSENT, BEGUN):
        return bool(standard.role(needs))
    if needs == REVIEWS:
        return any(one.review_weeks for one in standard.sections)
    return not needs or bool(getattr(standard, needs))


@dataclass(frozen=True)
class ScreenEntry:
    """A screen: its name (the scope of its actions), where its class stands, and how it is reached.

    With `from_anywhere` the palette offers it on every screen, by its `title` and `tooltip`, and `key` ("" for none)
    opens it; such a screen is made without arguments. `home` is the first screen.

    `needs` is what a data set must have for it (see `has`). `letters`: it takes no text but in its filter and dialogs,
    so that its own actions may be on letters. `faults` says what F8 and F7 do there: lead to the `next` finding from
    where one is, into the `caseload`'s first or last, or ("") something else. `keys` is a module of actions that is
    loaded before the screen is: other screens have some of them, or the form reads them.
    """

    name: str
    title: str
    module: str
    class_name: str
    tooltip: str | Sentence = ""
    key: str = ""
    needs: str = ""
    from_anywhere: bool = True
    home: bool = False
    letters: bool = False
    faults: Literal["next", "caseload", ""] = "caseload"
    keys: str = ""

    @property
    def scope(self) -> frozenset[str]:
        """The scope of actions that this screen alone has."""
        return frozenset({self.name})

    def make(self, *args: Any, **more: Any) -> Screen[Any]:
        """An instance, made now."""
        made = getattr(import_module(self.module), self.class_name)(*args, **more)
        assert isinstance(made, Screen)
        return made

    def is_for(self, standard: "Standard") -> bool:
        """Whether an agency of this standard has anything on it."""
        return has(standard, self.needs)


SCREENS: dict[str, ScreenEntry] = {
    entry.name: entry
    for entry in (
        ScreenEntry("start", "Start", "tui.screens.start", "StartScreen", from_anywhere=False, faults=""),
        ScreenEntry(
            "clients",
            "Clients",
            "tui.screens.clients.screen",
            "ClientsScreen",
            "Find a client and open the record",
            key="f3",
            faults="next",
            keys="tui.screens.clients.keys",
        ),
        ScreenEntry(
            "client",
            "Client",
            "tui.screens.client.screen",
            "ClientScreen",
            from_anywhere=False,
            faults="next",
            keys="tui.screens.client.keys",
        ),
        ScreenEntry(
            "month",
            "Month",
            "tui.screens.month",
            "MonthScreen",
            "What is due, and what stands in the way",
            home=True,
            letters=True,
        ),
        ScreenEntry(
            "worklists",
            "Worklists",
            "tui.screens.clients.worklists",
            "WorklistsScreen",
            "What waits for somebody, with numbers; Enter lists it",
            letters=True,
        ),
        ScreenEntry(
            "findings",
            "Findings",
            "tui.screens.findings.screen",
            "FindingsScreen",
            "Every finding of the caseload",
            letters=True,
            faults="next",
        ),
        ScreenEntry(
            "extract",
            "Extract",
            "tui.screens.extract.screen",
            "ExtractScreen",
            "What will be written; then write it",
            keys="tui.screens.extract.keys",
        ),
        ScreenEntry(
            "acceptances",
            "Accepted warnings",
            "tui.screens.acceptances",
            "AcceptancesScreen",
            "The warnings that were accepted, by whom and why",
            letters=True,
        ),
        ScreenEntry(
            "bounces",
            "Bounce list",
            "tui.screens.bounces",
            "BouncesScreen",
            Sentence("Paste the {portal}'s list of what it refused; each line leads to its record"),
            letters=True,
            faults="next",
        ),
        ScreenEntry(
            "standards", "Standards", "tui.screens.standards", "StandardsScreen", "Fields, code lists and rules"
        ),
        ScreenEntry(
            "review",
            "Review of a draft",
            "tui.screens.review.screen",
            "ReviewScreen",
            from_anywhere=False,
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "install",
            "Install an edition",
            "tui.screens.review.install",
            "InstallScreen",
            from_anywhere=False,
            faults="",
        ),
        ScreenEntry(
            "many",
            "Same for many",
            "tui.screens.many",
            "ManyScreen",
            "Key one record for several clients at once",
            faults="",
        ),
        ScreenEntry(
            "withdrawals",
            "Withdrawals to tell",
            "tui.screens.withdrawals",
            "WithdrawalsScreen",
            "Consent that was withdrawn, which no extract can carry: whom to tell",
            needs=CONSENT,
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "notice",
            "Privacy notice",
            "tui.screens.notice",
            "NoticeScreen",
            "What clients are told of what is collected: read it out",
            needs=CONSENT,
            faults="",
        ),
        ScreenEntry(
            "recode",
            "Recode",
            "tui.screens.clients.recode",
            "RecodeScreen",
            "One code in place of another over a list of clients",
            from_anywhere=False,
            faults="",
        ),
        ScreenEntry(
            "second_keying",
            "Second keying",
            "tui.screens.second_keying.screen",
            "SecondKeyingScreen",
            "A sample keyed again from paper by a second person, blind; the error rate",
            needs="second_keying",
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "second_form",
            "Keying again",
            "tui.screens.second_keying.form",
            "SecondForm",
            from_anywhere=False,
            faults="",
        ),
        ScreenEntry(
            "second_differences",
            "Keyed twice, differently",
            "tui.screens.second_keying.differences",
            "SecondDifferences",
            from_anywhere=False,
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "drafts",
            "Unsaved typing",
            "tui.screens.drafts",
            "DraftsScreen",
            "Drafts: what I typed and did not save",
        ),
        ScreenEntry(
            "calendar",
            "Calendar",
            "tui.screens.calendar.screen",
            "CalendarScreen",
            "Submissions, windows and deadlines",
        ),
        ScreenEntry(
            "rollover",
            "Roll-over",
            "tui.screens.rollover",
            "RollOverScreen",
            "What the next roll-over drops",
            needs=ROLL_OVER,
        ),
        ScreenEntry(
            "checklist",
            "Checklist",
            "tui.screens.checklist",
            "ChecklistScreen",
            "The list of one submission",
            letters=True,
        ),
        ScreenEntry(
            "measures",
            "Measures",
            "tui.screens.measures",
            "MeasuresScreen",
            "What the agency is measured by, and the cases",
            needs="measures",
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "report",
            "Report",
            "tui.screens.report",
            "ReportScreen",
            "One page for the manager: submissions, caseload, causes",
        ),
        ScreenEntry(
            "settings",
            "Settings",
            "tui.screens.settings",
            "SettingsScreen",
            "What the agency says of itself, as rules and measures ask it",
            needs="settings",
            faults="",
        ),
        ScreenEntry(
            "subject",
            "Held and removed",
            "tui.screens.subject",
            "SubjectScreen",
            "All that is held about a client, to be handed out; removal that two people agree on",
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "agencies",
            "Agencies",
            "tui.screens.agencies",
            "AgenciesScreen",
            "The agencies of this store: open another one, make a new one",
            letters=True,
            faults="",
        ),
        ScreenEntry(
            "file_check",
            "Check a file",
            "tui.screens.files.check",
            "FileCheckScreen",
            "Check an extract by the rules, storing nothing",
            letters=True,
            faults="next",
        ),
        ScreenEntry(
            "import",
            "Import",
            "tui.screens.files.taking",
            "ImportScreen",
            "Take an extract into the store: first it is told what would be taken",
            letters=True,
        ),
        ScreenEntry(
            "key",
            "Copy of the key",
            "tui.screens.store.key",
            "KeyScreen",
            "Show the store's key once, to be written down, and have a part typed back",
            faults="",
        ),
        ScreenEntry("backup", "Backup", "tui.screens.store.backup", "BackupScreen", "Write a copy of the store"),
        ScreenEntry(
            "doctor",
            "Doctor",
            "tui.screens.store.doctor",
            "DoctorScreen",
            "Examine the store: the file, its schema, the audit chain, who may read it",
        ),
        ScreenEntry(
            "version",
            "Version",
            "tui.screens.store.version",
            "VersionScreen",
            "Which Keywork this is, what it runs on, what changed",
        ),
        ScreenEntry(
            "first_steps",
            "First steps",
            "tui.screens.store.first_steps",
            "FirstStepsScreen",
            "Where store and key are, and the ways to begin",
            faults="",
        ),
        ScreenEntry(
            "file_row", "A line of a file", "tui.screens.files.row", "RowScreen", from_anywhere=False, faults="next"
        ),
        ScreenEntry(
            "copy",
            "Copy to another agency",
            "tui.screens.client.copy_to_agency",
            "CopyScreen",
            "What of a client goes over to another data set",
            from_anywhere=False,
        ),
        ScreenEntry(
            "history",
            "History",
            "tui.screens.history",
            "HistoryScreen",
            "Who changed what, and when",
            letters=True,
            from_anywhere=False,
        ),
        ScreenEntry("letter", "Change of letter", "tui.screens.letter", "LetterScreen", from_anywhere=False, faults=""),
        ScreenEntry(
            "new_agency", "New agency", "tui.screens.agencies", "NewAgencyScreen", from_anywhere=False, faults=""
        ),
    )
}
"""Screens by name, in the order in which `keywork help` tells of them, and the palette after the first screen."""

HOME = next(entry for entry in SCREENS.values() if entry.home)
"""The first screen."""

for _entry in SCREENS.values():
    _kinds = {LETTERS: _entry.letters, WALKING: _entry.faults == "next", TO_CASELOAD: _entry.faults == "caseload"}
    REGISTRY.add_screen(_entry.name, {kind for kind, is_so in _kinds.items() if is_so})

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
            needs=entry.needs,
        )
        for entry in sorted(SCREENS.values(), key=lambda entry: not entry.home)
        if entry.from_anywhere
    )
)

# Those of the client first: what screens share stands before their own keys in every key bar.
for _entry in sorted(SCREENS.values(), key=lambda entry: entry.from_anywhere):
    if _entry.keys:
        import_module(_entry.keys)


def know_actions() -> None:
    """Have every screen's actions in the registry: before keys of the settings file are looked at, which may name any,
    and for all help texts at once. Else a screen brings its own when it is opened."""
    for entry in SCREENS.values():
        import_module(entry.module)


def hidden_actions(standard: "Standard") -> frozenset[str]:
    """The ids of actions that are nothing where the data set does not have what they need."""
    return frozenset(each.id for each in REGISTRY if not has(standard, each.needs))
