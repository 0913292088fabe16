"""The learner's process: loads their file, calls one function, leaves what came of it in a file.

``python -m scripts.labs.python.worker FOLDER``: ``request.json`` there names file, function and arguments,
and after how many changes the process is to die (None: it is not).
"""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.labs.python import values


def main(folder: Path) -> None:
    """Do what the request says; leave ``answer.json``."""
    request = values.loads((folder / "request.json").read_text())
    sys.path.append(str(Path(request["file"]).parent))
    if request["dies_after"] is not None:
        from scripts.labs.python import dying  # noqa: PLC0415 - botocore takes its time, for nothing elsewhere

        dying.arm(request["dies_after"])
    told = values.dumps(answer(request))
    # Whole or not there: a process may be ended while it writes.
    partial = folder / "answer.new"
    partial.write_text(told)
    partial.replace(folder / "answer.json")


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """What comes of calling ``function`` of ``file`` with ``arguments`` and ``named``.

    Returns
    -------
    dict
        One of ``result``; ``missing``, where the file has no such function; ``untellable``, where the result
        cannot be told; ``error``, with its ``kind``, its ``message``, AWS's ``code``, ``where`` (file, line
        and the line's text; None where the learner's files had no part in it), and ``called``: False where
        it was raised before the call, when the file was read.
    """
    called = False
    try:
        function = runpy.run_path(request["file"], run_name="exercise").get(request["function"])
        if not callable(function):
            return {"missing": request["function"]}
        called = True
        result = function(*request["arguments"], **request["named"])
    # Whatever a learner's code raises is told to them, not to us.
    except BaseException as error:  # noqa: BLE001
        return {"error": {**_told(error, Path(request["file"])), "called": called}}
    try:
        values.dumps(result)
    except (TypeError, ValueError) as error:
        return {"untellable": str(error)}
    return {"result": result}


def _told(error: BaseException, file: Path) -> dict[str, Any]:
    """Kind, message, code, and the last line of the learner's own files that it came through."""
    frames = [
        (Path(frame.filename), frame.lineno, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((Path(error.filename), error.lineno, error.text))
    theirs = [frame for frame in frames if frame[0].parent == file.parent]
    where = [theirs[-1][0].name, theirs[-1][1], (theirs[-1][2] or "").strip()] if theirs else None
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return {"kind": type(error).__name__, "message": str(error), "code": code, "where": where}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
