"""Two far changes draw two widgets and none between them."""

from collections.abc import Iterable
from typing import ClassVar

import pytest
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.compositor import NarrowCompositor
from tui.widgets.base_screen import BaseScreen
from tui.widgets.text_line import TitleLine


class Line(Widget):
    """A line that notes how many of its lines were drawn."""

    DEFAULT_CSS = "Line { height: 3; }"
    drawn: ClassVar[list[tuple[str, int]]] = []
    text = "first"

    def render_line(self, y: int) -> Strip:
        """One line."""
        self.drawn.append((self.id or "", y))
        return super().render_line(y)

    def render(self) -> str:
        """Three lines alike."""
        return "\n".join([self.text] * 3)


class Three(BaseScreen[None]):
    """Three widgets, one over the other, in a container."""

    def compose(self) -> Iterable[Widget]:
        """Nothing of the frame."""
        yield Vertical(Line(id="top"), Line(id="middle"), Line(id="bottom"))


async def test_what_lies_between_two_changes_is_not_drawn() -> None:
    app: App[None] = App()
    async with app.run_test(size=(40, 12)) as pilot:
        await app.push_screen(Three())
        await pilot.pause()
        assert isinstance(app.screen._compositor, NarrowCompositor)
        Line.drawn.clear()
        for name in ("top", "bottom"):
            line = app.screen.query_one(f"#{name}", Line)
            line.text = "second"
            line.refresh()
        await pilot.pause()
        assert {name for name, _ in Line.drawn} == {"top", "bottom"}
        shown = [strip.text.strip() for strip in app.screen._compositor.render_strips()]
        assert shown[:9] == ["second"] * 3 + ["first"] * 3 + ["second"] * 3


async def test_another_title_does_not_draw_the_whole_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = []
    drawn = NarrowCompositor.render_full_update

    def counted(compositor: NarrowCompositor, simplify: bool = False) -> LayoutUpdate:
        whole.append(compositor)
        return drawn(compositor, simplify)

    monkeypatch.setattr(NarrowCompositor, "render_full_update", counted)
    app: App[None] = App()
    async with app.run_test(size=(40, 12)) as pilot:
        screen = Three()
        await app.push_screen(screen)
        title = TitleLine("Client")
        await screen.mount(title)
        await pilot.pause()
        whole.clear()
        screen.retitle("Client A")
        await pilot.pause()
        assert whole == [] and screen.title == "Client A"
        assert any("Client A" in strip.text for strip in screen._compositor.render_strips())
