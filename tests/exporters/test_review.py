"""A draft is reviewed: what is open, what a person decides, what of that stands in its plain tables afterwards."""

from datetime import date
from pathlib import Path

import pytest

from exporters.editions import review
from exporters.editions.draft_folder import DraftFolder
from exporters.editions.install import candidate
from exporters.editions.review_items import ReviewItem
from exporters.editions.rule_kinds import KINDS, made_row
from exporters.editions.trial import counterpart, told_before, told_of_trial, try_file, try_store
from store.facts import Who
from store.records import agencies, bulk_load
from tests.commands.running import SAMPLE_FILE, call
from tests.exporters.desks import Desk
from tests.exporters.extracts import NOW
from tests.exporters.made_drafts import WORDS_14, WORDS_200, made_draft
from tests.stores import ask, do
from tests.validators.builders import episode
from validators.problems import Problem
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import SHIPPED, load, load_folder
from validators.standard.model import Standard
from validators.synthetic import synthetic_episodes

DAY = date(2020, 12, 15)
WHO = Who("ann", NOW)
LIST = "parental_responsibility"


@pytest.fixture
def draft(tmp_path: Path) -> DraftFolder:
    """A draft that is open."""
    return DraftFolder.open(made_draft(tmp_path / "draft-p"))


def item(draft: DraftFolder, wanted: str) -> ReviewItem:
    return next(one for one in review.items(draft) if one.id == wanted)


def loaded(draft: DraftFolder) -> Standard:
    return next(load_folder(draft.folder))


def texts(draft: DraftFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(draft.folder.rglob("*")) if path.is_file()}


def test_each_thing_has_its_mark_and_the_documents_words(draft: DraftFolder) -> None:
    found = {one.id: one for one in review.items(draft)}
    marks = {own: (found[own].mark, found[own].is_open) for own in found if found[own].mark}
    assert marks == {
        "field SEX": ("same", False),
        "field DISD": ("changed", True),
        "field OLDONE": ("gone", False),
        "rule 14": ("proposed", True),
        "rule 200": ("not checked", True),
        "list parental_responsibility": ("same", True),
        "code parental_responsibility/Z": ("changed", True),
    }
    assert found["rule 14"].places == (("tech p. 20", WORDS_14),)
    assert found["text table p. 25"].is_open and found["code parental_responsibility/Z"].title
    assert review.counted(found.values()) == "6 open: 1 proposed, 1 not checked, 4 others"
    # What is gone comes last of its kind, the program's own rules behind those of the document.
    order = list(found)
    assert order.index("field SEX") < order.index("field OLDONE") < order.index("rule 1") < order.index("rule layout")


def test_a_proposed_rule_is_accepted_and_that_can_be_undone(draft: DraftFolder) -> None:
    before = texts(draft)
    assert loaded(draft).rule_by_id["14"].status == "proposed"
    assert review.accept(draft, item(draft, "rule 14")) == "accepted, and in force once the draft is installed"
    assert loaded(draft).rule_by_id["14"].status == "checked"
    again = DraftFolder.open(draft.folder)
    one = item(again, "rule 14")
    assert (one.mark, one.is_open, one.settled) == ("new", False, "yes")
    assert {name for name, data in texts(draft).items() if data != before[name]} == {"rules.csv", "provenance.csv"}
    with pytest.raises(Problem, match="Rule 14: nothing is asked here"):
        review.accept(again, one)
    draft.undo()
    assert texts(draft) == before and item(draft, "rule 14").is_open
    with pytest.raises(Problem, match="nothing to undo"):
        draft.undo()


def test_what_is_settled_can_be_asked_again(draft: DraftFolder) -> None:
    review.accept(draft, item(draft, "field DISD"))
    assert item(draft, "field DISD").settled == "yes"
    review.ask_again(draft, item(draft, "field DISD"))
    assert item(draft, "field DISD").is_open
    with pytest.raises(Problem, match="no question was settled"):
        review.ask_again(draft, item(draft, "field SEX"))


