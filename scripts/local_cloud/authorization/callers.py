"""Who signed: from an access key to the principal that IAM's policies speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.authorization.model import Principal, PrincipalType
from scripts.local_cloud.authorization.asked import Keys
from scripts.local_cloud.providers.moto_backend import identities
from scripts.local_cloud.providers.moto_backend.identities import Identity, Key
from scripts.local_cloud.providers.sts import sessions
from scripts.local_cloud.providers.sts.sessions import Kind, Session


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes
    ----------
    principal
        As policies name it.
    identity
        The user or role behind it, with its policies; None for callers that have none.
    session
        Of temporary credentials.
    user
        Name of the IAM user, where one stands behind it.
    """

    principal: Principal
    identity: Identity | None = field(default=None, repr=False)
    session: Session | None = field(default=None, repr=False)
    user: str = ""

    @property
    def keys(self) -> Keys:
        """The condition keys that follow from how its credentials were got."""
        if self.session is None:
            return {}
        keys: Keys = {
            "aws:MultiFactorAuthPresent": ("false",),
            "aws:TokenIssueTime": (self.session.issued.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        }
        if self.session.source_identity:
            keys["aws:SourceIdentity"] = (self.session.source_identity,)
        return keys


ANONYMOUS = Caller(Principal.anonymous())


def caller(key: Key, session: Session | None) -> Caller | None:
    """The caller that a key stands for; None where its user or role is gone."""
    if session is None and not key.user:
        return None
    if session is None:
        return _user(key.account_id, key.user, None)
    if session.kind is Kind.USER:
        return _user(key.account_id, session.holder, session)
    return _role(session) if session.kind is Kind.ROLE else _federated(session)


def of_key(key_id: str) -> Caller | None:
    """The caller that a key's id stands for; None for the root user and for whom nobody knows."""
    key = identities.key(key_id)
    return caller(key, None if key.user else find_session(key, key_id)) if key else None


def find_session(key: Key, key_id: str) -> Session | None:
    """The session of a temporary key."""
    return sessions.find(key.account_id, key_id)


def _user(account_id: str, name: str, session: Session | None) -> Caller | None:
    if not name and session is not None:
        return Caller(_root(account_id), None, session)
    found = identities.user(account_id, name)
    if found is None:
        return None
    principal = Principal(
        found.arn, account_id, PrincipalType.USER, user_id=found.unique_id, tags=_both(found.tags, session)
    )
    return Caller(principal, found, session, name)


def _role(session: Session) -> Caller | None:
    name = session.holder.rpartition("/")[2]
    found = identities.role(session.account_id, name)
    if found is None:
        return None
    principal = Principal(
        f"arn:aws:sts::{session.account_id}:assumed-role/{name}/{session.name}",
        session.account_id,
        PrincipalType.ASSUMED_ROLE,
        found.arn,
        f"{found.unique_id}:{session.name}",
        _both(found.tags, session),
    )
    return Caller(principal, found, session)


def _federated(session: Session) -> Caller | None:
    found = identities.user(session.account_id, session.holder) if session.holder else None
    if session.holder and found is None:
        return None
    principal = Principal(
        f"arn:aws:sts::{session.account_id}:federated-user/{session.name}",
        session.account_id,
        PrincipalType.FEDERATED_USER,
        found.arn if found else f"arn:aws:iam::{session.account_id}:root",
        f"{session.account_id}:{session.name}",
        _both(found.tags if found else {}, session),
    )
    return Caller(principal, found, session, session.holder)


def _root(account_id: str) -> Principal:
    return Principal(f"arn:aws:iam::{account_id}:root", account_id, PrincipalType.ROOT, user_id=account_id)


def _both(tags: Mapping[str, str], session: Session | None) -> dict[str, str]:
    """A session's tags hide the holder's of the same key, whatever its case."""
    own = session.tags if session else {}
    hidden = {key.lower() for key in own}
    return {key: value for key, value in tags.items() if key.lower() not in hidden} | dict(own)
