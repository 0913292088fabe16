"""LocalStack's index of AWS's operations, made once for an environment instead of in each new folder.

LocalStack makes it when it is not there: that reads the description of every AWS service, which takes three
seconds, and the 340 MB that it takes stay with the process for as long as it runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import botocore

#: Under the environment, and not under the run-time folder: it depends on installed packages alone.
_KEPT = Path(sys.prefix) / "share" / "source-systems-lab"

_MAKE = (
    "import sys; from localstack.aws.spec import build_service_index_cache; "
    "build_service_index_cache(sys.argv[1])"
)


def provide(filesystem_root: Path, version: str, environ: Mapping[str, str]) -> None:
    """Lay the index where LocalStack looks for it; without it LocalStack is slower, and works.

    Parameters
    ----------
    filesystem_root
        LocalStack's ``FILESYSTEM_ROOT``.
    version
        LocalStack's version, which is in the file's name as botocore's is.
    environ
        LocalStack's environment.
    """
    name = "-".join(
        ["service-catalog", *(each.replace(".", "_") for each in (version, botocore.__version__))]
    )
    wanted = filesystem_root / "usr" / "lib" / "localstack" / f"{name}.dill"
    if wanted.exists():
        return
    wanted.parent.mkdir(parents=True, exist_ok=True)
    kept = _KEPT / wanted.name
    if kept.exists() or (_writable(_KEPT) and _make(kept, environ)):
        _copy(kept, wanted)
    else:
        _make(wanted, environ)


def _make(path: Path, environ: Mapping[str, str]) -> bool:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        command = [sys.executable, "-c", _MAKE, str(made)]
        answer = subprocess.run(command, env=environ, cwd=folder, capture_output=True, check=False)
        if answer.returncode == 0:
            made.replace(path)
    return answer.returncode == 0


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: a reader of half a file would make the index itself."""
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    part.replace(target)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
