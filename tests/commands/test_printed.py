"""What a record holds steers no terminal, in whatever command tells it, as text or as JSON."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exporters.json_text import json_text
from store.facts import Draft, Who
from store.live import drafts
from store.records import agencies, bulk_load
from store.store import Store, open_store
from tests.commands.running import ROOT, TODAY, Place, call, environment
from tests.exporters.extracts import NOW, STANDARD
from tests.exporters.test_one_figure import english
from tests.stores import do
from validators.records import EpisodeRecord
from validators.standard.catalogue import load

STEERING = "A\x9b31mB\u202eC\x7fD\u2066E\x85F\U000e0041G"
"""A colour by a control of the second kind, signs of direction, a line end, and a tag that nobody sees."""


@pytest.fixture
def steered(place: Place) -> Place:
    """A store in which every value that may be any text is this one."""
    odd = {"CLIENT": STEERING, "EPISODID": STEERING, "CLIENTID": STEERING, "SUBMID": STEERING, "FINITIAL": "\x9b"}
    records = [english("1", "an event", ""), english("2", "a warning", ""), english("3", "no answer", "")]
    records[0] = _with(records[0], odd)
    records[1] = _with(records[1], {"CLIENT": STEERING, "EPISODID": STEERING, "PC": STEERING})
    with open_store(place.store, place.key, load, create=True) as store:
        with store.writing(Who("ann", NOW)) as unit:
            agency = agencies.ensure(unit, "T0123", STANDARD.id)
            bulk_load.load(unit, agency, records)
        _typed(store)
    return place


def _with(record: EpisodeRecord, values: dict[str, str]) -> EpisodeRecord:
    """The record with some of these values, wherever each stands."""
    changed = {}
    for name, own in (("client", record.client), ("episode", record.episode)):
        changed[name] = {**own, **{header: text for header, text in values.items() if header in own}}
    events = tuple(type(one)(one.section, {**one.values, "SUBMID": values["SUBMID"]}) for one in record.events)
    return EpisodeRecord(changed["client"], changed["episode"], events)


def _typed(store: Store) -> None:
    do(store, Who("ann", NOW), drafts.save, Draft("client", "new", {"CLIENT": STEERING}, 0))


def ids(place: Place) -> list[str]:
    """The store's ids of its clients."""
    listed = json.loads(call("client", "list", "--format", "json", *place.options, *TODAY).out)
    return [one["id"] for one in listed]


def is_plain(text: str) -> bool:
    """Whether a terminal would only write it."""
    return all(sign == "\n" or sign.isprintable() for sign in text)


COMMANDS = [
    "client list", "client show ID", "client alike ID", "client history ID", "client drafts", "client today",
    "client everything ID", "client unanswered", "client note EPISODE TEXT", "client worker EPISODE TEXT",
    "client field-note ID CLIENT TEXT", "client notes", "client accept ID RULE TEXT", "client accepted",
    "client edit ID ETHNIC=B", "client delete OTHER", "client history OTHER", "client undelete OTHER",
    "findings", "check", "check --submission 2020-12", "calendar rollover", "checklist", "due", "handover --stdout",
    "extracts mismatches", "history", "export --dry-run --submission 2020-12", "removal list",
]  # fmt: skip


def test_no_command_prints_what_a_terminal_obeys(steered: Place) -> None:
    own, other = ids(steered)[:2]
    tree = json.loads(call("client", "show", other, "--format", "json", *steered.options, *TODAY).out)
    episode = tree["episodes"][0]["id"]
    words = {"ID": [own], "OTHER": [other], "EPISODE": [episode], "TEXT": [STEERING], "RULE": ["28"]}
    told = 0
    for command in COMMANDS:
        arguments = [word for part in command.split() for word in words.get(part, [part])]
        for form in ("text", "json"):
            way = () if form == "text" else ("--format", "json")
            done = call(*arguments, *steered.options, *way, *TODAY)
            if "No such option" in done.err:
                assert form == "json" or "--today" in done.err, done
                done = call(*arguments, *steered.options)
            assert is_plain(done.out) and is_plain(done.err), (command, form, done)
            told += "31mB" in done.out
            if form == "json" and done.out[:1] in "[{" and "31mB" in done.out:
                # A note is one line: the line end in it is none.
                assert STEERING[:10] in json.dumps(json.loads(done.out), ensure_ascii=False), command
    assert told > 20, told


def test_a_table_on_standard_output_steers_neither_terminal_nor_spreadsheet(steered: Place) -> None:
    call("client", "edit", ids(steered)[-1], "CLIENT==1+1", *steered.options, *TODAY)
    for command in ("findings", "check", "history"):
        way = TODAY if command != "history" else ()
        done = call(command, "--format", "csv", *steered.options, *way)
        assert "31mB" in done.out and is_plain(done.out.replace("\r\n", "\n")), command
        cells = [cell for row in csv.reader(done.out.splitlines()) for cell in row]
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")], command
        assert command != "history" or "'=1+1" in cells


@pytest.mark.parametrize("value", [STEERING, "plain", "Zoë", "\U0001f600", "\ud800", "a\nb\tc\x00"])
def test_json_means_the_same_and_keeps_letters(value: str) -> None:
    told = {"a": [value, {value: 1}]}
    for indent in (None, 1):
        text = json_text(told, indent)
        assert json.loads(text) == told and is_plain(text)
    assert "Zoë" in json_text("Zoë")


def test_a_return_shown_on_a_terminal_is_told_with_marks_and_goes_through_a_pipe_as_it_is(
    steered: Place, tmp_path: Path
) -> None:
    arguments = ("export", "--stdout", "--dry-run", "--submission", "2020-12", *steered.options, *TODAY)
    command = [sys.executable, "-m", "tui.cli.main", *arguments]
    plain = subprocess.run(command, capture_output=True, timeout=60, check=False, env=environment()).stdout
    assert STEERING.encode() in plain
    ours, theirs = os.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment()) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        running.wait(60)
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    assert is_plain(text) and "31mB" in text and text.count("\n") == plain.count(b"\r\n")


def test_no_command_prints_json_with_raw_letters_by_itself() -> None:
    found = [path.name for path in (ROOT / "tui").rglob("*.py") if "ensure_ascii" in path.read_text(encoding="utf-8")]
    assert found == [], "exporters.json_text spells out what a terminal would obey"
