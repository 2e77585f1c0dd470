"""Every key lands where the person looks: the way back, pasted cells, the keypad's Enter, letters in both cases."""

from store.clients import search
from store.facts import ClientQuery, ClientTree, Who
from store.live import drafts
from store.records import agencies, read, save
from store.store import Store
from tests.screens.conftest import Start
from tests.stores import ask
from tests.terminal import Terminal

PASTE = "\x1b[200~{}\x1b[201~"
KEYPAD_ENTER = "<ctrl+j>"
"""What tmux sends for it: LF."""
LEFT_OUT = "2 cells were pasted: only the first was taken."


def current(terminal: Terminal) -> str:
    """The label of the field the form is at."""
    lines = [line for line in terminal.lines() if line.startswith(">") and line[1:2] in " ✗!i·-~"]
    return lines[0][2:34].strip(" ~")


def test_up_is_the_field_above_after_a_jump_and_alt_left_goes_back_across_records(
    store: Store, known: ClientTree, start: Start
) -> None:
    episode = known.episodes[0].episode
    with store.writing(Who("somebody", episode.changed_at)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "TRIAGED": "20190101"}, 1)
    terminal = start(known.client.id)
    terminal.press("<tab>")
    assert current(terminal).startswith("Surname initial")
    terminal.press("<f8>")
    assert current(terminal).startswith("Contact/assessment date")
    terminal.press("<shift+tab>")
    assert current(terminal).startswith("What prompted contact")
    terminal.press("<up>")
    assert current(terminal).startswith("Prompting event date")
    terminal.press("<alt+left>")
    assert current(terminal).startswith("Surname initial")
    terminal.press("<ctrl+p>way back<enter>")
    terminal.until("There was no jump to go back from.")
    assert current(terminal).startswith("Surname initial")
    assert ask(store, drafts.listed, "ann") == []


def test_what_is_typed_over_is_named(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id, columns=100)
    terminal.press("<ctrl+t><down><enter>N")
    terminal.until("was Y")
    terminal.press("<f2>")
    terminal.until("Saved: Episode")
    terminal.press("<tab>")
    assert not terminal.shows("was Y")


def test_a_closure_reason_without_a_date_is_come_to_and_emptied(store: Store, known: ClientTree, start: Start) -> None:
    episode = known.episodes[0].episode
    with store.writing(Who("somebody", episode.changed_at)) as work:
        save.change(work, "episode", episode.id, {**episode.values, "CJDISRSN": "10"}, 1)
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><enter>" + "<pagedown>" * 4)
    assert current(terminal).startswith("Closure reason")
    terminal.press("<up><tab>")
    assert current(terminal).startswith("Closure reason")
    assert terminal.shows("not asked")
    terminal.press("<delete>")
    terminal.until("was 10")
    terminal.press("<f2>")
    terminal.until("Saved: Episode")
    assert "CJDISRSN" not in ask(store, read.tree, known.client.id).episodes[0].episode.values


