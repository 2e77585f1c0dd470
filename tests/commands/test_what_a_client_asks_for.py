"""A client's data handed out, corrected, withdrawn and removed by line, with the extracts before and after.

In Wales nothing asks for consent: there a client is handed out, corrected and removed.
"""

import json
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import Outcome, Place, call
from tests.exporters.extracts import row, visit, write

CARRIED = {"CLIENTID", "AGNCY", "EPISODID", "CONSENT"}
"""What of an episode without consent may travel (CJIT technical definition, section 3)."""

WITHOUT_A_DAY = ("agencies", "import", "extracts", "doctor")


class Desk:
    """A place whose commands are given on a day, by one person and another."""

    def __init__(self, place: Place, day: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place, the day of all commands, and what changes who gives them."""
        self.place, self.day, self._monkeypatch = place, day, monkeypatch
        moments = (datetime.fromisoformat(f"{day}T09:00:00Z") + timedelta(minutes=number) for number in count())
        for module in ("client.context", "client.changes", "extracts", "import_export", "agencies"):
            # Each act has a minute of its own, so that what comes after what can be told.
            monkeypatch.setattr(f"tui.cli.{module}.now", lambda: next(moments))

    def by(self, name: str) -> None:
        """Go on as somebody else."""
        self._monkeypatch.setattr("store.disk.user.current_person", lambda store: name)

    def does(self, *words: object, given: str = "") -> Outcome:
        """Give a command, which is done."""
        today = () if words[0] in WITHOUT_A_DAY else ("--today", self.day)
        done = call(*words, *self.place.options, *today, given=given)
        assert done.code in (0, 1), done
        return done

    def told(self, *words: object) -> Any:
        """What a command tells as JSON."""
        return json.loads(self.does(*words, "--format", "json").out)

    def sent(self, month: str) -> Path:
        """Write the extract of a month into a folder of its own, and mark it as sent."""
        out = self.place.folder / f"out{len(list(self.place.folder.glob('out*')))}"
        out.mkdir()
        self.does("export", "--submission", month, "--out", out)
        self.does("extracts", "sent", "last")
        (file,) = out.iterdir()
        return file

    def again(self, extract: str, name: str) -> str:
        """A kept extract as the store gives it out now."""
        out = self.place.folder / name
        out.mkdir()
        self.does("extracts", "write", extract, "--out", out)
        (file,) = out.iterdir()
        return file.read_text(encoding="utf-8")

    def removed(self, client: str, reason: str) -> Outcome:
        """One asks, another confirms; what is said."""
        self.by("ann")
        self.does("removal", "ask", client, "--reason", reason)
        self.by("bob")
        return self.does("removal", "confirm", client, "--yes")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV extract that are about the client, their empty cells left out."""
    lines = [line.split(",") for line in text.splitlines()]
    each = [{header: cell for header, cell in zip(lines[0], cells, strict=True) if cell} for cells in lines[1:]]
    return [values for values in each if values["CLIENTID"] == "c2"]


def test_a_client_of_england(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(place, "2021-01-10", monkeypatch)
    file = write(place.folder, [row("1", **visit("1")), row("2", PC="QX41", NATION="GBR"), row("3")])
    desk.does("agencies", "add", "T0123", "--standard", "ndtms-cjit-p")
    desk.does("import", file)
    others = [line for line in desk.sent("2020-12").read_text().splitlines() if not line.startswith("c2,")]
    # Handed out: values with their labels, and the extract that had them.
    held = desk.told("client", "everything", "1002")
    values = {one["field"]: one for record in held["records"] for one in record["values"]}
    assert values["NATION"]["value"] == "GBR" and values["NATION"]["label"]
    assert len(held["Extracts with this client in them"]) == 1
    # Corrected: the history says what it was, the next extract has what is right.
    desk.does("client", "edit", "1002", "NATION=IRL")
    assert "GBR" in desk.does("client", "history", "1002").out
    after = desk.sent("2020-12")
    assert [one["NATION"] for one in rows(after.read_text())] == ["IRL"]
    # Withdrawn: a row without consent in the next one, and no value of his anywhere in it.
    answer = ("state=withdrawn", "asked_on=2021-01-09", "asked_by=Carol")
    assert "From the next extract on only" in desk.does("client", "consent", "1002", *answer).out
    desk.does(
        "client", "edit", desk.told("client", "show", "1002")["episodes"][0]["id"], "DISD=20210105", "CJDISRSN=80"
    )
    desk.by("ann")
    desk.does("removal", "ask", "1002", "--reason", "withdrawal")
    desk.by("bob")
    # Not silence: whoever confirms is told that nobody was told yet.
    assert "is in no extract that was sent" in desk.does("removal", "confirm", "1002").out
    said = desk.sent("2020-12").read_text()
    assert [set(one) for one in rows(said)] == [CARRIED] and rows(said)[0]["CONSENT"] == "N"
    assert "QX41" not in said and "IRL" not in said
    # Removed: from what is kept of all three; their receipts and first digests stay, and the next one is silent.
    listed = desk.told("extracts", "list")
    look = desk.does("removal", "confirm", "1002").out
    assert "is in no extract" not in look and "From 3 kept extracts: 3 rows" in look
    done = desk.does("removal", "confirm", "1002", "--yes")
    assert str(after) in done.out and "IRL" in after.read_text()
    assert "There is no client" in call("client", "show", "1002", *place.options).sentence
    for number, (one, was) in enumerate(zip(desk.told("extracts", "list"), listed, strict=True)):
        assert one["sha256"] == was["sha256"] and one["sent_at"] == was["sent_at"]
        now = desk.told("extracts", "show", one["id"])
        assert now["redacted_sha256"] not in ("", one["sha256"])
        kept = desk.again(one["id"], f"again{number}")
        assert rows(kept) == [] and kept.splitlines() == others
    assert rows(desk.sent("2020-12").read_text()) == []
    assert "WRONG" not in desk.does("doctor").out


def test_a_client_of_wales(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(place, "2026-11-21", monkeypatch)
    desk.does("sample", "--clients", "4", "--standard", "smds-wales")
    client, other = (one["id"] for one in desk.told("client", "list") if one["open"])
    (journey, *more) = desk.told("client", "show", client)["episodes"]
    assert more == []
    desk.does("client", "edit", client, "CLIENTNO=MARK77")
    desk.does("client", "edit", other, "CLIENTNO=OTHER77")
    first = desk.sent("2026-10").read_text()
    assert first.count(">MARK77<") >= 1 <= first.count(">OTHER77<")
    # Handed out, and corrected; what was corrected goes with what is new of the journey: here, that it ended.
    held = desk.told("client", "everything", client)
    assert len(held["Extracts with this client in them"]) == 1
    desk.does("client", "edit", client, "DOB=1971-02-03")
    desk.does("client", "edit", journey["id"], "ENDDATE=2026-10-31", "ENDREASON=01")
    second = desk.sent("2026-10").read_text()
    assert "MARK77" in second and "1971-02-03" in second and "1971-02-03" not in first
    assert "does not ask for consent" in call("client", "consent", client, *place.options).sentence
    # Removed: no message of both kept extracts names the client, others stand as they were.
    done = desk.removed(client, "withdrawal")
    assert "what 2 kept extracts had of them" in done.out
    for number, (one, was) in enumerate(zip(desk.told("extracts", "list"), (first, second), strict=True)):
        kept = desk.again(one["id"], f"again{number}")
        assert "MARK77" not in kept and "1971-02-03" not in kept
        assert set(kept.splitlines()) <= set(was.splitlines())
        assert kept.count("</ClientJourney>") < was.count("</ClientJourney>")
    assert "WRONG" not in desk.does("doctor").out
