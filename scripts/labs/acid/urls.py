"""SQLAlchemy's URL of the copy that checks run in, for a learner's program."""

from __future__ import annotations

from typing import Any

from scripts.connections import Access
from scripts.labs.databases.client_file import arguments, settings
from scripts.labs.databases.learner import LOCK_SECONDS
from scripts.labs.manifest import Engine
from scripts.labs.work import Work


def url(work: Work, engine: Engine) -> str:
    """Where a learner's function connects to; what it waits for a lock is limited."""
    found: dict[str, Any] = settings(work.databases[engine], checked=True)
    query = dict(found.pop("query"))
    if engine == "mysql":
        query["init_command"] = f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}"
    else:
        query["options"] += f" -clock_timeout={LOCK_SECONDS * 1000}"
    return _text(found, query)


def instance_url(to: Access, database: str) -> str:
    """A database of another DB instance."""
    found = arguments(to, database)
    return _text(found, found.pop("query"))


def _text(found: dict[str, Any], query: dict[str, str]) -> str:
    # Slow to load, and `lab list` loads every lab's checks.
    from sqlalchemy import URL  # noqa: PLC0415

    return URL.create(**found, query=query).render_as_string(hide_password=False)