def test_a_rule_is_kept_with_its_words_and_never_run(draft: DraftFolder) -> None:
    assert review.keep_unchecked(draft, item(draft, "rule 14")) == "kept with its words, not checked"
    rule = loaded(draft).rule_by_id["14"]
    assert (rule.status, rule.rows, rule.wording, rule.fields) == ("not_checked", (), WORDS_14, ("CPLANDT",))
    one = item(draft, "rule 14")
    assert (one.mark, one.is_open) == ("not checked", False)
    assert review.keep_unchecked(draft, item(draft, "rule 200")) == "kept with its words, not checked"
    with pytest.raises(Problem, match="Rule 13 has no words of a document"):
        review.keep_unchecked(draft, item(draft, "rule 13"))


def test_a_rule_is_mapped_whole_in_part_and_beside(draft: DraftFolder) -> None:
    filled = made_row(KINDS["required"], ["PRNTSTAT"], {"when": "PARENT=Y|Z"}, "warning")
    done = review.map_rule(draft, item(draft, "rule 200"), filled, beside=False, whole=False)
    assert done == "mapped in part; the rest keeps its words, not checked"
    rule = loaded(draft).rule_by_id["200"]
    (row,) = rule.rows
    assert (row.pattern, row.fields, row.severity) == ("required", ("PRNTSTAT",), "warning")
    assert row.parameters == {"when": "PARENT=Y|Z", "beside": "PARENT"} and rule.unread == WORDS_200
    assert item(draft, "rule 200").settled == "corrected"
    listed = made_row(KINDS["in_codes"], ["PRNTSTAT"], {}, "warning")
    assert review.map_rule(draft, item(draft, "rule 200"), listed, beside=True, whole=True) == "mapped"
    rule = loaded(draft).rule_by_id["200"]
    assert [row.pattern for row in rule.rows] == ["required", "in_codes"] and (rule.unread, rule.status) == (
        "",
        "checked",
    )
    review.map_rule(draft, item(draft, "rule 14"), filled, beside=False, whole=True)
    assert [row.pattern for row in loaded(draft).rule_by_id["14"].rows] == ["required"]


GIVEN = {
    "other": "DOB", "when": "SEX=1", "day": "2020-01-01", "years": "18", "least": "1", "most": "9", "also": "NA",
    "values": "1|2", "on": "TRIAGED",
}  # fmt: skip
CODED = {"in_codes", "one_of", "code_not_retired", "empty_when", "required", "digits_between", "number_when"}


@pytest.mark.parametrize("pattern", KINDS)
def test_every_kind_of_rule_can_be_mapped_to(draft: DraftFolder, pattern: str) -> None:
    kind = KINDS[pattern]
    fields = (
        ["SEX"]
        if pattern in CODED
        else ["SEX", "ETHNIC"]
        if pattern in ("one_required", "both_or_neither")
        else ["TRIAGED"]
    )
    fields = ["SUBMID"] if pattern == "once_in_episode" else fields
    made = made_row(kind, fields, {need.name: GIVEN[need.name] for need in kind.needs}, "error")
    assert review.map_rule(draft, item(draft, "rule 200"), made, beside=False, whole=True) == "mapped"
    (row,) = loaded(draft).rule_by_id["200"].rows
    assert row.pattern == pattern and set(fields) <= set(row.fields)


def test_a_number_is_judged_only_where_another_field_says_so(draft: DraftFolder) -> None:
    told = {"least": "1", "most": "200", "when": "ALCDDAYS!=0|00|"}
    made = made_row(KINDS["number_when"], ["ALCUNITS"], told, "error")
    review.map_rule(draft, item(draft, "rule 200"), made, beside=False, whole=True)
    checker = Checker(loaded(draft))

    def found(days: str, units: str) -> list[str]:
        record = episode(ALCDDAYS=days, ALCUNITS=units)
        return [one.message for one in checker.check(record, Context(DAY)) if one.rule == "200"]

    assert found("3", "0") == ["Units on a drinking day is not from 1 to 200, which Drinking days in last 28 asks for"]
    assert found("0", "0") == found("", "0") == found("3", "12") == found("3", "") == []


