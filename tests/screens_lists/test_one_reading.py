"""What a screen shows is never older than what it showed: of two readings at once the earlier could come last."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from store.records import agencies, read
from store.store import Store
from tests.screens.pilots import at_client, until
from tests.stores import ask
from tui.screens.registry import SCREENS
from tui.session.store_access import StoreChanged


class Readings:
    """How many readings of each kind are under way, and were at most."""

    def __init__(self, app: Any) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._app, self._read = app, app.read
        app.read = self.read

    def read(
        self,
        job: Callable[..., Any],
        *,
        on_done: Callable[[Any], Any] | None = None,
        on_problem: Callable[[Any], Any] | None = None,
        hold: bool = False,
    ) -> Any:
        """As the program reads."""
        what = f"{job.__module__}.{job.__qualname__}"
        self.now[what] += 1
        self.most[what] = max(self.most[what], self.now[what])

        def ended(then: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def tell(answer: Any) -> Any:
                self.now[what] -= 1
                return then(answer)

            return tell

        refused = on_problem or (lambda problem: self._app.say(problem.sentence, "error"))
        return self._read(job, on_done=ended(on_done or (lambda _: None)), on_problem=ended(refused), hold=hold)


async def test_each_screen_has_one_reading_of_each_kind_under_way(store: Store) -> None:
    known = next(iter(ask(store, read.episodes, ask(store, agencies.one)))).client_id
    async with at_client(store, known) as (app, pilot):
        readings, client = Readings(app), app.screen
        entries = [one for one in SCREENS.values() if one.from_anywhere and not one.home and one.is_for(app.standard)]
        assert len(entries) > 20
        client.open(client.case.client)
        for letter in "qrs":  # who may be the same is looked for with each of them
            client.case.client.model.values["FINITIAL"] = letter
            client.around.look_alike()
        for name in ["", *(entry.name for entry in entries)]:
            if name:
                app.open_screen(name)
                await until(pilot, lambda: app.screen is not client and app.screen.is_mounted)
            screen = app.screen
            await until(pilot, lambda: not any(readings.now.values()))
            for _ in range(3):
                screen.post_message(StoreChanged(True, False))
                screen.on_screen_resume()
                await pilot.pause(0)
            await until(pilot, lambda: not any(readings.now.values()))
            assert {what: many for what, many in readings.most.items() if many > 1} == {}, name
            while app.screen is not client:
                app.pop_screen()
                await pilot.pause(0.05)
        assert len(readings.most) > 20
