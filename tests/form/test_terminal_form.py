"""The form through a real pseudo-terminal: a whole record in one write, and the bytes that keys cost."""

import json
import sys
from pathlib import Path
from statistics import mean, median

import pytest

from tests.terminal import Terminal

pytestmark = pytest.mark.terminal

WHOLE_EPISODE = (
    "y<tab>SR1 3<enter><f4>south tyne<enter><tab>140320<tab><tab>16/3/20<tab><tab><tab>1<tab>C<tab>05<tab>nn<tab><tab>"
    "27<tab>14<tab>3<tab><tab>N<enter><tab><tab><f4>alcohol<enter>4<tab><down>C<tab>18 mar 20<tab><up><up>Z"
    "<f4>previous<escape><ctrl+r><ctrl+z><tab><tab>9<backspace><tab><tab>t<tab><f8><f7><f4><escape>10<f2>"
)
RECORD = (
    "d<tab>m<tab>30 jul 63<tab>2<tab><f4>irish<enter>rou<tab>ref 7<ctrl+z>ref <left><right>8"
    "<shift+tab><ctrl+r><ctrl+z><tab><f2>"
)


def keyed(terminal: Terminal, file: Path) -> dict[str, str]:
    """Leave the program and read what it kept."""
    terminal.press("<f10>")
    assert terminal.wait() == 0
    values: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return values


def started(section: str, file: Path, columns: int = 80, rows: int = 24) -> Terminal:
    terminal = Terminal(
        [sys.executable, "-m", "tests.form.form_app", *section.split()], columns, rows, {"KEYWORK_VALUES": str(file)}
    )
    terminal.until(lambda seen: any(line.startswith(">") for line in seen.lines()))
    terminal.until_quiet()
    return terminal


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
@pytest.mark.parametrize(("section", "typed"), [("episode", WHOLE_EPISODE), ("client", RECORD)])
def test_a_whole_record_in_one_write_is_typed_right(
    section: str, typed: str, size: tuple[int, int], tmp_path: Path
) -> None:
    with started(section, tmp_path / "fast", *size) as fast:
        fast.press(typed, quiet=0.5)
        screen, cursor = fast.text(), fast.cursor
        values = keyed(fast, tmp_path / "fast")
    with started(section, tmp_path / "slow", *size) as slow:
        first, *rest = typed.split("<escape>")
        slow.slowly(first, quiet=0.06)
        for part in rest:
            slow.press("<escape>")  # slow hands: the driver waits a tenth of a second for the rest of a sequence
            slow.slowly(part, quiet=0.06)
        slow.until_quiet()
        assert (slow.text(), slow.cursor) == (screen, cursor)
        assert keyed(slow, tmp_path / "slow") == values
    assert len(values) > 6
    if section == "client":
        assert values == {
            "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "2", "ETHNIC": "B", "NATION": "ROU",
            "CLIENT": "ref 8",
        }  # fmt: skip
    else:
        wanted = {
            "CONSENT": "Y",
            "DAT": "A11B",
            "REFLD": "20200314",
            "TRIAGED": "20200316",
            "DISABLE2": "NN",
            "PARENT": "N",
        }
        assert wanted.items() <= values.items()
        assert (values["DRUG1"], values["ROUTE"], values["CPLANDT"]) == ("7000", "4", "20200318")


def test_the_real_cursor_stands_in_the_field(tmp_path: Path) -> None:
    with started("client", tmp_path / "out") as terminal:
        terminal.press("ab<tab>xyz<left>")
        line = next(number for number, text in enumerate(terminal.lines()) if text.startswith(">"))
        assert "Surname initial" in terminal.lines()[line]
        assert terminal.cursor == (terminal.lines()[line].index("xyz") + 2, line)
        assert not terminal.screen.cursor.hidden


def test_what_characters_and_tabs_cost_on_the_line(tmp_path: Path) -> None:
    with started("client episode sub_intervention referral", tmp_path / "out") as terminal:
        terminal.press("d<tab>m<tab>300763<tab>1<tab>")
        terminal.press("<tab><tab><tab>1")
        characters = [terminal.press(letter).size for letter in "23456 abcdef"]
        terminal.press("<shift+tab>" * 8)
        tabs: list[int] = []
        turns: list[int] = []
        for _ in range(64):
            before = terminal.lines()
            size = terminal.press("<tab>", quiet=0.08).size
            moved = sum(old != new for old, new in zip(before[:21], terminal.lines()[:21], strict=True)) > 6
            (turns if moved else tabs).append(size)
        idle = terminal.silence(2.0)
    every = [*tabs, *turns]
    figures = (
        f"character {median(characters)} (most {max(characters)}), Tab {median(tabs)} (most {max(tabs)}), "
        f"turns {len(turns)}: {median(turns)} (most {max(turns)}), mean of 64 Tabs {mean(every):.0f}, idle {idle}"
    )
    print(figures)
    assert median(characters) <= 90, figures
    assert median(tabs) <= 320, figures
    assert max(turns) <= 2048, figures
    assert mean(every) <= 420, figures
    assert idle == 0, figures


def test_the_list_and_its_filter_cost_little(tmp_path: Path) -> None:
    with started("episode", tmp_path / "out") as terminal:
        terminal.press("<tab>" * 10)
        opened = terminal.press("<f4>").size
        assert terminal.shows("Enter chooses")
        filtered = terminal.press("c").size
        moved = terminal.press("<down>").size
        closed = terminal.press("<escape>").size
    print(f"list opens {opened}, filters {filtered}, moves {moved}, closes {closed}")
    assert max(opened, closed) <= 2048
    assert filtered <= 800
    assert moved <= 320