def test_each_code_that_was_closed_is_told_beside_its_own_day(draft: DraftFolder) -> None:
    standard = loaded(draft)
    codes = {
        header: next(iter(standard.code_lists[standard.by_header[header].codes].codes)) for header in ("SEX", "PARENT")
    }
    for header, code in codes.items():
        review.correct_code(draft, standard.by_header[header].codes, code, {"code": code, "valid_to": "2015-03-31"})
    made = made_row(KINDS["code_not_retired"], ["SEX", "PARENT"], {"on": "TRIAGED"}, "error")
    review.map_rule(draft, item(draft, "rule 200"), made, beside=False, whole=True)
    (found,) = [one for one in Checker(loaded(draft)).check(episode(**codes), Context(DAY)) if one.rule == "200"]
    assert found.message.count("Contact/assessment date") == 2 and ";" in found.message


def test_a_check_digit_is_asked_for_without_asking_whose_number_it_is(draft: DraftFolder) -> None:
    made = made_row(KINDS["modulus_11"], ["CLIENT"], {}, "error")
    review.map_rule(draft, item(draft, "rule 200"), made, beside=False, whole=True)
    checker = Checker(loaded(draft))

    def found(number: str) -> int:
        return sum(one.rule == "200" for one in checker.check(episode(CLIENT=number), Context(DAY)))

    assert [found(number) for number in ("2814413546", "9434765919", "9434765918", "943476591")] == [0, 0, 1, 1]


def test_a_field_is_corrected_and_what_cannot_be_is_refused(draft: DraftFolder) -> None:
    told = {"label": "Day of discharge", "required": "consent"}
    assert review.correct_field(draft, item(draft, "field DISD"), told) == "corrected"
    field = loaded(draft).by_header["DISD"]
    assert (field.label, field.required) == ("Day of discharge", "consent")
    assert item(draft, "field DISD").settled == "corrected"
    before = texts(draft)
    for wrong in ({"layout": "Q(3)"}, {"codes": "no_such_list"}, {"data_sets": "XX"}):
        with pytest.raises(Problem, match=r"That is refused: .*choose otherwise, nothing was changed"):
            review.correct_field(draft, item(draft, "field SEX"), wrong)
    assert texts(draft) == before
    with pytest.raises(Problem, match="Field OLDONE is no field of the draft"):
        review.correct_field(draft, item(draft, "field OLDONE"), {"label": "x"})


def test_codes_are_corrected_added_taken_out_and_taken_from_a_table(draft: DraftFolder, tmp_path: Path) -> None:
    review.correct_code(draft, LIST, "Z", {"code": "Z", "label": "Not said", "valid_to": "2024-03-31"})
    assert not item(draft, "code parental_responsibility/Z").is_open
    codes = loaded(draft).code_lists[LIST]
    assert codes.codes["Z"] == "Not said" and codes.facts["Z"].valid_to == "2024-03-31"
    assert review.correct_code(draft, LIST, "", {"code": "X", "label": "Unknown"}) == "added"
    with pytest.raises(Problem, match="The code 'Y' stands in the list parental_responsibility already"):
        review.correct_code(draft, LIST, "X", {"code": "Y"})
    review.remove_code(draft, LIST, "X")
    assert list(loaded(draft).code_lists[LIST].codes) == ["Y", "N", "Z"]
    table = tmp_path / "parent.csv"
    table.write_text("Text,Code\nYes,Y\nNo,N\n", encoding="utf-8")
    assert (
        review.take_codes(draft, item(draft, "list parental_responsibility"), table) == "2 codes taken from parent.csv"
    )
    assert dict(loaded(draft).code_lists[LIST].codes) == {"Y": "Yes", "N": "No"}
    # A field whose list no document had gets one of its own.
    assert not loaded(draft).by_header["FINITIAL"].codes
    review.take_codes(draft, item(draft, "field FINITIAL"), table)
    made = loaded(draft)
    assert made.by_header["FINITIAL"].codes == "finitial" and made.code_lists["finitial"].status == "site"


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(draft: DraftFolder) -> None:
    path = draft.folder / "rules.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Rule 200", "Rule CC"), encoding="utf-8")
    before = texts(draft)
    with pytest.raises(Problem, match=r"rules\.csv was changed meanwhile by somebody else: F5 reads it anew"):
        review.accept(draft, item(draft, "rule 14"))
    assert texts(draft) == before
    draft.read()
    review.accept(draft, item(draft, "rule 14"))
    assert item(draft, "rule 200").title == "Rule CC"


