"""The watch over a store costs nobody who types: what is kept for the next key is not given back meanwhile."""

from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest

from store.live.news import StoreState
from tui.session import store_access
from tui.session.store_access import AWAY_SECONDS, StoreWatch


@pytest.mark.parametrize(("typed_before", "gives_back"), [(0.0, False), (AWAY_SECONDS + 1, True)])
def test_nothing_is_given_back_while_somebody_types(
    typed_before: float, gives_back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(store_access, "rest", lambda: given.append("memory"))
    app: Any = SimpleNamespace(key_queue=SimpleNamespace(last_at=monotonic() - typed_before))

    def pages() -> bool:
        given.append("pages")
        return True

    store: Any = SimpleNamespace(rest=pages)
    threads: Any = SimpleNamespace(is_settled=True)

    def look(before: StoreState | None) -> StoreState:
        watch.stop()
        return StoreState(1, 1, 1, ())

    watch = StoreWatch(app, threads, store, look, lambda after: None, lambda problem: None)
    watch.start()
    cast(Any, watch)._thread.join()
    assert given == (["pages", "memory"] if gives_back else [])
