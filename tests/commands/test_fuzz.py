"""Whatever bytes a file holds: an answer or one sentence, no traceback, no store for a file that is refused."""

import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.commands.running import TODAY, Place, call
from tests.exporters.extracts import SAMPLE, row, table, visit

SAMPLE_BYTES = SAMPLE.read_bytes()
SHORT = table([row() | visit(), row("2"), row("3")]).encode()
QUICK = settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))

# Bytes that matter to one reader or another, and runs of them.
telling = st.sampled_from(
    [b"", b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1f", b"\x1b[2J"]
)
pieces = telling | st.binary(max_size=12) | st.sampled_from(["é", "Ł", "😀", "\u2028", "\x85"]).map(str.encode)
cuts = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 40), pieces), min_size=1, max_size=6)


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The data with some stretches replaced."""
    for place, length, piece in changes:
        place %= len(data) or 1
        data = data[:place] + piece + data[place + length :]
    return data


def answered(data: bytes) -> None:
    """Check the bytes, and import them into a new store."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name))
        path = place.folder / "extract.csv"
        path.write_bytes(data)
        for form in ("text", "json", "csv"):
            outcome = call("check", path, *TODAY, "--format", form)
            assert "Traceback" not in outcome.err
            assert outcome.sentence if outcome.code == 2 else outcome.code in (0, 1) and outcome.err == ""
        # What is written is tried for few: a store costs a moment on the disk.
        dry = call("import", path, "--dry-run", *place.options)
        assert dry.code in (0, 1, 2) and not place.store.exists()
        if len(data) % 4 and dry.code != 2:
            assert call("import", path, *place.options).code == dry.code
            # A file with nothing in it makes no store.
            assert (call("doctor", *place.options).code == 0) if place.store.exists() else "0 rows" in dry.out
            again = call("import", path, *place.options)
            assert again.code == dry.code and "New: 0 clients, 0 episodes" in again.out
            if "Columns are missing" not in again.out:
                assert "New: 0 clients, 0 episodes, 0 events" in again.out
        elif dry.code == 2:
            assert call("import", path, *place.options).sentence == dry.sentence
            assert not place.store.exists() and not place.key.exists()


@QUICK
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    answered(data)


@QUICK
@given(cuts)
def test_a_short_file_with_something_changed(changes: list[tuple[int, int, bytes]]) -> None:
    answered(mutated(SHORT, changes))


@settings(QUICK, max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 40), pieces), min_size=1, max_size=6))
def test_the_sample_with_something_changed(changes: list[tuple[int, int, bytes]]) -> None:
    answered(mutated(SAMPLE_BYTES, changes))


@QUICK
@given(st.lists(st.lists(pieces, max_size=70), max_size=4))
def test_odd_rows_under_the_heading(rows: list[list[bytes]]) -> None:
    answered(SHORT[: SHORT.index(b"\r\n") + 2] + b"\r\n".join(b",".join(cells) for cells in rows))
