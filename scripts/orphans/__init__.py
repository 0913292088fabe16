"""What an interrupted Terraform made and did not write down: found, and on request removed.

A Terraform that is killed loses what it made in the last seconds: AWS has it, the state has not, and the next
apply is refused because the name, the address range or the route is taken. Nothing that the state knows is
touched, nor what somebody made beside Terraform: an orphan is of the network and carries the environment's
tag, or it is just what the next apply would create.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3

from scripts.orphans import parts, resources
from scripts.orphans.model import Orphan
from scripts.orphans.removal import remove

__all__ = ["Orphan", "find", "remove"]


def find(session: boto3.Session, name: str, state_file: Path, plan: Mapping[str, Any]) -> Sequence[Orphan]:
    """What exists of the environment, is not in Terraform's state, and is in the way of the next apply.

    Parameters
    ----------
    session, name
        Of the target, and the environment's prefix.
    state_file
        Terraform's state.
    plan
        Of the next apply, in the shape of ``terraform show -json``.
    """
    return [*parts.find(session, name, state_file, plan), *resources.find(session, name, state_file, plan)]
