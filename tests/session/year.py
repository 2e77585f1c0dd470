"""An agency that is played through a year by commands, with a clock that stands where the story has come to."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from unittest import mock

from store.facts import Who
from store.records import agencies
from store.store import Store, open_store
from tests.commands.running import Outcome, Place, call
from tests.exporters.extracts import Row, read, write
from validators.standard.catalogue import load

AGENCY = "T0123"
STANDARD = "ndtms-cjit-p"
PERSON_TICKS = ("code_lists", "accepted", "reports", "wording")
BY_DATA = ("checked", "warnings", "mismatches", "consent", "drafts", "extract")


class Year:
    """The store of one agency, its clock, and what a person at a shell does there."""

    agency, standard = AGENCY, STANDARD

    def __init__(
        self, folder: Path, *, made: bool = True, moment: datetime = datetime(2022, 9, 1, 9, tzinfo=UTC)
    ) -> None:
        """Make a store that knows the agency and nobody else, unless the program's own first page will."""
        self.place = Place(folder)
        self.moment = moment
        self._folders = 0
        if made:
            with self.store(create=True) as store, store.writing(Who("ann", self.moment)) as work:
                agencies.ensure(work, self.agency, self.standard)

    # The clock

    def at(self, day: str, hour: int = 10) -> None:
        """The clock goes on to a day."""
        its = datetime.combine(datetime.fromisoformat(day).date(), time(hour), UTC)
        assert its > self.moment, f"the story goes back to {day}"
        self.moment = its

    def fixed(self) -> Any:
        """The clock of the command line stands still while this is entered."""
        year = self

        class Fixed(datetime):
            """A clock that somebody holds."""

            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return year.moment.astimezone(tz)

        return mock.patch.multiple("tui.cli.context", datetime=Fixed), mock.patch.multiple(
            "tui.cli.options", datetime=Fixed
        )

    # Commands

    def run(self, *arguments: object) -> Outcome:
        """Give a command on this store."""
        moment, day = self.fixed()
        with moment, day:
            return call(*arguments, *self.place.options)

    def says(self, *arguments: object, code: int = 0) -> str:
        """Give a command that must end with a code; what it printed."""
        done = self.run(*arguments)
        assert done.code == code, done
        return done.out

    def refused(self, *arguments: object) -> str:
        """Give a command that cannot be done; its one sentence."""
        return self.run(*arguments).sentence

    def told(self, *arguments: object, code: int = 0) -> Any:
        """Give a command that answers in JSON."""
        return json.loads(self.says(*arguments, "--format", "json", code=code))

    def store(self, *, create: bool = False) -> Store:
        """The store, to look into it or to do what only the screens do."""
        return open_store(self.place.store, self.place.key, load, create=create)

    # Keying

    def add(self, reference: str, **fields: str) -> str:
        """A new client with an episode; what was said of it on the side."""
        usual = {"SEX": "1", "ETHNIC": "A", "CONSENT": "Y", "PC": "NE1 4", "DAT": "A11B", "DISABLE1": "NN"}
        given = {**usual, "DRUG1": "7000", "CLIENT": reference, **fields}
        done = self.run("client", "add", "--anyway", *(f"{header}={value}" for header, value in given.items()))
        assert done.code == 0, done
        return done.err

    def edit(self, record: str, **fields: str) -> None:
        """Other values in a record."""
        self.says("client", "edit", record, *(f"{header}={value}" for header, value in fields.items()))

    def take_over(self, rows: list[Row]) -> None:
        """Take in the extract of another program."""
        self.says("import", write(self.place.folder, rows, name="predecessor.csv"))

    # Month end

    def due(self, code: int = 0) -> dict[str, Any]:
        """What `keywork due` tells of the agency."""
        (one,) = self.told("due", code=code)
        assert isinstance(one, dict)
        return one

    def checklist(self, month: str = "", attempt: int = 0) -> dict[str, Any]:
        """A submission's checklist as told; the exit code has to say whether it is closed."""
        options = [*(["--submission", month] if month else []), *(["--attempt", attempt] if attempt else [])]
        done = self.run("checklist", *options, "--format", "json")
        found = json.loads(done.out)
        assert done.code == (0 if found["done"] == found["of"] else 1), done
        assert isinstance(found, dict)
        return found

    def states(self, month: str = "", attempt: int = 0) -> dict[str, str]:
        """Each item's state."""
        return {item["item"]: item["state"] for item in self.checklist(month, attempt)["items"]}

    def write(self, month: str, code: int = 0, kind: str = "") -> dict[str, Any]:
        """Write a submission's extract into a folder of its own; the receipt."""
        self._folders += 1
        folder = self.place.folder / f"return-{self._folders}"
        folder.mkdir()
        options = ("--kind", kind) if kind else ()
        receipt = self.told("export", "--submission", month, "--out", folder, *options, code=code)
        assert isinstance(receipt, dict)
        return receipt

    def mismatches(self, month: str, state: str = "open") -> dict[str, str]:
        """The mismatches of a state: each subject with its kind."""
        found = json.loads(self.run("extracts", "mismatches", "--submission", month, "--format", "json").out)
        return {one["subject"]: one["kind"] for one in found["mismatches"] if one["state"] == state}

    def send(self, month: str) -> None:
        """Mark the month's extract as sent; what the data tick must be ticked by then."""
        for item, state in self.states(month).items():
            assert item not in BY_DATA or state == "done", (item, self.checklist(month))
        self.says("checklist", "tick", "uploaded", "--submission", month)

    def close(self, month: str, load: str = "100", quality: str = "100") -> None:
        """What a person ticks after the upload; then nothing is left of the checklist."""
        for item in PERSON_TICKS:
            self.says("checklist", "tick", item, "--submission", month)
        figures = (f"load={load}", f"quality={quality}")
        self.says("checklist", "tick", "portal_figures", *figures, "--submission", month)
        assert set(self.states(month).values()) == {"done"}

    def rows(self, receipt: dict[str, Any]) -> dict[str, Row]:
        """The last row of each episode of a file that was written."""
        return {row["EPISODID"]: row for row in read(Path(receipt["file"]))}
