"""What is written with every key wakes the program for nothing, and for what a person has to be told at once."""

import asyncio
import threading
from typing import Any

import pytest

from tui.session import store_access
from tui.session.store_access import StoreThreads
from validators.problems import Problem


class App:
    """An app of which the threads need nothing but to be called in its turn, and who notes what it heard and when."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told = asyncio.Event()

    def call_in_turn(self, callback: Any, *args: Any) -> None:
        callback(*args)

    def done(self) -> None:
        self.heard.append("done")
        self.told.set()

    def problem(self, problem: Problem) -> None:
        self.heard.append(str(problem))
        self.told.set()


def threads_of(app: Any) -> StoreThreads:
    return StoreThreads(app)


def wakes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What another thread wakes the loop for, from now on."""
    loop, woken = asyncio.get_running_loop(), list[object]()
    wake = loop.call_soon_threadsafe

    def noted(callback: Any, *args: Any, **more: Any) -> Any:
        woken.append(callback)
        return wake(callback, *args, **more)

    monkeypatch.setattr(loop, "call_soon_threadsafe", noted)
    return woken


async def test_whoever_stops_the_process_learns_whether_something_is_being_written() -> None:
    threads, going_on = threads_of(App()), threading.Event()
    assert threads.come_to_rest(10)
    written = threads.run(going_on.wait, writes=True)
    await asyncio.sleep(0)
    assert not threads.come_to_rest(0.02)
    going_on.set()
    assert threads.come_to_rest(10) and await written
    threads.stop()
    assert threads.come_to_rest(10)


async def test_that_it_is_done_is_heard_before_whatever_the_program_does_next(monkeypatch: pytest.MonkeyPatch) -> None:
    app, woken = App(), wakes(monkeypatch)
    threads, written = threads_of(app), threading.Event()
    threads.write_unhurried(written.set, app.done, app.problem)
    assert written.wait(10)
    while not app.heard:
        await asyncio.sleep(0)
    assert app.heard == ["done"] and not threads._unhurried and not woken
    threads.stop()


async def test_that_it_is_done_is_heard_by_a_loop_that_is_being_debugged() -> None:
    asyncio.get_running_loop().set_debug(True)
    app, begin = App(), threading.Event()
    threads = threads_of(app)
    threads.write_unhurried(lambda: begin.wait(10), app.done, app.problem)
    begin.set()
    await asyncio.wait_for(app.told.wait(), 10)
    assert app.heard == ["done"] and not threads._unhurried
    threads.stop()


@pytest.mark.parametrize("slow", [False, True])
async def test_a_problem_is_told_at_once_and_so_is_an_end_that_was_long_in_coming(
    slow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_access, "UNHURRIED_SECONDS", 0.0 if slow else 60.0)
    app, woken = App(), wakes(monkeypatch)
    threads, begin = threads_of(app), threading.Event()

    def job() -> None:
        assert begin.wait(10)
        if not slow:
            raise Problem("The store is away: try again.")

    threads.write_unhurried(job, app.done, app.problem)
    begin.set()
    await app.told.wait()
    assert app.heard == (["done"] if slow else ["The store is away: try again."]) and len(woken) == 1
    threads.stop()
    threads.write_unhurried(job, app.done, app.problem)  # a screen that goes after the threads are stopped
    assert not threads._unhurried
