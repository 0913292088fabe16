"""`connections.ini` in the learner's folder: what jupysql, and every other client, connects with."""

from __future__ import annotations

import configparser
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.labs import files

if TYPE_CHECKING:
    from scripts.connections import Access
    from scripts.labs.databases.learner import LearnerDatabase
    from scripts.labs.manifest import Engine, Lab

NAME = "connections.ini"

_DRIVERS = {"mysql": "mysql+pymysql", "postgres": "postgresql+psycopg"}


def sections(lab: Lab) -> dict[str, Engine | None]:
    """The file's sections, each with its engine: the lab's name, or its engines where there are several."""
    if lab.needs.together:
        return {engine: engine for engine in lab.needs.engines}
    return {lab.name: None}


def write(databases: Mapping[Engine, LearnerDatabase], folder: Path, lab: Lab) -> Path:
    """Write the learner's own connections, TLS verified; nobody else may read it."""
    file = folder / NAME
    content = configparser.ConfigParser(interpolation=None)
    for section, engine in sections(lab).items():
        database = databases[engine] if engine else next(iter(databases.values()))
        found = settings(database)
        # As jupysql reads them from a file.
        content[section] = {name: str(value) for name, value in found.items()}
    text = io.StringIO()
    content.write(text)
    if not file.is_file() or file.read_text(errors="replace") != text.getvalue():
        files.write(file, text.getvalue(), private=True)
    return file


def settings(database: LearnerDatabase, *, checked: bool = False) -> dict[str, Any]:
    """Arguments of SQLAlchemy's ``URL.create`` for one of the copies."""
    place = database.copies.checked if checked else database.copies.user
    if database.engine == "mysql":
        return arguments(database.user, place)
    found = arguments(database.user, database.copies.dataset)
    found["query"]["options"] = f"-csearch_path={place},public"
    return found


def arguments(to: Access, database: str) -> dict[str, Any]:
    """Arguments of SQLAlchemy's ``URL.create`` for a database of a DB instance, TLS verified."""
    host, port = to.tunnel or to.endpoint.address()
    engine = "mysql" if to.endpoint.speaks_mysql else "postgres"
    authority = str(to.authority)
    tls = {
        "mysql": {"ssl_ca": authority, "ssl_check_hostname": "true"},
        "postgres": {"sslmode": "verify-full", "sslrootcert": authority},
    }
    return {
        "drivername": _DRIVERS[engine],
        "username": to.user.username,
        "password": to.user.password,
        "host": host,
        "port": port,
        "database": database,
        "query": tls[engine],
    }
