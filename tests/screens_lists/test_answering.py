"""Whatever the draft of an edition asks is answered by choosing and typing in its dialogs, and stands in the draft.

The dialogs are walked without a screen: each is answered by what it offers, and by nothing else.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporters.documents import folder as written
from exporters.documents.draft_lists import misfits
from exporters.documents.making import draft as make
from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from exporters.editions.review_items import ReviewItem
from tests.exporters.documents.papers import definitions, geographic, reference
from tests.exporters.made_drafts import made_draft
from tui.screens.review.corrections import correct
from tui.screens.review.steps import ChooseOne, ChooseSome
from tui.widgets.ask_text import Asking
from tui.widgets.confirm import Confirm
from validators.problems import Problem


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft of a made-up edition, as it was read."""
    place = tmp_path_factory.mktemp("papers")
    papers = [definitions(place), reference(place), geographic(place)]
    written.write(make(papers, "", "", lambda told: None), place / "draft")
    return place / "draft"


@pytest.fixture
def draft(read: Path, tmp_path: Path) -> DraftFolder:
    """One of its own for a test."""
    return DraftFolder.open(Path(shutil.copytree(read, tmp_path / "draft")))


def item(draft: DraftFolder, id: str) -> ReviewItem:
    return next(one for one in review.items(draft) if one.id == id)


def told(draft: DraftFolder, id: str, *answers: Any) -> str:
    """Correct a thing, each dialog answered in turn: an id, ids, texts by key, a letter. What was done, in words."""
    done: list[str] = []

    def act(work: Callable[[], str]) -> None:
        done.append(work())

    steps = correct(draft, item(draft, id), act)
    assert steps is not None, f"{id} cannot be corrected"
    given = list(answers)
    answer: Any = None
    while True:
        try:
            dialog = steps.send(answer)
        except StopIteration:
            break
        assert given, f"nothing is left to answer {dialog.title}"
        answer = taken(dialog, given.pop(0))
    assert not given and len(done) == 1, (given, done)
    return done[0]


def taken(dialog: Any, answer: Any) -> Any:
    """What a person may give to a dialog."""
    if isinstance(dialog, ChooseOne):
        assert answer in [own for own, _, _ in dialog.items], (dialog.title, answer)
        return answer
    if isinstance(dialog, ChooseSome):
        offered = [own for own, _, _ in dialog.items]
        marked = tuple(dialog._listed.marked or ()) if answer is ... else tuple(answer)
        assert set(marked) <= set(offered), (dialog.title, marked)
        assert dialog.check is None or not dialog.check(len(marked)), dialog.title
        return tuple(own for own in offered if own in marked)
    if isinstance(dialog, Asking):
        texts = {line.asked.key: answer.get(line.asked.key, line.asked.initial) for line in dialog.lines}
        assert all(texts[line.asked.key] or line.asked.optional for line in dialog.lines), texts
        if dialog._check is not None:
            dialog._check(texts)
        return texts
    assert isinstance(dialog, Confirm)
    return answer


def test_there_is_an_answer_to_whatever_is_asked(draft: DraftFolder) -> None:
    waiting = [one for one in review.items(draft) if one.is_open]
    kinds = {one.kind for one in waiting}
    assert len(waiting) > 20 and kinds == {"field", "rule", "list", "code", "edition", "text"}
    for one in waiting:
        assert correct(draft, one, lambda work: None) is not None, one.id


def test_a_whole_postcode_goes_only_with_the_consent_that_somebody_chose(draft: DraftFolder) -> None:
    asked = item(draft, "edition guarded")
    assert asked.is_open and "IPSPC never leave" in asked.question and draft.standard().kept_back == ("IPSPC",)
    told(draft, "edition guarded", ..., "CONSENT", ("Y",), "k")
    guarded = draft.standard("ad").guarded
    assert guarded is not None
    assert (guarded.consent, guarded.headers, guarded.consented) == ("CONSENT", ("IPSPC",), frozenset("Y"))
    assert [(one.id, one.kind) for one in draft.standard().settings] == [(guarded.setting, "yes_no")]
    assert not item(draft, "edition guarded").is_open
    draft.undo()
    assert draft.standard().guarded is None and item(draft, "edition guarded").is_open
    # To leave it so is an answer, too.
    review.accept(draft, item(draft, "edition guarded"))
    assert not item(draft, "edition guarded").is_open and draft.standard().kept_back == ("IPSPC",)


