"""The compositor that draws only what changed, where Textual draws all that lies between two changes.

Textual draws every widget within the one rectangle around all dirty regions, each from its first line to its last. A
character that changes the form's current line and a line of the panel below has nine widgets drawn for it, which is a
third of what the key costs. `_get_renders` is private: `textual_private` pins the source it was written against.
"""

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class NarrowCompositor(Compositor):
    """A compositor whose partial updates draw the lines of those widgets alone that a dirty region touches."""

    def __init__(self) -> None:
        super().__init__()
        self._touched: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """What has changed since the last update, None for nothing."""
        self._touched = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._touched = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Each widget's region, the part of it that is drawn, and that part's lines."""
        if not self._touched:
            yield from super()._get_renders(crop)
            return
        # From front to back: what a widget in front fills, those behind need not draw. None lets another shine through.
        left = list(self._touched)
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            touched = [dirty.intersection(shown) for dirty in left if dirty.overlaps(shown)]
            if not touched:
                continue
            top, bottom = min(one.y for one in touched), max(one.bottom for one in touched)
            part = Region(shown.x, top, shown.width, bottom - top)
            yield region, part, widget.render_lines(part.translate((-region.x, -region.y)))
            left = [dirty for dirty in left if not shown.contains_region(dirty)]
