"""Users, roles and groups, and what policies they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.authorization.policies import Policy


@dataclass(frozen=True)
class Group:
    """A group of users.

    Attributes
    ----------
    name
        Its name.
    inline
        Its own policies.
    attached
        ARNs of managed policies.
    """

    name: str
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entity:
    """A user or a role.

    Attributes
    ----------
    arn, user_id
        ARN and unique id (``AIDA...``, ``AROA...``); the id is empty where it is not known.
    inline
        Its own policies.
    attached
        ARNs of managed policies.
    groups
        Names of a user's groups.
    boundary
        ARN of the managed policy that is its permissions boundary; empty: none.
    trust
        A role's trust policy.
    tags
        Its tags.
    """

    arn: str
    user_id: str = ""
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str = ""
    trust: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name without the path."""
        return self.arn.rpartition("/")[2]
