"""A folder with a store in it, and what is done with the two: files come in, extracts go out."""

from datetime import date
from pathlib import Path

from exporters.extracts.writing import Receipt, export_submission
from exporters.formats.base import Taking
from exporters.imports.csv_import import Import
from exporters.imports.report import ImportReport
from exporters.work import Work
from store.disk import audit
from store.facts import Who
from store.records import agencies
from store.records import read as records_read
from store.store import Store, open_store
from tests.exporters.extracts import NOW, STANDARD, TODAY, Row, read, write
from tests.stores import ask
from validators.standard.model import Standard


def standards(name: str) -> Standard:
    """The one standard there is."""
    assert name == STANDARD.id
    return STANDARD


class Desk:
    """A folder with a store, and what is done with it."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Take the folder files go to, and the store."""
        self.folder, self.store = folder, store

    def take(
        self,
        rows: list[Row] | Path,
        *,
        update: bool = False,
        all_or_nothing: bool = False,
        agency: str | None = None,
        taking: Taking | None = None,
        headers: tuple[str, ...] = STANDARD.headers,
    ) -> ImportReport:
        """Import rows, or a file."""
        path = rows if isinstance(rows, Path) else write(self.folder, rows, headers)
        job = Import(path, STANDARD, taking or Taking(update=update, all_or_nothing=all_or_nothing))
        return job.write(self.store, job.prepare(self.store, agency), "ann", NOW)

    def kept(self) -> list[dict[str, str]]:
        """Client and episode values of all episodes, without empty ones, in order."""
        return [
            {**record.client, **record.episode}
            for record in ask(self.store, records_read.episodes, ask(self.store, agencies.one))
        ]

    def events(self) -> list[list[dict[str, str]]]:
        """The values of each episode's events."""
        records = ask(self.store, records_read.episodes, ask(self.store, agencies.one))
        return [[dict(event.values) for event in record.events] for record in records]

    def links(self) -> int:
        """How many audit rows there are: it changes with every change."""
        report = ask(self.store, audit.verify)
        assert report.whole
        return report.rows

    def send(
        self,
        submission: str = "2020-12",
        *,
        standard: Standard = STANDARD,
        agency: str | None = None,
        out: Path | None = None,
        today: date = TODAY,
    ) -> Receipt:
        """Export a submission into the folder `out`."""
        folder = out or self.folder / "out"
        folder.mkdir(exist_ok=True)
        return export_submission(
            self.store,
            Work(ask(self.store, agencies.one, agency), standard, today),
            submission,
            folder,
            Who("ann", NOW),
        )

    def sent(self, submission: str = "2020-12") -> list[Row]:
        """The rows of a submission, only what is filled in them, without the program's own mark."""
        receipt = self.send(submission)
        rows = read(receipt.file)
        receipt.file.unlink()
        return [{header: value for header, value in each.items() if value and header != "CMSID"} for each in rows]

    def left(self) -> list[str]:
        """What lies in the folder `out`."""
        return sorted(path.name for path in (self.folder / "out").iterdir())


def opened(folder: Path) -> Desk:
    """A desk with a new store in an empty folder of its own. Close the store."""
    folder.mkdir(exist_ok=True)
    store = open_store(folder / "keywork.db", folder / "store.key", standards, create=True, busy_seconds=0.2)
    return Desk(folder, store)
