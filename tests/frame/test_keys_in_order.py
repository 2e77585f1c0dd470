"""Keys typed ahead mean what the same keys mean typed slowly: over dialogs, screens, moves of focus, and threads."""

import os
import signal
from pathlib import Path

import pytest
from textual import events
from textual.constants import ESCAPE_DELAY

from tests.frame.conftest import Start
from tests.frame.shells import Shell
from tests.terminal import keys
from tui.terminal import driver
from tui.terminal.driver import PromptEscapeParser

BURSTS = (
    "ab<f2>kcd",
    "<f2>d<f2>w<f2><enter>x",
    "<f2>xyz<enter>after",
    "<f4>hello<tab>world<enter>",
    "<f4>hello<tab>world<shift+tab><home>1<enter>",
    "a<f4>one<tab>two<enter><escape>b",
    "<f4>one<escape>tail",
    "<f4>one<escape>O'Brien<f2>k",
    "<f4>one<escape>tail<up><f2>k<down>",
    "<ctrl+p>ask<enter>kz",
    "<ctrl+p>ask<enter>dq<ctrl+p>other<enter>typed<tab>there<enter>",
    "<ctrl+g>r<down><right>x<ctrl+g>ty<down><down>",
    "<f1><pagedown><escape>a<f1><escape>b",
    "<f9>k<f9>dabc",
    "<down><down><pagedown>p<tab><down><left><left><f2><escape>q",
    "<f2><f2><escape>x",
    "^1<escape>^2",
)


@pytest.mark.parametrize("burst", BURSTS)
def test_a_burst_gives_what_slow_typing_gives(demo: Start, burst: str) -> None:
    fast, slow = demo(), demo()
    fast.send(keys(burst))
    slow.slowly(burst, 0.45 if "<f9>" in burst else 0.08)
    slow.until_quiet(0.5)
    fast.until(lambda seen: seen.text() == slow.text(), 10)
    fast.until_quiet(0.5)
    assert fast.text() == slow.text()
    assert fast.cursor == slow.cursor


@pytest.mark.parametrize("noise", ["[999999999999;5~", "[999999999999u", "[1114112;2u", "[97;2;1114112u", "[55296u"])
def test_a_sequence_that_names_no_character_is_no_key_and_ends_nothing(noise: str) -> None:
    """A bad line makes such, and a text that is pasted raw into a terminal may hold one."""
    parser = PromptEscapeParser()
    found = [event for event in parser.feed(f"a\x1b{noise}b") if isinstance(event, events.Key)]
    assert [event.character for event in found] == ["a", "b"]


@pytest.mark.parametrize("key", [*range(57358, 57361), *range(57441, 57455)])
def test_what_is_only_held_is_no_key(key: int) -> None:
    """Terminals that tell every key apart send Shift before a capital: Jump went away at it, and the capital was typed
    over the field below."""
    for held in ("", ";2", ";3", ";5", ";7", ";9", ";65", ";130"):
        assert names(f"a\x1b[{key}{held}u\x1b[97;2;65ub") == ["a", "A", "b"]


CUT = (
    "<escape>O<escape>[x",
    "<f8><escape>OP<up><escape>'",
    "<escape><escape>b<escape><shift+tab>",
    "<escape><escape><escape><f2>",
)


@pytest.mark.parametrize("burst", [*BURSTS, *CUT])
def test_a_line_that_cuts_a_burst_anywhere_changes_no_key(burst: str) -> None:
    def read(*pieces: str) -> list[str]:
        parser = PromptEscapeParser()
        found = [event for piece in (*pieces, "") for event in parser.feed(piece)]
        return [event.key for event in found if isinstance(event, events.Key)]

    data = keys(burst)
    for cut in range(1, len(data)):
        assert read(data[:cut], data[cut:]) == read(data), repr((data[:cut], data[cut:]))


def names(text: str) -> list[str]:
    """The keys that a text is read as, and what is pasted in it."""
    read = PromptEscapeParser().feed(text)
    return [
        one.key if isinstance(one, events.Key) else one.text
        for one in read
        if isinstance(one, events.Key | events.Paste)
    ]


def test_escape_stays_escape_whatever_follows_it_in_one_write() -> None:
    """Taken as one sequence that nobody knows, its first sign was typed as ^ into the field."""
    assert names(keys("a<escape><escape>b<escape><shift+tab><escape><f1>c")) == [
        "a", "escape", "escape", "b", "escape", "shift+tab", "escape", "f1", "c",
    ]  # fmt: skip
    assert names("\x1b\x1b[200~two\x1b[201~c") == ["escape", "two", "c"], "what is pasted comes after it"
    assert names("^\x1b[\x1b[A")[0::3] == ["circumflex_accent", "up"] and "escape" in names("\x1b[\x1b[A")


@pytest.mark.parametrize(
    "answer",
    [
        "[?1;2c",
        "[>0;276;0c",
        "[8;24;80t",
        "[0n",
        "[1;5I",
        "]11;rgb:0000/0000/0000\x07",
        "]10;rgb:f/f/f\x1b\\",
        "P>|XTerm(370)\x1b\\",
        "P1+r524742=38\x1b\\",
        "_Gi=31;OK\x1b\\",
    ],
)
def test_what_a_terminal_answers_is_typed_by_nobody(answer: str) -> None:
    """Asked by what was run before, and late over a slow line: it stood in the field that was open."""
    assert names(f"a\x1b{answer}b") == ["a", "b"]
    if answer[0] in "]P_":
        parser = PromptEscapeParser()
        found = [*parser.feed(f"a\x1b{answer[:9]}"), *parser.feed(f"{answer[9:]}b")]
        assert [one.key for one in found if isinstance(one, events.Key)] == ["a", "b"]


