"""What the agency says of itself, as its data set asks it. Enter says something else; rules and measures then know."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget

from store.disk import audit
from store.facts import AgencyInfo, AuditEntry
from store.month import agency_settings
from store.snapshot import Snapshot
from tui.session.background_check import caseload_check
from tui.session.program import StoreScreen
from tui.session.refresher import Question, Refresher
from tui.session.store_access import StoreChanged
from tui.session.wording import when
from tui.widgets.ask_text import Asked, Asking
from tui.widgets.base_screen import JumpPlace
from tui.widgets.line_list import LineList
from tui.widgets.text import fit, printable
from tui.widgets.text_line import Piece
from tui.widgets.text_page import TextPage
from validators.agency import setting_text, setting_words
from validators.standard.model import Standard
from validators.standard.settings import AgencySetting, classes_told

_ANSWER = {"yes_no": "yes or no", "classes": "Pairs, such as 01={first} 02={second}"}


class SettingList(LineList):
    """The settings, each with what is said."""

    DEFAULT_CSS = "SettingList { height: 4; }"

    def __init__(self, settings: Sequence[AgencySetting]) -> None:
        super().__init__()
        self.settings, self.told = settings, dict[str, str]()

    @property
    def row_count(self) -> int:
        """How many the standard names."""
        return len(self.settings)

    def pieces_of(self, row: int) -> Sequence[Piece]:
        """Its name and what is said, escaped."""
        one = self.settings[row]
        said = self.told.get(one.id, "")
        words = printable(setting_words(one, said))
        return [(fit(f" {printable(one.id)}", 28) + " ", "text"), (words, "text" if said else "warning")]


class SettingsScreen(StoreScreen[None]):
    """The list, and below it what the chosen one means."""

    scope = "settings"
    heading = "What the agency says of itself"

    def __init__(self, setting: str = "") -> None:
        """The list, on the setting that is named."""
        super().__init__()
        self._wanted = setting
        self._refresher = Refresher(self, self._question, self._came)
        self._said: list[AuditEntry] = []

    def body(self) -> Iterable[Widget]:
        """Settings, then a page about the chosen one."""
        self.listed = SettingList(self.program.standard.settings)
        self.page = TextPage()
        yield self.listed
        yield self.page

    def on_mount(self) -> None:
        """Read."""
        self.retitle(f"What {self.program.agency.code} says of itself")
        self.listed.focus()
        names = [one.id for one in self.program.standard.settings]
        if self._wanted in names:
            self.listed.go(names.index(self._wanted), quiet=True)
        self.action_refresh_data()

    def action_refresh_data(self) -> None:
        """F5."""
        self._refresher.read(hold=True)

    def on_store_changed(self, event: StoreChanged) -> None:
        """Somebody may have said something else."""
        self._refresher.read()

    def _question(self) -> Question[tuple[dict[str, str], list[AuditEntry]]]:
        agency = self.program.agency
        return lambda snapshot: _read(snapshot, agency)

    def _came(self, found: tuple[dict[str, str], list[AuditEntry]]) -> None:
        self.listed.told, self._said = found
        self.listed.refresh()
        self._show()

    def jumps(self) -> list[JumpPlace]:
        """The list and the page."""
        return [("S", "Settings", self.listed.focus), ("P", "Page", self.page.focus)]

    def on_line_list_moved(self) -> None:
        """Another one is chosen."""
        self._show()

    def _show(self) -> None:
        standard = self.program.standard
        if not standard.settings:
            self.page.show(["", f"  The data set {standard.id} asks an agency nothing."])
            return
        one = standard.settings[self.listed.cursor]
        today = self.program.today()
        said = [
            f"{when(entry.at, today)}, {entry.person}: {setting_words(one, entry.new or '')}"
            for entry in reversed(self._said)
            if entry.field == one.id
        ]
        lines = page_of(standard, one, self.listed.told.get(one.id, ""), said)
        self.page.show([printable(line) for line in lines])

    def on_line_list_chosen(self) -> None:
        """Enter: ask for another answer."""
        standard, one = self.program.standard, self.program.standard.settings[self.listed.cursor]
        seen = self.listed.told.get(one.id, "")
        first, second = (*one.classes, "", "")[:2]
        label = _ANSWER[one.kind].format(first=first, second=second)
        lines = [one.title, *([f"Classes: {', '.join(one.classes)}."] if one.classes else [])]
        lines += [f"It says now: {seen}"] if seen else []  # what stands in the line may be what was refused before
        lines.append("Empty takes it back. Every record is then checked anew.")

        def answered(texts: Mapping[str, str] | None) -> None:
            if texts is not None:
                app, text = self.program, setting_text(standard, one, texts["told"])
                agency, id = app.agency, one.id
                app.write(
                    lambda unit: agency_settings.set_setting(unit, agency, id, text, seen),
                    on_done=self._kept,
                    on_problem=dialog.refused,
                    hold=True,
                )

        asked = [Asked("told", label, seen, optional=True)]
        of = "setting", self.program.agency.id, one.id
        dialog = Asking(one.id, lines, asked, lambda texts: setting_text(standard, one, texts["told"]), of)
        self.app.push_screen(dialog, answered)

    def _kept(self, changed: bool) -> None:
        if changed:
            self.say("Kept. The records are being checked anew.", "ok")
            caseload_check(self.program).start()
        else:
            self.say("That is what it says already.")
        self.action_refresh_data()


def page_of(standard: Standard, one: AgencySetting, told: str, said: Sequence[str]) -> list[str]:
    """What a setting means, which rules ask it, what was `said` so far, and where each code of its list is put."""
    rules = [f"{rule.id}: {rule.title}" for rule in standard.rules if _asks(rule.rows, one.id)]
    lines = ["", f"# {one.title}", "", "  Enter says something else.", ""]
    lines += [f"  Rule {rule}" for rule in rules]
    lines += [f"  Measure: {measure.title}" for measure in standard.measures if one.id == measure.setting]
    if said:
        lines += ["", "# Said so far", "", *(f"  {line}" for line in said)]
    if one.kind == "classes":
        codes, put = standard.code_lists[one.code_list], classes_told(told)
        known = {**codes.codes, **{code: codes.codes.get(code, "") for code in put}}
        lines += ["", "# Codes", ""]
        lines += [f"  {code:4} {put.get(code, 'in no class'):16} {label}" for code, label in known.items()]
        if not codes.codes:
            lines += [standard.say("  The codes of this list are not public: type those that your {portal} uses.")]
        if codes.labels:
            lines += ["", "# Published labels whose codes are not known", ""]
            lines += [f"  {label}" for label in codes.labels]
    return lines


def _asks(rows: Iterable[object], name: str) -> bool:
    return any(getattr(row, "parameters", {}).get("setting") == name for row in rows)


def _read(snapshot: Snapshot, agency: AgencyInfo) -> tuple[dict[str, str], list[AuditEntry]]:
    return agency_settings.settings(snapshot, agency), [
        entry for entry in audit.history(snapshot, [agency.id]) if entry.act == "set"
    ]
