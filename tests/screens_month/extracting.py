"""A sent extract of October, and what happened to the caseload since."""

import re
from datetime import timedelta
from pathlib import Path

from exporters.extracts.preview import preview_extract
from exporters.work import Work
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import extracts
from store.month import sent as stored_sent
from store.month.facts import WrittenExtract
from store.records import read, save
from store.store import Store
from tests.screens.program import NOW
from tests.screens_lists.conftest import Start, command, same_picture
from tests.stores import ask
from tests.terminal import Terminal
from validators.standard.catalogue import load

STANDARD = load("ndtms-cjit-p")
BEFORE = NOW - timedelta(days=30)


def sent(store: Store, agency: AgencyInfo) -> ExtractInfo:
    """October's extract, whose file is long gone, marked as sent; then an episode is deleted, a birth date changed."""
    preview = ask(store, preview_extract, Work(agency, STANDARD, BEFORE.date()), "2020-10")
    receipt = {**preview.receipt.as_mapping(), "file": f"/srv/exports/{preview.receipt.file.name}"}
    with store.writing(Who("ann", BEFORE)) as work:
        its = preview.receipt
        written = WrittenExtract("2020-10", its.file.name, its.sha256, preview.tally.rows, receipt)
        made = extracts.keep(work, agency, written, preview.text.pieces())
        made = stored_sent.mark(work, made.id)
    episodes = list(ask(store, read.episodes, agency))
    with store.writing(Who("bob", NOW - timedelta(days=3))) as work:
        save.delete(work, "episode", episodes[3].episode_id, 1)
        client = ask(store, read.get, "client", episodes[8].client_id)
        save.change(work, "client", client.id, {**client.values, "DOB": "19700101"}, 1)
    return made


def opened(start: Start, columns: int = 80, rows: int = 24) -> Terminal:
    """The program on the Extract screen."""
    terminal = start(columns, rows)
    command(terminal, "what will be written", "Will be written")
    return terminal


def go(terminal: Terminal, label: str) -> None:
    """Enter on the line with a label."""
    terminal.press("<home>")
    row = next(number for number, line in enumerate(terminal.lines()) if line[3:].startswith(label))
    terminal.press("<down>" * (row - 1) + "<enter>", 0.5)


def steady(terminal: Terminal, path: Path) -> None:
    """Compare with a picture; digests are others each time, since identifiers are."""

    class Masked:
        def text(self) -> str:
            return re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{16})\b", "(a digest)", terminal.text())

    same_picture(Masked(), path)  # type: ignore[arg-type]
