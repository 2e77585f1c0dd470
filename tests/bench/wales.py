"""The XML return: writing against a bare xmlfile loop over the same elements, and memory as it grows.

Times are those of the processor: how long a busy machine lets a process wait says nothing of either.
"""

import tempfile
from pathlib import Path

from tests.bench.measuring import median, python, tell

MANY, FEW = 100_000, 10_000

# What both have in common: a thousand made-up journeys, over and over, so that reading a store costs neither anything.
_START = """
import pathlib, re, sys, time
from datetime import date
from itertools import islice, cycle
from exporters.xml_format.shape import stand_in
from validators.standard.catalogue import load
from validators.synthetic import synthetic_episodes
standard, many, target = load("smds-wales"), int(sys.argv[1]), pathlib.Path(sys.argv[2])
shape = stand_in(standard)
journeys = list(islice(synthetic_episodes(standard, 1000, seed=1, today=date(2026, 3, 10)), 1000))
"""
_PEAK = """
print(time.process_time() - started, written)
print(int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024)
"""
OURS = f"""{_START}
from exporters import formats
started = time.process_time()
with target.open("wb") as file:
    writer = formats.writer(standard, file)
    for record in islice(cycle(journeys), many):
        writer.write(record)
    writer.finish()
written = time.process_time() - started
assert not formats.validated(standard, lambda: target.open("rb")).count
{_PEAK}"""
# The same elements, known beforehand, made and written message by message.
PLAIN = f"""{_START}
from lxml import etree
plain = []
for record in journeys:
    values = {{**record.client, **record.episode}}
    blocks = []
    for one in shape.blocks:
        held = one.block.section
        rows = [e.values for e in record.events if e.section == held] if held else [values]
        for row in rows:
            filled = [(element, row[header]) for header, element in one.fields if row.get(header)]
            if filled:
                blocks.append((one.element, filled))
    plain.append(blocks)
started = time.process_time()
with target.open("wb") as file, etree.xmlfile(file, encoding="utf-8") as out:
    out.write_declaration()
    with out.element(shape.root):
        for blocks in islice(cycle(plain), many):
            message = etree.Element(shape.message)
            for name, filled in blocks:
                block = etree.SubElement(message, name)
                for element, text in filled:
                    etree.SubElement(block, element).text = text
            out.write(message, pretty_print=True)
written = time.process_time() - started
{_PEAK}"""


def _run(program: str, many: int, folder: Path) -> tuple[float, float, float]:
    """Seconds for all, seconds for writing, the largest memory in MiB."""
    told = python("-c", program, str(many), str(folder / "return.xml")).output.split()
    return float(told[0]), float(told[1]), float(told[2])


def run() -> bool:
    """Measure, and say whether every limit is kept."""
    print(f"The XML return, {MANY:,} journeys")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = median(lambda: _run(PLAIN, MANY, folder)[1], 3)
        runs = [_run(OURS, MANY, folder) for _ in range(3)]
        size = (folder / "return.xml").stat().st_size / 1e6
        ours = sorted(run[1] for run in runs)[1]
        few, most = _run(OURS, FEW, folder)[2], max(run[2] for run in runs)
    both = sorted(run[0] for run in runs)[1]
    return all(
        [
            tell("writing, against a bare loop", ours / plain, 1.5, note=f"{ours:.1f} s, {size:.0f} MB"),
            tell("memory, ten times the journeys", most / few, 1.1, note=f"{few:.0f} MiB and {most:.0f} MiB"),
            tell("memory, writing and validating", most, 120, "MiB", note=f"{both:.1f} s for both"),
        ]
    )
