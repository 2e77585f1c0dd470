"""How fast a return is checked and written, against plain loops over the same data in the same run."""

import csv
import json
import random
import statistics
import tempfile
import timeit
from datetime import date
from pathlib import Path

from tests.bench.measuring import median, peak, python, tell
from validators.records import EpisodeRecord
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

TODAY = date(2021, 1, 10)
ROWS = 100_000

# Reads the file and zips each row into a dict, as the simplest program would.
READ_PLAIN = """
import csv, sys, time
started = time.perf_counter()
with open(sys.argv[1], newline="", encoding="utf-8") as lines:
    reader = csv.reader(lines)
    heading = next(reader)
    for row in reader:
        dict(zip(heading, row))
print(time.perf_counter() - started)
"""

# Reads the same rows from the same database, decodes their JSON and writes them.
EXPORT_PLAIN = """
import csv, json, pathlib, sys, time
from store.disk import sqlite
from store.disk.keys import read_or_make_key
from validators.standard.catalogue import load
path, key_file, target = map(pathlib.Path, sys.argv[1:4])
headers = load().headers
key, _ = read_or_make_key(key_file, may_make=False)
started = time.perf_counter()
raw = sqlite.connect(path, key, "ro", 5)
rows = raw.execute(
    "select client.typed, episode.typed, event.typed from episode join client on client.number = episode.client_number"
    " left join event on event.episode_number = episode.number and event.deleted_at is null"
    " where episode.deleted_at is null and client.deleted_at is null order by episode.number, event.number"
)
with open(target, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(headers)
    for client, episode, event in rows:
        values = {**json.loads(client), **json.loads(episode), **(json.loads(event) if event else {})}
        writer.writerow([values.get(header, "") for header in headers])
print(time.perf_counter() - started)
"""

# A program of two commands that prints a word: what starting any such program costs.
TYPER_PLAIN = """
import typer
app = typer.Typer()
@app.command()
def word() -> None:
    print("word")
@app.command()
def other() -> None:
    print("other")
app()
"""


def written(path: Path, rows: int, *, scattered: bool) -> None:
    """Write an extract of so many rows, the rows of an episode scattered or together."""
    standard = load()
    lines: list[list[str]] = []
    for record in synthetic_episodes(standard, rows, seed=1, today=TODAY, faults=True):
        base = {**record.client, **record.episode}
        if standard.withholds(record.episode):
            base = {header: base[header] for header in standard.no_consent_carries}
        for values in [{**base, **event.values} for event in record.events] or [base]:
            lines.append([values.get(header, "") for header in standard.headers])
        if len(lines) >= rows:
            break
    lines = lines[:rows]
    if scattered:
        random.Random(2).shuffle(lines)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(standard.headers)
        writer.writerows(lines)


def checking(folder: Path) -> list[bool]:
    """`keywork check` on a large scattered file, and on one row."""
    large, small = folder / "large.csv", folder / "small.csv"
    written(large, ROWS, scattered=True)
    written(small, 1, scattered=False)
    command = ("-m", "tui.cli.main", "check", "--today", TODAY.isoformat(), "--format", "json")
    plain = median(lambda: float(python("-c", READ_PLAIN, str(large)).output))
    runs = [python(*command, str(large)) for _ in range(5)]
    seconds = statistics.median(run.seconds for run in runs)
    findings = len(json.loads(runs[0].output)["findings"])
    memory = peak(*command[2:], str(large)) - peak()
    kept = [
        tell(
            f"check of {ROWS:,} scattered rows to csv.reader and dicts", seconds / plain, 8, note=f"{findings} findings"
        ),
        tell("peak memory of that check above the interpreter's", memory, 150, "MiB"),
    ]
    typer = median(lambda: python("-c", TYPER_PLAIN, "word").seconds, 9)
    one = median(lambda: python(*command, str(small)).seconds, 9)
    return [*kept, tell("check of one row to a two-command Typer program", one / typer, 1.5)]


def together(folder: Path) -> list[bool]:
    """`keywork check` of a file of some 300 MB in which the rows of an episode lie together: its memory."""
    path = folder / "together.csv"
    rows_together(path, ROWS * 10)
    memory = peak("check", "--today", TODAY.isoformat(), str(path))
    return [tell(f"peak memory of a check of {ROWS * 10:,} rows that lie together", memory, 250, "MiB")]


def rows_together(path: Path, rows: int) -> None:
    """Write so many rows without a fault, each episode with identifiers of its own."""
    standard = load()
    made = [
        one for one in synthetic_episodes(standard, 2000, seed=1, today=TODAY) if not standard.withholds(one.episode)
    ]
    names = [standard.role(role) for role in ("client_id", "episode_id", "client_reference")]
    ids = {section.id_field for section in standard.event_sections}
    written_rows = number = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(standard.headers)
        while written_rows < rows:
            record = made[number % len(made)]
            number += 1
            base = {**record.client, **record.episode, **dict.fromkeys(names, f"{number:036}"), names[2]: str(number)}
            for values in [event.values for event in record.events] or [{}]:
                own = {h: f"{number}-{written_rows}" if h in ids and text else text for h, text in values.items()}
                writer.writerow([own.get(header) or base.get(header, "") for header in standard.headers])
                written_rows += 1


def exporting(folder: Path) -> list[bool]:
    """`keywork export` from a large store, and how its memory grows."""
    peaks = []
    for rows in (ROWS // 10, ROWS):
        extract = folder / f"{rows}.csv"
        written(extract, rows, scattered=False)
        place = ("--store", str(folder / f"{rows}.db"), "--key-file", str(folder / "store.key"))
        python("-m", "tui.cli.main", "import", str(extract), *place)
        command = ("export", *place, "--submission", "2020-12", "--today", TODAY.isoformat(), "--out")
        peaks.append(peak(*command, str(_new(folder))))
    ours = median(lambda: python("-m", "tui.cli.main", *command, str(_new(folder))).seconds)
    files = [str(folder / name) for name in (f"{ROWS}.db", "store.key", "plain.csv")]
    plain = median(lambda: float(python("-c", EXPORT_PLAIN, *files).output))
    return [
        tell(f"export of {ROWS:,} rows to a bare loop over the same database", ours / plain, 3),
        tell(f"growth of an export's memory, {ROWS // 10:,} to {ROWS:,} rows", peaks[1] - peaks[0], 20, "MiB"),
    ]


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def one_episode(standard: Standard | None = None) -> list[bool]:
    """One episode with two events, against decoding its values from JSON."""
    standard = standard or load()
    checker, context = Checker(standard), Context(TODAY)
    records = [r for r in synthetic_episodes(standard, 2000, seed=3, today=TODAY) if len(r.events) == 2][:200]
    texts = [json.dumps([r.client, r.episode, *(event.values for event in r.events)]) for r in records]

    def check_all(items: list[EpisodeRecord]) -> None:
        for record in items:
            checker.check(record, context)

    check_all(records)
    ours = min(timeit.repeat(lambda: check_all(records), number=5, repeat=5))
    plain = min(timeit.repeat(lambda: [json.loads(text) for text in texts], number=5, repeat=5))
    return [tell("one episode with two events to json.loads of its values", ours / plain, 10)]


def run() -> bool:
    """Measure everything; say whether every limit was kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        return all([*one_episode(), *checking(folder), *together(folder), *exporting(folder)])