def test_lf_is_enter_in_form_list_dialog_and_search(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start("new")
    terminal.press(f"d{KEYPAD_ENTER}m{KEYPAD_ENTER}300763{KEYPAD_ENTER}1{KEYPAD_ENTER}<f4>")
    terminal.press("irish")
    terminal.press(KEYPAD_ENTER)
    terminal.press("gbr<f2>")
    terminal.until("Saved: Client DM")
    terminal.press(f"<ctrl+n>{KEYPAD_ENTER}")
    terminal.until("Consent for NDTMS")
    terminal.press(f"y{KEYPAD_ENTER}sr1 3<f2>")
    terminal.until("Saved: Episode")
    terminal.press(f"<ctrl+k>jane{KEYPAD_ENTER}rings{KEYPAD_ENTER}")
    terminal.until("key worker jane")
    terminal.press(f"<f3>26964{KEYPAD_ENTER}")
    terminal.until("Client 26964 DM, born 30 Jul 1963")
    (keyed,) = [tree for tree in (ask(store, read.tree, id) for id in _ids(store)) if tree.client.id != known.client.id]
    values = {"FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "1", "ETHNIC": "B", "NATION": "GBR"}
    assert values.items() <= keyed.client.values.items()
    assert {"CONSENT": "Y", "PC": "sr1 3"}.items() <= keyed.episodes[0].episode.values.items()


def test_a_key_is_what_it_is_while_shift_or_ctrl_of_the_one_before_is_still_held(store: Store, start: Start) -> None:
    """Terminals that tell every key apart (kitty, foot, Alacritty, Ghostty) have a name of its own for Shift+Enter, and
    whoever types capitals fast sends it: D, Enter, M became DM in the first field."""
    shift_enter, ctrl_enter, ctrl_tab, shift_backspace = "\x1b[13;2u", "\x1b[13;5u", "\x1b[9;5u", "\x1b[127;2u"
    older_backspace = "\x1b[27;2;127~"
    terminal = start("new")
    terminal.press(f"D{shift_enter}XY{shift_backspace}{older_backspace}M{shift_enter}300763{ctrl_enter}1{ctrl_tab}B")
    terminal.press(f"\x1b[27;2;13~gbr{shift_enter}Jo\x1b[32;2uX<f2>")
    terminal.until("Saved: Client Jo X DM")
    (kept,) = [ask(store, read.get, "client", id).values for id in _ids(store)]
    values = {"FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "1", "ETHNIC": "B", "NATION": "GBR"}
    assert values.items() <= kept.items()


def test_pasted_cells_are_joined_nowhere(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+u>" + PASTE.format("D\tM"))
    terminal.until(LEFT_OUT)
    terminal.press("<f2><ctrl+t><down><enter><ctrl+k>" + PASTE.format("jane\r\njoan"))
    terminal.until(LEFT_OUT)
    terminal.press("<f2>")
    terminal.until("key worker jane.")
    terminal.press("<ctrl+p>" + PASTE.format("Undo\nRedo"))
    terminal.until(LEFT_OUT)
    assert terminal.shows("Command: Undo") and not terminal.shows("Redo")
    terminal.press("<escape><f3>" + PASTE.format("26964\t11111"))
    terminal.until(LEFT_OUT)
    assert terminal.shows("26964 ") and not terminal.shows("2696411111")
    assert ask(store, read.tree, known.client.id).client.values["FINITIAL"] == "D"


def test_letters_answer_in_both_cases(store: Store, known: ClientTree, start: Start) -> None:
    terminal = start(known.client.id)
    terminal.press("<ctrl+t><down><down><delete>D")
    terminal.until("Deleted: Sub-intervention")
    terminal.press("<ctrl+n>E")
    terminal.until("+ Episode")
    terminal.press("<ctrl+g>T")
    terminal.press("<up>")
    assert not terminal.shows("Jump to")


def test_a_capital_typed_with_its_shift_is_the_letter_that_jumps(store: Store, known: ClientTree, start: Start) -> None:
    """Terminals that tell every key apart send Shift as a key of its own: Jump, which shows its letters as capitals,
    went away at it, and the letter was typed over the field below."""
    shift, caps_lock, ctrl = "\x1b[57441;2u", "\x1b[57358u", "\x1b[57442;5u"
    terminal = start(known.client.id)
    first = current(terminal)
    for letter in (f"{shift}\x1b[105;2;73u", f"{caps_lock}\x1b[105;65;73u"):
        terminal.press("<down><down>")
        assert current(terminal) != first
        terminal.press(f"{ctrl}\x1b[103;5u{letter}")
        assert current(terminal) == first
    assert not ask(store, drafts.listed, "ann")


def _ids(store: Store) -> list[str]:
    return [row.id for row in ask(store, search.page, ask(store, agencies.one), ClientQuery(), 0, 100)]
