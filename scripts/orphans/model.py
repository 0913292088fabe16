"""An orphan, and how a plan and a state are read to know one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.leftovers import Leftover
from scripts.terraform_state import read_state, texts


@dataclass(frozen=True)
class Orphan:
    """Something that an interrupted apply made.

    Attributes
    ----------
    what
        Its kind and id.
    remove
        Asks AWS to delete it.
    part
        Whether it is part of another resource, and gone as soon as AWS has agreed.
    """

    what: Leftover
    remove: Callable[[], None] = field(repr=False, compare=False)
    part: bool = False

    def __str__(self) -> str:
        return str(self.what)


def known(state_file: Path) -> dict[str, set[str]]:
    """Every text in the state's resources, ids, names, ARNs and URLs among them, by Terraform's type."""
    found: dict[str, set[str]] = {}
    for resource in read_state(state_file)["resources"]:
        found.setdefault(resource["type"], set()).update(texts(resource.get("instances")))
    return found


def created(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, address and values of each resource that a plan creates."""
    for resource in plan.get("resource_changes", ()):
        if "create" in resource["change"]["actions"]:
            yield resource["type"], resource.get("address", ""), resource["change"]["after"] or {}
