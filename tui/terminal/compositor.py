"""The compositor that draws only what changed, where Textual draws all that lies between two changes.

Textual draws every widget within the one rectangle around all dirty regions, each from its first line to its last, and
divides every line of the screen for it. A character changes the form's current line and a line of the panel below: nine
widgets would be drawn for it, which is a third of what the key costs. `render_partial_update` and what it is made of
are private: `textual_private` pins the source they were written against.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class NarrowCompositor(Compositor):
    """A compositor whose partial updates draw those lines alone of each widget that a dirty region touches."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What has changed since the last update, None for nothing."""
        dirty = [part for one in self._dirty_regions if (part := one.intersection(self.size.region))]
        self._dirty_regions.clear()
        if not dirty:
            return None
        spans = list(self._regions_to_spans(dirty))
        cuts = self.cuts
        # Of the lines that are not drawn nothing is asked.
        ends = {row: cuts[row][1:] for row, _, _ in spans}
        chops: dict[int, dict[int, Strip | None]] = {row: dict.fromkeys(cuts[row][:-1]) for row in ends}
        for shown, row, strip in self._lines_of(dirty):
            line = chops[row]
            within = [cut for cut in cuts[row] if shown.x <= cut <= shown.right]
            for cut, piece in zip(within, strip.divide([cut - shown.x for cut in within[1:]]), strict=False):
                if line[cut] is None:  # from front to back: what stands in front is there already
                    line[cut] = piece
        return ChopsUpdate(cast("Sequence[Mapping[int, Strip | None]]", chops), spans, cast(Any, ends))

    def _lines_of(self, dirty: Iterable[Region]) -> Iterator[tuple[Region, int, Strip]]:
        """Each line that a dirty region touches, from front to back: where its widget shows, its row, what it says."""
        # What a widget in front fills, those behind need not draw. None lets another shine through.
        left = list(dirty)
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            if not (touched := [one for one in left if one.overlaps(shown)]):
                continue
            rows = sorted({row for one in touched for row in one.intersection(shown).line_range})
            for first, last in _runs(rows):
                part = Region(shown.x - region.x, first - region.y, shown.width, last - first + 1)
                for row, strip in enumerate(widget.render_lines(part), first):
                    yield shown, row, strip
            left = [one for one in left if not shown.contains_region(one)]
            if not left:
                return


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each stretch of numbers without a gap."""
    first = last = rows[0]
    for row in rows[1:]:
        if row != last + 1:
            yield first, last
            first = row
        last = row
    yield first, last
