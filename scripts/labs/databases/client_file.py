"""`connections.ini` in the learner's folder: what jupysql, and every other client, connects with."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.labs.databases.learner import LearnerDatabase

NAME = "connections.ini"

_DRIVERS = {"mysql": "mysql+pymysql", "postgres": "postgresql+psycopg"}


def write(database: LearnerDatabase, folder: Path, section: str) -> Path:
    """Write the learner's own connection, TLS verified; nobody else may read it."""
    file = folder / NAME
    content = configparser.ConfigParser(interpolation=None)
    content[section] = settings(database)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    with file.open("w") as opened:
        content.write(opened)
    return file


def settings(database: LearnerDatabase) -> dict[str, str]:
    """Arguments of SQLAlchemy's ``URL.create`` as jupysql reads them from a file."""
    host, port = database.user.tunnel or database.user.endpoint.address()
    common = {
        "drivername": _DRIVERS[database.engine],
        "username": database.copies.user,
        "password": database.user.user.password,
        "host": host,
        "port": str(port),
    }
    authority = str(database.user.authority)
    if database.engine == "mysql":
        query = {"ssl_ca": authority, "ssl_check_hostname": "true"}
        return common | {"database": database.copies.user, "query": str(query)}
    query = {
        "sslmode": "verify-full",
        "sslrootcert": authority,
        "options": f"-csearch_path={database.copies.user},public",
    }
    return common | {"database": database.copies.dataset, "query": str(query)}
