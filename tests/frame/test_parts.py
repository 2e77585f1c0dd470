"""The registry, the settings file, and the lists, without a terminal."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App
from textual.screen import Screen

from tests.frame.demo import DemoApp, DemoScreen, rows
from tui.app.app import KeyworkApp
from tui.screens.registry import SCREENS, know_actions
from tui.widgets.actions import ALL, REGISTRY, UNUSABLE, Registry, action, shown_key
from tui.widgets.confirm import Answer, Confirm
from tui.widgets.filter_list import FilteredList
from tui.widgets.help_screen import help_lines
from tui.widgets.paged_table import MOST_PAGES, PagedTable
from tui.widgets.palette import CommandList, Palette, listed
from tui.widgets.settings import changed, load_settings, remember
from tui.widgets.text import one_line, width_of
from tui.widgets.text_line import TextLine
from tui.widgets.text_page import wrapped
from tui.widgets.tree_pane import TreePane


def registry() -> Registry:
    """A registry of its own, so that tests do not move the program's keys."""
    return Registry(
        [
            action("app.quit", "f10", "Leave", "Leave", {ALL}, "app.leave"),
            action("form.save", "f2", "Save", "Save", {"client"}, "save", bar=True),
            action("form.codes", "f4", "Codes", "Codes", {"client"}, "codes", bar=True),
            action("list.open", "f4", "Open", "Open", {"clients"}, "open"),
        ]
    )


def test_settings_are_used_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        'theme = "light"\nmouse = false\ncolour = "red"\n'
        '[keys]\n"form.save" = "f5"\nform.codes = "ctrl+m"\n"form.print" = "f6"\n"list.open" = "f10"\n"app.quit" = 3\n'
    )
    mine = registry()
    settings = load_settings(path, mine)
    assert (settings.theme, settings.mouse) == ("light", False)
    assert mine.keys("form.save") == ("f5",)
    assert mine.keys("form.codes") == ("f4",)
    assert mine.keys("list.open") == ("f4",)
    said = "\n".join(settings.problems)
    for part in (
        "colour is not known",
        "ctrl+m is held",
        "form.print",
        "f10 is already Leave",
        "app.quit must be a text",
    ):
        assert part in said
    assert len(settings.problems) == 5


def test_two_actions_change_places(tmp_path: Path) -> None:
    mine = registry()
    assert mine.remap({"form.save": "f4", "form.codes": "f2"}) == []
    assert [mine.key_text(id) for id in ("form.save", "form.codes")] == ["F4", "F2"]


def test_a_refused_wish_cannot_clash_with_another(tmp_path: Path) -> None:
    mine = registry()
    problems = mine.remap({"form.save": "f4", "form.codes": "ctrl+q"})
    assert len(problems) == 2
    assert mine.keys("form.save") == ("f2",)


@pytest.mark.parametrize("text", ["theme = ", "\xff", 'keys = "f1"', "theme = 3", "[keys.form]\nsave = []"])
def test_a_bad_file_is_one_sentence_and_the_program_starts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode("latin-1"))
    settings = load_settings(path, registry())
    assert len(settings.problems) == 1
    assert settings.theme == "dark"


def test_a_place_that_cannot_be_looked_at_is_one_sentence_and_the_program_starts(tmp_path: Path) -> None:
    """A service's account may not look into the home it was started from; a name too long is refused for everybody."""
    settings = load_settings(tmp_path / ("x" * 300) / "settings.toml", registry())
    assert len(settings.problems) == 1 and "cannot be read" in settings.problems[0]


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml", registry()).problems == ()


def test_the_registry_refuses_what_cannot_be() -> None:
    mine = registry()
    for wrong in (
        action("form.save", "f6", "x", "x", {"client"}, "x"),
        action("form.x", "ctrl+j", "x", "x", {"client"}, "x"),
        action("form.x", "f2", "x", "x", {"client"}, "x"),
        action("form.x", "f10", "x", "x", {"elsewhere"}, "x"),
        action("form.x", "a", "x", "x", {"client"}, "x"),
    ):
        with pytest.raises(ValueError, match=r"form\."):
            mine.add(wrong)


