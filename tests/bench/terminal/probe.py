"""Bytes and milliseconds per key of any program in a terminal, beside the stock yardstick measured in the same run.

    python -m tests.bench.terminal.probe [--size 80x24] [--keys NAME=KEYS ...] [--before KEYS] [--no-stock] [-- COMMAND]

Each `--keys` is a group: its keys are typed one by one, each when the one before has come to rest, and the group's
median, 95th percentile and maximum are printed. `--before` brings the program to the screen that is to be measured.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.terminal import Answer, Terminal, split_keys

STOCK = (sys.executable, "-m", "tests.bench.terminal.stock_app")
GROUPS = {"character": "abcdefghij" * 3, "tab": "<tab>" * 30}


@dataclass(frozen=True)
class Group:
    """What one group of keys cost."""

    sizes: list[int]
    milliseconds: list[float]

    def summary(self) -> dict[str, float]:
        """Median, 95th percentile and maximum of bytes and of milliseconds from key to last byte; mean bytes."""
        last = sorted(self.milliseconds)
        return {
            "bytes_p50": statistics.median(self.sizes),
            "bytes_p95": ranked(sorted(self.sizes), 0.95),
            "bytes_max": max(self.sizes),
            "bytes_mean": round(statistics.mean(self.sizes), 1),
            "ms_p50": round(statistics.median(last), 2),
            "ms_p95": round(ranked(last, 0.95), 2),
            "ms_max": round(last[-1], 2),
        }


def ranked(values: Sequence[float], share: float) -> float:
    """The value below which a share of sorted values lies."""
    return values[min(len(values) - 1, round(share * (len(values) - 1)))]


@dataclass(frozen=True)
class Measured:
    """What one program cost: first paint in bytes, bytes while idle, and each group of keys."""

    start_bytes: int
    idle_bytes: int
    groups: dict[str, Group]


def measure(
    command: Sequence[str],
    groups: dict[str, str],
    columns: int = 80,
    rows: int = 24,
    before: str = "",
    quiet: float = 0.2,
    idle: float = 5.0,
) -> Measured:
    """Run `command` in a terminal and type the groups one after the other."""
    with Terminal(command, columns, rows) as terminal:
        terminal.until(lambda seen: any(seen.lines()))
        terminal.until_quiet(1.0)
        start = len(terminal.raw)
        for key in split_keys(before):
            terminal.press(key, 0.5)
        idle_bytes = terminal.until_quiet(idle, idle).size
        measured: dict[str, Group] = {}
        for name, text in groups.items():
            answers: list[Answer] = [terminal.press(key, quiet) for key in split_keys(text)]
            measured[name] = Group([answer.size for answer in answers], [answer.last * 1000 for answer in answers])
        return Measured(start, idle_bytes, measured)


def joined(runs: Sequence[Measured]) -> Measured:
    """Several runs of one program as one: all its keys."""
    groups = {
        name: Group(
            [size for run in runs for size in run.groups[name].sizes],
            [one for run in runs for one in run.groups[name].milliseconds],
        )
        for name in runs[0].groups
    }
    return Measured(max(run.start_bytes for run in runs), max(run.idle_bytes for run in runs), groups)


def table(name: str, measured: Measured) -> list[str]:
    """The figures of one program as lines."""
    lines = [f"{name}: start {measured.start_bytes} bytes, idle {measured.idle_bytes} bytes"]
    for group, costs in measured.groups.items():
        figures = costs.summary()
        lines.append(f"  {group:<12}" + "  ".join(f"{label} {value:g}" for label, value in figures.items()))
    return lines


def ratios(app: Measured, stock: Measured) -> list[str]:
    """How many times less than the yardstick each group costs."""
    lines = []
    for group in app.groups.keys() & stock.groups.keys():
        mine, theirs = app.groups[group].summary(), stock.groups[group].summary()
        for figure in ("bytes_p50", "ms_p50", "ms_p95"):
            share = theirs[figure] / mine[figure] if mine[figure] else float("inf")
            lines.append(f"  {group} {figure}: stock / app = {share:.1f}")
    return sorted(lines)


def main() -> None:
    """Measure, print, and with --json print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--keys", action="append", default=[], metavar="NAME=KEYS")
    parser.add_argument("--before", default="")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("command", nargs="*", default=[sys.executable, "-m", "tests.frame.demo"])
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    groups = dict(pair.split("=", 1) for pair in options.keys) or GROUPS
    app = measure(options.command, groups, columns, rows, options.before)
    stock = None if options.no_stock else measure(STOCK, GROUPS, columns, rows)
    if options.json:
        print(json.dumps({name: group.summary() for name, group in app.groups.items()}))
        return
    print("\n".join(table(" ".join(options.command[-3:]), app)))
    if stock is not None:
        print("\n".join(table("stock widgets", stock) + ratios(app, stock)))


if __name__ == "__main__":
    main()
