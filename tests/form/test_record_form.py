"""The form on a screen: type this, see that."""

from collections.abc import Iterable

import pytest
from textual import events
from textual.pilot import Pilot

from tests.form.form_app import CLIENT, FormApp, lines_of
from tui.form.record_model import RecordModel

RECORD = [
    *"d", "tab", *"m", "enter", *"300763", "down", *"2", "tab", "f4", *"white irish", "enter", *"ROU", "tab",
    *"26 964", "home", *"x", "left", *"y", "end", "ctrl+w", *"7", "shift+tab", *"A",
    "ctrl+z", "tab", "up", "up", "ctrl+r", "ctrl+z", "ctrl+y", "tab", "f8", "f7", *"Q", "escape", "f2", "ctrl+z",
    "pagedown", "pageup", *"z",
]  # fmt: skip
EPISODE = [
    *"y", "tab", *"SR1 3", "tab", "f4", *"south", "enter", "tab", *"t", "tab", "f4", *"bail", "enter", *"-1", "tab",
    "f4", "escape", *"03", "tab", "tab", "f4", "down", "down", "enter", *"a", "tab", "f4", *"zzz", "enter",
    "f4", "enter", "tab",
    *"7", "tab", *"12", "up", "delete", *"14", "f8", *"01122020", "tab", "f7", "ctrl+r", "ctrl+z", "tab", "ctrl+z",
    "ctrl+y", "f4", "f8", *"ab", "shift+tab", "f4", "pagedown", "tab", *"x",
]  # fmt: skip
CHARACTERS = {" ": "space", "-": "minus"}


def as_events(keys: Iterable[str]) -> list[events.Key]:
    """The keys as the driver would post them."""
    return [events.Key(CHARACTERS.get(key, key), key if len(key) == 1 else None) for key in keys]


async def one_by_one(pilot: Pilot[int], keys: Iterable[str]) -> None:
    """Type slowly: each key is done before the next."""
    for key in keys:
        await pilot.press(CHARACTERS.get(key, key))


async def in_one_burst(app: FormApp, pilot: Pilot[int], keys: Iterable[str]) -> None:
    """Type ahead: every key is in the queue before the first is looked at."""
    for event in as_events(keys):
        app.post_message(event)
    await pilot.pause()
    await app.key_queue.settled()
    await pilot.pause()


def state(app: FormApp) -> tuple[dict[str, str], str, str, list[str], list[str], list[str], list[str]]:
    entry = app.entry
    model = entry.form.model
    return (
        dict(model.values), model.current, entry.form.editor.value, entry.edits, entry.moves, entry.commands,
        [*lines_of(entry.form), *lines_of(entry.panel)],
    )  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10)])
@pytest.mark.parametrize(("section", "keys"), [("client", RECORD), ("episode", EPISODE)])
async def test_typed_ahead_is_typed_right(section: str, keys: list[str], size: tuple[int, int]) -> None:
    slow, fast = (FormApp([section], context=CLIENT if section == "episode" else {}) for _ in range(2))
    async with slow.run_test(size=size) as pilot:
        await one_by_one(pilot, keys)
        expected = state(slow)
    async with fast.run_test(size=size) as pilot:
        await in_one_burst(fast, pilot, keys)
        assert state(fast) == expected


async def test_a_record_keyed_lands_in_its_fields() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await in_one_burst(app, pilot, RECORD[: RECORD.index("shift+tab")])
        assert app.form.model.values == {
            "FINITIAL": "D", "SINITIAL": "M", "DOB": "19630730", "SEX": "2", "ETHNIC": "B", "NATION": "ROU",
            "CLIENT": "yx26 7",
        }  # fmt: skip


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (20, 5)])
async def test_every_line_fits_and_the_input_lies_on_its_line(size: tuple[int, int]) -> None:
    app = FormApp(["client", "episode"], {"CONSENT": "Y", "PC": "漢字" * 30, "CMSID": "x" * 200})
    async with app.run_test(size=size) as pilot:
        form = app.form
        for key in [*["tab"] * 45, *["shift+tab"] * 30, "pagedown", "pageup"]:
            await pilot.press(key)
            lines = lines_of(form)
            assert {strip.cell_length for strip in map(form.render_line, range(form.size.height))} == {form.size.width}
            at = next(y for y, line in enumerate(lines) if line.startswith(">"))
            assert form.editor.region.y == form.region.y + at
            assert app.cursor_position.y == form.region.y + at
            assert app.cursor_position.x < size[0]


