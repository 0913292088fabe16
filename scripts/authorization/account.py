"""An account as far as authorization goes: its principals, their policies, and those of its resources."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from scripts.authorization.decisions import Decision
from scripts.authorization.engine import judge
from scripts.authorization.entities import Entity, Group
from scripts.authorization.model import Principal, PrincipalType, Request
from scripts.authorization.policies import Level, Policy, PolicyKind, PolicySet, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock
from scripts.errors import BadInputError


@dataclass(frozen=True)
class Account:
    """Everything of an account that decides who may do what.

    Attributes
    ----------
    account_id
        Twelve digits.
    users, roles
        By ARN.
    groups
        By name.
    managed
        Managed policies by ARN; those that nobody has may be left out.
    resource_policies
        Policies of buckets, queues, topics, secrets, keys, ... by the resource's ARN.
    public_access_blocks
        By the bucket's ARN.
    account_public_access_block
        S3's settings for the whole account.
    scps, rcps
        The organisation's policies, one tuple a level from the root down.
    acls
        Access control lists of buckets, by the bucket's ARN.
    resources
        ARNs of what there is, so that people can call it by its name.
    unplaced
        Policies of resources of which only the service is known (``s3``): each may be of any such one.
    unplaced_block
        The strictest of the blocks of public access of buckets that are not known.
    unknowns
        What the source of the account does not say, in sentences.
    """

    account_id: str
    users: Mapping[str, Entity] = field(default_factory=dict)
    roles: Mapping[str, Entity] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    managed: Mapping[str, Policy] = field(default_factory=dict)
    resource_policies: Mapping[str, Policy] = field(default_factory=dict)
    public_access_blocks: Mapping[str, PublicAccessBlock] = field(default_factory=dict)
    account_public_access_block: PublicAccessBlock = field(default_factory=PublicAccessBlock)
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    acls: Mapping[str, Policy] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    unplaced: tuple[tuple[str, Policy], ...] = ()
    unplaced_block: PublicAccessBlock = field(default_factory=PublicAccessBlock)
    unknowns: tuple[str, ...] = ()

    def judge(
        self,
        principal: str | Principal,
        action: str,
        resource: str,
        context: Mapping[str, tuple[str, ...]] | None = None,
        *,
        session: tuple[Policy, ...] | None = None,
        unknown_keys: frozenset[str] = frozenset(),
    ) -> Decision:
        """Whether a principal may do something.

        Parameters
        ----------
        principal
            ARN of a user, role, session or root; a service's name; ``*``; or a principal with tags of its
            own.
        action
            IAM's name, ``s3:GetObject``.
        resource
            ARN, or ``*``.
        context
            Condition keys of the request.
        session
            Session policies, where some were passed.
        unknown_keys
            Keys whose values nobody knows.

        Raises
        ------
        BadInputError
            The account has no such principal.
        """
        request = self.request(principal, action, resource, context, unknown_keys=unknown_keys)
        return judge(request, self.policies_for(request, session=session))

    def request(
        self,
        principal: str | Principal,
        action: str,
        resource: str,
        context: Mapping[str, tuple[str, ...]] | None = None,
        *,
        unknown_keys: frozenset[str] = frozenset(),
    ) -> Request:
        """The request that :meth:`judge` judges, for messages and explanations about it."""
        caller = self.principal(principal) if isinstance(principal, str) else principal
        return Request(caller, action, resource, self.owner_of(resource), context or {}, unknown_keys)

    def principal(self, arn: str) -> Principal:
        """The principal of an ARN, with its id and tags; a session has those of its role.

        Raises
        ------
        BadInputError
            It is no principal, or this account has none of that name.
        """
        found = Principal.from_arn(arn)
        if found.account != self.account_id or found.type in {
            PrincipalType.ROOT,
            PrincipalType.FEDERATED_USER,
        }:
            return found
        entity = self._entity(found)
        if entity is None:
            raise self._no_such(arn)
        user_id = entity.user_id
        if user_id and found.type is PrincipalType.ASSUMED_ROLE:
            user_id = f"{user_id}:{arn.rpartition('/')[2]}"
        if found.type is PrincipalType.ROLE:
            # Which session of it asks is not said.
            user_id = ""
        issuer = "" if found.type is PrincipalType.USER else entity.arn
        return replace(found, issuer=issuer, user_id=user_id, tags=entity.tags)

    def owner_of(self, resource: str) -> str:
        """Account of a resource; those whose ARN has none (buckets, ``*``) are this account's own."""
        fields = resource.split(":", 5)
        return fields[4] if len(fields) == 6 and fields[4] not in {"", "*", "aws"} else self.account_id

    def policies_for(self, request: Request, *, session: tuple[Policy, ...] | None = None) -> PolicySet:
        """Every policy of the account that applies to a request."""
        own = self._own_side(request.principal)
        bucket = bucket_of(request.resource)
        block = self.public_access_blocks.get(bucket, PublicAccessBlock()) if bucket else None
        return replace(
            own,
            resource=self._resource_side(request),
            session=session,
            rcps=self.rcps if request.owner == self.account_id else (),
            public_access=block.joined(self.account_public_access_block) if block else None,
        )

    def _own_side(self, principal: Principal) -> PolicySet:
        if principal.account != self.account_id:
            return self._foreign_side(principal)
        entity = self._entity(principal)
        if entity is None and principal.type is not PrincipalType.ROOT:
            why = "which user or role is behind the session is not known"
            return PolicySet(
                identity=(unknown_policy(principal.arn, PolicyKind.IDENTITY, why),), scps=self.scps
            )
        key = entity.arn if entity else ""
        if key not in self._sides:
            self._sides[key] = PolicySet(scps=self.scps) if entity is None else self._side_of(entity)
        return self._sides[key]

    @cached_property
    def _sides(self) -> dict[str, PolicySet]:
        """What was put together for a user or role; the account does not change."""
        return {}

    def _side_of(self, entity: Entity) -> PolicySet:
        policies = [*entity.inline, *(self._managed(arn) for arn in entity.attached)]
        for name in entity.groups:
            group = self.groups.get(name)
            if group is None:
                policies.append(
                    unknown_policy(name, PolicyKind.IDENTITY, f"the policies of group {name} are not known")
                )
            else:
                policies += [*group.inline, *(self._managed(arn) for arn in group.attached)]
        boundary = None
        if entity.boundary:
            boundary = replace(self._managed(entity.boundary), kind=PolicyKind.BOUNDARY)
        return PolicySet(identity=tuple(policies), boundary=boundary, scps=self.scps)

    def _foreign_side(self, principal: Principal) -> PolicySet:
        if not principal.in_account or principal.type is PrincipalType.ROOT:
            return PolicySet()
        why = f"the policies of account {principal.account} are not known"
        return PolicySet(identity=(unknown_policy(principal.arn, PolicyKind.IDENTITY, why),))

    def _resource_side(self, request: Request) -> tuple[Policy, ...]:
        resource = request.resource
        takes_role = request.action_name.startswith("sts:") and ":role/" in resource
        if request.owner != self.account_id:
            kind = PolicyKind.TRUST if takes_role else PolicyKind.RESOURCE
            return (unknown_policy(resource, kind, f"the policies of account {request.owner} are not known"),)
        if ":iam:" in resource:
            role = self.roles.get(resource) if takes_role else None
            return (role.trust,) if role and role.trust else ()
        key = bucket_of(resource) or resource
        found = (self.resource_policies.get(key), self.acls.get(key))
        return (*(policy for policy in found if policy), *self._unplaced_side(request))

    def _unplaced_side(self, request: Request) -> tuple[Policy, ...]:
        service = request.resource.split(":", 3)[2:3] or [request.action_name.partition(":")[0]]
        policies = [policy for name, policy in self.unplaced if name == service[0]]
        is_stranger = request.principal.account != self.account_id
        if bucket_of(request.resource) and is_stranger and self.unplaced_block.restrict_public_buckets:
            why = "a bucket that is not known yet restricts public access"
            policies.append(unknown_policy("public access block", PolicyKind.RESOURCE, why))
        return tuple(policies)

    def _managed(self, arn: str) -> Policy:
        found = self.managed.get(arn)
        return found or unknown_policy(arn, PolicyKind.IDENTITY, f"the document of {arn} is not known")

    def _entity(self, principal: Principal) -> Entity | None:
        if principal.type is PrincipalType.USER:
            return self.users.get(principal.arn)
        if principal.type is PrincipalType.FEDERATED_USER:
            return self.users.get(principal.issuer) if principal.issuer else None
        if principal.type in {PrincipalType.ROLE, PrincipalType.ASSUMED_ROLE}:
            return self.roles.get(principal.issuer) or self._role_named(principal.issuer.rpartition("/")[2])
        return None

    def _role_named(self, name: str) -> Entity | None:
        """A session's ARN does not have its role's path; a role's name is unique without it."""
        return self._roles_by_name.get(name)

    @cached_property
    def _roles_by_name(self) -> dict[str, Entity]:
        return {role.name: role for role in self.roles.values()}

    def _no_such(self, arn: str) -> BadInputError:
        known = [*self.users, *self.roles]
        near = difflib.get_close_matches(arn, known, n=3, cutoff=0.6)
        return BadInputError(
            f"Account {self.account_id} has no {arn}.",
            f"Near it: {', '.join(near)}."
            if near
            else f"It has {len(self.users)} users, {len(self.roles)} roles.",
        )


def bucket_of(resource: str) -> str:
    """ARN of the bucket of an S3 resource; empty for others."""
    if not resource.startswith("arn:") or ":s3:::" not in resource:
        return ""
    return resource.partition("/")[0]
