from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.errors import RemoteError
from scripts.local_cloud.providers.gate import Gate


def work(gate: Gate, done: list[str], name: str, until: Callable[[], object] = lambda: None) -> None:
    with gate.working(name):
        until()
        done.append(name)


def test_the_gate_closes_when_what_is_under_way_has_ended() -> None:
    gate, done, release = Gate(), [], threading.Event()
    with ThreadPoolExecutor() as pool:
        pool.submit(work, gate, done, "first", release.wait)
        threading.Timer(0.2, release.set).start()
        time.sleep(0.05)
        with gate.closed(list, 5):
            assert done == ["first"]


def test_what_comes_while_it_is_closed_waits() -> None:
    gate, done = Gate(), []
    with ThreadPoolExecutor() as pool:
        with gate.closed(list, 5):
            waiting = pool.submit(work, gate, done, "later")
            time.sleep(0.1)
            assert done == []
        waiting.result(5)
    assert done == ["later"]


def test_a_step_within_a_step_is_part_of_it() -> None:
    gate, done, inside, release = Gate(), [], threading.Event(), threading.Event()

    def outer() -> None:
        inside.set()
        release.wait()
        work(gate, done, "inner")

    with ThreadPoolExecutor() as pool:
        begun = pool.submit(work, gate, done, "outer", outer)
        inside.wait()
        threading.Timer(0.2, release.set).start()
        with gate.closed(list, 5):
            assert done == ["inner", "outer"]
            # So is what whoever closed it asks for.
            work(gate, done, "mine")
        begun.result(5)


def test_it_waits_for_work_that_it_does_not_count() -> None:
    gate, going_on = Gate(), ["an execution"]
    threading.Timer(0.2, going_on.clear).start()
    began = time.monotonic()
    with gate.closed(lambda: going_on, 5):
        assert time.monotonic() - began > 0.15


def test_what_does_not_end_is_named_and_the_gate_is_open_again() -> None:
    gate, done, release = Gate(), [], threading.Event()
    with ThreadPoolExecutor() as pool:
        pool.submit(work, gate, done, "endless", release.wait)
        time.sleep(0.05)
        try:
            with pytest.raises(RemoteError, match="endless"), gate.closed(list, 0.2):
                pytest.fail("it closed over what was under way")
            with pytest.raises(RemoteError, match="an execution"), gate.closed(lambda: ["an execution"], 0.2):
                pytest.fail("it closed over what goes on")
            pool.submit(work, gate, done, "next").result(5)
        finally:
            release.set()
    assert done == ["next", "endless"]