async def test_home_and_end_of_a_text_longer_than_its_field_take_the_cursor_along() -> None:
    app = FormApp(["episode"], {"CONSENT": "Y", "CMSID": "0123456789" * 30})
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        form.go_to("CMSID")
        for key, first in (("end", ""), ("home", "01"), ("end", ""), *[("left", "")] * 30, ("home", "01")):
            await pilot.press(key)
            at = form.editor.region
            assert app.cursor_position.y == at.y and at.x <= app.cursor_position.x < at.right, key
            assert form.editor.render_line(0).text.startswith(first)
        assert app.cursor_position.x == form.editor.region.x


async def test_the_current_line_stays_in_view_after_a_resize_in_mid_word() -> None:
    app = FormApp(["client", "episode"])
    async with app.run_test(size=(120, 40)) as pilot:
        await one_by_one(pilot, [*["tab"] * 25, *"ab"])
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        header = app.form.model.current
        assert app.form.editor.value == "ab"
        at = next(y for y, line in enumerate(lines_of(app.form)) if line.startswith(">"))
        assert app.form.editor.region.y == app.form.region.y + at
        await pilot.press("c")
        assert app.form.model.value(header) == "abc"
        assert app.cursor_position == app.form.editor.cursor_screen_offset


async def test_a_stored_value_cannot_steer_the_terminal() -> None:
    app = FormApp(["client"], {"CLIENT": "\x1b[2Jgone\u202e", "NATION": "a\tb"})
    async with app.run_test(size=(80, 24)) as pilot:
        assert "␛[2Jgone�" in "\n".join(lines_of(app.form))
        app.form.go_to("CLIENT")
        await pilot.pause()
        assert app.form.editor.render_line(0).text.startswith("␛[2Jgone�")
        assert app.form.model.value("CLIENT") == "\x1b[2Jgone\u202e"
        await one_by_one(pilot, ["end", "x"])
        assert app.form.model.value("CLIENT") == "\x1b[2Jgone\u202ex"
        assert app.cursor_position.x == app.form.columns.label + 10


@pytest.mark.parametrize(
    ("text", "kept", "cells"),
    [
        ("AB\x1b[31m\u202eZ\r\n", "AB[31mZ", 1),
        ("AB\r\n12\x1b[31m\n\u202eZ", "AB", 3),
        ("AB\t12", "AB", 2),
        ("AB\n12", "AB", 2),
        ("AB\r12", "AB", 2),
        ("\t\n AB\t\n12", " AB", 2),
        ("AB\u202812", "AB", 2),
        ("\t", "", 0),
    ],
)
async def test_of_pasted_cells_the_first_is_taken_and_none_is_joined(text: str, kept: str, cells: int) -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("CLIENT")
        app.post_message(events.Paste(text))
        app.post_message(events.Key("tab", None))
        await pilot.pause()
        await app.key_queue.settled()
        assert app.form.model.value("CLIENT") == kept
        said = f"{cells} cells were pasted: only the first was taken."
        assert app.entry.said == ([said] if cells > 1 else [])


async def test_of_cells_pasted_into_the_code_list_the_first_is_looked_for() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("ETHNIC")
        await one_by_one(pilot, ["f4"])
        app.post_message(events.Paste("irish\tindian"))
        await pilot.pause()
        await app.key_queue.settled()
        assert app.form.editor.value == "irish"
        assert len(app.entry.said) == 1
        await pilot.press("enter")
        assert app.form.model.values == {"ETHNIC": "B"}


@pytest.mark.parametrize("end", ["tab", "enter", "ctrl+j"])
async def test_cells_pasted_as_keys_go_field_by_field(end: str) -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await in_one_burst(app, pilot, ["d", end, "m", end])
        assert app.form.model.values == {"FINITIAL": "D", "SINITIAL": "M"}


@pytest.mark.parametrize("typed", ["n", "no", " n", "0", "x", "withdrawn"])
@pytest.mark.parametrize("end", ["enter", "down", "f2"])
async def test_what_is_typed_over_a_consent_and_does_not_agree_leaves_none(typed: str, end: str) -> None:
    app = FormApp(["client", "episode"], {"CONSENT": "Y", "DISD": "20200101"})
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("CONSENT")
        await one_by_one(pilot, [*("space" if key == " " else key for key in typed), end])
        kept = app.form.model.values.get("CONSENT", "")
        assert kept == ("N" if typed.strip() in ("n", "no") else typed.upper() if typed == "x" else typed)


