"""Policies, and the set of them that applies to a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scripts.authorization.statements import Effect, Statement, read_statement
from scripts.authorization.validation import checked_document

if TYPE_CHECKING:
    from scripts.authorization.public_access import PublicAccessBlock

_VERSION_WITH_VARIABLES = "2012-10-17"


class PolicyKind(Enum):
    """What a policy is attached to; the value is how AWS's messages call it."""

    SCP = "service control policy"
    RCP = "resource control policy"
    RESOURCE = "resource-based policy"
    ACL = "access control list"
    TRUST = "role trust policy"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True)
class Policy:
    """A policy, compiled.

    Attributes
    ----------
    name
        Name or ARN by which a reader finds it.
    kind
        What it is attached to.
    statements
        In their order.
    unknown
        Why its document is not known (a plan computes it only when it is applied); empty where it is.
    """

    name: str
    kind: PolicyKind
    statements: tuple[Statement, ...] = ()
    unknown: str = ""

    @property
    def allows(self) -> tuple[Statement, ...]:
        """The statements that allow."""
        return tuple(one for one in self.statements if one.effect is Effect.ALLOW)


def read_policy(document: str | Mapping[str, Any], name: str, kind: PolicyKind) -> Policy:
    """Compile a policy document; the same text is compiled once.

    Parameters
    ----------
    document
        JSON text, or what was read from it.
    name
        Name or ARN.
    kind
        What it is attached to.

    Raises
    ------
    MalformedPolicyError
        AWS would not take the document.
    """
    text = document if isinstance(document, str) else json.dumps(document)
    return _compiled(text, name, kind)


@lru_cache(maxsize=4096)
def _compiled(text: str, name: str, kind: PolicyKind) -> Policy:
    document = checked_document(text, name)
    variables = document.get("Version") == _VERSION_WITH_VARIABLES
    written = document["Statement"]
    statements = written if isinstance(written, list) else [written]
    return Policy(
        name,
        kind,
        tuple(
            read_statement(one, position, variables=variables)
            for position, one in enumerate(statements, start=1)
        ),
    )


def unknown_policy(name: str, kind: PolicyKind, why: str) -> Policy:
    """A policy of which it is known that it exists, and no more: what depends on it cannot be judged."""
    return Policy(name, kind, unknown=why)


Level = tuple[Policy, ...]


@dataclass(frozen=True)
class PolicySet:
    """Every policy that applies to a request.

    Attributes
    ----------
    identity
        Inline, managed and groups' policies of the user or role.
    resource
        Policies of the resource; for ``sts:AssumeRole*`` the role's trust policy.
    boundary
        Permissions boundary, if there is one.
    session
        Policies that were passed for the session; None: none were.
    scps, rcps
        Organisation's policies of the principal's and of the resource's account, one tuple a level from the
        root to the account; every level must allow. Empty: no organisation.
    public_access
        S3's block of public access that is in force on the bucket.
    """

    identity: tuple[Policy, ...] = ()
    resource: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    public_access: PublicAccessBlock | None = None
