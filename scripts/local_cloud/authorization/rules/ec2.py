"""EC2: resources by their ids, wherever in a call they stand, and those that it makes.

Sources: Service Authorization Reference, "Amazon EC2"; EC2 User Guide, "Example policies to control access to
the EC2 API" and "Grant permission to tag resources on creation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scripts.authorization.catalogue import ActionEntry, find_action
from scripts.local_cloud.authorization.asked import Asked, Call, Keys, Unjudgeable
from scripts.local_cloud.providers.moto_backend import instances

_ID = re.compile(r"([a-z][a-z0-9-]*?)-[0-9a-f]{8,17}")

#: Beginning of an id to the resource's type.
_TYPES = {
    "acl": "network-acl",
    "ami": "image",
    "cgw": "customer-gateway",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "r": "instance",
    "rtb": "route-table",
    "scr": "subnet-cidr-reservation",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "sir": "spot-instances-request",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpn": "vpn-connection",
}
#: What some operations make, where their names do not say it.
_MADE = {
    "AllocateAddress": ("elastic-ip",),
    "CopyImage": ("image",),
    "CopySnapshot": ("snapshot",),
    "CreateFlowLogs": ("vpc-flow-log",),
    "CreateManagedPrefixList": ("prefix-list",),
    "CreateSnapshots": ("snapshot",),
    "ImportKeyPair": ("key-pair",),
    "RegisterImage": ("image",),
    "RunInstances": ("instance", "network-interface", "volume"),
}
_RULES = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")

_LATER = frozenset({"aws:ResourceTag/*", "ec2:ResourceTag/*"})


def with_template(call: Call) -> Call:
    """A launch as if everything that its template says stood in the call: it is what will be done."""
    template: Any = call.request.get("LaunchTemplate")
    if call.operation != "RunInstances" or not template:
        return call
    try:
        said = instances.template_data(call.account, call.region, template)
    except instances.NoTemplateError:
        # No launch either, then.
        return call
    own: dict[str, Any] = {name: value for name, value in call.request.items() if value is not None}
    tags = [*(said.get("TagSpecifications") or ()), *(own.get("TagSpecifications") or ())]
    return replace(call, request={**said, **own, "TagSpecifications": tags})


def asked(call: Call) -> Iterator[Asked]:
    """What a call of EC2 asks for."""
    action = find_action(f"ec2:{call.operation}")
    if action is None:
        raise Unjudgeable(f"no action of IAM is known for EC2's {call.operation}")
    keys = _keys(call)
    if not action.resource_types:
        yield Asked(action.name, context=keys)
        return
    found = dict.fromkeys(_named(call, action))
    made = _made(call, action)
    if not found and not made:
        if call.operation.startswith(("Describe", "Get", "Search", "List")):
            found = {_arn(call, action, kind, "*"): None for kind in action.resource_types}
        else:
            raise Unjudgeable(f"the call of {call.operation} names no resource by its id")
    for arn in found:
        yield Asked(action.name, arn, "", keys, _LATER)
    tags = _tags(call)
    for kind in made:
        own = _tag_keys(tags.get(kind) or {})
        yield Asked(action.name, _arn(call, action, kind, "*"), "", keys | own)
    for kind, given in tags.items():
        creating = {"ec2:CreateAction": (call.operation,)} | _tag_keys(given)
        yield Asked("ec2:CreateTags", call.arn("ec2", f"{kind}/*"), "", keys | creating)


def _named(call: Call, action: ActionEntry) -> Iterator[str]:
    kinds = action.resource_types
    for value in _texts(call.request):
        match = _ID.fullmatch(value)
        kind = _TYPES.get(match[1]) if match else None
        if kind in kinds:
            yield _arn(call, action, str(kind), value)
    made = call.operation in _MADE or call.operation.startswith("Create")
    named_key = call.text("KeyName")
    if "key-pair" in kinds and named_key and (call.operation == "RunInstances" or not made):
        yield _arn(call, action, "key-pair", named_key)
    if "instance-profile" in kinds and (profile := call.request.get("IamInstanceProfile")):
        named: Mapping[str, str] = profile  # type: ignore[assignment]
        yield named.get("Arn") or call.arn("iam", f"instance-profile/{named.get('Name', '')}", region="")


def _texts(held: Any) -> Iterator[str]:
    """Every text in the parameters, but those of tags and of filters, which name nothing."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for name, each in held.items():
            if name not in ("Tags", "TagSpecifications", "Filters", "UserData", "Description"):
                yield from _texts(each)
    elif isinstance(held, list | tuple):
        for each in held:
            yield from _texts(each)


def _made(call: Call, action: ActionEntry) -> tuple[str, ...]:
    if call.operation in _MADE:
        return tuple(kind for kind in _MADE[call.operation] if kind in action.resource_types)
    if call.operation in _RULES:
        # A rule is judged as its group, and by itself only where it gets tags.
        return ("security-group-rule",) if call.request.get("TagSpecifications") else ()
    if not call.operation.startswith("Create"):
        return ()
    wanted = call.operation.removeprefix("Create").lower()
    return tuple(kind for kind in action.resource_types if kind.replace("-", "") == wanted)


def _arn(call: Call, action: ActionEntry, kind: str, name: str) -> str:
    template = action.arns[kind].replace("${Partition}", "aws").replace("${Region}", call.region)
    return re.sub(r"\$\{\w+\}", lambda _: name, template.replace("${Account}", call.account), count=1)


def _keys(call: Call) -> Keys:
    keys: Keys = {"ec2:Region": (call.region,)}
    if kind := call.text("InstanceType"):
        keys["ec2:InstanceType"] = (kind,)
    if call.operation in ("CreateTags", "DeleteTags"):
        given: Any = call.request.get("Tags") or ()
        keys |= _tag_keys({tag["Key"]: tag.get("Value") or "" for tag in given if tag.get("Key")})
    if call.operation == "RunInstances":
        template: Any = call.request.get("LaunchTemplate") or {}
        keys["ec2:IsLaunchTemplateResource"] = ("true" if template else "false",)
        options: Any = call.request.get("MetadataOptions") or {}
        if tokens := options.get("HttpTokens"):
            keys["ec2:MetadataHttpTokens"] = (tokens,)
    return keys


def _tags(call: Call) -> dict[str, dict[str, str]]:
    """Tags of what is made, by its type."""
    given: Any = call.request.get("TagSpecifications") or ()
    found: dict[str, dict[str, str]] = {}
    for each in given:
        tags = (tag for tag in each.get("Tags") or () if tag.get("Key"))
        found[each.get("ResourceType", "")] = {tag["Key"]: tag.get("Value", "") for tag in tags}
    return found


def _tag_keys(tags: Mapping[str, str]) -> Keys:
    if not tags:
        return {}
    keys: Keys = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return keys | {"aws:TagKeys": tuple(tags)}