async def test_the_way_back_from_a_jump_has_a_key_and_up_is_the_field_above() -> None:
    app = FormApp(["client", "episode"], {"CONSENT": "Y", "DISD": "20200101"})
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        form.go_to("CONSENT")
        form.go_to("DISD")
        await one_by_one(pilot, ["up"])
        assert form.model.current == "NALOXAD"
        await one_by_one(pilot, ["shift+tab"])
        assert form.model.current == "NALOXISS"
        await one_by_one(pilot, ["alt+left"])
        assert form.model.current == "CONSENT"
        await one_by_one(pilot, ["pagedown", "alt+left"])
        assert form.model.current == "CONSENT"
        await one_by_one(pilot, ["alt+left", "alt+left"])
        assert form.model.current == "FINITIAL"
        assert app.entry.said == ["There was no jump to go back from."]
        assert form.model.values == {"CONSENT": "Y", "DISD": "20200101"}


async def test_what_stood_in_a_field_is_said_beside_it_while_it_is_typed_over() -> None:
    app = FormApp(["episode"], {"CONSENT": "Y", "REFLD": "20200314"})
    async with app.run_test(size=(100, 24)) as pilot:
        form = app.form

        def line() -> str:
            return next(line for line in lines_of(form) if line.startswith(">"))

        await one_by_one(pilot, ["C"])
        assert "was Y" in line()
        await one_by_one(pilot, ["ctrl+z"])
        assert "was" not in line()
        form.go_to("REFLD")
        await one_by_one(pilot, [*"15032020"])
        assert "was 14 Mar 2020" in line()
        await one_by_one(pilot, ["tab"])
        assert "was" not in "\n".join(lines_of(form))


async def test_words_typed_into_a_coded_field_take_the_one_or_open_the_list() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        form.go_to("SEX")
        await one_by_one(pilot, [*"male", "tab", *"white", "tab"])
        assert (form.model.current, form.codes.is_open, form.editor.value) == ("ETHNIC", True, "white")
        assert "6 of" in "\n".join(lines_of(form))
        await one_by_one(pilot, [*" iri", "enter"])
        assert form.model.values == {"SEX": "1", "ETHNIC": "B"}
        form.go_to("ETHNIC")
        await one_by_one(pilot, [*"mixed", "enter", "escape"])
        assert form.model.value("ETHNIC") == "mixed"
        await one_by_one(pilot, ["enter"])  # who does not want the list is not held
        assert (form.model.current, form.model.value("ETHNIC")) == ("NATION", "mixed")


async def test_enter_stays_in_a_list_that_finds_nothing() -> None:
    app = FormApp(["episode"], {"DISD": "20200101"})
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        for header, words in (("DRUG1", "no such thing"), ("CJDISRSN", "objectives"), ("CJDISRSN", "")):
            form.go_to(header)
            await one_by_one(pilot, ["f4", *words, "enter", "tab"])
            assert (form.model.current, form.codes.is_open, form.model.value(header)) == (header, True, "")
            await one_by_one(pilot, ["escape"])
            assert form.model.value(header) == ""
        assert app.entry.edits == []


async def test_f4_and_ctrl_r_say_so_where_there_is_nothing() -> None:
    app = FormApp(["client", "episode"])
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("CLIENT")
        await one_by_one(pilot, ["f4", "ctrl+r"])
        app.form.go_to("OFFENCE")
        await one_by_one(pilot, ["f4"])
        assert app.entry.said == [
            "Client reference has no list of codes.",
            "The record before this one has nothing in Client reference to take over.",
            "The codes of Offence are not known here: type the code itself.",
        ]
        assert app.form.model.values == {}


async def test_a_code_in_no_list_and_a_value_not_asked_are_told_beside_it() -> None:
    values = {"DRUG1": "9999", "CJDISRSN": "10", "CONSENT": "Y"}
    app = FormApp(["episode"], values)
    async with app.run_test(size=(120, 50)) as pilot:
        lines = {line[2:26].rstrip(" ~"): line for line in lines_of(app.form)}
        assert "has a value that is not in the" in lines["Problem substance 1"]
        assert "not asked" in lines["Closure reason"]
        assert "not asked" not in lines["Problem substance 3"]
        app.form.go_to("DRUG1")
        await one_by_one(pilot, [*"888"])
        assert "not in the" not in "\n".join(lines_of(app.form))
        await one_by_one(pilot, ["tab"])
        assert "not in the" in "\n".join(lines_of(app.form))


async def test_a_finding_on_several_fields_marks_each() -> None:
    values = {"CONSENT": "Y", "REFLD": "20200314", "TRIAGED": "20200301"}
    app = FormApp(["client", "episode"], values, judged=True)
    async with app.run_test(size=(100, 60)):
        lines = {line[2:26].rstrip(" ~"): line for line in lines_of(app.form)}
        told = [label for label in ("Prompting event date", "Contact/assessment date") if lines[label][1] == "✗"]
        assert len(told) == 2


