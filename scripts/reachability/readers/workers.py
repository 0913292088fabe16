"""The interfaces that Glue makes for the workers of a connection's jobs, while these run."""

from __future__ import annotations

#: A job has a driver and at least one other worker, which must reach each other.
_COUNT = 2


def workers(connection: str) -> tuple[str, ...]:
    """Ids for the interfaces of a connection, by its name."""
    return tuple(f"worker {number} of {connection}" for number in range(1, _COUNT + 1))
