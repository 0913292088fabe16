"""Sessions: temporary credentials, and what was settled when they were given."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from localstack.services.stores import AccountRegionBundle, BaseStore, CrossRegionAttribute

from scripts.local_cloud.providers.moto_backend import identities

_REGION = "us-east-1"

#: How long an expired session is remembered, so that who still uses it hears why it is refused.
_REMEMBERED = timedelta(days=1)


class Kind(StrEnum):
    """How the credentials were got."""

    ROLE = "AssumeRole"
    USER = "GetSessionToken"
    FEDERATED = "GetFederationToken"


@dataclass(frozen=True)
class Session:
    """Temporary credentials.

    Attributes
    ----------
    key_id, token
        Its access key's id, and what must be sent along.
    kind
        How it was got.
    account_id
        Account of the role or the user.
    holder
        ARN of the role; name of the user, empty for the root user.
    name
        Of a role's session or a federated user; empty for GetSessionToken.
    issued, expires
        When.
    policies
        Texts of the policies that were passed for the session; None where none were.
    policy_arns
        Managed policies that were passed.
    tags
        The session's own, and those that it inherited.
    source_identity
        As it was given, or inherited.
    """

    key_id: str
    token: str
    kind: Kind
    account_id: str
    holder: str
    name: str
    issued: datetime
    expires: datetime
    policies: tuple[str, ...] | None = None
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return datetime.now(UTC) >= self.expires


class SessionStore(BaseStore):
    """Sessions of one account, by the access key's id."""

    sessions: dict[str, Session] = CrossRegionAttribute(default=dict)


session_stores = AccountRegionBundle("sts", SessionStore)


def find(account_id: str, key_id: str) -> Session | None:
    """The session of a temporary key, or None."""
    if account_id in dict.keys(session_stores):
        found: Session | None = session_stores[account_id][_REGION].sessions.get(key_id)
        if found is not None:
            return found
    held = identities.assumed_role(key_id)
    if held is None:
        return None
    role_arn, name, token, expires, policy = held
    return Session(
        key_id, token, Kind.ROLE, account_id, role_arn, name, expires, expires, (policy,) if policy else None
    )


def remember(session: Session) -> None:
    """Keep a session, and drop those that ended long ago."""
    kept = session_stores[session.account_id][_REGION].sessions
    limit = datetime.now(UTC) - _REMEMBERED
    for old in [each for each in list(kept.values()) if each.expires < limit]:
        kept.pop(old.key_id, None)
        identities.forget_assumed_role(old.key_id)
    kept[session.key_id] = session


def new_token() -> str:
    """A session token; nobody can guess it."""
    return "IQoJb3JpZ2luX2Vj" + base64.b64encode(secrets.token_bytes(240)).decode()
