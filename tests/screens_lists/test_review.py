"""A draft is reviewed by keys alone: opened, settled, put right by choosing, tried, installed, taken back."""

from collections.abc import Callable
from pathlib import Path

from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from tests.exporters.made_drafts import made_draft
from tests.screens_lists.conftest import HELP, Start, chosen, same_picture
from tests.terminal import Terminal


def opened(start: Start, folder: Path) -> Terminal:
    """The Standards screen, and on it the draft."""
    terminal = start()
    terminal.press("<ctrl+p>standards<enter>")
    terminal.until("Ctrl+O Draft")
    terminal.press("<ctrl+o>")
    terminal.until("Open a draft")
    terminal.press(f"{folder}<enter>")
    terminal.until("6 open: 1 proposed, 1 not checked, 4 others")
    terminal.until_quiet(0.3)
    return terminal


def settled(folder: Path, wanted: str) -> str:
    return next(one.settled for one in review.items(DraftFolder.open(folder)) if one.id == wanted)


def test_from_one_open_question_to_the_next(start: Start, tmp_path: Path) -> None:
    folder = made_draft(tmp_path / "draft-p")
    terminal = opened(start, folder)
    assert "? changed      Field DISD" in chosen(terminal)
    assert terminal.shows("The table prints DISDT; DISD is taken.") and terminal.shows("tech p. 9: DISDT | YYYYMMDD")
    terminal.press("<f8>")
    assert "Rule 14" in chosen(terminal)
    same_picture(terminal, HELP / "review.screen.txt")
    terminal.press("a")
    terminal.until("5 open: 1 not checked, 4 others")
    assert settled(folder, "rule 14") == "yes" and "+ new" in chosen(terminal)
    terminal.press("u")
    terminal.until("6 open")
    assert settled(folder, "rule 14") == ""
    terminal.press("A<f8>")
    terminal.until(lambda shown: "Rule 200" in chosen(shown))
    terminal.press("k")
    terminal.until("4 open; 148 in all")
    terminal.press("<f7>")
    assert "Field DISD" in chosen(terminal)
    # Only what is open; then words.
    terminal.press("o/parental<enter>")
    terminal.until("Filter: parental")
    shown = [line for line in terminal.lines() if line.startswith(" ? ")]
    assert len(shown) == 2 and "List parental_resp" in shown[0]


def test_a_rule_is_mapped_by_choosing_tried_and_installed(start: Start, tmp_path: Path) -> None:
    folder = made_draft(tmp_path / "draft-p")
    terminal = opened(start, folder)
    step = stepper(terminal)
    step("/200<enter>", "Rule 200: Rule 200")
    step("c", "What does it ask:")
    step("empty in<enter>", "of which fields?")
    # The field that carries the rule is marked; SEX takes its place.
    step("<enter>sex<enter>", "1 marked")
    step("<f2>", "When does it hold?")
    step("consent<enter>", "It holds where CONSENT")
    step("one of<enter>", "Which codes of CONSENT?")
    step("<enter><f2>", "CONSENT is one of these: Y")
    step("<enter>", "How heavy is it?")
    step("<enter>", "It asks the whole of the rule")
    step("w", "Done: Rule 200: mapped.")
    (row,) = review.rows_of(DraftFolder.open(folder), "200")
    assert (row["pattern"], row["fields"], row["parameters"]) == ("empty_when", "SEX", "when=CONSENT=Y")
    assert (row["severity"], row["status"]) == ("error", "")
    step("t", "On the records of T0001")
    step("<enter>", "Findings that would be new")
    assert terminal.shows("episodes would gain findings of rule 200.")
    step("<escape>", "Rule 200: Empty in some cases")
    step("i", "Install our-p?")
    step("", "What differs from ndtms-cjit-p")
    same_picture(terminal, HELP / "install.screen.txt")
    step("<f2>", "I  Install it (Enter)")
    step("i", "our-p is installed")
    step("<escape><escape>our-p", "Data set our-p")
    step("<ctrl+k>", "Take back:")
    step("<enter>", "Take back our-p?")
    step("t", "our-p: taken back")
    terminal.until(lambda shown: not any(line.startswith(" Data set our-p") for line in shown.lines()))


def stepper(terminal: Terminal) -> Callable[[str, str], None]:
    def step(keys: str, ready: str) -> None:
        terminal.press(keys, 0.1)
        terminal.until(ready)

    return step


def test_documents_are_read_into_a_draft_from_the_screen(start: Start, tmp_path: Path) -> None:
    paper = tmp_path / "documents"
    paper.mkdir()
    terminal = start()
    terminal.press("<ctrl+p>standards<enter>")
    terminal.until("Ctrl+N Read documents")
    step = stepper(terminal)
    step("<ctrl+n>", "Read an owner's documents")
    step(f"{paper}<enter>{tmp_path / 'new'}<f2>", "That folder holds no PDF, web page, text or CSV")
    (paper / "definitions.txt").write_text("Nothing of that kind.\n", encoding="utf-8")
    step("<f2>", "holds no table of fields, rules or codes")
    assert not (tmp_path / "new").exists()
    (paper / "definitions.txt").unlink()
    (paper / "definitions.csv").write_text(FIELDS, encoding="utf-8")
    step("<ctrl+n>", "Read an owner's documents")
    step(f"{paper}<enter>{tmp_path / 'new'}<enter>ndtms-cjit-p<enter>our-q<enter>", "Review: our-q, in new")
    assert (tmp_path / "new" / "provenance.csv").is_file()


FIELDS = """Field description,CSV file header,Layout,Rules
Client identifier,CLIENTID,C(36),1;2
First initial,FINITIAL,A(1),1;2
Surname initial,SINITIAL,A(1),1;2
Date of birth,DOB,YYYYMMDD,1;2;3
Sex,SEX,N(1),1;4
Agency code,AGNCY,C(5),1;2
Episode,EPISODID,C(36),1;2
Consent,CONSENT,A(1),1;4
Referral date,REFLD,YYYYMMDD,1;3
Triage date,TRIAGED,YYYYMMDD,1;3
"""
