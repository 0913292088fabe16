"""Network ACLs and security groups from AWS's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from ipaddress import ip_network

from scripts.reachability.model import (
    AclEntry,
    Cidr,
    GroupPeer,
    GroupRule,
    ListPeer,
    NetworkAcl,
    SecurityGroup,
    Traffic,
    Unmodelled,
)
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.aws.documents import Documents, Entry, read, tags
from scripts.reachability.readers.aws.fields import unknown
from scripts.reachability.readers.traffic import traffic

Peer = Cidr | GroupPeer | ListPeer


def filters(documents: Documents) -> Iterator[Found]:
    """Everything that says which packets may pass."""
    yield from read(documents, "describe-network-acls", _acl)
    ids: dict[str, dict[tuple[bool, Traffic, Peer], str]] = defaultdict(dict)

    def note(entry: Entry) -> Iterator[Found]:
        ids[entry["GroupId"]][entry["IsEgress"], _traffic(entry), _peer_of_rule(entry)] = entry[
            "SecurityGroupRuleId"
        ]
        yield from ()

    yield from read(documents, "describe-security-group-rules", note)
    asked = bool(ids)
    known = {each.get("GroupId") for each in documents.entries("describe-security-groups")}
    yield from read(documents, "describe-security-groups", partial(_group, ids=ids, asked=asked, known=known))


def _acl(entry: Entry) -> Iterator[Found]:
    identifier = entry["NetworkAclId"]
    yield NetworkAcl(
        id=identifier,
        name=tags(entry).get("Name", ""),
        vpc=entry["VpcId"],
        default=bool(entry["IsDefault"]),
        subnets=tuple(each["SubnetId"] for each in entry.get("Associations") or ()),
        entries=tuple(sorted(map(_entry, entry["Entries"]), key=lambda each: (each.egress, each.number))),
    )
    yield from unknown("NetworkAcl", identifier, entry)
    for each in entry["Entries"]:
        yield from unknown("NetworkAclEntry", identifier, each)


def _entry(entry: Entry) -> AclEntry:
    ports, icmp = entry.get("PortRange") or {}, entry.get("IcmpTypeCode") or {}
    return AclEntry(
        number=int(entry["RuleNumber"]),
        egress=bool(entry["Egress"]),
        allow=entry["RuleAction"] == "allow",
        traffic=traffic(
            entry["Protocol"], ports.get("From", icmp.get("Type")), ports.get("To", icmp.get("Code"))
        ),
        cidr=ip_network(entry.get("CidrBlock") or entry["Ipv6CidrBlock"]),
    )


def _group(
    entry: Entry,
    *,
    ids: Mapping[str, Mapping[tuple[bool, Traffic, Peer], str]],
    asked: bool,
    known: set[str | None],
) -> Iterator[Found]:
    identifier = entry["GroupId"]
    named = ids.get(identifier, {})
    found: dict[tuple[bool, Traffic, Peer], None] = {}
    for field, egress in (("IpPermissions", False), ("IpPermissionsEgress", True)):
        for permission in entry.get(field) or ():
            yield from unknown("IpPermission", identifier, permission)
            for pair in permission.get("UserIdGroupPairs") or ():
                if pair["GroupId"] not in known and _elsewhere(entry, pair):
                    told = f"whoever has the group {pair['GroupId']}, in another network, is not known here"
                    yield Unmodelled(identifier, f"rule for {pair['GroupId']}", told)
            found |= {(egress, _traffic(permission), peer): None for peer in _peers(entry, permission, known)}
    yield SecurityGroup(
        id=identifier,
        name=tags(entry).get("Name") or entry["GroupName"],
        vpc=entry["VpcId"],
        rules=tuple(GroupRule(*rule, id=named.get(rule, "")) for rule in found),
    )
    yield from unknown("SecurityGroup", identifier, entry)
    if asked and {rule for rule in named if not _foreign(rule[2], known)} != found.keys():
        told = "describe-security-groups is taken; the rules must have changed between the two answers"
        yield Unmodelled(identifier, "describe-security-group-rules tells of other rules", told)


def _traffic(entry: Entry) -> Traffic:
    return traffic(entry["IpProtocol"], entry.get("FromPort"), entry.get("ToPort"))


def _peers(group: Entry, permission: Entry, known: set[str | None]) -> Iterator[Peer]:
    for each in permission.get("IpRanges") or ():
        yield ip_network(each["CidrIp"])
    for each in permission.get("Ipv6Ranges") or ():
        yield ip_network(each["CidrIpv6"])
    for each in permission.get("PrefixListIds") or ():
        yield ListPeer(each["PrefixListId"])
    for each in permission.get("UserIdGroupPairs") or ():
        if each["GroupId"] in known or not _elsewhere(group, each):
            yield GroupPeer(each["GroupId"])


def _elsewhere(group: Entry, pair: Entry) -> bool:
    """Whether a group may be in another account, or gone with its peering."""
    if pair.get("VpcPeeringConnectionId") or pair.get("PeeringStatus"):
        return True
    return bool(pair.get("UserId")) and pair["UserId"] != group.get("OwnerId", pair["UserId"])


def _foreign(peer: Peer, known: set[str | None]) -> bool:
    return isinstance(peer, GroupPeer) and peer.group not in known


def _peer_of_rule(entry: Entry) -> Peer:
    if entry.get("PrefixListId"):
        return ListPeer(entry["PrefixListId"])
    if entry.get("ReferencedGroupInfo"):
        return GroupPeer(entry["ReferencedGroupInfo"]["GroupId"])
    return ip_network(entry.get("CidrIpv4") or entry["CidrIpv6"])
