"""What goes on around an open Client screen: midnight, an upgrade of the store, few colours, no mouse, copying."""

import base64
import re

import pytest

from store.disk.tables import VERSIONS
from store.facts import NEVER, ClientTree, Who
from store.records import read, save
from store.store import Store
from tests.screens.conftest import Start, in_field
from tests.screens.pilots import at_client, until
from tests.screens.program import NOW
from tests.screens.test_client_nothing_lost import typed
from tests.stores import ask
from tests.terminal import Terminal


def test_midnight_passes_under_an_open_client(
    store: Store, known: ClientTree, start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = tmp_path_factory.mktemp("clock") / "now"
    clock.write_text("2020-12-15T23:59:50+00:00")
    terminal = start(known.client.id, KEYWORK_TEST_CLOCK=str(clock))
    terminal.press("<ctrl+t><down><down><enter>161220<tab>")
    terminal.until("1 error")
    assert terminal.shows("future") or terminal.shows("after")
    clock.write_text("2020-12-16T00:00:10+00:00")
    terminal.press("n<tab>")
    terminal.until("Nothing wrong")
    terminal.press("<shift+tab><shift+tab>t<tab>")
    terminal.until(lambda seen: in_field(seen, "Recovery support date", "20201216"))
    terminal.press("<f2>")
    terminal.until("Saved")
    assert ask(store, read.tree, known.client.id).episodes[0].events[0].values["SUBMODDT"] == "20201216"


def test_a_store_upgraded_under_an_open_client_is_said_and_typing_is_kept(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("X<tab>")
    terminal.until(lambda _: typed(store, known.client.id).get("FINITIAL") == "X")
    with store.writing(Who("", NEVER)) as unit:
        connection = unit.connection
        before = connection.execute(VERSIONS.select()).scalar_one()
        connection.execute(VERSIONS.update().values(version_num="9999"))
    terminal.press("Y<tab>")
    terminal.until("Typing goes on. The store was upgraded while it was open")
    terminal.press("010170<tab>")
    assert in_field(terminal, "Surname initial", "Y")
    terminal.press("<f2>")
    terminal.until("Not saved; what you typed is kept as a draft.")  # and it is tried no more, for it would be in vain
    terminal.press("<f10>")
    assert terminal.wait() == 0
    # The newer program, for which the store is current, finds what the older one typed last.
    from store.disk.sqlite import writing

    with writing(store._engine) as connection, connection.begin():
        connection.execute(VERSIONS.update().values(version_num=before))
    again = start("left", ready="keep it?")
    assert again.shows("3 fields: keep it?")
    again.press("k")
    again.until(lambda seen: in_field(seen, "Date of birth", "19700101"))
    assert in_field(again, "Surname initial", "Y") and in_field(again, "First initial", "X")


def coloured(terminal: Terminal) -> bool:
    """Whether any colour was ever sent."""
    codes = [code for found in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw)) for code in found.split(b";")]
    return any(code.isdigit() and (30 <= int(code) <= 49 or 90 <= int(code) <= 107) for code in codes if code != b"39")


@pytest.mark.parametrize("look", [{"NO_COLOR": "1"}, {"TERM": "xterm"}, {}], ids=["none", "16", "256"])
def test_state_is_never_told_by_colour_alone(
    store: Store, known: ClientTree, start: Start, look: dict[str, str]
) -> None:
    terminal = start(known.client.id, **look)
    terminal.press("<ctrl+n>l")
    terminal.until("carried over")
    assert terminal.shows("~A11B"), "carried over"
    assert terminal.shows("+ Episode"), "new"
    terminal.press("<ctrl+t><up><up><up><enter><tab><tab>010190000<tab>")
    terminal.until("* 26964 DM")
    terminal.until("error")
    assert any(re.match(r"[ >]✗Date of birth", line) for line in terminal.lines()), "an error in the field"
    assert terminal.shows("✗"), "an error in the tree"
    assert terminal.shows("> Sex at birth"), "the field one is in"
    assert terminal.shows("-Client ID"), "never keyed"
    assert coloured(terminal) == ("NO_COLOR" not in look)
    if look.get("TERM") == "xterm":
        assert b"38;5;" not in terminal.raw and b"38;2;" not in terminal.raw


def test_the_mouse_is_turned_off_for_the_terminals_own_copy(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    assert b"\x1b[?1000h" in terminal.raw
    since = len(terminal.raw)
    terminal.press("<ctrl+p>mouse<enter>")
    terminal.until("The mouse is off")
    assert b"\x1b[?1000l" in terminal.raw[since:]
    terminal.press("X")
    assert in_field(terminal, "> First initial", "X")
    since = len(terminal.raw)
    terminal.press("<ctrl+p>mouse<enter>")
    terminal.until("The mouse is on")
    assert b"\x1b[?1000h" in terminal.raw[since:]


def test_copying_sends_the_fields_value_to_the_terminals_clipboard(
    store: Store, known: ClientTree, start: Start
) -> None:
    terminal = start(known.client.id)
    terminal.press("<tab><tab><tab><tab><tab><tab><tab>")
    since = len(terminal.raw)
    terminal.press("<ctrl+c>")
    sent = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)", bytes(terminal.raw[since:]))
    assert [base64.b64decode(each) for each in sent] == [b"26964"]


@pytest.mark.parametrize("away", ["f3", "ctrl+t", "ctrl+n"])
async def test_the_cursor_stays_where_one_types_when_somebody_saves_the_client_beneath(
    store: Store, known: ClientTree, away: str
) -> None:
    async with at_client(store, known.client.id, header="CLIENT") as (app, pilot):
        client = app.screen
        await until(pilot, lambda: client.form.editor.has_focus)
        await pilot.press(away)
        await until(pilot, lambda: app.focused is not None and app.focused is not client.form.editor)
        await pilot.pause(0.1)
        before = app.cursor_position
        with store.writing(Who("bob", NOW)) as work:
            save.change(work, "client", known.client.id, {**known.client.values, "CLIENT": "a longer one"}, 1)
        await until(pilot, lambda: client.form.editor.value == "a longer one")
        assert app.cursor_position == before
