"""Every command that is told one client notes that somebody looked, before it tells or does anything."""

import json
from collections.abc import Iterator
from inspect import signature
from typing import Any

from typer.main import get_command

from store.disk import audit
from store.store import open_store
from tests.by_line.test_file_arguments import commands
from tests.commands.running import TODAY, Place, call
from tests.commands.test_subject_command import reference
from tui.cli.client.context import IdArgument
from tui.cli.main import app
from validators.standard.catalogue import load

MORE: dict[str, tuple[str, ...]] = {
    "removal ask": ("--reason", "retention"),
    "client add-event": ("none",),
    "client merge": ("none",),
    "client worker": ("Kim",),
    "client note": ("a line",),
    "client accept": ("--rule", "1", "--reason", "so it is"),
    "client copy": ("--to-agency", "W0001", "--to-standard", "smds-wales"),
    "client field-note": ("POSTCODE", "waits"),
    "client consent": (),
    "client told": ("by telephone",),
}
"""What a command needs besides the client."""


def told_one(callback: Any) -> bool:
    """Whether one of a command's arguments is a client or a record of one."""
    return any(each.annotation == IdArgument for each in signature(callback).parameters.values())


def looks(place: Place, client: str) -> int:
    """How many looks at a client are noted."""
    with open_store(place.store, place.key, load) as store, store.reading() as snapshot:
        return len(audit.looks(snapshot, [client]))


def id_of(place: Place, name: str) -> str:
    """A client's id in the store."""
    rows = json.loads(call("client", "list", "--format", "json", *place.options).out)
    return str(next(row["id"] for row in rows if row["reference"] == name))


def those() -> Iterator[str]:
    return (name for name, one in commands(get_command(app)) if told_one(one.callback))


def test_every_command_on_one_client_notes_the_look(filled: Place) -> None:
    name = reference(filled)
    client = id_of(filled, name)
    names = sorted(those())
    assert {"client show", "client everything", "client history", "removal ask"} <= set(names)
    for command in names:
        before = looks(filled, client)
        outcome = call(*command.split(), client, *MORE.get(command, ()), *TODAY, *filled.options)
        assert looks(filled, client) == before + 1, (command, outcome)


def test_so_does_the_history_of_a_client(filled: Place) -> None:
    name = reference(filled)
    client = id_of(filled, name)
    assert call("history", "--client", name, *filled.options).code == 0
    assert looks(filled, client) == 1
