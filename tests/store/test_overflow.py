"""What does not fit into memory comes back in order, and nobody can read it meanwhile."""

import random
from pathlib import Path

import pytest

from store.disk.overflow import Overflow
from validators.problems import Problem


def kept(run: int) -> Overflow[str]:
    return Overflow(str, str, run)


def open_files() -> set[Path]:
    """What this process has open, in a folder that the system makes of it."""
    return set(Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("run", [100_000, 2000, 7])
def test_items_come_in_the_order_of_their_places_as_often_as_asked(run: int) -> None:
    places = [(number // 3, number) for number in range(6000)]
    random.Random(1).shuffle(places)
    items = kept(run)
    for place in places:
        items.add(place, f"{place}")
    expected = [f"{place}" for place in sorted(places)]
    assert len(items) == 6000
    assert list(items) == expected and list(items) == expected
    items.close()


def test_what_waits_is_encrypted_and_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    items = kept(1000)
    for number in range(20_000):
        items.add((number,), "19701231 Xylophone")
    assert list(tmp_path.iterdir()) == [], "it lost its name before anything was in it"
    (aside,) = [one for one in open_files() if one.is_symlink() and str(tmp_path) in str(one.readlink())]
    assert str(aside.readlink()).endswith(" (deleted)")
    text = aside.read_bytes()
    assert len(text) > 4096 and not text.startswith(b"SQLite format"), "it was put aside, and encrypted"
    assert b"Xylophone" not in text
    assert aside.stat().st_mode & 0o077 == 0
    assert list(items)[-1] == "19701231 Xylophone"
    items.close()


def test_where_nothing_can_be_put_aside_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    items = kept(2)
    items.add((1,), "one")
    with pytest.raises(Problem, match="does not fit into memory"):
        items.add((2,), "two")
