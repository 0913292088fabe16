"""Who asks for what: principals, requests and the context in which AWS judges them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from scripts.authorization.catalogue import is_known_key
from scripts.authorization.patterns import Unresolved, Variable
from scripts.errors import BadInputError

_ARN = re.compile(
    r"arn:(?P<partition>[\w-]+):(?P<service>iam|sts):[^:]*:(?P<account>\d{12}):(?P<name>.+)", re.DOTALL
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


class PrincipalType(Enum):
    """What kind of caller a principal is. A ROLE is any session of it, whatever its name."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    ASSUMED_ROLE = "assumed-role"
    FEDERATED_USER = "federated-user"
    IDENTITY_PROVIDER = "identity-provider"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


#: What ``aws:PrincipalType`` says.
_TYPE_KEY = {
    PrincipalType.ROOT: "Account",
    PrincipalType.USER: "User",
    PrincipalType.ROLE: "AssumedRole",
    PrincipalType.ASSUMED_ROLE: "AssumedRole",
    PrincipalType.FEDERATED_USER: "FederatedUser",
    PrincipalType.ANONYMOUS: "Anonymous",
}
_IN_ACCOUNT = frozenset(
    {
        PrincipalType.ROOT,
        PrincipalType.USER,
        PrincipalType.ROLE,
        PrincipalType.ASSUMED_ROLE,
        PrincipalType.FEDERATED_USER,
    }
)


