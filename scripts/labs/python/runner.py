"""Calls a function of a learner's file in another process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.labs.outcome import NotYetError
from scripts.labs.python import values

_WORKER = "scripts.labs.python.worker"

#: What a learner's code may print and be seen of, in characters.
OUTPUT_LIMIT = 4_000


@dataclass(frozen=True)
class Called:
    """``result`` of the function, and what it printed."""

    result: Any
    printed: str


@dataclass(frozen=True)
class _Ended:
    code: int | None
    printed: str


def call(
    source: Path,
    function: str,
    arguments: Sequence[Any],
    named: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    seconds: float,
) -> Called:
    """Call one function of a file, and wait for it.

    Parameters
    ----------
    source
        The learner's file.
    arguments, named
        What it is called with; see `scripts.labs.python.values` for what can be told.
    environment
        Variables of its process: the target's keys and endpoint.
    seconds
        Limit of time; then it is ended, with everything that it started.

    Raises
    ------
    NotYetError
        There is no such function, it raised (its own words, and the line), it took too long, its process
        died, or its result is nothing that can be told.
    """
    with tempfile.TemporaryDirectory(prefix="lab-call-") as name:
        folder = Path(name)
        request = {
            "file": str(source),
            "function": function,
            "arguments": list(arguments),
            "named": dict(named),
        }
        (folder / "request.json").write_text(values.dumps(request))
        ended = _run(folder, source.parent, environment, seconds)
        answer = folder / "answer.json"
        if ended.code is None:
            raise NotYetError(
                f"{function} was stopped after {seconds:g} seconds.",
                seen=_printed(ended.printed) or "no answer",
                expected="a function that comes back",
            )
        if not answer.is_file():
            raise NotYetError(
                f"The process that ran {function} ended with code {ended.code}.",
                seen=_printed(ended.printed),
                expected="a function that returns",
            )
        return _result(values.loads(answer.read_text()), function, ended.printed)


def _run(folder: Path, place: Path, environment: Mapping[str, str], seconds: float) -> _Ended:
    process = subprocess.Popen(
        # Not from the learner's folder: a file of theirs may be called like a module of Python's.
        [sys.executable, "-P", "-m", _WORKER, str(folder)],
        cwd=place,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=seconds)
        return _Ended(process.returncode, printed)
    except subprocess.TimeoutExpired:
        _end(process)
        printed, _ = process.communicate()
        return _Ended(None, printed)
    except BaseException:
        _end(process)
        process.wait()
        raise


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _result(answer: Mapping[str, Any], function: str, printed: str) -> Called:
    if "missing" in answer:
        raise NotYetError(
            f"There is no function {function} in the file.", expected=f"def {function}(...), as in the stub"
        )
    if "untellable" in answer:
        raise NotYetError(
            f"What {function} returns cannot be looked at.",
            seen=answer["untellable"],
            expected="values as boto3 takes and gives them: dict, list, str, int, Decimal, bytes",
        )
    if "error" in answer:
        raise _raised(answer["error"], function)
    return Called(answer["result"], printed)


def _raised(error: Mapping[str, Any], function: str) -> NotYetError:
    line = f", line {error['line']}" if error["line"] else ""
    said = f"{error['kind']}: {error['message']}"
    if error["kind"] == "NotImplementedError":
        return NotYetError(
            f"{function} is not written yet.", seen="the stub", expected="code instead of `raise`"
        )
    if error["code"]:
        return NotYetError(
            f"AWS refused a call of {function}{line}.", seen=said, expected="a call that AWS takes"
        )
    return NotYetError(f"{function} raised an error{line}.", seen=said, expected="a function that returns")


def _printed(text: str) -> str:
    return text[-OUTPUT_LIMIT:].strip()
