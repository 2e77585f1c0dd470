"""Undo and redo of one record, across its fields. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Step:
    """One change of one field: what stood there before and after, and whether it was an unconfirmed carried value.

    `also` are the changes of other fields made at the same stroke: they are taken back and done again together.
    """

    header: str
    before: str
    after: str
    carried: bool
    also: "tuple[Step, ...]" = ()


@dataclass(slots=True)
class History:
    """What was done and what was undone.

    All typing of one visit to a field is one step: it depends on keys alone, never on how fast they came, so that keys
    typed ahead undo like the same keys typed slowly.
    """

    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)
    growing: bool = False

    def typed(self, header: str, before: str, after: str, carried: bool) -> None:
        """Note a change by typing; it joins the step of the same visit."""
        self.future.clear()
        if self.growing and self.past and self.past[-1].header == header:
            self.past[-1].after = after
        else:
            self.past.append(Step(header, before, after, carried))
            self.growing = True

    def done(self, header: str, before: str, after: str, carried: bool) -> None:
        """Note a change that is a step of its own: a chosen code, a value taken over."""
        self.close()
        if before != after:
            self.future.clear()
            self.past.append(Step(header, before, after, carried))

    def done_together(self, steps: "tuple[Step, ...]") -> None:
        """Note changes of several fields that were made at one stroke; at least one."""
        self.close()
        self.future.clear()
        first = steps[0]
        self.past.append(Step(first.header, first.before, first.after, first.carried, steps[1:]))

    def close(self) -> None:
        """End the visit: what follows is a new step. A step that came to nothing is forgotten."""
        self.growing = False
        if self.past and self.past[-1].before == self.past[-1].after:
            self.past.pop()

    def undo(self) -> Step | None:
        """Take back the latest step and return it, or None."""
        self.close()
        if not self.past:
            return None
        self.future.append(self.past.pop())
        return self.future[-1]

    def redo(self) -> Step | None:
        """Do the latest step taken back again and return it, or None."""
        self.close()
        if not self.future:
            return None
        self.past.append(self.future.pop())
        return self.past[-1]