def test_every_action_has_help_and_a_method_and_no_key_that_terminals_hold() -> None:
    screen_methods = {name for cls in (DemoApp, DemoScreen, KeyworkApp, App, Screen) for name in dir(cls)}
    for each in REGISTRY.on_screen("demo"):
        assert each.tooltip and each.name
        assert f"action_{each.method.removeprefix('app.').partition('(')[0]}" in screen_methods, each
        assert not set(each.keys) & UNUSABLE
        assert any(each.id in line for line in help_lines("demo"))
    assert [shown_key(key) for key in ("f2", "ctrl+p", "slash", "escape")] == ["F2", "Ctrl+P", "/", "Esc"]


def test_no_stock_binding_is_left() -> None:
    app = DemoApp()
    bound = {key for key, _ in app._bindings} | {key for key, _ in DemoScreen()._bindings}
    assert not bound & UNUSABLE
    assert not app.ENABLE_COMMAND_PALETTE


def test_enter_never_destroys() -> None:
    with pytest.raises(ValueError, match="destructive"):
        Confirm("Delete?", [], [Answer("d", "Delete", True)], "d")
    with pytest.raises(ValueError, match="letter"):
        Confirm("Which?", [], [Answer("d", "One"), Answer("D", "Two")])


async def test_a_table_of_200_000_rows_keeps_few_of_them() -> None:
    app = DemoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(PagedTable)
        tracemalloc.start()
        for row in range(0, 200_000, 1_000):
            table.go(row)
            table.render_line(1)
        await pilot.press("end")
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(table._pages) <= MOST_PAGES
        assert size < 4 << 20
        assert table.current_id == 199_999


async def test_the_chosen_row_is_kept_by_its_id_over_a_reload() -> None:
    app = DemoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(PagedTable)
        await pilot.press("pagedown", "down", "down")
        wanted = table.current_id
        table._fetch = lambda offset, limit: (
            rows(offset - 5, limit) if offset else [(-1, *"new")] * 5 + rows(0, limit - 5)
        )
        table._find = lambda row_id: row_id + 5 if isinstance(row_id, int) else None
        table.reload()
        assert table.current_id == wanted


async def test_the_chosen_row_is_kept_by_its_id_over_reloads_between_which_nothing_is_drawn() -> None:
    """Beneath another screen: others saved twice, and on coming back Enter opened who stood in the place by then."""
    app = DemoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.screen.query_one(PagedTable)
        await pilot.press("down", "down")
        wanted, new = table.current_id, [(-1, "new")]
        table._fetch = lambda offset, limit: [*new, *rows(0, limit)][offset : offset + limit]
        table._find = lambda row_id: row_id + len(new) if isinstance(row_id, int) else None
        for _ in range(3):
            new *= 2
            table.reload()
        assert table.current_id == wanted
        table.reload(keep=False)
        new *= 2
        table.reload()
        assert table.cursor == 0, "where one goes to the top anew nobody was chosen"


async def test_sorting_asks_and_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    app = DemoApp()
    asked: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        DemoScreen,
        "on_paged_table_sort_wanted",
        lambda self, wish: asked.append((wish.column, wish.descending)),
        raising=False,
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "1", "2", "3")
        assert asked == [("ref", False), ("ref", True), ("word", False)]
        assert "Word↑" in app.screen.query_one(PagedTable).render_line(0).text


async def test_the_tree_folds_and_finds() -> None:
    app = DemoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        tree = app.screen.query_one(TreePane)
        tree.focus()
        await pilot.press("down", "left")
        assert tree.row_count == 3
        assert tree.go_to("v")
        assert (tree.row_count, tree.current and tree.current.id) == (4, "v")
        await pilot.press("left", "left", "left")
        assert tree.current and tree.current.id == "c"


async def test_f1_and_the_palette_show_the_remapped_key() -> None:
    assert REGISTRY.remap({"demo.ask": "f6"}) == []
    try:
        app = DemoApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("f6")
            assert isinstance(app.screen, Confirm)
            await pilot.press("escape", "f2")
            assert isinstance(app.screen, DemoScreen)
            assert "F6 Ask" in app.screen.query_one("#key-bar").render_line(0).text
    finally:
        REGISTRY.reset()