def test_what_is_no_draft_is_told_in_a_sentence(draft: DraftFolder, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is not the folder of an edition"):
        DraftFolder.open(tmp_path / "nowhere")
    (draft.folder / "rules.csv").write_bytes(b'rule,title\n"open')
    with pytest.raises(Problem, match="cannot be read as a table of CSV"):
        DraftFolder.open(draft.folder)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "standard.toml").write_text('id = "more-p"\nextends = "ndtms-cjit-p"\n', encoding="utf-8")
    with pytest.raises(Problem, match="as a difference from another one"):
        DraftFolder.open(tmp_path / "more")


def test_a_draft_that_does_not_hold_may_be_mended_step_by_step(draft: DraftFolder) -> None:
    path = draft.folder / "fields.csv"
    text = path.read_text(encoding="utf-8").replace("N(1)", "Q(1)").replace("N(2)", "Q(2)")
    path.write_text(text, encoding="utf-8")
    draft.read()
    assert review.correct_field(draft, item(draft, "field SEX"), {"layout": "N(1)"}) == "corrected"


def test_it_is_tried_on_the_records_of_a_store_and_on_a_file(draft: DraftFolder, desk: Desk) -> None:
    store, standard = desk.store, load("ndtms-cjit-p")
    agency = do(store, WHO, agencies.ensure, "T0001", standard.id)
    people = synthetic_episodes(standard, 30, seed=1, today=DAY, faults=False, agency="T0001")
    do(store, WHO, bulk_load.load, agency, people, act="sample")
    nothing = ask(store, try_store, agency, loaded(draft), DAY)
    assert (nothing.gaining, nothing.losing) == (0, 0)
    never = made_row(KINDS["empty_when"], ["SEX"], {"when": "CONSENT=Y"}, "error")
    review.map_rule(draft, item(draft, "rule 200"), never, beside=False, whole=True)
    its = ask(store, try_store, agency, loaded(draft), DAY)
    assert its.gained["200"] == its.gaining > 20
    assert its.sentence("200") == f"T0001: {its.gaining} of {its.records} episodes would gain findings of rule 200"
    page = list(told_of_trial(its, "200"))
    assert any("rule 200" in line and str(its.gaining) in line for line in page)
    of_file = try_file(Path(SAMPLE_FILE), loaded(draft), date(2021, 1, 10))
    assert of_file.records == 120 and of_file.gained["200"] > 80
    its_own = candidate(draft.folder)
    told = "\n".join(ask(store, told_before, its_own, "ndtms-cjit-p", DAY))
    assert "episodes would gain findings, once it goes over to our-p." in told.replace(", 0 would lose some", "")
    assert "Rules that are new: 1 (200)" in told and "1 rule proposed" in told
    assert counterpart((loaded(draft),), "ndtms-cjit-p") == loaded(draft)
    four = list(load_folder(SHIPPED / "ndtms_r"))
    assert counterpart(four, "ndtms-r-yp") is four[2] and counterpart(four, "ndtms-cjit-p") is None


def test_the_same_by_line(draft: DraftFolder) -> None:
    folder = draft.folder
    told = call("standards", "review", folder)
    assert told.code == 0 and "Rule 200: Rule 200 (not checked, open)" in told.out and WORDS_200 in told.out
    assert told.out.endswith("6 open: 1 proposed, 1 not checked, 4 others\n")
    done = call("standards", "settle", folder, "rule", "14")
    assert done.out.startswith("Rule 14: accepted") and "5 open: 1 not checked, 4 others" in done.out
    assert "Rule 14: kept with its words" in call("standards", "settle", folder, "rule", "14", "--as", "keep").out
    assert "is asked again" in call("standards", "settle", folder, "rule", "14", "--as", "ask-again").out
    assert call("standards", "settle", folder, "rule", "999").sentence.startswith("There is no rule 999 in ")
    tried = call("standards", "try", folder, SAMPLE_FILE, "--rule", "4")
    assert tried.code == 0 and "of 120 episodes would gain findings" in tried.out
    assert call("standards", "check", folder).out.endswith("It can be installed.\n")
