"""Keying a record, without a screen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.form.conftest import TODAY
from tui.form.record_model import Heading, RecordModel, Surroundings
from tui.form.row_drawing import Columns
from validators.records import EpisodeRecord, Finding, Values
from validators.rules.checker import Checker
from validators.rules.registry import Context
from validators.standard.catalogue import load
from validators.standard.model import Standard

MADE = {"CLIENTID": "c1", "EPISODID": "e1", "CMSID": "keywork"}


def model_of(standard: Standard, section: str = "client", values: Values | None = None, **more: Any) -> RecordModel:
    around = ("context", "previous", "carried", "usage")
    beside = Surroundings(**{name: more.pop(name) for name in around if name in more})
    return RecordModel(standard, [section], values or {}, clock=lambda: TODAY, beside=beside, **more)


def key(model: RecordModel, *values: str) -> None:
    """Type a value into each due field in turn, leaving it with Tab."""
    for value in values:
        for end in range(1, len(value) + 1):
            model.type(value[:end])
        model.forward()


def way(model: RecordModel) -> list[str]:
    """Every field that Tab stops at from here on."""
    stops = [model.current]
    while model.forward():
        stops.append(model.current)
    return stops


def test_rows_stand_under_headings_in_column_order(standard: Standard) -> None:
    model = RecordModel(standard, ["client", "episode"], {}, clock=lambda: TODAY)
    headings = [row.text for row in model.rows if isinstance(row, Heading)]
    assert headings[:3] == ["Identity", "Consent and place", "Contact"]
    assert model.order[:2] == ("CLIENTID", "FINITIAL")
    assert len(model.order) == 46


def test_a_section_without_fields_is_refused(standard: Standard) -> None:
    with pytest.raises(ValueError, match="hold no fields"):
        RecordModel(standard, ["nothing"], {}, clock=lambda: TODAY)


def test_the_way_skips_what_is_made_and_what_the_answers_rule_out(standard: Standard) -> None:
    model = model_of(standard, "episode", {"PARENT": "N", "DRUG1": "7000"}, context={"SEX": "1"})
    stops = way(model)
    assert stops[0] == "CONSENT"
    assert not {
        "EPISODID",
        "CMSID",
        "PREGNANT",
        "PRNTSTAT",
        "DISABLE2",
        "DRUG3",
        "CJDISRSN",
    } & set(stops)
    assert {"ROUTE", "DRUG2", "DISABLE1", "DISD", "CHILDWTH", "EHCSC"} <= set(stops)
    childless = model_of(standard, "episode", {"PARENT": "N", "CHILDWTH": "0"})
    assert "CHILDWTH" in way(childless) and not {"EHCSC", "EHCSC2"} & set(way(childless))
    assert "PREGNANT" in way(model_of(standard, "episode", context={"SEX": "2"}))


def test_an_answer_opens_the_fields_behind_it(standard: Standard) -> None:
    model = model_of(standard, "episode")
    model.go_to("DRUG1")
    assert model.next_stop("DRUG1") == "INJSTAT"
    model.type("7000")
    assert model.next_stop("DRUG1") == "ROUTE"


def test_going_back_is_the_field_before_wherever_one_came_from(standard: Standard) -> None:
    for back in ("back", "up"):
        model = model_of(standard, "episode", context={"SEX": "2"})
        model.forward()
        model.go_to("DISD")
        model.go_to("UTLA")
        assert [getattr(model, back)() and model.current for _ in range(4)] == ["DAT", "PC", "CONSENT", False]
    model = model_of(standard, "episode", context={"SEX": "2"})
    model.go_to("RELIGION")
    model.context = {"SEX": "1"}
    model.back()
    assert model.current == "SEXUALO"


def test_enter_goes_on_where_nobody_agreed_and_nothing_is_asked(standard: Standard) -> None:
    """Whoever went down to the closure keys its date, Enter, its reason: the two are not one value."""
    model = model_of(standard, "episode", {"CONSENT": "N"})
    model.go_to("CONSENT")
    assert not model.forward() and model.current == "CONSENT"
    model.go_to("DISD")
    model.type("20200530")
    assert model.forward() and model.current == "CJDISRSN"
    model.type("80")
    assert (model.value("DISD"), model.value("CJDISRSN")) == ("20200530", "80")


def test_what_is_ruled_out_is_passed_over_by_tab_and_reached_by_the_arrows(standard: Standard) -> None:
    def walk(values: Values, step: str, start: str) -> list[str]:
        model = model_of(standard, "episode", values, context={"SEX": "1"})
        model.go_to(start)
        stops = []
        while getattr(model, step)():
            stops.append(model.current)
        return stops

    keyed = {field.header for field in standard.fields if field.section == "episode" and field.keyed == "person"}
    nobody = {"PARENT": "N"}
    # By Up alone every field is reached; the last ones, which are ruled out, by Down, which comes to them at the end.
    assert walk(nobody, "down", "DISD") == ["CJDISRSN"]
    assert {"CJDISRSN", *walk(nobody, "up", "CJDISRSN")} == keyed
    assert walk(nobody, "forward", "DISD") == []
    assert "PREGNANT" not in walk(nobody, "forward", "CONSENT")
    assert "PREGNANT" not in walk(nobody, "down", "CONSENT")
    assert "PREGNANT" not in walk(nobody, "back", "DISD")
    # A value in a field that is not asked would be sent: everybody comes by it.
    filled = {**nobody, "PREGNANT": "Y", "CJDISRSN": "10"}
    for step, start in (("forward", "CONSENT"), ("down", "CONSENT"), ("back", "CJDISRSN"), ("up", "CJDISRSN")):
        assert "PREGNANT" in walk(filled, step, start)
    assert walk(filled, "forward", "DISD") == ["CJDISRSN"]


def test_a_closure_reason_without_a_date_can_be_emptied(standard: Standard) -> None:
    model = model_of(standard, "episode", {"CJDISRSN": "10"})
    model.go_to("DISD")
    assert model.forward()
    model.type("")
    assert not model.forward()
    assert (model.current, model.values) == ("CJDISRSN", {})


def test_what_stood_in_a_field_is_named_while_it_is_typed_over(standard: Standard) -> None:
    model = model_of(standard, "episode", {"CONSENT": "Y", "REFLD": "20200314"})
    assert model.was == ""
    model.type("C")
    assert model.was == "Y"
    model.type("")
    assert model.was == "Y"
    model.type("Y")
    assert model.was == ""
    model.type("N")
    model.go_to("PC")
    assert model.was == ""
    model.type("sr1")
    assert model.was == ""
    model.back()
    assert (model.current, model.was) == ("CONSENT", "")


@pytest.mark.parametrize(
    ("header", "typed", "kept"),
    [
        ("NATION", "pol", "POL"),  # coded, and not in the list
        ("DAT", "z00b", "Z00B"),
        ("SEX", "male", "1"),
        ("SEX", "Female", "2"),
        ("ETHNIC", "white british", "A"),
        ("ETHNIC", "irish", "B"),
        ("ETHNIC", "White", "White"),  # several: nobody chose yet
        ("DISABLE1", "5", "05"),
        ("DISABLE1", "nn", "NN"),
        ("ROUTE", "oral", "4"),
        ("INJSTAT", "curr", "C"),
        ("DRUG1", "crack", "3201"),
        ("DRUG1", "no such thing", "no such thing"),
        ("DRUG1", "12", "12"),
        ("SEXUALO", "u", "U"),
        ("CLIENT", "white british", "white british"),  # not coded: as typed
        ("PC", "sr1 3", "sr1 3"),
        # What is no plain letter becomes none, and never two.
        ("FINITIAL", "\u00df", "\u00df"),
        ("FINITIAL", "\u0131", "\u0131"),
        ("ETHNIC", "\u212a", "\u212a"),
        ("ETHNIC", "k", "K"),
    ],
)
def test_a_coded_field_takes_codes_in_their_form_and_words_that_mean_one(
    standard: Standard, header: str, typed: str, kept: str
) -> None:
    model = RecordModel(standard, ["client", "episode"], {}, clock=lambda: TODAY)
    model.go_to(header)
    for end in range(1, len(typed) + 1):
        model.type(typed[:end])
    model.settle()
    assert model.value(header) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("943 476 5919", "9434765919"),
        ("943-476-5919", "9434765919"),
        ("943\u00a0476\u20115919", "9434765919"),
        ("943 476 591X", "943 476 591X"),
        ("9434765919", "9434765919"),
    ],
)
def test_an_nhs_number_is_typed_as_it_is_printed(typed: str, kept: str) -> None:
    model = RecordModel(load("smds-wales"), ["client"], {}, clock=lambda: TODAY)
    model.go_to("NHSNO")
    model.type(typed)
    model.settle()
    assert model.value("NHSNO") == kept


def test_days_and_scales_in_wales_are_padded_and_a_client_number_is_not() -> None:
    wales = load("smds-wales")
    model = RecordModel(wales, ["client", "top"], {}, clock=lambda: TODAY)
    days = (("ALCDAYS", "5", "05"), ("ALCDAYS", "0", "00"), ("CLIENTNO", "5", "5"))
    scales = (("PSYCH", "8", "08"), ("PHYSICAL", "0", "00"), ("QUALITY", "12", "12"), ("QUALITY", "8x", "8x"))
    for header, typed, kept in (*days, *scales, ("PSYCH", "", "")):
        model.go_to(header)
        model.type(typed)
        model.settle()
        assert model.value(header) == kept


def test_words_that_may_mean_several_codes_open_the_list_once(standard: Standard) -> None:
    model = model_of(standard)
    model.go_to("ETHNIC")
    assert not model.offer_codes()
    model.type("white")
    assert model.offer_codes()
    assert not model.offer_codes()
    model.type("nothing of the kind")
    assert not model.offer_codes()
    model.type("a")
    assert not model.offer_codes()


def test_words_that_a_label_only_says_it_does_not_mean_open_no_list(standard: Standard) -> None:
    """No, Enter, Enter, as over an empty field that follows, chose "Previously injected (but not currently)"."""
    model = model_of(standard, "episode")
    model.go_to("INJSTAT")
    model.type("no")
    assert not model.offer_codes()
    model.settle()
    assert model.value("INJSTAT") == "no", "it stays as typed, and is told"


def test_a_code_in_no_list_is_told_where_the_list_cannot_make_it_wrong(standard: Standard) -> None:
    model = RecordModel(standard, ["client", "episode"], {}, clock=lambda: TODAY)
    for header, text, told in (
        ("DRUG1", "9999", True),
        ("DRUG1", "7000", False),
        ("DRUG1", "", False),
        ("CONSENT", "X", False),  # rule 4 says it
        ("OFFENCE", "7", False),  # nothing is known of that list
        ("CLIENT", "7", False),
    ):
        model.values[header] = text
        assert model.is_unlisted(header) is told


def test_the_last_field_holds_and_keeps_what_is_in_it(standard: Standard) -> None:
    model = model_of(standard, "referral")
    key(model, "140320")
    assert model.current == "REFDATE"
    assert model.values == {"REFDATE": "20200314"}
    assert not model.forward()


def test_values_take_their_form_on_leaving_and_what_cannot_be_read_stays(standard: Standard) -> None:
    model = model_of(standard)
    key(model, "d", "m", "300763", "2", "c", "XXX", "ref 1")
    assert model.values == {
        "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "2", "ETHNIC": "C", "NATION": "XXX",
        "CLIENT": "ref 1",
    }  # fmt: skip
    model.go_to("DOB")
    model.type("no idea")
    model.forward()
    assert model.value("DOB") == "no idea"


def test_a_value_passed_through_stays_as_it_came(standard: Standard) -> None:
    model = model_of(standard, values={"FINITIAL": "d", "DOB": "1/1/80"})
    way(model)
    assert model.values == {"FINITIAL": "d", "DOB": "1/1/80"}
    assert model.changed() == {}


def test_undo_and_redo_go_across_fields_and_return_to_them(standard: Standard) -> None:
    model = model_of(standard, values={"FINITIAL": "A"})
    key(model, "B", "C", "t")
    assert model.value("DOB") == "20201215"
    assert (model.undo(), model.current, model.value("DOB")) == (True, "DOB", "")
    assert (model.undo(), model.current, model.value("SINITIAL")) == (True, "SINITIAL", "")
    assert (model.undo(), model.current, model.value("FINITIAL")) == (True, "FINITIAL", "A")
    assert not model.undo()
    for _ in range(3):
        assert model.redo()
    assert model.values == {"FINITIAL": "B", "SINITIAL": "C", "DOB": "20201215"}
    assert not model.redo()
    model.undo()
    model.type("x")
    assert not model.redo()


def test_what_is_taken_back_in_mid_word_and_done_again_is_put_in_its_form_on_leaving(standard: Standard) -> None:
    model = model_of(standard)
    model.go_to("DOB")
    model.type("t")
    assert model.undo() and model.redo() and model.value("DOB") == "t"
    model.forward()
    assert model.value("DOB") == "20201215"
    assert model.undo() and model.value("DOB") == ""


def test_a_value_typed_back_to_what_it_was_is_no_step(standard: Standard) -> None:
    model = model_of(standard, values={"FINITIAL": "A"})
    model.type("AB")
    model.type("A")
    model.forward()
    assert not model.undo()


def test_the_previous_record_gives_a_value_and_undo_takes_it_back(standard: Standard) -> None:
    model = model_of(standard, previous={"FINITIAL": "Z"})
    assert model.take_previous()
    assert model.value("FINITIAL") == "Z"
    model.undo()
    assert model.value("FINITIAL") == ""
    model.go_to("SEX")
    assert not model.take_previous()


def test_carried_values_are_marked_until_they_are_accepted_or_changed(standard: Standard) -> None:
    model = model_of(
        standard, values={"FINITIAL": "A", "SINITIAL": "B"}, base={}, carried=["FINITIAL", "SINITIAL", "DOB"]
    )
    assert model.carried == {"FINITIAL", "SINITIAL"}
    model.forward()
    assert model.carried == {"SINITIAL"}
    model.back()
    assert model.carried == {"SINITIAL"}
    model.forward()
    model.type("C")
    assert model.carried == set()
    model.undo()
    assert model.carried == {"SINITIAL"}
    assert model.changed() == {"FINITIAL": ("", "A"), "SINITIAL": ("", "B")}


def test_changes_are_counted_against_what_is_saved(standard: Standard) -> None:
    model = model_of(standard, values={"FINITIAL": "A", "SEX": "1"})
    key(model, "B")
    model.go_to("SEX")
    model.type("")
    assert model.changed() == {"FINITIAL": ("A", "B"), "SEX": ("1", "")}
    model.saved()
    assert model.changed() == {}


def check(standard: Standard, client: Values, episode: Values) -> list[Finding]:
    return Checker(standard).check(EpisodeRecord(client, episode), Context(TODAY, "store"))


def test_groups_nobody_has_begun_are_still_to_do_and_not_wrong(standard: Standard) -> None:
    client = {**MADE, "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "2", "AGNCY": "T0123", "CLIENT": "1"}
    episode = {**MADE, "CONSENT": "Y", "DAT": "A11B"}
    model = model_of(standard, "episode", episode, context=client)
    assert model.still_to_do() == ("REFLD", "TRIAGED", "DISABLE1", "DRUG1")
    missing = next(finding for finding in check(standard, client, episode) if finding.rule == "2")
    assert model.without_to_do(missing) == (None, ("REFLD", "TRIAGED", "DISABLE1", "DRUG1"))
    model.go_to("REFLD")
    model.type("20200101")
    missing = next(finding for finding in check(standard, client, model.values) if finding.rule == "2")
    part, to_do = model.without_to_do(missing)
    assert part is not None
    assert (part.field, part.message, to_do) == ("TRIAGED", "Contact/assessment date is missing", ("DISABLE1", "DRUG1"))
    model.saved()
    assert model.still_to_do() == ()
    assert model.without_to_do(missing) == (missing, ())


def test_nothing_is_to_do_once_consent_is_refused(standard: Standard) -> None:
    model = model_of(standard, "episode", {**MADE, "CONSENT": "N"})
    assert model.still_to_do() == ()


def test_findings_that_are_no_gaps_are_never_put_off(standard: Standard) -> None:
    found = check(standard, {"SEX": "1", **MADE}, {"CONSENT": "Y", "PREGNANT": "Y", **MADE})
    model = model_of(standard, "episode", {"CONSENT": "Y", "PREGNANT": "Y", **MADE}, context={"SEX": "1"})
    pregnant = next(finding for finding in found if finding.field == "PREGNANT")
    assert model.without_to_do(pregnant) == (pregnant, ())


def test_meanings_and_choices(standard: Standard) -> None:
    model = model_of(standard, "episode", {"CONSENT": "Y", "REFLD": "20200314"}, usage={"CONSENT": {"N": 5}})
    assert model.meaning("CONSENT") == "Consents to NDTMS"
    assert model.meaning("REFLD") == "14 Mar 2020"
    assert model.meaning("PC") == ""
    assert [choice.code for choice in model.choices("CONSENT", "")] == ["N", "Y"]
    assert model.choices("PC", "") == ()


@given(st.lists(st.sampled_from(["type", "forward", "back", "choose", "previous", "go"]), max_size=30), st.data())
def test_undoing_everything_restores_the_record_and_redoing_it_returns(steps: list[str], data: st.DataObject) -> None:
    model = model_of(load("ndtms-cjit-p"), values={"FINITIAL": "A", "DOB": "1/1/80"}, previous={"SEX": "1"})
    start = dict(model.values)
    for step in steps:
        match step:
            case "type":
                model.type(data.draw(st.text("a1t/", max_size=6)))
            case "choose":
                model.choose(data.draw(st.text("Y12", max_size=2)))
            case "previous":
                model.take_previous()
            case "go":
                model.go_to(data.draw(st.sampled_from(model.order)))
            case _:
                getattr(model, step)()
    model.settle()
    end = dict(model.values)
    while model.undo():
        pass
    assert model.values == start
    while model.redo():
        pass
    assert model.values == end


def test_the_rest_of_a_group_is_answered_no_and_taken_back_at_one_stroke(standard: Standard) -> None:
    model = model_of(standard, "sub_intervention")
    key(model, "1/12/20", "Y")
    assert model.current == "RECMAID"
    assert model.rest_of_group_no() == 13
    services = [field.header for field in model.fields if field.codes == "yes_no"]
    assert [model.value(header) for header in services] == ["Y"] + ["N"] * 13
    assert model.value("SUBMID") == ""
    assert model.rest_of_group_no() == 0, "none of them is empty now"
    assert model.undo()
    assert [model.value(header) for header in services] == ["Y"] + [""] * 13
    assert model.current == "RECMAID"
    assert model.redo()
    assert model.value("RECDOMV") == "N"
    assert model.undo()
    assert model.undo()
    assert model.values == {"SUBMODDT": "20201201"}


def test_no_is_never_put_where_more_than_yes_or_no_may_be_said(standard: Standard) -> None:
    model = model_of(standard, "episode")
    model.go_to("PARENT")
    assert model.rest_of_group_no() == 0
    assert model.values == {}


def test_a_field_is_full_of_a_code_of_the_one_length_there_is(standard: Standard) -> None:
    model = model_of(standard, "episode")
    for header, text, full in [
        ("DISABLE1", "N", False),
        ("DISABLE1", "NN", True),
        ("CJRFLS", "05", False),
        ("CONSENT", "y", True),
        ("CONSENT", "X", False),
        ("DRUG1", "700", False),
        ("DRUG1", "7000", True),
        ("PC", "SR1 3", False),
        ("REFLD", "20200301", False),
    ]:
        model.go_to(header)
        model.type(text)
        assert model.is_full(header) is full, (header, text)


def test_after_no_to_consent_the_record_ends_and_the_rest_is_within_reach(standard: Standard) -> None:
    model = model_of(standard, "episode", {"PC": "SR1 3"})
    key(model, "N")
    assert model.current == "PC", "what is filled is a stop: it is kept here and not sent"
    assert not model.forward()
    assert model.down()
    assert model.current == "DAT"
    model.go_to("CONSENT")
    model.type("Y")
    model.forward()
    model.forward()
    assert model.current == "DAT"


def test_a_date_that_cannot_be_read_says_what_to_do_and_other_fields_say_nothing(standard: Standard) -> None:
    model = model_of(standard, values={"DOB": "1985", "FINITIAL": "1985"})
    assert model.how_to_mend("DOB").startswith(f"{model.field('DOB').label}: only a year; type it whole, as 14/3/1985")
    assert model.how_to_mend("FINITIAL") == ""
    assert (
        model_of(standard, values={"DOB": "19850314"}).how_to_mend("DOB") == model_of(standard).how_to_mend("DOB") == ""
    )


def test_the_number_of_an_event_begins_no_group() -> None:
    numbered = {"TOPNO": "2"}
    model = model_of(load("smds-wales"), "top", numbered, base=numbered)
    assert not model.begun("TOPDATE") and model.changed() == {}
    model.go_to("TOPDATE")
    key(model, "20/1/26")
    assert model.begun("ALCDAYS")


@pytest.mark.parametrize(
    ("width", "label", "value", "note"), [(80, 32, 21, 27), (60, 30, 13, 17), (100, 34, 27, 39), (40, 16, 10, 14)]
)
def test_a_line_gives_labels_the_room_there_is(width: int, label: int, value: int, note: int) -> None:
    assert Columns.of(width) == Columns(label, value, note)