def test_values_are_cut_to_an_exact_width() -> None:
    for value in ("漢字漢字", "abc", None, 12, "e\u0301" * 9, "\x1b[2J"):
        for width in (1, 2, 5, 9):
            assert width_of(one_line(value, width)) == width


def test_long_lines_are_wrapped_at_blanks() -> None:
    assert wrapped("  one two three", 9) == ["  one two", "  three"]
    assert all(width_of(piece) <= 10 for piece in wrapped("a" * 35 + " b", 10))


def test_a_palette_has_each_screen_once() -> None:
    know_actions()
    for scope in SCREENS:
        shown = [(each.name, each.method.partition("(")[2]) for each in listed(scope) if "(" in each.method]
        assert sorted(set(shown)) == sorted(shown), scope
    assert [each.id for each in listed("month") if each.name == "Second keying"] == ["month.second"]


def test_what_is_typed_in_the_palette_finds_what_is_called_so_first() -> None:
    know_actions()
    scopes = {scope for each in REGISTRY for scope in each.scopes} - {ALL} | set(SCREENS)
    for scope in scopes:
        actions = listed(scope)
        commands = CommandList(
            [(one.id, one.name, one.id) for one in actions], [str(one.tooltip) for one in actions], ()
        )
        names = {one.id: one.name for one in actions}
        for one in actions:
            commands.filter_by(one.name.upper())
            assert names[commands.current_id or ""] == one.name, f"{one.name} on {scope}"
        # The screen that is called otherwise than its key says; what leaves comes after it.
        commands.filter_by("drafts")
        assert commands.current_id in ("month.drafts", "clients.drafts", "go.drafts"), scope


async def test_the_palette_tells_the_whole_help_of_what_is_chosen() -> None:
    know_actions()
    app = DemoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Palette("demo"))
        await pilot.pause()
        await pilot.press(*"removal")
        chosen, foot = app.screen.query_one(CommandList), list(app.screen.query(TextLine))[-2:]
        assert chosen.current_id == "go.subject"
        assert " ".join(line.text.strip() for line in foot) == str(REGISTRY["go.subject"].tooltip)
        await pilot.press("ctrl+u", *"redraw")
        assert [line.text for line in foot] == ["", ""], "it stands whole in the list"


def test_a_slip_of_the_keys_still_finds_and_what_fits_nothing_is_said() -> None:
    items = [("save", "Save", "Save what is typed"), ("theme", "Next theme", "Change the colours")]
    listed = FilteredList(items, "Command")
    for typed in ("Svae", "next tehme", "thmee", "sav"):
        listed.filter_by(typed)
        assert listed.current_id == ("save" if typed.lower().startswith("s") else "theme"), typed
    listed.filter_by("colours")
    assert listed.current_id == "theme"
    listed.filter_by("zebra")
    assert listed.current_id is None
    assert listed.when_empty() == "Nothing here is called so."
    listed.filter_by("")
    assert listed.row_count == 2
    assert FilteredList([]).when_empty() == ""


def test_what_is_changed_is_written_into_the_settings_file_and_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# mine\nmouse = false  # a pen\n[keys]\n"form.save" = "f5"\n')
    settings = load_settings(path, registry())
    remember(settings, "theme", "light")
    remember(settings, "mouse", True)
    assert path.read_text() == 'theme = "light"\n# mine\nmouse = true  # a pen\n[keys]\n"form.save" = "f5"\n'
    assert path.stat().st_mode & 0o777 == 0o600
    again = load_settings(path, registry())
    assert (again.theme, again.mouse, again.problems) == ("light", True, ())
    assert [one.name for one in tmp_path.iterdir()] == ["settings.toml"]


def test_under_an_account_of_the_service_nothing_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1000")
    path = tmp_path / "settings.toml"
    remember(load_settings(path, registry()), "theme", "light")
    assert not path.exists()


def test_a_settings_file_that_is_not_toml_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theme = ")
    settings = load_settings(path, registry())
    with pytest.raises(ValueError, match="line 1"):
        remember(changed(replace(settings, path=path), "theme", "light"), "theme", "light")
    assert path.read_text() == "theme = "
