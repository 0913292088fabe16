"""The process of a run: the script as ``__main__``, and nothing of it left when LocalStack is gone.

``python -m scripts.local_cloud.glue.process SCRIPT REPORT ARGUMENT...``: why the script failed, if it
does, is written to REPORT in one line.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import traceback
from pathlib import Path

from scripts.local_cloud.glue import closed

#: Characters of an error message that Glue keeps.
_LONGEST = 2000


def end_with_parent() -> None:
    """End the whole process group when standard input ends, which is when whoever started us does."""
    parent = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)

    def watch() -> None:
        while os.read(parent, 64):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def reason(error: BaseException) -> str:
    """Why a script failed, in one line and without Java's stack."""
    said = str(error).partition("\n\tat ")[0]
    # That Java asks a proxy (`closed`) is nothing that a job on AWS would tell.
    said = said.replace("Driver stacktrace:", "").replace("SOCKS: ", "")
    text = " ".join(said.split())
    return f"{type(error).__name__}: {text}"[:_LONGEST]


def run(script: str, report: Path, arguments: list[str]) -> int:
    """Run the script; its exit code."""
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).parent)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        if left.code in (None, 0):
            return 0
        report.write_text(reason(left))
        if not isinstance(left.code, int):
            sys.stderr.write(f"{left.code}\n")
        return 1
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        traceback.print_exc()
        report.write_text(reason(error))
        return 1
    return 0


if __name__ == "__main__":
    end_with_parent()
    closed.close()
    sys.exit(run(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