def test_what_goes_without_consent_is_seen_and_chosen(draft: DraftFolder) -> None:
    carried = draft.standard().no_consent_carries
    assert item(draft, "edition no consent").title == f"without consent only {' '.join(carried)}"
    told(draft, "edition no consent", ("CLIENTID", "AGNCY", "CONSENT"))
    assert draft.standard().no_consent_carries == ("CLIENTID", "AGNCY", "CONSENT")
    with pytest.raises(AssertionError):  # nothing at all cannot be chosen
        told(draft, "edition no consent", ())
    told(draft, "edition in force", {"valid_from": "2024-04-01", "valid_to": ""})
    assert draft.standard().whole.valid_from == "2024-04-01"
    with pytest.raises(Problem, match="2024-04-01"):
        told(draft, "edition in force", {"valid_from": "1 April"})


def test_a_header_is_put_right_wherever_the_draft_names_it(draft: DraftFolder) -> None:
    assert item(draft, "field ACCMNEED").is_open and draft.standard().printed == {"ACCMNED": "ACCMNEED"}
    assert told(draft, "field ACCMNEED", "header", {"header": "ACCMNED"}) == "is headed ACCMNED now"
    standard = draft.standard()
    assert "ACCMNED" in standard.headers and "ACCMNEED" not in standard.headers and standard.printed == {}
    assert "4" in standard.rules_reading("ACCMNED") and not item(draft, "field ACCMNED").is_open
    told(draft, "field CONSENT", "header", {"header": "AGREED"})
    standard = draft.standard()
    assert standard.role("consent") == "AGREED" and "AGREED" in standard.no_consent_carries
    assert any("AGREED" in row["parameters"] for row in review.rows_of(draft, "2"))
    for wrong in ("DOB", "two words", ""):
        with pytest.raises((Problem, AssertionError)):
            told(draft, "field SEX", "header", {"header": wrong})
    # A heading that files have is read as a field's column.
    told(draft, "edition headings", "+", {"heading": "BORN"}, "DOB")
    told(draft, "edition headings", "+", {"heading": "GENDER"}, "SEX")
    assert draft.standard().printed == {"BORN": "DOB", "GENDER": "SEX"}
    told(draft, "edition headings", "= GENDER", "-")
    assert draft.standard().printed == {"BORN": "DOB"}


def test_codes_that_do_not_fit_a_layout_are_asked_about_and_either_is_put_right(draft: DraftFolder) -> None:
    own = draft.standard().by_header["DISRSN"].codes
    id = f"list {own}"
    told(draft, id, "layout DISRSN", {"layout": "N(1)"})
    assert draft.standard().by_header["DISRSN"].layout.text == "N(1)"
    assert list(misfits("VACCINE", "A(1)", ["0", "1", "C"])) == ["0, 1 does not fit the layout A(1) of VACCINE."]
    assert list(misfits("TERM", "N(1)", ["1", "10"])) == ["10 is longer than the layout N(1) of TERM."]
    assert list(misfits("ANY", "C(2)", ["1", "NA", "B2"])) == [] and list(misfits("DAY", "YYYYMMDD", ["1"])) == []
    with pytest.raises(Problem, match="is refused"):
        told(draft, id, "layout DISRSN", {"layout": "two digits"})
    told(draft, id, "complete", "yes")
    assert draft.standard().code_lists[own].complete
    told(draft, id, "fields", ("DISRSN", "ALCUNITS"))
    assert draft.standard().by_header["ALCUNITS"].codes == own
    # The rule of the list is asked of the new field, too, and then no more.
    told(draft, "rule 4", "in_codes", ("SEX", "DISRSN"), "w")
    assert "4" not in draft.standard().rules_reading("ALCUNITS")
    assert told(draft, id, "ask") == "rule 4 asks for its codes in ALCUNITS, DISRSN"
    assert "4" in draft.standard().rules_reading("ALCUNITS")
    told(draft, "field ALCUNITS", "rules", ())
    assert "4" not in draft.standard().rules_reading("ALCUNITS")
    # Codes of another list belong into this one.
    told(draft, id, "more", draft.standard().by_header["SEX"].codes, ("0",))
    assert "0" in draft.standard().code_lists[own].codes


