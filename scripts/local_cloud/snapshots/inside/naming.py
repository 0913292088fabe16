"""Where LocalStack's process keeps what its services know: the containers, by a name that lasts.

LocalStack's providers, and ours, keep records in `AccountRegionBundle`s, Moto in `BackendDict`s; all of them
are attributes of modules, so that ``module:attribute`` finds the same container again in a later process.
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

from localstack.services.stores import AccountRegionBundle
from moto.core.base_backend import BackendDict

from scripts.errors import BadInputError, RemoteError


def containers() -> dict[str, Any]:
    """Every container that holds something, by name.

    Raises
    ------
    RemoteError
        One that holds something is nobody's attribute, so that it could not be found again.
    """
    held = {id(each): each for each in gc.get_objects() if _is_container(each) and dict.__len__(each)}
    named: dict[int, str] = {}
    for module in sorted(sys.modules):
        for attribute, value in sorted(getattr(sys.modules[module], "__dict__", {}).items()):
            if id(value) in held:
                # The shortest is where it was made; others have imported it.
                name = f"{module}:{attribute}"
                named[id(value)] = min(named.get(id(value), name), name, key=lambda each: (len(each), each))
    for identity, each in held.items():
        if identity not in named:
            raise RemoteError(
                f"The records of {each.service_name} lie where a snapshot cannot find them again: "
                "no module has them as an attribute."
            )
    return {named[identity]: each for identity, each in held.items()}


def container(name: str) -> Any:
    """The container of that name.

    Raises
    ------
    BadInputError
        There is none: the snapshot was saved by another version.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        found = None
    if not _is_container(found):
        raise BadInputError(f"The snapshot holds records of {name}, which this version does not have.")
    return found


def _is_container(value: object) -> bool:
    # By type, not isinstance: that would ask every proxy in the process what it stands for.
    return issubclass(type(value), AccountRegionBundle | BackendDict)
