"""How truthfully each operation of each service of ours is answered."""

from __future__ import annotations

from importlib import import_module

from scripts.local_cloud.localstack import SERVICES
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
    made: Operations = found if isinstance(found, Operations) else found()
    return made
