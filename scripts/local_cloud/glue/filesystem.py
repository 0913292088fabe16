"""``s3://`` for Spark: compiled once from the Scala beside, by the compiler that PySpark holds."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from scripts.errors import MissingError
from scripts.java import Java

CLASS = "sourcelab.S3FileSystem"
COMMIT_PROTOCOL = "sourcelab.S3CommitProtocol"
_SOURCES = tuple(Path(__file__).with_name(f"{name}.scala") for name in ("S3FileSystem", "S3CommitProtocol"))
#: Seconds: it takes ten, on a machine that is busy with everything else far more.
_LIMIT = 900


def jars() -> Path:
    """The folder of PySpark's own libraries; found without importing it.

    Raises
    ------
    MissingError
        PySpark is not installed.
    """
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise MissingError("PySpark is not installed.", "Run `make env`.")
    return Path(spec.origin).parent / "jars"


def provide(java: Java, beside: Path) -> Path:
    """The library, compiled when it is not there yet.

    Parameters
    ----------
    beside
        Where it goes when the environment cannot be written to.

    Raises
    ------
    MissingError
        It cannot be compiled; the end of what the compiler said is in the message.
    """
    shared = Path(sys.prefix) / "share" / "source-systems-lab"
    folder = shared if _writable(shared) else beside
    folder.mkdir(parents=True, exist_ok=True)
    text = b"".join(source.read_bytes() for source in _SOURCES)
    mark = hashlib.sha256(text + version("pyspark").encode()).hexdigest()[:12]
    library = folder / f"s3-filesystem-{mark}.jar"
    if not library.is_file():
        with FileLock(folder / "s3-filesystem.lock"):
            if not library.is_file():
                _compile(java, library)
    return library


def _compile(java: Java, library: Path) -> None:
    part = library.with_suffix(f".{os.getpid()}.jar")
    done = subprocess.run(
        [java.program, "-cp", f"{jars()}/*", "scala.tools.nsc.Main", "-usejavacp", "-d", part, *_SOURCES],
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT,
    )
    if done.returncode != 0:
        part.unlink(missing_ok=True)
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-10:])
        raise MissingError(f"Spark's access to S3 could not be compiled by {java}:\n{said}")
    part.replace(library)


def _writable(folder: Path) -> bool:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return os.access(there, os.W_OK)
