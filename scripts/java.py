"""Finds Java and the two JDBC drivers that Spark needs, and says what to install where they are missing."""

from __future__ import annotations

import functools
import glob
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.system_packages import Packages, Requirement

#: Spark 3.5 runs on these releases: from 23 on, Java refuses what Hadoop's login needs.
OLDEST, NEWEST = 17, 22

_FOLDERS = (
    "/usr/lib/jvm/*/bin",
    "/usr/bin",
    "/opt/homebrew/opt/openjdk*/bin",
    "/usr/local/opt/openjdk*/bin",
    "/home/linuxbrew/.linuxbrew/opt/openjdk*/bin",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home/bin",
)
_JARS = ("/usr/share/java", "/usr/lib/java", "/usr/share/java/postgresql-jdbc", "~/.local/share/java")

_JAVA_PACKAGES = Packages(
    # Debian 13 has no 17, nor has Fedora from 42 on.
    ("openjdk-17-jre-headless | openjdk-21-jre-headless",),
    ("java-21-openjdk-headless",),
    ("openjdk@17",),
)


@dataclass(frozen=True)
class Java:
    """A Java runtime.

    Attributes
    ----------
    home
        ``JAVA_HOME`` of it.
    version
        As it says itself, such as ``17.0.15``.
    """

    home: Path
    version: str

    @property
    def program(self) -> Path:
        """``java``."""
        return self.home / "bin" / "java"

    @property
    def release(self) -> int:
        """17 of ``17.0.15``."""
        return int(re.split(r"\D", self.version)[0])

    @property
    def fits(self) -> bool:
        """Whether Spark runs on it."""
        return OLDEST <= self.release <= NEWEST

    def __str__(self) -> str:
        return f"Java {self.version} ({self.program})"


@dataclass(frozen=True)
class Driver:
    """A JDBC driver: what it connects to, the names of its file, and how it is installed."""

    name: str
    patterns: tuple[str, ...]
    packages: Packages

    def find(self) -> Path | None:
        """Its file."""
        for folder in _JARS:
            for pattern in self.patterns:
                found = sorted(Path(folder).expanduser().glob(pattern))
                if found:
                    return found[0]
        return None

    def requirement(self) -> Requirement:
        """The driver as something that is needed."""
        return Requirement(f"The JDBC driver of {self.name}", self._shown, self.packages)

    def _shown(self) -> str | None:
        found = self.find()
        return f"{found.resolve().stem} ({found})" if found else None


#: Debian's mariadb-java-client 2.7 answers to ``jdbc:mysql:``, as MySQL's own driver does on AWS.
MYSQL = Driver(
    "MySQL",
    ("mariadb-java-client.jar", "mariadb-java-client-*.jar"),
    Packages(
        ("libmariadb-java",), ("mariadb-java-client",), (), ("mariadb-java-client in ~/.local/share/java",)
    ),
)
POSTGRES = Driver(
    "PostgreSQL",
    ("postgresql.jar", "postgresql-*.jar"),
    Packages(
        ("libpostgresql-jdbc-java",), ("postgresql-jdbc",), (), ("postgresql's JDBC in ~/.local/share/java",)
    ),
)


def find() -> Java | None:
    """The best Java for Spark: JAVA_HOME's, else the oldest release that fits; None where none does."""
    named = os.environ.get("JAVA_HOME")
    if named and (chosen := _identified(Path(named) / "bin" / "java")) and chosen.fits:
        return chosen
    return min((java for java in _all() if java.fits), key=lambda java: java.release, default=None)


def require() -> Java:
    """As `find`.

    Raises
    ------
    MissingError
        There is none; names the packages.
    """
    found = find()
    if found is None:
        raise JAVA.missing()
    return found


def drivers() -> tuple[Path, ...]:
    """The files of the JDBC drivers.

    Raises
    ------
    MissingError
        One is missing; names the package.
    """
    found = []
    for driver in (MYSQL, POSTGRES):
        driver.requirement().require()
        path = driver.find()
        if path:
            found.append(path)
    return tuple(found)


def _shown() -> str | None:
    found = find()
    return str(found) if found else None


def _unfit() -> list[str]:
    named = os.environ.get("JAVA_HOME")
    chosen = _identified(Path(named) / "bin" / "java") if named else None
    wrong = [f"JAVA_HOME {named}, where no java answers"] if named and chosen is None else []
    return wrong + list(dict.fromkeys(str(java) for java in (chosen, *_all()) if java and not java.fits))


JAVA = Requirement(f"Java {OLDEST} to {NEWEST}", _shown, _JAVA_PACKAGES, _unfit)

#: What Glue's jobs need; `lab setup` installs it.
REQUIREMENTS = (JAVA, MYSQL.requirement(), POSTGRES.requirement())


def _all() -> list[Java]:
    """Every Java that is found, whatever its release."""
    return [java for program in _programs() if (java := _identified(program))]


def _programs() -> Iterator[Path]:
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for pattern in _FOLDERS:
        folders += sorted(glob.glob(pattern))  # noqa: PTH207 - absolute patterns
    seen = set()
    for folder in folders:
        program = Path(folder) / "java"
        if os.access(program, os.X_OK) and (real := program.resolve()) not in seen:
            seen.add(real)
            yield real


def _identified(program: Path) -> Java | None:
    try:
        return _identify(program.resolve(), program.stat().st_mtime)
    except OSError:
        return None


@functools.lru_cache(maxsize=64)
def _identify(program: Path, _changed: float) -> Java | None:
    """What `program` says that it is; None when it cannot run."""
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = re.search(r'version "(\d[^"]*)"', done.stderr)
    if done.returncode != 0 or said is None:
        return None
    return Java(program.parent.parent, said.group(1))
