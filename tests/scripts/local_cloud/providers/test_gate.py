from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Request, Response

from scripts.errors import RemoteError
from scripts.local_cloud.providers.gate import Gate

#: Seconds for what takes none, on a machine that is busy with everything else.
PATIENCE = 120


def work(gate: Gate, done: list[str], name: str, until: Callable[[], object] = lambda: None) -> None:
    with gate.working(name):
        until()
        done.append(name)


class Waiting:
    """Work that has begun, and goes on until it is released."""

    def __init__(self) -> None:
        self.begun, self.released = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.released.wait(PATIENCE)


def test_the_gate_closes_when_what_is_under_way_has_ended() -> None:
    gate, done, waiting = Gate(), [], Waiting()
    with ThreadPoolExecutor() as pool:
        pool.submit(work, gate, done, "first", waiting)
        assert waiting.begun.wait(PATIENCE)
        threading.Timer(0.2, waiting.released.set).start()
        with gate.closed(list, PATIENCE):
            assert done == ["first"]


def test_what_comes_while_it_is_closed_waits() -> None:
    gate, done = Gate(), []
    with ThreadPoolExecutor() as pool:
        with gate.closed(list, PATIENCE):
            waiting = pool.submit(work, gate, done, "later")
            time.sleep(0.1)
            assert done == []
        waiting.result(PATIENCE)
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
        with gate.closed(list, PATIENCE):
            assert done == ["inner", "outer"]
            # So is what whoever closed it asks for.
            work(gate, done, "mine")
        begun.result(PATIENCE)


def test_it_waits_for_work_that_it_does_not_count() -> None:
    gate, going_on = Gate(), ["an execution"]
    threading.Timer(0.2, going_on.clear).start()
    with gate.closed(lambda: going_on, PATIENCE):
        assert going_on == []


def test_what_does_not_end_is_named_and_the_gate_is_open_again() -> None:
    gate, done, waiting = Gate(), [], Waiting()
    with ThreadPoolExecutor() as pool:
        pool.submit(work, gate, done, "endless", waiting)
        assert waiting.begun.wait(PATIENCE)
        try:
            with pytest.raises(RemoteError, match="endless"), gate.closed(list, 0.2):
                pytest.fail("it closed over what was under way")
            with pytest.raises(RemoteError, match="an execution"), gate.closed(lambda: ["an execution"], 0.2):
                pytest.fail("it closed over what goes on")
            pool.submit(work, gate, done, "next").result(PATIENCE)
        finally:
            waiting.released.set()
    assert done == ["next", "endless"]


def request(gate: Gate, done: list[str]) -> None:
    """A client's request, from its coming to its answer."""
    context, chain, response = RequestContext(Request("GET", "/bucket")), HandlerChain(), Response()
    gate.enter(chain, context, response)
    done.append("request")
    gate.leave(chain, context, response)


def test_a_clients_request_waits_while_it_is_closed() -> None:
    gate, done = Gate(), []
    with ThreadPoolExecutor() as pool:
        with gate.closed(list, PATIENCE):
            waiting = pool.submit(request, gate, done)
            time.sleep(0.1)
            assert done == []
        waiting.result(PATIENCE)
    assert done == ["request"]


def test_nobody_is_held_back_while_work_goes_on_that_asks_as_a_client_does() -> None:
    gate, done, going_on = Gate(), [], ["a run"]

    def run() -> None:
        request(gate, done)
        going_on.clear()

    threading.Timer(0.2, run).start()
    with gate.closed(list, PATIENCE, lambda: going_on):
        assert (done, going_on) == (["request"], [])


def test_such_work_may_begin_while_the_gate_waits_for_other() -> None:
    gate, done = Gate(), []
    going_on, outside = ["an execution"], list[str]()

    def run() -> None:
        request(gate, done)
        outside.clear()
        going_on.clear()

    def begin() -> None:
        outside.append("a run")
        threading.Timer(0.2, run).start()

    threading.Timer(0.2, begin).start()
    with gate.closed(lambda: going_on, PATIENCE, lambda: outside):
        assert done == ["request"]


def test_such_work_that_does_not_end_is_named_and_has_held_up_nobody() -> None:
    gate, done = Gate(), []
    with pytest.raises(RemoteError, match="a run"), gate.closed(list, 0.2, lambda: ["a run"]):
        pytest.fail("it closed over what goes on")
    request(gate, done)
    assert done == ["request"]
