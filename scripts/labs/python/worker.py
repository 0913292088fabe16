"""The learner's process: loads their file, calls one function, leaves what came of it in a file.

``python -m scripts.labs.python.worker FOLDER``: ``request.json`` there names file, function and arguments,
and after how many changes the process is to die (None: it is not).
"""

from __future__ import annotations

import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

from scripts.labs.python import values


def main(folder: Path) -> None:
    """Do what the request says; leave ``answer.json``."""
    request = values.loads((folder / "request.json").read_text())
    try:
        answer = _answer(Path(request["file"]), request)
    # Whatever a learner's code raises is told to them, not to us.
    except BaseException as error:  # noqa: BLE001
        answer = {"error": _told(error, request["file"])}
    # Whole or not there: a process may be ended while it writes.
    partial = folder / "answer.new"
    partial.write_text(values.dumps(answer))
    partial.replace(folder / "answer.json")


def _answer(file: Path, request: dict[str, Any]) -> dict[str, Any]:
    sys.path.append(str(file.parent))
    if request["dies_after"] is not None:
        from scripts.labs.python import dying  # noqa: PLC0415 - botocore takes its time, for nothing elsewhere

        dying.arm(request["dies_after"])
    function = runpy.run_path(str(file), run_name="exercise").get(request["function"])
    if not callable(function):
        return {"missing": request["function"]}
    result = function(*request["arguments"], **request["named"])
    try:
        values.dumps(result)
    except (TypeError, ValueError) as error:
        return {"untellable": str(error)}
    return {"result": result}


def _told(error: BaseException, file: str) -> dict[str, Any]:
    """Kind, message, and the last line of the learner's own file that it came through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    line = frames[-1].lineno if frames else getattr(error, "lineno", None)
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return {"kind": type(error).__name__, "message": str(error), "line": line, "code": code}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
