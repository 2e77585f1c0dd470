"""The three panes side by side: the live input stands on its line from the first paint."""

import pytest

from store.facts import ClientTree
from store.store import Store
from tests.screens.conftest import Start


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (160, 50), (40, 10)])
def test_the_first_field_stands_in_the_column_of_the_others(
    store: Store, known: ClientTree, start: Start, columns: int, rows: int
) -> None:
    terminal = start(known.client.id, columns=columns, rows=rows)
    terminal.until(lambda seen: "> First init" in seen.lines()[seen.cursor[1]])
    lines = terminal.lines()
    here = next(row for row, line in enumerate(lines) if "> First init" in line)
    below = next(line for line in lines[here + 1 :] if "  Surname" in line)
    at = below.index(" M") + 1
    assert lines[here][at] == "D", terminal.text()
    assert terminal.cursor == (at + 1, here)
