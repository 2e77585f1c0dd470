"""How fast two extracts are compared, and mismatches found, against reading both with csv.reader in the same run."""

import csv
import io
import random
import tempfile
import timeit
from datetime import UTC, datetime
from pathlib import Path

from exporters.csv_format.text import ExtractText
from exporters.extracts.compare import compare_texts
from exporters.extracts.mismatches import against
from exporters.extracts.preview import preview_extract
from exporters.work import Work
from store.facts import AgencyInfo, ExtractInfo, Who
from store.month import extracts
from store.month import sent as stored_sent
from store.month.facts import WrittenExtract
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.bench.measuring import median, tell
from tests.bench.returns import TODAY
from tests.stores import ask
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes

ROWS = 20_000
SUBMISSION = "2020-12"
NOW = datetime(2021, 1, 10, 9, 30, tzinfo=UTC)


def filled(store: Store, rows: int) -> AgencyInfo:
    """A caseload whose extract has about so many rows."""
    with store.writing(Who("bench", NOW)) as work:
        agency = agencies.ensure(work, "T0001", load().id)
        bulk_load.load(
            work, agency, synthetic_episodes(load(), rows * 6 // 11, seed=1, today=TODAY, faults=True, agency="T0001")
        )
    return agency


def changed(store: Store, agency: AgencyInfo) -> None:
    """One client in twenty has another birth date, one episode in fifty is deleted."""
    picked = random.Random(1)
    with store.writing(Who("bench", NOW)) as work:
        for record in list(ask(store, read.episodes, agency)):
            if picked.random() < 0.05:
                client = read.get(work, "client", record.client_id)
                born = load().role("birth_date")
                save.change(work, "client", client.id, {**client.values, born: "19700101"}, client.version)
            elif picked.random() < 0.02:
                save.delete(work, "episode", record.episode_id, 1)


def kept(store: Store, agency: AgencyInfo) -> ExtractInfo:
    """The extract of now, kept and sent."""
    preview = ask(store, preview_extract, Work(agency, load(), TODAY), SUBMISSION)
    receipt = preview.receipt
    with store.writing(Who("bench", NOW)) as work:
        rows = receipt.tally.rows
        written = WrittenExtract(SUBMISSION, receipt.file.name, receipt.sha256, rows, receipt.as_mapping())
        return stored_sent.mark(work, extracts.keep(work, agency, written, preview.text.pieces()).id)


def _read(text: bytes) -> None:
    """The yardstick: a text that is in memory, decoded, through csv.reader."""
    for _ in csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")):
        pass


def run() -> bool:
    """Measure and print; whether every limit is kept."""
    standard = load()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "bench.db", Path(folder) / "bench.key", load, create=True) as store,
    ):
        agency = filled(store, ROWS)
        sent = kept(store, agency)
        changed(store, agency)
        second = kept(store, agency)
        preview = ask(store, preview_extract, Work(agency, standard, TODAY), SUBMISSION)
        found = ask(store, against, preview, sent)

        texts = [b"".join(ask(store, extracts.text, one.id)) for one in (sent, second)]

        def plain() -> None:
            for text in texts:
                _read(text)

        def compared() -> None:
            compare_texts(ask(store, extracts.text, sent.id), ask(store, extracts.text, second.id), standard)

        def mismatched() -> None:
            # Read anew each time, as when the screen is opened.
            preview.__dict__["by_episode"] = ExtractText(preview.text.pieces(), standard)
            ask(store, against, preview, sent)

        yardstick = median(lambda: timeit.timeit(plain, number=1))
        difference = median(lambda: timeit.timeit(compared, number=1)) / yardstick
        mismatches = median(lambda: timeit.timeit(mismatched, number=1)) / yardstick
    note = f"{sent.rows} and {second.rows} rows, {len(found.found)} mismatches"
    keeps = tell("comparing two extracts, against reading both with csv.reader", difference, 3, note=note)
    return tell("finding mismatches, against reading both with csv.reader", mismatches, 3, note=note) and keeps


if __name__ == "__main__":
    raise SystemExit(0 if run() else 1)
