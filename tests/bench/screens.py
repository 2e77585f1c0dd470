"""What the screens cost a person on a slow line, against an app of stock widgets measured in the same run.

The program runs in a real pseudo-terminal at 80x24 with the largest form and the live panel in view.
"""

import asyncio
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from store.clients import search
from store.records import agencies
from tests.bench.measuring import median, python, tell
from tests.bench.terminal.probe import GROUPS, STOCK, Group, joined, measure, ranked
from tests.stores import ask
from tests.terminal import Terminal, split_keys
from tests.terminal import keys as keys_of
from validators.standard.catalogue import DEFAULT, load
from validators.standard.model import Standard

TODAY = date(2026, 11, 2)
# To the list, and into the largest form of the first client: the tree, its episode, and there the second field.
INTO_FORM = "<f3>000001<enter><ctrl+t><home><down><enter>"
# The same in Wales: a new TOP in the first journey, the largest section of its own form, and there the second field.
INTO_TOP = "<f3>000001<enter><ctrl+t><home><down><enter><ctrl+n>o"
TURN = 700  # bytes: a Tab that costs more has turned the form by half a view

# The smallest Textual app there is: what starting any costs.
MINIMAL = """
from textual.app import App
from textual.widgets import Label
class Minimal(App):
    def compose(self):
        yield Label("word")
Minimal().run()
"""


def store(folder: Path, clients: int, standard: str = DEFAULT) -> dict[str, str]:
    """Make a store of synthetic clients; give the environment that names it."""
    environment = {"KEYWORK_STORE": str(folder / f"{clients}.db"), "KEYWORK_KEY_FILE": str(folder / f"{clients}.key")}
    place = ("--store", environment["KEYWORK_STORE"], "--key-file", environment["KEYWORK_KEY_FILE"])
    python(
        "-m",
        "tui.cli.main",
        "sample",
        "--clients",
        str(clients),
        "--today",
        TODAY.isoformat(),
        "--standard",
        standard,
        *place,
    )
    return environment


def twin(environment: dict[str, str], number: int) -> dict[str, str]:
    """A copy of a small store, for one run."""
    copy = {name: f"{path}.{number}" for name, path in environment.items()}
    for name, path in environment.items():
        shutil.copy(path, copy[name])
    return copy


def keys(environment: dict[str, str], into: str = INTO_FORM) -> list[bool]:
    """Bytes and time per key, in the form that the keys `into` lead to."""
    command = (sys.executable, "-m", "tui.entry")
    there_and_back = "<tab>" * 32 + "<shift+tab>" * 32
    groups = {"character": "abcdefghijklmnopqrst", "tab": there_and_back, "screen": "<f1><escape>" * 4}
    # Twice, in turn: a machine that is shared is not equally quick from one minute to the next.
    runs = []
    for number in range(2):
        os.environ.update(twin(environment, number))  # what is typed in the first run is a draft, offered in the next
        runs.append((measure(command, groups, before=into), measure(STOCK, GROUPS)))
    os.environ.update(environment)
    ours, stock = (joined(each) for each in zip(*runs, strict=True))
    character, tab = ours.groups["character"], ours.groups["tab"]
    in_view = [size for size in tab.sizes if 0 < size <= TURN]
    turns = [size for size in tab.sizes if size > TURN]
    screens = ours.groups["screen"].sizes
    kept = [
        tell(
            "bytes a typed character, median",
            statistics.median(character.sizes),
            90,
            "",
            f"most {max(character.sizes)}",
        ),
        tell("bytes a Tab in view, median", statistics.median(in_view), 320, "", f"most {max(in_view)}"),
        tell("bytes a turn of the form, most", max(turns, default=0), 2048, "", f"{len(turns)} turns"),
        tell("bytes a Tab, mean of 64", statistics.mean(tab.sizes), 420, ""),
        tell("bytes a screen change, most", max(screens), 8192, ""),
        tell("bytes in five idle seconds", ours.idle_bytes, 0, ""),
    ]
    for name, mine in (("character", character), ("tab", tab)):
        theirs = stock.groups[name]
        kept.append(tell(f"time of a {name}, p50, to the stock app's", _ratio(mine, theirs, 0.5), 1 / 8))
        kept.append(tell(f"time of a {name}, p95, to the stock app's", _ratio(mine, theirs, 0.95), 1 / 4))
    return kept


