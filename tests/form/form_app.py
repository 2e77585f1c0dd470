"""A small app around the form, as the client screen will use it: checks after every key, walks, shows a panel.

Run as a program it keys one record of the section named first; `KEYWORK_VALUES` names a file for the values.
"""

import json
import os
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tui.form.findings_panel import FindingsPanel
from tui.form.panel_entries import Entry, Place, RecordKey, panel_entries, walk, walked
from tui.form.record_form import RecordForm
from tui.form.record_model import RecordModel, Surroundings
from tui.widgets.base_app import BaseApp
from validators.records import EpisodeRecord, Values
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load

TODAY = date(2020, 12, 15)
STANDARD = load("ndtms-cjit-p")
CLIENT: Values = {
    "CLIENTID": "c1", "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "1", "AGNCY": "T0123",
    "CLIENT": "26964",
}  # fmt: skip
PREVIOUS: Values = {
    "FINITIAL": "Z",
    "NATION": "FRA",
    "AGNCY": "S9999",
    "CONSENT": "Y",
    "PC": "SR1 3",
    "DAT": "A11B",
    "DRUG1": "7000",
}


class FormScreen(Screen[None]):
    """The form over its panel, and nothing else."""

    CSS = "RecordForm { height: 1fr; }"

    def __init__(self, model: RecordModel) -> None:
        super().__init__()
        self.checker = Checker(STANDARD)
        self.records = [RecordKey(section, "C", "E" if section == "episode" else "") for section in model.sections]
        self.form = RecordForm(model, on_edit=self.edited, on_move=self.moved, on_command=self.commanded)
        self.panel = FindingsPanel(on_choose=self.chosen)
        self.edits: list[str] = []
        self.moves: list[str] = []
        self.commands: list[str] = []
        self.said: list[str] = []
        self.entries: tuple[Entry, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.form
        yield self.panel

    def on_mount(self) -> None:
        self.judge()
        self.form.focus_input()

    def place(self) -> Place:
        header = self.form.model.current
        section = STANDARD.by_header[header].section
        return Place(next((record for record in self.records if record.section == section), self.records[0]), header)

    def judge(self) -> None:
        model = self.form.model
        values = {**model.context, **model.values}
        parts = {
            level: {header: values.get(header, "") for header in STANDARD.headers_by_level[level]}
            for level in ("client", "episode")
        }
        record = EpisodeRecord(
            {**parts["client"], "CLIENTID": "c1"}, {**parts["episode"], "EPISODID": "e1"}, (), (), "C", "E"
        )
        findings = self.checker.check(record, Context(TODAY, "store"))
        self.form.show_findings(findings)
        self.entries = panel_entries(findings, model, self.records)
        self.panel.show(self.entries, self.place())

    def edited(self, header: str) -> None:
        self.edits.append(header)
        self.judge()

    def moved(self, header: str) -> None:
        self.moves.append(header)
        self.panel.show(self.entries, self.place())

    def say(self, text: str, severity: str = "") -> None:
        self.said.append(text)

    def chosen(self, place: Place) -> None:
        self.form.go_to(place.header)

    def commanded(self, name: str) -> None:
        self.commands.append(name)
        if name in ("next_finding", "previous_finding"):
            step = 1 if name == "next_finding" else -1
            stops = walked(self.entries)
            target = walk(stops, self.place(), self.records, STANDARD, step)  # type: ignore[arg-type]
            target = target or walk(stops, None, self.records, STANDARD, step)  # type: ignore[arg-type]
            if target is not None:
                self.form.go_to(target.header)
        elif name == "save":
            self.form.model.saved()
            self.judge()


class FormApp(BaseApp):
    """The frame's app with one form in it."""

    def __init__(self, sections: Iterable[str] = ("client",), values: Values | None = None, **more: Any) -> None:
        super().__init__(clock=lambda: datetime(2020, 12, 15, 9).astimezone())
        known = {name: more.pop(name) for name in ("context", "carried", "usage") if name in more}
        beside = Surroundings(previous=PREVIOUS, **known)
        self.entry = FormScreen(
            RecordModel(STANDARD, list(sections), values or {}, clock=lambda: TODAY, beside=beside, **more)
        )

    def get_default_screen(self) -> Screen[None]:
        return self.entry

    @property
    def form(self) -> RecordForm:
        return self.entry.form

    def flush_drafts(self, reason: str) -> None:
        self.entry.form.flush()
        if path := os.environ.get("KEYWORK_VALUES"):
            Path(path).write_text(json.dumps(self.entry.form.model.values, sort_keys=True), encoding="utf-8")


def lines_of(widget: Widget) -> list[str]:
    """What a widget draws, as text."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


if __name__ == "__main__":
    FormApp(sys.argv[1:] or ["client"], {}, context=CLIENT).run()
