"""What every resource has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Mark(StrEnum):
    """What is to be said of a resource beside that it exists."""

    NONE = ""
    """In the state and in AWS; or a plan leaves it as it is."""
    AWS_MADE = "made by AWS"
    """Came with another resource, and so is in no state."""
    STATE_ONLY = "in the state, not in AWS"
    AWS_ONLY = "in AWS, not in the state"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One thing of the environment.

    Attributes
    ----------
    id
        AWS's id of it (where AWS gives none, its name), or the Terraform address while it has none.
    name
        What people call it.
    state
        In the words of its service, such as ``available``.
    address
        Terraform's address; empty when it is in no state and no plan.
    mark
        Whether state and AWS differ, or what a plan does to it.
    """

    kind: ClassVar[str] = "resource"

    id: str
    name: str
    state: str = ""
    address: str = ""
    mark: Mark = Mark.NONE

    @property
    def where(self) -> str:
        """Addresses, zone, endpoint or whatever else says where to find it."""
        return ""
