"""Ports that DB engines listen on unless they are told another."""

from __future__ import annotations

#: By the beginning of the engine's name; Amazon RDS User Guide, "Settings for DB instances".
_PORTS = {
    "mysql": 3306, "mariadb": 3306, "aurora-postgresql": 5432, "aurora": 3306, "postgres": 5432,
    "oracle": 1521, "custom-oracle": 1521, "sqlserver": 1433, "custom-sqlserver": 1433, "db2": 50000,
    "docdb": 27017, "neptune": 8182,
}  # fmt: skip


def default_port(engine: str) -> int:
    """The engine's own port.

    Raises
    ------
    ValueError
        Nobody here knows such an engine.
    """
    for beginning, port in _PORTS.items():
        if engine.startswith(beginning):
            return port
    raise ValueError(f"the port of the DB engine {engine!r} is not known")