def _ratio(mine: Group, theirs: Group, share: float) -> float:
    return ranked(sorted(mine.milliseconds), share) / ranked(sorted(theirs.milliseconds), share)


def first_paint(environment: dict[str, str]) -> list[bool]:
    """From the start of the process until something stands on the screen."""
    os.environ.update(environment)

    def seconds(*command: str) -> float:
        started = time.perf_counter()
        with Terminal((sys.executable, *command), 80, 24) as terminal:
            terminal.until(lambda seen: any(seen.lines()))
            return time.perf_counter() - started

    ours = median(lambda: seconds("-m", "tui.entry"), 7)
    minimal = median(lambda: seconds("-c", MINIMAL), 7)
    return [tell("first paint to that of a minimal Textual app", ours / minimal, 1.6)]


def form_mount(standard: Standard) -> list[bool]:
    """Mounting the form, against a stock Label and Input for each field."""
    from textual.app import App
    from textual.containers import Horizontal, VerticalScroll
    from textual.widget import Widget
    from textual.widgets import Input, Label

    from tui.form.record_form import RecordForm
    from tui.form.record_model import RecordModel

    def ours() -> Widget:
        model = RecordModel(standard, [section.id for section in standard.sections], {}, clock=lambda: TODAY)
        return RecordForm(model, on_edit=_nothing, on_move=_nothing, on_command=_nothing)

    def stock() -> Widget:
        rows = [Horizontal(Label(field.label), Input()) for field in standard.fields]
        return VerticalScroll(*rows)

    async def once(make: "type[Widget] | object") -> float:
        app: App[None] = App()
        async with app.run_test(size=(80, 24)) as pilot:
            started = time.perf_counter()
            await app.screen.mount(make())  # type: ignore[operator]
            # Until nothing is left to lay out or draw; a pause without a length would add sixty milliseconds more.
            while True:
                await pilot.pause(0)
                if not (app.screen._layout_required or app.screen._dirty_widgets or app.screen._callbacks):
                    return time.perf_counter() - started

    pairs = [(asyncio.run(once(ours)), asyncio.run(once(stock))) for _ in range(7)]
    mine, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
    return [tell(f"form mount to {len(standard.fields)} stock rows", mine / theirs, 1 / 5)]


def _nothing(*_: object) -> None:
    """The form tells its host of edits and moves; here nobody listens."""


def memory(environment: dict[str, str], clients: int) -> list[bool]:
    """Proportional memory of one session, and what 2,000 Tabs add."""
    os.environ.update(environment)
    with Terminal((sys.executable, "-m", "tui.entry"), 80, 24) as terminal:
        terminal.until("F3 Clients")
        for key in split_keys(INTO_FORM):
            terminal.press(key, 0.5)
        terminal.until_quiet(2.0)
        for _ in range(100):
            terminal.send(keys_of("<tab>"))
        terminal.until_quiet(3.0)
        before = _proportional(terminal)
        for _ in range(20):
            terminal.send(keys_of("<tab>" * 100))
            terminal.until_quiet(0.3)
        after = _proportional(terminal)
    return [
        tell(f"memory of a session over {clients:,} clients, all checked", before, 75, "MiB PSS"),
        tell("memory that 2,000 Tabs add", after - before, 2, "MiB PSS"),
    ]


