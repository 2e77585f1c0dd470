"""A character that meets a program at rest: its effect at once, in its order, and every line as it should be."""

import asyncio
import os
import threading
import tty
from typing import Any

import pytest
from textual import events
from textual.binding import Binding
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Region

from tests.form.form_app import CLIENT, FormApp
from tui.form.record_form import RecordForm
from tui.terminal import textual_private
from tui.terminal.driver import LeavingDriver, UnfailingFile
from tui.widgets.base_app import BaseApp


def character(text: str) -> events.Key:
    """A typed character, as the driver gives it to the app."""
    return events.Key(text, text)


async def test_a_character_has_its_effect_before_anything_else_is_done() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "a")
        for key in "bc":
            await pilot.pause()  # the screen of this test is drawn behind the key, not with it
            app.take(character(key))
            assert app.form.editor.value.endswith(key)
        assert app.form.editor.value == "abc" and app.entry.edits[-2:] == ["SINITIAL", "SINITIAL"]
        app.take(events.Key("tab", "\t"))
        app.take(character("3"))  # behind a key that moves: in the next field, though that one is not at once
        await app.key_queue.settled()
        assert app.form.model.values == {"SINITIAL": "ABC", "DOB": "3"}


async def test_a_character_waits_with_all_others_while_keys_are_held() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "a")
        hold = app.key_queue.hold()
        app.take(character("b"))
        assert app.form.editor.value == "a"
        hold.release()
        app.take(character("c"))
        await app.key_queue.settled()
        assert app.form.editor.value == "abc"


async def test_a_character_that_the_program_is_bound_to_is_typed_in_a_field_either_way() -> None:
    app = FormApp(["client"])
    textual_private.add_bindings(app, [Binding("q", "app.mouse", priority=True)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "q")
        app.take(character("q"))
        assert app.form.editor.value == "qq" and app.mouse_on


async def test_a_character_that_fails_ends_the_program_as_any_fault_does(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FormApp(["client"])
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("tab", "a")
            monkeypatch.setattr(app.form.model, "type", lambda _: 1 / 0)
            app.take(character("b"))
            assert isinstance(app.fault, ZeroDivisionError)


async def test_what_a_field_has_to_do_afterwards_is_done_without_anything_to_draw() -> None:
    app = FormApp(["client"])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        done: list[str] = []
        textual_private.at_once(app, lambda: app.form.call_next(done.append, "done"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert done == ["done"]


# Of the lines that are not drawn again


def lines_now(form: RecordForm) -> dict[int, object]:
    """What the lines in view would be if they were drawn now."""
    (width, height), top = form.outer_size, form.scroll_offset.y
    return {y: form._pieces(y, width, height, top) for y in form._drawn}


async def test_whatever_is_typed_no_line_stays_that_would_be_another_one() -> None:
    app = FormApp(["episode"], {"DRUG1": "7000"}, context=CLIENT)
    async with app.run_test(size=(100, 90)) as pilot:
        seen = set()
        await pilot.press("tab")
        for key in "NY1":
            for header in ("CONSENT", "PC", "REFLD", "DRUG1", "DISD"):
                app.form.go_to(header)
                await pilot.pause()
                app.take(character(key))  # in the place of what stood there
                assert app.form.model.value(header) == key
                await pilot.pause()
                drawn = dict(app.form._drawn)
                assert drawn == lines_now(app.form), (header, key)
                seen.add(str([line for y, line in drawn.items() if y != app.form.model.row_of[header]]))
        assert len(seen) > 5  # fields that were answered did decide of the lines of others


# Of the style sheet, that is not asked for them


@pytest.mark.parametrize("colours", ["256", "16", "none"])
async def test_a_line_is_what_the_style_sheet_would_make_of_it(colours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseApp, "colours", colours)
    app = FormApp(["client", "episode"], {"DOB": "x", "CONSENT": "N", "SINITIAL": "ab"}, context=CLIENT)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "shift+right", "f8")
        await pilot.pause()
        for theme in ("dark", "light", "contrast"):
            app.use_theme(theme)
            await pilot.pause()
            for widget in (app.form, app.form.editor, app.entry.panel):
                whole = Region(0, 0, *widget.outer_size)
                for part in (whole, Region(2, 0, whole.width - 5, 1)):
                    widget._styles_cache.clear()
                    ours, stock = widget.render_lines(part), widget._styles_cache.render_widget(widget, part)
                    assert [list(one.simplify()) for one in ours] == [list(one.simplify()) for one in stock]


# Of the thread, that is not asked to write them


def test_what_a_full_line_does_not_take_at_once_comes_in_its_order() -> None:
    reading, line = os.openpty()
    tty.setraw(line)
    driver: Any = LeavingDriver.__new__(LeavingDriver)
    driver._line = None
    driver._file = UnfailingFile(os.fdopen(line, "w"))
    driver._writer_thread = WriterThread(driver._file)
    driver._writer_thread.start()
    driver._open_line()
    assert driver._line is not None
    # More than the line holds by far; with some that only the thread writes, for they are no plain text.
    texts = [f"{number:05}{'é' if number % 7 == 3 else ''}" * 500 for number in range(90)]
    wanted, came, full = "".join(texts).encode(), bytearray(), threading.Event()

    def read() -> None:
        full.wait(10)
        while len(came) < len(wanted):
            came.extend(os.read(reading, 1 << 16))

    reader = threading.Thread(target=read)
    reader.start()
    for number, text in enumerate(texts):
        if number == 20:
            full.set()
        driver.write_now(text)
    reader.join(10)
    driver.close()
    os.close(reading)
    assert bytes(came) == wanted and driver._line is None