def test_a_section_and_what_its_records_are_known_by_are_chosen(tmp_path: Path) -> None:
    draft = DraftFolder.open(made_draft(tmp_path / "draft-p"))
    section = draft.standard().event_sections[0]
    id = f"edition section {section.id}"
    own = draft.standard().headers_by_section[section.id]
    other = next(header for header in own if header not in (section.id_field, section.date_field))
    assert item(draft, id).title == f"{section.title}: event, known by {section.id_field} {section.date_field}"
    told(draft, id, "title", {"title": "What was done"})
    told(draft, id, "id_field", "-")
    changed = draft.standard().section_by_id[section.id]
    assert (changed.title, changed.id_field, changed.date_field) == ("What was done", "", section.date_field)
    told(draft, id, "id_field", section.id_field)
    # Its day is one of its own fields; a field by which records are known stays where it is.
    with pytest.raises(AssertionError):
        told(draft, id, "date_field", "DISD")
    with pytest.raises(Problem, match=f"are known by {section.id_field}: choose another field for that first"):
        told(draft, f"field {section.id_field}", "section", "episode")
    # Any other goes by choosing, and its column stays where it was.
    columns = draft.standard().columns
    assert told(draft, f"field {other}", "section", "episode") == "stands in the section episode now"
    assert draft.standard().by_header[other].section == "episode" and draft.standard().columns == columns


def test_a_code_is_said_to_be_of_some_data_sets_only(draft: DraftFolder) -> None:
    own = draft.standard().by_header["DISRSN"].codes
    first = next(iter(draft.standard().code_lists[own].codes))
    told(draft, f"list {own}", f"code {first}", "d", ("AD", "SA"))
    assert first in draft.standard("ad").code_lists[own].codes
    assert first not in draft.standard("yp").code_lists[own].codes
    told(draft, f"list {own}", f"code {first}", "d", ("AD", "YP", "SA", "SY"))
    assert first in draft.standard("yp").code_lists[own].codes


def test_what_no_document_has_is_typed(draft: DraftFolder) -> None:
    """A rule that is named and told nowhere, a list that is missing, a field that a table hides."""
    missing = next(one for one in review.items(draft) if one.kind == "rule" and one.key == "88")
    assert missing.is_open
    words = "Has to be given where ALCDDAYS is given."
    told(draft, "rule 88", {"words": words}, ("ALCUNITS",))
    (row,) = review.rows_of(draft, "88")
    assert (row["status"], row["wording"], row["fields"]) == ("not_checked", words, "ALCUNITS")
    told(draft, "rule 88", "required", ("ALCUNITS",), "ALCDDAYS", "!= ", "t", "error", "w")
    (row,) = review.rows_of(draft, "88")
    assert (row["status"], row["parameters"]) == ("", "when=ALCDDAYS!=; beside=ALCDDAYS")
    text = next(one for one in review.items(draft) if one.kind == "text" and one.key.startswith("table"))
    given = {"header": "ACCTYPE", "label": "Type of home", "layout": "N(2)"}
    told(draft, text.id, "field", given, "episode", ("AD", "SA"))
    field = draft.standard().by_header["ACCTYPE"]
    assert (field.label, field.section, field.data_sets) == ("Type of home", "episode", ("AD", "SA"))
    assert "ACCTYPE" in draft.standard("yp").columns and not item(draft, text.id).is_open
