"""IAM and STS: identities are named without their paths, which their ARNs have.

Sources: Service Authorization Reference, "AWS IAM" and "AWS STS"; IAM User Guide, "Pass session tags".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.authorization.catalogue import find_action
from scripts.local_cloud.authorization.asked import Asked, Call, Unjudgeable
from scripts.local_cloud.providers.moto_backend import identities

_LATER = frozenset({"aws:ResourceTag/*", "iam:ResourceTag/*"})

#: Resource type to the parameter with its name.
_NAMES = {
    "user": "UserName",
    "group": "GroupName",
    "role": "RoleName",
    "instance-profile": "InstanceProfileName",
    "server-certificate": "ServerCertificateName",
}
#: Resource type to the parameter with its ARN.
_ARNS = {
    "policy": "PolicyArn",
    "oidc-provider": "OpenIDConnectProviderArn",
    "saml-provider": "SAMLProviderArn",
    "mfa": "SerialNumber",
}
_ANY = ("PolicySourceArn", "Arn")

#: Operations of STS that need no permission, whatever policies say.
FREE = ("GetCallerIdentity", "GetSessionToken")
#: Operations that nobody signs, and that STS answers for the local cloud: with a refusal.
REFUSED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


def asked(call: Call, caller_arn: str) -> Iterator[Asked]:
    """What a call of IAM asks for; a call without a user's name is about the caller."""
    action = find_action(f"iam:{call.operation}")
    if action is None:
        raise Unjudgeable(f"no action of IAM is known for its {call.operation}")
    keys = {}
    if boundary := call.text("PermissionsBoundary"):
        keys["iam:PermissionsBoundary"] = (boundary,)
    if arn := call.text("PolicyArn"):
        keys["iam:PolicyARN"] = (arn,)
    if service := call.text("AWSServiceName"):
        keys["iam:AWSServiceName"] = (service,)
    if not action.resource_types:
        yield Asked(action.name, context=keys)
        return
    found = [arn for kind in action.resource_types if (arn := _arn(call, kind, caller_arn))]
    found += [call.text(name) for name in _ANY if call.text(name)]
    if not found:
        raise Unjudgeable(f"the call of {call.operation} does not say whom it is about")
    for resource in dict.fromkeys(found):
        yield Asked(action.name, resource, "", keys, _LATER)


def asked_of_sts(call: Call) -> Iterator[Asked]:
    """What a call of STS asks for."""
    match call.operation:
        case "AssumeRole":
            yield from _assumed(call)
        case "GetFederationToken":
            name = call.text("Name")
            yield Asked("sts:GetFederationToken", call.arn("sts", f"federated-user/{name}", region=""))
            if call.request.get("Tags"):
                yield Asked("sts:TagSession", call.arn("sts", f"federated-user/{name}", region=""))
        case operation if operation in FREE or operation in REFUSED:
            return
        case operation:
            action = find_action(f"sts:{operation}")
            if action is None or action.resource_types:
                raise Unjudgeable(f"no action without a resource is known for STS's {operation}")
            yield Asked(action.name)


def _assumed(call: Call) -> Iterator[Asked]:
    role = call.text("RoleArn")
    if not role:
        raise Unjudgeable("it names no role")
    keys = {"sts:RoleSessionName": (call.text("RoleSessionName"),)}
    if identifier := call.text("ExternalId"):
        keys["sts:ExternalId"] = (identifier,)
    if identity := call.text("SourceIdentity"):
        keys["sts:SourceIdentity"] = (identity,)
    transitive: Any = call.request.get("TransitiveTagKeys") or ()
    if transitive:
        keys["sts:TransitiveTagKeys"] = tuple(transitive)
    owner = role.split(":")[4] if role.count(":") >= 5 else ""
    yield Asked("sts:AssumeRole", role, owner, keys, _LATER)
    if call.request.get("Tags"):
        yield Asked("sts:TagSession", role, owner, keys, _LATER)
    if identity:
        yield Asked("sts:SetSourceIdentity", role, owner, keys, _LATER)


def role_arn(account: str, name: str) -> str:
    """ARN of a role by its name, with the path that it has."""
    path = identities.path_of(account, "role", name) or "/"
    return f"arn:aws:iam::{account}:role{path}{name}"


def _holder(key_id: str) -> str:
    """ARN of the user whose key it is: one's own rights are not for another's key."""
    key = identities.key(key_id)
    held = identities.user(key.account_id, key.user) if key and key.user else None
    return held.arn if held else ""


def _arn(call: Call, kind: str, caller_arn: str) -> str:
    if given := call.text(_ARNS.get(kind, "")):
        return given
    if kind == "user" and not call.text("UserName"):
        if key_id := call.text("AccessKeyId"):
            return _holder(key_id)
        return caller_arn if ":user/" in caller_arn else ""
    if kind in _NAMES and (name := call.text(_NAMES[kind])):
        path = identities.path_of(call.account, kind, name) or call.text("Path") or "/"
        return call.arn("iam", f"{kind}{path}{name}", region="")
    path = call.text("Path") or "/"
    if kind == "policy" and (name := call.text("PolicyName")):
        return call.arn("iam", f"policy{path}{name}", region="")
    if kind == "mfa" and (name := call.text("VirtualMFADeviceName")):
        return call.arn("iam", f"mfa{path}{name}", region="")
    if kind == "saml-provider" and (name := call.text("Name")):
        return call.arn("iam", f"saml-provider/{name}", region="")
    if kind == "oidc-provider" and (url := call.text("Url")):
        return call.arn("iam", f"oidc-provider/{url.partition('://')[2]}", region="")
    if kind == "role" and (service := call.text("AWSServiceName")):
        return call.arn("iam", f"role/aws-service-role/{service}/*", region="")
    return ""