@dataclass(frozen=True)
class Principal:
    """A caller.

    Attributes
    ----------
    arn
        Of the user, role or session; the host name of a service or identity provider; ``*`` for an anonymous
        caller.
    account
        Twelve digits; empty for services, providers and anonymous callers.
    type
        What kind it is.
    issuer
        ARN of the role behind a session (with its path), or of the user behind a federated user.
    user_id
        ``aws:userid``: ``AIDA...`` or ``AROA...:session``. Empty: not known, and conditions on it cannot be
        judged.
    tags
        Its tags and, for a session, the session's.
    canonical_id
        S3's canonical id of its account, where it is known.
    """

    arn: str
    account: str
    type: PrincipalType
    issuer: str = ""
    user_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    canonical_id: str = ""

    @staticmethod
    def anonymous() -> Principal:
        """A caller without credentials."""
        return Principal("*", "", PrincipalType.ANONYMOUS, user_id="anonymous")

    @staticmethod
    def service(name: str) -> Principal:
        """An AWS service that calls in its own name (``sns.amazonaws.com``)."""
        return Principal(name, "", PrincipalType.SERVICE)

    @staticmethod
    def identity_provider(name: str) -> Principal:
        """A user of an outside identity provider (its ARN or host name) who asks for a role."""
        return Principal(name, "", PrincipalType.IDENTITY_PROVIDER)

    @staticmethod
    def from_arn(
        arn: str, *, issuer: str = "", user_id: str = "", tags: Mapping[str, str] | None = None
    ) -> Principal:
        """The principal that an ARN, a service's host name, or ``*`` names.

        Parameters
        ----------
        arn
            For instance ``arn:aws:sts::123456789012:assumed-role/loader/session``.
        issuer
            The role or user behind a session; by default the role of that name without a path.

        Raises
        ------
        BadInputError
            It is no principal.
        """
        if arn == "*":
            return Principal.anonymous()
        if _SERVICE.fullmatch(arn):
            return Principal.service(arn)
        found = _ARN.fullmatch(arn)
        if not found:
            raise BadInputError(
                f"{arn!r} is not the ARN of a principal.",
                "Give a user, role, session or root, for instance arn:aws:iam::123456789012:user/ana; "
                "a service's name such as sns.amazonaws.com; or * for a caller without credentials.",
            )
        kind, _, name = found["name"].partition("/")
        types = {
            ("iam", "root"): PrincipalType.ROOT,
            ("iam", "user"): PrincipalType.USER,
            ("iam", "role"): PrincipalType.ROLE,
            ("sts", "assumed-role"): PrincipalType.ASSUMED_ROLE,
            ("sts", "federated-user"): PrincipalType.FEDERATED_USER,
        }
        type_ = types.get((found["service"], kind))
        if type_ is None or (not name and type_ is not PrincipalType.ROOT):
            raise BadInputError(
                f"{arn!r} is not the ARN of a principal.", "Groups cannot ask: name one of the group's users."
            )
        if type_ is PrincipalType.ROLE:
            issuer = arn
        elif type_ is PrincipalType.ASSUMED_ROLE and not issuer:
            issuer = f"arn:{found['partition']}:iam::{found['account']}:role/{name.split('/')[0]}"
        return Principal(arn, found["account"], type_, issuer, user_id, tags or {})

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a service-linked role, which organisations' policies do not limit."""
        return ":role/aws-service-role/" in self.issuer

    @property
    def in_account(self) -> bool:
        """Whether it belongs to an account, and so has a side that must allow it."""
        return self.type in _IN_ACCOUNT

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that follow from the principal alone; names in lower case."""
        service = self.type is PrincipalType.SERVICE
        keys: dict[str, tuple[str, ...]] = {
            f"aws:principaltag/{name.lower()}": (value,) for name, value in self.tags.items()
        }
        keys["aws:principalisawsservice"] = ("true" if service else "false",)
        if self.type in _TYPE_KEY:
            keys["aws:principaltype"] = (_TYPE_KEY[self.type],)
        if self.account:
            keys["aws:principalaccount"] = (self.account,)
            keys["aws:principalarn"] = (self.issuer if self._is_role else self.arn,)
        if self.type is PrincipalType.USER:
            keys["aws:username"] = (self.arn.rpartition("/")[2],)
        if self.user_id:
            keys["aws:userid"] = (self.user_id,)
        elif self.type is PrincipalType.ROOT:
            keys["aws:userid"] = (self.account,)
        if service:
            keys["aws:principalservicename"] = (self.arn,)
            keys["aws:principalservicenameslist"] = (self.arn,)
        return keys

    @property
    def _is_role(self) -> bool:
        return self.type in {PrincipalType.ROLE, PrincipalType.ASSUMED_ROLE}


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes
    ----------
    principal
        Who asks.
    action
        IAM's name of the action, ``s3:GetObject``.
    resource
        ARN, or ``*`` where the action takes none.
    resource_account
        Account that owns the resource; empty: the principal's own.
    context
        Condition keys of the request (any case) with their values; binary values in base64. A key that is
        known but not given is missing.
    unknown_keys
        Keys that the request would have, but whose values nobody knows here; ``aws:ResourceTag/*`` for all
        of a kind.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    unknown_keys: frozenset[str] = frozenset()

    @cached_property
    def action_name(self) -> str:
        """The action in lower case, as actions are compared."""
        return self.action.lower()

    @cached_property
    def owner(self) -> str:
        """Account of the resource."""
        return self.resource_account or self.principal.account

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Every condition key of the request; names in lower case. What the caller gave wins."""
        keys = dict(self.principal.keys)
        if self.owner:
            keys["aws:resourceaccount"] = (self.owner,)
        for name, values in self.context.items():
            keys[name.lower()] = values
        return keys

    @cached_property
    def _unknown(self) -> frozenset[str]:
        return frozenset(key.lower() for key in self.unknown_keys)

    def is_unknown(self, key: str) -> bool:
        """Whether an absent key (lower case) is one that cannot be called missing."""
        if key in self._unknown or key.partition("/")[0] + "/*" in self._unknown:
            return True
        if key == "aws:userid" and self.principal.in_account:
            return True
        return not is_known_key(key)

    def resolve(self, variable: Variable) -> str | Unresolved:
        """A policy variable's value: only keys with a single value can be used as one."""
        values = self.keys.get(variable.key)
        if values:
            return values[0] if len(values) == 1 else Unresolved.UNKNOWN
        if values is None and self.is_unknown(variable.key):
            return Unresolved.UNKNOWN
        return Unresolved.MISSING if variable.default is None else variable.default
