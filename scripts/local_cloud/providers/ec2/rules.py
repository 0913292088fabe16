"""Security-group rules as plain data: from the API's nested permissions to single rules, and back.

Pure. A rule has the shape of ``DescribeSecurityGroupRules`` without id and tags.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.local_cloud.providers.framework import error

Rule = dict[str, Any]
Permission = dict[str, Any]

#: A kind of peer: its list in a permission, the field in an entry, the field in a rule.
_PEERS = (
    ("IpRanges", "CidrIp", "CidrIpv4"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId", "ReferencedGroupInfo"),
)
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_PORTS = ("tcp", "udp")
_ICMP = ("icmp", "icmpv6")


def expand(
    permissions: Iterable[Mapping[str, Any]], group_id: str, account_id: str, *, egress: bool
) -> list[Rule]:
    """The single rules that permissions stand for.

    Raises
    ------
    CommonServiceException
        ``InvalidParameterValue`` for a port, protocol or CIDR that cannot be.
    """
    return [
        rule
        for permission in permissions
        for rule in _expand_one(permission, group_id, account_id, egress=egress)
    ]


def _expand_one(
    permission: Mapping[str, Any], group_id: str, account_id: str, *, egress: bool
) -> Iterator[Rule]:
    protocol, from_port, to_port = ports(permission)
    for entries, field, name in _PEERS:
        for entry in permission.get(entries) or ():
            rule: Rule = {
                "GroupId": group_id,
                "GroupOwnerId": account_id,
                "IsEgress": egress,
                "IpProtocol": protocol,
                "FromPort": from_port,
                "ToPort": to_port,
            }
            if name == "ReferencedGroupInfo":
                rule[name] = {"GroupId": entry["GroupId"], "UserId": entry.get("UserId") or account_id}
            else:
                rule[name] = network(entry[field]) if name.startswith("Cidr") else entry[field]
            if entry.get("Description") is not None:
                rule["Description"] = entry["Description"]
            yield rule


def ports(permission: Mapping[str, Any]) -> tuple[str, int, int]:
    """Protocol by the name that AWS shows, first and last port (ICMP: type and code; -1 where all)."""
    given = str(permission.get("IpProtocol") or "").lower()
    if not given:
        raise error(
            "InvalidParameterValue",
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
        )
    protocol = _PROTOCOLS.get(given, given)
    if protocol not in (*_PORTS, *_ICMP, "-1") and not (protocol.isdigit() and int(protocol) < 256):
        raise error("InvalidParameterValue", f"Invalid value '{given}' for IP protocol. Unknown protocol.")
    from_port, to_port = permission.get("FromPort"), permission.get("ToPort")
    if protocol in _ICMP:
        return protocol, -1 if from_port is None else from_port, -1 if to_port is None else to_port
    if protocol not in _PORTS:
        return protocol, -1, -1
    if from_port is None or to_port is None:
        raise error(
            "InvalidParameterValue",
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
        )
    if not 0 <= from_port <= to_port <= 65535:
        raise error("InvalidParameterValue", f"Invalid TCP/UDP port range ({from_port}:{to_port})")
    return protocol, from_port, to_port


def network(cidr: str) -> str:
    """The CIDR block in its canonical form, as AWS keeps it."""
    try:
        return str(ipaddress.ip_network(cidr, strict=False))
    except ValueError:
        raise error("InvalidParameterValue", f"CIDR block {cidr} is malformed") from None


def peer(rule: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of what a rule is about."""
    for _, _, name in _PEERS:
        value = rule.get(name)
        if value:
            return name, value["GroupId"] if name == "ReferencedGroupInfo" else value
    raise error(
        "InvalidParameterValue",
        "One of 'cidrIp', 'cidrIpv6', 'prefixListId' or 'referencedGroupId' must be specified.",
    )


def identity(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a rule the same as another: everything but id, description and tags."""
    return (
        rule["GroupId"],
        rule["IsEgress"],
        rule["IpProtocol"],
        rule["FromPort"],
        rule["ToPort"],
        *peer(rule),
    )


def describe(rule: Mapping[str, Any]) -> str:
    """The rule in the words of AWS's error messages."""
    protocol = "ALL" if rule["IpProtocol"] == "-1" else rule["IpProtocol"].upper()
    words = [f"peer: {peer(rule)[1]}", protocol]
    if rule["FromPort"] != -1:
        words += [f"from port: {rule['FromPort']}", f"to port: {rule['ToPort']}"]
    return f'the specified rule "{", ".join(words)}, ALLOW"'


def group(rules: Iterable[Mapping[str, Any]]) -> list[Permission]:
    """The nested permissions that show the rules, those of the same protocol and ports together."""
    permissions: dict[tuple[str, int, int], Permission] = {}
    for rule in rules:
        key = rule["IpProtocol"], rule["FromPort"], rule["ToPort"]
        permission = permissions.setdefault(key, _empty(*key))
        kind, name = peer(rule)
        entries, field, _ = next(each for each in _PEERS if each[2] == kind)
        entry = {field: name}
        if kind == "ReferencedGroupInfo":
            entry["UserId"] = rule[kind]["UserId"]
        if rule.get("Description") is not None:
            entry["Description"] = rule["Description"]
        permission[entries].append(entry)
    return list(permissions.values())


def _empty(protocol: str, from_port: int, to_port: int) -> Permission:
    permission: Permission = {"IpProtocol": protocol, **{entries: [] for entries, _, _ in _PEERS}}
    if protocol in (*_PORTS, *_ICMP):
        permission |= {"FromPort": from_port, "ToPort": to_port}
    return permission
