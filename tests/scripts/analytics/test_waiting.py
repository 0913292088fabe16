"""What is said while AWS works, and when somebody waits no longer."""

from __future__ import annotations

import itertools

import pytest

from scripts.analytics import waiting
from scripts.errors import MissingError


def test_a_state_is_said_once_and_the_last_look_is_the_answer() -> None:
    states, said = iter(["waiting", "waiting", "done"]), list[str]()
    found = waiting.until(
        lambda: next(states), lambda state: state == "done", str, said.append, ("the run", "")
    )
    assert (found, said) == ("done", ["waiting", "done"])


def test_ctrl_c_says_what_goes_on_and_how_it_is_stopped() -> None:
    looks = itertools.count()

    def look() -> str:
        if next(looks):
            raise KeyboardInterrupt
        return "running"

    with pytest.raises(MissingError, match=r"Interrupted, but run jr_1 goes on\.\nStop it: so"):
        waiting.until(look, lambda _: False, str, lambda _: None, ("run jr_1", "Stop it: so"))
