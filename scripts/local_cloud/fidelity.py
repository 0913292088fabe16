"""How truthfully each operation of each service of ours is answered."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scripts.local_cloud.localstack import SERVICES

if TYPE_CHECKING:
    # Loads LocalStack, which a command line that documents nothing need not wait for.
    from scripts.local_cloud.providers.framework import Operations


def tables() -> dict[str, dict[str, str]]:
    """For each service, every operation that AWS has with ``real``, ``simulated`` or ``refused``."""
    return {
        service: {name: str(fidelity) for name, fidelity in _operations(service).fidelity().items()}
        for service in SERVICES
    }


def _operations(service: str) -> Operations:
    """The provider's table, or what makes it."""
    found = import_module(f"scripts.local_cloud.providers.{service}").operations
    made: Operations = found() if callable(found) else found
    return made