async def test_the_code_list_is_honest_and_closing_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app, said = FormApp(["episode"], {"PARENT": "Z"}), list[str]()
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        monkeypatch.setattr(form, "remark", said.append)
        form.go_to("PARENT")
        await one_by_one(pilot, ["f4"])
        text = "\n".join(lines_of(form))
        assert "published: 3 of 3" in text
        assert ">Z    Client declined" in text
        await one_by_one(pilot, [*"no such", "escape"])
        assert (form.model.value("PARENT"), form.editor.value, app.entry.edits) == ("Z", "Z", [])
        form.go_to("DISD")
        await one_by_one(pilot, [*"t", "tab", "f4"])
        text = "\n".join(lines_of(form))
        assert "list not known" in text
        assert "Care plan objectives completed - Drug" in text
        await one_by_one(pilot, ["enter"])
        assert said == ["The code of this is not known here: Esc, then type the code itself."]
        await one_by_one(pilot, [*"10", "enter", "escape", *"10", "enter"])
        assert form.model.value("CJDISRSN") == "10"
        form.go_to("PC")
        await one_by_one(pilot, ["f4", *"ZZ99 3"])
        assert form.model.value("PC") == "ZZ99 3"


async def test_what_is_typed_into_an_open_list_stays_there_whatever_happens_around_it() -> None:
    app = FormApp(["episode"], {"CONSENT": "Y", "DRUG1": "7000", "PC": "SR1 3"})
    async with app.run_test(size=(80, 24)) as pilot:
        form = app.form
        form.go_to("DRUG1")

        def saved_by_another(**values: str) -> None:
            model = RecordModel(
                form.model.standard, ["episode"], {**form.model.values, **values}, clock=form.model.clock
            )
            model.go_to(form.model.current)
            form.renew(model)

        await one_by_one(pilot, ["f4", "c"])
        saved_by_another(PC="SR2 4")
        await one_by_one(pilot, ["o", "down"])
        await pilot.resize_terminal(100, 16)
        await pilot.pause()
        asked = [choice.label for choice in form.codes.choices]
        assert (form.model.values["DRUG1"], form.editor.value, form.codes.at) == ("7000", "co", 1) and len(asked) > 1
        saved_by_another(PC="SR3 5")
        await one_by_one(pilot, ["enter", "up"])
        assert form.model.meaning("DRUG1") == asked[1] and form.model.value("PC") == "SR3 5"
        form.go_to("PC")
        await one_by_one(pilot, ["end", "left"])
        saved_by_another(DRUG1="7000")
        await one_by_one(pilot, ["4", "alt+left"])
        assert form.model.value("PC") == "SR3 45" and form.model.current == "DRUG1"


async def test_marks_say_what_is_wrong_missing_carried_and_skipped() -> None:
    values = {"FINITIAL": "1", "SEX": "1", "AGNCY": "T0123", "CONSENT": "Y", "SINITIAL": "M", "DOB": "19630730"}
    app = FormApp(["client", "episode"], values, carried=["SINITIAL"])
    async with app.run_test(size=(100, 55)) as pilot:
        lines = {line[2:26].rstrip(" ~"): line for line in lines_of(app.form)}
        assert lines["First initial"].startswith(">✗")
        assert " ~M" in lines["Surname initial"]
        assert lines["Client ID"].startswith(" -")
        assert lines["Prompting event date"].startswith(" ·")
        assert lines["Client reference"].startswith(" ✗")
        assert "Client reference and DAT" in lines["Client reference"]
        assert lines["DAT of residence"].startswith(" ✗")
        assert "Client reference" not in lines["DAT of residence"]
        assert "still to do" not in lines["Prompting event date"]
        assert lines["Pregnant"].startswith(" -")
        await one_by_one(pilot, ["tab", "tab", "tab", *"2"])
        lines = {line[2:26].rstrip(" ~"): line for line in lines_of(app.form)}
        assert lines["Pregnant"].startswith("  ")
        assert "Female" in "".join(lines.values())
        assert "~M" not in lines["Surname initial"]


async def test_f8_walks_the_findings_with_the_message_in_view() -> None:
    app = FormApp(["client", "episode"], {"FINITIAL": "1", "DISD": "19000101"}, judged=True)
    async with app.run_test(size=(80, 24)) as pilot:
        seen = []
        for _ in range(4):
            await pilot.press("f8")
            seen.append(app.form.model.current)
            assert lines_of(app.entry.panel)[1].startswith(">")
        assert len(set(seen)) > 1
        await pilot.press("f7")
        assert app.form.model.current == seen[-2]