def _proportional(terminal: Terminal) -> float:
    text = Path(f"/proc/{terminal.pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    assert found
    return int(found[1]) / 1024


def searching(environment: dict[str, str], clients: int) -> list[bool]:
    """Every key of a search: how many at least, and a page of rows, as the list asks for them; and what the number of
    each worklist costs beside that. Who may be entered twice is counted behind the page, and only told here."""
    from exporters.records import worklists
    from store.facts import ClientQuery
    from store.store import open_store
    from tui.widgets.paged_table import PAGE

    typed = ("000123", "JS", "14/3/85", "NE8 1", "1985", "NE1 JS")
    took: list[float] = []
    with open_store(Path(environment["KEYWORK_STORE"]), Path(environment["KEYWORK_KEY_FILE"]), load) as opened:
        agency = ask(opened, agencies.one)
        for _ in range(3):
            for text in typed:
                for length in range(1, len(text) + 1):
                    query = ClientQuery(text[:length], sort="reference")
                    started = time.perf_counter()
                    ask(opened, search.at_least, agency, query)
                    ask(opened, search.page, agency, query, 0, PAGE)
                    took.append((time.perf_counter() - started) * 1000)
        numbers: dict[str, float] = {}
        for name in worklists.of_standard(load(agency.standard)):
            started = time.perf_counter()
            ask(opened, search.waiting, agency, [name], TODAY, 12)
            numbers[name] = (time.perf_counter() - started) * 1000
    took.sort()
    note = f"p50 {ranked(took, 0.5):.0f} ms, most {took[-1]:.0f} ms"
    doubles = numbers.pop("doubles")
    dearest = max(numbers, key=lambda name: numbers[name])
    told = f"{dearest} {numbers[dearest]:.0f} ms; who may be entered twice, behind the page: {doubles:.0f} ms"
    return [
        tell(f"a key of a search in {clients:,} clients, p95", ranked(took, 0.95), 50, "ms", note),
        tell("the dearest worklist's number to that key", numbers[dearest] / ranked(took, 0.95), 1, "times", told),
    ]


def copied(kept: Path, folder: Path) -> dict[str, str]:
    """Copy a store that there is already, opening upgrades one; its key is the file `key` beside it."""
    target, key = folder / "kept.db", folder / "kept.key"
    shutil.copyfile(kept, target)
    shutil.copyfile(kept.with_name("key"), key)
    for path in (target, key):
        path.chmod(0o600)
    environment = {"KEYWORK_STORE": str(target), "KEYWORK_KEY_FILE": str(key)}
    python("-m", "tui.cli.main", "client", "list", "--limit", "1", "--store", str(target), "--key-file", str(key))
    return environment


def run_form(standard: str) -> bool:
    """Measure the form of another data set's largest event alone; say whether every limit was kept."""
    with tempfile.TemporaryDirectory() as place:
        return all([*keys(store(Path(place), 200, standard), INTO_TOP), *form_mount(load(standard))])


def checked(environment: dict[str, str]) -> None:
    """Check all episodes now, as a session does by and by: while it does, it has ten MiB more, and works beside us."""
    findings = Path(environment["KEYWORK_STORE"]).with_suffix(".findings")
    place = ("--store", environment["KEYWORK_STORE"], "--key-file", environment["KEYWORK_KEY_FILE"])
    python("-m", "tui.cli.main", "findings", "--format", "csv", "--out", str(findings), *place)


def run(clients: int, kept_store: Path | None = None) -> bool:
    """Measure everything, with so many clients in the large store; say whether every limit was kept.

    `kept_store` is taken as the large store, in a copy, instead of making one, which takes many minutes.
    """
    with tempfile.TemporaryDirectory() as place:
        small = store(Path(place), 200)
        large = copied(kept_store, Path(place)) if kept_store else store(Path(place), clients)
        checked(large)
        kept = [
            *keys(small),
            *first_paint(small),
            *form_mount(load()),
            *memory(large, clients),
            *searching(large, clients),
        ]
        return all(kept)
