"""Finds the database servers' programs, and says what to install where they are missing."""

from __future__ import annotations

import functools
import glob
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scripts.errors import BadInputError, MissingError
from scripts.system_packages import Packages, Requirement

Product = Literal["MySQL", "MariaDB", "PostgreSQL"]

#: Folders that hold servers but are often not on a user's PATH.
_FOLDERS = (
    "/usr/sbin",
    "/usr/bin",
    "/usr/libexec",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/local/mysql/bin",
    "/usr/local/mariadb/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/{mysql,mariadb,postgresql}*/bin",
    "/usr/local/opt/{mysql,mariadb,postgresql}*/bin",
    "/home/linuxbrew/.linuxbrew/opt/{mysql,mariadb,postgresql}*/bin",
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
)

_PROGRAMS: dict[str, tuple[str, ...]] = {
    "mysql": ("mysqld", "mariadbd"),
    "mariadb": ("mariadbd", "mysqld"),
    "postgres": ("postgres",),
}

_PRODUCTS: dict[str, tuple[Product, ...]] = {
    "mysql": ("MySQL", "MariaDB"),
    "mariadb": ("MariaDB", "MySQL"),
    "postgres": ("PostgreSQL",),
}

_PACKAGES: dict[str, Packages] = {
    "mysql": Packages(("mariadb-server-core", "mariadb-client-core"), ("mariadb-server",), ("mariadb",)),
    "postgres": Packages(("postgresql",), ("postgresql-server",), ("postgresql@17",)),
}

#: The oldest PostgreSQL that has every setting of our configuration.
_OLDEST_POSTGRES = 13


@dataclass(frozen=True)
class Installation:
    """A server's programs.

    Attributes
    ----------
    server
        ``mysqld``, ``mariadbd`` or ``postgres``; the real path, no symlink.
    product, version
        As the program itself says, e.g. ``MariaDB``, ``10.11.14``: Debian's ``mysqld`` is a MariaDB.
    """

    server: Path
    product: Product
    version: str

    def __str__(self) -> str:
        return f"{self.product} {self.version}"

    @property
    def series(self) -> tuple[int, ...]:
        """What a data directory is bound to: ``(15,)`` of PostgreSQL 15.16, ``(10, 11)`` of MariaDB."""
        return self.major[: 1 if self.product == "PostgreSQL" else 2]

    @property
    def major(self) -> tuple[int, ...]:
        """Version as numbers, for comparison."""
        return numbers(self.version)

    def tool(self, *names: str) -> Path:
        """A program that comes with the server, by the first of `names` that is there.

        Raises
        ------
        MissingError
            None of them is there.
        """
        folders = [self.server.parent, self.server.parent.parent / "bin", Path("/usr/bin")]
        folders.append(self.server.parent.parent / "scripts")
        for name in names:
            for folder in folders:
                if os.access(folder / name, os.X_OK):
                    return folder / name
        engine = "postgres" if self.product == "PostgreSQL" else "mysql"
        raise MissingError(
            f"{names[0]} is missing beside {self.server}.", f"Install the whole server: {_PACKAGES[engine]}"
        )


def installations(engine: str) -> list[Installation]:
    """Every usable installation for an RDS engine, the best first.

    MySQL is preferred for ``mysql`` and MariaDB for ``mariadb``, and the other stands in for it; then the
    newest, then what PATH names first.

    Raises
    ------
    BadInputError
        The engine is unknown.
    """
    if engine not in _PROGRAMS:
        raise BadInputError(f"Engine {engine!r} is unknown; expected one of: {', '.join(_PROGRAMS)}.")
    products = _PRODUCTS[engine]
    found = [_identify(path, _changed(path)) for path in _candidates(_PROGRAMS[engine])]
    usable = [
        item
        for item in found
        if item is not None
        and item.product in products
        and (item.product != "PostgreSQL" or item.major[0] >= _OLDEST_POSTGRES)
    ]
    usable.sort(key=lambda item: item.major, reverse=True)
    return sorted(usable, key=lambda item: products.index(item.product))


def find(engine: str) -> Installation | None:
    """The best of `installations`, or None."""
    return next(iter(installations(engine)), None)


def require(engine: str) -> Installation:
    """As `find`.

    Raises
    ------
    MissingError
        No server for the engine is installed; the message names the packages for apt, dnf and brew.
    """
    found = find(engine)
    if found is None:
        product = " or ".join(_PRODUCTS[engine])
        raise MissingError(
            f"No {product} server is installed: {' or '.join(_PROGRAMS[engine])} is neither on PATH nor in "
            "the usual folders.",
            f"Install it: {_PACKAGES['postgres' if engine == 'postgres' else 'mysql']}",
        )
    return found


def serving(engine: str, server: str) -> Installation:
    """The installation that can work with the data of `server`, such as ``PostgreSQL 15.16``.

    Raises
    ------
    MissingError
        That product and version is not installed, or no longer.
    """
    product, _, version = server.rpartition(" ")
    for installation in installations(engine):
        series = installation.series
        if installation.product == product and series == numbers(version)[: len(series)]:
            return installation
    require(engine)
    raise MissingError(
        f"The data was made by {server}, which is no longer installed.",
        f"Install {server} again, or remove the DB instance.",
    )


def numbers(version: str) -> tuple[int, ...]:
    """A version such as ``10.11.14`` as numbers, for comparison."""
    return tuple(int(part) for part in version.split("."))


def _shown(engine: str) -> str | None:
    found = find(engine)
    return f"{found} ({found.server})" if found else None


#: What `lab setup` installs; no service is needed, so none is started.
REQUIREMENTS = tuple(
    Requirement(
        f"A {' or '.join(_PRODUCTS[engine])} server",
        functools.partial(_shown, engine),
        packages,
    )
    for engine, packages in _PACKAGES.items()
)


def _candidates(programs: tuple[str, ...]) -> Iterator[Path]:
    """Real paths of the programs, those on PATH first, each once."""
    seen: set[Path] = set()
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for pattern in _FOLDERS:
        for alternative in _alternatives(pattern):
            folders += sorted(glob.glob(alternative), reverse=True)  # noqa: PTH207 - absolute patterns
    for folder in folders:
        for program in programs:
            path = Path(folder) / program
            if os.access(path, os.X_OK) and (real := path.resolve()) not in seen:
                seen.add(real)
                yield real


def _alternatives(pattern: str) -> list[str]:
    match = re.search(r"\{([^}]*)\}", pattern)
    if match is None:
        return [pattern]
    return [pattern.replace(match.group(), word) for word in match.group(1).split(",")]


def _changed(path: Path) -> float:
    return path.stat()[stat.ST_MTIME]


@functools.lru_cache(maxsize=64)
def _identify(path: Path, changed: float) -> Installation | None:
    """What `path` says that it is; None when it cannot run or is something else. `changed`: cache key."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = done.stdout
    # "mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for ...", "mysqld  Ver 8.0.40 for Linux on x86_64 (MySQL
    # Community Server - GPL)", "postgres (PostgreSQL) 15.16 (Debian ...)", "postgres (PostgreSQL) 18beta1".
    version = re.search(r"(?:Ver|\(PostgreSQL\)) (\d+(?:\.\d+)*)", said)
    if version is None:
        return None
    product: Product = "MariaDB" if "MariaDB" in said else "PostgreSQL" if "PostgreSQL" in said else "MySQL"
    return Installation(path, product, version.group(1))