async def test_flush_gives_what_is_typed_its_form_and_the_cursor_stays() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("DOB")
        await one_by_one(pilot, [*"140385", "f2"])
        assert app.form.model.value("DOB") == app.form.editor.value == "19850314"
        assert (app.form.model.current, app.entry.commands) == ("DOB", ["save"])
        await one_by_one(pilot, ["x"])
        assert app.form.model.value("DOB") == "19850314x"


async def test_another_record_takes_the_forms_place() -> None:
    app = FormApp(["client", "episode"], {"FINITIAL": "A"})
    async with app.run_test(size=(80, 24)) as pilot:
        await one_by_one(pilot, ["tab"] * 30)
        app.form.load(
            RecordModel(
                app.form.model.standard, ["referral"], {"REFDATE": "20200314"}, clock=lambda: app.clock().date()
            )
        )
        await pilot.pause()
        lines = lines_of(app.form)
        assert lines[0].startswith(" Referral")
        assert "14 Mar 2020" in lines[2]
        assert lines[3].strip() == ""
        await one_by_one(pilot, ["tab", *"t", "tab"])
        assert app.form.model.values == {"REFDATE": "20201215"}


async def test_the_mouse_goes_to_a_field_and_chooses_a_code() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(app.form, offset=(5, 5))
        assert app.form.model.current == "SEX"
        await pilot.press("f4")
        await pilot.click(app.form, offset=(40, 7))
        assert app.form.model.value("SEX") == "1"


async def test_an_unchanged_panel_and_form_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FormApp(["client"], {"SINITIAL": "M"})
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.go_to("CLIENT")
        await pilot.press("a")
        await pilot.pause()
        drawn: list[object] = []
        for widget in (app.form, app.entry.panel):
            monkeypatch.setattr(widget, "refresh", lambda *regions, **_: drawn.append(regions))
        await pilot.press("b")
        assert drawn == []


async def test_the_first_line_of_a_finding_alone_is_drawn_otherwise_where_one_stands_in_its_field() -> None:
    """One that goes on in a second line stayed underlined there when one went on."""
    app = FormApp(["client"], {"SINITIAL": "M", "DOB": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}, judged=True)
    async with app.run_test(size=(50, 24)) as pilot:
        panel = app.entry.panel

        def underlined() -> list[bool]:
            return [any(part.style and part.style.underline for part in panel.render_line(y)) for y in (1, 2)]

        app.form.go_to("DOB")
        await pilot.pause()
        assert [place.header if place else "" for _, _, place in panel._lines][1:3] == ["DOB", "DOB"]
        assert underlined() == [True, False]
        app.form.go_to("SEX")
        await pilot.pause()
        assert underlined() == [False, False]


async def test_every_change_is_told_once_and_before_the_next_key() -> None:
    app = FormApp(["client"], {"SEX": "1"})
    async with app.run_test(size=(80, 24)) as pilot:
        await one_by_one(pilot, ["ctrl+r", "ctrl+z", "tab", *"x", "tab", *"t", "tab", "ctrl+z"])
        assert app.entry.edits == ["FINITIAL", "FINITIAL", "SINITIAL", "SINITIAL", "DOB", "DOB", "DOB"]
        assert app.entry.moves == ["FINITIAL", "SINITIAL", "DOB", "SEX", "DOB"]


async def test_consent_is_taken_over_from_no_other_record() -> None:
    """The record saved last is mostly another client's: nobody agrees for somebody else."""
    app = FormApp(["episode"], {})
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.model.previous = {"CONSENT": "Y", "PC": "NE1 4"}
        for header, taken in (("CONSENT", ""), ("PC", "NE1 4")):
            app.form.go_to(header)
            await one_by_one(pilot, ["ctrl+r"])
            assert app.form.model.value(header) == taken


async def test_the_pane_keeps_the_current_finding_in_view() -> None:
    app = FormApp(["client", "episode"], {"DISD": "19000101", "REFLD": "x", "DRUG1": "x", "DOB": "x"}, judged=True)
    async with app.run_test(size=(120, 14)) as pilot:
        app.entry.panel.fold("pane")
        app.entry.panel.styles.width = 36
        app.entry.panel.styles.height = 8
        app.entry.panel.styles.dock = "right"
        await pilot.pause()
        for _ in range(6):
            await pilot.press("f8")
            assert any(line.startswith(">") for line in lines_of(app.entry.panel))
        assert "more lines" in app.entry.panel.text or len(app.entry.panel.text.splitlines()) <= 8
