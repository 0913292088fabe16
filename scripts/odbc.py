"""ODBC on this machine: the driver manager, and the drivers for MariaDB and MySQL, and for PostgreSQL."""

from __future__ import annotations

import configparser
import functools
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scripts.system_packages import Packages, Requirement

Engine = Literal["mysql", "postgres"]

#: Folders of drivers that are named by file alone, and of those that no ``odbcinst.ini`` names.
_FOLDERS = (
    "/usr/lib/*/odbc",
    "/usr/lib64",
    "/usr/lib64/mariadb",
    "/usr/lib/odbc",
    "/usr/lib",
    "/usr/local/lib",
    "/opt/homebrew/opt/mariadb-connector-odbc/lib/mariadb",
    "/opt/homebrew/opt/psqlodbc/lib",
    "/usr/local/opt/mariadb-connector-odbc/lib/mariadb",
    "/usr/local/opt/psqlodbc/lib",
    "/home/linuxbrew/.linuxbrew/opt/mariadb-connector-odbc/lib/mariadb",
    "/home/linuxbrew/.linuxbrew/opt/psqlodbc/lib",
)

#: Folders where unixODBC keeps its register of drivers, by system.
_REGISTERS = (
    "/etc",
    "/etc/unixODBC",
    "/usr/local/etc",
    "/opt/homebrew/etc",
    "/home/linuxbrew/.linuxbrew/etc",
)

#: The drivers' files, the best first: PostgreSQL's exists for Unicode and for one byte a character.
_FILES: dict[Engine, tuple[str, ...]] = {
    "mysql": ("libmaodbc.so", "libmaodbc.dylib"),
    "postgres": ("psqlodbcw.so", "psqlodbcw.dylib", "psqlodbc.so"),
}

_PRODUCTS: dict[Engine, str] = {"mysql": "MariaDB Connector/ODBC", "postgres": "psqlODBC"}


@dataclass(frozen=True)
class Driver:
    """An ODBC driver that is installed.

    Attributes
    ----------
    engine
        Whose servers it talks to; ``mysql`` includes MariaDB.
    file
        The library: what ``Driver=`` of a connection string may hold, wherever it is registered or not.
    """

    engine: Engine
    file: Path

    def __str__(self) -> str:
        return f"{_PRODUCTS[self.engine]} ({self.file})"


def find(engine: Engine) -> Driver | None:
    """The driver for an engine: one that unixODBC has registered, else one that lies where drivers lie."""
    for file in (*_registered(engine), *_lying(engine)):
        if os.access(file, os.R_OK):
            return Driver(engine, file)
    return None


def require(engine: Engine) -> Driver:
    """As `find`.

    Raises
    ------
    MissingError
        There is none; names the packages.
    """
    found = find(engine)
    if found is None:
        raise _REQUIREMENTS[engine].missing()
    return found


def _registered(engine: Engine) -> Iterator[Path]:
    """Files that a register names, with their folder or in one of the usual ones."""
    named = [Path(driver) for register in _registers() for driver in _drivers(register)]
    for name in _FILES[engine]:
        for driver in named:
            if driver.name == name and driver.is_absolute():
                yield driver


def _registers() -> Iterator[Path]:
    own = os.environ.get("ODBCINSTINI")
    folders = [os.environ.get("ODBCSYSINI", ""), *_REGISTERS]
    names = [Path(folder) / (own or "odbcinst.ini") for folder in folders if folder]
    yield from (name for name in names if name.is_file())


def _drivers(register: Path) -> Iterator[str]:
    """What the sections of a register say of their driver."""
    content = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        content.read(register, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        # A register that unixODBC cannot read either names no driver.
        return
    for section in content.sections():
        for key in ("driver64", "driver"):
            if value := content.get(section, key, fallback=None):
                yield value


def _lying(engine: Engine) -> Iterator[Path]:
    for folder in _FOLDERS:
        for name in _FILES[engine]:
            yield from sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"))


def _manager() -> str | None:
    """The driver manager, without which Python's module does not load."""
    try:
        pyodbc = importlib.import_module("pyodbc")
    except ImportError:
        return None
    return f"unixODBC, through pyodbc {pyodbc.version}"


def _shown(engine: Engine) -> str | None:
    found = find(engine)
    return str(found) if found else None


_MANAGER = Requirement(
    "The ODBC driver manager",
    _manager,
    Packages(("unixodbc",), ("unixODBC",), ("unixodbc",)),
)

_REQUIREMENTS: dict[Engine, Requirement] = {
    "mysql": Requirement(
        "The ODBC driver for MariaDB and MySQL",
        functools.partial(_shown, "mysql"),
        Packages(("odbc-mariadb",), ("mariadb-connector-odbc",), ("mariadb-connector-odbc",)),
    ),
    "postgres": Requirement(
        "The ODBC driver for PostgreSQL",
        functools.partial(_shown, "postgres"),
        Packages(("odbc-postgresql",), ("postgresql-odbc",), ("psqlodbc",)),
    ),
}

#: What the lab `connect` needs, and `lab setup` installs where it may.
REQUIREMENTS = (_MANAGER, *_REQUIREMENTS.values())
