"""An agency in Wales with a real store: journeys go in, returns go out, are sent, and are taken back."""

from datetime import date
from pathlib import Path

from lxml import etree

from exporters.extracts.writing import Receipt, export_submission
from exporters.formats.base import extract_kind
from exporters.work import Work
from exporters.xml_format.reading import Message, MessageReader
from store.facts import ExtractInfo, Who
from store.month import extracts, sent
from store.records import agencies, bulk_load, read, save
from store.store import Store, open_store
from tests.exporters.extracts import NOW
from tests.stores import ask
from tests.validators.builders_smds import TODAY, WALES, journey
from validators.records import EpisodeRecord, Event
from validators.standard.model import Standard

AGENCY = "T00123"


def standards(name: str) -> Standard:
    """The one standard there is."""
    assert name == WALES.id
    return WALES


class Returns:
    """A folder with a store, and what is done with the two."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Take the folder that files go to, and the store."""
        self.folder, self.store, self.runs = folder, store, 0
        with store.writing(Who("ann", NOW)) as work:
            self.agency = agencies.ensure(work, AGENCY, WALES.id)

    def take(self, *records: EpisodeRecord) -> None:
        """Enter journeys; each is of a client of its own, unless it names one."""
        with self.store.writing(Who("ann", NOW)) as work:
            bulk_load.load(work, self.agency, records)

    def keyed(self, *events: Event, **changes: str) -> str:
        """Enter one journey; return its id."""
        known = {record.episode_id for record in ask(self.store, read.episodes, self.agency)}
        self.take(journey(*events, **changes))
        return next(r.episode_id for r in ask(self.store, read.episodes, self.agency) if r.episode_id not in known)

    def change(self, episode_id: str, **values: str) -> None:
        """Change values of a journey, wherever they stand."""
        record = ask(self.store, read.episode_record, episode_id)
        levels = {header: WALES.by_header[header].level for header in values}
        with self.store.writing(Who("bob", NOW)) as work:
            for kind, own in (("client", record.client_id), ("episode", episode_id)):
                mine = {header: value for header, value in values.items() if levels[header] == kind}
                if mine:
                    now = read.get(work, kind, own)  # type: ignore[arg-type]
                    save.change(work, kind, own, {**now.values, **mine}, now.version)  # type: ignore[arg-type]

    def add(self, episode_id: str, event: Event) -> str:
        """Enter an event; return its id."""
        with self.store.writing(Who("bob", NOW)) as work:
            return save.create(work, "event", episode_id, event.section, event.values).id

    def change_event(self, event_id: str, **values: str) -> None:
        """Change values of an event."""
        with self.store.writing(Who("bob", NOW)) as work:
            now = read.get(work, "event", event_id)
            save.change(work, "event", event_id, {**now.values, **values}, now.version)

    def export(
        self, submission: str, kind: str = "", first: date | None = None, last: date | None = None, today: date = TODAY
    ) -> Receipt:
        """Write a return into a folder of its own."""
        self.runs += 1
        folder = self.folder / f"out-{self.runs}"
        folder.mkdir()
        wanted = extract_kind(WALES, kind, first, last)
        return export_submission(
            self.store, Work(self.agency, WALES, today), submission, folder, Who("ann", NOW), wanted=wanted
        )

    def latest(self) -> ExtractInfo:
        """The extract written last."""
        return ask(self.store, extracts.listed, self.agency)[-1]

    def send(self, submission: str, kind: str = "", **more: date) -> list[Message]:
        """Write a return and mark it as sent; its messages."""
        receipt = self.export(submission, kind, **more)
        with self.store.writing(Who("ann", NOW)) as work:
            sent.mark(work, self.latest().id)
        return messages(receipt.file)

    def take_back(self, extract: ExtractInfo) -> None:
        """It was lost, or refused."""
        with self.store.writing(Who("ann", NOW)) as work:
            sent.take_back(work, extract.id)


def messages(path: Path) -> list[Message]:
    """The messages of a file."""
    with path.open("rb") as source:
        return list(MessageReader(WALES).read(source))


def parts(message: Message) -> list[str]:
    """The blocks of a message by the first word of their group, events by what they are, as the reader tells them."""
    singles = [group.split()[0] for group in message.lines if group.split()[0] in ("Client", "Referral", "Assessment")]
    ends = ["Discharge"] if "Discharge Details" in message.lines else []
    return [*singles, *(event.values[first(event)] for event in message.events), *ends]


def first(event: Event) -> str:
    """The item that an event is told by."""
    return "MODALITY" if event.section == "modality" else "TOPDATE"


def opened(folder: Path) -> Returns:
    """An agency with an empty store in a folder of its own. Close the store."""
    folder.mkdir(exist_ok=True)
    return Returns(folder, open_store(folder / "k.db", folder / "k.key", standards, create=True, busy_seconds=0.2))


def lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()


def well_formed(path: Path) -> etree._Element:
    """The root of a file, read by lxml alone."""
    return etree.parse(str(path)).getroot()
