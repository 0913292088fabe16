"""Every policy that applies to a request, out of what LocalStack's services hold at this moment.

Nothing here is kept from one request to the next but compiled texts, by the text itself: a policy that was
changed is another text, so that there is nothing to invalidate.
"""

from __future__ import annotations

from scripts.authorization.faults import MalformedPolicyError
from scripts.authorization.policies import Policy, PolicyKind, PolicySet, read_policy, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock, read_public_access_block
from scripts.local_cloud.authorization import resources
from scripts.local_cloud.authorization.asked import Asked
from scripts.local_cloud.authorization.callers import Caller
from scripts.local_cloud.providers.moto_backend import identities
from scripts.local_cloud.providers.moto_backend.identities import Document
from scripts.local_cloud.providers.sts.sessions import Kind

#: What the root user may, who has no policies: everything.
_ROOT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


def of_caller(caller: Caller) -> PolicySet:
    """The policies of the caller's side."""
    identity, session = caller.identity, caller.session
    boundary = _managed(identity.boundary, PolicyKind.BOUNDARY) if identity and identity.boundary else None
    own = tuple(_compiled(each, PolicyKind.IDENTITY) for each in identity.policies) if identity else ()
    if session is None:
        return PolicySet(identity=own, boundary=boundary)
    if session.kind is Kind.FEDERATED and not session.holder:
        own = (read_policy(_ROOT, "the root user", PolicyKind.IDENTITY),)
    passed = session.policies
    limits = None
    if passed is not None:
        limits = (
            *(_compiled(Document("the session's policy", each), PolicyKind.SESSION) for each in passed),
            *(_managed(arn, PolicyKind.SESSION) for arn in session.policy_arns),
        )
    return PolicySet(identity=own, boundary=boundary, session=limits)


def with_resource(of: PolicySet, asked: Asked) -> PolicySet:
    """The same, with the policies of the resource that is asked for."""
    found = resources.policy(asked)
    block = _public_access(asked)
    if found is None and block is None:
        return of
    kind = PolicyKind.TRUST if asked.action.startswith("sts:") else PolicyKind.RESOURCE
    compiled = (_compiled(found, kind),) if found else ()
    return PolicySet(of.identity, compiled, of.boundary, of.session, public_access=block)


def _public_access(asked: Asked) -> PublicAccessBlock | None:
    configured = resources.public_access_block(asked)
    return read_public_access_block(configured) if configured else None


def _managed(arn: str, kind: PolicyKind) -> Policy:
    found = identities.policy(arn.split(":")[4], arn)
    if found is None:
        return unknown_policy(arn, kind, "there is no such policy here")
    return _compiled(found, kind)


def _compiled(document: Document, kind: PolicyKind) -> Policy:
    try:
        return read_policy(document.text, document.name, kind)
    except MalformedPolicyError as malformed:
        return unknown_policy(document.name, kind, malformed.message)
