"""Calls a function of a learner's file in another process."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from scripts.labs.outcome import NotYetError
from scripts.labs.python import values
from scripts.labs.python.processes import run
from scripts.workers import workers

#: What a learner's code may print and be seen of, in characters.
OUTPUT_LIMIT = 4_000


@dataclass(frozen=True)
class Called:
    """``result`` of the function, and what it printed."""

    result: Any
    printed: str


class RaisedError(NotYetError):
    """The learner's function raised an error; ``seen`` holds its kind and its own words."""


class Runner:
    """Calls functions of learners' files, each call in a process of its own; nothing is left at the end.

    Parameters
    ----------
    environment
        Variables of the processes: the target's keys and endpoint.
    preload
        What they are likely to import, as `scripts.workers.preload` takes it.
    """

    def __init__(self, environment: Mapping[str, str], preload: Sequence[str] = ()) -> None:
        self._workers = workers("scripts.labs.python.worker", environment, preload)

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything, also calls that another thread waits for."""
        self._workers.close()

    def prepare(self) -> None:
        """Have ready what calls need, while something else is done."""
        self._workers.prepare()

    def call(
        self,
        source: Path,
        function: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        *,
        seconds: float,
    ) -> Called:
        """Call one function of a file, and wait for it.

        Parameters
        ----------
        source
            The learner's file.
        arguments, named
            What it is called with; see `scripts.labs.python.values` for what can be told.
        seconds
            Limit of time; then it is ended, with everything that it started.

        Raises
        ------
        NotYetError
            There is no such function, it raised (`RaisedError`: its own words, and the line), it took too
            long, its process died, or its result is nothing that can be told.
        MissingError
            No process can be started.
        """
        # Only who is to die gives nothing.
        return cast(Called, self._call(source, function, arguments, named, seconds, dies_after=None))

    def crash(
        self, source: Path, function: str, arguments: Sequence[Any], *, changes: int, seconds: float
    ) -> bool:
        """Call one function of a file, in a process that is killed on the way.

        Parameters
        ----------
        changes
            It is killed when AWS has answered so many of its requests that change something.
        source, function, arguments, seconds
            As of `call`; the errors too.

        Returns
        -------
        bool
            Whether it was killed; False when it came to its end before.
        """
        return self._call(source, function, arguments, {}, seconds, dies_after=changes) is None

    def _call(
        self,
        source: Path,
        function: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        seconds: float,
        dies_after: int | None,
    ) -> Called | None:
        """What the function gives; None where its process died as it was to."""
        with tempfile.TemporaryDirectory(prefix="lab-call-") as name:
            folder = Path(name)
            request = {
                "file": str(source),
                "function": function,
                "arguments": list(arguments),
                "named": dict(named),
                "dies_after": dies_after,
            }
            (folder / "request.json").write_text(values.dumps(request))
            ended = run(self._workers, folder, source.parent, seconds)
            answer = folder / "answer.json"
            if ended.code is None:
                raise NotYetError(
                    f"{function} was stopped after {seconds:g} seconds.",
                    seen=_printed(ended.printed) or "no answer",
                    expected="a function that comes back",
                )
            if dies_after is not None and ended.code == -signal.SIGKILL:
                return None
            if not answer.is_file():
                raise NotYetError(
                    f"The process that ran {function} ended with code {ended.code}.",
                    seen=_printed(ended.printed),
                    expected="a function that returns",
                )
            return result(values.loads(answer.read_text()), function, ended.printed)


def result(answer: Mapping[str, Any], function: str, printed: str) -> Called:
    """What a call gave, by what `worker.answer` says of it; errors as of `Runner.call`."""
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
    seen = f"{error['kind']}: {error['message']}"
    if error["kind"] == "NotImplementedError":
        return NotYetError(
            f"{function} is not written yet.", seen="the stub", expected="code instead of `raise`"
        )
    where = _where(error["where"])
    if error["code"]:
        return RaisedError(
            f"AWS refused a call of {function}{where}.", seen=seen, expected="a call that AWS takes"
        )
    if error["called"]:
        return RaisedError(
            f"{function} raised an error{where}.",
            seen=seen,
            expected="a function that comes to its end without this error",
        )
    return RaisedError(
        f"The file raised an error before {function} was called{where}.",
        seen=seen,
        expected=f"a file that Python can read, in which {function} is defined",
    )


def _where(found: Sequence[Any] | None) -> str:
    """The line in the learner's file that it came from, as the end of a sentence."""
    if found is None:
        return ""
    name, line, text = found
    return f" in {name.lstrip('.')}, line {line}" + (f", `{text:.80}`" if text else "")


def _printed(text: str) -> str:
    return text[-OUTPUT_LIMIT:].strip()