def test_an_escape_that_nothing_follows_is_one_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(driver, "monotonic", lambda: now)
    parser = PromptEscapeParser()
    assert list(parser.feed("\x1b")) == [] and list(parser.tick()) == []
    now += ESCAPE_DELAY
    (event,) = parser.tick()
    assert isinstance(event, events.Key) and event.key == "escape"
    assert [event.key for event in parser.feed("O'") if isinstance(event, events.Key)] == ["O", "apostrophe"]


def test_a_paste_whose_end_is_lost_makes_nobody_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(driver, "monotonic", lambda: now)

    def read(*pieces: tuple[float, str]) -> list[str]:
        nonlocal now
        parser, found = PromptEscapeParser(), []
        for wait, piece in pieces:
            now += wait
            found += [one.text if isinstance(one, events.Paste) else one.key for one in parser.feed(piece)]  # type: ignore[attr-defined]
        return found

    start, end = driver.PASTE_START, driver.PASTE_END
    assert read((0, f"{start}NW7"), (4, "x"), (0, "\x1bOP")) == ["NW7", "x", "f1"]
    assert read((0, start), (4, "\x1b[21~"), (0, end)) == ["f10"]
    # A line that stands still, or is slow, cuts no paste: what comes at once is longer than any key, or ends it.
    assert read((0, f"{start}NW7"), (4, " 3" * 20), (1, f"x{end}y")) == ["NW7" + " 3" * 20 + "x", "y"]
    assert read((0, f"{start}NW7{end[:3]}"), (4, end[3:])) == ["NW7"]
    assert read((0, f"{start}NW7"), (2, " 3"), (2, "a"), (2, end)) == ["NW7 3a"]


@pytest.mark.slow
def test_thousands_of_keys_in_one_write(demo: Start) -> None:
    terminal = demo()
    terminal.send(keys("<f2>k<f2>d" * 40 + "<down>" * 300 + "<f4>" + "word<tab>" * 200 + "<enter>"))
    # Coming to a stock input selects what is in it, so that every word takes the place of the one before.
    terminal.until("[word|word]", 60)


def test_a_burst_in_many_writes_of_any_length(demo: Start) -> None:
    whole, pieces = demo(), demo()
    burst = keys("<f4>first<tab>second<enter><escape>z<f2>k<ctrl+p>ask<enter>d")
    whole.send(burst)
    for start in range(0, len(burst), 3):
        pieces.send(burst[start : start + 3])
    whole.until("z<k><d>")
    pieces.until("z<k><d>")


def test_a_paste_keeps_its_place_among_the_keys(demo: Start) -> None:
    terminal = demo()
    terminal.send(keys("<f4>a") + "\x1b[200~pasted \x1bx text\x1b[201~" + keys("b<tab>c<enter>"))
    terminal.until("|c]")
    assert terminal.shows("[apasted")
    assert terminal.shows("x textb|c]")


def test_alt_and_a_letter_are_escape_and_the_letter(demo: Start) -> None:
    terminal = demo()
    terminal.press("<f4>")
    terminal.send("\x1bx")
    terminal.until("typed: x")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131), (signal.SIGTERM, 143)]
)
def test_a_signal_flushes_the_drafts_and_ends(demo: Start, tmp_path: Path, number: int, code: int) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))
    terminal.press("half a wo")
    terminal.signal(number)
    assert terminal.wait() == code
    assert (tmp_path / "log").read_text() == f"{signal.Signals(number).name}\n"


def test_a_dropped_line_flushes_the_drafts_and_ends(demo: Start, tmp_path: Path) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))
    terminal.press("half a wo")
    master, terminal.fd = terminal.fd, os.open("/dev/null", os.O_RDWR)
    os.close(master)
    terminal.wait()
    assert (tmp_path / "log").read_text() == "SIGHUP\n"


def test_f10_leaves_from_within_a_dialog(demo: Start, tmp_path: Path) -> None:
    terminal = demo(DEMO_LOG=str(tmp_path / "log"))
    terminal.press("<f2>")
    terminal.send(keys("<f10>"))
    assert terminal.wait() == 0
    assert (tmp_path / "log").read_text() == "leave\n"


def test_suspending_and_coming_back_draws_all_and_shows_the_cursor(shell: Shell, tmp_path: Path) -> None:
    terminal = shell.terminal
    before = terminal.cells()
    shell.sleep()
    assert not terminal.shows("Reference")
    terminal.screen.reset()
    del terminal.raw[:]
    terminal.send("fg\n")
    terminal.until("Reference")
    terminal.until_quiet()
    assert terminal.cells() == before
    assert bytes(terminal.raw).rfind(b"\x1b[?25h") > bytes(terminal.raw).rfind(b"\x1b[?25l")
    assert (tmp_path / "log").read_text() == "suspend\n"
    terminal.press("x")
    assert terminal.shows("typed: x")


@pytest.mark.parametrize(
    ("asks", "other"),
    [("\x1bOQ", "\x1bOS"), ("\x1b[12~", "\x1b[14~"), ("\x1b[[B", "\x1b[[D")],
    ids=["xterm", "PuTTY and rxvt", "Linux console"],
)
def test_function_keys_of_every_terminal(demo: Start, asks: str, other: str) -> None:
    terminal = demo()
    terminal.send(asks)
    terminal.until(lambda seen: "[k]" in seen.text() or "Keep" in seen.text() or "k  " in seen.text())
    terminal.press("k")
    terminal.send(other + "typed")
    terminal.until("typed")


def test_f9_and_f10_of_puttys_vt100_mode(demo: Start) -> None:
    terminal = demo()
    terminal.send("\x1bOXk")
    terminal.until_quiet(0.6)
    assert not terminal.shows("typed: X") and not terminal.shows("OX")
    terminal.send("\x1bOY")
    assert terminal.wait() == 0
