"""Finds the database servers' programs, and installs them where that is possible (interface first)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Product = Literal["MySQL", "MariaDB", "PostgreSQL"]


@dataclass(frozen=True)
class Installation:
    """A server's programs.

    Attributes
    ----------
    server
        ``mysqld``, ``mariadbd`` or ``postgres``; real path, no symlink.
    product, version
        As the program itself says, e.g. ``MariaDB``, ``10.11.14``.
    """

    server: Path
    product: Product
    version: str

    def __str__(self) -> str:
        return f"{self.product} {self.version}"


def find(engine: str) -> Installation | None:
    """The best installation for an RDS engine, or None. MySQL is preferred for ``mysql``, MariaDB for
    ``mariadb``; either stands in for the other."""
    raise NotImplementedError


def require(engine: str) -> Installation:
    """As `find`; MissingError naming the packages for apt, dnf and brew."""
    raise NotImplementedError


def can_install() -> bool:
    """Whether `install_debian` can work: root on a Debian or Ubuntu."""
    raise NotImplementedError


def install_debian() -> None:
    """Install what is missing of MariaDB and PostgreSQL through apt, without starting any service."""
    raise NotImplementedError
